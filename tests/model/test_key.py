"""Amounts, shares and quotas (docs/model.md, sections 3, 4 and 6)."""

from __future__ import annotations

import datetime as dt
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bosetting_cli.findings import AllocationError
from bosetting_cli.model.exact import FLOATS, FRACTIONS, sums
from bosetting_cli.model.figures import measure
from bosetting_cli.model.key import amounts, powers, quotas
from small import criterion, synthetic

AS_OF = dt.date(2017, 10, 2)
SCORES = {"a": 3.0, "b": 1.0, "c": 2.0, "d": 1.0}


def amounts_of(figures, c, sizes=None, exponent=1.0, arithmetic=FLOATS):
    """Return the amounts of figures by unit, all of them eligible."""
    own = measure(synthetic({"population": {2017: figures}}), c, AS_OF)
    everyone = np.arange(len(figures))
    if sizes is not None:
        sizes = powers([Fraction(sizes[unit]) for unit in sorted(sizes)], exponent, arithmetic)
    return amounts(own, everyone, sizes, exponent, arithmetic)


@pytest.mark.parametrize(
    ("normalise", "direction", "expected"),
    [
        ("value", "higher", {"a": 3, "b": 1, "c": 2, "d": 1}),
        ("value", "lower", {"a": 1 / 3, "b": 1, "c": 1 / 2, "d": 1}),
        ("minmax", "higher", {"a": 1, "b": 0, "c": 0.5, "d": 0}),
        ("minmax", "lower", {"a": 0, "b": 1, "c": 0.5, "d": 1}),
        ("percentile", "higher", {"a": 7 / 8, "b": 2 / 8, "c": 5 / 8, "d": 2 / 8}),
        ("percentile", "lower", {"a": 1 / 8, "b": 6 / 8, "c": 3 / 8, "d": 6 / 8}),
    ],
)
def test_normalise(normalise, direction, expected):
    c = criterion(normalise=normalise, direction=direction)
    found = amounts_of(SCORES, c)
    assert dict(zip("abcd", found.normalised.tolist(), strict=True)) == expected
    exact = amounts_of(SCORES, c, arithmetic=FRACTIONS).normalised.tolist()
    assert exact == [Fraction(expected[unit]).limit_denominator(8) for unit in "abcd"]


def test_minmax_of_equal_figures_is_one_for_all():
    found = amounts_of({"a": 4.0, "b": 4.0}, criterion(normalise="minmax"))
    assert found.normalised.tolist() == [1, 1]


def test_figures_equal_by_the_formula_stay_equal_through_minmax():
    """7 of 11, and two on the national rate of 7/11: floats differ in the last place."""
    passed = {"a": 7, "b": 14, "c": None}
    took = {"a": 11, "b": 22, "c": None}
    people = dict.fromkeys("abc", 100)
    statistics = synthetic(
        {"passed": {2017: passed}, "took": {2017: took}, "population": {2017: people}}
    )
    rate = {"numerator": "passed", "denominator": "took"}
    c = criterion(indicator=rate, smoothing={"participants": 0.3}, normalise="minmax")
    import msgspec

    from bosetting_cli.rules import Criterion

    own = measure(statistics, msgspec.convert(msgspec.to_builtins(c), Criterion), AS_OF)
    everyone = np.arange(3)
    assert amounts(own, everyone, None, 1.0, FLOATS).normalised.tolist() == [1, 1, 1]


def test_a_figure_of_0_has_no_reciprocal():
    with pytest.raises(AllocationError, match="0 can't be turned round"):
        amounts_of({"a": 0.0, "b": 4.0}, criterion(direction="lower"))


def test_a_rate_is_scaled_by_size_to_the_exponent():
    found = amounts_of({"a": 0.5, "b": 0.25}, criterion(), {"a": 100, "b": 10000}, 0.5)
    assert found.values.tolist() == [5.0, 25.0]


@given(st.floats(1, 1e7), st.floats(0, 3))
def test_power_agrees_with_the_c_library(size, exponent):
    (found,) = powers([Fraction(size)], exponent, FLOATS)
    assert found == pytest.approx(math.pow(size, exponent), rel=1e-14)


def test_power_of_one_changes_nothing():
    assert powers([Fraction(1, 3)], 1.0, FRACTIONS).tolist() == [Fraction(1, 3)]


def test_a_power_is_a_decimal_of_40_digits():
    (root,) = powers([Fraction(2)], 0.5, FRACTIONS)
    assert root == Fraction("1.414213562373095048801688724209698078570")


def test_powers_of_an_indicator_that_counts_by_itself():
    figures = {"a": 4.0, "b": 9.0}
    assert amounts_of(figures, criterion(), exponent=0.5).values.tolist() == [2, 3]


numbers = st.lists(st.floats(0.001, 1e7), min_size=1, max_size=60)


@given(numbers, numbers, st.integers(1, 10**6), st.floats(0, 1))
def test_contributions_of_a_unit_add_up_exactly_in_any_order(first, second, total, weight):
    n = min(len(first), len(second))
    values = [np.array(x[:n]) for x in (first, second, second)]
    everyone = np.ones((1, n), dtype=bool)
    weights = np.array([[weight, 1 - weight, 0.3]])
    found, nothing = quotas(values, everyone, weights, np.array([total]))
    assert not nothing.any()
    for x, y, z in found[:, 0].T.tolist():
        assert (x + y) + z == (z + x) + y == x + (y + z)
        assert Fraction(x) + Fraction(y) + Fraction(z) == Fraction(x + y + z)


@given(numbers, st.integers(1, 10**6), st.floats(0, 1))
def test_a_criterion_shares_out_its_weight_in_places(values, total, weight):
    everyone = np.ones((1, len(values)), dtype=bool)
    found, _ = quotas([np.array(values)], everyone, np.array([[weight]]), np.array([total]))
    grain = math.ldexp(1.0, total.bit_length() - 50)  # each is rounded to a multiple of it
    off = len(values) * grain / 2
    assert math.fsum(found[0, 0]) == pytest.approx(weight * total, rel=1e-12, abs=off)


def test_criteria_of_which_nobody_selected_has_anything_are_told():
    values = [np.array([0.0, 0.0, 5.0]), np.array([1.0, 2.0, 3.0])]
    chosen = np.array([[True, True, False], [True, False, False], [True, False, True]])
    weights = np.tile([0.5, 0.5], (3, 1))
    found, nothing = quotas(values, chosen, weights, np.array([10, 10, 10]))
    assert nothing.tolist() == [[True, False, False], [False, False, False]]
    assert found[0, 1].tolist() == [5, 0, 0]  # the only one has all of it


def test_shares_sum_to_one_and_are_equal_where_all_amounts_are_0():
    figures, nothing = {"a": 1.0, "b": 3.0}, {"a": 0.0, "b": 0.0}
    for arithmetic in (FLOATS, FRACTIONS):
        found = amounts_of(figures, criterion(), arithmetic=arithmetic)
        assert found.shares.tolist() == [Fraction(1, 4), Fraction(3, 4)]
        found = amounts_of(nothing, criterion(), arithmetic=arithmetic)
        assert found.shares.tolist() == [Fraction(1, 2), Fraction(1, 2)]


wide = st.floats(0, 1e30, allow_subnormal=False)


@given(st.lists(st.one_of(st.floats(0, 1e6), wide), min_size=1, max_size=40), st.data())
def test_sums_are_correctly_rounded(values, data):
    mask = np.array(
        data.draw(
            st.lists(
                st.lists(st.booleans(), min_size=len(values), max_size=len(values)),
                min_size=1,
                max_size=4,
            )
        )
    )
    expected = [math.fsum(np.array(values)[own]) for own in mask]
    among = mask.astype(float)
    assert sums(np.array(values), among).tolist() == expected
    assert sums(np.tile(values, (len(mask), 1)), among).tolist() == expected
