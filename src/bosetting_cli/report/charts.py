"""The charts: what each criterion contributed, and requests against population."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from bosetting_cli.report.svg import draw
from bosetting_cli.result import Allocation, Row
from bosetting_cli.tables.counties import by_county
from bosetting_cli.words import title

LARGEST = 20  # municipalities in the chart of the largest
PLOT = (56.0, 16.0, 578.0, 396.0)  # left, top, right and bottom of the scatter's plane
LETTER = 9  # width of a letter, with room for the larger type of small screens


class Bar(NamedTuple):
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


def fylke_bars(allocation: Allocation) -> list[Bar]:
    """Return a bar for each fylke in which somebody is asked, in the order of their numbers."""
    bars = []
    for name, rows in by_county(allocation, attrgetter("fylke")).items():
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
    ends = [max(math.fsum(bar.parts.values()), bar.requested) for bar in bars]
    criteria = {c.name: title(c, lang) for c in allocation.rules.criteria}
    shown = {"caption": heading, "criteria": criteria, "bars": bars, "most": max(ends, default=1)}
    return draw("contributions", lang, letter=LETTER, **shown)


class Plane(NamedTuple):
    """Two logarithmic axes, each from its low to its high end."""

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
    plane = Plane((min(people) / 1.25, min(asked) / 1.45), (max(people) * 1.5, max(asked) * 1.5))
    everyone = sum(row.population or 0 for row in allocation.whole.selected)
    rate = allocation.rules.total.value / everyone
    shown = {"rows": rows, "named": _named(rows, plane), "minimum": minimum, "rate": rate}
    return draw("population", lang, plot=PLOT, letter=LETTER, plane=plane, **shown)


def _named(rows: Iterable[Row], plane: Plane) -> list[tuple[Row, float, float]]:
    """Return the largest municipalities, where there is room for a name beside the dot."""
    named: list[tuple[Row, float, float]] = []
    for row in sorted(rows, key=lambda row: -(row.population or 0))[:8]:
        x, y = plane.place(row.population or 1, row.requested)
        if all(abs(y - other) > 13 for _, _, other in named):
            named.append((row, x, y))
    return named
