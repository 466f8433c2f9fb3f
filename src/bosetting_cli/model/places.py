"""Quotas → whole numbers within their bounds (docs/model.md, section 7)."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

import numpy as np

from bosetting_cli.apportionment import Apportionment, apportion, batch_within, verify
from bosetting_cli.model.exact import NEAR, Array, Floats, Ints, Mask, Numbers, floors
from bosetting_cli.model.standing import Field
from bosetting_cli.statistics import exact as decimal

Limits = tuple[Numbers, Numbers | None]  # the least and the most, D × n


class Apportioned(NamedTuple):
    """An apportionment with what it was made from.

    Attributes:
        units: In its order: larger population, then lower code.
        result: The whole numbers with their certificate.
        exact: The quotas as fractions, where rounded ones came too near a tie; else empty.
    """

    units: tuple[int, ...]
    result: Apportionment
    exact: tuple[Any, ...] = ()


def apportioned(
    field: Field,
    units: Ints,
    among: Mask,
    quotas: Floats,
    totals: Numbers,
    limits: Limits,
    exact: Callable[[int, Ints], Array],
    *,
    skip: Collection[int] = (),
    certify: bool = False,
) -> tuple[Numbers, dict[int, Apportioned], dict[int, str]]:
    """Apportion the total of each row among its units: quotas → whole numbers (7).

    Rows in which no two claims are close are settled together; the others, or all if they are to
    be certified, one by one, in fractions where floats can't decide.

    Args:
        field: For the method and the order of equals.
        units: Who takes part in one of the rows.
        among: Who takes part, D × units.
        quotas: D × units, 0 for who takes no part, and so are the limits.
        totals: D.
        limits: Minimums, and maximums if there are any.
        exact: Row, units → their quotas as fractions.
        skip: Rows that are not looked at.
        certify: Return the certificate of each row.

    Returns:
        D × units whole numbers; row → certificate; row → why its bounds don't allow the total.
    """
    low, high = limits
    method, numbers = field.own.rules.method, np.zeros(among.shape, dtype=np.int64)
    results: dict[int, Apportioned] = {}
    problems: dict[int, str] = {}
    left = np.array([row not in skip for row in range(len(among))])
    if not certify and np.count_nonzero(left) > 1:
        limited = {"minimums": low, "maximums": high}
        found, settled = batch_within(quotas, totals, method=method, error=NEAR, **limited)
        settled &= left
        numbers[settled] = found[settled]
        left &= ~settled
    for row in np.flatnonzero(left).tolist():
        inside = np.flatnonzero(among[row])
        alike = np.broadcast_to(field.tie, field.keys.shape)[row, units[inside]]
        inside = inside[np.argsort(alike)]
        least, house = low[row, inside].tolist(), int(totals[row])
        if not house and not any(least):
            continue
        most = None if high is None else high[row, inside].tolist()
        bounds = {"method": method, "minimums": least, "maximums": most}
        own = functools.partial(exact, row, units[inside])
        try:
            certified = _certified(quotas[row, inside], house, own, bounds)
        except ValueError as error:
            problems[row] = str(error)
        else:
            numbers[row, inside] = certified[0].seats
            results[row] = Apportioned(tuple(units[inside].tolist()), *certified)
    return numbers, results, problems


def _certified(
    quotas: Any, total: int, exact: Callable[[], Array], bounds: dict[str, Any]
) -> tuple[Apportionment, tuple[Any, ...]]:
    """Apportion and verify: a result that fails is a bug report, never an output."""
    result, fractions = apportion(quotas, total, **bounds), ()
    if result.is_near_tie(NEAR):
        quotas = fractions = tuple(exact())
        result = apportion(quotas, total, **bounds)
    verify(quotas, result.seats, total, divisor=result.divisor, **bounds)
    return result, fractions


def bounds(field: Field) -> Limits:
    """Return the least and the most that each unit is asked for; the least comes first."""
    rules, units, people = field.own.rules, field.own.units, np.nan_to_num(field.population)
    low = np.broadcast_to(field.varied.minimums[:, np.newaxis], field.keys.shape)
    if own := rules.minimum.by_municipality:
        low = np.maximum(low, np.array([own.get(unit, 0) for unit in units]))
    limit = rules.maximum
    if limit is None or (limit.value is None and limit.per_1000 is None):
        return low, None
    most = np.full(people.shape, np.iinfo(np.int64).max if limit.value is None else limit.value)
    if limit.per_1000 is not None:
        rate, each = decimal(limit.per_1000) / 1000, people.ravel()
        per = floors(limit.per_1000 * each / 1000, lambda unit: rate * decimal(float(each[unit])))
        most = np.minimum(most, per.reshape(people.shape))
    return low, np.maximum(low, most)
