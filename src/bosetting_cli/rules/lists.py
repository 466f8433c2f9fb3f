"""Lists of municipalities and counties in CSV files, which rules and options name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bosetting_cli.errors import DataError, Problem, shown, some
from bosetting_cli.reading.csvfile import CsvTable, read_csv
from bosetting_cli.reading.figures import Place, read_figures
from bosetting_cli.reading.headers import COUNTY, KEY
from bosetting_cli.reading.kommunenummer import code_problems

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def municipality_list(path: Path, *, notes: list[Problem] | None = None) -> list[str]:
    """Return the kommunenummer in a CSV file; with a column `requested`, of those asked alone.

    Args:
        path: The file.
        notes: Gets what was mended in reading it.

    Raises:
        DataError: The file can't be read, has no such column or holds something else.
    """
    table = _read(path, KEY)
    codes = table.column(KEY)
    problems = code_problems(table)
    if "requested" in table.header:
        place = Place(table.file, table.label("requested"), table.lines)
        numbers = read_figures(table.column("requested"), place)
        problems += numbers.problems
        codes = [code for code, n in zip(codes, numbers.values, strict=True) if n]
    if not codes and not problems:
        problems.append(Problem("names no municipality", table.file))
    _tell(problems, table.repairs, notes)
    return codes


def county_list(path: Path, *, notes: list[Problem] | None = None) -> dict[str, int]:
    """Return fylke → number from a CSV file with the columns fylke and total.

    Args:
        path: The file.
        notes: Gets what was mended in reading it.

    Raises:
        DataError: The file can't be read, lacks a column or holds something else.
    """
    table = _read(path, COUNTY, "total")
    label = table.label("total")
    cells = table.column("total")
    figures = read_figures(cells, Place(table.file, label, table.lines))
    problems = list(figures.problems)
    broken = {problem.line for problem in problems}
    totals: dict[str, int] = {}
    rows = zip(table.column(COUNTY), cells, figures.values, table.lines, strict=True)
    for name, cell, value, line in rows:
        if name in totals:
            what = f"a second number for {shown(name)}"
            problems.append(Problem(what, table.file, line, table.label(COUNTY), value=name))
        elif value is not None and value.is_integer():
            totals[name] = int(value)
        elif line not in broken:
            what = f"`{shown(cell)}` is not a whole number" if cell else "the number is missing"
            problems.append(Problem(what, table.file, line, label, value=cell))
    if not totals and not problems:
        problems.append(Problem("names no fylke", table.file))
    _tell(problems, [*table.repairs, *figures.repairs], notes)
    return totals


def _read(path: Path, *names: str) -> CsvTable:
    table = read_csv(path)
    hint = f"found: {some(map(shown, table.labels), 30)}"
    missing = [name for name in names if name not in table.header]
    if missing:
        at, file = table.header_line, table.file
        what = "missing column `{}`"
        raise DataError([Problem(what.format(n), file, at, n, hint=hint) for n in missing])
    return table


def _tell(problems: list[Problem], repairs: Iterable[Problem], notes: list[Problem] | None) -> None:
    if problems:
        raise DataError(problems)
    if notes is not None:
        notes.extend(repairs)
