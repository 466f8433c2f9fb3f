"""Statistics of units → statistics of groups of units: counties, or merged municipalities."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bosetting_cli.statistics.frame import Column, Figures, Municipality, Statistics

# What a column that can't be added up is counted in, or called.
_RATE = re.compile(
    r"%|(?:\b|_)(?:per|pct|percent|prosent|rate|share|andel|ratio|index|degrees)(?:\b|_)"
)


def regroup(
    statistics: Statistics, group_of: Mapping[str, str], groups: Sequence[Municipality]
) -> Statistics:
    """Put the figures of a group's units together.

    The units' figures become those of the group's predecessors: a count is their sum, and is
    missing where one of them is; a rate given by numerator and denominator pools those that
    have both. A rate without them can't be put together, so that a group of several units has
    no figure.

    Args:
        statistics: The figures of the units.
        group_of: Unit → group; a unit that is not in it is left out.
        groups: The groups as units.
    """
    return replace(
        statistics,
        municipalities=tuple(sorted(groups, key=lambda group: group.kommunenummer)),
        columns={n: _regrouped(c, group_of) for n, c in statistics.columns.items()},
    )


def is_count(column: Column) -> bool:
    """Return whether a column's figures may be added up over units.

    Its unit says so, `persons` for example; without one, whole numbers under a name that is no
    rate's are counts.

    Example:
        >>> from bosetting_cli.statistics import Column
        >>> is_count(Column("settled", "own.csv", {2017: {"0301": (5.0,)}}))
        True
        >>> is_count(Column("employed_pct", "own.csv", {2017: {"0301": (66.0,)}}))
        False
    """
    if column.unit:
        return _RATE.search(column.unit) is None
    figures = (x for units in column.figures.values() for xs in units.values() for x in xs)
    whole = all(x is None or float(x).is_integer() for x in figures)
    return whole and _RATE.search(column.name) is None


def _regrouped(column: Column, group_of: Mapping[str, str]) -> Column:
    additive = is_count(column)
    units: dict[str, list[str]] = {}
    for unit in sorted(group_of):
        units.setdefault(group_of[unit], []).append(unit)
    figures: Figures = {}
    for year, by_unit in column.figures.items():
        figures[year] = {
            group: tuple(x for unit in parts for x in by_unit.get(unit) or (None,))
            if additive or len(parts) == 1
            else (None,)
            for group, parts in units.items()
        }
    return replace(column, figures=figures, rows=None)
