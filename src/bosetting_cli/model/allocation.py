"""Who is asked for how many: steps 5 to 9 of docs/model.md.

Everything is made for D variations of the weights, the total, the number selected and the
minimum at once; an allocation is one of them, `draws` many.
"""

from __future__ import annotations

import numpy as np

from bosetting_cli.findings import Finding
from bosetting_cli.model.exact import Ints, Mask, first
from bosetting_cli.model.key import quotas, ranking_keys
from bosetting_cli.model.places import Decision, Part, Step, Ties, apportioned, bounds
from bosetting_cli.model.standing import Standing, standing
from bosetting_cli.rules import naming, variations
from bosetting_cli.rules.variations import Variations
from bosetting_cli.statistics import exact


def decide(
    own: Standing, varied: Variations, *, step: Step | None = None, sub_groups: bool = False
) -> Decision:
    """Take steps 5 to 9 in D variations.

    Args:
        own: Steps 0 to 4 of the rules.
        varied: The variations.
        step: The counties' numbers; by default as the rules say.
        sub_groups: Share out all sub-groups; otherwise it is only seen that it can be done.
    """
    step = counties(own, varied.totals) if step is None else step
    keys = ranking_keys(own.rules, varied.weights, own.amounts)
    selected, requested = np.zeros(keys.shape, dtype=bool), np.zeros(keys.shape, dtype=np.int64)
    arrays = keys, *bounds(own, varied.minimums), selected, np.zeros(keys.shape), requested
    problems = {row: list(said) for row, said in step.problems.items()}
    decision = Decision(own, varied, step, *arrays, [], {}, problems)
    empty = [not amount.values.any() for amount in own.amounts]
    for wrong in variations.impossible(own.rules, varied, len(own.eligible), empty):
        decision.refuse(*wrong)
    for index in range(len(step.names)):
        _share_out(decision, index)
    of_which(decision, every=sub_groups)
    return decision


def _share_out(decision: Decision, index: int) -> None:
    """Take steps 5 to 7 among all, or in one county."""
    own, varied, step, refuse = decision.own, decision.varied, decision.step, decision.refuse
    name, totals = step.names[index], step.totals[:, index]
    units = own.eligible[step.county[own.eligible] == index]
    take, chosen, ties = select(decision, index, units)
    once = chosen.any(axis=0)
    asked, chosen = units[once], chosen[:, once]
    values = [amount.values[..., asked] for amount in own.amounts]
    places, nothing = quotas(values, chosen, varied.weights, totals)
    decision.selected[:, asked], decision.quotas[:, asked] = chosen, places.sum(axis=0)
    low, high = decision.low.take(asked, axis=1) * chosen, decision.high
    high = None if high is None else high[..., asked] * chosen
    decision.parts.append(Part(take, ties, asked, places, {}))
    wrong = low.sum(axis=1) > totals
    for row in np.flatnonzero(wrong).tolist():
        least = low[row, chosen[row]].tolist()
        decision.add(row, variations.no_room(least, int(totals[row]), name))
    for criterion, rows in zip(own.rules.criteria, nothing, strict=True):
        wrong |= refuse(rows, "nothing to share", {"criterion": criterion.name})
    nobody, words = ~chosen.any(axis=1), "nobody to ask there" if name else "nobody to ask"
    wrong |= refuse(nobody & (totals > 0), words, {"where": name, "total": totals})
    if own.rules.maximum and own.rules.maximum.per_1000 is not None:
        unknown = chosen & np.isnan(own.population[..., asked])
        for unit, rows in zip(asked.tolist(), unknown.T, strict=True):
            said = {"names": (own.units[unit],)}
            wrong |= refuse(rows, "no people for limit", said, "maximum.per_1000")
    wrong[list(step.problems)] = True
    numbers, results = apportioned(decision, asked, totals, (low, high), wrong, name)
    decision.requested[:, asked] = numbers
    decision.parts[index].results.update(results)


def select(decision: Decision, index: int, units: Ints) -> tuple[Ints, Mask, Ties]:
    """Select the first by rank, after who is named and the first of each fylke (5).

    More are selected than wanted only where those who come first exceed the number alone.

    Args:
        decision: What ranks them, in D variations.
        index: The county's; where its number is 0, only who is named is selected. As many are
            selected as is varied, or the rules' share of the eligible, cut off, but at least one.
        units: Its eligible.

    Returns:
        How many the rules select, D; who is selected, D × units; and the ties that decided.
    """
    own, rule = decision.own, decision.own.rules.select
    totals, counts = decision.step.totals[:, index], decision.varied.count(index)
    chosen = np.tile(own.included[units], (len(totals), 1))
    if rule.list is not None:
        return np.count_nonzero(chosen, axis=1), chosen, []
    many = max(1, int(exact(rule.share or 1) * len(units))) if counts is None else counts
    take = np.where(totals > 0, np.minimum(many, len(units)), 0)
    among = units.tolist() if rule.per_county else ()
    fylker = np.array([own.statistics.municipalities[unit].fylke for unit in among])
    steps = [(fylke, np.flatnonzero(fylker == fylke)) for fylke in dict.fromkeys(fylker.tolist())]
    found: Ties = []
    for fylke, inside in (*steps, ("", np.arange(len(units)))):
        out = chosen[:, inside] & (not fylke)
        already = np.count_nonzero(out, axis=1)
        wanted = np.where(totals > 0, rule.per_county, 0) if fylke else take - already
        room = np.clip(wanted, 0, len(inside) - already)
        more, tied = first(decision.keys, units[inside], room, decision.exact_keys, own.tie, out)
        chosen[:, inside] |= more
        found += [(fylke, row, a[~own.included[a]], b) for row, a, b in tied]
    out = ~chosen
    ties = [(fylke, row, a, b[out[row, np.searchsorted(units, b)]]) for fylke, row, a, b in found]
    return take, chosen, [tie for tie in ties if tie[2].size and tie[3].size]


def of_which(decision: Decision, *, every: bool) -> None:
    """Share sub-groups out one after the other, never above anybody's own number (8).

    Args:
        decision: The numbers; sub-groups are added, and rows in which there is no room for them
            to its problems.
        every: Share out the last one as well, instead of only seeing that it can be done.
    """
    own, room = decision.own, decision.requested.copy()
    for group in own.rules.of_which:
        units = np.flatnonzero(own.able[group.name] & decision.selected.any(axis=0))
        able = decision.selected.take(units, axis=1)
        most = room.take(units, axis=1) * able
        least, sums = np.minimum(most, group.minimum), most.sum(axis=1)
        done = (least.sum(axis=1) <= group.value) & (group is own.rules.of_which[-1] and not every)
        short = (sums < group.value) | ~able.any(axis=1)
        done[list(decision.problems)], short[list(decision.problems)] = True, False
        said = {"name": group.name, "value": group.value, "room": sums}
        done |= decision.refuse(short, "no room", said, "of_which")
        totals, shared, limits = np.full(len(able), group.value), np.zeros_like(room), (least, most)
        shared[:, units], results = apportioned(decision, units, totals, limits, done, group.name)
        room[:, units] -= shared[:, units]
        decision.of_which[group.name] = shared, results


def counties(own: Standing, totals: Ints) -> Step:
    """Share the total out among counties (9).

    The numbers are given by the rules, or apportioned by a key of the counties' own: the same
    steps on the figures that their municipalities have together, by rules in which nothing else
    is said. Without `counties` in the rules there is one, all municipalities, whose name is empty.

    Args:
        own: Steps 0 to 4 of the rules.
        totals: What is shared out, D.

    Raises:
        AllocationError: A county is unknown, or lacks a number or a figure.
    """
    first = own.rules.counties
    if first is None:
        return _together(len(own.units), totals, "", {})
    county_of = naming.combined(own.statistics.municipalities, first.combine)
    names = tuple(dict.fromkeys(county_of))
    county = np.array([names.index(name) for name in county_of])
    wrong = variations.impossible_first(first, names, totals)
    if not first.criteria:
        numbers = np.tile(naming.given(first.totals, names), (len(totals), 1))
        return Step(names, county, numbers, None, wrong)
    pairs = list(zip(own.units, county_of, strict=True))
    members = {name: [unit for unit, its in pairs if its == name] for name in names}
    rules, varied = variations.first_step(own.rules, first, totals)
    step = _together(len(names), totals, "the counties", wrong)
    found = decide(standing(own.statistics, rules, members), varied, step=step)
    return Step(names, county, found.requested, found, found.problems)


def _together(count: int, totals: Ints, name: str, wrong: dict[int, list[Finding]]) -> Step:
    """Return the step in which one number is shared out among all units."""
    return Step((name,), np.zeros(count, np.intp), totals[:, np.newaxis], None, wrong)
