"""The result with its certificate, and the check that needs nothing but the certificate."""

from __future__ import annotations

import functools
import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .arrival import places_before, turn
from .divisor import DivisorRanking
from .exact import Divisor, SquareRoot, short_decimal
from .problem import whole_sum
from .ranking import critical

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from .methods import Method
    from .problem import Problem
    from .solution import Solution

    FloatArray = NDArray[np.float64]


class Tie(NamedTuple):
    """Units with exactly equal claims of which some got a place and others did not.

    Attributes:
        winners: the indices of the units that got a place, in the caller's order.
        losers: the indices of those that did not.
    """

    winners: tuple[int, ...]
    losers: tuple[int, ...]


class Apportionment:
    """Whole numbers that sum to the house size, with what shows that they are right.

    Attributes:
        seats: the places of each unit, a read-only int64 array.
        method: the method.
        house_size: the house size.
    """

    def __init__(
        self,
        problem: Problem,
        method: Method,
        solution: Solution,
        again: Callable[[int], Apportionment],
    ) -> None:
        self._problem, self._solution, self._again = problem, solution, again
        self.method = method
        self.house_size = problem.house
        self.seats = solution.field.spread(solution.seats)
        self.seats.flags.writeable = False

    def __repr__(self) -> str:
        return (
            f"Apportionment({self.method.name}, house_size={self.house_size}, "
            f"seats={np.array2string(self.seats, threshold=20)})"
        )

    @functools.cached_property
    def divisors(self) -> tuple[Divisor, Divisor] | None:
        """The divisors that lead to these seats: from the first to the second, both included.

        Exact: fractions, for Huntington–Hill square roots of fractions; the second is infinite
        where no unit has more than its minimum (or its first place, which every divisor gives).
        Both are infinite where places run out among the first places. None for the largest
        remainder.
        """
        if self.method.signposts is None:
            return None
        if self._solution.short:
            return math.inf, math.inf
        power = self.method.signposts.power
        upper, lower, _ = self._critical
        return (
            _root(upper, power) if upper is not None else Fraction(0),
            _root(lower, power) if lower is not None else math.inf,
        )

    @functools.cached_property
    def divisor(self) -> Divisor:
        """One divisor that leads to these seats, with few digits where there is a choice.

        For the largest remainder the quota: the shares that are worth one place (infinite if no
        unit has more than its minimum).
        """
        if self.method.signposts is None:
            return self._quota
        found = self._short_divisor() if self._certain else None
        if found is not None:
            return found
        lower, upper = self.divisors or (0, math.inf)
        if lower == upper:
            return lower
        return _within(lower, upper)

    @functools.cached_property
    def ties(self) -> tuple[Tie, ...]:
        """The tie that decided places, if any: equal claims, settled by the caller's order."""
        if self._solution.short:
            return self._tie_of_first_places()
        if self._certain or self._solution.ranking is None:
            return ()
        upper, lower, (waiting, holding) = self._critical
        if upper is None or upper != lower:
            return ()
        return (self._tie(holding.tolist(), waiting.tolist()),)

    def is_near_tie(self, tolerance: float) -> bool:
        """Return whether shares off by a relative tolerance could have changed the seats.

        Args:
            tolerance: Relative difference of the last claim that got a place and the first that
                did not. Largest remainders are always called near: theirs is no ratio.
        """
        settled = self._solution.settled
        if self.method.signposts is None or settled is None:
            return True
        return (
            settled.worst != math.inf and settled.worst - settled.best <= tolerance * settled.worst
        )

    def gains_at(self, unit: int) -> int | None:
        """Return the smallest house size above this one at which a unit holds one more place.

        Args:
            unit: its index.

        Returns:
            The house size, the shares and bounds being the same; None if it never gains: its
            share is 0 or it is at its maximum. (By largest remainders, which can also take a
            place away again, None as well if it doesn't gain in the next 10,000 house sizes.)
        """
        return self._next(unit, 1)

    def loses_at(self, unit: int) -> int | None:
        """Return the largest house size below this one at which a unit holds one place fewer.

        Args:
            unit: its index.

        Returns:
            The house size; None if it never loses one, being at its minimum (or, by largest
            remainders, not in 10,000 steps).
        """
        return self._next(unit, -1)

    def all_gains(self) -> list[int | None]:
        """Return `gains_at` of every unit; the work grows with the square of their number."""
        return [self.gains_at(unit) for unit in range(self._problem.size)]

    def all_losses(self) -> list[int | None]:
        """Return `loses_at` of every unit; the work grows with the square of their number."""
        return [self.loses_at(unit) for unit in range(self._problem.size)]

    @property
    def _certain(self) -> bool:
        settled = self._solution.settled
        return settled is not None and settled.certain

    @functools.cached_property
    def _critical(self) -> tuple[Fraction | None, Fraction | None, tuple[NDArray[np.intp], ...]]:
        ranking = self._solution.ranking
        if ranking is None:
            raise RuntimeError("no claims were ranked")
        return critical(ranking, self._solution.seats)

    @functools.cached_property
    def _quota(self) -> Divisor:
        rate: Fraction = self._solution.ranking.rate  # type: ignore[union-attr]
        return 1 / rate if rate else math.inf

    def _tie(self, winners: list[int], losers: list[int]) -> Tie:
        unit = self._solution.field.unit
        return Tie(tuple(map(unit, winners)), tuple(map(unit, losers)))

    def _tie_of_first_places(self) -> tuple[Tie, ...]:
        field, seats = self._solution.field, self._solution.seats
        exact = [field.exact(i) for i in range(seats.size)]
        low = np.broadcast_to(field.low, seats.size)
        given = [i for i in range(seats.size) if low[i] == 0 and seats[i] == 1]
        refused = [i for i in range(seats.size) if seats[i] == 0]
        cut = max(exact[i] for i in refused)
        winners = [i for i in given if exact[i] == cut]
        if not winners:
            return ()
        return (self._tie(winners, [i for i in refused if exact[i] == cut]),)

    def _short_divisor(self) -> float | None:
        """Look for a divisor of few digits well inside the interval, in floating point."""
        _, best, worst = self._solution.settled  # type: ignore[misc]
        least, most = max(best, 0.0) * (1 + 1e-12), worst * (1 - 1e-12)
        if self._problem.exponent or most <= 1e-290 or least > 1e290:
            return None
        if most == math.inf:
            most = 2 * least if least else 1.0
        middle = (least + most) / 2
        for digits in range(16):
            found = float(f"{middle:.{digits}e}")
            if least < found < most:
                return found
        return None

    def _next(self, unit: int, change: int) -> int | None:
        position = self._position(unit)
        if position is None:
            return None
        field, seats = self._solution.field, int(self.seats[unit])
        low = int(np.broadcast_to(field.low, field.shares.size)[position])
        high = float(np.broadcast_to(field.high, field.shares.size)[position])
        if seats == (high if change > 0 else low):
            return None
        if self.method.signposts is None:
            return self._search(unit, change)
        if change > 0:
            return self._arrival(position, seats)
        return self._arrival(position, seats - 1) - 1

    def _position(self, unit: int) -> int | None:
        size = self._problem.size
        if not -size <= unit < size:
            raise IndexError(f"there is no unit {unit} among {size}")
        unit %= size
        units = self._solution.field.units
        if units is None:
            return unit
        position = int(np.searchsorted(units, unit))
        return position if position < units.size and units[position] == unit else None

    def _search(self, unit: int, change: int) -> int | None:
        """Try house after house, for methods that are not house monotone."""
        seats = int(self.seats[unit])
        for step in range(1, 10_001):
            house = self.house_size + change * step
            try:
                other = int(self._again(house).seats[unit])
            except ValueError:
                return None
            if (other - seats) * change > 0:
                return house
        return None

    def _arrival(self, position: int, place: int) -> int:
        """Return the house size at which a unit gets a place, counting from 0."""
        field, signposts = self._solution.field, self.method.signposts
        if signposts is None:
            raise TypeError("largest remainders have no order of places")
        below = self._problem.house - field.house
        if place < signposts.first:
            return below + whole_sum(field.low, field.shares.size) + turn(field, position)
        ranking = DivisorRanking(field, signposts)  # not the solution's: there may be none
        return below + places_before(ranking, position, place) + 1


def _root(value: Fraction, power: int) -> Divisor:
    return value if power == 1 else SquareRoot(value)


def _within(lower: Divisor, upper: Divisor) -> Fraction:
    """Return a short decimal strictly between two divisors."""
    bits = 64
    while True:
        least = lower if isinstance(lower, Fraction) else _rounded_root(lower, bits, 1)
        if upper == math.inf:
            return Fraction(math.floor(least) + 1)
        most = upper if isinstance(upper, Fraction) else _rounded_root(upper, bits, 0)
        if least < most:
            return short_decimal(least, most)
        bits *= 2


def _rounded_root(root: Any, bits: int, up: int) -> Fraction:
    """Round a square root down (or up) to a multiple of 2**-bits."""
    scaled = math.floor(root.square * 4**bits)
    return Fraction(math.isqrt(scaled) + up, 2**bits)
