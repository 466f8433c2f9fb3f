"""What the package says of itself: what it needs, and where it comes from."""

from __future__ import annotations

import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_no_version_of_tabulate_is_allowed_that_ends_in_a_traceback():
    """0.9.0: tabulate() got an unexpected keyword argument 'preserve_whitespace'."""
    (tabulate,) = [r for r in map(Requirement, PROJECT["dependencies"]) if r.name == "tabulate"]
    assert "0.9.0" not in tabulate.specifier
    assert "0.10.0" in tabulate.specifier
