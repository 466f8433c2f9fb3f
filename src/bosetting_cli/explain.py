"""Why a municipality is asked for its number, or not asked: one row of an allocation, in full.

Everything is taken from the allocation or computed by running the model again (`whatif`);
nothing is computed here a second time.
"""

from __future__ import annotations

import dataclasses
import math
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any

from bosetting_cli import selection
from bosetting_cli.apportionment.exact import as_float
from bosetting_cli.criteria import years_of
from bosetting_cli.explaining.explanation import ConditionPart, CriterionPart, Explanation, Rounding
from bosetting_cli.result import NOT_ELIGIBLE, SELECTED
from bosetting_cli.rules import Ratio, indicator_columns
from bosetting_cli.tables.allocation import document
from bosetting_cli.words import title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bosetting_cli.memory import Memory
    from bosetting_cli.result import Allocation, Group, Row
    from bosetting_cli.rules import Condition, Criterion, Rules
    from bosetting_cli.statistics import Statistics


__all__ = ["Explanation", "explain", "explanations_document"]


def explain(
    statistics: Statistics,
    rules: Rules,
    allocation: Allocation,
    kommunenummer: str,
    *,
    changes: bool = False,
    memory: Memory | None = None,
) -> Explanation:
    """Return why a municipality is asked for its number, or not asked.

    Args:
        statistics: What the allocation was made from.
        rules: What it was made by.
        allocation: From `allocate(statistics, rules)`.
        kommunenummer: The municipality.
        changes: Also look for what would have changed the answer, which runs the model some
            hundred times.
        memory: Given to several calls on the same statistics, it makes looking for changes
            quicker.

    Raises:
        KeyError: There is no such municipality.
    """
    row = allocation.row(kommunenummer)
    group = _group(allocation, row)
    ranking = group.selection.ranking
    explanation = Explanation(
        kommunenummer=row.kommunenummer,
        municipality=row.municipality,
        fylke=row.fylke,
        population=row.population,
        status=row.status,
        reason=row.reason,
        group=group.name,
        total=group.total,
        rank=ranking.index(kommunenummer) + 1 if row.status != NOT_ELIGIBLE else None,
        eligible=len(ranking),
        cut=group.selection.count,
        asked=len(group.units),
        ranked_by=rules.select.by,
        criteria=tuple(_criterion(c, statistics, allocation, row, group) for c in rules.criteria),
        conditions=tuple(_condition(c, statistics, rules, row) for c in rules.eligible),
        quota=row.quota,
        share=row.share,
        minimum=row.minimum,
        maximum=row.maximum,
        at_minimum=row.at_minimum,
        at_maximum=row.at_maximum,
        rounding=_rounding(row, group),
        requested=row.requested,
        of_which=row.of_which,
        cannot_receive=tuple(
            g.name for g in rules.of_which if row.requested and g.name not in row.of_which
        ),
    )
    if not changes:
        return explanation
    from bosetting_cli.explaining.whatif import find_changes

    found = find_changes(statistics, rules, explanation, memory)
    return dataclasses.replace(explanation, changes=found)


def explanations_document(
    allocation: Allocation, explanations: Sequence[Explanation]
) -> dict[str, Any]:
    """Return the JSON of `bosetting explain`: what the explanations rest on, and themselves."""
    told = document(allocation)
    kept = ("schema_version", "program", "title", "summary", "notes", "inputs")
    return {
        **{key: told[key] for key in kept},
        "explanations": [explanation.as_dict() for explanation in explanations],
    }


def _group(allocation: Allocation, row: Row) -> Group:
    """Return the group in which a municipality is ranked, or would be."""
    if len(allocation.groups) == 1:
        return allocation.groups[0]
    name = row.group
    if row.status == NOT_ELIGIBLE:
        name = _county_of(allocation, row.fylke)
    return next(group for group in allocation.groups if group.name == name)


def _county_of(allocation: Allocation, fylke: str) -> str:
    counties = allocation.rules.counties
    combine = counties.combine if counties else {}
    return next((name for name, parts in combine.items() if fylke in parts), fylke)


def _criterion(
    c: Criterion, statistics: Statistics, allocation: Allocation, row: Row, group: Group
) -> CriterionPart:
    figure, measured = row.figures[c.name], allocation.measured[c.name]
    names = indicator_columns(c.indicator)
    kappa = c.smoothing.participants if c.smoothing else 0
    ranked = None if row.status == NOT_ELIGIBLE or figure.value is None else figure.value
    return CriterionPart(
        name=c.name,
        title=title(c, "en"),
        weight=c.weight,
        source=_source(c.source, allocation.rules),
        indicator=" / ".join(names),
        unit="rate" if isinstance(c.indicator, Ratio) else statistics.column(names[0]).unit,
        years=figure.years,
        figure=figure.value,
        raw=figure.raw,
        numerator=figure.numerator,
        participants=figure.denominator,
        smoothed=kappa > 0 and not figure.imputed,
        imputed=figure.imputed,
        national=measured.national,
        place=None if ranked is None else _place(ranked, c, allocation, group),
        share=_share(c, row, group),
        contribution=row.contributions.get(c.name),
    )


def _place(value: float, c: Criterion, allocation: Allocation, group: Group) -> int:
    """Return the place of a figure in its group, the end that is asked for more being first."""
    figures = allocation.measured[c.name].figures
    known = sorted(v for u in group.selection.ranking if (v := figures[u].value) is not None)
    if c.direction == "lower":
        return bisect_left(known, value) + 1
    return len(known) - bisect_right(known, value) + 1


def _share(c: Criterion, row: Row, group: Group) -> float | None:
    """Return the share that led to the contribution, or the one among the eligible."""
    if row.status == SELECTED and c.weight and group.total:
        return row.contributions[c.name] / (c.weight * group.total)
    return row.shares.get(c.name)


def _condition(
    condition: Condition, statistics: Statistics, rules: Rules, row: Row
) -> ConditionPart:
    alone = tuple(m for m in statistics.municipalities if m.kommunenummer == row.kommunenummer)
    only = dataclasses.replace(statistics, municipalities=alone)
    met, figures = selection.meets(only, condition, rules.as_of)[row.kommunenummer]
    years = years_of(statistics, condition.indicator, condition.years, rules.as_of)
    return ConditionPart(
        name=selection.condition_text(condition),
        indicator=condition.indicator,
        unit=statistics.column(condition.indicator).unit,
        years=tuple(year for year in years if year is not None),
        figures=figures,
        at_least=condition.at_least,
        within=condition.within,
        met=met,
        source=_source(condition.source, rules),
    )


def _source(name: str | None, rules: Rules) -> str | None:
    return rules.sources.get(name, name) if name is not None else None


def _rounding(row: Row, group: Group) -> Rounding | None:
    result = group.apportionment
    if result is None or row.quota is None:
        return None
    divisor = _finite(as_float(result.divisor))
    return Rounding(
        method=result.method.name,
        method_title=result.method.title,
        divisor=divisor,
        quotient=row.quota / divisor if divisor else None,
        divisors=tuple(_finite(as_float(end)) for end in result.divisors or ()),
    )


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
