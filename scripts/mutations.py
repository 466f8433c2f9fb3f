"""How many wrong figures are noticed: every cell that rules read is made wrong in eight ways.

    python scripts/mutations.py [--rules FILE] [--every N] [--jobs N] [--list]

For each municipality and each column and year that the rules read: its row is deleted, given
twice, or given another year's kommunenummer; its figure is taken times ten or a tenth, swapped
with the next municipality's, replaced by per cent of the inhabitants, or the column from there
on is shifted by a row. And each municipality is deleted from all tables. Counted are those that
change at least one number asked, and of them those of which `bosetting validate` says something,
with control totals and without. Nothing is written; tables are mutated in memory.
"""

from __future__ import annotations

import argparse
import multiprocessing
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from bosetting_cli.findings import BosettingError, Problem
from bosetting_cli.result import allocate
from bosetting_cli.rules import Rules, load_rules
from bosetting_cli.rules.fitting import check_figures
from bosetting_cli.statistics import Statistics, loading
from bosetting_cli.statistics.descriptions import Description, read_description
from bosetting_cli.statistics.divisions import known_years, successors
from bosetting_cli.statistics.headers import KEY, YEAR
from bosetting_cli.statistics.reading import read_table
from bosetting_cli.statistics.table import Table

DATA = Path(__file__).parent.parent / "data"
USUAL = 0.065  # two figures that differ by less are a year's change apart
CONTROL = "control total"
ROWS = ("row deleted", "row twice", "another year's code")
CELLS = ("times ten", "a tenth", "swapped", "shifted", "per cent")
GONE = "deleted from all tables"


@dataclass(frozen=True)
class Mutation:
    """A way to make tables wrong.

    Attributes:
        kind: Of `ROWS` or `CELLS`, or `GONE`.
        file: The table.
        row: The row in it, or the first that is concerned.
        column: The column; empty where the whole row is concerned.
    """

    kind: str
    file: str
    row: int
    column: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of a mutation that changed a number.

    Attributes:
        mutation: The mutation.
        noticed: Whether something was said.
        without: Whether something else than a control total said it.
        near: Whether figures were swapped that are a usual year's change apart.
    """

    mutation: Mutation
    noticed: bool
    without: bool
    near: bool


# --- the tables as they are ------------------------------------------------------------------


@cache
def tables() -> dict[str, Table]:
    """Return the packaged tables by their file's name."""
    return {path.name: read_table(path) for path in sorted(DATA.glob("*.csv"))}


@cache
def description() -> Description:
    """Return what is said of the tables."""
    return read_description(DATA, [])


def read(
    changed: Mapping[str, Table], columns: list[str] | None
) -> tuple[Statistics, set[Problem]]:
    """Read the tables, some of them changed, as `load_statistics` would."""
    now = {**tables(), **changed}

    def given(path: Path, _name: str | None = None, *, wanted: object = None) -> Table:
        table = now[path.name]
        is_wanted = wanted is None or (isinstance(wanted, set) and wanted & set(table.header))
        return table if is_wanted else replace(table, rows=[], lines=[])

    loading.read_table = given  # type: ignore[assignment]
    loading.read_description = lambda _root, _problems: description()
    statistics, problems = loading.read(DATA, columns)
    if statistics is None:
        raise BosettingError(problems)
    return statistics, set(problems)


@cache
def base(rules: Path | None) -> tuple[Rules, Statistics, set[Problem], dict[str, object]]:
    """Return rules, statistics, what is said of them anyway, and the numbers."""
    read_rules = load_rules(rules)
    statistics, _ = read({}, sorted(read_rules.indicators()))
    whole, said = read({}, None)
    said |= set(check_figures(whole, read_rules))
    return read_rules, statistics, said, numbers(statistics, read_rules)


def numbers(statistics: Statistics, rules: Rules) -> dict[str, object]:
    """Return what each municipality is asked for, in all and of each sub-group."""
    made = allocate(statistics, rules).decision
    groups = [made.requested[0], *(shared[0] for shared, _ in made.of_which.values())]
    return dict(zip(statistics.units, np.stack(groups).T.tolist(), strict=True))


# --- mutations -------------------------------------------------------------------------------


def years_read(rules: Rules, statistics: Statistics) -> set[tuple[str, int | None]]:
    """Return the columns that the rules read, with the years; all years where they name none."""
    criteria = [*rules.criteria, *(rules.counties.criteria if rules.counties else ())]
    groups = [group.among for group in rules.of_which if group.among]
    parts = [(c.indicator, c.years) for c in (*criteria, *rules.eligible, *groups)]
    found: set[tuple[str, int | None]] = {("population", None)}
    for indicator, years in parts:
        ratio = (getattr(indicator, "numerator", indicator), getattr(indicator, "denominator", ""))
        found |= {(name, year) for name in ratio if name for year in years or (None,)}
    return {(name, year or statistics.column(name).newest(rules.as_of)) for name, year in found}


def mutations(rules: Rules, statistics: Statistics) -> Iterator[Mutation]:
    """Yield all mutations of what the rules read."""
    wanted = years_read(rules, statistics)
    for file, table in tables().items():
        names = {name for name, _ in wanted if name in table.header}
        if not names:
            continue
        for row, cells in enumerate(table.rows):
            year = int(cells[table.header.index(YEAR)])
            here = [name for name in sorted(names) if (name, year) in wanted]
            yield from (Mutation(kind, file, row) for kind in ROWS if here)
            yield from (Mutation(kind, file, row, name) for name in here for kind in CELLS)
    for row in range(len(tables()["municipalities.csv"].rows)):
        yield Mutation(GONE, "municipalities.csv", row)


def mutated(mutation: Mutation) -> tuple[dict[str, Table], bool]:
    """Return the tables that a mutation changes, none if it can't be; and whether it is near."""
    table = tables()[mutation.file]
    if mutation.kind == GONE:
        code = table.rows[mutation.row][table.header.index(KEY)]
        return {file: without(each, code) for file, each in tables().items()}, False
    if mutation.kind in ROWS:
        return rows_changed(table, mutation)
    return cells_changed(table, mutation)


def without(table: Table, code: str) -> Table:
    """Return a table without a municipality."""
    codes = table.column(KEY)
    return table.only([i for i, other in enumerate(codes) if other != code])


def rows_changed(table: Table, mutation: Mutation) -> tuple[dict[str, Table], bool]:
    """Delete or double a row, or give it another year's code."""
    rows, lines, at, key = [*table.rows], [*table.lines], mutation.row, table.header.index(KEY)
    if mutation.kind == "row deleted":
        del rows[at], lines[at]
    elif mutation.kind == "row twice":
        rows.insert(at, rows[at])
        lines.insert(at, lines[at])
    else:
        code = rows[at][key]
        others = (successors(2017, year)[code][0] for year in reversed(known_years()))
        new = next((other for other in others if other != code), None)
        if new is None:
            return {}, False
        rows[at] = [*rows[at][:key], new, *rows[at][key + 1 :]]
    return {mutation.file: replace(table, rows=rows, lines=lines)}, False


def cells_changed(table: Table, mutation: Mutation) -> tuple[dict[str, Table], bool]:
    """Make a figure wrong, or two, or all below it."""
    rows, at, column = [*table.rows], mutation.row, table.header.index(mutation.column)
    year = table.column(YEAR)
    below = [i for i in range(at, len(rows)) if year[i] == year[at]]
    old = [rows[i][column] for i in below]
    new = changed(mutation.kind, old, rows[at][table.header.index(KEY)])
    if new[: len(old)] == old[: len(new)]:
        return {}, False
    for i, cell in zip(below, new, strict=False):
        rows[i] = [*rows[i][:column], cell, *rows[i][column + 1 :]]
    near = mutation.kind == "swapped" and all(old[:2]) and are_near(*map(float, old[:2]))
    return {mutation.file: replace(table, rows=rows)}, near


def changed(kind: str, cells: list[str], code: str) -> list[str]:
    """Return the cells of a municipality and those below, the first or more of them wrong."""
    if kind == "shifted":
        return ["", *cells[:-1]]
    if kind == "swapped":
        return [*reversed(cells[:2])]
    if not cells[0]:
        return [cells[0]]
    figure = float(cells[0])
    people = 5_258_317.0 if figure > 0.9 * inhabitants()[code] else inhabitants()[code]
    made = {"times ten": figure * 10, "a tenth": figure / 10, "per cent": 100 * figure / people}
    return [f"{round(made[kind], 1 if kind == 'per cent' else 9):.12g}"]


def are_near(one: float, other: float) -> bool:
    """Return whether two figures are a usual year's change apart."""
    return abs(one - other) <= USUAL * max(one, other)


@cache
def inhabitants() -> dict[str, float]:
    """Return the inhabitants of 2017 by kommunenummer."""
    statistics, _ = read({}, ["population"])
    column = statistics.column("population")
    return {unit: column.value(unit, 2017) or 0 for unit in statistics.units}


# --- what becomes of them --------------------------------------------------------------------


def tried(job: tuple[Path | None, Mutation]) -> Outcome | None:
    """Return the outcome of a mutation; None if it changes no number."""
    path, mutation = job
    rules, statistics, before, asked = base(path)
    now, near = mutated(mutation)
    if not now:
        return None
    mixed = read(now, None)[0] if mutation.kind == GONE else mixed_in(statistics, mutation, now)
    try:
        if numbers(mixed, rules) == asked:
            return None
        said = set(check_figures(mixed, rules))
    except BosettingError as error:
        said = set(error.problems)
    names = [mutation.column] if mutation.column else [*statistics.columns]
    said = (said | read(now, names)[1]) - before
    if all(one.kind == CONTROL for one in said):
        said |= read(now, None)[1] - before
    others = [one for one in said if one.kind != CONTROL]
    return Outcome(mutation, bool(said), bool(others), near)


def mixed_in(statistics: Statistics, mutation: Mutation, now: Mapping[str, Table]) -> Statistics:
    """Return statistics with the year's figures of a changed table."""
    table = now[mutation.file]
    year = tables()[mutation.file].column(YEAR)[mutation.row]
    rows = [row for row, of in zip(table.rows, table.column(YEAR), strict=True) if of == year]
    names = [mutation.column] if mutation.column else table.header
    columns = dict(statistics.columns)
    for name in statistics.columns.keys() & set(names):
        key, at, units = table.header.index(KEY), table.header.index(name), {}
        for row in rows:
            part = (float(row[at]) if row[at] else None,)
            units[row[key]] = units.get(row[key], ()) + part
        figures = {**columns[name].figures, int(year): units}
        columns[name] = replace(columns[name], figures=figures)
    return replace(statistics, columns=columns)


def main() -> None:
    """Try all mutations and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rules", type=Path)
    parser.add_argument("--every", type=int, default=1, help="only every Nth mutation")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--list", action="store_true", help="list what is not noticed")
    options = parser.parse_args()
    rules, statistics, _, _ = base(options.rules)
    jobs = [(options.rules, one) for one in mutations(rules, statistics)][:: options.every]
    with multiprocessing.get_context("fork").Pool(options.jobs) as pool:
        outcomes = [one for one in pool.imap(tried, jobs, chunksize=50) if one]
    print(f"{len(jobs):,} mutations, {len(outcomes):,} of them change a number")
    report(outcomes, "kind")
    report(outcomes, "column")
    for one in outcomes if options.list else ():
        if not (one.without or one.near):
            mutation = one.mutation
            cells = tables()[mutation.file].rows[mutation.row]
            print(mutation.kind, mutation.file, mutation.column, cells[:4], one.noticed)


def report(outcomes: list[Outcome], by: str) -> None:
    """Print how many of the mutations that change a number are noticed, by kind or column."""
    counts: Counter[tuple[str, str]] = Counter()
    for one in outcomes:
        group = getattr(one.mutation, by) or one.mutation.file
        for name in (group, "all"):
            counts[name, "near"] += one.near and not one.without
            if one.without or not one.near:
                counts[name, "changing"] += 1
                counts[name, "noticed"] += one.noticed
                counts[name, "without"] += one.without
    names = [*dict.fromkeys(name for name, _ in counts if name != "all"), "all"]
    print(f"\n| {by} | change a number | noticed | without control totals | near swaps, apart |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name in names:
        n = counts[name, "changing"]
        parts = [f"{counts[name, key] / n:.2%}" if n else "" for key in ("noticed", "without")]
        print(f"| {name} | {n:,} | {parts[0]} | {parts[1]} | {counts[name, 'near']} |")


if __name__ == "__main__":
    main()
