"""Rules with other parts, which are checked as in loading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from bosetting_cli.findings import Problem, RulesError
from bosetting_cli.rules.load import checked, expanded
from bosetting_cli.rules.structs import Criterion, Rules, SubGroup, column_name
from bosetting_cli.rules.yamlfile import Document
from bosetting_cli.words import every_name

# What an overridden number gives as its source: it is no longer the letter's.
CHANGED = "changed from the rules"
Item = TypeVar("Item", Criterion, SubGroup)


def replace(rules: Rules, **parts: Any) -> Rules:
    """Return the rules with other parts, checked as in loading.

    Args:
        rules: The rules to start from.
        parts: Key of the rules → its new value: a struct, or what a file would say. A mapping
            changes the keys that it names and keeps the others.

    Raises:
        RulesError: The changed rules are impossible; all that is wrong with them.

    Example:
        >>> from bosetting_cli.rules import load_rules
        >>> replace(load_rules(), total={"value": 5350}, exclude=["0301"]).total
        Total(value=5350, source='letter')
    """
    data = msgspec.to_builtins(rules)
    for key, part in parts.items():
        old, new = data.get(key), msgspec.to_builtins(part)
        data[key] = {**old, **new} if isinstance(part, Mapping) and old else new
    changed = checked(expanded(data), Document(data))
    # what was not changed stays the same object
    return msgspec.structs.replace(rules, **{key: getattr(changed, key) for key in parts})


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
    of_which: Mapping[str, int] | None = None,
) -> Rules:
    """Return the rules changed by `replace` as options say it; the numbers lose their sources.

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
        of_which: Other parts of the total, by sub-group; those not named keep theirs.

    Raises:
        RulesError: A criterion or sub-group is unknown, or the changed rules are impossible.
    """
    numbers = {"total": total, "minimum": minimum}
    changes: dict[str, Any] = {
        key: {"value": number, "source": CHANGED}
        for key, number in numbers.items()
        if number is not None
    }
    if at_least:
        raised = {"by_municipality": _raised(rules.minimum.by_municipality, at_least)}
        changes["minimum"] = changes.get("minimum", {}) | raised
        include = (*include, *sorted(set(at_least) - {*rules.select.include, *include}))
    quantity = {"share": share, "count": count, "list": asked}
    changes |= {
        "select": _selection(rules, by, include, quantity),
        "exclude": (*rules.exclude, *exclude),
        "criteria": _renumbered(rules.criteria, "weight", weights or {}, "criterion"),
        "of_which": _renumbered(rules.of_which, "value", of_which or {}, "sub-group"),
        "method": rules.method if method is None else method,
    }
    changed = replace(rules, **changes)
    if changed == rules:
        return rules
    return msgspec.structs.replace(changed, reference=_altered(rules.reference))


def _selection(
    rules: Rules, by: str | None, include: tuple[str, ...], quantity: Mapping[str, Any]
) -> dict[str, Any]:
    by = _called(rules.criteria).get(column_name(by), by) if by else rules.select.by
    chosen: dict[str, Any] = {"include": (*rules.select.include, *include), "by": by}
    if any(given is not None for given in quantity.values()):
        chosen |= {**quantity, "source": CHANGED}
    return chosen


def _raised(least: Mapping[str, int], at_least: Mapping[str, int]) -> dict[str, int]:
    raised = {unit: max(n, least.get(unit, 0)) for unit, n in sorted(at_least.items())}
    return {**least, **raised}


def _altered(reference: str | None) -> str:
    """Return a reference that no longer vouches for all numbers."""
    if reference is None or reference.endswith(CHANGED):
        return reference or CHANGED
    return f"{reference}; {CHANGED}"


def _renumbered(
    items: tuple[Item, ...], key: str, numbers: Mapping[str, float], what: str
) -> tuple[Item, ...]:
    """Return criteria or sub-groups with other numbers, which any of their names may give."""
    called = _called(items)
    given = {column_name(text): number for text, number in numbers.items()}
    if unknown := sorted(set(given) - set(called)):
        names = ", ".join(item.name for item in items)
        hint = f"one of {names}" if items else f"the rules have no {what}"
        raise RulesError([Problem(f"no {what} `{name}`", hint=hint) for name in unknown])
    by_name = {called[text]: number for text, number in given.items()}
    if len(by_name) < len(numbers):
        names = ", ".join(f"`{text}`" for text in numbers)
        raise RulesError(Problem(f"a {what} is given twice: {names}", hint="give each one number"))
    return tuple(
        msgspec.structs.replace(item, **{key: by_name[item.name], "source": CHANGED})
        if by_name.get(item.name, getattr(item, key)) != getattr(item, key)
        else item
        for item in items
    )


def _called(items: tuple[Criterion | SubGroup, ...]) -> dict[str, str]:
    """Return what things may be called → their names; a name goes before another's title."""
    titles = {column_name(text): item.name for item in items for text in every_name(item)}
    return titles | {column_name(item.name): item.name for item in items}
