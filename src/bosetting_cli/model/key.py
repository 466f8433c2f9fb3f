"""From figures to places before rounding: amounts, shares, quotas (docs/model.md, 3, 4 and 6)."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from bosetting_cli.findings import AllocationError, finding
from bosetting_cli.model.exact import close, order, sums
from bosetting_cli.model.figures import FRACTIONS, whole
from bosetting_cli.statistics import exact as decimal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from bosetting_cli.model.exact import Exact, Floats, Ints, Mask, Numbers
    from bosetting_cli.model.figures import Figures, Members
    from bosetting_cli.rules import Criterion
    from bosetting_cli.statistics import Column

_DECIMAL = Context(prec=40)  # the C library's `pow` is not the same on every machine


@dataclass(frozen=True, eq=False)
class Sizes:
    """How large units are: a column's newest figure to a power.

    Attributes:
        column: Where the sizes stand.
        members: The municipalities of each unit.
        year: The newest year known.
        exponent: γ.
        plain: The figures themselves, NaN where there is none.
    """

    column: Column
    members: Members
    year: int | None
    exponent: float
    plain: Floats

    @functools.cached_property
    def values(self) -> Floats:
        """Each unit's size^γ."""
        return powers(self.plain, self._plain, self.exponent)

    def exact(self, unit: int) -> Fraction:
        """Return a unit's size^γ as a fraction."""
        return power(self._plain(unit), self.exponent)

    def _plain(self, unit: int) -> Fraction:
        value: Fraction = whole(self.column, self.members[unit], self.year, FRACTIONS)
        return value


@dataclass(frozen=True, eq=False)
class Amounts:
    """What each eligible unit's share of a criterion is proportional to.

    Attributes:
        figures: The criterion's figures.
        eligible: The eligible units.
        sizes: How large units are, for an indicator that is a rate.
        exponent: γ, of an indicator that counts by itself.
        ends: With `minmax`, the smallest and the largest figure.
        parts: With `percentile`, unit → n(x).
    """

    figures: Figures
    eligible: Ints
    sizes: Sizes | None
    exponent: float
    ends: tuple[Fraction, Fraction] | None = None
    parts: Mapping[int, Fraction] | None = None

    @property
    def criterion(self) -> Criterion:
        """The criterion."""
        return self.figures.criterion

    @functools.cached_property
    def normalised(self) -> Floats:
        """n(x) of every unit, NaN if not eligible."""
        found = np.full(len(self.figures.units), math.nan)
        if self.ends is None and self.parts is None:
            values = self.figures.values[self.eligible]
            found[self.eligible] = 1 / values if self.criterion.direction == "lower" else values
        else:
            found[self.eligible] = [float(self.normal(unit)) for unit in self.eligible.tolist()]
        return found

    @functools.cached_property
    def values(self) -> Floats:
        """The amounts of every unit, 0 if not eligible."""
        if self.sizes is not None:
            found = self.sizes.values * self.normalised
        else:
            found = powers(self.normalised, self.normal, self.exponent)
        return np.where(np.isnan(self.normalised), 0.0, found)

    def normal(self, unit: int) -> Fraction:
        """Return n(x) of a unit as a fraction."""
        if self.parts is not None:
            return self.parts[unit]
        x, lower = self.figures.exact(unit), self.criterion.direction == "lower"
        if self.ends is None:
            return 1 / x if lower else x
        least, most = self.ends
        if least == most:
            return Fraction(1)
        return (most - x if lower else x - least) / (most - least)

    def exact(self, unit: int) -> Fraction:
        """Return a unit's amount as a fraction."""
        if unit not in self._known:
            n = self.normal(unit)
            own = power(n, self.exponent) if self.sizes is None else self.sizes.exact(unit) * n
            self._known[unit] = own
        return self._known[unit]

    def share(self, unit: int) -> Fraction:
        """Return a unit's share among the eligible as a fraction."""
        return self.exact(unit) / self._total if self._total else Fraction(1, len(self.eligible))

    @functools.cached_property
    def _known(self) -> dict[int, Fraction]:
        return {}

    @functools.cached_property
    def _total(self) -> Fraction:
        return sum(map(self.exact, self.eligible.tolist()), Fraction(0))


def amounts(
    figures: Figures, eligible: Ints, sizes: Sizes | None, exponent: float, tie: Ints
) -> Amounts:
    """Bring figures to the scale on which they count, and scale them by size (3).

    `value` leaves them; `minmax` gives (x - min) / (max - min), 1 for all where all are equal;
    `percentile` gives (number below + half the number equal, itself included) / number of
    units. `direction: lower` turns them round: 1 / x for `value`, 1 - x for the others.

    Args:
        figures: The criterion's figures.
        eligible: The units over which they are normalised; each has a figure.
        sizes: Sizes to the power γ for a rate; None for an indicator that counts by itself.
        exponent: γ of an indicator that counts by itself.
        tie: The place of each unit among equals.

    Raises:
        AllocationError: A figure of 0 can't be turned round.
    """
    criterion, values = figures.criterion, figures.values[eligible]
    if criterion.normalise == "value":
        if criterion.direction == "lower" and not values.all():
            names = tuple(sorted(figures.members[unit][0] for unit in eligible[values == 0]))
            raise AllocationError(
                finding("zero turned round", criterion=criterion.name, names=names)
            )
        return Amounts(figures, eligible, sizes, exponent)
    if criterion.normalise == "minmax":
        low, high = (eligible[close(values, end)].tolist() for end in (values.min(), values.max()))
        ends = min(map(figures.exact, low)), max(map(figures.exact, high))
        return Amounts(figures, eligible, sizes, exponent, ends=ends)
    places, equal = order(values, lambda j: figures.exact(int(eligible[j])), tie[eligible])
    group = np.cumsum(~equal) - 1
    alike = np.bincount(group)
    twice = 2 * (np.cumsum(alike) - alike) + alike  # (number above + half of those equal) · 2
    if criterion.direction == "higher":
        twice = 2 * len(eligible) - twice
    ranked = zip(eligible[places].tolist(), twice[group].tolist(), strict=True)
    parts = {unit: Fraction(number, 2 * len(eligible)) for unit, number in ranked}
    return Amounts(figures, eligible, sizes, exponent, parts=parts)


def power(value: Fraction, exponent: float) -> Fraction:
    """Return value^γ: itself for γ = 1, else a decimal of 40 digits; 0 stays 0, unless γ = 0.

    Example:
        >>> power(Fraction(9), 1.0), float(power(Fraction(9), 0.5))
        (Fraction(9, 1), 3.0)
    """
    if exponent == 1:
        return value
    if value == 0:
        return Fraction(exponent == 0)
    base = _DECIMAL.divide(Decimal(value.numerator), Decimal(value.denominator))
    return Fraction(_DECIMAL.power(base, Decimal(repr(exponent))))


def powers(values: Floats, exact: Exact, exponent: float) -> Floats:
    """Return the powers of floats, rounded from those of the fractions that they stand for."""
    if exponent == 1:
        return values
    known = np.flatnonzero(~np.isnan(values)).tolist()
    result = np.full(len(values), math.nan)
    result[known] = [float(power(exact(unit), exponent)) for unit in known]
    return result


def shares(amounts: Amounts) -> Floats:
    """Return each eligible unit's share of a criterion, NaN for the others (4).

    Where all amounts are 0, each has the same.
    """
    values = amounts.values[amounts.eligible]
    found = np.full(len(amounts.values), math.nan)
    total = math.fsum(values.tolist())
    found[amounts.eligible] = values / total if total else 1 / len(values)
    return found


def quotas(
    values: Sequence[Floats], selected: Mask, weights: Floats, totals: Numbers
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the places that each criterion gives each selected unit (6).

    They are rounded to a binary fraction, 2^-50 of the total's next power of two, so coarse that
    the sum of a unit's contributions is exact in any order; it is the unit's quota. Where that
    could decide a place, `exact_quotas` does instead.

    Args:
        values: Of each criterion the amounts, n or D × n.
        selected: D × n.
        weights: D × K.
        totals: What is shared out, D.

    Returns:
        Contributions, K × D × n, 0 for who is not selected; and where a criterion has nothing to
        share out by, K × D.
    """
    count = np.count_nonzero(selected, axis=1)
    grain = np.ldexp(1.0, np.frexp(totals.astype(float))[1] - 50)[:, np.newaxis]
    house = totals[:, np.newaxis]
    found = np.empty((len(values), *selected.shape))
    nothing = np.zeros((len(values), len(totals)), dtype=bool)
    for k, amount in enumerate(values):
        total = sums(amount, selected)
        empty = total == 0
        nothing[k] = empty & (count > 1) & (weights[:, k] != 0) & (totals > 0)
        divisor = np.where(empty, np.maximum(count, 1), total)[:, np.newaxis]
        above = np.where(empty[:, np.newaxis], 1.0, amount) if empty.any() else amount
        places = np.multiply(above, selected, out=found[k])
        places /= divisor
        places *= weights[:, k : k + 1]
        places *= house
        places /= grain
        np.rint(places, out=places)
        places *= grain
    return found, nothing


def exact_quotas(
    amounts: Sequence[Amounts], weights: Iterable[Fraction], selected: Sequence[int], total: int
) -> list[Fraction]:
    """Return the quotas of the selected without rounding, Σ weight · total · amount / Σ amounts."""
    found = [Fraction(0)] * len(selected)
    for amount, weight in zip(amounts, weights, strict=True):
        if not weight:
            continue
        own = [amount.exact(unit) for unit in selected]
        whole_amount = sum(own, Fraction(0))
        rate = weight * total / (whole_amount or len(own))
        for j, x in enumerate(own):
            found[j] += rate * (x if whole_amount else 1)
    return found


def weights_as_written(weights: Iterable[float]) -> list[Fraction]:
    """Return weights as the decimals that they are written as, divided by their sum."""
    exact = [decimal(weight) for weight in weights]
    total = sum(exact)
    return [weight / total for weight in exact]
