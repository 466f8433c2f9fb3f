"""What a result says about itself."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from bosetting_cli.apportionment import METHODS, SquareRoot, apportion, binding, verify

SHARES = [5.0, 3.0, 1.0]  # 9 places: 5, 3, 1


def test_the_interval_of_divisors() -> None:
    """Next quotients 5/5.5, 3/3.5, 1/1.5; last ones 5/4.5, 3/2.5, 1/0.5."""
    assert apportion(SHARES, 9).divisors == (Fraction(10, 11), Fraction(10, 9))


def test_the_interval_by_huntington_hill_is_of_square_roots() -> None:
    """Next 25/30, 9/12, 1/2; last 25/20, 9/6 and, for the first place, infinity."""
    result = apportion(SHARES, 9, method="hill")
    assert result.divisors == (SquareRoot(Fraction(5, 6)), SquareRoot(Fraction(5, 4)))
    assert float(SquareRoot(Fraction(5, 4))) == pytest.approx(math.sqrt(1.25), rel=1e-15)


def test_the_divisor_has_few_digits() -> None:
    assert apportion(SHARES, 9).divisor == 1.0
    assert apportion([2.6e6, 1.4e6, 0.9e6], 49).divisor == 1e5


def test_the_divisor_of_a_tie_is_the_claim_that_was_tied() -> None:
    result = apportion([1, 1], 1)
    assert result.divisors == (2, 2)
    assert result.divisor == 2
    result = apportion([2.0, 2.0], 3, method="hill")
    assert result.divisor == SquareRoot(Fraction(2))
    verify([2.0, 2.0], [2, 1], 3, method="hill", divisor=result.divisor)


def test_without_a_unit_above_its_minimum_any_larger_divisor_will_do() -> None:
    result = apportion(SHARES, 6, minimums=2)
    assert result.divisors == (2, math.inf)
    verify(SHARES, result.seats, 6, method=result.method, divisor=result.divisor, minimums=2)


def test_without_a_unit_below_its_maximum_any_smaller_divisor_will_do() -> None:
    result = apportion(SHARES, 6, maximums=2)
    assert result.divisors == (0, Fraction(2, 3))
    verify(SHARES, result.seats, 6, method=result.method, divisor=result.divisor, maximums=2)


@pytest.mark.parametrize(
    ("minimums", "maximums", "fewer", "more"),
    [
        # 8 has 4 by its own share as long as the divisor is below 8/3.5, and 16/9 is the least
        ([4, 2], [None, None], [False, True], [False, False]),
        ([None, None], [3, 2], [False, False], [True, False]),  # at most 2/3: 8/(2/3) is 12
        ([4, 1], [4, 1], [False, False], [False, False]),  # rounding alone gives 4 and 1
        ([2, 3], [2, 3], [False, True], [True, False]),
    ],
)
def test_where_all_are_at_a_bound_only_those_bind_that_rounding_alone_would_not_give(
    minimums: list[int | None], maximums: list[int | None], fewer: list[bool], more: list[bool]
) -> None:
    house = sum(number or 0 for number in (minimums if minimums[0] else maximums))
    result = apportion([8, 1], house, minimums=minimums, maximums=maximums)
    assert binding(result, [8, 1], [n or 0 for n in minimums], maximums) == (fewer, more)


@pytest.mark.parametrize("method", [name for name, own in METHODS.items() if own.signposts])
def test_minimums_and_maximums_at_what_rounding_alone_gives_do_not_bind(method: str) -> None:
    """Nor in a tie: of 2, 2 and 2 the first gets the odd place of 7."""
    for shares, house in (([5.0, 3.0, 1.0, 0.5], 13), ([2.0, 2.0, 2.0], 7)):
        none = [False] * len(shares)
        numbers = apportion(shares, house, method=method).seats.tolist()
        for bounds in ((numbers, [None] * len(shares)), (numbers, numbers)):
            low, high = bounds
            result = apportion(shares, house, method=method, minimums=low, maximums=high)
            assert binding(result, shares, low, high) == (none, none)
            verify(
                shares,
                result.seats,
                house,
                method=method,
                divisor=result.divisor,
                minimums=low,
                maximums=high,
            )


@pytest.mark.parametrize("method", ["adams", "dean", "huntington-hill"])
def test_too_few_first_places_go_to_the_largest_shares(method: str) -> None:
    result = apportion([2.0, 3.0, 0.0, 3.0, 1.0, 3.0], 2, method=method)
    assert result.seats.tolist() == [0, 1, 0, 1, 0, 0]
    assert result.divisors == (math.inf, math.inf)
    assert result.ties == (((1, 3), (5,)),)
    assert [result.gains_at(unit) for unit in range(6)] == [4, 6, None, 7, 5, 3]
    assert [result.loses_at(unit) for unit in range(6)] == [None, 0, None, 1, None, None]


def test_the_quota_stands_for_the_divisor_of_largest_remainders() -> None:
    result = apportion([10, 20, 70], 10, method="hamilton")
    assert result.divisors is None
    assert result.divisor == 10
    assert apportion([10, 20, 70], 0, method="hamilton").divisor == math.inf


def test_the_quota_is_taken_anew_over_units_above_their_minimum() -> None:
    """Quotas by 100/10 are 1, 2, 7; with 3 for the second, 80 share 7 places."""
    result = apportion([10, 20, 70], 10, method="hamilton", minimums=[0, 3, 0])
    assert result.divisor == Fraction(80, 7)
    assert result.seats.tolist() == [1, 3, 6]


def test_a_tie_of_remainders() -> None:
    result = apportion([3, 3, 3, 1], 5, method="hamilton")  # quotas 1.5, 1.5, 1.5, 0.5
    assert result.seats.tolist() == [2, 2, 1, 0]
    assert result.ties == (((0, 1), (2, 3)),)


def test_gains_and_losses_at_a_bound_are_none() -> None:
    result = apportion(SHARES, 6, minimums=[0, 0, 1], maximums=[3, None, None])
    assert result.seats.tolist() == [3, 2, 1]
    assert result.gains_at(0) is None
    assert result.loses_at(2) is None


def test_units_count_from_the_end_like_a_list() -> None:
    result = apportion(SHARES, 9)
    assert result.gains_at(-1) == result.gains_at(2)
    with pytest.raises(IndexError, match="no unit 3 among 3"):
        result.gains_at(3)


def test_a_gain_far_beyond_counting() -> None:
    """1e-300 gets its first place once 1e300 has had all places k < 1e600/2: 5e599 of them."""
    gain = apportion([1e300, 1e-300], 5).gains_at(1)
    quotient = Fraction(1e300) / (2 * Fraction(1e-300))
    assert gain is not None
    assert abs(gain - quotient) <= 2


def test_seats_are_read_only_whole_numbers() -> None:
    seats = apportion(SHARES, 9).seats
    assert seats.dtype == np.int64
    with pytest.raises(ValueError, match="read-only"):
        seats[0] = 1


def test_the_result_shows_its_seats() -> None:
    assert repr(apportion(SHARES, 9)) == (
        "Apportionment(sainte-lague, house_size=9, seats=[5 3 1])"
    )


def test_the_shares_are_left_alone() -> None:
    shares = np.array(SHARES)
    low, high = np.array([1, 1, 1]), np.array([9, 9, 9])
    apportion(shares, 9, minimums=low, maximums=high)
    assert (shares.tolist(), low.tolist(), high.tolist()) == (SHARES, [1] * 3, [9] * 3)
