"""What would have changed a municipality's number: the model run again with one thing changed.

Nothing here knows how numbers come about. Each candidate is tried, and the nearest one that
makes a difference is found by doubling the step and then halving it; the step before it makes
none, so that what is said of the one found is true whatever the rules. All searches, of all
municipalities, go in step, and what they try is decided together (`trials`).
"""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import TYPE_CHECKING

from bosetting_cli.explanation.parts import Change
from bosetting_cli.explanation.telling import sentence
from bosetting_cli.explanation.trials import Case, Outcome, Trial, tried
from bosetting_cli.model.standing import standing
from bosetting_cli.result import NOT_ELIGIBLE, NOT_SELECTED, SELECTED
from bosetting_cli.rules import indicator_columns, replace
from bosetting_cli.rules.naming import named

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from bosetting_cli.explanation.parts import ConditionPart, CriterionPart, Explanation
    from bosetting_cli.rules import Criterion, Rules
    from bosetting_cli.statistics import Statistics

    Search = Generator[Trial, Outcome | None, Change | None]
    Steps = Generator[Trial, Outcome | None, tuple[int, Outcome] | None]

FARTHEST = 10  # times the present number: nobody wants to hear of more


def find_changes(
    statistics: Statistics, rules: Rules, explanations: Sequence[Explanation]
) -> list[tuple[Change, ...]]:
    """Return the nearest changes that would have changed each municipality's answer.

    Args:
        statistics: What the allocation was made from.
        rules: What it was made by.
        explanations: The municipalities.
    """
    case = Case(statistics, rules, standing(statistics, rules))
    searches = [(i, search) for i, e in enumerate(explanations) for search in _searches(case, e)]
    found: list[Change | None] = [None] * len(searches)
    answers: dict[int, Outcome | None] = dict.fromkeys(range(len(searches)))
    while answers:
        asked: dict[int, Trial] = {}
        for key, answer in answers.items():
            try:
                asked[key] = searches[key][1].send(answer)
            except StopIteration as end:
                found[key] = end.value
        answers = dict(zip(asked, tried(case, list(asked.values())), strict=True))
    changes: list[list[Change]] = [[] for _ in explanations]
    for (i, _), change in zip(searches, found, strict=True):
        changes[i] += [change] if change else []
    return [tuple(own) for own in changes]


def _searches(case: Case, e: Explanation) -> Iterator[Search]:
    if e.status == NOT_ELIGIBLE:
        yield from _to_be_eligible(case, e)
        return
    if e.status == SELECTED:
        yield from _totals(case, e)
    yield from _figures(case, e)
    yield from _selection(case, e)


def nearest(steps: int, trial: Callable[[int], Trial], differs: Callable[[Outcome], bool]) -> Steps:
    """Search the first step from which on the outcome differs.

    Args:
        steps: How many there are.
        trial: Step, from 1 → what is tried. It is yielded, and its outcome is sent back: None
            where there is no allocation.
        differs: Whether an outcome is another than the present one.

    Returns:
        A step whose outcome differs while the one before it has the present outcome, and the
        outcome; None if there is none before the steps or the allocations end.
    """
    low, high, found = 0, 0, None
    while not high:
        if low == steps:
            return None
        step = min(max(2 * low, 1), steps)
        found = yield trial(step)
        if found is None or differs(found):
            high = step
        else:
            low = step
    while high - low > 1:
        middle = (low + high) // 2
        outcome = yield trial(middle)
        if outcome is None or differs(outcome):
            high, found = middle, outcome
        else:
            low = middle
    return None if found is None else (high, found)


def _differs(e: Explanation) -> Callable[[Outcome], bool]:
    """Return whether an outcome is another than the present one."""
    if e.status == SELECTED:
        return lambda outcome: outcome.requested != e.requested
    return lambda outcome: outcome.status == SELECTED


def _change(
    e: Explanation, kind: str, outcome: Outcome, now: float | None, then: float | None, **names: str
) -> Change:
    change = Change(
        kind=kind,
        name=names.get("name", ""),
        title=names.get("title", ""),
        unit=names.get("unit", "persons"),
        now=now,
        then=then,
        **outcome._asdict(),
    )
    return dataclasses.replace(change, text=sentence(change, e))


# --- another total ---------------------------------------------------------------------------


def _totals(case: Case, e: Explanation) -> Iterator[Search]:
    """Search the nearest totals, or numbers of the county, above and below that differ."""
    given = case.rules.counties is not None and bool(case.rules.counties.totals)
    now = e.total if given else case.rules.total.value
    trial = functools.partial(Trial, "county total" if given else "total", case.place(e))
    for sign, steps in ((1, (FARTHEST - 1) * now), (-1, now - 1)):
        yield _numbers(e, trial, now, sign, steps)


def _numbers(
    e: Explanation, trial: Callable[..., Trial], now: int, sign: int, steps: int
) -> Search:
    found = yield from nearest(steps, lambda step: trial(now + sign * step), _differs(e))
    return _change(e, trial(0).kind, found[1], now, now + sign * found[0]) if found else None


# --- another figure --------------------------------------------------------------------------


def _figures(case: Case, e: Explanation) -> Iterator[Search]:
    """Search, for each criterion, the nearest own figures above and below that differ."""
    for k, (criterion, part) in enumerate(zip(case.rules.criteria, e.criteria, strict=True)):
        if part.raw is None or (not part.years and _dated(case, criterion)):
            continue
        for sign in (1, -1):
            yield _figure(case, e, k, part, sign)


def _dated(case: Case, criterion: Criterion) -> bool:
    column = case.statistics.column(indicator_columns(criterion.indicator)[0])
    return None not in column.figures


def _figure(case: Case, e: Explanation, k: int, part: CriterionPart, sign: int) -> Search:
    raw, place = part.raw or 0.0, case.place(e)
    grain = grain_of(raw, part.unit)
    start = math.floor(raw / grain) if sign > 0 else math.ceil(raw / grain)
    most = round(1 / grain) if part.unit == "rate" and raw <= 1 else FARTHEST * max(start, 1)
    steps = most - start if sign > 0 else start - (part.unit != "rate")

    def figure(step: int) -> float:
        return float(f"{(start + sign * step) * grain:.12g}")

    found = yield from nearest(
        max(steps, 0), lambda step: Trial("figure", place, figure(step), k), _differs(e)
    )
    names = {"name": part.name, "title": part.title, "unit": part.unit}
    return _change(e, "figure", found[1], raw, figure(found[0]), **names) if found else None


def grain_of(figure: float, unit: str) -> float:
    """Return the steps in which a figure is varied: 0.1 per cent, whole persons, 4 digits."""
    if unit == "rate":
        return 0.001
    if figure == math.floor(figure):
        return 1.0
    return float(f"1e{math.floor(math.log10(figure)) - 3}")


# --- another selection -----------------------------------------------------------------------


def _selection(case: Case, e: Explanation) -> Iterator[Search]:
    """Search the number that would have to be selected, or what naming the municipality did."""
    chosen = case.rules.select
    if e.status == NOT_SELECTED and chosen.list is not None:
        select = {"include": (*chosen.include, e.kommunenummer)}
        yield _once(case, e, "list", rules=replace(case.rules, select=select))
    elif e.status == NOT_SELECTED:
        trial = functools.partial(Trial, "count", case.place(e))
        yield _numbers(e, trial, e.cut, 1, e.eligible - e.cut)
    elif without := _not_named(case, e, chosen.include):
        changed = replace(case.rules, select={"include": without[0]})
        yield _once(case, e, "include", rules=changed)


def _once(
    case: Case,
    e: Explanation,
    kind: str,
    *,
    rules: Rules | None = None,
    statistics: Statistics | None = None,
    condition: ConditionPart | None = None,
) -> Search:
    """Try one thing, and say what becomes of it if anything does."""
    outcome = yield Trial("run", case.place(e), rules=rules, statistics=statistics)
    if outcome is None or (kind == "include" and not _differs(e)(outcome)):
        return None
    if condition is None:
        return _change(e, kind, outcome, None, None)
    names = {"name": condition.name, "title": condition.name, "unit": condition.unit}
    now = max((x for x in condition.figures if x is not None), default=None)
    return _change(e, kind, outcome, now, condition.at_least, **names)


def _not_named(case: Case, e: Explanation, names: Sequence[str]) -> tuple[tuple[str, ...]] | None:
    """Return the names but the municipality's; None if it isn't among them."""
    everyone = case.statistics.municipalities
    others = tuple(name for name in names if named(everyone, [name], "") != (e.kommunenummer,))
    return None if len(others) == len(names) else (others,)


# --- eligible at all -------------------------------------------------------------------------


def _to_be_eligible(case: Case, e: Explanation) -> Iterator[Search]:
    if without := _not_named(case, e, case.rules.exclude):
        yield _once(case, e, "exclude", rules=replace(case.rules, exclude=without[0]))
    elif unmet := [part for part in e.conditions if not part.met]:
        changed = _meeting(case, e, unmet)
        if len(unmet) > 1:
            yield _once(case, e, "conditions", statistics=changed)
        else:
            yield _once(case, e, "condition", statistics=changed, condition=unmet[0])


def _meeting(case: Case, e: Explanation, unmet: Sequence[ConditionPart]) -> Statistics:
    """Return the statistics with what would just meet the conditions."""
    unit, columns = e.kommunenummer, dict(case.statistics.columns)
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
