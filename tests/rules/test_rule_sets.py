"""The rule sets in config/: what they say, that every number has a source, what comes out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
import yaml

from bosetting_cli import allocate, load_rules, load_statistics
from bosetting_cli.findings import DataError
from bosetting_cli.model.figures import measure
from bosetting_cli.resources import config_dir, data_dir
from bosetting_cli.rules import parse_rules
from bosetting_cli.rules.fitting import checked
from bosetting_cli.rules.years import defaults, packaged_years
from bosetting_cli.studies.backtest import backtest
from small import criterion, rules_for, synthetic

YEARS = {year.rules: name for name, year in packaged_years().items() if year.rules and year.total}
SETS = sorted(YEARS)
# How many entries of a set count or weigh; each must say where it is from.
COUNTED = {"criteria.yaml": 11, "criteria-2026.yaml": 8}
COUNTED |= {"criteria-2018-revised.yaml": 12, "criteria-2019.yaml": 12}
COUNTED |= {f"criteria-{year}.yaml": 10 for year in (2020, 2021, 2022)}
MERGED_IN_2018 = {"0712": 52, "0715": 10, "0729": 25, "5054": 10}  # asked for in 2018
NUMBERS = ("value", "weight", "at_least", "share", "count", "participants", "totals")


@pytest.fixture(scope="module")
def allocations():
    found = {}
    for name in SETS:
        rules = load_rules(config_dir() / name)
        data = defaults(YEARS[name])["data"]
        found[name] = allocate(load_statistics(data, indicators=rules.indicators()), rules)
    return found


def entries(data):
    """Every mapping in a rules file."""
    if isinstance(data, dict):
        yield data
        for value in data.values():
            yield from entries(value)
    elif isinstance(data, list):
        for value in data:
            yield from entries(value)


def test_the_rule_sets_there_are():
    assert sorted(path.name for path in config_dir().glob("*.yaml")) == SETS
    years = ("2018-revised", "2019", "2020", "2021", "2022", "2026")
    assert set(SETS) == {"criteria.yaml", *(f"criteria-{year}.yaml" for year in years)}


@pytest.mark.parametrize("name", SETS)
def test_every_number_has_a_source_that_is_explained(name):
    data = yaml.safe_load((config_dir() / name).read_text(encoding="utf-8"))
    counted = 0
    for entry in entries(data):
        if any(key in entry for key in NUMBERS):
            assert entry.get("source") in data["sources"], entry
            counted += 1
    assert counted == COUNTED[name]
    used = {entry["source"] for entry in entries(data) if "source" in entry}
    assert used == set(data["sources"])


@pytest.mark.parametrize("name", SETS)
def test_a_copy_elsewhere_says_the_same(name, tmp_path):
    text = (config_dir() / name).read_text(encoding="utf-8")
    assert parse_rules(text, name, tmp_path) == load_rules(config_dir() / name)


@pytest.mark.parametrize(
    ("name", "total", "minors", "least"),
    [
        ("criteria.yaml", 4400, 210, 10),
        ("criteria-2018-revised.yaml", 5350, 270, 10),
        ("criteria-2019.yaml", 5350, 150, 10),
        ("criteria-2020.yaml", 5120, 140, 10),
        ("criteria-2021.yaml", 5025, 110, 10),
        ("criteria-2022.yaml", 5500, 141, 10),
        ("criteria-2026.yaml", 13000, 651, 5),
    ],
)
def test_the_totals_are_shared_out_and_nobody_is_below_the_minimum(
    allocations, name, total, minors, least
):
    rows = allocations[name].selected
    assert sum(row.requested for row in rows) == total
    assert sum(row.of_which.get("unaccompanied minors", 0) for row in rows) == minors
    assert min(row.requested for row in rows) == least


def test_how_many_are_asked(allocations):
    """Half of the eligible; 224 of 406 of each county's, cut off; as many as were asked later."""
    asked = {name: len(allocation.selected) for name, allocation in allocations.items()}
    revised = allocations["criteria-2018-revised.yaml"]
    counties = Counter(row.group for row in revised.eligible)
    assert len(counties) == 18
    assert asked["criteria.yaml"] == 410 // 2
    assert asked["criteria-2018-revised.yaml"] == sum(
        max(1, n * 552 // 1000) for n in counties.values()
    )
    assert asked["criteria-2019.yaml"] == 235
    later = [asked[f"criteria-{year}.yaml"] for year in (2020, 2021, 2022, 2026)]
    assert later == [211, 211, 212, 332]


@pytest.mark.parametrize("name", SETS)
def test_a_quota_is_the_sum_of_its_contributions(allocations, name):
    assert allocations[name].selected
    for row in allocations[name].selected:
        assert sum(row.contributions.values()) == row.quota


def test_the_eligible_by_hand(allocations):
    """Who settled somebody in the years that the sets name."""
    for name, years in (
        ("criteria.yaml", "2014 <= year <= 2016"),
        ("criteria-2018-revised.yaml", "2014 <= year <= 2016"),
    ):
        folder = defaults(YEARS[name])["data"] or data_dir()
        settled = pd.read_csv(folder / "settlement.csv", dtype={"kommunenummer": str})
        units = set(settled.query(f"{years} and settled > 0").kommunenummer)
        assert {row.kommunenummer for row in allocations[name].eligible} == units


# --- 2018, raised ----------------------------------------------------------------------------


def test_2018_revised_differs_from_the_letter_in_total_minors_share_and_county_step(rules):
    revised = load_rules(config_dir() / "criteria-2018-revised.yaml")
    assert revised.criteria == rules.criteria
    assert revised.eligible == rules.eligible
    assert (rules.select.share, revised.select.share) == (0.5, 0.552)  # 224 of 406
    assert "decided in 2018" in revised.reference  # after `as_of`
    assert (revised.minimum, revised.method) == (rules.minimum, rules.method)
    assert rules.counties is None
    assert sum(revised.counties.totals.values()) == revised.total.value == 5350


def test_2018_revised_has_the_sums_of_the_published_list():
    listed = pd.read_csv(data_dir() / "reference" / "requests_2018.csv")
    county = listed.fylke.str.replace("^(Sør|Nord)-Trøndelag$", "Trøndelag", regex=True)
    totals = load_rules(config_dir() / "criteria-2018-revised.yaml").counties.totals
    assert totals == listed.requested.groupby(county).sum().to_dict()


def test_2018_revised_knows_the_county_step_already(statistics):
    revised = load_rules(config_dir() / "criteria-2018-revised.yaml")
    nothing, sums, _, _ = backtest(statistics, revised).trials
    assert nothing.agreement == sums.agreement


# --- 2019 ------------------------------------------------------------------------------------


def test_2019_gives_results_and_work_sixty_per_cent():
    weights = {c.name: c.weight for c in load_rules(config_dir() / "criteria-2019.yaml").criteria}
    assert weights["introduction programme"] + weights["employment"] == pytest.approx(0.6)
    assert sum(weights.values()) == pytest.approx(1)


def test_2019_takes_three_years_of_results():
    rules = load_rules(config_dir() / "criteria-2019.yaml")
    (results,) = (c for c in rules.criteria if c.name == "introduction programme")
    assert results.years == (2011, 2012, 2013)


def test_2019_marks_what_is_not_known():
    text = (config_dir() / "criteria-2019.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    assumed = [entry for entry in entries(data) if entry.get("source") == "assumed"]
    assert {entry.get("name") for entry in assumed} >= {"population"}
    assert text.count("the half of 60 per cent: assumed") == 2
    assert "as_of: 2018-12-31   # assumed" in text


def test_2019_continuity_selects_and_shares_nothing_out(allocations):
    """The list itself: 222 of the 224 asked in 2018, and 13 new ones."""
    allocation = allocations["criteria-2019.yaml"]
    listed = pd.read_csv(data_dir() / "reference" / "requests_2019.csv", dtype="str")
    assert {row.kommunenummer for row in allocation.selected} == set(listed.kommunenummer)
    assert set(allocation.selected[0].contributions) == {
        "introduction programme",
        "employment",
        "population",
    }


def test_2019_has_the_sums_of_the_published_list():
    listed = pd.read_csv(data_dir() / "reference" / "requests_2019.csv")
    totals = load_rules(config_dir() / "criteria-2019.yaml").counties.totals
    assert totals == listed.groupby("fylke").requested.sum().to_dict()


def test_2019_does_not_tell_merged_municipalities_that_they_were_not_asked(statistics):
    """On the municipalities of 2017 it can't be run: Larvik's 52 of 2018 are not there."""
    rules = load_rules(config_dir() / "criteria-2019.yaml")
    of_2019 = load_statistics(data_dir() / "2019", indicators=rules.indicators())
    asked = {code: of_2019.column("requested").value(code, 2018) for code in MERGED_IN_2018}
    assert asked == MERGED_IN_2018
    with pytest.raises(DataError, match="no figures for 2018"):
        checked(statistics, rules)


def test_2019_uses_no_hindsight(allocations):
    kinds = Counter(note.kind for note in allocations["criteria-2019.yaml"].notes)
    assert kinds["hindsight"] == 0
    assert kinds["imputed"] == 1


# --- missing: zero ---------------------------------------------------------------------------


def test_a_blank_that_means_none_counts_as_nought_and_is_not_imputed():
    statistics = synthetic(
        {"population": {2017: {"x": 10.0, "y": 10.0}}, "asked": {2017: {"x": 5.0, "y": None}}}
    )
    c = criterion(name="asked", indicator="asked", missing="zero")
    rules = rules_for([c], 8)
    figure = measure(statistics, c, rules.as_of).units[1]
    assert (figure.value, figure.raw, figure.imputed) == (0.0, None, False)
    numbers = {row.kommunenummer: row.requested for row in allocate(statistics, rules).selected}
    assert numbers == {"x": 8, "y": 0}


def test_a_number_within_a_rule_is_no_shorthand():
    """`size_exponent` of a criterion and `minimum` of a sub-group or of counties are numbers."""
    text = Path(config_dir() / "criteria.yaml").read_text(encoding="utf-8")
    text = text.replace("    weight: 0.70\n", "    weight: 0.70\n    size_exponent: 0.9\n")
    text = text.replace("    value: 210\n", "    value: 210\n    minimum: 1\n")
    text += (
        "counties: {minimum: 50, criteria: [{name: people, weight: 1, indicator: population}]}\n"
    )
    rules = parse_rules(text)
    assert rules.criteria[0].size_exponent == 0.9
    assert rules.of_which[0].minimum == 1
    assert rules.counties.minimum == 50
