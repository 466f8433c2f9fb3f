"""Rules with some of their numbers replaced, which then no longer claim the rules' sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from bosetting_cli.errors import Problem, RulesError
from bosetting_cli.rulebook.check import check_rules
from bosetting_cli.rules import MOST, Criterion, Minimum, Rules, Select, Total, column_name
from bosetting_cli.words import every_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# What an overridden number gives as its source: it is no longer the letter's.
CHANGED = "changed from the rules"


def override(
    rules: Rules,
    *,
    total: int | None = None,
    minimum: int | None = None,
    share: float | None = None,
    count: int | None = None,
    asked: tuple[str, ...] | None = None,
    weights: Mapping[str, float] | None = None,
    method: str | None = None,
    by: str | None = None,
    include: tuple[str, ...] = (),
    exclude: tuple[str, ...] = (),
    at_least: Mapping[str, int] | None = None,
) -> Rules:
    """Return the rules with some of their numbers replaced.

    Args:
        rules: The rules to start from.
        total: Another total.
        minimum: Another minimum.
        share: Another share of the eligible to select; replaces a count or list.
        count: Another number to select; replaces a share or list.
        asked: The selected themselves; replaces a share, count or list.
        weights: Other weights, by criterion; those not named keep theirs.
        method: Another apportionment method.
        by: Another order in which to select.
        include: Municipalities to select whatever their rank, added to the rules' own.
        exclude: Municipalities to leave out, added to the rules' own.
        at_least: Earlier requests, kommunenummer → places: they are the minimums of those
            municipalities, which are selected whatever their rank.

    Raises:
        RulesError: A criterion is unknown, or the changed rules are impossible.
    """
    changes: dict[str, Any] = {}
    if total is not None:
        changes["total"] = Total(total, source=CHANGED)
    if minimum is not None:
        changes["minimum"] = Minimum(minimum, rules.minimum.by_municipality, source=CHANGED)
    if at_least:
        changes["minimum"] = _raised(changes.get("minimum", rules.minimum), at_least)
        include = (*include, *sorted(set(at_least) - {*rules.select.include, *include}))
    chosen = _reselected(rules.select, share, count, asked)
    by = _called(rules.criteria).get(column_name(by), by) if by else chosen.by
    chosen = msgspec.structs.replace(chosen, by=by, include=(*chosen.include, *include))
    if weights:
        changes["criteria"] = _reweighted(rules.criteria, weights)
    if method is not None:
        changes["method"] = method
    if exclude:
        changes["exclude"] = (*rules.exclude, *exclude)
    changed = msgspec.structs.replace(rules, select=chosen, **changes)
    if changed != rules:
        changed = msgspec.structs.replace(changed, reference=_altered(rules.reference))
    if problems := [*_out_of_range(changed), *check_rules(changed)]:
        raise RulesError(problems)
    return changed


def _out_of_range(rules: Rules) -> Iterator[Problem]:
    """Yield what a rules file would not be allowed to say either."""
    share = rules.select.share
    if share is not None and not 0 < share <= 1:
        hint = "expected a part of 1, such as 0.5"
        yield Problem(f"a share of {share}", key="select.share", hint=hint)
    for key, value in (("total.value", rules.total.value), ("minimum.value", rules.minimum.value)):
        if not value <= MOST:
            yield Problem(f"{value:,} is more than {MOST:,}", key=key)


def _altered(reference: str | None) -> str:
    """Return a reference that no longer vouches for all numbers."""
    if reference is None or reference.endswith(CHANGED):
        return reference or CHANGED
    return f"{reference}; {CHANGED}"


def _reselected(
    chosen: Select, share: float | None, count: int | None, asked: tuple[str, ...] | None
) -> Select:
    if share is None and count is None and asked is None:
        return chosen
    return msgspec.structs.replace(chosen, share=share, count=count, list=asked, source=CHANGED)


def _raised(minimum: Minimum, at_least: Mapping[str, int]) -> Minimum:
    least = dict(minimum.by_municipality)
    for unit, number in sorted(at_least.items()):
        least[unit] = max(number, least.get(unit, 0))
    return msgspec.structs.replace(minimum, by_municipality=least)


def _reweighted(
    criteria: tuple[Criterion, ...], weights: Mapping[str, float]
) -> tuple[Criterion, ...]:
    called = _called(criteria)
    given = {column_name(text): weight for text, weight in weights.items()}
    if unknown := sorted(set(given) - set(called)):
        names = ", ".join(criterion.name for criterion in criteria)
        raise RulesError([Problem(f"no criterion `{n}`", hint=f"one of {names}") for n in unknown])
    by_name = {called[text]: weight for text, weight in given.items()}
    return tuple(
        msgspec.structs.replace(c, weight=by_name[c.name], source=CHANGED)
        if by_name.get(c.name, c.weight) != c.weight
        else c
        for c in criteria
    )


def _called(criteria: tuple[Criterion, ...]) -> dict[str, str]:
    """Return what criteria may be called → their names; a name goes before another's title."""
    titles = {column_name(text): c.name for c in criteria for text in every_name(c)}
    return titles | {column_name(c.name): c.name for c in criteria}
