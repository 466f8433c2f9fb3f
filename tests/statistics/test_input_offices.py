"""What statistics offices and spreadsheets do to tables, and how it is read."""

import json
import unicodedata

import openpyxl
import pytest

from bosetting_cli import allocate, load_statistics
from bosetting_cli.findings import DataError
from bosetting_cli.rules import parse_rules
from bosetting_cli.statistics.reading import read_table
from commands import run

TWO = "region;population\n0301 Oslo;5\n1103 Stavanger;6\n\n"


@pytest.fixture
def read(tmp_path):
    def reader(text, name="own.csv", **options):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return read_table(path, name, **options)

    return reader


def told(table):
    assert {(p.file, p.severity) for p in table.repairs} <= {(table.file, "warning")}
    return [(problem.line, problem.message) for problem in table.repairs]


# --- footnotes -------------------------------------------------------------------------------

FOOTER = ["Oppdatert:", "20170301 08:00", "", "Telefon", "+47 11 22 33 44", "07459", "Kilde: SSB"]


def test_footnotes_of_many_lines_with_dates_and_numbers(read):
    table = read(TWO + "".join(f"{line};\n" for line in FOOTER))
    assert table.rows == [["0301", "5", "Oslo"], ["1103", "6", "Stavanger"]]
    assert told(table)[0] == (5, "6 lines of footnotes left out: `Oppdatert:`")


@pytest.mark.parametrize("line", ["07459", "+47 11 22 33 44", "20170301 08:00"])
def test_a_number_without_words_above_it_is_no_footnote(read, line):
    table = read(f"{TWO}{line};\n")
    assert table.rows[-1] == [line, "", ""]


# --- headers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_heading_in_two_lines(read, end):
    for heading in ('kommunenr;"Antall\ninnbyggere";år', 'år;"Antall\ninnbyggere";kommunenr'):
        text = f'Tittel 5" rør\n{heading}\n1103;6;1103\n'.replace("\n", end)
        table = read(text, wanted=["population"])
        assert set(table.header) == {"kommunenummer", "population", "year"}
        assert (table.rows, table.header_line, table.lines) == ([["1103", "6", "1103"]], 3, [4])
        assert read(text, wanted=["settled"]).rows == []


@pytest.mark.parametrize(
    ("end", "notes", "said"),
    [
        (",", [",", ",x", ","], ["column 3 has no name and is not read"]),
        (",,,", [",,", ",,12", ",,"], ["column 4 has no name and is not read"]),
        (",,", [",,", ",,", ",,"], []),
        (",", ["", ",x", ""], None),
    ],
)
def test_last_columns_without_a_name(read, end, notes, said):
    rows = zip(("0301,5", "1103,6", "1601,7"), notes, strict=True)
    text = f"kommunenr,x{end}\n" + "".join(f"{row}{note}\n" for row, note in rows)
    if said is None:
        with pytest.raises(DataError, match="has 2 cells, the header has 3"):
            read(text)
        return
    table = read(text)
    assert table.rows == [["0301", "5"], ["1103", "6"], ["1601", "7"]]
    assert told(table) == [(1, what) for what in said]


@pytest.mark.parametrize("row", ["0301,666,759", "0301,666,759.5", "0301,5,,x"])
def test_a_comma_within_a_number_is_still_no_column(read, row):
    with pytest.raises(DataError, match="a comma inside a number or name"):
        read(f"kommunenr,x,\n{row}\n1103,5,\n")


def test_a_note_in_the_margin_of_a_sheet(tmp_path):
    book = openpyxl.Workbook()
    for row in (["kommunenr", "x"], ["0301", 5, None, "i margen"], ["1103", 6]):
        book.active.append(row)
    book.save(tmp_path / "own.xlsx")
    table = read_table(tmp_path / "own.xlsx", "own.xlsx")
    assert table.rows == [["0301", "5"], ["1103", "6"]]
    assert told(table) == [(1, "column 4 has no name and is not read")]


# --- letters ---------------------------------------------------------------------------------

RULES = """\
title: t
as_of: 2017-10-02
total: 10
minimum: 0
select: {share: 1}
criteria: [{name: people på bygda, weight: 1, indicator: på bygda}]
counties: {totals: {Sør-Trøndelag: 4, Møre og Romsdal på å: 6}}
"""
COUNTIES = """\
kommunenummer,municipality,fylke,population,på bygda
1502,Molde,Møre og Romsdal på å,5,5
1601,Trondheim,Sør-Trøndelag,5,5
"""


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("rules_form", ["NFC", "NFD"])
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_composed_and_decomposed_letters_are_the_same(tmp_path, form, rules_form, suffix):
    path = tmp_path / f"own.{suffix}"
    text = unicodedata.normalize(form, COUNTIES)
    if suffix == "csv":
        path.write_text(text, encoding="utf-8")
    else:
        book = openpyxl.Workbook()
        for line in text.splitlines():
            book.active.append(line.split(","))
        book.save(path)
    statistics = load_statistics(path)
    found = allocate(statistics, parse_rules(unicodedata.normalize(rules_form, RULES)))
    asked = {row.fylke: row.requested for row in found.rows}
    assert asked == {"Sør-Trøndelag": 4, "Møre og Romsdal på å": 6}


def test_decomposed_letters_in_json_and_in_a_description(tmp_path):
    rows = [{"kommunenummer": "1502", "på bygda": "på"}]
    text = unicodedata.normalize("NFD", json.dumps({"rows": rows}, ensure_ascii=False))
    for escaped in (text, json.dumps(json.loads(text))):
        (tmp_path / "own.json").write_text(escaped, encoding="utf-8")
        table = read_table(tmp_path / "own.json")
        assert (table.header[1], table.rows[0][1]) == ("på bygda", "på")
    fields = [{"name": unicodedata.normalize("NFD", "på"), "title": "t", "type": "number"}]
    package = {"resources": [{"path": "own.csv", "schema": {"fields": fields}}]}
    (tmp_path / "datapackage.json").write_text(json.dumps(package))
    (tmp_path / "own.csv").write_text("kommunenummer,på\n1502,1\n")
    register = "kommunenummer,municipality,fylke\n1502,Molde,M\n"
    (tmp_path / "municipalities.csv").write_text(register)
    assert load_statistics(tmp_path).column("på").title == "t"


# --- names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "span",
    ["(-2017)", "(1964-2019)", "(2018 -)", "(1838–2019)", "(t.o.m. 2017)", "(f.o.m. 2018)",
     "(tom 2017)", "(f.o.m. 2018, t.o.m. 2019)", "(F.O.M. 2020)", "(2018)", "(fra 2018 til 2019)"],
)  # fmt: skip
def test_years_behind_names_are_taken_off_and_said_once(read, span):
    table = read(f"region;fylke;x\n1103 Stavanger {span};A;1\n0301 Oslo;B {span};2\n")
    assert table.rows == [["1103", "A", "1", "Stavanger"], ["0301", "B", "2", "Oslo"]]
    assert told(table)[1:] == [
        (2, "years taken off names (1): the first is read as Stavanger"),
        (3, "years taken off names (1): the first is read as B"),
    ]


@pytest.mark.parametrize(
    "name",
    ["Bø (Nordland)", "Våler (Hedmark)", "Os (1)", "Sand (2017-kommune)", "Halden (-)", "A ()"],
)
def test_other_brackets_stay(read, name):
    table = read(f"kommunenummer;kommune\n1867;{name}\n")
    assert (table.rows, table.repairs) == ([["1867", name]], ())


def test_a_list_of_counties_has_such_names_too(read):
    table = read("fylke;total\nSør-Trøndelag (-2017);5\nOslo;6\n")
    assert [row[0] for row in table.rows] == ["Sør-Trøndelag", "Oslo"]


@pytest.mark.parametrize("name", ["K?utokeino", "Bod?", "?s", "Guovdageaidnu - Kárá?johka"])
def test_letters_that_became_question_marks_are_said(read, name):
    table = read(f"kommunenummer;kommune;note\n0301;Oslo;what?\n1601;{name};?\n")
    what = "letters of names were lost before the file came here and are `?` now (1): "
    assert told(table) == [(3, what + name)]
    assert read("kommunenummer;kommune\n0301;Oslo ?\n").repairs == ()


def test_the_command_letters_says_what_was_mended(tmp_path):
    (tmp_path / "own.csv").write_text(COUNTIES.replace("Molde", "M?lde (-2019)"), encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    given = ["--rules", str(tmp_path / "rules.yaml"), "--data", str(tmp_path / "own.csv")]
    result = run("letters", *given, "-o", str(tmp_path / "out"))
    assert result.exit_code == 0
    said = result.stderr.splitlines()
    assert said[0].startswith("2 letters in")
    assert [line.rpartition(": municipality: ")[2] for line in said[1:]] == [
        "years taken off names (1): the first is read as M?lde",
        "letters of names were lost before the file came here and are `?` now (1): M?lde",
    ]


# --- folders and merged cells ----------------------------------------------------------------

REGISTER = "kommunenummer,municipality,fylke\n0301,Oslo,Oslo\n1103,Stavanger,Rogaland\n"


def complaints(path, **options):
    with pytest.raises(DataError) as caught:
        load_statistics(path, **options)
    return [(p.severity, p.line, p.column, p.message, p.remedy()) for p in caught.value.problems]


@pytest.mark.parametrize("name", ["own.xls", "OWN.XLS", "own.xlsm", "own.xlsb", "own.numbers"])
def test_spreadsheets_that_are_not_read_are_named(tmp_path, name):
    (tmp_path / "municipalities.csv").write_text(REGISTER)
    for other in (name, f"~${name}", f".{name}", "notes.txt", "notes.docx"):
        (tmp_path / other).write_bytes(b"\xd0\xcf\x11\xe0")
    statistics = load_statistics(tmp_path)
    assert [str(note) for note in statistics.notes] == [
        f"{tmp_path / name}: is not read\n  save it as .xlsx or CSV, or move it elsewhere"
    ]
    missing = ("error", None, None, "missing column: no table has `settled`", None)
    assert missing in complaints(tmp_path, indicators=["settled"])
    assert complaints(tmp_path, strict=True)[0][3] == "is not read"


def test_merged_cells_are_one_complaint_a_row_with_a_hint(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["kommunenr", "kommune", "fylke", "år", "x"])
    for code, name in (("0301", "Oslo"), ("1103", "Stavanger")):
        book.active.append([code, name, name, 2016, 5])
        book.active.append([None, None, None, 2017, 6])
    for first in (2, 4):
        for column in "ABC":
            book.active.merge_cells(f"{column}{first}:{column}{first + 1}")
    book.save(tmp_path / "own.xlsx")
    hint = "expected four digits, such as 0301; were cells merged? write it in every row"
    errors = [c for c in complaints(tmp_path / "own.xlsx") if c[0] == "error"]
    assert errors == [
        ("error", line, "kommunenr", "the kommunenummer is missing", hint) for line in (3, 5)
    ]
