"""Tables without description → the `datapackage.json` that they need, to be filled in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bosetting_cli.statistics.folders import tables_within
from bosetting_cli.statistics.headers import COUNTY, KEY, NAME, PART, YEAR
from bosetting_cli.statistics.numbers import is_figure, is_missing, read_figures
from bosetting_cli.statistics.reading import read_table

if TYPE_CHECKING:
    from bosetting_cli.findings import Finding
    from bosetting_cli.statistics.table import Table

_TEXTS = (KEY, PART, NAME, COUNTY)


def skeleton(root: Path, notes: list[Finding]) -> dict[str, Any]:
    """Return a description of the tables that a folder's own description doesn't have.

    Columns and their types are those of the tables; what only people know is empty: titles,
    units, the dates that figures describe and who published them.

    Args:
        root: The folder, or one table.
        notes: Gets what was mended or is odd in the tables.

    Raises:
        DataError: There are no tables, or one can't be read.
    """
    files = tables_within(root, notes)
    known = {one.file for one in files.description.resources}
    return {"resources": [_resource(path, notes) for path in files.paths if path.name not in known]}


def _resource(path: Path, notes: list[Finding]) -> dict[str, Any]:
    table = read_table(path)
    notes += table.repairs
    named = {"name": path.stem.lower(), "path": path.name, "sources": [{"title": ""}]}
    return {**named, "schema": {"fields": list(_fields(table))}}


def _fields(table: Table) -> Iterator[dict[str, str]]:
    for name in table.header:
        told = {"name": table.label(name), "type": _kind(table, name), "title": ""}
        is_number = told["type"] in ("integer", "number")
        yield told | (dict.fromkeys(("unit", "referenceDate"), "") if is_number else {})


def _kind(table: Table, name: str) -> str:
    """Return the type that a column's cells have, judged as where figures are read."""
    if name == YEAR:
        return "year"
    cells = [cell for cell in table.column(name) if not is_missing(cell)]
    if name in _TEXTS or not cells or 2 * sum(map(is_figure, cells)) < len(cells):
        return "string"
    figures = read_figures(cells, table.place(name)).values
    whole = all(figure is not None and figure.is_integer() for figure in figures)
    return "integer" if whole else "number"
