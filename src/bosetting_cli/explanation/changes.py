"""What would have changed a municipality's number: the model run again with one thing changed.

Nothing here knows how numbers come about. Each candidate is tried, and the nearest one that
makes a difference is found by doubling the step and then halving it; the step before it makes
none, so that what is said of the one found is true whatever the rules. Where the apportionment's
certificate tells the step, the search starts there. All searches, of all municipalities, go in
step, and what they try is decided together (`trials`).
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any

from bosetting_cli.explanation.parts import Change, ConditionPart, CriterionPart, Explanation
from bosetting_cli.explanation.telling import sentence
from bosetting_cli.explanation.trials import Key, Outcome, Trial, tried
from bosetting_cli.result import NOT_ELIGIBLE, NOT_SELECTED, SELECTED, Allocation
from bosetting_cli.rules import indicator_columns, replace
from bosetting_cli.rules.naming import named
from bosetting_cli.statistics import Statistics

Search = Generator[Trial, Outcome | None, Change | None]
Steps = Generator[Trial, Outcome | None, tuple[int, Outcome] | None]

FARTHEST = 10  # times the present number: nobody wants to hear of more


def find_changes(
    allocation: Allocation, explanations: Sequence[Explanation]
) -> list[tuple[Change, ...]]:
    """Return the nearest changes that would have changed each municipality's answer.

    Args:
        allocation: The allocation.
        explanations: The municipalities.
    """
    each = [list(_searches(allocation, e)) for e in explanations]
    searches = {(i, j): search for i, own in enumerate(each) for j, search in enumerate(own)}
    found: dict[Key, Change | None] = {}
    answers: dict[Key, Outcome | None] = dict.fromkeys(searches)
    while answers:
        asked: dict[Key, Trial] = {}
        for key, answer in answers.items():
            try:
                asked[key] = searches[key].send(answer)
            except StopIteration as end:
                found[key] = end.value
        answers = tried(allocation, asked)
    told = [[found[i, j] for j in range(len(own))] for i, own in enumerate(each)]
    return [tuple(change for change in own if change) for own in told]


def _searches(a: Allocation, e: Explanation) -> Iterator[Search]:
    if e.status == NOT_ELIGIBLE:
        yield from _to_be_eligible(a, e)
        return
    if e.status == SELECTED:
        yield from _totals(a, e)
    yield from _figures(a, e)
    yield from _selection(a, e)


def nearest(
    steps: int, trial: Callable[[int], Trial], differs: Callable[[Outcome], bool], guess: int = 1
) -> Steps:
    """Search the first step from which on the outcome differs.

    Args:
        steps: How many there are.
        trial: Step, from 1 → what is tried. It is yielded, and its outcome is sent back: None
            where there is no allocation.
        differs: Whether an outcome is another than the present one.
        guess: The step that is tried first; then those around it, at growing distances.

    Returns:
        A step whose outcome differs while the one before it has the present outcome, and the
        outcome; None if there is none before the steps or the allocations end.
    """
    low, high, found, step, jump = 0, 0, None, min(guess, steps), 1
    while low < steps and (not high or high - low > 1):
        outcome = yield trial(step)
        if outcome is None or differs(outcome):
            high, found = step, outcome
        else:
            low = step
        step = max(high - jump, (low + high) // 2) if high else min(low + jump, steps)
        jump *= 2
    return None if found is None else (high, found)


def _differs(e: Explanation) -> Callable[[Outcome], bool]:
    """Return whether an outcome is another than the present one."""
    if e.status == SELECTED:
        return lambda outcome: outcome.requested != e.requested
    return lambda outcome: outcome.status == SELECTED


def _change(
    e: Explanation,
    kind: str,
    outcome: Outcome,
    now: float | None = None,
    then: float | None = None,
    part: CriterionPart | ConditionPart | None = None,
) -> Change:
    name, unit = (part.name, part.unit) if part else ("", "persons")
    title = part.title if isinstance(part, CriterionPart) else name
    change = Change(kind, name, title, unit, now, then, *outcome)
    return dataclasses.replace(change, text=sentence(change, e))


def _search(
    e: Explanation,
    trial: functools.partial[Trial],
    now: float,
    numbers: range,
    *,
    guess: int = 1,
    part: CriterionPart | None = None,
) -> Search:
    """Search the nearest number that differs; those of a criterion's figure are in its grain."""

    def then(step: int) -> float:
        number = numbers[step - 1]
        return float(f"{number * grain_of(now, part.unit):.12g}") if part else number

    found = yield from nearest(len(numbers), lambda step: trial(then(step)), _differs(e), guess)
    return _change(e, trial.args[0], found[1], now, then(found[0]), part) if found else None


def _totals(a: Allocation, e: Explanation) -> Iterator[Search]:
    """Search the nearest totals, or numbers of the county, above and below that differ."""
    first, unit = a.rules.counties, a.unit_of(e.kommunenummer)
    own = first is None or bool(first.totals)  # otherwise the county's number hangs on the total
    now = e.total if own else a.rules.total.value
    trial = functools.partial(Trial, "county total" if first and own else "total", unit)
    ways = range(now + 1, FARTHEST * max(now, 1) + 1), range(now - 1, 0, -1)
    for numbers in ways:
        guess = certified(a, e.kommunenummer, numbers.step) if own else 1
        if guess:
            yield _search(e, trial, now, numbers, guess=guess)


def certified(a: Allocation, code: str, sign: int) -> int | None:
    """Return how much more or less there is to share out when a unit's number becomes another.

    The apportionment's certificate tells it where the shares and the selected don't hang on the
    number that is shared out.

    Args:
        a: The allocation.
        code: The unit.
        sign: 1 for more, -1 for less.

    Returns:
        The difference; None if it never becomes another, 1 where the certificate does not tell.
    """
    group = a.group_of(code)
    result = group.apportionment
    if result is None or result.divisors is None:
        return 1
    unit = group.units.index(code)
    then = result.gains_at(unit) if sign > 0 else result.loses_at(unit)
    return None if then is None else abs(then - group.total)


def _figures(a: Allocation, e: Explanation) -> Iterator[Search]:
    """Search, for each criterion, the nearest own figures above and below that differ."""
    for k, (criterion, part) in enumerate(zip(a.rules.criteria, e.criteria, strict=True)):
        column = a.statistics.column(indicator_columns(criterion.indicator)[0])
        if part.raw is None or (not part.years and None not in column.figures):
            continue
        rate, grains = part.unit == "rate", part.raw / grain_of(part.raw, part.unit)
        above, below = math.floor(grains), math.ceil(grains)
        most = 1000 if rate and part.raw <= 1 else FARTHEST * max(above, 1)
        trial = functools.partial(Trial, "figure", a.unit_of(e.kommunenummer), criterion=k)
        for numbers in (range(above + 1, most + 1), range(below - 1, -rate, -1)):
            yield _search(e, trial, part.raw, numbers, part=part)


def grain_of(figure: float, unit: str) -> float:
    """Return the steps in which a figure is varied: 0.1 per cent, whole persons, 4 digits."""
    if unit == "rate":
        return 0.001
    if figure == math.floor(figure):
        return 1.0
    return float(f"1e{math.floor(math.log10(figure)) - 3}")


def _selection(a: Allocation, e: Explanation) -> Iterator[Search]:
    """Search the number that would have to be selected, or what naming the municipality did."""
    chosen, code = a.rules.select, e.kommunenummer
    if e.status != NOT_SELECTED:
        others = _without(a, code, chosen.include)
        if others != chosen.include:
            yield _once(a, e, "include", select={"include": others})
    elif chosen.list is not None:
        yield _once(a, e, "list", select={"include": (*chosen.include, code)})
    else:
        trial = functools.partial(Trial, "count", a.unit_of(code))
        guess = max((e.rank or 0) - e.cut, 1)
        yield _search(e, trial, e.cut, range(e.cut + 1, e.eligible + 1), guess=guess)


def _once(
    a: Allocation,
    e: Explanation,
    kind: str,
    *,
    statistics: Statistics | None = None,
    condition: ConditionPart | None = None,
    **changes: Any,
) -> Search:
    """Try one thing, and say what becomes of it if anything does."""
    rules = replace(a.rules, **changes) if changes else None
    outcome = yield Trial("run", a.unit_of(e.kommunenummer), rules=rules, statistics=statistics)
    if outcome is None or (kind == "include" and not _differs(e)(outcome)):
        return None
    if condition is None:
        return _change(e, kind, outcome)
    now = max((x for x in condition.figures if x is not None), default=None)
    return _change(e, kind, outcome, now, condition.at_least, condition)


def _without(a: Allocation, code: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return the names but a municipality's."""
    everyone = a.statistics.municipalities
    return tuple(name for name in names if named(everyone, [name], "") != (code,))


def _to_be_eligible(a: Allocation, e: Explanation) -> Iterator[Search]:
    others = _without(a, e.kommunenummer, a.rules.exclude)
    if others != a.rules.exclude:
        yield _once(a, e, "exclude", exclude=others)
    elif e.unmet:
        met = _meeting(a.statistics, e)
        one = e.unmet[0] if len(e.unmet) == 1 else None
        yield _once(a, e, "condition" if one else "conditions", statistics=met, condition=one)


def _meeting(statistics: Statistics, e: Explanation) -> Statistics:
    """Return the statistics with what would just meet the conditions."""
    unit, columns = e.kommunenummer, dict(statistics.columns)
    for part in e.unmet:
        column = columns[part.indicator]
        figures = dict(column.figures)
        years = part.years or (None,)
        for year in years if part.within == "all" else years[-1:]:
            value = column.value(unit, year)
            if value is None or value < part.at_least:
                figures[year] = {**figures[year], unit: (part.at_least,)}
        columns[part.indicator] = dataclasses.replace(column, figures=figures)
    return dataclasses.replace(statistics, columns=columns)
