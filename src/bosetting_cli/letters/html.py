"""A letter's blocks → HTML."""

from __future__ import annotations

import functools
import html
from typing import TYPE_CHECKING

from bosetting_cli.letters.template import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bosetting_cli.letters.markdown import Block, Span


def write_html(blocks: Sequence[Block], title: str, lang: str) -> bytes:
    """Return a letter as a page of HTML that needs nothing else."""
    body = "\n".join(map(_block, blocks))
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>\n{_style()}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    ).encode()


@functools.cache
def _style() -> str:
    return (TEMPLATES / "letter.css").read_text(encoding="utf-8")


def _block(block: Block) -> str:
    if block.kind == "heading":
        return f"<h{block.level}>{markup(block.lines[0])}</h{block.level}>"
    if block.kind == "paragraph":
        return f"<p>{markup(block.lines[0])}</p>"
    if block.kind == "table":
        return _table(block)
    tag = "ol" if block.kind == "numbered" else "ul"
    items = "".join(f"<li>{markup(line)}</li>\n" for line in block.lines)
    return f"<{tag}>\n{items}</{tag}>"


def _table(block: Block) -> str:
    head, *rows = block.rows()
    sides = [' class="r"' if side == "right" else "" for side in block.columns]
    first = "".join(
        f'<th scope="col"{side}>{markup(cell)}</th>' for cell, side in zip(head, sides, strict=True)
    )
    body = "".join(f"<tr>{_row(row, sides)}</tr>\n" for row in rows)
    return f"<table>\n<thead><tr>{first}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>"


def _row(row: Sequence[Iterable[Span]], sides: Sequence[str]) -> str:
    name, *cells = map(markup, row)
    rest = "".join(f"<td{side}>{cell}</td>" for cell, side in zip(cells, sides[1:], strict=True))
    return f'<th scope="row">{name}</th>{rest}'


def markup(line: Iterable[Span], line_break: str = "<br>") -> str:
    """Return a line's text as HTML, with nothing in it but bold and line breaks."""
    parts = []
    for text, bold in line:
        shown = html.escape(text, quote=False).replace("\n", line_break)
        parts.append(f"<b>{shown}</b>" if bold else shown)
    return "".join(parts)
