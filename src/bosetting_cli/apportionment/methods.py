"""The methods by name: what each rounds at, what it is called elsewhere.

Beside them the divisors they round by, which for Huntington–Hill can be square roots.
"""

from __future__ import annotations

import functools
import math
import re
import sys
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.intp]
    BoolArray = NDArray[np.bool_]


class Signposts:
    """A signpost sequence d(0) ≤ d(1) < …: quotients above d(k) are rounded up to k + 1.

    Attributes:
        power: Signposts are rational in this power: 1, or 2 where d(k) is a square root.
        first: The smallest k with d(k) > 0: 1 where every positive share is owed a first place.
        shift: What rounding adds on average, about 1/2 − r for d(k) = k + r.
    """

    power = 1
    first = 0
    shift = 0.0

    def value(self, places: Any) -> Any:
        """Return d(k) for whole numbers k (a float or an array) to 4 units in the last place."""
        raise NotImplementedError

    def exact(self, place: int) -> Fraction:
        """Return d(k) to the power `power`, exactly."""
        raise NotImplementedError

    def rounded(self, quotients: FloatArray) -> FloatArray:
        """Round quotients at the signposts (overwriting them), up to floating-point error."""
        whole = np.floor(np.minimum(quotients, 2.0**53, out=quotients))
        whole += quotients > self.value(whole)
        return whole


class Stationary(Signposts):
    """d(k) = k + r for a fixed r from 0 (Adams) to 1 (D'Hondt)."""

    def __init__(self, r: Fraction) -> None:
        self.r = r
        self.first = 0 if r > 0 else 1
        self.shift = float(Fraction(1, 2) - r)
        self._r, self._rise = float(r), float(1 - r)

    def value(self, places: Any) -> Any:
        """Return k + r."""
        return places + self._r

    def exact(self, place: int) -> Fraction:
        """Return k + r as a fraction."""
        return place + self.r

    def rounded(self, quotients: FloatArray) -> FloatArray:
        """Round up from a fractional part of r."""
        quotients += self._rise
        return np.floor(quotients, out=quotients)


class FirstDivisor(Signposts):
    """d(0) = 0.7, that is 1.4/2, and d(k) = k + 1/2 for the other places."""

    def value(self, places: Any) -> Any:
        """Return k + 1/2, or 0.7 for the first place."""
        return np.maximum(places + 0.5, 0.7)

    def exact(self, place: int) -> Fraction:
        """Return the same as a fraction."""
        return place + Fraction(1, 2) if place else Fraction(7, 10)


class HarmonicMean(Signposts):
    """d(k) = 2k(k + 1)/(2k + 1), Dean's signposts."""

    first = 1

    def value(self, places: Any) -> Any:
        """Return the harmonic mean of k and k + 1."""
        return places * (places + 1.0) / (places + 0.5)

    def exact(self, place: int) -> Fraction:
        """Return the harmonic mean of k and k + 1 as a fraction."""
        return Fraction(2 * place * (place + 1), 2 * place + 1)


class GeometricMean(Signposts):
    """d(k) = √(k(k + 1)), Huntington's and Hill's signposts."""

    power = 2
    first = 1

    def value(self, places: Any) -> Any:
        """Return the geometric mean of k and k + 1."""
        return np.sqrt(places * (places + 1.0))

    def exact(self, place: int) -> Fraction:
        """Return the square of the geometric mean, k(k + 1)."""
        return Fraction(place * (place + 1))


@functools.total_ordering
@dataclass(frozen=True, eq=False)
class SquareRoot:
    """The square root of a rational number, which is what bounds a Huntington–Hill divisor.

    Attributes:
        square: the number under the root.
    """

    square: Fraction

    def __float__(self) -> float:
        numerator, denominator = self.square.as_integer_ratio()
        shift = max(0, 65 - (numerator.bit_length() - denominator.bit_length()) // 2)
        root = math.isqrt((numerator << 2 * shift) // denominator)
        return float(Fraction(root, 1 << shift))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int | Divisor) and bool(self.square == to_power(other, 2))

    def __lt__(self, other: Divisor) -> bool:
        return bool(self.square < to_power(other, 2))

    def __hash__(self) -> int:
        return hash(("square root", self.square))

    def __str__(self) -> str:
        return f"√({self.square})"


Divisor = Fraction | SquareRoot | float


def to_power(value: Divisor, power: int) -> Any:
    """Return a number that isn't negative to the power 1 or 2, exactly (infinity stays so)."""
    if isinstance(value, SquareRoot):
        return value.square
    return value if value == math.inf else Fraction(value) ** power


def as_float(divisor: Divisor) -> float:
    """Return a divisor as a float, infinite if it is beyond the largest."""
    return math.inf if divisor > sys.float_info.max else float(divisor)


@dataclass(frozen=True)
class Method:
    """A method of apportionment.

    Attributes:
        name: the canonical name, as `resolve_method` and rules files spell it.
        title: the names by which the literature knows it.
        aliases: further names that `resolve_method` accepts.
        signposts: where a divisor method rounds; None for largest remainders.
        renewed_quota: for largest remainders, whether the quota is taken anew over the units
            that are not at a bound.
    """

    name: str
    title: str
    aliases: tuple[str, ...]
    signposts: Signposts | None = None
    renewed_quota: bool = False


_ALL = (
    Method(
        "sainte-lague",
        "Sainte-Laguë (Webster)",
        ("webster", "sainte-laguë", "saintelague", "major-fractions", "odd-numbers"),
        Stationary(Fraction(1, 2)),
    ),
    Method(
        "dhondt",
        "D'Hondt (Jefferson)",
        ("jefferson", "d'hondt", "d-hondt", "hagenbach-bischoff", "greatest-divisors"),
        Stationary(Fraction(1)),
    ),
    Method("adams", "Adams (smallest divisors)", ("smallest-divisors",), Stationary(Fraction(0))),
    Method("dean", "Dean (harmonic mean)", ("harmonic-mean",), HarmonicMean()),
    Method(
        "huntington-hill",
        "Huntington–Hill (equal proportions)",
        ("hill", "huntington", "equal-proportions", "geometric-mean"),
        GeometricMean(),
    ),
    Method(
        "modified-sainte-lague",
        "Modified Sainte-Laguë (first divisor 1.4)",
        ("sainte-lague-1.4", "modified-sainte-laguë", "modified-saintelague", "modified-webster"),
        FirstDivisor(),
    ),
    Method(
        "largest-remainder",
        "Largest remainder (Hamilton, Hare), quota renewed",
        ("hamilton", "hare", "hare-niemeyer", "vinton", "largest-remainders"),
        renewed_quota=True,
    ),
    Method(
        "largest-remainder-fixed",
        "Largest remainder (Hamilton, Vinton), original quotas",
        ("largest-remainder-1880", "hamilton-1880", "vinton-1880"),
    ),
)

METHODS: dict[str, Method] = {method.name: method for method in _ALL}
"""Canonical name → method; `stationary:<r>` stands beside these, see `resolve_method`."""

_PREFIX = "stationary:"
_NUMBER = re.compile(r"-?(?:[0-9.]{1,40}(?:e[-+]?[0-9]{1,4})?|[0-9]{1,40}/[0-9]{1,40})")
_BY_NAME = {name: method for method in _ALL for name in (method.name, *method.aliases)}


@functools.lru_cache(maxsize=64)
def resolve_method(name: str | Method) -> Method:
    """Find a method by its name.

    Args:
        name: a canonical name, an alias (webster, jefferson, hill, hamilton, …), in any case and
            with spaces or underscores for hyphens, or `stationary:<r>` with 0 ≤ r ≤ 1 as a
            decimal number or a fraction; a `Method` is returned as it is.

    Returns:
        The method.

    Raises:
        ValueError: if no method has that name; the message lists the valid ones.
    """
    if isinstance(name, Method):
        return name
    plain = name.strip().lower().replace("_", "-").replace(" ", "-").replace("’", "'")
    if plain.startswith(_PREFIX):
        return _stationary(plain.removeprefix(_PREFIX))
    if plain not in _BY_NAME:
        import difflib

        close = difflib.get_close_matches(plain, _BY_NAME, n=1)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        known = f"{', '.join(METHODS)}, {_PREFIX}<r>"
        raise ValueError(f"unknown method '{name}'{hint} (methods: {known})")
    return _BY_NAME[plain]


def _stationary(text: str) -> Method:
    try:
        r = Fraction(text if _NUMBER.fullmatch(text) else "")
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"'{_PREFIX}{text}': '{text}' is not a number from 0 to 1") from None
    if not 0 <= r <= 1:
        raise ValueError(f"'{_PREFIX}{text}': {text} is not between 0 (Adams) and 1 (D'Hondt)")
    return Method(f"{_PREFIX}{text}", f"Stationary divisor with r = {text}", (), Stationary(r))
