"""The part of Markdown that letters use → blocks, from which every format is made.

Headings, paragraphs, lists, tables, bold text, line breaks and backslash escapes: a letter
needs no more, and whatever else stands in a template stays the text that it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_SPECIAL = re.compile(r"([\\`*_\[\]<>|&#])")
_INLINE = re.compile(r"\\([^\w\s])|(\*\*)|(\\?\n)")
_HEADING = re.compile(r"(#{1,3}) +(.*)")
_ITEM = re.compile(r"(- |\d+\. )\s*(.*)")
_CELL = re.compile(r"(?<!\\)\|")


class Span(NamedTuple):
    """A run of text; a line break is a newline."""

    text: str
    bold: bool = False


Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a letter.

    Attributes:
        kind: `heading`, `paragraph`, `list`, `numbered` or `table`.
        level: Of a heading, 1 to 3.
        lines: The text; one line, one per item, or the cells of a table row after row.
        columns: Of a table: how its columns are aligned, `left` or `right`; the first
            row is its header.
    """

    kind: str
    lines: tuple[Spans, ...]
    level: int = 0
    columns: tuple[str, ...] = ()

    def rows(self) -> list[tuple[Spans, ...]]:
        """Return a table's rows."""
        width = len(self.columns)
        return [self.lines[i : i + width] for i in range(0, len(self.lines), width)]


def escape(text: str) -> str:
    r"""Return text that Markdown shows as it is.

    Example:
        >>> print(escape("<b> | *x*"))
        \<b\> \| \*x\*
    """
    return _SPECIAL.sub(r"\\\1", " ".join(text.split("\n")))


def parse(text: str) -> list[Block]:
    """Return the blocks of a text; they are set apart by blank lines."""
    blocks: list[Block] = []
    for part in re.split(r"\n\s*\n", text.strip("\n")):
        lines = part.strip("\n").split("\n")
        while lines and (match := _HEADING.fullmatch(lines[0].rstrip())):
            blocks.append(Block("heading", (spans(match[2]),), level=len(match[1])))
            lines = lines[1:]
        if lines and any(line.strip() for line in lines):
            blocks.append(_block(lines))
    return blocks


def _block(lines: list[str]) -> Block:
    if len(lines) > 1 and lines[0].startswith("|") and set(lines[1]) <= set("|-: "):
        return _table(lines)
    if match := _ITEM.match(lines[0]):
        kind = "list" if match[1] == "- " else "numbered"
        return Block(kind, tuple(spans(item) for item in _items(lines)))
    return Block("paragraph", (spans("\n".join(lines)),))


def _items(lines: list[str]) -> list[str]:
    items: list[str] = []
    for line in lines:
        if match := _ITEM.match(line):
            items.append(match[2])
        else:
            items[-1] += f"\n{line.strip()}"
    return items


def _table(lines: list[str]) -> Block:
    header, rule, *rows = ([cell.strip() for cell in _cells(line)] for line in lines)
    sides = tuple("right" if cell.endswith(":") else "left" for cell in rule)
    width = len(sides)
    padded = [(row + [""] * width)[:width] for row in (header, *rows)]
    return Block("table", tuple(spans(cell) for row in padded for cell in row), columns=sides)


def _cells(line: str) -> list[str]:
    return _CELL.split(line.strip())[1:-1]


def spans(text: str) -> Spans:
    r"""Return a line's runs of plain and bold text; a backslash before a line's end breaks it.

    Example:
        >>> [tuple(span) for span in spans(r"asked for **10**\*")]
        [('asked for ', False), ('10', True), ('*', False)]
    """
    return tuple(_spans(text))


def _spans(text: str) -> Iterator[Span]:
    bold, run, at = False, "", 0
    for match in _INLINE.finditer(text):
        run += text[at : match.start()]
        at = match.end()
        if match[1]:
            run += match[1]
        elif match[3]:
            run += "\n" if match[3].startswith("\\") else " "
        else:
            if run:
                yield Span(run, bold)
            bold, run = not bold, ""
    if rest := run + text[at:]:
        yield Span(rest, bold)
