"""The result with its certificate: what shows that the numbers are right, and what binds."""

from __future__ import annotations

import functools
import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .methods import Divisor, SquareRoot, to_power
from .problem import whole_sum
from .search import ExactClaims, between, ranks, slack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .methods import FloatArray, Method
    from .problem import Shares


class Tie(NamedTuple):
    """Units with exactly equal claims of which some got a place and others did not.

    Attributes:
        winners: the indices of the units that got a place, in the caller's order.
        losers: the indices of those that did not.
    """

    winners: tuple[int, ...]
    losers: tuple[int, ...]


class Solution(NamedTuple):
    """Seats and how they were decided: by claims, or by a rate and its remainders.

    Attributes:
        seats: whole numbers.
        claims: the claims that decided (for largest remainders nothing but the problem).
        certain: whether floating point decided: every claim with a place beats every other one
            by more than the errors.
        best: the highest claim that got no place (−∞: there is none).
        worst: the lowest claim that got one above the minimum (+∞: there is none).
        short: whether places run out among the first places that every share is owed.
        rate: for largest remainders the places per share.
        ties: their tie.
    """

    seats: NDArray[Any]
    claims: ExactClaims
    certain: bool = False
    best: float = math.inf
    worst: float = math.inf
    short: bool = False
    rate: Fraction = Fraction(0)
    ties: tuple[Tie, ...] = ()


class Apportionment:
    """Whole numbers that sum to the house size, with what shows that they are right.

    Attributes:
        seats: the places of each unit, a read-only int64 array.
        method: the method.
        house_size: the house size.
    """

    def __init__(
        self, method: Method, solution: Solution, again: functools.partial[Apportionment]
    ) -> None:
        self._problem, self._solution, self._again = solution.claims.problem, solution, again
        self.method = method
        self.house_size = self._problem.house
        self.seats = solution.seats.astype(np.int64)
        self.seats.flags.writeable = False

    def __repr__(self) -> str:
        seats = np.array2string(self.seats, threshold=20)
        return f"Apportionment({self.method.name}, house_size={self.house_size}, seats={seats})"

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
        root = Fraction if self.method.signposts.power == 1 else SquareRoot
        (upper, _), (lower, _) = self._ends
        least = Fraction(0) if upper is None else root(upper)
        return least, math.inf if lower is None else root(lower)

    @functools.cached_property
    def divisor(self) -> Divisor:
        """One divisor that leads to these seats, with few digits where there is a choice.

        Where all are at their minimums, or all at their maximums, the interval has no upper or
        no lower end; the divisor is then the one in it that is nearest to that of no bounds at
        all, so that what `binding` tells hangs on the bounds and not on the choice. For the
        largest remainder the quota: the shares that are worth one place (infinite if no unit has
        more than its minimum).
        """
        if self.method.signposts is None:
            return 1 / self._solution.rate if self._solution.rate else math.inf
        if (found := self._short_divisor()) is not None:
            return found
        lower, upper = self.divisors or (0, math.inf)
        if lower == upper:
            return lower
        bounded = any(self._again.keywords[b] is not None for b in ("minimums", "maximums"))
        if bounded and (lower == 0 or upper == math.inf):
            alone = self._again(self.house_size, minimums=None, maximums=None).divisor
            return max(lower, min(alone, upper))
        return _short_decimal(lower, upper)

    @functools.cached_property
    def ties(self) -> tuple[Tie, ...]:
        """The tie that decided places, if any: equal claims, settled by the caller's order."""
        if self._solution.certain or self.method.signposts is None:
            return self._solution.ties
        (upper, waiting), (lower, holding) = self._ends
        return (Tie(holding, waiting),) if upper is not None and upper == lower else ()

    def is_near_tie(self, tolerance: float) -> bool:
        """Return whether shares off by a relative tolerance could have changed the seats.

        Args:
            tolerance: Relative difference of the last claim that got a place and the first that
                did not. Largest remainders are always called near: theirs is no ratio.
        """
        solution = self._solution
        if self.method.signposts is None or solution.short:
            return True
        return solution.worst - solution.best <= tolerance * solution.worst < math.inf

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

    @functools.cached_property
    def _ends(self) -> tuple[_End, _End]:
        """The highest claim that got no place and the lowest one that did, exactly."""
        claims, seats = self._solution.claims, self._solution.seats[np.newaxis]
        with np.errstate(all="ignore"):
            following, last = claims.following(seats)[0], claims.last(seats)[0]
        return _end(claims, following, self.seats, -1), _end(claims, -last, self.seats - 1, 0)

    def _short_divisor(self) -> float | None:
        """Look for a divisor of few digits well inside the interval, in floating point."""
        _, _, certain, best, worst, short, *_ = self._solution
        least, most = max(best, 0.0) * (1 + 1e-12), worst * (1 - 1e-12)
        apart = least > 0 and 1e-290 < most < math.inf
        if short or not certain or self._problem.exponent or not apart:
            return None
        middle = (least + most) / 2
        digits = (float(f"{middle:.{digits}e}") for digits in range(16))
        return next((found for found in digits if least < found < most), None)

    def _next(self, unit: int, change: int) -> int | None:
        problem = self._problem
        if not -problem.size <= unit < problem.size:
            raise IndexError(f"there is no unit {unit} among {problem.size}")
        unit %= problem.size
        seats = int(self.seats[unit])
        most = math.inf if problem.high is None else problem.high[unit]
        if seats == (most if change > 0 else problem.low[unit]):
            return None
        signposts = self.method.signposts
        if signposts is None:
            return self._search(unit, change)
        claims = ExactClaims(problem, signposts)  # not the solution's, where first places ran out
        gained = change > 0
        return _places_before(claims, unit, seats - 1 + gained) + gained

    def _search(self, unit: int, change: int) -> int | None:
        """Try house after house, for methods that are not house monotone."""
        for house in range(self.house_size + change, self.house_size + 10_001 * change, change):
            try:
                other = self._again(house)
            except ValueError:
                return None
            if (other.seats[unit] - self.seats[unit]) * change > 0:
                return house
        return None


_End = tuple[Fraction | None, tuple[int, ...]]


def _end(claims: ExactClaims, values: FloatArray, places: NDArray[np.int64], rank: int) -> _End:
    """Find the claim with the highest value exactly, and the units that have it.

    Args:
        claims: the claims.
        values: claims in floating point, or their negatives for the lowest one (−∞: none).
        places: to which they are.
        rank: where it is among the doubtful ones: -1 the highest, 0 the lowest.
    """
    best = float(values.max())
    if best == -math.inf:
        return None, ()
    units = np.flatnonzero(values >= best - slack(abs(best)))
    order, distinct = ranks(claims, units, places[units])
    return distinct[rank], tuple(units[order == rank % len(distinct)].tolist())


def _places_before(claims: ExactClaims, unit: int, place: int) -> int:
    """Count the places, minimums included, that are awarded before a unit's place."""
    problem, exact = claims.problem, claims.problem.exact
    if place < claims.signposts.first:  # first places that all are owed go by share
        owed = (claims.low[0] > problem.low) & (problem.shares >= problem.shares[unit])
        own, others = (-exact(unit), unit), np.flatnonzero(owed).tolist()
        return whole_sum(problem.low) + sum((-exact(u), u) < own for u in others)
    bar = float(claims.claim(claims.weights.item(0, unit), float(place)))
    counts, close = claims.low[0], np.arange(problem.size)
    if bar > 1e-250 and claims.weights.max() < min(bar * 2.0**45, 2.0**999):
        with np.errstate(all="ignore"):
            counts, close, _ = between(claims, bar, bar)
    numbers = [int(number) for number in counts.tolist()]
    for other in set(close.tolist()):
        numbers[other] = _count(claims, other, claims.exact(unit, place), unit)
    return sum(numbers)


def _count(claims: ExactClaims, unit: int, bar: Fraction, rival: int) -> int:
    """Count the places of a unit that are awarded before a rival's place with a claim, exactly."""
    quotient = claims.problem.exact(unit) ** claims.signposts.power / bar
    whole = math.floor(quotient) if claims.signposts.power == 1 else math.isqrt(int(quotient))
    low = int(claims.low[0, unit])
    most = whole + 1 if claims.high is None else min(whole + 1, claims.high.item(0, unit))
    number = max(int(most), low)
    while number > low and (-claims.exact(unit, number - 1), unit) >= (-bar, rival):
        number -= 1  # once or twice: d(k) is from k to k + 1
    return number


def _short_decimal(lower: Divisor, upper: Divisor) -> Fraction:
    """Return a number strictly between two divisors that has the fewest decimal digits."""
    if upper == math.inf:
        return Fraction(_floor(lower, Fraction(1)) + 1)
    ratio = to_power(upper, 1)  # of a root the square: larger, but for a root below 1
    step = Fraction(10) ** max(len(str(ratio.numerator)) - len(str(ratio.denominator)) + 1, 0)
    while True:
        found = (_floor(lower, step) + 1) * step
        if found < upper:
            return found
        step /= 10


def _floor(value: Divisor, step: Fraction) -> int:
    """Return how many whole steps a divisor holds."""
    if isinstance(value, SquareRoot):
        return math.isqrt(math.floor(value.square / step**2))
    return math.floor(Fraction(value) / step)


def binding(
    result: Apportionment, shares: Shares, minimums: Sequence[int], maximums: Sequence[int | None]
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

    Example:
        >>> from bosetting_cli.apportionment import apportion
        >>> binding(apportion([8, 1], 6, minimums=2), [8, 1], [2, 2], [None, None])
        ([False, True], [False, False])
    """
    columns = list(zip(shares, result.seats.tolist(), minimums, maximums, strict=True))
    return (
        [0 < n == least and _excess(result, s, n, n - 1) < 0 for s, n, least, _ in columns],
        [n == most and _excess(result, s, n, n) > 0 for s, n, _, most in columns],
    )


def _excess(result: Apportionment, share: float | Fraction, number: int, place: int) -> Fraction:
    """Return by how much a share is above what a number (rounded up from a place) costs."""
    if result.divisor == math.inf:
        return Fraction(-1)
    signposts = result.method.signposts
    power, cost = (signposts.power, signposts.exact(place)) if signposts else (1, Fraction(number))
    return Fraction(share) ** power - Fraction(to_power(result.divisor, power)) * cost
