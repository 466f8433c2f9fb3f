"""What is to be apportioned, checked: shares, house size, minimums and maximums."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, SupportsIndex

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .methods import FloatArray

    Shares = Sequence[float] | Sequence[Fraction] | NDArray[Any]
    Bounds = SupportsIndex | Sequence[int | None] | NDArray[Any] | None

LARGEST_HOUSE, _LARGEST = 2**52, 2**1000
"""Whole numbers up to twice this are exact in float64, so sums a little too large still are."""


class BadInputError(ValueError):
    """A share, bound or house size that no apportionment can start from.

    Attributes:
        argument: the name of the argument.
        index: the offending unit, or None if the argument as a whole is wrong.
    """

    def __init__(self, message: str, argument: str, index: int | None = None) -> None:
        super().__init__(message)
        self.argument = argument
        self.index = index


class InfeasibleError(ValueError):
    """The minimums add up to more than the house size, or the maximums to less.

    Attributes:
        bound: which of the two, "minimums" or "maximums".
        total: the sum of the minimums, or of what the units can take at most.
        house_size: the house size.
        by: how many places too many are required, or are left over (always positive).
    """

    def __init__(self, bound: Literal["minimums", "maximums"], total: int, house_size: int) -> None:
        self.bound, self.total, self.house_size = bound, total, house_size
        self.by = abs(total - house_size)
        said = f"the minimums add up to {total}, {self.by} more than the house size"
        if bound == "maximums":
            said = f"the units can take {total} at most, {self.by} fewer than the house size"
        super().__init__(f"{said} {house_size}")


class Problem:
    """Shares, bounds and house size, checked, in floating point beside the exact shares.

    Attributes:
        shares: float64, each within half a unit in the last place of the exact share times
            `2**exponent`.
        exponent: the power of two by which `shares` are scaled; 0 unless they are extreme.
        given: float64 as they were given, where float64 can hold them.
        rational: the exact shares where float64 can't hold them, else None.
        house: the house size.
        low: the fewest places of each unit.
        high: the most places of each, a share of 0 having its minimum; None without a limit.
    """

    def __init__(self, shares: Shares, house_size: SupportsIndex, low: Bounds, high: Bounds):
        self.house = _house(house_size)
        self.exponent = 0
        self.rational: list[Fraction] | None = None
        self.given = self.shares = self._as_floats(shares)
        self.size: int = self.shares.size
        all_positive = self._check_shares()
        least = bound(low, self.shares.shape, "minimums")
        self.low = np.zeros(self.size) if least is None else least
        self.high = bound(high, self.shares.shape, "maximums")
        self._check_bounds(all_positive)

    def scale(self, exponent: int) -> None:
        """Scale the shares in floating point by a power of two; what is too large stays large."""
        self.exponent = exponent
        if self.rational is None:
            self.shares = np.minimum(np.ldexp(self.given, exponent), _LARGEST)
        else:
            factor, most = Fraction(2) ** exponent, Fraction(_LARGEST)
            self.shares = np.array([float(min(share * factor, most)) for share in self.rational])

    def exact(self, unit: int) -> Fraction:
        """Return the share of a unit as a fraction."""
        return Fraction(self.given.item(unit)) if self.rational is None else self.rational[unit]

    def as_whole(self) -> tuple[list[int], int]:
        """Return the shares as whole numbers, and the factor by which these are larger."""
        ratios = [value.as_integer_ratio() for value in self.rational or self.given.tolist()]
        factor = math.lcm(*{denominator for _, denominator in ratios})
        return [above * (factor // below) for above, below in ratios], factor

    def _as_floats(self, shares: Shares) -> FloatArray:
        array = np.asarray(shares)
        if array.ndim != 1:
            raise BadInputError(f"shares must have one dimension, not {array.ndim}", "shares")
        kind = array.dtype.kind
        fits = kind in "iu" and (not array.size or abs(array).max() <= LARGEST_HOUSE)
        if fits or (kind == "f" and array.dtype.itemsize <= 8):
            return array.astype(np.float64, copy=False)
        if kind not in "iuO":
            raise BadInputError(f"shares must be numbers, not {array.dtype}", "shares")
        self.rational = [_rational(value, index) for index, value in enumerate(array.tolist())]
        largest = max(self.rational, default=Fraction(0))
        self.scale(largest.denominator.bit_length() - largest.numerator.bit_length())
        return self.shares

    def _check_shares(self) -> bool:
        """Refuse bad shares, scale extreme ones; say whether all are surely positive."""
        shares = self.shares
        if not self.size:
            raise BadInputError("there are no shares", "shares")
        smallest = shares.item(shares.argmin())  # argmin: a quarter of the time of min
        if smallest >= 0.0 and 1e-200 < shares.item(shares.argmax()) < 1e200:
            return bool(smallest > 0.0)
        nan, infinite = np.isnan(shares), np.isinf(shares)
        bad = {"not a number": nan, "infinite": infinite, "negative": shares < 0}
        for said, wrong in bad.items():
            if wrong.any():
                index = int(wrong.argmax())
                raise BadInputError(f"share {index} is {said}", "shares", index)
        largest = float(shares.max())
        if largest == 0:
            raise BadInputError("all shares are zero", "shares")
        self.scale(600 - math.frexp(largest)[1])
        return bool(smallest > 0.0)

    def _check_bounds(self, all_positive: bool) -> None:
        if self.high is not None and (crossing := self.low > self.high).any():
            index = int(crossing.argmax())
            said = f"the minimum {self.low[index]:.0f} is above the maximum {self.high[index]:.0f}"
            raise BadInputError(f"unit {index}: {said}", "minimums", index)
        if (required := whole_sum(self.low)) > self.house:
            raise InfeasibleError("minimums", required, self.house)
        if not all_positive:
            exact = self.given if self.rational is None else np.array(self.rational)
            high = np.full(self.size, np.inf) if self.high is None else self.high
            self.high = np.where(exact > 0, high, self.low)
        if self.high is not None and np.add.reduce(self.high) < self.house:
            raise InfeasibleError("maximums", whole_sum(self.high), self.house)


def whole_sum(values: FloatArray) -> int:
    """Add up whole numbers exactly."""
    total = float(np.add.reduce(values))
    return int(total) if total < LARGEST_HOUSE else sum(map(int, values.tolist()))


def _house(value: Any) -> int:
    whole = isinstance(value, float | Fraction) and value % 1 == 0
    if not (whole or hasattr(value, "__index__")):
        raise BadInputError(f"the house size must be a whole number, not {value!r}", "house_size")
    if not 0 <= value <= LARGEST_HOUSE:
        raise BadInputError(f"the house size {value} is not between 0 and 2**52", "house_size")
    return int(value)


def _rational(value: Any, index: int) -> Fraction:
    try:
        return Fraction(value)
    except (TypeError, ValueError, OverflowError):
        said = "not a number" if value != value else repr(value)
        raise BadInputError(f"share {index} is {said}", "shares", index) from None


def bound(given: Any, shape: tuple[int, ...], name: str) -> FloatArray | None:
    """Return a bound as one whole number per unit; None if there is none.

    Args:
        given: as `apportion` takes it; for many rows of units also one row each, not checked.
        shape: how many units there are, or how many rows of how many.
        name: the argument's name, "minimums" or "maximums".

    Raises:
        BadInputError: for what is not a whole number, or not one per unit.
    """
    if given is None:
        return None
    if type(given) is int and 0 <= given <= LARGEST_HOUSE:
        return np.zeros(shape) + given
    array, size = np.asarray(given), shape[-1]
    if array.ndim > 1 and array.shape == shape:
        return array
    if array.ndim and array.shape != (size,):
        raise BadInputError(f"{size} shares but {array.size} {name}", name)
    if array.dtype.kind in "iuf" and array.size and array.min() >= 0:
        values = np.minimum(array, 2.0 * LARGEST_HOUSE, dtype=np.float64)
        if (values == np.floor(values)).all() and (name == "maximums" or np.isfinite(array).all()):
            return np.broadcast_to(values, shape)
    if not array.ndim:
        return np.full(shape, _whole(array.item(), name, None))
    unset = 0.0 if name == "minimums" else math.inf
    checked = [
        unset if value is None else _whole(value, name, index)
        for index, value in enumerate(array.tolist())
    ]
    return np.broadcast_to(np.array(checked), shape)


def _whole(value: Any, name: str, index: int | None) -> float:
    where = name if index is None else f"{name}[{index}]"
    if isinstance(value, float) and value == math.inf and name == "maximums":
        return value
    try:
        whole = int(value)
    except (TypeError, ValueError, OverflowError):
        whole = None
    if whole is None or whole != value:
        raise BadInputError(f"{where}: {value!r} is not a whole number", name, index)
    if whole < 0:
        raise BadInputError(f"{where}: {value!r} is negative", name, index)
    return float(min(whole, 2 * LARGEST_HOUSE))
