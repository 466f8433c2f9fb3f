"""Rules and statistics brought together: in one year's codes, and checked against each other."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Iterable, Iterator, Sequence

from bosetting_cli.findings import DataError, Finding, finding, shown, weighed
from bosetting_cli.rules.change import replace
from bosetting_cli.rules.structs import Criterion, Ratio, Rules, column_name, indicator_columns
from bosetting_cli.statistics import Column, Statistics, year_list
from bosetting_cli.statistics.divisions import CARRIED, carry_codes, carry_over, vintage, years_with
from bosetting_cli.statistics.headers import canonical
from bosetting_cli.statistics.table import capped


def in_one_years_codes(
    statistics: Statistics, rules: Rules, to: int | None = None
) -> tuple[Statistics, Rules]:
    """Bring statistics, and the kommunenummer that rules name, to one year's codes.

    Args:
        statistics: Figures on the municipalities of any one year known.
        rules: Rules that may name municipalities in another year's codes.
        to: The year; without it the statistics' own, so that only the rules change.

    Raises:
        DataError: Something can't be carried over without an assumption; see `carry_over`.
    """
    if to is not None:
        statistics = carry_over(statistics, to)
    chosen, minimum, listed = rules.select, rules.minimum, rules.select.list
    listed = listed if isinstance(listed, tuple) else ()
    named = (*listed, *chosen.include, *rules.exclude, *minimum.by_municipality)
    strange = {code for name in named if (code := _code(name))} - set(statistics.units)
    to = to or (vintage(statistics.units) if strange else None)
    if not strange or to is None:
        return statistics, rules
    least: dict[str, int] = {}
    for name, number in minimum.by_municipality.items():
        (code,) = _recoded([name], to)
        least[code] = least.get(code, 0) + number
    changed = replace(
        rules,
        exclude=_recoded(rules.exclude, to),
        minimum={"by_municipality": least},
        select={
            "include": _recoded(chosen.include, to),
            "list": _recoded(listed, to) if listed else chosen.list,
        },
    )
    if changed == rules:
        return statistics, rules
    said = {"count": len(strange), "year": to, "names": tuple(sorted(strange))}
    note = finding("rules carried over", said, severity="note", kind=CARRIED)
    return dataclasses.replace(statistics, notes=(*statistics.notes, note)), changed


def _code(name: str) -> str:
    """Return the kommunenummer that rules name; empty for the name of a municipality."""
    text = name.strip()
    return text.zfill(4) if text.isascii() and text.isdigit() else ""


def _recoded(names: Iterable[str], to: int) -> tuple[str, ...]:
    """Return names with their kommunenummer carried over to a year, each once."""
    names = list(names)
    carried = carry_codes([code for name in names if (code := _code(name))], to)
    return tuple(dict.fromkeys(carried.get(_code(name), name) for name in names))


# --- checked against each other --------------------------------------------------------------


def checked(
    statistics: Statistics, rules: Rules, *, strict: bool = False, notes: Sequence[Finding] = ()
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
    problems = weighed([*notes, *check_figures(statistics, rules)], strict=strict)
    if any(problem.severity == "error" for problem in problems):
        raise DataError(problems if strict else [*problems, *statistics.notes])
    return dataclasses.replace(statistics, notes=(*statistics.notes, *problems))


def check_figures(statistics: Statistics, rules: Rules) -> list[Finding]:
    """Return what the statistics lack for the rules, and rates that exceed 1.

    Args:
        statistics: From `load_statistics`.
        rules: From `load_rules`.

    Returns:
        Errors, and warnings about what may be meant.
    """
    problems: list[Finding] = []
    criteria = rules.every_criterion()
    read = [(name, c.years) for c in criteria for name in indicator_columns(c.indicator)]
    read += [(c.indicator, c.years) for c in rules.conditions()]
    for name, years in read:
        column = statistics.columns.get(canonical(name)) or statistics.columns.get(name)
        if column is not None:  # else it has been said in reading
            problems += _years(column, years)
    for criterion in criteria:
        problems += _above_one(statistics, criterion)
    problems += _minimums(statistics, rules)
    return list(dict.fromkeys(problems))


def _minimums(statistics: Statistics, rules: Rules) -> Iterator[Finding]:
    """Complain of minimums that would reach nobody."""
    known = set(statistics.units)
    for code in rules.minimum.by_municipality:
        if code not in known and not years_with(code):  # another year's may be carried over later
            near, key = code.zfill(4), "minimum.by_municipality"
            remedy = finding("near", name=near) if near in known else finding("no code")
            said = {"name": shown(code), "remedy": remedy}
            yield finding("unknown municipality", said, key=key, cell=code)


def _years(column: Column, years: Sequence[int]) -> Iterator[Finding]:
    told = functools.partial(finding, file=column.table, column=column.name)
    if missing := [year for year in years if year not in column.figures]:
        known = year_list(column.figures)
        yield told("years missing", years=year_list(missing), known=known)
    for year in years:
        cells = column.figures.get(year, {}).values()
        if cells and all(part is None for parts in cells for part in parts):
            yield told("year empty", year=year, severity="warning")


def _above_one(statistics: Statistics, criterion: Criterion) -> Iterator[Finding]:
    """Complain of numerators above their denominators."""
    ratio = criterion.indicator
    if not isinstance(ratio, Ratio):
        return
    try:
        above, below = statistics.column(ratio.numerator), statistics.column(ratio.denominator)
    except DataError:
        return  # it has been said in reading
    names = {m.kommunenummer: m.municipality for m in statistics.municipalities}
    told = functools.partial(finding, "part above whole", file=above.table, column=above.name)
    problems = []
    for unit, year, part, x, n in _excesses(statistics, above, below):
        said = {"unit": unit, "name": names[unit], "year": "" if year is None else f" {year}"}
        said |= {"whole": f"{n:.12g}", "below": below.name}
        said |= {"criterion": column_name(criterion.name)}
        line = above.line(unit, year, part)
        problems.append(told(said, line=line, cell=f"{x:.12g}"))
    yield from capped(problems, 20)


def _excesses(
    statistics: Statistics, above: Column, below: Column
) -> Iterator[tuple[str, int | None, int, float, float]]:
    """Yield unit, year and part of a numerator above its denominator, and the two figures."""
    for year in above.figures:
        for unit in statistics.units:
            for part, x, y in above.beside(below, unit, year):
                # A part computed from a rounded rate may exceed its whole by a rounding error.
                if x > y and not math.isclose(x, y):
                    yield unit, year, part, x, y
