"""Figures: pooled, smoothed and filled (docs/model.md, sections 0 and 1)."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest

from bosetting_cli.findings import AllocationError, DataError
from bosetting_cli.model.exact import FRACTIONS
from bosetting_cli.model.figures import measure
from bosetting_cli.rules import Ratio, Smoothing
from small import criterion, synthetic

AS_OF = dt.date(2017, 10, 2)
RATE = Ratio("passed", "took")


def figure_of(figures, unit, c):
    """Return the figure of a unit."""
    return measure(figures, c, AS_OF).units[figures.units.index(unit)]


def rates(passed: dict, took: dict):
    return synthetic({"passed": passed, "took": took, "population": {2017: {"a": 1, "b": 1}}})


def test_a_rate_pools_its_years_by_people_not_by_mean():
    figures = rates(
        {2015: {"a": 1, "b": 1}, 2016: {"a": 45, "b": 1}},
        {2015: {"a": 10, "b": 2}, 2016: {"a": 50, "b": 2}},
    )
    measured = measure(figures, criterion(indicator=RATE, years=(2015, 2016)), AS_OF)
    assert measured.units[figures.units.index("a")].value == 46 / 60
    assert measured.units[figures.units.index("a")].denominator == 60
    assert measured.units[figures.units.index("a")].years == (2015, 2016)
    assert measured.national == 48 / 64


def test_a_year_without_numerator_does_not_count_in_the_denominator():
    figures = rates(
        {2015: {"a": 1, "b": 1}, 2016: {"a": None, "b": 1}},
        {2015: {"a": 2, "b": 2}, 2016: {"a": 50, "b": 2}},
    )
    figure = figure_of(figures, "a", criterion(indicator=RATE, years=(2015, 2016)))
    assert (figure.value, figure.denominator, figure.years) == (0.5, 2, (2015,))


def test_predecessors_published_apart_are_pooled_where_both_figures_are_known():
    figures = rates({2016: {"a": (4, None), "b": 1}}, {2016: {"a": (8, 100), "b": 2}})
    assert figure_of(figures, "a", criterion(indicator=RATE)).value == 0.5


def test_smoothing_draws_towards_the_national_rate():
    figures = rates({2016: {"a": 4, "b": 46}}, {2016: {"a": 4, "b": 96}})
    smooth = criterion(indicator=RATE, smoothing=Smoothing(50.0))
    measured = measure(figures, smooth, AS_OF)
    assert measured.national == 0.5
    assert measured.units[figures.units.index("a")].value == pytest.approx(
        (4 + 50 * 0.5) / (4 + 50)
    )
    assert measured.units[figures.units.index("a")].raw == 1.0


def test_smoothing_gives_the_national_rate_to_a_unit_without_a_figure_and_says_so():
    figures = rates({2016: {"a": None, "b": 30}}, {2016: {"a": None, "b": 40}})
    figure = figure_of(figures, "a", criterion(indicator=RATE, smoothing=Smoothing(50.0)))
    assert (figure.value, figure.raw, figure.imputed, figure.denominator) == (0.75, None, True, 0)


def test_national_puts_the_national_figure_in_place_of_a_missing_one():
    figures = synthetic({"population": {2017: {"a": 10, "b": None, "c": 20}}})
    measured = measure(figures, criterion(missing="national"), AS_OF)
    assert measured.units[figures.units.index("b")].value == 15
    assert [u for u, f in zip(figures.units, measured.units, strict=True) if f.imputed] == ["b"]


def test_a_level_is_the_mean_of_the_years_that_have_a_figure():
    figures = synthetic({"population": {2015: {"a": 10}, 2016: {"a": None}, 2017: {"a": 30}}})
    figure = figure_of(figures, "a", criterion(years=(2015, 2016, 2017)))
    assert (figure.value, figure.years) == (20, (2015, 2017))


def test_without_years_the_newest_known_at_the_rules_date_is_taken():
    figures = synthetic({"late_x": {2016: {"a": 1, "b": 1}, 2017: {"a": 9, "b": 9}}})
    measured = measure(figures, criterion(indicator="late_x"), AS_OF)
    assert (measured.years, measured.hindsight) == ((2016,), ())


def test_a_later_year_that_is_asked_for_is_hindsight():
    figures = synthetic({"late_x": {2016: {"a": 1, "b": 1}, 2017: {"a": 9, "b": 9}}})
    measured = measure(figures, criterion(indicator="late_x", years=(2016, 2017)), AS_OF)
    assert measured.hindsight == (2017,)


def test_a_year_that_is_not_there_is_an_error_that_names_those_that_are():
    figures = synthetic({"population": {2015: {"a": 1}, 2016: {"a": 1}}})
    with pytest.raises(DataError, match="no figures for 2017") as caught:
        measure(figures, criterion(years=(2017,)), AS_OF)
    assert "2015, 2016" in str(caught.value)


def test_all_figures_later_than_the_rules_is_an_error():
    figures = synthetic({"late_x": {2019: {"a": 1}}})
    with pytest.raises(DataError, match="no figures up to 2017-10-02"):
        measure(figures, criterion(indicator="late_x"), AS_OF)


def test_the_fraction_is_of_the_figures_as_published():
    """Tenths are no binary fractions, and 1/3 is none of a decimal."""
    figures = rates({2016: {"a": 0.1, "b": 0.2}}, {2016: {"a": 0.3, "b": 0.7}})
    plain, smooth = criterion(indicator=RATE), criterion(indicator=RATE, smoothing=Smoothing(0.1))
    assert measure(figures, plain, AS_OF).values(FRACTIONS)[0] == Fraction(1, 3)
    national = Fraction(3, 10)
    expected = (Fraction(1, 10) + Fraction(1, 10) * national) / (Fraction(3, 10) + Fraction(1, 10))
    assert measure(figures, smooth, AS_OF).values(FRACTIONS)[0] == expected


def test_a_county_pools_what_both_parts_of_a_rate_are_known_of():
    figures = rates({2016: {"a": 41.5, "b": None}}, {2016: {"a": 83, "b": 7}})
    together = measure(figures, criterion(indicator=RATE), AS_OF, (("a", "b"),))
    assert (together.units[0].value, together.units[0].denominator) == (0.5, 83)


def test_a_county_has_no_figure_of_a_column_that_is_no_count():
    figures = synthetic({"price": {2017: {"a": 1.5, "b": 2.5}}})
    with pytest.raises(AllocationError, match="`price` is no count"):
        measure(figures, criterion(indicator="price"), AS_OF, (("a", "b"),))
