"""From figures to places before rounding: amounts, shares, quotas (docs/model.md, 3, 4 and 6)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from decimal import Context, Decimal
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from bosetting_cli.findings import AllocationError, finding
from bosetting_cli.model.exact import FRACTIONS, Arithmetic, Array, Floats, Ints, Mask, sums
from bosetting_cli.model.figures import Figures
from bosetting_cli.rules import Rules

_DECIMAL = Context(prec=40)  # the C library's `pow` is not the same on every machine


class Amounts(NamedTuple):
    """A criterion's numbers of units in one arithmetic, 0 for who is not eligible.

    Attributes:
        normalised: n(x).
        values: What shares are proportional to.
        shares: Shares among the eligible.
    """

    normalised: Array
    values: Array
    shares: Array


def amounts(
    figures: Figures, eligible: Ints, sizes: Array | None, exponent: float, arithmetic: Arithmetic
) -> Amounts:
    """Bring figures to the scale on which they count, and scale them by size (3).

    Args:
        figures: The criterion's figures.
        eligible: The units over which they are normalised; each has a figure.
        sizes: The sizes of the eligible to the power γ for a rate; None for an indicator that
            counts by itself.
        exponent: γ of an indicator that counts by itself.
        arithmetic: In what it is evaluated.

    Raises:
        AllocationError: A figure of 0 can't be turned round.
    """
    n = _normalised(figures, eligible, arithmetic)
    own = n if sizes is None else sizes * n
    if sizes is None and exponent != 1:
        own = powers(_normalised(figures, eligible, FRACTIONS), exponent, arithmetic)
    full: Array = np.zeros((3, len(figures.units)), dtype=arithmetic.dtype)
    full[:, eligible] = n, own, shares(own, arithmetic)
    return Amounts(*full)


def _normalised(figures: Figures, eligible: Ints, arithmetic: Arithmetic) -> Array:
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
    x = figures.values(FRACTIONS)[eligible]
    if criterion.normalise == "percentile":
        pairs = [(float(one), one) for one in x]  # floats order them faster, where they can
        rising, twice = sorted(pairs), 2 * len(pairs)
        below = [bisect_left(rising, pair) + bisect_right(rising, pair) for pair in pairs]
        x = np.array([Fraction(number, twice) for number in below])
    elif x.min() < x.max():
        x = (x - x.min()) / (x.max() - x.min())
    else:
        return np.ones(len(x), dtype=arithmetic.dtype)
    return (1 - x if lower else x).astype(arithmetic.dtype)


def powers(values: Sequence[Fraction] | Array, exponent: float, arithmetic: Arithmetic) -> Array:
    """Return each value^γ: itself for γ = 1, else a decimal of 40 digits; 0 stays 0, unless γ = 0.

    Example:
        >>> powers([Fraction(9), Fraction(0)], 0.5, FRACTIONS).tolist()
        [Fraction(3, 1), Fraction(0, 1)]
    """

    def power(value: Fraction) -> Fraction:
        if value == 0:
            return Fraction(exponent == 0)
        base = _DECIMAL.divide(Decimal(value.numerator), Decimal(value.denominator))
        return Fraction(_DECIMAL.power(base, Decimal(repr(exponent))))

    found = values if exponent == 1 else [power(value) for value in values]
    return np.array(found, dtype=object).astype(arithmetic.dtype)


def shares(values: Array, arithmetic: Arithmetic) -> Array:
    """Return each one's share of a criterion, the same for each where all amounts are 0 (4)."""
    total = arithmetic.add(values)
    return np.asarray(values / total if total else values + arithmetic.number(1) / len(values))


def ranking_keys(rules: Rules, weights: Array, amounts: Sequence[Amounts]) -> Array:
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


def quotas(
    values: Sequence[Floats], selected: Mask, weights: Floats, totals: Ints
) -> tuple[Floats, Mask]:
    """Return the places that each criterion gives each selected unit (6).

    They are rounded to a binary fraction, 2^-50 of the total's next power of two, so coarse that
    the sum of a unit's contributions is exact in any order; it is the unit's quota. Where that
    could decide a place, `Decision.exact_quotas` does instead.

    Args:
        values: Of each criterion the amounts, n or D × n.
        selected: D × n.
        weights: D × K.
        totals: What is shared out, D.

    Returns:
        Contributions, K × D × n, 0 for who is not selected; and where a criterion has nothing to
        share out by, K × D.
    """
    count, among = np.count_nonzero(selected, axis=1), selected.astype(float)
    grain = np.ldexp(1.0, np.frexp(totals.astype(float))[1] - 50)[:, np.newaxis]
    house = totals[:, np.newaxis] / grain
    found = np.empty((len(values), *selected.shape))
    nothing = np.zeros((len(values), len(totals)), dtype=bool)
    for k, amount in enumerate(values):
        total = sums(amount, among)
        empty = total == 0
        nothing[k] = empty & (count > 1) & (weights[:, k] != 0) & (totals > 0)
        above = np.where(empty[:, np.newaxis], 1.0, amount) if empty.any() else amount
        places = np.multiply(above, among, out=found[k])
        places /= np.where(empty, np.maximum(count, 1), total)[:, np.newaxis]
        places *= weights[:, k : k + 1]
        places *= house
        np.rint(places, out=places)
        places *= grain
    return found, nothing
