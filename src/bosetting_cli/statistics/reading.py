"""A file as people have it → a table: CSV, a spreadsheet, or the rows of a JSON document.

What is not as it should be, but means only one thing, is mended and said in the table's
`repairs`; everything else is an error with its line.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TypeVar

from bosetting_cli.findings import DataError, Finding, finding, shown
from bosetting_cli.statistics import decoding
from bosetting_cli.statistics.headers import COUNTY, KEY, WEAK_KEYS, canonical, folded
from bosetting_cli.statistics.kommunenummer import is_code, is_total, with_proper_codes
from bosetting_cli.statistics.names import with_bare_names
from bosetting_cli.statistics.table import LIMIT, Table, capped, warning

MAX_BYTES = 20_000_000
MAX_CELLS = 1_000_000
MAX_COLUMNS = 1_000
MAX_LINE = 1_000_000
_MARKS = ";\t,|"
_BLANKS = " \t\u00a0\u2007\u2009\u200a\u200b\u202f\ufeff"
_AROUND = (" \n", "\n ", " \r", '" ', ' "', *_BLANKS[1:])  # cells have blanks around them
_SEP = re.compile(r"\ufeff?\"?sep=(.)\"?\r?\n", re.IGNORECASE)
_BLANK_LINES = re.compile(r"(?:[ \t]*(?:\r\n|\r|\n))*")
_THREE = re.compile(r"[0-9]{3}(?:\.[0-9]+)?")
_YEAR = re.compile(r"(?:19|20|21)[0-9]{2}")
_BREAK = re.compile(r"\r\n|\r|\n")
_OPEN = re.compile(r"""(?:^|[;\t,|])"(?:[^"]|"")*$""")  # a cell that ends on a later line
_HEAD = 40  # lines in which the header is looked for
_Row = TypeVar("_Row")
# What makes a header of a row, the surest first.
_HEADERS: tuple[Callable[[Sequence[str]], bool], ...] = (
    lambda cells: KEY in map(canonical, cells),
    lambda cells: len(cells) > 1 and not WEAK_KEYS.isdisjoint(map(folded, cells)),
    lambda cells: len(cells) > 1 and COUNTY in map(canonical, cells),
    lambda cells: any(cell.strip(_MARKS) for cell in cells),
)


def read_table(
    path: Path, name: str | None = None, *, wanted: Collection[str] | None = None
) -> Table:
    """Read a CSV file, a sheet of an .xlsx or .ods file, or the `rows` of a .json file.

    The sheet is the first visible one with a header of municipalities or counties, if any has.

    Args:
        path: The file.
        name: What to call it in messages; the path by default.
        wanted: Columns; a CSV file that has none of them is returned without rows, unread.

    Raises:
        DataError: It can't be read or decoded, has no header, or rows of differing length.
    """
    file = name or str(path)
    content = decoding.read_bytes(path, file, MAX_BYTES)
    table = Table(file, hashlib.sha256(content).hexdigest(), (), [], [])
    if content.startswith(b"PK\x03\x04"):
        from bosetting_cli.statistics.spreadsheet import read_sheet

        sheet, notes = read_sheet(content, file, MAX_CELLS, _has_header)
        start, _, _ = _find_header(sheet[:_HEAD], lambda row: [("", row)])
        titles = [" ".join(filter(None, row)) for row in sheet[:start] if any(row)]
        rows, lines = _stripped(sheet[start:]), list(range(start + 1, len(sheet) + 1))
        return _finished(table, rows, lines, notes, titles)
    text, notes = decoding.decode(content, file)
    if path.suffix.lower() == ".json":
        from bosetting_cli.statistics.records import read_records

        rows, lines = read_records(text, file)
        return _finished(table, _stripped(rows), lines, notes)
    dialect = _dialect(text)
    if wanted is not None and not set(wanted) & set(dialect.header):
        return replace(table, header=dialect.header)
    rows, lines = _parsed(text, dialect, file)
    return _finished(table, rows, lines, notes, dialect.skipped)


# --- where the table begins, and what separates its cells ------------------------------------


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How a file is laid out: its delimiter, its header, and what stands above."""

    delimiter: str
    line: int
    offset: int
    header: tuple[str, ...]
    skipped: tuple[str, ...]


def _dialect(text: str) -> _Dialect:
    """Find the header, and the delimiter, which is what makes a header of it."""
    offset, marks = 0, _MARKS
    if match := _SEP.match(text):
        offset, marks = match.end(), match[1]
    if blank := _BLANK_LINES.match(text, offset):
        offset = blank.end()
    stream = io.StringIO(text[offset : offset + MAX_LINE], newline="")
    head = _records(list(islice(stream, _HEAD)))
    at, delimiter, cells = _find_header(head, lambda line: _splits(line, marks))
    offset += sum(map(len, head[:at]))
    skipped = tuple(title for title in map(str.strip, head[:at]) if title)
    line = len(_BREAK.findall(text[:offset]))
    delimiter = delimiter if len(cells) > 1 else ","
    return _Dialect(delimiter, line, offset, tuple(map(canonical, cells)), skipped)


def _records(lines: Sequence[str]) -> list[str]:
    """Put together the lines of a row that has a line break within quotes."""
    rows: list[str] = []
    at = 0
    while at < len(lines):
        open_marks, end = _OPEN.search(lines[at]) and lines[at].count('"') % 2, at + 1
        while open_marks and end < len(lines):
            open_marks = (open_marks + lines[end].count('"')) % 2
            end += 1
        end = at + 1 if open_marks else end  # never closed: a mark of something else
        rows.append("".join(lines[at:end]))
        at = end
    return rows


def _find_header(
    head: Sequence[_Row], split: Callable[[_Row], Iterable[tuple[str, list[str]]]]
) -> tuple[int, str, list[str]]:
    """Return the first row with a column of municipalities, else of counties, else any text.

    Args:
        head: The first rows.
        split: Gives the delimiters that a row may have, the likeliest first, and its cells.

    Returns:
        The row's position, the delimiter and the cells.
    """
    for is_header in _HEADERS:
        for at, row in enumerate(head):
            for mark, cells in split(row):
                if is_header(cells):
                    return at, mark, cells
    return 0, ",", []


def _has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether a sheet has a column of municipalities or counties, and no mere text."""
    return any(is_header(row) for is_header in _HEADERS[:-1] for row in rows)


def _splits(line: str, marks: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the cells that each delimiter makes of a line, the most frequent in it first."""
    for mark in sorted(marks, key=line.count, reverse=True):
        try:
            cells = next(csv.reader([line.rstrip("\r\n")], delimiter=mark), [])
        except csv.Error:  # a cell beyond the parser's limit; said when the rows are read
            cells = [line]
        yield mark, [cell.strip(_BLANKS) for cell in cells]


# --- text into cells -------------------------------------------------------------------------


def _parsed(text: str, dialect: _Dialect, file: str) -> tuple[list[list[str]], list[int]]:
    below = text[dialect.offset :] if dialect.offset else text
    # One endless row would be all in memory before its cells can be counted.
    for number, line in enumerate(below.splitlines(), 1) if len(below) > MAX_LINE else ():
        if len(line) > MAX_LINE:
            raise DataError(finding("long line", file=file, line=number, characters=len(line)))
    mark = dialect.delimiter
    if below.count(mark) + below.count("\n") > MAX_CELLS:
        raise DataError(finding("too many cells", file=file, limit=MAX_CELLS))
    reader = csv.reader(io.StringIO(below, newline=""), delimiter=mark, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        if '"' not in below:
            rows = list(reader)
            lines = list(range(dialect.line + 1, dialect.line + len(rows) + 1))
        for row in reader:
            rows.append(row)
            lines.append(reader.line_num + dialect.line)
    except csv.Error as error:
        at, why = reader.line_num + dialect.line, str(error)
        if "unexpected end" not in why:
            raise DataError(finding("not valid CSV", file=file, line=at, why=why)) from None
        opened = lines[-1] + 1 if lines else 1
        raise DataError(finding("open quotation", file=file, line=opened)) from None
    care = any(sign in text for sign in (f" {mark}", f"{mark} ", *_AROUND))
    return _stripped(rows) if care else rows, lines


def _stripped(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[cell.strip(_BLANKS) for cell in row] for row in rows]


# --- cells into a table ----------------------------------------------------------------------


def _finished(
    table: Table,
    rows: list[list[str]],
    lines: list[int],
    notes: Sequence[Finding],
    above: Sequence[str] = (),
) -> Table:
    """Make columns with names of cells, the header's among them; `above` stands over it."""
    file = table.file
    if not rows or not any(rows[0]):
        raise DataError(finding("is empty", file=file, advice="expected a header"))
    labels, at = [cell.strip(_BLANKS) for cell in rows[0]], lines[0]
    if len(labels) > MAX_COLUMNS:
        raise DataError(finding("too many columns", file=file, line=at, limit=MAX_COLUMNS))
    if not labels[-1]:
        labels = labels[: _width(labels, rows)]
    if above:
        said = {"lines": len(above), "text": shown(above[0], 40)}
        notes = (*notes, warning("lines above the header", file, 1, **said))
    names = tuple(map(canonical, labels))
    table = Table(file, table.sha256, names, rows[1:], lines[1:], tuple(notes), tuple(labels), at)
    table = _rectangle(table)
    if "" in labels:
        table = _without_unnamed(table)
    table = with_bare_names(with_proper_codes(table))
    if KEY not in table.header and (codes := [*filter(is_code, labels)]):
        text = shown(" ".join(labels), 40)
        across = len(codes) < len(labels) and all(map(_YEAR.fullmatch, codes))
        words = "years as headers" if across else "no header"
        raise DataError(finding(words, file=file, line=at, text=text, year=codes[0]))
    if problems := _second_names(table):
        raise DataError(problems)
    return table


def _width(labels: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Return how many columns there are where the last have no name: up to the last with cells.

    Where such a cell may be the rest of the one before it, `666,759`, it counts as none.
    """
    named = width = max(i for i, label in enumerate(labels) if label) + 1
    for row in rows[1:]:
        more = [i for i in range(named, len(row)) if row[i]]
        if any(_THREE.fullmatch(row[i]) and row[i - 1].isdigit() for i in more):
            return named
        if more and len(row) <= len(labels):
            width = max(width, more[-1] + 1)
    return width


def _rectangle(table: Table) -> Table:
    """Leave out blank lines and footnotes; refuse rows of another length than the header."""
    rows, width = table.rows, len(table.labels)
    loose_end = bool(rows) and len(rows[-1]) > 1 and not any(rows[-1][1:])  # a footnote?
    if set(map(len, rows)) <= {width} and not loose_end and [""] * width not in rows:
        return table
    rows = [row if any(row[width:]) else row[:width] for row in rows]
    table = _without_footnotes(replace(table, rows=rows))
    table = table.only([i for i, row in enumerate(table.rows) if any(row)])
    wrong = [i for i, row in enumerate(table.rows) if len(row) != width]
    if wrong and width == 1:
        raise DataError(finding("is no table", file=table.file))
    problems = []
    for i in wrong[: LIMIT + 1]:
        cells, line = len(table.rows[i]), table.lines[i]
        words = "row too long" if cells > width else "row too short"
        problems.append(finding(words, file=table.file, line=line, cells=cells, width=width))
    if wrong:
        raise DataError(capped(problems, number=len(wrong)))
    return table


def _without_footnotes(table: Table) -> Table:
    """Leave out the last rows that are no rows, and say so.

    Footnotes are shorter or longer than the header or have one cell only, don't begin with a
    kommunenummer or a word for totals, and the first of them begins with words.
    """
    rows, width = table.rows, len(table.labels)
    keyed = KEY in table.header or any(folded(label) in WEAK_KEYS for label in table.labels)
    first = at = len(rows)
    while width > 1 and at and _may_be_note(rows[at - 1], width, keyed=keyed):
        at -= 1
        # Dates and telephone numbers are notes only below a line with words.
        if any(map(str.isalpha, next(filter(None, rows[at]), ""))):
            first = at
    notes = [i for i in range(first, len(rows)) if any(rows[i])]
    if not notes:
        return table.only(range(first))
    text = shown(" ".join(filter(None, rows[notes[0]])), 40)
    words = "footnote" if len(notes) == 1 else "footnotes"
    note = warning(words, table.file, table.lines[notes[0]], count=len(notes), text=text)
    return table.only(range(first)).noted(note)


def _may_be_note(row: Sequence[str], width: int, *, keyed: bool) -> bool:
    filled = [cell for cell in row if cell]
    if not filled:
        return True
    # In a table of fylker a name alone may as well be a row that lacks its number.
    if len(row) == width and (len(filled) > 1 or not keyed):
        return False
    return not is_code(filled[0]) and not is_total(filled[0])


def _without_unnamed(table: Table) -> Table:
    """Leave out columns without a name; one that has cells is said."""
    named = [i for i, label in enumerate(table.labels) if label]
    notes = [
        warning("unnamed column", table.file, table.header_line, number=i + 1)
        for i, label in enumerate(table.labels)
        if not label and any(row[i] for row in table.rows)
    ]
    return replace(
        table,
        header=tuple(table.header[i] for i in named),
        labels=tuple(table.labels[i] for i in named),
        rows=[[row[i] for i in named] for row in table.rows],
    ).noted(*notes)


def _second_names(table: Table) -> list[Finding]:
    problems = []
    for i, (name, label) in enumerate(zip(table.header, table.labels, strict=True)):
        before = table.labels[table.header.index(name)]
        if table.header.index(name) < i:
            also = "" if label == before else "means the same"
            said = {"name": shown(before), "other": shown(label), "also": also}
            problems.append(table.at_header("second column", label, **said))
    return problems
