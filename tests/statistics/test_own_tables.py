"""Own tables beside others: what is read, what is said of it, and a description to fill in."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from bosetting_cli import load_statistics
from bosetting_cli.cli import cli
from bosetting_cli.findings import DataError
from bosetting_cli.resources import data_dir

ROOT = Path(__file__).resolve().parents[2]
BASE = {
    "municipalities.csv": "kommunenummer,municipality,fylke\n"
    "0301,Oslo,Oslo\n1103,Stavanger,Rogaland\n",
    "population.csv": "kommunenummer,year,population\n0301,2017,70\n1103,2017,30\n",
    "datapackage.json": json.dumps(
        {
            "resources": [
                {
                    "name": "population",
                    "path": "population.csv",
                    "schema": {
                        "fields": [
                            {"name": "kommunenummer", "type": "string"},
                            {"name": "year", "type": "year"},
                            {
                                "name": "population",
                                "type": "integer",
                                "referenceDate": "year-01-01",
                                "controlTotals": [{"year": 2017, "value": 100, "source": "SSB"}],
                            },
                        ]
                    },
                }
            ]
        }
    ),
}
HOUSES = "kommunenummer,year,houses\n0301,2016,8\n1103,2016,2\n"


@pytest.fixture
def put(tmp_path):
    """Write a folder of files and return it."""

    def make(name, files):
        folder = tmp_path / name
        folder.mkdir()
        for file, text in files.items():
            (folder / file).write_text(text, encoding="utf-8")
        return folder

    return make


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a command in the folder of the test; return its exit code, output and messages."""
    monkeypatch.chdir(tmp_path)

    def call(*words, **more):
        found = CliRunner().invoke(cli, [*map(str, words)], **more)
        problems = getattr(found.exception, "problems", ())
        return found.exit_code, found.output, [problem.message for problem in problems]

    return call


RULES = """
title: Houses
as_of: 2017-10-02
total: 10
criteria:
  - {name: houses, weight: 1, indicator: houses, years: [2016]}
"""


def test_a_table_is_added_and_stands_among_the_inputs(put, run, tmp_path):
    base, own = put("base", BASE), put("own", {"houses.csv": HOUSES})
    (tmp_path / "rules.yaml").write_text(RULES)
    code, output, _ = run(
        "allocate",
        "-q",
        "--rules",
        "rules.yaml",
        "--data",
        "base",
        "--add",
        "own",
        "--format",
        "json",
    )
    document = json.loads(output)
    assert code == 0
    assert {r["kommunenummer"]: r["requested"] for r in document["rows"]} == {"0301": 8, "1103": 2}
    assert document["inputs"]["own/houses.csv"] == hashlib.sha256(HOUSES.encode()).hexdigest()
    statistics = load_statistics(base, add=[own / "houses.csv"])
    assert {*statistics.columns} == {"population", "houses"}


def test_a_table_is_added_to_the_packaged_ones(put):
    statistics = load_statistics(add=[put("own", {"houses.csv": HOUSES})], indicators=["houses"])
    assert len(statistics.municipalities) == 426
    assert statistics.column("houses").value("1103", 2016) == 2
    assert any("424 municipalities have no row" in note.message for note in statistics.notes)
    with pytest.raises(DataError, match="424 municipalities have no row"):
        load_statistics(add=[put("again", {"houses.csv": HOUSES})], strict=True)


def test_a_table_of_the_same_name_replaces_and_the_last_added_counts(put):
    base = put("base", BASE)
    first = put(
        "first",
        {"population.csv": BASE["population.csv"].replace(",70", ",60").replace(",30", ",40")},
    )
    second = put(
        "second",
        {"population.csv": BASE["population.csv"].replace(",70", ",55").replace(",30", ",45")},
    )
    for added, oslo in (([], 70), ([first], 60), ([first, second], 55), ([second, first], 60)):
        column = load_statistics(base, add=added).column("population")
        assert column.value("0301", 2017) == oslo
        assert column.table == str((added or [base])[-1] / "population.csv")


def test_what_is_said_of_a_table_is_said_of_the_one_that_replaces_it(put):
    base = put("base", BASE)
    wrong = BASE["population.csv"].replace("70", "75")
    with pytest.raises(DataError, match="105"):
        load_statistics(base, add=[put("own", {"population.csv": wrong})])
    package = json.loads(BASE["datapackage.json"])
    package["resources"][0]["schema"]["fields"][2]["controlTotals"][0]["value"] = 105
    files = {"population.csv": wrong, "datapackage.json": json.dumps(package)}
    statistics = load_statistics(base, add=[put("described", files)])
    assert statistics.column("population").value("0301", 2017) == 75


def test_the_register_stays_and_a_second_one_is_said(put):
    files = {
        "houses.csv": HOUSES,
        "municipalities.csv": "kommunenummer,municipality,fylke\n4601,Bergen,V\n",
    }
    own = put("own", files)
    statistics = load_statistics(put("base", BASE), add=[own])
    assert statistics.units == ("0301", "1103")
    (note,) = (one for one in statistics.notes if one.file == str(own / "municipalities.csv"))
    assert (
        note.message == "not read: added tables are for the municipalities of the other statistics"
    )


def test_added_tables_are_checked_like_others(put):
    bad = HOUSES.replace("1103", "9999") + "4601,2016,-3\n"
    with pytest.raises(DataError) as caught:
        load_statistics(put("base", BASE), add=[put("own", {"houses.csv": bad})])
    assert {problem.line for problem in caught.value.problems if problem.severity == "error"} == {4}
    with pytest.raises(DataError, match="no such folder"):
        load_statistics(add=["nowhere"])
    with pytest.raises(DataError, match="no tables"):
        load_statistics(add=[put("empty", {"notes.txt": "x"})])


def test_a_column_of_another_table_is_an_error(put):
    own = put("own", {"people.csv": BASE["population.csv"]})
    with pytest.raises(DataError, match=r"population\.csv"):
        load_statistics(put("base", BASE), add=[own])


# --- standard input --------------------------------------------------------------------------

ONE = "kommunenummer,municipality,fylke,population\n0301,Oslo,Oslo,70\n1103,Stavanger,Rogaland,30\n"
BY_PEOPLE = RULES.replace("houses, years: [2016]", "population").replace("name: houses", "name: p")


def test_a_dash_is_standard_input_also_where_it_is_read_twice(run, tmp_path):
    (tmp_path / "rules.yaml").write_text(BY_PEOPLE)
    options = ("--rules", "rules.yaml", "--data", "-")
    code, output, _ = run("allocate", "-q", *options, "--format", "json", input=ONE)
    document = json.loads(output)
    assert code == 0
    assert [row["requested"] for row in document["rows"]] == [7, 3]
    assert document["inputs"]["-"] == hashlib.sha256(ONE.encode()).hexdigest()
    for text, valid in ((ONE, True), (ONE.replace(",70", ",x"), False)):
        _, output, _ = run("validate", "-q", *options, "--format", "json", input=text)
        assert json.loads(output)["valid"] is valid


# --- the packaged tables as files, and a description to fill in ------------------------------


@pytest.mark.parametrize(("year", "folder"), [((), ""), (("--year", "2026"), "2024")])
def test_the_packaged_tables_are_written_with_their_description(run, tmp_path, year, folder):
    assert run("data", "-q", "--export", "figures", *year)[0] == 0
    written = {p.relative_to(tmp_path / "figures") for p in (tmp_path / "figures").rglob("*.*")}
    assert Path("datapackage.json") in written
    assert Path("population.csv") in written
    for name in written:
        packaged = (data_dir() / folder / name).read_bytes()
        assert (tmp_path / "figures" / name).read_bytes() == packaged
    package = json.loads((tmp_path / "figures/datapackage.json").read_text(encoding="utf-8"))
    assert {Path(one["path"]) for one in package["resources"]} < written
    assert run("data", "--export", "figures")[2] == ["exists already"]
    assert sorted(os.listdir(tmp_path)) == ["figures"]


def test_an_allocation_on_exported_tables_is_the_packaged_one(run):
    run("data", "-q", "--export", "figures")
    given = run("allocate", "-q", "--format", "csv", "--data", "figures")
    assert given == run("allocate", "-q", "--format", "csv")
    assert given[0] == 0


def test_a_description_to_fill_in(put, run, tmp_path):
    rates = "Kommunenr;År;Andel leid;Merknad\n0301;2016;0,25;x\n1103;2016;0,5;\n"
    put("own", {"houses.csv": HOUSES, "rented.csv": rates})
    code, output, _ = run("data", "-q", "--describe", "own")
    assert code == 0
    houses, rented = json.loads(output)["resources"]
    empty = {"title": "", "unit": "", "referenceDate": ""}
    key, year = {"type": "string", "title": ""}, {"type": "year", "title": ""}
    assert houses["path"] == "houses.csv"
    assert houses["schema"]["fields"] == [
        {"name": "kommunenummer", **key},
        {"name": "year", **year},
        {"name": "houses", "type": "integer", **empty},
    ]
    assert rented["schema"]["fields"] == [
        {"name": "Kommunenr", **key},
        {"name": "År", **year},
        {"name": "Andel leid", "type": "number", **empty},
        {"name": "Merknad", "type": "string", "title": ""},
    ]
    # What nobody has filled in yet is said, filled in it is read; then nothing is left to do.
    path = tmp_path / "own/datapackage.json"
    path.write_text(output, encoding="utf-8")
    base = put("base", BASE)
    with pytest.raises(DataError, match="reference date"):
        load_statistics(base, add=["own"])
    path.write_text(output.replace('Date": ""', 'Date": "year-12-31"'), encoding="utf-8")
    assert str(load_statistics(base, add=["own"]).column("houses").date(2016)) == "2016-12-31"
    assert json.loads(run("data", "--describe", "own")[1]) == {"resources": []}


def test_options_of_data_that_are_no_use_together(run):
    for words in ((), ("--export", "a", "--describe", "b"), ("--describe", "b", "--year", "2026")):
        assert run("data", *words)[0] == 2
    assert run("data", "--export", "a", "--force")[0] == 2


# --- sheets, and units that decide ------------------------------------------------------------

COVER = [["Folkemengde", ""], ["Oppdatert", "2017-02-23"], ["Kontakt", "SSB"]]


@pytest.mark.parametrize(
    "before", [[], [("Forside", COVER)], [("Forside", COVER), ("Om", [["x"]])]]
)
def test_the_first_visible_sheet_that_is_a_table_is_read_and_said(tmp_path, before):
    book = openpyxl.Workbook()
    book.remove(book.active)
    rows = [line.split(",") for line in ONE.splitlines()]
    for name, content in (*before, ("Tall", rows), ("Gamle tall", rows[:2])):
        sheet = book.create_sheet(name)
        for row in content:
            sheet.append(row)
    book.save(tmp_path / "own.xlsx")
    statistics = load_statistics(tmp_path / "own.xlsx")
    assert statistics.column("population").value("1103", None) == 30
    (note,) = (one.message for one in statistics.notes)
    assert all(f"`{name}`" in note or name in note for name, _ in (*before, ("Tall", ())))


def test_small_counts_are_no_mixed_per_cent_where_the_unit_says_what_they_are(put):
    homes = "kommunenummer,year,homes\n0301,2017,71\n1103,2017,0.5\n"
    with pytest.raises(DataError, match="per cent in some rows") as caught:
        load_statistics(put("base", BASE), add=[put("bare", {"homes.csv": homes})])
    (error,) = (one for one in caught.value.problems if one.severity == "error")
    assert "`unit`" in error.remedy()
    field = {"name": "homes", "type": "number", "unit": "per cent", "referenceDate": "year-01-01"}
    for unit, is_read in (("per cent", False), ("thousand homes", True)):
        resource = {
            "name": "homes",
            "path": "homes.csv",
            "schema": {"fields": [{**field, "unit": unit}]},
        }
        package = json.dumps({"resources": [resource]})
        own = put(unit, {"homes.csv": homes, "datapackage.json": package})
        base = put(f"{unit} base", BASE)
        if is_read:
            column = load_statistics(base, add=[own]).column("homes")
            assert [column.value(code, 2017) for code in ("0301", "1103")] == [71, 0.5]
        else:
            with pytest.raises(DataError, match="per cent in some rows"):
                load_statistics(base, add=[own])


# --- one finding for one mistake --------------------------------------------------------------


def test_years_across_are_told_under_any_heading(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("kode;navn;fylke;2016;2017\n0301;Oslo;Oslo;1;2\n1103;Stavanger;Rogaland;1;2\n")
    with pytest.raises(DataError, match="years stand in a column of their own") as caught:
        load_statistics(path)
    assert len(caught.value.problems) == 1
    path.write_text("0301;Oslo;Oslo;70\n1103;Stavanger;Rogaland;30\n")
    with pytest.raises(DataError, match="the first line is no header"):
        load_statistics(path)


def test_rows_without_kommunenummer_are_one_complaint_each(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(ONE.replace("0301", "").replace("1103", ""))
    with pytest.raises(DataError) as caught:
        load_statistics(path)
    errors = [one for one in caught.value.problems if one.severity == "error"]
    assert [(one.line, one.column) for one in errors] == [
        (2, "kommunenummer"),
        (3, "kommunenummer"),
    ]
