"""docs/model.md and the code tell one story: a section names its function, and it the section."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

import bosetting_cli.model

PAGE = Path(__file__).parents[2] / "docs" / "model.md"
ROOM = Path(bosetting_cli.model.__file__).parent
SECTION = re.compile(r"^## ([0-9]+) [^\n]+\n\n`([a-z]+)\.([a-z_]+)`$", re.MULTILINE)
NUMBER = re.compile(r"\(([0-9]+)\)\.")


def told_by_the_code():
    """Return section → functions whose first line ends in its number."""
    found = {}
    for path in sorted(ROOM.glob("[a-z]*.py")):
        module = importlib.import_module(f"bosetting_cli.model.{path.stem}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            summary = (inspect.getdoc(function) or "").split("\n\n")[0].replace("\n", " ")
            if function.__module__ == module.__name__ and (number := NUMBER.search(summary)):
                found.setdefault(number[1], []).append(f"{path.stem}.{name}")
    return found


def test_each_section_has_one_function_and_each_function_one_section():
    page = PAGE.read_text(encoding="utf-8")
    told = {number: [f"{file}.{name}"] for number, file, name in SECTION.findall(page)}
    assert list(told) == [str(number) for number in range(11)]
    assert len(re.findall(r"^## [0-9]", page, re.MULTILINE)) == 11
    assert told_by_the_code() == told
