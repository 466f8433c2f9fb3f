"""Saved allocations read back as they were written; everything else is refused with its place."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from bosetting_cli.cli import cli
from bosetting_cli.errors import DataError
from bosetting_cli.saved import actual_years, read_actual, read_saved

HEADER = "kommunenummer,municipality,fylke,requested\n"


def saved(tmp_path, *arguments, name="saved.csv"):
    path = tmp_path / name
    done = CliRunner().invoke(cli, ["allocate", "-q", "-o", str(path), *arguments])
    assert done.exit_code == 0, done.output
    return path


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("saved.csv", []),
        ("saved.csv", ["--all"]),
        ("saved.csv", ["--excel-nb"]),
        ("saved.csv", ["--excel-nb", "--all", "--sort", "name"]),
        ("saved.json", []),
        ("saved.json", ["--all"]),
    ],
)
def test_what_allocate_writes_is_read_back(tmp_path, allocation, name, arguments):
    found = read_saved(saved(tmp_path, *arguments, name=name))
    assert found.requested == {row.kommunenummer: row.requested for row in allocation.selected}
    bodo = next(entry for entry in found.entries if entry.kommunenummer == "1804")
    assert (bodo.municipality, bodo.fylke, bodo.requested) == ("Bodø", "Nordland", 44)
    assert bodo.of_which == {"unaccompanied_minors": 3}
    codes = [entry.kommunenummer for entry in found.entries]
    assert codes == sorted(codes)


def test_lost_leading_zeros_are_restored(tmp_path):
    path = tmp_path / "excel.csv"
    path.write_text("kommunenummer;requested\n301;565\n1804;44\n", encoding="utf-8")
    assert read_saved(path).requested == {"0301": 565, "1804": 44}


def test_blank_and_nought_are_not_asked(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(HEADER + "0301,Oslo,Oslo,\n1804,Bodø,Nordland,0\n", encoding="utf-8")
    assert read_saved(path).requested == {}
    assert len(read_saved(path).entries) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kommunenummer,places\n0301,5\n", ["a.csv:1", "missing column `requested`", "places"]),
        ("fylke,requested\nOslo,5\n", ["missing column `kommunenummer`"]),
        (HEADER + "0301,Oslo,Oslo,many\n", ["a.csv:2", "0301: `many` is not a whole number"]),
        (HEADER + "0301,Oslo,Oslo,-5\n", ["a.csv:2", "`-5` is not a whole number"]),
        (HEADER + "0301,Oslo,Oslo,5.5\n", ["`5.5` is not a whole number"]),
        (HEADER + "0301,O,O,5\n0301,O,O,6\n", ["a.csv:3", "duplicate", "first on line 2"]),
        (HEADER + "Oslo,Oslo,Oslo,5\n", ["a.csv:2", "`Oslo` is no kommunenummer"]),
        (HEADER + "0301,Oslo\n", ["a.csv:2"]),
        ("", ["a.csv"]),
    ],
)
def test_csv_mistakes_have_a_place(tmp_path, text, words):
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_saved(path)
    assert all(word in str(caught.value) for word in words)


def test_all_mistakes_at_once(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(HEADER + "0301,O,O,x\n1804,B,N,y\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_saved(path)
    assert [problem.line for problem in caught.value.problems] == [2, 3]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not valid JSON"),
        ("[1]", "it has no `rows`"),
        ('{"rows": 5}', "it has no `rows`"),
        ('{"rows": [{"kommunenummer": "0301"}]}', "rows without `requested`"),
        ('{"rows": [{"kommunenummer": 301, "requested": 5}]}', "`301` is no kommunenummer"),
        ('{"rows": [{"kommunenummer": "0301", "requested": true}]}', "not a whole number"),
        ('{"rows": [{"kommunenummer": "0301", "requested": 1.5}]}', "not a whole number"),
        ("[" * 100_000, "is not valid JSON"),
    ],
)
def test_json_mistakes(tmp_path, text, words):
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=words):
        read_saved(path)


def test_missing_file(tmp_path):
    for name in ("none.csv", "none.json"):
        with pytest.raises(DataError, match="can't be read"):
            read_saved(tmp_path / name)


@pytest.mark.parametrize(("year", "total", "asked"), [(2016, 18526, 428), (2018, 5350, 224)])
def test_real_requests(year, total, asked):
    """Sums and numbers of the published lists."""
    found = read_actual(str(year))
    assert sum(found.requested.values()) == total
    assert len(found.requested) == asked


def test_years_of_real_requests():
    assert actual_years() == (2016, 2017, 2018)
    with pytest.raises(DataError, match="actual:2017"):
        read_actual("2019")


def test_json_of_allocate_keeps_numbers_exact(tmp_path):
    path = saved(tmp_path, name="a.json")
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    assert read_saved(path).requested == {r["kommunenummer"]: r["requested"] for r in rows}
