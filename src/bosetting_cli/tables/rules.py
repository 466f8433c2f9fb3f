"""The rules as used and the figures they read, as rows of tables for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bosetting_cli.apportionment import resolve_method
from bosetting_cli.result import NOT_ELIGIBLE, Allocation
from bosetting_cli.result.reasons import condition_text
from bosetting_cli.rules import Condition, Criterion, Rules, Select, indicator_columns
from bosetting_cli.statistics import Statistics, year_list
from bosetting_cli.words import capital, date, name, number, percent, say, short, title


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
    return [
        RuleLine(what, value, _source(rules, source, lang))
        for what, value, source in _lines(rules, lang)
    ]


def _source(rules: Rules, source: str | None, lang: str) -> str:
    return name(rules.sources.get(source, source), lang) if source else ""


def _lines(rules: Rules, lang: str) -> Iterator[tuple[str, str, str | None]]:
    if rules.counties:
        yield say("rule counties", lang), say("yes", lang), rules.counties.source
    yield say("rule total", lang), number(rules.total.value, 0, lang), rules.total.source
    for group in rules.of_which:
        value = number(group.value, 0, lang)
        if group.among:
            value = say("rule among", lang, number=value, condition=_condition(group.among, lang))
        yield f"{say('of whom', lang)} {title(group, lang)}", value, group.source
    yield say("minimum", lang), number(rules.minimum.value, 0, lang), rules.minimum.source
    if limit := rules.maximum:
        parts = [number(limit.value, 0, lang)]
        if limit.per_1000 is not None:
            parts.append(say("rule per 1,000", lang, number=short(limit.per_1000, lang)))
        yield say("maximum", lang), "; ".join(filter(None, parts)), limit.source
    for condition in rules.eligible:
        yield capital(say("eligible", lang)), _condition(condition, lang), condition.source
    if rules.exclude:
        yield say("rule excluded", lang), ", ".join(rules.exclude), None
    yield capital(say("asked", lang)), _select(rules.select, lang), rules.select.source
    for criterion in rules.criteria:
        yield title(criterion, lang), _criterion(criterion, rules, lang), criterion.source
    exponent = rules.size_exponent
    yield say("rule exponent", lang), short(exponent.value, lang), exponent.source
    yield say("rule method", lang), resolve_method(rules.method).title, None


def _condition(condition: Condition, lang: str) -> str:
    text = say(
        "rule condition",
        lang,
        name=name(condition_text(condition), lang),
        indicator=name(condition.indicator, lang).replace("_", " "),
        least=short(condition.at_least, lang),
        within=say(condition.within, lang) if len(condition.years) > 1 else "",
        years=year_list(condition.years) if condition.years else "",
    )
    return " ".join((text if condition.name else text.partition(": ")[2]).split())


def _select(select: Select, lang: str) -> str:
    how = next(
        (key for key in ("list", "count", "share") if getattr(select, key) is not None), "all"
    )
    by = select.by
    values = {
        "count": number(select.count, 0, lang),
        "share": percent(select.share or 0, lang),
        "by": say(f"by {by}", lang) if by in ("share", "score") else name(by, lang),
    }
    parts = [say(f"rule select {how}", lang, **values)]
    if select.per_county:
        parts.append(say("rule per county", lang, count=select.per_county))
    if select.include:
        parts.append(say("rule include", lang, names=", ".join(select.include)))
    return "; ".join(parts)


def _criterion(criterion: Criterion, rules: Rules, lang: str) -> str:
    parts = [percent(criterion.weight, lang), " / ".join(indicator_columns(criterion.indicator))]
    if criterion.years:
        parts[-1] += f" {year_list(criterion.years)}"
    if criterion.scale_by:
        parts.append(say("rule scaled", lang, size=name(criterion.scale_by, lang)))
    if criterion.smoothing and criterion.smoothing.participants:
        source = _source(rules, criterion.smoothing.source, lang)
        told = say("rule smoothing", lang, people=short(criterion.smoothing.participants, lang))
        parts.append(f"{told} ({source})" if source else told)
    if criterion.normalise != "value":
        parts.append(criterion.normalise)
    if criterion.direction == "lower":
        parts.append(say("rule lower", lang))
    return "; ".join(parts)


def vintages(statistics: Statistics, allocation: Allocation, lang: str) -> list[Vintage]:
    """Return which figures each criterion reads, and the days that they refer to."""
    lines = []
    for measured in allocation.measured.values():
        columns = [statistics.column(c) for c in indicator_columns(measured.criterion.indicator)]
        days = [date(day, lang) for year in measured.years if (day := columns[0].date(year))]
        late = f"{say('hindsight', lang)}: {year_list(measured.hindsight)}"
        lines.append(
            Vintage(
                title(measured.criterion, lang),
                " / ".join(column.name for column in columns),
                year_list(measured.years) if measured.years else "–",
                "; ".join(days) or "–",
                columns[0].table,
                late if measured.hindsight else "",
            )
        )
    return lines


def imputed(allocation: Allocation, lang: str) -> list[Imputed]:
    """Return for each criterion who has no published figure, and what stands for it."""
    lines = []
    eligible = [row for row in allocation.rows if row.status != NOT_ELIGIBLE]
    for key, measured in allocation.measured.items():
        names = sorted(row.municipality for row in eligible if row.figures[key].imputed)
        if not names:
            continue
        rate = len(indicator_columns(measured.criterion.indicator)) > 1
        values = {
            "criterion": title(measured.criterion, lang),
            "count": number(len(names), 0, lang),
            "eligible": number(len(eligible), 0, lang),
            "value": (percent if rate else short)(measured.national, lang),
        }
        lines.append(Imputed(capital(say("imputed one", lang, **values)), names))
    return lines
