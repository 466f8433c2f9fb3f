"""The first of two steps: how many of the total each county is asked for (docs/model.md, 9)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from bosetting_cli.findings import AllocationError, Finding, did_you_mean, finding
from bosetting_cli.model.figures import measure
from bosetting_cli.model.key import exact_quotas, quotas, weights_as_written
from bosetting_cli.model.places import Question, apportioned
from bosetting_cli.model.standing import amounts_of, newest, ties_by

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from bosetting_cli.model.exact import Floats, Ints, Numbers
    from bosetting_cli.model.figures import Figures
    from bosetting_cli.model.places import Apportioned
    from bosetting_cli.rules import Counties, Rules
    from bosetting_cli.statistics import Statistics


@dataclass(frozen=True, eq=False)
class CountyStep:
    """How many of the total each county is asked for.

    Attributes:
        names: The counties, in the order of the register.
        county: The index of each unit's county.
        totals: D × counties.
        contributions: Criterion of the counties' key → D × counties; empty if numbers are given.
        figures: The counties' figures, by criterion of their key.
        results: Row → the apportionment among the counties, where there is one of its own.
        problems: Row → why it has no numbers.
    """

    names: tuple[str, ...]
    county: Ints
    totals: Numbers
    contributions: Mapping[str, Floats] = field(default_factory=dict)
    figures: tuple[Figures, ...] = ()
    results: Mapping[int, Apportioned] = field(default_factory=dict)
    problems: Mapping[int, Finding] = field(default_factory=dict)


def counties(statistics: Statistics, rules: Rules, totals: Numbers) -> CountyStep:
    """Share the total out among counties (9).

    The numbers are given by the rules, or apportioned by a key of the counties' own: the same
    steps on the figures that their municipalities have together. Without `counties` in the
    rules there is one, all municipalities, whose name is empty.

    Args:
        statistics: The figures of all municipalities.
        rules: The rules.
        totals: What is shared out, D.

    Raises:
        AllocationError: A county is unknown, or lacks a number or a figure.
    """
    first = rules.counties
    if first is None:
        return CountyStep(("",), np.zeros(len(statistics.units), np.intp), totals[:, np.newaxis])
    county_of = _combined(statistics, first)
    names = tuple(dict.fromkeys(county_of))
    county = np.array([names.index(name) for name in county_of])
    if first.criteria:
        return _by_key(statistics, rules, first, names, county, totals)
    given = np.array(_given(first.totals, names))
    wrong = {
        int(row): finding("county sums", sum=int(given.sum()), total=int(totals[row]))
        for row in np.flatnonzero(totals != given.sum())
    }
    return CountyStep(names, county, np.tile(given, (len(totals), 1)), problems=wrong)


def _combined(statistics: Statistics, first: Counties) -> list[str]:
    """Return each unit's county. One that the statistics have combined needs no combining."""
    fylker = {m.fylke for m in statistics.municipalities}
    into: dict[str, str] = {}
    problems = []
    for name, parts in first.combine.items():
        if name in fylker and not fylker & set(parts):
            continue
        for part in parts:
            if part not in fylker:
                said = finding("no county", key="counties.combine", name=part)
                problems.append(dataclasses.replace(said, hint=did_you_mean(part, fylker)))
            into[part] = name
    if problems:
        raise AllocationError(problems)
    return [into.get(m.fylke, m.fylke) for m in statistics.municipalities]


def _given(totals: Mapping[str, int], names: Sequence[str]) -> list[int]:
    key = "counties.totals"
    problems = [
        finding("no county among", key=key, name=name, known=tuple(names))
        for name in totals
        if name not in names
    ]
    problems += [
        finding("county without number", key=key, name=name) for name in names if name not in totals
    ]
    if problems:
        raise AllocationError(problems)
    return [totals[name] for name in names]


def _by_key(
    statistics: Statistics,
    rules: Rules,
    first: Counties,
    names: tuple[str, ...],
    county: Ints,
    totals: Numbers,
) -> CountyStep:
    """Take steps 1, 3, 4, 6 and 7 with the counties as units, all of them eligible and selected."""
    members = tuple(
        tuple(statistics.units[unit] for unit in np.flatnonzero(county == index))
        for index in range(len(names))
    )
    everyone = np.arange(len(names))
    alone = tuple((unit,) for unit in statistics.units)
    people = newest(statistics.column("population"), rules, alone)
    own = [measure(statistics, c, rules.as_of, members) for c in first.criteria]
    _refuse_lacking(own, names)
    tie = ties_by(np.bincount(county, np.nan_to_num(people)).astype(float))
    found = amounts_of(statistics, rules, own, everyone, tie)
    weights = np.tile([c.weight for c in first.criteria], (len(totals), 1))
    all_of_them = np.ones((len(totals), len(names)), dtype=bool)
    parts, nothing = quotas([a.values for a in found], all_of_them, weights, totals)
    if nothing.any():
        empty = [first.criteria[k].name for k in np.flatnonzero(nothing.any(axis=1))]
        raise AllocationError([finding("nothing to share", criterion=name) for name in empty])
    low = np.full(all_of_them.shape, first.minimum)
    written = weights_as_written(c.weight for c in first.criteria)
    wrong = {
        int(row): _too_many(first.minimum, len(names), int(totals[row]))
        for row in np.flatnonzero(low.sum(axis=1) > totals)
    }

    def exact(_: int, units: Sequence[int], total: int) -> list[Fraction]:
        return exact_quotas(found, written, units, total)

    ask = Question(parts.sum(axis=0), totals, low, None, rules.method, tie, exact, "the counties")
    seats, results, problems = apportioned(ask, all_of_them, skip=wrong)
    contributions = {c.name: part for c, part in zip(first.criteria, parts, strict=True)}
    return CountyStep(
        names, county, seats, contributions, tuple(own), results, {**problems, **wrong}
    )


def _refuse_lacking(figures: Sequence[Figures], names: Sequence[str]) -> None:
    for own in figures:
        if gaps := tuple(names[unit] for unit in np.flatnonzero(np.isnan(own.values)).tolist()):
            said = {"criterion": own.criterion.name, "names": gaps}
            raise AllocationError(finding("county figure missing", said, key="counties.criteria"))


def _too_many(minimum: int, count: int, total: int) -> Finding:
    said = {"minimum": minimum, "count": count, "needed": minimum * count, "total": total}
    words = "county minimums too high"
    return finding(words, said, key="counties.minimum", room=total // count)
