"""The multiplier from which the search starts: a median(low, x · share, high) of the right sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]


def multiplier(
    shares: FloatArray, low: FloatArray, high: FloatArray, house: int, shift: float
) -> float:
    """Solve Σ median(low, x · share + shift, high) = house roughly.

    Args:
        shares: at least 0, not all 0.
        low: minimums, one for all (no dimension) or one each.
        high: maximums, in the same form.
        house: the sum to reach, between those of the bounds.
        shift: the mean of what rounding adds, 1/2 − r for d(k) = k + r.

    Returns:
        x; how exact it is matters for speed only.
    """
    if low.ndim or high.ndim or high != np.inf:
        return _by_newton(shares, low, high, house, shift)
    if low > 0:
        return _from_sorted(shares, float(low), house, shift)
    return _positive(house - shift * shares.size, house) / float(np.add.reduce(shares))


def _positive(value: float, instead: float) -> float:
    return value if value > 0 else instead


def _from_sorted(shares: FloatArray, low: float, house: int, shift: float) -> float:
    """Try at once, for every number of largest units above the minimum, the x it leads to."""
    size, least = shares.size, low - shift
    spare = house - low * size
    falling = -shares  # all signs turned: NumPy sorts upwards, and reads backwards slowly
    falling.sort()
    x = np.arange(-spare - least, -spare - least * (size + 0.5), -least)
    x /= np.add.accumulate(falling)
    falling *= x
    above = int((falling >= -least).argmax())  # 0: all are, or the largest is not
    return float(x[above - 1])


def _by_newton(
    shares: FloatArray, low: FloatArray, high: FloatArray, house: int, shift: float
) -> float:
    """Newton's steps on a rising piecewise linear function, kept within a bracket."""
    lower, upper = 0.0, min(1e290 / float(np.maximum.reduce(shares)), 1e290)
    x = min(_positive(house - shift * shares.size, house) / float(np.add.reduce(shares)), upper)
    for _ in range(100):
        raw = shares * x
        raw += shift
        kept = np.clip(raw, low, high)
        missing = house - float(np.add.reduce(kept))
        if abs(missing) <= 0.5:
            break
        lower, upper = (x, upper) if missing > 0 else (lower, x)
        slope = float(np.add.reduce(shares[raw == kept]))
        x = x + missing / slope if slope > 0 else -1.0
        if not lower < x < upper:
            x = _middle(lower, upper)
        if not lower < x < upper:
            break
    return x


def _middle(lower: float, upper: float) -> float:
    return float(np.sqrt(lower) * np.sqrt(upper)) if lower > 0 else upper / 2.0**100


def common_shift(quotas: FloatArray, low: FloatArray, high: FloatArray, house: int) -> float:
    """Solve Σ median(low, quota − shift, high) = house roughly, as `multiplier` does for factors.

    Args:
        quotas: at least 0.
        low: minimums, one for all (no dimension) or one each.
        high: maximums, in the same form.
        house: the sum to reach, between those of the bounds.

    Returns:
        The shift; how exact it is matters for speed only.
    """
    lower, upper = -float(house), float(np.max(quotas - low))
    shift = 0.0
    for _ in range(100):
        raw = quotas - shift
        kept = np.clip(raw, low, high)
        missing = house - float(np.add.reduce(kept))
        if abs(missing) <= 0.5:
            break
        lower, upper = (lower, shift) if missing > 0 else (shift, upper)
        free = int(np.count_nonzero(raw == kept))
        shift = shift - missing / free if free else upper
        if not lower < shift < upper:
            shift = (lower + upper) / 2
    return shift
