"""Kommunenummer as people write them → four digits: `301`, `K-0301`, `0301 Oslo`, `1601.0`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bosetting_cli.findings import Problem, shown, some
from bosetting_cli.statistics.divisions import looks_like, years_with
from bosetting_cli.statistics.headers import COUNTY, KEY, NAME, WEAK_KEYS, YEAR, folded
from bosetting_cli.statistics.table import Place, capped, count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bosetting_cli.statistics.table import Table

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
# Kind of repair → what is said of it; {} is how many, and an example follows.
_SAID = {
    "zero": "leading zero restored in {} kommunenummer",
    "prefix": "K left out before {} kommunenummer",
    "decimals": "decimals left out after {} kommunenummer",
    "blank": "blank left out within {} kommunenummer",
    "mark": "apostrophe left out before {} kommunenummer",
    "name": "name taken off {} kommunenummer",
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
    if KEY not in table.header:
        return _without_totals(table)
    distinct = set(table.column(KEY))
    if all(map(_PROPER.fullmatch, distinct)) and "0000" not in distinct:
        return _without_nowhere(table)
    table = _without_totals(table)
    cells = table.column(KEY)
    known = {cell: understand(cell) for cell in set(cells)}
    codes = [known[cell] for cell in cells]
    repairs = tuple(_repairs(table, cells, codes))
    key = table.header.index(KEY)
    rows = [
        [*row[:key], code.number, *row[key + 1 :]]
        for row, code in zip(table.rows, codes, strict=True)
    ]
    header, labels = table.header, table.labels
    if NAME not in header and any(code.name for code in codes):
        rows = [[*row, code.name] for row, code in zip(rows, codes, strict=True)]
        header, labels = (*header, NAME), (*labels, table.label(KEY))
    return _without_nowhere(replace(table, header=header, labels=labels, rows=rows).noted(*repairs))


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
    what = f"{count(len(firsts) - len(kept), 'row')} of totals left out"
    what += f": {some(sorted(map(shown, totals)), 3)}"
    return table.only(kept).noted(table.place(keys[0]).repair(first, what))


def _without_nowhere(table: Table) -> Table:
    """Leave out rows of people who live in no municipality, where the others are Norway's."""
    codes = table.column(KEY)
    names = table.column(NAME) if NAME in table.header else [""] * len(codes)
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


def _repairs(table: Table, cells: Sequence[str], codes: Sequence[Code]) -> Iterator[Problem]:
    for kind, said in _SAID.items():
        mended = [i for i, code in enumerate(codes) if kind in code.repairs]
        if mended:
            i = mended[0]
            what = f"{said.format(len(mended))}: `{shown(cells[i])}` is read as {codes[i].number}"
            yield table.place(KEY).repair(i, what, cells[i])


def code_problems(table: Table) -> list[Problem]:
    """Return a complaint for each cell that is no kommunenummer."""
    place, hint = table.place(KEY), "expected four digits, such as 0301"
    cells = table.column(KEY)
    said = {
        cell: f"`{shown(cell)}` is no kommunenummer" if cell else "the kommunenummer is missing"
        for cell in set(cells)
        if not is_proper(cell)
    }
    rows = [i for i, cell in enumerate(cells) if cell in said] if said else []
    if cells and cells[0] and cells.count("") > 1:
        hint += "; were cells merged? write it in every row"
    return [place.error(i, said[cells[i]], cells[i], hint) for i in rows]


def duplicates(table: Table, keys: Sequence[tuple[str, ...]]) -> list[Problem]:
    """Return a complaint for each row whose key, a kommunenummer and more, was there before."""
    first: dict[tuple[str, ...], int] = {}
    problems = []
    hint = "one row per municipality" + (" and year" if YEAR in table.header else "")
    for i, key in enumerate(keys):
        if is_proper(key[0]) and (before := first.setdefault(key, i)) < i:
            what = f"duplicate {KEY} {shown(' '.join(filter(None, key)))}"
            what += f", first on line {table.lines[before]}" if table.lines[before] else ""
            problems.append(Place(table.file, KEY, table.lines).error(i, what, key[0], hint))
    return capped(problems)
