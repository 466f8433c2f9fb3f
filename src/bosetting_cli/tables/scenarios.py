"""Scenarios → one table: municipalities × scenarios, or a row for each pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bosetting_cli
from bosetting_cli.labels import broken, label, number
from bosetting_cli.rules import column_name
from bosetting_cli.tables import SCHEMA_VERSION, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bosetting_cli.scenarios import Run, Sweep
    from bosetting_cli.statistics import Municipality

PLACE = ("kommunenummer", "municipality", "fylke")


def wide_table(
    sweep: Sweep, *, everyone: bool = False, lang: str = "en", cells: bool = True
) -> Table:
    """Return a row per municipality that is asked in any scenario, a column per scenario.

    Args:
        sweep: The runs.
        everyone: Also those that no scenario asks.
        lang: One of `labels.LANGUAGES`.
        cells: Whether people will read it; without them there are only records.
    """
    names = [run.scenario.name for run in sweep.runs]
    shown = _shown(sweep, everyone=everyone)
    numbers = [run.requested for run in sweep.runs]
    records = [_wide_record(m, names, numbers) for m in shown]
    return Table(
        [
            *(label(word, lang) for word in PLACE),
            *(broken(name.replace("=", " "), 12) for name in names),
        ],
        [_wide_cells(r, names, lang) for r in records if cells],
        ["right", "left", "left", *["right"] * len(names)],
        ["", label("total", lang), "", *(number(_total(run), 0, lang) for run in sweep.runs)],
        records=records,
        columns=[*PLACE, *names],
        elastic=(2, 1),
    )


def long_table(
    sweep: Sweep, *, everyone: bool = False, lang: str = "en", cells: bool = True
) -> Table:
    """Return a row per scenario and municipality that it asks; see `wide_table`."""
    groups = [group.name for group in sweep.rules.of_which]
    records = [
        _long_record(run, m, groups)
        for run in sweep.runs
        for m in sweep.municipalities
        if everyone or m.kommunenummer in run.requested
    ]
    words = ["scenario", *PLACE, "quota", "requested"]
    keys = [f"requested_{column_name(group)}" for group in groups]
    return Table(
        [label(word, lang) for word in words] + [broken(label(g, lang)) for g in groups],
        [_long_cells(r, keys, lang) for r in records if cells],
        ["left", "right", "left", "left", *["right"] * (2 + len(groups))],
        records=records,
        columns=[*words, *keys],
        elastic=(3, 2, 0),
    )


def _shown(sweep: Sweep, *, everyone: bool) -> list[Municipality]:
    asked = {unit for run in sweep.runs for unit in run.requested}
    return [m for m in sweep.municipalities if everyone or m.kommunenummer in asked]


def _wide_record(
    m: Municipality, names: list[str], numbers: Sequence[Mapping[str, int]]
) -> dict[str, Any]:
    unit = m.kommunenummer
    row = [requested.get(unit, 0) for requested in numbers]
    return {**_place(m), **dict(zip(names, row, strict=True))}


def _wide_cells(record: dict[str, Any], names: list[str], lang: str) -> list[str]:
    return [*(record[p] for p in PLACE), *(_cell(record[name], lang) for name in names)]


def _long_record(run: Run, m: Municipality, groups: list[str]) -> dict[str, Any]:
    unit = m.kommunenummer
    return {
        "scenario": run.scenario.name,
        **_place(m),
        "quota": run.quotas.get(unit),
        "requested": run.requested.get(unit, 0),
        **{f"requested_{column_name(g)}": run.of_which.get(g, {}).get(unit, 0) for g in groups},
    }


def _place(m: Municipality) -> dict[str, str]:
    return {
        "kommunenummer": m.kommunenummer,
        "municipality": m.municipality,
        "fylke": m.fylke,
    }


def _long_cells(record: dict[str, Any], keys: list[str], lang: str) -> list[str]:
    texts = [record["scenario"], *(record[p] for p in PLACE), number(record["quota"], 2, lang)]
    return [*texts, _cell(record["requested"], lang), *(number(record[k], 0, lang) for k in keys)]


def _cell(places: int, lang: str) -> str:
    return number(places, 0, lang) if places else "–"


def _total(run: Run) -> int:
    return sum(run.requested.values())


def scenarios_document(sweep: Sweep) -> dict[str, Any]:
    """Return what the JSON form says besides the rows."""
    from msgspec import to_builtins

    return {
        "schema_version": SCHEMA_VERSION,
        "program": f"bosetting {bosetting_cli.__version__}",
        "notes": [{"kind": note.kind, "text": note.text} for note in sweep.notes],
        "rules": to_builtins(sweep.rules),
        "inputs": dict(sweep.inputs),
        "scenarios": [
            {
                "name": run.scenario.name,
                "changes": to_builtins(dict(run.scenario.changes)),
                "data": None if run.scenario.data is None else str(run.scenario.data),
                "total": _total(run),
                "asked": len(run.requested),
            }
            for run in sweep.runs
        ],
    }
