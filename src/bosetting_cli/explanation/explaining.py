"""Why a municipality is asked for its number, or not asked: one row of an allocation, in full.

Everything is taken from the allocation or computed by running the model again (`changes`);
nothing is computed here a second time.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

from bosetting_cli.apportionment import as_float
from bosetting_cli.explanation.parts import ConditionPart, CriterionPart, Explanation, Rounding
from bosetting_cli.result import SELECTED
from bosetting_cli.result.reasons import condition_text
from bosetting_cli.rules import Ratio, indicator_columns
from bosetting_cli.statistics.names import find_municipality
from bosetting_cli.tables.allocation import document
from bosetting_cli.words import LANGUAGES, title

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bosetting_cli.model.figures import Met
    from bosetting_cli.result import Allocation, Group, Row
    from bosetting_cli.rules import Criterion, Rules
    from bosetting_cli.statistics import Statistics


def explain(
    statistics: Statistics,
    rules: Rules,
    allocation: Allocation,
    kommunenummer: str,
    *,
    changes: bool = False,
) -> Explanation:
    """Return why a municipality is asked for its number, or not asked.

    Args:
        statistics: What the allocation was made from.
        rules: What it was made by.
        allocation: From `allocate(statistics, rules)`.
        kommunenummer: The municipality.
        changes: Also look for what would have changed the answer, which runs the model some
            hundred times.

    Raises:
        KeyError: There is no such municipality.
    """
    return explanations(statistics, rules, allocation, [kommunenummer], changes=changes)[0]


def explained(allocation: Allocation, municipality: str, *, changes: bool = False) -> Explanation:
    """Return why a municipality is asked for its number, or not asked; for notebooks.

    Args:
        allocation: From `allocate`.
        municipality: Name or kommunenummer.
        changes: Also look for what would have changed the answer.

    Raises:
        BosettingError: There is no such municipality, or there are several.
    """
    statistics = allocation.statistics
    code = find_municipality(municipality, statistics.municipalities).kommunenummer
    return explain(statistics, allocation.rules, allocation, code, changes=changes)


def explanations(
    statistics: Statistics,
    rules: Rules,
    allocation: Allocation,
    codes: Sequence[str],
    *,
    changes: bool = False,
) -> list[Explanation]:
    """Return the explanations of several municipalities; see `explain`."""
    places = _places(allocation)
    found = [_explanation(statistics, rules, allocation, code, places) for code in codes]
    if not changes:
        return found
    from bosetting_cli.explanation.changes import find_changes

    pairs = zip(found, find_changes(statistics, rules, found), strict=True)
    return [dataclasses.replace(explanation, changes=own) for explanation, own in pairs]


def _explanation(
    statistics: Statistics,
    rules: Rules,
    allocation: Allocation,
    code: str,
    places: Mapping[str, Mapping[str, int]],
) -> Explanation:
    row, group = allocation.row(code), allocation.group_of(code)
    tested = allocation.decision.own.tested
    return Explanation(
        kommunenummer=row.kommunenummer,
        municipality=row.municipality,
        fylke=row.fylke,
        population=row.population,
        status=row.status,
        reason=row.reason,
        group=group.name,
        total=group.total,
        rank=allocation.place_of(code),
        eligible=len(group.ranking),
        cut=group.count,
        asked=len(group.units),
        ranked_by=rules.select.by,
        criteria=tuple(
            _criterion(c, statistics, allocation, row, places[c.name].get(code))
            for c in rules.criteria
        ),
        conditions=tuple(
            _condition(met, statistics, rules, allocation.unit_of(code)) for met in tested
        ),
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
        code=row.why.code if row.why else "",
        titles={lang: _titles(rules, lang) for lang in LANGUAGES},
    )


def _titles(rules: Rules, lang: str) -> dict[str, str]:
    criteria = {criterion.name: title(criterion, lang) for criterion in rules.criteria}
    return criteria | {group.name: title(group, lang) for group in rules.of_which}


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


def _criterion(
    c: Criterion, statistics: Statistics, allocation: Allocation, row: Row, place: int | None
) -> CriterionPart:
    figure, measured = row.figures[c.name], allocation.measured[c.name]
    names = indicator_columns(c.indicator)
    kappa = c.smoothing.participants if c.smoothing else 0
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
        place=place,
        share=_share(c, row, allocation.group_of(row.kommunenummer)),
        contribution=row.contributions.get(c.name),
    )


def _places(allocation: Allocation) -> dict[str, dict[str, int]]:
    """Return criterion → eligible unit → the place of its figure in its group.

    The end that is asked for more is first; equal figures share the better place.
    """
    found: dict[str, dict[str, int]] = {name: {} for name in allocation.measured}
    for name, measured in allocation.measured.items():
        sign = -1 if measured.criterion.direction == "lower" else 1
        for group in allocation.groups:
            own = {code: sign * allocation.row(code).figures[name].value for code in group.ranking}
            falling = enumerate(sorted(own.values(), reverse=True), 1)
            first = {value: place for place, value in reversed(list(falling))}
            found[name].update((code, first[value]) for code, value in own.items())
    return found


def _share(c: Criterion, row: Row, group: Group) -> float | None:
    """Return the share that led to the contribution, or the one among the eligible."""
    if row.status == SELECTED and c.weight and group.total:
        return row.contributions[c.name] / (c.weight * group.total)
    return row.shares.get(c.name)


def _condition(met: Met, statistics: Statistics, rules: Rules, unit: int) -> ConditionPart:
    condition = met.condition
    return ConditionPart(
        name=condition_text(condition),
        indicator=condition.indicator,
        unit=statistics.column(condition.indicator).unit,
        years=tuple(year for year in met.years if year is not None),
        figures=met.figures[unit],
        at_least=condition.at_least,
        within=condition.within,
        met=bool(met.met[unit]),
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
