"""Why a municipality is asked for its number, or not asked: one row of an allocation, in full.

Everything is taken from the allocation or computed by running the model again (`changes`);
nothing is computed here a second time.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

from bosetting_cli.apportionment import Divisor, as_float
from bosetting_cli.explanation.parts import ConditionPart, CriterionPart, Explanation, Rounding
from bosetting_cli.model.figures import Met
from bosetting_cli.result import SELECTED, Allocation, Group, Row
from bosetting_cli.result.reasons import condition_text
from bosetting_cli.rules import Criterion, Ratio, SubGroup, indicator_columns
from bosetting_cli.statistics.names import find_municipality
from bosetting_cli.tables.allocation import document
from bosetting_cli.words import LANGUAGES, title

_OF_THE_ROW = (
    *("kommunenummer", "municipality", "fylke", "population", "status", "reason"),
    *("quota", "share", "minimum", "maximum", "at_minimum", "at_maximum", "requested", "of_which"),
)


def explain(allocation: Allocation, municipality: str, *, changes: bool = False) -> Explanation:
    """Return why a municipality is asked for its number, or not asked.

    Args:
        allocation: From `allocate`.
        municipality: Name or kommunenummer.
        changes: Also look for what would have changed the answer, which runs the model some
            hundred times.

    Raises:
        BosettingError: There is no such municipality, or there are several.
    """
    code = find_municipality(municipality, allocation.statistics.municipalities).kommunenummer
    return explanations(allocation, [code], changes=changes)[0]


def explanations(
    allocation: Allocation, codes: Sequence[str], *, changes: bool = False
) -> list[Explanation]:
    """Return the explanations of several municipalities, by kommunenummer; see `explain`."""
    places = _places(allocation)
    found = [_explanation(allocation, code, places) for code in codes]
    if not changes:
        return found
    from bosetting_cli.explanation.changes import find_changes

    pairs = zip(found, find_changes(allocation, found), strict=True)
    return [dataclasses.replace(explanation, changes=own) for explanation, own in pairs]


def explanations_document(
    allocation: Allocation, explanations: Sequence[Explanation]
) -> dict[str, Any]:
    """Return the JSON of `bosetting explain`: what the explanations rest on, and themselves."""
    told = document(allocation)
    kept = ("schema_version", "program", "title", "summary", "notes", "inputs")
    return {
        **{key: told[key] for key in (*kept, "region") if key in told},
        "explanations": [explanation.as_dict() for explanation in explanations],
    }


def _explanation(
    allocation: Allocation, code: str, places: Mapping[str, Mapping[str, int]]
) -> Explanation:
    row, group, rules = allocation.row(code), allocation.group_of(code), allocation.rules
    named: list[Criterion | SubGroup] = [*rules.criteria, *rules.of_which]
    tested, unit = allocation.decision.own.tested, allocation.unit_of(code)
    return Explanation(
        **{name: getattr(row, name) for name in _OF_THE_ROW},
        group=group.name,
        total=group.total,
        rank=allocation.place_of(code),
        eligible=len(group.ranking),
        cut=group.count,
        asked=len(group.units),
        ranked_by=rules.select.by,
        criteria=tuple(
            _criterion(c, allocation, row, places[c.name].get(code)) for c in rules.criteria
        ),
        conditions=tuple(_condition(met, allocation, unit) for met in tested),
        rounding=_rounding(row, group),
        cannot_receive=tuple(
            g.name for g in rules.of_which if row.requested and g.name not in row.of_which
        ),
        code=row.why.code if row.why else "",
        titles={lang: {item.name: title(item, lang) for item in named} for lang in LANGUAGES},
    )


def _criterion(c: Criterion, allocation: Allocation, row: Row, place: int | None) -> CriterionPart:
    figure, names = row.figures[c.name], indicator_columns(c.indicator)
    rate = isinstance(c.indicator, Ratio)
    smoothing = c.smoothing.participants if c.smoothing else 0
    return CriterionPart(
        **{name: getattr(figure, name) for name in ("years", "raw", "numerator", "imputed")},
        name=c.name,
        title=title(c, "en"),
        weight=c.weight,
        source=c.source and allocation.rules.sources.get(c.source, c.source),
        indicator=" / ".join(names),
        unit="rate" if rate else allocation.statistics.column(names[0]).unit,
        figure=figure.value,
        participants=figure.denominator,
        smoothed=smoothing > 0 and not figure.imputed,
        national=allocation.measured[c.name].national,
        place=place,
        share=_share(c, row, allocation.group_of(row.kommunenummer)),
        contribution=row.contributions.get(c.name),
    )


def _places(allocation: Allocation) -> dict[str, dict[str, int]]:
    """Return criterion → eligible unit → the place of its figure in its group.

    The end that is asked for more is first; equal figures share the better place.
    """
    found: dict[str, dict[str, int]] = {}
    for c in allocation.rules.criteria:
        found[c.name] = {}
        for group in allocation.groups:
            own = {code: allocation.row(code).figures[c.name].value for code in group.ranking}
            ordered = sorted(own.values(), reverse=c.direction == "higher")
            first = {value: place for place, value in reversed([*enumerate(ordered, 1)])}
            found[c.name] |= {code: first[value] for code, value in own.items()}
    return found


def _share(c: Criterion, row: Row, group: Group) -> float | None:
    """Return the share that led to the contribution, or the one among the eligible."""
    if row.status == SELECTED and c.weight and group.total:
        return row.contributions[c.name] / (c.weight * group.total)
    return row.shares.get(c.name)


def _condition(met: Met, allocation: Allocation, unit: int) -> ConditionPart:
    c = met.condition
    return ConditionPart(
        **{name: getattr(c, name) for name in ("indicator", "at_least", "within")},
        name=condition_text(c),
        unit=allocation.statistics.column(c.indicator).unit,
        years=tuple(year for year in met.years if year is not None),
        figures=met.figures[unit],
        met=bool(met.met[unit]),
        source=c.source and allocation.rules.sources.get(c.source, c.source),
    )


def _rounding(row: Row, group: Group) -> Rounding | None:
    result = group.apportionment
    if result is None or row.quota is None:
        return None
    divisor, *divisors = map(_finite, (result.divisor, *(result.divisors or ())))
    quotient = row.quota / divisor if divisor else None
    return Rounding(result.method.name, result.method.title, divisor, quotient, tuple(divisors))


def _finite(divisor: Divisor) -> float | None:
    number = as_float(divisor)
    return number if math.isfinite(number) else None
