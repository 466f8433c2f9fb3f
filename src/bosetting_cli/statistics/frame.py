"""Municipalities and their figures by year, each column with the day that it describes."""

from __future__ import annotations

import datetime as dt
import html
import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bosetting_cli.findings import DataError, Finding, advised, finding, some
from bosetting_cli.statistics.headers import KEY, canonical

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

_REFERENCE = re.compile(r"year(?:\+([0-9]{1,2}))?-([0-9]{2})-([0-9]{2})")
Parts = tuple[float | None, ...]
Figures = dict[int | None, dict[str, Parts]]


@dataclass(frozen=True, slots=True)
class Municipality:
    """A unit that may be asked to settle refugees.

    Attributes:
        kommunenummer: Four characters, the leading zero kept.
        municipality: Its name.
        fylke: Its county.
        attributes: Further columns of the register, as text.
    """

    kommunenummer: str
    municipality: str
    fylke: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rows:
    """Which municipality and year each row of a table is of.

    Attributes:
        codes: Kommunenummer by row.
        by_year: Year → rows, sorted by kommunenummer and predecessor.
        lines: Where each row stands in the file.
        parted: Whether some municipality has several rows in a year.
    """

    codes: list[str]
    by_year: Mapping[int | None, list[int]]
    lines: list[int]
    parted: bool

    def arranged(self, values: Sequence[float | None]) -> Figures:
        """Arrange a column by year and kommunenummer."""
        figures: Figures = {}
        for year, rows in self.by_year.items():
            codes = map(self.codes.__getitem__, rows)
            # Each figure in a tuple of its own, made by zip since this is most of the work.
            parts = zip(map(values.__getitem__, rows), strict=True)
            if not self.parted:
                figures[year] = dict(zip(codes, parts, strict=True))
                continue
            by_code = figures.setdefault(year, {})
            for code, part in zip(codes, parts, strict=True):
                by_code[code] = by_code.get(code, ()) + part
        return figures

    def lines_of(self, code: str, year: int | None) -> list[int]:
        """Return the lines on which a municipality's figures of a year stand."""
        return [self.lines[i] for i in self.by_year.get(year, []) if self.codes[i] == code]


@dataclass(frozen=True, slots=True, repr=False)
class Column:
    """One column of figures.

    Attributes:
        name: As in the CSV header; rules name indicators so.
        table: The file it stands in.
        figures: Year (None in a table without years) → kommunenummer → the figure, or one for
            each predecessor where the predecessors' are published apart; None: not published.
        title: Label for people.
        title_nb: Norwegian label.
        unit: What it is counted in.
        reference_date: `year-01-01`, `year+1-11-30` or a date; None if not described.
        rows: Where each figure stands in the file; None if that is not known.
    """

    name: str
    table: str
    figures: Mapping[int | None, Mapping[str, Parts]]
    title: str = ""
    title_nb: str = ""
    unit: str = ""
    reference_date: str | None = None
    rows: Rows | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        units = max(map(len, self.figures.values()), default=0)
        years = "" if None in self.figures else f", {year_list(self.figures)}"
        return f"<Column {self.name}: {_count(units, 'unit')}{years}, {self.table}>"

    def date(self, year: int | None) -> dt.date | None:
        """Return the day that a year's figures refer to; None for a table without years.

        Where no description says, it is 1 January of the year.
        """
        return referred(self.reference_date or "year-01-01", year)

    def newest(self, as_of: dt.date) -> int | None:
        """Return the newest year whose figures don't refer to a day after `as_of`.

        Raises:
            DataError: All figures are later.
        """
        years = [y for y in self.figures if (date := self.date(y)) is None or date <= as_of]
        if not years:
            said = {"name": self.name, "day": str(as_of), "known": year_list(self.figures)}
            raise DataError(finding("no figures so early", said, file=self.table, column=self.name))
        return max(years, key=_year)

    def late(self, years: Iterable[int | None], as_of: dt.date) -> list[int]:
        """Return those of some years whose figures refer to a day after `as_of`."""
        dated = [(year, self.date(year)) for year in years]
        return sorted({year for year, day in dated if year and day and day > as_of})

    def beside(
        self, other: Column, kommunenummer: str, year: int | None
    ) -> list[tuple[int, float, float]]:
        """Return which part of a municipality it is, and this and another figure that it has.

        If only one of the two is published by parts, sum stands beside sum.
        """
        own, others = self.parts(kommunenummer, year), other.parts(kommunenummer, year)
        if len(own) != len(others):
            own, others = (self.value(kommunenummer, year),), (other.value(kommunenummer, year),)
        pairs = enumerate(zip(own, others, strict=True))
        return [(i, x, y) for i, (x, y) in pairs if x is not None and y is not None]

    def value(self, kommunenummer: str, year: int | None) -> float | None:
        """Return a municipality's figure; None if it, or a predecessor's, is not published."""
        parts = self.parts(kommunenummer, year)
        if len(parts) == 1:
            return parts[0]  # with all its digits
        known = [part for part in parts if part is not None]
        return math.fsum(known) if known and len(known) == len(parts) else None

    def parts(self, kommunenummer: str, year: int | None) -> Parts:
        """Return a municipality's figure, or its predecessors', for one year; empty if none."""
        return self.figures.get(year, {}).get(kommunenummer, ())

    def line(self, kommunenummer: str, year: int | None, part: int = 0) -> int | None:
        """Return where in the file a figure stands, if it is known."""
        lines = self.rows.lines_of(kommunenummer, year) if self.rows else []
        return lines[part] if part < len(lines) else None

    def arrays(
        self, units: Sequence[str], year: int | None
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return a year's figures as arrays, with an entry for each part.

        Args:
            units: Kommunenummer, in any order; one that has no row gets no entry.
            year: The year; None in a table without years.

        Returns:
            The position in `units` that each entry belongs to, in their order, and the figures;
            NaN: not published.

        Example:
            >>> column = Column("settled", "own.csv", {2017: {"a": (5.0,), "b": (1.0, None)}})
            >>> owner, values = column.arrays(["b", "c", "a"], 2017)
            >>> owner.tolist(), values.tolist()
            ([0, 0, 2], [1.0, nan, 5.0])
        """
        import numpy as np

        found = [self.parts(unit, year) for unit in units]
        owner = [i for i, parts in enumerate(found) for _ in parts]
        values = [part for parts in found for part in parts]
        return np.array(owner, dtype=np.intp), np.array(values, dtype=np.float64)


@dataclass(frozen=True, slots=True, repr=False)
class Statistics:
    """Municipalities and their figures.

    Attributes:
        municipalities: By kommunenummer.
        columns: Name → figures.
        inputs: File → SHA-256 of its bytes.
        notes: What was repaired or assumed in reading.
    """

    municipalities: tuple[Municipality, ...]
    columns: Mapping[str, Column]
    inputs: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Finding, ...] = ()

    def __repr__(self) -> str:
        return f"<Statistics: {self._size()}: {some(self.columns, 6)}>"

    def _size(self) -> str:
        """Return how much it holds."""
        units, columns = len(self.municipalities), len(self.columns)
        who = "1 municipality" if units == 1 else f"{units} municipalities"
        return f"{who}, {_count(columns, 'column')}, {_count(len(self.notes), 'note')}"

    def _repr_html_(self) -> str:
        """Return a small table of the columns, which notebooks show."""
        rows = [
            (c.name, c.title, year_list(c.figures) if c.figures else "", c.unit, c.table)
            for c in self.columns.values()
        ]
        cells = ["".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in rows]
        head = "".join(f"<th>{name}</th>" for name in ("column", "title", "years", "unit", "table"))
        body = "".join(f"<tr>{row}</tr>" for row in (head, *cells))
        return f"<table><caption>{self._size()}</caption>{body}</table>"

    @classmethod
    def from_frames(
        cls,
        register: pd.DataFrame,
        tables: Mapping[str, pd.DataFrame],
        description: Mapping[str, Any] | None = None,
    ) -> Statistics:
        """Read statistics from DataFrames as `load_statistics` does from a folder of CSV files.

        Args:
            register: The columns kommunenummer, municipality and fylke, and others.
            tables: Name of a table → kommunenummer, mostly year, and columns of figures; a named
                index is a column too.
            description: What would stand in `datapackage.json`.

        Raises:
            DataError: Something is missing or wrong; line 2 is a frame's first row.
        """
        from bosetting_cli.statistics.loading import from_frames

        return from_frames(register, tables, description)

    @property
    def units(self) -> tuple[str, ...]:
        """The kommunenummer of all municipalities, in order."""
        return tuple(m.kommunenummer for m in self.municipalities)

    def column(self, name: str) -> Column:
        """Return a column by its name, or by another header that means it.

        Raises:
            DataError: There is none of this name.
        """
        for known in (name, canonical(name)):
            if known in self.columns:
                return self.columns[known]
        raise DataError(finding("no such column", name=name, remedy=advised(name, self.columns)))

    @property
    def table(self) -> pd.DataFrame:
        """The figures as a DataFrame: a row per municipality, a column per figure and year.

        Index: kommunenummer. Columns: municipality, fylke, then `population_2017` and so on;
        NaN where no figure is published.
        """
        import pandas as pd

        codes = self.units
        frame: dict[str, list[Any]] = {
            "municipality": [m.municipality for m in self.municipalities],
            "fylke": [m.fylke for m in self.municipalities],
        }
        for column in self.columns.values():
            for year in sorted(column.figures, key=_year):
                name = column.name if year is None else f"{column.name}_{year}"
                frame[name] = [column.value(code, year) for code in codes]
        return pd.DataFrame(frame, index=pd.Index(codes, name=KEY))


def _year(year: int | None) -> int:
    return year or 0


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def referred(text: str, year: int | None) -> dt.date | None:
    """Return the day that a reference date means for figures of a year.

    Args:
        text: A date, or one of every year: `year-01-01`, `year+1-11-30`.
        year: The year; None for a table without years, which then has no day of the latter kind.

    Raises:
        ValueError: It is none of both, or no day of every year.

    Example:
        >>> referred("year+1-11-30", 2016)
        datetime.date(2017, 11, 30)
    """
    match = _REFERENCE.fullmatch(text)
    if match is None:
        return dt.date.fromisoformat(text)
    day = dt.date(2001, int(match[2]), int(match[3]))  # 29 February is no day of every year
    return None if year is None else day.replace(year=year + int(match[1] or 0))


def year_list(years: Collection[int | None]) -> str:
    """Return years as people write them.

    Example:
        >>> year_list([2016, 2014, 2015])
        '2014–2016'
    """
    known = sorted(year for year in years if year is not None)
    if len(known) > 2 and known[-1] - known[0] == len(known) - 1:
        return f"{known[0]}–{known[-1]}"
    return ", ".join(map(str, known)) if known else "no years"
