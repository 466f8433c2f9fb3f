"""The rules as used and the figures they read, as rows of tables for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bosetting_cli.apportionment import resolve_method
from bosetting_cli.result import NOT_ELIGIBLE
from bosetting_cli.result.reasons import condition_text
from bosetting_cli.rules import indicator_columns
from bosetting_cli.statistics import year_list
from bosetting_cli.words import capital, date, name, number, percent, say, short, title

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bosetting_cli.result import Allocation
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
        (capital(say("asked", lang)), _select(rules.select, lang), rules.select.source),
        *((title(c, lang), _criterion(c, rules, lang), c.source) for c in rules.criteria),
        (
            say("rule exponent", lang),
            short(rules.size_exponent.value, lang),
            rules.size_exponent.source,
        ),
        (say("rule method", lang), resolve_method(rules.method).title, None),
    ]
    if rules.counties:
        lines.insert(0, (say("rule counties", lang), say("yes", lang), rules.counties.source))
    return [RuleLine(what, value, _source(rules, source)) for what, value, source in lines]


def _source(rules: Rules, source: str | None) -> str:
    return rules.sources.get(source, source) if source else ""


def _numbers(rules: Rules, lang: str) -> Iterator[tuple[str, str, str | None]]:
    yield say("rule total", lang), number(rules.total.value, 0, lang), rules.total.source
    for group in rules.of_which:
        value = number(group.value, 0, lang)
        if group.among:
            value = say("rule among", lang, number=value, condition=_condition(group.among, lang))
        yield f"{say('of whom', lang)} {title(group, lang)}", value, group.source
    yield say("minimum", lang), number(rules.minimum.value, 0, lang), rules.minimum.source
    if limit := rules.maximum:
        parts = [number(limit.value, 0, lang)] if limit.value is not None else []
        if limit.per_1000 is not None:
            rate = short(limit.per_1000, lang)
            parts.append(say("rule per 1,000", lang, number=rate))
        yield say("maximum", lang), "; ".join(parts), limit.source


def _eligible(rules: Rules, lang: str) -> Iterator[tuple[str, str, str | None]]:
    for condition in rules.eligible:
        yield capital(say("eligible", lang)), _condition(condition, lang), condition.source
    if rules.exclude:
        yield say("rule excluded", lang), ", ".join(rules.exclude), None


def _condition(condition: Condition, lang: str) -> str:
    what = name(condition.indicator, lang).replace("_", " ")
    years = year_list(condition.years) if condition.years else ""
    least = short(condition.at_least, lang)
    within = say(condition.within, lang) if len(condition.years) > 1 else ""
    text = say(
        "rule condition",
        lang,
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
    by = say(f"by {by}", lang) if by in ("share", "score") else name(by, lang)
    if select.list is not None:
        parts = [say("rule select list", lang)]
    elif select.count is not None:
        count = number(select.count, 0, lang)
        parts = [say("rule select count", lang, count=count, by=by)]
    elif select.share is not None:
        share = percent(select.share, lang)
        parts = [say("rule select share", lang, share=share, by=by)]
    else:
        parts = [say("rule select all", lang)]
    if select.per_county:
        parts.append(say("rule per county", lang, count=select.per_county))
    if select.include:
        names = ", ".join(select.include)
        parts.append(say("rule include", lang, names=names))
    return "; ".join(parts)


def _criterion(criterion: Criterion, rules: Rules, lang: str) -> str:
    parts = [percent(criterion.weight, lang), " / ".join(indicator_columns(criterion.indicator))]
    if criterion.years:
        parts[-1] += f" {year_list(criterion.years)}"
    if criterion.scale_by:
        size = name(criterion.scale_by, lang)
        parts.append(say("rule scaled", lang, size=size))
    if criterion.smoothing and criterion.smoothing.participants:
        people = short(criterion.smoothing.participants, lang)
        source = _source(rules, criterion.smoothing.source)
        told = say("rule smoothing", lang, people=people)
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
        days = [day for year in measured.years if (day := columns[0].date(year))]
        late = f"{say('hindsight', lang)}: {year_list(measured.hindsight)}"
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
            value = percent(measured.national, lang) if rate else short(measured.national, lang)
            text = say(
                "imputed one",
                lang,
                criterion=title(measured.criterion, lang),
                count=number(len(names), 0, lang),
                eligible=number(len(eligible), 0, lang),
                value=value,
            )
            lines.append(Imputed(capital(text), names))
    return lines
