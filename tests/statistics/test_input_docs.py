"""docs/input.md against the program."""

import doctest
import importlib
import re
from pathlib import Path

import pytest

from bosetting_cli.rules.yamlfile import scalar
from bosetting_cli.statistics.headers import ALIASES, canonical
from bosetting_cli.statistics.kommunenummer import is_total, understand
from bosetting_cli.statistics.numbers import Place, is_missing, read_figures

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "input.md").read_text(encoding="utf-8")


def test_the_table_of_aliases_is_complete():
    part = TEXT.split("<!-- aliases -->")[1].split("<!-- end of aliases -->")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", part, re.MULTILINE)
    assert {name: tuple(others.split(", ")) for name, others in rows} == ALIASES
    assert all(canonical(alias) == name for name, others in rows for alias in others.split(", "))


@pytest.mark.parametrize("form", ["301", "K-0301", "0301 Oslo", "301.0", "'0301"])
def test_forms_of_a_kommunenummer(form):
    assert f"`{form}`" in TEXT
    assert understand(form).number == "0301"


@pytest.mark.parametrize("word", ["0000", "0 Hele landet", "Sum", "I alt"])
def test_words_for_totals(word):
    assert f"`{word}`" in TEXT
    assert is_total(word)


def test_signs_of_a_missing_figure():
    (row,) = re.findall(r"^\| empty, (.*?) \| not published", TEXT, re.MULTILINE)
    signs = re.findall("`([^`]+)`", row)
    assert len(signs) == 8
    assert all(map(is_missing, signs))


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1234", "0.5", "1.5e3"], [1234, 0.5, 1500]),
        (["1 234"], [1234]),
        (["0,5"], [0.5]),
        (["1.234", "1.234.567"], [1234, 1234567]),
        (["1.234", "0,5"], [1234, 0.5]),
        (["1.234", "1.5"], [1.234, 1.5]),
        (["1.234"], [None]),
        (["1,5", "1.5"], [None, None]),
        (["68 %"], [0.68]),
    ],
)
def test_figures(cells, values):
    assert all(f"`{cell}`" in TEXT for cell in cells)
    assert read_figures(cells, Place("own.csv", "x", range(len(cells)))).values == values


ROOM = ("divisions", "frame", "headers", "kommunenummer", "names", "numbers", "regroup", "table")


@pytest.mark.parametrize(
    "name", ["findings", "rules.yamlfile", *(f"statistics.{name}" for name in ROOM)]
)
def test_examples_in_docstrings(name):
    found = doctest.testmod(importlib.import_module(f"bosetting_cli.{name}"))
    assert found.attempted > 0
    assert found.failed == 0


def test_words_in_rules():
    for text in ("0301", "no", "on", "12:30", "1_000"):
        assert f"`{text}`" in TEXT
        assert scalar(text) == text
