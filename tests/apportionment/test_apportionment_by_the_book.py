"""Seats, ties and certificate of thousands of small cases, against the definition."""

from __future__ import annotations

import random

import pytest
from apportionment_oracle import (
    ALL_METHODS,
    DIVISOR_METHODS,
    NO_LIMIT,
    as_maximums,
    by_divisor,
    by_divisor_and_tie,
    expected,
    places,
    random_bounds,
    random_shares,
)

from bosetting_cli.apportionment import InfeasibleError, apportion, verify

HOUSES = (0, 1, 2, 3, 5, 7, 10, 20, 40)


@pytest.mark.parametrize("method", ALL_METHODS)
def test_seats_are_those_of_the_definition(method: str) -> None:
    source, decided = random.Random(f"seats {method}"), 0
    for _ in range(400):
        shares, house = random_shares(source), source.choice(HOUSES)
        low, high = random_bounds(source, len(shares))
        book = expected(method, shares, house, low, high)
        try:
            result = apportion(
                shares, house, method=method, minimums=low, maximums=as_maximums(high)
            )
        except InfeasibleError:
            assert book is None
            continue
        assert result.seats.tolist() == book
        verify(
            shares,
            book,
            house,
            method=method,
            divisor=result.divisor,
            minimums=low,
            maximums=as_maximums(high),
        )
        decided += 1
    assert decided > 200


@pytest.mark.parametrize("method", DIVISOR_METHODS)
def test_ties_are_those_of_the_definition(method: str) -> None:
    source, found = random.Random(f"ties {method}"), 0
    for _ in range(400):
        shares = [float(source.randrange(1, 7)) for _ in range(source.randrange(1, 9))]
        house = source.randrange(25)
        low, high = random_bounds(source, len(shares))
        book = by_divisor_and_tie(method, shares, house, low, high)
        if book is None:
            continue
        result = apportion(shares, house, method=method, minimums=low, maximums=as_maximums(high))
        assert (result.seats.tolist(), tuple(map(tuple, result.ties))) == book
        found += bool(book[1])
    assert found > 30


@pytest.mark.parametrize("method", DIVISOR_METHODS)
def test_every_divisor_of_the_interval_gives_the_seats(method: str) -> None:
    source = random.Random(f"interval {method}")
    for _ in range(200):
        shares, house = random_shares(source), source.choice(HOUSES)
        low, high = random_bounds(source, len(shares))
        book = by_divisor(method, shares, house, low, high)
        if book is None:
            continue
        result = apportion(shares, house, method=method, minimums=low, maximums=as_maximums(high))
        ends = result.divisors or ()
        for divisor in {*ends, result.divisor} - {0}:
            verify(
                shares,
                book,
                house,
                method=method,
                divisor=divisor,
                minimums=low,
                maximums=as_maximums(high),
            )
        assert len(ends) == 2
        assert ends[0] <= result.divisor <= ends[1]


@pytest.mark.parametrize("method", DIVISOR_METHODS)
def test_gains_and_losses_are_where_places_come_in_order(method: str) -> None:
    source, found = random.Random(f"gains {method}"), 0
    for _ in range(60):
        shares = [source.choice([0.0, 1.0, 2.0, 2.5, 7.0]) for _ in range(source.randrange(1, 6))]
        house = source.randrange(16)
        low, high = random_bounds(source, len(shares))
        if not any(shares) or by_divisor(method, shares, house, low, high) is None:
            continue
        result = apportion(shares, house, method=method, minimums=low, maximums=as_maximums(high))
        order = [-unit for _, unit in places(method, shares, 120, low, high)]
        given, waiting = order[: house - sum(low)], order[house - sum(low) :]
        for unit in range(len(shares)):
            gain = house + 1 + waiting.index(unit) if unit in waiting else None
            loss = house - 1 - given[::-1].index(unit) if unit in given else None
            assert (result.gains_at(unit), result.loses_at(unit)) == (gain, loss)
            found += 1
        assert result.all_gains() == [result.gains_at(unit) for unit in range(len(shares))]
        assert result.all_losses() == [result.loses_at(unit) for unit in range(len(shares))]
    assert found > 60


@pytest.mark.parametrize("method", ["largest-remainder", "largest-remainder-fixed"])
def test_gains_and_losses_by_remainders(method: str) -> None:
    source = random.Random(f"remainders {method}")
    for _ in range(30):
        shares = [float(source.randrange(1, 9)) for _ in range(source.randrange(2, 6))]
        house = source.randrange(5, 16)
        low, high = [source.choice([0, 1]) for _ in shares], [NO_LIMIT] * len(shares)
        now = expected(method, shares, house, low, high)
        result = apportion(shares, house, method=method, minimums=low)
        for unit, number in enumerate(now or []):
            gain = next(
                h
                for h in range(house + 1, 200)
                if (seats := expected(method, shares, h, low, high)) and seats[unit] > number
            )
            assert result.gains_at(unit) == gain
            loss = [
                h
                for h in range(house)
                if (seats := expected(method, shares, h, low, high)) and seats[unit] < number
            ]
            assert result.loses_at(unit) == max(loss, default=None)
