"""Who of the eligible is asked, and for how many (docs/model.md, sections 5 and 7)."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from bosetting_cli.apportionment import Apportionment, apportion, batch_within, verify
from bosetting_cli.findings import Finding, finding
from bosetting_cli.model.exact import (
    FRACTIONS,
    NEAR,
    Array,
    Floats,
    Ints,
    Mask,
    Numbers,
    close,
    first,
)
from bosetting_cli.model.key import shares
from bosetting_cli.model.standing import Field
from bosetting_cli.statistics import exact


class Tie(NamedTuple):
    """Units with equal claims, of which some were served and some were not.

    Attributes:
        row: Of the D variations.
        place: The fylke whose first they would be; empty at the cut.
        winners: Who is in.
        losers: Who is not.
    """

    row: int
    place: str
    winners: tuple[int, ...]
    losers: tuple[int, ...]


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
    """The units among which one number is shared out: all, or those of a county.

    Attributes:
        name: The county's name; empty if there is one for all.
        units: The eligible.
        totals: The number, D.
        take: How many the rules select, D.
        ties: Those that decided who is selected.
        asked: The units that are selected in one of the variations.
        contributions: Places that each criterion gives them before rounding, K × D × asked.
        results: Row → apportionment.
    """

    name: str
    units: Ints
    totals: Numbers
    take: Ints
    ties: list[Tie]
    asked: Ints
    contributions: Floats
    results: dict[int, Apportioned]


class Step(NamedTuple):
    """How many of the total each county is asked for.

    Attributes:
        names: The counties, in the order of the register.
        county: The index of each unit's county.
        totals: D × counties.
        key: What came of the counties' key, with the counties as units; None if there is none.
        problems: Row → why it has no numbers.
    """

    names: tuple[str, ...]
    county: Ints
    totals: Numbers
    key: Decision | None
    problems: dict[int, list[Finding]]


@dataclass(frozen=True, eq=False)
class Decision:
    """Who is asked for how many, in D variations; it is filled in as the steps are taken.

    Attributes:
        field: What was compared.
        step: The counties' numbers.
        certify: Whether the certificate of each row is kept.
        low: Minimums, D × n.
        high: Maximums, n or D × n; None where there is no limit.
        selected: D × n.
        quotas: Places before rounding, D × n.
        requested: D × n.
        parts: One for each number that is shared out.
        of_which: Sub-group → D × n, and row → apportionment.
        problems: Row → why there is no allocation.
    """

    field: Field
    step: Step
    certify: bool
    low: Numbers
    high: Numbers | None
    selected: Mask
    quotas: Floats
    requested: Numbers
    parts: list[Part]
    of_which: dict[str, tuple[Numbers, dict[int, Apportioned]]]
    problems: dict[int, list[Finding]]

    @functools.cached_property
    def contributions(self) -> Floats:
        """Places that each criterion gives before rounding, K × D × n; their sum is the quota."""
        found = np.zeros((len(self.field.amounts), *self.quotas.shape))
        for part in self.parts:
            found[..., part.asked] = part.contributions
        return found

    def exact_quotas(self, row: int, units: Ints) -> Array:
        """Return the quotas of some of the selected as fractions."""
        found: Array = np.zeros(self.quotas.shape[1], dtype=object)
        own, weights = self.field.exact(row)
        for part in self.parts:
            asked = part.asked[self.selected[row, part.asked]]
            if np.isin(units, asked).any():
                among = [shares(amount.values[asked], FRACTIONS) for amount in own.exact]
                found[asked] = int(part.totals[row]) * weights[0] @ np.array(among)
        return found[units]

    def refuse(
        self, rows: Mask, words: str, said: Mapping[str, Any], key: str | None = None
    ) -> Mask:
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
        """Add why a row has no allocation, unless it has been said."""
        own = self.problems.setdefault(row, [])
        own += [] if problem in own else [problem]


def select(
    field: Field, units: Ints, totals: Numbers, counts: Numbers | None
) -> tuple[Ints, Mask, list[Tie]]:
    """Select the first by rank, after who is named and the first of each fylke (5).

    More are selected than wanted only where those who come first exceed the number alone.

    Args:
        field: What ranks them, in D variations.
        units: The eligible among whom a number is shared out.
        totals: The number, D; where it is 0, only who is named is selected.
        counts: How many to select, D; None: as the rules say, a share cut off, but at least one.

    Returns:
        How many the rules select, D; who is selected, D × units; and the ties that decided.
    """
    own, rule = field.own, field.own.rules.select
    chosen = np.tile(own.included[units], (len(totals), 1))
    if rule.list is not None:
        return np.count_nonzero(chosen, axis=1), chosen, []
    many = max(1, math.floor(exact(rule.share or 1) * len(units))) if counts is None else counts
    take = np.where(totals > 0, np.minimum(many, len(units)), 0)
    among = units.tolist() if rule.per_county else ()
    fylker = [own.statistics.municipalities[unit].fylke for unit in among]
    found: list[tuple[str, int, Ints, Ints]] = []
    for fylke in dict.fromkeys(fylker):
        inside = np.flatnonzero(np.array(fylker) == fylke)
        room = np.where(totals > 0, min(rule.per_county, len(inside)), 0)
        firsts, ties = first(field.keys, units[inside], room, field.exact_keys, field.tie)
        chosen[:, inside] |= firsts
        found += [(fylke, row, a[~own.included[a]], b) for row, a, b in ties]
    already = np.count_nonzero(chosen, axis=1)
    room, out = np.clip(take - already, 0, len(units) - already), chosen if already.any() else None
    others, ties = first(field.keys, units, room, field.exact_keys, field.tie, out)
    found += [("", *tie) for tie in ties]
    chosen |= others
    said = []
    for place, row, winners, losers in found:
        losers = losers[~chosen[row, np.searchsorted(units, losers)]]
        if winners.size and losers.size:
            said.append(Tie(row, place, tuple(winners.tolist()), tuple(losers.tolist())))
    return take, chosen, said


def bounds(field: Field) -> tuple[Numbers, Numbers | None]:
    """Return the least and the most that each unit is asked for; the least comes first."""
    rules, units = field.own.rules, field.own.units
    low = np.broadcast_to(field.varied.minimums[:, np.newaxis], field.keys.shape)
    if own := rules.minimum.by_municipality:
        low = np.maximum(low, np.array([own.get(unit, 0) for unit in units]))
    limit, people = rules.maximum, np.nan_to_num(field.population)
    if limit is None or (limit.value is None and limit.per_1000 is None):
        return low, None
    most = np.full(people.shape, np.iinfo(np.int64).max if limit.value is None else limit.value)
    if limit.per_1000 is not None:
        rate, many = exact(limit.per_1000) / 1000, limit.per_1000 * people / 1000
        per = np.floor(many).astype(np.int64)
        for at in zip(*np.nonzero(close(many, np.rint(many))), strict=True):
            per[at] = math.floor(rate * exact(float(people[at])))
        most = np.minimum(most, per)
    return low, np.maximum(low, most)


def apportioned(
    decision: Decision,
    units: Ints,
    totals: Numbers,
    low: Numbers,
    high: Numbers | None,
    skip: Mask,
    where: str,
) -> tuple[Numbers, dict[int, Apportioned]]:
    """Apportion the total of each row among the selected: quotas → whole numbers (7).

    Rows in which no two claims are close are settled together; the others, or all if they are to
    be certified, one by one, in fractions where floats can't decide.

    Args:
        decision: Who is selected, and the quotas; rows whose bounds don't allow the total are
            added to its problems.
        units: Who takes part in one of the rows.
        totals: D.
        low: Minimums, D × units; 0 where not selected.
        high: Maximums, likewise, if there are any.
        skip: Rows that are not looked at, D.
        where: What to name in messages.

    Returns:
        D × units whole numbers; row → certificate.
    """
    field, selected, quotas = decision.field, decision.selected[:, units], decision.quotas[:, units]
    method, numbers = field.own.rules.method, np.zeros(selected.shape, dtype=np.int64)
    results, left = dict[int, Apportioned](), ~skip
    if not decision.certify and np.count_nonzero(left) > 1:
        found, settled = batch_within(
            quotas, totals, method=method, minimums=low, maximums=high, error=NEAR
        )
        settled &= left
        numbers[settled] = found[settled]
        left &= ~settled
    for row in np.flatnonzero(left & ((totals > 0) | low.any(axis=1))).tolist():
        inside = np.flatnonzero(selected[row])
        inside = inside[np.argsort(field.ties(row)[units[inside]])]
        most = None if high is None else high[row, inside].tolist()
        bounds = {"method": method, "minimums": low[row, inside].tolist(), "maximums": most}
        exact = functools.partial(decision.exact_quotas, row, units[inside])
        try:
            certified = _certified(quotas[row, inside], int(totals[row]), exact, bounds)
        except ValueError as error:
            decision.add(row, Finding(f"{where}: {error}" if where else str(error)))
        else:
            numbers[row, inside] = certified[0].seats
            results[row] = Apportioned(tuple(units[inside].tolist()), *certified)
    return numbers, results


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
