"""What the README says is so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_first_screen_has_the_two_commands():
    head = README.splitlines()[:20]
    assert "pip install . && bosetting allocate" in head
    assert "pip install -e '.[test]' && pytest" in head


def test_the_outputs_shown_are_what_the_commands_print():
    done = subprocess.run([sys.executable, ROOT / "scripts" / "readme.py", "--check"], check=False)
    assert done.returncode == 0, "run: python scripts/readme.py"


def test_the_notebook_lines_run():
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
    scope: dict[str, object] = {}
    exec(code, scope)
    table = scope["allocation"].table
    assert table.requested.sum() == 4400
    assert len([line for line in code.splitlines() if line]) == 4


@pytest.mark.parametrize(
    "document", sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")]), ids=lambda p: p.name
)
def test_every_link_to_a_file_leads_somewhere(document):
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", document.read_text(encoding="utf-8"))
    missing = [link for link in links if not (document.parent / link).exists()]
    assert missing == []
