"""What is to be apportioned, checked: shares, house size, minimums and maximums."""

from __future__ import annotations

import math
import operator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, SupportsIndex

import numpy as np

from .exact import exact_sum

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.intp]
    Shares = Sequence[float] | Sequence[Fraction] | NDArray[Any]
    Bounds = SupportsIndex | Sequence[int | None] | NDArray[Any] | None

LARGEST_HOUSE = 2**52
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
        if bound == "minimums":
            said = f"the minimums add up to {total}, {self.by} more than the house size"
        else:
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
        positive: whether no share is 0.
        house: the house size.
        low: minimums, one float64 for all (no dimension) or one per unit.
        high: maximums in the same form; infinite where there is none.
        capped: whether there are maximums.
    """

    __slots__ = (
        "capped", "exponent", "given", "high", "house", "low", "positive", "rational", "shares",
        "size",
    )  # fmt: skip

    def __init__(self, shares: Shares, house_size: SupportsIndex, low: Bounds, high: Bounds):
        self.house = _house(house_size)
        self.exponent = 0
        self.rational: list[Fraction] | None = None
        if type(shares) is np.ndarray and shares.dtype == np.float64 and shares.ndim == 1:
            self.shares = self.given = shares
        else:
            self._convert(shares)
        self.size: int = self.shares.size
        self._check_shares()
        self.low = _bound(low, self.size, "minimums", _ZERO)
        self.high = _bound(high, self.size, "maximums", _INFINITE)
        self.capped = self.high is not _INFINITE
        self._check_bounds()

    def are_positive(self) -> NDArray[np.bool_]:
        """Mark the units whose share is above 0, however small beside the others."""
        if self.rational is not None:
            return np.array([share > 0 for share in self.rational], dtype=bool)
        return self.given > 0

    def exact(self, unit: int) -> Fraction:
        """Return the share of a unit as a fraction."""
        if self.rational is not None:
            return self.rational[unit]
        return Fraction(self.given.item(unit))

    def exact_sum(self, units: IntArray | None = None) -> Fraction:
        """Return the sum of the shares (of some units) as a fraction."""
        if self.rational is not None:
            chosen = self.rational if units is None else map(self.rational.__getitem__, units)
            return sum(chosen, Fraction(0))
        return exact_sum(self.given if units is None else self.given[units])

    def _convert(self, shares: Shares) -> None:
        array = np.asarray(shares)
        if array.ndim != 1:
            raise BadInputError(f"shares must have one dimension, not {array.ndim}", "shares")
        kind = array.dtype.kind
        fits = kind in "iu" and (not array.size or abs(array).max() <= LARGEST_HOUSE)
        if fits or (kind == "f" and array.dtype.itemsize <= 8):
            self.shares = self.given = array.astype(np.float64)
        elif kind in "iuO":
            self._convert_rational(array.tolist())
        else:
            raise BadInputError(f"shares must be numbers, not {array.dtype}", "shares")

    def _convert_rational(self, values: list[Any]) -> None:
        self.rational = [_rational(value, index) for index, value in enumerate(values)]
        largest = max(self.rational, default=Fraction(0))
        if largest > 0:
            self.exponent = largest.denominator.bit_length() - largest.numerator.bit_length()
        scale = Fraction(2) ** self.exponent
        self.shares = self.given = np.array([float(value * scale) for value in self.rational])

    def _check_shares(self) -> None:
        shares = self.shares
        if not self.size:
            raise BadInputError("there are no shares", "shares")
        smallest = shares.item(shares.argmin())  # argmin: a quarter of the time of min
        self.positive = smallest > 0.0
        if smallest >= 0.0 and 1e-200 < shares.item(shares.argmax()) < 1e200:
            return
        _refuse(np.isnan(shares), "not a number")
        _refuse(np.isinf(shares), "infinite")
        _refuse(shares < 0, "negative")
        largest = float(shares.max())
        if largest == 0:
            raise BadInputError("all shares are zero", "shares")
        self.exponent = 600 - math.frexp(largest)[1]
        self.shares = np.ldexp(shares, self.exponent)

    def _check_bounds(self) -> None:
        if self.capped:
            crossing = np.broadcast_to(self.low > self.high, self.size)
            if crossing.any():
                _refuse_crossing(self.low, self.high, int(crossing.argmax()), self.size)
        required = whole_sum(self.low, self.size)
        if required > self.house:
            raise InfeasibleError("minimums", required, self.house)


_ZERO, _INFINITE = np.zeros(()), np.full((), math.inf)


def whole_sum(values: FloatArray, size: int) -> int:
    """Add up whole numbers, one for all of `size` units or one each, exactly."""
    if not values.ndim:
        return int(values) * size
    total = float(np.add.reduce(values))
    return int(total) if total < LARGEST_HOUSE else sum(map(int, values.tolist()))


def _refuse(wrong: NDArray[np.bool_], said: str) -> None:
    if wrong.any():
        index = int(wrong.argmax())
        raise BadInputError(f"share {index} is {said}", "shares", index)


def _refuse_crossing(low: FloatArray, high: FloatArray, index: int, size: int) -> None:
    least, most = (int(np.broadcast_to(bound, size)[index]) for bound in (low, high))
    raise BadInputError(
        f"unit {index}: the minimum {least} is above the maximum {most}", "minimums", index
    )


def _house(value: SupportsIndex) -> int:
    try:
        house = operator.index(value)
    except TypeError:
        if not (isinstance(value, float | Fraction) and value == value // 1):
            raise BadInputError(
                f"the house size must be a whole number, not {value!r}", "house_size"
            ) from None
        house = int(value)
    if not 0 <= house <= LARGEST_HOUSE:
        raise BadInputError(f"the house size {house} is not between 0 and 2**52", "house_size")
    return house


def _rational(value: Any, index: int) -> Fraction:
    try:
        return Fraction(value)
    except (TypeError, ValueError, OverflowError):
        said = "not a number" if value != value else repr(value)
        raise BadInputError(f"share {index} is {said}", "shares", index) from None


def _bound(given: Bounds, size: int, name: str, unset: FloatArray) -> FloatArray:
    if given is None:
        return unset
    if type(given) is int and 0 <= given <= LARGEST_HOUSE:
        return np.array(given, dtype=np.float64)
    if isinstance(given, list | tuple) and None in given:
        if not any(value is not None for value in given) and len(given) == size:
            return unset
        array = np.array([float(unset) if value is None else value for value in given])
    else:
        array = np.asarray(given)
    if array.ndim and array.shape != (size,):
        raise BadInputError(f"{size} shares but {array.size} {name}", name)
    if array.dtype.kind in "iuf" and array.size and array.min() >= 0:
        values = np.minimum(array, 2.0 * LARGEST_HOUSE, dtype=np.float64)
        if (values == np.floor(values)).all() and (name == "maximums" or np.isfinite(array).all()):
            return np.asarray(values)
    if not array.ndim:
        return np.array(_whole(array.item(), name, None))
    return np.array(
        [
            float(unset) if value is None else _whole(value, name, index)
            for index, value in enumerate(array.tolist())
        ],
        dtype=np.float64,
    )


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
