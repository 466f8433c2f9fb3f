"""The methods by name: what each rounds at, what it is called elsewhere, whom it favours."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]


class Signposts(Protocol):
    """A signpost sequence d(0) ≤ d(1) < …: a quotient between k and k + 1 is rounded at d(k)."""

    power: int
    """Signposts are rational in this power: 1, or 2 where d(k) is a square root."""
    first: int
    """The smallest k with d(k) > 0: 1 where every positive share is owed a first place."""
    shift: float
    """What rounding adds on average, about 1/2 − r for d(k) = k + r."""

    def value(self, places: FloatArray) -> FloatArray:
        """Return d(k) for whole numbers k, correct to 4 units in the last place."""

    def below(self, places: FloatArray) -> FloatArray:
        """Return d(k − 1) for whole numbers k ≥ 1, equally correct."""

    def exact(self, place: int) -> Fraction:
        """Return d(k) to the power `power`, exactly."""

    def rounded(self, quotients: FloatArray) -> FloatArray:
        """Round quotients at the signposts (overwriting them), up to floating-point error."""


class Stationary:
    """d(k) = k + r for a fixed r from 0 (Adams) to 1 (D'Hondt)."""

    power = 1

    def __init__(self, r: Fraction) -> None:
        self.r = r
        self.first = 0 if r > 0 else 1
        self.shift = float(Fraction(1, 2) - r)
        # arrays without dimension: NumPy adds them faster than Python's floats
        self._r: FloatArray = np.array(float(r))
        self._up: FloatArray = np.array(float(1 - r))
        self._rise = float(1 - r)

    def value(self, places: FloatArray) -> FloatArray:
        """Return k + r."""
        return np.add(places, self._r)

    def below(self, places: FloatArray) -> FloatArray:
        """Return k − (1 − r)."""
        return np.subtract(places, self._up)

    def exact(self, place: int) -> Fraction:
        """Return k + r as a fraction."""
        return place + self.r

    def rounded(self, quotients: FloatArray) -> FloatArray:
        """Round up from a fractional part of r."""
        quotients += self._rise
        return np.floor(quotients, out=quotients)


class _Mean:
    """Signposts at a mean of k and k + 1: shared rounding."""

    first = 1
    shift = 0.0

    def value(self, places: FloatArray) -> FloatArray:
        """Return the mean of k and k + 1."""
        raise NotImplementedError

    def below(self, places: FloatArray) -> FloatArray:
        """Return the mean of k − 1 and k."""
        return self.value(places - 1.0)

    def rounded(self, quotients: FloatArray) -> FloatArray:
        """Round up above the mean."""
        whole = np.floor(np.minimum(quotients, 2.0**53, out=quotients))
        return whole + (quotients > self.value(whole))


class HarmonicMean(_Mean):
    """d(k) = 2k(k + 1)/(2k + 1), Dean's signposts."""

    power = 1

    def value(self, places: FloatArray) -> FloatArray:
        """Return the harmonic mean of k and k + 1."""
        return places * (places + 1.0) / (places + 0.5)

    def exact(self, place: int) -> Fraction:
        """Return the harmonic mean of k and k + 1 as a fraction."""
        return Fraction(2 * place * (place + 1), 2 * place + 1)


class GeometricMean(_Mean):
    """d(k) = √(k(k + 1)), Huntington's and Hill's signposts."""

    power = 2

    def value(self, places: FloatArray) -> FloatArray:
        """Return the geometric mean of k and k + 1."""
        return np.sqrt(places * (places + 1.0))

    def exact(self, place: int) -> Fraction:
        """Return the square of the geometric mean, k(k + 1)."""
        return Fraction(place * (place + 1))


@dataclass(frozen=True)
class Method:
    """A method of apportionment.

    Attributes:
        name: the canonical name, as `resolve_method` and rules files spell it.
        title: the names by which the literature knows it.
        aliases: further names that `resolve_method` accepts.
        summary: how it rounds and whom it favours, in one sentence.
        kind: whether it rounds at a common divisor or by largest remainders.
        signposts: where a divisor method rounds; None for largest remainders.
        renewed_quota: for largest remainders, whether the quota is taken anew over the units
            that are not at a bound.
    """

    name: str
    title: str
    aliases: tuple[str, ...]
    summary: str
    kind: Literal["divisor", "largest remainder"]
    signposts: Signposts | None = None
    renewed_quota: bool = False


_ALL = (
    Method(
        "sainte-lague",
        "Sainte-Laguë (Webster)",
        ("webster", "sainte-laguë", "saintelague", "major-fractions", "odd-numbers"),
        "rounds to the nearest whole number; favours neither large nor small",
        "divisor",
        Stationary(Fraction(1, 2)),
    ),
    Method(
        "dhondt",
        "D'Hondt (Jefferson)",
        ("jefferson", "d'hondt", "d-hondt", "hagenbach-bischoff", "greatest-divisors"),
        "rounds down; favours large units",
        "divisor",
        Stationary(Fraction(1)),
    ),
    Method(
        "adams",
        "Adams (smallest divisors)",
        ("smallest-divisors",),
        "rounds up; favours small units and gives each positive share a first place",
        "divisor",
        Stationary(Fraction(0)),
    ),
    Method(
        "dean",
        "Dean (harmonic mean)",
        ("harmonic-mean",),
        "rounds at the harmonic mean; favours small units slightly",
        "divisor",
        HarmonicMean(),
    ),
    Method(
        "huntington-hill",
        "Huntington–Hill (equal proportions)",
        ("hill", "huntington", "equal-proportions", "geometric-mean"),
        "rounds at the geometric mean; favours small units slightly (US House since 1941)",
        "divisor",
        GeometricMean(),
    ),
    Method(
        "largest-remainder",
        "Largest remainder (Hamilton, Hare), quota renewed",
        ("hamilton", "hare", "hare-niemeyer", "vinton", "largest-remainders"),
        "whole quotas, then the largest remainders; the quota is taken anew over the units "
        "that are not at a bound (Swiss National Council)",
        "largest remainder",
        renewed_quota=True,
    ),
    Method(
        "largest-remainder-fixed",
        "Largest remainder (Hamilton, Vinton), original quotas",
        ("largest-remainder-1880", "hamilton-1880", "vinton-1880"),
        "the larger of minimum and whole quota, then the largest remainders of the original "
        "quotas (US House 1850–1900)",
        "largest remainder",
    ),
)

METHODS: dict[str, Method] = {method.name: method for method in _ALL}
"""Canonical name → method; `stationary:<r>` stands beside these, see `resolve_method`."""

_PREFIX = "stationary:"
_BY_NAME = {name: method for method in _ALL for name in (method.name, *method.aliases)}


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
    method = METHODS.get(name)
    if method is not None:
        return method
    plain = name.strip().lower().replace("_", "-").replace(" ", "-").replace("’", "'")
    if plain.startswith(_PREFIX):
        return _stationary(plain.removeprefix(_PREFIX))
    if plain not in _BY_NAME:
        raise ValueError(_unknown(name, plain))
    return _BY_NAME[plain]


def _stationary(text: str) -> Method:
    try:
        r = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"'{_PREFIX}{text}': '{text}' is not a number from 0 to 1") from None
    if not 0 <= r <= 1:
        raise ValueError(f"'{_PREFIX}{text}': {text} is not between 0 (Adams) and 1 (D'Hondt)")
    return Method(
        f"{_PREFIX}{text}",
        f"Stationary divisor with r = {text}",
        (),
        f"rounds up from a fractional part of {text}",
        "divisor",
        Stationary(r),
    )


def _unknown(name: str, plain: str) -> str:
    close = difflib.get_close_matches(plain, _BY_NAME, n=1)
    hint = f"; did you mean '{close[0]}'?" if close else ""
    return f"unknown method '{name}'{hint} (methods: {', '.join(METHODS)}, {_PREFIX}<r>)"
