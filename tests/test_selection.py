"""Who may be asked, ranking and the cut."""

from __future__ import annotations

import datetime as dt

import pytest

from bosetting_cli import selection
from bosetting_cli.errors import AllocationError
from bosetting_cli.rules import Condition
from small import synthetic

AS_OF = dt.date(2017, 10, 2)
KEYS = {"a": 0.4, "b": 0.3, "c": 0.2, "d": 0.1}
GROUPS = {"a": "north", "b": "north", "c": "south", "d": "west"}


def test_any_year_is_enough_unless_all_are_asked_for():
    figures = synthetic(
        {"settled": {2015: {"a": 5, "b": 0, "c": None}, 2016: {"a": 0, "b": 0, "c": 3}}}
    )
    rule = Condition("settled", (2015, 2016))
    assert [u for u, (met, _) in selection.meets(figures, rule, AS_OF).items() if met] == ["a", "c"]
    strict = Condition("settled", (2015, 2016), within="all")
    assert not any(met for met, _ in selection.meets(figures, strict, AS_OF).values())


def test_the_first_reason_that_holds_is_given():
    figures = synthetic({"population": {2017: {"a": 9000, "b": 400, "c": 300}}})
    rule = Condition("population", at_least=5000, name="at least 5,000 inhabitants")
    reasons = selection.eligibility(figures, [rule], AS_OF, excluded=["c"])
    assert reasons == {"b": "not met: at least 5,000 inhabitants", "c": "excluded by name"}


def test_equal_keys_go_to_the_larger_population_then_to_the_lower_number():
    keys = {"2": 0.5, "1": 0.5, "3": 0.5, "0": 0.1}
    assert selection.rank(keys, {"3": 10.0, "1": 5.0, "2": 5.0}) == ("3", "1", "2", "0")


@pytest.mark.parametrize(
    ("eligible", "share", "count", "expected"),
    [
        (410, 0.5, None, 205),
        (411, 0.5, None, 205),
        (10, 0.3, None, 3),
        (10, 0.7, None, 7),
        (1, 0.5, None, 1),
        (10, None, 4, 4),
        (10, None, 40, 10),
        (10, None, None, 10),
    ],
)
def test_a_share_of_the_eligible_is_cut_off(eligible, share, count, expected):
    assert selection.quantity(eligible, share, count) == expected


def test_the_first_are_selected():
    chosen = selection.select(list(KEYS), KEYS, 2)
    assert chosen.selected == ("a", "b")
    assert chosen.tied == ((), ())


def test_inclusion_by_name_takes_a_place_and_is_the_reason():
    chosen = selection.select(list(KEYS), KEYS, 2, include=["d"])
    assert chosen.selected == ("a", "d")
    assert chosen.reasons == {"d": "included by name"}


def test_each_group_can_have_its_first_selected():
    chosen = selection.select(list(KEYS), KEYS, 3, groups=GROUPS, per_group=1)
    assert chosen.selected == ("a", "c", "d")
    assert chosen.reasons == {"d": "among the first 1 of west"}


def test_a_tie_at_the_cut_is_reported():
    keys = {"a": 0.4, "b": 0.3, "c": 0.3, "d": 0.0}
    chosen = selection.select(["a", "b", "c", "d"], keys, 2)
    assert chosen.tied == (("b",), ("c",))


def test_minimums_beyond_the_total_name_the_largest_number_that_fits():
    with pytest.raises(AllocationError, match="5 selected with minimums of 50") as caught:
        selection.check_room("abcde", dict.fromkeys("abcde", 10), 44)
    assert "at most 4 can be selected" in str(caught.value)


def test_the_largest_number_counts_the_lowest_minimums_first():
    with pytest.raises(AllocationError, match="at most 2 can be selected"):
        selection.check_room("abc", {"a": 30, "b": 10, "c": 10}, 25)
