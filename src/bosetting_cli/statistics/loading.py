"""Tables → one validated set of figures by kommunenummer; every complaint about data.

A folder of statistics has a register, `municipalities.csv`, and tables of one topic each:
`kommunenummer`, mostly `year`, and columns of figures. `datapackage.json`, where there is one,
dates and names the columns.
"""

from __future__ import annotations

import json
import operator
import re
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bosetting_cli.findings import DataError, Finding, advised, finding, shown, weighed
from bosetting_cli.resources import data_dir
from bosetting_cli.statistics.checks import against_register, column_problems, of_its_year
from bosetting_cli.statistics.constraints import against_description, against_resources
from bosetting_cli.statistics.controls import deviations
from bosetting_cli.statistics.descriptions import Description, Field
from bosetting_cli.statistics.folders import REGISTER, REGISTER_COLUMNS, laid_over
from bosetting_cli.statistics.frame import Column, Municipality, Rows, Statistics
from bosetting_cli.statistics.headers import COUNTY, KEY, NAME, PART, YEAR, canonical
from bosetting_cli.statistics.kommunenummer import code_problems, duplicates
from bosetting_cli.statistics.numbers import is_figure, is_missing, read_figures
from bosetting_cli.statistics.plausibility import implausible
from bosetting_cli.statistics.reading import read_table
from bosetting_cli.statistics.table import Table, capped, warning
from bosetting_cli.statistics.yearly import Yearly

if TYPE_CHECKING:
    import pandas as pd

_NO_FIGURES = (*REGISTER_COLUMNS, YEAR, PART)
_YEAR = re.compile(r"((?:19|20|21)[0-9]{2}|2200)([.,]0)?")


def load_statistics(
    directory: str | Path | None = None,
    *,
    add: Sequence[str | Path] = (),
    indicators: Collection[str] | None = None,
    strict: bool = False,
) -> Statistics:
    """Read a folder of statistics, or one file that is register and figures in one.

    What forms are read is in docs/input.md; `-` is standard input.

    Args:
        directory: The folder or file; without it the packaged statistics of 2017.
        add: Folders or files of own tables, which are laid over those: new columns are added, a
            table of the same name replaces. The register stays.
        indicators: Only read and check the columns of these names.
        strict: Refuse whatever had to be mended or assumed; else it stands in the notes.

    Raises:
        DataError: Something is missing or wrong; all mistakes, with file, line and column.
    """
    statistics, problems = read(directory, indicators, add)
    return _sound(statistics, weighed(problems, strict=strict))


def _sound(statistics: Statistics | None, problems: Sequence[Finding]) -> Statistics:
    """Return statistics of which nothing is wrong."""
    if statistics is None or any(problem.severity == "error" for problem in problems):
        raise DataError(problems)
    return statistics


def from_frames(
    register: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    description: Mapping[str, Any] | None = None,
) -> Statistics:
    """Read DataFrames as if they were a folder of CSV files; see `Statistics.from_frames`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for stem, frame in {REGISTER: register, **tables}.items():
            named = any(label is not None for label in frame.index.names)
            frame.to_csv(folder / f"{stem}.csv", index=named)
        if description is not None:
            text = json.dumps(description, ensure_ascii=False)
            (folder / "datapackage.json").write_text(text, encoding="utf-8")
        statistics, problems = read(folder, None)
    return _sound(statistics, [replace(p, file=p.file and Path(p.file).stem) for p in problems])


def read(
    directory: str | Path | None, indicators: Collection[str] | None, add: Sequence[str | Path] = ()
) -> tuple[Statistics | None, list[Finding]]:
    """Read a folder or file of statistics as far as can be.

    Args:
        directory: The folder or file; the packaged statistics if None.
        indicators: Only the columns of these names; all figures if None.
        add: Own tables to lay over those.

    Returns:
        The statistics without what is wrong, None if not even the register can be read; and
        all problems: errors, and warnings, which are the statistics' notes too.
    """
    root = Path(directory) if directory is not None else data_dir()
    found = _Found(None if indicators is None else {canonical(name) for name in indicators})
    try:
        files = laid_over(root, add, found.problems)
        found.description = files.description
        is_packaged = directory is None or data_dir() in root.parents
        tables = found.tables(files.paths, packaged=is_packaged)
        municipalities = found.register(tables[0])
    except DataError as error:
        return None, list(error.problems)
    said = found.description
    found.problems += against_resources(said, tables)
    missing: list[str] = []
    if directory is not None:
        missing, told = of_its_year(tables[0], part=said.part)
        found.problems += told
    found.known = {m.kommunenummer: m.municipality for m in municipalities}
    for table in tables:
        found.add(table)
    if indicators is not None:
        names = {name for table in tables for name in table.header} - set(_NO_FIGURES)
        where = None if directory is None else shown(str(root), 200)
        found.problems += found.missing(indicators, names, where)
    yearly = Yearly(municipalities)
    found.problems += deviations(found.columns, said, yearly, missing)
    wrong = {(problem.file, problem.line) for problem in found.problems}
    odd = implausible(found.columns, said.fields, yearly)
    found.problems += (one for one in odd if (one.file, one.line) not in wrong)
    used = {column.table for column in found.columns.values()} | {tables[0].file}
    tables = [table for table in tables if table.file in used]
    repairs = [note for table in tables for note in table.repairs]
    notes = [*repairs, *(p for p in found.problems if p.severity == "warning")]
    inputs = {table.file: table.sha256 for table in tables}
    statistics = Statistics(municipalities, found.columns, inputs, tuple(notes))
    return statistics, sorted_problems([*found.problems, *notes], list(inputs))


def sorted_problems(problems: Sequence[Finding], files: Sequence[str]) -> list[Finding]:
    """Return problems without repetitions, in the order of their files and lines."""
    order = {file: i for i, file in enumerate(files)}

    def place(p: Finding) -> tuple[int, str, int, bool]:
        file = p.file or ""
        return order.get(file, len(order)), file, p.line or 0, p.severity != "error"

    return sorted(dict.fromkeys(problems), key=place)


# --- what is gathered while tables are read --------------------------------------------------


@dataclass
class _Found:
    """Columns and complaints, errors and warnings; and what is known while they are gathered.

    Attributes:
        wanted: The columns to read; None: all figures.
        problems: What is wrong or odd.
        columns: Name → column.
        known: The register: kommunenummer → name.
        description: What `datapackage.json` says.
    """

    wanted: Collection[str] | None
    problems: list[Finding] = field(default_factory=list)
    columns: dict[str, Column] = field(default_factory=dict)
    known: Mapping[str, str] = field(default_factory=dict)
    description: Description = field(default_factory=Description)

    def tables(self, paths: Sequence[Path], *, packaged: bool) -> list[Table]:
        """Read the register, and the tables that have a wanted column."""
        register, *others = paths
        named = {path: str(path) for path in paths}
        if packaged:
            inside = [path for path in paths if data_dir() in path.parents]
            named |= {path: path.relative_to(data_dir()).as_posix() for path in inside}
        tables = [read_table(register, named[register])]
        for path in others:
            try:
                tables.append(read_table(path, named[path], wanted=self.wanted))
            except DataError as error:
                self.problems += error.problems
        return [self.described(table) for table in tables]

    def told(self, file: str, name: str) -> Field:
        """Return what is said of a column; nothing if it is not described."""
        return self.description.fields.get((file, name), Field())

    def described(self, table: Table) -> Table:
        """Empty the cells that hold what the description calls no value."""
        file = Path(table.file).name
        signs = [
            self.description.fields.get((file, name), Field()).missing for name in table.header
        ]
        if not any(signs):
            return table
        rows = [
            ["" if cell in none else cell for cell, none in zip(row, signs, strict=True)]
            for row in table.rows
        ]
        return replace(table, rows=rows)

    def hold(self, table: Table, name: str, values: Sequence[float | None] | None = None) -> None:
        """Hold a column against its description."""
        told = self.description.fields.get((Path(table.file).name, name))
        if told and table.rows:
            cells, place = table.column(name), table.place(name)
            self.problems += against_description(cells, told.kind, told.constraints, place, values)

    def register(self, table: Table) -> tuple[Municipality, ...]:
        """Read the municipalities."""
        if missing := table.lacking(REGISTER_COLUMNS):
            raise DataError([*self.problems, *missing, *table.repairs])
        if not table.rows:
            raise DataError(finding("no rows", file=table.file))
        self.problems += code_problems(table)
        if YEAR not in table.header:
            self.problems += duplicates(table, [(code,) for code in table.column(KEY)])
        self.problems += _nameless(table)
        left = [i for i, name in enumerate(table.header) if name not in (*REGISTER_COLUMNS, YEAR)]
        found: dict[str, Municipality] = {}
        columns = zip(*(table.column(name) for name in REGISTER_COLUMNS), strict=True)
        for i, (code, name, county) in enumerate(columns):
            attributes = {table.header[j]: table.rows[i][j] for j in left}
            first = found.setdefault(code, Municipality(code, name, county, attributes))
            if code and (first.municipality, first.fylke) != (name, county):
                texts = (name, county, first.municipality, first.fylke)
                here, where, above, there = map(shown, texts)
                said = {"code": code, "here": here, "in": where, "above": above, "there": there}
                self.problems.append(table.place(NAME).wrong(i, "two names", **said))
        return tuple(found[code] for code in sorted(found))

    def add(self, table: Table) -> None:
        """Read a table's columns of figures."""
        file = Path(table.file).name
        names = [name for name in table.header if self.is_wanted(table, name)]
        for name in table.header:
            if name in _NO_FIGURES or (self.wanted is None and name not in names):
                self.hold(table, name)
        if not names or not table.rows:
            return
        if missing := table.lacking([KEY]):
            self.problems += missing
            return
        rows = _rows(table, self)
        for name in names:
            if other := self.columns.get(name):
                label, said = table.label(name), {"other": other.table}
                self.problems.append(table.at_header("second column elsewhere", label, **said))
                continue
            told, place = self.told(file, name), table.place(name)
            read = read_figures(table.column(name), place)
            self.problems += read.problems
            self.problems += capped(list(column_problems(name, told.unit, read.values, place)))
            self.problems += read.repairs
            self.hold(table, name, read.values)
            about = (told.title, told.title_nb, told.unit, told.reference_date)
            values = rows.arranged(read.values)
            self.columns[name] = Column(name, table.file, values, *about, rows)
        described = self.description.fields
        if YEAR in table.header and not any((file, name) in described for name in names):
            self.problems.append(warning("1 January assumed", table.file))

    def is_wanted(self, table: Table, name: str) -> bool:
        """Return whether a column is to be read as figures.

        Without a list of wanted columns it is one that is described as numbers, or in which at
        least half of the cells look like it.
        """
        if name in _NO_FIGURES:
            return False
        if self.wanted is not None:
            return name in self.wanted
        if told := self.description.fields.get((Path(table.file).name, name)):
            return told.kind in ("number", "integer")
        cells = [cell for cell in table.column(name) if not is_missing(cell)]
        return bool(cells) and 2 * sum(map(is_figure, cells)) >= len(cells)

    def missing(
        self, indicators: Collection[str], known: Collection[str], where: str | None
    ) -> Iterator[Finding]:
        """Complain of indicators that no table has."""
        broken = {p.column for p in self.problems}
        for name in sorted(indicators):
            if canonical(name) in {*self.columns, *known, *broken}:
                continue
            header = next((label for label in sorted(known) if _YEAR.search(label)), "")
            also = "no years in headers" if header else ""
            said = {"name": shown(name), "header": header, "also": also}
            advice = advised(name, known) or ""
            yield finding("missing indicator", said, file=where, advice=advice)


def _nameless(table: Table) -> Iterator[Finding]:
    keys = [table.column(name) for name in REGISTER_COLUMNS]
    whole = [any(cells) for cells in zip(*keys, strict=True)]  # else one finding is enough
    for name, words in ((NAME, "name missing"), (COUNTY, "fylke missing")):
        cells = table.column(name)
        lacking = {i: words for i, cell in enumerate(cells) if not cell and whole[i]}
        yield from table.place(name).each(lacking, cells)


# --- rows by municipality and year -----------------------------------------------------------


def _rows(table: Table, found: _Found) -> Rows:
    """Read the keys of a table and complain of what is wrong with them."""
    codes, years = table.column(KEY), _years(table, found.problems)
    pairs = {*zip(codes, years, strict=True)}
    parted = len(pairs) < len(codes)
    parts = table.column(PART) if parted else [""] * len(codes)
    if wrong := code_problems(table):
        found.problems += wrong
    else:
        found.problems += against_register(table, codes, pairs, found.known)
    if parted and len({*zip(codes, years, parts, strict=True)}) < len(codes):
        texts = [str(year or "") for year in years]
        found.problems += duplicates(table, [*zip(codes, texts, parts, strict=True)])
    order: Sequence[int] = range(len(codes))
    keys: list[Any] = [*zip(codes, parts, strict=True)] if parted else codes
    if any(map(operator.gt, keys, keys[1:])):
        order = sorted(order, key=keys.__getitem__)
    by_year: dict[int | None, list[int]] = {}
    for i in order:
        by_year.setdefault(years[i], []).append(i)
    return Rows(codes, by_year, table.lines, parted)


def _years(table: Table, problems: list[Finding]) -> list[int | None]:
    """Return the year of each row; None for all in a table without years."""
    if YEAR not in table.header:
        return [None] * len(table.rows)
    cells, place = table.column(YEAR), table.place(YEAR)
    known = {cell: match for cell in set(cells) if (match := _YEAR.fullmatch(cell))}
    wrong = {
        i: "no year" if cell else "year missing"
        for i, cell in enumerate(cells)
        if cell not in known
    }
    problems += place.each(wrong, cells)
    if any(match[2] for match in known.values()):
        decimals = [i for i, cell in enumerate(cells) if cell in known and known[cell][2]]
        first, words = decimals[0], "decimals of years left out"
        problems.append(place.told(first, words, count=len(decimals), text=cells[first]))
    years = {cell: int(match[1]) for cell, match in known.items()}
    return [years.get(cell) for cell in cells]
