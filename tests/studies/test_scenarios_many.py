"""Any number of scenarios: files of many, rows written as they are made, those that fail."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys

import pytest

import bosetting_cli as bosetting
from bosetting_cli.findings import BosettingError, RulesError
from bosetting_cli.rules import override
from bosetting_cli.studies import scenarios as reading
from bosetting_cli.studies.runs import read_sources, runs, succeeding
from bosetting_cli.studies.scenarios import BUILT_IN, Data, load_scenarios
from bosetting_cli.tables import Column, Table, json_bytes, render, writers
from commands import tried

CRITERIA = ("population", "employment", "introduction programme")
OWN = "kommunenummer,municipality,fylke,population\n0301,Oslo,Oslo,60\n1804,Bodø,N,40\n"
OTHER = "kommunenummer,municipality,fylke,population\n0301,Oslo,Oslo,10\n1804,Bodø,N,90\n"
RULES = (
    "title: x\nas_of: 2017-10-02\ntotal: 10\n"
    "criteria: [{name: size, weight: 1, indicator: population}]\n"
)


def written(tmp_path, text, name="s.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def command(*arguments):
    return tried("scenarios", *map(str, arguments))


def rows_of(*arguments):
    done = command(*arguments, "--format", "csv")
    assert done.exception is None, done.exception
    return list(csv.DictReader(done.stdout.splitlines()))


def weightings(count):
    """Return so many weightings in ten thousandths, by criterion."""
    chance = random.Random(count)
    found = []
    for _ in range(count):
        first, second = chance.randint(3000, 7000), chance.randint(1000, 2900)
        parts = (first, second, 10_000 - first - second)
        found.append(dict(zip(CRITERIA, (part / 10_000 for part in parts), strict=True)))
    return found


def weighted_file(tmp_path, found):
    """Write a scenario for each weighting, as a program that draws them would."""
    lines = [
        f"  - {{name: w{i}, weights: {json.dumps(weights)}}}" for i, weights in enumerate(found)
    ]
    return written(tmp_path, "\n".join(["scenarios:", *lines, ""]), f"w{len(found)}.yaml")


@pytest.fixture
def own(tmp_path):
    """A folder with rules and two data files of two municipalities."""
    written(tmp_path, OWN, "own.csv")
    written(tmp_path, OTHER, "other.csv")
    written(tmp_path, RULES, "rules.yaml")
    return tmp_path


# --- the file --------------------------------------------------------------------------------


def test_a_file_of_2000_weightings(tmp_path, statistics, rules):
    found = weightings(2000)
    rows = rows_of(weighted_file(tmp_path, found))
    assert len(rows[0]) == 3 + 2000
    for place in (0, 999, 1000, 1999):
        alone = bosetting.allocate(statistics, override(rules, weights=found[place]))
        numbers = {r["kommunenummer"]: int(r[f"w{place}"]) for r in rows if r[f"w{place}"] != "0"}
        assert numbers == {r.kommunenummer: r.requested for r in alone.selected}


def test_a_file_of_100000_weightings_is_read(tmp_path):
    found = weightings(100_000)
    scenarios = load_scenarios(weighted_file(tmp_path, found))
    assert len(scenarios) == 100_000
    assert [scenario.changes["weights"] for scenario in scenarios] == found


def test_a_file_that_is_too_large_is_refused(tmp_path, monkeypatch):
    from bosetting_cli.rules.yamlfile import Limits

    path = written(tmp_path, "scenarios: [{name: a}, {name: b}, {name: c}]\n")
    monkeypatch.setattr(reading, "LIMITS", Limits("files of scenarios", 1000, 8))
    with pytest.raises(RulesError, match="files of scenarios hold at most 8"):
        load_scenarios(path)
    monkeypatch.setattr(reading, "LIMITS", Limits("files of scenarios", 20, 8))
    with pytest.raises(RulesError, match="is too large"):
        load_scenarios(path)


def test_rules_keep_their_limits(tmp_path):
    path = written(tmp_path, f"{RULES}exclude: [{'a, ' * 20_000}]\n", "rules.yaml")
    with pytest.raises(RulesError, match="rules hold at most 20,000"):
        bosetting.load_rules(path)


def test_mistakes_in_a_large_file_have_their_lines(tmp_path):
    path = weighted_file(tmp_path, weightings(3000))
    text = path.read_text().replace("name: w2500,", "nam: w2500,")
    with pytest.raises(RulesError) as caught:
        load_scenarios(written(tmp_path, text))
    assert {problem.line for problem in caught.value.problems} == {2502}


def test_a_grid_of_any_size_is_not_made_beforehand(tmp_path):
    numbers = list(range(1, 1001))
    text = f"scenarios: [{{name: a, total: {numbers}, minimum: {numbers}, count: {numbers}}}]\n"
    scenarios = load_scenarios(written(tmp_path, text))
    assert len(scenarios) == 10**9
    assert next(iter(scenarios)).name == "a count=1 minimum=1 total=1"


@pytest.mark.parametrize(
    ("entries", "twice"),
    [
        ("{name: a, total: [5, 5]}", "a total=5"),
        ("{name: a, share: [0.1234567, 0.1234568]}", "a share=0.123457"),
        ("{name: a, total: [5, 6]}, {name: a total=6}", "a total=6"),
        ("{name: a total=6}, {name: a, total: [5, 6]}", "a total=6"),
        ("{name: a, count: [1], total: [5]}, {name: a count=1, total: [5]}", "a count=1 total=5"),
        ("{name: a, total: [5, 6]}, {name: a, total: [6, 7]}", "a total=6"),
    ],
)
def test_names_that_grids_give_twice(tmp_path, entries, twice):
    with pytest.raises(RulesError) as caught:
        load_scenarios(written(tmp_path, f"scenarios: [{entries}]\n"))
    assert [p.message for p in caught.value.problems] == [f"a second scenario `{twice}`"]


def test_names_that_only_look_alike(tmp_path):
    text = "scenarios: [{name: a, total: [5, 6]}, {name: a, total: [7]}, {name: a b, total: [5]}]\n"
    names = [scenario.name for scenario in load_scenarios(written(tmp_path, text))]
    assert names == ["a total=5", "a total=6", "a total=7", "a b total=5"]


def test_not_every_second_name_is_listed(tmp_path):
    path = written(tmp_path, f"scenarios: [{'{name: a}, ' * 500}]\n")
    with pytest.raises(RulesError) as caught:
        load_scenarios(path)
    assert len(caught.value.problems) == 101
    assert "and more" in caught.value.problems[-1].message


# --- built-in --------------------------------------------------------------------------------


def test_built_in_rules_and_data_by_name(tmp_path):
    named = written(tmp_path, "base: built-in\ndata: built-in\nscenarios: [{name: a}]\n")
    silent = written(tmp_path, "scenarios: [{name: a}]\n", "silent.yaml")
    assert load_scenarios(named).base is None
    assert load_scenarios(named).data == BUILT_IN
    assert command(named, "--format", "csv").stdout == command(silent, "--format", "csv").stdout


def test_built_in_data_of_a_scenario(own, allocation):
    path = written(
        own,
        "data: own.csv\nscenarios:\n  - {name: here, data: own.csv, exclude: [Oslo]}\n"
        "  - {name: there, data: built-in}\n",
    )
    rules = own / "rules.yaml"
    done = command(path, "--rules", rules, "--long", "--format", "csv")
    rows = [row for row in csv.DictReader(done.stdout.splitlines()) if row["requested"] != "0"]
    assert [row["kommunenummer"] for row in rows if row["scenario"] == "here"] == ["1804"]
    there = bosetting.allocate(bosetting.load_statistics(), bosetting.load_rules(rules))
    assert {r["kommunenummer"]: int(r["requested"]) for r in rows if r["scenario"] == "there"} == {
        r.kommunenummer: r.requested for r in there.selected if r.requested
    }
    assert {row["data"] for row in rows} == {"own.csv", "built-in"}


def test_a_file_that_is_called_built_in(own):
    (own / "rules.yaml").rename(own / "built-in")
    path = written(own, "base: ./built-in\ndata: own.csv\nscenarios: [{name: a}]\n")
    assert [row["a"] for row in rows_of(path)] == ["6", "4"]


# --- what varies -----------------------------------------------------------------------------


def test_long_form_says_what_each_scenario_uses(own):
    path = written(
        own,
        "base: rules.yaml\ndata: own.csv\nscenarios:\n  - {name: as it is}\n"
        "  - {name: other, data: other.csv, total: [20, 30], minimum: 1}\n"
        "  - {name: one, count: 1, by: size, method: dhondt, weights: {size: 1}}\n"
        "  - {name: half, share: 0.5}\n",
    )
    rows = rows_of(path, "--long")
    varied = ["total", "minimum", "share", "count", "by", "method", "data", "weight_size"]
    assert list(rows[0]) == [
        "scenario",
        *varied,
        *("kommunenummer", "municipality", "fylke", "quota", "requested"),
    ]
    used = {row["scenario"]: [row[key] for key in varied] for row in rows}
    base = ["", "share", "sainte-lague", "own.csv", "1.0"]
    assert used == {
        "as it is": ["10", "0", "", *base],
        "other total=20": ["20", "1", "", "", "share", "sainte-lague", "other.csv", "1.0"],
        "other total=30": ["30", "1", "", "", "share", "sainte-lague", "other.csv", "1.0"],
        "one": ["10", "0", "", "1", "size", "dhondt", "own.csv", "1.0"],
        "half": ["10", "0", "0.5", *base],
    }
    assert [row["requested"] for row in rows] == ["6", "4", "2", "18", "3", "27", "10", "10"]


def test_weights_of_all_criteria_are_said(tmp_path):
    path = written(
        tmp_path,
        "scenarios:\n  - {name: a}\n  - {name: b, weights: {population: 0.8, employment: 0.1}}\n",
    )
    names = ["weight_population", "weight_employment", "weight_introduction_programme"]
    rows = rows_of(path, "--long")
    assert list(rows[0])[1:4] == names
    found = {row["scenario"]: [row[name] for name in names] for row in rows}
    assert found == {"a": ["0.7", "0.2", "0.1"], "b": ["0.8", "0.1", "0.1"]}


def test_what_does_not_vary_has_no_column(own):
    path = written(own, "base: rules.yaml\ndata: own.csv\nscenarios: [{name: a}]\n")
    assert list(rows_of(path, "--long")[0])[:2] == ["scenario", "kommunenummer"]


def test_data_given_by_option_are_called_so(own):
    path = written(own, "base: rules.yaml\nscenarios: [{name: a}, {name: b, data: other.csv}]\n")
    rows = rows_of(path, "--long", "--data", own / "own.csv")
    assert {r["scenario"]: r["data"] for r in rows} == {"a": str(own / "own.csv"), "b": "other.csv"}


def test_the_long_form_for_people_has_the_same_columns(own):
    path = written(own, "base: rules.yaml\ndata: own.csv\nscenarios: [{name: a, total: 20}]\n")
    lines = command(path, "--long", "--lang", "nb").stdout.splitlines()
    assert lines[0].split() == ["scenario", "totalt", "nr.", "kommune", "fylke", "kvote", "anmodet"]
    assert lines[2].split() == ["a", "20", "0301", "Oslo", "Oslo", "12,00", "12"]


# --- scenarios that admit no allocation ------------------------------------------------------

SOME = (
    "scenarios:\n  - {name: good}\n  - {name: few, total: [1000, 4400]}\n"
    "  - {name: no such, method: nearest}\n  - {name: lost, data: none.csv}\n"
)


def test_keep_going_leaves_out_what_fails(tmp_path):
    path = written(tmp_path, SOME)
    done = command(path, "--keep-going", "--format", "csv")
    assert done.exit_code == 0
    alone = written(tmp_path, "scenarios: [{name: good}, {name: few, total: [4400]}]\n", "t.yaml")
    assert done.stdout == command(alone, "--format", "csv").stdout
    lines = done.stderr.splitlines()
    assert lines[0] == "2 scenarios on Settlement requests for 2018."
    named = [line.split("`")[1] for line in lines if line.startswith("left out: scenario `")]
    assert list(dict.fromkeys(named)) == ["few total=1000", "no such", "lost"]
    assert "the total is 1,000" in done.stderr


@pytest.mark.parametrize("form", ["csv", "jsonl", "json", "table", "xlsx"])
def test_without_keep_going_nothing_is_written(tmp_path, form):
    path, output = written(tmp_path, SOME), tmp_path / "out"
    for long_form in ([], ["--long"]):
        done = command(path, *long_form, "--format", form)
        assert (done.stdout, type(done.exception)) == ("", BosettingError)
        command(path, *long_form, "--format", form, "-o", output)
        assert [p.name for p in tmp_path.iterdir()] == ["s.yaml"]


def test_failures_in_json(tmp_path):
    document = json.loads(
        command(written(tmp_path, SOME), "--keep-going", "--format", "json").stdout
    )
    assert [one["name"] for one in document["scenarios"]] == ["good", "few total=4400"]
    failed = {one["name"]: one["reasons"] for one in document["failed"]}
    assert list(failed) == ["few total=1000", "no such", "lost"]
    assert "the total is 1,000" in failed["few total=1000"][0]
    assert "none.csv" in failed["lost"][0]


def test_keep_going_needs_one_that_succeeds(tmp_path):
    path = written(tmp_path, "scenarios: [{name: few, total: [5, 6]}]\n")
    done = subprocess.run(
        [sys.executable, "-m", "bosetting_cli", "scenarios", str(path), "--keep-going"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "error: scenario `few total=5`: " in done.stderr
    assert "error: scenario `few total=6`: " in done.stderr


def test_data_that_are_not_there_are_told_with_scenario_and_line(tmp_path):
    done = command(written(tmp_path, SOME), "--keep-going", "--format", "csv")
    place = "scenario `lost`: " + str(tmp_path / "s.yaml") + ":5:24: scenarios[3].data: `none.csv`"
    assert f"left out: {place} can't be read" in done.stderr


def test_keep_going_in_python(tmp_path, statistics, rules):
    scenarios = load_scenarios(written(tmp_path, SOME.replace("none.csv", "built-in")))
    sources, failed = read_sources(scenarios.sources, lambda _: (statistics, rules)), []
    found = succeeding(runs(scenarios, sources), failed, keep_going=True)
    assert [run.scenario.name for run in found] == ["good", "few total=4400", "lost"]
    assert [one.scenario.name for one in failed] == ["few total=1000", "no such"]
    assert [s.data for s in scenarios] == [None, None, None, None, Data("built-in")]


# --- memory, and complete or not there -------------------------------------------------------


def peak(*arguments):
    """Run a command, and return the most memory that it had, in MB.

    By way of a small process: a child counts what its parent had when it was made.
    """
    line = [sys.executable, "-m", "bosetting_cli", "scenarios", *map(str, arguments)]
    code = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *line], capture_output=True, text=True, check=True
    )
    return int(done.stdout) / (2**20 if sys.platform == "darwin" else 2**10)


def test_memory(tmp_path):
    """Kept as rows of a table, these would take 300 MB and more."""
    path = weighted_file(tmp_path, weightings(2000))
    assert peak(path, "--long", "--format", "csv", "-q") < 130
    path = weighted_file(tmp_path, weightings(5000))
    assert peak(path, "--format", "csv", "-q") < 130


def test_an_existing_file_is_refused_at_once(tmp_path):
    output = written(tmp_path, "old", "out.csv")
    done = command(written(tmp_path, SOME), "--long", "-o", output)
    assert "exists already" in str(done.exception)
    assert output.read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.csv", "s.yaml"]
    command(written(tmp_path, SOME), "--long", "-o", output, "--force")
    assert output.read_text() == "old"


@pytest.mark.parametrize("form", ["csv", "jsonl", "json"])
@pytest.mark.parametrize("long_form", [[], ["--long"]])
def test_a_file_holds_what_standard_output_gets(own, form, long_form):
    path = written(own, "base: rules.yaml\ndata: own.csv\nscenarios: [{name: a, total: [5, 6]}]\n")
    shown = command(path, *long_form, "--format", form).stdout
    assert command(path, *long_form, "-o", own / f"out.{form}").exit_code == 0
    assert (own / f"out.{form}").read_text(encoding="utf-8") == shown
    assert shown


def test_rows_written_one_by_one_are_the_json_of_all():
    rows = [{"a": 1, "b": "é\n"}, {"a": None, "b": 0.1}]
    table = Table([Column("a", "a"), Column("b", "b")], rows)
    for some in (rows, []):
        out = render(Table(table.columns, some), "json", document={"x": [1]})
        assert out == json_bytes({"x": [1], "rows": some})


def test_more_than_a_sheet_holds_is_refused(own, monkeypatch):
    monkeypatch.setattr(writers, "SHEET", (3, 4))
    path = written(own, "base: rules.yaml\ndata: own.csv\nscenarios: [{name: a, total: [5, 6]}]\n")
    done = command(path, "-o", own / "out.xlsx")
    assert "3 lines of 5 columns are too many for xlsx" in str(done.exception)
    assert not (own / "out.xlsx").exists()
    done = command(path, "--long", "-o", own / "out.xlsx")
    assert "5 lines of 7 columns are too many for xlsx" in str(done.exception)
