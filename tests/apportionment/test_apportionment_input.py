"""Wrong arguments: what is said about them, and where."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from apportionment_oracle import ALL_METHODS

from bosetting_cli.apportionment import (
    METHODS,
    BadInputError,
    InfeasibleError,
    apportion,
    apportion_batch,
    resolve_method,
)

BAD = [
    ({"shares": [1, 2, -1]}, "share 2 is negative", "shares", 2),
    ({"shares": [1, math.nan]}, "share 1 is not a number", "shares", 1),
    ({"shares": [math.inf, 1]}, "share 0 is infinite", "shares", 0),
    ({"shares": [1, Fraction(-1, 2)]}, "share 1 is negative", "shares", 1),
    ({"shares": [1, Decimal("NaN")]}, "share 1 is not a number", "shares", 1),
    ({"shares": [1, None]}, "share 1 is None", "shares", 1),
    ({"shares": [0, 0.0]}, "all shares are zero", "shares", None),
    ({"shares": []}, "there are no shares", "shares", None),
    ({"shares": [[1, 2]]}, "one dimension, not 2", "shares", None),
    ({"shares": ["1", "2"]}, "shares must be numbers", "shares", None),
    ({"shares": [True, False]}, "shares must be numbers, not bool", "shares", None),
    ({"house_size": 3.5}, "whole number, not 3.5", "house_size", None),
    ({"house_size": "3"}, "whole number, not '3'", "house_size", None),
    ({"house_size": math.nan}, "whole number, not nan", "house_size", None),
    ({"house_size": -1}, "the house size -1 is not between", "house_size", None),
    ({"house_size": 2**52 + 1}, "not between 0 and", "house_size", None),
    ({"minimums": [0, 0.5]}, r"minimums\[1\]: 0.5 is not a whole number", "minimums", 1),
    ({"minimums": [0, -1]}, r"minimums\[1\]: -1 is negative", "minimums", 1),
    ({"minimums": [math.nan, 1]}, r"minimums\[0\]: nan is not a whole number", "minimums", 0),
    ({"minimums": [math.inf, 1]}, r"minimums\[0\]: inf is not a whole number", "minimums", 0),
    ({"minimums": -2}, "minimums: -2 is negative", "minimums", None),
    ({"minimums": 0.5}, "minimums: 0.5 is not a whole number", "minimums", None),
    ({"minimums": [1]}, "2 shares but 1 minimums", "minimums", None),
    ({"minimums": "many"}, "minimums: 'many' is not a whole number", "minimums", None),
    ({"maximums": [3, 2.5]}, r"maximums\[1\]: 2.5 is not a whole number", "maximums", 1),
    ({"maximums": [-3, None]}, r"maximums\[0\]: -3(.0)? is negative", "maximums", 0),
    ({"maximums": [1, 2, 3]}, "2 shares but 3 maximums", "maximums", None),
    (
        {"minimums": [0, 2], "maximums": [2, 1]},
        "unit 1: the minimum 2 is above the maximum 1",
        "minimums",
        1,
    ),
]


@pytest.mark.parametrize(("arguments", "message", "argument", "index"), BAD)
@pytest.mark.parametrize("method", ["sainte-lague", "largest-remainder"])
def test_bad_input_is_named_with_its_place(
    arguments: dict[str, Any], message: str, argument: str, index: int | None, method: str
) -> None:
    given = {"shares": [1.0, 2.0], "house_size": 3, "method": method, **arguments}
    with pytest.raises(BadInputError, match=message) as caught:
        apportion(**given)
    assert (caught.value.argument, caught.value.index) == (argument, index)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("method", ALL_METHODS)
def test_minimums_above_the_house_say_by_how_much(method: str) -> None:
    with pytest.raises(InfeasibleError, match="add up to 12, 2 more than the house size 10") as got:
        apportion([1, 2, 3], 10, method=method, minimums=4)
    error = got.value
    assert (error.bound, error.total, error.house_size, error.by) == ("minimums", 12, 10, 2)
    assert isinstance(error, ValueError)


@pytest.mark.parametrize("method", ALL_METHODS)
def test_maximums_below_the_house_say_by_how_much(method: str) -> None:
    with pytest.raises(InfeasibleError, match="can take 9 at most, 1 fewer than the house") as got:
        apportion([1, 2, 3], 10, method=method, maximums=3)
    error = got.value
    assert (error.bound, error.total, error.house_size, error.by) == ("maximums", 9, 10, 1)


@pytest.mark.parametrize("method", ALL_METHODS)
def test_share_0_does_not_take_what_the_others_cannot(method: str) -> None:
    with pytest.raises(InfeasibleError, match="can take 6 at most, 1 fewer") as got:
        apportion([1, 0, 2], 7, method=method, minimums=[0, 1, 0], maximums=[2, 9, 3])
    assert got.value.by == 1


@pytest.mark.parametrize("method", ALL_METHODS)
def test_bounds_that_leave_no_choice(method: str) -> None:
    result = apportion([1, 2, 0], 6, method=method, minimums=[4, 2, 0], maximums=[4, 2, 5])
    assert result.seats.tolist() == [4, 2, 0]
    assert apportion([1, 2], 6, method=method, minimums=3).seats.tolist() == [3, 3]
    assert apportion([1, 2], 6, method=method, maximums=3).seats.tolist() == [3, 3]


@pytest.mark.parametrize(
    "bounds",
    [
        {"minimums": [1, 1, 1], "maximums": [4, None, None]},
        {"minimums": (1.0, 1.0, 1.0), "maximums": (4.0, math.inf, None)},
        {"minimums": 1, "maximums": np.array([4, 50, 50])},
        {"minimums": np.int64(1), "maximums": np.array([4, None, 10**400], dtype=object)},
        {"minimums": np.array([1, 1, 1], dtype=np.int8), "maximums": [4, 10**30, 50]},
    ],
)
def test_bounds_in_any_form(bounds: dict[str, Any]) -> None:
    assert apportion([8, 3, 0.1], np.int64(10), **bounds).seats.tolist() == [4, 5, 1]
    assert apportion([8, 3, 0.1], 10.0, **bounds).seats.tolist() == [4, 5, 1]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *[(name, name) for name in METHODS],
        ("Webster", "sainte-lague"),
        ("Sainte-Laguë", "sainte-lague"),
        ("SAINTE LAGUE", "sainte-lague"),
        ("sainte_lague", "sainte-lague"),
        ("Jefferson", "dhondt"),
        ("D’Hondt", "dhondt"),
        ("d'hondt", "dhondt"),
        ("Hill", "huntington-hill"),
        ("Equal proportions", "huntington-hill"),
        ("smallest divisors", "adams"),
        ("harmonic mean", "dean"),
        ("Hamilton", "largest-remainder"),
        ("Hare", "largest-remainder"),
        ("largest-remainder-1880", "largest-remainder-fixed"),
        ("Modified Sainte-Laguë", "modified-sainte-lague"),
        ("sainte-lague 1.4", "modified-sainte-lague"),
        ("modified webster", "modified-sainte-lague"),
        (" Stationary:0.4 ", "stationary:0.4"),
    ],
)
def test_names_of_methods(text: str, name: str) -> None:
    method = resolve_method(text)
    assert method.name == name
    assert resolve_method(method) is method


def test_every_alias_leads_to_one_method() -> None:
    names = [name for method in METHODS.values() for name in (method.name, *method.aliases)]
    assert len(set(names)) == len(names)
    assert {resolve_method(name).name for name in names} == METHODS.keys()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("webstr", "unknown method 'webstr'; did you mean 'webster'"),
        ("borda", r"unknown method 'borda' \(methods: sainte-lague, dhondt, .*stationary:<r>\)"),
        ("stationary:x", "'x' is not a number from 0 to 1"),
        ("stationary:1e-999999999", "'1e-999999999' is not a number from 0 to 1"),
        ("stationary:٠.٥", "is not a number from 0 to 1"),
        ("stationary:", "'' is not a number from 0 to 1"),
        ("stationary:1/0", "'1/0' is not a number from 0 to 1"),
        ("stationary:1.1", "1.1 is not between 0"),
    ],
)
def test_unknown_methods_are_answered_with_the_known_ones(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        resolve_method(text)
    with pytest.raises(ValueError, match=message):
        apportion([1, 2], 3, method=text)


@pytest.mark.parametrize(
    ("r", "same"),
    [("0", "adams"), ("0.5", "sainte-lague"), ("1/2", "sainte-lague"), ("1", "dhondt")],
)
def test_stationary_divisors_include_three_of_the_methods(r: str, same: str) -> None:
    for house in range(40):
        ours = apportion([7, 4.5, 2, 0.3], house, method=f"stationary:{r}")
        assert ours.seats.tolist() == apportion([7, 4.5, 2, 0.3], house, method=same).seats.tolist()


def test_a_batch_names_the_row() -> None:
    with pytest.raises(BadInputError, match="row 1: share 2 is negative") as caught:
        apportion_batch(np.array([[1.0, 2.0, 3.0], [1.0, 2.0, -3.0]]), 5)
    assert caught.value.index == 2
    with pytest.raises(BadInputError, match="two dimensions, not 1"):
        apportion_batch(np.array([1.0, 2.0]), 5)
    with pytest.raises(InfeasibleError):
        apportion_batch(np.array([[1.0, 2.0], [3.0, 4.0]]), 5, minimums=3)
