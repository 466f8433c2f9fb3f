"""Kommunenummer of several years: recognised, carried over where exact, refused where not."""

from __future__ import annotations

import csv
import dataclasses
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import msgspec
import pandas as pd
import pytest

from bosetting_cli import allocate
from bosetting_cli.findings import DataError
from bosetting_cli.model.figures import meets
from bosetting_cli.resources import data_dir
from bosetting_cli.rules import Condition, Minimum, Select, override
from bosetting_cli.rules.fitting import in_one_years_codes
from bosetting_cli.statistics import Column, Municipality, Statistics, is_count
from bosetting_cli.statistics.divisions import (
    carry_codes,
    carry_over,
    codes_of,
    known_years,
    successors,
    vintage,
)
from commands import run
from small import synthetic

MERGED_2018 = {
    "0712": ("Larvik", {"0709", "0728"}),
    "0715": ("Holmestrand", {"0702", "0714"}),
    "0729": ("Færder", {"0722", "0723"}),
    "5054": ("Indre Fosen", {"1624", "1718"}),
}


def table(name):
    return pd.read_csv(data_dir() / name, dtype=str)


@pytest.fixture(scope="module")
def later(statistics):
    return carry_over(statistics, 2018)


def towns(figures, **columns):
    """Statistics of some real kommunenummer with invented populations."""
    statistics = synthetic({"population": {2017: figures}, **columns})
    return dataclasses.replace(
        statistics,
        municipalities=tuple(
            Municipality(unit, f"Town {unit}", "Shire") for unit in statistics.units
        ),
    )


# --- which year ------------------------------------------------------------------------------


def test_years_known():
    assert known_years() == (2016, 2017, 2018, 2019, 2020, 2024)


@pytest.mark.parametrize(
    ("year", "municipalities"),
    [(2016, 428), (2017, 426), (2018, 422), (2019, 422), (2020, 356), (2024, 357)],
)
def test_all_numbers_of_a_year_are_recognised(year, municipalities):
    codes = codes_of(year)
    assert len(codes) == municipalities
    assert vintage(codes) == year


@pytest.mark.parametrize(
    ("codes", "year"),
    [
        (["1601"], 2016),
        (["5001", "1567"], 2018),
        (["5001", "5061"], 2019),
        (["3001"], 2020),
        (["3101", "1508"], 2024),
        (["0301", "1601", "5054"], None),
        (["9999"], None),
        ([], None),
    ],
)
def test_year_of_some_numbers(codes, year):
    assert vintage(codes) == year


def test_a_year_that_is_not_known():
    with pytest.raises(DataError, match="of 2021 are not known\n  known are 2016, 2017"):
        codes_of(2021)


# --- from one year to another ----------------------------------------------------------------


def test_successors_of_2017_in_2018():
    found = successors(2017, 2018)
    into = defaultdict(set)
    for old, new in found.items():
        assert len(new) == 1
        into[new[0]].add(old)
    assert {code: parts for code, parts in into.items() if len(parts) > 1} == {
        code: parts for code, (_, parts) in MERGED_2018.items()
    }
    assert found["1601"] == ("5001",)


def test_only_two_of_2017_were_split_in_2020():
    split = {old: new for old, new in successors(2017, 2020).items() if len(new) > 1}
    assert split == {"1613": ("5055", "5056", "5059"), "1850": ("1806", "1875")}


def test_alesund_was_split_in_2024():
    split = {old: new for old, new in successors(2020, 2024).items() if len(new) > 1}
    assert split == {"1507": ("1508", "1580")}


def test_the_list_of_2018_mixes_numbers_of_two_years():
    listed = table("reference/requests_2018.csv").kommunenummer.tolist()
    assert vintage(listed) is None
    carried = carry_codes(listed, 2018)
    assert set(carried) == set(listed)
    assert len(set(carried.values())) == 224
    assert set(carried.values()) <= codes_of(2018)
    assert (carried["1601"], carried["0712"], carried["0301"]) == ("5001", "0712", "0301")


def test_a_list_is_read_in_its_own_year_as_a_whole():
    """1103 is Stavanger in 2017 and 2020, but with Finnøy and Rennesøy in 2020."""
    assert carry_codes(["1103", "1601"], 2020) == {"1103": "1103", "1601": "5001"}
    with pytest.raises(DataError, match="Stavanger 1103 of 2020 is divided between 1103"):
        carry_codes(["1103", "3001"], 2017)


def test_unknown_numbers_are_left_out():
    assert carry_codes(["1601", "9999"], 2018) == {"1601": "5001"}


# --- statistics ------------------------------------------------------------------------------


def test_population_of_2018s_municipalities_by_hand(later):
    people = table("population.csv").query("year == '2017'")
    codes = table("reference/municipality_codes.csv").drop_duplicates("kommunenummer_2017")
    merged = people.merge(codes, left_on="kommunenummer", right_on="kommunenummer_2017")
    sums = merged.population.astype(float).groupby(merged.kommunenummer_2018).sum()
    column = later.column("population")
    assert {unit: column.value(unit, 2017) for unit in later.units} == sums.to_dict()
    assert len(later.units) == 422
    assert sum(sums) == 5_258_317


def test_rates_are_pooled_from_those_that_have_both(later, rules):
    """Larvik 2010 and 2011: 27 of 50; Lardal had no leavers then."""
    figure = allocate(later, rules).row("0712").figures["introduction programme"]
    assert figure.numerator == 14 + 13
    assert figure.denominator == 24 + 26
    assert figure.raw == pytest.approx(27 / 50)


def test_a_count_with_a_missing_part_is_missing(later):
    """Hof's settlement of 2014 is not published; of 2016 it is."""
    settled = later.column("settled")
    assert settled.value("0715", 2014) is None
    assert settled.value("0715", 2016) == 29 + 10


def test_a_count_with_a_part_that_has_no_row_is_missing():
    old = towns({"0709": 40.0, "0728": 10.0, "0301": 9.0}, settled={2016: {"0709": 5, "0301": 7}})
    settled = carry_over(old, 2018).column("settled")
    assert (settled.value("0712", 2016), settled.value("0301", 2016)) == (None, 7)
    assert settled.parts("0712", 2016) == (5, None)


@pytest.mark.parametrize(("code", "name"), [(c, n) for c, (n, _) in MERGED_2018.items()])
def test_names_of_merged_municipalities_are_those_of_the_list(later, code, name):
    listed = table("reference/requests_2018.csv").set_index("kommunenummer").municipality
    named = {m.kommunenummer: m.municipality for m in later.municipalities}
    assert named[code] == listed[code] == name


def test_renumbered_municipalities_keep_their_names(statistics, later):
    before = {m.kommunenummer: m for m in statistics.municipalities}
    after = {m.kommunenummer: m for m in later.municipalities}
    assert successors(2017, 2018)
    for old, (new,) in successors(2017, 2018).items():
        if new not in MERGED_2018:
            assert after[new].municipality == before[old].municipality


def test_counties_of_2018(statistics, later):
    fylker = list(dict.fromkeys(m.fylke for m in later.municipalities))
    before = list(dict.fromkeys(m.fylke for m in statistics.municipalities))
    assert fylker == [*(f for f in before if not f.endswith("Trøndelag")), "Trøndelag"]
    trondheim = next(m for m in later.municipalities if m.kommunenummer == "5001")
    assert (trondheim.fylke, trondheim.attributes["fylkesnummer"]) == ("Trøndelag", "50")
    assert trondheim.attributes["economic_region"] == "Trondheimsregionen"


def test_whole_country_but_the_split_ones_to_2020():
    """Without the two split municipalities and what they became a part of, it is exact."""
    into = successors(2017, 2020)
    touched = {new for parts in into.values() if len(parts) > 1 for new in parts}
    units = {old: 1.0 for old, new in into.items() if not touched & set(new)}
    later = carry_over(towns(units), 2020)
    assert set(later.units) == codes_of(2020) - touched
    total = sum(later.column("population").value(unit, 2017) for unit in later.units)
    assert total == len(units)


@pytest.mark.parametrize(
    ("to", "code", "name", "fylke"),
    [(2020, "3014", "Indre Østfold", "Viken"), (2024, "3118", "Indre Østfold", "Østfold")],
)
def test_official_names_of_later_mergers(to, code, name, fylke):
    old = towns(dict.fromkeys(["0122", "0123", "0124", "0125", "0138"], 10.0))
    (only,) = carry_over(old, to).municipalities
    assert (only.kommunenummer, only.municipality, only.fylke) == (code, name, fylke)


def test_backwards_where_it_is_only_a_number():
    (only,) = carry_over(towns({"5035": 24_028.0}), 2017).municipalities
    assert only.kommunenummer == "1714"
    assert only.fylke == "Nord-Trøndelag"


def test_sandefjord_of_2016():
    later = carry_over(towns({"0706": 45_281.0, "0719": 5_588.0, "0720": 11_698.0}), 2017)
    assert later.units == ("0710",)
    assert later.column("population").value("0710", 2017) == 62_567


def test_the_years_own_codes_are_left_alone(statistics):
    assert carry_over(statistics, 2017) is statistics


def test_the_note_says_what_was_done(later):
    note = later.notes[-1]
    assert (note.severity, note.kind) == ("note", "carried over")
    assert note.message.startswith(
        "figures on the municipalities of 2017 to those of 2018: 46 renumbered, 4 merged"
        " (Larvik from Larvik + Lardal; Holmestrand from Holmestrand + Hof;"
        " Færder from Nøtterøy + Tjøme; Indre Fosen from Rissa + Leksvik)"
    )


def test_trondelag_and_its_mergers_are_what_was_renumbered():
    """46 of the 48 in Trøndelag have new numbers of their own; Rissa and Leksvik merged."""
    changed = [old for old, new in successors(2017, 2018).items() if new != (old,)]
    merged = {part for _, parts in MERGED_2018.values() for part in parts}
    assert len(set(changed) - merged) == 46
    assert {old[:2] for old in set(changed) - merged} == {"16", "17"}


# --- rates without numerators ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "unit", "value", "count"),
    [
        ("settled", "persons", 5.0, True),
        ("in_work_or_education", "persons", 13.92, True),
        ("employed", "per cent", 66.0, False),
        ("own_column", "", 5.0, True),
        ("own_column", "", 5.5, False),
        ("employed_pct", "", 66.0, False),
        ("employment_rate", "", 1.0, False),
        ("personer", "", 66.0, True),
    ],
)
def test_what_can_be_added_up(name, unit, value, count):
    column = Column(name, "own.csv", {2017: {"0301": (value, None)}}, unit=unit)
    assert is_count(column) is count


def test_a_merged_municipality_has_no_figure_of_a_rate_without_numerator():
    both = {"0709": 60.0, "0728": 70.0, "0301": 65.0}
    old = towns(dict.fromkeys(both, 10.0), employed_pct={2017: both})
    later = carry_over(old, 2018)
    column = later.column("employed_pct")
    assert column.value("0712", 2017) is None
    assert column.value("0301", 2017) == 65
    assert later.notes[-1].message.endswith(
        "no figure for those merged in employed_pct, which can't be added up"
    )


# --- refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize("to", [2020, 2024])
def test_the_split_municipalities_are_named(statistics, to):
    with pytest.raises(DataError) as error:
        carry_over(statistics, to)
    messages = [problem.message for problem in error.value.problems]
    assert messages[0].startswith("Snillfjord 1613 of 2017 is divided between 5055 Heim and ")
    assert messages[1].startswith("Divtasvuodna - Tysfjord 1850 of 2017 is divided between")
    assert len(messages) == 2


def test_backwards_a_merged_municipality_is_named(later):
    with pytest.raises(DataError) as error:
        carry_over(later, 2017)
    assert [problem.value for problem in error.value.problems] == sorted(MERGED_2018)
    assert "Larvik 0712 of 2018 is divided between 0709 Larvik and 0728 Lardal in 2017" in (
        error.value.problems[0].message
    )


def test_a_lacking_part_is_named():
    with pytest.raises(DataError, match=r"Larvik 0712 of 2018 lacks a part\n  .* have no 0728"):
        carry_over(towns({"0709": 10.0, "1601": 10.0}), 2018)


def test_numbers_of_no_year():
    mixed = towns({"0301": 1.0, "1601": 1.0, "3001": 1.0})
    with pytest.raises(DataError, match=r"of no single year known \(2016, 2017, 2018"):
        carry_over(mixed, 2018)
    strange = towns({"0301": 1.0, "9999": 1.0})
    with pytest.raises(DataError, match="Town 9999 9999: in none of the years"):
        carry_over(strange, 2018)


# --- rules -----------------------------------------------------------------------------------


def test_numbers_in_the_rules_follow_the_statistics(statistics, rules):
    changed = override(rules, include=("5054", "Oslo"), exclude=("1601",))
    changed = msgspec.structs.replace(
        changed, minimum=Minimum(10, {"0709": 20, "0728": 15, "1714": 30})
    )
    later, carried = in_one_years_codes(statistics, changed, 2018)
    assert carried.select.include == ("5054", "Oslo")
    assert carried.exclude == ("5001",)
    assert carried.minimum.by_municipality == {"0712": 35, "5035": 30}
    assert later.notes[-1].message == "4 kommunenummer in the rules, to those of 2018: " + (
        "0709, 0728, 1601, 1714"
    )


def test_rules_in_the_statistics_codes_are_left_alone(statistics, rules):
    changed = override(rules, exclude=("1601",))
    assert in_one_years_codes(statistics, changed) == (statistics, changed)


def test_a_later_years_list_on_earlier_statistics_is_refused_by_name(statistics, rules):
    changed = msgspec.structs.replace(rules, select=Select(list=("0301", "0712")))
    with pytest.raises(DataError, match=r"Larvik 0712 of 2018 is divided.*\n.*--codes 2018"):
        in_one_years_codes(statistics, changed)


def test_statistics_of_no_known_year_leave_the_rules_alone(rules):
    units = synthetic({"population": {2017: {"x": 1.0, "y": 2.0}}})
    changed = override(rules, exclude=("1601",))
    assert in_one_years_codes(units, changed) == (units, changed)


# --- the command -----------------------------------------------------------------------------


def test_codes_on_the_command_line():
    result = run("allocate", "--codes", "2018", "--format", "csv")
    rows = list(csv.DictReader(result.stdout.splitlines()))
    assert sum(int(row["requested"]) for row in rows) == 4400
    assert {"5001", "0712"} < {row["kommunenummer"] for row in rows}
    assert "carried over: figures on the municipalities of 2017 to those of 2018" in result.stderr


def test_a_users_table_in_another_years_codes(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(
        "kommunenummer,municipality,fylke,population\n"
        "0301,Oslo,Oslo,700\n0709,Larvik,Vestfold,40\n0728,Lardal,Vestfold,10\n",
        encoding="utf-8",
    )
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        "title: t\nas_of: 2017-10-02\ntotal: 75\n"
        "criteria: [{name: size, weight: 1, indicator: population}]\n",
        encoding="utf-8",
    )
    arguments = ["allocate", "--data", str(path), "--rules", str(rules), "--codes", "2020"]
    result = run(*arguments, "--format", "csv")
    rows = list(csv.DictReader(result.stdout.splitlines()))
    found = [(r["kommunenummer"], r["municipality"], r["fylke"], r["requested"]) for r in rows]
    assert found == [
        ("0301", "Oslo", "Oslo", "70"),
        ("3805", "Larvik", "Vestfold og Telemark", "5"),
    ]


def test_a_split_on_the_command_line_is_bad_input():
    done = subprocess.run(
        [sys.executable, "-m", "bosetting_cli", "allocate", "--codes", "2020"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "Snillfjord 1613" in done.stderr
    assert "Tysfjord 1850" in done.stderr


# --- the tables of names ---------------------------------------------------------------------


def test_every_merged_number_has_a_name():
    """And nobody else has one but the three that became Sandefjord in 2017."""
    codes = table("reference/municipality_codes.csv").drop_duplicates(
        ["kommunenummer_2017", "kommunenummer_2020"]
    )
    merged = set()
    for year in (2018, 2019, 2020, 2024):
        parts = codes.groupby(f"kommunenummer_{year}").kommunenummer_2017.nunique()
        merged |= set(parts[parts > 1].index)
    named = set(table("reference/municipality_names.csv").kommunenummer)
    assert named == merged | {"0706", "0719", "0720"}


def test_names_agree_with_the_municipalities_that_kept_theirs():
    """A merged municipality with the name of one of its parts, or one that is new."""
    names = table("reference/municipality_names.csv").set_index("kommunenummer").municipality
    parts = set(table("municipalities.csv").municipality.str.split(" [-(]").str[0])
    new = {name for name in names if name not in parts}
    assert new == {
        *("Alver", "Andebu", "Bjørnafjorden", "Fjord", "Færder", "Heim", "Hustadvika"),
        *("Indre Fosen", "Indre Østfold", "Kinn", "Lillestrøm", "Midt-Telemark"),
        *("Nordre Follo", "Nærøysund", "Orkland", "Senja", "Stad", "Stokke", "Sunnfjord"),
    }


def test_every_county_number_has_one_name():
    codes = table("reference/municipality_codes.csv")
    used = {code[:2] for name in codes if "kommunenummer" in name for code in codes[name]}
    names = table("reference/county_names.csv").set_index("fylkesnummer").fylke
    assert set(names.index) == used
    assert names.index.is_unique
    register = table("municipalities.csv")
    assert dict(zip(register.fylkesnummer, register.fylke, strict=True)).items() <= (
        names.to_dict().items()
    )


def test_statistics_is_the_type_that_comes_back(later):
    assert isinstance(later, Statistics)
    assert later.inputs


def test_a_merged_municipality_meets_a_condition_by_a_part_that_is_published(rules):
    """53 settled in Larvik are enough, whatever is withheld of Lardal; nothing known is not."""
    parts = {"0709": 53.0, "0728": None, "0722": None, "0723": None, "0301": 100.0}
    old = towns(dict.fromkeys(parts, 1000.0), settled={2016: parts})
    later = carry_over(old, 2018)
    met = meets(later, Condition("settled", (2016,), 1), rules.as_of)
    assert dict(zip(later.units, met.met.tolist(), strict=True)) == (
        {"0301": True, "0712": True, "0729": False}
    )
    assert met.figures[later.units.index("0712")] == (None,)


@pytest.mark.parametrize("page", ["codes.md", "backtest.md"])
def test_the_lines_of_python_in_the_pages_run(page):
    text = (Path(__file__).resolve().parents[2] / "docs" / page).read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    scope = {}
    exec(code, scope)
    if page == "codes.md":
        assert len(scope["later"].units) == 422
    else:
        assert scope["test"].agreement.misplaced == 386
