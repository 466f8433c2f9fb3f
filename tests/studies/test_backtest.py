"""Rules against the requests really made, and the measures of agreement."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bosetting_cli import allocate
from bosetting_cli.findings import AllocationError, BosettingError, DataError
from bosetting_cli.resources import data_dir
from bosetting_cli.rules import SizeExponent, override
from bosetting_cli.statistics.divisions import carry_over
from bosetting_cli.studies.agreement import agreement, average_ranks, rank_correlation
from bosetting_cli.studies.backtest import backtest, decided
from commands import run

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 50), max_size=8)
SIZE_ALONE = {"population": 1.0, "employment": 0.0, "introduction programme": 0.0}


# --- agreement -------------------------------------------------------------------------------


def test_agreement_of_two_small_lists():
    near = agreement({"x": 6, "y": 4, "w": 0}, {"x": 3, "z": 7})
    assert (near.both, near.only_a, near.only_b) == (("x",), ("y",), ("z",))
    assert (near.total_a, near.total_b) == (10, 10)
    assert near.misplaced == 7
    assert near.misplaced_share == pytest.approx(0.7)


def test_lists_that_agree():
    near = agreement({"x": 6, "y": 4}, {"y": 4, "x": 6})
    assert (near.misplaced, near.misplaced_share) == (0, 0)
    assert near.rank_correlation == pytest.approx(1)


def test_with_unequal_totals_the_share_compares_parts():
    near = agreement({"x": 60, "y": 40}, {"x": 6, "y": 4})
    assert near.misplaced == 45
    assert near.misplaced_share == pytest.approx(0)


def test_nothing_beside_something():
    near = agreement({}, {"x": 3})
    assert (near.misplaced, near.rank_correlation, near.only_b) == (1.5, None, ("x",))


def test_equal_values_share_the_mean_of_their_ranks():
    assert average_ranks([5, 1, 5, 5, 9]) == [3, 1, 3, 3, 5]


def test_rank_correlation_of_a_textbook_example():
    """IQ and hours of television: ρ = -29/165 = -0.1757…, as in many textbooks."""
    iq = [106, 86, 100, 101, 99, 103, 97, 113, 112, 110]
    hours = [7, 0, 27, 50, 28, 29, 20, 12, 6, 17]
    assert rank_correlation(iq, hours) == pytest.approx(-29 / 165)


def test_rank_correlation_is_undefined_where_all_are_equal():
    assert rank_correlation([10, 10, 10], [1, 2, 3]) is None
    assert rank_correlation([10], [1]) is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=12))
def test_rank_correlation_is_the_correlation_of_pandas_ranks(pairs):
    frame = pd.DataFrame(pairs, columns=["a", "b"]).rank()
    found = rank_correlation(*zip(*pairs, strict=True))
    if frame.a.nunique() > 1 and frame.b.nunique() > 1:
        assert found == pytest.approx(frame.a.corr(frame.b))
    else:
        assert found is None


@settings(max_examples=60, deadline=None)
@given(NUMBERS, NUMBERS)
def test_agreement_is_symmetric_and_counts_every_unit_once(a, b):
    one, other = agreement(a, b), agreement(b, a)
    assert one.misplaced == other.misplaced
    assert 0 <= one.misplaced_share <= 1 or not (one.total_a and one.total_b)
    assert (one.only_a, one.only_b) == (other.only_b, other.only_a)
    asked = {unit for unit, n in [*a.items(), *b.items()] if n}
    assert Counter([*one.both, *one.only_a, *one.only_b]) == Counter(asked)


# --- the requests of 2018 --------------------------------------------------------------------


@pytest.fixture(scope="module")
def by_size(statistics, rules):
    return backtest(statistics, override(rules, weights=SIZE_ALONE), counties=True, asked=True)


@pytest.fixture(scope="module")
def by_letter(statistics, rules):
    return backtest(statistics, rules)


@pytest.fixture(scope="module")
def real() -> pd.DataFrame:
    """The list of 2018 with populations, carried to one set of municipalities by hand."""
    listed = pd.read_csv(
        data_dir() / "reference" / "requests_2018.csv", dtype={"kommunenummer": str}
    ).set_index("kommunenummer")
    people = pd.read_csv(data_dir() / "population.csv", dtype={"kommunenummer": str})
    people = people[people.year == 2017].set_index("kommunenummer").population.copy()
    merged = {
        "0712": ["0709", "0728"],
        "0715": ["0702", "0714"],
        "0729": ["0722", "0723"],
        "5054": ["1624", "1718"],
    }
    for new, parts in merged.items():
        people[new] = people[parts].sum()
    listed["population"] = people.reindex(listed.index)
    listed["fylke"] = listed.fylke.replace(
        {"Sør-Trøndelag": "Trøndelag", "Nord-Trøndelag": "Trøndelag"}
    )
    return listed


def webster(sizes: pd.Series, total: int, least: int) -> pd.Series:
    """Round sizes over a divisor found by halving; independent of the package."""
    low, high = 0.0, float(sizes.sum())
    for _ in range(200):
        middle = (low + high) / 2
        seats = (sizes / middle + 0.5).astype(int).clip(lower=least)
        if seats.sum() == total:
            return seats
        low, high = (middle, high) if seats.sum() > total else (low, middle)
    raise AssertionError("no divisor")


def test_population_alone_with_sums_and_list_given_computed_by_hand(real, by_size):
    """386 of 5,350 places, 7.2 per cent."""
    parts = [
        webster(group.population, group.requested.sum(), 10) for _, group in real.groupby("fylke")
    ]
    seats = pd.concat(parts)
    by_hand = (seats - real.requested).abs().sum() / 2
    assert by_hand == 386
    assert by_size.agreement.misplaced == by_hand
    assert by_size.agreement.misplaced_share == pytest.approx(by_hand / 5350)


def test_population_alone_with_the_list_given_computed_by_hand(real, by_size):
    seats = webster(real.population, 5350, 10)
    listed = by_size.trials[2]
    assert (listed.counties, listed.asked) == (False, True)
    assert listed.agreement.misplaced == (seats - real.requested).abs().sum() / 2


def test_rank_correlation_with_everything_given_computed_by_hand(real, by_size):
    parts = [
        webster(group.population, group.requested.sum(), 10) for _, group in real.groupby("fylke")
    ]
    expected = pd.concat(parts).rank().corr(real.requested.rank())
    assert by_size.agreement.rank_correlation == pytest.approx(expected)


def test_the_letter_with_nothing_given(by_letter):
    """About 190 of 220 are met and about a fifth of the places misplaced."""
    near = by_letter.agreement
    assert (len(near.both), len(near.only_b), len(near.only_a)) == (189, 35, 14)
    assert near.misplaced == 1005
    assert (near.total_a, near.total_b) == (5350, 5350)


@pytest.mark.parametrize(
    ("weights", "exponent", "per_cent"),
    [
        (None, 1.0, 7.2),
        (None, 0.9, 6.2),
        (SIZE_ALONE, 0.9, 6.4),
        (SIZE_ALONE, 0.8, 7.3),
        (SIZE_ALONE, 0.0, 29.4),
    ],
)
def test_what_is_left_with_sums_and_list_given(statistics, rules, weights, exponent, per_cent):
    changed = msgspec.structs.replace(
        override(rules, weights=weights), size_exponent=SizeExponent(exponent)
    )
    near = backtest(statistics, changed, counties=True, asked=True).agreement
    assert round(100 * near.misplaced_share, 1) == per_cent
    assert (near.only_a, near.only_b) == ((), ())


def test_all_who_are_missed_are_small(by_letter):
    people = {row.kommunenummer: row.population for row in by_letter.allocation.rows}
    assert max(people[unit] for unit in by_letter.agreement.only_b) < 5000


def test_sub_groups_are_left_out(statistics, rules):
    """The list has none, so that nobody can receive minors doesn't matter."""
    (minors,) = rules.of_which
    nobody = msgspec.structs.replace(minors.among, at_least=1_000_000)
    changed = msgspec.structs.replace(
        rules, of_which=(msgspec.structs.replace(minors, among=nobody),)
    )
    with pytest.raises(AllocationError, match="210 to settle, but those that can receive"):
        allocate(statistics, changed)
    assert backtest(statistics, changed).allocation.decision.of_which == {}


def test_the_more_is_given_the_less_is_misplaced(by_letter):
    nothing, sums, listed, both = (trial.agreement.misplaced for trial in by_letter.trials)
    assert nothing > sums > both
    assert nothing > listed > both


def test_given_sums_are_kept(by_size):
    sums = Counter()
    for row in by_size.allocation.selected:
        sums[row.fylke] += row.requested
    assert sums == by_size.decided.by_fylke
    assert sums["Trøndelag"] == 555


def test_given_list_is_asked(by_size):
    asked = {row.kommunenummer for row in by_size.allocation.selected}
    assert asked == set(by_size.decided.requested)
    assert len(by_size.decided.requested) == 224


def test_the_lists_own_numbers_are_those_of_2018(by_letter):
    """Trondheim stands as 1601 in the list, Indre Fosen as 5054."""
    requested = by_letter.decided.requested
    assert requested["5001"] == 200
    assert "1601" not in requested
    assert "5054" in requested
    assert sum(requested.values()) == 5350


@pytest.mark.parametrize(("year", "asked", "places"), [(2016, 426, 18_526), (2017, 401, 12_714)])
def test_other_years(statistics, rules, year, asked, places):
    test = backtest(statistics, rules, year)
    assert len(test.decided.requested) == asked
    assert test.agreement.total_a == test.agreement.total_b == places


def test_sandefjord_of_2016_is_the_sum_of_three(statistics):
    with (data_dir() / "reference" / "requests_2016.csv").open(encoding="utf-8") as file:
        rows = {r["kommunenummer"]: int(r["requested"] or 0) for r in csv.DictReader(file)}
    made = decided(statistics, 2016, 2017)
    assert made.requested["0710"] == rows["0706"] + rows["0719"] + rows["0720"] > 0


# --- what can't be compared ------------------------------------------------------------------


def test_a_year_without_requests(statistics, rules):
    with pytest.raises(DataError, match="no requests for 2015\n  there are requests for 2016"):
        backtest(statistics, rules, 2015)


def test_statistics_that_lack_some_who_were_asked(statistics, rules):
    oslo = tuple(m for m in statistics.municipalities if m.kommunenummer == "0301")
    with pytest.raises(BosettingError, match="223 that were asked are not in the statistics"):
        backtest(
            type(statistics)(oslo, statistics.columns, statistics.inputs), rules, 2018, codes=2018
        )


def test_rules_that_admit_nothing_in_one_case_are_told_of(statistics, rules):
    """Nearly everybody can be asked of 5,350 places, but not within Finnmark of its 116."""
    many = override(rules, share=0.99)
    test = backtest(statistics, many, asked=True)
    assert [trial.allocation is None for trial in test.trials] == [False, True, False, False]
    assert "Finnmark: 16 selected with minimums of 160 in all, the total is 116" in (
        test.trials[1].problem
    )
    with pytest.raises(AllocationError, match="Finnmark"):
        backtest(statistics, many, counties=True)


def test_statistics_in_the_years_own_codes_need_no_carrying(statistics, rules, by_letter):
    later = carry_over(statistics, 2018)
    assert backtest(later, rules).agreement == by_letter.agreement


# --- the command -----------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "nb", "nn"])
def test_tables_fit_a_hundred_columns(lang):
    result = run("backtest", "--lang", lang)
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 100
    assert len(lines) == 2 + 7 + 3 + 23 + 3 + 18  # titles, and tables of 4, 18 and 15 rows


def test_messages_say_what_was_carried_over():
    result = run("backtest", "--format", "csv")
    assert "carried over: figures on the municipalities of 2017 to those of 2018" in result.stderr
    assert "224 municipalities, 5,350 places" in result.stderr


def test_messages_are_in_the_readers_language():
    lines = run("backtest", "--lang", "nb", "--year", "2017", "--format", "csv").stderr.splitlines()
    assert lines[0].startswith("Anmodninger for 2017 (reference/requests_2017.csv): 401 kommuner, ")
    assert any(line.startswith("etterpåklokskap: reglene gjelder fra 2017-10-02") for line in lines)
    assert "municipalities" not in "".join(lines[:4])


def test_csv_has_a_row_for_everybody_asked():
    rows = list(csv.DictReader(run("backtest", "--format", "csv", "-q").stdout.splitlines()))
    assert list(rows[0]) == [
        *("kommunenummer", "municipality", "fylke", "population"),
        *("decided", "requested", "difference", "asked"),
    ]
    assert Counter(row["asked"] for row in rows) == {"both": 189, "missed": 35, "extra": 14}
    assert sum(int(row["decided"]) for row in rows) == 5350
    assert sum(abs(int(row["difference"])) for row in rows) == 2 * 1005


def test_json_has_the_four_cases_and_the_counties():
    document = json.loads(run("backtest", "--format", "json", "--asked-as-decided", "-q").stdout)
    assert [(t["counties_as_decided"], t["asked_as_decided"]) for t in document["trials"]] == [
        (False, False),
        (True, False),
        (False, True),
        (True, True),
    ]
    assert document["asked_as_decided"]
    assert sum(fylke["decided"] for fylke in document["fylker"]) == 5350
    assert sum(f["misplaced"] for f in document["fylker"]) == document["trials"][2]["misplaced"]
    assert len(document["decided"]["sha256"]) == 64
    assert len(document["rows"]) == 224


def test_markdown_has_three_headed_tables():
    text = run("backtest", "--format", "markdown", "--differences", "2", "-q").stdout
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## Rules: Settlement requests for 2018",
        "## By fylke (given from the decision: nothing)",
        "## The largest differences (given from the decision: nothing)",
    ]
    assert "| 0301 | Oslo | Oslo | 666,759 | 370 | 721 | +351 |  |" in text


def test_requests_made_before_the_rules_speak_are_hindsight():
    assert "hindsight: the rules speak from 2017-10-02" in run("backtest", "--year", "2017").stderr
    assert "hindsight" not in run("backtest").stderr


def test_another_total():
    document = json.loads(run("backtest", "--total", "4400", "--format", "json", "-q").stdout)
    assert sum(row["requested"] for row in document["rows"]) == 4400
    assert sum(row["decided"] for row in document["rows"]) == 5350


def test_a_year_without_requests_is_bad_input():
    done = subprocess.run(
        [sys.executable, "-m", "bosetting_cli", "backtest", "--year", "2015"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "no requests for 2015" in done.stderr


def test_the_pages_show_what_the_commands_print():
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "backtest.py", "--check"], check=False
    )
    assert done.returncode == 0, "run: python scripts/backtest.py"


def test_a_form_that_a_backtest_does_not_have(tmp_path):
    path = tmp_path / "test.html"
    result = run("backtest", "-o", str(path))
    assert result.exit_code == 2
    assert "html is no format of this command; there are table, markdown, json, csv" in (
        result.stderr
    )
    assert not path.exists()


def test_the_list_of_2018_given_as_a_file():
    """The whole of the docs' command: final sums, real list, in the municipalities of 2018."""
    result = run(
        *("allocate", "--rules", str(ROOT / "config" / "criteria-2018-revised.yaml")),
        *("--codes", "2018", "--format", "csv"),
        *("--asked", str(ROOT / "data" / "reference" / "requests_2018.csv")),
    )
    rows = list(csv.DictReader(result.stdout.splitlines()))
    assert (len(rows), sum(int(row["requested"]) for row in rows)) == (224, 5350)
    assert "carried over: 23 kommunenummer in the rules, to those of 2018" in result.stderr
