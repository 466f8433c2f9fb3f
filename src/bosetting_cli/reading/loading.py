"""CSV tables → one validated set of figures by kommunenummer; every complaint about data.

A folder of statistics has a register, `municipalities.csv`, and tables of one topic each:
`kommunenummer`, mostly `year`, and columns of figures. `datapackage.json`, where there is one,
dates and names the columns.
"""

from __future__ import annotations

import dataclasses
import operator
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bosetting_cli import crosscheck
from bosetting_cli.errors import DataError, Problem, did_you_mean, shown, some
from bosetting_cli.reading import described
from bosetting_cli.reading.csvfile import CsvTable, capped, read_csv
from bosetting_cli.reading.figures import Place, is_figure, is_missing, read_figures
from bosetting_cli.reading.headers import COUNTY, KEY, NAME, PART, YEAR, canonical
from bosetting_cli.reading.kommunenummer import code_problems
from bosetting_cli.resources import data_dir
from bosetting_cli.statistics import Column, Municipality, Statistics

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from bosetting_cli.statistics import Figures

REGISTER = "municipalities"
REGISTER_COLUMNS = (KEY, NAME, COUNTY)
SUFFIXES = (".csv", ".tsv", ".xlsx", ".ods")
_NO_FIGURES = (*REGISTER_COLUMNS, YEAR, PART)
_YEAR = re.compile(r"((?:19|20|21)[0-9]{2}|2200)([.,]0)?")


@dataclasses.dataclass
class _Reading:
    """What is gathered while tables are read."""

    problems: list[Problem] = dataclasses.field(default_factory=list)
    notes: list[Problem] = dataclasses.field(default_factory=list)
    columns: dict[str, Column] = dataclasses.field(default_factory=dict)


def load_statistics(
    directory: str | Path | None = None,
    *,
    indicators: Collection[str] | None = None,
    strict: bool = False,
) -> Statistics:
    """Read a folder of statistics, or one CSV file that is register and figures in one.

    What forms are read is in docs/input.md.

    Args:
        directory: The folder or file; without it the packaged statistics of 2017.
        indicators: Only read and check the columns of these names.
        strict: Refuse whatever had to be mended or assumed; else it stands in the notes.

    Raises:
        DataError: Something is missing or wrong; all mistakes, with file, line and column.
    """
    statistics, problems = read(directory, indicators)
    if strict:
        problems = [dataclasses.replace(p, severity="error") for p in problems]
    if statistics is None or any(problem.severity == "error" for problem in problems):
        raise DataError(problems)
    return statistics


def read(
    directory: str | Path | None, indicators: Collection[str] | None
) -> tuple[Statistics | None, list[Problem]]:
    """Read a folder or file of statistics as far as can be.

    Args:
        directory: The folder or file; the packaged statistics if None.
        indicators: Only the columns of these names; all figures if None.

    Returns:
        The statistics without what is wrong, None if not even the register can be read; and
        all problems: errors, and warnings, which are the statistics' notes too.
    """
    root = Path(directory) if directory is not None else data_dir()
    reading = _Reading()
    wanted = None if indicators is None else {canonical(name) for name in indicators}
    try:
        tables = _read_all(root, directory is None, wanted, reading)
        municipalities = _municipalities(tables[0], reading)
    except DataError as error:
        return None, list(error.problems)
    if directory is not None:
        codes = [m.kommunenummer for m in municipalities]
        reading.problems += crosscheck.mixed_register(tables[0], codes)
    fields = described.fields(root, reading.problems)
    known = {m.kommunenummer: m for m in municipalities}
    for table in tables:
        _add_columns(table, known, fields, wanted, reading)
    if indicators is not None:
        reading.problems += _unknown(indicators, reading, tables, root if directory else None)
    used = {column.table for column in reading.columns.values()} | {tables[0].file}
    tables = [table for table in tables if table.file in used]
    notes = [*(note for table in tables for note in table.repairs), *reading.notes]
    statistics = Statistics(
        municipalities=municipalities,
        columns=reading.columns,
        inputs={table.file: table.sha256 for table in tables},
        notes=tuple(notes),
    )
    return statistics, sorted_problems([*reading.problems, *notes], list(statistics.inputs))


def sorted_problems(problems: Sequence[Problem], files: Sequence[str]) -> list[Problem]:
    """Return problems without repetitions, in the order of their files and lines."""
    order = {file: i for i, file in enumerate(files)}
    return sorted(
        dict.fromkeys(problems),
        key=lambda p: (order.get(p.file or "", len(order)), p.file or "", p.line or 0),
    )


# --- files -----------------------------------------------------------------------------------


def table_paths(root: Path) -> list[Path]:
    """Return the tables of a folder, the register first.

    Raises:
        DataError: There is no such folder, or it has no register.
    """
    try:
        if not root.is_dir():
            if root.exists():
                return [root]
            raise DataError(Problem("there is no such folder or file", shown(str(root), 200)))
        tables = sorted(path for path in root.iterdir() if _is_table(path))
    except (OSError, ValueError) as error:
        what = f"can't be read: {getattr(error, 'strerror', None) or error}"
        raise DataError(Problem(what, shown(str(root), 200))) from None
    registers = [path for path in tables if path.stem.casefold() == REGISTER]
    if not registers:
        hint = f"the register of municipalities has the columns {', '.join(REGISTER_COLUMNS)}"
        raise DataError(Problem("missing file", str(root / f"{REGISTER}.csv"), hint=hint))
    if len(registers) > 1:
        what = f"a second register beside {registers[0].name}"
        raise DataError(Problem(what, str(registers[1]), hint="remove one of the two"))
    return [*registers, *(path for path in tables if path not in registers)]


def _is_table(path: Path) -> bool:
    # Excel's lock files and hidden files lie about in shared folders.
    return path.suffix.lower() in SUFFIXES and not path.name.startswith((".", "~$"))


def _read_all(
    root: Path, packaged: bool, wanted: Collection[str] | None, reading: _Reading
) -> list[CsvTable]:
    """Read the register, and the tables that have a wanted column."""
    tables: list[CsvTable] = []
    for i, path in enumerate(table_paths(root)):
        try:
            name = path.name if packaged else str(path)
            tables.append(read_csv(path, name, wanted=None if i == 0 else wanted))
        except DataError as error:
            if i == 0:
                raise
            reading.problems += error.problems
    return tables


# --- the register ----------------------------------------------------------------------------


def _municipalities(table: CsvTable, reading: _Reading) -> tuple[Municipality, ...]:
    if missing := [name for name in REGISTER_COLUMNS if name not in table.header]:
        hint = f"found: {some(map(shown, table.labels), 30)}"
        at = table.header_line
        reading.problems += [
            Problem(f"missing column `{name}`", table.file, at, name, hint=hint) for name in missing
        ]
        raise DataError([*reading.problems, *table.repairs])
    if not table.rows:
        raise DataError(Problem("has no rows", table.file, hint="expected a row per municipality"))
    reading.problems += capped(code_problems(table))
    if YEAR not in table.header:
        reading.problems += capped(_duplicates(table, [(code,) for code in table.column(KEY)]))
    reading.problems += capped(list(_nameless(table)))
    further = [i for i, name in enumerate(table.header) if name not in (*REGISTER_COLUMNS, YEAR)]
    found: dict[str, Municipality] = {}
    for code, name, county, row, line in zip(
        *(table.column(column) for column in REGISTER_COLUMNS), table.rows, table.lines, strict=True
    ):
        attributes = {table.header[i]: row[i] for i in further}
        first = found.setdefault(code, Municipality(code, name, county, attributes))
        if (first.municipality, first.fylke) != (name, county):
            what = f"{code} is {shown(name)} in {shown(county)} here, above it is"
            what += f" {shown(first.municipality)} in {shown(first.fylke)}"
            reading.problems.append(Problem(what, table.file, line, table.label(NAME)))
    return tuple(found[code] for code in sorted(found))


def _nameless(table: CsvTable) -> Iterator[Problem]:
    for name in (NAME, COUNTY):
        for cell, line in zip(table.column(name), table.lines, strict=True):
            if not cell:
                what = f"the {'name' if name == NAME else 'fylke'} is missing"
                yield Problem(what, table.file, line, table.label(name), value="")


# --- columns of figures ----------------------------------------------------------------------


def _add_columns(
    table: CsvTable,
    known: Mapping[str, Municipality],
    fields: Mapping[tuple[str, str], described.Field],
    wanted: Collection[str] | None,
    reading: _Reading,
) -> None:
    names = [name for name in table.header if _is_wanted(table, name, fields, wanted)]
    if not names or not table.rows:
        return
    if KEY not in table.header:
        hint = f"found: {some(map(shown, table.labels), 30)}"
        reading.problems.append(
            Problem(f"missing column `{KEY}`", table.file, table.header_line, KEY, hint=hint)
        )
        return
    rows = _Rows.of(table, known, reading)
    file = Path(table.file).name
    for name in names:
        if other := reading.columns.get(name):
            what = f"a second column `{table.label(name)}`; the other is in {other.table}"
            reading.problems.append(Problem(what, table.file, table.header_line, table.label(name)))
        else:
            field = fields.get((file, name), described.Field())
            reading.columns[name] = _column(table, name, rows, field, reading)
    if YEAR in table.header and not any((file, name) in fields for name in names):
        what = "no datapackage.json dates these figures; 1 January of their year is assumed"
        reading.notes.append(Problem(what, table.file, severity="warning"))


def _column(
    table: CsvTable, name: str, rows: _Rows, field: described.Field, reading: _Reading
) -> Column:
    place = Place(table.file, table.label(name), table.lines)
    read = read_figures(table.column(name), place)
    reading.problems += capped(read.problems)
    reading.problems += capped(list(crosscheck.column_problems(name, read.values, place)))
    reading.notes += read.repairs
    return Column(
        name,
        table.file,
        rows.figures(read.values),
        title=field.title,
        title_nb=field.title_nb,
        unit=field.unit,
        reference_date=field.reference_date,
    )


def _is_wanted(
    table: CsvTable,
    name: str,
    fields: Mapping[tuple[str, str], described.Field],
    wanted: Collection[str] | None,
) -> bool:
    """Return whether a column is to be read as figures.

    Without a list of wanted columns it is one that is described as numbers, or in which at
    least half of the cells look like it.
    """
    if name in _NO_FIGURES:
        return False
    if wanted is not None:
        return name in wanted
    if field := fields.get((Path(table.file).name, name)):
        return field.kind in ("number", "integer")
    cells = [cell for cell in table.column(name) if not is_missing(cell)] if table.rows else []
    return bool(cells) and 2 * sum(map(is_figure, cells)) >= len(cells)


@dataclasses.dataclass(frozen=True, slots=True)
class _Rows:
    """Which municipality and year each row of a table is of.

    Attributes:
        codes: Kommunenummer by row.
        by_year: Year → rows, sorted by kommunenummer and predecessor.
        parted: Whether some municipality has several rows in a year.
    """

    codes: list[str]
    by_year: dict[int | None, list[int]]
    parted: bool

    @classmethod
    def of(cls, table: CsvTable, known: Mapping[str, Municipality], reading: _Reading) -> _Rows:
        """Read the keys of a table and complain of what is wrong with them."""
        codes = table.column(KEY)
        years = _years(table, reading)
        parts = table.column(PART) if PART in table.header else None
        pairs = {*zip(codes, years, strict=True)}
        parted = len(pairs) < len(codes)
        keys = [*zip(codes, years, parts or [""] * len(codes), strict=True)] if parted else []
        if wrong := code_problems(table):
            reading.problems += capped(wrong)
        else:
            crosscheck.against_register(table, codes, pairs, known, reading)
        if len(set(keys)) < len(keys):
            texts = [(code, str(year or ""), part) for code, year, part in keys]
            reading.problems += capped(_duplicates(table, texts))
        order: Sequence[int] = range(len(codes))
        sortable: list[Any] = [(code, part) for code, _, part in keys] if parted else codes
        if any(map(operator.gt, sortable, sortable[1:])):
            order = sorted(order, key=sortable.__getitem__)
        by_year: dict[int | None, list[int]] = {}
        for i in order:
            by_year.setdefault(years[i], []).append(i)
        return cls(codes, by_year, parted)

    def figures(self, values: Sequence[float | None]) -> Figures:
        """Arrange a column by year and kommunenummer."""
        figures: Figures = {}
        for year, rows in self.by_year.items():
            if not self.parted:
                codes = map(self.codes.__getitem__, rows)
                # Each figure in a tuple of its own, made by zip since this is most of the work.
                figures[year] = dict(zip(codes, zip(map(values.__getitem__, rows), strict=True)))  # noqa: B905
                continue
            by_code: dict[str, tuple[float | None, ...]] = {}
            for i in rows:
                code, part = self.codes[i], (values[i],)
                by_code[code] = by_code[code] + part if code in by_code else part
            figures[year] = by_code
        return figures


def _years(table: CsvTable, reading: _Reading) -> list[int | None]:
    """Return the year of each row; None for all in a table without years."""
    if YEAR not in table.header:
        return [None] * len(table.rows)
    cells = table.column(YEAR)
    distinct = set(cells)
    known = {cell: match for cell in distinct if (match := _YEAR.fullmatch(cell))}
    if len(known) == len(distinct) and not any(match[2] for match in known.values()):
        numbers = {cell: int(cell) for cell in known}
        return [numbers[cell] for cell in cells]
    label = table.label(YEAR)
    hint = "expected a year such as 2017"
    problems = [
        Problem(
            f"`{shown(cell)}` is no year" if cell else "the year is missing",
            table.file,
            line,
            label,
            value=cell,
            hint=hint,
        )
        for cell, line in zip(cells, table.lines, strict=True)
        if cell not in known
    ]
    reading.problems += capped(problems)
    if decimals := [i for i, cell in enumerate(cells) if cell in known and known[cell][2]]:
        what = f"decimals left out after {len(decimals)} years: `{cells[decimals[0]]}`"
        line = table.lines[decimals[0]]
        reading.notes.append(Problem(what, table.file, line, label, severity="warning"))
    return [int(known[cell][1]) if cell in known else None for cell in cells]


def _duplicates(table: CsvTable, keys: Sequence[tuple[str, ...]]) -> list[Problem]:
    first: dict[tuple[str, ...], int] = {}
    problems = []
    for key, line in zip(keys, table.lines, strict=True):
        if key in first:
            what = (
                f"duplicate {KEY} {shown(' '.join(filter(None, key)))}, first on line {first[key]}"
            )
            hint = "one row per municipality" + (" and year" if YEAR in table.header else "")
            problems.append(Problem(what, table.file, line, KEY, value=key[0], hint=hint))
        first.setdefault(key, line)
    return problems


def _unknown(
    indicators: Collection[str], reading: _Reading, tables: list[CsvTable], root: Path | None
) -> Iterator[Problem]:
    """Complain of indicators that no table has."""
    known = {name for table in tables for name in table.header} - set(_NO_FIGURES)
    broken = {p.column for p in reading.problems if isinstance(p.column, str)}
    for name in sorted(indicators):
        column = canonical(name)
        if column in reading.columns or column in broken or column in known:
            continue
        hint = did_you_mean(name, sorted(known)) or f"the columns are {some(sorted(known), 30)}"
        if years := sorted(label for label in known if _YEAR.search(label)):
            hint += f"; years stand in a column of their own, not in headers like {years[0]}"
        where = shown(str(root), 200) if root else None
        yield Problem(f"missing column: no table has `{shown(name)}`", where, hint=hint)
