"""Kommunenummer as people write them → four digits: `301`, `K-0301`, `0301 Oslo`, `1601.0`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bosetting_cli.findings import Finding, shown
from bosetting_cli.statistics.divisions import looks_like, years_with
from bosetting_cli.statistics.headers import COUNTY, KEY, NAME, WEAK_KEYS, YEAR, folded
from bosetting_cli.statistics.table import LIMIT, Place, Table, capped

_PROPER = re.compile(r"[0-9]{4}")
# Groups other than the digits are what is mended.
_WRITTEN = re.compile(
    r"(?P<mark>')?(?P<prefix>[Kk][-. ]?)?"
    r"(?P<digits>[0-9]{4}|(?P<zero>[1-9][0-9]{2})|(?P<blank>[1-9] [0-9]{3}))"
    r"(?P<decimals>[.,]0{1,2})?"
    r"(?:[ \-–:,.]+(?P<name>[^\W\d_].*))?"
)
_TOTALS = re.compile(
    r"0{1,4}|(?:0{1,4} )?(?:sum|totalt?|i alt|(?:hele )?(?:landet|norge)|(?:the )?whole country"
    r"|alle kommuner|all municipalities|uoppgitt)(?: kommune)?"
)
# Statistics Norway's codes for what lies in no municipality: Svalbard, Jan Mayen, the shelf,
# abroad (21 to 25), and people of a county whose municipality is not known (ending in 99).
_NOWHERE = re.compile(r"2[1-5][0-9]{2}|[0-9]{2}99")
_UNKNOWN = re.compile(r"\b(?:uoppgi|uoppgj|ukjen[dt]\b)")
# What is mended → what is said of it.
_SAID = {
    "zero": "leading zeros restored",
    "prefix": "K left out",
    "decimals": "decimals of codes left out",
    "blank": "blanks in codes left out",
    "mark": "apostrophes left out",
    "name": "names taken off codes",
}


@dataclass(frozen=True, slots=True)
class Code:
    """A cell of kommunenummer as understood.

    Attributes:
        number: Four digits; the cell itself if it is no kommunenummer.
        name: The name behind the number.
        repairs: What was mended, keys of the messages.
    """

    number: str
    name: str = ""
    repairs: tuple[str, ...] = ()


def understand(cell: str) -> Code:
    """Read one cell of kommunenummer.

    Example:
        >>> understand("301 Oslo")
        Code(number='0301', name='Oslo', repairs=('zero', 'name'))
        >>> understand("Oslo")
        Code(number='Oslo', name='', repairs=())
    """
    if _PROPER.fullmatch(cell):
        return Code(cell)
    match = _WRITTEN.fullmatch(re.sub(r"\s+", " ", cell))
    if match is None:
        return Code(cell)
    repairs = tuple(kind for kind in _SAID if match[kind])
    return Code(match["digits"].replace(" ", "").zfill(4), match["name"] or "", repairs)


def is_code(cell: str) -> bool:
    """Return whether a cell is a kommunenummer in any of the forms that are read."""
    return _PROPER.fullmatch(understand(cell).number) is not None


def is_proper(cell: str) -> bool:
    """Return whether a cell is a kommunenummer as it should be: four digits."""
    return _PROPER.fullmatch(cell) is not None


def is_total(cell: str) -> bool:
    """Return whether a cell marks a row of the country's totals, not of a municipality."""
    return _TOTALS.fullmatch(folded(cell)) is not None


def with_proper_codes(table: Table) -> Table:
    """Bring a table's kommunenummer to four digits; leave out rows that are no municipality.

    A name behind the number goes to the column `municipality` if the table has none. Cells
    that are no kommunenummer stay as they are, for the reader to complain of.
    """
    table = _with_key(table)
    distinct = set(table.column(KEY))
    if KEY not in table.header:
        return _without_totals(table)
    if not all(map(_PROPER.fullmatch, distinct)) or "0000" in distinct:
        table = _mended(_without_totals(table))
    return _without_nowhere(table)


def _mended(table: Table) -> Table:
    cells, place, repairs = table.column(KEY), table.place(KEY), []
    known = {cell: understand(cell) for cell in set(cells)}
    codes = [known[cell] for cell in cells]
    for kind, words in _SAID.items():
        if mended := [i for i, code in enumerate(codes) if kind in code.repairs]:
            said = {"count": len(mended), "number": codes[mended[0]].number}
            repairs.append(place.told(mended[0], words, cells[mended[0]], **said))
    named = NAME not in table.header and any(code.name for code in codes)
    table = table.with_column(KEY, [code.number for code in codes]).noted(*repairs)
    return table.added(NAME, [code.name for code in codes], table.label(KEY)) if named else table


def _with_key(table: Table) -> Table:
    """Take Statbank's column `region` for the kommunenummer where there is no other."""
    if KEY in table.header:
        return table
    for i, label in enumerate(table.labels):
        if folded(label) in WEAK_KEYS and any(is_code(row[i]) for row in table.rows):
            header = (*table.header[:i], KEY, *table.header[i + 1 :])
            return replace(table, header=header)
    return table


def _without_totals(table: Table) -> Table:
    """Leave out rows whose first word, in the columns that say whose they are, is a total's."""
    keys = [name for name in (KEY, NAME, COUNTY) if name in table.header]
    columns = [table.header.index(name) for name in keys]
    firsts = [next((row[i] for i in columns if row[i]), "") for row in table.rows]
    totals = {cell for cell in set(firsts) if is_total(cell)}
    if not totals:
        return table
    kept = [i for i, cell in enumerate(firsts) if cell not in totals]
    first = next(i for i, cell in enumerate(firsts) if cell in totals)
    names, rows = tuple(sorted(map(shown, totals))), len(firsts) - len(kept)
    note = table.place(keys[0]).told(first, "totals left out", names=names, rows=rows)
    return table.only(kept).noted(note)


def _without_nowhere(table: Table) -> Table:
    """Leave out rows of people who live in no municipality, where the others are Norway's."""
    codes, names = table.column(KEY), table.column(NAME)
    odd = {code for code in set(codes) if _NOWHERE.fullmatch(code)}
    odd |= {name for name in set(names) if _UNKNOWN.search(name.casefold())}
    pairs = enumerate(zip(codes, names, strict=True)) if odd else ()
    out = [i for i, pair in pairs if not odd.isdisjoint(pair) and not years_with(pair[0])]
    if not out or looks_like(set(codes) - {codes[i] for i in out}) is None:
        return table
    told = dict.fromkeys(shown(f"{codes[i]} {names[i]}".strip()) for i in out)
    note = table.place(KEY).told(out[0], "no municipality", count=len(out), names=tuple(told))
    gone = set(out)
    return table.only([i for i in range(len(codes)) if i not in gone]).noted(note)


def code_problems(table: Table) -> list[Finding]:
    """Return a finding for each cell that is no kommunenummer."""
    cells = table.column(KEY)
    strange = {cell for cell in set(cells) if not is_proper(cell)}
    wrong = {
        i: "no kommunenummer" if cell else "missing kommunenummer"
        for i, cell in enumerate(cells if strange else ())
        if cell in strange
    }
    also = "were cells merged" if cells and cells[0] and cells.count("") > 1 else ""
    return table.place(KEY).each(wrong, cells, also=also)


def duplicates(table: Table, keys: Sequence[tuple[str, ...]]) -> list[Finding]:
    """Return a finding for each row whose key, a kommunenummer and more, was there before."""
    first: dict[tuple[str, ...], int] = {}
    again = {
        i: before
        for i, key in enumerate(keys)
        if is_proper(key[0]) and (before := first.setdefault(key, i)) < i
    }
    place, advice = Place(table.file, KEY, table.lines), "one row each"
    if YEAR in table.header:
        advice = "one row each year"
    problems = []
    for i in list(again)[: LIMIT + 1]:
        line, text = table.lines[again[i]], shown(" ".join(filter(None, keys[i])))
        said = {"text": text, "line": line, "before": "first on line" if line else ""}
        problems.append(place.wrong(i, "duplicate", keys[i][0], advice=advice, **said))
    return capped(problems, number=len(again))
