"""The years after the letter: their figures against published totals, their rules end to end."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections import Counter
from pathlib import Path

import frictionless
import pytest

from bosetting_cli import load_rules, load_statistics
from bosetting_cli.resources import config_dir, data_dir
from bosetting_cli.rules.years import defaults, packaged_years
from bosetting_cli.statistics.divisions import codes_of
from bosetting_cli.statistics.lists import read_actual
from commands import run, tried

PUBLISHED = Path(__file__).parent / "published"
MUNICIPALITIES = {"2018": 422, "2019": 422, "2020": 356, "2024": 357}
RULED = [name for name, year in packaged_years().items() if year.rules and year.total]
TABLES = [
    (division, resource["name"])
    for division in MUNICIPALITIES
    for resource in json.loads((data_dir() / division / "datapackage.json").read_bytes())[
        "resources"
    ]
]

each_division = pytest.mark.parametrize("division", MUNICIPALITIES)
each_table = pytest.mark.parametrize(("division", "name"), TABLES)
each_ruled = pytest.mark.parametrize("year", RULED)


def described(division):
    """The description of a folder."""
    return json.loads((data_dir() / division / "datapackage.json").read_text(encoding="utf-8"))


def resource(division, name):
    return next(one for one in described(division)["resources"] if one["name"] == name)


def fields(division, name):
    return {field["name"]: field for field in resource(division, name)["schema"]["fields"]}


def rows(division, name, **where):
    """The rows of a table as text, those with the given cells."""
    path = data_dir() / division / f"{name.replace('-', '_')}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    return [row for row in table if all(row[column] == cell for column, cell in where.items())]


def total(table, column):
    return sum(int(row[column]) for row in table if row[column])


def above_nought(table, column):
    return sum(row[column] not in ("", "0") for row in table)


def done(*arguments):
    """What a command prints that is to succeed."""
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


# --- the folders as described ----------------------------------------------------------------


@each_division
def test_the_tables_are_as_described(division):
    package = frictionless.Package.from_descriptor(
        described(division), basepath=str(data_dir() / division)
    )
    report = package.validate()
    assert report.flatten(["type", "note"]) == []
    files = {path.name for path in (data_dir() / division).iterdir()} - {"datapackage.json"}
    assert files == {task.place for task in report.tasks}


@each_division
def test_every_year_has_every_municipality_of_the_division(division):
    everyone = codes_of(int(division))
    assert len(everyone) == MUNICIPALITIES[division]
    for one, name in TABLES:
        table = rows(division, name) if one == division else []
        for year in {row.get("year") for row in table}:
            assert {r["kommunenummer"] for r in table if r.get("year") == year} == everyone, name


@each_table
def test_columns_say_what_they_mean_and_when(division, name):
    assert fields(division, name)
    for column, field in fields(division, name).items():
        assert field["description"].endswith("."), column
        assert field["title"], column
        assert field["title_nb"], column
        figure = field["type"] in ("integer", "number") and not column.startswith("centrality")
        assert ("unit" in field) == figure, column
        assert ("referenceDate" in field) == (figure and name != "municipalities"), column
        found = {row[column] for row in rows(division, name)} - {""}
        assert found, column
        if column == "flag" or column.endswith("_flag"):
            assert found == set(field["constraints"]["enum"]), column


@each_table
def test_files_are_plain_sorted_text(division, name):
    path = data_dir() / division / resource(division, name)["path"]
    text = path.read_bytes().decode("utf-8")
    assert text.endswith("\n")
    assert "\r" not in text
    assert unicodedata.is_normalized("NFC", text)
    key = resource(division, name)["schema"]["primaryKey"]
    keys = [tuple(row[column] for column in key) for row in rows(division, name)]
    assert keys == sorted(set(keys))


@each_table
def test_a_former_number_is_one_of_an_earlier_division(division, name):
    earlier = set()
    for year in (2016, 2017, 2018, 2019, 2020):
        earlier |= codes_of(year) if year < int(division) else set()
    if name == "intro-programme":
        earlier |= {"1901", "1729"}  # Harstad and Inderøy, by numbers that ended before 2014
    former = {row.get("former_kommunenummer", "") for row in rows(division, name)} - {""}
    assert former <= earlier


@each_division
def test_a_column_of_figures_has_one_table(division):
    statistics = load_statistics(data_dir() / division)
    assert statistics.notes == ()
    assert len(statistics.units) == MUNICIPALITIES[division]
    assert set(statistics.columns) >= {"population", "employed_residents", "requested", "settled"}


# --- registers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("division", "counties"), [("2018", 18), ("2019", 18), ("2020", 11), ("2024", 15)]
)
def test_counties(division, counties):
    found = {(row["fylkesnummer"], row["fylke"]) for row in rows(division, "municipalities")}
    assert len(found) == counties
    assert all(
        row["kommunenummer"][:2] == row["fylkesnummer"] for row in rows(division, "municipalities")
    )


@pytest.mark.parametrize(
    ("division", "code", "name", "name_as_of", "fylke"),
    [
        ("2018", "0712", "Larvik", "2018", "Vestfold"),
        ("2018", "5012", "Snillfjord", "2017", "Trøndelag"),
        ("2019", "5061", "Rindal", "2017", "Trøndelag"),
        ("2020", "1507", "Ålesund", "2020", "Møre og Romsdal"),
        ("2020", "3018", "Våler (Viken)", "2024", "Viken"),
        ("2020", "5437", "Kárásjohka - Karasjok", "2024", "Troms og Finnmark"),
        ("2024", "5544", "Nordreisa - Ráisa - Raisi", "2024", "Troms"),
        ("2024", "1580", "Haram", "2024", "Møre og Romsdal"),
    ],
)
def test_names(division, code, name, name_as_of, fylke):
    (row,) = rows(division, "municipalities", kommunenummer=code)
    assert (row["municipality"], row["name_as_of"], row["fylke"]) == (name, name_as_of, fylke)


@pytest.mark.parametrize(
    ("division", "nynorsk", "bokmål", "neutral"), [("2020", 90, 118, 148), ("2024", 88, 119, 150)]
)
def test_language_forms_as_published(division, nynorsk, bokmål, neutral):
    """The regulation of 20 December 2019; Språkrådet's sums."""
    forms = Counter(row["language_form"] for row in rows(division, "municipalities"))
    assert forms == {"nynorsk": nynorsk, "bokmål": bokmål, "nøytral": neutral}


def test_the_sami_language_area_has_thirteen_municipalities_since_2020():
    for division in ("2020", "2024"):
        table = [row for row in rows(division, "municipalities") if row["sami_language"]]
        assert len(table) == 13
        assert max(row["sami_area_from"] for row in table) == "2020-07-01"


# --- published totals ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("division", "year", "population"),
    [
        ("2018", 2017, 5_258_317),
        ("2018", 2018, 5_295_619),
        ("2019", 2018, 5_295_619),
        ("2019", 2019, 5_328_212),
        ("2020", 2020, 5_367_580),
        ("2020", 2021, 5_391_369),
        ("2020", 2022, 5_425_270),
        ("2020", 2023, 5_488_984),
        ("2024", 2024, 5_550_203),
        ("2024", 2025, 5_594_340),
        ("2024", 2026, 5_627_400),
    ],
)
def test_national_population(division, year, population):
    """SSB, table 07459: the whole country on 1 January."""
    table = rows(division, "population", year=str(year))
    assert total(table, "population") == population


def test_population_of_divided_municipalities_is_blank():
    flags = Counter(row["flag"] for row in rows("2024", "population") if not row["population"])
    assert flags == {"divided_in_2020": 5 * 6, "part_of_alesund": 4, "with_haram": 4}


@pytest.mark.parametrize(("year", "employed"), [(2023, 2_845_306), (2024, 2_863_316)])
def test_national_employment_of_the_later_vintage(year, employed):
    """SSB, table 07984; 2023 with Ålesund and Haram together, 36,009, and one below the sum."""
    together = {2023: 36_009, 2024: 0}[year]
    assert total(rows("2024", "employment", year=str(year)), "employed_residents") == (
        employed - together
    )


def test_rindal_of_2019_is_blank_and_not_nought():
    """Noughts in table 11618 for a municipality of 2,000."""
    for division in ("2019", "2020"):
        (row,) = rows(division, "employment", kommunenummer="5061", year="2019")
        assert (row["residents_15_74"], row["flag"]) == ("", "zero_in_source_unreliable")


@pytest.mark.parametrize(
    ("division", "year", "column", "requested", "asked"),
    [
        ("2018", 2018, "requested", 5_350, 224),
        ("2019", 2019, "requested", 5_350, 235),
        ("2020", 2020, "requested_first", 5_120, 211),
        ("2020", 2020, "requested", 3_602, 211),
        ("2020", 2021, "requested", 5_025, 211),
        ("2020", 2022, "requested_first", 5_500, 212),
        ("2020", 2022, "requested", 35_000, 356),
        ("2020", 2023, "requested", 38_000, 355),
        ("2024", 2024, "requested", 37_000, 356),
        ("2024", 2025, "requested", 12_640, 331),
        ("2024", 2026, "requested", 13_000, 332),
    ],
)
def test_requests_add_up_to_the_published_totals(division, year, column, requested, asked):
    table = rows(division, "settlement", year=str(year))
    assert (total(table, column), above_nought(table, column)) == (requested, asked)


@pytest.mark.parametrize("year", range(2019, 2027))
def test_the_lists_to_compare_with_are_the_same_figures(year):
    division = {2019: "2019"}.get(year, "2020" if year < 2024 else "2024")
    column = "requested_first" if year in (2020, 2022) else "requested"
    table = rows(division, "settlement", year=str(year))
    found = {
        row["kommunenummer"]: int(row[column]) for row in table if row[column] not in ("", "0")
    }
    assert read_actual(str(year)).requested == found


@pytest.mark.parametrize(("year", "few"), [(2024, 1), (2025, 12), (2026, 17)])
def test_the_minimum_of_ten_ended(year, few):
    """IMDi's pages of key figures: requests of 5 to 9."""
    table = rows("2024", "settlement", year=str(year))
    numbers = sorted(int(row["requested"]) for row in table if row["requested"] not in ("", "0"))
    assert (numbers[0], sum(number < 10 for number in numbers)) == (5, few)


def test_continuity_of_2019():
    """222 of the 224 asked in 2018 were asked again, not 0135 Råde and 5030 Klæbu."""
    before = {
        row["kommunenummer"] for row in rows("2019", "settlement", year="2018") if row["requested"]
    }
    after = {
        row["kommunenummer"] for row in rows("2019", "settlement", year="2019") if row["requested"]
    }
    assert before - after == {"0135", "5030"}
    assert len(after - before) == 13


def counties_published():
    with (PUBLISHED / "no_settlement_counties.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("year", ["2024", "2025", "2026"])
def test_counties_as_published(year):
    """IMDi's tables by county. Settled people may be hidden in a municipality, not in a county."""
    published = [row for row in counties_published() if row["year"] == year]
    assert len(published) == 15
    for row in published:
        table = [
            r
            for r in rows("2024", "settlement", year=year)
            if r["kommunenummer"][:2] == row["fylkesnummer"]
        ]
        hidden = 5 if (year, row["fylke"]) == ("2026", "Nordland") else 0
        assert total(table, "requested") == int(row["requested"]), row["fylke"]
        assert total(table, "decided") == int(row["decided"]) - hidden, row["fylke"]
        for column in ("settled", "settled_collective_protection"):
            assert total(table, column) <= int(row[column]), (row["fylke"], column)
        minors = [
            r
            for r in rows("2024", "unaccompanied-minors", year=year)
            if r["kommunenummer"][:2] == row["fylkesnummer"]
        ]
        if row["requested_minors"]:
            assert total(minors, "requested_minors") == int(row["requested_minors"])


def test_unaccompanied_minors():
    for year, minors, asked in (("2024", 610, 57), ("2026", 651, 70)):
        table = rows("2024", "unaccompanied-minors", year=year)
        assert total(table, "requested_minors") == minors
        assert above_nought(table, "requested_minors") == asked


# --- three kinds of blank --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("division", "year", "kinds"),
    [
        ("2024", "2024", {"awaiting": 4, "not_asked": 1}),
        ("2024", "2025", {"awaiting": 2, "not_asked": 26}),
        ("2024", "2026", {"awaiting": 5, "not_asked": 25, "no": 16}),
        ("2020", "2021", {"not_asked": 145, "no": 2}),
        ("2018", "2018", {"none_or_suppressed": 2, "not_asked": 198}),
    ],
)
def test_kinds_of_blank_and_nought(division, year, kinds):
    flags = Counter(row["decided_flag"] for row in rows(division, "settlement", year=year))
    flags.pop("")
    assert dict(flags) == kinds


@each_division
def test_a_blank_or_nought_always_says_of_which_kind(division):
    assert rows(division, "settlement")
    for row in rows(division, "settlement"):
        assert bool(row["decided_flag"]) == (row["decided"] in ("", "0")), row
        assert bool(row["settled_flag"]) == (row["settled"] == ""), row
        if row["decided_flag"] == "no":
            assert row["decided"] == "0"


# --- the years -------------------------------------------------------------------------------


def test_the_default_is_the_letter():
    assert done("allocate", "--format", "csv") == done(
        "allocate", "--year", "2018", "--format", "csv"
    )


def test_the_totals_of_the_list_of_years_are_those_of_rules_and_requests():
    assert packaged_years()
    for name, year in packaged_years().items():
        if year.rules and year.total:
            assert load_rules(config_dir() / year.rules).total.value == int(year.total), name
        if year.asked:
            made = read_actual(name[:4]).requested
            assert (sum(made.values()), len(made)) == (int(year.total), int(year.asked)), name


@pytest.mark.parametrize("lang", ["en", "nb", "nn"])
def test_the_years_are_listed(lang):
    table = list(csv.DictReader(done("years", "--lang", lang, "--format", "csv").splitlines()))
    assert [row["year"] for row in table] == ["2018", "2018-revised", *map(str, range(2019, 2028))]
    assert [row["year"] for row in table if not row["rules"]] == ["2023", "2024", "2025"]
    assert all(len(line) <= 100 for line in done("years", "--lang", lang).splitlines())


def test_a_year_without_rules_asks_for_them():
    result = tried("allocate", "--year", "2024")
    assert result.exit_code != 0
    message = str(result.exception)
    assert "no rules are packaged for 2024, only figures" in message
    assert "give them by --rules FILE; there are rules for 2018, 2018-revised, 2019" in message


def test_a_year_that_is_not_packaged():
    assert "nothing is packaged for the year 2013" in str(
        tried("allocate", "--year", "2013").exception
    )


def test_rules_and_data_given_by_hand_win():
    rules = config_dir() / "criteria-2026.yaml"
    by_year = done("allocate", "--year", "2026", "--format", "csv")
    assert done("allocate", "--year", "2024", "--rules", rules, "--format", "csv") == by_year
    data = data_dir() / "2024"
    given = ["--rules", rules, "--data", data]
    assert done("allocate", *given, "--format", "csv") == by_year
    assert done("allocate", *given, "--year", "2018", "--format", "csv") == by_year


def test_the_template_wants_a_total_and_says_nothing_else():
    result = tried("allocate", "--year", "2027")
    (problem,) = result.exception.problems
    assert str(problem).splitlines()[0].endswith("`total` is missing")
    table = list(
        csv.DictReader(
            done("allocate", "--year", "2027", "--total", 12345, "--format", "csv").splitlines()
        )
    )
    assert sum(int(row["requested"]) for row in table) == 12345


@pytest.mark.parametrize("year", ["2020", "2021", "2022", "2026", "2027"])
def test_rules_mostly_assumed_say_so_in_the_first_line(year):
    result = run("allocate", "--year", year, "--total", 6000)
    assert re.search(r"\(.*criteria (mostly )?assumed\)", result.stderr.splitlines()[0])


def test_the_letter_on_the_municipalities_of_2018_is_the_letter_carried_over():
    """Two ways to the same figures: the folder 2018, and the codes of 2018."""
    names = ("kommunenummer", "requested", "requested_unaccompanied_minors")
    tables = [
        list(csv.DictReader(done("allocate", *way, "--format", "csv").splitlines()))
        for way in (["--codes", 2018], ["--data", data_dir() / "2018"])
    ]
    one, other = ([[row[name] for name in names] for row in table] for table in tables)
    assert len(one) == 203
    assert one == other


@each_ruled
def test_a_rule_set_runs_end_to_end(year, tmp_path):
    packaged = packaged_years()[year]
    rules = load_rules(config_dir() / packaged.rules)
    by_year = ["--year", year]
    table = list(
        csv.DictReader(done("allocate", *by_year, "--all", "--format", "csv").splitlines())
    )
    assert sum(int(row["requested"] or 0) for row in table) == rules.total.value
    assert f"{rules.total.value:,}" in done("allocate", *by_year, "--by", "fylke")
    asked = next(row for row in table if row["requested"])
    assert f"{int(asked['requested']):,}" in done("explain", *by_year, asked["kommunenummer"])
    done("validate", *by_year)
    done("letters", *by_year, "-o", tmp_path / "letters", "--only", asked["kommunenummer"], "-q")
    assert len(list((tmp_path / "letters").glob(f"{asked['kommunenummer']}-*.md"))) == 1
    done("report", *by_year, "-o", tmp_path / "page.html", "--lang", "en", "-q")
    assert rules.title in (tmp_path / "page.html").read_text(encoding="utf-8")
    done("rules", *by_year)


@pytest.mark.parametrize("year", [2018, 2019, 2020, 2021, 2022, 2026])
def test_the_rules_of_a_year_are_tested_on_its_requests(year):
    document = json.loads(done("backtest", "--year", year, "--format", "json"))
    requested = {2018: 5_350, 2019: 5_350, 2020: 5_120, 2021: 5_025, 2022: 5_500, 2026: 13_000}
    assert document["decided"]["places"] == requested[year]


@each_division
def test_a_folder_is_valid_with_rules_for_it(division):
    year = next(name for name, y in packaged_years().items() if y.data == division and y.rules)
    packaged = defaults(year)
    report = json.loads(
        done(
            "validate", "--data", packaged["data"], "--rules", packaged["rules"], "--format", "json"
        )
    )
    assert (report["errors"], report["warnings"]) == (0, 0)
