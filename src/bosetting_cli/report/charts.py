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
    nice_step,
    text,
)
from bosetting_cli.words import number, say, title

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bosetting_cli.result import Allocation, Row

LARGEST = 20  # municipalities in the chart of the largest
WIDTH, NAMES, TOTALS = 600.0, 150.0, 70.0
ROW, BAR = 24.0, 15.0
PLOT = (56.0, 16.0, 522.0, 380.0)  # left, top, width and height of the scatter's plane


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

    @property
    def total(self) -> float:
        """Places before the minimum and rounding."""
        return math.fsum(self.parts.values())


def fylke_bars(allocation: Allocation) -> list[Bar]:
    """Return a bar for each fylke in which somebody is asked, in the order of their numbers."""
    groups: dict[str, list[Row]] = {}
    for row in sorted(allocation.rows, key=lambda row: row.kommunenummer):
        groups.setdefault(row.fylke, []).append(row)
    return [bar for name, rows in groups.items() if (bar := _summed(name, rows)).requested]


def largest_bars(allocation: Allocation, count: int = LARGEST) -> list[Bar]:
    """Return a bar for each of the municipalities asked for most."""
    rows = sorted(allocation.selected, key=lambda row: (-row.requested, row.rank or 0))[:count]
    return [
        Bar(row.municipality, row.contributions, row.requested, row.kommunenummer) for row in rows
    ]


def _summed(name: str, rows: Iterable[Row]) -> Bar:
    asked = [row for row in rows if row.contributions]
    criteria = dict.fromkeys(c for row in asked for c in row.contributions)
    parts = {c: math.fsum(row.contributions.get(c, 0.0) for row in asked) for c in criteria}
    return Bar(name, parts, sum(row.requested for row in asked))


def contributions_svg(allocation: Allocation, bars: Sequence[Bar], heading: str, lang: str) -> str:
    """Draw stacked bars of the criteria's contributions, with a tick at what was requested."""
    criteria = {c.name: title(c, lang) for c in allocation.rules.criteria}
    most = max((max(bar.total, bar.requested) for bar in bars), default=1)
    scale = (WIDTH - NAMES - TOTALS) / max(most, 1)
    legend, top = _legend(criteria, lang)
    height = top + len(bars) * ROW + 24
    parts = [_grid(most, scale, top, height - 24, lang)]
    for i, bar in enumerate(bars):
        parts.append(_bar(bar, criteria, top + i * ROW, scale, lang))
    return drawing(WIDTH, height, heading, say("bars", lang), legend, *parts)


def kind(i: int) -> str:
    """Return the colour of the i-th criterion."""
    return KINDS[i % len(KINDS)]


def _legend(criteria: Mapping[str, str], lang: str) -> tuple[str, float]:
    """Draw the legend in as many lines as it needs; also return where the bars may begin."""
    parts, x, y = [], 0.0, 4.0
    entries = [*criteria.values(), say("requested", lang)]
    for i, name in enumerate(entries):
        width = 34 + 9 * len(name)  # room for the larger type of small screens
        if x and x + width > WIDTH:
            x, y = 0.0, y + 20
        if i < len(criteria):
            look = {"class_": f"k{i % len(KINDS)}", "fill": kind(i)}
            parts.append(element("rect", x=x, y=y, width=14, height=14, rx=2, **look))
        else:
            parts.append(_tick(x + 7, y - 1, 16))
        parts.append(label(x + 20, y + 11, name))
        x += width
    return "".join(parts), y + 30


def _tick(x: float, y: float, height: float) -> str:
    look = {"class_": "q", "fill": INK, "stroke": PAPER, "stroke_width": "1"}
    return element("rect", x=x - 2, y=y, width=4, height=height, **look)


def _grid(most: float, scale: float, top: float, bottom: float, lang: str) -> str:
    step, parts = nice_step(most, 6), []
    for i in range(int(most / step) + 1):
        x = NAMES + i * step * scale
        parts.append(line(x, top - 4, x, bottom))
        look = {"class_": "t u", "fill": MUTED, "font_size": "11"}
        parts.append(label(x, bottom + 15, number(i * step, 0, lang), "middle", **look))
    return "".join(parts)


def _bar(bar: Bar, criteria: Mapping[str, str], y: float, scale: float, lang: str) -> str:
    parts, x = [label(NAMES - 8, y + 12, _short(bar.name), "end")], NAMES
    for i, (name, heading) in enumerate(criteria.items()):
        value = bar.parts.get(name, 0.0)
        said = f"{bar.name}, {heading}: {number(value, 1, lang)}"
        look = {"class_": f"k{i % len(KINDS)}", "fill": kind(i)}
        tip = element("title", text(said))
        parts.append(element("rect", tip, x=x, y=y, width=value * scale, height=BAR, **look))
        x += value * scale
    at = NAMES + bar.requested * scale
    parts.append(_tick(at, y - 3, BAR + 6))
    end = max(x, at) + 8
    shown = number(bar.requested, 0, lang)
    parts.append(label(end, y + 12, shown, font_weight="bold"))
    return element("g", *parts, data_k=bar.key)


def _short(name: str, limit: int = 24) -> str:
    return name if len(name) <= limit else f"{name[: limit - 1].rstrip()}…"


@dataclass(frozen=True, slots=True)
class Plane:
    """Two logarithmic axes."""

    low: tuple[float, float]
    high: tuple[float, float]

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return where a pair of values stands in the drawing."""
        left, top, width, height = PLOT
        part_x = math.log(x / self.low[0]) / math.log(self.high[0] / self.low[0])
        part_y = math.log(y / self.low[1]) / math.log(self.high[1] / self.low[1])
        return left + part_x * width, top + (1 - part_y) * height


def scatter_svg(allocation: Allocation, lang: str = "en") -> str | None:
    """Draw requests against population on logarithmic axes, with the minimum as a line."""
    rows = [row for row in allocation.selected if row.requested and row.population]
    if not rows:
        return None
    plane = _plane(rows, allocation.rules.minimum.value)
    left, top, width, height = PLOT
    parts = [_axes(plane, lang), _average(allocation, plane, lang)]
    parts += [_minimum(allocation.rules.minimum.value, plane, lang)]
    parts += [_dots(rows, plane, lang), _names(rows, plane)]
    total = top + height + 74
    return drawing(
        left + width + 22,
        total,
        say("scatter title", lang),
        say("scatter", lang),
        *parts,
        _key(total - 16, lang),
    )


def _plane(rows: Sequence[Row], minimum: int) -> Plane:
    people = [row.population or 1 for row in rows]
    asked = [*(row.requested for row in rows), *([minimum] if minimum else [])]
    return Plane((min(people) / 1.25, min(asked) / 1.45), (max(people) * 1.5, max(asked) * 1.5))


def _axes(plane: Plane, lang: str) -> str:
    left, top, width, height = PLOT
    parts = []
    look = {"class_": "t u", "fill": MUTED, "font_size": "11"}
    for tick in decades(plane.low[0], plane.high[0]):
        x, _ = plane.place(tick, plane.low[1])
        parts.append(line(x, top, x, top + height))
        if x < left + width - 24:
            often = {**look, "class_": "t u" if f"{tick:.0e}"[0] == "1" else "t u f"}
            parts.append(label(x, top + height + 16, number(tick, 0, lang), "middle", **often))
    for tick in decades(plane.low[1], plane.high[1]):
        _, y = plane.place(plane.low[0], tick)
        parts.append(line(left, y, left + width, y))
        parts.append(label(left - 6, y + 4, number(tick, 0, lang), "end", **look))
    parts.append(label(left + width, top + height + 34, say("inhabitants axis", lang), "end"))
    parts.append(label(left + 8, top + 14, say("requested axis", lang)))
    return "".join(parts)


def _average(allocation: Allocation, plane: Plane, lang: str) -> str:
    """Draw the line on which everybody were asked for the same number per inhabitant."""
    people = sum(row.population or 0 for row in allocation.selected)
    rate = allocation.rules.total.value / people
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
    left, _, width, _ = PLOT
    _, y = plane.place(plane.low[0], minimum)
    said = say("minimum line", lang, minimum=number(minimum, 0, lang))
    return element(
        "g",
        line(left, y, left + width, y, class_="l", stroke=KINDS[5], stroke_dasharray="6 4"),
        label(left + width - 4, y - 6, said, "end", class_="t l", fill="#a84800"),
    )


def _look(*, bound: bool) -> dict[str, str]:
    if bound:
        return {"class_": "d b", "fill": PAPER, "stroke": "#a84800", "stroke_width": "1.5"}
    return {"class_": "d", "fill": KINDS[0], "stroke": PAPER, "stroke_width": "0.8"}


def _dots(rows: Iterable[Row], plane: Plane, lang: str) -> str:
    dots = []
    for row in rows:
        x, y = plane.place(row.population or 1, row.requested)
        said = (
            f"{row.municipality}: {number(row.requested, 0, lang)}"
            f" ({number(row.population, 0, lang)} {say('inhabitants', lang)})"
        )
        tip = element("title", text(said))
        look = _look(bound=row.at_minimum)
        dots.append(element("circle", tip, cx=x, cy=y, r=4, data_k=row.kommunenummer, **look))
    return element("g", *dots)


def _names(rows: Sequence[Row], plane: Plane) -> str:
    """Name the largest, where there is room beside their dots."""
    parts = []
    placed: list[tuple[float, float]] = []
    for row in sorted(rows, key=lambda row: -(row.population or 0))[:8]:
        x, y = plane.place(row.population or 1, row.requested)
        if all(abs(y - other) > 13 for _, other in placed):
            placed.append((x, y))
            parts.append(label(x + 9, y + 5, row.municipality))
    return "".join(parts)


def _key(y: float, lang: str) -> str:
    left = PLOT[0]
    second = left + 34 + 9 * len(say("above minimum", lang))
    return "".join(
        [
            element("circle", cx=left + 6, cy=y - 4, r=4, **_look(bound=False)),
            label(left + 18, y, say("above minimum", lang)),
            element("circle", cx=second + 6, cy=y - 4, r=4, **_look(bound=True)),
            label(second + 18, y, say("lifted", lang)),
        ]
    )
