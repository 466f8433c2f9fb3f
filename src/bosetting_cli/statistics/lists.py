"""Lists with a number or a name each: municipalities to ask, counties' sums, saved allocations."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bosetting_cli.findings import DataError, Finding, finding
from bosetting_cli.resources import data_dir
from bosetting_cli.statistics.checks import misnamed
from bosetting_cli.statistics.divisions import names_by_code
from bosetting_cli.statistics.headers import COUNTY, KEY, NAME
from bosetting_cli.statistics.kommunenummer import code_problems, duplicates
from bosetting_cli.statistics.numbers import read_counts
from bosetting_cli.statistics.reading import read_table
from bosetting_cli.words import say

NUMBER, GROUP, TOTAL = "requested", "requested_", "total"


@dataclass(frozen=True, slots=True)
class Entry:
    """One municipality of a saved allocation.

    Attributes:
        kommunenummer: Four characters.
        municipality: Name; empty if the file has none.
        fylke: County; empty if the file has none.
        requested: Places; 0 if it is not asked.
        of_which: Sub-group as it ends a column's name → places.
    """

    kommunenummer: str
    municipality: str
    fylke: str
    requested: int
    of_which: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Saved:
    """An allocation reduced to who is asked for how many.

    Attributes:
        name: What to call it: the file, or the rules' title.
        entries: By kommunenummer.
        notes: What was mended or is odd in the file.
        actual: The year for which these requests were really made; empty if they were not.
    """

    name: str
    entries: tuple[Entry, ...]
    notes: tuple[Finding, ...] = ()
    actual: str = ""

    @property
    def requested(self) -> dict[str, int]:
        """Those asked: kommunenummer → places."""
        return {entry.kommunenummer: entry.requested for entry in self.entries if entry.requested}


class _List:
    """A table that is read column by column, and what is wrong with it.

    Attributes:
        table: The table.
        problems: Errors.
        notes: What was mended or is odd.
    """

    def __init__(self, path: Path, name: str, *columns: str, advice: str = "") -> None:
        self.table = read_table(path, name)
        if missing := self.table.lacking(columns, advice):
            raise DataError(missing)
        self.problems: list[Finding] = []
        self.notes = [*self.table.repairs]
        if KEY in columns:
            self.problems += code_problems(self.table)
            if NAME in self.table.header:
                self.notes += misnamed(self.table, names_by_code())

    def counts(self, name: str) -> list[int | None]:
        """Return a column of whole numbers; None: empty."""
        read = read_counts(self.table.column(name), self.table.place(name))
        self.problems += read.problems
        self.notes += read.repairs
        return [None if value is None else int(value) for value in read.values]

    def finish(self, lacking: str = "", notes: list[Finding] | None = None) -> None:
        """Hand over what is to be said.

        Args:
            lacking: What is said if nothing else is wrong.
            notes: Gets what was mended.

        Raises:
            DataError: Something is wrong.
        """
        if lacking and not self.problems:
            self.problems.append(finding(lacking, file=self.table.file))
        if self.problems:
            raise DataError(sorted(self.problems, key=lambda problem: problem.line or 0))
        if notes is not None:
            notes += self.notes


def municipality_list(path: Path, *, notes: list[Finding] | None = None) -> list[str]:
    """Return the kommunenummer in a file; with a column `requested`, of those asked alone.

    Args:
        path: The file.
        notes: Gets what was mended in reading it.

    Raises:
        DataError: The file can't be read, has no such column or holds something else.
    """
    given = _List(path, str(path), KEY)
    codes = given.table.column(KEY)
    if NUMBER in given.table.header:
        codes = [c for c, number in zip(codes, given.counts(NUMBER), strict=True) if number]
    given.finish("" if codes else "names no municipality", notes)
    return codes


def county_list(path: Path, *, notes: list[Finding] | None = None) -> dict[str, int]:
    """Return fylke → number from a file with the columns fylke and total.

    Args:
        path: The file.
        notes: Gets what was mended in reading it.

    Raises:
        DataError: The file can't be read, lacks a column or holds something else.
    """
    given = _List(path, str(path), COUNTY, TOTAL)
    table = given.table
    names, cells, numbers = table.column(COUNTY), table.column(TOTAL), given.counts(TOTAL)
    broken = {problem.line for problem in given.problems}
    totals: dict[str, int] = {}
    for i, (name, cell, number) in enumerate(zip(names, cells, numbers, strict=True)):
        if name in totals:
            given.problems.append(table.place(COUNTY).wrong(i, "second number for", name))
        elif number is not None:
            totals[name] = number
        elif table.lines[i] not in broken:
            words = "no whole number" if cell else "number missing"
            given.problems.append(table.place(TOTAL).wrong(i, words, cell))
    given.finish("" if totals else "names no fylke", notes)
    return totals


# --- saved allocations -----------------------------------------------------------------------


def read_saved(path: str | Path, name: str | None = None) -> Saved:
    """Read a saved allocation: a table, or JSON as `allocate` writes it.

    Args:
        path: The file.
        name: What to call it; the path by default.

    Raises:
        DataError: It can't be read or is no allocation; all mistakes, with line and column.
    """
    file = name or str(path)
    given = _List(Path(path), file, KEY, NUMBER, advice="or write it with allocate")
    table = given.table
    codes, numbers = table.column(KEY), given.counts(NUMBER)
    given.problems += duplicates(table, [(code,) for code in codes])
    groups = {
        column.removeprefix(GROUP): given.counts(column)
        for column in table.header
        if column.startswith(GROUP)
    }
    named = zip(codes, table.column(NAME), table.column(COUNTY), numbers, strict=True)
    entries = [
        Entry(code, municipality, fylke, number or 0, {g: n[i] or 0 for g, n in groups.items()})
        for i, (code, municipality, fylke, number) in enumerate(named)
    ]
    given.finish()
    entries.sort(key=lambda entry: entry.kommunenummer)
    return Saved(file, tuple(entries), tuple(given.notes))


def actual_years() -> tuple[int, ...]:
    """Return the years whose real requests are packaged."""
    paths = (data_dir() / "reference").glob("requests_*.csv")
    return tuple(sorted(int(path.stem.removeprefix("requests_")) for path in paths))


def read_actual(year: str) -> Saved:
    """Read the requests that IMDi really made for a year.

    Raises:
        DataError: There are none for that year.
    """
    known = actual_years()
    if year not in map(str, known):
        names = tuple(f"actual:{y}" for y in known)
        raise DataError(finding("no requests", year=year, known=names))
    path = data_dir() / "reference" / f"requests_{year}.csv"
    saved = read_saved(path, say("actual requests", year=year))
    return dataclasses.replace(saved, actual=year)


def names_of(*sides: Sequence[Entry]) -> dict[str, tuple[str, str]]:
    """Return kommunenummer → name and fylke, from the first side that has a name."""
    names: dict[str, tuple[str, str]] = {}
    for entry in (entry for side in sides for entry in side):
        if not names.get(entry.kommunenummer, ("", ""))[0]:
            names[entry.kommunenummer] = (entry.municipality, entry.fylke)
    return names
