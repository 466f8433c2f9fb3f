"""What is compared where one figure of one municipality is another: many such changes at once."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence

import numpy as np

from bosetting_cli.model.exact import Floats
from bosetting_cli.model.figures import Figures, smoothed, whole
from bosetting_cli.model.key import Amounts
from bosetting_cli.model.standing import Standing, standing, ties_by
from bosetting_cli.rules import Rules, indicator_columns
from bosetting_cli.statistics import Statistics

_TINY = 1e-300  # shares of nothing are nothing


def figure_field(own: Standing, k: int, changes: Sequence[tuple[int, float]]) -> Standing | None:
    """Return what is compared where a criterion's figure of one unit is another, in D variations.

    What hangs on the same column changes with it: sizes, the limit per 1,000, the order of
    equals.

    Args:
        own: Steps 0 to 4.
        k: The criterion.
        changes: Unit and figure, D.

    Returns:
        None where more hangs on the column than this knows: conditions, other criteria, the
        counties' key, or a scale on which other municipalities' figures would move.
    """
    rules, figures, column = own.rules, own.figures[k], own.figures[k].columns[0]
    if _is_entangled(rules, own, k, column.name):
        return None
    changed = _figures(figures, changes)
    if figures.criterion.direction == "lower":
        if not changed[:, own.eligible].all():
            return None
        changed = 1 / changed
    able = np.isin(np.arange(len(own.units)), own.eligible)
    amounts = []
    for j, (criterion, amount) in enumerate(zip(rules.criteria, own.amounts, strict=True)):
        values = normalised = np.where(able, changed if j == k else amount.normalised, 0.0)
        if criterion.scale_by:
            values = normalised * np.nan_to_num(_sizes(own, criterion.scale_by, figures, changes))
        shares = values / np.maximum(values.sum(axis=-1, keepdims=True), _TINY)
        amounts.append(Amounts(normalised, values, shares))
    population, tie = own.population, own.tie
    if column.name == "population" and column.newest(rules.as_of) in figures.read:
        population = _with(population, changes)
        tie = ties_by(population)

    @functools.cache
    def changed_standing(row: int) -> Standing:
        return standing(with_figure(own.statistics, figures, *changes[row]), rules)

    varied = dataclasses.replace(own, population=population, tie=tie, changed=changed_standing)
    return dataclasses.replace(varied, amounts=amounts)


def _sizes(
    own: Standing, name: str, figures: Figures, changes: Sequence[tuple[int, float]]
) -> Floats:
    """Return the sizes in a column, which may be the changed one, n or D × n."""
    column = own.statistics.column(name)
    year = column.newest(own.rules.as_of)
    plain = np.array([whole(column, (unit,), year) for unit in own.units], dtype=float)
    changed = column.name == figures.columns[0].name and year in figures.read
    return _with(plain, changes) if changed else plain


def _with(plain: Floats, changes: Sequence[tuple[int, float]]) -> Floats:
    """Return figures with each of the changes, D × n."""
    full = np.tile(plain, (len(changes), 1))
    for row, (unit, number) in enumerate(changes):
        full[row, unit] = number
    return full


def _is_entangled(rules: Rules, own: Standing, k: int, column: str) -> bool:
    """Return whether more hangs on a criterion's column than amounts, sizes and limits."""
    first = rules.counties.criteria if rules.counties else ()
    read = [name for c in first for name in (*indicator_columns(c.indicator), c.scale_by)]
    others = (c for j, c in enumerate(rules.criteria) if j != k)
    read += [name for c in others for name in indicator_columns(c.indicator)]
    conditions = (*rules.eligible, *(group.among for group in rules.of_which if group.among))
    read += [condition.indicator for condition in conditions]
    if len(own.figures[k].columns) > 1:
        read += ["population", *(c.scale_by for c in rules.criteria)]
    exponents = {rules.exponent(criterion) for criterion in rules.criteria}
    return rules.criteria[k].normalise != "value" or exponents != {1} or column in read


def _figures(figures: Figures, changes: Sequence[tuple[int, float]]) -> Floats:
    """Return a criterion's figures of all units where one unit's is another, D × n.

    A level is a rate on one participant each.
    """
    criterion, rate = figures.criterion, len(figures.columns) > 1
    names = ("numerator", "denominator") if rate else ("raw", "raw")
    top, base = (
        np.array([getattr(figure, name) or 0.0 for figure in figures.units]) for name in names
    )
    known = np.array([figure.raw is not None for figure in figures.units])
    base = base if rate else np.ones(len(known))
    above = _with(top, [(unit, number * base[unit]) for unit, number in changes])
    national = (above * known).sum(axis=1, keepdims=True) / (base * known).sum()
    if rate and criterion.smoothing and criterion.smoothing.participants:
        return np.asarray(smoothed(above, base, criterion.smoothing.participants, national))
    stands = {"national": national, "zero": 0.0}.get(criterion.missing, np.nan)
    return np.where(known, above / np.where(known, base, 1.0), stands)


def with_figure(statistics: Statistics, figures: Figures, unit: int, figure: float) -> Statistics:
    """Return the statistics with another figure of one unit, the same in all years it has one in.

    Of a rate the numerators change, not the people it rests on.
    """
    column, *people = figures.columns
    code = statistics.units[unit]
    changed = dict(column.figures)
    for year in figures.read:
        parts: Sequence[float | None] = column.parts(code, year)
        if all(part is None for part in parts):
            continue
        rated: tuple[float | None, ...] = (figure,)
        if people:
            base: Sequence[float | None] = people[0].parts(code, year)
            if len(base) != len(parts):
                parts, base = (0.0,), (people[0].value(code, year),)
            pairs = zip(parts, base, strict=True)
            rated = tuple(None if a is None or n is None else figure * n for a, n in pairs)
        changed[year] = {**column.figures[year], code: rated}
    columns = {**statistics.columns, column.name: dataclasses.replace(column, figures=changed)}
    return dataclasses.replace(statistics, columns=columns)
