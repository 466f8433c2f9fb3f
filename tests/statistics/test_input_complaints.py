"""Whole complaints, with file, place, hint and value: what a user reads, and machines get."""

import pytest

from bosetting_cli import load_statistics
from bosetting_cli.findings import DataError, Finding, RulesError, meant, shown, some
from bosetting_cli.rules import parse_rules
from bosetting_cli.rules.fitting import check_figures, checked
from bosetting_cli.rules.problems import schema_problems
from bosetting_cli.rules.yamlfile import parse_yaml
from bosetting_cli.statistics.lists import county_list, municipality_list

REGISTER = "kommunenummer,municipality,fylke\n0301,Oslo,Oslo\n1601,Trondheim,Sør-Trøndelag\n"
RULES = """\
title: t
as_of: 2018-01-01
total: 100
criteria:
  - {name: the work, weight: 1, indicator: {numerator: a, denominator: b}, years: [2015, 2016]}
"""


def told(problems, folder):
    """Each complaint as it is printed, and its value."""
    return [
        (p.severity, str(p).replace(f"{folder}/", "").replace("\n  ", " / "), p.value)
        for p in problems
    ]


def complaints(folder, **options):
    with pytest.raises(DataError) as caught:
        load_statistics(folder, **options)
    return told(caught.value.problems, folder)


def test_the_register(folder):
    path = folder(municipalities="Nr,Kommune,Fylke\n,,Oslo\n".replace("Nr", "Kommunenr"))
    assert complaints(path) == [
        (
            "error",
            "municipalities.csv:2: Kommunenr: the kommunenummer is missing"
            " / expected four digits, such as 0301",
            "",
        ),
        ("error", "municipalities.csv:2: Kommune: the name is missing", ""),
    ]
    columns = ",".join(f"c{i}" for i in range(40))
    path = folder(municipalities=f"kommunenummer,{columns}\n0301{',' * 40}\n")
    listed = "kommunenummer, " + ", ".join(f"c{i}" for i in range(29))
    assert complaints(path)[0][1] == (
        "municipalities.csv:1: municipality: missing column `municipality`"
        f" / found: {listed} and 11 more"
    )


def test_keys_of_a_table(folder):
    path = folder(own="Knr,Årstall,x\n0301,,1\n0301,2017,2\n0301,2017,3\n99,2017.0,4\n")
    assert complaints(path) == [
        (
            "warning",
            "own.csv: no datapackage.json dates these figures; 1 January of their year is assumed",
            None,
        ),
        ("error", "own.csv:2: Årstall: the year is missing / expected a year such as 2017", ""),
        (
            "error",
            "own.csv:4: kommunenummer: duplicate kommunenummer 0301 2017, first on line 3"
            " / one row per municipality and year",
            "0301",
        ),
        (
            "error",
            "own.csv:5: Knr: `99` is no kommunenummer / expected four digits, such as 0301",
            "99",
        ),
        ("warning", "own.csv:5: Årstall: decimals left out after 1 years: `2017.0`", None),
    ]


def test_a_table_without_years_has_one_row_a_municipality(folder):
    path = folder(own="kommunenummer,x\n0301,1\n1601,2\n0301,3\n1601,4\n")
    assert complaints(path) == [
        (
            "error",
            f"own.csv:{line}: kommunenummer: duplicate kommunenummer {code}, first on line {first}"
            " / one row per municipality",
            code,
        )
        for code, line, first in (("0301", 4, 2), ("1601", 5, 3))
    ]


def test_predecessors_twice(folder):
    own = "kommunenummer,former_kommunenummer,x\n0301,0302,1\n0301,0303,2\n0301,0302,3\n1601,,4\n"
    assert complaints(folder(own=own)) == [
        (
            "error",
            "own.csv:4: kommunenummer: duplicate kommunenummer 0301 0302, first on line 2"
            " / one row per municipality",
            "0301",
        )
    ]


def test_a_table_without_kommunenummer(folder):
    assert complaints(folder(own="id,settled\n0301,1\n"), indicators=["settled"]) == [
        (
            "error",
            "own.csv:1: kommunenummer: missing column `kommunenummer` / found: id, settled",
            None,
        )
    ]


def test_an_empty_table_has_nothing_to_complain_of(folder):
    assert load_statistics(folder(own="kommunenummer,settled\n")).columns == {}


def test_a_column_in_two_tables(folder):
    path = folder(one="kommunenummer,x\n0301,1\n1601,2\n", two="kommunenummer,x\n0301,1\n1601,2\n")
    assert [(s, text) for s, text, _ in complaints(path)] == [
        ("error", f"two.csv:1: x: a second column `x`; the other is in {path}/one.csv".replace(
            f"{path}/", "")),
    ]  # fmt: skip


def test_columns_without_figures_are_not_read(folder):
    own = "kommunenummer,words,half,third,empty\n0301,a,1,1,\n1601,b,c,d,\n"
    path = folder(
        own=own + "0301,,,,\n".replace("0301", "0302"), municipalities=REGISTER + "0302,C,D\n"
    )
    with pytest.raises(DataError) as caught:
        load_statistics(path)
    assert {p.column for p in caught.value.problems} == {"half", "third"}


def test_unknown_municipalities(folder):
    few = "".join(f"99{i:02},1\n" for i in range(5))
    found = complaints(folder(own="Knr,x\n0301,1\n1601,1\n" + few))
    assert found == [
        ("error", f"own.csv:{4 + i}: Knr: unknown municipality 99{i:02}", f"99{i:02}")
        for i in range(5)
    ]
    strange = "".join(f"99{i:02},1\n" for i in range(6))
    assert len(complaints(folder(own="Knr,x\n0301,1\n1601,1\n" + strange))) == 6
    codes = ["0101", "0104", "0105", "0106", "0111", "0118"]
    own = "Knr,x\n0301,1\n1601,1\n" + "".join(f"{code},1\n" for code in codes)
    # Of the register's own year, so that only the register can be to blame.
    assert len(complaints(folder(own=own))) == 6
    own = "Knr,x\n0301,1\n5001,1\n" + "".join(f"501{i},1\n" for i in range(1, 6))
    first = complaints(folder(own=own))[1]
    assert first == (
        "error",
        "own.csv:3: Knr: 6 of 7 kommunenummer are not in the register: these look like the codes"
        " of 2018, the register's like those of 2017 / they begin with 5001, 5011, 5012 and 3"
        " more; bring a register of 2018 too and carry the figures over with --codes 2017",
        "5001",
    )


def test_odd_tables(folder):
    path = folder(
        own="Knr,Kommune,x\n0301,OSLO KOMMUNE,1\n0302,Ås,1\n".replace("0302,Ås", "1601,Ås")
    )
    assert told(load_statistics(path).notes, path) == [
        (
            "warning",
            "own.csv:3: Kommune: 1 names don't fit their kommunenummer:"
            " `Ås`, but 1601 is Trondheim",
            "Ås",
        )
    ]
    sami = REGISTER + "2011,Guovdageaidnu - Kautokeino,Finnmark\n"
    path = folder(
        municipalities=sami, own="Knr,Kommune,x\n0301,,1\n1601,Trondheim,1\n2011,Kautokeino,1\n"
    )
    assert load_statistics(path).notes == ()
    path = folder(own="Knr,x\n1601,1\n", municipalities=REGISTER)
    assert told(load_statistics(path).notes, path) == [
        ("warning", "own.csv: Knr: 1 municipality has no row: 0301 Oslo", None)
    ]


def test_a_register_of_two_years_names_three(folder):
    old = ["0101", "0104", "0105", "0106", "0111", "0118", "1601", "1612", "1613", "1617", "1620"]
    new = ["5001", "5011", "5012", "5013"]
    text = "Knr,Kommune,Fylke\n" + "".join(f"{code},A,B\n" for code in [*new, *old])
    assert complaints(folder(municipalities=text)) == [
        (
            "error",
            "municipalities.csv:2: Knr: 5001, 5011, 5012 and 1 more are no codes of 2017 like"
            " the others, but of 2018, 2019, 2020, 2024 / a register has the municipalities of"
            " one year",
            "5001",
        )
    ]


def test_a_population_of_nought(folder):
    assert complaints(folder(own="Knr,Folketall\n0301,0\n1601,0.0\n")) == [
        (
            "error",
            f"own.csv:{line}: Folketall: a population of 0 / a municipality has inhabitants;"
            " leave the cell empty if the figure is not known",
            "0",
        )
        for line in (2, 3)
    ]


def scales(folder, *cells):
    codes = [f"99{i:02}" for i in range(len(cells))]
    register = "kommunenummer,municipality,fylke\n" + "".join(f"{c},A,B\n" for c in codes)
    own = "Knr,rate\n" + "".join(f"{c},{x}\n" for c, x in zip(codes, cells, strict=True))
    path = folder(municipalities=register, own=own)
    try:
        load_statistics(path)
    except DataError as error:
        return told(error.problems, path)
    return []


def test_two_scales(folder):
    assert scales(folder, 0.5, 0, 50, 0.4, 60, 70) == [
        (
            "error",
            "own.csv:2: rate: 0.5 beside 50 (line 4): per cent in some rows, parts of 1 in others"
            " / the first of 2 such rows; write the whole column in one way, "
            "or describe its `unit` if it is no per cent",
            "0.5",
        )
    ]
    assert scales(folder, 60, 0.5, 0.4)[0][1].startswith("own.csv:2: rate: 60 beside 0.5 (line 3)")
    # As many of one kind as of the other: those below 1 are named.
    assert scales(folder, 60, 0.5)[0][1].startswith("own.csv:3: rate: 0.5 beside 60 (line 2)")
    assert len(scales(folder, 0.99, 100)) == 1
    assert len(scales(folder, 0.51, 26)) == 1
    for fine in (
        (0.5, 1, 60),  # 1 is near 0.5, so that the figures run through
        (0.5, 101),  # more than a hundred per cent
        (0.5, 24),  # less than 50 times as much
        (0.3, 61),  # more than 200 times as much
        (0.4, 0.9, 0.5, 17),  # near each other
        (0.5, 0.6),
        (50, 60, 0),
        (1, 100),
    ):
        assert scales(folder, *fine) == []


RATES = "Knr,year,a,b\n0301,2015,1,2\n0301,2016,1,2\n1601,2015,1,2\n1601,2016,1,2\n"


def odd(folder, own, rules=RULES):
    path = folder(own=own)
    statistics = load_statistics(path, indicators=["a", "b"])
    return told(check_figures(statistics, parse_rules(rules)), path)


def test_years(folder):
    assert odd(folder, RATES, RULES.replace("2015,", "2013, 2014, 2015,")) == [
        ("error", f"own.csv: {c}: `{c}` has no figures for 2013, 2014 / it has 2015, 2016", None)
        for c in ("a", "b")
    ]
    assert odd(folder, RATES.replace("2015,1,", "2015,,")) == [
        ("warning", "own.csv: a: `a` is empty in 2015, a year that the rules ask for", None)
    ]
    assert odd(folder, RATES) == []
    condition = "eligible: [{indicator: a, years: [2012]}]\n"
    group = "of_which: [{name: g, value: 1, among: {indicator: b, years: [2011]}}]\n"
    county = "counties: {criteria: [{name: c, weight: 1, indicator: a, years: [2010]}]}\n"
    assert [text for _, text, _ in odd(folder, RATES, RULES + condition + group + county)] == [
        "own.csv: a: `a` has no figures for 2010 / it has 2015, 2016",
        "own.csv: a: `a` has no figures for 2012 / it has 2015, 2016",
        "own.csv: b: `b` has no figures for 2011 / it has 2015, 2016",
    ]


def test_parts_above_their_whole(folder):
    hint = "criterion the_work is a rate: some of all; are numerator and denominator swapped?"
    assert odd(folder, RATES.replace("1601,2015,1,2", "1601,2015,3.5,2")) == [
        (
            "error",
            "own.csv:4: a: 3.5 of 2 (`b`) in 1601 Trondheim 2015: the part exceeds the whole"
            f" / {hint}",
            "3.5",
        )
    ]
    assert odd(folder, RATES.replace("1601,2015,1,2", "1601,2015,2,2")) == []
    county = (
        "counties: {criteria: [{name: c, weight: 1, indicator: {numerator: b, denominator: a}}]}\n"
    )
    assert len(odd(folder, RATES, RULES + county)) == 4


def test_parts_above_their_whole_without_years(folder):
    rules = RULES.replace(", years: [2015, 2016]", "")
    found = odd(folder, "Knr,a,b\n0301,1,2\n1601,3,2\n", rules)
    assert [text.split(" / ")[0] for _, text, _ in found] == [
        "own.csv:3: a: 3 of 2 (`b`) in 1601 Trondheim: the part exceeds the whole"
    ]


def test_predecessors_are_compared_one_by_one_or_in_sum(folder):
    own = (
        "Knr,former_kommunenummer,year,a,b\n0301,0302,2015,3,2\n0301,0303,2015,1,9\n"
        "1601,,2015,1,2\n0301,,2016,1,2\n1601,,2016,1,2\n"
    )
    assert [text.split(" / ")[0] for _, text, _ in odd(folder, own)] == [
        "own.csv:2: a: 3 of 2 (`b`) in 0301 Oslo 2015: the part exceeds the whole"
    ]
    parts = "Knr,former_kommunenummer,year,a\n0301,0302,2015,3\n0301,0303,2015,4\n1601,,2015,1\n"
    whole = "Knr,year,b\n0301,2015,{}\n1601,2015,2\n"
    rules = parse_rules(RULES.replace("2015, 2016", "2015"))
    for total, expected in ((7, 0), (6, 1)):
        path = folder(own=parts, other=whole.format(total))
        statistics = load_statistics(path, indicators=["a", "b"])
        assert len(check_figures(statistics, rules)) == expected


def test_many_parts_above_their_whole_end_after_twenty(folder):
    codes = [f"99{i:02}" for i in range(30)]
    register = "kommunenummer,municipality,fylke\n" + "".join(f"{c},A,B\n" for c in codes)
    own = "Knr,a,b\n" + "".join(f"{c},3,2\n" for c in codes)
    path = folder(municipalities=register, own=own)
    statistics = load_statistics(path, indicators=["a", "b"])
    found = check_figures(statistics, parse_rules(RULES.replace(", years: [2015, 2016]", "")))
    assert len(found) == 21
    assert found[-1].message == "and 10 more such rows"


def test_minimums_that_reach_nobody(folder):
    rules = RULES + "minimum: {by_municipality: {301: 5, 9999: 6, 1601: 7}}\n"
    key = "minimum.by_municipality"
    assert odd(folder, RATES, rules) == [
        ("error", f"{key}: unknown municipality 301 / did you mean `0301`?", "301"),
        ("error", f"{key}: unknown municipality 9999 / expected a kommunenummer", "9999"),
    ]


def test_what_checked_raises(folder):
    path = folder(own=RATES.replace("2015,1,", "2015,,").replace("0301,", "301,"))
    statistics = load_statistics(path, indicators=["a", "b"])
    rules, note = parse_rules(RULES), Finding("not read", "x.csv", severity="warning")
    assert [p.message for p in checked(statistics, rules, notes=[note]).notes][-2:] == [
        "is not read", "`a` is empty in 2015, a year that the rules ask for",
    ]  # fmt: skip
    with pytest.raises(DataError) as caught:
        checked(statistics, rules, strict=True, notes=[note])
    assert {p.severity for p in caught.value.problems} == {"error"}
    assert len(caught.value.problems) == 2
    with pytest.raises(DataError) as caught:
        checked(statistics, parse_rules(RULES.replace("2016", "2014")), notes=[note])
    assert [p.severity for p in caught.value.problems].count("warning") == 4


# --- descriptions ----------------------------------------------------------------------------


def test_descriptions(folder):
    path = folder(own="Knr,x\n0301,1\n1601,2\n")
    package = path / "datapackage.json"
    package.write_bytes(b" " * 5_000_001)
    assert complaints(path) == [
        ("error", "datapackage.json: is too large / files of up to 5 MB are read", None)
    ]
    package.write_text("[1, 2]")
    assert complaints(path)[0][1].endswith(" / remove it, or see the packaged one")
    package.write_text('{"resources": [{"path": "a.csv"}, {"path": "own.csv", "schema": {}}]}')
    assert load_statistics(path).columns["x"].title == ""
    package.write_text(
        '{"resources": [{"path": "own.csv", "schema":'
        ' {"fields": [{"name": "x", "type": "number"}]}}]}'
    )
    column = load_statistics(path).columns["x"]
    assert (column.title, column.title_nb, column.unit, column.reference_date) == ("", "", "", None)


# --- files that rules name -------------------------------------------------------------------


def test_lists_of_municipalities(tmp_path):
    path = tmp_path / "asked.csv"
    path.write_text("Kommunenr,Anmodet\n99,x\n0301,-1\n1601,2\n")
    with pytest.raises(DataError) as caught:
        municipality_list(path)
    number = "expected a number, or an empty cell where no figure is published"
    assert told(caught.value.problems, tmp_path) == [
        (
            "error",
            "asked.csv:2: Kommunenr: `99` is no kommunenummer / expected four digits, such as 0301",
            "99",
        ),
        ("error", f"asked.csv:2: Anmodet: `x` is not a number / {number}", "x"),
        (
            "error",
            "asked.csv:3: Anmodet: `-1` is negative / figures count people or are rates",
            "-1",
        ),
    ]


def test_lists_of_counties(tmp_path):
    path = tmp_path / "fylker.csv"
    notes = []
    path.write_text("Fylke;Antall\nOslo;1 000\nNordland;..\nTroms;0\n")
    with pytest.raises(DataError) as caught:
        county_list(path)
    assert told(caught.value.problems, tmp_path) == [
        ("error", "fylker.csv:3: Antall: `..` is not a whole number", "..")
    ]
    path.write_text("tittel\nFylke;Antall\nOslo;1.000.000\nTroms;0\nOslo;5\n")
    with pytest.raises(DataError) as caught:
        county_list(path)
    assert told(caught.value.problems, tmp_path) == [
        ("error", "fylker.csv:5: Fylke: a second number for Oslo", "Oslo")
    ]
    path.write_text("tittel\nFylke;Antall\nOslo;1.000.000\nTroms;0\n")
    assert county_list(path, notes=notes) == {"Oslo": 1_000_000, "Troms": 0}
    assert [note.line for note in notes] == [1, 3]
    assert county_list(path) == {"Oslo": 1_000_000, "Troms": 0}
    path.write_text("a;b\n1;2\n")
    with pytest.raises(DataError) as caught:
        county_list(path)
    assert told(caught.value.problems, tmp_path) == [
        ("error", f"fylker.csv:1: {name}: missing column `{name}` / found: a, b", None)
        for name in ("fylke", "total")
    ]


# --- rules -----------------------------------------------------------------------------------


def refused(text):
    with pytest.raises(RulesError) as caught:
        parse_rules(text, "r.yaml")
    return [(str(p).replace("\n  ", " / "), p.value) for p in caught.value.problems]


def test_rules_in_full():
    assert refused(RULES.replace("total: 100", "total: [1]")) == [
        ("r.yaml:3:8: total: expected a whole number or keys and values, got a list", "a list")
    ]
    assert refused(RULES.replace("title: t", "title: {a: 1}")) == [
        ("r.yaml:1:8: title: expected text, got keys and values", "keys and values")
    ]
    assert refused(RULES.replace("title: t", "title: {}")) == [
        ("r.yaml:1:8: title: expected text, got no keys", "no keys")
    ]
    assert refused(RULES.replace("title: t", "title: ''")) == [
        ("r.yaml:1:8: title: expected some text, got ``", "``")
    ]
    assert refused(RULES.replace("title: t", f"title: {'x' * 2001}")) == [
        (
            f"r.yaml:1:8: title: expected at most 2000 characters, got `{'x' * 59}…`",
            f"`{'x' * 59}…`",
        )
    ]
    assert refused(RULES + "select: {share: 0}\n") == [
        ("r.yaml:6:17: select.share: expected more than 0, got 0", "0")
    ]
    assert refused(RULES + "exclude: [true]\n")[0][0].startswith(
        "r.yaml:6:11: exclude[0]: expected text or a whole number, got true"
    )
    assert refused(RULES.replace("years: [2015, 2016]", "years: []")) == [
        (
            "r.yaml:5:83: criteria[0].years: expected at least 1 of them, got an empty list",
            "an empty list",
        )
    ]
    assert refused(RULES.replace("denominator", "denominater")) == [
        ("r.yaml:5:44: criteria[0].indicator.denominator: `denominator` is missing in"
         " criteria[0].indicator / Column of those who could have it", None),
        ("r.yaml:5:59: criteria[0].indicator.denominater: unknown key `denominater` / did you"
         " mean `denominator`?", None),
    ]  # fmt: skip


def test_places_of_what_is_only_wrong_together():
    text = (
        RULES
        + "counties:\n  totals: {A: 1}\n  criteria:\n    - {name: c, weight: 1, indicator: a}\n"
    )
    found = refused(text)
    assert found[0][0].startswith("r.yaml:7:3: counties: the counties' numbers come from one place")
    text = RULES.replace("weight: 1", "weight: 0.5") + (
        "  - {name: The Work, weight: 0.5, smoothing: 5, indicator: x}\n"
    )
    assert [line for line, _ in refused(text)] == [
        "r.yaml:6:12: criteria[1].name: a second criterion `The Work`",
        "r.yaml:6:46: criteria[1].smoothing: only a rate can be smoothed"
        " / give the indicator as {numerator: …, denominator: …}",
    ]


def test_other_parts_in_per_cent():
    assert refused(RULES + "select: {share: 50 %}\n") == [
        ("r.yaml:6:17: select.share: expected a number, got `50 %` / write 0.5", "`50 %`")
    ]


@pytest.mark.parametrize(("weight", "part"), [(1.5, "0.015"), (2, "0.02"), (100, "1")])
def test_weights_in_per_cent(weight, part):
    (found,) = refused(RULES.replace("weight: 1", f"weight: {weight}"))
    assert f"a weight is a part of 1: write {part} for {weight:g} per cent" in found[0]


def test_weights_that_can_not_be_per_cent():
    (found,) = refused(RULES.replace("weight: 1", "weight: 101"))
    assert "per cent" not in found[0]


def test_a_hundred_mistakes_of_yaml_end_the_reading():
    text = "".join(f"k{i}: !!int {i}\n" for i in range(101))
    found = refused(text)
    assert found[:100] == [
        (
            f"r.yaml:{i + 1}:{len(f'k{i}') + 3}: k{i}: the tag !!int is not understood here"
            " / leave it out; text is put in quotation marks",
            None,
        )
        for i in range(100)
    ]
    assert found[100] == (
        "r.yaml:101:7: and more of that kind; reading stopped here", None,
    )  # fmt: skip


def test_other_schemas_are_checked_in_the_same_way():
    document = parse_yaml("a: 1\nb: 2017-13-01\n", "s.yaml")
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "string", "format": "date"}},
    }
    assert [str(p) for p in schema_problems(document.data, document, schema)] == [
        "s.yaml:1:4: a: expected text, got 1\n  text that looks like something else needs quotation"
        ' marks: "1"',
        "s.yaml:2:4: b: expected a date such as 2017-10-02, got `2017-13-01`",
    ]


# --- words -----------------------------------------------------------------------------------


def test_text_in_messages():
    assert shown("a\tb\x1b\u2028\ud800") == "a\\tb\\x1b\\u2028\\ud800"
    assert shown("x" * 60) == "x" * 60
    assert shown("x" * 61) == "x" * 59 + "…"
    assert some([]) == ""
    assert some("abcde") == "a, b, c, d, e"
    assert some("abcdef") == "a, b, c, d, e and 1 more"
    assert meant("x" * 101, ["x" * 101]) is None
    assert str(meant("x" * 100, ["x" * 100])) == f"did you mean `{'x' * 100}`?"


def test_what_is_no_rules_at_all():
    hint = "expected keys and values, as in config/criteria.yaml"
    assert refused("") == [(f"r.yaml: holds no rules / {hint}", None)]
    assert refused("x" * 1_000_001) == [
        ("r.yaml: is 1,000,001 characters long / rules have at most 1,000,000 characters", None)
    ]
    assert refused("#" * 1_000_000) == [(f"r.yaml: holds no rules / {hint}", None)]
    assert refused("a: \ud800") == [("r.yaml: holds half of a surrogate pair", None)]
    with pytest.raises(RulesError, match=r"^rules: holds no rules"):
        parse_rules("")


def test_what_ends_the_reading_of_rules():
    assert refused(RULES + "---\na: 1\n") == [
        ("r.yaml:6:1: a second document begins / one file holds one document", None)
    ]
    assert refused(RULES + "[a, b]: 1\n") == [
        (
            "r.yaml:6:1: a key must be plain text"
            " / text that holds brackets or a star needs quotation marks",
            None,
        )
    ]
    deep = "x: " + "[" * 40 + "]" * 40
    assert refused(deep) == [
        ("r.yaml:1:43: is nested too deeply / rules nest at most 40 levels", None)
    ]
    # The list, its key, the file and 19,998 entries are one value too many.
    many = "x:\n" + "- a\n" * 19_998
    assert refused(many) == [
        ("r.yaml:19999:3: has too many keys and values / rules hold at most 20,000", None)
    ]
    assert refused("x:\n" + "- a\n" * 19_997)[-1][0].startswith("r.yaml:1:1: x: unknown key `x`")


def test_tags_and_merge_keys_at_keys():
    tag = "is not understood here / leave it out; text is put in quotation marks"
    assert refused(RULES + "!!str method: dhondt\n") == [
        (f"r.yaml:6:1: method: the tag !!str {tag}", None)
    ]
    assert refused(RULES + "select:\n  <<: {by: nothing, share: 5}\n  share: 1\n") == [
        ("r.yaml:7:3: select.<<: merge keys are not understood here / write the keys out", None)
    ]
    document = parse_yaml("<<: {a: 1}\nb: 2\n", "r.yaml")
    assert (document.data, document.unread) == ({"b": 2}, {""})
    assert set(document.marks) == {"", "b"}
    document = parse_yaml("a: !x 1\n", "r.yaml")
    assert (document.data, document.unread) == ({"a": 1}, {"a"})


def test_a_second_key_keeps_the_first_and_its_siblings():
    document = parse_yaml("a: 1\na: [2, {b: 3}]\nc: 4\n", "r.yaml")
    assert document.data == {"a": 1, "c": 4}
    assert set(document.marks) == {"", "a", "c"}
    assert set(document.key_marks) == {"a", "c"}
    document = parse_yaml("- {a: 1, a: {b: 2, b: 3}}\n- 5\n", "r.yaml")
    assert document.data == [{"a": 1}, 5]
    assert [p.key for p in document.problems] == ["[0].a"]


def test_missing_lists_leave_the_rest_of_the_rules_to_be_checked(tmp_path):
    text = RULES.replace("weight: 1", "weight: 0.5") + (
        "select: {list: nowhere.csv, count: 3}\ncounties: {file: nowhere.csv}\n"
    )
    with pytest.raises(RulesError) as caught:
        parse_rules(text, "r.yaml", tmp_path)
    assert [(p.line, p.message.replace(f"{tmp_path}/", "")) for p in caught.value.problems] == [
        (5, "the weights sum to 0.5, not 1"),
        (6, "count and list exclude each other"),
        (6, "nowhere.csv: can't be read: No such file or directory"),
        (7, "nowhere.csv: can't be read: No such file or directory"),
    ]


def test_numbers_in_lists_of_names():
    assert parse_rules(RULES + "exclude: [0, 9999, 301]\n").exclude == ("0", "9999", "301")
    for number in (-1, 10000):
        assert refused(RULES + f"exclude: [{number}]\n")[0][0].startswith("r.yaml:6:11: exclude[0]")


def test_repairs_of_a_list_of_counties_are_noted(tmp_path):
    (tmp_path / "fylker.csv").write_text("tittel\nFylke;Antall\nOslo;100\n")
    notes = []
    parse_rules(RULES + "counties: {file: fylker.csv}\n", "r.yaml", tmp_path, notes=notes)
    assert [note.message for note in notes] == ["1 line above the header left out: `tittel`"]


def test_the_order_of_files_and_lines(folder):
    path = folder(b="Knr,x\n0301,a\n1601,b\n", a="Knr,y\n0301,1\n1601,c\n")
    with pytest.raises(DataError) as caught:
        load_statistics(path, indicators=["x", "y", "z"])
    places = [(str(p.file).removeprefix(str(path)), p.line) for p in caught.value.problems]
    assert places == [("/a.csv", 3), ("/b.csv", 2), ("/b.csv", 3), ("", None)]


def test_two_scales_by_the_middle(folder):
    assert len(scales(folder, 0.5, 22, 45, 60)) == 1  # the middle of three is 90 times as much
    assert scales(folder, 0.5, 12, 13, 90) == []  # here it is 26 times


def test_a_last_row_without_figures_is_a_row(folder):
    own = "Knr,x,y\n0301,1,2\n1601,,\n"
    assert load_statistics(folder(own=own)).column("x").value("1601", None) is None
    own = "x,Knr\n1,0301\n,1601\n"
    assert load_statistics(folder(own=own)).column("x").value("1601", None) is None


def test_further_columns_of_the_register_are_kept_as_text(folder):
    register = "kommunenummer,sone,municipality,fylke\n0301,A 1,Oslo,Oslo\n1601,,Trondheim,T\n"
    found = load_statistics(folder(municipalities=register)).municipalities
    assert [m.attributes for m in found] == [{"sone": "A 1"}, {"sone": ""}]


def test_packaged_tables_are_called_by_their_names():
    inputs = load_statistics(indicators=["population", "settled"]).inputs
    assert list(inputs) == ["municipalities.csv", "population.csv", "settlement.csv"]


def test_rows_in_any_order_are_put_in_order(folder):
    own = "Knr,year,x\n0301,2016,1\n1601,2016,2\n0301,2015,3\n1601,2015,4\n"
    swapped = "Knr,year,x\n1601,2016,2\n0301,2016,1\n1601,2015,4\n0301,2015,3\n"
    for text in (own, swapped):
        figures = load_statistics(folder(own=text)).column("x").figures
        assert {year: list(by_code.items()) for year, by_code in figures.items()} == {
            2015: [("0301", (3.0,)), ("1601", (4.0,))],
            2016: [("0301", (1.0,)), ("1601", (2.0,))],
        }
