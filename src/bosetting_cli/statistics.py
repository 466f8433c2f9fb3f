"""CSV tables → one validated set of figures by kommunenummer; every complaint about data.

A folder of statistics has a register, `municipalities.csv`, and tables of one topic each:
`kommunenummer`, mostly `year`, and columns of figures. `datapackage.json`, where there is one,
dates and names the columns.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bosetting_cli.csvfile import CsvTable, read_csv
from bosetting_cli.errors import DataError, Problem, did_you_mean
from bosetting_cli.resources import data_dir

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    import pandas as pd

REGISTER = "municipalities.csv"
KEY, YEAR, PART = "kommunenummer", "year", "former_kommunenummer"
REGISTER_COLUMNS = (KEY, "municipality", "fylke")
_CODE = re.compile(r"[0-9]{4}")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?")
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
        """Return a column by its name.

        Raises:
            DataError: There is none of this name.
        """
        if name in self.columns:
            return self.columns[name]
        hint = did_you_mean(name, self.columns) or f"there are {', '.join(sorted(self.columns))}"
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


def load_statistics(
    directory: str | Path | None = None, *, indicators: Collection[str] | None = None
) -> Statistics:
    """Read a folder of statistics, or one CSV file that is register and figures in one.

    Args:
        directory: The folder or file; without it the packaged statistics of 2017.
        indicators: Only read and check the columns of these names.

    Raises:
        DataError: Something is missing or wrong; all mistakes, with file, line and column.
    """
    root = Path(directory) if directory is not None else data_dir()
    paths = _table_paths(root)
    names = {path: path.name if directory is None else str(path) for path in paths}
    tables, problems = _read_all(paths, names)
    register = tables[0] if tables else None
    if register is None or problems:
        raise DataError(problems)
    municipalities = _register(register, problems)
    known = {m.kommunenummer for m in municipalities}
    fields = _descriptions(root, problems)
    columns: dict[str, Column] = {}
    for table in tables:
        for column in _columns(table, known, fields, indicators, problems):
            if other := columns.get(column.name):
                what = f"a second column `{column.name}`; the other is in {other.table}"
                problems.append(Problem(what, table.file, 1, column.name))
            columns[column.name] = column
    if indicators is not None:
        problems += _unknown(indicators, columns, tables, root if directory else None)
    if problems:
        raise DataError(problems)
    used = {register.file, *(column.table for column in columns.values())}
    return Statistics(
        municipalities=municipalities,
        columns=columns,
        inputs={table.file: table.sha256 for table in tables if table.file in used},
        notes=tuple(note for table in tables if table.file in used for note in table.repairs),
    )


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


def _table_paths(root: Path) -> list[Path]:
    """Return the tables of a folder, the register first."""
    if root.is_file():
        return [root]
    if not root.is_dir():
        raise DataError(Problem("there is no such folder", str(root)))
    register = root / REGISTER
    if not register.is_file():
        hint = f"the register of municipalities has the columns {', '.join(REGISTER_COLUMNS)}"
        raise DataError(Problem("missing file", str(register), hint=hint))
    others = sorted(path for path in root.glob("*.csv") if path != register)
    return [register, *others]


def _read_all(paths: list[Path], names: Mapping[Path, str]) -> tuple[list[CsvTable], list[Problem]]:
    tables: list[CsvTable] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            tables.append(read_csv(path, names[path]))
        except DataError as error:
            problems.extend(error.problems)
    return tables, problems


def _register(table: CsvTable, problems: list[Problem]) -> tuple[Municipality, ...]:
    missing = [name for name in REGISTER_COLUMNS if name not in table.header]
    if missing:
        hint = f"found: {', '.join(table.header)}"
        problems += [
            Problem(f"missing column `{name}`", table.file, 1, name, hint=hint) for name in missing
        ]
        raise DataError(problems)
    codes = table.column(KEY)
    problems += _code_problems(table, codes)
    problems += _duplicates(table, [(code,) for code in codes])
    names, counties = table.column("municipality"), table.column("fylke")
    further = [name for name in table.header if name not in REGISTER_COLUMNS]
    cells = {name: table.column(name) for name in further}
    rows = [
        Municipality(code, names[i], counties[i], {name: cells[name][i] for name in further})
        for i, code in enumerate(codes)
    ]
    return tuple(sorted(rows, key=lambda row: row.kommunenummer))


def _columns(
    table: CsvTable,
    known: Collection[str],
    fields: Mapping[tuple[str, str], Mapping[str, Any]],
    indicators: Collection[str] | None,
    problems: list[Problem],
) -> Iterator[Column]:
    """Yield the columns of figures in one table."""
    file = Path(table.file).name
    names = [
        name
        for name in table.header
        if name not in (*REGISTER_COLUMNS, YEAR, PART)
        and (name in indicators if indicators is not None else _is_figures(table, name, fields))
    ]
    if not names:
        return
    if KEY not in table.header:
        problems.append(Problem(f"missing column `{KEY}`", table.file, 1, KEY))
        return
    keys = list(_row_keys(table, known, problems))
    for name in names:
        described = fields.get((file, name), {})
        figures: Figures = {}
        for (code, year, _), value in sorted(
            zip(keys, _numbers(table, name, problems), strict=True), key=_by_key
        ):
            by_code = figures.setdefault(year, {})
            by_code[code] = (*by_code.get(code, ()), value)
        yield Column(
            name,
            table.file,
            figures,
            title=described.get("title", ""),
            title_nb=described.get("title_nb", ""),
            unit=described.get("unit", ""),
            reference_date=described.get("referenceDate"),
        )


def _by_key(row: tuple[tuple[str, int | None, str], float | None]) -> tuple[str, int, str]:
    (code, year, part), _ = row
    return code, year or 0, part


def _row_keys(
    table: CsvTable, known: Collection[str], problems: list[Problem]
) -> Iterator[tuple[str, int | None, str]]:
    codes = table.column(KEY)
    years = table.column(YEAR) if YEAR in table.header else None
    parts = table.column(PART) if PART in table.header else [""] * len(codes)
    if wrong := _code_problems(table, codes):
        problems += wrong
    else:
        problems += [
            Problem(f"unknown municipality {code}", table.file, line, KEY, value=code)
            for code, line in zip(codes, table.lines, strict=True)
            if code not in known
        ]
    keys = [*zip(codes, years or [""] * len(codes), parts, strict=True)]
    problems += _duplicates(table, keys)
    for (code, year, part), line in zip(keys, table.lines, strict=True):
        number = int(year) if year.isascii() and year.isdigit() else None
        if years is not None and (number is None or not 1900 <= number <= 2200):
            problems.append(Problem(f"`{year}` is no year", table.file, line, YEAR, value=year))
        yield code, number, part


def _code_problems(table: CsvTable, codes: list[str]) -> list[Problem]:
    hint = "expected four digits, such as 0301"
    return [
        Problem(f"`{code}` is no kommunenummer", table.file, line, KEY, value=code, hint=hint)
        for code, line in zip(codes, table.lines, strict=True)
        if not (_CODE.fullmatch(code) and code.isascii())
    ]


def _duplicates(table: CsvTable, keys: Sequence[tuple[str, ...]]) -> list[Problem]:
    first: dict[tuple[str, ...], int] = {}
    problems = []
    for key, line in zip(keys, table.lines, strict=True):
        if key in first:
            what = f"duplicate {KEY} {' '.join(filter(None, key))}, first on line {first[key]}"
            problems.append(Problem(what, table.file, line, KEY, value=key[0]))
        first.setdefault(key, line)
    return problems


def _is_figures(
    table: CsvTable, name: str, fields: Mapping[tuple[str, str], Mapping[str, Any]]
) -> bool:
    described = fields.get((Path(table.file).name, name))
    if described is not None:
        return described.get("type") in ("number", "integer")
    return any(_NUMBER.fullmatch(cell) for cell in table.column(name))


def _numbers(table: CsvTable, name: str, problems: list[Problem]) -> list[float | None]:
    """Return a column's figures; an empty cell is None: not published."""
    result: list[float | None] = []
    for cell, line in zip(table.column(name), table.lines, strict=True):
        value = None
        if cell:
            if not (_NUMBER.fullmatch(cell) and cell.isascii() and math.isfinite(float(cell))):
                what = f"`{cell}` is not a number"
                problems.append(Problem(what, table.file, line, name, value=cell))
            elif cell.startswith("-"):
                what = f"`{cell}` is negative"
                hint = "figures count people or are rates"
                problems.append(Problem(what, table.file, line, name, value=cell, hint=hint))
            else:
                value = float(cell)
        result.append(value)
    return result


def _descriptions(root: Path, problems: list[Problem]) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what `datapackage.json` says: (file, column) → its field."""
    path = root / "datapackage.json"
    if not path.is_file():
        return {}
    try:
        package = json.loads(path.read_bytes())
        return {
            (Path(resource["path"]).name, column["name"]): column
            for resource in package["resources"]
            for column in resource["schema"]["fields"]
        }
    except (ValueError, KeyError, TypeError, OSError) as error:
        what = f"is no data package: {type(error).__name__} {error}"
        problems.append(Problem(what, str(path), hint="remove it or see data/datapackage.json"))
        return {}


def _unknown(
    indicators: Collection[str],
    columns: Mapping[str, Column],
    tables: list[CsvTable],
    root: Path | None,
) -> Iterator[Problem]:
    known = sorted({name for table in tables for name in table.header} - {KEY, YEAR, PART})
    for name in sorted(set(indicators) - set(columns)):
        hint = did_you_mean(name, known) or f"the columns are {', '.join(known)}"
        where = str(root) if root else None
        yield Problem(f"missing column: no table has `{name}`", where, hint=hint)
