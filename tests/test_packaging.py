"""What the package says of itself: what it needs, and where it comes from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

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
