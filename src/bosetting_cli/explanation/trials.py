"""Variations of an allocation, tried for single municipalities and decided many at a time."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from bosetting_cli.explanation.figurefield import figure_field, with_figure
from bosetting_cli.findings import BosettingError
from bosetting_cli.model.allocation import counties, decide
from bosetting_cli.model.draws import BLOCK
from bosetting_cli.model.exact import Ints, close, order
from bosetting_cli.model.places import Decision
from bosetting_cli.model.standing import Standing, standing
from bosetting_cli.result import NOT_ELIGIBLE, NOT_SELECTED, SELECTED, Allocation
from bosetting_cli.rules import Rules
from bosetting_cli.rules.variations import as_ruled
from bosetting_cli.statistics import Statistics

Key = tuple[int, int]


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
        number: The total, the county's number, how many are selected (of the county, if
            counties come first), or the figure.
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


def tried(allocation: Allocation, trials: Mapping[Key, Trial]) -> dict[Key, Outcome | None]:
    """Return the outcome of each trial; None where there is no allocation.

    Trials of a kind are decided together, block by block; a `run` by itself.
    """
    found: dict[Key, Outcome | None] = {}
    kinds: dict[tuple[str, int], list[Key]] = {}
    for key, trial in trials.items():
        kinds.setdefault((trial.kind, trial.criterion), []).append(key)
    size = max(1, BLOCK // len(allocation.statistics.units))
    for keys in kinds.values():
        for start in range(0, len(keys), size):
            block = keys[start : start + size]
            outcomes = _decided(allocation, [trials[key] for key in block])
            found.update(zip(block, outcomes, strict=True))
    return found


def _decided(allocation: Allocation, trials: Sequence[Trial]) -> list[Outcome | None]:
    """Decide trials of one kind."""
    own, kind, step = allocation.decision.own, trials[0].kind, None
    field: Standing | None = own
    units, numbers = [trial.unit for trial in trials], np.array([trial.number for trial in trials])
    varied = as_ruled(allocation.rules).rows([0] * len(trials))
    if kind == "figure":
        pairs = list(zip(units, numbers.tolist(), strict=True))
        field = figure_field(own, trials[0].criterion, pairs)
    elif kind == "total":
        varied = dataclasses.replace(varied, totals=numbers.astype(np.int64))
    elif kind == "count":
        # the county's own number; the others', without counties nobody's, stay
        counts = np.tile([part.take[0] for part in allocation.decision.parts], (len(trials), 1))
        counts[np.arange(len(trials)), allocation.decision.step.county[units]] = numbers
        varied = dataclasses.replace(varied, counts=counts)
    elif kind == "county total":
        step = counties(own, varied.totals)
        step.totals[np.arange(len(trials)), step.county[units]] = numbers
        varied = dataclasses.replace(varied, totals=step.totals.sum(axis=1))
    if kind == "run" or field is None:
        return [_run(allocation, trial) for trial in trials]
    return _outcomes(decide(field, varied, step=step), units)


def _run(allocation: Allocation, trial: Trial) -> Outcome | None:
    """Run the model with other rules or statistics."""
    rules, statistics = trial.rules or allocation.rules, trial.statistics or allocation.statistics
    if trial.kind == "figure":
        figures = allocation.decision.own.figures[trial.criterion]
        statistics = with_figure(statistics, figures, trial.unit, trial.number)
    try:
        decision = decide(standing(statistics, rules), as_ruled(rules))
    except BosettingError:
        return None
    return _outcomes(decision, [trial.unit])[0]


def _outcomes(decision: Decision, units: Sequence[int]) -> list[Outcome | None]:
    """Return what each row of a decision means for one municipality."""
    keys, county, rows = decision.keys, decision.step.county, np.arange(len(units))
    able = np.isin(np.arange(len(county)), decision.own.eligible)
    ranked = able & (county == county[units][:, np.newaxis])
    key = keys[rows, units][:, np.newaxis]
    near = ranked & close(keys, key)
    above = np.count_nonzero(ranked & ~near & (keys > key), axis=1)
    found: list[Outcome | None] = []
    for row, unit in enumerate(units):
        if row in decision.problems:
            found.append(None)
        elif not ranked[row, unit]:
            found.append(Outcome(NOT_ELIGIBLE, 0, None, len(decision.own.eligible)))
        else:
            rank = 1 + int(above[row]) + _place(decision, row, unit, np.flatnonzero(near[row]))
            status = SELECTED if decision.selected[row, unit] else NOT_SELECTED
            requested, ranks = decision.requested[row, unit], np.count_nonzero(ranked[row])
            found.append(Outcome(status, int(requested), rank, int(ranks)))
    return found


def _place(decision: Decision, row: int, unit: int, near: Ints) -> int:
    """Return a municipality's place among those whose keys floats can't order, from 0."""
    if len(near) == 1:
        return 0
    tie = np.broadcast_to(decision.own.tie, decision.keys.shape)[row, near]
    exact = decision.exact_keys(row, near)
    places, _ = order(decision.keys[row, near], exact.__getitem__, tie)
    return int(np.flatnonzero(near[places] == unit)[0])
