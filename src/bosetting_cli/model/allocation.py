"""Who is asked for how many: the steps of docs/model.md, one after the other.

Everything is made for D variations of the weights, the total, the number selected and the
minimum at once; an allocation is one of them, `draws` many.
"""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bosetting_cli.errors import Problem
from bosetting_cli.model.counties import counties
from bosetting_cli.model.key import nothing_to_share, quotas
from bosetting_cli.model.places import Question, apportioned, bounds
from bosetting_cli.model.selection import no_room, quantity, select
from bosetting_cli.model.standing import field_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from fractions import Fraction

    from bosetting_cli.model.counties import CountyStep
    from bosetting_cli.model.exact import Floats, Ints, Mask, Numbers
    from bosetting_cli.model.places import Apportioned
    from bosetting_cli.model.selection import Tie
    from bosetting_cli.model.standing import Field, Standing, Variations
    from bosetting_cli.rules import Rules, SubGroup
    from bosetting_cli.statistics import Statistics

    Problems = dict[int, list[Problem]]


@dataclass(frozen=True, eq=False)
class Part:
    """The units among which one number is shared out: all, or those of a county.

    Attributes:
        name: The county's name; empty if there is one for all.
        units: The county's units.
        totals: The number, D.
        take: How many the rules select, D.
        ties: Those that decided who is selected; their units are places in `units`.
        asked: The units that are selected in one of the variations.
        contributions: Places that each criterion gives these before rounding, K × D × asked.
        results: Row → apportionment.
    """

    name: str
    units: Ints
    totals: Numbers
    take: Ints
    ties: tuple[Tie, ...]
    asked: Ints
    contributions: Floats
    results: Mapping[int, Apportioned]


@dataclass(frozen=True, eq=False)
class Decision:
    """Who is asked for how many, in D variations.

    Attributes:
        standing: What is known of the eligible.
        step: The counties' numbers.
        parts: One for each number that is shared out.
        selected: D × n.
        quotas: Places before rounding, D × n.
        requested: D × n.
        low: Minimums, D × n.
        high: Maximums, D × n; None where there is no limit.
        of_which: Sub-group → D × n, and row → apportionment.
        problems: Row → why there is no allocation.
    """

    standing: Standing
    step: CountyStep
    parts: tuple[Part, ...]
    selected: Mask
    quotas: Floats
    requested: Numbers
    low: Numbers
    high: Numbers | None
    of_which: Mapping[str, tuple[Numbers, Mapping[int, Apportioned]]]
    problems: Problems

    @functools.cached_property
    def contributions(self) -> Floats:
        """Places that each criterion gives before rounding, K × D × n; their sum is the quota."""
        found = np.zeros((len(self.parts[0].contributions), *self.quotas.shape))
        for part in self.parts:
            found[..., part.asked] = part.contributions
        return found


def decide(
    statistics: Statistics,
    rules: Rules,
    own: Standing,
    variations: Variations,
    *,
    field: Field | None = None,
    step: CountyStep | None = None,
    sub_groups: bool = False,
    certify: bool = False,
) -> Decision:
    """Take steps 5 to 9 in D variations.

    Args:
        statistics: The figures.
        rules: The rules.
        own: From `standing(statistics, rules)`.
        variations: What varies.
        field: What is compared; by default the standing itself.
        step: The counties' numbers; by default as the rules say.
        sub_groups: Share out all sub-groups; otherwise it is only seen that it can be done.
        certify: Keep the certificate of each row.
    """
    field = field_of(own, rules, variations) if field is None else field
    step = counties(statistics, rules, variations.totals) if step is None else step
    problems: Problems = {row: [problem] for row, problem in step.problems.items()}
    _refuse_empty(problems, own, variations)
    _refuse_counts(problems, rules, field, variations)
    low, high = bounds(rules, own.units, field.population, variations.minimums)
    shape = field.keys.shape
    selected, requested = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=np.int64)
    quota = np.zeros(shape)
    fylker = [m.fylke for m in statistics.municipalities]
    parts = []
    for index, name in enumerate(step.names):
        totals = step.totals[:, index]
        units = np.flatnonzero(step.county == index)
        take, chosen, ties = _chosen(rules, own, field, variations, units, totals, fylker)
        asked = np.flatnonzero(chosen.any(axis=0))
        values = [value[..., asked] for value in field.values]
        places, nothing = quotas(values, chosen[:, asked], variations.weights, totals)
        selected[:, asked], quota[:, asked] = chosen[:, asked], places.sum(axis=0)
        wrong = _without_room(rules, name, totals, chosen, low, nothing)
        wrong = {**_without_people(rules, own, field, chosen), **wrong}
        ask = Question(quota, totals, low, high, rules.method, field.tie, field.quotas, name)
        skip = {*step.problems, *wrong}
        seats, results, more = apportioned(ask, chosen, skip=skip, certify=certify)
        for row, problem in {**wrong, **more}.items():
            problems.setdefault(row, []).append(problem)
        requested[:, asked] = seats[:, asked]
        parts.append(Part(name, units, totals, take, tuple(ties), asked, places, results))
    found = Decision(own, step, tuple(parts), selected, quota, requested, low, high, {}, problems)
    shared = of_which(found, rules, field, every=sub_groups, certify=certify)
    return dataclasses.replace(found, of_which=shared)


def _refuse_empty(problems: Problems, own: Standing, variations: Variations) -> None:
    """Note where a criterion has a weight and nothing to share out by among the eligible."""
    for k, amount in enumerate(own.amounts):
        if len(own.eligible) > 1 and not amount.values.any():
            for row in np.flatnonzero(variations.weights[:, k]).tolist():
                problems.setdefault(row, []).append(nothing_to_share(amount.criterion.name))


def _refuse_counts(problems: Problems, rules: Rules, field: Field, variations: Variations) -> None:
    """Note where more are to be selected than are eligible; within counties all are then."""
    if variations.counts is None or rules.counties or rules.select.list is not None:
        return
    able = np.count_nonzero(field.keys > -np.inf, axis=1)
    for row in np.flatnonzero(variations.counts > able).tolist():
        count = variations.counts[row]
        what = f"{count} are to be selected, but only {able[row]} are eligible"
        problems.setdefault(row, []).append(Problem(what, key="select.count"))


def _chosen(
    rules: Rules,
    own: Standing,
    field: Field,
    variations: Variations,
    units: Ints,
    totals: Numbers,
    fylker: Sequence[str],
) -> tuple[Ints, Mask, list[Tie]]:
    """Take step 5 among some units: how many are selected, who is, and the ties that decided."""
    keys, named = field.keys[:, units], own.included[units]
    eligible = keys > -np.inf
    able = np.count_nonzero(eligible, axis=1)
    chosen = np.zeros(field.keys.shape, dtype=bool)
    if rules.select.list is not None:
        chosen[:, units] = named & eligible
        return np.count_nonzero(chosen, axis=1), chosen, []
    if variations.counts is not None:
        take = np.minimum(variations.counts, able)
    else:
        each = {number: quantity(number, rules.select.share, None) for number in set(able.tolist())}
        take = np.array([each[number] for number in able.tolist()])
    take = np.where(totals > 0, take, 0)
    firsts: dict[str, list[int]] = {}
    for place, unit in enumerate(units.tolist() if rules.select.per_county else ()):
        firsts.setdefault(fylker[unit], []).append(place)
    found, ties = select(
        keys,
        take,
        named,
        {fylke: np.array(places) for fylke, places in firsts.items()},
        rules.select.per_county,
        lambda row, place: field.key(row, int(units[place])),
        field.tie[..., units],
    )
    none = totals == 0  # a county that is asked for none: only who is named is selected
    found[none] = named & eligible[none]
    chosen[:, units] = found
    return take, chosen, [tie for tie in ties if not none[tie.row]]


def _without_room(
    rules: Rules,
    name: str,
    totals: Numbers,
    chosen: Mask,
    low: Numbers,
    nothing: Mask,
) -> dict[int, Problem]:
    """Return why rows admit no allocation among the selected of a county."""
    found: dict[int, Problem] = {}
    asked = np.count_nonzero(chosen, axis=1)
    for row in np.flatnonzero((asked == 0) & (totals > 0)).tolist():
        where = name or "the country"
        found[row] = Problem(f"{where}: {totals[row]} to settle, but no municipality is eligible")
    for k, row in np.argwhere(nothing).tolist():
        found.setdefault(row, nothing_to_share(rules.criteria[k].name))
    needed = (low * chosen).sum(axis=1)
    for row in np.flatnonzero(needed > totals).tolist():
        minimums = low[row, chosen[row]].tolist()
        found.setdefault(row, no_room(minimums, int(totals[row]), name))
    return found


def _without_people(rules: Rules, own: Standing, field: Field, chosen: Mask) -> dict[int, Problem]:
    """Return the rows in which a limit per 1,000 inhabitants lacks the inhabitants."""
    if rules.maximum is None or rules.maximum.per_1000 is None:
        return {}
    lacking = chosen & np.isnan(field.population)
    found = {}
    for row in np.flatnonzero(lacking.any(axis=1)).tolist():
        names = ", ".join(own.units[unit] for unit in np.flatnonzero(lacking[row]).tolist())
        what = f"no population is known for {names}, so there is no limit per 1,000"
        found[row] = Problem(what, key="maximum.per_1000")
    return found


def of_which(
    decision: Decision, rules: Rules, field: Field, *, every: bool, certify: bool
) -> dict[str, tuple[Numbers, Mapping[int, Apportioned]]]:
    """Share sub-groups out one after the other, never above anybody's own number (8).

    Args:
        decision: The numbers; rows in which there is no room are added to its problems.
        rules: The rules.
        field: What is compared.
        every: Share out the last one as well, instead of only seeing that it can be done.
        certify: Keep the certificate of each row.
    """
    room = decision.requested.copy()
    found: dict[str, tuple[Numbers, Mapping[int, Apportioned]]] = {}
    for group in rules.of_which:
        able = decision.selected & decision.standing.able[group.name]
        most = room * able
        least = np.minimum(most, group.minimum)
        wrong = {
            row: _no_receivers(group, int(most[row].sum()))
            for row in np.flatnonzero((most.sum(axis=1) < group.value) | ~able.any(axis=1)).tolist()
        }
        last = group is rules.of_which[-1] and not every
        rows = least.sum(axis=1) > group.value if last else np.ones(len(able), dtype=bool)
        skip = {*np.flatnonzero(~rows).tolist(), *decision.problems, *wrong}
        ask = Question(
            decision.quotas,
            np.full(len(able), group.value),
            least,
            most,
            rules.method,
            field.tie,
            _quotas_of(decision, field),
            group.name,
        )
        numbers, results, more = apportioned(ask, able, skip=skip, certify=certify)
        for row, problem in {**wrong, **more}.items():
            decision.problems.setdefault(row, []).append(problem)
        room -= numbers
        found[group.name] = numbers, results
    return found


def _no_receivers(group: SubGroup, room: int) -> Problem:
    what = f"{group.name}: {group.value} to settle, but those that can receive them have room"
    return Problem(f"{what} for {room} in all", key="of_which")


def _quotas_of(
    decision: Decision, field: Field
) -> Callable[[int, Sequence[int], int], list[Fraction]]:
    """Return row, units → their quotas as fractions, each of the number it has a part of."""

    def exact(row: int, units: Sequence[int], _: int) -> list[Fraction]:
        found: dict[int, Fraction] = {}
        for part in decision.parts:
            chosen = part.units[decision.selected[row, part.units]].tolist()
            places = field.quotas(row, chosen, int(part.totals[row])) if chosen else []
            found.update(zip(chosen, places, strict=True))
        return [found[unit] for unit in units]

    return exact
