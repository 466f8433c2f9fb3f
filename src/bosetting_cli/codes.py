"""Kommunenummer of several years: which year's they are, and figures carried to another year's.

The table behind it has a row for each municipality, or part of one, that has never been divided
since; a unit of any year is a set of such rows, so that mergers, splits and new numbers are one
question: do all the rows of a unit go to the same place?
"""

from __future__ import annotations

import csv
import dataclasses
import functools
from typing import TYPE_CHECKING

from bosetting_cli.errors import DataError, Problem, some
from bosetting_cli.regroup import is_count, regroup
from bosetting_cli.resources import data_dir
from bosetting_cli.rules import replace
from bosetting_cli.statistics import Municipality

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from bosetting_cli.rules import Rules
    from bosetting_cli.statistics import Statistics

_PREFIX = "kommunenummer_"
CARRIED = "carried over"  # the kind of note that says so


@functools.cache
def _rows(file: str) -> tuple[dict[str, str], ...]:
    with (data_dir() / "reference" / file).open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


@functools.cache
def known_years() -> tuple[int, ...]:
    """Return the years whose kommunenummer are known."""
    header = _rows("municipality_codes.csv")[0]
    return tuple(int(name[len(_PREFIX) :]) for name in header if name.startswith(_PREFIX))


@functools.cache
def codes_of(year: int) -> frozenset[str]:
    """Return all kommunenummer of a year.

    Raises:
        DataError: The year is not known.
    """
    if year not in known_years():
        hint = f"known are {', '.join(map(str, known_years()))}"
        raise DataError(Problem(f"the kommunenummer of {year} are not known", hint=hint))
    return frozenset(row[f"{_PREFIX}{year}"] for row in _rows("municipality_codes.csv"))


def vintage(codes: Iterable[str]) -> int | None:
    """Return the first year that has all of these kommunenummer; None if no year has.

    Example:
        >>> vintage(["0301", "1601"]), vintage(["0301", "5001"]), vintage(["1601", "5001"])
        (2016, 2018, None)
    """
    wanted = frozenset(codes)
    return next((year for year in known_years() if wanted and wanted <= codes_of(year)), None)


@functools.cache
def successors(source: int, to: int) -> Mapping[str, tuple[str, ...]]:
    """Return where the municipalities of one year are in another, which may be the earlier.

    Returns:
        Kommunenummer of `source` → those of `to` that have a part of it, sorted.
    """
    codes_of(source), codes_of(to)
    found: dict[str, set[str]] = {}
    for row in _rows("municipality_codes.csv"):
        found.setdefault(row[f"{_PREFIX}{source}"], set()).add(row[f"{_PREFIX}{to}"])
    return {code: tuple(sorted(parts)) for code, parts in found.items()}


def carry_codes(
    codes: Collection[str], to: int, names: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the kommunenummer in `to` of municipalities named in another year's codes.

    A list that mixes years, as lists of a year of mergers do, is read code by code: as one of
    `to` if it is one, else of the nearest year that knows it.

    Args:
        codes: Kommunenummer of one year, or of several.
        to: The year whose codes are wanted.
        names: Kommunenummer → name, for complaints.

    Returns:
        Code → code of `to`; codes that no year knows are left out.

    Raises:
        DataError: A municipality is divided between several of `to`; all of them are listed.
    """
    source = vintage(codes)
    order = sorted(known_years(), key=lambda year: abs(year - to))
    carried, problems = {}, []
    for code in codes:
        years = [source] if source else [year for year in order if code in codes_of(year)]
        if not years:
            continue
        targets = successors(years[0], to)[code]
        carried[code] = targets[0]
        if len(targets) > 1:
            name = (names or {}).get(code) or _name(code, years[0])
            problems.append(_divided(code, name, targets, years[0], to))
    if problems:
        raise DataError(problems)
    return carried


def _divided(code: str, name: str, targets: Sequence[str], source: int, to: int) -> Problem:
    who = f"{name} {code}".strip()
    parts = " and ".join(f"{t} {_name(t, to)}".strip() for t in targets)
    what = f"{who} of {source} is divided between {parts} in {to}"
    hint = "how much of it goes where would be an assumption; give figures in the new codes"
    if to < source:
        hint = f"what each of them had can't be known; use --codes {source} or figures of {to}"
    return Problem(what, column="kommunenummer", value=code, hint=hint)


def carry_over(statistics: Statistics, to: int) -> Statistics:
    """Carry statistics over to the kommunenummer of another year, where that is exact.

    New numbers are put in the place of the old, merged municipalities' counts are added up and
    their rates pooled from numerators and denominators. The result's notes say what was done.

    Args:
        statistics: Figures on the municipalities of any one year known.
        to: The year whose municipalities are wanted.

    Returns:
        The statistics on the municipalities of `to`; as they are if they have its codes already.

    Raises:
        DataError: A municipality was split, or a part of a merged one is lacking, so that an
            assumption would be needed; all of them are listed. Or the year of the codes can't
            be told.
    """
    if set(statistics.units) <= codes_of(to):
        return statistics
    source = vintage(statistics.units)
    if source is None:
        raise DataError(_of_no_year(statistics))
    names = {m.kommunenummer: m.municipality for m in statistics.municipalities}
    group_of = carry_codes(statistics.units, to, names)
    if problems := list(_lacking(group_of, source, to)):
        raise DataError(problems)
    groups: dict[str, list[Municipality]] = {}
    for m in statistics.municipalities:
        groups.setdefault(group_of[m.kommunenummer], []).append(m)
    carried = regroup(statistics, group_of, [_merged(c, parts) for c, parts in groups.items()])
    note = Problem(_said(statistics, groups, source, to), severity=CARRIED)
    return dataclasses.replace(carried, notes=(*statistics.notes, note))


def _of_no_year(statistics: Statistics) -> list[Problem]:
    years = ", ".join(map(str, known_years()))
    known = frozenset().union(*(codes_of(year) for year in known_years()))
    strange = [m for m in statistics.municipalities if m.kommunenummer not in known]
    if not strange:
        what = f"the kommunenummer are of no single year known ({years})"
        return [Problem(what, hint="give all figures on the municipalities of one year")]
    return [
        Problem(f"{m.municipality} {m.kommunenummer}: in none of the years {years}")
        for m in strange
    ]


def _lacking(group_of: Mapping[str, str], source: int, to: int) -> Iterable[Problem]:
    """Yield the municipalities of `to` of which the statistics have only some parts."""
    parts: dict[str, list[str]] = {}
    for code, targets in successors(source, to).items():
        for target in targets:
            parts.setdefault(target, []).append(code)
    for target in sorted(set(group_of.values())):
        missing = [code for code in parts[target] if code not in group_of]
        if missing:
            what = f"{_name(target, to)} {target} of {to} lacks a part"
            hint = f"the statistics have no {', '.join(missing)}; give their figures or none"
            yield Problem(what.strip(), column="kommunenummer", value=target, hint=hint)


@functools.cache
def _official() -> Mapping[str, str]:
    """Return the names of municipalities that came of mergers, by kommunenummer."""
    return {row["kommunenummer"]: row["municipality"] for row in _rows("municipality_names.csv")}


def _name(code: str, year: int) -> str:
    """Return the name of a municipality of a year, as far as the tables know it."""
    if code in _official():
        return _official()[code]
    names = {
        row["municipality_2017"]
        for row in _rows("municipality_codes.csv")
        if row[f"{_PREFIX}{year}"] == code
    }
    return " + ".join(sorted(names))


def _merged(code: str, parts: Sequence[Municipality]) -> Municipality:
    """Return a municipality made of others: the official name, the county of its number."""
    name = parts[0].municipality
    if len(parts) > 1:
        name = _official().get(code) or " + ".join(part.municipality for part in parts)
    county, fylke = code[:2], parts[0].fylke
    if any(part.kommunenummer[:2] != county or part.fylke != fylke for part in parts):
        fylke = next(r["fylke"] for r in _rows("county_names.csv") if r["fylkesnummer"] == county)
    agreed = {
        key: text
        for key, text in parts[0].attributes.items()
        if all(part.attributes.get(key) == text for part in parts)
    }
    if "fylkesnummer" in parts[0].attributes:
        agreed["fylkesnummer"] = county
    return Municipality(code, name, fylke, agreed)


def _said(
    statistics: Statistics, groups: Mapping[str, Sequence[Municipality]], source: int, to: int
) -> str:
    merged = {c: parts for c, parts in sorted(groups.items()) if len(parts) > 1}
    renumbered = sum(
        parts[0].kommunenummer != code for code, parts in groups.items() if len(parts) == 1
    )
    text = f"figures on the municipalities of {source} to those of {to}: {renumbered} renumbered"
    if merged:
        shown = [
            f"{_merged(c, parts).municipality} from {' + '.join(p.municipality for p in parts)}"
            for c, parts in merged.items()
        ]
        few = shown if len(shown) <= 5 else [*shown[:5], f"{len(shown) - 5} more"]
        text += f", {len(merged)} merged ({'; '.join(few)})"
    rates = [name for name, column in statistics.columns.items() if not is_count(column)]
    if merged and rates:
        text += f"; no figure for those merged in {', '.join(rates)}, which can't be added up"
    return text


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
    strange = set(_named(rules)) - set(statistics.units)
    to = to or (vintage(statistics.units) if strange else None)
    if not strange or to is None:
        return statistics, rules
    chosen, minimum = rules.select, rules.minimum
    listed = chosen.list
    if isinstance(listed, tuple):
        listed = _recoded(listed, to)
    least: dict[str, int] = {}
    for name, number in minimum.by_municipality.items():
        (code,) = _recoded([name], to)
        least[code] = least.get(code, 0) + number
    changed = replace(
        rules,
        exclude=_recoded(rules.exclude, to),
        minimum={"by_municipality": least},
        select={"include": _recoded(chosen.include, to), "list": listed},
    )
    if changed == rules:
        return statistics, rules
    what = f"{len(strange)} kommunenummer in the rules, to those of {to}"
    note = Problem(f"{what}: {some(sorted(strange))}", severity=CARRIED)
    return dataclasses.replace(statistics, notes=(*statistics.notes, note)), changed


def _named(rules: Rules) -> Iterable[str]:
    """Yield the kommunenummer that rules name; what is not a number is a name."""
    listed = rules.select.list
    for names in (
        listed if isinstance(listed, tuple) else (),
        rules.select.include,
        rules.exclude,
        rules.minimum.by_municipality,
    ):
        yield from (code for name in names if (code := _code(name)))


def _code(name: str) -> str:
    text = name.strip()
    return text.zfill(4) if text.isascii() and text.isdigit() else ""


def _recoded(names: Collection[str], to: int) -> tuple[str, ...]:
    """Return names with their kommunenummer carried over to a year, each once."""
    carried = carry_codes([code for name in names if (code := _code(name))], to)
    return tuple(dict.fromkeys(carried.get(_code(name), name) for name in names))
