"""`bosetting allocate` as a stranger meets it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bosetting_cli import __version__
from bosetting_cli.cli import COMMANDS
from bosetting_cli.resources import config_dir, data_dir
from commands import process, run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def rules_file(tmp_path: Path) -> Path:
    return shutil.copy(config_dir() / "criteria.yaml", tmp_path / "my.yaml")


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    return shutil.copytree(data_dir(), tmp_path / "data")


def edited(path: Path, old: str, new: str) -> Path:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_it_works_from_any_directory_and_talks_on_standard_error(tmp_path):
    done = process("allocate", cwd=tmp_path)
    assert done.returncode == 0
    assert "Bodø" in done.stdout
    assert "205 of 410 eligible" in done.stderr
    assert "Sandefjord" in done.stderr


def test_version_and_module():
    assert process("--version").stdout.strip() == f"bosetting, version {__version__}"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name):
    result = run(name, "--help")
    assert result.exit_code == 0
    lines = [line.strip() for line in result.output.split("Options:")[0].splitlines()]
    assert [line for line in lines[1:] if line.startswith(f"bosetting {name}")]


def test_help_lists_the_commands():
    result = run("--help")
    assert all(f"\n  {name} " in result.output for name in COMMANDS)


def test_a_misspelt_command_is_told_the_nearest():
    done = process("alocate")
    assert done.returncode == 2
    assert "did you mean `allocate`?" in done.stderr


def test_the_same_bytes_in_any_locale_and_with_any_hash_seed(tmp_path):
    outputs = {
        process(
            "allocate", "--format", form, LC_ALL=locale, LANG=locale, PYTHONHASHSEED=seed, TZ=zone
        ).stdout
        for form, locale, seed, zone in [
            ("json", "C", "0", "UTC"),
            ("json", "C.UTF-8", "1", "Pacific/Auckland"),
            ("json", "nb_NO.UTF-8", "2", "Europe/Oslo"),
        ]
    }
    assert len(outputs) == 1


def test_an_output_that_knows_no_utf8_still_gets_utf8():
    done = process("allocate", "--count", "20", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "Bodø" in done.stdout


def test_a_reader_that_has_seen_enough_is_no_error():
    command = f"{sys.executable} -m bosetting_cli allocate -q --all --format csv | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("rank,kommunenummer")
    assert done.stderr == ""


def test_options_change_the_rules(tmp_path):
    done = process(
        "allocate",
        "--total",
        "5350",
        "--minimum",
        "12",
        "--count",
        "150",
        "--format",
        "csv",
        "-o",
        "x.csv",
        cwd=tmp_path,
    )
    assert done.returncode == 0
    assert "5,350 people" in done.stderr
    assert "150 of 410" in done.stderr
    lines = (tmp_path / "x.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 151


def test_weights_can_be_given(tmp_path):
    names = ("population=0.5", "employment=0.5", "introduction programme=0")
    done = process(
        "allocate", "--count", "9", "--format", "csv", *[a for n in names for a in ("--weight", n)]
    )
    assert done.returncode == 0
    assert ",0.0," in done.stdout.splitlines()[1]


BAD_USE = [
    (["--total", "0"], "0 is not in the range"),
    (["--total", "44.5"], "not a valid integer"),
    (["--total", "many"], "not a valid integer"),
    (["--share", "0"], "not in the range"),
    (["--share", "0.5", "--count", "9"], "exclude each other"),
    (["--weight", "population=0.6", "--weight", "population=0.7"], "two numbers of one thing"),
    (["--weight", "population=0.6", "--weight", "folketall=0.7"], "is given twice"),
    (["--minors", "9", "--of-which", "unaccompanied minors=8"], "two numbers of one thing"),
    (["--weight", "population=0.9"], "the weights sum to 1.2, not 1"),
    (["--weight", "size=0.7"], "no criterion `size`"),
    (["--weight", "population"], "is not a criterion and its weight"),
    (["--weight", "population=nan"], "is not a criterion and its weight"),
    (["--method", "webstre"], "webster"),
    (["--include", "Atlantis"], "unknown municipality Atlantis"),
    (["--exclude", "9999"], "unknown municipality 9999"),
    (["--include", "Våler"], "several municipalities are called Våler"),
    (["--rules", "nowhere.yaml"], "nowhere.yaml: can't be read: No such file"),
    (["--data", "nowhere"], "nowhere: there is no such"),
    (["--share", "1", "--total", "4000"], "at most 400 can be selected"),
    (["--output", "x.docx"], "no format for .docx"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD_USE)
def test_bad_use_is_one_clear_error_and_exit_code_2(tmp_path, arguments, message):
    done = process("allocate", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


BAD_RULES = [
    (
        "total:   {value: 4400, source: letter}",
        "total: {value: 0, source: letter}",
        "my.yaml:17:16: total.value",
    ),
    ("total:   {value: 4400, source: letter}", "total: many", "my.yaml:17:8: total"),
    ("weight: 0.70", "weight: 0.60", "the weights sum to 0.9, not 1"),
    ("weight: 0.70", "wieght: 0.70", "did you mean `weight`?"),
    ("share: 0.5  ", "share: 1.5  ", "select.share: expected at most 1"),
    ("indicator: population  ", "indicator: populaton  ", "did you mean `population`?"),
    ("years: [2017]", "years: [2024]", "`population` has no figures for 2024"),
    ("method: sainte-lague", "method: guess", "guess"),
]


@pytest.mark.parametrize(("old", "new", "message"), BAD_RULES)
def test_bad_rules_are_one_clear_error_and_exit_code_2(rules_file, old, new, message):
    done = process("allocate", "--rules", edited(rules_file, old, new).name, cwd=rules_file.parent)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


BAD_DATA = [
    ("population.csv", "0101,2017,30790", "0101,2017,-30790", "population.csv:5: population: "),
    ("population.csv", "0101,2017,30790", "0101,2017,many", "population.csv:5: population: "),
    (
        "population.csv",
        "0101,2017,30790",
        "0104,2017,30790",
        "population.csv:9: kommunenummer: duplicate",
    ),
    ("population.csv", "0101,2017,30790", "0198,2017,30790", "population.csv:5: kommunenummer: "),
    ("population.csv", "year,population,", "year,folk,", "missing column"),
    (
        "municipalities.csv",
        "kommunenummer,municipality,fylke",
        "kommunenummer,what,fylke",
        "missing column",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "message"), BAD_DATA)
def test_bad_data_are_one_clear_error_and_exit_code_2(data_folder, file, old, new, message):
    edited(data_folder / file, old, new)
    done = process("allocate", "--data", "data", cwd=data_folder.parent)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_missing_register_is_named(data_folder):
    (data_folder / "municipalities.csv").unlink()
    done = process("allocate", "--data", "data", cwd=data_folder.parent)
    assert done.returncode == 2
    assert "municipalities.csv" in done.stderr


def test_an_existing_file_is_only_replaced_with_force(tmp_path):
    target = tmp_path / "x.csv"
    target.write_text("mine")
    done = process("allocate", "-o", str(target))
    assert (done.returncode, target.read_text()) == (2, "mine")
    assert "--force replaces it" in done.stderr
    assert process("allocate", "-o", str(target), "--force").returncode == 0
    assert target.read_text(encoding="utf-8").startswith("rank,")
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]
