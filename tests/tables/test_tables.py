"""Tables for people and machine formats; the golden files are read by people when they change."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from bosetting_cli.result import allocate
from bosetting_cli.result.rows import columns
from bosetting_cli.rules import override
from bosetting_cli.tables import FORMATS, Column, Table, kinds, render
from bosetting_cli.tables.allocation import document, municipality_table
from bosetting_cli.tables.counties import county_table
from bosetting_cli.tables.text import shortened
from bosetting_cli.tables.writers import Format
from commands import run

GOLDEN = Path(__file__).parents[1] / "golden"
REVISED = str(Path(__file__).parents[2] / "config" / "criteria-2018-revised.yaml")
CASES = {
    "allocate.txt": [],
    "by-fylke.txt": ["--by", "fylke"],
    "by-fylke-nb.txt": ["--by", "fylke", "--lang", "nb"],
    "all.csv": ["--all", "--format", "csv"],
    "all-by-name.txt": ["--all", "--sort", "name"],
    "twelve-nn.md": ["--count", "12", "--lang", "nn", "--format", "markdown"],
    "twelve.html": ["--count", "12", "--format", "html"],
    "twelve.json": ["--count", "12", "--format", "json"],
}


@pytest.mark.parametrize("name", CASES)
def test_golden(name):
    result = run("allocate", "-q", *CASES[name])
    assert result.exit_code == 0, result.output
    assert result.stdout_bytes.decode() == (GOLDEN / name).read_bytes().decode()


@pytest.mark.parametrize(
    "name", ["allocate.txt", "by-fylke.txt", "by-fylke-nb.txt", "all-by-name.txt"]
)
def test_a_table_for_people_fits_100_columns(name):
    lines = (GOLDEN / name).read_text(encoding="utf-8").splitlines()
    assert max(map(len, lines)) <= 100


def rows_of(content: bytes, **dialect: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), **dialect))


def test_csv_has_the_documented_columns_and_reads_back_to_the_same_floats(allocation):
    rows = rows_of(render(municipality_table(allocation), "csv"))
    assert tuple(rows[0]) == columns(allocation.rules)
    for row, source in zip(rows, allocation.selected, strict=True):
        assert float(row["quota"]) == source.quota
        assert float(row["share"]) == source.share
        parts = [float(v) for k, v in row.items() if k.startswith("contribution_")]
        assert sum(parts) == float(row["quota"])


def test_the_first_columns_are_those_of_the_interface(allocation):
    expected = (
        "rank,kommunenummer,municipality,fylke,population,status,reason,share,quota,requested,"
        "requested_unaccompanied_minors,contribution_population,contribution_employment,"
        "contribution_introduction_programme,at_minimum"
    )
    assert columns(allocation.rules)[:15] == tuple(expected.split(","))


def test_every_column_is_documented(allocation):
    page = (Path(__file__).parents[2] / "docs" / "output.md").read_text(encoding="utf-8")
    known = set(re.findall(r"`([a-z_]+)(?:<[a-z-]+>)?`", page.split("Names of criteria")[0]))
    names = [c.name.replace(" ", "_") for c in allocation.rules.criteria] + ["unaccompanied_minors"]
    ends = "|".join(names)
    found = {re.sub(rf"_({ends})$", "_", column) for column in columns(allocation.rules)}
    assert found <= known


def test_excel_nb_has_bom_semicolon_and_decimal_comma(allocation):
    content = render(municipality_table(allocation), "csv", excel_nb=True)
    assert content.startswith(b"\xef\xbb\xbf")
    row = rows_of(content, delimiter=";")[0]
    assert float(row["quota"].replace(",", ".")) == allocation.selected[0].quota


def called(allocation, name):
    """Return the allocation with another name of the first municipality."""
    import dataclasses

    first, *others = allocation.statistics.municipalities
    evil = dataclasses.replace(first, municipality=name)
    changed = dataclasses.replace(allocation.statistics, municipalities=(evil, *others))
    return allocate(changed, override(allocation.rules, include=(first.kommunenummer,)))


def test_a_text_cell_is_no_formula(allocation):
    changed = called(allocation, "=HYPERLINK(1)")
    names = [row["municipality"] for row in rows_of(render(municipality_table(changed), "csv"))]
    assert names.count("'=HYPERLINK(1)") == 1


def test_html_and_markdown_escape(allocation):
    table = municipality_table(called(allocation, "<b>|x"))
    assert b"&lt;b&gt;|x" in render(table, "html")
    assert b"<b>\\|x" in render(table, "markdown")


def test_json_carries_rules_inputs_and_version_and_no_clock(allocation):
    data = json.loads(render(municipality_table(allocation), "json", document=document(allocation)))
    assert data["schema_version"] == 1
    assert data["rules"]["total"] == {"value": 4400, "source": "letter"}
    assert all(len(digest) == 64 for digest in data["inputs"].values())
    assert data["summary"] == {"total": 4400, "asked": 205, "eligible": 410, "at_minimum": 102}
    assert sum(row["requested"] for row in data["rows"]) == 4400


def test_jsonl_has_a_row_a_line(allocation):
    lines = render(municipality_table(allocation), "jsonl").decode().splitlines()
    assert len(lines) == 205
    assert json.loads(lines[0])["municipality"] == "Oslo"


def test_xlsx_is_read_by_another_library_and_has_the_same_bytes_twice(allocation):
    import openpyxl

    content = render(municipality_table(allocation), "xlsx")
    assert content == render(municipality_table(allocation), "xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    cells = list(sheet.values)
    assert cells[0] == columns(allocation.rules)
    assert cells[1][1] == "0301"
    assert sum(row[9] for row in cells[1:]) == 4400


@pytest.mark.parametrize(
    "arguments", [[], ["--all"], ["--by", "fylke"], ["--rules", REVISED, "--by", "fylke"]]
)
def test_the_columns_that_json_lists_are_those_of_its_rows(arguments):
    result = run("allocate", "-q", "--format", "json", *arguments)
    data = json.loads(result.stdout)
    assert data["rows"]
    assert all(list(row) == data["columns"] for row in data["rows"])


def test_a_format_is_one_entry(monkeypatch):
    keys = Format(lambda out, table, _: out.write(",".join(table.fields).encode()), (".keys",))
    monkeypatch.setitem(FORMATS, "keys", keys)
    table = Table([Column("a", "A"), Column("b", "B", kinds.COUNT)], [])
    assert render(table, "keys") == b"a,b"


def test_what_kinds_of_values_look_like():
    shown = [
        kinds.TEXT, kinds.COUNT, kinds.PLACES, kinds.CHANGE, kinds.PERCENT, kinds.decimal(2),
    ]  # fmt: skip
    columns = [Column(str(i), "", kind) for i, kind in enumerate(shown)]
    full = {"0": "x", "1": 1200, "2": 0, "3": -3, "4": 0.125, "5": 1.5}
    table = Table(columns, [full, {}], totals={"1": 7}, lang="nb")
    assert table.cells() == [
        ["x", "1\u00a0200", "–", "−3", "12,5 %", "1,50"],
        ["", "", "–", "", "", ""],
    ]
    assert table.footer() == ["", "7", "", "", "", ""]
    assert Table(columns, [full]).footer() == []


def test_a_column_reads_what_its_accessor_says():
    columns = [
        Column("n", "number", kinds.COUNT),
        Column("twice", "twice", kinds.COUNT, lambda row: 2 * row.n),
    ]
    rows = [SimpleNamespace(n=3), SimpleNamespace(n=1000)]
    table = Table(columns, rows, [columns[1], Column("n")], SimpleNamespace(n=1003))
    assert table.cells() == [["3", "6"], ["1,000", "2,000"]]
    assert table.footer() == ["1,003", "2,006"]
    assert render(table, "csv") == b"twice,n\n6,3\n2000,1000\n"


def test_rows_that_are_made_one_by_one_are_read_once():
    for form in ("csv", "json", "jsonl", "html", "markdown", "table", "xlsx"):
        table = Table([Column("n", "n", kinds.COUNT)], ({"n": n} for n in range(3)))
        known = Table([Column("n", "n", kinds.COUNT)], [{"n": n} for n in range(3)])
        assert render(table, form) == render(known, form)


def test_two_columns_of_prose_share_the_room():
    prose = kinds.PROSE._replace(least=20)
    row = {"a": "one two " * 10, "b": "three four " * 10, "c": "1"}
    table = Table([Column("a", "a", prose), Column("b", "b", prose), Column("c", "c")], [row])
    lines = render(table, "table", width=70).decode().splitlines()
    assert max(map(len, lines)) <= 70
    assert lines[1].split() == ["-" * 31, "-" * 32, "-"]  # of 65 the last takes a half


def test_county_totals_add_up(allocation):
    table = county_table(allocation)
    assert len(table.rows) == 19
    assert sum(entry["requested"] for entry in table.records()) == 4400
    assert sum(entry["population"] for entry in table.records()) == 5258317


def test_shortened_text_says_so():
    assert (shortened("Sogn og Fjordane", 10), shortened("Oslo", 10)) == ("Sogn og F…", "Oslo")
