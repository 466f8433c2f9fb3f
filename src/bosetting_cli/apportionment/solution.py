"""The units between which places can move, and what was found about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .problem import InfeasibleError, whole_sum

if TYPE_CHECKING:
    from fractions import Fraction

    from numpy.typing import NDArray

    from .problem import Problem
    from .ranking import Ranking, Settled

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.intp]


class Field:
    """The units of a problem that can have more than their minimum.

    A unit with share 0 has no claim to more, so it is left out, as is one whose minimum is its
    maximum.

    Attributes:
        units: their indices in the problem, or None if all units are free.
        shares: their shares, positive (or so small that they are 0 beside the others).
        low: their minimums, one for all (no dimension) or one each.
        high: their maximums, in the same form.
        capped: whether any of them has a maximum.
        house: the places they share.
    """

    __slots__ = ("capped", "high", "house", "low", "problem", "shares", "units")

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.units: IntArray | None = None
        self.shares, self.low, self.high = problem.shares, problem.low, problem.high
        self.capped, self.house = problem.capped, problem.house
        if self.capped or not problem.positive:
            self._leave_out_fixed()

    def _leave_out_fixed(self) -> None:
        problem = self.problem
        low = np.broadcast_to(problem.low, problem.size)
        high = np.broadcast_to(problem.high, problem.size)
        free = problem.are_positive() & (low < high)
        room = np.where(free, high, low)
        if np.add.reduce(room) < problem.house:
            raise InfeasibleError("maximums", whole_sum(room, problem.size), problem.house)
        self.house -= int(np.add.reduce(low[~free]))
        self.units = np.flatnonzero(free)
        self.shares, self.low, self.high = problem.shares[free], low[free], high[free]

    def unit(self, position: int) -> int:
        """Return the index in the problem of the unit at a position in the field."""
        return position if self.units is None else int(self.units[position])

    def exact(self, position: int) -> Fraction:
        """Return the share at a position in the field as a fraction."""
        return self.problem.exact(self.unit(position))

    def key(self, position: int) -> float | Fraction:
        """Return the share at a position as it was given, as a float if it was one."""
        problem, unit = self.problem, self.unit(position)
        return problem.exact(unit) if problem.rational is not None else float(problem.given[unit])

    def labels(self, positions: IntArray) -> FloatArray:
        """Return a number per position, the same where the shares are exactly the same."""
        units = positions if self.units is None else self.units[positions]
        if self.problem.rational is None:
            return self.problem.given[units]
        numbers: dict[Fraction, int] = {}
        shares = map(self.problem.rational.__getitem__, units)
        return np.array([numbers.setdefault(s, len(numbers)) for s in shares], dtype=np.float64)

    def spread(self, seats: FloatArray) -> NDArray[np.int64]:
        """Return seats of all units of the problem from those of the free ones."""
        if self.units is None:
            return seats.astype(np.int64)
        spread = np.array(np.broadcast_to(self.problem.low, self.problem.size), dtype=np.int64)
        spread[self.units] = seats
        return spread


@dataclass(slots=True)
class Solution:
    """Seats of the free units and how they were decided.

    Attributes:
        field: the free units.
        seats: their seats, whole numbers.
        ranking: the claims that decided; None if nothing was to be decided by claims.
        settled: how floating point decided; None if it couldn't.
        short: whether places run out among the first places that every share is owed.
    """

    field: Field
    seats: FloatArray
    ranking: Ranking | None
    settled: Settled | None
    short: bool = False
