"""Steps 0 to 4 for all units, and what D variations of the rules compare."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from bosetting_cli.findings import AllocationError, finding
from bosetting_cli.model.figures import measure, whole
from bosetting_cli.model.key import Amounts, Sizes, amounts, shares, weights_as_written
from bosetting_cli.model.selection import eligible, meets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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
    population = newest(column, rules, members)
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


def newest(column: Column, rules: Rules, members: Members) -> Floats:
    """Return each unit's newest figure known, NaN where there is none."""
    year = column.newest(rules.as_of)
    found = (whole(column, unit, year) for unit in members)
    return np.array([math.nan if value is None else value for value in found])


def amounts_of(
    statistics: Statistics, rules: Rules, figures: Sequence[Figures], able: Ints, tie: Ints
) -> tuple[Amounts, ...]:
    """Take step 3 for all criteria; the same sizes are made once."""

    @functools.cache
    def sizes_of(name: str, exponent: float) -> Sizes:
        column, members = statistics.column(name), figures[0].members
        plain = newest(column, rules, members)
        if gaps := tuple(members[unit][0] for unit in able[np.isnan(plain[able])].tolist()):
            said = finding("no size", file=column.table, column=column.name, names=gaps)
            raise AllocationError(said)
        return Sizes(column, members, column.newest(rules.as_of), exponent, plain)

    found = []
    for own in figures:
        c = own.criterion
        exponent = rules.size_exponent.value if c.size_exponent is None else c.size_exponent
        sizes = sizes_of(c.scale_by, exponent) if c.scale_by else None
        found.append(amounts(own, able, sizes, exponent, tie))
    return tuple(found)


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
        values: Amounts by criterion, n or D × n.
        keys: What ranks the units, D × n; minus infinity for who is not eligible.
        population: n or D × n.
        tie: The place of each unit among equals, n or D × n.
        own: Row → its steps 0 to 4, for what floats can't decide.
    """

    values: Sequence[Floats]
    keys: Floats
    population: Floats
    tie: Ints
    own: Callable[[int], Standing]


def field_of(own: Standing, rules: Rules, variations: Variations) -> Field:
    """Return what D variations of the rules on one standing compare."""
    normalised = [amount.normalised for amount in own.amounts]
    keys = ranking_keys(own, rules, own.shares, normalised, variations.weights)
    values = [amount.values for amount in own.amounts]
    return Field(values, keys, own.population, own.tie, lambda _: own)


def ranking_keys(
    own: Standing,
    rules: Rules,
    shares: Sequence[Floats],
    normalised: Sequence[Floats],
    weights: Floats,
) -> Floats:
    """Return what ranks the eligible: composite shares, one criterion's, or the score.

    Args:
        own: Who is eligible.
        rules: The rules, for `select.by`.
        shares: Of each criterion, n or D × n.
        normalised: n(x) of each criterion, likewise.
        weights: D × K.

    Returns:
        D × n, within a few units in the last place; minus infinity for who is not eligible.
    """
    by, keys = rules.select.by, np.full((len(weights), len(own.units)), -np.inf)
    keys[:, own.eligible] = 0.0
    for k, criterion in enumerate(rules.criteria):
        weight = weights[:, k : k + 1]
        if by == "score" and criterion.scale_by:
            keys += weight * np.nan_to_num(normalised[k])
        elif by in ("share", criterion.name):
            keys += (weight if by == "share" else 1.0) * np.nan_to_num(shares[k])
    return keys


def exact_key(own: Standing, rules: Rules, written: Sequence[Fraction], unit: int) -> Fraction:
    """Return a unit's ranking key as a fraction."""
    by, key = rules.select.by, Fraction(0)
    for amount, weight in zip(own.amounts, written, strict=True):
        if by == "score" and amount.criterion.scale_by:
            key += weight * amount.normal(unit)
        elif by in ("share", amount.criterion.name):
            key += (weight if by == "share" else 1) * amount.share(unit)
    return key
