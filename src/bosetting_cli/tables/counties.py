"""An allocation → a table by county, with both steps where counties come first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bosetting_cli.labels import heading, label, number
from bosetting_cli.model.result import NOT_SELECTED, SELECTED
from bosetting_cli.rules import column_name
from bosetting_cli.tables import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bosetting_cli.model.result import Allocation, Group, Row
    from bosetting_cli.rules import Criterion, Rules


def county_table(allocation: Allocation, *, lang: str = "en") -> Table:
    """Return the totals by fylke, with the number requested per 1,000 inhabitants.

    If counties come first, it shows both steps: how a county's number came about, and what
    became of it within the county.
    """
    rules = allocation.rules
    names = list(dict.fromkeys(row.group or row.fylke for row in _by_code(allocation)))
    records = [_county_record(allocation, name) for name in names]
    if rules.counties is not None:
        return _two_steps(allocation, records, lang)
    header = ["fylke", "population", "eligible", "asked", "at minimum", "requested"]
    header = [label(word, lang) for word in header]
    header += [f"{label('of whom', lang)}\n{heading(g, lang)}" for g in rules.of_which]
    header += [label("per 1,000", lang)]
    whole = _summed(records)
    return Table(
        header,
        [_county_cells(entry, lang) for entry in records],
        ["left", *["right"] * (len(header) - 1)],
        _county_cells({**whole, "fylke": label("total", lang)}, lang),
        records=records,
        elastic=(0,),
    )


def _two_steps(allocation: Allocation, records: Sequence[Mapping[str, Any]], lang: str) -> Table:
    """Return a table of step 1, the counties' numbers, and step 2, who is asked within them."""
    groups = {group.name: group for group in allocation.groups}
    rules = allocation.rules
    key = rules.counties.criteria if rules.counties else ()
    rows = [_stepped(record, groups[record["fylke"]], key) for record in records]
    whole = _summed(rows) | {
        "smallest": min((r["smallest"] for r in rows if r["smallest"] is not None), default=None),
        "largest": max((r["largest"] for r in rows if r["largest"] is not None), default=None),
    }
    headings = _headings(rules, key, lang)
    return Table(
        [label("fylke", lang), *headings.values()],
        [[row["fylke"], *(_cell(row, column, lang) for column in headings)] for row in rows],
        ["left", *["right"] * len(headings)],
        [label("total", lang), *(_cell(whole, column, lang) for column in headings)],
        [label("two steps by key" if key else "two steps", lang)],
        rows,
        elastic=(0,),
    )


def _headings(rules: Rules, key: Sequence[Criterion], lang: str) -> dict[str, str]:
    """Return column → heading; sub-groups only where there is room beside the key's criteria."""
    headings = {"population": label("population", lang)}
    for criterion in key:
        column = f"county_contribution_{column_name(criterion.name)}"
        headings[column] = f"{label('from', lang)}\n{heading(criterion, lang)}"
    headings["requested"] = label("requested", lang)
    for group in rules.of_which if not key else ():
        column = f"requested_{column_name(group.name)}"
        headings[column] = f"{label('of whom', lang)}\n{heading(group, lang)}"
    headings["per_1000"] = label("per 1,000", lang).replace(" ", "\n", 1)
    for column in ("eligible", "asked", "at_minimum", "smallest", "largest"):
        headings[column] = label(column.replace("_", " "), lang)
    return headings


def _stepped(record: Mapping[str, Any], group: Group, key: Sequence[Criterion]) -> dict[str, Any]:
    """Return a county's record with the numbers of step 1, and the range of step 2."""
    numbers = group.seats().values()
    return {
        **record,
        "county_total": group.total,
        **{f"county_contribution_{column_name(c.name)}": group.contributions[c.name] for c in key},
        "smallest": min(numbers, default=None),
        "largest": max(numbers, default=None),
    }


def _cell(row: Mapping[str, Any], column: str, lang: str) -> str:
    decimals = 2 if column == "per_1000" else 1 if column.startswith("county_contribution") else 0
    return number(row[column], decimals, lang)


def _by_code(allocation: Allocation) -> list[Row]:
    return sorted(allocation.rows, key=lambda row: row.kommunenummer)


def _county_record(allocation: Allocation, name: str) -> dict[str, Any]:
    rows = [row for row in allocation.rows if (row.group or row.fylke) == name]
    population = sum(row.population or 0 for row in rows)
    requested = sum(row.requested for row in rows)
    return {
        "fylke": name,
        "population": population,
        "eligible": sum(row.status in (SELECTED, NOT_SELECTED) for row in rows),
        "asked": sum(row.status == SELECTED for row in rows),
        "at_minimum": sum(row.at_minimum for row in rows),
        "requested": requested,
        **{
            f"requested_{column_name(g.name)}": sum(row.of_which.get(g.name, 0) for row in rows)
            for g in allocation.rules.of_which
        },
        "per_1000": requested * 1000 / population if population else None,
    }


def _summed(records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    whole: dict[str, Any] = {
        key: sum(entry[key] for entry in records)
        for key in records[0]
        if key not in ("fylke", "per_1000", "smallest", "largest")
    }
    people = whole["population"]
    return whole | {"per_1000": whole["requested"] * 1000 / people if people else None}


def _county_cells(entry: Mapping[str, Any], lang: str) -> list[str]:
    middle = [k for k in entry if k not in ("fylke", "per_1000")]
    cells = [number(entry[key], 0, lang) for key in middle]
    return [entry["fylke"], *cells, number(entry["per_1000"], 2, lang)]
