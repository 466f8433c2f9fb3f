"""Apportion one vector of shares, or many at once."""

from __future__ import annotations

import bisect
import functools
from fractions import Fraction
from typing import TYPE_CHECKING, SupportsIndex

import numpy as np

from .certificate import Apportionment, Solution, Tie
from .methods import Method, Signposts, Stationary, resolve_method
from .problem import LARGEST_HOUSE, BadInputError, Problem, bound, whole_sum
from .search import Claims, ExactClaims, decide, search

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from .methods import BoolArray, FloatArray
    from .problem import Bounds, Shares

_WHOLE = Stationary(Fraction(1))
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
    if chosen.signposts is None:
        solution = _by_remainders(problem, chosen.renewed_quota)
    else:
        with np.errstate(all="ignore"):
            solution = _by_divisor(problem, chosen.signposts)
    again = functools.partial(
        apportion, shares, method=chosen, minimums=minimums, maximums=maximums
    )
    return Apportionment(chosen, solution, again)


def _by_divisor(problem: Problem, signposts: Signposts) -> Solution:
    """Search in floating point, and decide exactly what that leaves open."""
    claims, short = ExactClaims(problem, signposts), False
    if signposts.first and whole_sum(claims.low[0]) > problem.house:
        # the limit of ever smaller d(0): one place each for the largest shares
        owed, short = claims.low, True
        claims = ExactClaims(problem, _WHOLE)
        claims.high = owed
    (seats,), (missing,), highest, lowest = search(claims)
    best, worst = highest.item(), lowest.item()
    if not missing and claims.are_clear(best, worst):
        return Solution(seats, claims, True, best, worst, short)
    if min(best, worst) < 1e-250:  # too small beside shares that are at their maximums
        problem.scale(problem.exponent + 800)
        return _by_divisor(problem, signposts)
    seats = decide(claims, min(best, worst), max(best, worst))
    following, last = claims.following(seats[np.newaxis]), claims.last(seats[np.newaxis])
    best, worst = float(following.max()), float(last.min())
    return Solution(seats, claims, False, best, worst, short)


def _by_remainders(problem: Problem, renewed: bool) -> Solution:
    """Give whole quotas, then one place each to the largest remainders, in whole numbers.

    Where minimums leave too few places for that (or maximums too many), all units give (or get)
    equally many first: so places go by quota − k. A unit that a renewed quota puts at a bound
    keeps the bound.
    """
    house, (shares, factor) = problem.house, problem.as_whole()
    high = np.full(problem.size, house) if problem.high is None else problem.high
    least, most = problem.low.astype(np.int64), np.minimum(high, house).astype(np.int64)
    rate = Fraction(house, sum(shares))
    if renewed:
        rate = _renewed_rate(shares, least.tolist(), most.tolist(), house)
    parts = [divmod(share * rate.numerator, rate.denominator) for share in shares]
    whole = np.array([min(number, LARGEST_HOUSE) for number, _ in parts])
    if renewed:
        is_low = whole + [rest > 0 for _, rest in parts] <= least
        least, most = np.where(whole >= most, most, least), np.where(is_low, least, most)

    def less(shift: int) -> int:
        return -int(np.clip(whole - shift, least, most).sum())

    if not -less(0) <= house < -less(-1):
        whole -= bisect.bisect_left(range(-house, house + 1), -house, key=less) - house
    seats = np.clip(whole, least, most)
    missing = house - int(seats.sum())
    order = np.flatnonzero((least <= whole) & (whole < most)).tolist()
    order.sort(key=lambda unit: -parts[unit][1])
    winners, losers = order[:missing], order[missing:]
    seats[winners] += 1
    cut = parts[losers[0]][1] if losers else -1
    tie = Tie(*(tuple(u for u in units if parts[u][1] == cut) for units in (winners, losers)))
    ties = (tie,) if tie.winners else ()
    return Solution(seats, ExactClaims(problem, _WHOLE), rate=rate * factor, ties=ties)


def _renewed_rate(shares: list[int], low: list[int], high: list[int], house: int) -> Fraction:
    """Solve Σ median(low, rate · share, high) = house for the smallest rate.

    Units outside their bounds are set aside and the rest divided anew, as the Swiss rule has it;
    of units below and above, those first that are further out in sum.
    """
    free = [u for u, share in enumerate(shares) if share and low[u] < high[u]]
    places = house - sum(low) + sum(low[u] for u in free)
    rate = Fraction(0)
    while free:
        total = sum(shares[u] for u in free)
        short = {u: d for u in free if (d := low[u] * total - shares[u] * places) > 0}
        over = {u: d for u in free if (d := shares[u] * places - high[u] * total) > 0}
        lacking, spare = sum(short.values()), sum(over.values())
        if not lacking and not spare:
            above = any(shares[u] * places > low[u] * total for u in free)
            return Fraction(places, total) if above else rate
        aside = {u: low[u] for u in short if lacking >= spare}
        aside |= {u: high[u] for u in over if spare >= lacking}
        rate = max([rate, *(Fraction(high[u], shares[u]) for u in over if u in aside)])
        places -= sum(aside.values())
        free = [u for u in free if u not in aside]
    return rate


def apportion_batch(
    shares: NDArray[np.float64],
    house_size: ArrayLike,
    *,
    method: str | Method = "sainte-lague",
    minimums: ArrayLike | None = None,
    maximums: ArrayLike | None = None,
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
    houses = np.broadcast_to(np.asarray(house_size), len(matrix))
    low, high = bound(minimums, matrix.shape, "minimums"), bound(maximums, matrix.shape, "maximums")
    seats, settled = batch_within(matrix, houses, method=chosen, minimums=low, maximums=high)
    for row in np.flatnonzero(~settled).tolist():
        least, most = (None if b is None else b[row] for b in (low, high))
        house = houses[row].item()
        try:
            result = apportion(matrix[row], house, method=chosen, minimums=least, maximums=most)
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
    step = max(_CELLS // max(shares.shape[1], 1), 1)
    houses = np.broadcast_to(np.asarray(house_sizes, dtype=np.float64), len(shares))
    bounds = [None if b is None else np.broadcast_to(b, shares.shape) for b in (minimums, maximums)]
    if signposts is None or not shares.size:
        return seats, settled
    for first in range(0, len(shares), step):
        rows = slice(first, first + step)
        block = np.array(shares[rows], dtype=np.float64)
        low, high = (None if b is None else np.array(b[rows], dtype=np.float64) for b in bounds)
        low = np.zeros(block.shape) if low is None else low
        if (signposts.first or high is not None) and not block.all():
            high = np.where(block > 0, np.inf if high is None else high, low)
        with np.errstate(all="ignore"):
            claims = Claims(block, (low, high), np.array(houses[rows]), signposts)
            usable = _keep_usable(claims, low)
            seats[rows], missing, best, worst = search(claims, _BATCH_ROUNDS)
            settled[rows] = usable & (missing == 0) & claims.are_clear(best, worst, error)
    return seats, settled


def _keep_usable(claims: Claims, low: FloatArray) -> BoolArray:
    """Mark the rows that can be apportioned in floating point, and empty the others."""
    shares, house, high = claims.weights, claims.house, claims.high
    smallest, largest = np.minimum.reduce(shares, axis=1), np.maximum.reduce(shares, axis=1)
    usable: BoolArray = (smallest >= 0) & (largest > 1e-200) & (largest < 1e200)
    usable &= ((low >= 0) & (low == np.floor(low))).all(axis=1)
    usable &= (house == np.floor(house)) & (house <= LARGEST_HOUSE)
    usable &= np.add.reduce(claims.low, axis=1) <= house
    if high is not None:
        usable &= ((low <= high) & (high == np.floor(high))).all(axis=1)
        usable &= np.add.reduce(high, axis=1) >= house
        high[~usable] = np.inf
    owed = 1.0 if claims.signposts.first else 0.0  # no more than what is owed, so nothing to move
    shares[~usable], claims.low[~usable], house[~usable] = 1.0, owed, owed * shares.shape[1]
    return usable
