"""Scenarios → one table: municipalities × scenarios, or a row for each pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bosetting_cli.rules import column_name
from bosetting_cli.tables import kinds
from bosetting_cli.tables.columns import PLACE, group_columns, place_columns
from bosetting_cli.tables.document import note_records, stamp
from bosetting_cli.tables.table import Column, Table
from bosetting_cli.words import broken, say

if TYPE_CHECKING:
    from bosetting_cli.scenarios import Run, Sweep
    from bosetting_cli.statistics import Municipality


def wide_table(sweep: Sweep, *, everyone: bool = False, lang: str = "en") -> Table:
    """Return a row per municipality that is asked in any scenario, a column per scenario.

    Args:
        sweep: The runs.
        everyone: Also those that no scenario asks.
        lang: One of `words.LANGUAGES`.
    """
    runs = {run.scenario.name: run for run in sweep.runs}
    asked = {unit for run in sweep.runs for unit in run.requested}
    rows = [
        _place(m) | {name: run.requested.get(m.kommunenummer, 0) for name, run in runs.items()}
        for m in sweep.municipalities
        if everyone or m.kommunenummer in asked
    ]
    columns = [Column(name, broken(name.replace("=", " "), 12), kinds.PLACES) for name in runs]
    totals: dict[str, Any] = {"municipality": say("total", lang)}
    totals |= {name: sum(run.requested.values()) for name, run in runs.items()}
    return Table([*place_columns(lang), *columns], rows, totals=totals, lang=lang)


def long_table(sweep: Sweep, *, everyone: bool = False, lang: str = "en") -> Table:
    """Return a row per scenario and municipality that it asks; see `wide_table`."""
    groups = sweep.rules.of_which
    names = {column_name(group.name): group.name for group in groups}
    return Table(
        [
            Column("scenario", say("scenario", lang), kinds.NAME),
            *place_columns(lang),
            Column("quota", say("quota", lang), kinds.decimal(2)),
            Column("requested", say("requested", lang), kinds.PLACES),
            *group_columns(groups, lang),
        ],
        [
            _long_row(run, m, names)
            for run in sweep.runs
            for m in sweep.municipalities
            if everyone or m.kommunenummer in run.requested
        ],
        lang=lang,
    )


def _long_row(run: Run, m: Municipality, names: dict[str, str]) -> dict[str, Any]:
    unit = m.kommunenummer
    return {
        "scenario": run.scenario.name,
        **_place(m),
        "quota": run.quotas.get(unit),
        "requested": run.requested.get(unit, 0),
        **{f"requested_{k}": run.of_which.get(g, {}).get(unit, 0) for k, g in names.items()},
    }


def _place(m: Municipality) -> dict[str, Any]:
    return {key: getattr(m, key) for key in PLACE}


def scenarios_document(sweep: Sweep) -> dict[str, Any]:
    """Return what the JSON form says besides the rows."""
    from msgspec import to_builtins

    return {
        **stamp(),
        "notes": note_records(sweep.notes),
        "rules": to_builtins(sweep.rules),
        "inputs": dict(sweep.inputs),
        "scenarios": [
            {
                "name": run.scenario.name,
                "changes": to_builtins(dict(run.scenario.changes)),
                "data": None if run.scenario.data is None else str(run.scenario.data),
                "total": sum(run.requested.values()),
                "asked": len(run.requested),
            }
            for run in sweep.runs
        ],
    }
