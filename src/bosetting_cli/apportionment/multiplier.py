"""The multiplier from which the search starts: a median(low, x · share, high) of the right sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]


def multiplier(
    shares: FloatArray,
    low: float | FloatArray,
    high: float | FloatArray,
    house: int,
    shift: float,
) -> float:
    """Solve Σ median(low, x · share + shift, high) = house roughly.

    Args:
        shares: at least 0, not all 0.
        low: minimums.
        high: maximums.
        house: the sum to reach, between those of the bounds.
        shift: the mean of what rounding takes off, 1/2 − r for d(k) = k + r.

    Returns:
        x; how exact it is matters for speed only.
    """
    if isinstance(low, float) and isinstance(high, float) and high == np.inf:
        if low == 0.0:
            return _positive(house - shift * shares.size, house) / float(np.add.reduce(shares))
        return _from_sorted(shares, low, house, shift)
    return _by_newton(shares, low, high, house, shift)


def _positive(value: float, instead: float) -> float:
    return value if value > 0 else instead


def _from_sorted(shares: FloatArray, low: float, house: int, shift: float) -> float:
    """Try at once, for every number of units at the minimum, the x that it leads to."""
    ordered = np.sort(shares)
    above = np.arange(ordered.size, 0.0, -1.0)
    x = ordered[::-1].cumsum()[::-1]
    left = house - low * ordered.size + above * (low - shift)
    np.divide(left, x, out=x)
    at = int((ordered * x > low - shift).argmax())
    return float(x[at])


def _by_newton(
    shares: FloatArray, low: float | FloatArray, high: float | FloatArray, house: int, shift: float
) -> float:
    """Newton's steps on a rising piecewise linear function, kept within a bracket."""
    lower, upper = 0.0, min(1e290 / float(np.maximum.reduce(shares)), 1e290)
    x = _positive(house - shift * shares.size, house) / float(np.add.reduce(shares))
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
