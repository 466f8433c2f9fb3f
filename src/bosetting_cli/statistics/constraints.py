"""Tables against `datapackage.json`: columns, keys, the types and constraints of cells."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bosetting_cli.findings import finding, shown
from bosetting_cli.statistics.headers import KEY, PART, YEAR
from bosetting_cli.statistics.numbers import is_missing, read_figures

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from bosetting_cli.findings import Finding
    from bosetting_cli.statistics.descriptions import Description, Resource
    from bosetting_cli.statistics.table import Place, Table

DECLARED = "declared"  # the kind of finding that says what is against the description
NUMBERS = ("integer", "number", "year")
_EMPTY = frozenset(("", None))
# Constraint → whether a cell that is not empty breaks it.
_BROKEN: Mapping[str, Callable[[Any, Any], bool]] = {
    "minimum": lambda figure, limit: figure < limit,
    "maximum": lambda figure, limit: figure > limit,
    "exclusiveMinimum": lambda figure, limit: figure <= limit,
    "exclusiveMaximum": lambda figure, limit: figure >= limit,
    "enum": lambda cell, known: cell not in known,
    "pattern": lambda text, pattern: pattern.fullmatch(text) is None,
    "minLength": lambda text, limit: len(text) < limit,
    "maxLength": lambda text, limit: len(text) > limit,
}


def understood(name: str, limit: Any, kind: str) -> Any:
    """Return a constraint's limit as cells are compared with it.

    Args:
        name: Such as `minimum`.
        limit: As the description gives it.
        kind: The column's type.

    Raises:
        ValueError: It is no constraint of the standard, or none that is read here.
    """
    numeric = kind in NUMBERS
    if name in ("required", "unique") and isinstance(limit, bool):
        return limit
    if name == "enum" and isinstance(limit, list):
        return [float(one) if numeric else str(one) for one in limit]
    if name == "pattern" and isinstance(limit, str):
        return re.compile(limit)
    if name.endswith("Length") and name in _BROKEN and isinstance(limit, int):
        return limit
    if (
        numeric
        and name in _BROKEN
        and name.endswith("imum")
        and isinstance(limit, int | float | str)
    ):
        return float(limit)
    raise ValueError(name)


def against_description(
    cells: Sequence[str],
    kind: str,
    constraints: Mapping[str, Any],
    place: Place,
    values: Sequence[float | None] | None = None,
) -> Iterator[Finding]:
    """Yield a warning for each thing in the description that cells of a column break.

    Args:
        cells: The column; empty where the description says that there is no value.
        kind: The type that it is described as.
        constraints: As it is written, such as `maximum: 500` → limit, as `understood`.
        place: Where it stands.
        values: Its figures, if they are read already and what is none is told.
    """
    typed: Sequence[Any] = cells
    if kind in NUMBERS:
        typed = read_figures(cells, place).values if values is None else values
        wrong = _rows(typed, lambda figure: kind == "integer" and not figure.is_integer())
        if values is None and None in typed:
            wrong += [i for i, c in enumerate(cells) if typed[i] is None and not is_missing(c)]
        yield from _told(f"type: {kind}", sorted(wrong), cells, place)
    for rule, limit in constraints.items():
        name = rule.partition(":")[0]
        of = cells if name == "pattern" or name.endswith("Length") else typed
        yield from _told(rule, _breaking(name, limit, of), cells, place)


def _breaking(name: str, limit: Any, cells: Sequence[Any]) -> list[int]:
    """Return the rows that break a constraint."""
    if name == "required":
        lacks = limit and not _EMPTY.isdisjoint(cells)
        return [i for i, cell in enumerate(cells) if cell in _EMPTY] if lacks else []
    if name == "unique":
        times = Counter(cells) if limit and len(set(cells)) < len(cells) else {}
        return _rows(cells, lambda cell: times.get(cell, 1) > 1)
    return _rows(cells, lambda cell: _BROKEN[name](cell, limit))


def _rows(cells: Sequence[Any], is_wrong: Callable[[Any], bool]) -> list[int]:
    """Return the rows whose cells are not empty and wrong; each text or figure is tried once."""
    wrong = {cell for cell in {*cells} - _EMPTY if is_wrong(cell)}
    return [i for i, cell in enumerate(cells) if cell in wrong] if wrong else []


def _told(rule: str, rows: Sequence[int], cells: Sequence[str], place: Place) -> Iterator[Finding]:
    if rows:
        few = tuple(dict.fromkeys(f"`{shown(cells[i])}`" for i in rows))
        said = {"rule": rule, "count": len(rows), "cells": few}
        found = place.told(rows[0], "against description", cells[rows[0]], **said)
        yield replace(found, kind=DECLARED)


# --- tables ----------------------------------------------------------------------------------


def against_resources(description: Description, tables: Collection[Table]) -> Iterator[Finding]:
    """Say which described columns there are not, and which keys are broken.

    Args:
        description: What is said of the tables.
        tables: Those that were read, some of them perhaps without rows.
    """
    found = {Path(table.file).name: table for table in tables}
    named = {resource.name: found.get(resource.file) for resource in description.resources}
    for resource in description.resources:
        table = found.get(resource.file)
        if table is None:  # it is not there, or can't be read
            continue
        if lacking := [name for name in resource.columns if name not in table.header]:
            told = finding("columns lacking", {"names": tuple(lacking)}, severity="warning")
            yield replace(told, kind=DECLARED, file=table.file, line=table.header_line)
        elif table.rows:
            yield from _keys(resource, table, named)


def _keys(resource: Resource, table: Table, named: Mapping[str, Table | None]) -> Iterator[Finding]:
    """Say which rows break the primary key, or refer to what is in no other table."""
    if resource.key and {*resource.key} != {KEY, YEAR, PART} & {*table.header}:  # else it is said
        times = Counter(cells := _cells(table, resource.key))
        rows = [i for i, key in enumerate(cells) if times[key] > 1]
        yield from _broken_key("primaryKey", table, resource.key, rows)
    for columns, name, others in resource.references:
        other = named.get(name) if name else table
        if other is None or not other.rows or columns == others == (KEY,):
            continue
        known = set(_cells(other, others))
        rows = [i for i, key in enumerate(_cells(table, columns)) if key not in known and any(key)]
        yield from _broken_key("foreignKeys", table, columns, rows)


def _cells(table: Table, columns: Sequence[str]) -> list[tuple[str, ...]]:
    at = [table.header.index(name) for name in columns]
    return [tuple(row[i] for i in at) for row in table.rows]


def _broken_key(
    key: str, table: Table, columns: Sequence[str], rows: Sequence[int]
) -> Iterator[Finding]:
    place, cells = table.place(columns[0]), [" ".join(key) for key in _cells(table, columns)]
    yield from _told(f"{key}: {', '.join(columns)}", rows, cells, place)
