"""A batch is its rows, one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from apportionment_oracle import ALL_METHODS, DIVISOR_METHODS, NO_LIMIT, by_divisor

from bosetting_cli.apportionment import apportion, apportion_batch

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
    [
        {},
        {"minimums": 3},
        {"minimums": LOW, "maximums": 4 * LOW + 40},
    ],
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
