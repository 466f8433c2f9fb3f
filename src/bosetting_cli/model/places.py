"""What is decided, and quotas → whole numbers within their bounds (docs/model.md, section 7)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from bosetting_cli.apportionment import Apportionment, apportion, batch_within, verify
from bosetting_cli.findings import Finding, finding
from bosetting_cli.model.exact import FRACTIONS, NEAR, Array, Floats, Ints, Mask
from bosetting_cli.model.key import Amounts, ranking_keys, shares
from bosetting_cli.model.standing import Standing
from bosetting_cli.rules.variations import Variations
from bosetting_cli.statistics import exact

Limits = tuple[Ints, Ints | None]  # the least and the most, if there is any
Ties = list[tuple[str, int, Ints, Ints]]


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


class Part(NamedTuple):
    """What came of one number that is shared out: the total, or a county's.

    Attributes:
        take: How many the rules select, D.
        ties: Those that decided who is selected: of what place the winners are the first, empty
            at the cut; the row; the winners; the losers.
        asked: The units that are selected in one of the variations.
        contributions: Places that each criterion gives them before rounding, K × D × asked.
        results: Row → apportionment.
    """

    take: Ints
    ties: Ties
    asked: Ints
    contributions: Floats
    results: dict[int, Apportioned]


class Step(NamedTuple):
    """How many of the total each county is asked for.

    Attributes:
        names: The counties, in the order of the register; one without a name if there are none.
        county: The index of each unit's county.
        totals: D × counties.
        key: What came of the counties' key, with the counties as units; None if there is none.
        problems: Row → why it has no numbers.
    """

    names: tuple[str, ...]
    county: Ints
    totals: Ints
    key: Decision | None
    problems: dict[int, list[Finding]]


@dataclass(frozen=True, eq=False)
class Decision:
    """Who is asked for how many, in D variations; it is filled in as the steps are taken.

    Attributes:
        own: Steps 0 to 4.
        varied: The variations.
        step: The counties' numbers.
        keys: What ranks the eligible, D × n, within a few units in the last place.
        low: Minimums, D × n.
        high: Maximums, n or D × n; None where there is no limit.
        selected: D × n.
        quotas: Places before rounding, D × n.
        requested: D × n.
        parts: One for each county.
        of_which: Sub-group → D × n, and row → apportionment.
        problems: Row → why there is no allocation.
    """

    own: Standing
    varied: Variations
    step: Step
    keys: Floats
    low: Ints
    high: Ints | None
    selected: Mask
    quotas: Floats
    requested: Ints
    parts: list[Part]
    of_which: dict[str, tuple[Ints, dict[int, Apportioned]]]
    problems: dict[int, list[Finding]]

    def exact_keys(self, row: int, units: Ints) -> Array:
        """Return what ranks some units as fractions."""
        own, weights = self.own.at(row), self.varied.written(row)
        among = [Amounts(*(numbers[units] for numbers in amount)) for amount in own.exact]
        return np.asarray(ranking_keys(own.rules, weights, among)[0])

    def exact_quotas(self, row: int, units: Ints) -> Array:
        """Return the quotas of some of the selected as fractions."""
        found: Array = np.zeros(self.quotas.shape[1], dtype=object)
        own, weights = self.own.at(row), self.varied.written(row)
        for part, total in zip(self.parts, self.step.totals[row].tolist(), strict=False):
            asked = part.asked[self.selected[row, part.asked]]
            if np.isin(units, asked).any():
                among = [shares(amount.values[asked], FRACTIONS) for amount in own.exact]
                found[asked] = total * weights[0] @ np.array(among)
        return found[units]

    def refuse(self, rows: Mask, words: str, said: dict[str, Any], key: str | None = None) -> Mask:
        """Add to some rows why they have no allocation, and return them.

        Args:
            rows: D.
            words: The key of the sentence.
            said: What fills it; arrays are D long.
            key: Path of a key in the rules.
        """
        for row in np.flatnonzero(rows).tolist():
            own = {n: x[row].item() if isinstance(x, np.ndarray) else x for n, x in said.items()}
            self.add(row, finding(words, own, key=key))
        return rows

    def add(self, row: int, problem: Finding) -> None:
        """Add why a row has no allocation, once, unless it has no numbers for counties."""
        own = self.problems.setdefault(row, [])
        if row not in self.step.problems and problem not in own:
            own.append(problem)


def bounds(own: Standing, minimums: Ints) -> Limits:
    """Return the least and the most that each unit is asked for; the least comes first."""
    limit, people = own.rules.maximum, np.nan_to_num(own.population)
    least = own.rules.minimum.by_municipality
    each = np.array([least.get(unit, 0) for unit in own.units] if least else [0] * len(own.units))
    low: Ints = np.maximum(minimums[:, np.newaxis], each)
    if limit is None or (limit.value is None and limit.per_1000 is None):
        return low, None
    most = np.full(people.shape, np.iinfo(np.int64).max if limit.value is None else limit.value)
    if limit.per_1000 is not None:
        rate, (many, at) = exact(limit.per_1000) / 1000, np.unique(people, return_inverse=True)
        per = np.array([math.floor(rate * exact(people)) for people in many.tolist()])
        most = np.minimum(most, per[at].reshape(people.shape))
    return low, np.maximum(low, most)


def apportioned(
    decision: Decision, units: Ints, totals: Ints, limits: Limits, skip: Mask, where: str
) -> tuple[Ints, dict[int, Apportioned]]:
    """Apportion the total of each row among the selected: quotas → whole numbers (7).

    Rows in which no two claims are close are settled together; the others, or a single one, by
    themselves, with a certificate, in fractions where floats can't decide.

    Args:
        decision: Who is selected, and the quotas; rows whose bounds don't allow the total are
            added to its problems.
        units: Who takes part in one of the rows.
        totals: D.
        limits: Minimums, and maximums if there are any, D × units; 0 where not selected.
        skip: Rows that are not looked at, D.
        where: What to name in messages.

    Returns:
        D × units whole numbers; row → certificate.
    """
    own, quotas = decision.own, decision.quotas.take(units, axis=1)
    method, numbers = own.rules.method, np.zeros(quotas.shape, dtype=np.int64)
    ties = np.broadcast_to(own.tie, decision.keys.shape)
    results, left, (low, high) = dict[int, Apportioned](), ~skip, limits
    if np.count_nonzero(left) > 1:
        found, settled = batch_within(
            quotas, totals, method=method, minimums=low, maximums=high, error=NEAR
        )
        settled &= left
        numbers[settled] = found[settled]
        left &= ~settled
    for row in np.flatnonzero(left & ((totals > 0) | low.any(axis=1))).tolist():
        inside = np.flatnonzero(decision.selected[row, units])
        inside = inside[np.argsort(ties[row, units[inside]])]
        most = None if high is None else high[row, inside].tolist()
        bounds = {"method": method, "minimums": low[row, inside].tolist(), "maximums": most}
        shares, total, exact = quotas[row, inside], int(totals[row]), ()
        try:
            result = apportion(shares, total, **bounds)
            if result.is_near_tie(NEAR):
                shares = exact = tuple(decision.exact_quotas(row, units[inside]))
                result = apportion(shares, total, **bounds)
            # a result that fails is a bug report, never an output
            verify(shares, result.seats, total, divisor=result.divisor, **bounds)
        except ValueError as error:
            place = f"{where}: " if where else ""
            decision.add(row, finding("not apportioned", where=place, why=str(error)))
        else:
            numbers[row, inside] = result.seats
            results[row] = Apportioned(tuple(units[inside].tolist()), result, exact)
    return numbers, results
