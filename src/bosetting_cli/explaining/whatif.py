"""What would have changed a municipality's number: the model run again with one thing changed.

Nothing here knows how numbers come about. Each candidate is tried, and the nearest one that
makes a difference is found by doubling the step and then halving it; the step before it makes
none, so that what is said of the one found is true whatever the rules.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bosetting_cli import criteria
from bosetting_cli.decision import Decision, decide
from bosetting_cli.errors import BosettingError, RulesError
from bosetting_cli.explaining.explanation import Change
from bosetting_cli.explaining.narrative import sentence
from bosetting_cli.memory import Memory
from bosetting_cli.result import NOT_ELIGIBLE, NOT_SELECTED, SELECTED
from bosetting_cli.rules import indicator_columns, replace
from bosetting_cli.standing import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bosetting_cli.explaining.explanation import ConditionPart, CriterionPart, Explanation
    from bosetting_cli.rules import Criterion, Rules
    from bosetting_cli.statistics import Column, Statistics

FARTHEST = 10  # times the present number: nobody wants to hear of more


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a municipality would be told."""

    status: str
    requested: int
    rank: int | None
    eligible: int


@dataclass(frozen=True, slots=True)
class _Case:
    """A municipality's explanation and what is needed to run the model for it again."""

    statistics: Statistics
    rules: Rules
    e: Explanation
    memory: Memory

    def outcome(self, rules: Rules | None, statistics: Statistics | None = None) -> Outcome | None:
        """Run the model with other rules or statistics; None if they admit no allocation."""
        if rules is None:
            return None
        try:
            decision = decide(statistics or self.statistics, rules, self.memory, sub_groups=False)
        except BosettingError:
            return None
        return outcome_of(decision, self.e.kommunenummer)

    def differs(self, outcome: Outcome) -> bool:
        """Return whether an outcome is another than the present one."""
        if self.e.status == SELECTED:
            return outcome.requested != self.e.requested
        return outcome.status == SELECTED


def outcome_of(decision: Decision, unit: str) -> Outcome:
    """Return what a decision means for one municipality."""
    requested = decision.requested.get(unit)
    for group in decision.groups:
        ranking = group.selection.ranking
        if unit in ranking:
            status = NOT_SELECTED if requested is None else SELECTED
            return Outcome(status, requested or 0, ranking.index(unit) + 1, len(ranking))
    return Outcome(NOT_ELIGIBLE, 0, None, len(decision.standing.composite))


def find_changes(
    statistics: Statistics, rules: Rules, explanation: Explanation, memory: Memory | None = None
) -> tuple[Change, ...]:
    """Return the nearest changes that would have changed a municipality's answer.

    Args:
        statistics: What the allocation was made from.
        rules: What it was made by.
        explanation: The municipality.
        memory: What has been computed from these statistics already.
    """
    case = _Case(statistics, rules, explanation, Memory() if memory is None else memory)
    if explanation.status == NOT_ELIGIBLE:
        return tuple(_to_be_eligible(case))
    return (*_totals(case), *_figures(case), *_selection(case))


def nearest(
    steps: int, outcome: Callable[[int], Outcome | None], differs: Callable[[Outcome], bool]
) -> tuple[int, Outcome] | None:
    """Return the first step from which on the outcome differs, and the outcome.

    Args:
        steps: How many there are.
        outcome: Step, from 1 → outcome; None where there is no allocation.
        differs: Whether an outcome is another than the present one.

    Returns:
        A step whose outcome differs while the one before it has the present outcome; None if
        there is none before the steps or the allocations end.
    """

    def ends(step: int) -> bool:
        found = outcome(step)
        return found is None or differs(found)

    low, high = 0, min(1, steps)
    while low < high and not ends(high):
        low, high = high, min(2 * high, steps)
    if low == high:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if ends(middle) else (middle, high)
    found = outcome(high)
    return None if found is None else (high, found)


def _change(
    case: _Case, kind: str, outcome: Outcome, now: float | None, then: float | None, **names: str
) -> Change:
    change = Change(
        kind=kind,
        name=names.get("name", ""),
        title=names.get("title", ""),
        unit=names.get("unit", "persons"),
        now=now,
        then=then,
        status=outcome.status,
        requested=outcome.requested,
        rank=outcome.rank,
        eligible=outcome.eligible,
    )
    return dataclasses.replace(change, text=sentence(change, case.e))


# --- another total ---------------------------------------------------------------------------


def _totals(case: _Case) -> Iterator[Change]:
    """Yield the nearest totals, or numbers of the county, above and below that differ."""
    if case.e.status != SELECTED:
        return
    now = case.e.total if _given(case) else case.rules.total.value
    kind = "county total" if _given(case) else "total"
    for sign, steps in ((1, FARTHEST * now), (-1, now - 1)):
        if found := nearest(steps, _totalled(case, sign), case.differs):
            yield _change(case, kind, found[1], now, now + sign * found[0])


def _totalled(case: _Case, sign: int) -> Callable[[int], Outcome | None]:
    return lambda step: case.outcome(_with_total(case, sign * step))


def _given(case: _Case) -> bool:
    return case.rules.counties is not None and bool(case.rules.counties.totals)


def _with_total(case: _Case, more: int) -> Rules | None:
    """Return the rules with another total, which a county with a given number gets or gives."""
    rules = case.rules
    changes: dict[str, dict[str, Any]] = {"total": {"value": rules.total.value + more}}
    if _given(case) and rules.counties is not None:
        totals = {**rules.counties.totals, case.e.group: case.e.total + more}
        changes["counties"] = {"totals": totals}
    try:
        return replace(rules, **changes)
    except RulesError:
        return None


# --- another figure --------------------------------------------------------------------------


def _figures(case: _Case) -> Iterator[Change]:
    """Yield, for each criterion, the nearest own figures above and below that differ."""
    for criterion, part in zip(case.rules.criteria, case.e.criteria, strict=True):
        if part.raw is None or (not part.years and _dated(case, criterion)):
            continue
        for sign in (1, -1):
            yield from _figure(case, criterion, part, sign)


def _dated(case: _Case, criterion: Criterion) -> bool:
    column = case.statistics.column(indicator_columns(criterion.indicator)[0])
    return None not in column.figures


def _figure(case: _Case, criterion: Criterion, part: CriterionPart, sign: int) -> Iterator[Change]:
    assert part.raw is not None  # noqa: S101
    grain = grain_of(part.raw, part.unit)
    start = math.floor(part.raw / grain) if sign > 0 else math.ceil(part.raw / grain)
    most = round(1 / grain) if part.unit == "rate" and part.raw <= 1 else FARTHEST * max(start, 1)
    steps = most - start if sign > 0 else start - (part.unit != "rate")

    def figure(step: int) -> float:
        return float(f"{(start + sign * step) * grain:.12g}")

    def outcome(step: int) -> Outcome | None:
        changed = with_figure(case, criterion, figure(step))
        return case.outcome(case.rules, changed)

    if found := nearest(steps, outcome, case.differs):
        names = {"name": part.name, "title": part.title, "unit": part.unit}
        yield _change(case, "figure", found[1], part.raw, figure(found[0]), **names)


def grain_of(figure: float, unit: str) -> float:
    """Return the steps in which a figure is varied: 0.1 per cent, whole persons, 4 digits."""
    if unit == "rate":
        return 0.001
    if figure == math.floor(figure):
        return 1.0
    return float(f"1e{math.floor(math.log10(figure)) - 3}")


def with_figure(case: _Case, criterion: Criterion, figure: float) -> Statistics:
    """Return the statistics with another figure for the municipality, the same in all years.

    Of a rate the numerators change, not the people it rests on. What was published of others is
    known and is not computed again.
    """
    unit, statistics = case.e.kommunenummer, case.statistics
    names = indicator_columns(criterion.indicator)
    old = [statistics.column(name) for name in names]
    years = criteria.years_of(statistics, names[0], criterion.years, case.rules.as_of)
    first = changed_column(old[0], old[1] if len(old) > 1 else None, unit, years, figure)
    columns = (first, *old[1:])
    units = statistics.units
    known = case.memory(criteria.published, units, years, *old)
    own = criteria.published((unit,), years, *columns)
    case.memory.learn({**known, **own}, criteria.published, units, years, *columns)
    return dataclasses.replace(statistics, columns={**statistics.columns, first.name: first})


def changed_column(
    column: Column,
    people: Column | None,
    unit: str,
    years: Iterable[int | None],
    figure: float,
) -> Column:
    """Return a column with another figure of one unit, in the years in which it has one.

    Args:
        column: A level, or the numerator of a rate.
        people: The rate's denominator.
        unit: Whose figure changes.
        years: The years in which it changes.
        figure: The level, or the rate.
    """
    figures = dict(column.figures)
    for year in years:
        parts = column.parts(unit, year)
        if not parts or all(part is None for part in parts):
            continue
        base = people.parts(unit, year) if people else ()
        if people and len(base) != len(parts):
            base = (people.value(unit, year),)
        figures[year] = {**column.figures[year], unit: _parts(parts, base, figure)}
    return dataclasses.replace(column, figures=figures)


def _parts(
    old: Sequence[float | None], base: Sequence[float | None], figure: float
) -> tuple[float | None, ...]:
    if not base:
        return (figure,)
    return tuple(
        None if a is None or n is None else figure * n
        for a, n in zip(old if len(old) == len(base) else (0.0,), base, strict=True)
    )


# --- another selection -----------------------------------------------------------------------


def _selection(case: _Case) -> Iterator[Change]:
    """Yield the number that would have to be selected, or what naming the municipality did."""
    chosen, e = case.rules.select, case.e
    if e.status == NOT_SELECTED and chosen.list is not None:
        select = {"include": (*chosen.include, e.kommunenummer)}
        outcome = case.outcome(replace(case.rules, select=select))
        if outcome:
            yield _change(case, "list", outcome, None, None)
    elif e.status == NOT_SELECTED:
        found = nearest(
            e.eligible - e.cut,
            lambda k: case.outcome(replace(case.rules, select={"share": None, "count": e.cut + k})),
            case.differs,
        )
        if found:
            yield _change(case, "count", found[1], e.cut, e.cut + found[0])
    elif without := _not_named(case, chosen.include):
        outcome = case.outcome(replace(case.rules, select={"include": without[0]}))
        if outcome and case.differs(outcome):
            yield _change(case, "include", outcome, None, None)


def _not_named(case: _Case, names: Sequence[str]) -> tuple[tuple[str, ...]] | None:
    """Return the names but the municipality's; None if it isn't among them."""
    others = tuple(
        name
        for name in names
        if resolve(case.statistics.municipalities, [name], "") != (case.e.kommunenummer,)
    )
    return None if len(others) == len(names) else (others,)


# --- eligible at all -------------------------------------------------------------------------


def _to_be_eligible(case: _Case) -> Iterator[Change]:
    if without := _not_named(case, case.rules.exclude):
        outcome = case.outcome(replace(case.rules, exclude=without[0]))
        if outcome:
            yield _change(case, "exclude", outcome, None, None)
        return
    if unmet := [part for part in case.e.conditions if not part.met]:
        outcome = case.outcome(case.rules, _meeting(case, unmet))
        if outcome:
            first = unmet[0]
            names = {"name": first.name, "title": first.name, "unit": first.unit}
            now = max((x for x in first.figures if x is not None), default=None)
            yield _change(case, "condition", outcome, now, first.at_least, **names)


def _meeting(case: _Case, unmet: Sequence[ConditionPart]) -> Statistics:
    """Return the statistics with what would just meet the conditions."""
    unit, columns = case.e.kommunenummer, dict(case.statistics.columns)
    for part in unmet:
        column = columns[part.indicator]
        figures = dict(column.figures)
        years = part.years or (None,)
        for year in years if part.within == "all" else years[-1:]:
            value = column.value(unit, year)
            if value is None or value < part.at_least:
                figures[year] = {**figures[year], unit: (part.at_least,)}
        columns[part.indicator] = dataclasses.replace(column, figures=figures)
    return dataclasses.replace(case.statistics, columns=columns)
