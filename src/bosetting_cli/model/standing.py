"""Steps 0 to 4 for all units: figures, who is eligible, amounts and shares."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from bosetting_cli.findings import AllocationError, finding
from bosetting_cli.model.exact import FLOATS, FRACTIONS, Arithmetic, Array, Floats, Ints, Mask
from bosetting_cli.model.figures import Figures, Met, measure, meets, whole
from bosetting_cli.model.key import Amounts, amounts, powers
from bosetting_cli.rules import Rules
from bosetting_cli.rules.naming import named
from bosetting_cli.statistics import Statistics


class Reason(NamedTuple):
    """Why a unit is asked, or is not.

    Attributes:
        code: `excluded`, `unmet`, `no figure`; `included`, `first`, `listed`; `not listed`,
            `rank`.
        names: What the code is about: the criteria without a figure, the fylke.
        numbers: The index of the condition and whether a figure is not published; the rank, how
            many are ranked and how many are asked; how many of a fylke are.
    """

    code: str
    names: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()


def eligible(
    statistics: Statistics, rules: Rules, tested: Sequence[Met], figures: Sequence[Figures]
) -> tuple[list[Reason | None], Mask]:
    """Return why each unit may not be asked, the first reason that holds, or None (2).

    Args:
        statistics: The figures.
        rules: The rules, for who is excluded, included or listed by name.
        tested: Their conditions, tested.
        figures: The figures of each criterion.

    Returns:
        A reason for each unit that is not eligible, and who is selected by name or list.

    Raises:
        AllocationError: Nobody is eligible; one who is included by name is excluded by name as
            well, or has no figure.
    """
    everyone, units, chosen = statistics.municipalities, statistics.units, rules.select
    excluded = set(named(everyone, rules.exclude, "exclude"))
    included = set(named(everyone, chosen.include, "select.include"))
    if both := tuple(sorted(excluded & included)):
        raise AllocationError(finding("included and excluded", key="exclude", names=both))
    if isinstance(chosen.list, tuple):  # exclusion takes off a list
        included |= set(named(everyone, chosen.list, "select.list")) - excluded
    required = [f for f in figures if f.criterion.missing == "exclude"]
    reasons: list[Reason | None] = []
    problems = []
    for place, unit in enumerate(units):
        gaps = tuple(f.criterion.name for f in required if f.units[place].raw is None)
        unmet = [index for index, test in enumerate(tested) if not test.met[place]]
        why = Reason("no figure", gaps) if gaps else None
        if unit in excluded:
            why = Reason("excluded")
        elif unmet and unit not in included:
            unpublished = None in tested[unmet[0]].figures[place]
            why = Reason("unmet", numbers=(unmet[0], int(unpublished)))
        elif why and unit in included:
            problems.append(finding("included without figure", unit=unit, criteria=gaps))
        reasons.append(why)
    if not problems and all(reasons):
        problems.append(finding("nobody eligible"))
    if problems:
        raise AllocationError(problems)
    return reasons, np.array([unit in included for unit in units])


@dataclass(frozen=True, eq=False)
class Standing:
    """What is known before anybody is selected: steps 0 to 4; a figure may vary.

    Attributes:
        statistics: The figures of all municipalities.
        rules: The rules.
        units: The municipalities' codes, or the counties' names.
        population: Persons, the newest figure known, n or D × n; NaN where there is none.
        tie: The place of each unit among equals, n or D × n: larger population, then the units'
            order.
        figures: The figures, by criterion.
        tested: The conditions of eligibility.
        able: Sub-group → who can receive it.
        reasons: Why a unit is not eligible; None if it is.
        included: Who is selected by name or list.
        eligible: The eligible units.
        amounts: What shares are proportional to, and these, by criterion, of n or of D × n.
        changed: Row → its own steps 0 to 4, if figures vary.
    """

    statistics: Statistics
    rules: Rules
    units: tuple[str, ...]
    population: Floats
    tie: Ints
    figures: tuple[Figures, ...]
    tested: tuple[Met, ...]
    able: Mapping[str, Mask]
    reasons: tuple[Reason | None, ...]
    included: Mask
    eligible: Ints
    amounts: Sequence[Amounts] = ()
    changed: Callable[[int], Standing] | None = None

    @functools.cached_property
    def exact(self) -> tuple[Amounts, ...]:
        """The amounts and shares as fractions."""
        return _amounts(self, FRACTIONS)

    def at(self, row: int) -> Standing:
        """Return the steps of a row, if figures vary."""
        return self.changed(row) if self.changed else self


def standing(
    statistics: Statistics, rules: Rules, counties: Mapping[str, Sequence[str]] | None = None
) -> Standing:
    """Take steps 0 to 4.

    Args:
        statistics: The figures of all municipalities.
        rules: The rules.
        counties: Name → municipalities, if counties are the units; each must have all figures.

    Raises:
        DataError: The statistics lack what the rules ask for.
        AllocationError: Nobody is eligible, or one who is lacks a figure.
    """
    pooled = counties or {unit: (unit,) for unit in statistics.units}
    units, members = tuple(pooled), tuple(map(tuple, pooled.values()))
    figures = tuple(measure(statistics, c, rules.as_of, members) for c in rules.criteria)
    tested = tuple(meets(statistics, condition, rules.as_of) for condition in rules.eligible)
    reasons: list[Reason | None] = [None] * len(units)
    included = np.zeros(len(units), dtype=bool)
    if counties is None:
        reasons, included = eligible(statistics, rules, tested, figures)
    able = np.flatnonzero([reason is None for reason in reasons])
    problems = []
    for own in figures:
        gaps = tuple(units[unit] for unit in able.tolist() if own.units[unit].value is None)
        said = {"criterion": own.criterion.name, "count": len(gaps), "names": gaps}
        key = "counties.criteria" if counties else f"criteria.{own.criterion.name}.missing"
        words = "county figure missing" if counties else "figure missing"
        problems += [finding(words, said, key=key)] if gaps else []
    if problems:
        raise AllocationError(problems)
    column = statistics.column("population")
    year = column.newest(rules.as_of)
    people = np.array([whole(column, own, year) for own in members], dtype=float)
    known = [math.fsum(whole(column, (unit,), year) or 0 for unit in own) for own in members]
    among, everyone = [(g.name, g.among) for g in rules.of_which], np.ones(len(units), bool)
    groups = {n: meets(statistics, c, rules.as_of).met if c else everyone for n, c in among}
    given, told = (statistics, rules, units), (tuple(reasons), included, able)
    found = Standing(*given, people, ties_by(np.array(known)), figures, tested, groups, *told)
    return dataclasses.replace(found, amounts=_amounts(found, FLOATS))


def _amounts(own: Standing, arithmetic: Arithmetic) -> tuple[Amounts, ...]:
    """Take steps 3 and 4 for all criteria; the same sizes are made once."""
    members = [own.figures[0].members[unit] for unit in own.eligible.tolist()]

    @functools.cache
    def sizes(name: str, exponent: float) -> Array:
        column, used = own.statistics.column(name), arithmetic if exponent == 1 else FRACTIONS
        year = column.newest(own.rules.as_of)
        known = [whole(column, unit, year, used) for unit in members]
        if gaps := tuple(unit[0] for unit, x in zip(members, known, strict=True) if x is None):
            said = finding("no size", file=column.table, column=column.name, names=gaps)
            raise AllocationError(said)
        return powers(known, exponent, arithmetic)

    found = []
    for figures in own.figures:
        name, exponent = figures.criterion.scale_by, own.rules.exponent(figures.criterion)
        size = sizes(name, exponent) if name else None
        found.append(amounts(figures, own.eligible, size, exponent, arithmetic))
    return tuple(found)


def ties_by(population: Floats) -> Ints:
    """Return each unit's place among equals: the larger population first, then in order."""
    people = np.nan_to_num(population)
    return np.argsort(np.argsort(-people, axis=-1, kind="stable"), axis=-1)
