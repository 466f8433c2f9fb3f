"""Figures of units, the years they are of, and conditions on them (docs/model.md, 0 and 1).

A unit is the municipalities it consists of: a municipality is one, a county several. Both go
through the same functions.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from bosetting_cli.findings import AllocationError, DataError, finding
from bosetting_cli.model.exact import FLOATS, FRACTIONS, Arithmetic, Array, Mask, close
from bosetting_cli.rules import Condition, Criterion, indicator_columns
from bosetting_cli.statistics import Column, Statistics, exact, is_count, year_list

Years = tuple[int | None, ...]
Members = tuple[tuple[str, ...], ...]


class Figure(NamedTuple):
    """What a criterion knows of one unit.

    Attributes:
        value: The figure that is used; None if there is none.
        raw: The same before smoothing and imputation.
        numerator: Summed over the years with a published result, if the indicator is a rate.
        denominator: The people that a rate rests on.
        years: The years that have a figure.
        imputed: Whether the national figure stands for a missing one.
    """

    value: Any
    raw: Any
    numerator: Any = None
    denominator: Any = None
    years: tuple[int, ...] = ()
    imputed: bool = False


@dataclass(frozen=True, eq=False)
class Figures:
    """A criterion's figures of all units.

    Attributes:
        criterion: The criterion.
        columns: One, or numerator and denominator.
        members: The municipalities of each unit.
        read: The years that are read; None in a table without years.
        hindsight: Those of the years that lie after the rules' `as_of`.
        units: One figure for each unit.
        national: The national rate, or the mean of the units with a figure.
    """

    criterion: Criterion
    columns: tuple[Column, ...]
    members: Members
    read: Years
    hindsight: tuple[int, ...]
    units: tuple[Figure, ...] = ()
    national: float = math.nan

    @property
    def years(self) -> tuple[int, ...]:
        """The years asked for; empty in a table without years."""
        return tuple(year for year in self.read if year is not None)

    @functools.cached_property
    def _fractions(self) -> tuple[Figure, ...]:
        return _evaluated(self, FRACTIONS)[0]

    def values(self, arithmetic: Arithmetic) -> Array:
        """Return the figures that are used; None, in floats NaN, where there is none."""
        units = self.units if arithmetic is FLOATS else self._fractions
        return np.array([figure.value for figure in units], dtype=arithmetic.dtype)


def measure(
    statistics: Statistics, criterion: Criterion, as_of: dt.date, members: Members | None = None
) -> Figures:
    """Pool a criterion's indicator over its years, smooth it and fill what is missing (1).

    A rate is Σa / Σn over the years in which both are published, drawn towards the national
    rate p by κ participants: (Σa + κp) / (Σn + κ). Any other indicator is the mean of its years
    that have a figure. p pools all units of the statistics.

    Args:
        statistics: The figures.
        criterion: What is measured.
        as_of: The day the rules speak from.
        members: The municipalities of each unit; by default each is a unit.

    Raises:
        DataError: The statistics lack a column or year.
        AllocationError: No unit has a figure, or what is no count would have to be summed.
    """
    members = tuple((unit,) for unit in statistics.units) if members is None else members
    columns = tuple(statistics.column(name) for name in indicator_columns(criterion.indicator))
    read = years_read(columns[0], criterion.years, as_of)
    several = any(len(unit) > 1 for unit in members)
    if len(columns) == 1 and several and not is_count(columns[0]):
        names = {"criterion": criterion.name, "name": columns[0].name}
        raise AllocationError(finding("no count", names, key="counties.criteria"))
    late = {year for column in columns for year in column.late(read, as_of)}
    found = Figures(criterion, columns, members, read, tuple(sorted(late)))
    units, national = _evaluated(found, FLOATS)
    return dataclasses.replace(found, units=units, national=national)


def years_read(column: Column, years: Sequence[int], as_of: dt.date) -> Years:
    """Return the years to read of a column: those asked for, or the newest known (0).

    Raises:
        DataError: The column lacks one of them, or has none up to `as_of`.
    """
    if not years:
        return (column.newest(as_of),)
    if missing := [year for year in years if year not in column.figures]:
        said = {"years": year_list(missing), "known": year_list(column.figures)}
        raise DataError(finding("years missing", said, file=column.table, column=column.name))
    return tuple(sorted(set(years)))


def whole(
    column: Column, members: Sequence[str], year: int | None, arithmetic: Arithmetic = FLOATS
) -> Any:
    """Return a unit's figure of one year, the sum of its parts; None if one is not published."""
    parts: list[Any] = [x for unit in members for x in column.parts(unit, year) or (None,)]
    return None if None in parts else arithmetic.add(map(arithmetic.number, parts))


def _evaluated(figures: Figures, arithmetic: Arithmetic) -> tuple[tuple[Figure, ...], Any]:
    """Return the figure of each unit, and the national one."""
    criterion, columns, missing = figures.criterion, figures.columns, figures.criterion.missing
    number, add = arithmetic.number, arithmetic.add
    raw = [_published(columns, own, figures.read, arithmetic) for own in figures.members]
    published = [f for f in raw if f.raw is not None]
    known = [(f.numerator, f.denominator) if f.denominator else (f.raw, 1) for f in published]
    if not known:
        said = {"criterion": criterion.name, "columns": tuple(column.name for column in columns)}
        raise AllocationError(finding("no figures", said, table=columns[0].table))
    national = add(a for a, _ in known) / add(n for _, n in known)
    kappa = number(criterion.smoothing.participants if criterion.smoothing else 0.0)
    nothing = number(0.0) if missing == "zero" else None
    filled = []
    for f in raw:
        value, imputed = f.raw, f.raw is None and (kappa > 0 or missing == "national")
        if value is None:
            value = national if imputed else nothing
        elif kappa > 0 and f.denominator is not None:
            value = smoothed(f.numerator, f.denominator, kappa, national)
        filled.append(Figure(value, f.raw, f.numerator, f.denominator, f.years, imputed))
    return tuple(filled), national


def smoothed(numerator: Any, denominator: Any, kappa: Any, national: Any) -> Any:
    """Return a rate drawn towards the national one by κ participants."""
    return (numerator + kappa * national) / (denominator + kappa)


def _published(
    columns: Sequence[Column], members: Sequence[str], years: Years, arithmetic: Arithmetic
) -> Figure:
    """Return a unit's figure before smoothing and imputation: a rate of two columns, or a level."""
    number, add = arithmetic.number, arithmetic.add
    if len(columns) == 2:
        above, below = columns
        pairs = [(y, a, n) for y in years for m in members for _, a, n in above.beside(below, m, y)]
        base = add(number(n) for _, _, n in pairs)
        if base <= 0:
            return Figure(None, None, None, number(0.0))
        top = add(number(a) for _, a, _ in pairs)
        used = dict.fromkeys(year for year, _, n in pairs if year is not None and n > 0)
        return Figure(None, top / base, top, base, tuple(used))
    found = [(y, v) for y in years if (v := whole(columns[0], members, y, arithmetic)) is not None]
    value = add(v for _, v in found) / len(found) if found else None
    return Figure(None, value, years=tuple(y for y, _ in found if y is not None))


class Met(NamedTuple):
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
    total = FLOATS.add(known)
    if close(total, least):
        return bool(known) and FRACTIONS.add(map(exact, known)) >= exact(least)
    return bool(known) and total >= least
