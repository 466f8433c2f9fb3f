"""Small made-up statistics and rules for tests; nothing in here is a real figure."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import msgspec

from bosetting_cli.rules import Criterion, Rules
from bosetting_cli.statistics import Column, Municipality, Statistics

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# The shortest rules file: all is shared out by population.
SMALL_RULES = """\
title: small
as_of: 2018-01-01
total: 100
criteria:
  - {name: population, weight: 1, indicator: population}
"""

Parts = tuple[float | None, ...]


def synthetic(
    columns: Mapping[str, Mapping[int, Mapping[str, float | Parts | None]]],
    counties: Mapping[str, str] | None = None,
) -> Statistics:
    """Make statistics from column → year → unit → figure (or figures of predecessors)."""
    units = sorted({u for years in columns.values() for by in years.values() for u in by})
    places = counties or {}
    return Statistics(
        tuple(Municipality(u, f"Town {u}", places.get(u, "Shire")) for u in units),
        {
            name: Column(
                name,
                f"{name}.csv",
                {
                    year: {u: v if isinstance(v, tuple) else (v,) for u, v in by.items()}
                    for year, by in years.items()
                },
                reference_date="year-12-31" if name.startswith("late_") else None,
            )
            for name, years in columns.items()
        },
    )


def criterion(**changes: Any) -> Criterion:
    """Make a criterion on population, with changes."""
    return Criterion(**{"name": "size", "weight": 1.0, "indicator": "population", **changes})


def rules_for(criteria: Sequence[Criterion], total: int, **changes: Any) -> Rules:
    """Make rules that select all and have no minimum, with changes in YAML terms."""
    base: dict[str, Any] = {
        "title": "Test",
        "as_of": dt.date(2017, 10, 2),
        "total": {"value": total},
        "criteria": [msgspec.to_builtins(c) for c in criteria],
    }
    return msgspec.convert({**base, **changes}, Rules)
