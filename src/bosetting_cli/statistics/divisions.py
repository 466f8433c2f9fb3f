"""Kommunenummer of several years: which year's they are, and figures carried to another year's.

The table behind it has a row for each municipality, or part of one, that has never been divided
since; a unit of any year is a set of such rows, so that mergers, splits and new numbers are one
question: do all the rows of a unit go to the same place?
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from bosetting_cli.findings import DataError, Finding, finding
from bosetting_cli.resources import data_dir
from bosetting_cli.statistics.frame import Municipality, Statistics
from bosetting_cli.statistics.headers import KEY
from bosetting_cli.statistics.regroup import is_count, regroup

_PREFIX = "kommunenummer_"
CARRIED = "carried over"  # the kind of note that says so


@functools.cache
def _rows(file: str) -> tuple[dict[str, str], ...]:
    with (data_dir() / "reference" / file).open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


def _column(year: int) -> list[str]:
    """Return the code that each never divided part has in a year."""
    return [row[f"{_PREFIX}{year}"] for row in _rows("municipality_codes.csv")]


# --- which year's codes ----------------------------------------------------------------------


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
        raise DataError(finding("unknown division", year=year, known=known_years()))
    return frozenset(_column(year))


def years_with(code: str) -> list[int]:
    """Return the years that know a kommunenummer."""
    return [year for year in known_years() if code in codes_of(year)]


def vintage(codes: Iterable[str]) -> int | None:
    """Return the first year that has all of these kommunenummer; None if no year has.

    Example:
        >>> vintage(["0301", "1601"]), vintage(["0301", "5001"]), vintage(["1601", "5001"])
        (2016, 2018, None)
    """
    wanted = frozenset(codes)
    return next((year for year in known_years() if wanted and wanted <= codes_of(year)), None)


def looks_like(codes: Collection[str]) -> int | None:
    """Return the year whose kommunenummer these mostly are; None if they are of no year.

    Of equally fitting years it is the one that is filled best, then the earliest.

    Example:
        >>> looks_like(["0301", "1601"]), looks_like(["0101", "5001"]), looks_like(["9901"])
        (2017, 2018, None)
    """
    fit = {year: len(codes_of(year).intersection(codes)) for year in known_years()}
    best = max(fit, key=lambda year: (fit[year], fit[year] / len(codes_of(year)), -year))
    return best if 2 * fit[best] > len(set(codes)) else None


# --- names -----------------------------------------------------------------------------------


@functools.cache
def _official() -> Mapping[str, str]:
    """Return the names of municipalities that came of mergers, by kommunenummer."""
    return {row[KEY]: row["municipality"] for row in _rows("municipality_names.csv")}


def name_of(code: str, year: int) -> str:
    """Return the name of a municipality of a year, as far as the tables know it."""
    if code in _official():
        return _official()[code]
    parts = zip(_column(year), _rows("municipality_codes.csv"), strict=True)
    return " + ".join(sorted({row["municipality_2017"] for c, row in parts if c == code}))


@functools.cache
def names_by_code() -> Mapping[str, frozenset[str]]:
    """Return the names that a kommunenummer of any year may stand beside.

    They are those of its parts before and after mergers: lists of a year of mergers have new
    names beside old numbers.
    """
    found: dict[str, frozenset[str]] = {}
    for row in _rows("municipality_codes.csv"):
        codes = {row[f"{_PREFIX}{year}"] for year in known_years()}
        official = {_official()[code] for code in codes if code in _official()}
        for code in codes:
            found[code] = found.get(code, frozenset()) | official | {row["municipality_2017"]}
    return found


# --- from one year to another ----------------------------------------------------------------


@functools.cache
def successors(source: int, to: int) -> Mapping[str, tuple[str, ...]]:
    """Return where the municipalities of one year are in another, which may be the earlier.

    Returns:
        Kommunenummer of `source` → those of `to` that have a part of it, sorted.
    """
    codes_of(source), codes_of(to)
    found: dict[str, set[str]] = {}
    for old, new in zip(_column(source), _column(to), strict=True):
        found.setdefault(old, set()).add(new)
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
    carried, problems = {}, []
    for code in codes:
        years = [source] if source else sorted(years_with(code), key=lambda year: abs(year - to))
        if not years:
            continue
        targets = successors(years[0], to)[code]
        carried[code] = targets[0]
        if len(targets) > 1:
            name = (names or {}).get(code) or name_of(code, years[0])
            problems.append(_divided(code, name, targets, years[0], to))
    if problems:
        raise DataError(problems)
    return carried


def _divided(code: str, name: str, targets: Sequence[str], source: int, to: int) -> Finding:
    parts = tuple(f"{t} {name_of(t, to)}".strip() for t in targets)
    said = {"who": f"{name} {code}".strip(), "source": source, "parts": parts, "to": to}
    words = "divided later" if to < source else "divided"
    return finding(words, said, column=KEY, cell=code)


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
    merged = {code: _merged(code, parts) for code, parts in groups.items()}
    said = {"source": source, "to": to, **_done(groups, merged, statistics)}
    carried = regroup(statistics, group_of, list(merged.values()))
    note = finding(CARRIED, said, severity="note", kind=CARRIED)
    return replace(carried, notes=(*statistics.notes, note))


def _of_no_year(statistics: Statistics) -> list[Finding]:
    strange = [m for m in statistics.municipalities if not years_with(m.kommunenummer)]
    if not strange:
        return [finding("codes of no single year", years=known_years())]
    names = [f"{m.municipality} {m.kommunenummer}" for m in strange]
    return [finding("code of no year", name=name, years=known_years()) for name in names]


def _lacking(group_of: Mapping[str, str], source: int, to: int) -> Iterator[Finding]:
    """Yield the municipalities of `to` of which the statistics have only some parts."""
    parts = successors(to, source)
    for target in sorted(set(group_of.values())):
        if missing := tuple(code for code in parts[target] if code not in group_of):
            name = f"{name_of(target, to)} {target}".strip()
            said = {"name": name, "to": to, "missing": missing}
            yield finding("lacks a part", said, column=KEY, cell=target)


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


def _done(
    groups: Mapping[str, Sequence[Municipality]],
    merged: Mapping[str, Municipality],
    statistics: Statistics,
) -> dict[str, object]:
    """Return how many were renumbered, which were merged, and what that cost."""
    joined = {code: parts for code, parts in sorted(groups.items()) if len(parts) > 1}
    rates = tuple(name for name, column in statistics.columns.items() if not is_count(column))
    pairs = [
        (merged[code].municipality, " + ".join(part.municipality for part in parts))
        for code, parts in joined.items()
    ]
    return {
        "renumbered": sum(groups[c][0].kommunenummer != c for c in groups.keys() - joined.keys()),
        "joined": "merged ones" if pairs else "",
        "number": len(pairs),
        "pairs": tuple(pairs[:5]),
        "more": "more merged ones" if pairs[5:] else "",
        "rest": len(pairs) - 5,
        "lost": "rates of merged ones" if pairs and rates else "",
        "rates": rates,
    }
