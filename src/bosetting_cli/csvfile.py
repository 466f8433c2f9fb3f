"""A CSV file as people have it → header, rows and line numbers, all still text."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bosetting_cli.errors import DataError, Problem

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A CSV file's cells.

    Attributes:
        file: The file as the user named it.
        sha256: Of the file's bytes, in hexadecimal.
        header: Column names.
        rows: Cells, as many in each row as there are columns.
        lines: The line on which each row ends; the header's is 1.
        repairs: What was not as expected and was read all the same.
    """

    file: str
    sha256: str
    header: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    repairs: tuple[Problem, ...] = ()

    def column(self, name: str) -> list[str]:
        """Return the cells of one column."""
        position = self.header.index(name)
        return [row[position] for row in self.rows]


def read_csv(path: Path, name: str | None = None) -> CsvTable:
    """Read a CSV file.

    Args:
        path: The file.
        name: What to call it in messages; the path by default.

    Raises:
        DataError: It can't be read or decoded, has no header, or rows of differing length.
    """
    file = name or str(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(Problem(f"can't be read: {error.strerror}", file)) from None
    text, repairs = _decode(content, file)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    header: tuple[str, ...] = ()
    rows: list[list[str]] = []
    lines: list[int] = []
    problems: list[Problem] = []
    try:
        for row in reader:
            if not any(row):
                continue
            if not header:
                header = tuple(cell.strip() for cell in row)
            elif len(row) == len(header):
                rows.append(row)
                lines.append(reader.line_num)
            else:
                what = f"has {len(row)} cells, the header has {len(header)}"
                problems.append(Problem(what, file, reader.line_num))
    except csv.Error as error:
        problems.append(Problem(f"is not valid CSV: {error}", file, reader.line_num))
    if not header:
        problems.append(Problem("is empty", file, hint="expected a header row and data"))
    if problems:
        raise DataError(problems)
    return CsvTable(file, hashlib.sha256(content).hexdigest(), header, rows, lines, repairs)


def _decode(content: bytes, file: str) -> tuple[str, tuple[Problem, ...]]:
    for bom, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(bom):
            try:
                return content.decode(encoding), ()
            except UnicodeDecodeError as error:
                what = f"is not valid {encoding} (byte {error.start})"
                raise DataError(Problem(what, file)) from None
    try:
        return content.decode("utf-8"), ()
    except UnicodeDecodeError:
        encoding = _guessed(content)
    note = Problem(f"read as {encoding}: it is not UTF-8", file, severity="warning")
    try:
        return content.decode(encoding), (note,)
    except UnicodeDecodeError as error:
        hint = "save the file as UTF-8"
        raise DataError(
            Problem(f"is neither UTF-8 nor {encoding} (byte {error.start})", file, hint=hint)
        ) from None


def _guessed(content: bytes) -> str:
    import chardet

    answer = chardet.detect(content, include_encodings=["windows-1252", "mac-roman"])
    return (answer["encoding"] or "windows-1252").lower()


def _delimiter(text: str) -> str:
    header = text.lstrip("\r\n").split("\n", 1)[0]
    counts = {mark: header.count(mark) for mark in ",;\t|"}
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] else ","
