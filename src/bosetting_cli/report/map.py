"""The map: municipalities at their label points, or as areas, by what they are asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from bosetting_cli.report.svg import (
    INK,
    MUTED,
    PAPER,
    SCALE,
    drawing,
    element,
    label,
    nice_step,
    num,
    text,
)
from bosetting_cli.result import SELECTED
from bosetting_cli.words import number, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bosetting_cli.report.boundaries import Areas
    from bosetting_cli.result import Allocation, Row

Point = tuple[float, float]

WIDTH, MARGIN = 600.0, 28.0
LARGEST, HOLLOW = 22.0, 2.4  # radius of the largest request and of those not asked
MERIDIAN = 15.0  # of zone 33, in which maps of all Norway are drawn
INSET = ((9.6, 58.95), (11.75, 60.35))  # around the Oslofjord, where label points crowd
INSET_WIDTH, CROWD = 226.0, 20
_FINE, _COARSE = 0.1, 8  # finest and coarsest grid of the areas' corners
_HEAVY = 300_000  # characters of areas that are too many


@dataclass(frozen=True, slots=True)
class Frame:
    """A window of the projected plane, as large as the drawing shows it.

    Attributes:
        left: Projected x of the left edge.
        top: Projected y of the upper edge.
        scale: Points of the drawing per projected unit.
        x: Where the left edge stands in the drawing.
        y: Where the upper edge stands.
        height: Height in the drawing.
    """

    left: float
    top: float
    scale: float
    x: float
    y: float
    height: float

    def place(self, longitude: float, latitude: float) -> Point:
        """Return where a place on earth stands in the drawing."""
        x, y = project(longitude, latitude)
        return self.x + (x - self.left) * self.scale, self.y + (self.top - y) * self.scale


def project(longitude: float, latitude: float) -> Point:
    """Project a place by the transverse Mercator projection of a sphere of radius 1.

    Example:
        >>> [round(v, 4) for v in project(15, 60)]
        [0.0, 1.0472]
    """
    along, up = math.radians(longitude - MERIDIAN), math.radians(latitude)
    return math.atanh(math.cos(up) * math.sin(along)), math.atan2(math.tan(up), math.cos(along))


def frame(
    places: Iterable[Point], width: float, x: float = 0, y: float = 0, margin: float = 0
) -> Frame:
    """Return the window that shows places in a width of the drawing."""
    points = [project(*place) for place in places]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    scale = (width - 2 * margin) / max(max(xs) - min(xs), 1e-4)
    height = (max(ys) - min(ys)) * scale + 2 * margin
    return Frame(min(xs) - margin / scale, max(ys) + margin / scale, scale, x, y, height)


def places_of(attributes: Mapping[str, Mapping[str, str]]) -> dict[str, Point]:
    """Return where municipalities lie, of those whose register says.

    Args:
        attributes: Kommunenummer → further columns of the register.
    """
    places = {}
    for code, columns in attributes.items():
        try:
            longitude, latitude = float(columns["longitude"]), float(columns["latitude"])
        except (KeyError, ValueError):
            continue
        if abs(longitude) <= 180 and abs(latitude) < 90:
            places[code] = (longitude, latitude)
    return places


def per_1000(row: Row) -> float | None:
    """Return the number requested per 1,000 inhabitants; None if not asked."""
    return row.requested * 1000 / row.population if row.requested and row.population else None


@dataclass(frozen=True, slots=True)
class Classes:
    """Classes of the number per 1,000 inhabitants: equally wide, from a round number up."""

    start: float
    step: float
    count: int

    def of(self, value: float) -> int:
        """Return the class of a value."""
        return min(max(math.floor((value - self.start) / self.step + 1e-9), 0), self.count - 1)

    def names(self, lang: str) -> list[str]:
        """Return each class's limits in words."""
        decimals = max(0, 2 - math.floor(math.log10(self.step * 10 + 1e-12)))
        ends = [number(self.start + i * self.step, decimals, lang) for i in range(self.count + 1)]
        return [f"{low} – {high}" for low, high in pairwise(ends)]


def classes(values: Sequence[float]) -> Classes:
    """Return classes for values, no more than there are colours."""
    if not values:
        return Classes(0.0, 1.0, 1)
    low, high, most = min(values), max(values), len(SCALE)
    step = nice_step(high - low, most - 1) if high > low else nice_step(max(high, 1e-6), 1)
    start = math.floor(low / step + 1e-9) * step
    return Classes(start, step, min(most, math.floor((high - start) / step + 1e-9) + 1))


def map_svg(
    allocation: Allocation,
    places: Mapping[str, Point],
    *,
    lang: str = "en",
    areas: Areas | None = None,
) -> str | None:
    """Draw the map.

    Args:
        allocation: Who is asked for how many.
        places: Kommunenummer → longitude and latitude of its label point.
        lang: Language of legend and title.
        areas: Boundaries; with them areas are coloured, without them circles are drawn.

    Returns:
        SVG; None if nothing says where municipalities lie.
    """
    if areas:
        where: list[Point] = [point for rings in areas.values() for ring in rings for point in ring]
    else:
        where = [
            places[row.kommunenummer] for row in allocation.rows if row.kommunenummer in places
        ]
    if not where:
        return None
    whole = frame(where, WIDTH, margin=MARGIN)
    rates = [rate for row in allocation.rows if (rate := per_1000(row)) is not None]
    kinds = classes(rates)
    if areas:
        marks = _areas(allocation.rows, areas, whole, kinds, lang)
        inset = ""
    else:
        marks = _circles(allocation.rows, places, whole, kinds, lang)
        inset = _inset(allocation.rows, places, whole, kinds, lang)
    legend = _legend(allocation, kinds, lang, sized=not areas)
    title = say("map title", lang)
    described = say("map areas" if areas else "map circles", lang)
    return drawing(WIDTH, whole.height, title, described, marks, inset, legend)


def _radius(requested: int, most: int) -> float:
    return LARGEST * math.sqrt(requested / most) if most else HOLLOW


def tip(row: Row, lang: str) -> str:
    """Return what a mark says of its municipality."""
    if row.status != SELECTED:
        return f"{row.municipality}: {say(row.status, lang)}"
    rate = per_1000(row)
    people = f"{row.municipality}: {number(row.requested, 0, lang)}"
    if rate is None:
        return people
    return f"{people} ({number(rate, 2, lang)} {say('per 1,000', lang)})"


def _look(row: Row, kinds: Classes) -> dict[str, str]:
    rate = per_1000(row)
    if row.status != SELECTED or rate is None:
        return {"class_": "m n", "fill": PAPER, "stroke": MUTED}
    kind = kinds.of(rate)
    return {"class_": f"m c{kind}", "fill": SCALE[kind], "stroke": INK}


def _circles(
    rows: Iterable[Row], places: Mapping[str, Point], window: Frame, kinds: Classes, lang: str
) -> str:
    """Draw the circles, the largest first, so that none hides a smaller one."""
    shown = [row for row in rows if row.kommunenummer in places]
    most = max((row.requested for row in shown), default=0)
    marks = []
    for row in sorted(shown, key=lambda row: (-row.requested, row.kommunenummer)):
        x, y = window.place(*places[row.kommunenummer])
        asked = row.status == SELECTED
        marks.append(
            element(
                "circle",
                element("title", text(tip(row, lang))),
                cx=x,
                cy=y,
                r=_radius(row.requested, most) if asked and row.requested else HOLLOW,
                data_k=row.kommunenummer,
                **_look(row, kinds),
            )
        )
    return element("g", *marks, stroke_width="0.8")


def _inset(
    rows: Sequence[Row], places: Mapping[str, Point], whole: Frame, kinds: Classes, lang: str
) -> str:
    """Draw the crowded part once more and larger, in the corner that Norway leaves empty."""
    (west, south), (east, north) = INSET
    corners = [(west, south), (west, north), (east, south), (east, north)]
    sized = frame(corners, INSET_WIDTH)
    x, y = WIDTH - INSET_WIDTH - 4, whole.height - sized.height - 4
    window = frame(corners, INSET_WIDTH, x, y)
    inside = {code: place for code, place in places.items() if _shown(place, window)}
    crowd = [row for row in rows if row.kommunenummer in inside]
    if len(crowd) < CROWD:
        return ""
    ends = [whole.place(*corner) for corner in corners]
    left, top = min(p[0] for p in ends), min(p[1] for p in ends)
    right, bottom = max(p[0] for p in ends), max(p[1] for p in ends)
    outline = {"fill": "none", "stroke": MUTED, "class_": "i", "stroke_width": "1"}
    card = {"fill": PAPER, "stroke": MUTED, "class_": "n i", "stroke_width": "1"}
    return element(
        "g",
        element("rect", x=left, y=top, width=right - left, height=bottom - top, **outline),
        element("rect", x=x, y=y, width=INSET_WIDTH, height=window.height, rx=4, **card),
        element("line", x1=right, y1=bottom, x2=x, y2=y + window.height, **outline),
        element("line", x1=right, y1=top, x2=x, y2=y, **outline),
        _circles(crowd, inside, window, kinds, lang),
        label(WIDTH - 4, y - 9, say("inset", lang), "end", font_weight="bold"),
    )


def _shown(place: Point, window: Frame, margin: float = 8) -> bool:
    """Return whether a place lies in a window, not at its very edge."""
    x, y = window.place(*place)
    return (
        window.x + margin < x < window.x + INSET_WIDTH - margin
        and window.y + margin < y < window.y + window.height - margin
    )


def _areas(rows: Iterable[Row], areas: Areas, window: Frame, kinds: Classes, lang: str) -> str:
    """Draw the areas on a grid, as fine as the weight of the drawing allows."""
    shown = [row for row in rows if row.kommunenummer in areas]
    rings = {
        row.kommunenummer: [[window.place(*p) for p in ring] for ring in areas[row.kommunenummer]]
        for row in shown
    }
    step = _FINE
    while sum(map(len, paths := _paths(rings, step).values())) > _HEAVY and step < _COARSE:
        step *= 2
    marks = [
        element(
            "path",
            element("title", text(tip(row, lang))),
            d=path,
            data_k=row.kommunenummer,
            **_look(row, kinds),
        )
        for row, path in zip(shown, paths, strict=True)
    ]
    return element("g", *marks, stroke_width="0.4", fill_rule="evenodd")


def _paths(rings: Mapping[str, list[list[Point]]], step: float) -> dict[str, str]:
    return {code: "".join(_outline(ring, step) for ring in parts) for code, parts in rings.items()}


def _outline(ring: Sequence[Point], step: float) -> str:
    """Return a ring as path data on a grid; neighbours share a border, so both move alike."""
    points: list[tuple[int, int]] = []
    for x, y in ring:
        point = (round(x / step), round(y / step))
        if not points or point != points[-1]:
            points.append(point)
    if len(points) < 3:
        return ""
    (left, top), parts = points[0], []
    for x, y in points[1:-1] if points[0] == points[-1] else points[1:]:
        parts.append(f"{num((x - left) * step)} {num((y - top) * step)}")
        left, top = x, y
    first = f"{num(points[0][0] * step)} {num(points[0][1] * step)}"
    return f"M{first}l{' '.join(parts)}z".replace(" -", "-")


def _legend(allocation: Allocation, kinds: Classes, lang: str, *, sized: bool) -> str:
    """Draw the legend in the corner above the coast: colours, hollow, and sizes."""
    parts = [label(16, 30, say("per 1,000 long", lang), font_weight="bold")]
    y = 46.0
    for i, name in enumerate(kinds.names(lang)):
        look = {"class_": f"m c{i}", "fill": SCALE[i], "stroke": INK}
        parts += [element("rect", x=16, y=y, width=22, height=14, **look)]
        parts += [label(46, y + 11, name)]
        y += 20
    hollow = {"class_": "m n", "fill": PAPER, "stroke": MUTED}
    if sized:
        parts.append(element("circle", cx=27, cy=y + 7, r=HOLLOW + 1, **hollow))
    else:
        parts.append(element("rect", x=16, y=y, width=22, height=14, **hollow))
    parts.append(label(46, y + 11, say("not selected", lang)))
    if sized:
        parts.append(_sizes(allocation, y + 48, lang))
    return element("g", *parts, stroke_width="0.8")


def _sizes(allocation: Allocation, y: float, lang: str) -> str:
    most = max((row.requested for row in allocation.rows), default=0)
    shown = [n for n in (10, 50, 100, 200, 500, 1000, 2000, 5000) if n <= most][-3:] or [most]
    if most >= 10 and 10 not in shown:
        shown = [10, *shown[-2:]]
    parts = [label(16, y, say("people requested", lang), font_weight="bold")]
    x, base = 16.0, y + 14 + 2 * _radius(shown[-1], most)
    for n in shown:
        r = _radius(n, most)
        look = {"class_": "s", "fill": "none", "stroke": INK}
        parts.append(element("circle", cx=x + r, cy=base - r, r=r, **look))
        parts.append(label(x + r, base + 16, number(n, 0, lang), "middle"))
        x += 2 * r + 22
    return "".join(parts)
