"""The charts: what each criterion contributed, and requests against population."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bosetting_cli.report.svg import (
    INK,
    KINDS,
    MUTED,
    PAPER,
    decades,
    drawing,
    element,
    label,
    line,
    mark,
    nice_step,
    tick,
)
from bosetting_cli.words import number, say, title

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bosetting_cli.model.result import Allocation, Row

LARGEST = 20  # municipalities in the chart of the largest
WIDTH, NAMES, TOTALS = 600.0, 150.0, 70.0
ROW, BAR = 24.0, 15.0
PLOT = (56.0, 16.0, 522.0, 380.0)  # left, top, width and height of the scatter's plane
LETTER = 9  # width of a letter, with room for the larger type of small screens
_LIFTED = "#a84800"
_DOT = {"class_": "d", "fill": KINDS[0], "stroke": PAPER, "stroke_width": "0.8"}
_RING = {"class_": "d b", "fill": PAPER, "stroke": _LIFTED, "stroke_width": "1.5"}


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what the criteria give, and what was requested in the end.

    Attributes:
        name: A fylke or a municipality.
        parts: Criterion → places that it gives.
        requested: Places after the minimum and rounding.
        key: The kommunenummer, if it is a municipality.
    """

    name: str
    parts: Mapping[str, float]
    requested: int
    key: str | None = None


def by_fylke(allocation: Allocation) -> dict[str, list[Row]]:
    """Return the municipalities of each fylke, in the order of their numbers."""
    groups: dict[str, list[Row]] = {}
    for row in sorted(allocation.rows, key=lambda row: row.kommunenummer):
        groups.setdefault(row.fylke, []).append(row)
    return groups


def fylke_bars(allocation: Allocation) -> list[Bar]:
    """Return a bar for each fylke in which somebody is asked, in the order of their numbers."""
    bars = []
    for name, rows in by_fylke(allocation).items():
        asked = [row.contributions for row in rows if row.contributions]
        parts = {c: math.fsum(given[c] for given in asked) for c in (asked[0] if asked else ())}
        bars.append(Bar(name, parts, sum(row.requested for row in rows)))
    return [bar for bar in bars if bar.requested]


def largest_bars(allocation: Allocation, count: int = LARGEST) -> list[Bar]:
    """Return a bar for each of the municipalities asked for most."""
    rows = sorted(allocation.selected, key=lambda row: (-row.requested, row.rank or 0))[:count]
    return [
        Bar(row.municipality, row.contributions, row.requested, row.kommunenummer) for row in rows
    ]


def contributions_svg(allocation: Allocation, bars: Sequence[Bar], heading: str, lang: str) -> str:
    """Draw stacked bars of the criteria's contributions, with a tick at what was requested."""
    criteria = {c.name: title(c, lang) for c in allocation.rules.criteria}
    ends = [max(math.fsum(bar.parts.values()), bar.requested) for bar in bars]
    most = max(ends, default=1)
    scale = (WIDTH - NAMES - TOTALS) / max(most, 1)
    legend, top = _legend(list(criteria.values()), lang)
    bottom = top + len(bars) * ROW
    parts = [_grid(most, scale, top, bottom, lang)]
    parts += [_bar(bar, criteria, top + i * ROW, scale, lang) for i, bar in enumerate(bars)]
    return drawing(WIDTH, bottom + 24, heading, say("bars", lang), legend, *parts)


def _kind(i: int) -> dict[str, str]:
    """Return the look of the i-th criterion."""
    return {"class_": f"k{i % len(KINDS)}", "fill": KINDS[i % len(KINDS)]}


def _legend(names: Sequence[str], lang: str) -> tuple[str, float]:
    """Draw the legend in as many lines as it needs; also return where the bars may begin."""
    parts, x, y = [], 0.0, 4.0
    for i, name in enumerate([*names, say("requested", lang)]):
        width = 34 + LETTER * len(name)
        if x and x + width > WIDTH:
            x, y = 0.0, y + 20
        if i < len(names):
            parts.append(element("rect", x=x, y=y, width=14, height=14, rx=2, **_kind(i)))
        else:
            parts.append(_requested(x + 7, y - 1, 16))
        parts.append(label(x + 20, y + 11, name))
        x += width
    return "".join(parts), y + 30


def _requested(x: float, y: float, height: float) -> str:
    look = {"class_": "q", "fill": INK, "stroke": PAPER, "stroke_width": "1"}
    return element("rect", x=x - 2, y=y, width=4, height=height, **look)


def _grid(most: float, scale: float, top: float, bottom: float, lang: str) -> str:
    step, parts = nice_step(most, 6), []
    for i in range(int(most / step) + 1):
        x = NAMES + i * step * scale
        parts.append(line(x, top - 4, x, bottom))
        parts.append(tick(x, bottom + 15, number(i * step, 0, lang), "middle"))
    return "".join(parts)


def _bar(bar: Bar, criteria: Mapping[str, str], y: float, scale: float, lang: str) -> str:
    name = bar.name if len(bar.name) <= 24 else f"{bar.name[:23].rstrip()}…"
    parts, x = [label(NAMES - 8, y + 12, name, "end")], NAMES
    for i, (criterion, heading) in enumerate(criteria.items()):
        value = bar.parts.get(criterion, 0.0)
        tip = f"{bar.name}, {heading}: {number(value, 1, lang)}"
        parts.append(mark("rect", tip, x=x, y=y, width=value * scale, height=BAR, **_kind(i)))
        x += value * scale
    end = NAMES + bar.requested * scale
    parts.append(_requested(end, y - 3, BAR + 6))
    shown = number(bar.requested, 0, lang)
    parts.append(label(max(x, end) + 8, y + 12, shown, font_weight="bold"))
    return element("g", *parts, data_k=bar.key)


@dataclass(frozen=True, slots=True)
class Plane:
    """Two logarithmic axes."""

    low: tuple[float, float]
    high: tuple[float, float]

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return where a pair of values stands in the drawing."""
        left, top, width, height = PLOT
        part_x, part_y = (
            math.log(value / low) / math.log(high / low)
            for value, low, high in zip((x, y), self.low, self.high, strict=True)
        )
        return left + part_x * width, top + (1 - part_y) * height


def scatter_svg(allocation: Allocation, lang: str = "en") -> str | None:
    """Draw requests against population on logarithmic axes, with the minimum as a line."""
    rows = [row for row in allocation.selected if row.requested and row.population]
    if not rows:
        return None
    minimum = allocation.rules.minimum.value
    people = [row.population or 1 for row in rows]
    asked = [*(row.requested for row in rows), *([minimum] if minimum else [])]
    low = (min(people) / 1.25, min(asked) / 1.45)
    plane = Plane(low, (max(people) * 1.5, max(asked) * 1.5))
    left, top, width, height = PLOT
    total = top + height + 74
    parts = [_axes(plane, lang), _average(allocation, plane, lang), _minimum(minimum, plane, lang)]
    parts += [_dots(rows, plane, lang), _names(rows, plane), _key(total - 16, lang)]
    heading, described = say("scatter title", lang), say("scatter", lang)
    return drawing(left + width + 22, total, heading, described, *parts)


def _axes(plane: Plane, lang: str) -> str:
    left, top, width, height = PLOT
    parts = []
    for value in decades(plane.low[0], plane.high[0]):
        x, _ = plane.place(value, plane.low[1])
        parts.append(line(x, top, x, top + height))
        if x < left + width - 24:
            shown = "t u" if f"{value:.0e}"[0] == "1" else "t u f"  # f: not on small screens
            parts.append(tick(x, top + height + 16, number(value, 0, lang), "middle", shown))
    for value in decades(plane.low[1], plane.high[1]):
        _, y = plane.place(plane.low[0], value)
        parts.append(line(left, y, left + width, y))
        parts.append(tick(left - 6, y + 4, number(value, 0, lang), "end"))
    parts.append(label(left + width, top + height + 34, say("inhabitants axis", lang), "end"))
    parts.append(label(left + 8, top + 14, say("requested axis", lang)))
    return "".join(parts)


def _average(allocation: Allocation, plane: Plane, lang: str) -> str:
    """Draw the line on which everybody were asked for the same number per inhabitant."""
    rate = allocation.rules.total.value / sum(row.population or 0 for row in allocation.selected)
    left = max(plane.low[0], plane.low[1] / rate)
    right = min(plane.high[0], plane.high[1] / rate)
    if left >= right:
        return ""
    (x1, y1), (x2, y2) = plane.place(left, left * rate), plane.place(right, right * rate)
    said = say("average", lang, rate=number(rate * 1000, 2, lang))
    return element(
        "g",
        line(x1, y1, x2, y2, class_="a", stroke=MUTED, stroke_width="1.2"),
        label(x1 + 24, y1 - 8, said, class_="t u", fill=MUTED),
    )


def _minimum(minimum: int, plane: Plane, lang: str) -> str:
    if not minimum:
        return ""
    right = PLOT[0] + PLOT[2]
    left, y = plane.place(plane.low[0], minimum)
    said = say("minimum line", lang, minimum=number(minimum, 0, lang))
    return element(
        "g",
        line(left, y, right, y, class_="l", stroke=KINDS[5], stroke_dasharray="6 4"),
        label(right - 4, y - 6, said, "end", class_="t l", fill=_LIFTED),
    )


def _dots(rows: Iterable[Row], plane: Plane, lang: str) -> str:
    dots = []
    for row in rows:
        x, y = plane.place(row.population or 1, row.requested)
        people = f"{number(row.population, 0, lang)} {say('inhabitants', lang)}"
        tip = f"{row.municipality}: {number(row.requested, 0, lang)} ({people})"
        look = _RING if row.at_minimum else _DOT
        dots.append(mark("circle", tip, cx=x, cy=y, r=4, data_k=row.kommunenummer, **look))
    return element("g", *dots)


def _names(rows: Sequence[Row], plane: Plane) -> str:
    """Name the largest, where there is room beside their dots."""
    parts: list[str] = []
    heights: list[float] = []
    for row in sorted(rows, key=lambda row: -(row.population or 0))[:8]:
        x, y = plane.place(row.population or 1, row.requested)
        if all(abs(y - other) > 13 for other in heights):
            heights.append(y)
            parts.append(label(x + 9, y + 5, row.municipality))
    return "".join(parts)


def _key(y: float, lang: str) -> str:
    parts, x = [], PLOT[0]
    for key, look in (("above minimum", _DOT), ("lifted", _RING)):
        said = say(key, lang)
        parts += [element("circle", cx=x + 6, cy=y - 4, r=4, **look), label(x + 18, y, said)]
        x += 34 + LETTER * len(said)
    return "".join(parts)
