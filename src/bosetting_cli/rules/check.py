"""What is impossible in rules whose keys and types are right."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from decimal import Context, Decimal, localcontext
from typing import Any

import msgspec

from bosetting_cli.findings import Finding, finding, meant, shown
from bosetting_cli.rules.structs import Criterion, Ratio, Rules, SubGroup, column_name

_EXACT = Context(prec=400)  # digits: enough for the sum of any floats


def check_rules(rules: Rules, unknown: Collection[str] = ()) -> list[Finding]:
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


def _key(criteria: tuple[Criterion, ...], path: str) -> Iterator[Finding]:
    """Yield what is wrong with criteria that share out the places together."""
    yield from _weights([criterion.weight for criterion in criteria], path)
    yield from _twice(criteria, path, "second criterion")
    for i, criterion in enumerate(criteria):
        if criterion.smoothing and criterion.missing == "zero":
            yield finding("smoothed zero", key=f"{path}[{i}].missing")
        if criterion.smoothing and not isinstance(criterion.indicator, Ratio):
            yield finding("smoothed level", key=f"{path}[{i}].smoothing")


def _weights(weights: Sequence[float], path: str) -> Iterator[Finding]:
    """Yield that weights don't sum to 1, as exactly as they are written."""
    with localcontext(_EXACT):
        written = [Decimal(repr(weight)).normalize() for weight in weights]
        total = sum(written, Decimal())
    if total != 1:
        words = "weights nearly 1" if abs(total - 1) < Decimal("0.01") else "weights not 1"
        given = " + ".join(f"{weight:f}" for weight in written)
        yield finding(words, key=path, cell=given, sum=shown(f"{total:f}"))


def _twice(parts: Sequence[Criterion | SubGroup], path: str, words: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for i, part in enumerate(parts):
        if column_name(part.name) in seen:
            yield finding(words, key=f"{path}[{i}].name", name=part.name)
        seen.add(column_name(part.name))


def _county_step(rules: Rules) -> Iterator[Finding]:
    counties = rules.counties
    if counties is None:
        return
    given = [bool(counties.totals), counties.file is not None, bool(counties.criteria)]
    if sum(given) != 1:
        yield finding("counties twice", key="counties")
    if counties.criteria:
        yield from _key(counties.criteria, "counties.criteria")
    together, total = sum(counties.totals.values()), rules.total.value
    if counties.totals and together != total:
        yield finding("counties not total", key="counties.totals", sum=together, total=total)


def _selection(rules: Rules) -> Iterator[Finding]:
    chosen = rules.select
    ways = tuple(n for n in ("share", "count", "list") if getattr(chosen, n) is not None)
    if len(ways) > 1:
        yield finding("exclude each other", key="select", ways=ways)
    orders = {"share", "score", *(criterion.name for criterion in rules.criteria)}
    if chosen.by not in orders:
        yield finding("no order", key="select.by", by=chosen.by, known=tuple(sorted(orders)))


def _groups(rules: Rules) -> Iterator[Finding]:
    total = rules.total.value
    together = sum(group.value for group in rules.of_which)
    if len(rules.of_which) > 1 and together > total:
        yield finding("groups above total", key="of_which", together=together, total=total)
    for i, group in enumerate(rules.of_which):
        if group.value > total:
            said = {"number": group.value, "total": total}
            yield finding("group above total", said, key=f"of_which[{i}].value")
    yield from _twice(rules.of_which, "of_which", "second group")


def _maximum(rules: Rules) -> Iterator[Finding]:
    limit, least = rules.maximum, rules.minimum.value
    if limit and limit.value is not None and limit.value < least:
        yield finding("maximum below minimum", key="maximum.value", minimum=least)


def _method(rules: Rules) -> Iterator[Finding]:
    from bosetting_cli.apportionment import resolve_method

    try:
        resolve_method(rules.method)
    except ValueError as error:
        yield finding("as told", key="method", cell=rules.method, what=str(error))


def _sources(rules: Rules) -> Iterator[Finding]:
    """Yield sources of one word that are nearly, but not quite, names in `sources`."""
    for path, value in leaves(msgspec.to_builtins(rules)):
        if path.endswith(".source") and isinstance(value, str) and value not in rules.sources:
            near = meant(value, rules.sources)
            if near and " " not in value:  # a source may be in words of its own, such as SSB
                yield finding("no source", key=path, cell=value, remedy=near)


def leaves(data: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield path and value of all that is no list or mapping itself."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from leaves(value, f"{path}.{key}" if path else key)
    elif isinstance(data, list | tuple):
        for i, value in enumerate(data):
            yield from leaves(value, f"{path}[{i}]")
    else:
        yield path, data


# Check → the keys of the rules that it looks at.
_CHECKS: dict[Callable[[Rules], Iterator[Finding]], set[str]] = {
    lambda rules: _key(rules.criteria, "criteria"): {"criteria"},
    _county_step: {"counties", "total"},
    _selection: {"select", "criteria"},
    _groups: {"of_which", "total"},
    _maximum: {"maximum", "minimum"},
    _method: {"method"},
    _sources: {"sources"},
}
