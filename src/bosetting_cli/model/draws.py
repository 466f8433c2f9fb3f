"""Many variations of one rule set at once: other weights, totals, counts and minimums."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bosetting_cli.model.allocation import decide
from bosetting_cli.model.exact import Floats, Ints, Mask
from bosetting_cli.model.places import Decision
from bosetting_cli.model.standing import Standing, standing
from bosetting_cli.rules import Rules
from bosetting_cli.rules.variations import Variations, variations_of
from bosetting_cli.statistics import Statistics

BLOCK = 2**17  # cells of an array, which stay in the processor's cache; far below 200 MB in all


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
    requested: Ints
    selected: Mask
    reasons: tuple[str, ...]
    of_which: Mapping[str, Ints]

    @property
    def units(self) -> tuple[str, ...]:
        """The units' codes."""
        return self.statistics.units

    @functools.cached_property
    def quotas(self) -> Floats:
        """Places before rounding, D × n; NaN where not selected. They are made when asked for."""
        found = np.full(self.requested.shape, np.nan)
        for rows, decision in decisions(standing(self.statistics, self.rules), self.variations):
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
    shape = len(varied), len(statistics.units)
    requested, selected = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=bool)
    names = [group.name for group in rules.of_which] if sub_groups else []
    of_which = {name: np.zeros(shape, dtype=np.int64) for name in names}
    reasons = [""] * len(varied)
    for rows, decision in decisions(standing(statistics, rules), varied, sub_groups=sub_groups):
        requested[rows], selected[rows] = decision.requested, decision.selected
        for name in names:
            of_which[name][rows] = decision.of_which[name][0]
        for row, problems in decision.problems.items():
            reasons[rows.start + row] = "\n".join(map(str, problems))
            for numbers in (requested, *of_which.values()):
                numbers[rows.start + row] = -1
    selected[requested[:, 0] < 0] = False
    return Draws(statistics, rules, varied, requested, selected, tuple(reasons), of_which)


def decisions(
    own: Standing, varied: Variations, *, sub_groups: bool = False
) -> Iterator[tuple[slice, Decision]]:
    """Yield decisions block by block, and the rows that each is of."""
    size = max(1, BLOCK // len(own.units))
    for start in range(0, len(varied), size):
        rows = slice(start, min(start + size, len(varied)))
        yield rows, decide(own, varied.rows(rows), sub_groups=sub_groups)
