"""Variations of an allocation, tried for single municipalities and decided many at a time."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bosetting_cli.explanation.figurefield import figure_field, with_figure
from bosetting_cli.findings import BosettingError
from bosetting_cli.model.allocation import counties, decide
from bosetting_cli.model.draws import BLOCK
from bosetting_cli.model.exact import close, order
from bosetting_cli.model.standing import standing
from bosetting_cli.result import NOT_ELIGIBLE, NOT_SELECTED, SELECTED
from bosetting_cli.rules.variations import as_ruled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bosetting_cli.explanation.parts import Explanation
    from bosetting_cli.model.exact import Ints
    from bosetting_cli.model.places import Decision
    from bosetting_cli.model.standing import Standing
    from bosetting_cli.rules import Rules
    from bosetting_cli.statistics import Statistics


class Outcome(NamedTuple):
    """What a municipality would be told."""

    status: str
    requested: int
    rank: int | None
    eligible: int


class Trial(NamedTuple):
    """One thing that is changed.

    Attributes:
        kind: `total`, `county total`, `count`, `figure`, or `run` for anything else.
        unit: Whose outcome is looked at, and whose county or figure it is.
        number: The total, the county's number, how many are selected, or the figure.
        criterion: Whose figure it is.
        rules: The rules of a run, if they are other ones.
        statistics: The figures of a run, if they are other ones.
    """

    kind: str
    unit: int
    number: float = 0
    criterion: int = 0
    rules: Rules | None = None
    statistics: Statistics | None = None


class Case(NamedTuple):
    """What the model is run on: figures, rules, and steps 0 to 4 of them."""

    statistics: Statistics
    rules: Rules
    own: Standing

    def place(self, e: Explanation) -> int:
        """Return a municipality's place in the statistics."""
        return self.own.units.index(e.kommunenummer)


def tried(case: Case, trials: Sequence[Trial]) -> list[Outcome | None]:
    """Return the outcome of each trial; None where there is no allocation.

    Trials of a kind are decided together, block by block; a `run` by itself.
    """
    outcomes: list[Outcome | None] = [None] * len(trials)
    kinds: dict[tuple[str, int], list[int]] = {}
    for place, trial in enumerate(trials):
        kinds.setdefault((trial.kind, trial.criterion), []).append(place)
    size = max(1, BLOCK // len(case.own.units))
    for (kind, _), places in kinds.items():
        step = 1 if kind == "run" else size
        for start in range(0, len(places), step):
            block = places[start : start + step]
            found = _decided(case, kind, [trials[place] for place in block])
            for place, outcome in zip(block, found, strict=True):
                outcomes[place] = outcome
    return outcomes


def _decided(case: Case, kind: str, trials: Sequence[Trial]) -> list[Outcome | None]:
    """Decide trials of one kind."""
    rules, own = case.rules, case.own
    varied, step, compared = as_ruled(rules).rows([0] * len(trials)), None, None
    numbers = np.array([trial.number for trial in trials])
    if kind == "figure":
        changes = [(trial.unit, trial.number) for trial in trials]
        compared = figure_field(own, trials[0].criterion, changes)
    elif kind == "count":
        varied = dataclasses.replace(varied, counts=numbers.astype(np.int64))
    elif kind == "total":
        varied = dataclasses.replace(varied, totals=numbers.astype(np.int64))
    elif kind == "county total":
        step = counties(own, varied.totals)
        totals = step.totals.copy()
        totals[np.arange(len(trials)), step.county[[trial.unit for trial in trials]]] = numbers
        step = step._replace(totals=totals)
        varied = dataclasses.replace(varied, totals=totals.sum(axis=1))
    if kind == "run" or (kind == "figure" and compared is None):
        return [_run(case, trial) for trial in trials]
    decision = decide(own if compared is None else compared, varied, step=step)
    return _outcomes(decision, [trial.unit for trial in trials])


def _run(case: Case, trial: Trial) -> Outcome | None:
    """Run the model with other rules or statistics."""
    rules, statistics = trial.rules or case.rules, trial.statistics or case.statistics
    if trial.kind == "figure":
        figures = case.own.figures[trial.criterion]
        statistics = with_figure(statistics, figures, trial.unit, trial.number)
    try:
        decision = decide(standing(statistics, rules), as_ruled(rules))
    except BosettingError:
        return None
    return _outcomes(decision, [trial.unit])[0]


def _outcomes(decision: Decision, units: Sequence[int]) -> list[Outcome | None]:
    """Return what each row of a decision means for one municipality."""
    keys, county = decision.keys, decision.step.county
    able = np.isin(np.arange(len(county)), decision.own.eligible)
    ranked = able & (county == county[units][:, np.newaxis])
    own = keys[np.arange(len(units)), units][:, np.newaxis]
    above = np.count_nonzero(ranked & (keys > own), axis=1)
    near = np.count_nonzero(ranked & close(keys, own), axis=1)
    counts = np.count_nonzero(ranked, axis=1)
    found: list[Outcome | None] = []
    for row, unit in enumerate(units):
        if row in decision.problems:
            found.append(None)
        elif not able[unit]:
            found.append(Outcome(NOT_ELIGIBLE, 0, None, int(np.count_nonzero(able))))
        else:
            alone, among = near[row] == 1, ranked[row].nonzero()[0]
            rank = above[row] if alone else _place(decision, row, unit, among)
            status = SELECTED if decision.selected[row, unit] else NOT_SELECTED
            asked, count = int(decision.requested[row, unit]), int(counts[row])
            found.append(Outcome(status, asked, 1 + int(rank), count))
    return found


def _place(decision: Decision, row: int, unit: int, ranked: Ints) -> int:
    """Return a municipality's place in the order of its county, from 0, by the rule of `order`."""
    tie = np.broadcast_to(decision.own.tie, decision.keys.shape)[row, ranked]
    keys = decision.keys[row, ranked]
    places, _ = order(keys, lambda some: decision.exact_keys(row, ranked[some]), tie)
    return int(np.flatnonzero(ranked[places] == unit)[0])
