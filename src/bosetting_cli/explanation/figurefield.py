"""What is compared where one figure of one municipality is another: many such changes at once."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

import numpy as np

from bosetting_cli.model.figures import smoothed, whole
from bosetting_cli.model.key import Amounts
from bosetting_cli.model.standing import standing, ties_by
from bosetting_cli.rules import indicator_columns

_TINY = 1e-300  # shares of nothing are nothing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bosetting_cli.model.exact import Floats, Ints
    from bosetting_cli.model.figures import Figures
    from bosetting_cli.model.standing import Standing
    from bosetting_cli.rules import Criterion, Rules
    from bosetting_cli.statistics import Statistics


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
    statistics, rules, figures = own.statistics, own.rules, own.figures[k]
    column = figures.columns[0].name
    if _is_entangled(rules, own, k, column):
        return None
    units, numbers = np.array([unit for unit, _ in changes]), np.array([x for _, x in changes])
    changed = _figures(figures, units, numbers)
    if figures.criterion.direction == "lower":
        if not changed[:, own.eligible].all():
            return None
        changed = 1 / changed
    varied = functools.partial(_varied, figures, units, numbers)
    able = np.isin(np.arange(len(own.units)), own.eligible)
    normalised = [changed if j == k else a.normalised for j, a in enumerate(own.amounts)]
    normalised = [np.where(able, n, 0.0) for n in normalised]
    pairs = zip(rules.criteria, normalised, strict=True)
    values = [_amount(own, c, n, column, varied) for c, n in pairs]
    shares = [value / np.maximum(value.sum(axis=-1), _TINY)[..., np.newaxis] for value in values]
    population, tie = own.population, own.tie
    if column == "population":
        population = varied(population, statistics.column(column).newest(rules.as_of))
        tie = ties_by(population)

    @functools.cache
    def changed_standing(row: int) -> Standing:
        unit, number = changes[row]
        return standing(with_figure(statistics, figures, unit, number), rules)

    amounts = [Amounts(*numbers) for numbers in zip(normalised, values, shares, strict=True)]
    own = dataclasses.replace(own, population=population, tie=tie)
    return dataclasses.replace(own, amounts=amounts, changed=changed_standing)


def _varied(
    figures: Figures, units: Ints, numbers: Floats, plain: Floats, year: int | None
) -> Floats:
    """Return a year's figures of the changed column with the changes, D × n."""
    if year not in figures.read:
        return plain
    full = np.tile(plain, (len(units), 1))
    full[np.arange(len(units)), units] = numbers
    return full


def _amount(
    own: Standing,
    criterion: Criterion,
    normalised: Floats,
    column: str,
    varied: Callable[..., Floats],
) -> Floats:
    """Return a criterion's amounts, whose sizes may be the changed column's."""
    if criterion.scale_by is None:
        return normalised
    sizes = own.statistics.column(criterion.scale_by)
    year = sizes.newest(own.rules.as_of)
    plain = np.array([whole(sizes, (unit,), year) for unit in own.units], dtype=float)
    return normalised * np.nan_to_num(varied(plain, year) if sizes.name == column else plain)


def _is_entangled(rules: Rules, own: Standing, k: int, column: str) -> bool:
    """Return whether more hangs on a criterion's column than amounts, sizes and limits."""
    criterion, figures = rules.criteria[k], own.figures[k]
    first = rules.counties.criteria if rules.counties else ()
    read = [name for c in first for name in (*indicator_columns(c.indicator), c.scale_by)]
    read += [
        n for j, c in enumerate(rules.criteria) if j != k for n in indicator_columns(c.indicator)
    ]
    read += [condition.indicator for condition in rules.eligible]
    read += [group.among.indicator for group in rules.of_which if group.among]
    if len(figures.columns) > 1:
        read += ["population", *(c.scale_by for c in rules.criteria)]
    powered = any(rules.exponent(c) != 1 for c in rules.criteria)
    return criterion.normalise != "value" or powered or column in read


def _figures(figures: Figures, units: Ints, numbers: Floats) -> Floats:
    """Return a criterion's figures of all units where one unit's is another, D × n."""
    rows, shape = np.arange(len(units)), (len(units), len(figures.units))
    criterion = figures.criterion
    raw = np.array([np.nan if f.raw is None else f.raw for f in figures.units])
    known = ~np.isnan(raw)
    if len(figures.columns) == 1:
        found = np.tile(raw, (len(rows), 1))
        found[rows, units] = numbers
        national = np.nansum(found, axis=1) / np.count_nonzero(known)
    else:
        top, base = (
            np.array([getattr(f, part) or 0.0 for f in figures.units])
            for part in ("numerator", "denominator")
        )
        above = np.tile(top, (len(rows), 1))
        above[rows, units] = numbers * base[units]
        national = (above * known).sum(axis=1) / (base * known).sum()
        kappa = criterion.smoothing.participants if criterion.smoothing else 0.0
        if kappa:
            return np.asarray(smoothed(above, base, kappa, national[:, np.newaxis]))
        found = np.divide(above, base, where=known, out=np.full(shape, np.nan))
    stands = {"national": national[:, np.newaxis], "zero": 0.0}.get(criterion.missing, np.nan)
    return np.where(known, found, stands)


def with_figure(statistics: Statistics, figures: Figures, unit: int, figure: float) -> Statistics:
    """Return the statistics with another figure of one unit, the same in all years it has one in.

    Of a rate the numerators change, not the people it rests on.
    """
    column, *people = figures.columns
    code = statistics.units[unit]
    changed = dict(column.figures)
    for year in figures.read:
        parts = column.parts(code, year)
        if all(part is None for part in parts):
            continue
        base = people[0].parts(code, year) if people else ()
        if people and len(base) != len(parts):
            parts, base = (0.0,), (people[0].value(code, year),)
        rated = tuple(
            None if a is None or n is None else figure * n
            for a, n in zip(parts, base, strict=False)
        )
        changed[year] = {**column.figures[year], code: rated if people else (figure,)}
    columns = {**statistics.columns, column.name: dataclasses.replace(column, figures=changed)}
    return dataclasses.replace(statistics, columns=columns)
