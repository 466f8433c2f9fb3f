"""The recipes of docs/record.md fail a job when a number changes, and only then."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bosetting_cli.resources import config_dir

PAGE = (Path(__file__).parents[2] / "docs/record.md").read_text(encoding="utf-8")


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line in a shell, with this Python's `bosetting`."""
    line = re.sub(r"^bosetting ", f"{shlex.quote(sys.executable)} -m bosetting_cli ", line)
    return subprocess.run(
        line, shell=True, cwd=folder, capture_output=True, text=True, check=False, encoding="utf-8"
    )


def recipes() -> dict[str, str]:
    """Return the line of each recipe that checks the numbers."""
    github, gitlab = (yaml.safe_load(b) for b in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
    steps = [step.get("run", "") for step in github["jobs"]["verify"]["steps"]]
    return {"github": steps[-1], "gitlab": gitlab["allocation"]["script"][-1]}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rules, and the record that the page's first command makes of them."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(config_dir() / "criteria.yaml", folder)
    (command,) = re.findall(r"^bosetting record --rules .*$", PAGE, re.MULTILINE)
    done = shell(command, folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("host", ["github", "gitlab"])
@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("value: 4400", "value: 4400", 0, ""),
        ("title: Settlement", "title: All settlement", 0, ""),
        ("value: 4400", "value: 4401", 1, "1601 Trondheim: requested is 160, the record has 159"),
        ("value: 4400", "value: many", 2, ""),  # a typing error is no changed number
    ],
)
def test_the_recipes(
    project: Path, tmp_path: Path, host: str, old: str, new: str, code: int, said: str
):
    shutil.copytree(project, tmp_path / "project")
    rules = tmp_path / "project/criteria.yaml"
    text = rules.read_text(encoding="utf-8")
    assert old in text
    rules.write_text(text.replace(old, new, 1), encoding="utf-8")
    done = shell(recipes()[host], tmp_path / "project")
    assert done.returncode == code, done.stdout + done.stderr
    assert said in done.stdout
    annotated = host == "github" and code == 1
    assert done.stdout.startswith("::error file=criteria.yaml::") == annotated
