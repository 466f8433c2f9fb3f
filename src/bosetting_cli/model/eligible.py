"""Who may be asked, and for the others why not (docs/model.md, section 2)."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from bosetting_cli.findings import AllocationError, finding
from bosetting_cli.model.exact import Mask, close
from bosetting_cli.model.figures import Figures, years_read
from bosetting_cli.rules import Condition, Rules
from bosetting_cli.rules.naming import named
from bosetting_cli.statistics import Statistics, exact


class Reason(NamedTuple):
    """Why a unit is asked, or is not.

    Attributes:
        code: `excluded`, `unmet`, `no figure`; `included`, `first`, `listed`; `not listed`,
            `rank`.
        names: What the code is about: the criteria without a figure, the fylke.
        numbers: The index of the condition and whether a figure is not published; the rank, how
            many are ranked and how many are asked; how many of a fylke are.
    """

    code: str
    names: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Met:
    """A condition, tested on every unit.

    Attributes:
        condition: The condition.
        years: The years that are looked at; None in a table without years.
        met: Whether it is met.
        figures: Of each unit one for each year; None where it is not published.
    """

    condition: Condition
    years: tuple[int | None, ...]
    met: Mask
    figures: tuple[tuple[float | None, ...], ...]


def meets(statistics: Statistics, condition: Condition, as_of: dt.date) -> Met:
    """Test a condition on every unit.

    A figure that is not published does not meet it, unless the published ones of a merged
    municipality's parts do so by themselves.

    Raises:
        DataError: The statistics lack the column or a year.
    """
    column = statistics.column(condition.indicator)
    years = years_read(column, condition.years, as_of)
    test = any if condition.within == "any" else all
    units, least = statistics.units, condition.at_least
    met = [test(_reaches(column.parts(unit, year), least) for year in years) for unit in units]
    figures = tuple(tuple(column.value(unit, year) for year in years) for unit in units)
    return Met(condition, years, np.array(met, dtype=bool), figures)


def _reaches(parts: Sequence[float | None], least: float) -> bool:
    known = [part for part in parts if part is not None]
    total = math.fsum(known)
    if close(total, least):
        return bool(known) and sum(map(exact, known)) >= exact(least)
    return bool(known) and total >= least


def eligible(
    statistics: Statistics,
    rules: Rules,
    units: Sequence[str],
    tested: Sequence[Met],
    figures: Sequence[Figures],
) -> tuple[list[Reason | None], Mask]:
    """Return why each unit may not be asked, the first reason that holds, or None (2).

    Args:
        statistics: The figures.
        rules: The rules, for who is excluded, included or listed by name.
        units: Their codes.
        tested: Their conditions, tested.
        figures: The figures of each criterion.

    Returns:
        A reason for each unit that is not eligible, and who is selected by name or list.

    Raises:
        AllocationError: Nobody is eligible; one who is lacks a figure; one who is included by
            name is excluded by name as well, or has no figure.
    """
    everyone, chosen = statistics.municipalities, rules.select
    excluded = set(named(everyone, rules.exclude, "exclude"))
    included = set(named(everyone, chosen.include, "select.include"))
    if both := tuple(sorted(excluded & included)):
        raise AllocationError(finding("included and excluded", key="exclude", names=both))
    if isinstance(chosen.list, tuple):  # exclusion takes off a list
        included |= set(named(everyone, chosen.list, "select.list")) - excluded
    required = [f for f in figures if f.criterion.missing == "exclude"]
    reasons: list[Reason | None] = []
    for place, unit in enumerate(units):
        gaps = tuple(f.criterion.name for f in required if f.units[place].raw is None)
        unmet = [index for index, test in enumerate(tested) if not test.met[place]]
        if unit in excluded:
            reasons.append(Reason("excluded"))
        elif unmet and unit not in included:
            unpublished = None in tested[unmet[0]].figures[place]
            reasons.append(Reason("unmet", numbers=(unmet[0], int(unpublished))))
        else:
            reasons.append(Reason("no figure", gaps) if gaps else None)
    pairs = list(zip(units, reasons, strict=True))
    problems = [
        finding("included without figure", unit=unit, criteria=why.names)
        for unit, why in pairs
        if why and unit in included
    ]
    if not problems and all(reasons):
        problems.append(finding("nobody eligible"))
    if problems:
        raise AllocationError(problems)
    return reasons, np.array([unit in included for unit in units])
