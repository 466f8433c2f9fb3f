"""Options that several commands share: they mean the same in each."""

from __future__ import annotations

import csv

import pytest

from commands import process
from small import SMALL_RULES

MINORS = "requested_unaccompanied_minors"
# A spreadsheet took the zero of 0301, which is mended and said.
FIGURES = """\
kommunenummer,municipality,fylke,population
301,Oslo,Oslo,5000
1804,Bodø,Nordland,2500
"""
LIST = "kommunenummer,requested\n301,60\n1804,40\n"


def rows(done):
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(done.stdout.splitlines()))


# --- sub-groups ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["unaccompanied minors", "Enslige mindreårige", "einslege mindreårige"]
)
def test_the_number_of_a_sub_group_goes_by_its_name_in_any_language(name):
    found = rows(process("allocate", "--of-which", f"{name}=100", "--format", "csv"))
    assert sum(int(row[MINORS]) for row in found) == 100
    assert sum(int(row["requested"]) for row in found) == 4400


def test_minors_are_the_sub_group_of_minors():
    short = process("allocate", "--minors", "100", "--format", "csv")
    long = process("allocate", "--of-which", "unaccompanied minors=100", "--format", "csv")
    assert sum(int(row[MINORS]) for row in rows(short)) == 100
    assert (short.stdout, short.stderr) == (long.stdout, long.stderr)
    assert "of whom 100 unaccompanied minors" in short.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--of-which", "elderly=9"], "no sub-group `elderly`\n  one of unaccompanied minors"),
        (["--of-which", "minors"], "'minors' is not a sub-group and its number"),
        (["--of-which", "minors=-1"], "'minors=-1' is not a sub-group and its number"),
        (["--of-which", "minors=1.5"], "'minors=1.5' is not a sub-group and its number"),
        (["--of-which", "=5"], "'=5' is not a sub-group and its number"),
        (["--minors", "-1"], "-1 is not in the range"),
        (["--minors", "4401"], "of_which[0].value: 4401 of a total of 4400"),
    ],
)
def test_sub_groups_that_can_not_be(arguments, message):
    done = process("allocate", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_rules_without_sub_groups(tmp_path):
    (tmp_path / "rules.yaml").write_text(SMALL_RULES, encoding="utf-8")
    done = process("rules", "--rules", "rules.yaml", "--minors", "5", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == (
        "error: no sub-group `unaccompanied_minors`\n  the rules have no sub-group\n"
    )


# --- regions ---------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["allocate"], ["compare", "built-in", "actual:2017"]])
def test_totals_by_region_are_those_by_fylke(command):
    region, fylke = (process(*command, "--by", by, "--format", "csv") for by in ("region", "fylke"))
    assert len(rows(region)) == 19
    assert region.stdout == fylke.stdout


# --- strict ----------------------------------------------------------------------------------

FROM_DATA = ["--rules", "rules.yaml", "--data", "mended.csv"]
FROM_LISTS = ["--rules", "rules.yaml", "--data", "sound.csv"]
READERS = [
    ["allocate", *FROM_DATA],
    ["allocate", *FROM_LISTS, "--asked", "list.csv"],
    ["allocate", *FROM_LISTS, "--at-least", "list.csv"],
    ["allocate", "--rules", "listing.yaml", "--data", "sound.csv"],
    ["explain", "Bodø", *FROM_DATA],
    ["compare", "list.csv", "list.csv"],
    ["compare", "rules.yaml", "rules.yaml", "--data", "mended.csv"],
    ["scenarios", "sweep.yaml", *FROM_DATA],
    ["scenarios", "sweep.yaml", *FROM_LISTS, "--asked", "list.csv"],
    ["validate", *FROM_DATA],
    ["validate", "--rules", "listing.yaml", "--data", "sound.csv"],
    ["rules", "--rules", "rules.yaml", "--asked", "list.csv"],
    ["rules", "--rules", "rules.yaml", "--at-least", "list.csv"],
    ["letters", *FROM_DATA, "-o", "letters"],
    ["report", *FROM_DATA, "-o", "report.html"],
]


@pytest.fixture
def folder(tmp_path):
    files = {
        "rules.yaml": SMALL_RULES,
        "listing.yaml": SMALL_RULES + "select: {list: list.csv}\n",
        "mended.csv": FIGURES,
        "sound.csv": FIGURES.replace("301,", "0301,"),
        "list.csv": LIST,
        "sweep.yaml": "scenarios: [{name: more, total: 120}]\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("command", READERS, ids=" ".join)
def test_strict_reaches_every_reader(folder, command):
    before = set(folder.iterdir())
    strict = process(*command, "--strict", cwd=folder)
    assert strict.returncode == 2
    assert "301" in strict.stdout + strict.stderr
    assert set(folder.iterdir()) == before
    assert process(*command, cwd=folder).returncode == 0


# --- names -----------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["explain"], ["letters", "-o", "out", "--only"]])
def test_all_unknown_municipalities_are_told_at_once(tmp_path, command):
    separate = ["--only"] if command[0] == "letters" else []
    done = process(*command, "Atlantis", *separate, "Utopia", cwd=tmp_path)
    assert done.returncode == 2
    assert "unknown municipality Atlantis" in done.stderr
    assert "unknown municipality Utopia" in done.stderr
    assert list(tmp_path.iterdir()) == []
