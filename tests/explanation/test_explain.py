"""Explanations: the figures are the published ones, the sums are sums, and the texts say so."""

from __future__ import annotations

import csv
import json
import math
import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bosetting_cli as bosetting
from bosetting_cli.explanation import explanations
from bosetting_cli.explanation.telling import decimals_of_division, narrative
from bosetting_cli.resources import data_dir
from bosetting_cli.rules import override
from commands import tried
from small import criterion, rules_for, synthetic


def explain(allocation, code, *, changes=False):
    """Explain one municipality by its code, which in small worlds is a letter."""
    return explanations(allocation, [code], changes=changes)[0]


def published(table: str, code: str, year: int) -> dict[str, str]:
    """Return a row of a packaged table, read without the program."""
    with (data_dir() / table).open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        return next(r for r in rows if (r["kommunenummer"], r["year"]) == (code, str(year)))


@pytest.fixture(scope="module")
def bodo(statistics, rules, allocation):
    return explain(allocation, "1804")


def test_figures_are_those_of_the_packaged_tables(bodo):
    population, employment, programme = bodo.criteria
    assert population.raw == float(published("population.csv", "1804", 2017)["population"])
    row = published("employment.csv", "1804", 2015)
    assert employment.numerator == float(row["employed_residents"])
    assert employment.participants == float(row["residents_15_74"])
    assert employment.raw == employment.numerator / employment.participants
    rows = [published("intro_programme.csv", "1804", year) for year in (2010, 2011, 2012, 2013)]
    assert programme.years == (2010, 2011, 2012, 2013)
    assert programme.participants == sum(float(row["leavers"]) for row in rows)
    results = math.fsum(float(row["in_work_or_education"]) for row in rows)
    assert programme.numerator == pytest.approx(results, abs=1e-9)
    smoothed = (results + 50 * programme.national) / (programme.participants + 50)
    assert programme.figure == pytest.approx(smoothed, abs=1e-12)
    assert (population.smoothed, programme.smoothed) == (False, True)


def test_units_sources_and_years(bodo):
    assert [part.unit for part in bodo.criteria] == ["persons", "rate", "rate"]
    assert bodo.criteria[1].indicator == "employed_residents / residents_15_74"
    assert all(part.source.startswith("KS, ") for part in bodo.criteria)
    (settled,) = bodo.conditions
    assert settled.source.startswith("IMDi to the municipalities")
    assert settled.figures == tuple(
        float(published("settlement.csv", "1804", year)["settled"]) for year in (2014, 2015, 2016)
    )
    assert (settled.met, settled.at_least, settled.within) == (True, 1, "any")


def test_contributions_are_weight_times_share_times_total_and_sum_to_the_quota(bodo):
    for part in bodo.criteria:
        assert part.contribution == pytest.approx(part.weight * part.share * 4400, rel=1e-9)
    assert math.fsum(part.contribution for part in bodo.criteria) == bodo.quota
    assert bodo.rounding.quotient == pytest.approx(bodo.quota / bodo.rounding.divisor)
    assert bodo.requested == round(bodo.rounding.quotient)  # Sainte-Laguë
    low, high = bodo.rounding.divisors
    assert low <= bodo.rounding.divisor <= high


def test_places_count_those_above(statistics, bodo, allocation):
    eligible = {row.kommunenummer for row in allocation.eligible}
    column = statistics.column("population")
    larger = sum(column.value(unit, 2017) > 51022 for unit in eligible)
    assert bodo.criteria[0].place == larger + 1
    assert bodo.rank == 1 + sum(row.share > bodo.share for row in allocation.selected)
    assert (bodo.eligible, bodo.cut, bodo.asked) == (410, 205, 205)


def test_equal_figures_share_the_better_place(statistics, rules, allocation):
    """247 municipalities have the national rate for want of a published one."""
    imputed = [
        row.kommunenummer
        for row in allocation.eligible
        if row.figures["introduction programme"].imputed
    ]
    parts = [explain(allocation, unit).criteria[2] for unit in imputed]
    assert len(parts) == 247
    assert len({part.place for part in parts}) == 1
    assert {part.raw for part in parts} == {None}
    better = sum(
        row.figures["introduction programme"].value > parts[0].national
        for row in allocation.eligible
    )
    assert parts[0].place == better + 1


def test_place_counts_from_the_other_end_where_lower_is_asked_for_more():
    figures = synthetic({"population": {2017: {"a": 10.0, "b": 20.0, "c": 40.0}}})
    rules = rules_for([criterion(years=(2017,), direction="lower")], 100)
    result = bosetting.allocate(figures, rules)
    places = [explain(result, unit).criteria[0].place for unit in "abc"]
    assert places == [1, 2, 3]


def test_not_eligible(statistics, rules, allocation):
    rost = explain(allocation, "1856")
    assert rost.status == "not eligible"
    assert (rost.rank, rost.quota, rost.rounding, rost.requested) == (None, None, None, 0)
    assert [part.place for part in rost.criteria] == [None] * 3
    assert [part.share for part in rost.criteria] == [None] * 3
    (settled,) = rost.conditions
    assert settled.met is False
    assert settled.figures == (None, 0.0, None)


def test_within_counties_rank_cut_and_divisor_are_those_of_the_county(county_case):
    figures, rules = county_case
    result = bosetting.allocate(figures, rules)
    third = explain(result, "c")
    assert (third.group, third.total) == ("East", 60)
    assert (third.rank, third.eligible, third.cut) == (3, 3, 2)
    assert third.status == "not selected"
    other = explain(result, "d")
    assert (other.group, other.total, other.rank, other.eligible) == ("West", 40, 1, 2)
    # 40 × 30/50 = 24 and 40 × 20/50 = 16: nothing to round, so 1 is a divisor.
    assert other.quota == 24.0
    assert other.rounding.divisors[0] <= 1 <= other.rounding.divisors[1]
    east = explain(result, "a").rounding.divisors
    assert east != other.rounding.divisors


@pytest.fixture
def county_case():
    people = {"a": 50.0, "b": 41.0, "c": 10.0, "d": 30.0, "e": 20.0}
    county = {"a": "East", "b": "East", "c": "East", "d": "West", "e": "West"}
    figures = synthetic({"population": {2017: people}}, county)
    rules = rules_for(
        [criterion(years=(2017,))],
        100,
        counties={"totals": {"East": 60, "West": 40}},
        select={"count": 2},
    )
    return figures, rules


def test_county_text(county_case):
    figures, rules = county_case
    result = bosetting.allocate(figures, rules)
    text = " ".join(narrative(explain(result, "c")).split())
    assert "Town c (c, East) is not asked. East has 60 of the places." in text
    assert "number 3 of the 3 eligible municipalities in East" in text
    assert "the first 2 are asked" in text


def test_the_opening_says_it_all(bodo):
    text = " ".join(narrative(bodo).split())
    assert text.startswith(
        "Bodø (1804, Nordland) is asked to settle 44 people, of whom 3 unaccompanied minors. "
        "It is number 16 of the 410 eligible municipalities, ranked by share of the places; "
        "the first 205 are asked."
    )
    assert "which Sainte-Laguë (Webster) rounds to 44. The minimum of 10 does not bind." in text


def test_minimum_that_binds_is_said(statistics, rules, allocation):
    andoy = explain(allocation, "1871")
    assert andoy.at_minimum
    text = narrative(andoy)
    assert "The minimum of 10 binds." in text
    assert "rounds to" not in text


def test_an_earlier_request_for_the_same_number_binds_nobody_who_would_have_it_anyway(
    statistics, rules, allocation
):
    earlier = {row.kommunenummer: row.requested for row in allocation.selected}
    again = bosetting.allocate(statistics, override(rules, at_least=earlier))
    assert [row.at_minimum for row in again.rows] == [row.at_minimum for row in allocation.rows]
    assert sum(row.at_minimum for row in again.rows) == 102


def test_maximum_that_binds_is_said():
    figures = synthetic({"population": {2017: {"a": 90.0, "b": 10.0}}})
    rules = rules_for([criterion(years=(2017,))], 100, maximum={"value": 60})
    result = bosetting.allocate(figures, rules)
    text = narrative(explain(result, "a"))
    assert "asked to settle 60 people" in text
    assert "The maximum of 60 binds." in text


def test_who_cannot_receive_a_sub_group_is_told():
    figures = synthetic(
        {
            "population": {2017: {"a": 60.0, "b": 40.0}},
            "requested_minors": {2016: {"a": 3.0, "b": 0.0}},
        }
    )
    group = {"name": "minors", "value": 5, "among": {"indicator": "requested_minors"}}
    rules = rules_for([criterion(years=(2017,))], 10, of_which=[group])
    result = bosetting.allocate(figures, rules)
    able, unable = (explain(result, unit) for unit in "ab")
    assert (able.of_which, able.cannot_receive) == ({"minors": 5}, ())
    assert "6 people, of whom 5 minors." in narrative(able)
    assert (unable.of_which, unable.cannot_receive) == ({}, ("minors",))
    assert "It is not among those that can receive minors." in narrative(unable)


@pytest.mark.parametrize(
    ("select", "unit", "words"),
    [
        ({"list": ["a", "b"]}, "a", "given as a list, and it is on it"),
        ({"list": ["a", "b"]}, "c", "given as a list, and it is not on it"),
        ({"count": 1, "include": ["c"]}, "c", "number 3 of the 3 eligible"),
        ({"count": 1, "include": ["c"]}, "c", "asked all the same, being included by name"),
        ({"count": 1, "include": ["c"]}, "a", "asked by its rank, but others are asked by name"),
        ({"count": 1, "per_county": 1}, "c", "asked all the same, being among the first of Up"),
        ({}, "c", "ranked by share of the places; all are asked"),
    ],
)
def test_selection_by_name_list_and_county(select, unit, words):
    people = {"a": 50.0, "b": 30.0, "c": 20.0}
    named = {"a": "Low", "b": "Low", "c": "Up"}
    figures = synthetic({"population": {2017: people}}, named)
    # The units are letters, so they are called by their names.
    chosen = {
        key: [f"Town {u}" for u in value] if isinstance(value, list) else value
        for key, value in select.items()
    }
    rules = rules_for([criterion(years=(2017,))], 100, select=chosen)
    result = bosetting.allocate(figures, rules)
    text = " ".join(narrative(explain(result, unit)).split())
    assert words in text


def test_every_municipality_is_explained_quickly(statistics, rules, allocation):
    start = time.process_time()
    found = [explain(allocation, unit) for unit in statistics.units]
    assert time.process_time() - start < 2  # 426 of them; about 0.1 s on an idle machine
    assert sum(one.requested for one in found) == 4400
    for one in found:
        text = narrative(one)
        assert max(map(len, text.splitlines())) <= 100
        assert one.municipality in text


@pytest.mark.parametrize("lang", ["nb", "nn"])
def test_norwegian(statistics, rules, allocation, lang):
    for unit in ("1804", "1871", "1856"):
        found = explain(allocation, unit, changes=True)
        text = narrative(found, lang=lang)
        told = text[: text.index("Kilder:" if lang == "nb" else "Kjelder:")]
        assert not {"the", "would", "asked", "places"} & set(told.split())
    assert "51\u00a0022" in narrative(explain(allocation, "1804"), lang=lang)


def test_changes_are_found_well_within_a_second(statistics, rules, allocation):
    start = time.process_time()
    found = explain(allocation, "1804", changes=True)
    assert time.process_time() - start < 1.5  # 0.2 s on an idle machine
    assert len(found.changes) == 8


# --- the command -----------------------------------------------------------------------------


def command(*arguments):
    return tried("explain", *arguments)


def test_names_in_any_case_and_without_accents():
    by_name, by_number = command("BODO"), command("1804")
    assert by_name.exit_code == 0
    assert by_name.stdout == by_number.stdout
    assert by_name.stdout.startswith("Bodø (1804, Nordland) is asked")


def test_several_names_each_once_and_all_mistakes_together():
    done = command("bodø", "1804", "Oslo")
    assert done.stdout.count("is asked to settle") == 2
    failed = command("Bodoe", "Våler", "9999")
    assert failed.exception is not None
    texts = str(failed.exception)
    assert "did you mean" in texts
    assert "Bodø 1804" in texts
    assert "Våler (Østfold) 0137, Våler (Hedmark) 0426" in texts
    assert "unknown municipality 9999" in texts


def test_json_is_the_plain_form(statistics, rules, allocation):
    done = command("1804", "1856", "--format", "json")
    document = json.loads(done.stdout)
    assert document["schema_version"] == 1
    assert document["summary"]["total"] == 4400
    first, second = document["explanations"]
    expected = explain(allocation, "1804", changes=True).as_dict()
    assert first == json.loads(json.dumps(expected))
    assert second["conditions"][0]["figures"] == [None, 0.0, None]
    assert set(first["rounding"]) == {"method", "method_title", "divisor", "quotient", "divisors"}


def test_markdown_is_for_a_letter():
    text = command("1804", "--format", "markdown").stdout
    assert text.startswith("**Bodø (1804, Nordland) is asked to settle 44 people")
    assert "| criterion | figure |" in text
    assert "\n- If the total were" in text


def test_options_of_the_input_count():
    assert "44" not in command("1804", "--total", "5350").stdout.splitlines()[0]
    done = command("1804", "--exclude", "Bodø")
    assert "It is not eligible: it is excluded by name." in " ".join(done.stdout.split())


def test_written_to_a_file(tmp_path):
    path = tmp_path / "bodo.md"
    assert command("1804", "-o", str(path)).exit_code == 0
    assert path.read_text(encoding="utf-8").startswith("**Bodø")


def test_titles_of_the_rules_are_used_in_their_language(statistics, rules):
    criteria = [
        msgspec.structs.replace(c, title="Folks", title_nb="Folk her")
        if c.name == "population"
        else c
        for c in rules.criteria
    ]
    titled = msgspec.structs.replace(rules, criteria=tuple(criteria))
    found = bosetting.explain(bosetting.allocate(statistics, titled), "1804", changes=True)
    for lang, title in (("en", "Folks"), ("nb", "Folk her")):
        text = narrative(found, lang=lang)
        assert text.count(title) >= 2, text  # in the table, and in what would change
    assert "titles" not in found.as_dict()


def test_every_part_is_documented():
    """The keys of the JSON are in the docs, each as a word of code."""
    from dataclasses import fields
    from pathlib import Path

    from bosetting_cli.explanation import parts as explanation

    page = (Path(__file__).parents[2] / "docs" / "explain.md").read_text(encoding="utf-8")
    parts = ("Explanation", "CriterionPart", "ConditionPart", "Rounding", "Change")
    told = [one for part in parts for one in fields(getattr(explanation, part))]
    names = {one.name for one in told if not one.metadata}
    assert {one.name for one in told if one.metadata} == {"code", "titles"}  # not in the JSON
    assert {name for name in names if f"`{name}`" not in page} == set()


@given(st.floats(0.01, 1e4), st.floats(0.2, 5))
def test_a_printed_division_is_true(quota, divisor):
    """2,669.27 / 1.00000 is not 2,669.28."""
    places, digits = decimals_of_division(quota, divisor, 5)
    shown = round(float(f"{quota:.{places}f}") / float(f"{divisor:.{digits}f}"), 2)
    assert shown == round(quota / divisor, 2)
