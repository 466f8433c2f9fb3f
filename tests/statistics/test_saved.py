"""Saved allocations read back as they were written; everything else is refused with its place."""

from __future__ import annotations

import json

import pytest

from bosetting_cli.findings import DataError
from bosetting_cli.statistics.lists import (
    actual_years,
    county_list,
    municipality_list,
    read_actual,
    read_saved,
)
from commands import run, tried

HEADER = "kommunenummer,municipality,fylke,requested\n"


def saved(tmp_path, *arguments, name="saved.csv"):
    path = tmp_path / name
    done = run("allocate", "-q", "-o", str(path), *arguments)
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


@pytest.mark.parametrize("code", ["301", 301, 301.0])
def test_lost_leading_zeros_are_restored_in_json(tmp_path, code):
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"rows": [{"kommunenummer": code, "requested": 5}]}))
    assert read_saved(path).requested == {"0301": 5}
    assert [(note.line, note.message) for note in read_saved(path).notes] == [
        (1, "leading zero restored in 1 kommunenummer: `301` is read as 0301")
    ]


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
        (HEADER + "0301,Oslo,Oslo,many\n", ["a.csv:2: requested: `many` is not a number"]),
        (HEADER + "0301,Oslo,Oslo,-5\n", ["a.csv:2: requested: `-5` is negative"]),
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
        ('{"rows": []}', "is empty"),
        ('{"rows": [{"kommunenummer": "0301"}]}', "missing column `requested`"),
        (
            '{"rows": [{"kommunenummer": "0301", "requested": 5}, {"kommunenummer": "1804"}]}',
            "rows without `requested`",
        ),
        ('{"rows": [{"kommunenummer": 30, "requested": 5}]}', "`30` is no kommunenummer"),
        ('{"rows": [{"kommunenummer": "0301", "requested": true}]}', "`true` is not a number"),
        ('{"rows": [{"kommunenummer": "0301", "requested": 1.5}]}', "not a whole number"),
        ("[" * 100_000, "is not valid JSON"),
    ],
)
def test_json_mistakes(tmp_path, text, words):
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=words):
        read_saved(path)


def test_json_mistakes_have_a_line_too(tmp_path):
    rows = [{"kommunenummer": code, "requested": n} for code, n in (("0301", 5), ("1804", "x"))]
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"title": "kommunenummer", "rows": rows}, indent=1))
    with pytest.raises(DataError) as caught:
        read_saved(path)
    line = path.read_text().splitlines().index('   "kommunenummer": "1804",') + 1
    assert [(p.line, p.message) for p in caught.value.problems] == [(line, "`x` is not a number")]
    # Where the key stands elsewhere too, which is which is not known.
    path.write_text(json.dumps({"rows": rows, "ties": {"kommunenummer": "0301"}}, indent=1))
    with pytest.raises(DataError) as caught:
        read_saved(path)
    assert [problem.line for problem in caught.value.problems] == [None]


# --- read as all tables are ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pandas.csv", "kommunenummer,requested\n0301,565.0\n1804,44.0\n1805,\n"),
        ("pandas.json", '{"rows": [{"kommunenummer": "0301", "requested": 565.0},'
         ' {"kommunenummer": "1804", "requested": 44}]}'),
        ("excel.csv", "Kommunenr;Anmodet\n0301;565,00\n1804;44,00\n"),
        ("blanks.csv", "kommunenummer;requested\n0301; 565 \n1804;44\n"),
        ("UPPER.JSON", '{"rows": [{"kommunenummer": "0301", "requested": 565},'
         ' {"kommunenummer": "1804", "requested": 44}]}'),
    ],
)  # fmt: skip
def test_numbers_as_programs_write_them(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert read_saved(path).requested == {"0301": 565, "1804": 44}
    assert read_saved(path).notes == ()
    assert municipality_list(path) == ["0301", "1804"]


def test_thousands(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("kommunenummer;requested\n0301;1\u00a0550\n1804;12\n", encoding="utf-8")
    assert read_saved(path).requested == {"0301": 1550, "1804": 12}


def test_too_many_places(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("kommunenummer,requested\n0301,1000000000\n1804,1e99\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_saved(path)
    assert [problem.message for problem in caught.value.problems] == [
        "`1000000000` is too large", "`1e99` is too large",
    ]  # fmt: skip


MENDED = "kommunenummer;municipality;requested\n301;Oslo;565\n1804;Bodø;48\n;Sum;613\n"
REPAIRS = [
    "4: kommunenummer: 1 row of totals left out: Sum",
    "2: kommunenummer: leading zero restored in 1 kommunenummer: `301` is read as 0301",
]


def test_what_is_mended_in_a_saved_list_is_said(tmp_path):
    path = tmp_path / "letters.csv"
    path.write_text(MENDED, encoding="utf-8")
    assert [str(note) for note in read_saved(path).notes] == [f"{path}:{said}" for said in REPAIRS]
    for arguments in (["allocate", "--total", "5350", "--at-least", path], ["compare", path, path]):
        done = run(*arguments)
        assert done.exit_code == 0
        assert [line for line in done.stderr.splitlines() if str(path) in line][:2] == [
            f"repair: {path}:{said}" for said in REPAIRS
        ]


def test_strict_refuses_what_is_mended_in_a_saved_list(tmp_path):
    path = tmp_path / "letters.csv"
    path.write_text(MENDED, encoding="utf-8")
    for arguments in (
        ["allocate", "--total", "5350", "--at-least", path, "--strict"],
        ["compare", path, "built-in", "--strict"],
    ):
        done = tried(*[str(a) for a in arguments])
        assert isinstance(done.exception, DataError)
        assert [str(p) for p in done.exception.problems] == [f"{path}:{said}" for said in REPAIRS]
        assert {p.severity for p in done.exception.problems} == {"error"}


def test_saved_lists_that_scenarios_name_are_read_in_the_same_way(tmp_path):
    (tmp_path / "letters.csv").write_text(MENDED, encoding="utf-8")
    path = tmp_path / "sweep.yaml"
    path.write_text("scenarios: [{name: a, total: 5350, at_least: letters.csv}]\n")
    done = tried("scenarios", path)
    assert done.exit_code == 0
    said = [line for line in done.stderr.splitlines() if "letters.csv" in line]
    assert said == [f"repair: {tmp_path}/letters.csv:{repair}" for repair in REPAIRS]
    done = tried("scenarios", path, "--strict")
    assert isinstance(done.exception, DataError)
    assert len(done.exception.problems) == 2


def test_names_that_do_not_fit_their_numbers_are_said(tmp_path):
    path = tmp_path / "asked.csv"
    path.write_text("kommunenummer,kommune\n0301,Bodø\n1804,Trondheim\n1601,Oslo\n")
    said = f"{path}:2: kommune: 3 names don't fit their kommunenummer: `Bodø`, but 0301 is Oslo"
    notes = []
    assert municipality_list(path, notes=notes) == ["0301", "1804", "1601"]
    assert [str(note) for note in notes] == [said]
    assert said in run("allocate", "--total", "500", "--asked", path).stderr
    # Codes of any year, other languages, and names that no list knows are no mistake.
    fine = ["5001,Trondheim", "0719,Sandefjord", "4204,Kristiansand kommune", "2011,Kautokeino"]
    fine += ["9901,Nowhere", "3001,"]
    path.write_text("\n".join(["kommunenummer,kommune", *fine]))
    notes = []
    assert len(municipality_list(path, notes=notes)) == 6
    assert notes == []


@pytest.mark.parametrize("year", [2016, 2017, 2018])
def test_nothing_is_odd_in_the_real_requests(year):
    assert read_actual(str(year)).notes == ()


def test_sums_in_a_list_of_counties_are_left_out_and_said(tmp_path):
    path = tmp_path / "sums.csv"
    path.write_text("fylke;total\nOslo;60\nNordland;40\nSum;100\n", encoding="utf-8")
    notes = []
    assert county_list(path, notes=notes) == {"Oslo": 60, "Nordland": 40}
    assert [str(note) for note in notes] == [f"{path}:4: fylke: 1 row of totals left out: Sum"]


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
    assert actual_years() == tuple(range(2016, 2027))
    with pytest.raises(DataError, match="actual:2017"):
        read_actual("2015")


def test_json_of_allocate_keeps_numbers_exact(tmp_path):
    path = saved(tmp_path, name="a.json")
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    assert read_saved(path).requested == {r["kommunenummer"]: r["requested"] for r in rows}
