"""Municipalities and their figures by year, each column with the day that it describes."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bosetting_cli.errors import DataError, Problem, did_you_mean, some
from bosetting_cli.reading.headers import KEY, canonical

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pandas as pd

_REFERENCE = re.compile(r"year(?:\+([0-9]+))?-([0-9]{2})-([0-9]{2})")

Figures = dict[int | None, dict[str, tuple[float | None, ...]]]


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
    """

    name: str
    table: str
    figures: Mapping[int | None, Mapping[str, tuple[float | None, ...]]]
    title: str = ""
    title_nb: str = ""
    unit: str = ""
    reference_date: str | None = None

    def date(self, year: int | None) -> dt.date | None:
        """Return the day that a year's figures refer to; None for a table without years.

        Where no description says, it is 1 January of the year.
        """
        text = self.reference_date or "year-01-01"
        match = _REFERENCE.fullmatch(text)
        if match is None:
            return dt.date.fromisoformat(text)
        if year is None:
            return None
        return dt.date(year + int(match[1] or 0), int(match[2]), int(match[3]))

    def newest(self, as_of: dt.date) -> int | None:
        """Return the newest year whose figures don't refer to a day after `as_of`.

        Raises:
            DataError: All figures are later.
        """
        years = [y for y in self.figures if (date := self.date(y)) is None or date <= as_of]
        if not years:
            what = f"`{self.name}` has no figures up to {as_of}"
            hint = f"it has {year_list(self.figures)}; later years must be asked for by `years`"
            raise DataError(Problem(what, self.table, column=self.name, hint=hint))
        return max(years, key=lambda year: year or 0)

    def value(self, kommunenummer: str, year: int | None) -> float | None:
        """Return a municipality's figure; None if it, or a predecessor's, is not published."""
        parts = self.parts(kommunenummer, year)
        if not parts or None in parts:
            return None
        return math.fsum(part for part in parts if part is not None)

    def parts(self, kommunenummer: str, year: int | None) -> tuple[float | None, ...]:
        """Return a municipality's figure, or its predecessors', for one year; empty if none."""
        return self.figures.get(year, {}).get(kommunenummer, ())


@dataclass(frozen=True, slots=True)
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
    notes: tuple[Problem, ...] = ()

    @property
    def units(self) -> tuple[str, ...]:
        """The kommunenummer of all municipalities, in order."""
        return tuple(m.kommunenummer for m in self.municipalities)

    def column(self, name: str) -> Column:
        """Return a column by its name, or by another header that means it.

        Raises:
            DataError: There is none of this name.
        """
        if name in self.columns:
            return self.columns[name]
        if (known := canonical(name)) in self.columns:
            return self.columns[known]
        hint = did_you_mean(name, self.columns) or f"there are {some(sorted(self.columns), 30)}"
        raise DataError(Problem(f"no table has a column `{name}`", hint=hint))

    @property
    def table(self) -> pd.DataFrame:
        """The figures as a DataFrame: a row per municipality, a column per figure and year.

        Index: kommunenummer. Columns: municipality, fylke, then `population_2017` and so on;
        NaN where no figure is published.
        """
        import pandas as pd

        codes = [m.kommunenummer for m in self.municipalities]
        frame: dict[str, list[Any]] = {
            "municipality": [m.municipality for m in self.municipalities],
            "fylke": [m.fylke for m in self.municipalities],
        }
        for column in self.columns.values():
            for year in sorted(column.figures, key=lambda year: year or 0):
                name = column.name if year is None else f"{column.name}_{year}"
                frame[name] = [column.value(code, year) for code in codes]
        return pd.DataFrame(frame, index=pd.Index(codes, name=KEY))


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
