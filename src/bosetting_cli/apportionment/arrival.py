"""When a place arrives: how many others go before it as the house grows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .divisor import DivisorRanking
    from .solution import Field

_SMALLEST, _LARGEST = 1e-250, 2.0**45


def turn(field: Field, position: int) -> int:
    """Return the place in line of a unit that waits for its first place, from 1.

    Where d(0) = 0, first places go by share, equal shares in the units' order.
    """
    own = field.exact(position)
    low = np.broadcast_to(field.low, field.shares.size)
    before = 1
    for other in np.flatnonzero((low == 0) & (field.shares >= field.shares[position])).tolist():
        share = field.exact(other)
        before += share > own or (share == own and other < position)
    return before


def places_before(ranking: DivisorRanking, position: int, place: int) -> int:
    """Count the places, minimums included, that are awarded before a unit's place."""
    signposts, shares = ranking.signposts, ranking.shares
    claim = float(shares[position]) / float(signposts.value(np.array(place, dtype=np.float64)))
    if claim <= _SMALLEST or float(shares.max()) / claim >= _LARGEST:
        units = range(shares.size)
        return sum(_count(ranking, unit, position, place) for unit in units)
    counts = signposts.rounded(shares / claim)
    np.clip(counts, ranking.low, ranking.high, out=counts)
    slack = 2 * ranking.slack(claim)
    close = abs(ranking.claims(counts) - claim) <= slack
    close |= abs(ranking.claims(np.maximum(counts - 1.0, ranking.first)) - claim) <= slack
    for unit in np.flatnonzero(close).tolist():
        counts[unit] = _count(ranking, unit, position, place)
    return int(np.add.reduce(counts))


def _count(ranking: DivisorRanking, unit: int, position: int, place: int) -> int:
    """Count exactly the places of one unit that are awarded before another's place."""
    bar = ranking.exact(position, place)
    low = int(np.broadcast_to(ranking.low, ranking.shares.size)[unit])
    high = float(np.broadcast_to(ranking.high, ranking.shares.size)[unit])
    field = ranking.field
    quotient = field.exact(unit) ** ranking.signposts.power / bar
    whole = math.floor(quotient) if ranking.signposts.power == 1 else math.isqrt(int(quotient))
    count = int(min(max(whole + 1, low), high))

    def before(number: int) -> bool:
        if number < ranking.first:
            return True
        claim = ranking.exact(unit, number)
        return claim > bar or (claim == bar and unit < position)

    while count > low and not before(count - 1):  # once or twice: d(k) is from k to k + 1
        count -= 1
    return count
