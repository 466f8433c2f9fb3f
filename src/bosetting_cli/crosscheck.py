"""What is only wrong together: tables and register, codes and years, figures and rules."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bosetting_cli.errors import DataError, Problem, shown, some
from bosetting_cli.names import fold, name_keys
from bosetting_cli.reading.csvfile import capped, read_csv
from bosetting_cli.reading.headers import COUNTY, KEY, NAME, YEAR, canonical
from bosetting_cli.rules import Ratio, column_name
from bosetting_cli.statistics import year_list

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from bosetting_cli.reading.csvfile import CsvTable
    from bosetting_cli.reading.figures import Place
    from bosetting_cli.rules import Criterion, Rules
    from bosetting_cli.statistics import Column, Municipality, Statistics

_FEW = 5  # unknown kommunenummer up to this many are told one by one


class Reading(Protocol):
    """Where complaints go while tables are read."""

    problems: list[Problem]
    notes: list[Problem]


# --- tables and register ---------------------------------------------------------------------


def against_register(
    table: CsvTable,
    codes: Sequence[str],
    pairs: Collection[tuple[str, int | None]],
    known: Mapping[str, Municipality],
    reading: Reading,
) -> None:
    """Compare a table's municipalities with the register's: who is unknown, who is missing.

    Args:
        table: The table.
        codes: Kommunenummer by row.
        pairs: Those of its municipalities and years that have a row.
        known: The register.
        reading: Gets the complaints.
    """
    found = set(codes)
    if unknown := found - known.keys():
        reading.problems += _unknown(table, codes, unknown, known)
    reading.notes += _absent(table, found, pairs, known)
    if NAME in table.header and COUNTY not in table.header:
        reading.notes += _misnamed(table, codes, known)


def _unknown(
    table: CsvTable, codes: Sequence[str], unknown: Collection[str], known: Collection[str]
) -> Iterator[Problem]:
    label = table.label(KEY)
    rows = [(code, line) for code, line in zip(codes, table.lines, strict=True) if code in unknown]
    year = looks_like(set(codes))
    here = looks_like(set(known))
    if len(unknown) <= _FEW or year is None or year == here:
        problems = [
            Problem(
                f"unknown municipality {code}{_of_years(code)}", table.file, line, label, value=code
            )
            for code, line in rows
        ]
        yield from capped(problems)
        return
    what = f"{len(unknown)} of {len(set(codes))} kommunenummer are not in the register:"
    what += f" these look like the codes of {year}"
    what += f", the register's like those of {here}" if here else ""
    hint = f"they begin with {some(sorted(unknown), 3)}; {_advice(year, here)}"
    yield Problem(what, table.file, rows[0][1], label, value=rows[0][0], hint=hint)


def _advice(year: int, here: int | None) -> str:
    if here is None:
        return f"bring a register of {year}"
    return f"bring a register of {year} too and carry the figures over with --codes {here}"


def _of_years(code: str) -> str:
    from bosetting_cli.codes import codes_of, known_years

    years = [year for year in known_years() if code in codes_of(year)]
    return f", a code of {year_list(years)}" if years else ""


def looks_like(codes: Collection[str]) -> int | None:
    """Return the year whose kommunenummer these mostly are; None if they are of no year.

    Of equally fitting years it is the one that is filled best, then the earliest.

    Example:
        >>> looks_like(["0301", "1601"]), looks_like(["0101", "5001"]), looks_like(["9901"])
        (2017, 2018, None)
    """
    from bosetting_cli.codes import codes_of, known_years

    fit = {year: len(codes_of(year).intersection(codes)) for year in known_years()}
    best = max(fit, key=lambda year: (fit[year], fit[year] / len(codes_of(year)), -year))
    return best if 2 * fit[best] > len(set(codes)) else None


def mixed_register(table: CsvTable, codes: Collection[str]) -> Iterator[Problem]:
    """Complain of a register that has the codes of two years, and so a municipality twice."""
    from bosetting_cli.codes import codes_of, known_years

    year = looks_like(codes)
    if year is None:
        return
    other = {code: y for code in codes for y in known_years() if code in codes_of(y)}
    strange = sorted(code for code in other if code not in codes_of(year))
    lines = dict(zip(table.column(KEY), table.lines, strict=True))
    if strange:
        what = f"{some(strange, 3)} {'is no code' if len(strange) == 1 else 'are no codes'}"
        what += f" of {year} like the others, but{_of_years(strange[0]).removeprefix(', a code')}"
        hint = "a register has the municipalities of one year"
        yield Problem(
            what, table.file, lines[strange[0]], table.label(KEY), value=strange[0], hint=hint
        )


def _absent(
    table: CsvTable,
    found: Collection[str],
    pairs: Collection[tuple[str, int | None]],
    known: Mapping[str, Municipality],
) -> Iterator[Problem]:
    """Say which municipalities of the register have no row, in all years or in one."""
    gone = [code for code in known if code not in found]
    if gone:
        yield _lack(table, gone, known, "")
    years = {year for _, year in pairs}
    if len(pairs) == len(found) * len(years):
        return  # all have all years
    for year in sorted(year for year in years if year is not None):
        if few := [code for code in known if code in found and (code, year) not in pairs]:
            yield _lack(table, few, known, f" in {year}")


def _lack(
    table: CsvTable, codes: Sequence[str], known: Mapping[str, Municipality], when: str
) -> Problem:
    names = some([f"{code} {known[code].municipality}" for code in codes], 3)
    who = "1 municipality has" if len(codes) == 1 else f"{len(codes)} municipalities have"
    return Problem(
        f"{who} no row{when}: {names}", table.file, column=table.label(KEY), severity="warning"
    )


def _misnamed(
    table: CsvTable, codes: Sequence[str], known: Mapping[str, Municipality]
) -> Iterator[Problem]:
    """Say which rows name another municipality than their code: columns sorted apart?"""
    wrong = [
        (code, name, line)
        for code, name, line in zip(codes, table.column(NAME), table.lines, strict=True)
        if name and code in known and not _same(name, known[code].municipality)
    ]
    if wrong:
        code, name, line = wrong[0]
        what = f"{len(wrong)} names don't fit their kommunenummer:"
        what += f" `{shown(name)}`, but {code} is {known[code].municipality}"
        yield Problem(what, table.file, line, table.label(NAME), value=name, severity="warning")


def _same(name: str, other: str) -> bool:
    return fold(name) == fold(other) or not name_keys(name).isdisjoint(name_keys(other))


# --- one column ------------------------------------------------------------------------------


def column_problems(name: str, values: Sequence[float | None], place: Place) -> Iterator[Problem]:
    """Complain of figures that can't be meant: no inhabitants, per cent beside parts of 1."""
    if name == "population":
        hint = "a municipality has inhabitants; leave the cell empty if the figure is not known"
        for i, value in enumerate(values):
            if value == 0:
                yield place.error(i, "a population of 0", "0", hint)
    yield from _two_scales(values, place)


def _two_scales(values: Sequence[float | None], place: Place) -> Iterator[Problem]:
    """Complain of a rate given as 68 in some rows and as 0.68 in others."""
    low = [i for i, x in enumerate(values) if x is not None and 0 < x < 1]
    if not low:
        return
    high = [i for i, x in enumerate(values) if x is not None and x >= 1]
    if not high:
        return
    parts = [values[i] or 0.0 for i in low]
    wholes = [values[i] or 0.0 for i in high]
    apart = min(wholes) > 20 * max(parts)
    if apart and max(wholes) <= 100 and 50 < _middle(wholes) / _middle(parts) < 200:
        few, many = (low, high) if len(low) <= len(high) else (high, low)
        what = f"{values[few[0]]:g} beside {values[many[0]]:g} (line {place.lines[many[0]]}):"
        what += " per cent in some rows, parts of 1 in others"
        hint = f"the first of {len(few)} such rows; write the whole column in one way"
        yield place.error(few[0], what, f"{values[few[0]]:g}", hint)


def _middle(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


# --- figures and rules -----------------------------------------------------------------------


def checked(
    statistics: Statistics,
    rules: Rules,
    *,
    strict: bool = False,
    notes: Sequence[Problem] = (),
) -> Statistics:
    """Return statistics that the rules can be applied to, with what is odd in their notes.

    Args:
        statistics: From `load_statistics`.
        rules: From `load_rules`.
        strict: Refuse what is odd.
        notes: What was odd about other files.

    Raises:
        DataError: They can't be applied; with `strict` also if anything is odd.
    """
    problems = [*notes, *check_figures(statistics, rules)]
    if strict:
        problems = [replace(problem, severity="error") for problem in problems]
    if any(problem.severity == "error" for problem in problems):
        raise DataError(problems if strict else [*problems, *statistics.notes])
    return replace(statistics, notes=(*statistics.notes, *problems))


def check_figures(statistics: Statistics, rules: Rules) -> list[Problem]:
    """Return what the statistics lack for the rules, and rates that exceed 1.

    Args:
        statistics: From `load_statistics`.
        rules: From `load_rules`.

    Returns:
        Errors, and warnings about what may be meant.
    """
    problems: list[Problem] = []
    for name, years in _asked(rules):
        column = statistics.columns.get(canonical(name)) or statistics.columns.get(name)
        if column is not None:  # else it has been said in reading
            problems += _years(column, years)
    counties = rules.counties.criteria if rules.counties else ()
    for criterion in (*rules.criteria, *counties):
        problems += _above_one(statistics, criterion)
    problems += _minimums(statistics, rules)
    return list(dict.fromkeys(problems))


def _minimums(statistics: Statistics, rules: Rules) -> Iterator[Problem]:
    """Complain of minimums that would reach nobody."""
    known = set(statistics.units)
    for code in rules.minimum.by_municipality:
        if code not in known and not _of_years(code):  # another year's may be carried over later
            near = code.zfill(4)
            hint = f"did you mean `{near}`?" if near in known else "expected a kommunenummer"
            key = "minimum.by_municipality"
            yield Problem(f"unknown municipality {shown(code)}", key=key, value=code, hint=hint)


def _asked(rules: Rules) -> Iterator[tuple[str, Sequence[int]]]:
    """Yield each column that rules read by year, with its years."""
    counties = rules.counties.criteria if rules.counties else ()
    for criterion in (*rules.criteria, *counties):
        kind = criterion.indicator
        names = (kind.numerator, kind.denominator) if isinstance(kind, Ratio) else (kind,)
        for name in names:
            yield name, criterion.years
    groups = (group.among for group in rules.of_which if group.among)
    for condition in (*rules.eligible, *groups):
        yield condition.indicator, condition.years


def _years(column: Column, years: Sequence[int]) -> Iterator[Problem]:
    hint = f"it has {year_list(column.figures)}"
    if missing := [year for year in years if year not in column.figures]:
        what = f"`{column.name}` has no figures for {year_list(missing)}"
        yield Problem(what, column.table, column=column.name, hint=hint)
    for year in years:
        cells = column.figures.get(year, {}).values()
        if cells and all(part is None for parts in cells for part in parts):
            what = f"`{column.name}` is empty in {year}, a year that the rules ask for"
            yield Problem(what, column.table, column=column.name, severity="warning")


def _above_one(statistics: Statistics, criterion: Criterion) -> Iterator[Problem]:
    """Complain of numerators above their denominators."""
    ratio = criterion.indicator
    if not isinstance(ratio, Ratio):
        return
    try:
        above, below = statistics.column(ratio.numerator), statistics.column(ratio.denominator)
    except DataError:
        return  # it has been said in reading
    wrong = list(_excesses(statistics, above, below))
    if not wrong:
        return
    lines = _lines(above)
    problems = [
        Problem(
            f"{x:.12g} of {n:.12g} (`{below.name}`) in {_row(statistics, unit, year)}:"
            " the part exceeds the whole",
            above.table,
            lines.get((unit, year)),
            above.name,
            value=f"{x:.12g}",
            hint=f"criterion {column_name(criterion.name)} is a rate: some of all;"
            " are numerator and denominator swapped?",
        )
        for unit, year, x, n in wrong
    ]
    yield from capped(problems, 20)


def _excesses(
    statistics: Statistics, above: Column, below: Column
) -> Iterator[tuple[str, int | None, float, float]]:
    for year in above.figures:
        for unit in statistics.units:
            a, n = above.parts(unit, year), below.parts(unit, year)
            if len(a) != len(n):
                a, n = (above.value(unit, year),), (below.value(unit, year),)
            for x, y in zip(a, n, strict=True):
                # A part computed from a rounded rate may exceed its whole by a rounding error.
                if x is not None and y is not None and x > y and not math.isclose(x, y):
                    yield unit, year, x, y


def _row(statistics: Statistics, unit: str, year: int | None) -> str:
    name = next(m.municipality for m in statistics.municipalities if m.kommunenummer == unit)
    return f"{unit} {name}" + (f" {year}" if year is not None else "")


def _lines(column: Column) -> dict[tuple[str, int | None], int]:
    """Return where each municipality and year stands: the table is read once more for it."""
    try:
        table = read_csv(Path(column.table))
        codes = table.column(KEY)
        years = table.column(YEAR) if YEAR in table.header else [""] * len(codes)
    except (DataError, ValueError):
        return {}  # the packaged tables are known by their names alone
    numbers = [int(year[:4]) if year[:4].isdigit() else None for year in years]
    rows = zip(codes, numbers, table.lines, strict=True)
    return {(code, year): line for code, year, line in reversed(list(rows))}
