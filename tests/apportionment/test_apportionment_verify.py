"""The check of a result finds what is wrong with one."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import pytest
from apportionment_oracle import ALL_METHODS, NO_LIMIT, expected, random_shares

from bosetting_cli.apportionment import SquareRoot, VerificationError, apportion, verify

SHARES = [5.0, 3.0, 1.0]


def test_the_right_seats_pass_with_any_divisor_of_the_interval() -> None:
    for divisor in (Fraction(10, 11), 1, 1.1, Fraction(10, 9)):
        verify(SHARES, [5, 3, 1], 9, method="webster", divisor=divisor)


@pytest.mark.parametrize(
    ("seats", "house", "divisor", "bounds", "message"),
    [
        ([5, 3, 1], 10, 1, {}, "add up to 9, not 10"),
        ([5, 3, 1], 9, 0.9, {}, "unit 0: 5 is not its share over 0.9"),
        ([5, 3, 1], 9, 1.12, {}, "unit 0: 5 is not its share over 1.12"),
        ([4, 4, 1], 9, 1, {}, "unit 0: 4 is not"),
        ([5, 3, 1], 9, 1, {"minimums": [0, 0, 2]}, "outside its minimum and maximum"),
        ([5, 3, 1], 9, 1, {"maximums": [None, 2, None]}, "outside its minimum and maximum"),
        ([5, 3, 1], 9, math.inf, {}, "first places only"),
        ([5, 2, 2], 9, 1, {"minimums": [0, 0, 1]}, "unit 1: 2 is not"),
    ],
)
def test_wrong_seats_are_refused(
    seats: list[int], house: int, divisor: float, bounds: dict[str, object], message: str
) -> None:
    with pytest.raises(VerificationError, match=message):
        verify(SHARES, seats, house, method="sainte-lague", divisor=divisor, **bounds)  # type: ignore[arg-type]


def test_a_tie_goes_to_the_earlier_unit() -> None:
    verify([1, 1], [1, 0], 1, method="webster", divisor=2)
    with pytest.raises(VerificationError, match="unit 0 is tied with 1 and earlier"):
        verify([1, 1], [0, 1], 1, method="webster", divisor=2)


def test_an_irrational_divisor() -> None:
    verify([2.0, 2.0], [2, 1], 3, method="hill", divisor=SquareRoot(Fraction(2)))
    with pytest.raises(VerificationError):
        verify([2.0, 2.0], [2, 1], 3, method="hill", divisor=math.sqrt(2))


def test_share_0_has_its_minimum_only() -> None:
    verify([1.0, 0.0], [3, 1], 4, method="adams", divisor=0.4, minimums=[0, 1])
    with pytest.raises(VerificationError, match="unit 1"):
        verify([1.0, 0.0], [3, 1], 4, method="adams", divisor=0.4)


def test_first_places_go_to_the_largest() -> None:
    verify([1.0, 2.0], [0, 1], 1, method="adams", divisor=math.inf)
    with pytest.raises(VerificationError, match="unit 1 goes before 0"):
        verify([1.0, 2.0], [1, 0], 1, method="adams", divisor=math.inf)


@pytest.mark.parametrize(
    ("seats", "quota", "message"),
    [
        ([1, 2, 7], Fraction(11), "11 is not the quota"),
        ([0, 3, 7], Fraction(10), "unit 0 goes before 1"),
        ([0, 2, 8], Fraction(10), "unit 0 goes before 2"),
    ],
)
@pytest.mark.parametrize("method", ["largest-remainder", "largest-remainder-fixed"])
def test_wrong_remainders_are_refused(
    seats: list[int], quota: Fraction, message: str, method: str
) -> None:
    verify([10, 20, 70], [1, 2, 7], 10, method=method, divisor=10)
    with pytest.raises(VerificationError, match=message):
        verify([10, 20, 70], seats, 10, method=method, divisor=quota)


@pytest.mark.parametrize("method", ALL_METHODS)
def test_a_place_moved_between_two_units_is_always_noticed(method: str) -> None:
    source, moved = random.Random(f"moved {method}"), 0
    for _ in range(120):
        shares = random_shares(source)
        house = source.choice([1, 2, 5, 11, 30])
        seats = expected(method, shares, house, [0] * len(shares), [NO_LIMIT] * len(shares))
        if seats is None or len(shares) < 2:
            continue
        divisor = apportion(shares, house, method=method).divisor
        verify(shares, seats, house, method=method, divisor=divisor)
        giver = source.choice([unit for unit, number in enumerate(seats) if number])
        taker = source.choice([unit for unit in range(len(seats)) if unit != giver])
        wrong = [*seats]
        wrong[giver] -= 1
        wrong[taker] += 1
        with pytest.raises(VerificationError):
            verify(shares, wrong, house, method=method, divisor=divisor)
        moved += 1
    assert moved > 60
