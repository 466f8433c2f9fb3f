"""Steps 0 to 4 for all units, and what D variations of the rules compare."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bosetting_cli.findings import AllocationError, finding
from bosetting_cli.model.eligible import Met, Reason, eligible, meets
from bosetting_cli.model.exact import FLOATS, FRACTIONS, Arithmetic, Array, Floats, Ints, Mask
from bosetting_cli.model.figures import Figures, measure, whole
from bosetting_cli.model.key import Amounts, amounts, power, shares
from bosetting_cli.rules import Criterion, Rules
from bosetting_cli.rules.variations import Variations
from bosetting_cli.statistics import Statistics


@dataclass(frozen=True, eq=False)
class Standing:
    """What is known before anybody is selected: steps 0 to 4.

    Attributes:
        statistics: The figures of all municipalities.
        rules: The rules.
        units: The municipalities' codes, or the counties' names.
        population: Persons, the newest figure known; NaN where there is none.
        tie: The place of each unit among equals: larger population, then the units' order.
        figures: The figures, by criterion.
        tested: The conditions of eligibility.
        reasons: Why a unit is not eligible; None if it is.
        included: Who is selected by name or list.
        eligible: The eligible units.
        amounts: What shares are proportional to, and these, by criterion.
        able: Sub-group → who can receive it.
    """

    statistics: Statistics
    rules: Rules
    units: tuple[str, ...]
    population: Floats
    tie: Ints
    figures: tuple[Figures, ...]
    tested: tuple[Met, ...]
    reasons: tuple[Reason | None, ...]
    included: Mask
    eligible: Ints
    amounts: tuple[Amounts, ...]
    able: Mapping[str, Mask]

    @functools.cached_property
    def exact(self) -> tuple[Amounts, ...]:
        """The amounts and shares as fractions."""
        known = self.statistics, self.rules, self.figures, self.eligible, self.tie
        return _amounts(*known, FRACTIONS)


def standing(
    statistics: Statistics, rules: Rules, counties: Mapping[str, Sequence[str]] | None = None
) -> Standing:
    """Take steps 0 to 4.

    Args:
        statistics: The figures of all municipalities.
        rules: The rules.
        counties: Name → municipalities, if counties are the units.

    Raises:
        DataError: The statistics lack what the rules ask for.
        AllocationError: Nobody is eligible, or one who is lacks a figure.
    """
    pooled = counties or {unit: (unit,) for unit in statistics.units}
    units, members = tuple(pooled), tuple(map(tuple, pooled.values()))
    figures = tuple(measure(statistics, c, rules.as_of, members) for c in rules.criteria)
    tested = tuple(meets(statistics, condition, rules.as_of) for condition in rules.eligible)
    reasons, included = eligible(statistics, rules, units, tested, figures)
    able = np.flatnonzero([reason is None for reason in reasons])
    _refuse_lacking(figures, able, units, pooled=counties is not None)
    column = statistics.column("population")
    year = column.newest(rules.as_of)
    people = [[whole(column, (unit,), year) or 0.0 for unit in own] for own in members]
    tie = ties_by(np.array([math.fsum(own) for own in people]))
    groups = {
        g.name: meets(statistics, g.among, rules.as_of).met if g.among else np.ones(len(tie), bool)
        for g in rules.of_which
    }
    return Standing(
        statistics,
        rules,
        units,
        np.array([whole(column, own, year) for own in members], dtype=float),
        tie,
        figures,
        tested,
        tuple(reasons),
        included,
        able,
        _amounts(statistics, rules, figures, able, tie, FLOATS),
        groups,
    )


def ties_by(population: Floats) -> Ints:
    """Return each unit's place among equals: the larger population first, then in order."""
    people = np.nan_to_num(population)
    return np.argsort(np.argsort(-people, axis=-1, kind="stable"), axis=-1)


def _refuse_lacking(
    figures: Sequence[Figures], able: Ints, units: Sequence[str], *, pooled: bool
) -> None:
    """Refuse the eligible without a figure."""
    problems = []
    for own in figures:
        name = own.criterion.name
        gaps = tuple(units[unit] for unit in able.tolist() if own.units[unit].value is None)
        said = {"criterion": name, "count": len(gaps), "names": gaps}
        if gaps and pooled:
            problems.append(finding("county figure missing", said, key="counties.criteria"))
        elif gaps:
            problems.append(finding("figure missing", said, key=f"criteria.{name}.missing"))
    if problems:
        raise AllocationError(problems)


def _amounts(
    statistics: Statistics,
    rules: Rules,
    figures: Sequence[Figures],
    able: Ints,
    tie: Ints,
    arithmetic: Arithmetic,
) -> tuple[Amounts, ...]:
    """Take steps 3 and 4 for all criteria; the same sizes are made once."""
    members = [figures[0].members[unit] for unit in able.tolist()]

    @functools.cache
    def sizes(name: str, exponent: float) -> Array:
        column, used = statistics.column(name), arithmetic if exponent == 1 else FRACTIONS
        year = column.newest(rules.as_of)
        known = [whole(column, own, year, used) for own in members]
        if gaps := tuple(own[0] for own, x in zip(members, known, strict=True) if x is None):
            said = finding("no size", file=column.table, column=column.name, names=gaps)
            raise AllocationError(said)
        return np.array([power(x, exponent) for x in known]).astype(arithmetic.dtype)

    found = []
    for own in figures:
        c, exponent = own.criterion, exponent_of(rules, own.criterion)
        size = sizes(c.scale_by, exponent) if c.scale_by else None
        found.append(amounts(own, able, size, exponent, tie, arithmetic))
    return tuple(found)


def exponent_of(rules: Rules, criterion: Criterion) -> float:
    """Return the γ of a criterion's sizes, or of its own figures where it has none."""
    own = criterion.size_exponent
    return rules.size_exponent.value if own is None else own


@dataclass(frozen=True, eq=False)
class Field:
    """What is compared and shared out in D variations; a figure may vary as well.

    Attributes:
        own: Steps 0 to 4 of the rules.
        varied: The variations.
        values: Amounts by criterion, n or D × n.
        keys: What ranks the units, D × n; without meaning for who is not eligible.
        population: n or D × n.
        tie: The place of each unit among equals, n or D × n.
        changed: Row → its own steps 0 to 4, if figures vary.
    """

    own: Standing
    varied: Variations
    values: Sequence[Floats]
    keys: Floats
    population: Floats
    tie: Ints
    changed: Callable[[int], Standing] | None = None

    def exact_keys(self, row: int, units: Ints) -> Array:
        """Return what ranks some units as fractions."""
        own = self.changed(row) if self.changed else self.own
        weights = np.array([self.varied.written(row)])
        among = [(amount.shares[units], amount.normalised[units]) for amount in own.exact]
        keys = ranking_keys(own.rules, weights, *zip(*among, strict=True))
        return np.asarray(keys[0])

    def exact_quotas(self, row: int, units: Ints, total: int) -> Array:
        """Return the quotas of the selected among whom a total is shared out, as fractions."""
        own, weights = self.changed(row) if self.changed else self.own, self.varied.written(row)
        among = [shares(amount.values[units], FRACTIONS) for amount in own.exact]
        return np.asarray(total * np.array(weights) @ np.array(among))


def field_of(own: Standing, varied: Variations) -> Field:
    """Return what D variations of the rules on one standing compare."""
    made = [(a.values, a.shares, a.normalised) for a in own.amounts]
    values, shares, normalised = zip(*made, strict=True)
    keys = ranking_keys(own.rules, varied.weights, shares, normalised)
    return Field(own, varied, values, keys, own.population, own.tie)


def ranking_keys(
    rules: Rules, weights: Array, shares: Sequence[Array], normalised: Sequence[Array]
) -> Array:
    """Return what ranks the eligible: composite shares, one criterion's, or the score.

    Args:
        rules: The rules, for `select.by`.
        weights: D × K.
        shares: Of each criterion, n or D × n.
        normalised: n(x) of each criterion, likewise.

    Returns:
        D × n; in floats within a few units in the last place.
    """
    by, keys = rules.select.by, np.zeros((len(weights), shares[0].shape[-1]), dtype=weights.dtype)
    for k, criterion in enumerate(rules.criteria):
        weight = weights[:, k : k + 1]
        if by == "score" and criterion.scale_by:
            keys += weight * normalised[k]
        elif by in ("share", criterion.name):
            keys += (weight if by == "share" else 1) * shares[k]
    return keys
