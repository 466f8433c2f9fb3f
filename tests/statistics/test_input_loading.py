"""Folders and files of statistics: what is read, mended, said and refused."""

import json

import pytest

from bosetting_cli import load_rules, load_statistics
from bosetting_cli.findings import DataError
from bosetting_cli.rules import parse_rules
from bosetting_cli.rules.fitting import check_figures, checked
from bosetting_cli.statistics.divisions import looks_like

REGISTER = (
    "kommunenummer,municipality,fylke\n"
    "0301,Oslo,Oslo\n1601,Trondheim,Sør-Trøndelag\n1804,Bodø,Nordland\n"
)
FIGURES = "kommunenummer,year,settled\n" + "".join(
    f"{code},{year},{n}\n"
    for n, (code, year) in enumerate((c, y) for c in ("0301", "1601", "1804") for y in (2015, 2016))
)
TABLES = {"own": FIGURES}
DATED = {
    "resources": [
        {
            "path": "own.csv",
            "schema": {
                "fields": [
                    {
                        "name": "settled",
                        "type": "integer",
                        "title": "Settled",
                        "title_nb": "Bosatt",
                        "unit": "persons",
                        "referenceDate": "year-12-31",
                    },
                    {"name": "comment", "type": "string"},
                ]
            },
        }
    ]
}
ASSUMED = "no datapackage.json dates these figures; 1 January of their year is assumed"


def refused(*args, **options):
    with pytest.raises(DataError) as caught:
        load_statistics(*args, **options)
    assert all(p.file.startswith(str(args[0])[:100]) for p in caught.value.problems)
    return [(p.line, p.message, p.remedy()) for p in caught.value.problems if p.severity == "error"]


def notes(statistics):
    files = {file.rpartition("/")[0] for file in statistics.inputs}
    assert {note.file.rpartition("/")[0] for note in statistics.notes} <= files
    assert {note.severity for note in statistics.notes} <= {"warning"}
    return [(note.line, note.message) for note in statistics.notes]


# --- what is read ----------------------------------------------------------------------------


def test_a_folder(folder):
    statistics = load_statistics(folder())
    assert statistics.units == ("0301", "1601", "1804")
    column = statistics.column("settled")
    assert column.figures == {
        2015: {"0301": (0.0,), "1601": (2.0,), "1804": (4.0,)},
        2016: {"0301": (1.0,), "1601": (3.0,), "1804": (5.0,)},
    }
    assert column.table == str(folder() / "own.csv")
    assert notes(statistics) == [(None, ASSUMED)]


def test_a_description_names_and_dates_columns(folder):
    path = folder(own=FIGURES.replace("settled\n", "settled,comment\n").replace("0\n", "0,5\n"))
    text = (path / "own.csv").read_text().splitlines()
    (path / "own.csv").write_text(
        "\n".join(line if line.count(",") == 3 else f"{line},5" for line in text) + "\n"
    )
    (path / "datapackage.json").write_text(json.dumps(DATED))
    statistics = load_statistics(path)
    column = statistics.column("settled")
    assert (column.title, column.title_nb, column.unit) == ("Settled", "Bosatt", "persons")
    assert column.reference_date == "year-12-31"
    assert set(statistics.columns) == {"settled"}
    assert statistics.notes == ()


def test_one_file_is_register_and_figures(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("Innbyggere;Fylke;Kommune;Kommunenr\n5;Oslo;Oslo;301\n7;Nordland;Bodø;1804\n")
    statistics = load_statistics(path)
    assert [(m.kommunenummer, m.municipality, m.fylke) for m in statistics.municipalities] == [
        ("0301", "Oslo", "Oslo"),
        ("1804", "Bodø", "Nordland"),
    ]
    assert statistics.column("population").figures == {None: {"0301": (5.0,), "1804": (7.0,)}}
    assert statistics.column("Innbyggertall") is statistics.column("population")
    assert notes(statistics) == [
        (2, "leading zero restored in 1 kommunenummer: `301` is read as 0301")
    ]


def test_one_file_with_years_names_each_municipality_once(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(
        "kommunenummer,municipality,fylke,year,population\n"
        "1804,Bodø,Nordland,2016,5\n0301,Oslo,Oslo,2016,1\n"
        "1804,Bodø,Nordland,2017,6\n0301,Oslo,Oslo,2017,2\n"
    )
    statistics = load_statistics(path)
    assert statistics.units == ("0301", "1804")
    assert statistics.column("population").figures == {
        2016: {"0301": (1.0,), "1804": (5.0,)},
        2017: {"0301": (2.0,), "1804": (6.0,)},
    }


def test_predecessors_are_kept_apart_in_their_order(folder):
    own = (
        "kommunenummer,former_kommunenummer,year,settled\n"
        "0301,0302,2016,2\n1601,,2016,5\n0301,0301,2016,1\n1804,,2016,\n"
    )
    column = load_statistics(folder(own=own)).column("settled")
    assert column.parts("0301", 2016) == (1.0, 2.0)
    assert column.value("0301", 2016) == 3
    assert column.parts("1804", 2016) == (None,)


def test_only_the_wanted_columns_are_read(folder):
    path = folder(other="kommunenummer,broken\n0301,x\nx,y,z\n")
    statistics = load_statistics(path, indicators=["bosatt"])
    assert set(statistics.columns) == {"settled"}
    assert set(statistics.inputs) == {str(path / "municipalities.csv"), str(path / "own.csv")}


def test_tables_may_be_spreadsheets_or_tab_separated(folder):
    path = folder(own=None)
    (path / "own.csv").unlink(missing_ok=True)
    (path / "OWN.TSV").write_text(FIGURES.replace(",", "\t"))
    assert load_statistics(path).column("settled").value("1804", 2016) == 5


# --- what is refused -------------------------------------------------------------------------


def test_missing_folders_and_registers(tmp_path):
    assert refused(tmp_path / "nowhere") == [(None, "there is no such folder or file", None)]
    hint = "the register of municipalities has the columns kommunenummer, municipality, fylke"
    assert refused(tmp_path) == [(None, "missing file", hint)]
    assert refused(tmp_path / ("x" * 300)) == [(None, "can't be read: File name too long", None)]


def test_missing_columns_of_the_register(folder):
    found = refused(folder(municipalities="kommunenummer,name\n0301,Oslo\n"))
    assert [(line, what) for line, what, _ in found] == [
        (1, "missing column `municipality`"),
        (1, "missing column `fylke`"),
    ]
    assert found[0][2] == "found: kommunenummer, name"


def test_all_tables_and_all_rows_are_complained_of(folder):
    path = folder(
        own="kommunenummer,year,settled\n0301,17,x\n0301,2016,y\n0301,2016,1\nOslo,2016,-1\n",
        other="kommunenummer,a\n0301,1\n0301,2\n",
        broken='kommunenummer,b\n0301,"1\n',
    )
    assert [(line, what) for line, what, _ in refused(path)] == [
        (3, "duplicate kommunenummer 0301, first on line 2"),
        (2, "`17` is no year"),
        (2, "`x` is not a number"),
        (3, "`y` is not a number"),
        (4, "duplicate kommunenummer 0301 2016, first on line 3"),
        (5, "`Oslo` is no kommunenummer"),
        (5, "`-1` is negative"),
        (2, "a quotation mark is opened and never closed"),
    ]


def test_missing_indicators_get_a_hint(folder):
    path = folder(own=FIGURES.replace("settled", "setled"))
    assert refused(path, indicators=["settled"]) == [
        (None, "missing column: no table has `settled`", "did you mean `setled`?")
    ]
    path = folder(own="kommunenummer,2016,2017\n0301,1,2\n")
    hint = "the columns are 2016, 2017; years stand in a column of their own, not in headers"
    assert refused(path, indicators=["settled"]) == [
        (None, "missing column: no table has `settled`", f"{hint} like 2016")
    ]


def test_years_in_the_headers_of_a_table_by_region(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("region,fylke,2016,2017\n0301 Oslo,Oslo,1,2\n1601 Trondheim,T,3,4\n")
    hint = "the columns are 2016, 2017; years stand in a column of their own, not in headers"
    assert refused(path, indicators=["settled"]) == [
        (None, "missing column: no table has `settled`", f"{hint} like 2016")
    ]


def test_rows_without_a_kommunenummer_are_no_duplicates(folder):
    own = "kommunenummer,year,x\n0301,2016,1\n,2016,2\n,2016,3\n1601,2016,4\n"
    assert [(line, what) for line, what, _ in refused(folder(own=own))] == [
        (3, "the kommunenummer is missing"),
        (4, "the kommunenummer is missing"),
    ]


def test_strict_makes_errors_of_repairs_and_assumptions(folder):
    path = folder(own=FIGURES.replace("0301", "301"))
    assert refused(path, strict=True) == [
        (None, ASSUMED, None),
        (2, "leading zero restored in 2 kommunenummer: `301` is read as 0301", None),
    ]


def test_the_packaged_statistics_pass_strictly():
    assert load_statistics(strict=True).notes == ()
    rules = load_rules()
    statistics = load_statistics(indicators=rules.indicators(), strict=True)
    assert checked(statistics, rules, strict=True).notes == ()


def test_errors_come_with_the_warnings_that_may_explain_them(folder):
    path = folder(own=FIGURES.replace("0301", "301") + "1804,2017,x\n")
    with pytest.raises(DataError) as caught:
        load_statistics(path)
    assert [p.severity for p in caught.value.problems].count("warning") >= 2


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{", "is not valid JSON: Expecting property name enclosed in double quotes"),
        ("[]", "is no data package: TypeError list indices must be integers or slices, not str"),
        ("{}", "is no data package: KeyError 'resources'"),
        ("[" * 100_000, "is no data package: RecursionError"),
        ('{"resources": [{"path": 5}]}', "is no data package: TypeError"),
        ("\udcff", "is no data package: UnicodeDecodeError"),
    ],
)
def test_broken_descriptions(folder, text, what):
    path = folder()
    (path / "datapackage.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert refused(path)[0][1].startswith(what)


@pytest.mark.parametrize("date", ["year-13-01", "year-02-29", "2017", "2017-02-30", 5, "year-1-1"])
def test_impossible_reference_dates(folder, date):
    path = folder()
    package = json.loads(json.dumps(DATED).replace('"year-12-31"', json.dumps(date)))
    (path / "datapackage.json").write_text(json.dumps(package))
    hint = "expected a date such as 2017-01-01, year-01-01 or year+1-11-30"
    assert refused(path) == [
        (None, f"the reference date `{date}` of own.csv, settled is none", hint)
    ]


# --- tables against the register -------------------------------------------------------------


def test_who_is_unknown_and_who_is_missing(folder):
    own = "kommunenummer,settled\n0301,1\n1804,2\n5001,3\n0000,9\n9901,4\n"
    path = folder(own=own)
    assert refused(path) == [
        (4, "unknown municipality 5001, a code of 2018, 2019, 2020, 2024", None),
        (6, "unknown municipality 9901", None),
    ]
    gone = load_statistics(folder(own="kommunenummer,settled\n0301,1\n1804,2\n"))
    assert notes(gone) == [(None, "1 municipality has no row: 1601 Trondheim")]


def test_a_table_of_another_year_is_told_in_one_sentence(folder):
    numbers = ["0301", "5001", "5011", "5012", "5013", "5014", "5015"]
    own = "Kommunenr,settled\n" + "".join(f"{code},1\n" for code in numbers)
    here = REGISTER + "0101,Halden,Østfold\n"
    what = "6 of 7 kommunenummer are not in the register: these look like the codes of 2018,"
    what += " the register's like those of 2017"
    hint = "they begin with 5001, 5011, 5012 and 3 more; bring a register of 2018 too and carry"
    hint += " the figures over with --codes 2017"
    assert refused(folder(municipalities=here, own=own)) == [(3, what, hint)]
    foreign = "kommunenummer,municipality,fylke\n9901,A,X\n9902,B,X\n"
    hint = "they begin with 0301, 5001, 5011 and 4 more; bring a register of 2018"
    what = "7 of 7 kommunenummer are not in the register: these look like the codes of 2018"
    assert refused(folder(municipalities=foreign, own=own)) == [(2, what, hint)]


def test_a_register_of_two_years(folder):
    both = REGISTER + "1612,Hemne,Sør-Trøndelag\n5011,Hemne,Trøndelag\n0101,Halden,Østfold\n"
    hint = "a register has the municipalities of one year"
    what = "5011 is no code of 2017 like the others, but of 2018, 2019"
    assert refused(folder(municipalities=both, own=None))[0] == (6, what, hint)
    more = (
        both
        + "5001,Trondheim,Trøndelag\n1613,Snillfjord,Sør-Trøndelag\n"
        + "0104,Moss,Østfold\n0105,Sarpsborg,Østfold\n"
    )
    what = "5001, 5011 are no codes of 2017 like the others, but of 2018, 2019, 2020, 2024"
    assert refused(folder(municipalities=more, own=None))[0] == (8, what, hint)


def test_a_year_without_a_row_is_said(folder):
    own = FIGURES.replace("1601,2015,2\n", "").replace("1804,2015,4\n", "")
    assert (
        None, "2 municipalities have no row in 2015: 1601 Trondheim, 1804 Bodø",
    ) in notes(load_statistics(folder(own=own)))  # fmt: skip


def test_names_that_do_not_fit_are_said(folder):
    own = "kommunenummer,kommune,settled\n0301,OSLO kommune,1\n1601,Bodø,2\n1804,Trondheim,3\n"
    assert notes(load_statistics(folder(own=own))) == [
        (3, "2 names don't fit their kommunenummer: `Bodø`, but 1601 is Trondheim")
    ]


def test_the_year_of_kommunenummer():
    assert looks_like(["0301", "0101", "1601"]) == 2017
    assert looks_like(["0301", "0101", "5001"]) == 2018
    assert looks_like(["0301", "3001", "5001"]) == 2020
    assert looks_like(["0301", "3101", "5001"]) == 2024
    assert looks_like(["9901", "9902", "0301"]) is None


def test_no_inhabitants_and_two_scales(folder):
    hint = "a municipality has inhabitants; leave the cell empty if the figure is not known"
    path = folder(own="kommunenummer,population\n0301,5\n1601,0\n1804,\n")
    assert refused(path) == [(3, "a population of 0", hint)]
    path = folder(own="kommunenummer,rate\n0301,0.68\n1601,71\n1804,0.66\n")
    assert refused(path) == [
        (
            3,
            "71 beside 0.68 (line 2): per cent in some rows, parts of 1 in others",
            "the first of 1 such rows; write the whole column in one way, "
            "or describe its `unit` if it is no per cent",
        )
    ]


@pytest.mark.parametrize(
    "cells", [(0.5, 1.5, 3), (0.68, 0.7, 1), (68, 70, 0), (0, 1, 100), (0.5, 9, 80)]
)
def test_one_scale(folder, cells):
    rows = zip(("0301", "1601", "1804"), cells, strict=True)
    own = "kommunenummer,rate\n" + "".join(f"{code},{cell}\n" for code, cell in rows)
    statistics = load_statistics(folder(own=own))
    assert [statistics.column("rate").value(u, None) for u in statistics.units] == list(cells)


# --- figures against rules -------------------------------------------------------------------

RULES = """
title: t
as_of: 2018-01-01
total: 100
eligible: [{indicator: bosatt, years: [2014, 2015]}]
criteria:
  - {name: work, weight: 1, indicator: {numerator: a, denominator: b}, years: [2015, 2016]}
"""
RATES = "kommunenummer,year,a,b,settled\n" + "".join(
    f"{code},{year},{1 if year == 2016 else 2},2,5\n"
    for code in ("0301", "1601", "1804")
    for year in (2015, 2016)
)


def odd(folder, own, rules=RULES):
    found = parse_rules(rules)
    statistics = load_statistics(folder(own=own), indicators=["a", "b", "settled"])
    return [(p.severity, p.line, p.message) for p in check_figures(statistics, found)]


def test_years_that_the_rules_ask_for(folder):
    assert odd(folder, RATES) == [("error", None, "`settled` has no figures for 2014")]
    blank = RATES.replace("2016,1,2", "2016,,2")
    assert ("warning", None, "`a` is empty in 2016, a year that the rules ask for") in odd(
        folder, blank
    )


def test_parts_above_their_whole(folder):
    own = RATES.replace("1601,2016,1,2", "1601,2016,3,2").replace("1804,2015,2,2", "1804,2015,2,1")
    assert odd(folder, own)[1:] == [
        ("error", 7 - 1, "2 of 1 (`b`) in 1804 Bodø 2015: the part exceeds the whole"),
        ("error", 5, "3 of 2 (`b`) in 1601 Trondheim 2016: the part exceeds the whole"),
    ]


def test_a_rounding_error_is_no_excess(folder):
    own = RATES.replace("1601,2016,1,2", "1601,2016,2.00000000000001,2")
    assert [p for p in odd(folder, own) if "exceeds" in p[2]] == []


def test_minimums_of_unknown_municipalities(folder):
    rules = RULES + "minimum: {by_municipality: {301: 5, 0302: 6, 0301: 7, 5001: 8}}\n"
    assert [p for p in odd(folder, RATES, rules) if "municipality" in p[2]] == [
        ("error", None, "unknown municipality 301"),
        ("error", None, "unknown municipality 0302"),
    ]  # 5001 is Trondheim's number from 2018, which --codes 2018 would carry the figures to


def test_checked_raises_or_notes(folder):
    rules = parse_rules(RULES.replace("2014, ", ""))
    statistics = load_statistics(
        folder(own=RATES.replace("2016,1,2", "2016,,2")), indicators=["a", "b", "settled"]
    )
    assert "`a` is empty in 2016, a year that the rules ask for" in [
        note.message for note in checked(statistics, rules).notes
    ]
    with pytest.raises(DataError):
        checked(statistics, rules, strict=True)
    with pytest.raises(DataError):
        checked(statistics, parse_rules(RULES))
