"""Who is asked for how many: steps 5 to 9 of docs/model.md.

Everything is made for D variations of the weights, the total, the number selected and the
minimum at once; an allocation is one of them, `draws` many.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from bosetting_cli.findings import Finding, finding
from bosetting_cli.model.exact import Array, Floats, Ints, Mask, Numbers
from bosetting_cli.model.key import quotas
from bosetting_cli.model.places import Apportioned, Limits, apportioned, bounds
from bosetting_cli.model.selection import Tie, select
from bosetting_cli.model.standing import Field, Standing, field_of, standing
from bosetting_cli.rules import Counties, Minimum, Rules, Select
from bosetting_cli.rules.naming import combined, given
from bosetting_cli.rules.variations import as_ruled

Problems = dict[int, list[Finding]]


@dataclass(frozen=True, eq=False)
class Part:
    """The units among which one number is shared out: all, or those of a county.

    Attributes:
        name: The county's name; empty if there is one for all.
        units: The eligible.
        totals: The number, D.
        take: How many the rules select, D.
        ties: Those that decided who is selected.
        asked: The units that are selected in one of the variations.
        chosen: Who of these is, D × asked.
        contributions: Places that each criterion gives them before rounding, K × D × asked.
        numbers: What they are asked for, D × asked.
        results: Row → apportionment.
    """

    name: str
    units: Ints
    totals: Numbers
    take: Ints
    ties: Sequence[Tie]
    asked: Ints
    chosen: Mask
    contributions: Floats
    numbers: Numbers
    results: Mapping[int, Apportioned]


@dataclass(frozen=True, eq=False)
class Step:
    """How many of the total each county is asked for.

    Attributes:
        names: The counties, in the order of the register.
        county: The index of each unit's county.
        totals: D × counties.
        key: What came of the counties' key, with the counties as units; None if there is none.
        problems: Row → why it has no numbers.
    """

    names: tuple[str, ...]
    county: Ints
    totals: Numbers
    key: Decision | None = None
    problems: Problems = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Decision:
    """Who is asked for how many, in D variations.

    Attributes:
        field: What was compared.
        step: The counties' numbers.
        parts: One for each number that is shared out.
        selected: D × n.
        quotas: Places before rounding, D × n.
        requested: D × n.
        low: Minimums, D × n.
        high: Maximums, n or D × n; None where there is no limit.
        of_which: Sub-group → D × n, and row → apportionment.
        problems: Row → why there is no allocation.
    """

    field: Field
    step: Step
    parts: Sequence[Part]
    selected: Mask
    quotas: Floats
    requested: Numbers
    low: Numbers
    high: Numbers | None
    of_which: dict[str, tuple[Numbers, Mapping[int, Apportioned]]]
    problems: Problems

    @functools.cached_property
    def contributions(self) -> Floats:
        """Places that each criterion gives before rounding, K × D × n; their sum is the quota."""
        found = np.zeros((len(self.field.values), *self.quotas.shape))
        for part in self.parts:
            found[..., part.asked] = part.contributions
        return found


def decide(
    field: Field, *, step: Step | None = None, sub_groups: bool = False, certify: bool = False
) -> Decision:
    """Take steps 5 to 9 in D variations.

    Args:
        field: What is compared.
        step: The counties' numbers; by default as the rules say.
        sub_groups: Share out all sub-groups; otherwise it is only seen that it can be done.
        certify: Keep the certificate of each row.
    """
    step = counties(field.own, field.varied.totals) if step is None else step
    problems = {row: list(said) for row, said in step.problems.items()}
    _add(problems, _beforehand(field))
    limits, shape = bounds(field), field.keys.shape
    parts = [
        _shared_out(field, step, index, limits, problems, certify=certify)
        for index in range(len(step.names))
    ]
    selected, requested = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=np.int64)
    found = Decision(
        field, step, parts, selected, np.zeros(shape), requested, *limits, {}, problems
    )
    for part in parts:
        selected[:, part.asked], requested[:, part.asked] = part.chosen, part.numbers
        found.quotas[:, part.asked] = part.contributions.sum(axis=0)
    of_which(found, every=sub_groups, certify=certify)
    return found


def _add(problems: Problems, said: Iterator[tuple[int, Finding]]) -> list[int]:
    """Add what is wrong with some rows, and return them."""
    rows = []
    for row, one in said:
        own = problems.setdefault(row, [])
        own += [one] if one not in own else []
        rows.append(row)
    return rows


def _beforehand(field: Field) -> Iterator[tuple[int, Finding]]:
    """Yield the rows that admit no allocation whoever is selected, and why."""
    own, varied, rules = field.own, field.varied, field.own.rules
    able, counts, least = len(own.eligible), varied.counts, varied.minimums
    for k, amount in enumerate(own.amounts):
        if able > 1 and not amount.values.any():
            for row in np.flatnonzero(varied.weights[:, k]).tolist():
                yield row, finding("nothing to share", criterion=rules.criteria[k].name)
    limit = rules.maximum.value if rules.maximum else None
    for row in np.flatnonzero(least > limit).tolist() if limit is not None else ():
        said = {"minimum": int(least[row])}
        yield row, finding("maximum below minimum", said, key="maximum.value")
    if counts is None or rules.counties or rules.select.list is not None:
        return
    for row in np.flatnonzero(counts > able).tolist():
        said = {"count": int(counts[row]), "eligible": able}
        yield row, finding("too many to select", said, key="select.count")


def _shared_out(
    field: Field, step: Step, index: int, limits: Limits, problems: Problems, *, certify: bool
) -> Part:
    """Take steps 5 to 7 among all, or in one county, and add to the problems."""
    own, varied, name = field.own, field.varied, step.names[index]
    units, totals = own.eligible[step.county[own.eligible] == index], step.totals[:, index]
    counts = varied.counts
    counts = counts if counts is None or counts.ndim == 1 else counts[:, index]
    take, chosen, ties = select(field, units, totals, counts)
    once = chosen.any(axis=0)
    asked, chosen = units[once], chosen[:, once]
    values = [value[..., asked] for value in field.values]
    places, nothing = quotas(values, chosen, varied.weights, totals)
    low = limits[0][:, asked] * chosen
    high = None if limits[1] is None else limits[1][..., asked] * chosen
    wrong = _add(problems, _without_room(field, name, totals, asked, chosen, low, nothing))
    numbers, results, more = apportioned(
        field,
        asked,
        chosen,
        places.sum(axis=0),
        totals,
        (low, high),
        lambda row, own: field.exact_quotas(row, own, int(totals[row])),
        skip={*step.problems, *wrong},
        certify=certify,
    )
    where = f"{name}: " if name else ""
    _add(problems, ((row, Finding(where + said)) for row, said in more.items()))
    return Part(name, units, totals, take, ties, asked, chosen, places, numbers, results)


def _without_room(
    field: Field, name: str, totals: Numbers, asked: Ints, chosen: Mask, low: Numbers, nothing: Mask
) -> Iterator[tuple[int, Finding]]:
    """Yield the rows that admit no allocation among the selected of a county, and why.

    Args:
        field: What is decided on.
        name: The county.
        totals: Its number, D.
        asked: Who is selected in one of the rows.
        chosen: Who is selected, D × asked.
        low: Minimums, likewise.
        nothing: Where a criterion has nothing to share out by, K × D.
    """
    own = field.own
    for row in np.flatnonzero(low.sum(axis=1) > totals).tolist():
        yield row, no_room(low[row, chosen[row]].tolist(), int(totals[row]), name)
    for k, row in np.argwhere(nothing).tolist():
        yield row, finding("nothing to share", criterion=own.rules.criteria[k].name)
    for row in np.flatnonzero(~chosen.any(axis=1) & (totals > 0)).tolist():
        words = "nobody to ask there" if name else "nobody to ask"
        yield row, finding(words, where=name, total=int(totals[row]))
    if own.rules.maximum and own.rules.maximum.per_1000 is not None:
        for row, place in np.argwhere(chosen & np.isnan(field.population[..., asked])).tolist():
            said = {"names": (own.units[asked[place]],)}
            yield row, finding("no people for limit", said, key="maximum.per_1000")


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
    return finding(words, where=place, count=count, needed=sum(minimums), total=total, room=room)


def of_which(decision: Decision, *, every: bool, certify: bool) -> None:
    """Share sub-groups out one after the other, never above anybody's own number (8).

    Args:
        decision: The numbers; sub-groups are added, and rows in which there is no room for them
            to its problems.
        every: Share out the last one as well, instead of only seeing that it can be done.
        certify: Keep the certificate of each row.
    """
    field, problems, room = decision.field, decision.problems, decision.requested.copy()

    def exact(row: int, units: Ints) -> Array:
        places = np.zeros(len(field.own.units), dtype=object)
        for part in decision.parts:
            own = part.asked[part.chosen[row]]
            places[own] = field.exact_quotas(row, own, int(part.totals[row])) if own.size else 0
        return places[units]

    for group in field.own.rules.of_which:
        units = np.flatnonzero(field.own.able[group.name] & decision.selected.any(axis=0))
        able = decision.selected[:, units]
        most = room[:, units] * able
        least, sums = np.minimum(most, group.minimum), most.sum(axis=1)
        short = np.flatnonzero((sums < group.value) | ~able.any(axis=1))
        for row in set(short.tolist()) - set(problems):
            said = {"name": group.name, "value": group.value, "room": int(sums[row])}
            problems[row] = [finding("no room", said, key="of_which")]
        skip = set(problems)
        if group is field.own.rules.of_which[-1] and not every:
            skip.update(np.flatnonzero(least.sum(axis=1) <= group.value).tolist())
        quota, totals = decision.quotas[:, units] * able, np.full(len(able), group.value)
        numbers, results, wrong = apportioned(
            *(field, units, able, quota, totals, (least, most), exact), skip=skip, certify=certify
        )
        _add(problems, ((r, Finding(f"{group.name}: {said}")) for r, said in wrong.items()))
        room[:, units] -= numbers
        shared = np.zeros_like(room)
        shared[:, units] = numbers
        decision.of_which[group.name] = shared, results


def counties(own: Standing, totals: Numbers) -> Step:
    """Share the total out among counties (9).

    The numbers are given by the rules, or apportioned by a key of the counties' own: the same
    steps on the figures that their municipalities have together. Without `counties` in the
    rules there is one, all municipalities, whose name is empty.

    Args:
        own: Steps 0 to 4 of the rules.
        totals: What is shared out, D.

    Raises:
        AllocationError: A county is unknown, or lacks a number or a figure.
    """
    first, everyone = own.rules.counties, own.statistics.municipalities
    if first is None:
        return Step(("",), np.zeros(len(own.units), np.intp), totals[:, np.newaxis])
    county_of = combined(everyone, first.combine)
    names = tuple(dict.fromkeys(county_of))
    county = np.array([names.index(name) for name in county_of])
    if not first.criteria:
        numbers = np.array(given(first.totals, names))
        off = np.flatnonzero(totals != numbers.sum()).tolist()
        both = ((row, {"sum": int(numbers.sum()), "total": int(totals[row])}) for row in off)
        wrong = {row: [finding("county sums", said)] for row, said in both}
        return Step(names, county, np.tile(numbers, (len(totals), 1)), problems=wrong)
    pairs = list(zip(own.units, county_of, strict=True))
    members = {name: [unit for unit, its in pairs if its == name] for name in names}
    key = standing(own.statistics, _of_counties(own.rules, first), members)
    varied = dataclasses.replace(as_ruled(key.rules).rows([0] * len(totals)), totals=totals)
    among = Step(("the counties",), np.zeros(len(names), np.intp), totals[:, np.newaxis])
    found = decide(field_of(key, varied), step=among)
    needed = first.minimum * len(names)
    for row in np.flatnonzero(needed > totals).tolist():
        total, each = int(totals[row]), {"minimum": first.minimum, "count": len(names)}
        room = {"needed": needed, "total": total, "room": total // len(names)}
        said = finding("county minimums too high", each | room, key="counties.minimum")
        found.problems[row] = [said]
    return Step(names, county, found.requested, found, found.problems)


def _of_counties(rules: Rules, first: Counties) -> Rules:
    """Return the rules by which all counties share the total out: by a key of their own."""
    replace = msgspec.structs.replace
    whole = ("error" if c.missing == "exclude" else c.missing for c in first.criteria)
    key = (replace(c, missing=m) for c, m in zip(first.criteria, whole, strict=True))
    least, chosen = Minimum(value=first.minimum), Select()
    rules = replace(rules, criteria=tuple(key), minimum=least, maximum=None, select=chosen)
    return replace(rules, eligible=(), exclude=(), of_which=(), counties=None)
