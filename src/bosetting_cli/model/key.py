"""From figures to places before rounding: amounts, shares, quotas (docs/model.md, 3, 4 and 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

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
    Numbers,
    order,
    sums,
)
from bosetting_cli.model.figures import Figures

_DECIMAL = Context(prec=40)  # the C library's `pow` is not the same on every machine


@dataclass(frozen=True, eq=False)
class Amounts:
    """A criterion's numbers of all units in one arithmetic, 0 for who is not eligible.

    Attributes:
        normalised: n(x).
        values: What shares are proportional to.
        shares: Shares among the eligible.
    """

    normalised: Array
    values: Array
    shares: Array


def amounts(
    figures: Figures,
    eligible: Ints,
    sizes: Array | None,
    exponent: float,
    tie: Ints,
    arithmetic: Arithmetic,
) -> Amounts:
    """Bring figures to the scale on which they count, and scale them by size (3).

    Args:
        figures: The criterion's figures.
        eligible: The units over which they are normalised; each has a figure.
        sizes: The sizes of the eligible to the power γ for a rate; None for an indicator that
            counts by itself.
        exponent: γ of an indicator that counts by itself.
        tie: The place of each unit among equals.
        arithmetic: In what it is evaluated.

    Raises:
        AllocationError: A figure of 0 can't be turned round.
    """
    n = _normalised(figures, eligible, tie, arithmetic)
    own = n if sizes is None else sizes * n
    if sizes is None and exponent != 1:
        exact = _normalised(figures, eligible, tie, FRACTIONS)
        own = np.array([power(x, exponent) for x in exact]).astype(arithmetic.dtype)
    parts = n, own, shares(own, arithmetic)
    full: Array = np.zeros((3, len(tie)), dtype=arithmetic.dtype)
    full[:, eligible] = parts
    return Amounts(*full)


def _normalised(figures: Figures, eligible: Ints, tie: Ints, arithmetic: Arithmetic) -> Array:
    """Return n(x) of the eligible.

    `value` leaves figures; `minmax` gives (x - min) / (max - min), 1 for all where all are equal;
    `percentile` gives (number below + half the number equal, itself included) / number of
    units. `direction: lower` turns them round: 1 / x for `value`, 1 - x for the others.
    """
    criterion = figures.criterion
    lower = criterion.direction == "lower"
    if criterion.normalise == "value":
        x = figures.values(arithmetic)[eligible]
        if lower and not x.all():
            names = tuple(sorted(figures.members[unit][0] for unit in eligible[x == 0]))
            said = finding("zero turned round", criterion=criterion.name, names=names)
            raise AllocationError(said)
        return 1 / x if lower else x
    x, size = figures.values(FRACTIONS)[eligible], len(eligible)
    if criterion.normalise == "minmax":
        least, most = x.min(), x.max()
        n = (most - x if lower else x - least) / (most - least) if most > least else x * 0 + 1
    else:
        values = figures.values(FLOATS)[eligible]
        places, equal = order(values, x.__getitem__, tie[eligible])
        group = np.cumsum(~equal) - 1
        alike = np.bincount(group)
        twice = 2 * (np.cumsum(alike) - alike) + alike  # (number above + half of those equal) · 2
        twice = twice if lower else 2 * size - twice
        n = np.empty(size, dtype=object)
        n[places] = [Fraction(number, 2 * size) for number in twice[group].tolist()]
    return n.astype(arithmetic.dtype)


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


def shares(values: Array, arithmetic: Arithmetic) -> Array:
    """Return each one's share of a criterion, the same for each where all amounts are 0 (4)."""
    total = arithmetic.add(values)
    return np.asarray(values / total if total else values + arithmetic.number(1) / len(values))


def quotas(
    values: Sequence[Floats], selected: Mask, weights: Floats, totals: Numbers
) -> tuple[Floats, Mask]:
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
