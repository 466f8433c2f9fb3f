"""Divisor methods: round share/d at the signposts, for one d that makes the sum right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .multiplier import multiplier
from .problem import whole_sum
from .ranking import NotSettledError, settle
from .search import search_exactly
from .solution import Field, Solution

if TYPE_CHECKING:
    from fractions import Fraction

    from numpy.typing import NDArray

    from .methods import Signposts
    from .problem import Problem

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.intp]

_SLACK = 2.0**-46
_SMALLEST = 1e-290
_SMALLEST_SUM = 1e-240
_LARGEST_QUOTIENT = 1e290
_FEW, _STEPS = 10, 60
_LARGEST_SEARCH = 2**45


class DivisorRanking:
    """Claims share/d(k) to place k (for Huntington–Hill, exactly: their squares)."""

    __slots__ = ("capped", "field", "first", "high", "low", "shares", "signposts")

    def __init__(self, field: Field, signposts: Signposts) -> None:
        self.field, self.signposts = field, signposts
        self.shares, self.first = field.shares, signposts.first
        self.low = np.asarray(np.maximum(field.low, 1.0)) if self.first else field.low
        self.high, self.capped = field.high, field.capped

    def claims(self, places: FloatArray) -> FloatArray:
        """Return share/d(k) for each unit, within 6 units in the last place."""
        signposts = self.signposts.value(places)
        return np.divide(self.shares, signposts, out=signposts)

    def claims_below(self, places: FloatArray) -> FloatArray:
        """Return share/d(k − 1) for each unit, within 6 units in the last place."""
        signposts = self.signposts.below(places)
        return np.divide(self.shares, signposts, out=signposts)

    def rounded(self, x: float) -> FloatArray:
        """Round x · share, up to floating-point error, and keep it within the bounds."""
        seats = self.signposts.rounded(self.shares * x)
        if self.low.ndim or self.low > 0:
            np.maximum(seats, self.low, out=seats)
        if self.capped:
            np.minimum(seats, self.high, out=seats)
        return seats

    def slack(self, claim: float) -> float:
        """Return a bound on the errors of two claims, underflow included."""
        return abs(claim) * _SLACK + _SMALLEST

    def labels(self, units: IntArray) -> FloatArray:
        """Return a number per unit, the same for units with exactly the same share."""
        return self.field.labels(units)

    def exact(self, unit: int, place: int) -> Fraction:
        """Return (share/d(k)) to the signposts' power."""
        share = self.field.exact(unit)
        return share**self.signposts.power / self.signposts.exact(place)


def solve_divisor(problem: Problem, signposts: Signposts) -> Solution:
    """Apportion by a divisor method, minimums and maximums being constraints.

    Args:
        problem: the checked problem.
        signposts: where the method rounds.

    Returns:
        Seats median(low, round(share/d), high) with one d for all units; of equal claims those
        of earlier units are met first. Where d(0) = 0, each positive share gets its first place
        before any gets a second, in the order of the shares: the limit of ever smaller d(0).
    """
    field = Field(problem)
    ranking = DivisorRanking(field, signposts)
    if signposts.first and whole_sum(ranking.low, field.shares.size) > field.house:
        return _share_first_places(field)
    if field.house >= _LARGEST_SEARCH:
        return Solution(field, search_exactly(ranking), ranking, None)
    try:
        seats = _guess(field, ranking)
        return Solution(field, seats, ranking, settle(ranking, seats, field.house))
    except NotSettledError:
        return Solution(field, search_exactly(ranking), ranking, None)


def _guess(field: Field, ranking: DivisorRanking) -> FloatArray:
    if not field.shares.size:
        return np.empty(0)
    if field.units is not None and float(np.add.reduce(field.shares)) < _SMALLEST_SUM:
        raise NotSettledError
    x = multiplier(field.shares, ranking.low, ranking.high, field.house, ranking.signposts.shift)
    return _closer(ranking, x, ranking.rounded(x))


def _closer(ranking: DivisorRanking, x: float, seats: FloatArray) -> FloatArray:
    """Move the multiplier until the places missing (or too many) are about one per unit.

    That holds for most guesses at once; not where rounding is one-sided, as with many small
    shares, or where one unit has most of the house.
    """
    house = ranking.field.house
    lower, upper = 0.0, np.inf
    for _ in range(_STEPS):
        total = float(np.add.reduce(seats))
        if abs(house - total) <= _FEW or upper - lower < lower * 1e-14:
            break
        largest = seats.item(seats.argmax())
        if abs(house - total) <= min(2.0 * house / max(largest, 1.0), seats.size >> 5):
            break
        lower, upper = (x, upper) if total < house else (lower, x)
        if lower and upper < np.inf:
            x = (lower + upper) / 2
        else:
            x *= min(max(house / max(total, 1.0), 0.25), 4.0)
            if x * float(ranking.shares.max()) > _LARGEST_QUOTIENT:
                break
        seats = ranking.rounded(x)
    return seats


def _share_first_places(field: Field) -> Solution:
    """Give the places there are to the largest shares, one each (d(0) = 0, too few places)."""
    seats = np.array(np.broadcast_to(field.low, field.shares.size))
    owed = sorted(np.flatnonzero(seats == 0).tolist(), key=field.key, reverse=True)
    seats[owed[: field.house - int(np.add.reduce(seats))]] = 1.0
    return Solution(field, seats, None, None, short=True)
