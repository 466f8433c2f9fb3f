"""What must hold for any shares, bounds and house size (Balinski and Young, 1982)."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import pytest
from apportionment_oracle import ALL_METHODS, DIVISOR_METHODS, REMAINDER_METHODS
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bosetting_cli.apportionment import apportion, apportion_batch

shares_of = st.lists(
    st.one_of(
        st.integers(0, 12).map(float),
        st.floats(1e-12, 1e12),
        st.floats(0, 1e308, allow_subnormal=True),
    ),
    min_size=1,
    max_size=12,
).filter(any)
whole_shares = st.lists(st.integers(1, 10**6).map(float), min_size=1, max_size=12)
methods = st.sampled_from(ALL_METHODS)
divisor_methods = st.sampled_from(DIVISOR_METHODS)
houses = st.integers(0, 300)
check = settings(deadline=None, max_examples=60)


def seats(shares: list[float], house: int, method: str, **bounds: object) -> list[int]:
    return apportion(shares, house, method=method, **bounds).seats.tolist()  # type: ignore[arg-type]


@st.composite
def bounded(draw: st.DrawFn) -> tuple[list[float], int, list[int], list[int]]:
    """Draw shares, a house and bounds that allow it."""
    shares = draw(whole_shares)
    low = draw(st.lists(st.integers(0, 6), min_size=len(shares), max_size=len(shares)))
    room = draw(st.lists(st.integers(0, 9), min_size=len(shares), max_size=len(shares)))
    high = [a + b for a, b in zip(low, room, strict=True)]
    return shares, draw(st.integers(sum(low), sum(high))), low, high


@check
@given(shares_of, houses, methods)
def test_seats_sum_to_the_house(shares: list[float], house: int, method: str) -> None:
    numbers = seats(shares, house, method)
    assert sum(numbers) == house
    assert min(numbers) >= 0


@check
@given(bounded(), methods)
def test_bounds_are_kept(case: tuple[list[float], int, list[int], list[int]], method: str) -> None:
    shares, house, low, high = case
    numbers = seats(shares, house, method, minimums=low, maximums=high)
    assert sum(numbers) == house
    assert all(a <= n <= b for a, n, b in zip(low, numbers, high, strict=True))


@check
@given(shares_of, houses, st.sampled_from(REMAINDER_METHODS))
def test_largest_remainders_stay_within_the_quota(
    shares: list[float], house: int, method: str
) -> None:
    total = sum(map(Fraction, shares))
    for share, number in zip(shares, seats(shares, house, method), strict=True):
        quota = Fraction(share) * house / total
        assert math.floor(quota) <= number <= math.ceil(quota)


@check
@given(bounded(), divisor_methods)
@example(([3.0, 3.0, 1.0], 2, [0, 0, 0], [9, 9, 9]), "sainte-lague")
def test_nobody_loses_when_the_house_grows(
    case: tuple[list[float], int, list[int], list[int]], method: str
) -> None:
    shares, house, low, high = case
    assume(house < sum(high))
    before = seats(shares, house, method, minimums=low, maximums=high)
    after = seats(shares, house + 1, method, minimums=low, maximums=high)
    assert sorted(b - a for a, b in zip(before, after, strict=True)) == [0] * (len(shares) - 1) + [
        1
    ]


@check
@given(bounded(), divisor_methods, st.data())
def test_whoever_grows_loses_nothing_to_one_that_does_not(
    case: tuple[list[float], int, list[int], list[int]], method: str, data: st.DataObject
) -> None:
    """Population monotone: with one share raised, only that unit can have more."""
    shares, house, low, high = case
    unit = data.draw(st.integers(0, len(shares) - 1))
    raised = [*shares]
    raised[unit] += data.draw(st.integers(1, 10**5))
    before = seats(shares, house, method, minimums=low, maximums=high)
    after = seats(raised, house, method, minimums=low, maximums=high)
    assert after[unit] >= before[unit]
    assert all(b <= a for i, (a, b) in enumerate(zip(before, after, strict=True)) if i != unit)


@check
@given(bounded(), methods, st.randoms(use_true_random=False))
def test_order_matters_for_ties_only(
    case: tuple[list[float], int, list[int], list[int]], method: str, source: object
) -> None:
    shares, house, low, high = case
    assume(len(set(shares)) == len(shares))
    order = list(range(len(shares)))
    source.shuffle(order)  # type: ignore[attr-defined]
    result = apportion(shares, house, method=method, minimums=low, maximums=high)
    shuffled = apportion(
        [shares[i] for i in order],
        house,
        method=method,
        minimums=[low[i] for i in order],
        maximums=[high[i] for i in order],
    )
    assume(not result.ties)
    assert shuffled.seats.tolist() == [result.seats[i] for i in order]


@check
@given(bounded(), methods, st.integers(-900, 900))
def test_scale_changes_nothing(
    case: tuple[list[float], int, list[int], list[int]], method: str, power: int
) -> None:
    """Powers of two scale a float exactly, here from 2**-900 to 2**920."""
    shares, house, low, high = case
    scaled = [math.ldexp(share, power) for share in shares]
    bounds = {"minimums": low, "maximums": high}
    assert seats(scaled, house, method, **bounds) == seats(shares, house, method, **bounds)


@check
@given(whole_shares, houses, methods, st.integers(1, 10**30))
def test_scale_changes_nothing_for_whole_numbers_of_any_size(
    shares: list[float], house: int, method: str, factor: int
) -> None:
    large = [int(share) * factor for share in shares]
    assert seats(large, house, method) == seats(shares, house, method)  # type: ignore[arg-type]


@check
@given(bounded(), methods, st.data())
def test_a_unit_with_share_0_changes_nothing(
    case: tuple[list[float], int, list[int], list[int]], method: str, data: st.DataObject
) -> None:
    shares, house, low, high = case
    at = data.draw(st.integers(0, len(shares)))
    numbers = seats(shares, house, method, minimums=low, maximums=high)
    wider = seats(
        [*shares[:at], 0.0, *shares[at:]],
        house,
        method,
        minimums=[*low[:at], 0, *low[at:]],
        maximums=[*high[:at], 9, *high[at:]],
    )
    assert wider == [*numbers[:at], 0, *numbers[at:]]


@check
@given(shares_of, houses, methods)
def test_equal_units_differ_by_one_at_most_earlier_ones_first(
    shares: list[float], house: int, method: str
) -> None:
    twice = [*shares, *shares]
    numbers = seats(twice, house, method)
    for first, second in zip(numbers[: len(shares)], numbers[len(shares) :], strict=True):
        assert 0 <= first - second <= 1


@check
@given(shares_of, houses, methods)
def test_a_larger_share_never_has_fewer_seats(shares: list[float], house: int, method: str) -> None:
    ranked = sorted(zip(shares, seats(shares, house, method), strict=True), reverse=True)
    for (larger, more), (smaller, fewer) in itertools.pairwise(ranked):
        assert more >= fewer or larger == smaller


@check
@given(bounded(), divisor_methods)
def test_the_certificate_says_at_which_house_a_unit_gains(
    case: tuple[list[float], int, list[int], list[int]], method: str
) -> None:
    shares, house, low, high = case
    result = apportion(shares, house, method=method, minimums=low, maximums=high)
    for unit, number in enumerate(result.seats.tolist()):
        gain, loss = result.gains_at(unit), result.loses_at(unit)
        if gain is None:
            assert number == high[unit]
        else:
            assert seats(shares, gain, method, minimums=low, maximums=high)[unit] == number + 1
            assert seats(shares, gain - 1, method, minimums=low, maximums=high)[unit] == number
        if loss is None:
            assert number == low[unit]
        else:
            assert seats(shares, loss, method, minimums=low, maximums=high)[unit] == number - 1
            assert seats(shares, loss + 1, method, minimums=low, maximums=high)[unit] == number


@check
@given(st.lists(bounded(), min_size=1, max_size=1), methods, st.data())
def test_a_batch_equals_its_rows(
    cases: list[tuple[list[float], int, list[int], list[int]]], method: str, data: st.DataObject
) -> None:
    shares, house, low, high = cases[0]
    share = st.one_of(st.sampled_from(shares), st.floats(1e-9, 1e9))
    rows = data.draw(
        st.lists(
            st.lists(share, min_size=len(shares), max_size=len(shares)), min_size=1, max_size=6
        )
    )
    batch = apportion_batch(rows, house, method=method, minimums=low, maximums=high)  # type: ignore[arg-type]
    assert batch.tolist() == [
        seats(row, house, method, minimums=low, maximums=high) for row in rows
    ]


@pytest.mark.parametrize("method", ALL_METHODS)
def test_one_unit_gets_all(method: str) -> None:
    assert seats([0.3], 17, method) == [17]


@pytest.mark.parametrize("method", ALL_METHODS)
def test_house_0_gives_nobody_anything(method: str) -> None:
    assert seats([0.3, 0.0, 5e-324], 0, method) == [0, 0, 0]
