"""A table as it stands in a file, all text; and where in it something is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from bosetting_cli.findings import Finding, finding, shown

LIMIT = 100  # so many findings of one kind are told one by one


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column stands, for findings: its file, its label, the line of each cell.

    Example:
        >>> print(Place("own.csv", "people", [2, 3]).wrong(1, "no number", "x"))
        own.csv:3: people: `x` is not a number
          expected a number, or an empty cell where no figure is published
    """

    file: str
    label: str
    lines: Sequence[int]

    def wrong(
        self, row: int | None, words: str, cell: str | None = None, **said: object
    ) -> Finding:
        """Return what is wrong with one cell, or with the whole column."""
        line = None if row is None else self.lines[row] or None
        return finding(words, said, file=self.file, line=line, column=self.label, cell=cell)

    def told(self, row: int | None, words: str, cell: str | None = None, **said: object) -> Finding:
        """Return what was mended in cells of which this is the first, or what is odd."""
        return replace(self.wrong(row, words, cell, **said), severity="warning")

    def each(self, wrong: Mapping[int, str], cells: Sequence[str], **said: object) -> list[Finding]:
        """Return what is wrong with many cells: row → the words; of many, how many more."""
        few = islice(wrong.items(), LIMIT + 1)
        told = [self.wrong(i, words, cells[i], **said) for i, words in few]
        return capped(told, number=len(wrong))


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
    repairs: tuple[Finding, ...] = ()
    labels: tuple[str, ...] = ()
    header_line: int = 1

    def column(self, name: str) -> list[str]:
        """Return the cells of one column; empty ones where there is no such column."""
        if name not in self.header:
            return [""] * len(self.rows)
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

    def at_header(self, words: str, label: str, **said: object) -> Finding:
        """Return what is wrong with the name of a column."""
        return finding(words, said, file=self.file, line=self.header_line, column=label)

    def lacking(self, names: Sequence[str], advice: str = "") -> list[Finding]:
        """Return a finding for each of these columns that the table has not."""
        found = tuple(map(shown, dict.fromkeys(self.labels or self.header)))
        return [
            self.at_header("missing column", name, found=found, advice=advice)
            for name in names
            if name not in self.header
        ]

    def noted(self, *repairs: Finding) -> Table:
        """Return the table with more said of it."""
        return replace(self, repairs=(*self.repairs, *repairs))

    def only(self, rows: Sequence[int]) -> Table:
        """Return the table with some of its rows."""
        kept, lines = [self.rows[i] for i in rows], [self.lines[i] for i in rows]
        return replace(self, rows=kept, lines=lines)

    def with_column(self, name: str, cells: Sequence[str]) -> Table:
        """Return the table with other cells in a column."""
        at = self.header.index(name)
        rows = [[*r[:at], cell, *r[at + 1 :]] for r, cell in zip(self.rows, cells, strict=True)]
        return replace(self, rows=rows)

    def added(self, name: str, cells: Sequence[str], label: str) -> Table:
        """Return the table with a further column."""
        rows = [[*row, cell] for row, cell in zip(self.rows, cells, strict=True)]
        header, labels = (*self.header, name), (*self.labels, label)
        return replace(self, header=header, labels=labels, rows=rows)


def warning(words: str, file: str, line: int | None = None, **said: object) -> Finding:
    """Return what is odd about a file, or was mended in it."""
    return finding(words, said, severity="warning", file=file, line=line)


def capped(
    findings: Sequence[Finding], limit: int = LIMIT, number: int | None = None
) -> list[Finding]:
    """Return the first findings of one kind, and how many more there are.

    Args:
        findings: All of them, or one more than the limit.
        limit: How many are told one by one.
        number: How many there are in all.
    """
    if len(findings) <= limit:
        return list(findings)
    more = (("more", (number or len(findings)) - limit),)
    last = replace(findings[limit], words="more such rows", values=more)
    return [*findings[:limit], last]
