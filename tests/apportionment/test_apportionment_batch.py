"""A batch is its rows, one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from apportionment_oracle import ALL_METHODS, DIVISOR_METHODS, NO_LIMIT, by_divisor

from bosetting_cli.apportionment import InfeasibleError, apportion, apportion_batch, batch_within

GENERATOR = np.random.default_rng(40)
LOW = GENERATOR.integers(0, 12, 60)


def rows(kind: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return a hundred share vectors for 60 units."""
    generator = np.random.default_rng(len(kind))
    if kind == "alike":
        return generator.lognormal(9, 1.2, 60) * generator.lognormal(0, 0.05, (100, 60))
    if kind == "unlike":
        return generator.lognormal(9, 1.2, (100, 60)) * 10.0 ** generator.integers(-9, 9, (100, 1))
    if kind == "tied":
        return generator.integers(1, 6, (100, 60)).astype(np.float64)
    if kind == "with zeros":
        return generator.integers(0, 3, (100, 60)) * generator.random((100, 60))
    return 10.0 ** generator.uniform(-300, 300, (100, 60))


KINDS = ("alike", "unlike", "tied", "with zeros", "far apart")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ALL_METHODS)
@pytest.mark.parametrize(
    "bounds",
    [{}, {"minimums": 3}, {"minimums": LOW, "maximums": 4 * LOW + 40}],
    ids=["free", "minimum", "bounds"],
)
def test_every_row_is_as_the_single_form_has_it(
    kind: str, method: str, bounds: dict[str, Any]
) -> None:
    matrix = rows(kind)[:25]
    batch = apportion_batch(matrix, 700, method=method, **bounds)
    single = [apportion(row, 700, method=method, **bounds).seats.tolist() for row in matrix]
    assert batch.tolist() == single


@pytest.mark.parametrize("method", DIVISOR_METHODS)
def test_rows_are_as_the_definition_has_them(method: str) -> None:
    matrix = rows("alike")[:8, :12]
    batch = apportion_batch(matrix, 90, method=method, minimums=2)
    for row, seats in zip(matrix.tolist(), batch.tolist(), strict=True):
        assert seats == by_divisor(method, row, 90, [2] * 12, [NO_LIMIT] * 12)


def test_a_row_whose_divisors_are_a_single_number() -> None:
    """Two of the shares are tied: no multiplier gives the right sum without the order."""
    shares = [0.7, 0.1 + 0.2, 0.1 + 0.2, 0.7, 0.2, 0.1]
    low = [0, 1, 0, 3, 1, 0]
    batch = apportion_batch(np.array([shares, shares[::-1]]), 10, minimums=low)
    for row, seats in zip((shares, shares[::-1]), batch.tolist(), strict=True):
        assert seats == by_divisor("sainte-lague", row, 10, low, [NO_LIMIT] * 6)


def test_more_rows_than_are_searched_at_a_time() -> None:
    matrix = np.random.default_rng(50).lognormal(9, 1.2, (3000, 426))
    batch = apportion_batch(matrix, 4400)
    assert (batch.sum(axis=1) == 4400).all()
    for row in range(0, 3000, 97):
        assert batch[row].tolist() == apportion(matrix[row], 4400).seats.tolist()


def test_no_rows() -> None:
    assert apportion_batch(np.empty((0, 5)), 10).shape == (0, 5)


def test_more_tied_rows_than_a_block_holds() -> None:
    """426 equal shares and 4,400 places: 10 each, and one more for each of the first 140."""
    batch = apportion_batch(np.ones((1231, 426)), 4400, minimums=1)
    assert (batch == [11] * 140 + [10] * 286).all()


def varied(seed: int) -> tuple[Any, Any, Any, Any]:
    """Return shares, houses, minimums and maximums that all differ from row to row."""
    generator = np.random.default_rng(seed)
    takes_part = generator.random((300, 40)) < 0.5
    takes_part[:, 0] = True
    shares = np.where(takes_part, generator.lognormal(9, 1.2, (300, 40)), 0.0)
    shares[::3] = np.where(takes_part[::3], generator.integers(1, 6, (100, 40)), 0)
    low = np.where(takes_part, generator.integers(0, 4, (300, 40)), 0)
    high = low + generator.integers(1, 60, (300, 40))
    room = np.where(takes_part, high, low).sum(axis=1)
    house = low.sum(axis=1) + generator.integers(0, room - low.sum(axis=1) + 1)
    return shares, house, low, high


@pytest.mark.parametrize("method", ALL_METHODS)
def test_rows_with_houses_and_bounds_of_their_own(method: str) -> None:
    shares, house, low, high = varied(70)
    batch = apportion_batch(shares, house, method=method, minimums=low, maximums=high)
    for row in range(len(shares)):
        alone = apportion(
            shares[row], house[row], method=method, minimums=low[row], maximums=high[row]
        )
        assert batch[row].tolist() == alone.seats.tolist()


@pytest.mark.parametrize("method", DIVISOR_METHODS)
def test_a_settled_row_is_the_same_whatever_the_shares_within_the_error_are(method: str) -> None:
    shares, house, low, high = varied(71)
    error, generator = 1e-4, np.random.default_rng(72)
    seats, settled = batch_within(
        shares, house, method=method, minimums=low, maximums=high, error=error
    )
    assert 20 < settled.sum() < 300
    for _ in range(5):
        off = shares * (1 + error * generator.choice([-0.999, 0.999], shares.shape))
        again = apportion_batch(off, house, method=method, minimums=low, maximums=high)
        assert (again[settled] == seats[settled]).all()


def test_claims_nearer_than_the_error_are_not_settled() -> None:
    """Of two places the second goes to 3/1.5 against 1/0.5: 3 must be above 3 by the error."""
    shares = np.array([[1.0, 3.0 * (1 + off)] for off in (0.0, 1e-10, 1e-8, -1e-8)])
    seats, settled = batch_within(shares, 2, error=1e-9)
    assert settled.tolist() == [False, False, True, True]
    assert seats[2:].tolist() == [[0, 2], [1, 1]]


def test_rows_that_cannot_be_apportioned_are_not_settled_and_nothing_is_raised() -> None:
    shares = np.array([[1.0, 2.0], [0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0], [-1.0, 2.0], [1, 2]])
    low = np.array([[0, 0]] * 5 + [[4, 4]])
    seats, settled = batch_within(shares, 7, minimums=low)
    assert settled.tolist() == [True, False, False, False, False, False]
    assert seats[0].tolist() == [2, 5]
    assert not batch_within(shares[:1], 7, maximums=[3, 3])[1].any()
    assert not batch_within(shares[:1], 7.5)[1].any()
    assert not batch_within(shares[:1], 7, method="hamilton")[1].any()
    with pytest.raises(InfeasibleError):
        apportion_batch(shares[:1], 7, maximums=3)


def test_units_without_a_share_among_very_many() -> None:
    shares = np.zeros((2, 50_000))
    shares[:, [7, 70, 41_000]] = [[5.0, 3.0, 1e-6], [1.0, 1.0, 1.0]]
    low = np.where(shares > 0, 2, 0)
    batch = apportion_batch(shares, 90, minimums=low)
    assert batch[:, [7, 70, 41_000]].tolist() == [[55, 33, 2], [30, 30, 30]]
    assert batch.sum() == 180
