"""The first sheet of an .xlsx or .ods file → rows of text; needs the extra `excel`."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

from bosetting_cli.errors import DataError, Problem, shown, some

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_UNPACKED = 100_000_000
# Where a sheet's cells stand, and how often an .ods repeats one that is not empty: a single
# such number can ask for more memory than there is.
_CELL = re.compile(rb'<(?:x:)?c[^>]*? r="([A-Z]{1,3})([0-9]{1,7})"')
_REPEATED = re.compile(rb'office:value-type[^>]*number-columns-repeated="([0-9]{4,})"')
_REPEATED_TOO = re.compile(rb'number-columns-repeated="([0-9]{4,})"[^>]*office:value-type')
_ROWS_REPEATED = re.compile(
    rb'number-rows-repeated="([0-9]{4,})"[^>]*>(?=(?:(?!</table:table-row>).)*office:value-type)',
    re.DOTALL,
)


def read_sheet(
    content: bytes, file: str, limit: int
) -> tuple[list[list[str]], tuple[Problem, ...]]:
    """Read the first sheet that holds anything.

    Args:
        content: The file's bytes.
        file: What to call it in messages.
        limit: The most cells it may have.

    Returns:
        Rows from the sheet's first on, all as long as the longest, and warnings.

    Raises:
        DataError: It is no spreadsheet, is too large, or the reader is not installed.
    """
    _refuse_bulk(content, file, limit)
    book = _opened(content, file)
    filled = [name for name in book.sheet_names if _guarded(book, name, file)]
    if not filled:
        raise DataError(Problem("is empty", file, hint="expected a header row and data"))
    notes = []
    if len(filled) > 1:
        what = f"the sheet `{shown(filled[0])}` is read; not read: {some(map(shown, filled[1:]))}"
        notes.append(Problem(what, file, severity="warning"))
    rows = _guarded(book, filled[0], file)
    return [[cell_text(cell) for cell in row] for row in rows], tuple(notes)


def _opened(content: bytes, file: str) -> Any:
    try:
        import python_calamine
    except ImportError:
        hint = "pip install 'bosetting[excel]', or save the sheet as CSV"
        raise DataError(Problem("is a spreadsheet", file, hint=hint)) from None
    with _complaining(file):
        return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))


def _guarded(book: Any, name: str, file: str) -> list[list[Any]]:
    with _complaining(file):
        rows: list[list[Any]] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        return rows


class _complaining:  # noqa: N801 - reads as a statement
    """Turns whatever the reader raises into a complaint about the file."""

    def __init__(self, file: str) -> None:
        self.file = file

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, trace: object) -> None:
        # A panic inside the reader is no Exception, so only what is ours to keep is let through.
        if error is None or isinstance(error, KeyboardInterrupt | MemoryError | SystemExit):
            return
        what = f"can't be read as a spreadsheet: {shown(str(error))}"
        raise DataError(Problem(what, self.file, hint="save the sheet as CSV")) from None


def _refuse_bulk(content: bytes, file: str, limit: int) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            if size > MAX_UNPACKED:
                hint = f"up to {MAX_UNPACKED // 1_000_000} MB are read"
                raise DataError(Problem("unpacks to too much", file, hint=hint))
            parts = [n for n in archive.namelist() if _is_sheet(n)]
            if not parts:
                raise DataError(Problem("is a zip archive, not CSV", file, hint="unpack it"))
            largest = max(max(_areas(archive.read(name)), default=0) for name in parts)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        what = f"is a damaged or encrypted spreadsheet: {shown(str(error))}"
        raise DataError(Problem(what, file, hint="save the sheet as CSV")) from None
    except Exception as error:
        # zlib.error, lzma.LZMAError, EOFError, struct.error: whatever a broken archive raises.
        if isinstance(error, DataError):
            raise
        what = f"is a damaged spreadsheet: {shown(str(error))}"
        raise DataError(Problem(what, file, hint="save the sheet as CSV")) from None
    if largest > limit:
        hint = "delete what stands far below or right of the table"
        raise DataError(Problem(f"spans {largest:,} cells", file, hint=hint))


def _is_sheet(name: str) -> bool:
    return name == "content.xml" or (name.startswith("xl/worksheets/") and name.endswith(".xml"))


def _areas(xml: bytes) -> Iterator[int]:
    """Yield how many cells parts of a sheet ask for."""
    found = _CELL.findall(xml)
    if found:
        rows = max(int(row) for _, row in found)
        yield rows * max(_column_number(letters) for letters, _ in found)
    for pattern in (_REPEATED, _REPEATED_TOO, _ROWS_REPEATED):
        for number in pattern.findall(xml):
            yield int(number) * 1_000


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


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
    return str(cell)
