"""The first of two steps: how many of the total each county is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bosetting_cli import criteria
from bosetting_cli.apportionment import apportion
from bosetting_cli.errors import AllocationError, Problem, did_you_mean
from bosetting_cli.regroup import regroup
from bosetting_cli.statistics import Municipality

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bosetting_cli.rules import Counties, Rules
    from bosetting_cli.statistics import Statistics


def county_totals(statistics: Statistics, rules: Rules) -> tuple[dict[str, int], dict[str, str]]:
    """Return each county's number, and each unit's county.

    The numbers are given by the rules, or apportioned by a key of the counties' own: the same
    criteria, shares and methods on the figures that their municipalities have together.

    Returns:
        County → number, in the order of the register; unit → county, after combining.

    Raises:
        AllocationError: A county is unknown or lacks a number.
    """
    counties = rules.counties
    assert counties is not None  # noqa: S101
    names = _county_of(statistics, counties)
    order = list(dict.fromkeys(names.values()))
    if counties.criteria:
        return _apportioned(statistics, rules, counties, names, order), names
    return _given(counties.totals, order), names


def _county_of(statistics: Statistics, counties: Counties) -> dict[str, str]:
    fylker = {m.fylke for m in statistics.municipalities}
    into: dict[str, str] = {}
    problems = []
    for name, parts in counties.combine.items():
        for part in parts:
            if part not in fylker:
                hint = did_you_mean(part, fylker)
                problems.append(Problem(f"no fylke {part}", key="counties.combine", hint=hint))
            into[part] = name
    if problems:
        raise AllocationError(problems)
    return {m.kommunenummer: into.get(m.fylke, m.fylke) for m in statistics.municipalities}


def _given(totals: Mapping[str, int], order: list[str]) -> dict[str, int]:
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


def _apportioned(
    statistics: Statistics,
    rules: Rules,
    counties: Counties,
    names: Mapping[str, str],
    order: list[str],
) -> dict[str, int]:
    together = regroup(statistics, names, [Municipality(name, name, name) for name in order])
    quotas = dict.fromkeys(order, 0.0)
    for criterion in counties.criteria:
        measured = criteria.measure(together, criterion, rules.as_of)
        values = {unit: f.value for unit, f in measured.figures.items() if f.value is not None}
        if gaps := [name for name in order if name not in values]:
            what = f"{criterion.name}: no figure for {', '.join(gaps)}"
            raise AllocationError(Problem(what, key="counties.criteria"))
        sizes = None
        if criterion.scale_by:
            column = together.column(criterion.scale_by)
            year = column.newest(rules.as_of)
            sizes = {name: column.value(name, year) or 0.0 for name in order}
        exponent = criterion.size_exponent
        amount = criteria.amounts(
            criteria.normalise(values, criterion),
            sizes,
            rules.size_exponent.value if exponent is None else exponent,
        )
        share = criteria.shares(amount, criterion)
        part = criteria.contributions(share, criterion.weight, rules.total.value)
        quotas = {name: quotas[name] + part[name] for name in order}
    result = apportion(
        [quotas[name] for name in order],
        rules.total.value,
        method=rules.method,
        minimums=counties.minimum,
    )
    return dict(zip(order, map(int, result.seats), strict=True))
