"""Apportionment by the book, in fractions and without any cleverness: what tests compare with.

Written from the definitions alone; shares nothing with the program.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

NO_LIMIT = 10**9

DIVISOR_METHODS = (
    "sainte-lague",
    "dhondt",
    "adams",
    "dean",
    "huntington-hill",
    "modified-sainte-lague",
    "stationary:0.4",
    "stationary:1/7",
)
REMAINDER_METHODS = ("largest-remainder", "largest-remainder-fixed")
ALL_METHODS = DIVISOR_METHODS + REMAINDER_METHODS


def claim(method: str, share: float, place: int) -> tuple[int, Fraction]:
    """Return what orders places by a divisor method: first places that d(0) = 0 gives go first."""
    s, k = Fraction(share), place
    signposts = {
        "sainte-lague": Fraction(2 * k + 1, 2),
        "dhondt": Fraction(k + 1),
        "adams": Fraction(k),
        "dean": Fraction(2 * k * (k + 1), 2 * k + 1),
        "huntington-hill": Fraction(k * (k + 1)),
        "modified-sainte-lague": Fraction(2 * k + 1, 2) if k else Fraction(14, 20),
    }
    if method.startswith("stationary:"):
        d = k + Fraction(method.removeprefix("stationary:"))
    else:
        d = signposts[method]
    if d == 0:
        return 1, s
    return 0, (s * s if method == "huntington-hill" else s) / d


def places(
    method: str, shares: Sequence[float], house: int, low: Sequence[int], high: Sequence[int]
) -> list[tuple[tuple[int, Fraction], int]]:
    """List all places above the minimums, best claim first, earlier unit first among equals."""
    listed = [
        (claim(method, share, place), -unit)
        for unit, share in enumerate(shares)
        if share
        for place in range(low[unit], min(high[unit], house))
    ]
    return sorted(listed, reverse=True)


Tie = tuple[tuple[int, ...], tuple[int, ...]]


def by_divisor_and_tie(
    method: str, shares: Sequence[float], house: int, low: Sequence[int], high: Sequence[int]
) -> tuple[list[int], tuple[Tie, ...]] | None:
    """Hand out places one after the other; None if the bounds don't allow the house.

    Beside the seats, the units that got and that missed a place with the claim met last.
    """
    listed, left = places(method, shares, house, low, high), house - sum(low)
    if not 0 <= left <= len(listed):
        return None
    seats = list(low)
    for _, unit in listed[:left]:
        seats[-unit] += 1
    if not 0 < left < len(listed) or listed[left - 1][0] != listed[left][0]:
        return seats, ()
    last = listed[left][0]
    won = sorted(-unit for value, unit in listed[:left] if value == last)
    lost = sorted(-unit for value, unit in listed[left:] if value == last)
    return seats, ((tuple(won), tuple(lost)),)


def by_divisor(
    method: str, shares: Sequence[float], house: int, low: Sequence[int], high: Sequence[int]
) -> list[int] | None:
    """Return the seats alone."""
    found = by_divisor_and_tie(method, shares, house, low, high)
    return found[0] if found else None


def by_fixed_quota(
    shares: Sequence[float], house: int, low: Sequence[int], high: Sequence[int]
) -> list[int] | None:
    """The larger of minimum and whole quota, then one place at a time to the largest rest."""
    if not feasible(shares, house, low, high):
        return None
    total = sum(map(Fraction, shares))
    quotas = [Fraction(share) * house / total for share in shares]
    units = [unit for unit, share in enumerate(shares) if share]
    seats = list(low)
    for unit in units:
        seats[unit] = min(max(low[unit], int(quotas[unit])), high[unit])
    while sum(seats) < house:
        free = [unit for unit in units if seats[unit] < high[unit]]
        seats[max(free, key=lambda unit: (quotas[unit] - seats[unit], -unit))] += 1
    while sum(seats) > house:
        free = [unit for unit in units if seats[unit] > low[unit]]
        seats[min(free, key=lambda unit: (quotas[unit] - seats[unit], -unit))] -= 1
    return seats


def by_renewed_quota(
    shares: Sequence[float], house: int, low: Sequence[int], high: Sequence[int]
) -> list[int] | None:
    """Set aside whoever the quota puts at a bound; whole quotas and remainders for the others."""
    if not feasible(shares, house, low, high):
        return None
    exact = [Fraction(share) for share in shares]

    def kept(rate: Fraction) -> list[Fraction]:
        return [
            Fraction(min(max(share * rate, least), most)) if share else Fraction(least)
            for share, least, most in zip(exact, low, high, strict=True)
        ]

    bends = sorted(
        {Fraction(0)}
        | {bound / s for s, *both in zip(exact, low, high, strict=True) if s for bound in both}
    )
    upper = next(rate for rate in bends if sum(kept(rate)) >= house)
    rate = upper
    if upper:
        lower = bends[bends.index(upper) - 1]
        missing, step = house - sum(kept(lower)), sum(kept(upper)) - sum(kept(lower))
        rate = lower + (upper - lower) * missing / step
    quotas = kept(rate)
    seats = [int(quota) for quota in quotas]
    between = [unit for unit, quota in enumerate(quotas) if low[unit] < quota < high[unit]]
    between.sort(key=lambda unit: (seats[unit] - quotas[unit], unit))
    for unit in between[: house - sum(seats)]:
        seats[unit] += 1
    return seats


def feasible(shares: Sequence[float], house: int, low: Sequence[int], high: Sequence[int]) -> bool:
    """Return whether the bounds allow the house; a share of 0 stays at its minimum."""
    room = sum(b if share else a for share, a, b in zip(shares, low, high, strict=True))
    return sum(low) <= house <= room


def expected(
    method: str, shares: Sequence[float], house: int, low: Sequence[int], high: Sequence[int]
) -> list[int] | None:
    """Return the seats by any method; None if the bounds don't allow the house."""
    if method == "largest-remainder":
        return by_renewed_quota(shares, house, low, high)
    if method == "largest-remainder-fixed":
        return by_fixed_quota(shares, house, low, high)
    return by_divisor(method, shares, house, low, high)


def random_shares(source: random.Random) -> list[float]:
    """Draw shares of one of the kinds that make trouble."""
    size = source.choice([1, 2, 3, 4, 5, 6, 8, 12])
    kinds = (
        lambda: source.random(),
        lambda: float(source.randrange(6)),
        lambda: float(source.randrange(1, 10**6)),
        lambda: 10 ** source.uniform(-12, 12),
        lambda: source.choice([5e-324, 1e-310, 1e-323, 0.0, 1.5e-323]),
        lambda: source.choice([1e308, 1.7e308, 5e-324, 1.0, 1e-200]),
        lambda: source.choice([0.1, 0.2, 0.3, 0.1 + 0.2, 0.7]),
    )
    draw = source.choice(kinds)
    shares = [draw() for _ in range(size)]
    return shares if any(shares) else [*shares[1:], 1.0]


def random_bounds(source: random.Random, size: int) -> tuple[list[int], list[int]]:
    """Draw minimums, and maximums that are not below them."""
    low = [source.choice([0, 0, 0, 1, 2, 3]) for _ in range(size)]
    if source.random() < 0.5:
        low = [0] * size
    if source.random() < 0.5:
        return low, [NO_LIMIT] * size
    return low, [least + source.choice([0, 1, 2, 5, NO_LIMIT - least]) for least in low]


def as_maximums(high: Sequence[int]) -> list[int | None] | None:
    """Write maximums as a caller does: None where there is none."""
    limits = [most if most < NO_LIMIT else None for most in high]
    return limits if any(limit is not None for limit in limits) else None
