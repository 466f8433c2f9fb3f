"""Exact arithmetic: sums of floats, square roots as divisors, short decimals."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]


@functools.total_ordering
@dataclass(frozen=True, eq=False)
class SquareRoot:
    """The square root of a rational number, which is what bounds a Huntington–Hill divisor.

    Attributes:
        square: the number under the root.
    """

    square: Fraction

    def __float__(self) -> float:
        numerator, denominator = self.square.as_integer_ratio()
        shift = max(0, 128 - numerator.bit_length() + denominator.bit_length())
        shift += shift % 2
        root = math.isqrt((numerator << shift) // denominator)
        return float(Fraction(root, 1 << shift // 2))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int | float | Fraction | SquareRoot) and (
            self.square == squared(other)
        )

    def __lt__(self, other: float | Fraction | SquareRoot) -> bool:
        return self.square < squared(other)

    def __hash__(self) -> int:
        return hash(("square root", self.square))

    def __str__(self) -> str:
        return f"√({self.square})"


Divisor = Fraction | SquareRoot | float


def squared(value: float | Fraction | SquareRoot) -> Fraction | float:
    """Return the exact square of a number that isn't negative (infinity stays infinite)."""
    if isinstance(value, SquareRoot):
        return value.square
    return value if value == math.inf else Fraction(value) ** 2


def exact_sum(values: FloatArray) -> Fraction:
    """Add up floats exactly, by exponent, in a few passes.

    Args:
        values: finite float64 numbers, none negative, fewer than 2**26.
    """
    if values.size < 64:
        return sum(map(Fraction, values.tolist()), Fraction(0))
    mantissas, exponents = np.frexp(values)
    whole = np.ldexp(mantissas, 53).astype(np.int64)
    lowest = int(exponents.min())
    bins = exponents - lowest
    parts = (np.bincount(bins, weights=whole >> 26), np.bincount(bins, weights=whole & 0x3FFFFFF))
    total = sum(
        ((int(high) << 26) + int(low)) << place
        for place, (high, low) in enumerate(zip(*(part.tolist() for part in parts), strict=True))
        if high or low
    )
    return Fraction(total) * Fraction(2) ** (lowest - 53)


def short_decimal(lower: Fraction, upper: Fraction) -> Fraction:
    """Return a number strictly between two that has the fewest decimal digits.

    Args:
        lower: at least 0.
        upper: more than `lower`.
    """
    step = Fraction(10) ** (len(str(upper.numerator)) - len(str(upper.denominator)) + 1)
    while True:
        found = (math.floor(lower / step) + 1) * step
        if found < upper:
            return found
        step /= 10


def as_float(divisor: Divisor) -> float:
    """Return a divisor as a float, infinite if it is beyond the largest."""
    try:
        return float(divisor)
    except OverflowError:
        return math.inf


def level(groups: Mapping[tuple[Fraction, tuple[int, float]], int], total: int) -> Fraction:
    """Solve Σ median(low, x · share, high) = total for the smallest x.

    Args:
        groups: (share, (low, high)) → how many such units; shares are positive, high may be
            infinite, and the bounds allow the total.
        total: what to reach.
    """
    turns: list[tuple[Fraction, Fraction]] = []
    reached = Fraction(0)
    for (share, (low, high)), count in groups.items():
        reached += low * count
        if low < high:
            turns.append((low / share, share * count))
            if high != math.inf:
                turns.append((int(high) / share, -share * count))
    turns.sort()
    slope, at = Fraction(0), Fraction(0)
    for turn, change in turns:
        ahead = reached + slope * (turn - at)
        if ahead >= total:
            break
        reached, at, slope = ahead, turn, slope + change
    return at + (total - reached) / slope if reached < total else at
