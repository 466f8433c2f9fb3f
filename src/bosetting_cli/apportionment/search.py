"""Places in order of claim: floats where their error bound decides, fractions elsewhere.

A divisor method gives places by claim: place k of a unit (the step from k to k + 1) claims
share/d(k), a unit's claims fall with k, and the places with the highest claims are given, equal
claims in the units' order. `search` does it in floating point, for many rows of units at once;
`decide` puts the places that are too close for it in order exactly, for one row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from fractions import Fraction

    from .methods import FloatArray, IntArray, Signposts
    from .problem import Problem

    RowBounds = tuple[FloatArray, FloatArray | None]

_FEW = 10
_ROUNDS = 2000
_SLACK = 2.0**-46
_SMALLEST, _LARGEST = 1e-290, 1e290
_MANY = 4096
_COUNT = np.arange(1.0, _MANY + 1.0)


def slack(claim: float) -> float:
    """Return how far apart two computed claims near this one must be to be in order."""
    return claim * _SLACK + _SMALLEST


class Claims:
    """Claims share/d(k) of rows of units to their places k, and the bounds of the places.

    Places are given at a level x: x · share is rounded at the signposts, so x is 1/d.
    """

    def __init__(
        self, shares: FloatArray, bounds: RowBounds, house: FloatArray, signposts: Signposts
    ) -> None:
        """Take shares and bounds (D × n, no maximums: None) and the places to give (D)."""
        low, high = bounds
        self.weights, self.low, self.high, self.house = shares, low, high, house
        self.signposts = signposts
        if signposts.first:  # every positive share is owed a first place
            self.low = np.maximum(low, 1.0 if high is None else np.minimum(high, 1.0))

    def claim(self, weights: Any, places: Any) -> Any:
        """Return share/d(k); each is off by less than 8 units in the last place."""
        return weights / self.signposts.value(places)

    def are_clear(self, best: Any, worst: Any, error: float = 0.0) -> Any:
        """Mark the rows whose lowest claim with a place surely beats the highest without.

        Args:
            best: The highest claims without a place.
            worst: The lowest claims with one.
            error: How far from the truth, relatively, each share may be.
        """
        return best < worst * (1.0 - _SLACK - 2.0 * error) - _SMALLEST

    def start(self) -> FloatArray:
        """Return a level for each row to begin with.

        Where there are minimums (and not very many units), it is tried at once for every number
        of largest units above a common one.
        """
        size, shift = self.weights.shape[1], self.signposts.shift
        least = self.low.item(self.low.argmax())
        if size > _MANY or not least:
            return np.asarray(np.maximum(self.house - shift * size, 1.0) / self.weights.sum(axis=1))
        falling, gap = -self.weights, shift - least
        falling.sort(axis=1)
        x = _COUNT[:size] * gap - (self.house - np.add.reduce(self.low, axis=1))[:, np.newaxis]
        x /= np.add.accumulate(falling, axis=1, out=np.empty_like(falling))  # twice as fast
        falling *= x
        above = (falling >= gap).argmax(axis=1)  # 0: all are, or none is
        return np.array([row[at - 1] for row, at in zip(x, above.tolist(), strict=True)])

    def seats(self, x: FloatArray) -> FloatArray:
        """Return the places at a level, within the bounds."""
        seats = self.signposts.rounded(self.weights * x[:, np.newaxis])
        np.maximum(seats, self.low, out=seats)
        if self.high is not None:
            np.minimum(seats, self.high, out=seats)
        return seats

    def following(self, seats: FloatArray) -> FloatArray:
        """Return the claims to one more place; −∞ at the maximum."""
        claims: FloatArray = self.claim(self.weights, seats)
        if self.high is not None:
            np.putmask(claims, seats >= self.high, -np.inf)
        return claims

    def last(self, seats: FloatArray) -> FloatArray:
        """Return the claims to the last place held; +∞ at the minimum."""
        claims: FloatArray = self.claim(self.weights, seats - 1.0)
        np.putmask(claims, seats <= self.low, np.inf)
        return claims


class ExactClaims(Claims):
    """The claims of a single row, with its exact shares."""

    def __init__(self, problem: Problem, signposts: Signposts) -> None:
        high = None if problem.high is None else problem.high[np.newaxis]
        low, house = problem.low[np.newaxis], np.array([float(problem.house)])
        super().__init__(problem.shares[np.newaxis], (low, high), house, signposts)
        self.problem = problem

    def exact(self, unit: int, place: int) -> Fraction:
        """Return (share/d(k)) to the signposts' power: in the same order as the claims."""
        return self.problem.exact(unit) ** self.signposts.power / self.signposts.exact(place)


def search(claims: Claims, rounds: int = _ROUNDS) -> tuple[FloatArray, ...]:
    """Give places by claims in floating point: at a common level, then the last few singly.

    Args:
        claims: The claims; the bounds of each row allow its house.
        rounds: How often the level may move.

    Returns:
        Of each row: seats within the bounds; how many are missing, 0 unless the search came to a
        tie of many; the highest claim that got no place (−∞: there is none) and the lowest one
        that got one above the minimum (+∞), or bounds of them where places are missing.
    """
    seats, missing, lower, upper = _approach(claims, rounds)
    following, last = claims.following(seats), claims.last(seats)
    far = []
    for row, count in enumerate(missing.tolist()):
        if abs(count) > _FEW:
            far.append(row)
        elif count:
            _give(claims, row, int(count), (seats[row], following[row], last[row]))
            missing[row] = 0.0
    best, worst = np.maximum.reduce(following, axis=1), np.minimum.reduce(last, axis=1)
    if far:
        best[far], worst[far] = 1.0 / lower[far], 1.0 / upper[far]
    return seats, missing, best, worst


def _approach(claims: Claims, rounds: int) -> tuple[FloatArray, ...]:
    """Look for a level at which no more than a few places are missing, or too many.

    Returns:
        The seats of each row, how many are missing, and the levels between which the search has
        closed in on rows where more are missing.
    """
    lower = upper = x = claims.start()
    for turn in range(1, rounds + 1):
        seats = claims.seats(x)
        missing = claims.house - np.add.reduce(seats, axis=1)
        if max(map(abs, missing.tolist())) <= _FEW:
            break
        if turn == 1:
            lower, upper = 0.0 * x, x + np.inf
        near = np.abs(missing) <= _FEW
        np.copyto(lower, x, where=near | (missing > 0))
        np.copyto(upper, x, where=near | (missing < 0))
        if (upper - lower <= x * 2.0**-50).all():
            break
        free = (seats > claims.low) & (seats < (np.inf if claims.high is None else claims.high))
        # Newton's step, or else halving
        aim = x + missing / np.add.reduce(claims.weights * free, axis=1)
        open_ended = upper == np.inf
        inside = (aim > lower) & (aim < upper) & (open_ended | (turn % 4 > 0))
        middle = np.where(open_ended, np.minimum(2.0**20 * x, _LARGEST), (lower + upper) / 2.0)
        x = np.where(near, x, np.where(inside, aim, middle))
    return seats, missing, lower, upper


def _give(claims: Claims, row: int, missing: int, tables: tuple[FloatArray, ...]) -> None:
    """Give a row's missing places to the best claims (or take them from the worst), one by one."""
    seats, following, last = tables
    step = 1.0 if missing > 0 else -1.0
    for _ in range(abs(missing)):
        unit = following.argmax() if missing > 0 else last.argmin()
        seats[unit] = number = seats.item(unit) + step
        weight = claims.weights.item(row, unit)
        full = claims.high is not None and number >= claims.high.item(row, unit)
        least = number <= claims.low.item(row, unit)
        following[unit] = -np.inf if full else claims.claim(weight, number)
        last[unit] = np.inf if least else claims.claim(weight, number - 1.0)


def decide(claims: ExactClaims, lowest: float, highest: float) -> FloatArray:
    """Award the places of a single row, those whose claims are close to the cut by exact claims.

    Args:
        claims: The claims.
        lowest: A claim that the cut is surely not below, up to floating-point error.
        highest: One that it is not above.
    """
    seats, units, places = between(claims, lowest, highest)
    rank, _ = ranks(claims, units, places)
    order = np.lexsort((units, -rank))
    np.add.at(seats, units[order[: int(claims.house[0] - np.add.reduce(seats))]], 1.0)
    return seats


def between(claims: ExactClaims, low: float, high: float) -> tuple[FloatArray, IntArray, IntArray]:
    """Find the places of a single row whose claims may lie between two.

    Returns:
        Seats for the places whose claims are surely higher; the doubtful ones: units, places.
    """
    sure, possible = (
        claims.seats(np.array([1.0 / claim]))[0] for claim in (high + slack(high), low - slack(low))
    )
    extra = (possible - sure).astype(np.intp)
    units = np.repeat(np.arange(sure.size), extra)
    turn = np.arange(units.size) - np.repeat(np.cumsum(extra) - extra, extra)
    return sure, units, sure[units].astype(np.intp) + turn


def ranks(
    claims: ExactClaims, units: IntArray, places: IntArray
) -> tuple[IntArray, list[Fraction]]:
    """Rank places of a single row by exact claim, equal claims alike.

    Returns:
        The rank of each place, from 0 for the lowest claim, and the claims by rank.
    """
    problem = claims.problem
    shares: Any = problem.given if problem.rational is None else problem.rational
    keys = [(shares[unit], place) for unit, place in zip(units, places.tolist(), strict=True)]
    one_of = dict(zip(keys, units.tolist(), strict=True))  # equal shares have equal claims
    exact = {key: claims.exact(unit, key[1]) for key, unit in one_of.items()}
    distinct = sorted(set(exact.values()))
    number = {claim: rank for rank, claim in enumerate(distinct)}
    return np.array([number[exact[key]] for key in keys], dtype=np.intp), distinct
