"""The way from statistics and rules to requests, step by step (docs/model.md, section 2)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bosetting_cli import criteria, selection
from bosetting_cli.apportionment import Apportionment, apportion, verify
from bosetting_cli.apportionment.binding import binding
from bosetting_cli.counties import county_totals
from bosetting_cli.errors import AllocationError, BosettingError, Problem
from bosetting_cli.names import find_municipality
from bosetting_cli.result import (
    NOT_ELIGIBLE,
    NOT_SELECTED,
    SELECTED,
    Allocation,
    Group,
    Note,
    Row,
)
from bosetting_cli.statistics import year_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bosetting_cli.rules import Rules, SubGroup
    from bosetting_cli.statistics import Statistics

PerCriterion = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the eligible before anybody is selected.

    Attributes:
        measured: Criterion → figures of all units.
        populations: Unit → persons.
        reasons: Unit → why it is not eligible.
        included: Units that the rules select by name.
        normalised: Criterion → eligible unit → normalised figure.
        amounts: Criterion → eligible unit → what its share is proportional to.
        shares: Criterion → eligible unit → share among the eligible.
        keys: Eligible unit → what it is ranked by.
        composite: Eligible unit → composite share.
    """

    measured: Mapping[str, criteria.Measured]
    populations: Mapping[str, float]
    reasons: Mapping[str, str]
    included: frozenset[str]
    normalised: PerCriterion
    amounts: PerCriterion
    shares: PerCriterion
    keys: Mapping[str, float]
    composite: Mapping[str, float]


def allocate(statistics: Statistics, rules: Rules) -> Allocation:
    """Share the total out among municipalities by the rules.

    Args:
        statistics: Figures of all municipalities, from `load_statistics`.
        rules: Rules, from `load_rules`.

    Returns:
        A row per municipality; the requests of the selected sum exactly to the total.

    Raises:
        DataError: The statistics lack what the rules ask for.
        AllocationError: No allocation meets the rules; the message says by how much they miss.
    """
    standing = standings(statistics, rules)
    groups = _groups(statistics, rules, standing)
    contributions: PerCriterion = {c.name: {} for c in rules.criteria}
    finished = [_share_out(group, rules, standing, contributions) for group in groups]
    requested = {unit: n for group in finished for unit, n in _seats(group).items()}
    sub_groups = {
        group.name: _of_which(group, statistics, rules, standing, contributions, requested)
        for group in rules.of_which
    }
    rows = _rows(statistics, rules, standing, finished, contributions, sub_groups)
    return Allocation(
        rules,
        rows,
        tuple(finished),
        sub_groups,
        standing.measured,
        statistics.inputs,
        tuple(_notes(statistics, rules, standing, finished, sub_groups)),
    )


def standings(statistics: Statistics, rules: Rules) -> Standing:
    """Take steps 1 to 4: figures, who is eligible, shares, and the ranking's keys."""
    measured = {c.name: criteria.measure(statistics, c, rules.as_of) for c in rules.criteria}
    populations = _populations(statistics, rules)
    included = frozenset(resolve(statistics, rules.select.include, "select.include"))
    reasons = selection.eligibility(
        statistics,
        rules.eligible,
        rules.as_of,
        excluded=resolve(statistics, rules.exclude, "exclude"),
        without_figure=_without_figure(measured),
    )
    listed = rules.select.list
    if isinstance(listed, tuple):
        included |= frozenset(resolve(statistics, listed, "select.list"))
    reasons = {u: r for u, r in reasons.items() if u not in included or r.startswith("no figure")}
    _refuse_without_figure(included & set(reasons), reasons)
    eligible = [unit for unit in statistics.units if unit not in reasons]
    if not eligible:
        raise AllocationError(Problem("no municipality is eligible", hint="see `eligible`"))
    _refuse_missing(measured, eligible)
    normalised, amounts = _amounts(statistics, rules, measured, eligible)
    shares = {name: criteria.shares(amount, name) for name, amount in amounts.items()}
    composite = {
        u: math.fsum(c.weight * shares[c.name][u] for c in rules.criteria) for u in eligible
    }
    keys = _keys(rules, shares, normalised, composite)
    return Standing(
        measured, populations, reasons, included, normalised, amounts, shares, keys, composite
    )


def resolve(statistics: Statistics, names: Iterable[str], key: str) -> list[str]:
    """Return the kommunenummer of municipalities given by name or number.

    Raises:
        AllocationError: Some are unknown or ambiguous; all of them are listed.
    """
    units, problems = [], []
    for name in names:
        try:
            units.append(find_municipality(name, statistics.municipalities).kommunenummer)
        except BosettingError as error:
            problems += [Problem(p.message, key=key, hint=p.hint) for p in error.problems]
    if problems:
        raise AllocationError(problems)
    return units


def _populations(statistics: Statistics, rules: Rules) -> dict[str, float]:
    column = statistics.column("population")
    year = column.newest(rules.as_of)
    return {u: v for u in statistics.units if (v := column.value(u, year)) is not None}


def _without_figure(measured: Mapping[str, criteria.Measured]) -> dict[str, list[str]]:
    result: dict[str, list[str]] = {}
    for name, m in measured.items():
        if m.criterion.missing == "exclude":
            for unit, figure in m.figures.items():
                if figure.raw is None:
                    result.setdefault(unit, []).append(name)
    return result


def _refuse_without_figure(units: Iterable[str], reasons: Mapping[str, str]) -> None:
    if problems := [
        Problem(f"{u} is included by name but has {reasons[u]}") for u in sorted(units)
    ]:
        raise AllocationError(problems)


def _refuse_missing(measured: Mapping[str, criteria.Measured], eligible: Sequence[str]) -> None:
    problems = []
    for name, m in measured.items():
        if gaps := [unit for unit in eligible if m.figures[unit].value is None]:
            what = f"{name}: no figure for {len(gaps)} eligible: {', '.join(gaps)}"
            hint = "say `missing: national` or `missing: exclude`, or smooth the rate"
            problems.append(Problem(what, key=f"criteria.{name}.missing", hint=hint))
    if problems:
        raise AllocationError(problems)


def _amounts(
    statistics: Statistics,
    rules: Rules,
    measured: Mapping[str, criteria.Measured],
    eligible: Sequence[str],
) -> tuple[PerCriterion, PerCriterion]:
    normalised: PerCriterion = {}
    amounts: PerCriterion = {}
    for c in rules.criteria:
        values = {u: m for u in eligible if (m := measured[c.name].figures[u].value) is not None}
        normalised[c.name] = criteria.normalise(values, c)
        sizes = _sizes(statistics, c.scale_by, rules, eligible) if c.scale_by else None
        exponent = rules.size_exponent.value if c.size_exponent is None else c.size_exponent
        amounts[c.name] = criteria.amounts(normalised[c.name], sizes, exponent)
    return normalised, amounts


def _sizes(
    statistics: Statistics, name: str, rules: Rules, eligible: Sequence[str]
) -> dict[str, float]:
    column = statistics.column(name)
    year = column.newest(rules.as_of)
    values = {unit: column.value(unit, year) for unit in eligible}
    if gaps := [unit for unit, value in values.items() if value is None]:
        what = f"`{name}` has no figure for {', '.join(gaps)}, so nothing can be scaled by it"
        raise AllocationError(Problem(what, column.table, column=name))
    return {unit: value for unit, value in values.items() if value is not None}


def _keys(
    rules: Rules, shares: PerCriterion, normalised: PerCriterion, composite: Mapping[str, float]
) -> Mapping[str, float]:
    by = rules.select.by
    if by == "share":
        return composite
    if by != "score":
        return shares[by]
    rates = [c for c in rules.criteria if c.scale_by]
    return {u: math.fsum(c.weight * normalised[c.name][u] for c in rates) for u in composite}


def _groups(statistics: Statistics, rules: Rules, standing: Standing) -> list[Group]:
    """Take step 5, within each county if counties come first: who is selected."""
    fylker = {m.kommunenummer: m.fylke for m in statistics.municipalities}
    if rules.counties is None:
        names = dict.fromkeys(fylker, "")
        totals = {"": rules.total.value}
    else:
        totals, names = county_totals(statistics, rules)
    groups = []
    for name, total in totals.items():
        ranking = selection.rank(
            {u: k for u, k in standing.keys.items() if names[u] == name}, standing.populations
        )
        chosen = _select(ranking, rules, standing, fylker)
        if not chosen.selected and total:
            what = f"{name or 'the country'}: {total} to settle, but no municipality is eligible"
            raise AllocationError(Problem(what))
        units = selection.rank(
            {unit: standing.populations.get(unit, 0.0) for unit in chosen.selected}, {}
        )
        people = [p for u, p in standing.populations.items() if names[u] == name]
        groups.append(Group(name, total, chosen, units, None, round(math.fsum(people))))
    return groups


def _select(
    ranking: Sequence[str], rules: Rules, standing: Standing, fylker: Mapping[str, str]
) -> selection.Selection:
    chosen = rules.select
    if chosen.list is not None:
        listed = tuple(unit for unit in ranking if unit in standing.included)
        return selection.Selection(tuple(ranking), listed, len(listed))
    count = selection.quantity(len(ranking), chosen.share, chosen.count)
    return selection.select(
        ranking,
        standing.keys,
        count,
        include=standing.included,
        groups=fylker,
        per_group=chosen.per_county,
    )


def _share_out(
    group: Group, rules: Rules, standing: Standing, contributions: PerCriterion
) -> Group:
    """Take step 6 for one group: contributions, which are recorded, and whole numbers."""
    if not group.units:
        return group
    for c in rules.criteria:
        amount = {unit: standing.amounts[c.name][unit] for unit in group.units}
        share = criteria.shares(amount, c.name) if c.weight else dict.fromkeys(amount, 0.0)
        contributions[c.name] |= criteria.contributions(share, c.weight, group.total)
    quotas = [_quota(unit, contributions) for unit in group.units]
    minimums = {unit: _minimum(rules, unit) for unit in group.units}
    selection.check_room(group.units, minimums, group.total, group.name)
    maximums = [_maximum(rules, unit, standing.populations) for unit in group.units]
    result = _apportioned(quotas, group.total, rules.method, list(minimums.values()), maximums)
    return Group(group.name, group.total, group.selection, group.units, result, group.population)


def _apportioned(
    quotas: Sequence[float],
    house_size: int,
    method: str,
    minimums: Sequence[int],
    maximums: Sequence[int | None],
) -> Apportionment:
    """Apportion and verify: a result that fails is a bug report, never an output."""
    try:
        result = apportion(quotas, house_size, method=method, minimums=minimums, maximums=maximums)
    except ValueError as error:
        raise AllocationError(Problem(str(error))) from None
    verify(
        quotas,
        result.seats,
        house_size,
        method=method,
        divisor=result.divisor,
        minimums=minimums,
        maximums=maximums,
    )
    return result


def _quota(unit: str, contributions: PerCriterion) -> float:
    return math.fsum(by_unit[unit] for by_unit in contributions.values())


def _minimum(rules: Rules, unit: str) -> int:
    return max(rules.minimum.value, rules.minimum.by_municipality.get(unit, 0))


def _maximum(rules: Rules, unit: str, populations: Mapping[str, float]) -> int | None:
    limit = rules.maximum
    if limit is None:
        return None
    limits = [limit.value] if limit.value is not None else []
    if limit.per_1000 is not None:
        limits.append(math.floor(limit.per_1000 * populations.get(unit, 0.0) / 1000))
    return max(min(limits), _minimum(rules, unit)) if limits else None


def _seats(group: Group) -> dict[str, int]:
    if group.apportionment is None:
        return {}
    return dict(zip(group.units, map(int, group.apportionment.seats), strict=True))


def _of_which(
    group: SubGroup,
    statistics: Statistics,
    rules: Rules,
    standing: Standing,
    contributions: PerCriterion,
    requested: Mapping[str, int],
) -> tuple[tuple[str, ...], Apportionment]:
    """Take step 7: share a sub-group out among those that can receive it."""
    able = set(requested)
    if group.among is not None:
        met = selection.meets(statistics, group.among, rules.as_of)
        able = {unit for unit in requested if met[unit][0]}
    people = {unit: standing.populations.get(unit, 0.0) for unit in able}
    units = selection.rank(people, {})
    room = sum(requested[unit] for unit in units)
    if room < group.value or not units:
        what = f"{group.name}: {group.value} to settle, but those that can receive them are asked"
        raise AllocationError(Problem(f"{what} for {room} in all", key="of_which"))
    quotas = [_quota(unit, contributions) for unit in units]
    most = [requested[unit] for unit in units]
    least = [min(group.minimum, n) for n in most]
    return units, _apportioned(quotas, group.value, rules.method, least, most)


def _rows(
    statistics: Statistics,
    rules: Rules,
    standing: Standing,
    groups: Sequence[Group],
    contributions: PerCriterion,
    sub_groups: Mapping[str, tuple[tuple[str, ...], Apportionment]],
) -> tuple[Row, ...]:
    of_which: dict[str, dict[str, int]] = {}
    for name, (units, result) in sub_groups.items():
        for unit, number in zip(units, map(int, result.seats), strict=True):
            of_which.setdefault(unit, {})[name] = number
    ranks = _ranks(standing)
    places = {unit: group for group in groups for unit in group.selection.ranking}
    seats = {unit: n for group in groups for unit, n in _seats(group).items()}
    bound: dict[str, tuple[bool, bool]] = {}
    for finished in groups:
        bound |= _bounds(finished, rules, standing, contributions)
    rows = []
    for m in statistics.municipalities:
        unit = m.kommunenummer
        group = places.get(unit)
        asked = unit in seats
        eligible = group is not None
        quota = _quota(unit, contributions) if asked else None
        share = quota / rules.total.value if quota is not None else standing.composite.get(unit)
        at_minimum, at_maximum = bound.get(unit, (False, False))
        people = standing.populations.get(unit)
        rows.append(
            Row(
                rank=ranks.get(unit),
                kommunenummer=unit,
                municipality=m.municipality,
                fylke=m.fylke,
                group=group.name if group else "",
                population=None if people is None else round(people),
                status=SELECTED if asked else NOT_SELECTED if eligible else NOT_ELIGIBLE,
                reason=_reason(unit, group, standing, asked, rules),
                share=share,
                quota=quota,
                requested=seats.get(unit, 0),
                minimum=_minimum(rules, unit),
                maximum=_maximum(rules, unit, standing.populations),
                at_minimum=at_minimum,
                at_maximum=at_maximum,
                contributions={n: c[unit] for n, c in contributions.items() if unit in c},
                of_which=of_which.get(unit, {}),
                figures={n: x.figures[unit] for n, x in standing.measured.items()},
                shares={n: s[unit] for n, s in standing.shares.items() if unit in s},
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.rank or math.inf, row.kommunenummer)))


def _ranks(standing: Standing) -> dict[str, int]:
    order = selection.rank(standing.keys, standing.populations)
    return {unit: place for place, unit in enumerate(order, 1)}


def _bounds(
    group: Group, rules: Rules, standing: Standing, contributions: PerCriterion
) -> dict[str, tuple[bool, bool]]:
    """Return for each selected unit whether its minimum and its maximum bind."""
    if group.apportionment is None:
        return {}
    low, high = binding(
        group.apportionment,
        [_quota(unit, contributions) for unit in group.units],
        [_minimum(rules, unit) for unit in group.units],
        [_maximum(rules, unit, standing.populations) for unit in group.units],
    )
    return dict(zip(group.units, zip(low, high, strict=True), strict=True))


def _reason(unit: str, group: Group | None, standing: Standing, asked: bool, rules: Rules) -> str:
    if group is None:
        return standing.reasons[unit]
    chosen = group.selection
    if asked:
        listed = "on the list" if rules.select.list is not None else ""
        return chosen.reasons.get(unit, listed)
    if rules.select.list is not None:
        return "not on the list"
    place = chosen.ranking.index(unit) + 1
    where = f" in {group.name}" if group.name else ""
    return f"rank {place} of {len(chosen.ranking)}{where}; {chosen.count} are asked"


def _notes(
    statistics: Statistics,
    rules: Rules,
    standing: Standing,
    groups: Sequence[Group],
    sub_groups: Mapping[str, tuple[tuple[str, ...], Apportionment]],
) -> Iterable[Note]:
    yield from (Note("repair", str(problem)) for problem in statistics.notes)
    names = {m.kommunenummer: m.municipality for m in statistics.municipalities}
    eligible = set(standing.composite)
    for name, m in standing.measured.items():
        if m.hindsight:
            what = f"{name} uses figures of {year_list(m.hindsight)}, after {rules.as_of}"
            yield Note("hindsight", what)
        imputed = [names[u] for u, f in m.figures.items() if f.imputed and u in eligible]
        if imputed:
            few = imputed if len(imputed) <= 3 else [f"{len(imputed)} eligible municipalities"]
            value = f"{m.national:.1%}" if m.criterion.scale_by else f"{m.national:g}"
            what = f"{name}: no published figure for {', '.join(few)}; the national {value} stands"
            yield Note("imputed", what)
    for group in groups:
        yield from _ties(group.selection.tied, group.apportionment, group.units, names)
    for units, result in sub_groups.values():
        yield from _ties(((), ()), result, units, names)


def _ties(
    cut: tuple[tuple[str, ...], tuple[str, ...]],
    result: Apportionment | None,
    units: Sequence[str],
    names: Mapping[str, str],
) -> Iterable[Note]:
    rule = "larger population, then lower kommunenummer, goes first"
    if cut[1]:
        first, second = (", ".join(names[u] for u in side) for side in cut)
        yield Note("tie", f"equal at the cut: {first} asked, {second} not ({rule})")
    for winners, losers in result.ties if result else ():
        first, second = (", ".join(names[units[i]] for i in side) for side in (winners, losers))
        yield Note("tie", f"equal claim to the last place: {first} before {second} ({rule})")
