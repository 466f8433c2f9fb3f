"""A letter's Markdown → blocks of plain and bold text, from which every format is made.

Headings, paragraphs, lists, tables, bold text, line breaks and backslash escapes: a letter
needs no more, and whatever else stands in a template stays the text that it is.
"""

from __future__ import annotations

import functools
import html
import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markdown_it.token import Token

_RULES = ("heading", "list", "table", "newline", "escape", "emphasis")
_MARKDOWN = MarkdownIt("zero").enable(_RULES).disable("inline")  # line by line: `_runs`
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")  # which neither XML nor anybody can read
_BREAKS = {"softbreak": " ", "hardbreak": "\n"}
# What Markdown could take for its own: signs anywhere, and what marks a list where text begins.
_SPECIAL = re.compile(r"([\\`*_\[\]<>|&#]|^[-+](?=\s))")


class Span(NamedTuple):
    """A run of text; a line break is a newline."""

    text: str
    bold: bool = False


Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a letter.

    Attributes:
        kind: `heading`, `paragraph`, `bullet_list`, `ordered_list` or `table`.
        lines: The text; one line, one per item, or the cells of a table row after row.
        level: Of a heading, 1 to 3.
        columns: Of a table: how its columns are aligned, `left` or `right`; the first
            row is its header.
    """

    kind: str
    lines: tuple[Spans, ...]
    level: int = 0
    columns: tuple[str, ...] = ()

    def rows(self) -> list[list[tuple[Spans, str]]]:
        """Return a table's rows, each cell with its alignment."""
        width = len(self.columns)
        starts = range(0, len(self.lines), width)
        return [list(zip(self.lines[i : i + width], self.columns, strict=True)) for i in starts]


def escape(text: str) -> str:
    r"""Return text that Markdown shows as it is.

    Example:
        >>> print(escape("<b> | *x*"))
        \<b\> \| \*x\*
    """
    return _SPECIAL.sub(r"\\\1", " ".join(text.split("\n")))


def markup(line: Iterable[Span], line_break: str = "<br>") -> str:
    """Return a line's text as HTML, with nothing in it but bold and line breaks."""
    parts = []
    for text, bold in line:
        shown = html.escape(text, quote=False).replace("\n", line_break)
        parts.append(f"<b>{shown}</b>" if bold else shown)
    return "".join(parts)


def parse(text: str) -> list[Block]:
    r"""Return the blocks of a text.

    Example:
        >>> [tuple(span) for span in parse(r"asked for **10**\*")[0].lines[0]]
        [('asked for ', False), ('10', True), ('*', False)]
    """
    tokens = _MARKDOWN.parse(_CONTROL.sub("", text))
    return [_block(part) for part in _parts(tokens, 0)]


def _parts(tokens: Iterable[Token], level: int) -> Iterator[list[Token]]:
    """Yield tokens up to each that closes something of a level, such as a block or an item."""
    part: list[Token] = []
    for token in tokens:
        part.append(token)
        if token.level == level and token.nesting < 0:
            yield part
            part = []


def _block(tokens: list[Token]) -> Block:
    kind = tokens[0].type.removesuffix("_open")
    if kind == "table":
        cells = tuple(_spans([token]) for token in tokens if token.type == "inline")
        sides = [str(token.attrGet("style")) for token in tokens if token.type == "th_open"]
        columns = tuple("right" if "right" in side else "left" for side in sides)
        return Block("table", cells, columns=columns)
    level = min(int(tokens[0].tag[1]), 3) if kind == "heading" else 0
    parts = _parts(tokens[1:], 1) if kind.endswith("_list") else [tokens]
    return Block(kind, tuple(map(_spans, parts)), level)


def _spans(tokens: Iterable[Token]) -> Spans:
    """Return all text of tokens; what stands within a list's item, such as a list, is its lines."""
    lines = (_line(token.content) for token in tokens if token.type == "inline")
    return tuple(run for line in lines for run in (Span("\n"), *line))[1:]


@functools.lru_cache(10_000)  # letters have most of their lines in common
def _line(text: str) -> Spans:
    depth, runs = 0, []
    for token in _MARKDOWN.inline.parse(text, _MARKDOWN, {}, []):
        if token.tag == "strong":
            depth += token.nesting
        elif shown := _BREAKS.get(token.type, token.content or token.markup):
            runs.append(Span(shown, depth > 0))
    alike = groupby(runs, lambda run: run.bold)
    return tuple(Span("".join(run.text for run in group), bold) for bold, group in alike)
