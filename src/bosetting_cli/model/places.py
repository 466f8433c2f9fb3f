"""Quotas → whole numbers within their bounds (docs/model.md, section 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bosetting_cli.apportionment import Apportionment, apportion, batch_within, verify
from bosetting_cli.findings import Finding
from bosetting_cli.model.exact import NEAR, floors
from bosetting_cli.statistics import exact as decimal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from fractions import Fraction

    from bosetting_cli.model.exact import Floats, Ints, Mask, Numbers
    from bosetting_cli.rules import Rules


class Apportioned(NamedTuple):
    """An apportionment with what it was made from.

    Attributes:
        units: In its order: larger population, then lower code.
        result: The whole numbers with their certificate.
        exact: The quotas as fractions, where rounded ones came too near a tie; else empty.
    """

    units: tuple[int, ...]
    result: Apportionment
    exact: tuple[Fraction, ...] = ()


class Question(NamedTuple):
    """What is to be apportioned, in D variations.

    Attributes:
        quotas: D × n.
        totals: D.
        low: Minimums, D × n.
        high: Maximums, D × n, or none.
        method: The method's name.
        tie: The place of each unit among equals, n or D × n.
        exact: Row, units, total → their quotas as fractions.
        where: What to name in messages.
    """

    quotas: Floats
    totals: Numbers
    low: Numbers
    high: Numbers | None
    method: str
    tie: Ints
    exact: Callable[[int, Sequence[int], int], list[Fraction]]
    where: str = ""


def apportioned(
    ask: Question, among: Mask, *, skip: Collection[int] = (), certify: bool = False
) -> tuple[Numbers, dict[int, Apportioned], dict[int, Finding]]:
    """Apportion the total of each row among its units: quotas → whole numbers (7).

    Rows in which no two claims are close are settled together; the others, or all if they are to
    be certified, one by one, in fractions where floats can't decide.

    Args:
        ask: What is apportioned.
        among: Who takes part, D × n.
        skip: Rows that are not looked at.
        certify: Return the certificate of each row.

    Returns:
        D × n whole numbers; row → certificate; row → why its bounds don't allow the total.
    """
    rows = np.flatnonzero([row not in skip for row in range(len(among))])
    numbers = np.zeros(among.shape, dtype=np.int64)
    results: dict[int, Apportioned] = {}
    problems: dict[int, Finding] = {}
    if not certify and len(rows) > 1:
        at = np.ix_(rows, np.flatnonzero(among.any(axis=0)))
        inside = among[at]
        high = None if ask.high is None else ask.high[at] * inside
        found, settled = batch_within(
            ask.quotas[at] * inside,
            ask.totals[rows],
            method=ask.method,
            minimums=ask.low[at] * inside,
            maximums=high,
            error=NEAR,
        )
        numbers[at] = found * settled[:, np.newaxis]
        rows = rows[~settled]
    for row in rows.tolist():
        units = np.flatnonzero(among[row])
        tie = ask.tie if ask.tie.ndim == 1 else ask.tie[row]
        units = units[np.argsort(tie[units])]
        if not ask.totals[row] and not ask.low[row, units].any():
            continue
        try:
            results[row] = _certified(ask, row, units)
        except ValueError as error:
            problems[row] = Finding(f"{ask.where}: {error}" if ask.where else str(error))
        else:
            numbers[row, units] = results[row].result.seats
    return numbers, results, problems


def _certified(ask: Question, row: int, units: Ints) -> Apportioned:
    """Apportion and verify one row: a result that fails is a bug report, never an output."""
    total, low = int(ask.totals[row]), ask.low[row, units].tolist()
    high = None if ask.high is None else ask.high[row, units].tolist()
    bounds: dict[str, Any] = {"method": ask.method, "minimums": low, "maximums": high}
    own: Any = ask.quotas[row, units]
    result = apportion(own, total, **bounds)
    exact: tuple[Fraction, ...] = ()
    if result.is_near_tie(NEAR):
        own = exact = tuple(ask.exact(row, units.tolist(), total))
        result = apportion(own, total, **bounds)
    verify(own, result.seats, total, divisor=result.divisor, **bounds)
    return Apportioned(tuple(units.tolist()), result, exact)


def bounds(
    rules: Rules, units: Sequence[str], population: Floats, minimums: Numbers
) -> tuple[Numbers, Numbers | None]:
    """Return the least and the most that each unit is asked for, D × n; the least comes first.

    Args:
        rules: The rules, for minimums by municipality and the maximum.
        units: Their codes.
        population: Persons, n or D × n.
        minimums: The general minimum, D.
    """
    own = rules.minimum.by_municipality
    low = np.tile(minimums[:, np.newaxis], (1, len(units)))
    if own:
        low = np.maximum(low, np.array([own.get(unit, 0) for unit in units]))
    limit = rules.maximum
    if limit is None or (limit.value is None and limit.per_1000 is None):
        return low, None
    most = np.full(population.shape, np.iinfo(np.int64).max if limit.value is None else limit.value)
    if limit.per_1000 is not None:
        people, rate = np.nan_to_num(population).ravel(), limit.per_1000
        exact = decimal(rate) / 1000
        per = floors(rate * people / 1000, lambda unit: exact * decimal(float(people[unit])))
        most = np.minimum(most, per.reshape(population.shape))
    return low, np.maximum(low, most)
