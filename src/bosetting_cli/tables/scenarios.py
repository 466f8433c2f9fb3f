"""Scenarios → one table: municipalities × scenarios, or a row for each pair.

Rows are made as they are asked for, so that any number can be written.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

import numpy as np

from bosetting_cli.rules import Rules
from bosetting_cli.statistics import Municipality
from bosetting_cli.studies.runs import Failure, Run, Sources
from bosetting_cli.studies.scenarios import Data
from bosetting_cli.tables import Column, Table, kinds
from bosetting_cli.tables.columns import PLACE, made_from, named_columns, place_columns, stamp
from bosetting_cli.words import broken, say

# What a scenario varies, apart from weights and data → where it stands in the rules, its kind.
_VARIED = {
    "total": ("total.value", kinds.COUNT),
    "minimum": ("minimum.value", kinds.COUNT),
    "share": ("select.share", kinds.TEXT),
    "count": ("select.count", kinds.COUNT),
    "by": ("select.by", kinds.TEXT),
    "method": ("method", kinds.TEXT),
}


def wide_table(
    runs: Iterable[Run], sources: Sources, *, everyone: bool = False, lang: str = "en"
) -> Table:
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
        row[own] = run.numbers
        asked[own] |= run.selected
        names.append(run.scenario.name)
        kept += row.tobytes()
    numbers = np.frombuffer(kept, dtype=np.int32).reshape(len(names), len(places))
    columns = [
        *place_columns(lang),
        *(Column(name, broken(name.replace("=", " "), 12), kinds.PLACES) for name in names),
    ]
    totals = dict(zip(names, numbers.sum(axis=1, dtype=np.int64).tolist(), strict=True))
    place_of = attrgetter(*PLACE)
    return Table(
        [dataclasses.replace(column, of=itemgetter(i)) for i, column in enumerate(columns)],
        (
            (*place_of(sources.municipalities[place]), *numbers[:, place].tolist())
            for place in np.flatnonzero(asked).tolist()
        ),
        totals={"municipality": say("total", lang), **totals},
        lang=lang,
    )


# --- a row per scenario and municipality -----------------------------------------------------


class _Line(NamedTuple):
    """A municipality in a scenario."""

    run: Run
    municipality: Municipality
    requested: int
    quota: float | None
    of_which: Mapping[str, int]


def long_table(
    runs: Iterable[Run],
    sources: Sources,
    varied: Sequence[str],
    base: Data,
    *,
    everyone: bool = False,
    lang: str = "en",
) -> Table:
    """Return a row per scenario and municipality that it asks.

    Args:
        runs: What the scenarios give; each is made when its rows are asked for.
        sources: What they were run on.
        varied: The keys that some scenario varies; the rows say what each scenario uses.
        base: The statistics of scenarios that name none.
        everyone: Also those that the scenario doesn't ask.
        lang: One of `words.LANGUAGES`.
    """
    known = {m.kommunenummer: m for m in sources.municipalities}
    return Table(
        [
            Column("scenario", say("scenario", lang), kinds.NAME, attrgetter("run.scenario.name")),
            *_varied_columns(varied, sources.rules, base, lang),
            *place_columns(lang, "municipality"),
            Column("quota", say("quota", lang), kinds.decimal(2), attrgetter("quota")),
            Column("requested", say("requested", lang), kinds.PLACES, attrgetter("requested")),
            *named_columns(sources.rules.of_which, "requested", lang, _of_which),
        ],
        (line for run in runs for line in _lines(run, known, everyone)),
        lang=lang,
    )


def _varied_columns(varied: Sequence[str], rules: Rules, base: Data, lang: str) -> Iterator[Column]:
    """Yield columns for what each scenario uses of what varies, the weights last."""
    for key in (key for key in varied if key != "weights"):
        words = broken(say(f"scenario {key}", lang), 10)
        if key == "data":
            yield Column(key, words, of=lambda line: (line.run.scenario.data or base).name)
        else:
            where, kind = _VARIED[key]
            yield Column(key, words, kind, attrgetter(f"run.rules.{where}"))
    if "weights" in varied:
        yield from named_columns(rules.criteria, "weight", lang, _weight)


def _weight(name: str) -> Callable[[_Line], float]:
    return lambda line: next(c.weight for c in line.run.rules.criteria if c.name == name)


def _of_which(name: str) -> Callable[[_Line], int]:
    return lambda line: line.of_which.get(name, 0)


def _lines(run: Run, known: Mapping[str, Municipality], everyone: bool) -> Iterator[_Line]:
    numbers, quotas = run.numbers.tolist(), run.quotas.tolist()
    places = {run.units[place]: place for place in np.flatnonzero(run.selected).tolist()}
    shared = {name: own.tolist() for name, own in run.of_which.items()}
    for unit in known if everyone else places:
        place = places.get(unit)
        if place is None:
            yield _Line(run, known[unit], 0, None, {})
        else:
            of_which = {name: own[place] for name, own in shared.items()}
            yield _Line(run, known[unit], numbers[place], quotas[place], of_which)


# --- JSON ------------------------------------------------------------------------------------


def scenarios_document(
    found: Iterable[Run | Failure], sources: Sources
) -> tuple[dict[str, Any], Iterator[Run | Failure]]:
    """Return what the JSON form says besides the rows, and what was found.

    Args:
        found: What the scenarios give; as it is passed on, the document says so.
        sources: What they were run on.
    """
    scenarios: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    document = {
        **stamp(),
        **made_from(sources.rules, sources.inputs, sources.notes),
        "scenarios": scenarios,
        "failed": failed,
    }

    def passed_on() -> Iterator[Run | Failure]:
        for one in found:
            if isinstance(one, Failure):
                failed.append({"name": one.scenario.name, "reasons": one.reasons})
            else:
                scenarios.append(_scenario_record(one))
            yield one

    return document, passed_on()


def _scenario_record(run: Run) -> dict[str, Any]:
    from msgspec import to_builtins

    scenario = run.scenario
    return {
        "name": scenario.name,
        "changes": to_builtins(dict(scenario.changes)),
        "data": scenario.data and str(scenario.data.path or scenario.data.name),
        "total": int(run.numbers.sum()),
        "asked": int(np.count_nonzero(run.selected)),
    }
