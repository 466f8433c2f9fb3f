"""Largest remainders: whole quotas first, then one place each to the largest remainders."""

from __future__ import annotations

import functools
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .exact import level
from .multiplier import common_shift, multiplier
from .problem import whole_sum
from .ranking import settle
from .solution import Field, Solution

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

    from numpy.typing import NDArray

    from .problem import Problem

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.intp]

_SLACK = 2.0**-44


class _Renewed(NamedTuple):
    """The claims by the renewed quota, and the units that it puts at a bound."""

    ranking: RemainderRanking
    at_low: NDArray[np.bool_]
    at_high: NDArray[np.bool_]


class RemainderRanking:
    """Claims quota − k to place k: a whole quota's last place claims 1 or more, a rest less.

    Attributes:
        quotas: the quota of each unit, in floating point.
    """

    first = 0

    def __init__(self, field: Field, quotas: FloatArray, rate: Callable[[], Fraction]) -> None:
        self.field, self.quotas, self._find_rate = field, quotas, rate
        self.low, self.high, self.capped = field.low, field.high, field.capped
        self._slack = max(float(quotas.max(initial=0.0)), 1.0) * _SLACK

    def claims(self, places: FloatArray) -> FloatArray:
        """Return quota − k for each unit."""
        return self.quotas - places

    def claims_below(self, places: FloatArray) -> FloatArray:
        """Return quota − (k − 1) for each unit."""
        return self.quotas - (places - 1.0)

    def slack(self, claim: float) -> float:  # noqa: ARG002
        """Return a bound on the errors of two quotas."""
        return self._slack

    def labels(self, units: IntArray) -> FloatArray:
        """Return a number per unit, the same for units with exactly the same share."""
        return self.field.labels(units)

    @functools.cached_property
    def rate(self) -> Fraction:
        """Places per share, exactly."""
        return self._find_rate()

    def exact(self, unit: int, place: int) -> Fraction:
        """Return quota − k exactly."""
        return self.field.exact(unit) * self.rate - place


def solve_fixed_quota(problem: Problem) -> Solution:
    """Apportion by the original quotas: larger of minimum and whole quota, then remainders.

    Where the minimums (or maximums) leave too few (or too many) places for one remainder each,
    places go on in the same order: by quota − k.
    """
    field = Field(problem)
    rate = problem.house / float(np.add.reduce(problem.shares))
    quotas = field.shares * rate
    return _settle(RemainderRanking(field, quotas, lambda: problem.house / problem.exact_sum()))


def solve_renewed_quota(problem: Problem) -> Solution:
    """Apportion by the quota of the units that are not at a bound.

    The quota Q is the one for which Σ median(low, share/Q, high) is the house size; with minimums
    alone it is where the Swiss rule ends: set aside whoever falls short, divide anew.
    """
    field = Field(problem)
    if not problem.capped and not problem.low.any():
        return solve_fixed_quota(problem)
    size = field.shares.size
    low = np.array(np.broadcast_to(field.low, size), dtype=np.float64)
    high = np.array(np.broadcast_to(field.high, size), dtype=np.float64)
    ranking, at_low, at_high = _renewed(field, low, high) or _renewed_exactly(field, low, high)
    ranking.low, ranking.high = np.where(at_high, high, low), np.where(at_low, low, high)
    ranking.capped = True
    return _settle(ranking)


def _renewed(field: Field, low: FloatArray, high: FloatArray) -> _Renewed | None:
    """Find the quota in floating point, and who is at a bound; None where that is doubtful."""
    shares = field.shares
    if not whole_sum(low, low.size) < field.house or not float(np.add.reduce(shares)) > 1e-200:
        return None
    x, largest = multiplier(shares, low, high, field.house, 0.0), float(shares.max())
    for _ in range(20):
        at_low, at_high = shares * x <= low, shares * x >= high
        between = ~(at_low | at_high)
        weight = float(np.add.reduce(shares[between]))
        if not weight > 1e-200:
            return None
        places = field.house - int(np.add.reduce(low[at_low]) + np.add.reduce(high[at_high]))
        x = places / weight
        if not x * largest < 1e290:
            return None
        quotas = np.clip(shares * x, low, high)
        if (((quotas <= low) == at_low) & ((quotas >= high) == at_high)).all():
            break
    else:
        return None
    units = np.flatnonzero(between) if field.units is None else field.units[between]
    ranking = RemainderRanking(field, quotas, lambda: places / field.problem.exact_sum(units))
    slack = ranking.slack(1.0)
    if (abs(shares * x - low) <= slack).any() or (abs(shares * x - high) <= slack).any():
        return None
    return _Renewed(ranking, at_low, at_high)


def _renewed_exactly(field: Field, low: FloatArray, high: FloatArray) -> _Renewed:
    """Find the quota in rational arithmetic, and who is at a bound."""
    shares = [field.exact(unit) for unit in range(low.size)]
    bounds = list(zip(map(int, low.tolist()), high.tolist(), strict=True))
    groups = Counter(zip(shares, bounds, strict=True))
    rate = level(groups, field.house)
    exact = [
        min(max(share * rate, least), most)
        for share, (least, most) in zip(shares, bounds, strict=True)
    ]
    at_low = np.array([q == least for q, (least, _) in zip(exact, bounds, strict=True)], dtype=bool)
    at_high = np.array([q == most for q, (_, most) in zip(exact, bounds, strict=True)], dtype=bool)
    quotas = np.array([float(quota) for quota in exact])
    return _Renewed(RemainderRanking(field, quotas, lambda: rate), at_low, at_high & ~at_low)


def _settle(ranking: RemainderRanking) -> Solution:
    quotas, low, high, house = ranking.quotas, ranking.low, ranking.high, ranking.field.house
    seats = np.clip(np.floor(quotas), low, high)
    if not 0 <= house - float(np.add.reduce(seats)) <= seats.size:
        shift = common_shift(quotas, low, high, house)
        seats = np.clip(np.floor(quotas - shift + 0.5), low, high)
    return Solution(ranking.field, seats, ranking, settle(ranking, seats, house))
