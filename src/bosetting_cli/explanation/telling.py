"""An explanation → text for people: sentences and a small table, as text or Markdown."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from bosetting_cli.result import NOT_ELIGIBLE, SELECTED
from bosetting_cli.statistics import year_list
from bosetting_cli.tables import Column, Table, kinds, render
from bosetting_cli.words import listing, name, number, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bosetting_cli.explanation.parts import Change, ConditionPart, CriterionPart, Explanation

WIDTH = 100


def narrative(e: Explanation, form: str = "table", lang: str = "en") -> str:
    """Return an explanation as text.

    Args:
        e: The explanation, from `explain`; what it lists as changes is told.
        form: `table` for plain text of at most 100 columns, or `markdown`.
        lang: One of `words.LANGUAGES`.
    """
    blocks = [_flowing(" ".join(_opening(e, lang)), form, heading=True)]
    if e.status != NOT_ELIGIBLE:
        table = render(_criteria_table(e, lang), form, width=WIDTH).decode().rstrip("\n")
        blocks.append(table)
        blocks += [_flowing(text, form) for text in _rounding(e, lang)]
    blocks.append(_changes(e, form, lang))
    sources = [name(source, lang) for source in _sources(e)]
    if sources:
        blocks.append(_flowing(say("sources", lang, sources="; ".join(sources)), form))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _flowing(text: str, form: str, *, heading: bool = False) -> str:
    if form != "markdown":
        return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)
    first, dot, rest = text.partition(". ")
    return f"**{first}{dot.strip()}** {rest}".rstrip() if heading else text


# --- sentences -------------------------------------------------------------------------------


def _opening(e: Explanation, lang: str) -> Iterator[str]:
    who = f"{e.municipality} ({e.kommunenummer}, {e.fylke})"
    if e.status != SELECTED:
        yield say("is not asked", lang, who=who)
    else:
        none = say("no people", lang)
        counts = {group: number(n, 0, lang) if n else none for group, n in e.of_which.items()}
        parts = [f"{count} {e.called(group, lang)}" for group, count in counts.items()]
        of_which = say("of whom parts", lang, parts=listing(parts, lang)) if parts else ""
        requested = number(e.requested, 0, lang)
        yield say("is asked", lang, who=who, requested=requested, of_which=of_which)
    if e.cannot_receive:
        names = [e.called(group, lang) for group in e.cannot_receive]
        yield say("cannot receive", lang, names=listing(names, lang))
    if e.group:
        yield say("county number", lang, group=e.group, total=number(e.total, 0, lang))
    if e.status == NOT_ELIGIBLE:
        yield from _not_eligible(e, lang)
    else:
        yield from _ranked(e, lang)


def _ranked(e: Explanation, lang: str) -> Iterator[str]:
    if e.code in ("listed", "not listed"):
        yield say("on the list" if e.code == "listed" else "not on the list", lang)
        return
    yield say(
        "ranked" if e.cut < e.eligible else "ranked all",
        lang,
        rank=number(e.rank, 0, lang),
        eligible=number(e.eligible, 0, lang),
        cut=number(e.cut, 0, lang),
        where=say("where", lang, group=e.group) if e.group else "",
        by=say(f"by {e.ranked_by}", lang)
        if e.ranked_by in ("share", "score")
        else e.called(e.ranked_by, lang),
    )
    if e.code in ("included", "first"):
        key = "by name" if e.code == "included" else "among first"
        yield say(key, lang, group=e.group or e.fylke)
    elif e.status != SELECTED and e.rank is not None and e.rank <= e.cut:
        yield say("beaten", lang)


def _not_eligible(e: Explanation, lang: str) -> Iterator[str]:
    unmet = [part for part in e.conditions if not part.met]
    lacking = [e.called(part.name, lang) for part in e.criteria if part.figure is None]
    if e.code == "excluded":
        why = say("excluded", lang)
    elif unmet:
        first = unmet[0]
        why = say("unmet", lang, name=name(first.name, lang), needs=_needs(first, lang))
    else:
        why = say("no figure", lang, names=listing(lacking, lang))
    yield say("is not eligible", lang, why=why)
    if unmet and e.code != "excluded":
        yield say("its figures", lang, figures=listing(_figures(unmet[0], lang), lang))


def _needs(part: ConditionPart, lang: str) -> str:
    least = figure_text(part.at_least, part.unit, lang)
    if len(part.years) < 2:
        return say("needs", lang, least=least)
    return say(f"needs {part.within}", lang, least=least, years=year_list(part.years))


def _figures(part: ConditionPart, lang: str) -> list[str]:
    texts = [
        say("not published", lang) if x is None else figure_text(x, part.unit, lang)
        for x in part.figures
    ]
    if not part.years:
        return texts
    pairs = zip(texts, part.years, strict=True)
    return [say("in year", lang, figure=text, year=year) for text, year in pairs]


def _rounding(e: Explanation, lang: str) -> Iterator[str]:
    r = e.rounding
    if r is None or e.quota is None:
        return
    sentences = [say("undivided", lang)]
    if r.divisor is not None and r.quotient is not None:
        places, digits = decimals_of_division(e.quota, r.divisor, decimals_of(r.divisor, 6))
        sentences = [
            say(
                "rounded at bound" if e.at_minimum or e.at_maximum else "rounded",
                lang,
                quota=number(e.quota, places, lang),
                divisor=number(r.divisor, digits, lang),
                quotient=number(r.quotient, 2, lang),
                method=r.method_title,
                rounded=number(e.requested, 0, lang),
            )
        ]
    if e.at_maximum:
        sentences.append(say("maximum binds", lang, maximum=number(e.maximum, 0, lang)))
    elif e.minimum:
        key = "minimum binds" if e.at_minimum else "loose"
        sentences.append(say(key, lang, minimum=number(e.minimum, 0, lang)))
    yield " ".join(sentences)


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
    now, then = _now_and_then(change, lang)
    title = e.called(change.name, lang) if change.name else ""
    if change.kind == "conditions":
        unmet = [say("quoted", lang, name=name(c.name, lang)) for c in e.conditions if not c.met]
        title = listing(unmet, lang)
    condition = say(f"if {change.kind}", lang, group=e.group, title=title, now=now, then=then)
    key = {SELECTED: "then asked", NOT_ELIGIBLE: "then not eligible"}.get(
        change.status, "then not asked"
    )
    if change.status == SELECTED and e.status == NOT_ELIGIBLE:
        key = "then ranked"
    rank = "" if change.rank is None else number(change.rank, 0, lang)
    eligible = number(change.eligible, 0, lang)
    requested = number(change.requested, 0, lang)
    return condition + say(key, lang, rank=rank, eligible=eligible, requested=requested)


def _now_and_then(change: Change, lang: str) -> tuple[str, str]:
    texts = [
        "" if value is None else figure_text(value, change.unit, lang)
        for value in (change.now, change.then)
    ]
    if texts[0] == texts[1] and change.now is not None:  # 67.62 % beside 67.6 %
        texts[0] = figure_text(change.now, change.unit, lang, 1)
    return texts[0], texts[1]


def _changes(e: Explanation, form: str, lang: str) -> str:
    if not e.changes:
        return ""
    lines = [f"{say('changes', lang)}:"] + ([""] if form == "markdown" else [])
    for change in e.changes:
        text = f"- {sentence(change, e, lang)}"
        indent = "  "
        lines.append(
            text if form == "markdown" else textwrap.fill(text, WIDTH, subsequent_indent=indent)
        )
    return "\n".join(lines)


def _sources(e: Explanation) -> list[str]:
    sources = [part.source for part in e.conditions] + [part.source for part in e.criteria]
    return list(dict.fromkeys(source for source in sources if source))


# --- the table of criteria -------------------------------------------------------------------


def _criteria_table(e: Explanation, lang: str) -> Table:
    columns = [
        Column("criterion", say("criterion", lang), kinds.NAME),
        Column("figure", say("figure", lang), kinds.CODE),
        Column("unit", "", kinds.TEXT),
        Column("years", say("years", lang), kinds.TEXT),
        Column("place", say("place", lang), kinds.COUNT),
        Column("share", say("share", lang), kinds.CODE),
        Column("weight", say("weight", lang), kinds.CODE),
    ]
    totals = {}
    if e.quota is not None:
        columns.append(Column("places", say("places", lang), kinds.decimal(2)))
        totals = {"criterion": say("quota", lang), "places": e.quota}
    rows = [_criterion_row(e, part, lang) for part in e.criteria]
    notes = [note for part in e.criteria if (note := _note(e, part, lang))]
    return Table(columns, rows, totals=totals, notes=_wrapped(notes), lang=lang)


def _wrapped(notes: list[str]) -> list[str]:
    return [line for note in notes for line in textwrap.wrap(note, WIDTH)]


def _criterion_row(e: Explanation, part: CriterionPart, lang: str) -> dict[str, Any]:
    value = part.figure if part.raw is None else part.raw
    weight = 100 * part.weight
    return {
        "criterion": e.called(part.name, lang),
        "figure": None if value is None else _bare(value, part.unit, lang),
        "unit": _unit(part, lang),
        "years": year_list(part.years) if part.years else "–",
        "place": part.place,
        "share": None if part.share is None else f"{number(100 * part.share, 3, lang)} %",
        "weight": f"{number(weight, 1 if weight % 1 > 1e-9 else 0, lang)} %",
        "places": part.contribution,
    }


def _unit(part: CriterionPart, lang: str) -> str:
    if part.unit != "rate":
        return name(part.unit, lang)
    if part.imputed:
        return f"%, {say('national', lang)}"
    return say("of people", lang, people=number(part.participants, 0, lang))


def _note(e: Explanation, part: CriterionPart, lang: str) -> str:
    national = figure_text(part.national, part.unit, lang)
    if part.imputed:
        return say("national stands in", lang, title=e.called(part.name, lang), national=national)
    if part.smoothed and part.figure is not None:
        figure = figure_text(part.figure, part.unit, lang)
        title = e.called(part.name, lang)
        return say("counts as", lang, title=title, figure=figure, national=national)
    return ""


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
