"""The charts: what each criterion contributed, and requests against population."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bosetting_cli.report.svg import decades, draw, nice_step
from bosetting_cli.words import number, say, title

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bosetting_cli.result import Allocation, Row

LARGEST = 20  # municipalities in the chart of the largest
WIDTH, NAMES, TOTALS, ROW = 600.0, 150.0, 70.0, 24.0
PLOT = (56.0, 16.0, 578.0, 396.0)  # left, top, right and bottom of the scatter's plane
LETTER = 9  # width of a letter, with room for the larger type of small screens


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
    def short_name(self) -> str:
        """The name, cut off where it would not fit."""
        return self.name if len(self.name) <= 24 else f"{self.name[:23].rstrip()}…"


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
    legend = _legend([*criteria.values(), say("requested", lang)])
    top, step = legend[-1][1] + 30, nice_step(most, 6)
    drawn = []
    for i, bar in enumerate(bars):
        parts, x = [], NAMES
        for name, said in criteria.items():
            value = bar.parts.get(name, 0.0)
            parts.append((f"{bar.name}, {said}: {number(value, 1, lang)}", x, value * scale))
            x += value * scale
        drawn.append((bar, top + i * ROW, parts, max(x, NAMES + bar.requested * scale)))
    ticks = [(NAMES + i * step * scale, i * step) for i in range(int(most / step) + 1)]
    sizes = {"width": WIDTH, "left": NAMES, "scale": scale}
    sizes |= {"top": top, "bottom": top + len(bars) * ROW}
    shown = {"title": heading, "legend": legend, "ticks": ticks, "bars": drawn}
    return draw("contributions", lang, **sizes, **shown)


def _legend(names: Iterable[str]) -> list[tuple[float, float, str]]:
    """Return where the entries of a legend stand, in as many lines as it needs."""
    entries, x, y = [], 0.0, 4.0
    for name in names:
        width = 34 + LETTER * len(name)
        if x and x + width > WIDTH:
            x, y = 0.0, y + 20
        entries.append((x, y, name))
        x += width
    return entries


@dataclass(frozen=True, slots=True)
class Plane:
    """Two logarithmic axes."""

    low: tuple[float, float]
    high: tuple[float, float]

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return where a pair of values stands in the drawing."""
        left, top, right, bottom = PLOT
        part_x, part_y = (
            math.log(value / low) / math.log(high / low)
            for value, low, high in zip((x, y), self.low, self.high, strict=True)
        )
        return left + part_x * (right - left), top + (1 - part_y) * (bottom - top)


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
    dots = [(row, *plane.place(row.population or 1, row.requested)) for row in rows]
    rate = allocation.rules.total.value / sum(
        row.population or 0 for row in allocation.whole.selected
    )
    shown = {
        **dict(zip(("left", "top", "right", "bottom"), PLOT, strict=True)),
        "letter": LETTER,
        "across": [(plane.place(v, low[1])[0], v) for v in decades(low[0], plane.high[0])],
        "upward": [(plane.place(low[0], v)[1], v) for v in decades(low[1], plane.high[1])],
        "average": _average(rate, plane),
        "rate": rate,
        "minimum": minimum,
        "least": plane.place(low[0], minimum)[1] if minimum else None,
        "dots": dots,
        "named": _named(dots),
    }
    return draw("population", lang, **shown)


def _average(rate: float, plane: Plane) -> list[tuple[float, float]]:
    """Return the ends of the line on which all are asked for the same number per inhabitant."""
    left = max(plane.low[0], plane.low[1] / rate)
    right = min(plane.high[0], plane.high[1] / rate)
    return [plane.place(x, x * rate) for x in (left, right)] if left < right else []


def _named(dots: Sequence[tuple[Row, float, float]]) -> list[tuple[Row, float, float]]:
    """Return the largest municipalities, where there is room for a name beside the dot."""
    named: list[tuple[Row, float, float]] = []
    for row, x, y in sorted(dots, key=lambda dot: -(dot[0].population or 0))[:8]:
        if all(abs(y - other) > 13 for _, _, other in named):
            named.append((row, x, y))
    return named
