"""Two allocations side by side, from hand-made ones of which everything is known."""

from __future__ import annotations

import csv
import json

import pytest

import bosetting_cli as bosetting
from bosetting_cli.findings import BosettingError
from bosetting_cli.resources import config_dir
from bosetting_cli.rules import override
from bosetting_cli.statistics.divisions import codes_of
from bosetting_cli.statistics.lists import Entry, Saved, read_actual
from bosetting_cli.studies.compare import carried, compare, saved_of, vintages
from commands import run, tried

HEADER = "kommunenummer,municipality,fylke,requested,requested_minors\n"
A = "0301,Oslo,Oslo,60,5\n1804,Bodø,Nordland,20,2\n1103,Stavanger,Rogaland,20,0\n"
B = "0301,Oslo,Oslo,50,5\n1804,Bodø,Nordland,25,1\n1201,Bergen,Hordaland,25,0\n"


@pytest.fixture
def files(tmp_path):
    for name, rows in (("a.csv", A), ("b.csv", B)):
        (tmp_path / name).write_text(HEADER + rows, encoding="utf-8")
    return str(tmp_path / "a.csv"), str(tmp_path / "b.csv")


def command(*arguments):
    return tried("compare", *arguments)


def test_who_enters_leaves_rises_and_falls(files):
    found = csv.DictReader(command(*files, "--format", "csv").stdout.splitlines())
    rows = {r["municipality"]: (r["change"], r["direction"]) for r in found}
    assert rows == {
        "Bergen": ("25", "enters"),
        "Stavanger": ("-20", "leaves"),
        "Oslo": ("-10", "falls"),
        "Bodø": ("5", "rises"),
    }
    assert list(rows) == ["Bergen", "Stavanger", "Oslo", "Bodø"]  # the largest change first


def test_summary(files):
    """Of 100 places 30 move: +25 +5 on one side, -20 -10 on the other."""
    summary = json.loads(command(*files, "--format", "json").stdout)["summary"]
    assert summary["asked_in_both"] == 2
    assert {k: summary[k] for k in ("enters", "leaves", "rises", "falls", "same")} == {
        "enters": 1,
        "leaves": 1,
        "rises": 1,
        "falls": 1,
        "same": 0,
    }
    assert (summary["places_moved"], summary["share_moved"]) == (30, 0.3)
    assert summary["rank_correlation"] == 1.0  # Oslo before Bodø on both sides
    assert [row["change"] for row in summary["largest"]] == [25, -20, -10, 5]


def test_the_same_are_those_asked_by_both_and_not_those_asked_by_neither(tmp_path):
    unasked = "".join(
        f"{code},{name},Troms,,\n" for code, name in ((1902, "Tromsø"), (1903, "Harstad"))
    )
    sides = (("a.csv", A + unasked), ("b.csv", A.replace("20,2", "19,2") + unasked))
    for name, rows in sides:
        (tmp_path / name).write_text(HEADER + rows, encoding="utf-8")
    paths = [str(tmp_path / name) for name, _ in sides]
    document = json.loads(command(*paths, "--all", "--format", "json").stdout)
    assert (document["summary"]["same"], document["summary"]["falls"]) == (2, 1)


def test_totals_by_fylke(files):
    document = json.loads(command(*files, "--format", "json").stdout)
    assert {row["fylke"]: row["change"] for row in document["fylker"]} == {
        "Oslo": -10,
        "Rogaland": -20,
        "Hordaland": 25,
        "Nordland": 5,
    }
    text = command(*files, "--by", "fylke").stdout
    assert ["Nordland", "20", "25", "+5"] in [line.split() for line in text.splitlines()]
    assert ["total", "100", "100", "0"] in [line.split() for line in text.splitlines()]


def test_table_for_people(files):
    text = command(*files).stdout
    rows = [line.split() for line in text.splitlines()]
    assert ["0301", "Oslo", "Oslo", "60", "50", "−10", "falls"] in rows
    assert ["1201", "Bergen", "Hordaland", "–", "25", "+25", "enters"] in rows
    assert "2 are asked in both; 1 enter, 1 leave, 1 rise and 1 fall." in text
    assert "30 places are moved, 30.0 % of the total." in text
    assert "minors 2 → 1" in text
    assert max(len(line) for line in text.splitlines() if "/" not in line) <= 100


@pytest.mark.parametrize("lang", ["nb", "nn"])
def test_norwegian(files, lang):
    text = command(*files, "--lang", lang).stdout
    assert "i begge; 1" in text
    assert "municipalities" not in text


def test_requests_that_were_made_are_called_so_in_the_readers_language():
    sides = ("actual:2017", "actual:2017")
    assert "A: actual requests for 2017, " in command(*sides).stdout
    assert "A: faktiske anmodninger for 2017, " in command(*sides, "--lang", "nb").stdout
    assert "B: faktiske oppmodingar for 2017, " in command(*sides, "--lang", "nn").stdout
    document = json.loads(command(*sides, "--lang", "nb", "--format", "json").stdout)
    assert document["a"]["name"] == "actual requests for 2017"


def test_exit_codes(files):
    a, b = files
    assert command(a, b).exit_code == 0
    assert command(a, a, "--fail-on-change").exit_code == 0
    assert command(a, b, "--fail-on-change").exit_code == 1
    assert command(a, b, "--tolerance", "24").exit_code == 1  # Bergen has 25 more
    assert command(a, b, "--tolerance", "25").exit_code == 0
    assert command(a, b, "--tolerance", "0").exit_code == 1


def test_a_sub_group_alone_is_a_change(tmp_path, files):
    other = tmp_path / "c.csv"
    other.write_text(HEADER + A.replace("20,2", "20,3"), encoding="utf-8")
    assert command(files[0], str(other), "--fail-on-change").exit_code == 1
    assert command(files[0], str(other), "--tolerance", "1").exit_code == 0


def test_a_change_is_written_before_the_exit_code(tmp_path, files):
    path = tmp_path / "diff.json"
    done = command(*files, "--fail-on-change", "-o", str(path))
    assert done.exit_code == 1
    assert json.loads(path.read_text(encoding="utf-8"))["summary"]["places_moved"] == 30


def test_nothing_differs(files):
    done = command(files[0], files[0])
    assert done.stdout.startswith("No municipality differs.\n")
    header = command(files[0], files[0], "--format", "csv").stdout
    assert header == ("kommunenummer,municipality,fylke,requested_a,requested_b,change,direction\n")
    rows = command(files[0], files[0], "--format", "csv", "--all").stdout.splitlines()
    assert len(rows) == 1 + 3


def test_saved_beside_the_rules_that_made_it(tmp_path):
    path = tmp_path / "saved.csv"
    run("allocate", "-q", "-o", str(path))
    assert command(str(path), "built-in", "--fail-on-change").exit_code == 0
    rules = tmp_path / "mine.yaml"
    text = (config_dir() / "criteria.yaml").read_text(encoding="utf-8")
    assert "value: 4400" in text
    rules.write_text(text.replace("value: 4400", "value: 4500"), encoding="utf-8")
    done = command(str(path), str(rules), "--fail-on-change")
    assert done.exit_code == 1
    assert "The totals differ by +100" in done.stdout
    assert "compare: " in done.stderr


def test_other_statistics_for_sides_that_are_rules(tmp_path):
    data = tmp_path / "own.csv"
    data.write_text(
        "kommunenummer,municipality,fylke,population\n0301,Oslo,Oslo,60\n1804,Bodø,N,40\n",
        encoding="utf-8",
    )
    rules = tmp_path / "r.yaml"
    rules.write_text(
        "title: x\nas_of: 2017-10-02\ntotal: 10\n"
        "criteria: [{name: size, weight: 1, indicator: population}]\n",
        encoding="utf-8",
    )
    saved = tmp_path / "a.csv"
    saved.write_text("kommunenummer,requested\n0301,5\n1804,5\n", encoding="utf-8")
    done = command(str(saved), str(rules), "--data", str(data), "--format", "csv")
    assert [row["change"] for row in csv.DictReader(done.stdout.splitlines())] == ["1", "-1"]


# --- municipalities of different years -------------------------------------------------------


def test_vintages():
    assert set(vintages(["0301", "1601", "0709"])) >= {"2017"}
    assert "2018" not in vintages(["1601"])
    assert set(vintages(["5001", "0712"])) <= {
        "2018",
        "2018 with Trøndelag's numbers of 2017",
        "2019",
    }
    assert list(vintages(["1601", "0712"])) == ["2018 with Trøndelag's numbers of 2017"]
    assert vintages(["1601", "3001"]) == {}


def test_different_years_are_an_error_that_names_both():
    done = command("built-in", "actual:2018")
    text = str(done.exception)
    assert done.exit_code != 0
    assert "kommunenummer of different years" in text
    assert "built-in looks like municipalities of 2017" in text
    assert "2018 looks like municipalities of 2018 with Trøndelag's numbers of 2017" in text
    assert "--codes" in text


def test_codes_that_no_year_knows(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("kommunenummer,requested\n9998,5\n0301,5\n", encoding="utf-8")
    done = command(str(path), "built-in")
    assert "x.csv looks like no year known: 9998" in str(done.exception)
    assert command(str(path), str(path)).exit_code == 0  # made-up ones among themselves


def test_real_requests_are_told_from_each_other():
    for year in (2016, 2018):
        assert command("actual:2017", f"actual:{year}").exception is not None
    assert command("actual:2017", "actual:2017", "--fail-on-change").exit_code == 0


def test_carried_over_to_one_year(allocation):
    """Larvik and Lardal of 2017 are Larvik 0712 of 2018; sums stay."""
    before = saved_of(allocation, "rules")
    after = carried(before, 2018)
    assert sum(after.requested.values()) == 4400
    merged = before.requested.get("0709", 0) + before.requested.get("0728", 0)
    assert after.requested["0712"] == merged
    assert set(after.requested) <= codes_of(2018)
    actual = carried(read_actual("2018"), 2018)
    assert sum(actual.requested.values()) == 5350
    assert set(actual.requested) <= codes_of(2018)
    found = compare(after, actual)
    assert (found.agreement.total_a, found.agreement.total_b) == (4400, 5350)


def test_carried_over_by_the_command():
    done = command("built-in", "actual:2018", "--codes", "2018", "--by", "fylke")
    assert done.exit_code == 0
    assert "224 municipalities asked for 5,350 in all" in done.stdout


# --- properties ------------------------------------------------------------------------------


def test_swapping_the_sides_turns_the_signs(statistics, rules, allocation):
    other = bosetting.allocate(statistics, override(rules, total=5350, share=0.6))
    a, b = saved_of(allocation, "a"), saved_of(other, "b")
    there, back = compare(a, b), compare(b, a)
    assert [d.change for d in there.differences] == [-d.change for d in back.differences]
    assert there.agreement.rank_correlation == back.agreement.rank_correlation
    assert sum(d.change for d in there.differences) == 950
    assert sum(d.change for d in there.fylker) == 950


def test_nothing_is_compared_that_is_no_side():
    with pytest.raises(BosettingError, match="nothing that can be compared"):
        run("compare", "a.txt", "built-in")


def test_a_name_is_taken_from_the_side_that_has_one():
    bare = Saved("a", (Entry("0301", "", "", 5),))
    named = Saved("b", (Entry("0301", "Oslo", "Oslo", 5),))
    for sides in ((bare, named), (named, bare)):
        (one,) = compare(*sides).differences
        assert (one.municipality, one.fylke) == ("Oslo", "Oslo")
