"""Who may be asked, ranking and the cut (docs/model.md, sections 2, 5 and 10)."""

from __future__ import annotations

import datetime as dt
import itertools
from fractions import Fraction

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bosetting_cli.findings import AllocationError
from bosetting_cli.model.exact import first, order
from bosetting_cli.model.figures import meets
from bosetting_cli.result import allocate
from bosetting_cli.rules import Condition
from bosetting_cli.rules.variations import no_room
from bosetting_cli.statistics import Written
from small import criterion, rules_for, synthetic

AS_OF = dt.date(2017, 10, 2)
SIZES = {"a": 40, "b": 30, "c": 20, "d": 10}
FYLKER = {"a": "north", "b": "north", "c": "south", "d": "west"}


def chosen(count, sizes=SIZES, **select):
    """Return who of a, b, c and d is selected by size, and the ties that are said."""
    rules = rules_for([criterion()], 100, select={"count": count, **select})
    found = allocate(synthetic({"population": {2017: sizes}}, FYLKER), rules)
    said = [note.text for note in found.notes if note.kind == "tie"]
    return "".join(sorted(row.kommunenummer for row in found.selected)), said


def test_any_year_is_enough_unless_all_are_asked_for():
    figures = synthetic(
        {"settled": {2015: {"a": 5, "b": 0, "c": None}, 2016: {"a": 0, "b": 0, "c": 3}}}
    )
    rule = Condition("settled", (2015, 2016))
    assert meets(figures, rule, AS_OF).met.tolist() == [True, False, True]
    strict = Condition("settled", (2015, 2016), within="all")
    assert not meets(figures, strict, AS_OF).met.any()


def test_a_limit_is_met_by_the_decimals_as_written():
    """0.1 + 0.2 is 0.30000000000000004 in floats, and 0.7 + 0.1 is below 0.8."""
    figures = synthetic({"x": {2017: {"a": (0.1, 0.2), "b": (0.7, 0.1)}}})
    assert meets(figures, Condition("x", at_least=0.3), AS_OF).met.tolist() == [True, True]
    assert meets(figures, Condition("x", at_least=0.8), AS_OF).met.tolist() == [False, True]
    nearly = Written(Fraction(3, 10) - Fraction(1, 10**30))
    figures = synthetic({"x": {2017: {"a": (nearly,), "b": (0.3,)}}})
    assert meets(figures, Condition("x", at_least=0.3), AS_OF).met.tolist() == [False, True]


def test_the_first_reason_that_holds_is_given():
    figures = synthetic({"population": {2017: {"0101": 9000, "0104": 400, "0105": 300}}})
    rule = {"indicator": "population", "at_least": 5000, "name": "at least 5,000 inhabitants"}
    rules = rules_for([criterion()], 10, eligible=[rule], exclude=["0105"])
    reasons = {row.kommunenummer: row.reason for row in allocate(figures, rules).rows}
    assert reasons == {
        "0101": "",
        "0104": "not met: at least 5,000 inhabitants",
        "0105": "excluded by name",
    }


def test_equal_keys_go_to_the_tie_break():
    keys, tie = np.array([0.5, 0.5, 0.5, 0.1]), np.array([2, 1, 0, 3])
    exact = np.array([Fraction(key) for key in keys.tolist()])
    places, equal = order(keys, exact.__getitem__, tie)
    assert places.tolist() == [2, 1, 0, 3]
    assert equal.tolist() == [False, True, True, False]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-2, 2)), min_size=1, max_size=12))
def test_order_is_that_of_the_fractions_where_floats_are_noise(pairs):
    """Values k / 3 that differ by 1e-12 at the most, in floats that say something else."""
    exact = np.array([Fraction(k, 3) + Fraction(e, 10**12) for k, e in pairs])
    noise = np.array([k / 3 * (1 + 1e-13 * i) for i, (k, _) in enumerate(pairs)])
    places, equal = order(noise, exact.__getitem__, np.arange(len(exact)))
    expected = sorted(range(len(exact)), key=lambda i: (-exact[i], i))
    assert places.tolist() == expected
    assert equal[1:].tolist() == [exact[a] == exact[b] for a, b in itertools.pairwise(expected)]
    take = len(exact) // 2
    units, nobody = np.arange(len(exact)), np.zeros((1, len(exact)), dtype=bool)
    own, ties = first(
        noise[np.newaxis], units, np.array([take]), lambda _, some: exact[some], units, nobody
    )
    assert set(np.flatnonzero(own[0])) == set(expected[:take])
    assert bool(ties) == (take > 0 and exact[expected[take - 1]] == exact[expected[take]])


def test_a_limit_per_1000_is_cut_off_exactly():
    """0.58 · 50,000 / 1,000 is 28.999999999999996 in floats."""
    figures = synthetic({"population": {2017: {"a": 50_000, "b": 49_137, "c": 90_000}}})
    found = allocate(figures, rules_for([criterion()], 60, maximum={"per_1000": 0.58}))
    assert [found.row(unit).maximum for unit in "abc"] == [29, 28, 52]


@pytest.mark.parametrize(
    ("eligible", "select", "expected"),
    [
        (410, {"share": 0.5}, 205),
        (411, {"share": 0.5}, 205),
        (10, {"share": 0.3}, 3),
        (10, {"share": 0.7}, 7),
        (1, {"share": 0.5}, 1),
        (10, {"count": 4}, 4),
        (10, {"count": 10}, 10),
        (10, {}, 10),
    ],
)
def test_a_share_of_the_eligible_is_cut_off(eligible, select, expected):
    sizes = {f"{place:04}": 1000 + place for place in range(eligible)}
    figures = synthetic({"population": {2017: sizes}})
    found = allocate(figures, rules_for([criterion()], 1000, select=select))
    assert len(found.selected) == expected


def test_a_county_with_fewer_than_the_count_has_all_selected():
    counties = {"totals": {"north": 5, "south": 5, "west": 5}}
    rules = rules_for([criterion()], 15, counties=counties, select={"count": 2})
    found = allocate(synthetic({"population": {2017: SIZES}}, FYLKER), rules)
    assert [len(group.units) for group in found.groups] == [2, 1, 1]


def test_the_first_are_selected():
    assert chosen(2) == ("ab", [])


def test_inclusion_by_name_takes_a_place():
    assert chosen(2, include=["Town d"]) == ("ad", [])


def test_each_fylke_can_have_its_first_selected():
    assert chosen(3, per_county=1) == ("acd", [])


def test_a_tie_at_the_cut_is_reported():
    found, said = chosen(2, {"a": 40, "b": 30, "c": 30, "d": 1})
    assert found == "ab"
    (text,) = said
    assert "Town b asked, Town c not" in text


def test_a_tie_for_the_first_of_a_fylke_is_reported():
    found, said = chosen(1, {"a": 30, "b": 30, "c": 30, "d": 1}, per_county=1)
    assert found == "acd"
    (text,) = said
    assert "north" in text
    assert "Town a asked, Town b not" in text


def test_the_larger_of_two_equal_composites_is_asked_and_the_tie_said():
    """0.75 · 230/840 + 0.25 · 490/780 = 0.75 · 370/840 + 0.25 · 100/780 = 1583/4368."""
    people, homes = {"a": 230, "b": 240, "c": 370}, {"a": 490, "b": 190, "c": 100}
    figures = synthetic({"population": {2017: people}, "homes": {2017: homes}})
    own = [criterion(weight=0.75), criterion(name="homes", indicator="homes", weight=0.25)]
    found = allocate(figures, rules_for(own, 10, select={"count": 1}))
    assert [row.kommunenummer for row in found.selected] == ["c"]
    assert [note.kind for note in found.notes] == ["tie"]
    assert "Town c asked, Town a not" in found.notes[0].text


def test_minimums_beyond_the_total_name_the_largest_number_that_fits():
    problem = no_room([10] * 5, 44)
    assert "5 selected with minimums of 50" in problem.message
    assert "at most 4 can be selected" in str(problem)


def test_the_largest_number_counts_the_lowest_minimums_first():
    assert "at most 2 can be selected" in str(no_room([30, 10, 10], 25))


def test_who_is_included_without_a_figure_is_an_error():
    figures = synthetic(
        {"population": {2017: {"0101": 5, "0104": 6}}, "x": {2017: {"0101": 1, "0104": None}}}
    )
    own = msgspec.structs.replace(criterion(indicator="x"), missing="exclude")
    with pytest.raises(AllocationError, match="0104 is included by name but has no figure"):
        allocate(figures, rules_for([own], 5, select={"include": ["0104"]}))
