"""Comparisons that floating point would get wrong, and shares at the ends of its range."""

from __future__ import annotations

import math
import random
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from apportionment_oracle import (
    ALL_METHODS,
    DIVISOR_METHODS,
    NO_LIMIT,
    REMAINDER_METHODS,
    by_divisor,
    by_fixed_quota,
    by_renewed_quota,
    expected,
)

from bosetting_cli.apportionment import apportion, verify


def no_bounds(shares: list[float]) -> tuple[list[int], list[int]]:
    return [0] * len(shares), [NO_LIMIT] * len(shares)


@pytest.mark.parametrize("method", ALL_METHODS)
def test_neighbouring_floats_are_not_tied(method: str) -> None:
    smaller = 0.1
    larger = math.nextafter(smaller, 1)
    for shares in ([smaller, larger], [larger, smaller]):
        result = apportion(shares, 7, method=method)
        assert result.seats.tolist() == [4 if share == larger else 3 for share in shares]
        assert result.ties == ()


@pytest.mark.parametrize("method", DIVISOR_METHODS)
def test_products_that_round_to_the_same_float_are_told_apart(method: str) -> None:
    """x/d(a) against y/d(b) with x/y one unit in the last place off the ratio of signposts."""
    for more in range(1, 40, 3):
        for less in range(1, 40, 7):
            base = [float(2 * more + 1) / 3, float(2 * less + 1) / 3]
            for shares in (
                base,
                [math.nextafter(base[0], 0), base[1]],
                [math.nextafter(base[0], math.inf), base[1]],
                [base[0], math.nextafter(base[1], math.inf)],
            ):
                house = more + less + 1
                assert apportion(shares, house, method=method).seats.tolist() == by_divisor(
                    method, shares, house, *no_bounds(shares)
                )


def test_a_tie_by_exact_arithmetic_is_found() -> None:
    """0.3/1.5 = 0.1/0.5, but the float 0.3 is less than three times the float 0.1."""
    assert apportion([0.1, 0.3], 2).ties == ()
    assert apportion([Fraction(1, 10), Fraction(3, 10)], 2).ties == (((0,), (1,)),)
    assert apportion([Decimal("0.1"), Decimal("0.3")], 2).ties == (((0,), (1,)),)
    assert apportion([1.0, 3.0], 2).seats.tolist() == [1, 1]


@pytest.mark.parametrize("method", ALL_METHODS)
def test_whole_numbers_beyond_float64_are_told_apart(method: str) -> None:
    large = 10**400
    assert apportion([large, large + 1], 1, method=method).seats.tolist() == [0, 1]
    assert apportion([large, large], 1, method=method).ties == (((0,), (1,)),)
    assert apportion([2**53, 2**53 + 1], 3, method=method).seats.tolist() == [1, 2]


@pytest.mark.parametrize("method", ALL_METHODS)
@pytest.mark.parametrize(
    "shares",
    [
        [5e-324, 5e-324, 1e-323],
        [5e-324, 1.0, 1e308],
        [1.7e308, 1.7e308, 1.6e308],
        [1e-12, 1e12, 1.0, 1e-12],
        [2.2250738585072014e-308, 2.225073858507201e-308, 4.4e-308],
        [1e-300, 3e-300, 0.0, 1e300],
    ],
)
def test_the_ends_of_the_range(method: str, shares: list[float]) -> None:
    for house in (0, 1, 2, 3, 4, 5, 11, 30):
        low, high = no_bounds(shares)
        result = apportion(shares, house, method=method)
        assert result.seats.tolist() == expected(method, shares, house, low, high)
        verify(shares, result.seats, house, method=method, divisor=result.divisor)


@pytest.mark.parametrize("method", ["adams", "dean", "huntington-hill"])
def test_a_share_that_vanishes_as_a_float_is_still_owed_a_first_place(method: str) -> None:
    shares = [Fraction(10) ** 400, Fraction(1), Fraction(1, 10**400)]
    assert apportion(shares, 7, method=method).seats.tolist() == [5, 1, 1]
    assert apportion(shares, 2, method=method).seats.tolist() == [1, 1, 0]


@pytest.mark.parametrize("method", ALL_METHODS)
def test_places_pass_down_to_shares_that_vanish_beside_the_first(method: str) -> None:
    shares, low, high = [1e308, 1e-300, 3e-300, 5e-324], [0, 0, 0, 0], [2, NO_LIMIT, 4, NO_LIMIT]
    for house in (3, 6, 10, 17):
        result = apportion(shares, house, method=method, maximums=[2, None, 4, None])
        assert result.seats.tolist() == expected(method, shares, house, low, high)


@pytest.mark.parametrize("method", DIVISOR_METHODS)
@pytest.mark.parametrize("house", [10**6, 2**46 + 1, 2**52])
def test_large_houses_are_verified_exactly(method: str, house: int) -> None:
    shares = [0.1, 0.2, 0.3, 0.1 + 0.2, 1e-9]
    result = apportion(shares, house, method=method)
    assert int(result.seats.sum()) == house
    verify(shares, result.seats, house, method=method, divisor=result.divisor)


@pytest.mark.parametrize("method", ALL_METHODS)
def test_a_hundred_thousand_tied_units(method: str) -> None:
    size, house = 100_000, 250_007
    result = apportion(np.full(size, 0.1), house, method=method)
    assert result.seats[:50_007].tolist() == [3] * 50_007
    assert result.seats[50_007:].tolist() == [2] * 49_993
    (tie,) = result.ties
    assert (len(tie.winners), len(tie.losers)) == (50_007, 49_993)


def test_a_sum_that_floats_round_away() -> None:
    """1e16 + 1 + … + 1: the exact sum decides the quota, and so the last remainder."""
    shares = [1e16, *[1.0] * 7, 2.0]
    for house in (10, 4 * 10**15):
        result = apportion(shares, house, method="hamilton")
        quotas = [Fraction(share) * house / (10**16 + 9) for share in shares]
        rest = house - sum(map(math.floor, quotas))
        order = sorted(range(9), key=lambda i: (math.floor(quotas[i]) - quotas[i], i))
        assert result.seats.tolist() == [
            math.floor(quota) + (unit in order[:rest]) for unit, quota in enumerate(quotas)
        ]


@pytest.mark.parametrize("method", ["sainte-lague", "huntington-hill"])
def test_sorted_or_not_and_any_number_type(method: str) -> None:
    numbers = [7, 3, 12, 5]
    first = apportion(numbers, 11, method=method).seats.tolist()
    assert first == by_divisor(method, numbers, 11, *no_bounds(numbers))
    for shares in (
        np.array(numbers, dtype=np.int32),
        np.array(numbers, dtype=np.float32),
        np.array(numbers, dtype=np.uint64),
        [Fraction(number, 7) for number in numbers],
        [Decimal(number) for number in numbers],
        np.repeat(np.array(numbers, dtype=np.float64), 2)[::2],
    ):
        assert apportion(shares, 11, method=method).seats.tolist() == first


def test_a_quota_within_a_rounding_error_of_a_bound() -> None:
    """0.3 × 3/(0.7 + 0.2) is 1 but for the rounding of the shares, and 1 is the minimum."""
    shares, low, high = [0.7, 0.1, 0.3, 0.2, 0.3], [2, 2, 1, 0, 1], [3, 4, NO_LIMIT, 1, 3]
    result = apportion(
        shares, 7, method="largest-remainder", minimums=low, maximums=[3, 4, None, 1, 3]
    )
    assert result.seats.tolist() == by_renewed_quota(shares, 7, low, high)


@pytest.mark.parametrize("method", REMAINDER_METHODS)
def test_large_houses_by_remainders(method: str) -> None:
    source = random.Random(f"large {method}")
    for _ in range(60):
        shares = [source.random() for _ in range(source.randrange(1, 30))]
        house = source.choice([2**52, 2**52 - 5, 2**46 + 3, 10**12 + 1])
        low, high = no_bounds(shares)
        result = apportion(shares, house, method=method)
        assert result.seats.tolist() == expected(method, shares, house, low, [2**60] * len(high))


def test_minimums_that_take_more_than_the_remainders_leave() -> None:
    """426 units, minimum 10: by the original quotas, the large ones give back place by place."""
    shares = np.random.default_rng(60).lognormal(9, 1.2, 426).tolist()
    result = apportion(shares, 4400, method="largest-remainder-fixed", minimums=10)
    low, high = [10] * 426, [NO_LIMIT] * 426
    assert result.seats.tolist() == by_fixed_quota(shares, 4400, low, high)
    verify(shares, result.seats, 4400, method=result.method, divisor=result.divisor, minimums=10)
