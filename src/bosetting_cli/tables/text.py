"""A table as plain text that fits a width."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bosetting_cli.tables.table import Table

MIN_WIDTH, MIN_WRAPPED = 10, 24


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
    excess = sum(wide) + 2 * (len(wide) - 1) - width
    for i, limit in _limits(table, wide, excess).items():
        cut = _folded if table.columns[i].kind.fit == "wrap" else shortened
        for row in rows:
            row[i] = cut(row[i], limit)
    return rows


def _limits(table: Table, wide: Sequence[int], excess: int) -> dict[int, int]:
    """Return how wide the columns that give way may be: first the wrapped, then the widest."""
    fits = [column.kind.fit for column in table.columns]
    limits = {}
    for i, fit in enumerate(fits):
        if fit == "wrap":
            limits[i] = max(wide[i] - max(excess, 0), MIN_WRAPPED)
            excess -= max(wide[i] - limits[i], 0)
    cut = {i: wide[i] for i in reversed(range(len(fits))) if fits[i] == "cut"}
    while excess > 0 and max(cut.values(), default=0) > MIN_WIDTH:
        cut[max(cut, key=lambda i: cut[i])] -= 1
        excess -= 1
    return limits | cut


def _folded(text: str, limit: int) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, limit)) if len(text) > limit else text


def shortened(text: str, limit: int) -> str:
    """Return text cut to a length, with an ellipsis where something is missing."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
