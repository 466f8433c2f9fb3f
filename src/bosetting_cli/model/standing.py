"""Steps 0 to 4 for all units, and what D variations of the rules compare."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bosetting_cli.errors import AllocationError, Problem
from bosetting_cli.model.exact import decimal
from bosetting_cli.model.figures import measure, whole
from bosetting_cli.model.key import (
    Amounts,
    Sizes,
    amounts,
    exact_quotas,
    shares,
    weighted,
    weights_as_written,
)
from bosetting_cli.model.selection import eligible, meets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from fractions import Fraction

    from bosetting_cli.model.exact import Floats, Ints, Mask, Numbers
    from bosetting_cli.model.figures import Figures, Members
    from bosetting_cli.model.selection import Met, Reason
    from bosetting_cli.rules import Rules
    from bosetting_cli.statistics import Column, Statistics


@dataclass(frozen=True, eq=False)
class Standing:
    """What is known before anybody is selected: steps 0 to 4.

    Attributes:
        units: The units' codes.
        population: Persons, the newest figure known; NaN where there is none.
        tie: The place of each unit among equals: larger population, then the units' order.
        tested: The conditions of eligibility.
        reasons: Why a unit is not eligible; None if it is.
        included: Who is selected by name or list.
        eligible: The eligible units.
        amounts: What shares are proportional to, by criterion.
        shares: Shares among the eligible, by criterion.
        able: Sub-group → who can receive it.
    """

    units: tuple[str, ...]
    population: Floats
    tie: Ints
    tested: tuple[Met, ...]
    reasons: tuple[Reason | None, ...]
    included: Mask
    eligible: Ints
    amounts: tuple[Amounts, ...]
    shares: tuple[Floats, ...]
    able: Mapping[str, Mask] = field(default_factory=dict)

    @property
    def figures(self) -> tuple[Figures, ...]:
        """The figures, by criterion."""
        return tuple(amount.figures for amount in self.amounts)


def standing(statistics: Statistics, rules: Rules) -> Standing:
    """Take steps 0 to 4.

    Raises:
        DataError: The statistics lack what the rules ask for.
        AllocationError: Nobody is eligible, or one who is lacks a figure.
    """
    members = tuple((unit,) for unit in statistics.units)
    figures = [measure(statistics, c, rules.as_of, members) for c in rules.criteria]
    tested = tuple(meets(statistics, condition, rules.as_of) for condition in rules.eligible)
    reasons, included = eligible(statistics, rules, tested, figures)
    able = np.flatnonzero([reason is None for reason in reasons])
    column = statistics.column("population")
    population = _newest(column, rules, members)
    tie = ties_by(population)
    found = amounts_of(statistics, rules, figures, able, tie)
    groups = {
        g.name: meets(statistics, g.among, rules.as_of).met if g.among else np.ones(len(tie), bool)
        for g in rules.of_which
    }
    return Standing(
        statistics.units,
        population,
        tie,
        tested,
        tuple(reasons),
        included,
        able,
        found,
        tuple(map(shares, found)),
        groups,
    )


def ties_by(population: Floats) -> Ints:
    """Return each unit's place among equals: the larger population first, then in order."""
    people = np.nan_to_num(population)
    return np.argsort(np.argsort(-people, axis=-1, kind="stable"), axis=-1)


def _newest(column: Column, rules: Rules, members: Members) -> Floats:
    year = column.newest(rules.as_of)
    found = (whole(column, unit, year) for unit in members)
    return np.array([math.nan if value is None else value for value in found])


def amounts_of(
    statistics: Statistics, rules: Rules, figures: Sequence[Figures], able: Ints, tie: Ints
) -> tuple[Amounts, ...]:
    """Take step 3 for all criteria; the same sizes are made once."""
    known: dict[tuple[str, float], Sizes] = {}
    found = []
    for own in figures:
        c = own.criterion
        exponent = rules.size_exponent.value if c.size_exponent is None else c.size_exponent
        sizes = None
        if c.scale_by:
            key = c.scale_by, exponent
            if key not in known:
                known[key] = _sizes(statistics.column(c.scale_by), rules, own.members, exponent)
            sizes = known[key]
            _refuse_gaps(sizes, own, able)
        found.append(amounts(own, able, sizes, exponent, tie))
    return tuple(found)


def _sizes(column: Column, rules: Rules, members: Members, exponent: float) -> Sizes:
    year = column.newest(rules.as_of)
    return Sizes(column, members, year, exponent, _newest(column, rules, members))


def _refuse_gaps(sizes: Sizes, figures: Figures, able: Ints) -> None:
    if gaps := [figures.members[unit][0] for unit in able if np.isnan(sizes.plain[unit])]:
        column = sizes.column
        what = (
            f"`{column.name}` has no figure for {', '.join(gaps)}, so nothing can be scaled by it"
        )
        raise AllocationError(Problem(what, column.table, column=column.name))


@dataclass(frozen=True, eq=False)
class Variations:
    """What D variations of the rules differ in.

    Attributes:
        weights: D × K.
        totals: D.
        minimums: The general minimum, D.
        counts: How many are selected, D; None: as the rules say.
    """

    weights: Floats
    totals: Numbers
    minimums: Numbers
    counts: Numbers | None = None

    def __len__(self) -> int:
        return len(self.totals)

    def rows(self, rows: slice) -> Variations:
        """Return some of the variations."""
        counts = None if self.counts is None else self.counts[rows]
        return Variations(self.weights[rows], self.totals[rows], self.minimums[rows], counts)

    def repeated(self, count: int) -> Variations:
        """Return the first variation so many times."""
        counts = None if self.counts is None else np.repeat(self.counts[:1], count)
        totals, minimums = np.repeat(self.totals[:1], count), np.repeat(self.minimums[:1], count)
        return Variations(np.tile(self.weights[:1], (count, 1)), totals, minimums, counts)

    def written(self, row: int) -> list[Fraction]:
        """Return the weights of a row as the decimals that they are written as."""
        return weights_as_written(self.weights[row].tolist())


def as_ruled(rules: Rules) -> Variations:
    """Return the rules themselves as one variation."""
    return varied_as_ruled([rules])


def varied_as_ruled(rules: Sequence[Rules]) -> Variations:
    """Return rules that differ in weights, total, minimum and count alone as variations of one."""
    counts = [own.select.count for own in rules]
    return Variations(
        np.array([[criterion.weight for criterion in own.criteria] for own in rules]),
        np.array([own.total.value for own in rules]),
        np.array([own.minimum.value for own in rules]),
        None if None in counts else np.array(counts),
    )


@dataclass(frozen=True, eq=False)
class Field:
    """What is compared and shared out in D variations; a figure may vary as well.

    Attributes:
        eligible: n or D × n.
        values: Amounts by criterion, n or D × n.
        keys: What ranks the units, D × n.
        population: n or D × n.
        tie: The place of each unit among equals, n or D × n.
        key: Row, unit → key as a fraction.
        quotas: Row, units, number → their quotas as fractions.
    """

    eligible: Mask
    values: Sequence[Floats]
    keys: Floats
    population: Floats
    tie: Ints
    key: Callable[[int, int], Fraction]
    quotas: Callable[[int, Sequence[int], int], list[Fraction]]


class Ranking(NamedTuple):
    """What the eligible are ranked by: criteria, and of each its share or its normalised figure."""

    criteria: tuple[int, ...]
    normalised: bool
    weighted: bool

    def parts(self, own: Standing) -> list[Floats]:
        """Return what is weighted, by criterion."""
        if self.normalised:
            return [own.amounts[k].normalised for k in self.criteria]
        return [own.shares[k] for k in self.criteria]

    def exact(self, own: Standing, written: Sequence[Fraction], unit: int) -> Fraction:
        """Return a unit's key as a fraction."""
        total = decimal(0.0)
        for k in self.criteria:
            amount = own.amounts[k]
            part = amount.normal(unit) if self.normalised else amount.share(unit)
            total += part * (written[k] if self.weighted else 1)
        return total


def ranking_of(rules: Rules) -> Ranking:
    """Return what `select.by` names: the composite share, the score or one criterion."""
    by = rules.select.by
    if by == "share":
        return Ranking(tuple(range(len(rules.criteria))), normalised=False, weighted=True)
    if by == "score":
        rates = tuple(k for k, c in enumerate(rules.criteria) if c.scale_by)
        return Ranking(rates, normalised=True, weighted=True)
    own = tuple(k for k, c in enumerate(rules.criteria) if c.name == by)
    return Ranking(own, normalised=False, weighted=False)


def field_of(own: Standing, rules: Rules, variations: Variations) -> Field:
    """Return what D variations of the rules on one standing compare."""
    able = np.zeros(len(own.units), dtype=bool)
    able[own.eligible] = True
    ranking = ranking_of(rules)
    keys = np.zeros((len(variations), len(able)))
    if ranking.criteria:
        weights = variations.weights[:, ranking.criteria]
        weights = weights if ranking.weighted else np.ones_like(weights)
        keys = weighted([np.nan_to_num(part) for part in ranking.parts(own)], weights)

    def key(row: int, unit: int) -> Fraction:
        return ranking.exact(own, variations.written(row), unit)

    def places(row: int, units: Sequence[int], total: int) -> list[Fraction]:
        return exact_quotas(own.amounts, variations.written(row), units, total)

    values = [amount.values for amount in own.amounts]
    keys = np.where(able, keys, -np.inf)
    return Field(able, values, keys, own.population, own.tie, key, places)
