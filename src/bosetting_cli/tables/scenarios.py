"""Scenarios → one table: municipalities × scenarios, or a row for each pair.

Rows are made as they are asked for, so that any number can be written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bosetting_cli.rules import column_name
from bosetting_cli.tables import kinds
from bosetting_cli.tables.columns import PLACE, group_columns, place_columns
from bosetting_cli.tables.document import note_records, stamp
from bosetting_cli.tables.table import Column, Table
from bosetting_cli.words import broken, heading, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from bosetting_cli.rules import Rules
    from bosetting_cli.statistics import Municipality
    from bosetting_cli.studies.scenarios import Data, Failure, Run, Scenario, Sources

# What a scenario varies, apart from weights and data → its value in the scenario's rules.
_USED: dict[str, Callable[[Rules], Any]] = {
    "total": lambda rules: rules.total.value,
    "minimum": lambda rules: rules.minimum.value,
    "share": lambda rules: rules.select.share,
    "count": lambda rules: rules.select.count,
    "by": lambda rules: rules.select.by,
    "method": lambda rules: rules.method,
}
_KINDS = {"total": kinds.COUNT, "minimum": kinds.COUNT, "count": kinds.COUNT}


@dataclass(frozen=True, slots=True)
class Lines:
    """A table whose rows are made one by one.

    Attributes:
        columns: As those of a `Table`.
        rows: Their values.
        totals: Column → what stands in the last line; may be empty.
    """

    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    totals: Mapping[str, Any]

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns of machine formats."""
        return tuple(column.key for column in self.columns)

    def table(self, lang: str) -> Table:
        """Return the table with all its rows."""
        rows = [dict(zip(self.fields, row, strict=True)) for row in self.rows]
        return Table(self.columns, rows, totals=self.totals, lang=lang)


# --- a column per scenario -------------------------------------------------------------------


def wide_lines(
    runs: Iterable[Run], sources: Sources, *, everyone: bool = False, lang: str = "en"
) -> Lines:
    """Return a row per municipality that is asked in any scenario, a column per scenario.

    Args:
        runs: What the scenarios give; all of them are made, and only the numbers are kept.
        sources: What they were run on.
        everyone: Also those that no scenario asks.
        lang: One of `words.LANGUAGES`.
    """
    places = {m.kommunenummer: place for place, m in enumerate(sources.municipalities)}
    asked = np.full(len(places), everyone)
    names, kept = [], bytearray()  # which grows without a copy of all for each scenario
    for run in runs:
        own = [places[unit] for unit in run.units]
        row = np.zeros(len(places), dtype=np.int32)
        row[own] = np.where(run.selected, run.numbers, 0)
        asked[own] |= run.selected
        names.append(run.scenario.name)
        kept += row.tobytes()
    numbers = np.frombuffer(kept, dtype=np.int32).reshape(len(names), len(places))
    shown = [Column(name, broken(name.replace("=", " "), 12), kinds.PLACES) for name in names]
    totals = {"municipality": say("total", lang)}
    totals |= dict(zip(names, numbers.sum(axis=1, dtype=np.int64).tolist(), strict=True))
    rows = (
        (*_place(sources.municipalities[place]), *numbers[:, place].tolist())
        for place in np.flatnonzero(asked).tolist()
    )
    return Lines([*place_columns(lang), *shown], rows, totals)


# --- a row per scenario and municipality -----------------------------------------------------


def long_lines(
    runs: Iterable[Run],
    sources: Sources,
    varied: Sequence[str],
    base: Data,
    *,
    everyone: bool = False,
    lang: str = "en",
) -> Lines:
    """Return a row per scenario and municipality that it asks.

    Args:
        runs: What the scenarios give; each is made when its rows are asked for.
        sources: What they were run on.
        varied: The keys that some scenario varies; the rows say what each scenario uses.
        base: The statistics of scenarios that name none.
        everyone: Also those that the scenario doesn't ask.
        lang: One of `words.LANGUAGES`.
    """
    groups = sources.rules.of_which
    columns = [
        Column("scenario", say("scenario", lang), kinds.NAME),
        *_varied_columns(varied, sources.rules, lang),
        *place_columns(lang),
        Column("quota", say("quota", lang), kinds.decimal(2)),
        Column("requested", say("requested", lang), kinds.PLACES),
        *group_columns(groups, lang),
    ]
    names = [group.name for group in groups]
    municipalities = {m.kommunenummer: m for m in sources.municipalities}
    rows = (
        (run.scenario.name, *used, *row)
        for run in runs
        for used in [_used(run.scenario, run.rules, varied, base)]
        for row in _long_rows(run, municipalities, names, everyone)
    )
    return Lines(columns, rows, {})


def _varied_columns(varied: Sequence[str], rules: Rules, lang: str) -> Iterator[Column]:
    for key in varied:
        if key != "weights":
            yield Column(key, broken(say(f"scenario {key}", lang), 10), _KINDS.get(key, kinds.TEXT))
    if "weights" in varied:
        for criterion in rules.criteria:
            words = f"{say('weight', lang)}\n{heading(criterion, lang)}"
            yield Column(f"weight_{column_name(criterion.name)}", words, kinds.NUMBER)


def _used(scenario: Scenario, rules: Rules, varied: Sequence[str], base: Data) -> list[Any]:
    """Return what a scenario uses of what varies, in the columns' order."""
    values = [
        (scenario.data or base).name if key == "data" else _USED[key](rules)
        for key in varied
        if key != "weights"
    ]
    return values + [c.weight for c in rules.criteria if "weights" in varied]


def _long_rows(
    run: Run, municipalities: Mapping[str, Municipality], groups: Sequence[str], everyone: bool
) -> Iterator[tuple[Any, ...]]:
    """Yield a scenario's rows from the municipality on."""
    numbers = np.where(run.selected, run.numbers, 0).tolist()
    quotas = [None] * len(numbers) if run.places is None else run.places.tolist()
    shared = [np.maximum(run.shared[name], 0).tolist() for name in groups]
    units = {unit: place for place, unit in enumerate(run.units)}
    shown = municipalities if everyone else [run.units[p] for p in np.flatnonzero(run.selected)]
    for unit in shown:
        place = units.get(unit)
        parts: tuple[Any, ...] = (None, 0, *(0 for _ in groups))
        if place is not None and run.selected[place]:
            parts = (quotas[place], numbers[place], *(part[place] for part in shared))
        yield (*_place(municipalities[unit]), *parts)


def _place(m: Municipality) -> list[str]:
    return [getattr(m, key) for key in PLACE]


# --- JSON ------------------------------------------------------------------------------------


def noted(runs: Iterable[Run], records: list[dict[str, Any]]) -> Iterator[Run]:
    """Pass runs on, and note of each what the JSON form says of its scenario."""
    from msgspec import to_builtins

    for run in runs:
        scenario = run.scenario
        records.append(
            {
                "name": scenario.name,
                "changes": to_builtins(dict(scenario.changes)),
                "data": scenario.data and str(scenario.data.path or scenario.data.name),
                "total": int(run.numbers[run.selected].sum()),
                "asked": int(np.count_nonzero(run.selected)),
            }
        )
        yield run


def scenarios_document(
    sources: Sources, records: Sequence[Mapping[str, Any]], failed: Iterable[Failure]
) -> dict[str, Any]:
    """Return what the JSON form says besides the rows.

    Args:
        sources: What the scenarios were run on.
        records: From `noted`.
        failed: Scenarios that admit no allocation.
    """
    from msgspec import to_builtins

    return {
        **stamp(),
        "notes": note_records(sources.notes),
        "rules": to_builtins(sources.rules),
        "inputs": dict(sources.inputs),
        "scenarios": records,
        "failed": [{"name": one.scenario.name, "reasons": one.reasons} for one in failed],
    }
