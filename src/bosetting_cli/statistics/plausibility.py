"""Figures that can hardly be right beside the municipality's others, and beside other years."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bosetting_cli.findings import Finding, finding
from bosetting_cli.statistics.descriptions import Field, Limit
from bosetting_cli.statistics.frame import Column, Municipality
from bosetting_cli.statistics.yearly import Yearly

IMPLAUSIBLE = "implausible"  # the kind of finding that says so
# What is expected, from the figures up to 2020 (docs/data.md says what they were). A row with
# the column itself as `of` is a year's change; over several years it grows with their root.
LIMITS = (
    Limit("population", "population", 0.955, 1.065),
    Limit("population_15_74", "population_15_74", 0.95, 1.065),
    Limit("population_20_64", "population_20_64", 0.93, 1.065),
    Limit("population_20_66", "population_20_66", 0.93, 1.065),
    Limit("residents_15_74", "residents_15_74", 0.95, 1.065),
    Limit("employed_residents", "employed_residents", 0.93, 1.065),
    Limit("population_0_17", "population", 0.12, 0.30),
    Limit("population_15_74", "population", 0.68, 0.82),
    Limit("population_20_64", "population", 0.48, 0.67),
    Limit("population_20_66", "population", 0.5, 0.69),
    Limit("residents_15_74", "population", 0.68, 0.82),
    Limit("residents_15_74", "population_15_74", 0.95, 1.06),
    Limit("employed_residents", "residents_15_74", 0.53, 0.78),
    Limit("employed_by_workplace", "population", 0.16, 0.85),
    # In whole per cent: half a one of at least 33.
    Limit("in_work_or_education", "leavers", 0.985, 1.015, 0, scale="in_work_or_education_pct"),
    Limit("in_work_or_education", "leavers", 0, 1, 0),
    Limit("in_work_or_education", "leavers", 0.40, 0.80, 4),
    Limit("direct_work_or_education", "direct_leavers", 0, 1, 0),
    Limit("leavers", "leavers", 0.45, 3.5, 4, relative=True),
    Limit("requested", "requested", 0.5, 2, 4, relative=True),
    Limit("settled", "population", 0, 0.034, 4),
    Limit("settled", "decided", 0.45, 2, 2.5),
    Limit("decided", "requested", 0.2, 1.35, 4),
    Limit("requested", "population", 0, 0.022, 4),
    Limit("decided", "population", 0, 0.014, 4),
    Limit("requested_total", "population", 0, 0.022, 4),
    Limit("requested_total", "requested", 0.6, 2.2, 4),
    Limit("requested_minors", "requested_total", 0.05, 0.45, 4),
)
_OTHERS = 20  # fewer municipalities are an example, and their median says nothing
_NEAR = 370  # days between the dates of figures that are held against each other
_ROUNDED = 0.01  # a figure that was computed may be off by this


@dataclass(frozen=True, slots=True)
class _Cell:
    """A column's figures of a year."""

    column: Column
    year: int | None

    @property
    def key(self) -> tuple[str, int]:
        return self.column.name, self.year or 0


@dataclass(frozen=True, slots=True)
class _Pair:
    """Figures and those that they are held against; what is expected of their ratio."""

    cell: _Cell
    other: _Cell
    low: float
    high: float
    limit: Limit


@dataclass(frozen=True, slots=True)
class _Odd:
    """A pair whose ratio is not as expected, for one unit."""

    pair: _Pair
    figure: float
    other: float
    low: float
    high: float

    @property
    def keys(self) -> tuple[tuple[str, int], ...]:
        return self.pair.cell.key, self.pair.other.key

    def told_of(self, key: tuple[str, int]) -> tuple[_Cell, float, _Cell, float, float, float]:
        """Return a cell, its figure, the other's, and what would be expected of the first."""
        pair = self.pair
        if key == pair.cell.key:
            return pair.cell, self.figure, pair.other, self.other, self.low, self.high
        most = self.figure / pair.low if pair.low else math.inf
        return pair.other, self.other, pair.cell, self.figure, self.figure / pair.high, most


def implausible(
    columns: Mapping[str, Column], fields: Mapping[tuple[str, str], Field], yearly: Yearly
) -> Iterator[Finding]:
    """Say which figures are far from what other figures let expect.

    Where one figure is at odds with several, it alone is told; a column of which many are, is
    told once for each year.

    Args:
        columns: Name → figures.
        fields: What a description says of them, limits of its own among it.
        yearly: Their figures as arrays.
    """
    odd: dict[int, list[_Odd]] = {}
    for limit in _limits(columns, fields):
        for pair in _pairs(limit, columns):
            for unit, found in _odd(pair, columns, yearly):
                odd.setdefault(unit, []).append(found)
    told: dict[tuple[str, int], list[tuple[Municipality, _Odd]]] = {}
    for unit in sorted(odd):
        for key, one in _blamed(odd[unit]):
            told.setdefault(key, []).append((yearly.municipalities[unit], one))
    for key, ones in told.items():
        yield _said(key, ones)


def _limits(
    columns: Mapping[str, Column], fields: Mapping[tuple[str, str], Field]
) -> Iterator[Limit]:
    """Yield the limits of the columns there are, those of a description instead of our own."""
    for column in columns.values():
        own = fields.get((Path(column.table).name, column.name), Field()).limits
        for limit in LIMITS if own is None else own:
            if limit.column == column.name and limit.of in columns:
                yield limit


def _pairs(limit: Limit, columns: Mapping[str, Column]) -> Iterator[_Pair]:
    """Yield what a limit lets hold against each other: years, or columns of about one day."""
    column, other = columns[limit.column], columns[limit.of]
    if column is not other:
        for year in column.figures:
            if (near := _nearest(column.date(year), other, year)) in other.figures:
                cells = _Cell(column, year), _Cell(other, near)
                yield _Pair(*cells, limit.low, limit.high, limit)
        return
    years = sorted(year for year in column.figures if year is not None)
    for i, year in enumerate(years):
        for before in reversed(years[max(i - 2, 0) : i]):
            root = math.sqrt(year - before)
            cells = _Cell(column, year), _Cell(column, before)
            yield _Pair(*cells, limit.low**root, limit.high**root, limit)


def _nearest(day: dt.date | None, other: Column, year: int | None) -> int | None:
    """Return the year of a column whose day is nearest; the same year where none is dated."""
    dated = [(abs((date - day).days), y) for y in other.figures if day and (date := other.date(y))]
    return min((pair for pair in dated if pair[0] <= _NEAR), default=(0, year))[1]


def _odd(pair: _Pair, columns: Mapping[str, Column], yearly: Yearly) -> Iterator[tuple[int, _Odd]]:
    """Yield the positions of the units whose figures are not as expected."""
    limit, noise = pair.limit, pair.limit.noise
    figures, others = (yearly.figures(c.column, c.year) for c in (pair.cell, pair.other))
    base = np.where(others > 0, others, np.nan)
    if limit.scale:
        rates = columns.get(limit.scale)
        if rates is None or pair.other.year not in rates.figures:
            return
        base = base * yearly.figures(rates, pair.other.year) / 100
    ratios = figures / base
    known = ratios[~np.isnan(ratios)]
    if not len(known) or (len(known) < _OTHERS and (limit.relative or limit.of != limit.column)):
        return
    if limit.relative:
        base *= np.sort(known)[len(known) // 2]  # np.median takes a while to be imported
    least, most = pair.low * base, pair.high * base
    low = np.maximum(least - noise * np.sqrt(least), 0) - _ROUNDED
    high = most + noise * (np.sqrt(most) + noise) + _ROUNDED
    for i in np.flatnonzero((figures < low) | (figures > high)):
        unit = int(i)
        yield unit, _Odd(pair, *(float(x[unit]) for x in (figures, others, low, high)))


def _blamed(odd: Iterable[_Odd]) -> Iterator[tuple[tuple[str, int], _Odd]]:
    """Yield the figures of a unit that explain best what is odd: those in most of the pairs."""
    left = sorted(odd, key=lambda one: one.pair.cell.column is not one.pair.other.column)
    while left:
        times = Counter(key for one in left for key in one.keys)
        worst = max(times, key=lambda key: (times[key], key[1]))
        yield worst, next(one for one in left if worst in one.keys)
        left = [one for one in left if worst not in one.keys]


def _said(key: tuple[str, int], ones: Sequence[tuple[Municipality, _Odd]]) -> Finding:
    """Return what is odd about a column's figures of a year."""
    municipality, odd = ones[0]
    cell, figure, other_cell, other, low, high = odd.told_of(key)
    column, year, unit = cell.column, cell.year, municipality.kommunenummer
    who = f"{unit} {municipality.municipality}"
    values: dict[str, object] = {"who": who, "year": year or "", "figure": f"{figure:.10g}"}
    if len(ones) > 1:
        words = "implausible figures"
        names = [f"{m.kommunenummer} {m.municipality} {o.told_of(key)[1]:.10g}" for m, o in ones]
        values |= {"count": len(ones), "names": tuple(names)}
    else:
        own = cell.column is other_cell.column
        words = "implausible change" if own else "implausible part"
        values |= {
            "other": f"{other:.10g}",
            "before": other_cell.year,
            "of": other_cell.column.name,
        }
        values |= {"low": math.ceil(max(low, 0)), "high": math.floor(min(high, 1e12))}
    said = finding(words, values, severity="warning", file=column.table, column=column.name)
    return replace(said, kind=IMPLAUSIBLE, line=column.line(unit, year), value=f"{figure:.10g}")
