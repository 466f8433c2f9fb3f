"""An allocation → a table by county, with both steps where counties come first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bosetting_cli.result import NOT_ELIGIBLE, SELECTED
from bosetting_cli.rules import column_name
from bosetting_cli.tables import kinds
from bosetting_cli.tables.columns import criterion_columns, group_columns
from bosetting_cli.tables.table import Column, Table
from bosetting_cli.words import heading, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bosetting_cli.result import Allocation, Group, Row
    from bosetting_cli.rules import Criterion, Rules, SubGroup


def county_table(allocation: Allocation, *, lang: str = "en") -> Table:
    """Return the totals by fylke, with the number requested per 1,000 inhabitants.

    If counties come first, it shows both steps: how a county's number came about, and what
    became of it within the county.
    """
    rules = allocation.rules
    rows = [_record(*county, rules.of_which) for county in _by_county(allocation).items()]
    if rules.counties is None:
        columns, notes = _columns(rules, lang), []
    else:
        key = rules.counties.criteria
        groups = {group.name: group for group in allocation.groups}
        rows = [row | _first_step(groups[row["fylke"]], key) for row in rows]
        columns = _two_step_columns(rules, key, lang)
        notes = [say("two steps by key" if key else "two steps", lang)]
    totals = {"fylke": say("total", lang)} | _whole(rows)
    return Table(columns, rows, tuple(rows[0]), totals, notes, lang)


def _by_county(allocation: Allocation) -> dict[str, list[Row]]:
    """Return the rows of each county, in the order of the kommunenummer."""
    counties: dict[str, list[Row]] = {}
    for row in sorted(allocation.rows, key=lambda row: row.kommunenummer):
        counties.setdefault(row.group or row.fylke, []).append(row)
    return counties


def _record(name: str, rows: Sequence[Row], groups: Iterable[SubGroup]) -> dict[str, Any]:
    population = sum(row.population or 0 for row in rows)
    requested = sum(row.requested for row in rows)
    return {
        "fylke": name,
        "population": population,
        "eligible": sum(row.status != NOT_ELIGIBLE for row in rows),
        "asked": sum(row.status == SELECTED for row in rows),
        "at_minimum": sum(row.at_minimum for row in rows),
        "requested": requested,
        **{
            f"requested_{column_name(g.name)}": sum(row.of_which.get(g.name, 0) for row in rows)
            for g in groups
        },
        "per_1000": requested * 1000 / population if population else None,
    }


def _first_step(group: Group, key: Iterable[Criterion]) -> dict[str, Any]:
    """Return the numbers of step 1, and the range of step 2."""
    numbers = group.seats().values()
    return {
        "county_total": group.total,
        **{f"county_contribution_{column_name(c.name)}": group.contributions[c.name] for c in key},
        "smallest": min(numbers, default=None),
        "largest": max(numbers, default=None),
    }


def _whole(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the totals of the columns that have one."""
    kept = {
        key: [row[key] for row in rows if row[key] is not None]
        for key in rows[0]
        if key not in ("fylke", "per_1000")
    }
    whole: dict[str, Any] = {key: sum(values) for key, values in kept.items()}
    for key, extreme in (("smallest", min), ("largest", max)):
        if key in kept:
            whole[key] = extreme(kept[key], default=None)
    people = whole["population"]
    return whole | {"per_1000": whole["requested"] * 1000 / people if people else None}


def _columns(rules: Rules, lang: str) -> list[Column]:
    return [
        Column("fylke", say("fylke", lang), kinds.NAME),
        *_counts(("population", "eligible", "asked", "at_minimum", "requested"), lang),
        *group_columns(rules.of_which, lang),
        Column("per_1000", say("per 1,000", lang), kinds.decimal(2)),
    ]


def _two_step_columns(rules: Rules, key: Sequence[Criterion], lang: str) -> list[Column]:
    """Return the columns; sub-groups only where there is room beside the key's criteria."""
    return [
        Column("fylke", say("fylke", lang), kinds.NAME),
        *_counts(("population",), lang),
        *criterion_columns(key, lang, "county_contribution"),
        *_counts(("requested",), lang),
        *group_columns(() if key else rules.of_which, lang),
        Column("per_1000", heading("per 1,000", lang), kinds.decimal(2)),
        *_counts(("eligible", "asked", "at_minimum", "smallest", "largest"), lang),
    ]


def _counts(keys: Iterable[str], lang: str) -> list[Column]:
    return [Column(key, say(key, lang), kinds.COUNT) for key in keys]
