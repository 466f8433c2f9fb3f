"""What is impossible in rules whose keys and types are right."""

from __future__ import annotations

from decimal import Context, Decimal, localcontext
from typing import TYPE_CHECKING, Any

import msgspec

from bosetting_cli.findings import Problem, did_you_mean, shown
from bosetting_cli.rules.structs import Criterion, Ratio, Rules, SubGroup, column_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

_EXACT = Context(prec=400)  # digits: enough for the sum of any floats


def check_rules(rules: Rules, unknown: Collection[str] = ()) -> list[Problem]:
    """Return what is impossible in rules whose keys and types are right.

    The ``key`` of each problem is the path of the offending value.

    Args:
        rules: The rules.
        unknown: Keys of the rules whose values are not known: nothing is said of what depends
            on them.

    Example:
        >>> from bosetting_cli.rules import load_rules
        >>> check_rules(load_rules())
        []
    """
    return [
        problem
        for check, keys in _CHECKS.items()
        if keys.isdisjoint(unknown)
        for problem in check(rules)
    ]


def _criteria(rules: Rules) -> Iterator[Problem]:
    return _key(rules.criteria, "criteria")


def _key(criteria: tuple[Criterion, ...], path: str) -> Iterator[Problem]:
    """Yield what is wrong with criteria that share out the places together."""
    yield from _weights([criterion.weight for criterion in criteria], path)
    yield from _twice(criteria, path, "criterion")
    for i, criterion in enumerate(criteria):
        if criterion.smoothing and criterion.missing == "zero":
            hint = "a smoothed rate that rests on nobody is the national rate; leave out `missing`"
            yield Problem("a smoothed rate is never zero", key=f"{path}[{i}].missing", hint=hint)
        if criterion.smoothing and not isinstance(criterion.indicator, Ratio):
            hint = "give the indicator as {numerator: …, denominator: …}"
            yield Problem("only a rate can be smoothed", key=f"{path}[{i}].smoothing", hint=hint)


def _weights(weights: Sequence[float], path: str) -> Iterator[Problem]:
    """Yield that weights don't sum to 1, as exactly as they are written."""
    with localcontext(_EXACT):
        written = [Decimal(repr(weight)).normalize() for weight in weights]
        total = sum(written, Decimal())
    if total == 1:
        return
    hint = "each weight is the part of the places that its criterion shares out"
    if abs(total - 1) < Decimal("0.01"):
        hint = "write decimals that sum to exactly 1, such as 0.33, 0.33 and 0.34"
    given = " + ".join(f"{weight:f}" for weight in written)
    yield Problem(
        f"the weights sum to {shown(f'{total:f}')}, not 1", key=path, value=given, hint=hint
    )


def _twice(parts: Sequence[Criterion | SubGroup], path: str, what: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for i, part in enumerate(parts):
        if column_name(part.name) in seen:
            yield Problem(f"a second {what} `{part.name}`", key=f"{path}[{i}].name")
        seen.add(column_name(part.name))


def _county_step(rules: Rules) -> Iterator[Problem]:
    counties = rules.counties
    if counties is None:
        return
    given = [bool(counties.totals), counties.file is not None, bool(counties.criteria)]
    if sum(given) != 1:
        hint = "give one of totals, file and criteria"
        yield Problem("the counties' numbers come from one place", key="counties", hint=hint)
    if counties.criteria:
        yield from _key(counties.criteria, "counties.criteria")
    together = sum(counties.totals.values())
    if counties.totals and together != rules.total.value:
        what = f"the counties' numbers sum to {together}, the total is {rules.total.value}"
        hint = "change both, or give the counties a key of their own (`counties.criteria`)"
        yield Problem(what, key="counties.totals", hint=hint)


def _selection(rules: Rules) -> Iterator[Problem]:
    chosen = rules.select
    ways = [n for n in ("share", "count", "list") if getattr(chosen, n) is not None]
    if len(ways) > 1:
        yield Problem(f"{' and '.join(ways)} exclude each other", key="select")
    orders = {"share", "score", *(criterion.name for criterion in rules.criteria)}
    if chosen.by not in orders:
        hint = f"one of {', '.join(sorted(orders))}"
        yield Problem(f"no order `{chosen.by}`", key="select.by", hint=hint)


def _groups(rules: Rules) -> Iterator[Problem]:
    total = rules.total.value
    together = sum(group.value for group in rules.of_which)
    if len(rules.of_which) > 1 and together > total:
        hint = "nobody belongs to two of them, so together they can't exceed the total"
        yield Problem(f"{together:,} together, of a total of {total:,}", key="of_which", hint=hint)
    for i, group in enumerate(rules.of_which):
        if group.value > total:
            what, hint = f"{group.value} of a total of {total}", "a part can't exceed the whole"
            yield Problem(what, key=f"of_which[{i}].value", hint=hint)
    yield from _twice(rules.of_which, "of_which", "group")


def _maximum(rules: Rules) -> Iterator[Problem]:
    limit, least = rules.maximum, rules.minimum.value
    if limit and limit.value is not None and limit.value < least:
        yield Problem(f"is below the minimum of {least}", key="maximum.value")


def _method(rules: Rules) -> Iterator[Problem]:
    from bosetting_cli.apportionment import resolve_method

    try:
        resolve_method(rules.method)
    except ValueError as error:
        yield Problem(str(error), key="method", value=rules.method)


def _sources(rules: Rules) -> Iterator[Problem]:
    """Yield sources of one word that are nearly, but not quite, names in `sources`."""
    for path, value in _leaves(msgspec.to_builtins(rules)):
        if path.endswith(".source") and isinstance(value, str) and value not in rules.sources:
            near = did_you_mean(value, rules.sources)
            if near and " " not in value:  # a source may be in words of its own, such as SSB
                yield Problem(f"`sources` has no `{value}`", key=path, value=value, hint=near)


def _leaves(data: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield path and value of all that is no list or mapping itself."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _leaves(value, f"{path}.{key}" if path else key)
    elif isinstance(data, list | tuple):
        for i, value in enumerate(data):
            yield from _leaves(value, f"{path}[{i}]")
    else:
        yield path, data


# Check → the keys of the rules that it looks at.
_CHECKS: dict[Callable[[Rules], Iterator[Problem]], set[str]] = {
    _criteria: {"criteria"},
    _county_step: {"counties", "total"},
    _selection: {"select", "criteria"},
    _groups: {"of_which", "total"},
    _maximum: {"maximum", "minimum"},
    _method: {"method"},
    _sources: {"sources"},
}
