"""Who is asked for how many: steps 5 to 8, from the standing of the eligible to whole numbers."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bosetting_cli import criteria, selection
from bosetting_cli.apportionment import Apportionment, apportion, verify
from bosetting_cli.counties import CountyStep, county_step
from bosetting_cli.errors import AllocationError, Problem
from bosetting_cli.memory import Memory
from bosetting_cli.result import Group
from bosetting_cli.standing import (
    PerCriterion,
    Standing,
    conditions_met,
    standings,
    weightless,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from bosetting_cli.rules import Criterion, Minimum, Rules, Select, SubGroup
    from bosetting_cli.statistics import Municipality, Statistics


# Quotas are rounded to some 2^-50; claims nearer to each other than this are compared exactly.
NEAR = 1e-9


@dataclass(frozen=True, slots=True)
class Decision:
    """Who is asked for how many: an allocation before it is laid out in rows.

    Attributes:
        standing: What was known of the eligible.
        groups: One for each number that was shared out.
        contributions: Criterion → selected unit → places that it gives.
        quotas: Selected unit → places before rounding.
        requested: Selected unit → places.
        sub_groups: Sub-group → the units that can receive it and their apportionment.
        county_step: How the counties' numbers came about, if counties come first.
    """

    standing: Standing
    groups: tuple[Group, ...]
    contributions: PerCriterion
    quotas: Mapping[str, float]
    requested: Mapping[str, int]
    sub_groups: Mapping[str, tuple[tuple[str, ...], Apportionment]]
    county_step: CountyStep | None = None


def decide(
    statistics: Statistics,
    rules: Rules,
    memory: Memory | None = None,
    *,
    sub_groups: bool = True,
) -> Decision:
    """Take steps 1 to 8 and return the numbers alone; see `allocation.allocate`.

    Args:
        statistics: Figures of all municipalities.
        rules: The rules.
        memory: What has been computed from these statistics already.
        sub_groups: Whether to share out sub-groups as well, or only see that there is room.
    """
    memory = Memory() if memory is None else memory
    standing = standings(statistics, rules, memory)
    contributions: PerCriterion = {c.name: {} for c in rules.criteria}
    quotas: dict[str, float] = {}
    groups = []
    problems: list[Problem] = []
    step = county_step(statistics, rules, memory) if rules.counties is not None else None
    for group in _groups(statistics, rules, standing, step, memory):
        parts = _contributions(group, rules, standing, memory)
        for name, part in parts.items():
            contributions[name] |= part
        quotas |= memory(_sums, *parts.values())
        try:
            groups.append(_share_out(group, rules, standing, quotas, memory))
        except AllocationError as error:  # every county that is impossible is told of
            problems += error.problems
    if problems:
        raise AllocationError(problems)
    requested: dict[str, int] = {}
    for group in groups:
        requested |= group.seats()
    shared: dict[str, tuple[tuple[str, ...], Apportionment]] = {}
    room = dict(requested)
    for sub_group in rules.of_which:
        units = _receivers(sub_group, statistics, rules, standing, room, memory)
        if sub_groups:
            result = _of_which(sub_group, units, rules, standing, groups, quotas, room)
            shared[sub_group.name] = (units, result)
            for unit, number in zip(units, result.seats.tolist(), strict=True):
                room[unit] -= number
    return Decision(standing, tuple(groups), contributions, quotas, requested, shared, step)


def _groups(
    statistics: Statistics,
    rules: Rules,
    standing: Standing,
    step: CountyStep | None,
    memory: Memory,
) -> list[Group]:
    """Take step 5, within each county if counties come first: who is selected."""
    fylker = memory(_fylker, statistics.municipalities)
    if step is None:
        whole = memory(_one_group, statistics.municipalities)
        step = CountyStep({"": rules.total.value}, whole)
    rankings = memory(_rankings, standing.keys, standing.populations, step.county_of)
    people = memory(_people, standing.populations, step.county_of)
    groups = []
    problems = []
    count = rules.select.count
    if not rules.counties and count is not None and count > len(standing.keys):
        what = f"{count} are to be selected, but only {len(standing.keys)} are eligible"
        raise AllocationError(Problem(what, key="select.count"))
    for name, total in step.totals.items():
        ranking = rankings.get(name, ())
        chosen = memory(_select, ranking, rules.select, standing.keys, standing.included, fylker)
        if not total:  # a county that is asked for none: only who is named is selected
            named = tuple(unit for unit in ranking if unit in standing.included)
            chosen = selection.Selection(ranking, named, 0)
        if not chosen.selected and total:
            what = f"{name or 'the country'}: {total} to settle, but no municipality is eligible"
            problems.append(Problem(what))
        units = memory(_by_population, chosen.selected, standing.populations)
        first = {c: part[name] for c, part in step.contributions.items()}
        groups.append(Group(name, total, chosen, units, None, people.get(name, 0), first))
    if problems:
        raise AllocationError(problems)
    return groups


def _one_group(municipalities: Sequence[Municipality]) -> dict[str, str]:
    return dict.fromkeys((m.kommunenummer for m in municipalities), "")


def _fylker(municipalities: Sequence[Municipality]) -> dict[str, str]:
    return {m.kommunenummer: m.fylke for m in municipalities}


def _rankings(
    keys: Mapping[str, float], populations: Mapping[str, float], names: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Return group → its eligible units, first to last."""
    groups: dict[str, list[str]] = {}
    for unit in selection.rank(keys, populations):
        groups.setdefault(names[unit], []).append(unit)
    return {name: tuple(units) for name, units in groups.items()}


def _people(populations: Mapping[str, float], names: Mapping[str, str]) -> dict[str, int]:
    groups: dict[str, list[float]] = {}
    for unit, people in populations.items():
        groups.setdefault(names[unit], []).append(people)
    return {name: round(math.fsum(people)) for name, people in groups.items()}


def _select(
    ranking: Sequence[str],
    chosen: Select,
    keys: Mapping[str, float],
    included: frozenset[str],
    fylker: Mapping[str, str],
) -> selection.Selection:
    if chosen.list is not None:
        listed = tuple(unit for unit in ranking if unit in included)
        return selection.Selection(tuple(ranking), listed, len(listed))
    count = selection.quantity(len(ranking), chosen.share, chosen.count)
    return selection.select(
        ranking, keys, count, include=included, groups=fylker, per_group=chosen.per_county
    )


def _by_population(units: Sequence[str], populations: Mapping[str, float]) -> tuple[str, ...]:
    return selection.rank({unit: populations.get(unit, 0.0) for unit in units}, {})


def _contributions(group: Group, rules: Rules, standing: Standing, memory: Memory) -> PerCriterion:
    """Return the places that each criterion gives the selected of a group."""
    if not group.units:
        return {}
    found: PerCriterion = {}
    for c in rules.criteria:
        share = memory(_selected_shares, standing.amounts[c.name], group.units, weightless(c))
        found[c.name] = memory(criteria.contributions, share, c.weight, group.total)
    return found


def _selected_shares(
    amounts: Mapping[str, float], units: Sequence[str], criterion: Criterion
) -> dict[str, float]:
    return criteria.shares({unit: amounts[unit] for unit in units}, criterion)


def _sums(*parts: Mapping[str, float]) -> dict[str, float]:
    """Return each unit's quota, the exact sum of its contributions."""
    if not parts:
        return {}
    columns = zip(*(part.values() for part in parts), strict=True)
    return dict(zip(parts[0], map(math.fsum, columns), strict=True))


def _share_out(
    group: Group,
    rules: Rules,
    standing: Standing,
    quotas: Mapping[str, float],
    memory: Memory,
) -> Group:
    """Take step 6 for one group: quotas → whole numbers."""
    if not group.units:
        return group
    minimums = memory(_minimums, group.units, rules.minimum)
    selection.check_room(group.units, minimums, group.total, group.name)
    limits = None
    if rules.maximum is not None:
        limits = [maximum(rules, unit, standing.populations) for unit in group.units]
    ask = _Question(group.total, rules.method, list(minimums.values()), limits, group.name)
    result = _apportioned([quotas[unit] for unit in group.units], ask)
    if not result.is_near_tie(NEAR):
        return dataclasses.replace(group, apportionment=result)
    by_unit = _exact_quotas(group, rules, standing)
    exact = tuple(by_unit[unit] for unit in group.units)
    return dataclasses.replace(group, apportionment=_apportioned(exact, ask), exact=exact)


def _exact_quotas(group: Group, rules: Rules, standing: Standing) -> dict[str, Fraction]:
    amounts = {
        c.name: {unit: standing.amounts[c.name][unit] for unit in group.units}
        for c in rules.criteria
        if c.weight
    }
    weights = {c.name: c.weight for c in rules.criteria}
    return criteria.exact_quotas(amounts, weights, group.total)


@dataclass(frozen=True, slots=True)
class _Question:
    """What is to be apportioned, apart from the quotas."""

    house_size: int
    method: str
    minimums: Sequence[int]
    maximums: Sequence[int | None] | None
    where: str = ""


def _apportioned(quotas: Sequence[float] | Sequence[Fraction], ask: _Question) -> Apportionment:
    """Apportion and verify: a result that fails is a bug report, never an output."""
    try:
        result = apportion(
            quotas,
            ask.house_size,
            method=ask.method,
            minimums=ask.minimums,
            maximums=ask.maximums,
        )
    except ValueError as error:
        what = f"{ask.where}: {error}" if ask.where else str(error)
        raise AllocationError(Problem(what)) from None
    verify(
        quotas,
        result.seats,
        ask.house_size,
        method=ask.method,
        divisor=result.divisor,
        minimums=ask.minimums,
        maximums=ask.maximums,
    )
    return result


def _minimums(units: Sequence[str], rule: Minimum) -> dict[str, int]:
    return {unit: max(rule.value, rule.by_municipality.get(unit, 0)) for unit in units}


def minimum(rules: Rules, unit: str) -> int:
    """Return a municipality's minimum: the general one, or its own if that is higher."""
    return _minimums((unit,), rules.minimum)[unit]


def maximum(rules: Rules, unit: str, populations: Mapping[str, float]) -> int | None:
    """Return a municipality's maximum, never below its minimum; None if there is no limit."""
    limit = rules.maximum
    if limit is None:
        return None
    limits = [limit.value] if limit.value is not None else []
    if limit.per_1000 is not None:
        limits.append(math.floor(limit.per_1000 * populations.get(unit, 0.0) / 1000))
    return max(min(limits), minimum(rules, unit)) if limits else None


def _receivers(
    group: SubGroup,
    statistics: Statistics,
    rules: Rules,
    standing: Standing,
    places: Mapping[str, int],
    memory: Memory,
) -> tuple[str, ...]:
    """Return the units that can receive a sub-group, if they have room for it."""
    able = tuple(places)
    if group.among is not None:
        met = conditions_met(statistics, group.among, rules.as_of, memory)
        able = memory(_able, able, met)
    room = sum(map(places.__getitem__, able))
    if room < group.value or not able:
        what = f"{group.name}: {group.value} to settle, but those that can receive them have room"
        raise AllocationError(Problem(f"{what} for {room} in all", key="of_which"))
    return memory(_by_population, able, standing.populations)


def _of_which(
    group: SubGroup,
    units: Sequence[str],
    rules: Rules,
    standing: Standing,
    groups: Sequence[Group],
    quotas: Mapping[str, float],
    room: Mapping[str, int],
) -> Apportionment:
    """Take step 7: share a sub-group out, never above anybody's own number.

    Args:
        group: The sub-group.
        units: Those that can receive it.
        rules: The rules.
        standing: What is known of the eligible.
        groups: What was shared out among whom.
        quotas: Unit → places before rounding.
        room: Unit → places that earlier sub-groups have left.
    """
    most = [room[unit] for unit in units]
    least = [min(group.minimum, n) for n in most]
    ask = _Question(group.value, rules.method, least, most, group.name)
    result = _apportioned([quotas[unit] for unit in units], ask)
    if not result.is_near_tie(NEAR):
        return result
    exact: dict[str, Fraction] = {}
    for part in groups:
        exact |= _exact_quotas(part, rules, standing)
    return _apportioned([exact[unit] for unit in units], ask)


def _able(
    units: Sequence[str], met: Mapping[str, tuple[bool, tuple[float | None, ...]]]
) -> tuple[str, ...]:
    return tuple(unit for unit in units if met[unit][0])
