"""Check a result from shares, bounds and divisor alone; shares no code with the search."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from .methods import Divisor, Method, Signposts, as_float, resolve_method, to_power

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from .methods import FloatArray
    from .problem import Bounds, Shares

_MARGIN = 2.0**-48


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
    signposts = resolve_method(method).signposts
    numbers = np.asarray(seats, dtype=np.float64)
    low, high = _filled(minimums, 0.0), _filled(maximums, math.inf)
    if numbers.sum() != house_size:
        raise VerificationError(f"the seats add up to {numbers.sum():.0f}, not {house_size}")
    if np.count_nonzero((numbers < low) | (numbers > high)):
        raise VerificationError("a number of seats is outside its minimum and maximum")
    if signposts is None:
        _verify_remainders(shares, numbers, resolve_method(method), divisor, low, high)
    elif divisor == math.inf:
        _verify_first_places(shares, numbers, signposts, low, high)
    else:
        _verify_rounding(shares, numbers, signposts, divisor, low, high)


def _filled(bound: Any, unset: float) -> Any:
    """Return a bound as numbers that compare, without a limit where it is None."""
    if bound is None or isinstance(bound, int):
        return unset if bound is None else bound
    if isinstance(bound, np.ndarray) and bound.dtype != object:
        return bound
    return np.array([unset if value is None else value for value in bound])


def _verify_rounding(
    shares: Any, seats: FloatArray, signposts: Signposts, divisor: Divisor, low: Any, high: Any
) -> None:
    """Check d(seats − 1) ≤ share/divisor ≤ d(seats) of all units; bounds may stop it short."""
    approximate, scale = np.asarray(shares), as_float(divisor)
    doubtful = np.ones(seats.size, dtype=bool)
    if approximate.dtype.kind != "O" and 1e-290 < scale < 1e290:
        rises = approximate >= signposts.value(seats) * (scale * (1 - _MARGIN))
        falls = approximate <= signposts.value(seats - 1.0) * (scale * (1 + _MARGIN))
        doubtful = (rises & (seats < high)) | (falls & (seats > low))
    if np.count_nonzero(doubtful):
        units = np.flatnonzero(doubtful)
        least, most = (np.broadcast_to(bound, seats.shape)[units] for bound in (low, high))
        number = seats[units]
        columns = (units, approximate[units], number, number > least, number < most)
        _verify_exactly(zip(*(c.tolist() for c in columns), strict=True), signposts, divisor)


def _verify_exactly(
    units: Iterable[tuple[int, Any, float, bool, bool]], signposts: Signposts, divisor: Divisor
) -> None:
    """Check the same in rational arithmetic, and that of tied units the earlier ones went up."""
    power = signposts.power
    common = to_power(divisor, power)
    holding, waiting = [], []
    for unit, given, number, above, below in units:
        share = Fraction(given) ** power
        upper = common * signposts.exact(int(number))
        lower = common * signposts.exact(int(number) - 1) if above else Fraction(-1)
        if (above and not share) or share < lower or (below and share > upper):
            raise VerificationError(f"unit {unit}: {number:.0f} is not its share over {divisor}")
        holding += [unit] * (share == lower)
        waiting += [unit] * bool(below and share and share == upper)
    if holding and waiting and max(holding) > min(waiting):
        raise VerificationError(f"unit {min(waiting)} is tied with {max(holding)} and earlier")


def _verify_first_places(
    shares: Any, seats: FloatArray, signposts: Signposts, low: Any, high: Any
) -> None:
    """Check that too few places went to the largest shares, one each."""
    least, most = (np.broadcast_to(bound, seats.size).tolist() for bound in (low, high))
    numbers = [int(number) for number in seats.tolist()]
    exact = [Fraction(share) for share in np.asarray(shares).tolist()]
    given = [i for i, number in enumerate(numbers) if number > least[i]]
    refused = [i for i, number in enumerate(numbers) if number == 0 < min(exact[i], most[i])]
    if given and (not signposts.first or any(numbers[i] != 1 or not exact[i] for i in given)):
        raise VerificationError("an infinite divisor gives first places only")
    last = min(given, key=lambda i: (exact[i], -i), default=None)
    best = max(refused, key=lambda i: (exact[i], -i), default=None)
    if last is not None and best is not None and (exact[last], -last) < (exact[best], -best):
        raise VerificationError(f"unit {best} goes before {last}")


def _verify_remainders(
    shares: Any, seats: FloatArray, method: Method, quota: Divisor, low: Any, high: Any
) -> None:
    """Check the quota, then that no unit without a place has a larger remainder."""
    exact = [Fraction(share) for share in np.asarray(shares).tolist()]
    least, most = (_exact_bound(bound, seats.size) for bound in (low, high))
    rate = Fraction(0) if quota == math.inf else 1 / Fraction(quota)  # type: ignore[arg-type]
    quotas = [share * rate for share in exact]
    if method.renewed_quota:
        bounded = zip(quotas, least, most, strict=True)
        quotas = [Fraction(min(max(quota, a), b)) for quota, a, b in bounded]
    if sum(quotas) != seats.sum():
        raise VerificationError(f"{quota} is not the quota")
    holding, waiting = [], []
    for unit, (claim, number) in enumerate(zip(quotas, seats.tolist(), strict=True)):
        fixed = not exact[unit] or (method.renewed_quota and claim in (least[unit], most[unit]))
        if fixed and number != (claim if method.renewed_quota else least[unit]):
            raise VerificationError(f"unit {unit} is at a bound, but has {number:.0f} seats")
        if not fixed and number > least[unit]:
            holding.append((claim - int(number) + 1, -unit))
        if not fixed and number < most[unit]:
            waiting.append((claim - int(number), -unit))
    if holding and waiting and min(holding) < max(waiting):
        raise VerificationError(f"unit {-max(waiting)[1]} goes before {-min(holding)[1]}")


def _exact_bound(bound: Any, size: int) -> list[int | float]:
    """Return one bound per unit, whole numbers that keep a sum of fractions exact."""
    values = np.broadcast_to(bound, size).tolist()
    return [value if value == math.inf else int(value) for value in values]
