"""What is only wrong together: tables and register, codes and years, names and codes, a column."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bosetting_cli.findings import Problem, shown, some
from bosetting_cli.statistics.divisions import codes_of, looks_like, name_of, of_years, years_with
from bosetting_cli.statistics.headers import COUNTY, KEY, NAME
from bosetting_cli.statistics.names import fold, name_keys
from bosetting_cli.statistics.table import capped

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from bosetting_cli.statistics.table import Place, Table

# A register of fewer municipalities, which has of no county (of so many) a half, is an example.
_EXAMPLE, _COUNTY = 20, 5
_FEW = 5  # unknown kommunenummer up to this many are told one by one


# --- tables and register ---------------------------------------------------------------------


def against_register(
    table: Table,
    codes: Sequence[str],
    pairs: Collection[tuple[str, int | None]],
    known: Mapping[str, str],
) -> Iterator[Problem]:
    """Compare a table's municipalities with the register's: who is unknown, who is missing.

    Args:
        table: The table.
        codes: Kommunenummer by row.
        pairs: Those of its municipalities and years that have a row.
        known: The register: kommunenummer → name.
    """
    found = set(codes)
    if unknown := found - known.keys():
        yield from _unknown(table, codes, unknown, known)
    yield from _absent(table.place(KEY), found, pairs, known)
    if NAME in table.header and COUNTY not in table.header:
        yield from misnamed(table, {code: {name} for code, name in known.items()})


def _unknown(
    table: Table, codes: Sequence[str], unknown: Collection[str], known: Collection[str]
) -> Iterator[Problem]:
    place = table.place(KEY)
    rows = [i for i, code in enumerate(codes) if code in unknown]
    year, here = looks_like(set(codes)), looks_like(set(known))
    if len(unknown) <= _FEW or year is None or year == here:
        said = {code: f"unknown municipality {code}{of_years(code)}" for code in unknown}
        yield from capped([place.error(i, said[codes[i]], codes[i]) for i in rows])
        return
    what = f"{len(unknown)} of {len(set(codes))} kommunenummer are not in the register:"
    what += f" these look like the codes of {year}"
    what += f", the register's like those of {here}" if here else ""
    hint = f"they begin with {some(sorted(unknown), 3)}; bring a register of {year}"
    hint += f" too and carry the figures over with --codes {here}" if here else ""
    yield place.error(rows[0], what, codes[rows[0]], hint)


def mixed_register(table: Table) -> Iterator[Problem]:
    """Complain of a register that has the codes of two years, and so a municipality twice."""
    codes = table.column(KEY)
    year = looks_like(set(codes))
    if year is None:
        return
    strange = sorted(c for c in set(codes) - codes_of(year) if years_with(c))
    if strange:
        what = f"{some(strange, 3)} {'is no code' if len(strange) == 1 else 'are no codes'}"
        what += f" of {year} like the others, but{of_years(strange[0]).removeprefix(', a code')}"
        hint = "a register has the municipalities of one year"
        yield table.place(KEY).error(codes.index(strange[0]), what, strange[0], hint)


def incomplete(table: Table) -> tuple[list[str], list[Problem]]:
    """Hold a register against the division that it looks like.

    Returns:
        The municipalities that it lacks, as `0709 Larvik`; and what is to be said of them and
        of codes that no year knows.
    """
    codes = set(table.column(KEY))
    year = looks_like(codes)
    if year is None or (len(codes) < _EXAMPLE and not _has_county(codes, codes_of(year))):
        return [], []
    place, said = table.place(KEY), []
    lacking = [f"{code} {name_of(code, year)}".strip() for code in sorted(codes_of(year) - codes)]
    if lacking:
        about = {"all": len(codes_of(year)), "year": year, "names": tuple(lacking)}
        said.append(place.told(None, "register lacks", None, count=len(lacking), **about))
    rows = [i for i, code in enumerate(table.column(KEY)) if not years_with(code)]
    if rows:
        named = zip(table.column(KEY), table.column(NAME), strict=True)
        strange = tuple(" ".join(pair) for pair in named if not years_with(pair[0]))
        said.append(place.told(rows[0], "register has more", names=strange, count=len(strange)))
    return lacking, said


def _has_county(codes: Collection[str], division: Collection[str]) -> bool:
    """Return whether there is at least half of the municipalities of some county."""
    counties = Counter(code[:2] for code in division)
    here = Counter(code[:2] for code in codes)
    return any(2 * here[county] >= n >= _COUNTY for county, n in counties.items())


def _absent(
    place: Place,
    found: Collection[str],
    pairs: Collection[tuple[str, int | None]],
    known: Mapping[str, str],
) -> Iterator[Problem]:
    """Say which municipalities of the register have no row, in all years or in one."""
    years = {year for _, year in pairs}
    gone = {"": [code for code in known if code not in found]}
    if len(pairs) < len(found) * len(years):  # else all have all years
        for year in sorted(year for year in years if year is not None):
            there = (code for code in known if code in found)
            gone[f" in {year}"] = [code for code in there if (code, year) not in pairs]
    for when, codes in gone.items():
        if codes:
            names = some([f"{code} {known[code]}" for code in codes], 3)
            who = f"{len(codes)} municipalities have" if codes[1:] else "1 municipality has"
            yield place.repair(None, f"{who} no row{when}: {names}")


# --- names and codes -------------------------------------------------------------------------


def misnamed(table: Table, known: Mapping[str, Collection[str]]) -> Iterator[Problem]:
    """Say which rows name another municipality than their code: columns sorted apart?

    Args:
        table: A table with names.
        known: Kommunenummer → the names it may have.
    """
    names = table.column(NAME)
    wrong = [
        (i, code)
        for i, (code, name) in enumerate(zip(table.column(KEY), names, strict=True))
        if name and code in known and not any(_same(name, other) for other in known[code])
    ]
    if wrong:
        i, code = wrong[0]
        what = f"{len(wrong)} names don't fit their kommunenummer:"
        what += f" `{shown(names[i])}`, but {code} is {' or '.join(sorted(known[code]))}"
        yield table.place(NAME).repair(i, what, names[i])


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
    high = [i for i, x in enumerate(values) if x is not None and x >= 1] if low else []
    if not high:
        return
    parts, wholes = (sorted(values[i] or 0.0 for i in rows) for rows in (low, high))
    apart = wholes[0] > 20 * parts[-1]
    middles = wholes[len(wholes) // 2] / parts[len(parts) // 2]
    if apart and wholes[-1] <= 100 and 50 < middles < 200:
        few, many = (low, high) if len(low) <= len(high) else (high, low)
        what = f"{values[few[0]]:g} beside {values[many[0]]:g} (line {place.lines[many[0]]}):"
        what += " per cent in some rows, parts of 1 in others"
        hint = f"the first of {len(few)} such rows; write the whole column in one way"
        yield place.error(few[0], what, f"{values[few[0]]:g}", hint)
