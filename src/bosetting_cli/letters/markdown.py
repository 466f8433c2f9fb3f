"""A letter's Markdown → blocks of plain and bold text, from which every format is made.

Headings, paragraphs, lists, tables, bold text, line breaks and backslash escapes: a letter
needs no more, and whatever else stands in a template stays the text that it is.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

_RULES = ("heading", "list", "table", "newline", "escape", "emphasis")
_MARKDOWN = MarkdownIt("zero").enable(_RULES).disable("inline")  # line by line: `_line`
_BREAKS = {"softbreak": " ", "hardbreak": "\n"}
# What Markdown could take for its own: a number or sign that marks a list or underlines a heading
# where text begins, signs anywhere, and an address.
_SPECIAL = re.compile(
    r"(^\d{1,9})([.)](?=\s))|(^[-+](?=\s)|^[-=](?=[-=]*$)|[\\`*_\[\]<>|&#~]|:(?=//))"
)


class Span(NamedTuple):
    """A run of text; a line break is a newline."""

    text: str
    bold: bool = False


Spans = tuple[Span, ...]


class Block(NamedTuple):
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


Write = Callable[[Sequence[Block], str], bytes]  # blocks and a title → a file


def escape(text: str) -> str:
    r"""Return text that Markdown shows as it is.

    Example:
        >>> print(escape("<b> | *x*"))
        \<b\> \| \*x\*
    """
    return _SPECIAL.sub(r"\1\\\2\3", text.replace("\n", " "))


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
    return [_block(node) for node in SyntaxTreeNode(_MARKDOWN.parse(text)).children]


def _block(node: SyntaxTreeNode) -> Block:
    if node.type == "table":
        cells = [cell for cell in node.walk() if cell.type in ("th", "td")]
        heads = [str(cell.attrs.get("style")) for cell in cells if cell.type == "th"]
        columns = tuple("right" if "right" in style else "left" for style in heads)
        return Block("table", tuple(map(_spans, cells)), columns=columns)
    items = node.children if node.type.endswith("_list") else [node]
    level = min(int(node.tag[1]), 3) if node.type == "heading" else 0
    return Block(node.type, tuple(map(_spans, items)), level)


def _spans(node: SyntaxTreeNode) -> Spans:
    """Return all text of a node; what stands within a list's item, such as a list, is its lines."""
    lines = (_line(part.content) for part in node.walk() if part.type == "inline")
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
