"""County first: numbers for counties, given or by a key, then the same steps within each."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections import Counter

import msgspec
import numpy as np
import pandas as pd
import pytest
import votelib.evaluate.proportional as proportional

from bosetting_cli import allocate, load_rules
from bosetting_cli.findings import AllocationError, RulesError
from bosetting_cli.model.allocation import counties, decide
from bosetting_cli.model.standing import standing
from bosetting_cli.resources import config_dir, data_dir
from bosetting_cli.rules import Counties, Criterion, override, parse_rules
from bosetting_cli.rules.variations import as_ruled
from bosetting_cli.statistics import Column
from bosetting_cli.statistics.divisions import carry_over
from bosetting_cli.statistics.lists import municipality_list
from bosetting_cli.tables import render
from bosetting_cli.tables.counties import county_table
from commands import run
from small import criterion, rules_for, synthetic

# The counties' final sums of 2018.
FINAL = {
    "Østfold": 250,
    "Akershus": 395,
    "Oslo": 370,
    "Hedmark": 230,
    "Oppland": 220,
    "Buskerud": 295,
    "Vestfold": 210,
    "Telemark": 245,
    "Aust-Agder": 167,
    "Vest-Agder": 238,
    "Rogaland": 420,
    "Hordaland": 510,
    "Sogn og Fjordane": 160,
    "Møre og Romsdal": 305,
    "Trøndelag": 555,
    "Nordland": 417,
    "Troms": 247,
    "Finnmark": 116,
}


@pytest.fixture(scope="module")
def revised():
    return load_rules(config_dir() / "criteria-2018-revised.yaml")


@pytest.fixture(scope="module")
def county_first(statistics, revised):
    return allocate(statistics, revised)


def small(**changes):
    """Four units in two counties, with populations 40, 30, 20 and 10."""
    statistics = synthetic(
        {"population": {2017: {"a1": 40.0, "a2": 30.0, "b1": 20.0, "b2": 10.0}}},
        {"a1": "A", "a2": "A", "b1": "B", "b2": "B"},
    )
    return statistics, rules_for([criterion()], 20, **changes)


def requests(allocation):
    return {row.kommunenummer: row.requested for row in allocation.selected}


# --- given sums ------------------------------------------------------------------------------


def test_the_final_sums_of_2018_are_kept(county_first):
    sums = Counter()
    for row in county_first.selected:
        sums[row.group] += row.requested
    assert sums == FINAL
    assert sum(FINAL.values()) == 5350


def test_requests_per_thousand_run_from_oslo_to_nordland(statistics, county_first):
    records = county_table(county_first).records()
    rates = {record["fylke"]: record["per_1000"] for record in records}
    lowest, *_, highest = sorted(rates, key=rates.__getitem__)
    assert (lowest, highest) == ("Oslo", "Nordland")
    people = sum(
        statistics.column("population").value(m.kommunenummer, 2017)
        for m in statistics.municipalities
        if m.fylke == "Nordland"
    )
    assert rates["Nordland"] == pytest.approx(1000 * 417 / people) == pytest.approx(1.717, abs=1e-3)
    assert round(rates["Oslo"], 2) == 0.55


def test_trondelag_is_one_group_with_its_ineligible_municipalities(county_first):
    names = [record["fylke"] for record in county_table(county_first).records()]
    assert len(names) == 18
    assert [name for name in names if "Trøndelag" in name] == ["Trøndelag"]
    row = county_first.row("1601")
    assert (row.fylke, row.group) == ("Sør-Trøndelag", "Trøndelag")


def test_on_the_codes_of_2018_trondelag_needs_no_combining(statistics, revised):
    later = allocate(carry_over(statistics, 2018), revised)
    sums = Counter()
    for row in later.selected:
        sums[row.fylke] += row.requested
    assert sums == FINAL


def test_the_same_share_of_each_county_is_selected(county_first):
    """0.552, the 224 of 406 of the list, cut off in each."""
    assert county_first.groups
    for group in county_first.groups:
        eligible = len(group.ranking)
        assert len(group.units) == max(1, eligible * 552 // 1000), group.name


def test_each_county_is_apportioned_as_if_alone():
    statistics, rules = small(counties={"totals": {"A": 14, "B": 6}})
    assert requests(allocate(statistics, rules)) == {"a1": 8, "a2": 6, "b1": 4, "b2": 2}


def test_a_county_with_nought_is_not_asked():
    statistics, rules = small(counties={"totals": {"A": 20, "B": 0}}, minimum={"value": 2})
    allocation = allocate(statistics, rules)
    assert requests(allocation) == {"a1": 11, "a2": 9}
    assert allocation.row("b1").status == "not selected"
    assert allocation.row("b1").reason == "rank 1 of 2 in B; 0 are asked"


def test_who_is_named_in_a_county_with_nought_is_an_error():
    statistics, rules = small(
        counties={"totals": {"A": 20, "B": 0}},
        minimum={"value": 2},
        select={"include": ["Town b1"]},
    )
    with pytest.raises(AllocationError, match="B: 1 selected with minimums of 2 in all") as error:
        allocate(statistics, rules)
    assert "the total is 0" in str(error.value)


@pytest.mark.parametrize(
    ("totals", "message"),
    [
        ({"A": 14, "C": 6}, "no fylke C"),
        ({"A": 14, "C": 6}, "B has no number\n  write 0 to ask for none"),
        ({"A": 20}, "B has no number"),
    ],
)
def test_counties_that_do_not_match(totals, message):
    statistics, rules = small(counties={"totals": totals})
    with pytest.raises(AllocationError) as error:
        allocate(statistics, rules)
    assert message in str(error.value)


def test_combining_a_county_that_is_not_there():
    statistics, rules = small(counties={"totals": {"A": 20}, "combine": {"N": ["B", "Bb"]}})
    with pytest.raises(AllocationError, match=r"counties\.combine: no fylke Bb"):
        allocate(statistics, rules)


def test_sums_that_miss_the_total():
    with pytest.raises(RulesError, match="the counties' numbers sum to 5350, the total is 4400"):
        override(load_rules(config_dir() / "criteria-2018-revised.yaml"), total=4400)


def test_sums_from_a_csv_file(tmp_path):
    (tmp_path / "sums.csv").write_text("fylke,total\nA,14\nB,6\n", encoding="utf-8")
    text = (
        "title: t\nas_of: 2017-10-02\ntotal: 20\ncounties: {file: sums.csv}\n"
        "criteria: [{name: size, weight: 1, indicator: population}]\n"
    )
    rules = parse_rules(text, folder=tmp_path)
    assert rules.counties.totals == {"A": 14, "B": 6}
    statistics, _ = small()
    assert requests(allocate(statistics, rules)) == {"a1": 8, "a2": 6, "b1": 4, "b2": 2}


# --- what is impossible, by county -----------------------------------------------------------


def test_every_county_that_is_too_small_is_named_with_two_numbers(statistics, revised):
    with pytest.raises(AllocationError) as error:
        allocate(statistics, override(revised, share=0.99))
    messages = [problem.message for problem in error.value.problems]
    assert messages == [
        "Oppland: 25 selected with minimums of 250 in all, the total is 220",
        "Sogn og Fjordane: 25 selected with minimums of 250 in all, the total is 160",
        "Møre og Romsdal: 34 selected with minimums of 340 in all, the total is 305",
        "Finnmark: 16 selected with minimums of 160 in all, the total is 116",
    ]
    assert error.value.problems[3].remedy().startswith("at most 11 can be selected")


def test_a_maximum_that_leaves_no_room_names_the_county():
    statistics, rules = small(counties={"totals": {"A": 14, "B": 6}}, maximum={"value": 6})
    with pytest.raises(AllocationError, match=r"^A: .*\b12\b.*\b14$"):
        allocate(statistics, rules)


def test_a_county_where_nobody_is_eligible():
    statistics, rules = small(
        counties={"totals": {"A": 14, "B": 6}},
        eligible=[{"indicator": "population", "at_least": 25}],
    )
    with pytest.raises(AllocationError, match="B: 6 to settle, but no municipality is eligible"):
        allocate(statistics, rules)


# --- a key of the counties' own --------------------------------------------------------------


def by_key(rules, *criteria, minimum=0):
    counties = Counties(criteria=criteria, minimum=minimum)
    return msgspec.structs.replace(rules, counties=counties)


def population_by_fylke() -> pd.Series:
    people = pd.read_csv(data_dir() / "population.csv", dtype={"kommunenummer": str})
    register = pd.read_csv(data_dir() / "municipalities.csv", dtype={"kommunenummer": str})
    now = people[people.year == 2017].merge(register, on="kommunenummer")
    return now.groupby("fylke", sort=False).population.sum()


class Step:
    """The counties' numbers by name."""

    def __init__(self, statistics, rules):
        step = counties(standing(statistics, rules), np.array([rules.total.value]))
        if step.problems:
            raise AllocationError(step.problems[0])
        self.totals = dict(zip(step.names, step.totals[0].tolist(), strict=True))
        self.measured = {figures.criterion.name: figures for figures in step.key.own.figures}
        self.contributions = {
            name: dict(zip(step.names, places[0].tolist(), strict=True))
            for name, places in zip(self.measured, step.key.parts[0].contributions, strict=True)
        }


def test_a_key_of_population_is_sainte_lague_on_the_counties(statistics, rules):
    """The whole population counts, not that of the eligible."""
    key = Criterion("size", 1.0, "population", years=(2017,))
    step = Step(statistics, by_key(rules, key))
    votes = population_by_fylke().to_dict()
    expected = proportional.HighestAverages("sainte_lague").evaluate(votes, 4400)
    assert dict(step.totals) == expected
    assert list(step.totals) == list(votes)


def test_a_rate_is_pooled_from_numerators_and_denominators(statistics, rules):
    key = (
        Criterion("size", 0.5, "population", years=(2017,)),
        msgspec.convert(
            {
                "name": "work",
                "weight": 0.5,
                "indicator": {"numerator": "employed_residents", "denominator": "residents_15_74"},
                "years": [2017],
                "scale_by": "population",
            },
            Criterion,
        ),
    )
    step = Step(statistics, by_key(rules, *key))
    work = pd.read_csv(data_dir() / "employment.csv", dtype={"kommunenummer": str})
    register = pd.read_csv(data_dir() / "municipalities.csv", dtype={"kommunenummer": str})
    sums = (
        work[work.year == 2017]
        .merge(register, on="kommunenummer")
        .groupby("fylke")[["employed_residents", "residents_15_74"]]
        .sum()
    )
    people = population_by_fylke()
    amount = people * (sums.employed_residents / sums.residents_15_74)
    for fylke, part in (2200 * amount / amount.sum()).items():
        assert step.contributions["work"][fylke] == pytest.approx(part)
    assert step.measured["work"].hindsight == (2017,)


def test_a_rate_without_numerator_cannot_be_summed():
    statistics, rules = small()
    pct = {2017: dict.fromkeys(statistics.units, (60.0,))}
    columns = {**statistics.columns, "employed_pct": Column("employed_pct", "own.csv", pct)}
    statistics = type(statistics)(statistics.municipalities, columns)
    with pytest.raises(AllocationError, match="`employed_pct` is no count"):
        Step(statistics, by_key(rules, Criterion("work", 1.0, "employed_pct")))


def test_one_missing_count_is_missing_for_the_county():
    statistics, rules = small()
    counts = {2017: {"a1": (5.0,), "a2": (None,), "b1": (3.0,), "b2": (2.0,)}}
    columns = {**statistics.columns, "settled": Column("settled", "own.csv", counts)}
    statistics = type(statistics)(statistics.municipalities, columns)
    with pytest.raises(AllocationError, match="settled: no figure for A\n"):
        Step(statistics, by_key(rules, Criterion("settled", 1.0, "settled")))


def test_the_key_has_a_minimum_of_its_own(statistics, rules):
    key = Criterion("size", 1.0, "population", years=(2017,))
    step = Step(statistics, by_key(rules, key, minimum=150))
    assert min(step.totals.values()) == 150
    assert sum(step.totals.values()) == 4400
    free = Step(statistics, by_key(rules, key)).totals
    assert {name for name, n in step.totals.items() if n == 150} >= {
        name for name, n in free.items() if n < 150
    }


def test_minimums_of_counties_that_exceed_the_total(statistics, rules):
    key = Criterion("size", 1.0, "population", years=(2017,))
    message = "300 for each of 19 counties is 5700 in all, the total is 4400\n  at most 231 for"
    with pytest.raises(AllocationError) as error:
        Step(statistics, by_key(rules, key, minimum=300))
    assert message in str(error.value)


def test_hindsight_in_the_key_is_said(statistics, rules):
    key = Criterion("people in work", 1.0, "employed_residents", years=(2017,))
    allocation = allocate(statistics, override(by_key(rules, key), share=0.3))
    texts = [note.text for note in allocation.notes if note.kind == "hindsight"]
    assert texts == ["counties: people in work uses figures of 2017, after 2017-10-02"]


def test_one_countys_count_can_be_raised_alone():
    statistics, rules = small(counties={"totals": {"A": 14, "B": 6}}, select={"share": 0.5})
    varied = as_ruled(rules).rows([0, 0, 0])
    counts = np.array([[1, 1], [2, 1], [1, 2]])
    found = decide(standing(statistics, rules), dataclasses.replace(varied, counts=counts))
    assert found.problems == {}
    assert found.requested.tolist() == [[14, 0, 6, 0], [8, 6, 6, 0], [14, 0, 4, 2]]
    base = decide(standing(statistics, rules), varied)
    assert [part.take.tolist() for part in base.parts] == [[1, 1, 1], [1, 1, 1]]


# --- a list of municipalities ----------------------------------------------------------------


def test_a_list_replaces_the_selection():
    statistics, rules = small()
    listed = override(rules, asked=("Town a2", "Town b2"))
    assert requests(allocate(statistics, listed)) == {"a2": 15, "b2": 5}
    assert allocate(statistics, listed).row("a1").reason == "not on the list"


def test_a_csv_of_requests_lists_those_asked(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("kommunenummer,requested\n0301,370\n0101,\n0104,0\n0105,55\n", encoding="utf-8")
    assert municipality_list(path) == ["0301", "0105"]
    path.write_text("kommunenummer\n0301\n0101\n", encoding="utf-8")
    assert municipality_list(path) == ["0301", "0101"]


def test_asked_on_the_command_line(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("kommunenummer\n0301\n1201\n1103\n", encoding="utf-8")
    result = run("allocate", "--asked", str(path), "--format", "csv", "-q")
    rows = list(csv.DictReader(result.stdout.splitlines()))
    assert [row["municipality"] for row in rows] == ["Oslo", "Bergen", "Stavanger"]
    assert {row["reason"] for row in rows} == {"on the list"}
    assert sum(int(row["requested"]) for row in rows) == 4400


def test_a_list_and_a_share_exclude_each_other(tmp_path):
    result = run("allocate", "--asked", "x.csv", "--share", "0.5")
    assert result.exit_code == 2
    assert "--share and --asked exclude each other" in result.stderr


# --- both steps in a table -------------------------------------------------------------------


def test_the_table_shows_both_steps(county_first):
    table = county_table(county_first)
    text = render(table, "table", width=100).decode()
    assert next(line for line in text.splitlines() if "Østfold" in line).split() == (
        ["Østfold", "292,893", "250", "14", "0.85", "17", "9", "2", "10", "76"]
    )
    assert text.splitlines()[-2].split() == (
        ["total", "5,258,317", "5,350", "270", "1.02", "410", "220", "86", "10", "370"]
    )
    assert text.splitlines()[-1].startswith("Step 1: the rules give each fylke its number.")


@pytest.mark.parametrize("lang", ["en", "nb", "nn"])
def test_the_table_of_a_key_fits_a_hundred_columns(statistics, rules, lang):
    key = (
        Criterion("population", 0.8, "population", years=(2017,)),
        Criterion("people in work", 0.2, "employed_residents", years=(2015,)),
    )
    allocation = allocate(statistics, override(by_key(rules, *key), share=0.3))
    lines = render(county_table(allocation, lang=lang), "table", width=100).decode().splitlines()
    assert max(map(len, lines)) <= 100
    assert "Sogn og Fjordane" in "\n".join(lines)


def test_the_csv_has_the_first_step_too(statistics, rules):
    key = Criterion("population", 1.0, "population", years=(2017,))
    allocation = allocate(statistics, override(by_key(rules, key), share=0.3))
    text = render(county_table(allocation), "csv").decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert sum(float(row["county_contribution_population"]) for row in rows) == pytest.approx(4400)
    for row in rows:
        assert row["county_total"] == row["requested"]
        assert abs(float(row["county_contribution_population"]) - int(row["requested"])) < 1
