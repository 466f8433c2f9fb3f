"""Scenarios: every number is the one that `allocate` gives, however many are run together."""

from __future__ import annotations

import csv
import itertools
import json
import os
import subprocess
import sys
import threading
import time

import pytest

import bosetting_cli as bosetting
from bosetting_cli.findings import BosettingError, DataError, RulesError
from bosetting_cli.resources import config_dir
from bosetting_cli.rules import override
from bosetting_cli.studies.runs import read_sources, runs, succeeding
from bosetting_cli.studies.scenarios import Data, Scenario, load_scenarios
from commands import run, tried

SWEEP = """
scenarios:
  - name: letter
  - name: raised
    total: [4400, 5350]
    method: [sainte-lague, dhondt]
  - name: flat
    weights: {population: 0.5, employment: 0.3, introduction programme: 0.2}
    share: 0.4
    exclude: [Oslo, 1804]
"""


@pytest.fixture
def sweep(tmp_path):
    path = tmp_path / "sweep.yaml"
    path.write_text(SWEEP, encoding="utf-8")
    return path


def written(tmp_path, text, name="s.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def command(*arguments):
    return tried("scenarios", *map(str, arguments))


def ran(scenarios, read, **options):
    """Return what all scenarios give; raise what is wrong with any."""
    named = [scenario.data for scenario in scenarios if scenario.data is not None]
    found = runs(scenarios, read_sources(named, read), **options)
    return list(succeeding(found, [], keep_going=False))


def by_unit(one, values, among):
    return {one.units[i]: values[i].item() for i in among.nonzero()[0]}


def test_every_scenario_is_what_allocate_gives(sweep, statistics, rules):
    plan = load_scenarios(sweep)
    found = ran(plan, lambda _: (statistics, rules), sub_groups=True)
    changes = [
        {},
        {"total": 4400, "method": "sainte-lague"},
        {"total": 5350, "method": "sainte-lague"},
        {"total": 4400, "method": "dhondt"},
        {"total": 5350, "method": "dhondt"},
        {
            "weights": {"population": 0.5, "employment": 0.3, "introduction programme": 0.2},
            "share": 0.4,
            "exclude": ("0301", "1804"),
        },
    ]
    assert len(found) == len(changes)
    for one, change in zip(found, changes, strict=True):
        alone = bosetting.allocate(statistics, override(rules, **change))
        requested = {r.kommunenummer: r.requested for r in alone.selected}
        assert by_unit(one, one.numbers, one.selected) == requested
        quotas = {r.kommunenummer: r.quota for r in alone.selected}
        assert by_unit(one, one.quotas, one.selected) == quotas
        minors = {
            r.kommunenummer: r.of_which["unaccompanied minors"]
            for r in alone.selected
            if r.of_which
        }
        ((name, shared),) = one.of_which.items()
        assert name == "unaccompanied minors"
        assert {unit: n for unit, n in by_unit(one, shared, one.selected).items() if n} == {
            unit: n for unit, n in minors.items() if n
        }


def test_names_and_order_of_a_grid(sweep):
    assert [scenario.name for scenario in load_scenarios(sweep)] == [
        "letter",
        "raised method=sainte-lague total=4400",
        "raised method=sainte-lague total=5350",
        "raised method=dhondt total=4400",
        "raised method=dhondt total=5350",
        "flat",
    ]


def test_a_grid_of_weights(tmp_path):
    text = """
scenarios:
  - name: w
    weights:
      - {population: 0.7, employment: 0.2, introduction programme: 0.1}
      - {population: 1, employment: 0, introduction programme: 0}
"""
    names = [scenario.name for scenario in load_scenarios(written(tmp_path, text))]
    assert names == [
        "w weights=0.7 population+0.2 employment+0.1 introduction programme",
        "w weights=1 population+0 employment+0 introduction programme",
    ]


def test_wide_csv(sweep):
    rows = list(csv.DictReader(command(sweep, "--format", "csv").stdout.splitlines()))
    assert list(rows[0])[:4] == ["kommunenummer", "municipality", "fylke", "letter"]
    assert len(rows[0]) == 3 + 6
    codes = [row["kommunenummer"] for row in rows]
    assert codes == sorted(codes)
    assert sum(int(row["letter"]) for row in rows) == 4400
    assert sum(int(row["raised method=dhondt total=5350"]) for row in rows) == 5350
    oslo = next(row for row in rows if row["kommunenummer"] == "0301")
    assert (oslo["letter"], oslo["flat"]) == ("564", "0")


def test_all_has_every_municipality(sweep):
    rows = command(sweep, "--format", "csv", "--all").stdout.splitlines()
    assert len(rows) == 1 + 426
    fewer = command(sweep, "--format", "csv").stdout.splitlines()
    assert 206 <= len(fewer) < 300


def test_long_csv(sweep, allocation):
    done = command(sweep, "--long", "--format", "csv")
    rows = list(csv.DictReader(done.stdout.splitlines()))
    assert list(rows[0]) == [
        *("scenario", "total", "share", "method"),
        *("weight_population", "weight_employment", "weight_introduction_programme"),
        *("kommunenummer", "municipality", "fylke", "quota", "requested"),
        "requested_unaccompanied_minors",
    ]
    letter = [row for row in rows if row["scenario"] == "letter"]
    assert len(letter) == 205
    for row in letter:
        alone = allocation.row(row["kommunenummer"])
        assert float(row["quota"]) == alone.quota
        assert int(row["requested"]) == alone.requested
    assert sum(int(row["requested_unaccompanied_minors"]) for row in letter) == 210


def test_json(sweep):
    document = json.loads(command(sweep, "--format", "json").stdout)
    assert [(s["name"], s["total"]) for s in document["scenarios"]][:3] == [
        ("letter", 4400),
        ("raised method=sainte-lague total=4400", 4400),
        ("raised method=sainte-lague total=5350", 5350),
    ]
    assert document["scenarios"][5]["changes"]["exclude"] == ["Oslo", "1804"]
    assert document["scenarios"][0]["asked"] == 205
    assert document["notes"] == []
    assert len(document["inputs"]["population.csv"]) == 64
    assert document["rules"]["total"]["value"] == 4400
    assert len(document["rows"]) >= 205


def test_table_for_people(sweep):
    done = command(sweep)
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[-1].split() == ["total", *(["4,400", "4,400", "5,350", "4,400", "5,350", "4,400"])]
    assert "6 scenarios" in done.stderr
    assert command(sweep, "-q").stderr == ""


def test_the_same_bytes_every_time(sweep):
    for arguments in (["--format", "json"], ["--long", "--format", "csv"]):
        assert command(sweep, *arguments).stdout == command(sweep, *arguments).stdout


def test_base_and_data_beside_the_file(tmp_path):
    written(
        tmp_path,
        "kommunenummer,municipality,fylke,population\n0301,Oslo,Oslo,60\n1804,Bodø,N,40\n",
        "own.csv",
    )
    written(
        tmp_path,
        "kommunenummer,municipality,fylke,population\n0301,Oslo,Oslo,10\n1804,Bodø,N,90\n",
        "other.csv",
    )
    written(
        tmp_path,
        "title: x\nas_of: 2017-10-02\ntotal: 10\n"
        "criteria: [{name: size, weight: 1, indicator: population}]\n",
        "rules.yaml",
    )
    path = written(
        tmp_path,
        "base: rules.yaml\ndata: own.csv\nscenarios:\n"
        "  - {name: here}\n  - {name: there, data: other.csv}\n"
        "  - {name: both, data: [own.csv, other.csv], total: 100}\n",
    )
    rows = list(csv.DictReader(command(path, "--format", "csv").stdout.splitlines()))
    numbers = [[row[name] for row in rows] for name in list(rows[0])[3:]]
    assert numbers == [["6", "4"], ["1", "9"], ["60", "40"], ["10", "90"]]


def test_options_change_the_base(sweep, statistics, rules):
    done = command(sweep, "--minimum", "5", "--format", "csv")
    rows = {row["kommunenummer"]: row for row in csv.DictReader(done.stdout.splitlines())}
    alone = bosetting.allocate(statistics, override(rules, minimum=5))
    assert {code: int(row["letter"]) for code, row in rows.items() if row["letter"] != "0"} == {
        row.kommunenummer: row.requested for row in alone.selected
    }


def test_earlier_requests_can_not_be_excluded_as_well(tmp_path, sweep):
    saved = tmp_path / "letters.csv"
    tried("allocate", "-q", "-o", str(saved))
    result = command(sweep, "--at-least", saved)
    assert isinstance(result.exception, BosettingError)
    assert "0301, 1804 is both included and excluded by name" in str(result.exception)


def test_earlier_requests_as_floor(tmp_path, allocation):
    saved = tmp_path / "letters.csv"
    run("allocate", "-q", "-o", str(saved))
    kept = written(tmp_path, SWEEP.replace("    exclude: [Oslo, 1804]\n", ""), "kept.yaml")
    by_option = command(kept, "--at-least", saved, "--format", "csv").stdout
    path = written(tmp_path, "scenarios: [{name: kept, total: 5350, at_least: letters.csv}]\n")
    by_key = command(path, "--format", "csv").stdout
    raised = "raised method=dhondt total=5350"
    for text, name in ((by_option, raised), (by_key, "kept")):
        now = {r["kommunenummer"]: int(r[name]) for r in csv.DictReader(text.splitlines())}
        assert all(now[row.kommunenummer] >= row.requested for row in allocation.selected)


# --- mistakes --------------------------------------------------------------------------------


def test_bad_scenarios_are_named_and_nothing_is_written(tmp_path):
    path = written(
        tmp_path,
        "scenarios:\n  - {name: good}\n  - {name: too few, total: [1000, 4400]}\n"
        "  - {name: no such, method: nearest}\n  - {name: heavy, weights: {population: 0.9}}\n",
    )
    output = tmp_path / "out.csv"
    done = command(path, "-o", output)
    text = str(done.exception)
    assert isinstance(done.exception, BosettingError)
    assert "scenario `too few total=1000`: " in text
    assert "the total is 1,000" in text
    assert "scenario `no such`: method: " in text
    assert "scenario `heavy`: criteria: the weights sum to 1.2, not 1" in text
    assert "too few total=4400" not in text
    assert "`good`" not in text
    assert done.stdout == ""
    assert not output.exists()


def test_exit_code_of_a_bad_scenario(tmp_path):
    path = written(tmp_path, "scenarios: [{name: few, total: 5}]\n")
    done = subprocess.run(
        [sys.executable, "-m", "bosetting_cli", "scenarios", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "error: scenario `few`: " in done.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("scenarios:\n  - {name: a, totl: 5}\n", ["s.yaml:2", "totl", "`total`"]),
        ("scenarios:\n  - {total: 5}\n", ["s.yaml:2", "`name`"]),
        ("scenarios:\n  - {name: a, total: many}\n", ["s.yaml:2", "many"]),
        ("scenarios:\n  - {name: a, total: [5, 0]}\n", ["s.yaml:2"]),
        ("scenarios:\n  - {name: a, share: 1.5}\n", ["s.yaml:2"]),
        ("scenarios: []\n", ["s.yaml:1"]),
        ("total: 5\n", ["s.yaml", "scenarios"]),
        ("- a\n", ["holds no scenarios"]),
        ("scenarios: [{name: a}, {name: a}]\n", ["a second scenario `a`"]),
        ("scenarios: [{name: fylke}]\n", ["can't be called `fylke`"]),
        ("scenarios: [{name: a, name: b}]\n", ["duplicate key `name`"]),
        ("scenarios: [\n", ["is not valid YAML"]),
        ("scenarios: [{name: a, at_least: none.csv}]\n", ["none.csv", "can't be read"]),
    ],
)
def test_mistakes_in_the_file(tmp_path, text, words):
    with pytest.raises(BosettingError) as caught:
        load_scenarios(written(tmp_path, text))
    assert [word for word in words if word not in str(caught.value)] == []


def test_saved_allocations_that_are_not_there_are_told_at_once_with_their_lines(tmp_path):
    text = "scenarios:\n  - {name: a, at_least: x.csv}\n  - {name: b, at_least: y.csv}\n"
    with pytest.raises(DataError) as caught:
        load_scenarios(written(tmp_path, text))
    found = [(p.line, p.column, p.key) for p in caught.value.problems]
    assert found == [(2, 25, "scenarios[0].at_least"), (3, 25, "scenarios[1].at_least")]


def test_rules_and_data_that_are_not_there_are_told_at_once_with_their_lines(tmp_path):
    text = (
        "base: no.yaml\ndata: no.csv\nscenarios:\n  - {name: a}\n"
        "  - {name: b, data: [built-in, other.csv]}\n  - {name: c, data: other.csv}\n"
    )
    problems = command(written(tmp_path, text)).exception.problems
    assert [(p.line, p.key) for p in problems] == [
        (1, "base"),
        (2, "data"),
        (5, "scenarios[1].data[1]"),
    ]
    assert "s.yaml:1:7: base: `no.yaml` can't be read" in str(problems[0])


def test_files_that_options_replace_need_not_be_there(tmp_path):
    path = written(tmp_path, "base: no.yaml\nscenarios: [{name: a}]\n")
    done = command(path, "--rules", config_dir() / "criteria.yaml")
    assert done.exit_code == 0
    assert done.stderr == "1 scenario on Settlement requests for 2018.\n"


def test_several_mistakes_at_once(tmp_path):
    text = "scenarios:\n  - {name: a, totl: 5}\n  - {name: b, minimum: -1}\n"
    with pytest.raises(RulesError) as caught:
        load_scenarios(written(tmp_path, text))
    assert {problem.line for problem in caught.value.problems} == {2, 3}


def test_missing_file(tmp_path):
    with pytest.raises(RulesError, match="can't be read"):
        load_scenarios(tmp_path / "none.yaml")


def test_statistics_of_different_years_are_refused(statistics, rules):
    from bosetting_cli.statistics.divisions import carry_over

    later = carry_over(statistics, 2018)
    sources = {None: (statistics, rules), Data("later"): (later, rules)}
    scenarios = [Scenario("a", {}), Scenario("b", {}, Data("later"))]
    with pytest.raises(BosettingError, match="municipalities of different years"):
        ran(scenarios, sources.__getitem__)


# --- long runs -------------------------------------------------------------------------------


def many(tmp_path, count):
    totals = list(range(4400, 4400 + count))
    return written(tmp_path, f"scenarios: [{{name: n, total: {totals}}}]\n")


def test_a_scenario_costs_little_once_the_data_are_read(tmp_path, statistics, rules):
    """About a millisecond each; a fresh allocation takes ten times as long and more."""
    scenarios = load_scenarios(many(tmp_path, 200))
    start = time.process_time()
    ran(scenarios, lambda _: (statistics, rules))
    together = (time.process_time() - start) / len(scenarios)
    start = time.process_time()
    for scenario in itertools.islice(scenarios, 10):
        bosetting.allocate(statistics, override(rules, **scenario.changes))
    alone = (time.process_time() - start) / 10
    assert together < alone / 4


def test_data_are_read_once(tmp_path, statistics, rules):
    reads = []

    def read(data):
        reads.append(data)
        return statistics, rules

    ran(load_scenarios(many(tmp_path, 5)), read)
    assert reads == [None]


def test_no_progress_bar_off_a_terminal(tmp_path):
    done = command(many(tmp_path, 120), "--format", "csv")
    assert done.exit_code == 0
    assert done.stderr == "120 scenarios on Settlement requests for 2018.\n"


def test_a_progress_bar_on_a_terminal(tmp_path):
    ours, theirs = os.openpty()
    shown = bytearray()

    def look():
        try:
            while part := os.read(ours, 4096):
                shown.extend(part)
        except OSError:  # the other end is closed
            return

    reader = threading.Thread(target=look)
    reader.start()
    path = many(tmp_path, 120)
    done = subprocess.run(
        [sys.executable, "-m", "bosetting_cli", "scenarios", str(path), "--format", "csv"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        check=True,
    )
    os.close(theirs)
    reader.join(10)
    os.close(ours)
    assert b"100%" in shown
    assert b"%" not in done.stdout
    assert len(done.stdout.splitlines()) == 1 + 205


def test_packaged_rules_as_base(tmp_path):
    path = written(tmp_path, f"base: {config_dir() / 'criteria.yaml'}\nscenarios: [{{name: a}}]\n")
    assert (
        sum(
            int(row["a"])
            for row in csv.DictReader(command(path, "--format", "csv").stdout.splitlines())
        )
        == 4400
    )


def test_repairs_of_the_statistics_are_said(tmp_path):
    written(
        tmp_path,
        "kommunenummer,municipality,fylke,population\n301,Oslo,Oslo,60\n1804,Bodø,N,40\n",
        "own.csv",
    )
    rules = written(
        tmp_path,
        "title: x\nas_of: 2017-10-02\ntotal: 10\n"
        "criteria: [{name: size, weight: 1, indicator: population}]\n",
        "rules.yaml",
    )
    path = written(tmp_path, "base: rules.yaml\ndata: own.csv\nscenarios: [{name: a}]\n")
    options = ["--rules", str(rules), "--data", str(tmp_path / "own.csv")]
    explained = run("explain", "Oslo", *options)
    compared = run("compare", str(rules), str(rules), "--data", str(tmp_path / "own.csv"))
    for done in (command(path), explained, compared):
        assert done.exit_code == 0
        assert "leading zero restored in 1 kommunenummer" in done.stderr
