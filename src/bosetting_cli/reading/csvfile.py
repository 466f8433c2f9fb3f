"""A CSV file as people have it → header, rows and line numbers, all still text.

What is not as it should be, but means only one thing, is mended and said in the table's
`repairs`; everything else is an error with its line.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bosetting_cli.errors import DataError, Problem, shown
from bosetting_cli.reading import decoding
from bosetting_cli.reading.headers import COUNTY, KEY, WEAK_KEYS, canonical, folded
from bosetting_cli.reading.kommunenummer import is_code, is_total, with_proper_codes

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

MAX_BYTES = 20_000_000
MAX_CELLS = 1_000_000
MAX_COLUMNS = 1_000
MAX_LINE = 1_000_000
_MARKS = ";\t,|"
_BLANKS = " \t\u00a0\u2007\u2009\u200a\u200b\u202f\ufeff"
_SEP = re.compile(r"\ufeff?\"?sep=(.)\"?\r?\n", re.IGNORECASE)
_BLANK_LINES = re.compile(r"(?:[ \t]*(?:\r\n|\r|\n))*")
_HEAD = 40  # lines in which the header is looked for


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A CSV file's cells.

    Attributes:
        file: The file as the user named it.
        sha256: Of the file's bytes, in hexadecimal.
        header: Column names, known ones as they are called here.
        rows: Cells, as many in each row as there are columns.
        lines: The line on which each row ends; the file's first is 1.
        repairs: What was not as expected and was read all the same.
        labels: Column names as they stand in the file.
        header_line: The line of the header.
    """

    file: str
    sha256: str
    header: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    repairs: tuple[Problem, ...] = ()
    labels: tuple[str, ...] = ()
    header_line: int = 1

    def column(self, name: str) -> list[str]:
        """Return the cells of one column."""
        position = self.header.index(name)
        return [row[position] for row in self.rows]

    def label(self, name: str) -> str:
        """Return what the file calls a column, for messages."""
        if name not in self.header or not self.labels:
            return name
        return self.labels[self.header.index(name)]


@dataclass(frozen=True, slots=True)
class _Grid:
    """Cells before anything is known of them, and the line of each row."""

    rows: list[list[str]]
    lines: list[int]
    repairs: tuple[Problem, ...] = ()


def read_csv(
    path: Path, name: str | None = None, *, wanted: Collection[str] | None = None
) -> CsvTable:
    """Read a CSV file, or the first sheet of an .xlsx or .ods file.

    Args:
        path: The file.
        name: What to call it in messages; the path by default.
        wanted: Columns; a table that has none of them is returned without rows, unread.

    Raises:
        DataError: It can't be read or decoded, has no header, or rows of differing length.
    """
    file = name or str(path)
    content = decoding.read_bytes(path, file, MAX_BYTES)
    digest = hashlib.sha256(content).hexdigest()
    if content.startswith(b"PK\x03\x04"):
        from bosetting_cli.reading.spreadsheet import read_sheet

        rows, notes = read_sheet(content, file, MAX_CELLS)
        grid = _Grid(rows, list(range(1, len(rows) + 1)), notes)
        start = _header_row(rows)
        return _finished(_below(grid, start, file), file, digest, care=True)
    text, notes = decoding.decode(content, file)
    dialect = _dialect(text)
    if wanted is not None and not set(wanted) & set(dialect.header):
        return CsvTable(file, digest, dialect.header, [], [])
    grid = _parsed(text, dialect, file)
    grid = replace(grid, repairs=(*notes, *_titles(dialect.skipped, file)))
    care = any(mark in text for mark in _careful(dialect.delimiter))
    return _finished(grid, file, digest, care=care)


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
    """Find the header: the first line with a column of municipalities or counties.

    Where none has, it is the first line that is not empty, and the delimiter what is most
    frequent in it.
    """
    offset, line, forced = 0, 0, ""
    if match := _SEP.match(text):
        offset, line, forced = match.end(), 1, match[1]
    blank = _BLANK_LINES.match(text, offset)
    if blank and blank.end() > offset:
        line += len(blank[0].splitlines())
        offset = blank.end()
    head = _lines(text, offset)
    marks = forced or _MARKS
    at, delimiter, cells = _best_header(head, marks)
    offset += sum(map(len, head[:at]))
    skipped = tuple(title for title in map(str.strip, head[:at]) if title)
    return _Dialect(delimiter, line + at, offset, tuple(map(canonical, cells)), skipped)


def _lines(text: str, offset: int) -> list[str]:
    """Return the first lines of a text with their ends."""
    stream = io.StringIO(text[offset : offset + MAX_LINE], newline="")
    return [line for line, _ in zip(stream, range(_HEAD), strict=False)]


def _best_header(head: Sequence[str], marks: str) -> tuple[int, str, list[str]]:
    for is_key in (_names_key, _names_region, _names_county):
        for at, line in enumerate(head):
            for mark in marks:
                cells = _split(line, mark)
                if is_key(cells):
                    return at, _most_frequent(line, marks) if len(cells) == 1 else mark, cells
    at = next((i for i, line in enumerate(head) if line.strip()), 0)
    line = head[at] if head else ""
    mark = _most_frequent(line, marks)
    return at, mark, _split(line, mark)


def _names_key(cells: Sequence[str]) -> bool:
    return KEY in map(canonical, cells)


def _names_region(cells: Sequence[str]) -> bool:
    return len(cells) > 1 and any(folded(cell) in WEAK_KEYS for cell in cells)


def _names_county(cells: Sequence[str]) -> bool:
    return len(cells) > 1 and COUNTY in map(canonical, cells)


def _most_frequent(line: str, marks: str) -> str:
    best = max(marks, key=line.count)
    return best if best in line else ","


def _split(line: str, delimiter: str) -> list[str]:
    try:
        cells = next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter), [])
    except csv.Error:  # a cell beyond the parser's limit; said when the rows are read
        return []
    return [cell.strip(_BLANKS) for cell in cells]


def _titles(skipped: Sequence[str], file: str) -> tuple[Problem, ...]:
    if not skipped:
        return ()
    lines = "1 line" if len(skipped) == 1 else f"{len(skipped)} lines"
    what = f"{lines} above the header left out: `{shown(skipped[0], 40)}`"
    return (Problem(what, file, 1, severity="warning"),)


def _header_row(rows: Sequence[Sequence[str]]) -> int:
    """Return which row of a sheet is the header."""
    for is_key in (_names_key, _names_region, _names_county):
        for i, row in enumerate(rows[:_HEAD]):
            if is_key(row):
                return i
    return next((i for i, row in enumerate(rows) if any(row)), 0)


def _below(grid: _Grid, start: int, file: str) -> _Grid:
    """Return the rows of a sheet from the header on."""
    skipped = [" ".join(filter(None, row)) for row in grid.rows[:start] if any(row)]
    repairs = (*grid.repairs, *_titles(skipped, file))
    return _Grid(grid.rows[start:], grid.lines[start:], repairs)


# --- text into cells -------------------------------------------------------------------------


def _parsed(text: str, dialect: _Dialect, file: str) -> _Grid:
    below = text[dialect.offset :] if dialect.offset else text
    if len(below) > MAX_LINE:
        _refuse_long_lines(below, file)
    if below.count(dialect.delimiter) + below.count("\n") > MAX_CELLS:
        raise DataError(Problem(f"has more than {MAX_CELLS:,} cells", file))
    reader = csv.reader(io.StringIO(below, newline=""), delimiter=dialect.delimiter, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        if '"' not in below:
            rows = list(reader)
            return _Grid(rows, list(range(dialect.line + 1, dialect.line + len(rows) + 1)))
        for row in reader:
            rows.append(row)
            lines.append(reader.line_num + dialect.line)
    except csv.Error as error:
        raise DataError(_syntax(error, file, reader.line_num + dialect.line, lines)) from None
    return _Grid(rows, lines)


def _refuse_long_lines(text: str, file: str) -> None:
    # One endless row would be all in memory before its cells can be counted.
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > MAX_LINE:
            raise DataError(Problem(f"a line of {len(line):,} characters", file, number))


def _syntax(error: csv.Error, file: str, line: int, lines: Sequence[int]) -> Problem:
    if "unexpected end" in str(error):
        line = (lines[-1] if lines else 0) + 1
        hint = 'close it, or write a quotation mark inside a cell twice: ""'
        return Problem("a quotation mark is opened and never closed", file, line, hint=hint)
    hint = 'a cell that holds a quotation mark is quoted, and the mark written twice: ""'
    return Problem(f"is not valid CSV: {error}", file, line, hint=hint)


def _careful(delimiter: str) -> tuple[str, ...]:
    """Return what in a text means that cells have blanks around them."""
    return (f" {delimiter}", f"{delimiter} ", " \n", "\n ", " \r", '" ', ' "', *_BLANKS[1:])


# --- cells into a table ----------------------------------------------------------------------


def _finished(grid: _Grid, file: str, digest: str, *, care: bool) -> CsvTable:
    rows, lines = grid.rows, grid.lines
    if care:
        rows = [[cell.strip(_BLANKS) for cell in row] for row in rows]
    if not rows or not any(rows[0]):
        raise DataError(Problem("is empty", file, hint="expected a header row and data"))
    labels, at = [cell.strip(_BLANKS) for cell in rows[0]], lines[0]
    if len(labels) > MAX_COLUMNS:
        raise DataError(Problem(f"has more than {MAX_COLUMNS:,} columns", file, at))
    while not labels[-1]:
        labels.pop()
    rows, lines, notes = _rectangle(rows[1:], lines[1:], labels, file)
    repairs = (*grid.repairs, *notes)
    header = tuple(map(canonical, labels))
    table = CsvTable(file, digest, header, rows, lines, repairs, tuple(labels), at)
    if "" in labels:
        table = _without_unnamed(table)
    if KEY not in header and any(map(is_code, labels)):
        what = f"the first line is no header: `{shown(' '.join(labels), 40)}`"
        hint = "expected names such as kommunenummer, year, population"
        raise DataError(Problem(what, file, at, hint=hint))
    if problems := _second_names(table):
        raise DataError(problems)
    return with_proper_codes(table)


def _rectangle(
    rows: list[list[str]], lines: list[int], labels: Sequence[str], file: str
) -> tuple[list[list[str]], list[int], list[Problem]]:
    """Leave out blank lines and footnotes; refuse rows of another length than the header."""
    width = len(labels)
    if set(map(len, rows)) <= {width} and not _loose_end(rows) and [""] * width not in rows:
        return rows, lines, []
    rows = [row if any(row[width:]) else row[:width] for row in rows]
    end, notes = _footnotes(rows, lines, labels, file)
    kept = [i for i in range(end) if any(rows[i])]
    problems = [
        _wrong_length(len(rows[i]), width, file, lines[i]) for i in kept if len(rows[i]) != width
    ]
    if problems and width == 1:
        hint = (
            "the first line has one cell; expected a header such as kommunenummer,year,population"
        )
        raise DataError(Problem("is no table", file, hint=hint))
    if problems:
        raise DataError(capped(problems))
    return [rows[i] for i in kept], [lines[i] for i in kept], notes


def _wrong_length(cells: int, width: int, file: str, line: int) -> Problem:
    what = f"has {cells} cell{'s' * (cells != 1)}, the header has {width}"
    hint = "a row ends early, or the file was cut off"
    if cells > width:
        hint = "a comma inside a number or name? quote the cell, or separate by semicolons"
    return Problem(what, file, line, hint=hint)


def _loose_end(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether the last row may be a footnote: text in its first cell alone."""
    return bool(rows) and len(rows[-1]) > 1 and not any(rows[-1][1:])


def _footnotes(
    rows: Sequence[Sequence[str]], lines: Sequence[int], labels: Sequence[str], file: str
) -> tuple[int, list[Problem]]:
    """Return how many rows come before the footnotes, and what to say of them.

    Footnotes are the last rows, if they are shorter or longer than the header or have text in
    one cell only, and don't begin with a kommunenummer, a number or a word for totals.
    """
    end = len(rows)
    if len(labels) > 1:
        keyed = KEY in map(canonical, labels)
        while end and _is_note(rows[end - 1], len(labels), keyed=keyed):
            end -= 1
    notes = [" ".join(filter(None, row)) for row in rows[end:] if any(row)]
    if not notes:
        return end, []
    first = next(i for i in range(end, len(rows)) if any(rows[i]))
    count = "1 footnote" if len(notes) == 1 else f"{len(notes)} lines of footnotes"
    what = f"{count} left out: `{shown(notes[0], 40)}`"
    return end, [Problem(what, file, lines[first], severity="warning")]


def _is_note(row: Sequence[str], width: int, *, keyed: bool) -> bool:
    filled = [cell for cell in row if cell]
    if not filled:
        return True
    # In a table of fylker a name alone may as well be a row that lacks its number.
    if len(row) == width and (len(filled) > 1 or not keyed):
        return False
    first = filled[0]
    return any(map(str.isalpha, first)) and not is_code(first) and not is_total(first)


def _without_unnamed(table: CsvTable) -> CsvTable:
    """Leave out columns without a name; one that has cells is said."""
    named = [i for i, label in enumerate(table.labels) if label]
    notes = [
        Problem(
            f"column {i + 1} has no name and is not read",
            table.file,
            table.header_line,
            severity="warning",
        )
        for i, label in enumerate(table.labels)
        if not label and any(row[i] for row in table.rows)
    ]
    return replace(
        table,
        header=tuple(table.header[i] for i in named),
        labels=tuple(table.labels[i] for i in named),
        rows=[[row[i] for i in named] for row in table.rows],
        repairs=(*table.repairs, *notes),
    )


def _second_names(table: CsvTable) -> list[Problem]:
    first: dict[str, str] = {}
    problems = []
    for name, label in zip(table.header, table.labels, strict=True):
        if name in first:
            also = f" (`{shown(label)}` means the same)" if label != first[name] else ""
            what = f"a second column `{shown(first[name])}`{also}"
            hint = "rename or remove one of the two"
            problems.append(Problem(what, table.file, table.header_line, label, hint=hint))
        first.setdefault(name, label)
    return problems


def capped(problems: Sequence[Problem], limit: int = 100) -> list[Problem]:
    """Return the first problems of one kind, and how many more there are."""
    if len(problems) <= limit:
        return list(problems)
    more = f"and {len(problems) - limit:,} more such rows"
    return [*problems[:limit], replace(problems[limit], message=more, hint=None)]
