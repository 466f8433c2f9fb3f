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
        low: the fewest places of a unit, one for all (no dimension) or one per unit.
        high: the most places of a unit, in the same form.
        capped: whether any unit has a maximum.
        first: the smallest place that has a finite claim.
    """

    low: FloatArray
    high: FloatArray
    capped: bool
    first: int

    def claims(self, places: FloatArray) -> FloatArray:
        """Return the claim of each unit to its place (within `slack`)."""

    def claims_below(self, places: FloatArray) -> FloatArray:
        """Return the claim of each unit to the place before (within `slack`)."""

    def slack(self, claim: float) -> float:
        """Return how far apart two computed claims near this one must be to be in order."""

    def labels(self, units: IntArray) -> FloatArray:
        """Return a number per unit, the same for units with exactly the same share."""

    def exact(self, unit: int, place: int) -> Fraction:
        """Return the claim exactly (or its square: in the same order)."""


def next_claims(ranking: Ranking, seats: FloatArray) -> FloatArray:
    """Return the claims to one more place; −∞ at the maximum."""
    claims = ranking.claims(seats)
    if ranking.capped:
        np.putmask(claims, seats >= ranking.high, -np.inf)
    return claims


def last_claims(ranking: Ranking, seats: FloatArray) -> FloatArray:
    """Return the claims to the last place held; +∞ at the minimum."""
    low, start = ranking.low, ranking.first + 1
    # a unit without a place has none before: any finite claim will do, as it is overwritten
    held = seats if not low.ndim and low >= start else np.maximum(seats, start)
    claims = ranking.claims_below(held)
    np.putmask(claims, seats <= low, np.inf)
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
    if not following.size:
        return -np.inf, np.inf
    return following.item(following.argmax()), last.item(last.argmin())


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


def _exchange(ranking: Ranking, seats: FloatArray, following: FloatArray, last: FloatArray) -> bool:
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
    firsts, which = _alike(ranking.labels(units), places)
    claims = [ranking.exact(int(units[first]), int(places[first])) for first in firsts]
    distinct = sorted(set(claims))
    numbers = {claim: number for number, claim in enumerate(distinct)}
    ranks = np.array([numbers[claim] for claim in claims], dtype=np.intp)
    return ranks[which], distinct


def _alike(labels: FloatArray, places: FloatArray) -> tuple[IntArray, IntArray]:
    """Group equal pairs; return the first of each group, and the group of each pair."""
    order = np.lexsort((places, labels))
    labels, places = labels[order], places[order]
    starts = np.ones(order.size, dtype=bool)
    starts[1:] = (labels[1:] != labels[:-1]) | (places[1:] != places[:-1])
    groups = np.empty(order.size, dtype=np.intp)
    groups[order] = np.cumsum(starts) - 1
    return order[starts], groups


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
