"""Places in order of claim: find the seats at which no place should change hands.

Every method here hands out places by claim: place k of a unit (the step from k to k + 1) has a
claim, a unit's claims fall with k, and the places with the highest claims are awarded, equal
claims in the units' order. A divisor method's claim is share/d(k); the largest remainder's is
quota − k. Claims are compared in floating point where the error bound decides, else exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:
    from fractions import Fraction

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.intp]

_ROUNDS = 200


class NotSettledError(RuntimeError):
    """The floating-point search went round too often; the exact one takes over."""


class Ranking(Protocol):
    """The claims of units to places, and between which bounds they may rise and fall.

    Attributes:
        low: the fewest places of a unit, a number or one per unit.
        high: the most places of a unit (infinite: no limit).
        first: the smallest place that has a finite claim.
    """

    low: float | FloatArray
    high: float | FloatArray
    first: int

    def claims(self, places: FloatArray) -> FloatArray:
        """Return the claim of each unit to its place (within `slack`)."""

    def slack(self, claim: float) -> float:
        """Return how far apart two computed claims near this one must be to be in order."""

    def key(self, unit: int) -> float | Fraction:
        """Return what a unit's claims depend on: equal keys, equal claims."""

    def exact(self, unit: int, place: int) -> Fraction:
        """Return the claim exactly (or its square: in the same order)."""


def next_claims(ranking: Ranking, seats: FloatArray) -> FloatArray:
    """Return the claims to one more place; −∞ at the maximum."""
    claims = ranking.claims(seats)
    if not (isinstance(ranking.high, float) and ranking.high == np.inf):
        claims[seats >= ranking.high] = -np.inf
    return claims


def last_claims(ranking: Ranking, seats: FloatArray) -> FloatArray:
    """Return the claims to the last place held; +∞ at the minimum."""
    places = np.maximum(seats - 1.0, ranking.first)
    claims = ranking.claims(places)
    claims[seats <= ranking.low] = np.inf
    return claims


class Settled(NamedTuple):
    """How a result was settled, in floating point.

    Attributes:
        certain: whether every awarded claim beats every other one by more than the slack.
        best: the highest claim that got no place (−∞: there is none).
        worst: the lowest claim that got one above the minimum (+∞: there is none).
    """

    certain: bool
    best: float
    worst: float


def settle(ranking: Ranking, seats: FloatArray, house: int) -> Settled:
    """Move places, from a first guess, until every awarded claim beats every other one.

    Args:
        ranking: the claims.
        seats: a guess within the bounds (overwritten by the result).
        house: the number of places; the bounds allow it.

    Returns:
        Whether that was certain in floating point, so that no tie decided it, and by how much.

    Raises:
        NotSettledError: if the guess was too far off.
    """
    _fill(ranking, seats, house)
    for _ in range(_ROUNDS):
        following, last = next_claims(ranking, seats), last_claims(ranking, seats)
        best, worst = _ends(following, last)
        if best == -np.inf or worst == np.inf or best < worst - ranking.slack(worst):
            return Settled(True, best, worst)
        if not _exchange(ranking, seats, following, last):
            return Settled(False, best, worst)
    raise NotSettledError


def _ends(following: FloatArray, last: FloatArray) -> tuple[float, float]:
    """Return the highest claim without a place and the lowest one with it."""
    best = float(np.maximum.reduce(following, initial=-np.inf))
    return best, float(np.minimum.reduce(last, initial=np.inf))


def _fill(ranking: Ranking, seats: FloatArray, house: int) -> None:
    """Add or remove the number of places that is missing or too many."""
    for _ in range(_ROUNDS):
        missing = int(house - np.add.reduce(seats))
        if missing == 0:
            return
        if missing > 0:
            claims = next_claims(ranking, seats)
            count = min(missing, int(np.count_nonzero(claims > -np.inf)))
            seats[np.argpartition(claims, claims.size - count)[claims.size - count :]] += 1.0
        else:
            claims = last_claims(ranking, seats)
            count = min(-missing, int(np.count_nonzero(claims < np.inf)))
            seats[np.argpartition(claims, count - 1)[:count]] -= 1.0
    raise NotSettledError


def _exchange(
    ranking: Ranking, seats: FloatArray, following: FloatArray, last: FloatArray
) -> bool:
    """Award the doubtful places anew, by exact claims; say whether any place moved."""
    best, worst = _ends(following, last)
    losable = np.flatnonzero(last <= best + ranking.slack(best))
    gainable = np.flatnonzero(following >= worst - ranking.slack(worst))
    units = np.concatenate([losable, gainable])
    places = np.concatenate([seats[losable] - 1.0, seats[gainable]])
    claims = np.concatenate([last[losable], following[gainable]])
    awarded = _highest(ranking, units, places, claims, losable.size)
    if awarded[: losable.size].all():
        return False
    seats[losable] -= 1.0
    np.add.at(seats, units[awarded], 1.0)
    return True


def _highest(
    ranking: Ranking, units: IntArray, places: FloatArray, claims: FloatArray, count: int
) -> NDArray[np.bool_]:
    """Mark the `count` places with the highest claims, earlier units first among equals."""
    cut = float(np.partition(claims, claims.size - count)[claims.size - count])
    slack = ranking.slack(cut)
    awarded = claims > cut + slack
    doubtful = np.flatnonzero(abs(claims - cut) <= slack)
    order, _ = exact_order(ranking, units[doubtful], places[doubtful])
    ranked = doubtful[np.lexsort((units[doubtful], -order))]
    awarded[ranked[: count - np.count_nonzero(awarded)]] = True
    return awarded


def exact_order(
    ranking: Ranking, units: IntArray, places: FloatArray
) -> tuple[IntArray, list[Fraction]]:
    """Rank places by exact claim, equal claims alike.

    Returns:
        The rank of each place, from 0 for the lowest claim, and the claims by rank.
    """
    numbers: dict[tuple[float | Fraction, float], int] = {}
    claims: list[Fraction] = []
    which = []
    for unit, place in zip(units.tolist(), places.tolist(), strict=True):
        key = (ranking.key(unit), place)
        if key not in numbers:
            numbers[key] = len(claims)
            claims.append(ranking.exact(unit, int(place)))
        which.append(numbers[key])
    distinct = sorted(set(claims))
    rank = {claim: number for number, claim in enumerate(distinct)}
    return np.array([rank[claims[number]] for number in which], dtype=np.intp), distinct


def critical(
    ranking: Ranking, seats: FloatArray
) -> tuple[Fraction | None, Fraction | None, tuple[IntArray, IntArray]]:
    """Find the claims between which the result is decided.

    Returns:
        The highest claim that got no place and the lowest one that did (None: there is none),
        exactly, and the units with that claim: those waiting, those holding.
    """
    following, last = next_claims(ranking, seats), last_claims(ranking, seats)
    best, worst = _ends(following, last)
    waiting = np.flatnonzero(following >= best - ranking.slack(best)) if best > -np.inf else _NONE
    holding = np.flatnonzero(last <= worst + ranking.slack(worst)) if worst < np.inf else _NONE
    rank, claims = exact_order(ranking, waiting, seats[waiting])
    upper = claims[-1] if claims else None
    waiting = waiting[rank == len(claims) - 1]
    rank, claims = exact_order(ranking, holding, seats[holding] - 1.0)
    return upper, claims[0] if claims else None, (waiting, holding[rank == 0])


_NONE = np.empty(0, dtype=np.intp)
