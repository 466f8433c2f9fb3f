"""Which minimums and maximums bind: where the divisor alone would have given another number."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from .exact import Divisor, squared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .certificate import Apportionment


def binding(
    result: Apportionment,
    shares: Sequence[float | Fraction],
    minimums: Sequence[int],
    maximums: Sequence[int | None],
) -> tuple[list[bool], list[bool]]:
    """Tell which requirements bind in a result, exactly.

    Args:
        result: From `apportion`.
        shares: The shares that it was made from.
        minimums: One for each unit.
        maximums: One for each unit; None: no limit.

    Returns:
        For each unit whether its minimum binds, and whether its maximum does: with the same
        divisor (or quota) and no requirement it would have fewer, or more.
    """
    low, high = [], []
    for share, seats, least, most in zip(
        shares, result.seats.tolist(), minimums, maximums, strict=True
    ):
        low.append(0 < seats == least and _below(share, least, result))
        high.append(seats == most and _above(share, seats, result))
    return low, high


def _below(share: float | Fraction, number: int, result: Apportionment) -> bool:
    """Return whether a share alone does not reach a number of places."""
    if result.divisor == math.inf:
        return True
    signposts = result.method.signposts
    if signposts is None:
        return Fraction(share) < number * Fraction(result.divisor)  # type: ignore[arg-type]
    power = signposts.power
    return Fraction(share) ** power < _scale(result.divisor, power) * signposts.exact(number - 1)


def _above(share: float | Fraction, number: int, result: Apportionment) -> bool:
    """Return whether a share alone goes beyond a number of places."""
    if result.divisor == math.inf:
        return False
    signposts = result.method.signposts
    if signposts is None:
        return Fraction(share) > number * Fraction(result.divisor)  # type: ignore[arg-type]
    power = signposts.power
    return Fraction(share) ** power > _scale(result.divisor, power) * signposts.exact(number)


def _scale(divisor: Divisor, power: int) -> Fraction:
    return Fraction(squared(divisor)) if power == 2 else Fraction(divisor)  # type: ignore[arg-type]
