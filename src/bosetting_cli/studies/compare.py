"""Two allocations side by side: who enters, leaves, rises and falls, and by how much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bosetting_cli.findings import BosettingError, Finding, finding
from bosetting_cli.result import Allocation
from bosetting_cli.rules import column_name
from bosetting_cli.statistics.divisions import carry_codes, codes_of, known_years
from bosetting_cli.statistics.lists import Entry, Saved, names_of
from bosetting_cli.statistics.names import find_county
from bosetting_cli.studies.agreement import Agreement, agreement

ENTERS, LEAVES, RISES, FALLS, SAME = "enters", "leaves", "rises", "falls", "same"
DIRECTIONS = (ENTERS, LEAVES, RISES, FALLS, SAME)
_NOBODY = Entry("", "", "", 0)
_MIXED = "2018 with Trøndelag's numbers of 2017"


@dataclass(frozen=True, slots=True)
class Difference:
    """One municipality, or fylke, on both sides.

    Attributes:
        kommunenummer: Four characters; empty for a fylke.
        municipality: Name; empty for a fylke.
        fylke: County.
        a: Places on the first side; 0 if it is not asked.
        b: Places on the second side.
        of_which: Sub-group that both sides have → places on the first, on the second.
    """

    kommunenummer: str
    municipality: str
    fylke: str
    a: int
    b: int
    of_which: Mapping[str, tuple[int, int]]

    @property
    def direction(self) -> str:
        """What becomes of the number: one of `DIRECTIONS`."""
        if self.a and self.b:
            return RISES if self.b > self.a else FALLS if self.b < self.a else SAME
        return ENTERS if self.b else LEAVES if self.a else SAME

    @property
    def change(self) -> int:
        """How many more the second side has."""
        return self.b - self.a

    @property
    def largest(self) -> int:
        """The largest change in size, of the whole or of a sub-group."""
        return max(abs(b - a) for a, b in ((self.a, self.b), *self.of_which.values()))


@dataclass(frozen=True, slots=True)
class Comparison:
    """The second of two allocations beside the first.

    Attributes:
        sides: The first and the second.
        differences: Every municipality of either side, by kommunenummer.
        fylker: Totals by fylke, in the order of the municipalities.
        agreement: How near the sides come to each other.
        codes: The year whose municipalities both are of; None if no year has them all.
        region: The county that is shown; empty if all are.
        whole: Every municipality, where one county is shown.
    """

    sides: tuple[Saved, Saved]
    differences: tuple[Difference, ...]
    fylker: tuple[Difference, ...]
    agreement: Agreement
    codes: str | None
    region: str = ""
    whole: tuple[Difference, ...] = ()

    def beyond(self, tolerance: int) -> list[Difference]:
        """Return the municipalities that differ by more than so many places."""
        return [one for one in self.differences if one.largest > tolerance]


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
    groups = {group.name: column_name(group.name) for group in allocation.rules.of_which}
    rows = sorted(allocation.rows, key=lambda row: row.kommunenummer)
    return Saved(
        name,
        tuple(
            Entry(
                row.kommunenummer,
                row.municipality,
                row.fylke,
                row.requested,
                {column: row.of_which.get(group, 0) for group, column in groups.items()},
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
    of_a, of_b = ({e.kommunenummer: e for e in side.entries} for side in (a, b))
    names = names_of(a.entries, b.entries)
    differences = [
        _difference(code, *names[code], of_a.get(code, _NOBODY), of_b.get(code, _NOBODY))
        for code in sorted(names)
    ]
    near = agreement(a.requested, b.requested)
    return Comparison((a, b), tuple(differences), tuple(_by_fylke(differences)), near, codes)


def _difference(code: str, name: str, fylke: str, a: Entry, b: Entry) -> Difference:
    of_which = {
        group: (n, b.of_which[group]) for group, n in a.of_which.items() if group in b.of_which
    }
    return Difference(code, name, fylke, a.requested, b.requested, of_which)


def _by_fylke(differences: Iterable[Difference]) -> list[Difference]:
    sums: dict[str, tuple[int, int]] = {}
    for one in differences:
        a, b = sums.get(one.fylke, (0, 0))
        sums[one.fylke] = a + one.a, b + one.b
    return [Difference("", "", fylke, a, b, {}) for fylke, (a, b) in sums.items()]


# --- which year's municipalities -------------------------------------------------------------


def vintages(codes: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return the sets of kommunenummer, by year, that hold all of these.

    IMDi's list for 2018 has the mergers of that year but Trøndelag's numbers of 2017; it is a
    set of its own.
    """
    wanted = frozenset(codes)
    years = {str(year): codes_of(year) for year in known_years()}
    if "2017" in years and "2018" in years:
        years[_MIXED] = years["2018"] | {c for c in years["2017"] if c[:2] in ("16", "17")}
    return {year: known for year, known in years.items() if wanted <= known}


def _common_codes(a: Saved, b: Saved) -> str | None:
    """Return the first year whose municipalities both sides are of.

    Raises:
        BosettingError: There is none, but each side is of some year.
    """
    sides = [[entry.kommunenummer for entry in side.entries] for side in (a, b)]
    common = next(iter(vintages(sides[0] + sides[1])), None)
    if common or not any(map(vintages, sides)):
        return common
    looks = (_look(side, codes) for side, codes in zip((a, b), sides, strict=True))
    raise BosettingError([finding("different years"), *looks])


def _look(side: Saved, codes: Sequence[str]) -> Finding:
    name = finding("actual requests", year=side.actual) if side.actual else side.name
    if years := vintages(codes):
        of_one = tuple(year for year in years if year != _MIXED)
        return finding("looks like years" if of_one else "looks like both", name=name, years=of_one)
    known = frozenset().union(*(codes_of(year) for year in known_years()))
    strange = tuple(sorted(set(codes) - known))
    words = "looks like no year" if strange else "looks like several"
    return finding(words, name=name, codes=strange)


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
    carried_over = tuple(_merged(code, merged[code]) for code in sorted(merged))
    return replace(side, entries=carried_over)


def _merged(code: str, parts: Sequence[Entry]) -> Entry:
    groups = sorted({group for entry in parts for group in entry.of_which})
    return replace(
        max(parts, key=lambda entry: entry.requested),
        kommunenummer=code,
        requested=sum(entry.requested for entry in parts),
        of_which={g: sum(entry.of_which.get(g, 0) for entry in parts) for g in groups},
    )
