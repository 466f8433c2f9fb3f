"""Two allocations side by side: who enters, leaves, rises and falls, and by how much."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bosetting_cli.findings import BosettingError, Problem, some
from bosetting_cli.statistics.divisions import carry_codes, codes_of, known_years
from bosetting_cli.statistics.lists import Entry, Saved, names_of
from bosetting_cli.statistics.names import find_county
from bosetting_cli.studies.agreement import Agreement, agreement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bosetting_cli.result import Allocation

ENTERS, LEAVES, RISES, FALLS, SAME = "enters", "leaves", "rises", "falls", "same"
DIRECTIONS = (ENTERS, LEAVES, RISES, FALLS, SAME)


@dataclass(frozen=True, slots=True)
class Difference:
    """One municipality, or fylke, on both sides.

    Attributes:
        kommunenummer: Four characters; empty for a fylke.
        municipality: Name; empty for a fylke.
        fylke: County.
        a: Places on the first side; 0 if it is not asked.
        b: Places on the second side.
        direction: One of `DIRECTIONS`.
        of_which: Sub-group that both sides have → places on the first, on the second.
    """

    kommunenummer: str
    municipality: str
    fylke: str
    a: int
    b: int
    direction: str
    of_which: Mapping[str, tuple[int, int]]

    @property
    def change(self) -> int:
        """How many more the second side has."""
        return self.b - self.a

    @property
    def largest(self) -> int:
        """The largest change in size, of the whole or of a sub-group."""
        changes = (abs(b - a) for a, b in self.of_which.values())
        return max(abs(self.change), *changes) if self.of_which else abs(self.change)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The second of two allocations beside the first.

    Attributes:
        a: Name of the first side.
        b: Name of the second side.
        differences: Every municipality of either side, by kommunenummer.
        fylker: Totals by fylke, in the order of the municipalities.
        agreement: How near the sides come to each other.
        codes: The year whose municipalities both are of; None if no year has them all.
        region: The county that is shown; empty if all are.
        whole: Every municipality, where one county is shown.
    """

    a: str
    b: str
    differences: tuple[Difference, ...]
    fylker: tuple[Difference, ...]
    agreement: Agreement
    codes: str | None
    region: str = ""
    whole: tuple[Difference, ...] = ()

    def beyond(self, tolerance: int) -> tuple[Difference, ...]:
        """Return the municipalities that differ by more than so many places."""
        return tuple(one for one in self.differences if one.largest > tolerance)


def of_region(found: Comparison, region: str) -> Comparison:
    """Return a comparison that shows one county; what is said of the whole stays.

    Raises:
        BosettingError: There is no such county.
    """
    name = find_county(region, (one.fylke for one in found.differences))
    shown = tuple(one for one in found.differences if one.fylke == name)
    fylker = tuple(one for one in found.fylker if one.fylke == name)
    return replace(found, differences=shown, fylker=fylker, region=name, whole=found.differences)


def saved_of(allocation: Allocation, name: str) -> Saved:
    """Return an allocation as if it had been saved and read again."""
    from bosetting_cli.rules import column_name

    groups = allocation.rules.of_which
    rows = sorted(allocation.rows, key=lambda row: row.kommunenummer)
    return Saved(
        name,
        tuple(
            Entry(
                row.kommunenummer,
                row.municipality,
                row.fylke,
                row.requested,
                {column_name(group.name): row.of_which.get(group.name, 0) for group in groups},
            )
            for row in rows
        ),
    )


def compared(a: Allocation, b: Allocation) -> Comparison:
    """Compare two allocations, the second with the first; for notebooks."""
    return compare(saved_of(a, a.rules.title), saved_of(b, b.rules.title))


def compare(a: Saved, b: Saved) -> Comparison:
    """Compare two allocations on municipalities of one year.

    Raises:
        BosettingError: Their municipalities are those of different years.
    """
    codes = _common_codes(a, b)
    entries_a, entries_b = ({e.kommunenummer: e for e in side.entries} for side in (a, b))
    names = names_of(a.entries, b.entries)
    differences = []
    for code in sorted(names):
        first, second = entries_a.get(code), entries_b.get(code)
        differences.append(_difference(code, *names[code], first, second))
    return Comparison(
        a.name,
        b.name,
        tuple(differences),
        tuple(_by_fylke(differences)),
        agreement(a.requested, b.requested),
        codes,
    )


def _difference(
    code: str, name: str, fylke: str, first: Entry | None, second: Entry | None
) -> Difference:
    a, b = (entry.requested if entry else 0 for entry in (first, second))
    groups: dict[str, tuple[int, int]] = {}
    if first and second:
        groups = {
            group: (n, second.of_which[group])
            for group, n in first.of_which.items()
            if group in second.of_which
        }
    return Difference(code, name, fylke, a, b, direction_of(a, b), groups)


def direction_of(a: int, b: int) -> str:
    """Return what becomes of a number.

    Example:
        >>> direction_of(0, 10), direction_of(12, 10)
        ('enters', 'falls')
    """
    if a == b:
        return SAME
    if not a:
        return ENTERS
    if not b:
        return LEAVES
    return RISES if b > a else FALLS


def _by_fylke(differences: Iterable[Difference]) -> list[Difference]:
    sums: dict[str, list[int]] = {}
    for one in differences:
        both = sums.setdefault(one.fylke, [0, 0])
        both[0] += one.a
        both[1] += one.b
    return [Difference("", "", f, a, b, direction_of(a, b), {}) for f, (a, b) in sums.items()]


# --- which year's municipalities -------------------------------------------------------------


def vintages(codes: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return the sets of kommunenummer, by year, that hold all of these.

    IMDi's list for 2018 has the mergers of that year but Trøndelag's numbers of 2017; it is a
    set of its own.
    """
    wanted = frozenset(codes)
    years = {str(year): codes_of(year) for year in known_years()}
    if "2017" in years and "2018" in years:
        old = {c for c in years["2017"] if c[:2] in ("16", "17")}
        years["2018 with Trøndelag's numbers of 2017"] = years["2018"] | old
    return {year: known for year, known in years.items() if wanted <= known}


def _common_codes(a: Saved, b: Saved) -> str | None:
    """Return the first year whose municipalities both sides are of.

    Raises:
        BosettingError: There is none, but each side is of some year.
    """
    sides = [[entry.kommunenummer for entry in side.entries] for side in (a, b)]
    common = vintages([*sides[0], *sides[1]])
    if common:
        return next(iter(common))
    own = [vintages(side) for side in sides]
    if not own[0] and not own[1]:
        return None
    problems = [
        Problem(f"{side.name} looks like {_look(years, codes)}")
        for side, years, codes in zip((a, b), own, sides, strict=True)
    ]
    last = problems[-1]
    hint = "--codes YEAR carries both sides over to the municipalities of one year"
    raise BosettingError(
        [
            Problem("the two sides have kommunenummer of different years"),
            *problems[:-1],
            Problem(last.message, hint=hint),
        ]
    )


def _look(years: Mapping[str, frozenset[str]], codes: Sequence[str]) -> str:
    if years:
        return f"municipalities of {' or '.join(years)}"
    known = frozenset().union(*(codes_of(year) for year in known_years()))
    strange = sorted(set(codes) - known)
    return f"no year known: {some(strange)}" if strange else "several years at once"


def carried(side: Saved, year: int) -> Saved:
    """Carry an allocation over to the municipalities of another year; merged ones add up.

    Raises:
        DataError: A municipality that is asked was divided.
    """
    target = codes_of(year)
    entries = [e for e in side.entries if e.requested or e.kommunenummer in target]
    names = {e.kommunenummer: e.municipality for e in entries}
    to = carry_codes(tuple(names), year, names)
    merged: dict[str, list[Entry]] = {}
    for entry in entries:
        merged.setdefault(to.get(entry.kommunenummer, entry.kommunenummer), []).append(entry)
    return Saved(side.name, tuple(_merged(code, merged[code]) for code in sorted(merged)))


def _merged(code: str, parts: Sequence[Entry]) -> Entry:
    largest = max(parts, key=lambda entry: entry.requested)
    groups = {group for entry in parts for group in entry.of_which}
    return Entry(
        code,
        largest.municipality,
        largest.fylke,
        sum(entry.requested for entry in parts),
        {g: sum(entry.of_which.get(g, 0) for entry in parts) for g in sorted(groups)},
    )
