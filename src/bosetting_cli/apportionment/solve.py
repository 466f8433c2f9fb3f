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
    """Return the claims by quotas of all units, or of those that are not at a bound.

    The renewed quota Q is the one for which Σ median(low, share/Q, high) is the house size; with
    minimums alone it is where the Swiss rule ends: set aside whoever falls short, divide anew.
    """
    scale = Fraction(2) ** problem.exponent
    if not renewed or (problem.high is None and not problem.low.any()):
        rate = problem.house / problem.exact_sum(np.ones(problem.size, dtype=bool))
        return RemainderClaims(problem, _WHOLE, problem.shares * as_float(rate / scale), rate)
    low, shares = problem.low, problem.shares
    high = np.full(problem.size, np.inf) if problem.high is None else problem.high
    rate, doubtful = _renewed_rate(problem, low, high)
    quotas = np.clip(shares * as_float(rate / scale), low, high)
    at_low, at_high = quotas <= low, quotas >= high
    for unit in np.flatnonzero(doubtful).tolist():
        exact = problem.exact(unit) * rate
        at_low[unit], at_high[unit] = exact <= low[unit], exact >= high[unit]
        quotas[unit] = float(min(max(exact, low[unit]), high[unit]))
    claims = RemainderClaims(problem, _WHOLE, quotas, rate)
    claims.low = np.where(at_high, high, low)[np.newaxis]
    claims.high = np.where(at_low, low, high)[np.newaxis]
    return claims


def _renewed_rate(
    problem: Problem, low: FloatArray, high: FloatArray
) -> tuple[Fraction, BoolArray]:
    """Solve Σ median(low, rate · share, high) = house exactly, for the smallest rate.

    Floating point tells which units are surely at a bound or between; the others, which are
    returned too, are taken in order.
    """
    scale = Fraction(2) ** problem.exponent
    x = approach(ExactClaims(problem, _Unrounded()), problem.house * 1e-9)[0]
    reached = problem.shares * x
    doubtful = (abs(reached - low) < 1e-6 * reached) | (abs(reached - high) < 1e-6 * reached)
    for doubtful in (
        doubtful | (np.minimum(reached, problem.shares) < 1e-290),
        np.ones(problem.size, dtype=bool),
    ):
        below, above = ~doubtful & (reached < low), ~doubtful & (reached > high)
        rate = _level(
            [(problem.exact(u), int(low[u]), high[u]) for u in np.flatnonzero(doubtful).tolist()],
            problem.house - whole_sum(low[below]) - whole_sum(high[above]),
            problem.exact_sum(~(doubtful | below | above)),
        )
        if abs(as_float(rate / scale) / x[0] - 1) < 1e-6:
            break
    return rate, doubtful


def _level(units: Iterable[tuple[Fraction, int, float]], total: int, slope: Fraction) -> Fraction:
    """Solve slope · x + Σ median(low, x · share, high) = total for the smallest x.

    Args:
        units: Shares with their low and high (which may be infinite).
        total: What to reach.
        slope: The sum of the shares of units that are between their bounds.
    """
    turns: list[tuple[Fraction, Fraction]] = []
    reached, at = Fraction(0), Fraction(0)
    for share, low, high in units:
        reached += low
        if low < high:
            turns.append((low / share, share))
            if high != math.inf:
                turns.append((int(high) / share, -share))
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
    if signposts is None or not shares.size:
        return seats, settled
    houses = np.broadcast_to(np.asarray(house_sizes, dtype=np.float64), len(shares))
    bounds = [None if b is None else np.broadcast_to(b, shares.shape) for b in (minimums, maximums)]
    step = max(_CELLS // shares.shape[1], 1)
    with np.errstate(all="ignore"):
        for first in range(0, len(shares), step):
            rows = slice(first, first + step)
            low, high = (None if b is None else np.array(b[rows], dtype=np.float64) for b in bounds)
            block = shares[rows].astype(np.float64, copy=False)
            claims, good = _usable(block, low, high, houses[rows], signposts)
            if not good.any():
                continue
            found = search(claims, _BATCH_ROUNDS)
            clear = claims.are_clear(found.best, found.worst, error) & (found.missing == 0)
            at = np.flatnonzero(good) + first
            seats[at], settled[at] = found.seats, clear
    return seats, settled


def _usable(
    shares: FloatArray,
    low: FloatArray | None,
    high: FloatArray | None,
    house: FloatArray,
    signposts: Signposts,
) -> tuple[Claims, BoolArray]:
    """Return the claims of the rows that can be apportioned in floating point, and mark these."""
    low = np.zeros(shares.shape) if low is None else low
    smallest, largest = np.minimum.reduce(shares, axis=1), np.maximum.reduce(shares, axis=1)
    good = (smallest >= 0) & (largest > 1e-200) & (largest < 1e200)
    good &= (low >= 0).all(axis=1) & (low == np.floor(low)).all(axis=1)
    good &= (house == np.floor(house)) & (house <= LARGEST_HOUSE)
    if high is not None:
        good &= ((low <= high) & (high == np.floor(high))).all(axis=1)
    if not smallest.all():
        high = np.where(shares > 0, np.inf if high is None else high, low)
    claims = Claims(shares, low, high, house, signposts)
    good &= np.add.reduce(claims.low, axis=1) <= house
    if high is not None:
        good &= np.add.reduce(high, axis=1) >= house
    if not good.all():
        high = None if high is None else high[good]
        claims = Claims(shares[good], low[good], high, house[good], signposts)
    return claims, good
