"""An explanation → text for people: sentences and a small table, as text or Markdown.

Which sentences an explanation has is decided by `_opening`, `_rounding`, `why` and `sentence`, as
keys of the catalogue; what stands in them is the same for all, `_values`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from bosetting_cli.explanation.parts import Change, ConditionPart, CriterionPart, Explanation
from bosetting_cli.result import NOT_ELIGIBLE, SELECTED
from bosetting_cli.rules import Rules
from bosetting_cli.statistics import year_list
from bosetting_cli.tables import Column, Table, kinds, render
from bosetting_cli.words import listing, name, number, say

WIDTH = 100
_COUNTS = ("rank", "eligible", "cut", "total", "requested", "minimum", "maximum")
_COLUMNS = {
    "criterion": kinds.NAME,
    "figure": kinds.CODE,
    "unit": kinds.TEXT,
    "years": kinds.TEXT,
    "place": kinds.COUNT,
    "share": kinds.CODE,
    "weight": kinds.CODE,
}


def narrative(e: Explanation, form: str = "table", lang: str = "en") -> str:
    """Return an explanation as text.

    Args:
        e: The explanation, from `explain`; what it lists as changes is told.
        form: `table` for plain text of at most 100 columns, or `markdown`.
        lang: One of `words.LANGUAGES`.
    """
    values, markdown = _values(e, lang), form == "markdown"
    opening = _flowing([say(key, lang, **values) for key in _opening(e)], markdown)
    blocks = [_bold(opening) if markdown else opening]
    if e.status != NOT_ELIGIBLE:
        blocks.append(render(_table(e, lang), form, width=WIDTH).decode().rstrip("\n"))
        blocks.append(_flowing(_rounding(e, lang), markdown))
    if e.changes:
        lines = [f"- {sentence(change, e, lang)}" for change in e.changes]
        heading = f"{say('changes', lang)}:" + "\n" * markdown
        folded = [textwrap.fill(line, WIDTH, subsequent_indent="  ") for line in lines]
        blocks.append("\n".join([heading, *(lines if markdown else folded)]))
    given = [part.source for part in e.conditions] + [part.source for part in e.criteria]
    if sources := dict.fromkeys(name(source, lang) for source in given if source):
        blocks.append(_flowing([say("sources", lang, sources="; ".join(sources))], markdown))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _flowing(sentences: Iterable[str], markdown: bool) -> str:
    text = " ".join(sentences)
    if markdown:
        return text
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _bold(text: str) -> str:
    """Return a text with its first sentence in bold."""
    first, dot, rest = text.partition(". ")
    return f"**{first}{dot.strip()}** {rest}".rstrip()


# --- sentences -------------------------------------------------------------------------------


def why(e: Explanation, rules: Rules, lang: str = "en") -> str:
    """Return which rule decided that a municipality is asked, or is not."""
    beyond = (e.rank or 0) > e.cut
    if e.status == NOT_ELIGIBLE:
        key = _bar(e)
    elif rules.select.list is not None:
        key = "listed" if e.status == SELECTED else "not listed"
    elif e.status == SELECTED and beyond:
        key = "included" if e.code == "included" else "first"
    else:
        key = "rank" if e.status == SELECTED or beyond else "rank full"
    return say(f"why {key}", lang, **_values(e, lang))


def _bar(e: Explanation) -> str:
    """Return what keeps a municipality from being eligible."""
    return "excluded" if e.code == "excluded" else "unmet" if e.unmet else "no figure"


def _opening(e: Explanation) -> Iterator[str]:
    """Yield whether a municipality is asked, and by what, as keys of the catalogue."""
    yield "is asked" if e.status == SELECTED else "is not asked"
    if e.cannot_receive:
        yield "cannot receive"
    if e.group:
        yield "county number"
    if e.status == NOT_ELIGIBLE:
        yield "is not eligible"
        if _bar(e) == "unmet":
            yield "its figures"
    elif e.code in ("listed", "not listed"):
        yield "on the list" if e.code == "listed" else "not on the list"
    else:
        yield "ranked" if e.cut < e.eligible else "ranked all"
        if e.code in ("included", "first"):
            yield "by name" if e.code == "included" else "among first"
        elif e.status != SELECTED and (e.rank or 0) <= e.cut:
            yield "beaten"


def _values(e: Explanation, lang: str) -> dict[str, str]:
    """Return what the sentences on a municipality are filled in with."""
    values = {key: number(getattr(e, key), 0, lang) for key in _COUNTS}
    none, by = say("no people", lang), e.ranked_by
    counts = {group: number(n, 0, lang) if n else none for group, n in e.of_which.items()}
    parts = [f"{count} {e.called(group, lang)}" for group, count in counts.items()]
    lacking = [e.called(part.name, lang) for part in e.criteria if part.figure is None]
    names = lacking if e.status == NOT_ELIGIBLE else [e.called(g, lang) for g in e.cannot_receive]
    values |= {
        "who": f"{e.municipality} ({e.kommunenummer}, {e.fylke})",
        "of_which": say("of whom parts", lang, parts=listing(parts, lang)) if parts else "",
        "names": listing(names, lang),
        "criteria": listing(lacking, lang),
        "conditions": listing([name(part.name, lang) for part in e.unmet], lang),
        "group": e.group or e.fylke,
        "where": say("where", lang, group=e.group) if e.group else "",
        "by": say(f"by {by}", lang) if by in ("share", "score") else e.called(by, lang),
    }
    if e.unmet:
        first = e.unmet[0]
        values |= {"name": name(first.name, lang), "needs": _needs(first, lang)}
        values["figures"] = listing(_figures(first, lang), lang)
    return values | ({"why": say(_bar(e), lang, **values)} if e.status == NOT_ELIGIBLE else {})


def _needs(part: ConditionPart, lang: str) -> str:
    least = figure_text(part.at_least, part.unit, lang)
    if len(part.years) < 2:
        return say("needs", lang, least=least)
    return say(f"needs {part.within}", lang, least=least, years=year_list(part.years))


def _figures(part: ConditionPart, lang: str) -> list[str]:
    none = say("not published", lang)
    texts = [none if x is None else figure_text(x, part.unit, lang) for x in part.figures]
    pairs = zip(texts, part.years, strict=False)
    return [say("in year", lang, figure=text, year=year) for text, year in pairs] or texts


def _rounding(e: Explanation, lang: str) -> Iterator[str]:
    r, values = e.rounding, _values(e, lang)
    if r is None or e.quota is None:
        return
    key = "undivided"
    if r.divisor is not None:
        key = "rounded at bound" if e.at_minimum or e.at_maximum else "rounded"
        places, digits = decimals_of_division(e.quota, r.divisor, decimals_of(r.divisor, 6))
        values |= {
            "quota": number(e.quota, places, lang),
            "divisor": number(r.divisor, digits, lang),
            "quotient": number(r.quotient, 2, lang),
            "method": r.method_title,
            "rounded": values["requested"],
        }
    yield say(key, lang, **values)
    if e.at_maximum or e.minimum:
        bound = "maximum binds" if e.at_maximum else "minimum binds" if e.at_minimum else "loose"
        yield say(bound, lang, **values)


def decimals_of(value: float, digits: int) -> int:
    """Return how many decimals show so many digits of a number.

    Example:
        >>> decimals_of(1.09847, 6), decimals_of(250.0, 6)
        (5, 3)
    """
    return max(digits - len(str(int(value))), 0)


def decimals_of_division(quota: float, divisor: float, digits: int) -> tuple[int, int]:
    """Return how many decimals of quota and divisor show a quotient of two decimals truly.

    Args:
        quota: What is divided; at least two decimals.
        divisor: What it is divided by.
        digits: The least decimals of the divisor.

    Example:
        >>> decimals_of_division(44.155, 0.98943, 5), decimals_of_division(2669.2749, 0.9999982, 5)
        ((2, 5), (3, 7))
    """
    quotient = round(quota / divisor, 2)
    more = [(a, b) for a in range(2, 10) for b in range(digits, 16)]
    for places, parts in sorted(more, key=sum):
        shown = round(divisor, parts)
        if shown and round(round(quota, places) / shown, 2) == quotient:
            return places, parts
    return 2, digits


def sentence(change: Change, e: Explanation, lang: str = "en") -> str:
    """Return what would have changed the answer, and to what."""
    values: dict[str, Any] = {
        "group": e.group,
        "where": say("where", lang, group=e.group) if e.group else "",
        "title": e.called(change.name, lang) if change.name else "",
        "rank": number(change.rank, 0, lang),
        "eligible": number(change.eligible, 0, lang),
        "requested": number(change.requested, 0, lang),
    }
    for key, x in (("now", change.now), ("then", change.then)):
        values[key] = "" if x is None else figure_text(x, change.unit, lang)
    if change.now is not None and values["now"] == values["then"]:  # 67.62 % beside 67.6 %
        values["now"] = figure_text(change.now, change.unit, lang, 1)
    if change.kind == "conditions":
        quoted = [say("quoted", lang, name=name(part.name, lang)) for part in e.unmet]
        values["title"] = listing(quoted, lang)
    key = {SELECTED: "then asked", NOT_ELIGIBLE: "then not eligible"}.get(
        change.status, "then not asked"
    )
    if change.status == SELECTED and e.status == NOT_ELIGIBLE:
        key = "then ranked"
    return say(f"if {change.kind}", lang, **values) + say(key, lang, **values)


# --- the table of criteria -------------------------------------------------------------------


def _table(e: Explanation, lang: str) -> Table:
    columns = [
        Column(key, "" if key == "unit" else say(key, lang), kind) for key, kind in _COLUMNS.items()
    ]
    totals = {}
    if e.quota is not None:
        columns.append(Column("places", say("places", lang), kinds.decimal(2)))
        totals = {"criterion": say("quota", lang), "places": e.quota}
    rows = [_row(e, part, lang) for part in e.criteria]
    notes = [n for part in e.criteria for n in textwrap.wrap(_note(e, part, lang), WIDTH)]
    return Table(columns, rows, totals=totals, notes=notes, lang=lang)


def _row(e: Explanation, part: CriterionPart, lang: str) -> dict[str, Any]:
    value = part.figure if part.raw is None else part.raw
    weight, share = 100 * part.weight, part.share
    unit = name(part.unit, lang)
    if part.unit == "rate":
        people = number(part.participants, 0, lang)
        rests_on = say("of people", lang, people=people)
        unit = f"%, {say('national', lang)}" if part.imputed else rests_on
    return {
        "criterion": e.called(part.name, lang),
        "figure": None if value is None else _bare(value, part.unit, lang),
        "unit": unit,
        "years": year_list(part.years) if part.years else "–",
        "place": part.place,
        "share": None if share is None else f"{number(100 * share, 3, lang)} %",
        "weight": f"{number(weight, 1 if weight % 1 > 1e-9 else 0, lang)} %",
        "places": part.contribution,
    }


def _note(e: Explanation, part: CriterionPart, lang: str) -> str:
    if part.figure is None or not (part.imputed or part.smoothed):
        return ""
    return say(
        "national stands in" if part.imputed else "counts as",
        lang,
        title=e.called(part.name, lang),
        figure=figure_text(part.figure, part.unit, lang),
        national=figure_text(part.national, part.unit, lang),
    )


def _bare(value: float, unit: str, lang: str, more: int = 0) -> str:
    """Return a figure without its unit."""
    if unit == "rate":
        return number(100 * value, 1 + more, lang)
    return number(value, 0 if value == int(value) else decimals_of(value, 4) + more, lang)


def figure_text(value: float, unit: str, lang: str = "en", more: int = 0) -> str:
    """Return a figure with its unit where that does not go without saying.

    Args:
        value: The figure.
        unit: What it is counted in; `rate` for a part of 1.
        lang: One of `words.LANGUAGES`.
        more: So many decimals more than usual.

    Example:
        >>> figure_text(0.634, "rate"), figure_text(51022, "persons")
        ('63.4 %', '51,022')
    """
    bare = _bare(value, unit, lang, more)
    if unit in ("rate", "per cent", "%"):
        return f"{bare} %"
    return bare if unit in ("", "persons") else f"{bare} {name(unit, lang)}"
