"""The page that anyone can open: one HTML file with map, charts, table and explanations."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

import bosetting_cli
from bosetting_cli.explanation import explanations
from bosetting_cli.explanation.telling import sentence
from bosetting_cli.explanation.why import why
from bosetting_cli.report.charts import (
    by_fylke,
    contributions_svg,
    fylke_bars,
    largest_bars,
    scatter_svg,
)
from bosetting_cli.report.map import map_svg, per_1000, places_of
from bosetting_cli.report.packing import pack
from bosetting_cli.report.svg import TEMPLATES, fill
from bosetting_cli.result import NOT_ELIGIBLE, NOT_SELECTED, SELECTED
from bosetting_cli.rules import column_name
from bosetting_cli.tables.rules import imputed, rule_lines, vintages
from bosetting_cli.words import (
    capital,
    date,
    heading,
    listing,
    name,
    number,
    percent,
    say,
    texts,
    title,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bosetting_cli.explanation import Explanation
    from bosetting_cli.report.boundaries import Areas
    from bosetting_cli.result import Allocation
    from bosetting_cli.rules import Criterion, Rules, SubGroup
    from bosetting_cli.statistics import Statistics

    Watch = Callable[[Sequence[list[str]]], Iterable[list[str]]]

TOGETHER = 142  # municipalities whose changes are searched together: three steps of progress
FIGURES = ("map", "contributions", "largest", "population")
STATUSES = (SELECTED, NOT_SELECTED, NOT_ELIGIBLE)
# What the page's script says besides the words of the page itself, and what as a heading.
_SHARED = (*STATUSES, "not published", "of whom", "cannot receive", "national", "changes")
_HEADS = (*STATUSES, "rank", "criterion", "figure", "place", "share", "weight", "gives")


def report(
    statistics: Statistics,
    rules: Rules,
    allocation: Allocation,
    *,
    lang: str = "nb",
    areas: Areas | None = None,
    watched: Watch | None = None,
) -> bytes:
    """Write the page.

    Args:
        statistics: What the allocation was made from.
        rules: What it was made by.
        allocation: From `allocate(statistics, rules)`.
        lang: Language of the page.
        areas: Boundaries to draw instead of circles.
        watched: Also look for what would have changed each answer, which takes some seconds, and
            pass blocks of codes through this on the way, such as a progress bar.

    Returns:
        HTML in UTF-8 that asks for nothing else; the same bytes for the same arguments.
    """
    script = (TEMPLATES / "report.js").read_text(encoding="utf-8")
    page = fill(
        "report.html.j2",
        lang,
        **_context(statistics, rules, allocation, lang, areas),
        payload=_payload(statistics, rules, allocation, lang, watched),
        script=script,
        digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        style=(TEMPLATES / "report.css").read_text(encoding="utf-8"),
    )
    return page.encode()


def figure(
    which: str,
    statistics: Statistics,
    allocation: Allocation,
    *,
    lang: str = "nb",
    areas: Areas | None = None,
) -> str | None:
    """Draw one figure of the page as SVG.

    Args:
        which: One of `FIGURES`.
        statistics: What the allocation was made from.
        allocation: The allocation.
        lang: Language of its words.
        areas: Boundaries for the map.

    Returns:
        SVG; None if there is nothing to draw, as on a map without places.
    """
    if which == "map":
        places = places_of({m.kommunenummer: m.attributes for m in statistics.municipalities})
        return map_svg(allocation, places, lang=lang, areas=areas)
    if which == "population":
        return scatter_svg(allocation, lang)
    bars = fylke_bars(allocation) if which == "contributions" else largest_bars(allocation)
    told = f"{say('contributions title', lang)}: {_bars_title(which, allocation, lang)}"
    return contributions_svg(allocation, bars, told, lang)


def _bars_title(which: str, allocation: Allocation, lang: str) -> str:
    if which == "contributions":
        return say("by fylke", lang)
    return say("contributions largest", lang, count=len(largest_bars(allocation)))


def _context(
    statistics: Statistics, rules: Rules, allocation: Allocation, lang: str, areas: Areas | None
) -> dict[str, Any]:
    """Return what the template needs."""
    hindsight = any(m.hindsight for m in allocation.measured.values())
    as_of = "as of except" if hindsight else "as of"
    return {
        "rules": rules,
        "title": name(rules.title, lang),
        "reference": rules.reference and name(rules.reference, lang),
        "as_of": say(as_of, lang, date=date(rules.as_of, lang)),
        "summary": _summary(allocation, lang),
        "figures": {
            key: figure(key, statistics, allocation, lang=lang, areas=areas) for key in FIGURES
        },
        "areas": bool(areas),
        "largest": _bars_title("largest", allocation, lang),
        "criteria": {c.name: title(c, lang) for c in rules.criteria},
        "columns": _columns(rules, lang),
        "statuses": STATUSES,
        "rows": allocation.rows,
        "fylker": by_fylke(allocation),
        "bars": {bar.name: bar.parts for bar in fylke_bars(allocation)},
        "per_1000": per_1000,
        "rule_lines": rule_lines(rules, lang),
        "vintages": vintages(statistics, allocation, lang),
        "imputed": imputed(allocation, lang),
        "notes": [note for note in allocation.notes if note.kind not in ("imputed", "hindsight")],
        "inputs": allocation.inputs,
        "program": f"bosetting {bosetting_cli.__version__}",
    }


def _columns(rules: Rules, lang: str) -> dict[str, str]:
    """Return the table's columns: key → heading."""
    first = ("rank", "kommunenummer", "municipality", "fylke", "population", "requested")
    return {
        **{key: capital(say(key, lang)) for key in first},
        **{f"of_which {g.name}": _heading(g, lang) for g in rules.of_which},
        "per_1000": say("per 1,000", lang),
        **{f"criterion {c.name}": _heading(c, lang) for c in rules.criteria},
        "status": capital(say("status", lang)),
    }


def _heading(item: Criterion | SubGroup, lang: str) -> str:
    """Return a criterion's or sub-group's heading for a column, with soft hyphens."""
    return capital(heading(item, lang).replace("-\n", "\u00ad").replace("\n", " "))


def _summary(allocation: Allocation, lang: str) -> dict[str, str]:
    """Return the words and numbers of the summary's sentences and tiles."""
    allocation = allocation.whole
    rules, asked = allocation.rules, allocation.selected
    groups = [(number(g.value, 0, lang), title(g, lang)) for g in rules.of_which]
    weights = [f"{title(c, lang)} ({percent(c.weight, lang)})" for c in rules.criteria]
    most = max(asked, key=lambda row: (row.requested, row.population or 0))
    rates = [(rate, row.municipality) for row in asked if (rate := per_1000(row)) is not None]
    rates = sorted(rates) or [(0.0, "–")]
    (low, low_name), (high, high_name) = rates[0], rates[-1]
    people = sum(row.population or 0 for row in asked)
    counts = {
        "total": rules.total.value,
        "asked": len(asked),
        "eligible": len(allocation.eligible),
        "minimum": rules.minimum.value,
        "bound": sum(row.at_minimum for row in asked),
        "most_number": most.requested,
    }
    return {
        **{key: number(count, 0, lang) for key, count in counts.items()},
        "parts": "".join(
            say("sentence part", lang, number=count, name=who) for count, who in groups
        ),
        "criteria": listing(weights, lang),
        "most": most.municipality,
        "low": number(low, 2, lang),
        "low_name": low_name,
        "high": number(high, 2, lang),
        "high_name": high_name,
        "rate": number(rules.total.value * 1000 / people, 2, lang) if people else "",
    }


def _csv_columns(rules: Rules) -> list[tuple[str, str]]:
    """Return the columns of the download, as `bosetting allocate` names them, and their keys."""
    plain = ("rank", "kommunenummer", "municipality", "fylke", "population", "status", "reason")
    return [
        *((key, key) for key in (*plain, "share", "quota", "requested")),
        *((f"requested_{column_name(g.name)}", f"of_which {g.name}") for g in rules.of_which),
        *((f"contribution_{column_name(c.name)}", f"criterion {c.name}") for c in rules.criteria),
        *((key, key) for key in ("at_minimum", "at_maximum")),
    ]


def _payload(
    statistics: Statistics, rules: Rules, allocation: Allocation, lang: str, watched: Watch | None
) -> str:
    """Return what the page's script reads: explanations, sentences and words, as JSON.

    `<` is written as an escape, so that no text can end the script element.
    """
    codes = [row.kommunenummer for row in allocation.rows]
    told = explanations(statistics, rules, allocation, codes)
    changes: list[list[str]] = [[]]
    if watched:
        blocks = [codes[start : start + TOGETHER] for start in range(0, len(codes), TOGETHER)]
        changes = [
            [sentence(change, e, lang) for change in e.changes]
            for block in watched(blocks)
            for e in explanations(statistics, rules, allocation, block, changes=True)
        ]
    payload = {
        "lang": lang,
        "codes": codes,
        "explanations": pack([e.as_dict() for e in told]),
        "why": pack([why(e, rules, lang) for e in told]),
        "changes": pack(changes),
        "per_1000": pack([per_1000(row) for row in allocation.rows]),
        "names": _names(rules, told[0], lang),
        "by": {rules.select.by: name(rules.select.by, lang)}
        | {by: say(f"by {by}", lang) for by in ("share", "score")},
        "words": texts("documents", lang, _SHARED),
        "heads": {key: capital(say(key, lang)) for key in _HEADS},
        "csv": _csv_columns(rules),
    }
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _names(rules: Rules, explanation: Explanation, lang: str) -> dict[str, str]:
    """Return what the criteria, sub-groups, conditions and units of explanations are called."""
    said = {text for c in explanation.criteria for text in (c.unit, c.source)}
    said |= {text for c in explanation.conditions for text in (c.unit, c.source)}
    keys = [*(c.name for c in explanation.conditions), *sorted(text for text in said if text)]
    return {
        **{c.name: title(c, lang) for c in rules.criteria},
        **{g.name: title(g, lang) for g in rules.of_which},
        **{key: name(key, lang) for key in keys},
    }
