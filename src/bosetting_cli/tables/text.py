"""A table as plain text that fits a width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bosetting_cli.tables.kinds import Kind
from bosetting_cli.tables.table import Table


def text(table: Table, width: int | None) -> str:
    """Return a table as text, of at most a width if its columns can give way."""
    import tabulate

    footer = table.footer()
    rows: list[Any] = fitted(table, width)
    if footer:
        rows += [tabulate.SEPARATING_LINE, footer]
    tabulate.MIN_PADDING = 0  # headings need no room beyond the gap between columns
    written = tabulate.tabulate(
        rows,
        [column.heading for column in table.columns],
        tablefmt="simple",
        colalign=[column.kind.align for column in table.columns],
        disable_numparse=True,
        preserve_whitespace=True,
    )
    lines = [line.rstrip(" ") for line in written.split("\n")]
    return "\n".join([*lines, *table.notes]) + "\n"


def fitted(table: Table, width: int | None) -> list[list[str]]:
    """Return the cells, wrapped and shortened until the table fits a width, if it can."""
    rows = table.cells()
    if width is None or not rows:
        return rows
    lines = [line for line in (*rows, table.footer()) if line]
    lines.append([column.heading for column in table.columns])
    wide = [
        max(len(part) for cell in cells for part in cell.split("\n"))
        for cells in zip(*lines, strict=True)
    ]
    kinds = [column.kind for column in table.columns]
    for i, limit in _limits(kinds, wide, width).items():
        cut = _folded if kinds[i].fit == "wrap" else shortened
        for row in rows:
            row[i] = cut(row[i], limit)
    return rows


def _limits(kinds: Sequence[Kind], wide: Sequence[int], width: int) -> dict[int, int]:
    """Return how wide the columns that give way may be: first the wrapped, then the widest.

    The last of those that are wrapped gets what the others leave, but its part at least.
    """
    wraps = [i for i, kind in enumerate(kinds) if kind.fit == "wrap"]
    room = width - 2 * (len(wide) - 1) - sum(wide) + sum(wide[i] for i in wraps)
    limits: dict[int, int] = {}
    for left in range(len(wraps), 0, -1):
        i, others = wraps[left - 1], sum(wide[j] for j in wraps[: left - 1])
        limits[i] = min(wide[i], max(room - others, room // left, kinds[i].least))
        room -= limits[i]
    cut = {i: wide[i] for i in reversed(range(len(kinds))) if kinds[i].fit == "cut"}
    while room < 0 and (able := [i for i in cut if cut[i] > kinds[i].least]):
        cut[max(able, key=lambda i: cut[i])] -= 1
        room += 1
    return limits | cut


def _folded(text: str, limit: int) -> str:
    import textwrap

    if all(len(line) <= limit for line in text.split("\n")):
        return text
    return "\n".join(
        piece for line in text.split("\n") for piece in textwrap.wrap(line, limit) or [""]
    )


def shortened(text: str, limit: int) -> str:
    """Return text cut to a length, with an ellipsis where something is missing."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
