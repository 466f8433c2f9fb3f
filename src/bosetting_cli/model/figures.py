"""Figures of units, and the years they are of (docs/model.md, sections 0 and 1).

A unit is the municipalities it consists of: a municipality is one, a county several. Both go
through the same functions.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bosetting_cli.findings import AllocationError, DataError, finding
from bosetting_cli.rules import indicator_columns
from bosetting_cli.statistics import exact, is_count, year_list

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from bosetting_cli.rules import Criterion
    from bosetting_cli.statistics import Column, Statistics

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


class Arithmetic(NamedTuple):
    """How an expression is evaluated: in floats, or in fractions of the figures as published."""

    number: Callable[[float], Any]
    add: Callable[[Iterable[Any]], Any]


FLOATS = Arithmetic(float, math.fsum)
FRACTIONS = Arithmetic(exact, lambda parts: sum(parts, Fraction(0)))


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
    def values(self) -> NDArray[np.float64]:
        """The figures that are used, NaN where there is none."""
        return np.array([math.nan if f.value is None else f.value for f in self.units])

    def exact(self, unit: int) -> Fraction:
        """Return a unit's figure as a fraction: the same expression on the published decimals."""
        raw = _published(self.columns, self.members[unit], self.read, FRACTIONS)
        if raw.raw is not None and not self.criterion.smoothing:
            return Fraction(raw.raw)
        value: Fraction = _filled(raw, self.criterion, self._national, FRACTIONS).value
        return value

    @functools.cached_property
    def _national(self) -> Fraction:
        raw = [_published(self.columns, m, self.read, FRACTIONS) for m in self.members]
        national: Fraction = national_of(raw, FRACTIONS)
        return national


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
    if len(columns) == 1:
        _refuse_sums(columns[0], criterion, members)
    raw = [_published(columns, m, read, FLOATS) for m in members]
    if all(figure.raw is None for figure in raw):
        names = tuple(column.name for column in columns)
        said = {"criterion": criterion.name, "columns": names, "table": columns[0].table}
        raise AllocationError(finding("no figures", said))
    national = national_of(raw, FLOATS)
    filled = tuple(_filled(figure, criterion, national, FLOATS) for figure in raw)
    late = late_years(columns, read, as_of)
    return Figures(criterion, columns, members, read, late, filled, national)


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


def national_of(figures: Sequence[Figure], arithmetic: Arithmetic) -> Any:
    """Return the rate of all units together, or the mean of those that have a figure."""
    known = [figure for figure in figures if figure.raw is not None]
    if any(figure.denominator for figure in known):
        above = arithmetic.add(figure.numerator for figure in known)
        return above / arithmetic.add(figure.denominator for figure in known)
    return arithmetic.add(figure.raw for figure in known) / len(known)


def whole(
    column: Column, members: Sequence[str], year: int | None, arithmetic: Arithmetic = FLOATS
) -> Any:
    """Return a unit's figure of one year, the sum of its parts; None if one is not published."""
    parts = [part for unit in members for part in column.parts(unit, year) or (None,)]
    if None in parts:
        return None
    return arithmetic.add(arithmetic.number(part) for part in parts if part is not None)


def _refuse_sums(column: Column, criterion: Criterion, members: Members) -> None:
    """Refuse to add up what is no count over the municipalities of a county."""
    if any(len(unit) > 1 for unit in members) and not is_count(column):
        names = {"criterion": criterion.name, "name": column.name}
        raise AllocationError(finding("no count", names, key="counties.criteria"))


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
    if not found:
        return Figure(None, None)
    value = add(v for _, v in found) / len(found)
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
    value = figure.raw
    if kappa > 0 and figure.denominator is not None:
        value = smoothed(figure.numerator or 0, figure.denominator, kappa, national)
    imputed = figure.raw is None and (kappa > 0 or criterion.missing == "national")
    if imputed:
        value = national
    elif value is None and criterion.missing == "zero":
        value = arithmetic.number(0.0)
    parts = figure.numerator, figure.denominator, figure.years
    return Figure(value, figure.raw, *parts, imputed)


def smoothed(numerator: Any, denominator: Any, kappa: Any, national: Any) -> Any:
    """Return a rate drawn towards the national one by κ participants."""
    return (numerator + kappa * national) / (denominator + kappa)
