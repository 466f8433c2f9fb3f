"""Figures, normalisation, shares and contributions."""

from __future__ import annotations

import datetime as dt
import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bosetting_cli import criteria
from bosetting_cli.errors import AllocationError, DataError
from bosetting_cli.rules import Ratio, Smoothing
from small import criterion, synthetic

AS_OF = dt.date(2017, 10, 2)
RATE = Ratio("passed", "took")
SCORES = {"a": 3.0, "b": 1.0, "c": 2.0, "d": 1.0}


def rates(passed: dict, took: dict):
    return synthetic({"passed": passed, "took": took, "population": {2017: {"a": 1, "b": 1}}})


def test_a_rate_pools_its_years_by_people_not_by_mean():
    figures = rates(
        {2015: {"a": 1, "b": 1}, 2016: {"a": 45, "b": 1}},
        {2015: {"a": 10, "b": 2}, 2016: {"a": 50, "b": 2}},
    )
    measured = criteria.measure(figures, criterion(indicator=RATE, years=(2015, 2016)), AS_OF)
    assert measured.figures["a"].value == 46 / 60
    assert measured.figures["a"].denominator == 60
    assert measured.figures["a"].years == (2015, 2016)
    assert measured.national == 48 / 64


def test_a_year_without_numerator_does_not_count_in_the_denominator():
    figures = rates(
        {2015: {"a": 1, "b": 1}, 2016: {"a": None, "b": 1}},
        {2015: {"a": 2, "b": 2}, 2016: {"a": 50, "b": 2}},
    )
    figure = criteria.measure(
        figures, criterion(indicator=RATE, years=(2015, 2016)), AS_OF
    ).figures["a"]
    assert (figure.value, figure.denominator, figure.years) == (0.5, 2, (2015,))


def test_predecessors_published_apart_are_pooled_where_both_figures_are_known():
    figures = rates({2016: {"a": (4, None), "b": 1}}, {2016: {"a": (8, 100), "b": 2}})
    assert criteria.measure(figures, criterion(indicator=RATE), AS_OF).figures["a"].value == 0.5


def test_smoothing_draws_towards_the_national_rate():
    figures = rates({2016: {"a": 4, "b": 46}}, {2016: {"a": 4, "b": 96}})
    smooth = criterion(indicator=RATE, smoothing=Smoothing(50.0))
    measured = criteria.measure(figures, smooth, AS_OF)
    assert measured.national == 0.5
    assert measured.figures["a"].value == pytest.approx((4 + 50 * 0.5) / (4 + 50))
    assert measured.figures["a"].raw == 1.0


def test_smoothing_gives_the_national_rate_to_a_unit_without_a_figure_and_says_so():
    figures = rates({2016: {"a": None, "b": 30}}, {2016: {"a": None, "b": 40}})
    figure = criteria.measure(
        figures, criterion(indicator=RATE, smoothing=Smoothing(50.0)), AS_OF
    ).figures["a"]
    assert (figure.value, figure.raw, figure.imputed, figure.denominator) == (0.75, None, True, 0)


def test_national_puts_the_national_figure_in_place_of_a_missing_one():
    figures = synthetic({"population": {2017: {"a": 10, "b": None, "c": 20}}})
    measured = criteria.measure(figures, criterion(missing="national"), AS_OF)
    assert measured.figures["b"].value == 15
    assert [unit for unit, f in measured.figures.items() if f.imputed] == ["b"]


def test_a_level_is_the_mean_of_the_years_that_have_a_figure():
    figures = synthetic({"population": {2015: {"a": 10}, 2016: {"a": None}, 2017: {"a": 30}}})
    figure = criteria.measure(figures, criterion(years=(2015, 2016, 2017)), AS_OF).figures["a"]
    assert (figure.value, figure.years) == (20, (2015, 2017))


def test_without_years_the_newest_known_at_the_rules_date_is_taken():
    figures = synthetic({"late_x": {2016: {"a": 1, "b": 1}, 2017: {"a": 9, "b": 9}}})
    measured = criteria.measure(figures, criterion(indicator="late_x"), AS_OF)
    assert (measured.years, measured.hindsight) == ((2016,), ())


def test_a_later_year_that_is_asked_for_is_hindsight():
    figures = synthetic({"late_x": {2016: {"a": 1, "b": 1}, 2017: {"a": 9, "b": 9}}})
    measured = criteria.measure(figures, criterion(indicator="late_x", years=(2016, 2017)), AS_OF)
    assert measured.hindsight == (2017,)


def test_a_year_that_is_not_there_is_an_error_that_names_those_that_are():
    figures = synthetic({"population": {2015: {"a": 1}, 2016: {"a": 1}}})
    with pytest.raises(DataError, match="no figures for 2017") as caught:
        criteria.measure(figures, criterion(years=(2017,)), AS_OF)
    assert "2015, 2016" in str(caught.value)


def test_all_figures_later_than_the_rules_is_an_error():
    figures = synthetic({"late_x": {2019: {"a": 1}}})
    with pytest.raises(DataError, match="no figures up to 2017-10-02"):
        criteria.measure(figures, criterion(indicator="late_x"), AS_OF)


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
    assert (
        criteria.normalise(SCORES, criterion(normalise=normalise, direction=direction)) == expected
    )


def test_minmax_of_equal_figures_is_one_for_all():
    assert criteria.normalise({"a": 4.0, "b": 4.0}, criterion(normalise="minmax")) == {
        "a": 1,
        "b": 1,
    }


def test_a_figure_of_0_has_no_reciprocal():
    with pytest.raises(AllocationError, match="0 can't be turned round"):
        criteria.normalise({"a": 0.0, "b": 4.0}, criterion(direction="lower"))


def test_a_rate_is_scaled_by_size_to_the_exponent():
    amount = criteria.amounts({"a": 0.5, "b": 0.25}, {"a": 100, "b": 10000}, 0.5)
    assert amount == {"a": 5.0, "b": 25.0}


@given(st.floats(1, 1e7), st.floats(0, 3))
def test_power_agrees_with_the_c_library(size, exponent):
    assert criteria.power(size, exponent) == pytest.approx(math.pow(size, exponent), rel=1e-14)


def test_power_of_one_changes_nothing():
    assert criteria.power(666759.0, 1.0) == 666759.0


def test_shares_of_nothing_are_an_error():
    with pytest.raises(AllocationError, match="all figures are 0"):
        criteria.shares({"a": 0.0, "b": 0.0}, criterion())


amounts = st.lists(st.floats(0.001, 1e7), min_size=1, max_size=60)


@given(amounts, amounts, st.integers(1, 10**6), st.floats(0, 1))
def test_contributions_of_a_unit_add_up_exactly_in_any_order(first, second, total, weight):
    n = min(len(first), len(second))
    parts = []
    for values, part in ((first[:n], weight), (second[:n], 1 - weight), (second[:n], 0.3)):
        share = criteria.shares({str(i): v for i, v in enumerate(values)}, criterion())
        parts.append(criteria.contributions(share, part, total))
    for unit in parts[0]:
        x, y, z = (p[unit] for p in parts)
        assert (x + y) + z == (z + x) + y == x + (y + z)
        assert Fraction(x) + Fraction(y) + Fraction(z) == Fraction(x + y + z)


@given(amounts, st.integers(1, 10**6), st.floats(0, 1))
def test_a_criterion_shares_out_its_weight_in_places(values, total, weight):
    share = criteria.shares({str(i): v for i, v in enumerate(values)}, criterion())
    places = criteria.contributions(share, weight, total)
    assert math.fsum(places.values()) == pytest.approx(weight * total, rel=1e-12, abs=1e-9)
