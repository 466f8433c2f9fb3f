"""Steps 0 to 4 for all units, and what D variations of the rules compare."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from bosetting_cli.findings import AllocationError, finding
from bosetting_cli.model.exact import (
    FLOATS,
    FRACTIONS,
    Arithmetic,
    Array,
    Floats,
    Ints,
    Mask,
    close,
)
from bosetting_cli.model.figures import Figures, measure, whole, years_read
from bosetting_cli.model.key import Amounts, amounts, powers
from bosetting_cli.rules import Condition, Criterion, Rules
from bosetting_cli.rules.naming import named
from bosetting_cli.rules.variations import Variations
from bosetting_cli.statistics import Statistics, exact


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


@dataclass(frozen=True, slots=True)
class Met:
    """A condition, tested on every unit.

    Attributes:
        condition: The condition.
        years: The years that are looked at; None in a table without years.
        met: Whether it is met.
        figures: Of each unit one for each year; None where it is not published.
    """

    condition: Condition
    years: tuple[int | None, ...]
    met: Mask
    figures: tuple[tuple[float | None, ...], ...]


def meets(statistics: Statistics, condition: Condition, as_of: dt.date) -> Met:
    """Test a condition on every unit.

    A figure that is not published does not meet it, unless the published ones of a merged
    municipality's parts do so by themselves.

    Raises:
        DataError: The statistics lack the column or a year.
    """
    column = statistics.column(condition.indicator)
    years = years_read(column, condition.years, as_of)
    test = any if condition.within == "any" else all
    units, least = statistics.units, condition.at_least
    met = [test(_reaches(column.parts(unit, year), least) for year in years) for unit in units]
    figures = tuple(tuple(column.value(unit, year) for year in years) for unit in units)
    return Met(condition, years, np.array(met, dtype=bool), figures)


def _reaches(parts: Sequence[float | None], least: float) -> bool:
    known = [part for part in parts if part is not None]
    total = math.fsum(known)
    if close(total, least):
        return bool(known) and sum(map(exact, known)) >= exact(least)
    return bool(known) and total >= least


def eligible(
    statistics: Statistics,
    rules: Rules,
    units: Sequence[str],
    tested: Sequence[Met],
    figures: Sequence[Figures],
) -> tuple[list[Reason | None], Mask]:
    """Return why each unit may not be asked, the first reason that holds, or None (2).

    Args:
        statistics: The figures.
        rules: The rules, for who is excluded, included or listed by name.
        units: Their codes.
        tested: Their conditions, tested.
        figures: The figures of each criterion.

    Returns:
        A reason for each unit that is not eligible, and who is selected by name or list.

    Raises:
        AllocationError: Nobody is eligible; one who is lacks a figure; one who is included by
            name is excluded by name as well, or has no figure.
    """
    everyone, chosen = statistics.municipalities, rules.select
    excluded = set(named(everyone, rules.exclude, "exclude"))
    included = set(named(everyone, chosen.include, "select.include"))
    if both := tuple(sorted(excluded & included)):
        raise AllocationError(finding("included and excluded", key="exclude", names=both))
    if isinstance(chosen.list, tuple):  # exclusion takes off a list
        included |= set(named(everyone, chosen.list, "select.list")) - excluded
    required = [f for f in figures if f.criterion.missing == "exclude"]
    reasons: list[Reason | None] = []
    for place, unit in enumerate(units):
        gaps = tuple(f.criterion.name for f in required if f.units[place].raw is None)
        unmet = [index for index, test in enumerate(tested) if not test.met[place]]
        if unit in excluded:
            reasons.append(Reason("excluded"))
        elif unmet and unit not in included:
            unpublished = None in tested[unmet[0]].figures[place]
            reasons.append(Reason("unmet", numbers=(unmet[0], int(unpublished))))
        else:
            reasons.append(Reason("no figure", gaps) if gaps else None)
    pairs = list(zip(units, reasons, strict=True))
    problems = [
        finding("included without figure", unit=unit, criteria=why.names)
        for unit, why in pairs
        if why and unit in included
    ]
    if not problems and all(reasons):
        problems.append(finding("nobody eligible"))
    if problems:
        raise AllocationError(problems)
    return reasons, np.array([unit in included for unit in units])


@dataclass(frozen=True, eq=False)
class Standing:
    """What is known before anybody is selected: steps 0 to 4.

    Attributes:
        statistics: The figures of all municipalities.
        rules: The rules.
        units: The municipalities' codes, or the counties' names.
        population: Persons, the newest figure known; NaN where there is none.
        tie: The place of each unit among equals: larger population, then the units' order.
        figures: The figures, by criterion.
        tested: The conditions of eligibility.
        able: Sub-group → who can receive it.
        reasons: Why a unit is not eligible; None if it is.
        included: Who is selected by name or list.
        eligible: The eligible units.
        amounts: What shares are proportional to, and these, by criterion.
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
    amounts: tuple[Amounts, ...] = ()

    @functools.cached_property
    def exact(self) -> tuple[Amounts, ...]:
        """The amounts and shares as fractions."""
        return _amounts(self, FRACTIONS)


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
    reasons, included = eligible(statistics, rules, units, tested, figures)
    able = np.flatnonzero([reason is None for reason in reasons])
    problems = []
    for own in figures:
        name, needed = own.criterion.name, range(len(units)) if counties else able.tolist()
        gaps = tuple(units[unit] for unit in needed if own.units[unit].value is None)
        words = "county figure missing" if counties else "figure missing"
        key = "counties.criteria" if counties else f"criteria.{name}.missing"
        said = finding(words, key=key, criterion=name, count=len(gaps), names=gaps)
        problems += [said] if gaps else []
    if problems:
        raise AllocationError(problems)
    column = statistics.column("population")
    year = column.newest(rules.as_of)
    people = np.array([whole(column, own, year) for own in members], dtype=float)
    known = [math.fsum(whole(column, (unit,), year) or 0 for unit in own) for own in members]
    groups = {
        group.name: meets(statistics, group.among, rules.as_of).met
        if group.among
        else np.ones(len(units), dtype=bool)
        for group in rules.of_which
    }
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
        name, exponent = figures.criterion.scale_by, exponent_of(own.rules, figures.criterion)
        size = sizes(name, exponent) if name else None
        found.append(amounts(figures, own.eligible, size, exponent, arithmetic))
    return tuple(found)


def exponent_of(rules: Rules, criterion: Criterion) -> float:
    """Return the γ of a criterion's sizes, or of its own figures where it has none."""
    own = criterion.size_exponent
    return rules.size_exponent.value if own is None else own


def ties_by(population: Floats) -> Ints:
    """Return each unit's place among equals: the larger population first, then in order."""
    people = np.nan_to_num(population)
    return np.argsort(np.argsort(-people, axis=-1, kind="stable"), axis=-1)


@dataclass(frozen=True, eq=False)
class Field:
    """What is compared and shared out in D variations; a figure may vary as well.

    Attributes:
        own: Steps 0 to 4 of the rules.
        varied: The variations.
        amounts: By criterion, of n or of D × n.
        population: n or D × n.
        tie: The place of each unit among equals, n or D × n.
        changed: Row → its own steps 0 to 4, if figures vary.
    """

    own: Standing
    varied: Variations
    amounts: Sequence[Amounts]
    population: Floats
    tie: Ints
    changed: Callable[[int], Standing] | None = None

    @functools.cached_property
    def keys(self) -> Floats:
        """What ranks the eligible, D × n, within a few units in the last place."""
        return _keys(self.own.rules, self.varied.weights, self.amounts)

    def ties(self, row: int) -> Ints:
        """Return the place of each unit among equals in a row."""
        return self.tie if self.tie.ndim == 1 else self.tie[row]

    def exact_keys(self, row: int, units: Ints) -> Array:
        """Return what ranks some units as fractions."""
        own, weights = self.exact(row)
        return np.asarray(_keys(own.rules, weights, [amount.of(units) for amount in own.exact])[0])

    def exact(self, row: int) -> tuple[Standing, Array]:
        """Return a row's own steps 0 to 4, and its weights as fractions, 1 × K."""
        own = self.changed(row) if self.changed else self.own
        return own, np.array([self.varied.written(row)])


def field_of(own: Standing, varied: Variations) -> Field:
    """Return what D variations of the rules on one standing compare."""
    return Field(own, varied, own.amounts, own.population, own.tie)


def _keys(rules: Rules, weights: Array, amounts: Sequence[Amounts]) -> Array:
    """Return composite shares, one criterion's, or the score, by `select.by`; D × n."""
    by, size = rules.select.by, amounts[0].shares.shape[-1]
    keys: Array = np.zeros((len(weights), size), dtype=weights.dtype)
    for k, (criterion, amount) in enumerate(zip(rules.criteria, amounts, strict=True)):
        weight = weights[:, k : k + 1]
        if by == "score" and criterion.scale_by:
            keys += weight * amount.normalised
        elif by in ("share", criterion.name):
            keys += (weight if by == "share" else 1) * amount.shares
    return keys
