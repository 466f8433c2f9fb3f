"""A sheet of an .xlsx or .ods file → rows of text; needs the extra `excel`."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bosetting_cli.findings import DataError, Finding, finding, install, shown
from bosetting_cli.statistics.table import warning

MAX_UNPACKED = 100_000_000
_TOP = 40  # rows in which a table has its header
# Where a sheet's cells stand, and how often an .ods repeats one that is not empty: a single
# such number can ask for more memory than there is.
_CELL = re.compile(rb'<(?:x:)?c[^>]*? r="([A-Z]{1,3})([0-9]{1,7})"')
_REPEATED = re.compile(
    rb'office:value-type[^>]*number-columns-repeated="([0-9]{4,})"'
    rb'|number-columns-repeated="([0-9]{4,})"[^>]*office:value-type'
)
_ROWS_REPEATED = re.compile(
    rb'number-rows-repeated="([0-9]{4,})"[^>]*>(?=(?:(?!</table:table-row>).)*office:value-type)',
    re.DOTALL,
)


def read_sheet(
    content: bytes, file: str, limit: int, is_table: Callable[[list[list[str]]], bool]
) -> tuple[list[list[str]], tuple[Finding, ...]]:
    """Read the first visible sheet that is a table, else the first that holds anything.

    Args:
        content: The file's bytes.
        file: What to call it in messages.
        limit: The most cells it may have.
        is_table: Whether first rows have a header of municipalities or counties.

    Returns:
        Rows from the sheet's first on, all as long as the longest, and warnings.

    Raises:
        DataError: It is no spreadsheet, is too large, or the reader is not installed.
    """
    with _complaining("damaged spreadsheet", file):
        _refuse_bulk(content, file, limit)
    try:
        from python_calamine import CalamineWorkbook, SheetVisibleEnum
    except ImportError:
        raise DataError(finding("spreadsheet", file=file, install=install("excel"))) from None
    with _complaining("unreadable spreadsheet", file):
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = {name: book.get_sheet_by_name(name) for name in book.sheet_names}
        rows = {name: sheet.to_python(skip_empty_area=False) for name, sheet in sheets.items()}
        shows = {s.name for s in book.sheets_metadata if s.visible == SheetVisibleEnum.Visible}
    visible = [name for name in rows if rows[name] and name in shows]
    first = next(
        (name for name in visible if is_table(_texts(rows[name][:_TOP]))),
        visible[0] if visible else "",
    )
    others = [name for name in visible if name != first]
    hidden = tuple(shown(name) for name in rows if rows[name] and name not in shows)
    if not first:
        advice = "hidden sheets not read" if hidden else "expected a header"
        raise DataError(finding("is empty", file=file, advice=advice, names=hidden))
    notes = []
    if others:
        unread = tuple(map(shown, others))
        notes.append(warning("sheets not read", file, name=shown(first), names=unread))
    if hidden:
        notes.append(warning("hidden sheets", file, names=hidden))
    return _texts(rows[first]), tuple(notes)


@contextmanager
def _complaining(words: str, file: str) -> Iterator[None]:
    """Turn whatever a broken file raises in its reader into a complaint about it."""
    try:
        yield
    except (DataError, KeyboardInterrupt, MemoryError, SystemExit):
        raise
    except BaseException as error:  # a panic inside the reader is no Exception
        raise DataError(finding(words, file=file, why=shown(str(error)))) from None


def _refuse_bulk(content: bytes, file: str, limit: int) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
            most = MAX_UNPACKED // 1_000_000
            raise DataError(finding("unpacks to too much", file=file, megabytes=most))
        parts = [name for name in archive.namelist() if _is_sheet(name)]
        if not parts:
            raise DataError(finding("no spreadsheet in archive", file=file))
        largest = max(max(_areas(archive.read(name)), default=0) for name in parts)
    if largest > limit:
        raise DataError(finding("sheet spans too many cells", file=file, cells=largest))


def _is_sheet(name: str) -> bool:
    return name == "content.xml" or (name.startswith("xl/worksheets/") and name.endswith(".xml"))


def _areas(xml: bytes) -> Iterator[int]:
    """Yield how many cells parts of a sheet ask for."""
    if found := _CELL.findall(xml):
        columns = max(_column_number(letters) for letters, _ in found)
        yield columns * max(int(row) for _, row in found)
    for match in (*_REPEATED.finditer(xml), *_ROWS_REPEATED.finditer(xml)):
        yield int(match[match.lastindex or 0]) * 1_000


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _texts(rows: list[list[Any]]) -> list[list[str]]:
    return [[cell_text(cell) for cell in row] for row in rows]


def cell_text(cell: Any) -> str:
    """Return a cell as CSV would have it.

    A number is certain here, so `1.234` gets another 0 lest it be taken for a thousand.
    """
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        text = repr(cell)
        return f"{text}0" if re.fullmatch(r"-?[0-9]{1,3}\.[0-9]{3}", text) else text
    return unicodedata.normalize("NFC", str(cell))
