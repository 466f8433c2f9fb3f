"""The examples of docs/compare.md and docs/scenarios.md do what the pages say."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bosetting_cli.cli import cli
from bosetting_cli.resources import config_dir
from commands import run

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page: str, language: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.fixture
def folder(tmp_path):
    """A project that keeps its rules and the allocation that was sent out."""
    shutil.copy(config_dir() / "criteria.yaml", tmp_path)
    saved = str(tmp_path / "letters.csv")
    assert run("allocate", "-q", "-o", saved).exit_code == 0
    return tmp_path


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of a CI file in a shell, with this Python's `bosetting`."""
    line = re.sub(r"^bosetting ", f"{shlex.quote(sys.executable)} -m bosetting_cli ", line)
    env = {**os.environ, "GITHUB_STEP_SUMMARY": str(folder / "summary.md")}
    return subprocess.run(
        line, shell=True, cwd=folder, env=env, capture_output=True, text=True, check=False
    )


def github_line():
    workflow = yaml.safe_load(next(b for b in blocks("compare.md", "yaml") if "runs-on" in b))
    steps = workflow["jobs"]["compare"]["steps"]
    (line,) = [step["run"] for step in steps if "compare" in step.get("run", "")]
    return line


def gitlab_line():
    job = yaml.safe_load(next(b for b in blocks("compare.md", "yaml") if "script" in b))
    (line,) = [line for line in job["allocation"]["script"] if "compare" in line]
    assert job["allocation"]["artifacts"]["paths"] == ["differences.csv"]
    return line


def change(folder: Path, old: str, new: str) -> None:
    path = folder / "criteria.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_github_example(folder):
    assert shell(github_line(), folder).returncode == 0
    change(folder, "value: 4400", "value: 4401")
    assert shell(github_line(), folder).returncode == 1
    assert "| 1601 | Trondheim | Sør-Trøndelag | 159 | 160 | +1 | rises |" in (
        folder / "summary.md"
    ).read_text(encoding="utf-8")


def test_gitlab_example(folder):
    assert shell(gitlab_line(), folder).returncode == 0
    (folder / "differences.csv").unlink()
    change(folder, "value: 4400", "value: 4500")
    done = shell(gitlab_line(), folder)
    assert done.returncode == 1
    assert "by more than 2" in done.stderr
    assert "Oslo" in (folder / "differences.csv").read_text(encoding="utf-8")


def test_a_broken_rule_set_is_no_difference(folder):
    """Exit code 2, so that a typing error is told from a changed number."""
    change(folder, "value: 4400", "value: many")
    assert shell(github_line(), folder).returncode == 2


def test_scenarios_example(tmp_path):
    (text,) = blocks("scenarios.md", "yaml")
    path = tmp_path / "sweep.yaml"
    path.write_text(text, encoding="utf-8")
    done = run("scenarios", str(path), "--format", "jsonl")
    assert done.exit_code == 0
    assert '"raised method=dhondt total=5350": ' in done.stdout


def test_python_example():
    (text,) = blocks("scenarios.md", "python")
    names: dict[str, object] = {}
    exec(text, names)  # the page's own code
    assert names["found"].requested.sum(axis=1).tolist() == list(range(4400, 5400, 50))
    assert sorted(set(names["bodo"]))[0] == 44


def test_every_key_of_a_scenario_is_documented():
    from bosetting_cli.studies.scenarios import ScenarioFile, Variation

    page = (DOCS / "scenarios.md").read_text(encoding="utf-8")
    keys = {*Variation.__struct_fields__, *ScenarioFile.__struct_fields__}
    assert {key for key in keys if f"`{key}`" not in page} == set()


@pytest.mark.parametrize("page", ["explain.md", "compare.md", "scenarios.md"])
def test_every_command_of_a_page_is_understood(page, tmp_path):
    """Each line parses: no option is misspelt or no longer there."""
    lines = [
        line.split("#")[0].split(">")[0].strip()
        for block in blocks(page, "")
        for line in block.splitlines()
        if line.startswith("bosetting ")
    ]
    assert lines
    for line in lines:
        name, *arguments = shlex.split(line)[1:]
        command = cli.get_command(None, name)
        command.make_context(name, list(arguments))
