"""What the package says of itself: what it needs, and where it comes from."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from bosetting_cli import __version__

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_no_version_of_tabulate_is_allowed_that_ends_in_a_traceback():
    """0.9.0: tabulate() got an unexpected keyword argument 'preserve_whitespace'."""
    (tabulate,) = [r for r in map(Requirement, PROJECT["dependencies"]) if r.name == "tabulate"]
    assert "0.9.0" not in tabulate.specifier
    assert "0.10.0" in tabulate.specifier


SOURCES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "src").rglob("*.py")]


def installed(text: str) -> list[str]:
    """Return what the `pip install` of a text would install."""
    lines = re.findall(r"pip install ((?:(?!&&)[^\n`#,])+)", text)
    return [word.strip("'\"") for line in lines for word in line.split() if word[0] != "-"]


def test_the_program_is_installed_by_path_and_never_by_its_bare_name():
    """The name may be registered on an index by anybody."""
    found = [(path.name, word) for path in SOURCES for word in installed(path.read_text("utf-8"))]
    assert ("README.md", ".[excel]") in found
    assert [where for where in found if where[1].startswith("bosetting")] == []


def test_the_recipes_for_ci_install_the_wheel_of_this_version():
    recipes = (ROOT / "docs/record.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", recipes, re.DOTALL)
    wheel = f"./bosetting-{__version__}-py3-none-any.whl"
    assert [installed(block) for block in blocks] == [[wheel], [wheel]]


# --- a criterion of one's own, as CONTRIBUTING.md has it, where only a wheel is installed -----


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Lay the files out as the wheel does; return what runs a command line elsewhere."""
    site, here = tmp_path / "site", tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    built = config["tool"]["hatch"]["build"]["targets"]["wheel"]
    for package in built["packages"]:
        shutil.copytree(ROOT / package, site / Path(package).name)
    for source, target in built["force-include"].items():
        shutil.copytree(ROOT / source, site / target)
    known = {**os.environ, "PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}

    def call(line):
        program, *words = line.split()
        assert program == "bosetting"
        command = [sys.executable, "-m", "bosetting_cli", *words]
        return subprocess.run(command, env=known, capture_output=True, text=True, encoding="utf-8")

    return call


def test_a_criterion_is_added_as_described_from_a_wheel(run):
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    steps = text.partition("## How to add a criterion\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"```(\w+)\n(.*?)```", steps, re.DOTALL)
    table, field, rules, commands = (textwrap.dedent(text) for _, text in blocks)
    assert [kind for kind, _ in blocks] == ["csv", "json", "yaml", "console"]
    Path("own").mkdir()
    Path("own/homes.csv").write_text(table, encoding="utf-8")
    describe = re.search(r"`(bosetting data [^`]*)`", steps)[1]
    assert run(describe).returncode == 0
    path = Path("own/datapackage.json")
    package, told = json.loads(path.read_text(encoding="utf-8")), json.loads(field)
    fields = package["resources"][0]["schema"]["fields"]
    (at,) = [i for i, one in enumerate(fields) if one["name"] == told["name"]]
    assert fields[at].keys() == told.keys()
    fields[at] = told
    path.write_text(json.dumps(package), encoding="utf-8")
    Path("own.yaml").write_text(rules, encoding="utf-8")
    validate, allocate = (line.strip() for line in commands.strip().splitlines())
    said = run(validate)
    assert said.stderr.startswith("0 errors,"), said.stdout
    made = json.loads(run(f"{allocate} --format json").stdout)
    rows = {row["kommunenummer"]: row for row in made["rows"]}
    people = csv.DictReader(io.StringIO((ROOT / "data/population.csv").read_text("utf-8")))
    inhabitants = {
        one["kommunenummer"]: int(one["population"]) for one in people if one["year"] == "2017"
    }
    for code, homes in {"0301": 1200, "1103": 600, "1201": 200, "1601": 0}.items():
        share = inhabitants[code] / sum(inhabitants.values())
        assert rows[code]["quota"] == pytest.approx(60 * share + 40 * homes / 2000)
    assert sum(row["requested"] or 0 for row in rows.values()) == 100
    assert {"own/homes.csv", "own.yaml", "population.csv"} <= made["inputs"].keys()


def test_the_workflow_tests_every_python_of_the_package():
    text = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    workflow = yaml.safe_load(text.replace("on:", "when:", 1))  # YAML 1.1 reads `on` as true
    tested = workflow["jobs"]["tests"]["strategy"]["matrix"]["python-version"]
    package = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [one.rpartition(" ")[2] for one in package["classifiers"] if "Python :: 3." in one]
    assert tested == named
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    command = next(line for line in readme.splitlines() if "pip install -e '.[test]'" in line)
    assert workflow["jobs"]["tests"]["steps"][-1]["run"] in command
