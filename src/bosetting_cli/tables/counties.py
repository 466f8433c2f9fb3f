"""An allocation → a table by county, with both steps where counties come first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from bosetting_cli.result import NOT_ELIGIBLE, SELECTED, Allocation, Group, Row
from bosetting_cli.rules import Criterion, Rules
from bosetting_cli.tables import Column, Table, kinds
from bosetting_cli.tables.columns import named_columns
from bosetting_cli.words import heading, say

# What people see of two steps, in order; machines get step 1 last.
_TWO_STEPS = (
    *("fylke", "population", "county_contribution", "requested", "per_1000"),
    *("eligible", "asked", "at_minimum", "smallest", "largest"),
)


class County(NamedTuple):
    """A county, or all of them together.

    Attributes:
        fylke: Its name.
        rows: Its municipalities.
        groups: The numbers that were shared out among them alone.
    """

    fylke: str
    rows: Sequence[Row]
    groups: Sequence[Group]

    def per_1000(self) -> float | None:
        """Return the places per 1,000 inhabitants."""
        people = sum(row.population or 0 for row in self.rows)
        return sum(row.requested for row in self.rows) * 1000 / people if people else None

    def seats(self) -> list[int]:
        """Return the numbers of those asked."""
        return [number for group in self.groups for number in group.seats().values()]


def county_of(row: Row) -> str:
    """Return a municipality's county: fylker that share one number are one."""
    return row.group or row.fylke


def by_county(allocation: Allocation, of: Callable[[Row], str] = county_of) -> dict[str, list[Row]]:
    """Return the rows of each county, or what else `of` tells, in order of the kommunenummer."""
    counties: dict[str, list[Row]] = {}
    for row in sorted(allocation.rows, key=lambda row: row.kommunenummer):
        counties.setdefault(of(row), []).append(row)
    return counties


def county_table(allocation: Allocation, *, lang: str = "en") -> Table:
    """Return the totals by fylke, with the number requested per 1,000 inhabitants.

    If counties come first, it shows both steps: how a county's number came about, and what
    became of it within the county.
    """
    rules, groups = allocation.rules, {group.name: [group] for group in allocation.groups}
    rows = [County(n, rows, groups.get(n, ())) for n, rows in by_county(allocation).items()]
    whole = County(say("total", lang), allocation.rows, allocation.groups)
    columns = _columns(rules, lang)
    if rules.counties is None:
        return Table(columns, rows, totals=whole, lang=lang)
    key = rules.counties.criteria
    columns += _first_step(key, lang)
    hidden = ("requested_",) if key else ()  # beside the key's criteria there is no room
    shown = [
        column
        for start in _TWO_STEPS
        for column in columns
        if f"{column.key}_".startswith(f"{start}_") and not column.key.startswith(hidden)
    ]
    note = say("two steps by key" if key else "two steps", lang)
    return Table(shown, rows, columns, whole, [note], lang)


def _columns(rules: Rules, lang: str) -> list[Column]:
    def summed(key: str, of: Callable[[Row], int]) -> Column:
        return _count(key, lang, lambda county: sum(of(row) for row in county.rows))

    per_1000 = (heading if rules.counties else say)("per 1,000", lang)
    return [
        Column("fylke", say("fylke", lang), kinds.NAME),
        summed("population", lambda row: row.population or 0),
        summed("eligible", lambda row: row.status != NOT_ELIGIBLE),
        summed("asked", lambda row: row.status == SELECTED),
        summed("at_minimum", lambda row: row.at_minimum),
        summed("requested", lambda row: row.requested),
        *named_columns(rules.of_which, "requested", lang, _of_which),
        Column("per_1000", per_1000, kinds.decimal(2), County.per_1000),
    ]


def _first_step(key: Sequence[Criterion], lang: str) -> list[Column]:
    """Return the columns on the numbers of step 1, and on the range of step 2."""
    return [
        Column("county_total", of=lambda county: sum(group.total for group in county.groups)),
        *named_columns(key, "county_contribution", lang, _contribution),
        _count("smallest", lang, lambda county: min(county.seats(), default=None)),
        _count("largest", lang, lambda county: max(county.seats(), default=None)),
    ]


def _count(key: str, lang: str, of: Callable[[County], Any]) -> Column:
    return Column(key, say(key, lang), kinds.COUNT, of)


def _of_which(name: str) -> Callable[[County], int]:
    return lambda county: sum(row.of_which.get(name, 0) for row in county.rows)


def _contribution(name: str) -> Callable[[County], float]:
    return lambda county: sum(group.contributions[name] for group in county.groups)
