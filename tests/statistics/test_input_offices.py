"""What statistics offices and spreadsheets do to tables, and how it is read."""

import json
import unicodedata

import openpyxl
import pytest

from bosetting_cli import allocate, load_statistics
from bosetting_cli.rules import parse_rules
from bosetting_cli.statistics.reading import read_table

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
