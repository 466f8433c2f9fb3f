"""Kommunenummer as people write them → four digits: `301`, `K-0301`, `0301 Oslo`, `1601.0`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bosetting_cli.errors import Problem, shown, some
from bosetting_cli.reading.headers import KEY, NAME, WEAK_KEYS, folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bosetting_cli.reading.csvfile import CsvTable

_PROPER = re.compile(r"[0-9]{4}")
_WRITTEN = re.compile(
    r"'?(?P<prefix>[Kk][-. ]?)?"
    r"(?P<digits>[0-9]{4}|[1-9][0-9]{2}|[1-9] [0-9]{3})"
    r"(?P<decimals>[.,]0{1,2})?"
    r"(?:[ \-–:,.]+(?P<name>[^\W\d_].*))?"
)
_TOTALS = re.compile(
    r"0{1,4}|(?:0{1,4} )?(?:sum|totalt?|i alt|(?:hele )?(?:landet|norge)|(?:the )?whole country"
    r"|alle kommuner|all municipalities|uoppgitt)(?: kommune)?"
)
# Kind of repair → what is said of it; {} is how many, and an example follows.
_SAID = {
    "zero": "leading zero restored in {} kommunenummer",
    "prefix": "K left out before {} kommunenummer",
    "decimals": "decimals left out after {} kommunenummer",
    "blank": "blank left out within {} kommunenummer",
    "mark": "apostrophe left out before {} kommunenummer",
    "name": "name taken off {} kommunenummer",
}


@dataclass(frozen=True, slots=True)
class Written:
    """A cell of kommunenummer as understood.

    Attributes:
        number: Four digits; the cell itself if it is no kommunenummer.
        name: The name behind the number.
        repairs: What was mended, keys of the messages.
    """

    number: str
    name: str = ""
    repairs: tuple[str, ...] = ()


def understand(cell: str) -> Written:
    """Read one cell of kommunenummer.

    Example:
        >>> understand("301 Oslo")
        Written(number='0301', name='Oslo', repairs=('zero', 'name'))
        >>> understand("Oslo")
        Written(number='Oslo', name='', repairs=())
    """
    if _PROPER.fullmatch(cell):
        return Written(cell)
    match = _WRITTEN.fullmatch(re.sub(r"\s+", " ", cell))
    if match is None:
        return Written(cell)
    digits = match["digits"].replace(" ", "")
    repairs = [
        kind
        for kind, found in (
            ("mark", cell.startswith("'")),
            ("prefix", match["prefix"]),
            ("zero", len(digits) == 3),
            ("blank", " " in match["digits"]),
            ("decimals", match["decimals"]),
            ("name", match["name"]),
        )
        if found
    ]
    return Written(digits.zfill(4), match["name"] or "", tuple(repairs))


def is_code(cell: str) -> bool:
    """Return whether a cell is a kommunenummer in any of the forms that are read."""
    return _PROPER.fullmatch(understand(cell).number) is not None


def is_proper(cell: str) -> bool:
    """Return whether a cell is a kommunenummer as it should be: four digits."""
    return _PROPER.fullmatch(cell) is not None


def is_total(cell: str) -> bool:
    """Return whether a cell marks a row of the country's totals, not of a municipality."""
    return _TOTALS.fullmatch(folded(cell)) is not None


def with_proper_codes(table: CsvTable) -> CsvTable:
    """Bring a table's kommunenummer to four digits and leave rows of totals out.

    A name behind the number goes to the column `municipality` if the table has none. Cells
    that are no kommunenummer stay as they are, for the reader to complain of.
    """
    table = _with_key(table)
    if KEY not in table.header:
        return table
    cells = table.column(KEY)
    distinct = set(cells)
    if all(map(_PROPER.fullmatch, distinct)) and "0000" not in distinct:
        return table
    table, cells = _without_totals(table, cells)
    known = {cell: understand(cell) for cell in set(cells)}
    written = [known[cell] for cell in cells]
    table = _replaced(table, KEY, [w.number for w in written])
    if NAME not in table.header and any(w.name for w in written):
        names = [w.name for w in written]
        rows = [[*row, name] for row, name in zip(table.rows, names, strict=True)]
        label = table.label(KEY)
        table = replace(
            table, header=(*table.header, NAME), labels=(*table.labels, label), rows=rows
        )
    return replace(table, repairs=(*table.repairs, *_repairs(table, cells, written)))


def _with_key(table: CsvTable) -> CsvTable:
    """Take Statbank's column `region` for the kommunenummer where there is no other."""
    if KEY in table.header or not table.rows:
        return table
    for i, label in enumerate(table.labels):
        if folded(label) in WEAK_KEYS and _any_code(row[i] for row in table.rows):
            header = (*table.header[:i], KEY, *table.header[i + 1 :])
            return replace(table, header=header)
    return table


def _any_code(cells: Iterable[str]) -> bool:
    return any(map(is_code, cells))


def _without_totals(table: CsvTable, cells: Sequence[str]) -> tuple[CsvTable, list[str]]:
    totals = {cell for cell in set(cells) if is_total(cell)}
    if not totals:
        return table, list(cells)
    keep = [i for i, cell in enumerate(cells) if cell not in totals]
    out = len(cells) - len(keep)
    first = next(i for i, cell in enumerate(cells) if cell in totals)
    what = f"{_rows(out)} of totals left out: {some(sorted(map(shown, totals)), 3)}"
    note = Problem(what, table.file, table.lines[first], table.label(KEY), severity="warning")
    table = replace(
        table,
        rows=[table.rows[i] for i in keep],
        lines=[table.lines[i] for i in keep],
        repairs=(*table.repairs, note),
    )
    return table, [cells[i] for i in keep]


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _replaced(table: CsvTable, name: str, cells: Sequence[str]) -> CsvTable:
    i = table.header.index(name)
    rows = [[*row[:i], cell, *row[i + 1 :]] for row, cell in zip(table.rows, cells, strict=True)]
    return replace(table, rows=rows)


def _repairs(
    table: CsvTable, cells: Sequence[str], written: Sequence[Written]
) -> Iterable[Problem]:
    for kind, said in _SAID.items():
        mended = [i for i, w in enumerate(written) if kind in w.repairs]
        if mended:
            i = mended[0]
            what = f"{said.format(len(mended))}: `{shown(cells[i])}` is read as {written[i].number}"
            yield Problem(
                what,
                table.file,
                table.lines[i],
                table.label(KEY),
                value=cells[i],
                severity="warning",
            )


def code_problems(table: CsvTable) -> list[Problem]:
    """Return a complaint for each cell that is no kommunenummer."""
    hint = "expected four digits, such as 0301"
    cells = table.column(KEY)
    wrong = {cell for cell in set(cells) if not is_proper(cell)}
    if not wrong:
        return []
    label = table.label(KEY)
    return [
        Problem(
            f"`{shown(cell)}` is no kommunenummer" if cell else "the kommunenummer is missing",
            table.file,
            line,
            label,
            value=cell,
            hint=hint,
        )
        for cell, line in zip(cells, table.lines, strict=True)
        if cell in wrong
    ]
