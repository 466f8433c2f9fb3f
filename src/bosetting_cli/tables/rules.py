"""The rules as used and the figures they read, as rows of tables for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bosetting_cli.apportionment import resolve_method
from bosetting_cli.labels import label, number, title
from bosetting_cli.model.result import NOT_ELIGIBLE
from bosetting_cli.model.selection import condition_text
from bosetting_cli.phrases import date, name, phrase
from bosetting_cli.rules import indicator_columns
from bosetting_cli.statistics import year_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bosetting_cli.model.result import Allocation
    from bosetting_cli.rules import Condition, Criterion, Rules, Select
    from bosetting_cli.statistics import Statistics


class RuleLine(NamedTuple):
    """One rule: what it is about, what it says, where it comes from."""

    name: str
    value: str
    source: str


class Vintage(NamedTuple):
    """What one criterion's figures are: columns, years, the days they refer to, the file."""

    criterion: str
    columns: str
    years: str
    dates: str
    file: str
    hindsight: str


class Imputed(NamedTuple):
    """What was put in place of figures that are not published."""

    text: str
    names: list[str]


def rule_lines(rules: Rules, lang: str) -> list[RuleLine]:
    """Return every rule with its source, in the order in which they are applied."""
    lines = [
        *_numbers(rules, lang),
        *_eligible(rules, lang),
        (phrase("rule select", lang), _select(rules.select, lang), rules.select.source),
        *((title(c, lang), _criterion(c, rules, lang), c.source) for c in rules.criteria),
        (
            phrase("rule exponent", lang),
            _short(rules.size_exponent.value, lang),
            rules.size_exponent.source,
        ),
        (phrase("rule method", lang), resolve_method(rules.method).title, None),
    ]
    if rules.counties:
        lines.insert(0, (phrase("rule counties", lang), phrase("yes", lang), rules.counties.source))
    return [RuleLine(what, value, _source(rules, source)) for what, value, source in lines]


def _source(rules: Rules, source: str | None) -> str:
    return rules.sources.get(source, source) if source else ""


def _numbers(rules: Rules, lang: str) -> Iterator[tuple[str, str, str | None]]:
    yield phrase("rule total", lang), number(rules.total.value, 0, lang), rules.total.source
    for group in rules.of_which:
        value = number(group.value, 0, lang)
        if group.among:
            words = phrase("rule among", lang)
            value = words.format(number=value, condition=_condition(group.among, lang))
        yield f"{phrase('of whom', lang)} {title(group, lang)}", value, group.source
    yield phrase("minimum", lang), number(rules.minimum.value, 0, lang), rules.minimum.source
    if limit := rules.maximum:
        parts = [number(limit.value, 0, lang)] if limit.value is not None else []
        if limit.per_1000 is not None:
            rate = _short(limit.per_1000, lang)
            parts.append(phrase("rule per 1,000", lang).format(number=rate))
        yield phrase("maximum", lang), "; ".join(parts), limit.source


def _eligible(rules: Rules, lang: str) -> Iterator[tuple[str, str, str | None]]:
    for condition in rules.eligible:
        yield phrase("rule eligible", lang), _condition(condition, lang), condition.source
    if rules.exclude:
        yield phrase("rule excluded", lang), ", ".join(rules.exclude), None


def _condition(condition: Condition, lang: str) -> str:
    what = name(condition.indicator, lang).replace("_", " ")
    years = year_list(condition.years) if condition.years else ""
    least = _short(condition.at_least, lang)
    within = phrase(condition.within, lang) if len(condition.years) > 1 else ""
    text = phrase("rule condition", lang).format(
        name=name(condition_text(condition), lang),
        indicator=what,
        least=least,
        within=within,
        years=years,
    )
    if not condition.name:
        text = text.partition(": ")[2]
    return " ".join(text.split())


def _select(select: Select, lang: str) -> str:
    by = select.by
    by = phrase(f"by {by}", lang) if by in ("share", "score") else label(by, lang)
    if select.list is not None:
        parts = [phrase("rule select list", lang)]
    elif select.count is not None:
        count = number(select.count, 0, lang)
        parts = [phrase("rule select count", lang).format(count=count, by=by)]
    elif select.share is not None:
        share = _percent(select.share, lang)
        parts = [phrase("rule select share", lang).format(share=share, by=by)]
    else:
        parts = [phrase("rule select all", lang)]
    if select.per_county:
        parts.append(phrase("rule per county", lang).format(count=select.per_county))
    if select.include:
        names = ", ".join(select.include)
        parts.append(phrase("rule include", lang).format(names=names))
    return "; ".join(parts)


def _criterion(criterion: Criterion, rules: Rules, lang: str) -> str:
    parts = [_percent(criterion.weight, lang), " / ".join(indicator_columns(criterion.indicator))]
    if criterion.years:
        parts[-1] += f" {year_list(criterion.years)}"
    if criterion.scale_by:
        size = label(criterion.scale_by, lang)
        parts.append(phrase("rule scaled", lang).format(size=size))
    if criterion.smoothing and criterion.smoothing.participants:
        people = _short(criterion.smoothing.participants, lang)
        source = _source(rules, criterion.smoothing.source)
        told = phrase("rule smoothing", lang).format(people=people)
        parts.append(f"{told} ({source})" if source else told)
    if criterion.normalise != "value":
        parts.append(criterion.normalise)
    if criterion.direction == "lower":
        parts.append(phrase("rule lower", lang))
    return "; ".join(parts)


def vintages(statistics: Statistics, allocation: Allocation, lang: str) -> list[Vintage]:
    """Return which figures each criterion reads, and the days that they refer to."""
    lines = []
    for measured in allocation.measured.values():
        columns = [statistics.column(c) for c in indicator_columns(measured.criterion.indicator)]
        days = [day for year in measured.years if (day := columns[0].date(year))]
        late = f"{phrase('hindsight', lang)}: {year_list(measured.hindsight)}"
        lines.append(
            Vintage(
                title(measured.criterion, lang),
                " / ".join(column.name for column in columns),
                year_list(measured.years) if measured.years else "–",
                "; ".join(date(day, lang) for day in days) or "–",
                columns[0].table,
                late if measured.hindsight else "",
            )
        )
    return lines


def imputed(allocation: Allocation, lang: str) -> list[Imputed]:
    """Return for each criterion who has no published figure, and what stands for it."""
    lines = []
    for key, measured in allocation.measured.items():
        eligible = [row for row in allocation.rows if row.status != NOT_ELIGIBLE]
        names = sorted(row.municipality for row in eligible if row.figures[key].imputed)
        if names:
            rate = len(indicator_columns(measured.criterion.indicator)) > 1
            value = _percent(measured.national, lang) if rate else _short(measured.national, lang)
            text = phrase("imputed one", lang).format(
                criterion=title(measured.criterion, lang),
                count=number(len(names), 0, lang),
                eligible=number(len(eligible), 0, lang),
                value=value,
            )
            lines.append(Imputed(text[:1].upper() + text[1:], names))
    return lines


def _percent(value: float, lang: str) -> str:
    shown = number(value * 100, 1, lang)
    for zero in (".0", ",0"):
        shown = shown.removesuffix(zero)
    return f"{shown}%" if lang == "en" else f"{shown} %"


def _short(value: float, lang: str) -> str:
    text = f"{value:,.10g}"
    return text if lang == "en" else text.replace(",", "\u00a0").replace(".", ",")
