"""Check a result from shares, bounds and divisor alone; shares no code with the search."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .methods import Divisor, Method, Signposts, as_float, resolve_method, to_power

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .methods import FloatArray
    from .problem import Bounds, Shares

_MARGIN = 2.0**-48
_NO_LIMIT = 2.0**60


class VerificationError(RuntimeError):
    """Seats that do not follow from shares, bounds and divisor: a bug, never an input error."""


def verify(
    shares: Shares,
    seats: Sequence[int] | NDArray[Any],
    house_size: int,
    *,
    method: str | Method = "sainte-lague",
    divisor: Divisor,
    minimums: Bounds = None,
    maximums: Bounds = None,
) -> None:
    """Check that seats are what a method gives, from the definition of the method.

    A divisor method: every unit has median(minimum, round(share/divisor), maximum) seats, where
    a quotient at a signpost may go either way as long as earlier units went up. Largest
    remainders: see `docs/apportionment.md`; the divisor is the quota.

    Args:
        shares: as given to `apportion`, and known to be good.
        seats: whole numbers, one per unit.
        house_size: what they should add up to.
        method: name of the method.
        divisor: a divisor or quota, such as `Apportionment.divisor`.
        minimums: as given to `apportion`.
        maximums: as given to `apportion`.

    Raises:
        VerificationError: if they are not.
    """
    chosen, numbers = resolve_method(method), np.asarray(seats, dtype=np.float64)
    low, high = _filled(minimums, numbers.size, 0.0), _filled(maximums, numbers.size, _NO_LIMIT)
    if numbers.sum() != house_size:
        raise VerificationError(f"the seats add up to {numbers.sum():.0f}, not {house_size}")
    if ((numbers < low) | (numbers > high)).any():
        raise VerificationError("a number of seats is outside its minimum and maximum")
    case = _Case(np.asarray(shares), numbers, low, high)
    if chosen.signposts is None:
        _verify_remainders(case, chosen, divisor)
    elif divisor == math.inf:
        _verify_first_places(case, chosen.signposts)
    else:
        _verify_rounding(case, chosen.signposts, divisor)


class _Case(NamedTuple):
    """What is checked: shares as given, seats and bounds as floats."""

    shares: NDArray[Any]
    seats: FloatArray
    low: FloatArray
    high: FloatArray


def _filled(bound: Bounds, size: int, unset: float) -> FloatArray:
    """Return a bound for each unit, without a limit where it is None."""
    if isinstance(bound, list | tuple):
        numbers: Any = [unset if value is None else min(value, int(_NO_LIMIT)) for value in bound]
    else:
        numbers = unset if bound is None else bound
    return np.broadcast_to(np.asarray(numbers, dtype=np.float64), size)


def _verify_rounding(case: _Case, signposts: Signposts, divisor: Divisor) -> None:
    """Check d(seats − 1) ≤ share/divisor ≤ d(seats) of all units; bounds may stop it short.

    What is not clear in floating point is checked in rational arithmetic, and of tied units that
    the earlier ones went up.
    """
    shares, seats, low, high = case
    scale, doubtful = as_float(divisor), np.ones(seats.size, dtype=bool)
    if shares.dtype.kind != "O" and 1e-290 < scale < 1e290:
        rises = shares >= signposts.value(seats) * (scale * (1 - _MARGIN))
        falls = shares <= signposts.value(seats - 1.0) * (scale * (1 + _MARGIN))
        doubtful = (rises & (seats < high)) | (falls & (seats > low))
    units, common = np.flatnonzero(doubtful), to_power(divisor, signposts.power)
    holding, waiting = [], []
    for unit, given in zip(units.tolist(), shares[units].tolist(), strict=True):
        share, number = Fraction(given) ** signposts.power, int(seats[unit])
        above, below = number > low[unit], number < high[unit]
        upper = common * signposts.exact(number)
        lower = common * signposts.exact(number - 1) if above else Fraction(-1)
        if (above and not share) or share < lower or (below and share > upper):
            raise VerificationError(f"unit {unit}: {number} is not its share over {divisor}")
        holding += [unit] * (share == lower)
        waiting += [unit] * bool(below and share and share == upper)
    if holding and waiting and max(holding) > min(waiting):
        raise VerificationError(f"unit {min(waiting)} is tied with {max(holding)} and earlier")


def _verify_first_places(case: _Case, signposts: Signposts) -> None:
    """Check that too few places went to the largest shares, one each."""
    _, seats, low, high = case
    exact = list(map(Fraction, case.shares.tolist()))
    given = np.flatnonzero(seats > low).tolist()
    if given and not (signposts.first and all(seats[u] == 1 and exact[u] for u in given)):
        raise VerificationError("an infinite divisor gives first places only")
    refused = [u for u in np.flatnonzero((seats == 0) & (high > 0)).tolist() if exact[u]]
    _check_order([(exact[u], -u) for u in given], [(exact[u], -u) for u in refused])


def _verify_remainders(case: _Case, method: Method, quota: Divisor) -> None:
    """Check the quota, then that no unit without a place has a larger remainder."""
    shares, seats, low, high = case
    rate = Fraction(0) if quota == math.inf else 1 / to_power(quota, 1)
    quotas, fixed, expected = [Fraction(s) * rate for s in shares.tolist()], shares == 0, low
    if method.renewed_quota:
        bounded = zip(quotas, low.tolist(), high.tolist(), strict=True)
        quotas = [Fraction(min(max(quota, least), most)) for quota, least, most in bounded]
        expected = np.array(quotas)
        fixed = fixed | (expected == low) | (expected == high)
    if sum(quotas) != seats.sum():
        raise VerificationError(f"{quota} is not the quota")
    if (wrong := fixed & (seats != expected)).any():
        unit = int(wrong.argmax())
        raise VerificationError(f"unit {unit} is at a bound, but has {seats[unit]:.0f} seats")
    above, below = (np.flatnonzero(~fixed & side).tolist() for side in (seats > low, seats < high))
    _check_order(
        [(quotas[u] - int(seats[u]) + 1, -u) for u in above],
        [(quotas[u] - int(seats[u]), -u) for u in below],
    )


def _check_order(holding: list[tuple[Fraction, int]], waiting: list[tuple[Fraction, int]]) -> None:
    """Check of claims, each with minus the unit, that those with a place go before the others."""
    if holding and waiting and min(holding) < max(waiting):
        raise VerificationError(f"unit {-max(waiting)[1]} goes before {-min(holding)[1]}")
