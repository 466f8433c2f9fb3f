"""Variations of an allocation, tried for single municipalities and decided many at a time."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bosetting_cli.explanation.figurefield import figure_field, with_figure
from bosetting_cli.findings import BosettingError
from bosetting_cli.model.allocation import Setting, decide
from bosetting_cli.model.counties import CountyStep, counties
from bosetting_cli.model.draws import BLOCK
from bosetting_cli.model.exact import close, order
from bosetting_cli.model.standing import Standing, as_ruled, field_of, standing
from bosetting_cli.result import NOT_ELIGIBLE, NOT_SELECTED, SELECTED, Allocation
from bosetting_cli.rules import Rules
from bosetting_cli.statistics import Statistics

if TYPE_CHECKING:
    from bosetting_cli.model.exact import Ints


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
    statistics, rules = allocation.statistics, allocation.rules
    own, kind, step, field = allocation.decision.standing, trials[0].kind, None, None
    units, numbers = [trial.unit for trial in trials], np.array([trial.number for trial in trials])
    varied = as_ruled(rules).repeated(len(trials))
    if kind == "figure":
        pairs = list(zip(units, numbers.tolist(), strict=True))
        field = figure_field(statistics, rules, own, trials[0].criterion, pairs)
    elif kind == "total":
        varied = dataclasses.replace(varied, totals=numbers.astype(np.int64))
    elif kind == "count":
        varied = dataclasses.replace(varied, counts=numbers.astype(np.int64))
    elif kind == "county total":
        step = counties(statistics, rules, varied.totals)
        step.totals[np.arange(len(trials)), step.county[units]] = numbers
        varied = dataclasses.replace(varied, totals=step.totals.sum(axis=1))
    if kind == "run" or (kind == "figure" and field is None):
        return [_run(allocation, trial) for trial in trials]
    field = field_of(own, rules, varied) if field is None else field
    return _outcomes(Setting(statistics, rules, varied, field), own, step, units)


def _run(allocation: Allocation, trial: Trial) -> Outcome | None:
    """Run the model with other rules or statistics."""
    rules, statistics = trial.rules or allocation.rules, trial.statistics or allocation.statistics
    if trial.kind == "figure":
        figures = allocation.decision.standing.figures[trial.criterion]
        statistics = with_figure(statistics, figures, trial.unit, trial.number)
    try:
        own, varied = standing(statistics, rules), as_ruled(rules)
        setting = Setting(statistics, rules, varied, field_of(own, rules, varied))
        return _outcomes(setting, own, None, [trial.unit])[0]
    except BosettingError:
        return None


def _outcomes(
    setting: Setting, own: Standing, step: CountyStep | None, units: Sequence[int]
) -> list[Outcome | None]:
    """Decide, and return what each row means for one municipality."""
    statistics, rules, varied, field = setting
    decision = decide(statistics, rules, own, varied, field=field, step=step)
    keys, county, rows = field.keys, decision.step.county, np.arange(len(units))
    ranked = (keys > -np.inf) & (county == county[units][:, np.newaxis])
    key = keys[rows, units][:, np.newaxis]
    near = ranked & close(keys, np.where(key > -np.inf, key, np.inf))
    above = np.count_nonzero(ranked & ~near & (keys > key), axis=1)
    found: list[Outcome | None] = []
    for row, unit in enumerate(units):
        if row in decision.problems:
            found.append(None)
        elif not ranked[row, unit]:
            able = np.count_nonzero(keys[row] > -np.inf)
            found.append(Outcome(NOT_ELIGIBLE, 0, None, int(able)))
        else:
            rank = 1 + int(above[row]) + _place(setting, row, unit, np.flatnonzero(near[row]))
            status = SELECTED if decision.selected[row, unit] else NOT_SELECTED
            requested, ranks = decision.requested[row, unit], np.count_nonzero(ranked[row])
            found.append(Outcome(status, int(requested), rank, int(ranks)))
    return found


def _place(setting: Setting, row: int, unit: int, near: Ints) -> int:
    """Return a municipality's place among those whose keys floats can't order, from 0."""
    if len(near) == 1:
        return 0
    field = setting.field
    tie = np.broadcast_to(field.tie, field.keys.shape)[row, near]
    places, _ = order(field.keys[row, near], lambda j: setting.key(row, int(near[j])), tie)
    return int(np.flatnonzero(near[places] == unit)[0])
