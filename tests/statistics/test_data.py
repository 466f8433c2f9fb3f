"""The tables in data/ against their description and against figures their publishers give."""

import csv
import datetime
import json
import re
import unicodedata
from collections import Counter
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import frictionless
import pytest

DATA = Path(__file__).resolve().parents[2] / "data"
PACKAGE = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
RESOURCES = {resource["name"]: resource for resource in PACKAGE["resources"]}
REFERENCE_DATE = re.compile(r"(?:year(?P<offset>[+-]\d+)?|(?P<year>\d{4}))-(?P<day>\d\d-\d\d)")
PUBLISHERS = {
    "www.ssb.no": "CC-BY-4.0",
    "www.imdi.no": "NLOD-2.0",
    "www.regjeringen.no": None,
    "no.wikipedia.org": None,
}

each_resource = pytest.mark.parametrize("name", RESOURCES)


def fields(name):
    """The described fields of a table, by column."""
    return {field["name"]: field for field in RESOURCES[name]["schema"]["fields"]}


def measured(name):
    """The columns that hold figures: numbers that are neither a key nor a grouping."""
    return [
        column
        for column, field in fields(name).items()
        if field["type"] in ("integer", "number") and column != "centrality_2008"
    ]


def rows(name, **where):
    """The rows of a table as text, those with the given cells."""
    with (DATA / RESOURCES[name]["path"]).open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    return [row for row in table if all(row[column] == cell for column, cell in where.items())]


def total(table, column):
    """The sum of a column's published figures."""
    return sum(Decimal(row[column]) for row in table if row[column])


def by_code(table, *columns):
    """kommunenummer → the cells of the columns."""
    return {row["kommunenummer"]: tuple(row[column] for column in columns) for row in table}


def date_of(reference_date, year):
    """The day a figure in a row of the year describes."""
    match = REFERENCE_DATE.fullmatch(reference_date)
    start = int(match["year"] or int(year) + int(match["offset"] or 0))
    return datetime.date.fromisoformat(f"{start:04}-{match['day']}")


def validate(folder, names):
    """The kinds of error frictionless finds in the named tables, and how many rows it read."""
    descriptor = {**PACKAGE, "resources": [RESOURCES[name] for name in names]}
    package = frictionless.Package.from_descriptor(descriptor, basepath=str(folder))
    report = package.validate()
    counted = {task.name: task.stats["rows"] for task in report.tasks}
    return sorted(kind for (kind,) in report.flatten(["type"])), counted


# --- the description -------------------------------------------------------------------------


def test_every_table_is_as_described():
    errors, counted = validate(DATA, RESOURCES)
    assert errors == []
    assert counted == {name: len(rows(name)) for name in RESOURCES}
    assert min(counted.values()) == 20


@pytest.mark.parametrize(
    ("line", "complaints"),
    [
        ("2030,2017,10199,2008,7865,6191,6410", []),
        ("9999,2017,10199,,,,", ["foreign-key"]),
        ("2030,2016,10199,,,,", ["primary-key"]),
        ("2030,2018,10199,,,,", ["constraint-error"]),
        ("2030,2017,-1,,,,", ["constraint-error"]),
        ("2030,2017,,,,,", ["constraint-error"]),
        ("030,2017,10199,,,,", ["constraint-error", "foreign-key"]),
        ("2030,2017,many,,,,", ["type-error"]),
        ("2030,2017,10199,,,", ["missing-cell"]),
        ("2030,2017,10199,,,,,", ["extra-cell"]),
    ],
)
def test_a_mistake_in_a_table_is_noticed(tmp_path, line, complaints):
    """The description is strict: put in for the last line of population.csv, these are refused."""
    for name in ("municipalities", "population"):
        path = RESOURCES[name]["path"]
        lines = (DATA / path).read_text(encoding="utf-8").splitlines()
        if name == "population":
            lines[-1] = line
        (tmp_path / path).write_text("\n".join(lines) + "\n", encoding="utf-8")
    errors, _ = validate(tmp_path, ("municipalities", "population"))
    assert errors == complaints


def test_every_file_is_described_and_every_description_has_a_file():
    own = [path.parent for path in DATA.glob("*/datapackage.json")]  # tests/test_years.py
    files = {
        path.relative_to(DATA).as_posix()
        for path in DATA.rglob("*")
        if path.is_file() and path.parent not in own
    }
    described = [resource["path"] for resource in PACKAGE["resources"]]
    assert Counter(described) == Counter(files - {"datapackage.json"})


def test_the_package_is_described():
    assert PACKAGE["profile"] == "tabular-data-package"
    assert PACKAGE["name"] == "bosetting"
    assert re.fullmatch(r"\d+\.\d+\.\d+", PACKAGE["version"])
    assert PACKAGE["title"]
    assert PACKAGE["description"]
    assert [licence["name"] for licence in PACKAGE["licenses"]] == ["CC-BY-4.0", "NLOD-2.0"]


@each_resource
def test_a_table_is_described(name):
    resource = RESOURCES[name]
    assert resource["profile"] == "tabular-data-resource"
    assert resource["title"]
    assert resource["description"].endswith(".")
    assert resource["schema"]["missingValues"] == [""]
    assert set(resource["schema"]["primaryKey"]) <= set(fields(name))
    is_day = re.fullmatch(r"\d{4}-\d\d-\d\d", resource["codesOf"]) is not None
    assert is_day == (name not in ("requests-2018", "municipality-names", "county-names"))


@each_resource
def test_columns_are_the_described_columns(name):
    with (DATA / RESOURCES[name]["path"]).open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    assert header == [field["name"] for field in RESOURCES[name]["schema"]["fields"]]
    assert len(header) == len(set(header))


@each_resource
def test_every_column_says_what_it_means(name):
    assert fields(name)
    for column, field in fields(name).items():
        assert field["description"].endswith("."), column
        assert len(field["description"].split()) >= 4, column
        for label in (field["title"], field["title_nb"]):
            assert 2 <= len(label) <= 48, column
        assert ("unit" in field) == (column in measured(name)), column


@each_resource
def test_every_column_is_constrained(name):
    assert fields(name)
    for column, field in fields(name).items():
        constraints = field.get("constraints", {})
        if "kommunenummer" in column:
            assert constraints["pattern"] == "^[0-9]{4}$", column
        if column in measured(name):
            assert constraints["minimum"] >= 0, column
        if column == "flag" or column.endswith("_flag"):
            found = {row[column] for row in rows(name)}
            assert found - {""} == set(constraints["enum"]), column


@each_resource
def test_tables_on_the_codes_of_2017_refer_to_the_municipalities(name):
    column = next((c for c in ("kommunenummer", "kommunenummer_2017") if c in fields(name)), None)
    known = {row["kommunenummer"] for row in rows("municipalities")}
    all_known = column is not None and {row[column] for row in rows(name)} <= known
    keys = RESOURCES[name]["schema"].get("foreignKeys", [])
    expected = {
        "fields": [column],
        "reference": {"resource": "municipalities", "fields": ["kommunenummer"]},
    }
    assert keys == ([expected] if all_known and name != "municipalities" else [])


@each_resource
def test_sources_are_public_pages_under_the_publishers_licence(name):
    resource = RESOURCES[name]
    assert resource["sources"]
    hosts = {urlsplit(source["path"]).netloc for source in resource["sources"]}
    assert all(source["title"] for source in resource["sources"])
    assert hosts <= set(PUBLISHERS)
    assert {source["path"][:8] for source in resource["sources"]} == {"https://"}
    licences = {licence["name"] for licence in resource["licenses"]}
    assert licences == {PUBLISHERS[host] for host in hosts} - {None}


def test_a_column_of_figures_has_one_table():
    """An indicator is named by its column alone, so no two tables may share one."""
    found = Counter(
        column
        for name, resource in RESOURCES.items()
        if "/" not in resource["path"]
        for column in measured(name)
    )
    assert found["population"] == 1
    assert [column for column, tables in found.items() if tables > 1] == []


# --- reference dates -------------------------------------------------------------------------


@each_resource
def test_every_figure_of_a_year_has_a_date(name):
    years = sorted({row["year"] for row in rows(name)}) if "year" in fields(name) else []
    dated = {c: f["referenceDate"] for c, f in fields(name).items() if "referenceDate" in f}
    assert list(dated) == (measured(name) if years else [])
    for column, reference_date in dated.items():
        for year in years:
            assert abs(date_of(reference_date, year).year - int(year)) <= 1, column


@pytest.mark.parametrize(
    ("name", "column", "year", "date"),
    [
        ("population", "population", 2017, "2017-01-01"),
        ("population", "population_15_74", 2016, "2016-01-01"),
        ("employment", "employed_residents", 2015, "2015-12-31"),
        ("employment", "residents_15_74", 2015, "2015-12-31"),
        ("employment", "employed_by_workplace", 2017, "2017-12-31"),
        ("employment", "district_index_employment_pct", 2015, "2015-12-31"),
        ("employment-old-series", "employment_rate_old_series_pct", 2014, "2014-12-31"),
        ("intro-programme", "leavers", 2013, "2014-11-30"),
        ("intro-programme", "in_work_or_education", 2010, "2011-11-30"),
        ("intro-programme", "in_work_or_education_pct_early_copy", 2012, "2013-11-30"),
        ("intro-programme-direct", "direct_work_or_education_pct", 2014, "2014-12-31"),
        ("intro-programme-participants", "participants", 2015, "2015-12-31"),
        ("settlement", "settled", 2016, "2016-12-31"),
        ("settlement", "requested", 2018, "2018-12-31"),
        ("unaccompanied-minors", "requested_minors", 2016, "2016-11-03"),
        ("unaccompanied-minors", "requested_minors", 2017, "2016-11-03"),
        ("requests-2016", "requested", 2016, "2016-11-03"),
        ("requests-2018", "requested", 2018, "2018-12-31"),
    ],
)
def test_reference_date(name, column, year, date):
    assert date_of(fields(name)[column]["referenceDate"], year).isoformat() == date


# --- the files -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["datapackage.json", *(r["path"] for r in RESOURCES.values())])
def test_a_file_is_plain_utf8_text(path):
    content = (DATA / path).read_bytes()
    text = content.decode("utf-8")
    assert not text.startswith("\ufeff")
    assert "\r" not in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert unicodedata.is_normalized("NFC", text)
    assert "\ufffd" not in text


@each_resource
def test_cells_have_no_stray_spaces(name):
    cells = [cell for row in rows(name) for cell in row.values()]
    assert [cell for cell in cells if cell != " ".join(cell.split())] == []


@each_resource
def test_rows_are_sorted_and_no_key_is_used_twice(name):
    keys = [
        tuple(row[column] for column in RESOURCES[name]["schema"]["primaryKey"])
        for row in rows(name)
    ]
    assert keys == sorted(keys)
    assert [key for key, times in Counter(keys).items() if times > 1] == []


@pytest.mark.parametrize(
    "name",
    [
        "municipalities",
        "population",
        "employment",
        "employment-old-series",
        "intro-programme",
        "intro-programme-direct",
        "intro-programme-participants",
        "settlement",
        "unaccompanied-minors",
        "requests-2017",
    ],
)
def test_every_year_has_every_municipality(name):
    everyone = {row["kommunenummer"] for row in rows("municipalities")}
    assert rows(name)
    for year in {row.get("year") for row in rows(name)}:
        assert {r["kommunenummer"] for r in rows(name) if r.get("year") == year} == everyone


# --- known figures ---------------------------------------------------------------------------


def test_municipalities_of_2017():
    table = rows("municipalities")
    assert len(table) == 426
    assert len({row["fylke"] for row in table}) == 19
    assert len({(row["fylke"], row["fylkesnummer"]) for row in table}) == 19
    assert [r["municipality"] for r in table if r["kommunenummer"][:2] != r["fylkesnummer"]] == []
    assert len({row["municipality"] for row in table}) == 426
    assert by_code(table, "municipality", "fylke")["0301"] == ("Oslo", "Oslo")


@pytest.mark.parametrize(
    ("year", "population"),
    [("2014", 5_109_056), ("2015", 5_165_802), ("2016", 5_213_985), ("2017", 5_258_317)],
)
def test_national_population(year, population):
    """SSB, table 07459: the whole country on 1 January."""
    assert total(rows("population", year=year), "population") == population


def test_population_of_oslo():
    assert by_code(rows("population", year="2017"), "population")["0301"] == ("666759",)


def test_age_groups_nest():
    groups = ("population", "population_15_74", "population_20_66", "population_20_64")
    checked = 0
    for row in rows("population"):
        sizes = [int(row[group]) for group in groups if row[group]]
        assert sizes == sorted(sizes, reverse=True), row
        checked += len(sizes) == len(groups)
    assert checked == 426


def test_national_employment_rate():
    """SSB: 66.0 per cent of residents aged 15–74 were employed in the 4th quarter of 2017."""
    table = rows("employment", year="2017")
    rate = 100 * total(table, "employed_residents") / total(table, "residents_15_74")
    assert round(rate, 1) == Decimal("66.0")


def test_only_sandefjord_lacks_an_employment_rate_for_2015():
    columns = ("employed_residents", "residents_15_74")
    for year, missing in (("2015", ["0710"]), ("2017", [])):
        table = rows("employment", year=year)
        assert len(table) == 426
        without = [r["kommunenummer"] for r in table if not all(r[column] for column in columns)]
        assert without == missing


def test_residents_of_2015_are_those_of_the_new_year():
    quarter = by_code(rows("employment", year="2015"), "residents_15_74")
    new_year = by_code(rows("population", year="2016"), "population_15_74")
    assert quarter == new_year


def test_district_index_is_employed_residents_per_resident_aged_20_to_64():
    aged_20_64 = by_code(rows("population", year="2016"), "population_20_64")
    table = [row for row in rows("employment") if row["district_index_employment_pct"]]
    assert {row["year"] for row in table} == {"2015"}
    assert len(table) == 425
    for row in table:
        rate = 100 * Decimal(row["employed_residents"]) / int(*aged_20_64[row["kommunenummer"]])
        assert abs(rate - Decimal(row["district_index_employment_pct"])) <= Decimal("0.05"), row


def test_introduction_programme_2010_to_2013():
    """163 municipalities have a published result: 61.9 per cent of 10,041 leavers."""
    table = [row for row in rows("intro-programme") if row["in_work_or_education_pct"]]
    assert len({row["kommunenummer"] for row in table}) == 163
    assert total(table, "leavers") == 10_041
    rate = 100 * total(table, "in_work_or_education") / total(table, "leavers")
    assert round(rate, 1) == Decimal("61.9")
    assert Counter(row["year"] for row in table) == {
        "2010": 75,
        "2011": 90,
        "2012": 102,
        "2013": 92,
    }


def test_in_work_or_education_rounds_to_the_published_per_cent():
    """SSB, table 10824: 6,220 of the leavers, and each row's number beside its per cent."""
    published = [row for row in rows("intro-programme") if row["in_work_or_education"]]
    assert len(published) == 359
    assert total(published, "in_work_or_education") == 6_220
    for row in published:
        rate = 100 * Decimal(row["in_work_or_education"]) / Decimal(row["leavers"])
        assert abs(rate - Decimal(row["in_work_or_education_pct"])) <= Decimal("0.5"), row
    blank = [row for row in rows("intro-programme") if not row["in_work_or_education"]]
    assert {row["in_work_or_education_pct"] for row in blank} == {""}


def test_introduction_programme_flags_explain_the_blanks():
    table = rows("intro-programme")
    assert [r for r in table if r["flag"] and r["in_work_or_education_pct"]] == []
    assert {r["leavers"] for r in table if r["flag"] == "no_leavers"} == {"0"}
    assert {r["flag"] for r in table if r["leavers"] == "0"} == {"no_leavers"}
    assert Counter(row["flag"] for row in table if not row["in_work_or_education_pct"]) == {
        "no_leavers": 682,
        "suppressed": 604,
        "": 68,
        "zero_in_source_unreliable": 7,
    }


def test_early_copy_adds_suppressed_figures_and_contradicts_none():
    early = [row for row in rows("intro-programme") if row["in_work_or_education_pct_early_copy"]]
    assert {row["year"] for row in early} == {"2012"}
    both = [row for row in early if row["in_work_or_education_pct"]]
    assert (len(early), len(both)) == (165, 96)
    final = [row["in_work_or_education_pct"] for row in both]
    assert final == [row["in_work_or_education_pct_early_copy"] for row in both]


@pytest.mark.parametrize(
    ("name", "column", "flag", "published", "reasons"),
    [
        (
            "intro-programme-direct",
            "direct_leavers",
            "direct_leavers_flag",
            156,
            {"suppressed": 100, "not_available": 172},
        ),
        (
            "intro-programme-direct",
            "direct_work_or_education",
            "direct_work_or_education_flag",
            53,
            {"suppressed": 203, "not_available": 172},
        ),
        (
            "intro-programme-direct",
            "direct_work_or_education_pct",
            "flag",
            76,
            {"suppressed": 180, "not_available": 172},
        ),
        (
            "intro-programme-participants",
            "participants",
            "flag",
            296,
            {"suppressed": 43, "not_available": 89},
        ),
    ],
)
def test_register_flags_explain_the_blanks(name, column, flag, published, reasons):
    """Two rows have neither a figure nor a reason."""
    table = rows(name)
    figures = [row for row in table if row[column]]
    assert {row[flag] for row in figures} == {""}
    assert len(figures) == published
    assert Counter(row[flag] for row in table if not row[column]) == {**reasons, "": 2}


def test_introduction_programme_by_county():
    country, *counties = rows("intro-programme-county")
    assert (country["fylke"], len(counties)) == ("Hele Norge", 19)
    known = {(row["fylkesnummer"], row["fylke"]) for row in rows("municipalities")}
    assert {(row["fylkesnummer"], row["fylke"]) for row in counties} == known
    for row in (country, *counties):
        direct = Decimal(row["direct_work"]) + Decimal(row["direct_education"])
        rate = 100 * direct / Decimal(row["leavers"])
        assert abs(rate - Decimal(row["direct_work_or_education_pct"])) <= 1, row


@pytest.mark.parametrize(
    ("name", "former"),
    [
        ("intro-programme", {"0706", "0719", "0720", "1729", "1901"}),
        ("intro-programme-direct", {"0706", "0719", "0720", "1729", "1901"}),
        ("intro-programme-participants", {"0706", "0719", "0720", "1729", "1901"}),
        ("unaccompanied-minors", {"0706", "0719", "0720"}),
    ],
)
def test_rows_of_former_municipalities(name, former):
    now = {row["kommunenummer"] for row in rows("municipalities")}
    assert {row["former_kommunenummer"] for row in rows(name)} == {"", *former}
    assert former & now == set()


def test_settlement_totals():
    """IMDi: requested and decided for 2016, with the revisions of the year."""
    table = rows("settlement", year="2016")
    assert total(table, "requested") == 18_517
    assert total(table, "decided") == 16_523


def test_410_municipalities_have_a_published_settlement():
    settled = {
        row["kommunenummer"]
        for row in rows("settlement")
        if row["year"] in ("2014", "2015", "2016") and int(row["settled"] or 0) > 0
    }
    assert len(settled) == 410


@pytest.mark.parametrize(
    ("year", "blank", "zero", "one_to_four"),
    [
        ("2014", 112, 0, 9),
        ("2015", 0, 53, 20),
        ("2016", 23, 0, 0),
        ("2017", 78, 0, 0),
        ("2018", 207, 0, 0),
    ],
)
def test_suppressed_settlement_stays_blank(year, blank, zero, one_to_four):
    settled = Counter(row["settled"] for row in rows("settlement", year=year))
    assert settled[""] == blank
    assert settled["0"] == zero
    assert sum(settled[str(few)] for few in range(1, 5)) == one_to_four


def test_unaccompanied_minors():
    """IMDi, October 2016: 12,988 asked for in 2017; in one row more minors than places."""
    assert total(rows("unaccompanied-minors", year="2017"), "requested_total") == 12_988
    above = [
        (row["kommunenummer"], row["year"], row["decided_total"], row["decided_minors"])
        for row in rows("unaccompanied-minors")
        if int(row["requested_minors"] or 0) > int(row["requested_total"])
        or int(row["decided_minors"] or 0) > int(row["decided_total"] or 0)
    ]
    assert above == [("0545", "2016", "3", "6")]


@pytest.mark.parametrize(
    ("year", "requested_minors", "decided_total", "decided_minors"),
    [("2016", 50, 13, 177), ("2017", 103, 363, 428)],
)
def test_blanks_of_the_list_of_minors_are_no_noughts(
    year, requested_minors, decided_total, decided_minors
):
    blank = Counter(
        column
        for row in rows("unaccompanied-minors", year=year)
        for column in row
        if not row[column]
    )
    blank.pop("former_kommunenummer")
    assert blank == {
        "requested_minors": requested_minors,
        "decided_total": decided_total,
        "decided_minors": decided_minors,
    }


def test_language_forms():
    """A list of June 2017; 113 nynorsk were published for 2015, one fewer."""
    forms = Counter(row["language_form"] for row in rows("municipalities"))
    assert forms == {"nynorsk": 114, "bokmål": 157, "nøytral": 155}


def test_requests_2018():
    table = rows("requests-2018")
    assert len(table) == 224
    assert total(table, "requested") == 5_350
    assert Counter(row["requested"] for row in table)["10"] == 107
    assert min(int(row["requested"]) for row in table) == 10


def test_requests_2018_by_county():
    counties = Counter()
    for row in rows("requests-2018"):
        fylke = re.sub(r"^(Sør|Nord)-Trøndelag$", "Trøndelag", row["fylke"])
        counties[fylke] += int(row["requested"])
    assert counties == {
        "Østfold": 250,
        "Akershus": 395,
        "Oslo": 370,
        "Hedmark": 230,
        "Oppland": 220,
        "Buskerud": 295,
        "Vestfold": 210,
        "Telemark": 245,
        "Aust-Agder": 167,
        "Vest-Agder": 238,
        "Rogaland": 420,
        "Hordaland": 510,
        "Sogn og Fjordane": 160,
        "Møre og Romsdal": 305,
        "Trøndelag": 555,
        "Nordland": 417,
        "Troms": 247,
        "Finnmark": 116,
    }


def test_requests_2018_to_small_municipalities():
    """The minister's answer Dok. 15:2172 (2017–18): 369 places below 5,000 inhabitants."""
    of_2017 = by_code(rows("population", year="2017"), "population")
    population = Counter()
    whole = {row["kommunenummer_2017"]: row for row in rows("municipality-codes")}
    for code, row in whole.items():
        for number in {code, row["kommunenummer_2018"]}:  # the list mixes old and new numbers
            population[number] += int(*of_2017[code])
    small = [r for r in rows("requests-2018") if population[r["kommunenummer"]] < 5_000]
    assert (len(small), total(small, "requested")) == (36, 369)


def test_published_requests_agree_with_the_tables_they_come_from():
    columns = ("requested", "decided", "settled")
    of_2017 = by_code(rows("requests-2017"), *columns)
    assert of_2017 == by_code(rows("settlement", year="2017"), *columns)
    of_2018 = by_code(rows("requests-2018"), *columns)
    settlement = by_code(rows("settlement", year="2018"), *columns)
    asked = {code: cells for code, cells in settlement.items() if cells[0]}
    new = {"0712", "0715", "0729", "5054"}
    assert {code: cells for code, cells in of_2018.items() if code not in new} == asked
    assert new < set(of_2018)
    of_2016 = by_code(rows("requests-2016"), "requested", "requested_minors", "decided")
    assert len(of_2016) == 428
    assert of_2016 == {
        row["former_kommunenummer"] or row["kommunenummer"]: (
            row["requested_total"],
            row["requested_minors"],
            row["decided_total"],
        )
        for row in rows("unaccompanied-minors", year="2016")
    }


def test_municipality_codes():
    table = rows("municipality-codes")
    named = {(row["kommunenummer"], row["municipality"]) for row in rows("municipalities")}
    assert {(r["kommunenummer_2017"], r["municipality_2017"]) for r in table} == named
    years = ("2018", "2019", "2020", "2024")
    numbers = {year: {row[f"kommunenummer_{year}"] for row in table} for year in years}
    assert [len(numbers[year]) for year in years] == [422, 422, 356, 357]
    assert [len({code[:2] for code in numbers[year]}) for year in years] == [18, 18, 11, 15]
    parts = Counter(row["kommunenummer_2017"] for row in table)
    several = {code: count for code, count in parts.items() if count > 1}
    assert several == {"0710": 3, "1613": 3, "1850": 2}
    assert {row["kommunenummer_2017"] for row in table if row["split"] == "yes"} == {"1613", "1850"}


@each_resource
def test_a_column_always_blank_says_so(name):
    table = rows(name)
    blank = {column for column in fields(name) if not any(row[column] for row in table)}
    said = {c for c, field in fields(name).items() if "always blank" in field["description"]}
    assert blank == said
