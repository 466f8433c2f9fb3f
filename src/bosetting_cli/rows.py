"""A decision laid out: a row per municipality, and what must be said beside them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bosetting_cli import selection
from bosetting_cli.apportionment import binding
from bosetting_cli.criteria import late_years
from bosetting_cli.decision import maximum, minimum
from bosetting_cli.result import NOT_ELIGIBLE, NOT_SELECTED, SELECTED, Group, Note, Row
from bosetting_cli.selection import condition_text
from bosetting_cli.statistics import year_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bosetting_cli.apportionment import Apportionment
    from bosetting_cli.criteria import Measured
    from bosetting_cli.decision import Decision
    from bosetting_cli.rules import Rules
    from bosetting_cli.statistics import Municipality, Statistics


def allocation_rows(statistics: Statistics, rules: Rules, decision: Decision) -> tuple[Row, ...]:
    """Return every municipality: the eligible by rank, then the others by kommunenummer."""
    layout = _Layout(rules, decision)
    rows = [layout.row(m) for m in statistics.municipalities]
    return tuple(sorted(rows, key=lambda row: (row.rank or math.inf, row.kommunenummer)))


class _Layout:
    """What the rows are made of, by unit."""

    def __init__(self, rules: Rules, decision: Decision) -> None:
        self.rules, self.decision = rules, decision
        standing = decision.standing
        order = selection.rank(standing.keys, standing.populations)
        self.ranks = {unit: place for place, unit in enumerate(order, 1)}
        self.places = {
            unit: (group, place)
            for group in decision.groups
            for place, unit in enumerate(group.selection.ranking, 1)
        }
        self.of_which: dict[str, dict[str, int]] = {}
        for name, (units, result) in decision.sub_groups.items():
            for unit, number in zip(units, map(int, result.seats), strict=True):
                self.of_which.setdefault(unit, {})[name] = number
        self.bound: dict[str, tuple[bool, bool]] = {}
        for group in decision.groups:
            self.bound |= _bounds(group, rules, decision)

    def row(self, m: Municipality) -> Row:
        """Lay one municipality out."""
        unit, decision, standing = m.kommunenummer, self.decision, self.decision.standing
        asked, eligible = unit in decision.requested, unit in self.places
        quota = decision.quotas.get(unit)
        total = self.rules.total.value
        people = standing.populations.get(unit)
        at_minimum, at_maximum = self.bound.get(unit, (False, False))
        return Row(
            rank=self.ranks.get(unit),
            kommunenummer=unit,
            municipality=m.municipality,
            fylke=m.fylke,
            group=decision.county_step.county_of[unit] if decision.county_step else "",
            population=None if people is None else round(people),
            status=SELECTED if asked else NOT_SELECTED if eligible else NOT_ELIGIBLE,
            reason=self.reason(unit),
            share=standing.composite.get(unit) if quota is None else quota / total,
            quota=quota,
            requested=decision.requested.get(unit, 0),
            minimum=minimum(self.rules, unit),
            maximum=maximum(self.rules, unit, standing.populations),
            at_minimum=at_minimum,
            at_maximum=at_maximum,
            contributions={n: c[unit] for n, c in decision.contributions.items() if unit in c},
            of_which=self.of_which.get(unit, {}),
            figures={n: x.figures[unit] for n, x in standing.measured.items()},
            shares={n: s[unit] for n, s in standing.shares.items() if unit in s},
        )

    def reason(self, unit: str) -> str:
        """Return why a municipality is asked or not, where the rank alone does not say."""
        if unit not in self.places:
            return self.decision.standing.reasons[unit]
        group, place = self.places[unit]
        chosen, listed = group.selection, self.rules.select.list is not None
        if unit in self.decision.requested:
            return chosen.reasons.get(unit, "on the list" if listed else "")
        if listed:
            return "not on the list"
        where = f" in {group.name}" if group.name else ""
        return f"rank {place} of {len(chosen.ranking)}{where}; {chosen.count} are asked"


def _bounds(group: Group, rules: Rules, decision: Decision) -> dict[str, tuple[bool, bool]]:
    """Return for each selected unit whether its minimum and its maximum bind."""
    if group.apportionment is None:
        return {}
    low, high = binding(
        group.apportionment,
        group.exact or [decision.quotas[unit] for unit in group.units],
        [minimum(rules, unit) for unit in group.units],
        [maximum(rules, unit, decision.standing.populations) for unit in group.units],
    )
    return dict(zip(group.units, zip(low, high, strict=True), strict=True))


def allocation_notes(statistics: Statistics, rules: Rules, decision: Decision) -> Iterator[Note]:
    """Yield what must be said: repaired data, hindsight, imputed figures, ties."""
    yield from statistics_notes(statistics)
    names = {m.kommunenummer: m.municipality for m in statistics.municipalities}
    eligible = set(decision.standing.composite)
    for name, m in decision.standing.measured.items():
        yield from _figure_notes(name, m, eligible, names, rules)
    for name, m in decision.county_step.measured.items() if decision.county_step else ():
        counties = {unit: unit for unit in m.figures}
        yield from _figure_notes(f"counties: {name}", m, set(counties), counties, rules)
    yield from _late_conditions(statistics, rules)
    yield from _more_than_selected(decision)
    for group in decision.groups:
        yield from _ties(group.selection.tied, group.apportionment, group.units, names)
    for units, result in decision.sub_groups.values():
        yield from _ties(((), ()), result, units, names)


def statistics_notes(statistics: Statistics) -> Iterator[Note]:
    """Yield what was repaired, assumed or carried over in reading the statistics."""
    for problem in statistics.notes:
        kind = "data" if problem.severity in ("error", "warning") else problem.severity
        yield Note(kind, str(problem))


def _more_than_selected(decision: Decision) -> Iterator[Note]:
    """Say where more are asked than the rules select, because names or counties require it."""
    for group in decision.groups:
        extra = len(group.units) - group.selection.count
        if extra > 0 and group.total:
            where = f" in {group.name}" if group.name else ""
            what = f"{len(group.units)} are asked{where}, {extra} more than the rules select"
            yield Note("by name", f"{what}: so many are included by name, or the first of a fylke")


def _late_conditions(statistics: Statistics, rules: Rules) -> Iterator[Note]:
    """Say which conditions use figures of a later day than the rules' own."""
    for condition in (*rules.eligible, *(g.among for g in rules.of_which if g.among)):
        column = statistics.column(condition.indicator)
        if late := late_years([column], condition.years, rules.as_of):
            what = f"the condition “{condition_text(condition)}” uses figures of {year_list(late)}"
            yield Note("hindsight", f"{what}, after {rules.as_of}")


def _figure_notes(
    name: str, m: Measured, eligible: set[str], names: Mapping[str, str], rules: Rules
) -> Iterator[Note]:
    if m.hindsight:
        yield Note(
            "hindsight", f"{name} uses figures of {year_list(m.hindsight)}, after {rules.as_of}"
        )
    imputed = [names[u] for u, f in m.figures.items() if f.imputed and u in eligible]
    if imputed:
        few = imputed if len(imputed) <= 3 else [f"{len(imputed)} eligible municipalities"]
        value = f"{m.national:.1%}" if m.criterion.scale_by else f"{m.national:g}"
        what = f"{name}: no published figure for {', '.join(few)}; the national {value} stands"
        yield Note("imputed", what)


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
