"""What is only wrong together: tables and register, codes and years, names and codes, a column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from bosetting_cli.findings import Finding
from bosetting_cli.statistics.divisions import codes_of, looks_like, name_of, years_with
from bosetting_cli.statistics.frame import year_list
from bosetting_cli.statistics.headers import COUNTY, KEY, NAME
from bosetting_cli.statistics.names import fold, name_keys
from bosetting_cli.statistics.table import LIMIT, Place, Table, capped

# A register of fewer municipalities, which has of no county (of so many) a half, is an example.
_EXAMPLE, _COUNTY = 20, 5
_PER_CENT = ("per cent", "percent", "prosent", "%")  # how such a unit begins
_FEW = 5  # unknown kommunenummer up to this many are told one by one


# --- tables and register ---------------------------------------------------------------------


def against_register(
    table: Table,
    codes: Sequence[str],
    pairs: Collection[tuple[str, int | None]],
    known: Mapping[str, str],
) -> Iterator[Finding]:
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
) -> Iterator[Finding]:
    place = table.place(KEY)
    rows = [i for i, code in enumerate(codes) if code in unknown]
    year, here = looks_like(set(codes)), looks_like(set(known))
    if len(unknown) <= _FEW or year is None or year == here:
        known_in = {code: tuple(years_with(code)) for code in unknown}
        few = [_stranger(place, i, codes[i], known_in[codes[i]]) for i in rows[: LIMIT + 1]]
        yield from capped(few, number=len(rows))
        return
    said = {"count": len(unknown), "all": len(set(codes)), "names": tuple(sorted(unknown))}
    words = "codes of another year than known" if here else "codes of another year"
    yield place.wrong(rows[0], words, codes[rows[0]], **said, year=year, here=here)


def _stranger(place: Place, row: int, code: str, years: Sequence[int]) -> Finding:
    words = "unknown code of other years" if years else "unknown code"
    return place.wrong(row, words, code, years=year_list(years))


def mixed_register(table: Table) -> Iterator[Finding]:
    """Complain of a register that has the codes of two years, and so a municipality twice."""
    codes = table.column(KEY)
    year = looks_like(set(codes))
    if year is None:
        return
    strange = sorted(c for c in set(codes) - codes_of(year) if years_with(c))
    if strange:
        words = "code of other years" if len(strange) == 1 else "codes of other years"
        said = {"names": tuple(strange), "year": year, "years": year_list(years_with(strange[0]))}
        yield table.place(KEY).wrong(codes.index(strange[0]), words, strange[0], **said)


def of_its_year(table: Table, *, part: bool) -> tuple[list[str], list[Finding]]:
    """Hold a register against the division that it looks like.

    Args:
        table: The register.
        part: Whether it is meant to have a part of the municipalities only.

    Returns:
        The municipalities that it lacks, as `0709 Larvik`; and what is to be said of them, of
        codes that no year knows, and of those of two years.
    """
    if mixed := list(mixed_register(table)):
        return [], mixed
    return ([], []) if part else _incomplete(table)


def _incomplete(table: Table) -> tuple[list[str], list[Finding]]:
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
) -> Iterator[Finding]:
    """Say which municipalities of the register have no row, in all years or in one."""
    years = {year for _, year in pairs}
    gone: dict[int | None, list[str]] = {None: [code for code in known if code not in found]}
    if len(pairs) < len(found) * len(years):  # else all have all years
        there = [code for code in known if code in found]
        for year in sorted(year for year in years if year is not None):
            gone[year] = [code for code in there if (code, year) not in pairs]
    for when, codes in gone.items():
        if codes:
            names = tuple(f"{code} {known[code]}" for code in codes)
            words = "no row in a year" if when else "no row"
            yield place.told(None, words, names=names, count=len(codes), year=when)


# --- names and codes -------------------------------------------------------------------------


def misnamed(table: Table, known: Mapping[str, Collection[str]]) -> Iterator[Finding]:
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
        fit = tuple(sorted(known[code]))
        yield table.place(NAME).told(
            i, "names misfit", names[i], count=len(wrong), code=code, fit=fit
        )


def _same(name: str, other: str) -> bool:
    return fold(name) == fold(other) or not name_keys(name).isdisjoint(name_keys(other))


# --- one column ------------------------------------------------------------------------------


def column_problems(
    name: str, unit: str, values: Sequence[float | None], place: Place
) -> Iterator[Finding]:
    """Complain of figures that can't be meant: no inhabitants, per cent beside parts of 1.

    Where a unit is described that is no per cent, 71 beside 0.5 is meant.
    """
    nobody = [i for i, value in enumerate(values) if value == 0] if name == "population" else []
    few = [place.wrong(i, "nobody lives there", "0") for i in nobody[: LIMIT + 1]]
    yield from capped(few, number=len(nobody))
    if not unit or unit.startswith(_PER_CENT):
        yield from _two_scales(values, place)


def _two_scales(values: Sequence[float | None], place: Place) -> Iterator[Finding]:
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
        one, other, line = values[few[0]], values[many[0]], place.lines[many[0]]
        said = {"one": one, "other": other, "line": line, "count": len(few)}
        yield place.wrong(few[0], "two scales", f"{one:g}", **said)
