"""Files as nobody should hand them over, each with what has to be said of it.

`hostile/expected.csv` was written by hand: a line for each problem of a file, or one `none`.
An asterisk stands for any line or column.
"""

import csv
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bosetting_cli.findings import RulesError
from bosetting_cli.rules import load_rules
from bosetting_cli.statistics.loading import read
from bosetting_cli.studies.validation import validate

HOSTILE = Path(__file__).parents[1] / "hostile"
RULES = HOSTILE / "rules.yaml"


def expectations():
    """File or folder → what is expected of it: severity, file, line, column, message."""
    found = {}
    with (HOSTILE / "expected.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            parts = row["file"].split("/")
            unit = "/".join(parts[:2])
            lines = found.setdefault(unit, [])
            if row["severity"] != "none":
                inner = parts[2] if len(parts) > 2 else ""
                line = row["line"]
                lines.append((row["severity"], inner, line, row["column"], row["message"]))
    return found


EXPECTED = expectations()


def by_kind(kind):
    return [name for name in EXPECTED if name.startswith(kind)]


def told(problem, folder=None):
    """What a problem says, in the form of the expectations."""
    line = "" if problem.line is None else str(problem.line)
    column = problem.key or ("" if problem.column is None else str(problem.column))
    file = Path(problem.file).name if problem.file and folder else ""
    return problem.severity, file, line, column, problem.message


def fits(said, wanted):
    same = all(b in ("*", a) for a, b in zip(said[:4], wanted[:4], strict=True))
    return same and wanted[4] in said[4]


def compare(said, wanted):
    """Pair what was said with what was expected; nothing may be left on either side."""
    missing = [w for w in wanted if not any(fits(s, w) for s in said)]
    surplus = [s for s in said if not any(fits(s, w) for w in wanted)]
    assert (missing, surplus) == ([], [])
    if not any("*" in w for w in wanted):
        assert len(said) == len(wanted)


@pytest.mark.parametrize("name", by_kind("data"))
def test_statistics(name):
    path = HOSTILE / name
    found = validate(path, RULES).problems
    compare([told(problem) for problem in found], EXPECTED[name])
    assert {p.file for p in found} <= {str(path), None}


@pytest.mark.parametrize("name", by_kind("folders"))
def test_folders_of_statistics(name):
    found = validate(HOSTILE / name, RULES).problems
    compare([told(problem, HOSTILE / name) for problem in found], EXPECTED[name])


@pytest.mark.parametrize("name", by_kind("rules"))
def test_rules(name):
    try:
        load_rules(HOSTILE / name)
    except RulesError as error:
        found = error.problems
    else:
        found = ()
    compare([told(problem) for problem in found], EXPECTED[name])


def test_what_is_said_of_statistics_is_said_in_every_language():
    names = [*by_kind("data"), *by_kind("folders")]
    found = [problem for name in names for problem in read(HOSTILE / name, None)[1]]
    assert len({problem.words for problem in found}) >= 40
    for problem in found:
        english, *others = (problem.in_full(lang) for lang in ("en", "nb", "nn"))
        assert english not in others
        assert not any(mark in text for text in (english, *others) for mark in "{}")
        remedies = [problem.remedy(lang) for lang in ("nb", "nn")]
        assert [remedy is None for remedy in remedies] == [problem.remedy() is None] * 2


def test_the_corpus_is_large_and_complete():
    assert len(EXPECTED) >= 60
    files = {
        f"{path.parent.name}/{path.name}"
        for kind in ("data", "folders", "rules")
        for path in (HOSTILE / kind).iterdir()
    }
    named_by_rules = {"rules/list-of-nobody.csv", "rules/county-file.csv"}
    assert files - named_by_rules == set(EXPECTED)


@pytest.mark.parametrize("name", [name for name in EXPECTED if "everything" in name])
def test_every_problem_says_where_and_what_to_do(name):
    path = HOSTILE / name
    rules = name.startswith("rules")
    found = validate(None, path).problems if rules else validate(path, RULES).problems
    errors = [problem for problem in found if problem.severity == "error"]
    assert len(errors) >= 6
    assert all(problem.file == str(path) and problem.line for problem in errors)


LARGE = {
    "ten-megabytes.yaml": lambda: "title: " + "x" * 10_000_000,
    "many-values.yaml": lambda: "exclude:\n" + "- a\n" * 200_000,
    "many-unknown-keys.yaml": lambda: "".join(f"k{i}: 1\n" for i in range(9_000)),
    "many-problems.yaml": lambda: "criteria:\n" + "- {name: a, weight: 5, what: 6}\n" * 2_500,
    "many-duplicates.yaml": lambda: "title: a\n" * 9_000,
    "many-cells.csv": lambda: "kommunenummer,a\n" + "," * 5_000_000,
    "thirty-megabytes.csv": lambda: "kommunenummer,a\n" + "0301,1\n" * 4_500_000,
    "many-bad-rows.csv": lambda: "kommunenummer,municipality,fylke\n" + "x,y\n" * 100_000,
    "many-bad-codes.csv": lambda: "kommunenummer,municipality,fylke\n" + "x,y,z\n" * 100_000,
    "many-quotes.csv": lambda: '"' * 2_000_000,
    "many-columns.csv": lambda: "kommunenummer," + ",".join(f"c{i}" for i in range(50_000)),
    "long-number.csv": lambda: (
        "kommunenummer,municipality,fylke,population\n0301,a,b," + "1" * 130_000 + "\n"
    ),
}
CHILD = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000,) * 2)
from bosetting_cli.cli import main
sys.argv[0] = "bosetting"
main()
"""


@pytest.mark.parametrize("name", LARGE)
def test_large_files_are_refused_within_bounds(name, tmp_path):
    """Seconds and a few hundred MB, far below what the files could ask for."""
    path = tmp_path / name
    path.write_text(LARGE[name](), encoding="utf-8")
    option = "--rules" if name.endswith("yaml") else "--data"
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", CHILD, "allocate", option, str(path)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert name in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert time.monotonic() - started < 20
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 800_000  # kB
