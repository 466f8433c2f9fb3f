"""A table as it stands in a file, all text; and where in it something is wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bosetting_cli.findings import DataError, Problem, finding, shown, some

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column stands, for messages: its file, its label, the line of each cell.

    Example:
        >>> print(Place("own.csv", "people", [2, 3]).error(1, "`x` is not a number", "x"))
        own.csv:3: people: `x` is not a number
    """

    file: str
    label: str
    lines: Sequence[int]

    def error(
        self, row: int | None, message: str, cell: str | None = None, hint: str | None = None
    ) -> Problem:
        """Return what is wrong with one cell, or with the whole column."""
        line = None if row is None else self.lines[row] or None
        return Problem(message, self.file, line, self.label, value=cell, hint=hint)

    def repair(self, row: int | None, message: str, cell: str | None = None) -> Problem:
        """Return what was mended in cells of which this is the first, or what is odd."""
        return replace(self.error(row, message, cell), severity="warning")

    def told(self, row: int | None, words: str, cell: str | None = None, **said: object) -> Problem:
        """Return a warning about cells of which this is the first, in the catalogue's words."""
        found = finding(words, said, severity="warning", file=self.file, column=self.label)
        return replace(found, line=self.error(row, "").line, value=cell)


@dataclass(frozen=True, slots=True)
class Table:
    """A file's cells.

    Attributes:
        file: The file as the user named it.
        sha256: Of the file's bytes, in hexadecimal.
        header: Column names, known ones as they are called here.
        rows: Cells, as many in each row as there are columns.
        lines: The line on which each row ends; the file's first is 1, and 0 is not known.
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

    def place(self, name: str) -> Place:
        """Return where a column stands."""
        return Place(self.file, self.label(name), self.lines)

    def at_header(self, label: str, message: str, hint: str | None = None) -> Problem:
        """Return what is wrong with the name of a column."""
        return Problem(message, self.file, self.header_line, label, hint=hint)

    def lacking(self, names: Iterable[str], hint: str = "") -> list[Problem]:
        """Return a complaint for each of these columns that the table has not."""
        found = f"found: {some(map(shown, dict.fromkeys(self.labels or self.header)), 30)}"
        return [
            self.at_header(name, f"missing column `{name}`", f"{found}; {hint}" if hint else found)
            for name in names
            if name not in self.header
        ]

    def require(self, *names: str, hint: str = "") -> None:
        """Refuse a table without these columns.

        Raises:
            DataError: It lacks one; all of them are named.
        """
        if problems := self.lacking(names, hint):
            raise DataError(problems)

    def noted(self, *repairs: Problem) -> Table:
        """Return the table with more said of it."""
        return replace(self, repairs=(*self.repairs, *repairs))

    def only(self, rows: Sequence[int]) -> Table:
        """Return the table with some of its rows."""
        kept, lines = [self.rows[i] for i in rows], [self.lines[i] for i in rows]
        return replace(self, rows=kept, lines=lines)


def warning(message: str, file: str, line: int | None = None) -> Problem:
    """Return what is odd about a file, or was mended in it."""
    return Problem(message, file, line, severity="warning")


def capped(problems: Sequence[Problem], limit: int = 100) -> list[Problem]:
    """Return the first problems of one kind, and how many more there are."""
    if len(problems) <= limit:
        return list(problems)
    more = f"and {len(problems) - limit:,} more such rows"
    return [*problems[:limit], replace(problems[limit], plain=more, hint=None, words="")]


def count(number: int, noun: str) -> str:
    """Return a number with its noun.

    Example:
        >>> count(1, "row"), count(3, "cell")
        ('1 row', '3 cells')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
