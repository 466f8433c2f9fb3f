"""An allocation → the table of municipalities, and what its JSON says beside the rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from bosetting_cli.result import SELECTED, Allocation, Group, Row
from bosetting_cli.result.fingerprint import fingerprint
from bosetting_cli.result.reasons import reason_text
from bosetting_cli.result.rows import columns, record
from bosetting_cli.rules import Rules, column_name
from bosetting_cli.tables import Column, Table, kinds
from bosetting_cli.tables.columns import made_from, named_columns, place_columns, stamp
from bosetting_cli.tables.sorting import SORTS
from bosetting_cli.tables.writers import NO_MARK
from bosetting_cli.words import heading, number, say

MARK = "*"


def municipality_table(
    allocation: Allocation, *, everyone: bool = False, sort: str = "rank", lang: str = "en"
) -> Table:
    """Return the table of municipalities: those asked, or all with the reasons."""
    rules = allocation.rules
    shown = sorted(allocation.rows if everyone else allocation.selected, key=SORTS[sort])
    rows = [record(row, rules) | _for_people(row, rules, lang) for row in shown]
    groups = named_columns(rules.of_which, "of_whom", lang)
    parts = named_columns(rules.criteria, "contribution", lang)
    told = Column("told", f"{say('status', lang)}, {say('reason', lang)}", kinds.PROSE)
    summed = ["population", *(column.key for column in (groups if everyone else groups + parts))]
    return Table(
        [
            Column("rank", say("rank", lang), kinds.CODE),
            *place_columns(lang),
            Column("population", heading("population", lang), kinds.COUNT),
            Column("asked_for", heading("requested", lang, 20), kinds.CODE),
            *groups,
            *([told] if everyone else parts),
        ],
        rows,
        [Column(key) for key in columns(rules)],
        {
            "municipality": say("total", lang),
            "asked_for": number(sum(row.requested for row in shown), 0, lang) + NO_MARK,
            **{key: math.fsum(row.get(key) or 0 for row in rows) for key in summed},
        },
        [say("note minimum", lang)] if any(row.at_minimum for row in shown) else [],
        lang,
    )


def _for_people(row: Row, rules: Rules, lang: str) -> dict[str, Any]:
    """Return what people see otherwise than machines."""
    asked = row.status == SELECTED
    mark = MARK if row.at_minimum else NO_MARK
    told = [say(row.status, lang), reason_text(row.why, rules, lang) if row.why else ""]
    of_whom = {
        f"of_whom_{column_name(g.name)}": row.of_which.get(g.name, 0) for g in rules.of_which
    }
    return {
        "asked_for": f"{number(row.requested, 0, lang)}{mark}" if asked else "–",
        "told": ": ".join(word for word in told if word),
        **(of_whom if asked else {}),
    }


def document(allocation: Allocation, fields: Sequence[str] = ()) -> dict[str, Any]:
    """Return what the JSON form of an allocation says besides the rows.

    Args:
        allocation: The allocation.
        fields: The columns of the table that it comes with.
    """
    rules, whole = allocation.rules, allocation.whole
    used = made_from(rules, allocation.inputs, allocation.notes)
    return {
        **stamp(),
        "fingerprint": fingerprint(allocation),
        "title": rules.title,
        **({"region": allocation.region} if allocation.region else {}),
        "columns": list(fields),
        "summary": {
            "total": rules.total.value,
            "asked": len(whole.selected),
            "eligible": len(whole.eligible),
            "at_minimum": sum(row.at_minimum for row in whole.rows),
        },
        "notes": used.pop("notes"),
        "groups": [_group_record(group) for group in allocation.groups],
        **used,
    }


def _group_record(group: Group) -> dict[str, Any]:
    result = group.apportionment
    ends = result.divisors if result is not None else None
    return {
        "name": group.name,
        "total": group.total,
        "asked": len(group.units),
        **({"contributions": dict(group.contributions)} if group.contributions else {}),
        "method": result.method.name if result is not None else None,
        "divisor": None if result is None else str(result.divisor),
        "divisors": None if ends is None else [str(end) for end in ends],
    }
