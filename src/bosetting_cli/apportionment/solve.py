"""Apportion one vector of shares, or many at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np

from .certificate import Apportionment, Solution
from .methods import Method, Signposts, Stationary, as_float, resolve_method
from .problem import LARGEST_HOUSE, BadInputError, Problem, bound, whole_sum
from .search import Claims, ExactClaims, RemainderClaims, approach, decide, search

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from .methods import BoolArray, FloatArray
    from .problem import Bounds, Shares

_SMALLEST_CLAIM = 1e-250
_CELLS = 2**15
_BATCH_ROUNDS = 16


def apportion(
    shares: Shares,
    house_size: SupportsIndex,
    *,
    method: str | Method = "sainte-lague",
    minimums: Bounds = None,
    maximums: Bounds = None,
) -> Apportionment:
    """Apportion a house to units by their shares.

    Every comparison that decides a place is exact: a float is the rational number it stands for.
    Equal claims are met in the order of the units, and reported as a tie. A unit with share 0
    gets its minimum and nothing more, by any method.

    Args:
        shares: one number per unit, at least 0 and not all 0; on any scale. Floats, integers of
            any size, `Fraction` or `Decimal`.
        house_size: how many places to apportion, at least 0.
        method: a name that `resolve_method` knows, or a `Method`.
        minimums: the fewest places per unit: one whole number for all, or one each.
        maximums: the most places per unit: the same, None being no limit.

    Returns:
        The seats with their certificate.

    Raises:
        BadInputError: a `ValueError` for a wrong argument, with the index of the unit.
        InfeasibleError: a `ValueError` if the bounds don't allow the house size, with by how much.
        ValueError: if there is no such method.

    Example:
        >>> apportion([5.2, 3.1, 1.7], 11, minimums=2).seats.tolist()
        [6, 3, 2]
    """
    chosen = resolve_method(method)
    problem = Problem(shares, house_size, minimums, maximums)
    with np.errstate(all="ignore"):
        solution = _solve(problem, chosen)

    def again(house: int) -> Apportionment:
        return apportion(shares, house, method=chosen, minimums=minimums, maximums=maximums)

    return Apportionment(chosen, solution, again)


def _solve(problem: Problem, method: Method) -> Solution:
    claims, short = _claims(problem, method)
    found = search(claims)
    best, worst = found.best.item(), found.worst.item()
    if not found.missing[0] and claims.are_clear(found.best, found.worst)[0]:
        return Solution(found.seats[0], claims, True, best, worst, short)
    lowest, highest = min(best, worst), max(best, worst)
    if method.signposts is not None and lowest < _SMALLEST_CLAIM:
        problem.magnify()
        return _solve(problem, method)
    seats = decide(claims, lowest, highest)
    following, last = claims.following(seats[np.newaxis]), claims.last(seats[np.newaxis])
    return Solution(seats, claims, False, float(following.max()), float(last.min()), short)


def _claims(problem: Problem, method: Method) -> tuple[ExactClaims, bool]:
    """Return the claims, and whether places run out among the first ones that all are owed.

    Those go to the largest shares then, one each: the limit of ever smaller d(0).
    """
    if method.signposts is None:
        return _remainders(problem, method.renewed_quota), False
    claims = ExactClaims(problem, method.signposts)
    if not method.signposts.first or whole_sum(claims.low[0]) <= problem.house:
        return claims, False
    by_share = ExactClaims(problem, _WHOLE)
    by_share.high = claims.low
    return by_share, True


class _Unrounded(Signposts):
    """No signposts at all: the quotients themselves."""

    def rounded(self, quotients: FloatArray) -> FloatArray:
        """Return the quotients."""
        return quotients


_WHOLE = Stationary(Fraction(1))


def _remainders(problem: Problem, renewed: bool) -> RemainderClaims:
    """Return the claims by the quotas of all units."""
    if renewed and (problem.high is not None or problem.low.any()):
        return _renewed_remainders(problem)
    rate = problem.house / problem.exact_sum(np.ones(problem.size, dtype=bool))
    quotas = problem.shares * as_float(rate / Fraction(2) ** problem.exponent)
    return RemainderClaims(problem, _WHOLE, quotas, rate)


def _renewed_remainders(problem: Problem) -> RemainderClaims:
    """Return the claims by the quota of the units that are not at a bound.

    That is the Q for which Σ median(low, share/Q, high) is the house size; with minimums alone it
    is where the Swiss rule ends: set aside whoever falls short, divide anew. Floating point tells
    which units are surely at a bound or between; the others are taken exactly.
    """
    low, house = problem.low, problem.house
    high = np.full(problem.size, np.inf) if problem.high is None else problem.high
    x, _, missing, *_ = approach(ExactClaims(problem, _Unrounded()), house * 1e-10)
    reached = problem.shares * x
    quotas = np.clip(reached, low, high)
    doubtful = np.minimum(abs(reached - low), abs(reached - high)) < 1e-6 * reached
    doubtful |= np.minimum(reached, problem.shares) < 1e-290
    free = ~doubtful & (quotas == reached)
    if not abs(missing[0]) <= house * 1e-10 <= 1e-8 * np.add.reduce(reached[free]):
        doubtful[:], free[:] = True, False
    bound_ones = quotas[~(doubtful | free)]
    units = [(u, problem.exact(u), int(low[u]), high[u]) for u in np.flatnonzero(doubtful).tolist()]
    rate = _level(units, house - whole_sum(bound_ones), problem.exact_sum(free))
    quotas[free] = problem.shares[free] * as_float(rate / Fraction(2) ** problem.exponent)
    at_low, at_high = quotas <= low, quotas >= high
    for unit, share, least, most in units:
        exact = min(max(share * rate, least), most)
        quotas[unit], at_low[unit], at_high[unit] = float(exact), exact == least, exact == most
    claims = RemainderClaims(problem, _WHOLE, quotas, rate)
    claims.low = np.where(at_high, high, low)[np.newaxis]
    claims.high = np.where(at_low, low, high)[np.newaxis]
    return claims


def _level(
    units: Iterable[tuple[int, Fraction, int, float]], total: int, slope: Fraction
) -> Fraction:
    """Solve slope · x + Σ median(low, x · share, high) = total for the smallest x.

    Args:
        units: Units with share, low and high (which may be infinite).
        total: What to reach.
        slope: The sum of the shares of other units, which are between their bounds.
    """
    turns: list[tuple[Fraction, Fraction]] = []
    reached, at = Fraction(0), Fraction(0)
    for _, share, low, high in units:
        reached += low
        turns += [(low / share, share)] if low < high else []
        turns += [(int(high) / share, -share)] if low < high < math.inf else []
    for turn, change in sorted(turns):
        ahead = reached + slope * (turn - at)
        if ahead >= total:
            break
        reached, at, slope = ahead, turn, slope + change
    return at + (total - reached) / slope if reached < total and slope else at


def apportion_batch(
    shares: NDArray[np.float64],
    house_size: SupportsIndex | Sequence[int] | NDArray[Any],
    *,
    method: str | Method = "sainte-lague",
    minimums: Bounds = None,
    maximums: Bounds = None,
) -> NDArray[np.int64]:
    """Apportion many rows of shares, each as `apportion` would, ties included.

    Args:
        shares: one row per share vector, one column per unit (D × n).
        house_size: how many places to apportion: one number, or one per row.
        method: as in `apportion`.
        minimums: as in `apportion`, the same for all rows, or one row each (D × n).
        maximums: in the same form.

    Returns:
        The seats, D × n.

    Raises:
        BadInputError: as `apportion`, with the first row that is wrong.
        InfeasibleError: as `apportion`.

    Example:
        >>> apportion_batch(np.array([[5.2, 3.1, 1.7], [1.0, 1.0, 1.0]]), 11).tolist()
        [[6, 3, 2], [4, 4, 3]]
    """
    matrix = np.asarray(shares, dtype=np.float64)
    if matrix.ndim != 2:
        raise BadInputError(f"a batch has two dimensions, not {matrix.ndim}", "shares")
    chosen = resolve_method(method)
    houses = np.broadcast_to(house_size, len(matrix))
    low, high = (
        given if np.ndim(given) == 2 else bound(given, matrix.shape[1], name)
        for given, name in ((minimums, "minimums"), (maximums, "maximums"))
    )
    seats, settled = batch_within(matrix, houses, method=chosen, minimums=low, maximums=high)
    for row in np.flatnonzero(~settled).tolist():
        least, most = (b[row] if np.ndim(b) == 2 else b for b in (low, high))
        try:
            result = apportion(
                matrix[row], houses[row].item(), method=chosen, minimums=least, maximums=most
            )
        except BadInputError as error:
            raise BadInputError(f"row {row}: {error}", error.argument, error.index) from None
        seats[row] = result.seats
    return seats


def batch_within(
    shares: NDArray[np.float64],
    house_sizes: ArrayLike,
    *,
    method: str | Method = "sainte-lague",
    minimums: ArrayLike | None = None,
    maximums: ArrayLike | None = None,
    error: float = 0.0,
) -> tuple[NDArray[np.int64], BoolArray]:
    """Apportion the rows that floating point decides, whatever the shares within an error are.

    A row is settled if all shares that are off by at most the relative error give the same
    seats. A row whose shares or bounds `apportion` would refuse is never settled, and nor is one
    by largest remainders; nothing is raised.

    Args:
        shares: D × n; a unit that takes no part has the share 0 and the minimum 0.
        house_sizes: one for all rows, or D.
        method: as in `apportion`.
        minimums: whole numbers: one for all, n, or D × n.
        maximums: in the same form; infinite where there is no limit.
        error: the relative error of each share.

    Returns:
        The seats, D × n, and which of the D rows are settled; seats of other rows mean nothing.

    Example:
        >>> seats, settled = batch_within(np.array([[5.2, 3.1], [1.0, 3.0]]), 2, error=1e-9)
        >>> seats[settled].tolist(), settled.tolist()
        ([[1, 1]], [True, False])
    """
    signposts = resolve_method(method).signposts
    seats, settled = np.zeros(shares.shape, dtype=np.int64), np.zeros(len(shares), dtype=bool)
    houses = np.broadcast_to(np.asarray(house_sizes, dtype=np.float64), len(shares))
    bounds = [None if b is None else np.broadcast_to(b, shares.shape) for b in (minimums, maximums)]
    step = max(_CELLS // max(shares.shape[1], 1), 1)
    for first in range(0, len(shares) if signposts and shares.size else 0, step):
        rows = slice(first, first + step)
        block = np.array(shares[rows], dtype=np.float64)
        low, high = (None if b is None else np.array(b[rows], dtype=np.float64) for b in bounds)
        low = np.zeros(block.shape) if low is None else low
        if not block.all():
            high = np.where(block > 0, np.inf if high is None else high, low)
        with np.errstate(all="ignore"):
            claims = Claims(block, low, high, np.array(houses[rows]), signposts)
            usable = _keep_usable(claims, low)
            found = search(claims, _BATCH_ROUNDS)
            clear = claims.are_clear(found.best, found.worst, error)
        seats[rows], settled[rows] = found.seats, usable & clear & (found.missing == 0)
    return seats, settled


def _keep_usable(claims: Claims, low: FloatArray) -> BoolArray:
    """Mark the rows that can be apportioned in floating point, and empty the others."""
    shares, house, high = claims.weights, claims.house, claims.high
    smallest, largest = np.minimum.reduce(shares, axis=1), np.maximum.reduce(shares, axis=1)
    usable = (smallest >= 0) & (largest > 1e-200) & (largest < 1e200)
    usable &= ((low >= 0) & (low == np.floor(low))).all(axis=1)
    usable &= (house == np.floor(house)) & (house <= LARGEST_HOUSE)
    usable &= np.add.reduce(claims.low, axis=1) <= house
    if high is not None:
        usable &= ((low <= high) & (high == np.floor(high))).all(axis=1)
        usable &= np.add.reduce(high, axis=1) >= house
        high[~usable] = np.inf
    shares[~usable], claims.low[~usable], house[~usable] = 1.0, 0.0, 0.0
    return usable
