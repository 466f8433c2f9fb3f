"""Templates and names of anybody: they stay text, stop nothing and take no time."""

from __future__ import annotations

import io
import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt

from bosetting_cli import load_statistics
from bosetting_cli.findings import BosettingError
from bosetting_cli.letters import FORMATS
from bosetting_cli.letters.folder import write_folder
from bosetting_cli.letters.letter import Letter, letters
from bosetting_cli.letters.markdown import escape
from bosetting_cli.result import allocate
from bosetting_cli.words import LANGUAGES
from small import criterion, rules_for, synthetic

if TYPE_CHECKING:
    from pathlib import Path

BAD = '1. a\x1b[31m\u202e\x08 <i>b</i> **c** [d](http://e.no) ~~f~~ `g` "h" \\i\ufffe' + "n" * 300
GOOD = BAD.translate(dict.fromkeys(map(ord, "\x1b\u202e\x08\ufffe")))

GROWING = "{{% set n = namespace(x={}) %}}{{% for i in range(60) %}}"


def written(form: str, **options: Any) -> Letter:
    """Return the letter to a municipality of a bad name, by rules of a bad title."""
    statistics = synthetic({"population": {2017: {"1001": 5.0}}})
    town = replace(statistics.municipalities[0], municipality=BAD, fylke=BAD)
    statistics = replace(statistics, municipalities=(town,))
    rules = rules_for([criterion(name=BAD, title=BAD)], 10, title=BAD, reference=BAD)
    allocation = allocate(statistics, rules)
    (letter,) = letters(statistics, rules, allocation, form=form, lang="en", **options)
    return letter


@pytest.mark.parametrize("form", FORMATS)
def test_a_bad_name_stops_no_letter(tmp_path: Path, form: str) -> None:
    letter = written(form)
    assert re.fullmatch(rf"1001-[a-z0-9-]+\.{form}", letter.file)
    assert write_folder(tmp_path / "out", [letter], force=False) == 1
    assert (tmp_path / "out" / letter.file).read_bytes() == letter.content


def test_a_bad_name_stays_text_in_markdown() -> None:
    text = written("md").content.decode()
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e\ufffe]", text)
    shown = MarkdownIt("gfm-like", {"linkify": False}).render(text)
    assert not re.search(r"<(i|a|s|del|code|ol)\b", shown)
    # bold is what the template makes bold: the addressee, the number, the sum and its figure
    assert shown.count("<strong>") == 4
    plain = shown.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
    assert f"Concerning: {GOOD} ({GOOD})." in plain


@pytest.mark.parametrize("text", ["1. x", "12) x", "- x", "---", "===", "-", "+ x", "# x", "> x"])
def test_a_name_that_begins_as_a_list_or_underlines_begins_none(text: str) -> None:
    shown = MarkdownIt("gfm-like", {"linkify": False}).render(f"above\n{escape(text)}\n")
    assert shown == f"<p>above\n{text.replace('>', '&gt;')}</p>\n"


def test_a_bad_name_stays_text_in_html() -> None:
    text = written("html").content.decode()
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e\ufffe]", text)
    assert "<i>" not in text
    assert "&lt;i&gt;b&lt;/i&gt; **c** [d](http://e.no) ~~f~~ `g`" in text


def test_a_bad_name_stays_text_in_word() -> None:
    import docx

    document = docx.Document(io.BytesIO(written("docx").content))
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert f"Concerning: {GOOD} ({GOOD})." in texts
    assert document.core_properties.title == GOOD[:255]


@pytest.mark.parametrize("form", ["md", "html"])
def test_what_a_template_says_steers_no_terminal(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"own.{form}"
    path.write_text("a\x1b[31m{{ 'b\u202ec' }}")
    assert written(form, template=path).content.decode() == "a[31mbc"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{{ 9 ** 9 ** 9 }}", 1),
        ("\n{{ 9.9 ** 999 }}", 2),
        ("{{ 'a' * 10 ** 9 }}", 1),
        ("{{ 10 ** 9 * [1] }}", 1),
        (f"{GROWING.format(9)}{{% set n.x = n.x * n.x %}}{{% endfor %}}", 1),
        (f"{GROWING.format('[9]')}{{% set n.x = n.x + n.x %}}{{% endfor %}}", 1),
        ("{% for i in range(99999) %}\n{% for j in range(60000) %}{% endfor %}{% endfor %}", 2),
        (
            "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}"
            "{{ f(60) }}",
            1,
        ),
        ("{% for i in range(99999) %}{{ 'abcdefghijklmnop' }}{% endfor %}", None),
    ],
)  # fmt: skip
def test_a_template_that_would_never_end_is_refused(
    tmp_path: Path, text: str, line: int | None
) -> None:
    path = tmp_path / "own.md"
    path.write_text(text)
    start = time.monotonic()
    with pytest.raises(BosettingError, match="OverflowError") as caught:
        written("md", template=path)
    assert time.monotonic() - start < 10
    assert caught.value.problems[0].line == line


def test_a_template_may_calculate(tmp_path: Path) -> None:
    path = tmp_path / "own.md"
    path.write_text(
        "{% macro f(n) %}{{ n }}{% if n %}{{ f(n - 1) }}{% endif %}{% endmacro %}"
        "{{ 2 ** 10 }} {{ 2.5 * 2 }} {{ 'ab' * 2 }} {{ 1 + 2 }} {{ 'a' + 'b' }} {{ f(2) }}"
        "{% for i in range(3) %} {{ i }}{% endfor %} {{ criteria[0].weight * 100 }}"
    )
    assert written("md", template=path).content.decode() == "1024 5.0 abab 3 ab 210 0 1 2 100.0"


def test_an_endless_template_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own.md").symlink_to("/dev/zero")
    with pytest.raises(BosettingError, match="is too large"):
        written("md", template=tmp_path / "own.md")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_figures_without_years_leave_no_empty_item(tmp_path: Path, lang: str) -> None:
    path = tmp_path / "data.csv"
    path.write_text(
        "kommunenummer,municipality,fylke,population\n0301,Oslo,Oslo,9\n1804,Bodø,Bø,1\n"
    )
    statistics = load_statistics(path)
    eligible = [{"indicator": "population", "at_least": 2}]
    rules = rules_for([criterion()], 10, eligible=eligible)
    for letter in letters(statistics, rules, allocate(statistics, rules), lang=lang):
        text = letter.content.decode()
        assert "–" not in text
        (item,) = (line for line in text.splitlines() if line.startswith("- "))
        assert re.search(r" 2\. .* \d\. ", item)  # the condition, and the figure
