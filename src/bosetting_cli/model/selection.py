"""Who may be asked, who is asked, and the reason for each (docs/model.md, sections 2 and 5)."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bosetting_cli.findings import AllocationError, BosettingError, Finding, finding
from bosetting_cli.model.exact import at_least, first
from bosetting_cli.model.figures import FLOATS, FRACTIONS, years_read
from bosetting_cli.statistics import exact as decimal
from bosetting_cli.statistics.names import find_municipality

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from fractions import Fraction

    from bosetting_cli.model.exact import Floats, Ints, Mask
    from bosetting_cli.model.figures import Figures
    from bosetting_cli.rules import Condition, Rules, Select
    from bosetting_cli.statistics import Municipality, Statistics


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

    def exact() -> Fraction:
        total: Fraction = FRACTIONS.add(map(FRACTIONS.number, known))
        return total

    return bool(known) and at_least(FLOATS.add(known), least, exact)


def named(
    municipalities: Sequence[Municipality], names: Iterable[str], key: str
) -> tuple[str, ...]:
    """Return the kommunenummer of municipalities given by name or number.

    Raises:
        AllocationError: Some are unknown or ambiguous; all of them are listed.
    """
    units, problems = [], []
    for name in names:
        try:
            units.append(find_municipality(name, municipalities).kommunenummer)
        except BosettingError as error:
            problems += [dataclasses.replace(p, key=key, value=None) for p in error.problems]
    if problems:
        raise AllocationError(problems)
    return tuple(units)


def eligible(
    statistics: Statistics, rules: Rules, tested: Sequence[Met], figures: Sequence[Figures]
) -> tuple[list[Reason | None], Mask]:
    """Return why each unit may not be asked, the first reason that holds, or None (2).

    Args:
        statistics: The figures.
        rules: The rules, for who is excluded, included or listed by name.
        tested: Their conditions, tested.
        figures: The figures of each criterion.

    Returns:
        A reason for each unit that is not eligible, and who is selected by name or list.

    Raises:
        AllocationError: Nobody is eligible; one who is lacks a figure; one who is included by
            name is excluded by name as well, or has no figure.
    """
    units = statistics.units
    place = {unit: index for index, unit in enumerate(units)}
    excluded = {place[u] for u in named(statistics.municipalities, rules.exclude, "exclude")}
    included = _included(statistics, rules.select, excluded, place)
    required = [f for f in figures if f.criterion.missing == "exclude"]
    reasons: list[Reason | None] = []
    for unit in range(len(units)):
        gaps = tuple(f.criterion.name for f in required if f.units[unit].raw is None)
        unmet = [index for index, test in enumerate(tested) if not test.met[unit]]
        if unit in excluded:
            reasons.append(Reason("excluded"))
        elif unmet and not included[unit]:
            unpublished = None in tested[unmet[0]].figures[unit]
            reasons.append(Reason("unmet", numbers=(unmet[0], int(unpublished))))
        else:
            reasons.append(Reason("no figure", gaps) if gaps else None)
    _refuse(units, reasons, included, figures)
    return reasons, included


def _included(
    statistics: Statistics, chosen: Select, excluded: set[int], place: Mapping[str, int]
) -> Mask:
    """Return the units that are selected by name or list; exclusion takes them off a list."""
    everyone = statistics.municipalities
    names = [place[unit] for unit in named(everyone, chosen.include, "select.include")]
    if both := tuple(sorted(statistics.units[unit] for unit in excluded.intersection(names))):
        raise AllocationError(finding("included and excluded", key="exclude", names=both))
    if isinstance(chosen.list, tuple):
        listed = [place[unit] for unit in named(everyone, chosen.list, "select.list")]
        names += [unit for unit in listed if unit not in excluded]
    included = np.zeros(len(place), dtype=bool)
    included[names] = True
    return included


def _refuse(
    units: Sequence[str],
    reasons: Sequence[Reason | None],
    included: Mask,
    figures: Sequence[Figures],
) -> None:
    """Refuse who is included without a figure, nobody at all, and the eligible without one."""
    problems = [
        finding("included without figure", unit=units[unit], criteria=why.names)
        for unit, why in enumerate(reasons)
        if why and included[unit]
    ]
    able = [unit for unit, reason in enumerate(reasons) if reason is None]
    if not able and not problems:
        problems.append(finding("nobody eligible"))
    for own in figures if not problems else ():
        if gaps := tuple(units[unit] for unit in able if own.units[unit].value is None):
            name = own.criterion.name
            said = {"criterion": name, "count": len(gaps), "names": gaps}
            problems.append(finding("figure missing", said, key=f"criteria.{name}.missing"))
    if problems:
        raise AllocationError(problems)


def quantity(eligible: int, share: float | None, count: int | None) -> int:
    """Return how many units are selected: a share of the eligible, cut off but at least one."""
    if count is not None:
        return min(count, eligible)
    if share is None:
        return eligible
    return min(eligible, max(1, math.floor(decimal(share) * eligible)))


class Tie(NamedTuple):
    """Units with equal claims, of which some were served and some were not.

    Attributes:
        row: Of the D variations.
        place: The fylke whose first they would be; empty at the cut.
        winners: Who is in.
        losers: Who is not.
    """

    row: int
    place: str
    winners: tuple[int, ...]
    losers: tuple[int, ...]


def select(
    keys: Floats,
    take: Ints,
    named: Mask,
    firsts: Mapping[str, Ints],
    per_county: int,
    exact: Callable[[int, int], Fraction],
    tie: Ints,
) -> tuple[Mask, list[Tie]]:
    """Select the first by rank, after who is named and the first of each fylke (5).

    More are selected than wanted only where those who come first exceed the number alone.

    Args:
        keys: What ranks the units, D × n; minus infinity for who is not eligible.
        take: How many to select, D.
        named: Units selected whatever their rank, n.
        firsts: Fylke → its units.
        per_county: At least so many of each.
        exact: Row, unit → key as a fraction.
        tie: The place of each unit among equals, n or D × n.

    Returns:
        D × n, and the ties that decided.
    """
    forced = np.broadcast_to(named, keys.shape) & (keys > -np.inf)
    found: list[tuple[str, int, Ints, Ints]] = []
    if per_county:
        forced = forced.copy()
        for fylke, units in firsts.items():
            own = keys[:, units]
            room = np.minimum(np.count_nonzero(own > -np.inf, axis=1), per_county)
            within = functools.partial(_exact_within, exact, units)
            chosen, ties = first(own, room, within, tie[..., units])
            forced[:, units] |= chosen
            found += [
                (fylke, row, units[a][~named[units[a]]], units[b]) for row, (a, b) in ties.items()
            ]
    others = np.where(forced, -np.inf, keys) if forced.any() else keys
    room = np.maximum(take - np.count_nonzero(forced, axis=1), 0)
    room = np.minimum(room, np.count_nonzero(others > -np.inf, axis=1))
    chosen, ties = first(others, room, exact, tie)
    found += [("", row, a, b) for row, (a, b) in ties.items()]
    chosen |= forced
    left_out = [(place, row, a, b[~chosen[row, b]]) for place, row, a, b in found]
    return chosen, [
        Tie(row, place, tuple(a.tolist()), tuple(b.tolist()))
        for place, row, a, b in left_out
        if a.size and b.size
    ]


def _exact_within(
    exact: Callable[[int, int], Fraction], units: Ints, row: int, place: int
) -> Fraction:
    return exact(row, int(units[place]))


def no_room(minimums: Sequence[int], total: int, where: str = "") -> Finding:
    """Return what to say of a selection whose minimums exceed what there is to share out.

    Args:
        minimums: Those of the selected.
        total: What there is.
        where: The fylke, if counties come first.
    """
    room = sum(reached <= total for reached in itertools.accumulate(sorted(minimums)))
    words = "own minimums too high" if len(set(minimums)) > 1 else "minimums too high"
    place, count = f"{where}: " if where else "", len(minimums)
    said = {"where": place, "count": count, "needed": sum(minimums), "total": total, "room": room}
    return finding(words, said, remedy=None if room else finding("room for nobody"))
