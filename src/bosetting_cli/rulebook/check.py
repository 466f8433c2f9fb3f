"""What is impossible in rules whose keys and types are right."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec

from bosetting_cli.errors import Problem, did_you_mean
from bosetting_cli.rules import Criterion, Ratio, Rules, column_name

if TYPE_CHECKING:
    from collections.abc import Iterator


def check_rules(rules: Rules) -> list[Problem]:
    """Return what is impossible in rules whose keys and types are right.

    The ``key`` of each problem is the path of the offending value.
    """
    return [*_weights(rules.criteria, "criteria"), *_county_step(rules), *_impossible(rules)]


def check_sources(rules: Rules) -> list[Problem]:
    """Return the sources that look like misspelt names of `sources`."""
    return list(_sources(rules))


def _weights(criteria: tuple[Criterion, ...], path: str) -> Iterator[Problem]:
    total = math.fsum(criterion.weight for criterion in criteria)
    if abs(total - 1) > 1e-9:
        given = " + ".join(f"{criterion.weight:.12g}" for criterion in criteria)
        hint = "each weight is the part of the places that its criterion shares out"
        yield Problem(f"the weights sum to {total:.12g}, not 1", key=path, value=given, hint=hint)
    seen: set[str] = set()
    for i, criterion in enumerate(criteria):
        if column_name(criterion.name) in seen:
            yield Problem(f"a second criterion `{criterion.name}`", key=f"{path}[{i}].name")
        seen.add(column_name(criterion.name))
        if criterion.smoothing and criterion.missing == "zero":
            hint = "a smoothed rate that rests on nobody is the national rate; leave out `missing`"
            yield Problem("a smoothed rate is never zero", key=f"{path}[{i}].missing", hint=hint)
        if criterion.smoothing and not isinstance(criterion.indicator, Ratio):
            hint = "give the indicator as {numerator: …, denominator: …}"
            yield Problem("only a rate can be smoothed", key=f"{path}[{i}].smoothing", hint=hint)


def _county_step(rules: Rules) -> Iterator[Problem]:
    counties = rules.counties
    if counties is None:
        return
    given = [bool(counties.totals), counties.file is not None, bool(counties.criteria)]
    if sum(given) != 1:
        hint = "give one of totals, file and criteria"
        yield Problem("the counties' numbers come from one place", key="counties", hint=hint)
    if counties.criteria:
        yield from _weights(counties.criteria, "counties.criteria")
    if counties.totals and sum(counties.totals.values()) != rules.total.value:
        yield Problem(
            f"the counties' numbers sum to {sum(counties.totals.values())},"
            f" the total is {rules.total.value}",
            key="counties.totals",
            hint="change both, or give the counties a key of their own (`counties.criteria`)",
        )


def _sources(rules: Rules) -> Iterator[Problem]:
    """Yield sources of one word that are nearly, but not quite, names in `sources`."""
    if not rules.sources:
        return
    for path, source in _named_sources(msgspec.to_builtins(rules), ""):
        hint = None if source in rules.sources else did_you_mean(source, rules.sources)
        if hint and " " not in source:  # a source may be in words of its own, such as SSB
            yield Problem(f"`sources` has no `{source}`", key=path, value=source, hint=hint)


def _named_sources(part: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(part, dict):
        for key, value in part.items():
            here = f"{path}.{key}" if path else key
            if key == "source" and isinstance(value, str):
                yield here, value
            elif here != "sources":
                yield from _named_sources(value, here)
    elif isinstance(part, list | tuple):
        for i, value in enumerate(part):
            yield from _named_sources(value, f"{path}[{i}]")


def _impossible(rules: Rules) -> Iterator[Problem]:
    chosen = rules.select
    ways = [n for n in ("share", "count", "list") if getattr(chosen, n) is not None]
    if len(ways) > 1:
        yield Problem(f"{' and '.join(ways)} exclude each other", key="select")
    names = {"share", "score", *(criterion.name for criterion in rules.criteria)}
    if chosen.by not in names:
        hint = f"one of {', '.join(sorted(names))}"
        yield Problem(f"no order `{chosen.by}`", key="select.by", hint=hint)
    together = sum(group.value for group in rules.of_which)
    if len(rules.of_which) > 1 and together > rules.total.value:
        hint = "nobody belongs to two of them, so together they can't exceed the total"
        what = f"{together:,} together, of a total of {rules.total.value:,}"
        yield Problem(what, key="of_which", hint=hint)
    seen: set[str] = set()
    for i, group in enumerate(rules.of_which):
        if group.value > rules.total.value:
            what = f"{group.value} of a total of {rules.total.value}"
            yield Problem(what, key=f"of_which[{i}].value", hint="a part can't exceed the whole")
        if column_name(group.name) in seen:
            yield Problem(f"a second group `{group.name}`", key=f"of_which[{i}].name")
        seen.add(column_name(group.name))
    limit = rules.maximum
    if limit and limit.value is not None and limit.value < rules.minimum.value:
        yield Problem(f"is below the minimum of {rules.minimum.value}", key="maximum.value")
    yield from _method(rules.method)


def _method(name: str) -> Iterator[Problem]:
    from bosetting_cli.apportionment import resolve_method

    try:
        resolve_method(name)
    except ValueError as error:
        yield Problem(str(error), key="method", value=name)
