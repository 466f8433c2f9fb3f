"""Many variations of one rule set at once: other weights, totals, counts and minimums."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bosetting_cli.findings import Finding, RulesError, finding
from bosetting_cli.model.allocation import Decision, decide
from bosetting_cli.model.standing import Variations, as_ruled, standing
from bosetting_cli.rules.structs import MOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bosetting_cli.model.exact import Floats, Mask, Numbers
    from bosetting_cli.model.standing import Standing
    from bosetting_cli.rules import Rules
    from bosetting_cli.statistics import Statistics

BLOCK = 2**17  # cells of an array, which stay in the processor's cache; far below 200 MB in all
SLACK = 1e-9  # what a row of weights may miss 1 by


@dataclass(frozen=True, eq=False)
class Draws:
    """Whole numbers in D variations.

    Attributes:
        statistics: The figures.
        rules: The rules that are varied.
        variations: What varies.
        requested: D × n, the units in the register's order; 0 where not asked, -1 in a row
            without an allocation.
        selected: D × n.
        reasons: D; blank where there is an allocation.
        of_which: Sub-group → D × n, if asked for.
    """

    statistics: Statistics
    rules: Rules
    variations: Variations
    requested: Numbers
    selected: Mask
    reasons: tuple[str, ...]
    of_which: dict[str, Numbers]

    @property
    def units(self) -> tuple[str, ...]:
        """The units' codes."""
        return self.statistics.units

    @functools.cached_property
    def quotas(self) -> Floats:
        """Places before rounding, D × n; NaN where not selected. They are made when asked for."""
        found = np.full(self.requested.shape, np.nan)
        own = standing(self.statistics, self.rules)
        for rows in _blocks(len(found), len(self.units)):
            decision = decide(self.statistics, self.rules, own, self.variations.rows(rows))
            found[rows] = np.where(self.selected[rows], decision.quotas, np.nan)
        return found


def draws(
    statistics: Statistics,
    rules: Rules,
    *,
    weights: Any = None,
    totals: Any = None,
    counts: Any = None,
    minimums: Any = None,
    sub_groups: bool = False,
) -> Draws:
    """Allocate in D variations, with the numbers that D calls of `allocate` would give.

    Each argument is one value, or D long; what is left out is as the rules say.

    Args:
        statistics: The figures.
        rules: The rules.
        weights: K or D × K, in the order of `rules.criteria`. A row may miss 1 by 1e-9 and is
            divided by its sum.
        totals: How many people are to be settled.
        counts: How many are selected (of each county, if counties come first).
        minimums: The general minimum.
        sub_groups: Return sub-groups as well; otherwise it is only seen that there is room.

    Raises:
        RulesError: An argument is of another length or out of its range.
        DataError: The statistics lack what the rules ask for.
        AllocationError: Nobody is eligible, or one who is lacks a figure.
    """
    varied = variations_of(rules, weights, totals, counts, minimums)
    own = standing(statistics, rules)
    shape = len(varied), len(statistics.units)
    requested, selected = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=bool)
    names = [group.name for group in rules.of_which] if sub_groups else []
    of_which = {name: np.zeros(shape, dtype=np.int64) for name in names}
    reasons: list[str] = []
    for rows, decision in decisions(statistics, rules, own, varied, sub_groups=sub_groups):
        requested[rows], selected[rows] = decision.requested, decision.selected
        for name in names:
            of_which[name][rows] = decision.of_which[name][0]
        reasons += reasons_of(decision)
    failed = np.array([bool(reason) for reason in reasons])
    selected[failed] = False
    for numbers in (requested, *of_which.values()):
        numbers[failed] = -1
    return Draws(statistics, rules, varied, requested, selected, tuple(reasons), of_which)


def decisions(
    statistics: Statistics, rules: Rules, own: Standing, varied: Variations, *, sub_groups: bool
) -> Iterator[tuple[slice, Decision]]:
    """Yield decisions block by block, and the rows that each is of."""
    for rows in _blocks(len(varied), len(own.units)):
        yield rows, decide(statistics, rules, own, varied.rows(rows), sub_groups=sub_groups)


def reasons_of(decision: Decision) -> list[str]:
    """Return for each row why it has no allocation; blank where it has one."""
    count = len(decision.requested)
    return ["\n".join(map(str, decision.problems.get(row, ()))) for row in range(count)]


def _blocks(count: int, units: int) -> Iterator[slice]:
    size = max(1, BLOCK // units)
    yield from (slice(start, min(start + size, count)) for start in range(0, count, size))


def variations_of(
    rules: Rules, weights: Any, totals: Any, counts: Any, minimums: Any
) -> Variations:
    """Return checked arguments of `draws` as arrays, all D long.

    Raises:
        RulesError: An argument is of another length or out of its range.
    """
    base, problems = as_ruled(rules), []
    given = base.weights if weights is None else np.atleast_2d(np.asarray(weights, np.float64))
    if given.ndim != 2 or given.shape[1] != len(rules.criteria):
        said = {"shape": " × ".join(map(str, given.shape))}
        names = tuple(criterion.name for criterion in rules.criteria)
        raise RulesError(finding("weights shape", said, key="weights", criteria=names))
    if not (np.isfinite(given) & (given >= 0)).all():
        problems.append(finding("weight negative", key="weights"))
    elif off := np.flatnonzero(np.abs(given.sum(axis=1) - 1) > SLACK).tolist():
        total = f"{given[off[0]].sum():.12g}"
        problems.append(finding("weights sum", key="weights", row=off[0], sum=total))
    whole = (
        base.totals if totals is None else _whole("totals", totals, 1, problems),
        base.minimums if minimums is None else _whole("minimums", minimums, 0, problems),
        base.counts if counts is None else _whole("counts", counts, 1, problems),
    )
    lengths = {len(part) for part in (given, *whole) if part is not None} - {1}
    if len(lengths) > 1:
        problems.append(finding("lengths differ", lengths=tuple(sorted(lengths))))
    if problems:
        raise RulesError(problems)
    size = max(lengths, default=1)
    weighed = np.broadcast_to(given, (size, given.shape[1])).copy()
    most, least, chosen = (None if part is None else np.resize(part, size) for part in whole)
    assert most is not None and least is not None  # noqa: S101, PT018
    return Variations(weighed, most, least, chosen)


def _whole(key: str, values: Any, least: int, problems: list[Finding]) -> Numbers:
    found = np.atleast_1d(np.asarray(values))
    good = found.ndim == 1 and found.size and found.dtype.kind in "iuf"
    if not good or not ((found == np.floor(found)) & (found >= least) & (found <= MOST)).all():
        problems.append(finding("not whole", key=key, what=key, least=least, most=MOST))
        return np.array([least], dtype=np.int64)
    return found.astype(np.int64)
