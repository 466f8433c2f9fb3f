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

LARGEST_HOUSE = 2**53
"""Whole numbers up to here are exact in float64."""


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

    def __init__(
        self, bound: Literal["minimums", "maximums"], total: int, house_size: int
    ) -> None:
        self.bound, self.total, self.house_size = bound, total, house_size
        self.by = abs(total - house_size)
        if bound == "minimums":
            said = f"the minimums add up to {total}, {self.by} more than the house size"
        else:
            said = f"the units can take {total} at most, {self.by} fewer than the house size"
        super().__init__(f"{said} {house_size}")


class Problem:
    """Shares, bounds and house size, checked and in floating point beside the exact shares.

    Attributes:
        shares: float64, each within half a unit in the last place of the exact share times
            `2**exponent`.
        exponent: the power of two by which `shares` are scaled; 0 unless they are extreme.
        house: the house size.
        low: minimums, a float or one per unit.
        high: maximums, at most the house size; a float (infinite: none) or one per unit.
        rational: the exact shares where float64 can't hold them, else None.
    """

    __slots__ = ("exponent", "given", "high", "house", "low", "rational", "shares", "size")

    def __init__(self, shares: Shares, house_size: SupportsIndex, low: Bounds, high: Bounds):
        self.house = _house(house_size)
        self.exponent = 0
        self.rational: list[Fraction] | None = None
        if type(shares) is np.ndarray and shares.dtype == np.float64 and shares.ndim == 1:
            self.shares = self.given = shares
        else:
            self._convert(shares)
        self.size = self.shares.size
        self._check_shares()
        self.low = _bound(low, self.size, "minimums", 0.0)
        self.high = _bound(high, self.size, "maximums", math.inf)
        self._check_bounds()

    def exact(self, unit: int) -> Fraction:
        """Return the share of a unit as a fraction."""
        if self.rational is not None:
            return self.rational[unit]
        return Fraction(float(self.given[unit]))

    def exact_sum(self, units: IntArray | None = None) -> Fraction:
        """Return the sum of the shares (of some units) as a fraction."""
        if self.rational is not None:
            chosen = self.rational if units is None else map(self.rational.__getitem__, units)
            return sum(chosen, Fraction(0))
        return exact_sum(self.given if units is None else self.given[units])

    def _convert(self, shares: Shares) -> None:
        array = np.asarray(shares)
        if array.ndim != 1:
            raise BadInputError(
                f"shares must have one dimension, not {array.ndim}", "shares"
            )
        kind = array.dtype.kind
        if kind == "f" and array.dtype.itemsize <= 8:
            self.shares = self.given = array.astype(np.float64)
        elif kind in "iu" and (not array.size or abs(array).max() <= LARGEST_HOUSE):
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
        self.shares = self.given = np.array(
            [float(value * Fraction(2) ** self.exponent) for value in self.rational]
        )

    def _check_shares(self) -> None:
        if not self.size:
            raise BadInputError("there are no shares", "shares")
        with np.errstate(over="ignore"):
            total = float(np.add.reduce(self.shares))
        if float(np.minimum.reduce(self.shares)) >= 0.0 and 1e-200 < total < 1e200:
            return
        for wrong, said in (
            (np.isnan(self.shares), "not a number"),
            (np.isinf(self.shares), "infinite"),
            (self.shares < 0, "negative"),
        ):
            if wrong.any():
                index = int(wrong.argmax())
                raise BadInputError(f"share {index} is {said}", "shares", index)
        if total == 0:
            raise BadInputError("all shares are zero", "shares")
        if self.rational is None:
            self.exponent = 600 - math.frexp(float(self.shares.max()))[1]
            self.shares = np.ldexp(self.shares, self.exponent)

    def _check_bounds(self) -> None:
        low, high, house = self.low, self.high, self.house
        required = int(low * self.size if isinstance(low, float) else _whole_sum(low))
        self._check_crossing()
        if required > house:
            raise InfeasibleError("minimums", required, house)

    def _check_crossing(self) -> None:
        if isinstance(self.high, float) and self.high == math.inf:
            return
        crossing = np.broadcast_to(np.greater(self.low, self.high), self.size)
        if crossing.any():
            index = int(crossing.argmax())
            low, high = (
                int(np.broadcast_to(bound, self.size)[index]) for bound in (self.low, self.high)
            )
            raise BadInputError(
                f"unit {index}: the minimum {low} is above the maximum {high}", "minimums", index
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
        raise BadInputError(f"the house size {house} is not between 0 and 2**53", "house_size")
    return house


def _rational(value: Any, index: int) -> Fraction:
    try:
        return Fraction(value)
    except (TypeError, ValueError, OverflowError):
        said = "not a number" if value != value else repr(value)
        raise BadInputError(f"share {index} is {said}", "shares", index) from None


def _whole_sum(values: FloatArray) -> int:
    """Add up whole numbers exactly."""
    total = float(np.add.reduce(values))
    return int(total) if total < LARGEST_HOUSE else sum(map(int, values.tolist()))


def _bound(given: Bounds, size: int, name: str, unset: float) -> float | FloatArray:
    if given is None:
        return unset
    if isinstance(given, int):
        if given < 0:
            raise BadInputError(f"{name}: {given} is negative", name)
        return float(given)
    array = np.asarray(given)
    if array.ndim == 0:
        return _bound(operator.index(_whole(array.item(), name, None)), size, name, unset)
    if array.shape != (size,):
        raise BadInputError(f"{size} shares but {array.size} {name}", name)
    if array.dtype.kind in "iu" and array.dtype.itemsize <= 8:
        values = array.astype(np.float64)
        if float(np.minimum.reduce(values)) >= 0:
            return values
    return np.array(
        [
            unset if value is None else float(_whole(value, name, index))
            for index, value in enumerate(array.tolist())
        ]
    )


def _whole(value: Any, name: str, index: int | None) -> Any:
    where = name if index is None else f"{name}[{index}]"
    if value == math.inf and name == "maximums":
        return value
    try:
        whole = int(value)
    except (TypeError, ValueError, OverflowError):
        whole = None
    if whole is None or whole != value:
        raise BadInputError(f"{where}: {value!r} is not a whole number", name, index)
    if whole < 0:
        raise BadInputError(f"{where}: {value!r} is negative", name, index)
    return whole
