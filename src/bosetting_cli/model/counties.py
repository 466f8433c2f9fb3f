"""The first of two steps: how many of the total each county is asked for (docs/model.md, 9)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from bosetting_cli.errors import AllocationError, Problem, did_you_mean
from bosetting_cli.model.figures import measure, whole
from bosetting_cli.model.key import exact_quotas, nothing_to_share, quotas, weights_as_written
from bosetting_cli.model.places import Question, apportioned
from bosetting_cli.model.standing import amounts_of, ties_by

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from bosetting_cli.model.exact import Floats, Ints, Numbers
    from bosetting_cli.model.figures import Figures, Members
    from bosetting_cli.model.places import Apportioned
    from bosetting_cli.rules import Counties, Rules
    from bosetting_cli.statistics import Statistics


@dataclass(frozen=True, eq=False)
class CountyStep:
    """How many of the total each county is asked for.

    Attributes:
        names: The counties, in the order of the register.
        county: The index of each unit's county.
        totals: D × counties.
        contributions: Criterion of the counties' key → D × counties; empty if numbers are given.
        figures: The counties' figures, by criterion of their key.
        results: Row → the apportionment among the counties, where there is one of its own.
        problems: Row → why it has no numbers.
    """

    names: tuple[str, ...]
    county: Ints
    totals: Numbers
    contributions: Mapping[str, Floats] = field(default_factory=dict)
    figures: tuple[Figures, ...] = ()
    results: Mapping[int, Apportioned] = field(default_factory=dict)
    problems: Mapping[int, Problem] = field(default_factory=dict)


def counties(statistics: Statistics, rules: Rules, totals: Numbers) -> CountyStep:
    """Share the total out among counties (9).

    The numbers are given by the rules, or apportioned by a key of the counties' own: the same
    steps on the figures that their municipalities have together. Without `counties` in the
    rules there is one, all municipalities, whose name is empty.

    Args:
        statistics: The figures of all municipalities.
        rules: The rules.
        totals: What is shared out, D.

    Raises:
        AllocationError: A county is unknown, or lacks a number or a figure.
    """
    first = rules.counties
    if first is None:
        return CountyStep(("",), np.zeros(len(statistics.units), np.intp), totals[:, np.newaxis])
    county_of = _combined(statistics, first)
    names = tuple(dict.fromkeys(county_of))
    county = np.array([names.index(name) for name in county_of])
    if first.criteria:
        return _by_key(statistics, rules, first, names, county, totals)
    given = np.array(_given(first.totals, names))
    wrong = {
        int(row): Problem(f"the counties' totals sum to {given.sum():,}, not to {totals[row]:,}")
        for row in np.flatnonzero(totals != given.sum())
    }
    return CountyStep(names, county, np.tile(given, (len(totals), 1)), problems=wrong)


def _combined(statistics: Statistics, first: Counties) -> list[str]:
    """Return each unit's county. One that the statistics have combined needs no combining."""
    fylker = {m.fylke for m in statistics.municipalities}
    into: dict[str, str] = {}
    problems = []
    for name, parts in first.combine.items():
        if name in fylker and not fylker & set(parts):
            continue
        for part in parts:
            if part not in fylker:
                hint = did_you_mean(part, fylker)
                problems.append(Problem(f"no fylke {part}", key="counties.combine", hint=hint))
            into[part] = name
    if problems:
        raise AllocationError(problems)
    return [into.get(m.fylke, m.fylke) for m in statistics.municipalities]


def _given(totals: Mapping[str, int], names: Sequence[str]) -> list[int]:
    key = "counties.totals"
    problems = [
        Problem(f"no fylke {name}", key=key, hint=f"there are {', '.join(names)}")
        for name in totals
        if name not in names
    ]
    problems += [
        Problem(f"{name} has no number", key=key, hint="write 0 to ask for none")
        for name in names
        if name not in totals
    ]
    if problems:
        raise AllocationError(problems)
    return [totals[name] for name in names]


def _by_key(
    statistics: Statistics,
    rules: Rules,
    first: Counties,
    names: tuple[str, ...],
    county: Ints,
    totals: Numbers,
) -> CountyStep:
    """Take steps 1, 3, 4, 6 and 7 with the counties as units, all of them eligible and selected."""
    members = tuple(
        tuple(statistics.units[unit] for unit in np.flatnonzero(county == index))
        for index in range(len(names))
    )
    everyone = np.arange(len(names))
    own = [measure(statistics, c, rules.as_of, members) for c in first.criteria]
    _refuse_lacking(own, names)
    tie = ties_by(_people(statistics, rules, members))
    found = amounts_of(statistics, rules, own, everyone, tie)
    weights = np.tile([c.weight for c in first.criteria], (len(totals), 1))
    all_of_them = np.ones((len(totals), len(names)), dtype=bool)
    parts, nothing = quotas([a.values for a in found], all_of_them, weights, totals)
    if nothing.any():
        empty = np.flatnonzero(nothing.any(axis=1)).tolist()
        raise AllocationError([nothing_to_share(first.criteria[k].name) for k in empty])
    low = np.full(all_of_them.shape, first.minimum)
    written = weights_as_written(c.weight for c in first.criteria)
    wrong = {
        int(row): _too_many(first.minimum, len(names), int(totals[row]))
        for row in np.flatnonzero(low.sum(axis=1) > totals)
    }

    def exact(_: int, units: Sequence[int], total: int) -> list[Fraction]:
        return exact_quotas(found, written, units, total)

    ask = Question(parts.sum(axis=0), totals, low, None, rules.method, tie, exact, "the counties")
    seats, results, problems = apportioned(ask, all_of_them, skip=wrong)
    contributions = {c.name: part for c, part in zip(first.criteria, parts, strict=True)}
    return CountyStep(
        names, county, seats, contributions, tuple(own), results, {**problems, **wrong}
    )


def _people(statistics: Statistics, rules: Rules, members: Members) -> Floats:
    """Return the people of each county, those municipalities left out that have no figure."""
    column = statistics.column("population")
    year = column.newest(rules.as_of)
    found = ([whole(column, (unit,), year) for unit in county] for county in members)
    return np.array([math.fsum(x for x in county if x is not None) for county in found])


def _refuse_lacking(figures: Sequence[Figures], names: Sequence[str]) -> None:
    for own in figures:
        values = zip(names, own.values, strict=True)
        if gaps := [name for name, value in values if np.isnan(value)]:
            what = f"{own.criterion.name}: no figure for {', '.join(gaps)}"
            hint = "a county has one if all its municipalities have; a rate needs its numerator"
            raise AllocationError(Problem(what, key="counties.criteria", hint=hint))


def _too_many(minimum: int, count: int, total: int) -> Problem:
    what = f"{minimum} for each of {count} counties is {minimum * count} in all"
    hint = f"at most {total // count} for each"
    return Problem(f"{what}, the total is {total}", key="counties.minimum", hint=hint)
