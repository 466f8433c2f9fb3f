"""An allocation laid out: a row per municipality, a group for each number that is shared out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from bosetting_cli.apportionment import Apportionment, binding
from bosetting_cli.model.figures import Figure
from bosetting_cli.model.places import Decision, Part
from bosetting_cli.model.standing import Reason
from bosetting_cli.result.reasons import reason_text
from bosetting_cli.rules import Rules, column_name, indicator_columns

if TYPE_CHECKING:
    import pandas as pd

SELECTED, NOT_SELECTED, NOT_ELIGIBLE = "selected", "not selected", "not eligible"


@dataclass(frozen=True, slots=True)
class Row:
    """One municipality's place in an allocation.

    Attributes:
        rank: Place among the eligible; None if not eligible.
        kommunenummer: Four characters.
        municipality: Name.
        fylke: County.
        group: The fylke, or fylker taken together, whose number is shared out; empty if the
            allocation has one step.
        population: Persons, the newest figure known at the rules' date.
        status: `selected`, `not selected` or `not eligible`.
        why: Why, where the rank alone does not say.
        reason: The same in words; may be empty.
        share: Part of the total, unrounded; among the selected, or for the others among the
            eligible.
        quota: Places before rounding; the exact sum of the contributions. None if not selected.
        requested: Places; 0 if not selected.
        minimum: Minimum requirement.
        maximum: Maximum requirement, if any.
        at_minimum: Whether the minimum binds: rounding alone would have given fewer.
        at_maximum: Whether the maximum binds.
        contributions: Criterion → places that it gives.
        of_which: Sub-group → places.
        figures: Criterion → the figure it knows.
        shares: Criterion → share among the eligible.
        unit: Its place in the statistics.
        place: Place among the eligible of its group; None if not eligible.
    """

    rank: int | None
    kommunenummer: str
    municipality: str
    fylke: str
    group: str
    population: int | None
    status: str
    why: Reason | None
    reason: str
    share: float | None
    quota: float | None
    requested: int
    minimum: int
    maximum: int | None
    at_minimum: bool
    at_maximum: bool
    contributions: Mapping[str, float]
    of_which: Mapping[str, int]
    figures: Mapping[str, Figure]
    shares: Mapping[str, float]
    unit: int
    place: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """Municipalities among which one number is shared out: all, or those of a county.

    Attributes:
        name: The county's name; empty if there is one group.
        total: The number that is shared out.
        ranking: The eligible, first to last.
        count: How many of them the rules select; the last rank that is in without further reasons.
        units: Who is asked, in the order of the apportionment.
        apportionment: The whole numbers with their certificate; None where there is none to make.
        contributions: Criterion of the counties' own key → places that it gives the county;
            empty if its number is given.
        exact: The units' exact quotas where rounded ones came too near a tie to decide it; they
            are what was apportioned then. Else empty.
    """

    name: str
    total: int
    ranking: tuple[str, ...]
    count: int
    units: tuple[str, ...]
    apportionment: Apportionment | None
    contributions: Mapping[str, float]
    exact: tuple[Fraction, ...] = ()

    def seats(self) -> dict[str, int]:
        """Return unit → whole number."""
        if self.apportionment is None:
            return dict.fromkeys(self.units, 0)
        return dict(zip(self.units, self.apportionment.seats.tolist(), strict=True))


def groups_of(decision: Decision, ranking: Sequence[int]) -> Iterator[Group]:
    """Yield the groups of an allocation.

    Args:
        decision: Its numbers.
        ranking: The eligible as places in the statistics, first to last.
    """
    own, step, key = decision.own, decision.step, decision.step.key
    names = [criterion.name for criterion in key.own.rules.criteria] if key else []
    given = key.parts[0].contributions[:, 0].T.tolist() if key else [[]] * len(step.names)
    for index, part in enumerate(decision.parts):
        result = part.results.get(0)
        asked = result.units if result else sorted(part.asked.tolist(), key=own.tie.__getitem__)
        yield Group(
            name=step.names[index],
            total=int(step.totals[0, index]),
            ranking=tuple(own.units[unit] for unit in ranking if step.county[unit] == index),
            count=int(part.take[0]),
            units=tuple(own.units[unit] for unit in asked),
            apportionment=result.result if result else None,
            contributions=dict(zip(names, given[index], strict=True)),
            exact=result.exact if result else (),
        )


def rows_of(decision: Decision, ranking: Sequence[int], groups: Sequence[Group]) -> list[Row]:
    """Return every municipality: the eligible by rank, then the others by kommunenummer."""
    ranks, rows = {unit: rank for rank, unit in enumerate(ranking, 1)}, []
    for index, (group, part) in enumerate(zip(groups, decision.parts, strict=True)):
        places = dict(zip(part.asked.tolist(), part.contributions[:, 0].T.tolist(), strict=True))
        within = {code: place for place, code in enumerate(group.ranking, 1)}
        bound = _binding(decision, part)
        for unit in np.flatnonzero(decision.step.county == index).tolist():
            ranked = ranks.get(unit), within.get(decision.own.units[unit])
            asked = places.get(unit, []), bound.get(unit, (False, False))
            rows.append(_row(decision, unit, group, ranked, *asked))
    return sorted(rows, key=lambda row: (row.rank or math.inf, row.kommunenummer))


def _row(
    decision: Decision,
    unit: int,
    group: Group,
    ranked: tuple[int | None, int | None],
    places: Sequence[float],
    bound: tuple[bool, bool],
) -> Row:
    own, (rank, place), high = decision.own, ranked, decision.high
    rules, m, people = own.rules, own.statistics.municipalities[unit], own.population[unit]
    asked, names = bool(decision.selected[0, unit]), [c.name for c in rules.criteria]
    shares = [float(amount.shares[unit]) for amount in own.amounts] if rank else []
    share = math.fsum(c.weight * x for c, x in zip(rules.criteria, shares, strict=False))
    share = math.fsum(places) / rules.total.value if asked else share
    why = own.reasons[unit] or _why(decision, unit, group, place or 0)
    shared = {} if not asked else decision.of_which
    return Row(
        rank=rank,
        kommunenummer=m.kommunenummer,
        municipality=m.municipality,
        fylke=m.fylke,
        group=group.name,
        population=None if math.isnan(people) else round(people),
        status=SELECTED if asked else NOT_SELECTED if rank else NOT_ELIGIBLE,
        why=why,
        reason=reason_text(why, rules) if why else "",
        share=share if rank else None,
        quota=math.fsum(places) if asked else None,
        requested=int(decision.requested[0, unit]),
        minimum=int(decision.low[0, unit]),
        maximum=None if high is None else int(high[0, unit]),
        at_minimum=bound[0],
        at_maximum=bound[1],
        contributions=dict(zip(names, places, strict=False)),
        of_which={n: int(x[0, unit]) for n, (x, _) in shared.items() if own.able[n][unit]},
        figures={f.criterion.name: f.units[unit] for f in own.figures},
        shares=dict(zip(names, shares, strict=False)),
        unit=unit,
        place=place,
    )


def _why(decision: Decision, unit: int, group: Group, place: int) -> Reason | None:
    """Return why an eligible municipality is asked or not, where the rank alone does not say."""
    own, asked, chosen = decision.own, decision.selected[0, unit], decision.own.rules.select
    if chosen.list is not None:
        return Reason("listed" if asked else "not listed")
    if not asked:
        names = (group.name,) if group.name else ()
        return Reason("rank", names, (place, len(group.ranking), group.count))
    if place <= group.count:
        return None
    if own.included[unit]:
        return Reason("included")
    return Reason("first", (own.statistics.municipalities[unit].fylke,), (chosen.per_county,))


def _binding(decision: Decision, part: Part) -> dict[int, tuple[bool, bool]]:
    """Return for each selected unit whether its minimum and its maximum bind."""
    if 0 not in part.results:
        return {}
    units, result, exact = part.results[0]
    at = list(units)
    quotas, low = exact or decision.quotas[0, at].tolist(), decision.low[0, at].tolist()
    high = [None] * len(at) if decision.high is None else decision.high[0, at].tolist()
    return dict(zip(units, zip(*binding(result, quotas, low, high), strict=True), strict=True))


def columns(rules: Rules) -> tuple[str, ...]:
    """Return the columns of the machine formats, in order."""
    names = [column_name(criterion.name) for criterion in rules.criteria]
    return (
        *("rank", "kommunenummer", "municipality", "fylke", "population"),
        *("status", "reason", "share", "quota", "requested"),
        *(f"requested_{column_name(group.name)}" for group in rules.of_which),
        *(f"contribution_{name}" for name in names),
        *("at_minimum", "at_maximum"),
        *(f"{what}_{name}" for name in names for what in ("figure", "years", "rests_on")),
        "note",
    )


def record(row: Row, rules: Rules) -> dict[str, Any]:
    """Return a row as column → value, None where there is none."""
    values: dict[str, Any] = {"note": "; ".join(row_notes(row, rules))}
    for group in rules.of_which:
        values[f"requested_{column_name(group.name)}"] = row.of_which.get(group.name, 0)
    for criterion in rules.criteria:
        name, figure = column_name(criterion.name), row.figures[criterion.name]
        values[f"contribution_{name}"] = row.contributions.get(criterion.name)
        values[f"figure_{name}"] = _whole(figure.value)
        values[f"years_{name}"] = " ".join(map(str, figure.years))
        values[f"rests_on_{name}"] = _whole(figure.denominator)
    return {n: values[n] if n in values else getattr(row, n) for n in columns(rules)}


def _whole(value: float | None) -> float | None:
    """Return a count as a whole number: 666759, not 666759.0."""
    return int(value) if value is not None and value.is_integer() else value


def row_notes(row: Row, rules: Rules) -> Iterator[str]:
    """Yield what must be said of a row's figures: imputed, or smoothed on how many people."""
    for criterion in rules.criteria:
        figure = row.figures[criterion.name]
        if figure.imputed:
            what = "rate" if len(indicator_columns(criterion.indicator)) == 2 else "figure"
            yield f"{criterion.name}: no published figure, the national {what} stands for it"
        elif criterion.smoothing and criterion.smoothing.participants and figure.denominator:
            yield f"{criterion.name}: smoothed, rests on {figure.denominator:,.0f} participants"


def frame(rows: Sequence[Row], rules: Rules) -> pd.DataFrame:
    """Return rows as a DataFrame with the columns of the CSV."""
    import pandas as pd

    return pd.DataFrame([record(row, rules) for row in rows], columns=list(columns(rules)))
