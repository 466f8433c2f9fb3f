"""A revision that keeps every earlier request: nobody is lowered, nobody is left out."""

from __future__ import annotations

import csv
import json

import pytest

import bosetting_cli as bosetting
from bosetting_cli.rules import override
from bosetting_cli.studies.compare import saved_of
from commands import run, tried


@pytest.fixture(scope="module")
def earlier(allocation):
    return saved_of(allocation, "letters").requested


@pytest.mark.parametrize(
    "changes",
    [
        {"total": 5350},
        {"total": 4400},
        {"total": 5350, "share": 0.3},
        {"total": 5350, "count": 10},
        {"total": 5350, "share": 0.7, "minimum": 5},
        {"total": 5350, "method": "dhondt"},
        {"total": 5350, "method": "hamilton"},
        {"total": 5350, "weights": {"population": 0.5, "employment": 0.4}},
        {"total": 5350, "by": "score"},
        {"total": 5350, "asked": ("Oslo", "Bodø")},
    ],
)
def test_nobody_is_lowered(statistics, rules, earlier, changes):
    revised = override(rules, at_least=earlier, **changes)
    result = bosetting.allocate(statistics, revised)
    now = {row.kommunenummer: row.requested for row in result.selected}
    assert all(now[unit] >= number for unit, number in earlier.items())
    assert sum(now.values()) == changes["total"]


def test_without_it_some_would_be(statistics, rules, earlier):
    """So that the test above can fail."""
    changed = override(rules, total=5350, weights={"population": 0.5, "employment": 0.4})
    now = {r.kommunenummer: r.requested for r in bosetting.allocate(statistics, changed).selected}
    assert any(now.get(unit, 0) < number for unit, number in earlier.items())


def test_the_same_total_gives_the_same_numbers(statistics, rules, earlier):
    kept = bosetting.allocate(statistics, override(rules, at_least=earlier))
    assert {r.kommunenummer: r.requested for r in kept.selected} == earlier


def test_one_that_is_no_longer_eligible_is_kept(statistics, rules):
    kept = bosetting.allocate(statistics, override(rules, at_least={"1856": 12}))
    row = kept.row("1856")
    assert (row.status, row.requested) == ("selected", 12)


def test_higher_minimums_of_the_rules_stay(rules):
    first = override(rules, at_least={"1804": 50, "0301": 20})
    second = override(first, at_least={"1804": 44, "0301": 30})
    assert second.minimum.by_municipality == {"1804": 50, "0301": 30}
    assert sorted(second.select.include) == ["0301", "1804"]
    assert second.minimum.value == 10


def test_the_rules_as_used_show_it(tmp_path, earlier):
    path = tmp_path / "letters.csv"
    assert run("allocate", "-q", "-o", str(path)).exit_code == 0
    arguments = ["--total", "5350", "--at-least", str(path)]
    done = run("allocate", *arguments, "--format", "json")
    document = json.loads(done.stdout)
    assert document["rules"]["minimum"]["by_municipality"] == earlier
    assert set(document["rules"]["select"]["include"]) == set(earlier)
    rows = {row["kommunenummer"]: row["requested"] for row in document["rows"]}
    assert all(rows[unit] >= number for unit, number in earlier.items())
    text = run("explain", "bodø", *arguments).stdout
    assert "The minimum of 44 does not bind." in " ".join(text.split())


def test_too_small_a_total_is_refused_with_the_sum(tmp_path):
    path = tmp_path / "letters.json"
    run("allocate", "-q", "-o", str(path))
    done = tried("allocate", "--total", "4000", "--at-least", str(path))
    assert "minimums of 4,400 in all, the total is 4,000" in str(done.exception)


def test_a_file_that_is_no_allocation(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("kommunenummer,places\n0301,5\n", encoding="utf-8")
    done = tried("allocate", "--at-least", str(path))
    assert "missing column `requested`" in str(done.exception)


def test_an_earlier_allocation_in_another_years_codes(tmp_path):
    """Larvik is 0712 from 2018; in the statistics of 2017 it is 0709 and Lardal 0728."""
    path = tmp_path / "x.csv"
    path.write_text("kommunenummer,requested\n5001,200\n", encoding="utf-8")
    done = tried("allocate", "--at-least", str(path), "--format", "csv")
    assert done.exit_code == 0, done.exception
    rows = {r["municipality"]: r for r in csv.DictReader(done.stdout.splitlines())}
    assert int(rows["Trondheim"]["requested"]) == 200
