"""Statistics of units → statistics of groups of units: counties, or merged municipalities."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bosetting_cli.statistics import Column, Figures, Municipality, Statistics


def regroup(
    statistics: Statistics, group_of: Mapping[str, str], groups: Sequence[Municipality]
) -> Statistics:
    """Put the figures of a group's units together.

    The units' figures become those of the group's predecessors: a count is their sum, and is
    missing where one of them is; a rate pools those that have numerator and denominator.

    Args:
        statistics: The figures of the units.
        group_of: Unit → group; a unit that is not in it is left out.
        groups: The groups as units.
    """
    return dataclasses.replace(
        statistics,
        municipalities=tuple(sorted(groups, key=lambda group: group.kommunenummer)),
        columns={n: _regrouped(c, group_of) for n, c in statistics.columns.items()},
    )


def _regrouped(column: Column, group_of: Mapping[str, str]) -> Column:
    figures: Figures = {}
    for year, by_unit in column.figures.items():
        parts: dict[str, tuple[float | None, ...]] = {}
        for unit, values in sorted(by_unit.items()):
            if unit in group_of:
                group = group_of[unit]
                parts[group] = (*parts.get(group, ()), *values)
        figures[year] = parts
    return dataclasses.replace(column, figures=figures)
