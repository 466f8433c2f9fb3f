"""Who may be asked, in what order, and who is asked; the reason for each.

Units and groups are any text: nothing here knows municipalities or counties.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from bosetting_cli.criteria import years_of
from bosetting_cli.errors import AllocationError, Problem
from bosetting_cli.statistics import year_list

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping, Sequence

    from bosetting_cli.rules import Condition
    from bosetting_cli.statistics import Statistics


@dataclass(frozen=True, slots=True)
class Selection:
    """The outcome of selecting from a ranking.

    Attributes:
        ranking: The eligible units, first to last.
        selected: Those selected, in the order of the ranking.
        count: How many the rules select; the last rank that is in without further reasons.
        reasons: Unit → why it is selected in spite of its rank.
        tied: Units at the cut that are equal in all but population and number: those in, those
            out; empty if no tie decided.
    """

    ranking: tuple[str, ...]
    selected: tuple[str, ...]
    count: int
    reasons: Mapping[str, str] = field(default_factory=dict)
    tied: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


def meets(
    statistics: Statistics, condition: Condition, as_of: dt.date
) -> dict[str, tuple[bool, tuple[float | None, ...]]]:
    """Test a condition on every unit.

    A figure that is not published does not meet it, unless the published ones of a merged
    municipality's parts do so by themselves.

    Returns:
        Unit → whether it is met, and the figures by year.

    Raises:
        DataError: The statistics lack the column or a year.
    """
    column = statistics.column(condition.indicator)
    years = years_of(statistics, condition.indicator, condition.years, as_of)
    test = any if condition.within == "any" else all
    result = {}
    for unit in statistics.units:
        figures = tuple(column.value(unit, year) for year in years)
        met = test(_at_least(column.parts(unit, year), condition.at_least) for year in years)
        result[unit] = (met, figures)
    return result


def _at_least(parts: Sequence[float | None], least: float) -> bool:
    known = [part for part in parts if part is not None]
    return bool(known) and math.fsum(known) >= least


def condition_text(condition: Condition) -> str:
    """Return a condition in words."""
    if condition.name:
        return condition.name
    years = f" in {year_list(condition.years)}" if condition.years else ""
    return f"{condition.indicator} of at least {condition.at_least:g}{years}"


def eligibility(
    statistics: Statistics,
    conditions: Sequence[Condition],
    as_of: dt.date,
    *,
    excluded: Collection[str] = (),
    without_figure: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, str]:
    """Return why each unit that may not be asked may not: the first reason that holds (2.2).

    Args:
        statistics: The figures.
        conditions: All must be met.
        as_of: The day the rules speak from.
        excluded: Units left out by name.
        without_figure: Unit → criteria for which it has no figure and is left out therefore.

    Returns:
        Unit → reason; eligible units are not in it.
    """
    met = [meets(statistics, condition, as_of) for condition in conditions]
    return unmet(conditions, met, excluded, without_figure or {})


def unmet(
    conditions: Sequence[Condition],
    met: Sequence[Mapping[str, tuple[bool, tuple[float | None, ...]]]],
    excluded: Collection[str],
    without_figure: Mapping[str, Sequence[str]],
) -> dict[str, str]:
    """Return the reasons from what `meets` found of each condition; see `eligibility`."""
    reasons: dict[str, str] = {}
    for unit in excluded:
        reasons[unit] = "excluded by name"
    for condition, found in zip(conditions, met, strict=True):
        for unit, (good, figures) in found.items():
            if not good:
                reasons.setdefault(unit, _unmet(condition, figures))
    for unit, criteria in without_figure.items():
        reasons.setdefault(unit, f"no figure for {', '.join(criteria)}")
    return reasons


def _unmet(condition: Condition, figures: Sequence[float | None]) -> str:
    note = " (a figure is not published)" if None in figures else ""
    return f"not met: {condition_text(condition)}{note}"


def rank(keys: Mapping[str, float], populations: Mapping[str, float]) -> tuple[str, ...]:
    """Order units by key, the highest first (2.5).

    Equal keys go to the larger population, then to the unit that sorts first.
    """
    by_size = sorted(sorted(keys), key=lambda unit: populations.get(unit, 0.0), reverse=True)
    return tuple(sorted(by_size, key=keys.__getitem__, reverse=True))  # sorting keeps equals


def quantity(eligible: int, share: float | None, count: int | None) -> int:
    """Return how many units are selected: a share of the eligible, cut off but at least one."""
    if count is not None:
        return min(count, eligible)
    if share is None:
        return eligible
    return min(eligible, max(1, math.floor(Fraction(repr(share)) * eligible)))


def select(
    ranking: Sequence[str],
    keys: Mapping[str, float],
    count: int,
    *,
    include: Collection[str] = (),
    groups: Mapping[str, str] | None = None,
    per_group: int = 0,
) -> Selection:
    """Select units from a ranking (2.5).

    Units to include come first, then the first so many of each group, then the others by rank
    until the count is reached. More are selected only where inclusion alone exceeds it.

    Args:
        ranking: Eligible units, first to last.
        keys: What they are ranked by.
        count: How many to select.
        include: Units selected whatever their rank.
        groups: Unit → group.
        per_group: At least so many of each group.
    """
    reasons = {u: "included by name" for u in ranking[count:] if u in include}
    chosen = {unit for unit in ranking if unit in include}
    if per_group and groups:
        taken: dict[str, int] = {}
        for place, unit in enumerate(ranking):
            if taken.get(groups[unit], 0) < per_group:
                taken[groups[unit]] = taken.get(groups[unit], 0) + 1
                if place >= count:
                    reasons.setdefault(unit, f"among the first {per_group} of {groups[unit]}")
                chosen.add(unit)
    last: str | None = None
    for unit in ranking:
        if len(chosen) >= count:
            break
        if unit not in chosen:
            chosen.add(unit)
            last = unit
    selected = tuple(unit for unit in ranking if unit in chosen)
    return Selection(tuple(ranking), selected, count, reasons, _tied(ranking, keys, chosen, last))


def _tied(
    ranking: Sequence[str], keys: Mapping[str, float], chosen: Collection[str], last: str | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if last is None:
        return (), ()
    equal = [unit for unit in ranking if keys[unit] == keys[last]]
    out = tuple(unit for unit in equal if unit not in chosen)
    return (tuple(unit for unit in equal if unit in chosen), out) if out else ((), ())


def check_room(
    selected: Sequence[str], minimums: Mapping[str, int], house_size: int, where: str = ""
) -> None:
    """Refuse a selection whose minimums exceed what there is to share out.

    Raises:
        AllocationError: With the largest number of units that the house size allows.
    """
    needed = sum(map(minimums.__getitem__, selected))
    if needed <= house_size:
        return
    room, left = 0, house_size
    for minimum in sorted(minimums[unit] for unit in selected):
        left -= minimum
        if left < 0:
            break
        room += 1
    place = f"{where}: " if where else ""
    asked = f"{len(selected)} selected with minimums of {needed:,} in all"
    what = f"{place}{asked}, the total is {house_size:,}"
    enough = f" to {needed:,}" if len({minimums[unit] for unit in selected}) > 1 else ""
    remedy = f"raise the total{enough}, lower the minimum or select fewer"
    hint = f"at most {room} can be selected; {remedy}"
    raise AllocationError(Problem(what, hint=hint))
