"""`bosetting validate`: every problem at once, grouped by file, as a table or JSON."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from bosetting_cli.cli import cli
from bosetting_cli.studies.validation import Report, validate
from bosetting_cli.tables.validation import report_text, summary

RULES = """\
title: small
as_of: 2018-01-01
total: 100
criteria:
  - {name: population, weight: 1, indicator: population, years: [2016]}
"""
REGISTER = "kommunenummer,municipality,fylke\n0301,Oslo,Oslo\n1804,Bodø,Nordland\n"
POPULATION = "kommunenummer,year,population,settled\n0301,2016,5000,1\n1804,2016,2500,2\n"
PACKAGE = {
    "resources": [
        {
            "path": "population.csv",
            "schema": {
                "fields": [
                    {"name": n, "type": "integer", "referenceDate": "year-01-01"}
                    for n in ("population", "settled")
                ]
            },
        }
    ]
}


@pytest.fixture
def files(tmp_path):
    def make(rules=RULES, register=REGISTER, population=POPULATION):
        folder = tmp_path / "data"
        folder.mkdir(exist_ok=True)
        (tmp_path / "rules.yaml").write_text(rules, encoding="utf-8")
        (folder / "municipalities.csv").write_text(register, encoding="utf-8")
        (folder / "population.csv").write_text(population, encoding="utf-8")
        (folder / "datapackage.json").write_text(json.dumps(PACKAGE), encoding="utf-8")
        return ["--rules", str(tmp_path / "rules.yaml"), "--data", str(folder)]

    return make


def checked(*args):
    result = CliRunner().invoke(cli, ["validate", *args], standalone_mode=False)
    assert result.exception is None
    return result


def found(result):
    return [
        (Path(group["file"]).name, p["severity"], p["line"], p["column"] or p["key"], p["message"])
        for group in json.loads(result.stdout)["files"]
        for p in group["problems"]
    ]


def test_nothing_is_wrong_with_the_packaged_files():
    for options in ([], ["--strict"]):
        result = checked(*options)
        assert (result.return_value, result.stdout) == (0, "")
        assert result.stderr == "0 errors, 0 warnings; rules and 9 tables checked\n"


def test_nothing_is_wrong(files):
    result = checked(*files(), "--format", "json")
    assert result.return_value == 0
    document = json.loads(result.stdout)
    assert (document["valid"], document["errors"], document["warnings"]) == (True, 0, 0)
    assert document["files"] == []
    assert {Path(name).name for name in document["inputs"]} == {
        "municipalities.csv", "population.csv",
    }  # fmt: skip
    assert document["schema_version"] == 1


def test_warnings_fail_only_strictly(files):
    options = files(register=REGISTER.replace("0301", "301"))
    said = ("leading zero restored in 1 kommunenummer: `301` is read as 0301",)
    result = checked(*options, "--format", "json")
    assert result.return_value == 0
    assert found(result) == [("municipalities.csv", "warning", 2, "kommunenummer", *said)]
    result = checked(*options, "--format", "json", "--strict")
    assert result.return_value == 2
    assert found(result) == [("municipalities.csv", "error", 2, "kommunenummer", *said)]


def test_rules_tables_and_both_together_are_told_at_once(files):
    options = files(
        rules=RULES.replace("2016", "2016, 2013") + "minimum: 60\n",
        population=POPULATION.replace("5000", "5000x").replace(",2\n", ",-2\n"),
    )
    result = checked(*options, "--format", "json")
    assert result.return_value == 2
    assert found(result) == [
        ("population.csv", "error", None, "population", "`population` has no figures for 2013"),
        ("population.csv", "error", 2, "population", "`5000x` is not a number"),
        ("population.csv", "warning", 3, "settled", "`-2` is negative"),
    ]


def test_what_the_rules_do_not_read_only_warns(files, tmp_path):
    options = files()
    (tmp_path / "data" / "other.csv").write_text("kommunenummer,other\nx,1\n9999,y\n0301,2\n")
    result = checked(*options, "--format", "json")
    assert result.return_value == 0
    assert found(result) == [
        ("other.csv", "warning", 2, "kommunenummer", "`x` is no kommunenummer"),
        ("other.csv", "warning", 3, "other", "`y` is not a number"),
    ]


def test_figures_are_checked_although_the_rules_are_wrong(files):
    options = files(
        rules=RULES.replace("total", "totl"), population=POPULATION.replace("5000", "x")
    )
    result = checked(*options, "--format", "json")
    assert [(file, line, message) for file, _, line, _, message in found(result)] == [
        ("rules.yaml", 1, "`total` is missing"),
        ("rules.yaml", 3, "unknown key `totl`"),
        ("population.csv", 2, "`x` is not a number"),
    ]


def test_rules_that_admit_no_allocation(files):
    options = files(rules=RULES + "minimum: 60\n")
    result = checked(*options, "--format", "json")
    assert result.return_value == 2
    ((file, severity, line, key, message),) = found(result)
    assert (file, severity, line, key) == ("rules and statistics together", "error", None, None)
    assert message == "2 selected with minimums of 120 in all, the total is 100"


def test_a_missing_folder(files, tmp_path):
    result = checked("--data", str(tmp_path / "nowhere"))
    assert result.return_value == 2
    assert "there is no such folder or file" in result.stdout
    assert result.stderr == "1 error, 0 warnings; rules and 0 tables checked\n"


def tables(text):
    """File → rows of its table, cells that are set on several lines put together."""
    found = {}
    for part in text.split("\n\n"):
        name, head, rule, *lines = part.rstrip("\n").split("\n")
        ends = [match.span() for match in re.finditer("-+", rule)]
        assert [head[a:b].strip() for a, b in ends] == [
            "line", "column", "value", "problem", "expected",
        ]  # fmt: skip
        rows = found.setdefault(name, [])
        for line in lines:
            cells = [line[a : b + 1].strip() for a, b in ends]
            if cells[0]:
                rows.append(tuple(cells))
            else:
                pairs = zip(rows[-1], cells, strict=True)
                rows[-1] = tuple(" ".join(filter(None, pair)) for pair in pairs)
    return found


def test_the_table(files):
    options = files(
        rules=RULES.replace("weight: 1", "weight: 70"),
        population=POPULATION.replace("5000", "5 0 0 0"),
        register=REGISTER.replace("0301", "K-0301"),
    )
    result = checked(*options)
    assert result.return_value == 2
    folder = str(Path(options[1]).parent)
    assert tables(result.stdout.replace(folder, "")) == {
        "/rules.yaml": [
            (
                "5:32",
                "criteria[0].weight",
                "70",
                "expected at most 1, got 70",
                "a weight is a part of 1: write 0.7 for 70 per cent",
            )
        ],
        "/data/municipalities.csv": [
            (
                "2",
                "kommunenummer",
                "K-0301",
                "warning: K left out before 1 kommunenummer: `K-0301` is read as 0301",
                "",
            )
        ],
        "/data/population.csv": [
            (
                "2",
                "population",
                "5 0 0 0",
                "`5 0 0 0` is not a number",
                "expected a number, or an empty cell where no figure is published",
            )
        ],
    }
    assert max(map(len, result.stdout.splitlines())) <= 100
    summary, note, _ = result.stderr.splitlines()
    assert summary == "2 errors, 1 warning; rules and 2 tables checked"
    assert note.startswith(f"note: {folder}/data: no control totals")


def test_the_table_in_norwegian(files):
    options = files(register=REGISTER.replace("0301", "301"))
    lines = checked(*options, "--lang", "nn").stdout.splitlines()
    assert lines[1].split() == ["linje", "kolonne", "verdi", "feil", "venta"]
    assert "åtvaring: " in lines[3]


def test_quiet_and_output(files, tmp_path):
    target = tmp_path / "report.json"
    result = checked(*files(), "-q", "-o", str(target))
    assert (result.return_value, result.stdout, result.stderr) == (0, "", "")
    assert json.loads(target.read_text())["valid"] is True


def test_names_of_files_can_not_control_the_terminal(tmp_path):
    path = tmp_path / "\x1b[31m.csv"
    path.write_text("")
    report = validate(path)
    assert b"\x1b" not in report_text(report)
    assert b"\\x1b[31m.csv" in report_text(report)


def test_the_summary_counts():
    assert summary(Report((), {})) == "0 errors, 0 warnings; rules and 0 tables checked"
    report = validate(Path("/nowhere"))
    assert (report.errors, len(report.problems)) == (1, 1)
