"""Figures of units, and the years they are of (docs/model.md, sections 0 and 1).

A unit is the municipalities it consists of: a municipality is one, a county several. Both go
through the same functions.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bosetting_cli.findings import AllocationError, DataError, finding
from bosetting_cli.model.exact import FLOATS, FRACTIONS, Arithmetic, Array
from bosetting_cli.rules import Criterion, indicator_columns
from bosetting_cli.statistics import Column, Statistics, is_count, year_list

Years = tuple[int | None, ...]
Members = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Figure:
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
    units: tuple[Figure, ...]
    national: float

    @property
    def years(self) -> tuple[int, ...]:
        """The years asked for; empty in a table without years."""
        return tuple(year for year in self.read if year is not None)

    @functools.cached_property
    def _fractions(self) -> tuple[Figure, ...]:
        read = self.columns, self.members, self.read
        return _evaluated(self.criterion, *read, FRACTIONS)[0]

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
    units, national = _evaluated(criterion, columns, members, read, FLOATS)
    late = late_years(columns, read, as_of)
    return Figures(criterion, columns, members, read, late, units, national)


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


def late_years(
    columns: Iterable[Column], years: Iterable[int | None], as_of: dt.date
) -> tuple[int, ...]:
    """Return the years whose figures refer to a day after `as_of` in one of the columns."""
    pairs = [(year, column.date(year)) for column in columns for year in years]
    return tuple(sorted({year for year, day in pairs if year and day and day > as_of}))


def whole(
    column: Column, members: Sequence[str], year: int | None, arithmetic: Arithmetic = FLOATS
) -> Any:
    """Return a unit's figure of one year, the sum of its parts; None if one is not published."""
    parts = [part for unit in members for part in column.parts(unit, year) or (None,)]
    if None in parts:
        return None
    return arithmetic.add(arithmetic.number(part) for part in parts if part is not None)


def _evaluated(
    criterion: Criterion,
    columns: Sequence[Column],
    members: Members,
    years: Years,
    arithmetic: Arithmetic,
) -> tuple[tuple[Figure, ...], Any]:
    """Return the figure of each unit, and the national one."""
    raw, add = [_published(columns, own, years, arithmetic) for own in members], arithmetic.add
    known = [figure for figure in raw if figure.raw is not None]
    if not known:
        said = {"criterion": criterion.name, "columns": tuple(column.name for column in columns)}
        raise AllocationError(finding("no figures", said, table=columns[0].table))
    if any(figure.denominator for figure in known):
        above = add(figure.numerator for figure in known)
        national = above / add(figure.denominator for figure in known)
    else:
        national = add(figure.raw for figure in known) / len(known)
    return tuple(_filled(figure, criterion, national, arithmetic) for figure in raw), national


def _published(
    columns: Sequence[Column], members: Sequence[str], years: Years, arithmetic: Arithmetic
) -> Figure:
    """Return a unit's figure before smoothing and imputation: a rate of two columns, or a level."""
    number, add = arithmetic.number, arithmetic.add
    if len(columns) == 2:
        above, below = columns
        pairs = [(y, a, n) for y in years for m in members for a, n in _pairs(above, below, m, y)]
        base = add(number(n) for _, _, n in pairs)
        if base <= 0:
            return Figure(None, None, None, number(0.0))
        top = add(number(a) for _, a, _ in pairs)
        used = dict.fromkeys(year for year, _, n in pairs if year is not None and n > 0)
        return Figure(None, top / base, top, base, tuple(used))
    found = [(y, v) for y in years if (v := whole(columns[0], members, y, arithmetic)) is not None]
    value = add(v for _, v in found) / len(found) if found else None
    return Figure(None, value, years=tuple(y for y, _ in found if y is not None))


def _pairs(
    above: Column, below: Column, unit: str, year: int | None
) -> Iterator[tuple[float, float]]:
    """Yield numerator and denominator of each of a municipality's parts that has both."""
    a, n = above.parts(unit, year), below.parts(unit, year)
    if len(a) != len(n):
        a, n = (above.value(unit, year),), (below.value(unit, year),)
    yield from ((x, y) for x, y in zip(a, n, strict=True) if x is not None and y is not None)


def _filled(figure: Figure, criterion: Criterion, national: Any, arithmetic: Arithmetic) -> Figure:
    """Smooth a figure towards the national one, or put the national one in its place."""
    kappa = arithmetic.number(criterion.smoothing.participants if criterion.smoothing else 0.0)
    value, imputed = figure.raw, False
    if value is None and (kappa > 0 or criterion.missing == "national"):
        value, imputed = national, True
    elif value is None and criterion.missing == "zero":
        value = arithmetic.number(0.0)
    elif kappa > 0 and figure.denominator is not None:
        value = smoothed(figure.numerator, figure.denominator, kappa, national)
    parts = figure.numerator, figure.denominator, figure.years
    return Figure(value, figure.raw, *parts, imputed)


def smoothed(numerator: Any, denominator: Any, kappa: Any, national: Any) -> Any:
    """Return a rate drawn towards the national one by κ participants."""
    return (numerator + kappa * national) / (denominator + kappa)
