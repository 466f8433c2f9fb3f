"""The search in rational arithmetic, for shares or houses beyond the reach of floating point."""

from __future__ import annotations

import heapq
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from .exact import level

if TYPE_CHECKING:
    from fractions import Fraction

    from numpy.typing import NDArray

    from .divisor import DivisorRanking

    FloatArray = NDArray[np.float64]
    Entry = tuple[Fraction, int, int]


def search_exactly(ranking: DivisorRanking) -> FloatArray:
    """Find the seats of a divisor method: round down at the exact quota, then fill up.

    Args:
        ranking: the claims, with their bounds and the house size.

    Returns:
        The seats; the steps grow with the number of units, not with the house.
    """
    field, size = ranking.field, ranking.shares.size
    low = [int(value) for value in np.broadcast_to(ranking.low, size).tolist()]
    high: list[float] = np.broadcast_to(ranking.high, size).tolist()
    shares = [field.exact(position) for position in range(size)]
    x = level(Counter(zip(shares, zip(low, high, strict=True), strict=True)), field.house)
    seats = [
        int(min(max(int(share * x), least), most))
        for share, least, most in zip(shares, low, high, strict=True)
    ]
    return np.array(_Exchange(ranking, seats, low, high).settled(), dtype=np.float64)


class _Exchange:
    """Units by their claims to one more place and to the last one held.

    An entry of a heap is stale once its unit's seats have changed, and dropped when it is on top.
    """

    def __init__(
        self, ranking: DivisorRanking, seats: list[int], low: list[int], high: list[float]
    ) -> None:
        self.ranking, self.seats, self.low, self.high = ranking, seats, low, high
        self.waiting: list[Entry] = []
        self.holding: list[Entry] = []
        for unit in range(len(seats)):
            self._enter(unit)

    def settled(self) -> list[int]:
        """Fill up to the house size, then exchange places until no claim is passed over."""
        missing = self.ranking.field.house - sum(self.seats)
        while missing > 0:
            self._move(self._top(self.waiting)[1], 1)
            missing -= 1
        while missing < 0:
            self._move(-self._top(self.holding)[1], -1)
            missing += 1
        while self._is_passed_over():
            self._move(-self._top(self.holding)[1], -1)
            self._move(self._top(self.waiting)[1], 1)
        return self.seats

    def _is_passed_over(self) -> bool:
        """Say whether the best claim without a place goes before the worst one with it."""
        if not self._has_top(self.waiting) or not self._has_top(self.holding):
            return False
        (best, waiting, _), (worst, holding, _) = self.waiting[0], self.holding[0]
        return (-best, -waiting) > (worst, holding)

    def _enter(self, unit: int) -> None:
        number, exact = self.seats[unit], self.ranking.exact
        if number < self.high[unit]:
            heapq.heappush(self.waiting, (-exact(unit, number), unit, number))
        if number > self.low[unit]:
            heapq.heappush(self.holding, (exact(unit, number - 1), -unit, number))

    def _has_top(self, heap: list[Entry]) -> bool:
        while heap and self.seats[abs(heap[0][1])] != heap[0][2]:
            heapq.heappop(heap)
        return bool(heap)

    def _top(self, heap: list[Entry]) -> Entry:
        self._has_top(heap)
        return heap[0]

    def _move(self, unit: int, change: int) -> None:
        self.seats[unit] += change
        self._enter(unit)
