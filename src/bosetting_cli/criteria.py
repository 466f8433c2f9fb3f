"""Statistics × rules → figures, normalised figures, shares and contributions.

Section numbers refer to docs/model.md. Units are keys of mappings: nothing here knows
municipalities or counties.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from bosetting_cli.errors import AllocationError, Problem
from bosetting_cli.rules import Criterion, indicator_columns

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from bosetting_cli.statistics import Column, Statistics

# Wide enough that the result, rounded to float64, is the same on every machine.
_DECIMAL = Context(prec=40)


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

    value: float | None
    raw: float | None
    numerator: float | None = None
    denominator: float | None = None
    years: tuple[int, ...] = ()
    imputed: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """A criterion's figures for all units.

    Attributes:
        criterion: The criterion.
        figures: Unit → figure.
        national: The national rate, or the mean of the units with a figure.
        years: The years asked for; empty in a table without years.
        hindsight: Those of the years that lie after the rules' `as_of`.
    """

    criterion: Criterion
    figures: Mapping[str, Figure]
    national: float
    years: tuple[int, ...]
    hindsight: tuple[int, ...]


def measure(statistics: Statistics, criterion: Criterion, as_of: dt.date) -> Measured:
    """Pool a criterion's indicator over its years, smooth it and fill what is missing (2.1).

    A rate is Σa / Σn over the years in which both are published, drawn towards the national
    rate p by κ participants: (Σa + κp) / (Σn + κ). Any other indicator is the mean of its years
    that have a figure. p pools all units of the statistics.

    Raises:
        DataError: The statistics lack a column or year.
        AllocationError: No unit has a figure.
    """
    columns = [statistics.column(name) for name in indicator_columns(criterion.indicator)]
    years = years_of(statistics, columns[0].name, criterion.years, as_of)
    raw = published(statistics.units, years, *columns)
    return completed(raw, criterion, as_of, years, *columns)


def published(
    units: Sequence[str], years: Sequence[int | None], *columns: Column
) -> dict[str, Figure]:
    """Return each unit's figure as published: a level of one column, a rate of two."""
    if len(columns) == 2:
        return {unit: _ratio(columns[0], columns[1], unit, years) for unit in units}
    return {unit: _level(columns[0], unit, years) for unit in units}


def completed(
    raw: Mapping[str, Figure],
    criterion: Criterion,
    as_of: dt.date,
    years: Sequence[int | None],
    *columns: Column,
) -> Measured:
    """Smooth published figures and fill what is missing; see `measure`."""
    national = _national(raw)
    if math.isnan(national):
        hint = f"{', '.join(c.name for c in columns)} in {columns[0].table}"
        raise AllocationError(Problem(f"no figures for {criterion.name}", hint=hint))
    return Measured(
        criterion,
        {unit: _filled(figure, criterion, national) for unit, figure in raw.items()},
        national,
        tuple(y for y in years if y is not None),
        late_years(columns, years, as_of),
    )


def _national(raw: Mapping[str, Figure]) -> float:
    """Return the rate of all units together, or the mean of those that have a figure."""
    known = [figure for figure in raw.values() if figure.raw is not None]
    if not known:
        return math.nan
    if any(figure.denominator for figure in known):
        below = math.fsum(figure.denominator or 0 for figure in known)
        return math.fsum(figure.numerator or 0 for figure in known) / below
    return math.fsum(figure.raw or 0 for figure in known) / len(known)


def late_years(
    columns: Iterable[Column], years: Iterable[int | None], as_of: dt.date
) -> tuple[int, ...]:
    """Return the years whose figures refer to a day after `as_of` in one of the columns."""
    pairs = [(year, column.date(year)) for column in columns for year in years]
    return tuple(sorted({year for year, day in pairs if year and day and day > as_of}))


def years_of(
    statistics: Statistics, name: str, years: Sequence[int], as_of: dt.date
) -> tuple[int | None, ...]:
    """Return the years to read of a column: those asked for, or the newest known at `as_of`.

    Raises:
        DataError: The column lacks one of them.
    """
    from bosetting_cli.errors import DataError
    from bosetting_cli.statistics import year_list

    column = statistics.column(name)
    if not years:
        return (column.newest(as_of),)
    if missing := [year for year in years if year not in column.figures]:
        what = f"`{name}` has no figures for {year_list(missing)}"
        hint = f"it has {year_list(column.figures)}"
        raise DataError(Problem(what, column.table, column=name, hint=hint))
    return tuple(sorted(set(years)))


def _ratio(above: Column, below: Column, unit: str, years: Iterable[int | None]) -> Figure:
    used: list[int] = []
    tops: list[float] = []
    bases: list[float] = []
    for year in years:
        a, n = above.parts(unit, year), below.parts(unit, year)
        if len(a) != len(n):
            a, n = (above.value(unit, year),), (below.value(unit, year),)
        pairs = [(x, y) for x, y in zip(a, n, strict=True) if x is not None and y is not None]
        tops += [x for x, _ in pairs]
        bases += [y for _, y in pairs]
        if year is not None and any(y > 0 for _, y in pairs):
            used.append(year)
    top, base = math.fsum(tops), math.fsum(bases)
    if base <= 0:
        return Figure(None, None, None, 0.0)
    return Figure(None, top / base, top, base, tuple(used))


def _level(column: Column, unit: str, years: Iterable[int | None]) -> Figure:
    found = [(y, v) for y in years if (v := column.value(unit, y)) is not None]
    if not found:
        return Figure(None, None)
    value = math.fsum(v for _, v in found) / len(found)
    return Figure(None, value, years=tuple(y for y, _ in found if y is not None))


def _filled(figure: Figure, criterion: Criterion, national: float) -> Figure:
    """Smooth a figure towards the national one, or put the national one in its place."""
    kappa = criterion.smoothing.participants if criterion.smoothing else 0.0
    value = figure.raw
    if kappa > 0:
        people = figure.denominator or 0.0
        value = ((figure.numerator or 0.0) + kappa * national) / (people + kappa)
    imputed = figure.raw is None and (kappa > 0 or criterion.missing == "national")
    if imputed:
        value = national
    elif value is None and criterion.missing == "zero":
        value = 0.0
    return Figure(value, figure.raw, figure.numerator, figure.denominator, figure.years, imputed)


def normalise(values: Mapping[str, float], criterion: Criterion) -> dict[str, float]:
    """Bring figures to the scale on which they count (2.3).

    `value` leaves them; `minmax` gives (x - min) / (max - min), 1 for all where all are equal;
    `percentile` gives (number below + half the number equal, itself included) / number of
    units. `direction: lower` turns them round: 1 / x for `value`, 1 - x for the others.

    Raises:
        AllocationError: A figure of 0 can't be turned round.
    """
    lower = criterion.direction == "lower"
    if criterion.normalise == "value":
        return _reciprocal(values, criterion) if lower else dict(values)
    if criterion.normalise == "minmax":
        least, most = min(values.values()), max(values.values())
        span = most - least
        if span == 0:
            return dict.fromkeys(values, 1.0)
        if lower:
            return {unit: (most - x) / span for unit, x in values.items()}
        return {unit: (x - least) / span for unit, x in values.items()}
    turned = {unit: -x if lower else x for unit, x in values.items()}
    return _percentiles(turned)


def _reciprocal(values: Mapping[str, float], criterion: Criterion) -> dict[str, float]:
    if zeros := sorted(unit for unit, x in values.items() if x == 0):
        what = f"{criterion.name}: a figure of 0 can't be turned round by 1 / x"
        hint = f"{', '.join(zeros)}; use `normalise: minmax`"
        raise AllocationError(Problem(what, hint=hint))
    return {unit: 1 / x for unit, x in values.items()}


def _percentiles(values: Mapping[str, float]) -> dict[str, float]:
    from bisect import bisect_left, bisect_right

    ordered = sorted(values.values())
    return {
        unit: (bisect_left(ordered, x) + bisect_right(ordered, x)) / (2 * len(ordered))
        for unit, x in values.items()
    }


def power(size: float, exponent: float) -> float:
    """Return size^exponent, the same float64 on every machine.

    Computed in 40 decimal digits, since the C library's `pow` is not the same everywhere.
    """
    if exponent == 1:
        return size
    if size == 0:
        return 1.0 if exponent == 0 else 0.0
    return float(_DECIMAL.power(Decimal(size), Decimal(repr(exponent))))


def amounts(
    normalised: Mapping[str, float], sizes: Mapping[str, float] | None, exponent: float
) -> dict[str, float]:
    """Return what each unit's share of a criterion is proportional to (2.3).

    Args:
        normalised: Unit → normalised figure.
        sizes: Unit → size for an indicator that is a rate; None for one that counts by itself.
        exponent: γ, of the size, or of the figure itself where it counts.
    """
    if sizes is None:
        return {unit: power(x, exponent) for unit, x in normalised.items()}
    return {unit: power(sizes[unit], exponent) * x for unit, x in normalised.items()}


def shares(amount: Mapping[str, float], criterion: Criterion) -> dict[str, float]:
    """Return each unit's part of the sum; a single unit has all of it.

    Args:
        amount: Unit → non-negative amount.
        criterion: What the amounts are of.

    Raises:
        AllocationError: All amounts are 0 and the criterion has a weight.
    """
    total = math.fsum(amount.values())
    if total > 0 and math.isfinite(total):
        return {unit: x / total for unit, x in amount.items()}
    if len(amount) == 1 or not criterion.weight:
        return dict.fromkeys(amount, 1 / len(amount))
    what = f"{criterion.name}: all figures are 0, so there is nothing to share out by"
    raise AllocationError(Problem(what, hint="give it the weight 0 or another normalisation"))


def exact_quotas(
    amount: Mapping[str, Mapping[str, float]], weights: Mapping[str, float], house_size: int
) -> dict[str, Fraction]:
    """Return each unit's quota without rounding, Σ weight × house size × amount / Σ amounts.

    Weights are taken as the decimal numbers that they are written as. Only where rounded quotas
    come so near a tie that their rounding could decide it is this worth its time.

    Args:
        amount: Criterion → unit → amount.
        weights: Criterion → weight.
        house_size: Number to share out.
    """
    quotas: dict[str, Fraction] = {}
    for name, by_unit in amount.items():
        exact = {unit: Fraction(x) for unit, x in by_unit.items()}
        total = sum(exact.values())
        rate = Fraction(repr(weights[name])) * house_size / (total or len(exact))
        for unit, x in exact.items():
            quotas[unit] = quotas.get(unit, Fraction(0)) + rate * (x if total else 1)
    return quotas


def contributions(share: Mapping[str, float], weight: float, house_size: int) -> dict[str, float]:
    """Return the places that a criterion gives each unit, weight × share × house size (2.4).

    They are rounded to a binary fraction, 2^-50 of the house size, so coarse that the float64
    sum of a unit's contributions is exact in any order. Where that could decide a place,
    `exact_quotas` does instead.
    """
    if house_size == 0:
        return dict.fromkeys(share, 0.0)
    grain = math.ldexp(1.0, math.frexp(house_size)[1] - 50)
    return {unit: round(weight * x * house_size / grain) * grain for unit, x in share.items()}
