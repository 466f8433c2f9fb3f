"""One county on request: what is shown is filtered, no number changes."""

from __future__ import annotations

import csv
import io
import json

import pytest

from bosetting_cli.findings import BosettingError
from commands import tried
from small import SMALL_RULES

# Two named alike in two counties; a town that is a county too; a row with a mistake in each.
FIGURES = """\
kommunenummer,municipality,fylke,population
0301,Oslo,Oslo,5000
1515,Herøy (Møre og Romsdal),Møre og Romsdal,1500
1818,Herøy (Nordland),Nordland,1000
1804,Bodø,Nordland,2500
"""


def ran(*arguments, code=0):
    result = tried(*arguments)
    assert result.exit_code == code, (result.output, result.exception)
    return result


def refused(*arguments):
    result = tried(*arguments)
    assert isinstance(result.exception, BosettingError)
    return str(result.exception)


def table(result):
    return list(csv.DictReader(io.StringIO(result.stdout)))


@pytest.fixture
def small(tmp_path):
    (tmp_path / "rules.yaml").write_text(SMALL_RULES, encoding="utf-8")
    (tmp_path / "data.csv").write_text(FIGURES, encoding="utf-8")
    return ["--rules", tmp_path / "rules.yaml", "--data", tmp_path / "data.csv"]


@pytest.mark.parametrize("name", ["Nordland", "nordland", " NORDLAND "])
@pytest.mark.parametrize("option", ["--region", "--fylke"])
def test_the_rows_of_one_county_are_those_of_the_whole(name, option):
    whole = table(ran("allocate", "--all", "--format", "csv"))
    shown = table(ran("allocate", "--all", "--format", "csv", option, name))
    assert shown == [row for row in whole if row["fylke"] == "Nordland"]
    assert 0 < len(shown) < len(whole)


def test_one_county_is_said_with_its_part_of_the_whole():
    asked = table(ran("allocate", "--format", "csv"))
    own = [int(row["requested"]) for row in asked if row["fylke"] == "Nordland"]
    said = ran("allocate", "--region", "nordland").stderr
    assert f"Nordland: {len(own)} of {len(asked)} asked, {sum(own)} of 4,400 places\n" in said
    assert "4,400 people, of whom 210 unaccompanied minors; 205 of 410 eligible" in said
    assert (
        f"{sum(own)} av 4\u00a0400 plasser"
        in ran("allocate", "--region", "nordland", "--lang", "nb").stderr
    )


def test_json_names_the_county_and_keeps_the_total():
    whole = json.loads(ran("allocate", "--format", "json").stdout)
    shown = json.loads(ran("allocate", "--format", "json", "--region", "Troms").stdout)
    assert shown["region"] == "Troms"
    assert "region" not in whole
    for key in ("summary", "groups", "rules", "inputs"):
        assert shown[key] == whole[key]
    assert {row["fylke"] for row in shown["rows"]} == {"Troms"}
    assert [note["kind"] for note in shown["notes"] if note not in whole["notes"]] == ["region"]


def test_by_county_shows_one_row():
    whole = table(ran("allocate", "--by", "fylke", "--format", "csv"))
    shown = table(ran("allocate", "--by", "fylke", "--format", "csv", "--region", "Oslo"))
    assert shown == [row for row in whole if row["fylke"] == "Oslo"]


def test_an_unknown_county_is_one_error_with_the_nearest_and_all():
    said = refused("allocate", "--region", "Nordlnd")
    assert said.startswith("no fylke Nordlnd\n  did you mean `Nordland`? there are ")
    assert all(name in said for name in ("Oslo", "Finnmark", "Møre og Romsdal"))
    assert refused("allocate", "--region", "xyzzy").startswith("no fylke xyzzy\n  there are ")
    for command in (["explain"], ["compare", "built-in", "actual:2017"], ["validate"]):
        assert refused(*command, "--region", "Nordlnd").startswith("no fylke Nordlnd\n  did you")


def test_explain_tells_of_a_county_and_its_municipalities():
    named, filtered = ran("explain", "nordland"), ran("explain", "--region", "Nordland")
    assert named.stdout == filtered.stdout
    whole = table(ran("allocate", "--all", "--format", "csv"))
    for row in whole:
        assert (f" {row['kommunenummer']} " in named.stdout) == (row["fylke"] == "Nordland")
    assert "Nordland: 13 of 205 asked" in named.stderr
    told = json.loads(ran("explain", "Nordland", "--format", "json").stdout)
    assert told["region"] == "Nordland"
    codes = {row["kommunenummer"] for row in whole if row["fylke"] == "Nordland"}
    assert {one["kommunenummer"] for one in told["explanations"]} == codes


def test_a_name_that_is_both_is_the_municipality():
    assert ran("explain", "Oslo").stdout == ran("explain", "0301").stdout


def test_a_county_says_which_of_two_of_a_name_is_meant(small):
    assert "several municipalities are called herøy" in refused("explain", "herøy", *small)
    told = ran("explain", "herøy", "--region", "nordland", "--format", "json", *small).stdout
    assert [one["kommunenummer"] for one in json.loads(told)["explanations"]] == ["1818"]
    assert "unknown municipality Oslo" in refused("explain", "Oslo", "--region", "Nordland", *small)


def test_letters_of_one_county_are_those_of_the_whole(small, tmp_path):
    ran("letters", "-o", tmp_path / "all", *small)
    ran("letters", "-o", tmp_path / "one", "--region", "nordland", *small)
    one = sorted(path.name for path in (tmp_path / "one").glob("*.md"))
    assert [name[:4] for name in one] == ["1804", "1818"]
    for name in one:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "all" / name).read_bytes()


def test_a_page_of_one_county(small, tmp_path):
    done = ran(
        "report", "-o", tmp_path / "page.html", "--lang", "en", "--region", "nordland", *small
    )
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Bodø" in page
    assert "Trondheim" not in page
    assert "Møre og Romsdal" not in page
    assert "Nordland: 2 of 4 asked, 35 of 100 places" in page
    assert "Nordland: 2 of 4 asked, 35 of 100 places" in done.stderr


def test_a_page_of_a_county_that_nobody_is_asked_in(small, tmp_path):
    ran("report", "-o", tmp_path / "page.html", "--region", "Nordland", "--count", "1", *small)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Bodø" in page


def test_a_comparison_shows_one_county_and_sums_the_whole():
    sides = ["compare", "built-in", "actual:2017", "--format", "json"]
    whole, shown = (json.loads(ran(*sides, *more).stdout) for more in ([], ["--region", "troms"]))
    assert shown["rows"] == [row for row in whole["rows"] if row["fylke"] == "Troms"]
    assert shown["rows"]
    assert (shown["a"], shown["summary"]) == (whole["a"], whole["summary"])
    assert shown["region"] == "Troms"
    # whether anything differs is a question about the whole
    same = ["compare", "built-in", "built-in", "--region", "Oslo", "--fail-on-change"]
    assert ran(*same).exit_code == 0
    ran("compare", "built-in", "actual:2017", "--region", "Oslo", "--fail-on-change", code=1)


def test_validate_hides_what_stands_in_rows_of_other_counties(small, tmp_path):
    wrong = FIGURES.replace("5000", "many").replace("2500", "some")
    (tmp_path / "data.csv").write_text(wrong, encoding="utf-8")
    whole = json.loads(ran("validate", *small, "--format", "json").stdout)
    shown = json.loads(ran("validate", *small, "--format", "json", "--region", "oslo").stdout)
    lines = [
        [p["line"] for f in r["files"] for p in f["problems"] if p["line"]] for r in (whole, shown)
    ]
    assert lines == [[2, 5], [2]]
    assert (shown["errors"], shown["region"]) == (whole["errors"], "Oslo")
