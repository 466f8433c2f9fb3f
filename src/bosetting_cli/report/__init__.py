"""The page that anyone can open: one HTML file with map, charts, table and explanations."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bosetting_cli
from bosetting_cli.explain import explanations
from bosetting_cli.explaining.wording import why
from bosetting_cli.model.result import NOT_ELIGIBLE, NOT_SELECTED, SELECTED
from bosetting_cli.report.charts import contributions_svg, fylke_bars, largest_bars, scatter_svg
from bosetting_cli.report.map import map_svg, per_1000, places_of
from bosetting_cli.report.packing import pack
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

    from bosetting_cli.model.result import Allocation, Row
    from bosetting_cli.report.boundaries import Areas
    from bosetting_cli.rules import Rules
    from bosetting_cli.statistics import Statistics

TOGETHER = 71  # municipalities whose changes are searched together: six steps of progress
TEMPLATES = Path(__file__).with_name("templates")
FIGURES = ("map", "contributions", "largest", "population")


def report(
    statistics: Statistics,
    rules: Rules,
    allocation: Allocation,
    *,
    lang: str = "nb",
    areas: Areas | None = None,
    watched: Callable[[Sequence[list[str]]], Iterable[list[str]]] | None = None,
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
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script = (TEMPLATES / "report.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = environment.get_template("report.html.j2").render(
        _context(statistics, rules, allocation, lang, areas),
        payload=_payload(statistics, rules, allocation, lang, watched),
        script=script,
        digest=digest,
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
    told = f"{say('contributions title', lang)}: {_bars_title(which, len(bars), lang)}"
    return contributions_svg(allocation, bars, told, lang)


def _bars_title(which: str, count: int, lang: str) -> str:
    key = "by fylke" if which == "contributions" else "contributions largest"
    return say(key, lang, count=count)


def _context(
    statistics: Statistics,
    rules: Rules,
    allocation: Allocation,
    lang: str,
    areas: Areas | None,
) -> dict[str, Any]:
    """Return what the template needs."""

    def told(key: str, **words: object) -> str:
        return say(key, lang, **words)

    def n(value: float | None, decimals: int = 0) -> str:
        return number(value, decimals, lang)

    hindsight = any(m.hindsight for m in allocation.measured.values())
    return {
        "lang": lang,
        "say": told,
        "n": n,
        "rules": rules,
        "title": name(rules.title, lang),
        "as_of": told("as of except" if hindsight else "as of", date=date(rules.as_of, lang)),
        "sentences": _sentences(allocation, told, n, lang),
        "tiles": _tiles(allocation, told, n),
        "figures": {
            key: figure(key, statistics, allocation, lang=lang, areas=areas) for key in FIGURES
        },
        "areas": bool(areas),
        "largest": _bars_title("largest", len(largest_bars(allocation)), lang),
        "criteria": [(c.name, title(c, lang)) for c in rules.criteria],
        "sub_groups": [(g.name, title(g, lang)) for g in rules.of_which],
        "columns": _columns(rules, lang),
        "statuses": [SELECTED, NOT_SELECTED, NOT_ELIGIBLE],
        "rows": allocation.rows,
        "fylker": list(dict.fromkeys(r.fylke for r in sorted(allocation.rows, key=_code))),
        "counties": _counties(allocation),
        "per_1000": per_1000,
        "rule_lines": rule_lines(rules, lang),
        "vintages": vintages(statistics, allocation, lang),
        "imputed": imputed(allocation, lang),
        "notes": [note for note in allocation.notes if note.kind not in ("imputed", "hindsight")],
        "inputs": allocation.inputs,
        "program": f"bosetting {bosetting_cli.__version__}",
    }


def _code(row: Row) -> str:
    return row.kommunenummer


def _columns(rules: Rules, lang: str) -> list[tuple[str, str, str]]:
    """Return the table's columns: key, heading, and how to sort."""

    def column(key: str, kind: str) -> tuple[str, str, str]:
        return key, capital(say(key, lang)), kind

    return [
        column("rank", "number"),
        column("kommunenummer", "text"),
        column("municipality", "text"),
        column("fylke", "text"),
        column("population", "number"),
        column("requested", "number"),
        *((f"of_which {g.name}", heading_of(g, lang), "number") for g in rules.of_which),
        ("per_1000", say("per 1,000", lang), "number"),
        *((f"criterion {c.name}", heading_of(c, lang), "number") for c in rules.criteria),
        column("status", "text"),
    ]


def heading_of(item: Any, lang: str) -> str:
    """Return a criterion's or sub-group's heading for a column, with soft hyphens."""
    text = heading(item, lang).replace("-\n", "\u00ad").replace("\n", " ")
    return capital(text)


def _sentences(
    allocation: Allocation, say: Callable[..., str], n: Callable[..., str], lang: str
) -> list[str]:
    """Return the summary in three sentences."""
    rules, asked = allocation.rules, allocation.selected
    parts = "".join(
        say("sentence part", number=n(g.value), name=title(g, lang)) for g in rules.of_which
    )
    minimum = rules.minimum.value
    first = say(
        "sentence total",
        total=n(rules.total.value),
        parts=parts,
        asked=n(len(asked)),
        eligible=n(len(allocation.eligible)),
    )
    weights = [f"{title(c, lang)} ({percent(c.weight, lang)})" for c in rules.criteria]
    second = say(
        "sentence criteria minimum" if minimum else "sentence criteria",
        criteria=listing(weights, lang),
        minimum=n(minimum),
        bound=n(sum(row.at_minimum for row in asked)),
    )
    return [first, second, _range(asked, say, n)]


def _range(asked: Sequence[Row], say: Callable[..., str], n: Callable[..., str]) -> str:
    most = max(asked, key=lambda row: (row.requested, row.population or 0))
    rated = sorted((rate, row.municipality) for row in asked if (rate := per_1000(row)) is not None)
    low, high = (rated[0], rated[-1]) if rated else ((0.0, "–"), (0.0, "–"))
    return say(
        "sentence range",
        most=most.municipality,
        most_number=n(most.requested),
        low=n(low[0], 2),
        low_name=low[1],
        high=n(high[0], 2),
        high_name=high[1],
    )


def _tiles(
    allocation: Allocation, say: Callable[..., str], n: Callable[..., str]
) -> list[tuple[str, str]]:
    asked, rules = allocation.selected, allocation.rules
    people = sum(row.population or 0 for row in asked)
    tiles = [
        (n(rules.total.value), say("tile people")),
        (n(len(asked)), say("tile asked", eligible=n(len(allocation.eligible)))),
    ]
    if rules.minimum.value:
        bound = n(sum(row.at_minimum for row in asked))
        tiles.append((n(rules.minimum.value), say("tile minimum", bound=bound)))
    if people:
        tiles.append((n(rules.total.value * 1000 / people, 2), say("tile rate")))
    return tiles


def _counties(allocation: Allocation) -> list[dict[str, Any]]:
    """Return the totals by fylke, for the table beside the charts."""
    counted: dict[str, list[Row]] = {}
    for row in sorted(allocation.rows, key=_code):
        counted.setdefault(row.fylke, []).append(row)
    bars = {bar.name: bar for bar in fylke_bars(allocation)}
    return [
        {
            "fylke": fylke,
            "population": sum(row.population or 0 for row in rows),
            "asked": sum(row.status == SELECTED for row in rows),
            "eligible": sum(row.status != NOT_ELIGIBLE for row in rows),
            "at_minimum": sum(row.at_minimum for row in rows),
            "requested": sum(row.requested for row in rows),
            "parts": bars[fylke].parts if fylke in bars else {},
        }
        for fylke, rows in counted.items()
    ]


def _csv_columns(rules: Rules) -> list[tuple[str, str]]:
    """Return the columns of the download, as `bosetting allocate` names them, and their keys."""
    plain = ("rank", "kommunenummer", "municipality", "fylke", "population", "status", "reason")
    return [
        *((key, key) for key in (*plain, "share", "quota", "requested")),
        *((f"requested_{column_name(g.name)}", f"of_which {g.name}") for g in rules.of_which),
        *((f"contribution_{column_name(c.name)}", f"criterion {c.name}") for c in rules.criteria),
        *((key, key) for key in ("at_minimum", "at_maximum")),
    ]


def _changes(
    statistics: Statistics,
    rules: Rules,
    allocation: Allocation,
    lang: str,
    watched: Callable[[Sequence[list[str]]], Iterable[list[str]]],
) -> list[list[str]]:
    """Return for each row what would have changed the answer, in sentences."""
    from bosetting_cli.explaining.narrative import sentence

    codes = [row.kommunenummer for row in allocation.rows]
    blocks = [codes[start : start + TOGETHER] for start in range(0, len(codes), TOGETHER)]
    told = (
        explanation
        for block in watched(blocks)
        for explanation in explanations(statistics, rules, allocation, block, changes=True)
    )
    return [[sentence(change, e, lang) for change in e.changes] for e in told]


# What the page's script says besides the words of the page itself, and what as a heading.
_SHARED = (
    *("selected", "not selected", "not eligible", "not published", "of whom"),
    *("cannot receive", "national", "changes"),
)
_HEADS = (
    *("selected", "not selected", "not eligible"),
    *("rank", "criterion", "figure", "place", "share", "weight", "gives"),
)


def _payload(
    statistics: Statistics,
    rules: Rules,
    allocation: Allocation,
    lang: str,
    watched: Callable[[Sequence[list[str]]], Iterable[list[str]]] | None,
) -> str:
    """Return what the page's script reads: explanations, sentences and words, as JSON.

    `<` is written as an escape, so that no text can end the script element.
    """
    codes = [row.kommunenummer for row in allocation.rows]
    told = explanations(statistics, rules, allocation, codes)
    names = {c.name: title(c, lang) for c in rules.criteria}
    names |= {g.name: title(g, lang) for g in rules.of_which}
    names |= {c.name: name(c.name, lang) for e in told[:1] for c in e.conditions}
    units = {c.unit for e in told[:1] for c in e.criteria}
    units |= {c.unit for e in told[:1] for c in e.conditions}
    payload = {
        "lang": lang,
        "codes": [row.kommunenummer for row in allocation.rows],
        "explanations": pack([e.as_dict() for e in told]),
        "why": pack([why(e, rules, lang) for e in told]),
        "changes": pack(
            _changes(statistics, rules, allocation, lang, watched) if watched else [[]]
        ),
        "per_1000": pack([per_1000(row) for row in allocation.rows]),
        "names": names | {unit: name(unit, lang) for unit in sorted(units)},
        "by": {b: name(b, lang) for b in (rules.select.by,)}
        | {b: say(f"by {b}", lang) for b in ("share", "score")},
        "words": texts("documents", lang, _SHARED),
        "heads": {key: capital(say(key, lang)) for key in _HEADS},
        "csv": _csv_columns(rules),
    }
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
