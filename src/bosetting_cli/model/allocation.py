"""Who is asked for how many: steps 5 to 8 of docs/model.md, within each county if they come first.

Everything is made for D variations of the weights, the total, the number selected and the
minimum at once; an allocation is one of them, `draws` many.
"""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bosetting_cli.findings import Finding, finding
from bosetting_cli.model.counties import counties
from bosetting_cli.model.key import exact_quotas, quotas
from bosetting_cli.model.places import Question, apportioned, bounds
from bosetting_cli.model.selection import no_room, quantity, select
from bosetting_cli.model.standing import exact_key, field_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from fractions import Fraction

    from bosetting_cli.model.counties import CountyStep
    from bosetting_cli.model.exact import Floats, Ints, Mask, Numbers
    from bosetting_cli.model.places import Apportioned
    from bosetting_cli.model.selection import Tie
    from bosetting_cli.model.standing import Field, Standing, Variations
    from bosetting_cli.rules import Rules
    from bosetting_cli.statistics import Statistics


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
    problems: dict[int, list[Finding]]

    @functools.cached_property
    def contributions(self) -> Floats:
        """Places that each criterion gives before rounding, K × D × n; their sum is the quota."""
        found = np.zeros((len(self.parts[0].contributions), *self.quotas.shape))
        for part in self.parts:
            found[..., part.asked] = part.contributions
        return found


class Setting(NamedTuple):
    """What D variations are decided on: figures, rules, what varies, and what is compared."""

    statistics: Statistics
    rules: Rules
    varied: Variations
    field: Field

    def key(self, row: int, unit: int) -> Fraction:
        """Return what ranks a unit as a fraction."""
        return exact_key(self.field.own(row), self.rules, self.varied.written(row), unit)

    def quotas(self, row: int, units: Sequence[int], total: int) -> list[Fraction]:
        """Return the quotas of the selected among whom a total is shared out, as fractions."""
        return exact_quotas(self.field.own(row).amounts, self.varied.written(row), units, total)


def decide(
    statistics: Statistics,
    rules: Rules,
    own: Standing,
    varied: Variations,
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
        varied: What varies.
        field: What is compared; by default the standing itself.
        step: The counties' numbers; by default as the rules say.
        sub_groups: Share out all sub-groups; otherwise it is only seen that it can be done.
        certify: Keep the certificate of each row.
    """
    field = field_of(own, rules, varied) if field is None else field
    step = counties(statistics, rules, varied.totals) if step is None else step
    setting, shape = Setting(statistics, rules, varied, field), field.keys.shape
    problems = {row: [said] for row, said in step.problems.items()}
    for row, said in _beforehand(setting, own):
        problems.setdefault(row, []).append(said)
    low, high = bounds(rules, own.units, field.population, varied.minimums)
    selected, requested = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=np.int64)
    quota, parts = np.zeros(shape), []
    for index, name in enumerate(step.names):
        units, totals = np.flatnonzero(step.county == index), step.totals[:, index]
        take, chosen, ties = _chosen(setting, own, units, totals)
        asked = np.flatnonzero(chosen.any(axis=0))
        values = [value[..., asked] for value in field.values]
        places, nothing = quotas(values, chosen[:, asked], varied.weights, totals)
        selected[:, asked], quota[:, asked] = chosen[:, asked], places.sum(axis=0)
        wrong = dict(_without_room(setting, name, totals, chosen, low, nothing))
        ask = Question(quota, totals, low, high, rules.method, field.tie, setting.quotas, name)
        skip = {*step.problems, *wrong}
        seats, results, more = apportioned(ask, chosen, skip=skip, certify=certify)
        for row, said in {**wrong, **more}.items():
            problems.setdefault(row, []).append(said)
        requested[:, asked] = seats[:, asked]
        parts.append(Part(name, units, totals, take, tuple(ties), asked, places, results))
    found = Decision(own, step, tuple(parts), selected, quota, requested, low, high, {}, problems)
    shared = of_which(found, setting, every=sub_groups, certify=certify)
    return dataclasses.replace(found, of_which=shared)


def _beforehand(setting: Setting, own: Standing) -> Iterator[tuple[int, Finding]]:
    """Yield the rows that admit no allocation whoever is selected, and why."""
    counts, rules = setting.varied.counts, setting.rules
    for k, amount in enumerate(own.amounts):
        if len(own.eligible) > 1 and not amount.values.any():
            for row in np.flatnonzero(setting.varied.weights[:, k]).tolist():
                yield row, finding("nothing to share", criterion=amount.criterion.name)
    limit, least = rules.maximum.value if rules.maximum else None, setting.varied.minimums
    for row in np.flatnonzero(least > limit).tolist() if limit is not None else ():
        said = {"minimum": int(least[row])}
        yield row, finding("maximum below minimum", said, key="maximum.value")
    if counts is None or rules.counties or rules.select.list is not None:
        return
    able = np.count_nonzero(setting.field.keys > -np.inf, axis=1)
    for row in np.flatnonzero(counts > able).tolist():
        said = {"count": int(counts[row]), "eligible": int(able[row])}
        yield row, finding("too many to select", said, key="select.count")


def _chosen(
    setting: Setting, own: Standing, units: Ints, totals: Numbers
) -> tuple[Ints, Mask, list[Tie]]:
    """Take step 5 among some units: how many are selected, who is, and the ties that decided."""
    field, rule, counts = setting.field, setting.rules.select, setting.varied.counts
    keys, named = field.keys[:, units], own.included[units]
    eligible = keys > -np.inf
    able = np.count_nonzero(eligible, axis=1)
    chosen = np.zeros(field.keys.shape, dtype=bool)
    if rule.list is not None:
        chosen[:, units] = named & eligible
        return np.count_nonzero(chosen, axis=1), chosen, []
    if counts is None:
        each = {number: quantity(number, rule.share, None) for number in set(able.tolist())}
        counts = np.array([each[number] for number in able.tolist()])
    take = np.where(totals > 0, np.minimum(counts, able), 0)
    firsts: dict[str, list[int]] = {}
    for place, unit in enumerate(units.tolist() if rule.per_county else ()):
        firsts.setdefault(setting.statistics.municipalities[unit].fylke, []).append(place)
    found, ties = select(
        keys,
        take,
        named,
        {fylke: np.array(places) for fylke, places in firsts.items()},
        rule.per_county,
        lambda row, place: setting.key(row, int(units[place])),
        field.tie[..., units],
    )
    none = totals == 0  # a county that is asked for none: only who is named is selected
    found[none] = named & eligible[none]
    chosen[:, units] = found
    return take, chosen, [tie for tie in ties if not none[tie.row]]


def _without_room(
    setting: Setting, name: str, totals: Numbers, chosen: Mask, low: Numbers, nothing: Mask
) -> Iterator[tuple[int, Finding]]:
    """Yield the rows that admit no allocation among the selected of a county, and why.

    Args:
        setting: What is decided on.
        name: The county.
        totals: Its number, D.
        chosen: Who is selected, D × n.
        low: Minimums, D × n.
        nothing: Where a criterion has nothing to share out by, K × D.
    """
    for row in np.flatnonzero((low * chosen).sum(axis=1) > totals).tolist():
        yield row, no_room(low[row, chosen[row]].tolist(), int(totals[row]), name)
    for k, row in np.argwhere(nothing).tolist():
        yield row, finding("nothing to share", criterion=setting.rules.criteria[k].name)
    for row in np.flatnonzero(~chosen.any(axis=1) & (totals > 0)).tolist():
        words = "nobody to ask there" if name else "nobody to ask"
        yield row, finding(words, where=name, total=int(totals[row]))
    limit, units = setting.rules.maximum, setting.statistics.units
    if limit is not None and limit.per_1000 is not None:
        for row, unit in np.argwhere(chosen & np.isnan(setting.field.population)).tolist():
            said = {"names": (units[unit],)}
            yield row, finding("no people for limit", said, key="maximum.per_1000")


def of_which(
    decision: Decision, setting: Setting, *, every: bool, certify: bool
) -> dict[str, tuple[Numbers, Mapping[int, Apportioned]]]:
    """Share sub-groups out one after the other, never above anybody's own number (8).

    Args:
        decision: The numbers; rows in which there is no room are added to its problems.
        setting: What is decided on.
        every: Share out the last one as well, instead of only seeing that it can be done.
        certify: Keep the certificate of each row.
    """
    room, rules = decision.requested.copy(), setting.rules
    found: dict[str, tuple[Numbers, Mapping[int, Apportioned]]] = {}

    def exact(row: int, units: Sequence[int], _: int) -> list[Fraction]:
        places: dict[int, Fraction] = {}
        for part in decision.parts:
            chosen = part.units[decision.selected[row, part.units]].tolist()
            if chosen:
                own = setting.quotas(row, chosen, int(part.totals[row]))
                places.update(zip(chosen, own, strict=True))
        return [places[unit] for unit in units]

    for group in rules.of_which:
        able = decision.selected & decision.standing.able[group.name]
        most = room * able
        least, sums = np.minimum(most, group.minimum), most.sum(axis=1)
        short = (sums < group.value) | ~able.any(axis=1)
        for row in set(np.flatnonzero(short).tolist()) - set(decision.problems):
            said = {"name": group.name, "value": group.value, "room": int(sums[row])}
            decision.problems.setdefault(row, []).append(finding("no room", said, key="of_which"))
        skip = set(decision.problems)
        if group is rules.of_which[-1] and not every:
            skip.update(np.flatnonzero(least.sum(axis=1) <= group.value).tolist())
        totals = np.full(len(able), group.value)
        ask = Question(
            decision.quotas, totals, least, most, rules.method, setting.field.tie, exact, group.name
        )
        numbers, results, wrong = apportioned(ask, able, skip=skip, certify=certify)
        for row, problem in wrong.items():
            decision.problems.setdefault(row, []).append(problem)
        room -= numbers
        found[group.name] = numbers, results
    return found
