"""What options accept, refuse, and say of what they change."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path

import pytest

from bosetting_cli.findings import BosettingError
from commands import run, tried
from small import SMALL_RULES

CONFIG = Path(__file__).resolve().parents[2] / "config"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--share", "0,5"], "'0,5' is not a valid float range; write 0.5."),
        (["--share", "50%"], "'50%' is not a valid float range; write 0.5."),
        (["--share", "nan"], "'nan' is not a valid float range."),
        (["--total", "4 400"], "'4 400' is not a valid integer range; write 4400."),
        (["--total", "4_400"], "'4_400' is not a valid integer range; write 4400."),
        (["--weight", "population=0,7"], "a part of 1; write 0.7."),
        (["--weight", "population=70%"], "a part of 1; write 0.7."),
        (["--weight", "population=nan"], "a part of 1."),
        (["--weight", "population=0.33333333333333333333"], "write 0.3333333333333333."),
        (["--of-which", "minors=2 10"], "such as unaccompanied minors=210; write 210."),
        (["--total", "5", "--total", "6"], "--total is given 2 times."),
        (["--sort", "name", "--sort", "rank"], "--sort is given 2 times."),
        (["-o", ""], "'--output' / '-o': the path is empty."),
        (["--data", ""], "'--data': the path is empty."),
        (["--by", "fylke", "--sort", "name"], "--by and --sort exclude each other."),
        (["--by", "fylke", "--all"], "--by and --all exclude each other."),
        (["--excel-nb", "--format", "json"], "--excel-nb is for CSV, not json."),
        (["--excel-nb", "-o", "x.xlsx"], "--excel-nb is for CSV, not xlsx."),
    ],
)
def test_what_is_refused_names_the_right_form(arguments, told):
    done = run("allocate", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.rstrip().endswith(told)


@pytest.mark.parametrize("way", [["--share", "0.3"], ["--count", "5"], ["--asked", "x.csv"]])
def test_two_lists_of_those_asked_exclude_each_other(way):
    done = run("backtest", "--asked-as-decided", *way)
    assert done.exit_code == 2
    assert f"--asked-as-decided and {way[0]} exclude each other." in done.stderr


def test_names_in_one_option_are_told_apart():
    done = tried("allocate", "--exclude", "Oslo,Bergen")
    assert str(done.exception) == "exclude: unknown municipality Oslo,Bergen\n  name one at a time"


def test_a_dash_is_standard_output(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("allocate", "-o", "-").stdout == run("allocate").stdout
    assert list(tmp_path.iterdir()) == []


def test_where_there_is_room_for_nobody_fewer_are_no_remedy(tmp_path):
    rules = "title: t\nas_of: 2017-10-02\ntotal: 5\nminimum: 10\ncriteria:\n"
    (tmp_path / "r.yaml").write_text(rules + "  - {name: p, weight: 1, indicator: population}\n")
    done = tried("allocate", "--rules", tmp_path / "r.yaml")
    assert str(done.exception).endswith("\n  raise the total or lower the minimum")
    done = tried("allocate", "--rules", tmp_path / "r.yaml", "--total", "20")
    assert "at most 2 can be selected" in str(done.exception)


# --- what was changed ------------------------------------------------------------------------

CHANGED = "changed from the rules: "


def changes(*arguments):
    done = run(*arguments)
    assert done.exit_code == 0, done.output
    return [line.removeprefix(CHANGED) for line in done.stderr.splitlines() if CHANGED in line]


WEIGHTS = ["--weight", "population=0.8", "--weight", "employment=0.1"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], []),
        (["--total", "4400"], []),
        (WEIGHTS, ["weight of population 0.7 -> 0.8, weight of employment 0.2 -> 0.1"]),
        (["--total", "2500"], ["total 4,400 -> 2,500, unaccompanied minors still 210"]),
        (
            ["--total", "2500", "--minors", "90"],
            ["total 4,400 -> 2,500, unaccompanied minors 210 -> 90"],
        ),
        (["--exclude", "Oslo", "--minimum", "5"], ["minimum 10 -> 5, exclude also Oslo"]),
        (["--count", "12"], ["without share 0.5, count 12"]),
        (["--method", "dhondt"], ["method sainte-lague -> dhondt"]),
    ],
)
def test_what_options_change_is_one_line(arguments, told):
    assert changes("allocate", *arguments) == told


def test_what_options_change_is_said_in_the_language_asked_for():
    done = run("allocate", *WEIGHTS, "--lang", "nn")
    assert "endra frå reglane: vekta av folketal 0,7 -> 0,8, vekta av" in done.stderr


def test_rules_copied_and_changed_do_not_pass_for_the_letter(tmp_path):
    text = (CONFIG / "criteria.yaml").read_text(encoding="utf-8")
    (tmp_path / "same.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "own.yaml").write_text(
        text.replace("weight: 0.70", "weight: 0.60").replace("weight: 0.20", "weight: 0.30"),
        encoding="utf-8",
    )
    assert changes("allocate", "--rules", tmp_path / "same.yaml") == []
    own = ["allocate", "--rules", tmp_path / "own.yaml"]
    said = "weight of population 0.7 -> 0.6, weight of employment 0.2 -> 0.3"
    assert changes(*own) == [said]
    assert "2 October 2017; changed from the rules)" in run(*own).stderr
    (tmp_path / "else.yaml").write_text(
        (tmp_path / "own.yaml").read_text().replace("letter 17-08381-1, 2 October 2017", "letter")
    )
    assert changes("allocate", "--rules", tmp_path / "else.yaml") == []
    told = json.loads(run(*own, "--format", "json").stdout)
    assert told["rules"]["reference"].endswith("; changed from the rules")
    assert {"kind": "changed", "text": said} in told["notes"]


# --- what was read ---------------------------------------------------------------------------

RULES = f"""{SMALL_RULES}\
select: {{list: list.csv}}
counties: {{file: counties.csv}}
"""
FILES = {
    "rules.yaml": RULES,
    "data.csv": "kommunenummer,municipality,fylke,population\n0301,Oslo,Oslo,5000\n"
    "1804,Bodø,Nordland,2500\n",
    "list.csv": "kommunenummer\n0301\n1804\n",
    "counties.csv": "fylke,total\nOslo,60\nNordland,40\n",
    "before.csv": "kommunenummer,requested\n0301,50\n",
    "areas.geojson": json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"kommunenummer": code},
                    "geometry": {
                        "type": "Polygon",
                        "coordinates": [[[x, 60], [x + 1, 60], [x + 1, 61], [x, 60]]],
                    },
                }
                for code, x in (("0301", 10), ("1804", 14))
            ],
        }
    ),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def digests(*names):
    return {name: hashlib.sha256(FILES[name].encode()).hexdigest() for name in names}


def test_the_hash_of_every_file_read_stands_in_the_output(folder):
    given = ["--rules", "rules.yaml", "--data", "data.csv", "--at-least", "before.csv"]
    told = json.loads(run("allocate", *given, "--format", "json").stdout)
    assert told["inputs"] == digests(
        "data.csv", "rules.yaml", "list.csv", "counties.csv", "before.csv"
    )
    assert run("report", *given, "--boundaries", "areas.geojson", "-o", "page.html").exit_code == 0
    page = (folder / "page.html").read_text(encoding="utf-8")
    assert all(sha in page for sha in digests(*FILES).values())


def test_at_least_holds_in_compare_and_validate(folder):
    given = ["--data", "data.csv", "--at-least", "before.csv"]
    (folder / "free.yaml").write_text(RULES[: RULES.index("select")], encoding="utf-8")
    (folder / "before.csv").write_text("kommunenummer,requested\n1804,90\n", encoding="utf-8")
    done = run("compare", "free.yaml", "free.yaml", *given, "--all", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {r["municipality"]: r["requested_b"] for r in rows} == {"Bodø": "90", "Oslo": "10"}
    (folder / "before.csv").write_text("kommunenummer,requested\n1804,900\n", encoding="utf-8")
    done = run("validate", "--rules", "free.yaml", *given)
    assert "1 error" in done.stderr
    assert "selected with minimums of 900" in " ".join(done.stdout.split())


# --- the language of messages ----------------------------------------------------------------


def test_messages_of_data_follow_the_language_and_usage_stays_english():
    done = run("allocate", "--lang", "nb")
    assert done.stderr.splitlines()[0].startswith("Anmodning om bosetting i 2018 (IMDi, brev")
    assert "205 av 410 aktuelle kommuner blir spurt" in done.stderr
    assert (
        "Error: Invalid value for '--total'"
        in run("allocate", "--lang", "nb", "--total", "x").stderr
    )


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ([], "error: own.yaml:2:8: total: expected a whole number or keys and values, got `x`\n"),
        (
            ["--lang", "nb"],
            "feil: own.yaml:2:8: total: ventet et helt tall eller nøkler og verdier, fant `x`\n",
        ),
        (
            ["--lang", "nn"],
            "feil: own.yaml:2:8: total: venta eit heilt tal eller nøklar og verdiar, fann `x`\n",
        ),
    ],
)
def test_what_is_wrong_with_rules_is_said_in_the_language(folder, monkeypatch, capsys, lang, told):
    from bosetting_cli.cli import main

    (folder / "own.yaml").write_text("title: t\ntotal: x\nas_of: 2018-01-01\n", encoding="utf-8")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("sys.argv", ["bosetting", "allocate", "--rules", "own.yaml", *lang])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert told in capsys.readouterr().err
    assert isinstance(tried("allocate", "--rules", "own.yaml").exception, BosettingError)
