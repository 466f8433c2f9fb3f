"""Kommunenummer as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bosetting_cli.statistics.kommunenummer import (
    code_problems,
    is_code,
    is_proper,
    is_total,
    understand,
    with_proper_codes,
)
from bosetting_cli.statistics.table import Table


def table(header, *rows, labels=None):
    lines = list(range(2, 2 + len(rows)))
    cells = [list(row) for row in rows]
    return Table("own.csv", "", header, cells, lines, labels=labels or header)


@pytest.mark.parametrize(
    ("cell", "number", "name"),
    [
        ("0301", "0301", ""),
        ("301", "0301", ""),
        ("1601", "1601", ""),
        ("K-0301", "0301", ""),
        ("k0301", "0301", ""),
        ("K 1601", "1601", ""),
        ("K-301", "0301", ""),
        ("0301 Oslo", "0301", "Oslo"),
        ("301 Oslo", "0301", "Oslo"),
        ("K-0301 Oslo", "0301", "Oslo"),
        ("1601 - Trondheim", "1601", "Trondheim"),
        ("2011 Guovdageaidnu - Kautokeino", "2011", "Guovdageaidnu - Kautokeino"),
        ("0237\u00a0Eidsvoll", "0237", "Eidsvoll"),
        ("0602 Å", "0602", "Å"),
        ("301.0", "0301", ""),
        ("1601,0", "1601", ""),
        ("1601.00", "1601", ""),
        ("1 601", "1601", ""),
        ("'0301", "0301", ""),
    ],
)
def test_forms_that_are_read(cell, number, name):
    found = understand(cell)
    assert (found.number, found.name) == (number, name)
    assert is_code(cell)


@pytest.mark.parametrize(
    "cell",
    ["", "Oslo", "30", "030", "03010", "0301.5", "0301.000", "03 01", "KK-0301", "-0301", "+301",
     "٠٣٠١", "０３０１", "0301x", "0301 2017", "2017K4", "0301-1601", "1 01", "0 301", "3O1"],
)  # fmt: skip
def test_forms_that_are_not(cell):
    assert understand(cell).number == cell
    assert not is_code(cell)
    assert not is_proper(cell)
    complaint = code_problems(table(("kommunenummer",), ("0301",), (cell,), labels=("Nr.",)))
    assert [(p.file, p.line, p.column, p.value, p.severity) for p in complaint] == [
        ("own.csv", 3, "Nr.", cell, "error")
    ]
    what = f"`{cell}` is no kommunenummer" if cell else "the kommunenummer is missing"
    assert complaint[0].message == what
    assert complaint[0].remedy() == "expected four digits, such as 0301"


@pytest.mark.parametrize(
    "cell",
    ["0", "00", "0000", "Sum", "TOTALT", "total", "I alt", "Hele landet", "0 Hele landet",
     "Landet", "Hele Norge", "0000 The whole country", "Uoppgitt kommune"],
)  # fmt: skip
def test_rows_of_totals(cell):
    assert is_total(cell)
    given_table = table(("kommunenummer", "x"), ("0301", "1"), (cell, "9"), ("1601", "2"))
    found = with_proper_codes(given_table)
    assert found.rows == [["0301", "1"], ["1601", "2"]]
    assert found.lines == [2, 4]
    assert [(r.line, r.message) for r in found.repairs] == [
        (3, f"1 row of totals left out: {cell}")
    ]


def test_a_municipality_is_no_total():
    assert not any(map(is_total, ["0301", "301", "Sumvik", "Landet rundt", ""]))


def test_repairs_are_counted_by_kind():
    rows = [("301",), ("K-1601",), ("101 Halden",), ("0104",)]
    found = with_proper_codes(table(("kommunenummer",), *rows))
    assert found.column("kommunenummer") == ["0301", "1601", "0101", "0104"]
    assert [(r.line, r.value, r.message) for r in found.repairs] == [
        (2, "301", "leading zero restored in 2 kommunenummer: `301` is read as 0301"),
        (3, "K-1601", "K left out before 1 kommunenummer: `K-1601` is read as 1601"),
        (4, "101 Halden", "name taken off 1 kommunenummer: `101 Halden` is read as 0101"),
    ]
    assert {(r.file, r.column, r.severity) for r in found.repairs} == {
        ("own.csv", "kommunenummer", "warning")
    }


def test_rows_of_totals_are_counted_and_named():
    rows = [("0301", "1"), ("Sum", "2"), ("0", "3"), ("Sum", "4"), ("00", "5"), ("000", "6")]
    found = with_proper_codes(table(("kommunenummer", "x"), *rows, labels=("Nr", "x")))
    assert found.rows == [["0301", "1"]]
    (repair,) = found.repairs
    assert str(repair) == "own.csv:3: Nr: 5 rows of totals left out: 0, 00, 000 and 1 more"
    assert repair.severity == "warning"


def test_names_behind_numbers_become_a_column_where_there_is_none():
    found = with_proper_codes(table(("kommunenummer",), ("0301 Oslo",), ("1601",)))
    assert found.header == ("kommunenummer", "municipality")
    assert found.rows == [["0301", "Oslo"], ["1601", ""]]
    named = table(("kommunenummer", "municipality"), ("0301 Oslo", "Christiania"))
    assert with_proper_codes(named).rows == [["0301", "Christiania"]]


def test_region_is_taken_for_the_number_only_if_it_holds_numbers():
    statbank = table(("region", "x"), ("0301 Oslo", "1"), labels=("Region", "x"))
    assert with_proper_codes(statbank).rows == [["0301", "1", "Oslo"]]
    names = table(("region", "x"), ("IMDi Øst", "1"))
    assert with_proper_codes(names) == names
    both = table(("region", "kommunenummer"), ("9999", "0301"))
    assert with_proper_codes(both) == both


def test_a_table_as_it_should_be_is_left_alone():
    proper = table(("kommunenummer", "x"), ("0301", "1"), ("1601", "2"))
    assert with_proper_codes(proper) is proper


@given(st.integers(101, 9999), st.sampled_from(["", "K-", "K", "'"]), st.sampled_from(["", ".0"]))
def test_whatever_a_spreadsheet_does_to_a_number_is_undone(number, before, after):
    assert understand(f"{before}{number}{after}").number == f"{number:04}"


@given(st.text(max_size=12))
def test_any_text_is_four_digits_or_left_alone(text):
    number = understand(text).number
    assert number == text or is_proper(number)


# --- rows that are no municipality -----------------------------------------------------------

TOWNS = [("0301", "Oslo", "7"), ("1103", "Stavanger", "5"), ("1601", "Trondheim", "6")]


@pytest.mark.parametrize(
    ("code", "name"),
    [("9999", "Uoppgitt"), ("1199", "Rogaland uten kommune"), ("2100", "Svalbard"),
     ("2211", "Jan Mayen"), ("2321", ""), ("2580", "Utlandet"), ("8001", "Ukjent kommune"),
     ("9000", "Uoppgjeven kommune"), ("0888", "Kommune uoppgitt")],
)  # fmt: skip
def test_rows_that_are_no_municipality_are_left_out_and_said(code, name):
    header = ("kommunenummer", "municipality", "x")
    found = with_proper_codes(table(header, TOWNS[0], (code, name, "9"), *TOWNS[1:]))
    assert found.rows == [list(row) for row in TOWNS]
    assert found.lines == [2, 4, 5]
    (note,) = found.repairs
    who = f"{code} {name}".strip()
    assert (note.severity, note.line) == ("warning", 3)
    assert note.message == f"rows that are no municipality left out (1): {who}"
    assert note.said("nn") == f"rader som ikkje er nokon kommune, er utelatne (1): {who}"


def test_they_are_left_out_in_the_form_of_statbank_too():
    rows = [("301 Oslo", "7"), ("9999 Uoppgitt kommune", "1"), ("1199 Uoppgitt", "2")]
    found = with_proper_codes(table(("region", "x"), *rows))
    assert found.rows == [["0301", "7", "Oslo"]]
    assert [note.message for note in found.repairs] == [
        "leading zero restored in 1 kommunenummer: `301 Oslo` is read as 0301",
        "name taken off 3 kommunenummer: `301 Oslo` is read as 0301",
        "rows that are no municipality left out (2): 9999 Uoppgitt kommune, 1199 Uoppgitt",
    ]


def test_what_a_year_knows_stays_and_so_do_codes_of_another_country():
    odd = table(("kommunenummer", "municipality"), ("0301", "Uoppgitt"), ("1601", "Trondheim"))
    assert with_proper_codes(odd) is odd
    foreign = table(("kommunenummer",), ("2101",), ("2102",), ("2199",))
    assert with_proper_codes(foreign) is foreign
