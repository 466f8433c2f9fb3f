"""Divisor methods: round share/d at the signposts, for one d that makes the sum right."""

from __future__ import annotations

import heapq
from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from .exact import level
from .multiplier import multiplier
from .ranking import NotSettledError, settle
from .solution import Field, Solution

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .methods import Signposts
    from .problem import Problem

    FloatArray = NDArray[np.float64]

_SLACK = 2.0**-46
_SMALLEST = 1e-290
_LARGEST_SEARCH = 2**45


class DivisorRanking:
    """Claims share/d(k) to place k (for Huntington–Hill, exactly: their squares)."""

    __slots__ = ("field", "first", "high", "low", "shares", "signposts")

    def __init__(self, field: Field, signposts: Signposts) -> None:
        self.field, self.signposts = field, signposts
        self.shares, self.first = field.shares, signposts.first
        self.low: float | FloatArray = field.low
        self.high = field.high
        if self.first:
            low = field.low
            self.low = max(low, 1.0) if isinstance(low, float) else np.maximum(low, 1.0)

    def claims(self, places: FloatArray) -> FloatArray:
        """Return share/d(k) for each unit, within 6 units in the last place."""
        return self.shares / self.signposts.value(places)

    def slack(self, claim: float) -> float:
        """Return a bound on the errors of two claims, underflow included."""
        return abs(claim) * _SLACK + _SMALLEST

    def key(self, unit: int) -> float | Fraction:
        """Return the share as it was given."""
        return self.field.key(unit)

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
    owed = field.required
    if signposts.first:
        owed = int(np.add.reduce(np.broadcast_to(ranking.low, field.shares.size)))
    if owed > field.house:
        return _share_first_places(field)
    if field.house >= _LARGEST_SEARCH:
        return Solution(field, _search_exactly(ranking), ranking, None)
    try:
        seats = _guess(field, ranking)
        return Solution(field, seats, ranking, settle(ranking, seats, field.house))
    except NotSettledError:
        return Solution(field, _search_exactly(ranking), ranking, None)


def _guess(field: Field, ranking: DivisorRanking) -> FloatArray:
    if not field.shares.any():  # no free unit, or all far below the fixed ones
        raise NotSettledError
    x = multiplier(field.shares, ranking.low, ranking.high, field.house, ranking.signposts.shift)
    seats = ranking.signposts.rounded(field.shares * x)
    return np.clip(seats, ranking.low, ranking.high, out=seats)


def _share_first_places(field: Field) -> Solution:
    """Give the places there are to the largest shares, one each (d(0) = 0, too few places)."""
    seats = np.array(np.broadcast_to(field.low, field.shares.size), dtype=np.float64)
    owed = [position for position, least in enumerate(seats.tolist()) if least == 0]
    owed.sort(key=field.key, reverse=True)
    seats[owed[: field.house - field.required]] = 1.0
    return Solution(field, seats, None, None, short=True)


def _search_exactly(ranking: DivisorRanking) -> FloatArray:
    """Find the seats in rational arithmetic, for shares or houses beyond the float search."""
    field, size = ranking.field, ranking.shares.size
    low = [int(value) for value in np.broadcast_to(ranking.low, size).tolist()]
    high = np.broadcast_to(ranking.high, size).tolist()
    shares = [field.exact(position) for position in range(size)]
    x = level(Counter(zip(shares, zip(low, high, strict=True), strict=True)), field.house)
    seats = [
        int(min(max(int(share * x), least), most))
        for share, least, most in zip(shares, low, high, strict=True)
    ]
    waiting = [
        (-ranking.exact(i, seats[i]), i) for i in range(size) if seats[i] < high[i]
    ]
    heapq.heapify(waiting)
    return np.array(_exchange_exactly(ranking, seats, low, high, waiting), dtype=np.float64)


def _exchange_exactly(
    ranking: DivisorRanking,
    seats: list[int],
    low: list[int],
    high: list[float],
    waiting: list[tuple[Fraction, int]],
) -> list[int]:
    """Fill up to the house size, then exchange places until no claim is passed over."""
    house = ranking.field.house
    holding = [
        (ranking.exact(i, seats[i] - 1), -i) for i in range(len(seats)) if seats[i] > low[i]
    ]
    heapq.heapify(holding)
    missing = house - sum(seats)
    while True:
        if missing > 0:
            _, unit = heapq.heappop(waiting)
            change = 1
        elif missing < 0 or (
            holding
            and waiting
            and (-waiting[0][0], -waiting[0][1]) > (holding[0][0], holding[0][1])
        ):
            unit, change = -heapq.heappop(holding)[1], -1
        else:
            return seats
        missing -= change
        seats[unit] += change
        waiting = [entry for entry in waiting if entry[1] != unit]
        holding = [entry for entry in holding if entry[1] != -unit]
        if seats[unit] < high[unit]:
            waiting.append((-ranking.exact(unit, seats[unit]), unit))
        if seats[unit] > low[unit]:
            holding.append((ranking.exact(unit, seats[unit] - 1), -unit))
        heapq.heapify(waiting)
        heapq.heapify(holding)
