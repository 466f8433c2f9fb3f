"""The map: municipalities at their label points, or as areas, by what they are asked for."""

from __future__ import annotations

import dataclasses
import functools
import math
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from bosetting_cli.report.boundaries import on_earth
from bosetting_cli.report.svg import SCALE, draw, nice_step, num
from bosetting_cli.result import SELECTED
from bosetting_cli.words import number, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bosetting_cli.report.boundaries import Areas
    from bosetting_cli.result import Allocation, Row

    Circle = tuple[Row, float, float, float]  # of a municipality: where, and its radius

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

    def shows(self, place: Point, margin: float = 8) -> bool:
        """Return whether a place on earth lies in it, not at its very edge, if it is an inset."""
        x, y = self.place(*place)
        return (
            margin < x - self.x < INSET_WIDTH - margin
            and margin < y - self.y < self.height - margin
        )


def project(longitude: float, latitude: float) -> Point:
    """Project a place by the transverse Mercator projection of a sphere of radius 1.

    Example:
        >>> [round(v, 4) for v in project(15, 60)]
        [0.0, 1.0472]
    """
    along, up = math.radians(longitude - MERIDIAN), math.radians(latitude)
    return math.atanh(math.cos(up) * math.sin(along)), math.atan2(math.tan(up), math.cos(along))


def frame(places: Iterable[Point], width: float, margin: float = 0) -> Frame:
    """Return the window that shows places in a width of the drawing."""
    xs, ys = zip(*(project(*place) for place in places), strict=True)
    scale = (width - 2 * margin) / max(max(xs) - min(xs), 1e-4)
    height = (max(ys) - min(ys)) * scale + 2 * margin
    return Frame(min(xs) - margin / scale, max(ys) + margin / scale, scale, 0, 0, height)


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
        if on_earth(longitude, latitude):
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

    def of_row(self, row: Row) -> int | None:
        """Return a municipality's class; None if it is not asked."""
        rate = per_1000(row)
        return None if rate is None else self.of(rate)

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
    shown = [row for row in allocation.rows if row.kommunenummer in (areas or places)]
    if areas:
        where = [point for rings in areas.values() for ring in rings for point in ring]
    else:
        where = [places[row.kommunenummer] for row in shown]
    if not where:
        return None
    whole = frame(where, WIDTH, margin=MARGIN)
    kinds = classes([rate for row in allocation.rows if (rate := per_1000(row)) is not None])
    most = max((row.requested for row in allocation.rows), default=0)
    return draw(
        "map",
        lang,
        width=WIDTH,
        height=whole.height,
        kind_of=kinds.of_row,
        tip=functools.partial(_tip, lang=lang),
        areas=_areas(shown, areas, whole) if areas else [],
        marks=[] if areas else _circles(shown, places, whole),
        inset={} if areas else _inset(shown, places, whole),
        classes=kinds.names(lang),
        sizes=_sizes(most),
    )


def _radius(requested: int, most: int) -> float:
    return LARGEST * math.sqrt(requested / most) if requested else HOLLOW


def _tip(row: Row, lang: str) -> str:
    """Return what a mark says of its municipality."""
    if row.status != SELECTED:
        return f"{row.municipality}: {say(row.status, lang)}"
    people, rate = f"{row.municipality}: {number(row.requested, 0, lang)}", per_1000(row)
    if rate is None:
        return people
    return f"{people} ({number(rate, 2, lang)} {say('per 1,000', lang)})"


def _circles(rows: Sequence[Row], places: Mapping[str, Point], window: Frame) -> list[Circle]:
    """Return the circles, the largest first, so that none hides a smaller one."""
    most = max((row.requested for row in rows), default=0)
    ordered = sorted(rows, key=lambda row: (-row.requested, row.kommunenummer))
    return [
        (row, *window.place(*places[row.kommunenummer]), _radius(row.requested, most))
        for row in ordered
    ]


def _inset(rows: Sequence[Row], places: Mapping[str, Point], whole: Frame) -> dict[str, Any]:
    """Return the crowded part once more and larger, for the corner that Norway leaves empty."""
    (west, south), (east, north) = INSET
    corners = [(west, south), (west, north), (east, south), (east, north)]
    window = frame(corners, INSET_WIDTH)
    x, y = WIDTH - INSET_WIDTH - 4, whole.height - window.height - 4
    window = dataclasses.replace(window, x=x, y=y)
    crowd = [row for row in rows if window.shows(places[row.kommunenummer])]
    if len(crowd) < CROWD:
        return {}
    xs, ys = zip(*(whole.place(*corner) for corner in corners), strict=True)
    sizes = {"x": x, "y": y, "width": INSET_WIDTH, "height": window.height}
    around = (min(xs), min(ys), max(xs), max(ys))
    return {**sizes, "around": around, "marks": _circles(crowd, places, window)}


def _areas(rows: Sequence[Row], areas: Areas, window: Frame) -> list[tuple[Row, str]]:
    """Return the areas on a grid, as fine as the weight of the drawing allows."""
    drawn = [[[window.place(*p) for p in ring] for ring in areas[r.kommunenummer]] for r in rows]
    step = _FINE
    while sum(map(len, paths := _paths(drawn, step))) > _HEAVY and step < _COARSE:
        step *= 2
    return list(zip(rows, paths, strict=True))


def _paths(drawn: Iterable[Iterable[Sequence[Point]]], step: float) -> list[str]:
    return ["".join(_outline(ring, step) for ring in rings) for rings in drawn]


def _outline(ring: Sequence[Point], step: float) -> str:
    """Return a ring as path data on a grid; neighbours share a border, so both move alike."""
    points = [key for key, _ in groupby((round(x / step), round(y / step)) for x, y in ring)]
    if len(points) < 3:
        return ""
    if points[0] == points[-1]:
        points.pop()
    first = f"{num(points[0][0] * step)} {num(points[0][1] * step)}"
    moves = [
        f"{num((x - left) * step)} {num((y - top) * step)}"
        for (left, top), (x, y) in pairwise(points)
    ]
    return f"M{first}l{' '.join(moves)}z".replace(" -", "-")


def _sizes(most: int) -> list[tuple[int, float, float]]:
    """Return the circles of the legend: the number, where it begins, its radius."""
    shown = [n for n in (10, 50, 100, 200, 500, 1000, 2000, 5000) if n <= most][-3:] or [most]
    if most >= 10 and 10 not in shown:
        shown = [10, *shown[-2:]]
    sizes, x = [], 16.0
    for n in shown:
        sizes.append((n, x, _radius(n, most)))
        x += 2 * _radius(n, most) + 22
    return sizes
