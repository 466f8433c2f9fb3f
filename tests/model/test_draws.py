"""Many variations at once give the numbers of as many single allocations (docs/model.md)."""

from __future__ import annotations

import itertools
import pickle

import numpy as np
import pytest
from differences import rules_of, statistics_of
from worlds import world

import bosetting_cli as bosetting
from bosetting_cli import draws, load_statistics
from bosetting_cli.findings import AllocationError, BosettingError, RulesError
from bosetting_cli.resources import config_dir
from bosetting_cli.rules import load_rules, replace
from bosetting_cli.rules.years import defaults

WEIGHTS = [[0.7, 0.2, 0.1], [1, 0, 0], [0.1, 0.1, 0.8], [0.25, 0.5, 0.25], [0, 0.5, 0.5]]


def alone(statistics, rules, weights, **changes):
    """Allocate with the weights of a row."""
    criteria = [{"name": c.name, "weight": w} for c, w in zip(rules.criteria, weights, strict=True)]
    named = {entry["name"]: entry["weight"] for entry in criteria}
    return bosetting.allocate(statistics, rules.replace(weights=named, **changes))


def allocated(statistics, rules, total, minimum):
    """Return the allocation by itself, or why there is none."""
    try:
        changed = replace(rules, total={"value": total}, minimum={"value": minimum})
        return bosetting.allocate(statistics, changed), ""
    except RulesError:
        return None, "rules"
    except AllocationError as error:
        return None, str(error)


def check_row(found, row, allocation):
    """Hold a row of draws against an allocation."""
    own = [allocation.row(code) for code in found.units]
    assert found.requested[row].tolist() == [r.requested for r in own]
    assert found.selected[row].tolist() == [r.status == "selected" for r in own]
    quotas = [None if np.isnan(q) else q for q in found.quotas[row].tolist()]
    assert quotas == [r.quota for r in own]
    assert found.reasons[row] == ""


def test_weights_totals_counts_and_minimums_vary_together(statistics, rules):
    totals, counts, minimums = (
        [4400, 5350, 3000, 4401, 900],
        [205, 100, 50, 205, 90],
        [10, 0, 5, 10, 10],
    )
    found = draws(
        statistics, rules, weights=WEIGHTS, totals=totals, counts=counts, minimums=minimums
    )
    for row, weights in enumerate(WEIGHTS):
        single = alone(
            statistics, rules, weights, total=totals[row], count=counts[row], minimum=minimums[row]
        )
        check_row(found, row, single)


@pytest.mark.parametrize("year", ["2018-revised", "2019"])
def test_counties_first_and_sub_groups(year):
    packaged = defaults(year)
    rules = load_rules(packaged["rules"])
    statistics = load_statistics(packaged["data"], indicators=rules.indicators())
    size = len(rules.criteria)
    weights = np.random.default_rng(7).dirichlet(np.ones(size), 4).round(3)
    weights[:, 0] += 1 - weights.sum(axis=1)
    weights = weights.round(3)
    found = draws(statistics, rules, weights=weights, sub_groups=True)
    for row in range(len(weights)):
        single = alone(statistics, rules, weights[row].tolist())
        check_row(found, row, single)
        assert rules.of_which
        for group in rules.of_which:
            numbers = [single.row(code).of_which.get(group.name, 0) for code in found.units]
            assert found.of_which[group.name][row].tolist() == numbers


def test_given_county_sums_admit_no_other_total(statistics):
    rules = load_rules(config_dir() / "criteria-2018-revised.yaml")
    found = draws(statistics, rules, totals=[5350, 5351])
    assert found.reasons[0] == ""
    assert "the counties' totals sum to 5,350, not to 5,351" in found.reasons[1]
    assert (found.requested[1] == -1).all()
    assert not found.selected[1].any()


@pytest.mark.parametrize(
    "seeds", [range(start, start + 30) for start in range(5000, 5150, 30)], ids=str
)
def test_worlds_full_of_ties(seeds):
    """Totals beside the world's own, and minimums, each as an allocation by itself would be."""
    tried = 0
    for seed in seeds:
        made = world(seed)
        statistics, rules = statistics_of(made), rules_of(made)
        if rules.counties and rules.counties.totals:
            continue
        total = rules.total.value
        pairs = list(itertools.product(range(max(1, total - 3), total + 4), (0, 1, 2)))
        totals, minimums = zip(*pairs, strict=True)
        try:
            found = draws(statistics, rules, totals=totals, minimums=minimums, sub_groups=True)
        except BosettingError:
            with pytest.raises(BosettingError):
                bosetting.allocate(statistics, rules)
            continue
        for row, (number, least) in enumerate(pairs):
            # a sub-group larger than the total is refused by the rules themselves
            if sum(group.value for group in rules.of_which) > number:
                continue
            single, why = allocated(statistics, rules, number, least)
            assert bool(found.reasons[row]) == bool(why)
            if single is None:
                assert why in (found.reasons[row], "rules")
                assert (found.requested[row] == -1).all()
            else:
                check_row(found, row, single)
                tried += 1
    assert tried > 100


def test_one_value_stands_for_all(statistics, rules):
    found = draws(statistics, rules, totals=range(4400, 4410), minimums=9)
    assert found.requested.shape == (10, 426)
    assert found.requested.sum(axis=1).tolist() == list(range(4400, 4410))


def test_weights_that_miss_one_by_a_rounding_error_are_divided_by_their_sum(statistics, rules):
    thirds = [0.7 / 3, 0.2 / 3, 0.1 / 3]
    found = draws(statistics, rules, weights=[[3 * x * (1 + 1e-12) for x in thirds]])
    expected = draws(statistics, rules)
    assert (found.requested == expected.requested).all()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"weights": [[0.5, 0.5]]}, "the weights are 1 × 2, not one for each criterion"),
        ({"weights": [[0.5, 0.4, 0.2]]}, "the weights of row 0 sum to 1.1, not 1"),
        ({"weights": [[1.5, -0.5, 0]]}, "a weight is no number of at least 0"),
        ({"weights": [[float("nan"), 0, 1]]}, "a weight is no number"),
        ({"totals": [1, 2], "minimums": [1, 2, 3]}, "of different lengths: 2, 3"),
        ({"totals": 0}, "totals are whole numbers from 1 to 1,000,000,000"),
        ({"totals": [4400.5]}, "totals are whole numbers"),
        ({"counts": [0]}, "counts are whole numbers from 1"),
        ({"minimums": [-1]}, "minimums are whole numbers from 0"),
        ({"minimums": []}, "minimums are whole numbers from 0"),
    ],
)
def test_bad_arguments_are_told(statistics, rules, arguments, words):
    with pytest.raises(RulesError, match=words):
        draws(statistics, rules, **arguments)


def test_everything_pickles(statistics, rules, allocation):
    again = pickle.loads(pickle.dumps(allocation))
    assert again.rows == allocation.rows
    assert again.notes == allocation.notes
    found = draws(statistics, rules, totals=[4400, 4500])
    assert (pickle.loads(pickle.dumps(found)).requested == found.requested).all()


def test_what_is_shown_of_an_allocation_is_short(allocation, statistics):
    assert repr(allocation) == "<Allocation of 4,400 to 205 of 426 units>"
    assert len(repr(statistics)) < 400
    assert 1000 < len(allocation._repr_html_()) < 40_000
