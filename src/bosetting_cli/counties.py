"""The first of two steps: how many of the total each county is asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bosetting_cli import criteria
from bosetting_cli.apportionment import apportion, verify
from bosetting_cli.errors import AllocationError, Problem, did_you_mean
from bosetting_cli.memory import Memory
from bosetting_cli.standing import measure
from bosetting_cli.statistics import Municipality, regroup

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bosetting_cli.rules import Counties, Criterion, Rules
    from bosetting_cli.statistics import Statistics


@dataclass(frozen=True, slots=True)
class CountyStep:
    """The outcome of the first step.

    Attributes:
        totals: County → its number, in the order of the register.
        county_of: Unit → county, after combining.
        contributions: Criterion of the counties' key → county → places; empty if the numbers
            are given.
        measured: Criterion of the counties' key → the counties' figures.
    """

    totals: Mapping[str, int]
    county_of: Mapping[str, str]
    contributions: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    measured: Mapping[str, criteria.Measured] = field(default_factory=dict)


def county_step(statistics: Statistics, rules: Rules, memory: Memory | None = None) -> CountyStep:
    """Share the total out among counties.

    The numbers are given by the rules, or apportioned by a key of the counties' own: the same
    criteria, shares and methods on the figures that their municipalities have together.

    Args:
        statistics: The figures of all municipalities.
        rules: Rules that have `counties`.
        memory: What has been computed from these statistics already.

    Raises:
        AllocationError: A county is unknown, lacks a number or a figure, or the minimums
            exceed the total.
    """
    counties = rules.counties
    assert counties is not None  # noqa: S101
    memory = Memory() if memory is None else memory
    county_of = memory(_county_of, statistics, counties)
    order = list(dict.fromkeys(county_of.values()))
    if not counties.criteria:
        return CountyStep(_given(counties.totals, order), county_of)
    together = memory(_together, statistics, county_of)
    measured = {c.name: measure(together, c, rules.as_of, memory) for c in counties.criteria}
    contributions = {
        c.name: criteria.contributions(
            _shares(together, rules, measured[c.name], order), c.weight, rules.total.value
        )
        for c in counties.criteria
    }
    totals = _apportioned(contributions, rules, counties.minimum, order)
    return CountyStep(totals, county_of, contributions, measured)


def county_totals(statistics: Statistics, rules: Rules) -> tuple[dict[str, int], dict[str, str]]:
    """Return each county's number, and each unit's county; see `county_step`."""
    step = county_step(statistics, rules)
    return dict(step.totals), dict(step.county_of)


def _county_of(statistics: Statistics, counties: Counties) -> dict[str, str]:
    """Return unit → county. One that the statistics have combined already needs no combining."""
    fylker = {m.fylke for m in statistics.municipalities}
    into: dict[str, str] = {}
    problems = []
    for name, parts in counties.combine.items():
        if name in fylker and not fylker & set(parts):
            continue
        for part in parts:
            if part not in fylker:
                hint = did_you_mean(part, fylker)
                problems.append(Problem(f"no fylke {part}", key="counties.combine", hint=hint))
            into[part] = name
    if problems:
        raise AllocationError(problems)
    return {m.kommunenummer: into.get(m.fylke, m.fylke) for m in statistics.municipalities}


def _together(statistics: Statistics, county_of: Mapping[str, str]) -> Statistics:
    """Return the figures that each county's municipalities have together."""
    counties = dict.fromkeys(county_of.values())
    return regroup(statistics, county_of, [Municipality(name, name, name) for name in counties])


def _given(totals: Mapping[str, int], order: Sequence[str]) -> dict[str, int]:
    problems = [
        Problem(f"no fylke {name}", key="counties.totals", hint=f"there are {', '.join(order)}")
        for name in totals
        if name not in order
    ]
    problems += [
        Problem(f"{name} has no number", key="counties.totals", hint="write 0 to ask for none")
        for name in order
        if name not in totals
    ]
    if problems:
        raise AllocationError(problems)
    return {name: totals[name] for name in order}


def _shares(
    together: Statistics, rules: Rules, measured: criteria.Measured, order: Sequence[str]
) -> dict[str, float]:
    """Return the counties' shares of one criterion."""
    criterion = measured.criterion
    values = {unit: x for unit, f in measured.figures.items() if (x := f.value) is not None}
    if gaps := [name for name in order if name not in values]:
        what = f"{criterion.name}: no figure for {', '.join(gaps)}"
        hint = "a county has one if all its municipalities have; a rate needs its numerator"
        raise AllocationError(Problem(what, key="counties.criteria", hint=hint))
    exponent = criterion.size_exponent
    amount = criteria.amounts(
        criteria.normalise(values, criterion),
        _sizes(together, criterion, rules, order) if criterion.scale_by else None,
        rules.size_exponent.value if exponent is None else exponent,
    )
    return criteria.shares(amount, criterion)


def _sizes(
    together: Statistics, criterion: Criterion, rules: Rules, order: Sequence[str]
) -> dict[str, float]:
    column = together.column(criterion.scale_by or "")
    year = column.newest(rules.as_of)
    values = {name: column.value(name, year) for name in order}
    if gaps := [name for name, value in values.items() if value is None]:
        what = f"`{column.name}` has no figure for {', '.join(gaps)}, to scale {criterion.name} by"
        raise AllocationError(Problem(what, key="counties.criteria"))
    return {name: value for name, value in values.items() if value is not None}


def _apportioned(
    contributions: Mapping[str, Mapping[str, float]],
    rules: Rules,
    minimum: int,
    order: Sequence[str],
) -> dict[str, int]:
    total = rules.total.value
    if minimum * len(order) > total:
        what = f"{minimum} for each of {len(order)} counties is {minimum * len(order)} in all"
        hint = f"at most {total // len(order)} for each"
        raise AllocationError(
            Problem(f"{what}, the total is {total}", key="counties.minimum", hint=hint)
        )
    quotas = [math.fsum(part[name] for part in contributions.values()) for name in order]
    result = apportion(quotas, total, method=rules.method, minimums=minimum)
    verify(
        quotas,
        result.seats,
        total,
        method=rules.method,
        divisor=result.divisor,
        minimums=minimum,
    )
    return dict(zip(order, map(int, result.seats), strict=True))
