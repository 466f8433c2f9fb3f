"""The page that anyone can open: one HTML file with map, charts, table and explanations."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter

import bosetting_cli
from bosetting_cli.explanation import Explanation, explanations
from bosetting_cli.explanation.telling import sentence, why
from bosetting_cli.report import FIGURES, charts
from bosetting_cli.report.boundaries import Areas
from bosetting_cli.report.charts import fylke_bars, largest_bars
from bosetting_cli.report.map import map_svg, per_1000, places_of
from bosetting_cli.report.packing import pack
from bosetting_cli.report.svg import TEMPLATES, fill
from bosetting_cli.result import NOT_ELIGIBLE, NOT_SELECTED, SELECTED, Allocation
from bosetting_cli.result.fingerprint import fingerprint
from bosetting_cli.result.rows import columns
from bosetting_cli.rules import Rules, column_name
from bosetting_cli.statistics import Statistics
from bosetting_cli.tables.counties import by_county
from bosetting_cli.tables.rules import imputed, rule_lines, vintages
from bosetting_cli.words import capital, name, say, texts, title

Watch = Callable[[Sequence[list[str]]], Iterable[list[str]]]

TOGETHER = 142  # municipalities whose changes are searched together: three steps of progress
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
    asked = allocation.whole.selected
    rates = [(rate, row.municipality) for row in asked if (rate := per_1000(row)) is not None]
    drawn = {key: figure(key, statistics, allocation, lang=lang, areas=areas) for key in FIGURES}
    page = fill(
        "report.html.j2",
        lang,
        rules=rules,
        allocation=allocation,
        whole=allocation.whole,
        statuses=STATUSES,
        most=max(asked, key=lambda row: (row.requested, row.population or 0)),
        rates=sorted(rates) or [(0.0, "–")],
        per_1000=per_1000,
        figures=drawn,
        areas=bool(areas),
        largest=largest_bars(allocation),
        fylker=by_county(allocation, attrgetter("fylke")),
        bars={bar.name: bar.parts for bar in fylke_bars(allocation)},
        rule_lines=rule_lines(rules, lang),
        vintages=vintages(statistics, allocation, lang),
        imputed=imputed(allocation, lang),
        fingerprint=fingerprint(allocation),
        program=f"bosetting {bosetting_cli.__version__}",
        payload=_payload(rules, allocation, lang, watched),
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
        return charts.scatter_svg(allocation, lang)
    if which == "contributions":
        bars, named = fylke_bars(allocation), say("by fylke", lang)
    else:
        bars = largest_bars(allocation)
        named = say("contributions largest", lang, count=len(bars))
    told = f"{say('contributions title', lang)}: {named}"
    return charts.contributions_svg(allocation, bars, told, lang)


def _csv_columns(rules: Rules) -> list[tuple[str, str]]:
    """Return the columns of the download, as `bosetting allocate` names them, and their keys."""
    keys = {f"requested_{column_name(g.name)}": f"of_which {g.name}" for g in rules.of_which}
    keys |= {f"contribution_{column_name(c.name)}": f"criterion {c.name}" for c in rules.criteria}
    fields = columns(rules)
    return [(one, keys.get(one, one)) for one in fields[: fields.index("at_maximum") + 1]]


def _payload(rules: Rules, allocation: Allocation, lang: str, watched: Watch | None) -> str:
    """Return what the page's script reads: explanations, sentences and words, as JSON.

    `<` is written as an escape, so that no text can end the script element; escapes of control
    characters go.
    """
    codes = [row.kommunenummer for row in allocation.rows]
    told = explanations(allocation, codes)
    changes: list[list[str]] = [[]]
    if watched:
        blocks = [codes[start : start + TOGETHER] for start in range(0, len(codes), TOGETHER)]
        changes = [
            [sentence(change, e, lang) for change in e.changes]
            for block in watched(blocks)
            for e in explanations(allocation, block, changes=True)
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
    text = re.sub(r"\\(?:(u00[01]\w|[bf])|.)", lambda found: "" if found[1] else found[0], text)
    return re.sub("[<\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", text)


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
