"""The map: municipalities at their label points, or as areas, by what they are asked for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from bosetting_cli.report.boundaries import Areas, Point, on_earth
from bosetting_cli.report.svg import SCALE, draw, nice_step, num
from bosetting_cli.result import Allocation, Row

WIDTH, MARGIN = 600.0, 28.0
LARGEST, HOLLOW = 22.0, 2.4  # radius of the largest request and of those not asked
MERIDIAN = 15.0  # of zone 33, in which maps of all Norway are drawn
INSET = ((9.6, 58.95), (11.75, 60.35))  # around the Oslofjord, where label points crowd
INSET_WIDTH, CROWD = 226.0, 20
_FINE, _COARSE = 0.1, 8  # finest and coarsest grid of the areas' corners
_HEAVY = 300_000  # characters of areas that are too many


class Frame(NamedTuple):
    """A window of the projected plane, as large as the drawing shows it.

    Attributes:
        left: Projected x of the left edge.
        top: Projected y of the upper edge.
        scale: Points of the drawing per projected unit.
        width: Width in the drawing.
        height: Height in the drawing.
        x: Where the left edge stands in the drawing.
        y: Where the upper edge stands.
    """

    left: float
    top: float
    scale: float
    width: float
    height: float
    x: float = 0
    y: float = 0

    def place(self, longitude: float, latitude: float) -> Point:
        """Return where a place on earth stands in the drawing."""
        x, y = project(longitude, latitude)
        return self.x + (x - self.left) * self.scale, self.y + (self.top - y) * self.scale

    def shows(self, place: Point, margin: float = 8) -> bool:
        """Return whether a place on earth lies in it, not at its very edge."""
        x, y = self.place(*place)
        across, down = x - self.x, y - self.y
        return margin < across < self.width - margin and margin < down < self.height - margin


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
    return Frame(min(xs) - margin / scale, max(ys) + margin / scale, scale, width, height)


def places_of(attributes: Mapping[str, Mapping[str, str]]) -> dict[str, Point]:
    """Return where municipalities lie, of those whose register says.

    Args:
        attributes: Kommunenummer → further columns of the register.
    """
    places = {}
    for code, columns in attributes.items():
        try:
            place = float(columns["longitude"]), float(columns["latitude"])
        except (KeyError, ValueError):
            continue
        if on_earth(*place):
            places[code] = place
    return places


def per_1000(row: Row) -> float | None:
    """Return the number requested per 1,000 inhabitants; None if not asked."""
    return row.requested * 1000 / row.population if row.requested and row.population else None


@dataclass(frozen=True)
class Classes:
    """Classes of the number per 1,000 inhabitants: equally wide, from a round number up."""

    start: float
    step: float
    count: int

    def of(self, value: float) -> int:
        """Return the class of a value."""
        return min(max(math.floor((value - self.start) / self.step + 1e-9), 0), self.count - 1)

    def decimals(self) -> int:
        """Return how many decimals show the limits truly."""
        return max(0, 2 - math.floor(math.log10(self.step * 10 + 1e-12)))


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
    # Of circles the largest first, so that none hides a smaller one.
    largest = sorted(allocation.rows, key=lambda row: (-row.requested, row.kommunenummer))
    if areas:
        rows = [row for row in allocation.rows if row.kommunenummer in areas]
        where = [point for rings in areas.values() for ring in rings for point in ring]
    else:
        rows = [row for row in largest if row.kommunenummer in places]
        where = [places[row.kommunenummer] for row in rows]
    if not where:
        return None
    whole = frame(where, WIDTH, MARGIN)
    most = max((row.requested for row in allocation.rows), default=0)
    crowd = {} if areas else _inset(rows, places, whole)
    return draw(
        "map",
        lang,
        whole=whole,
        rows=rows,
        places=places,
        paths=_paths(rows, areas, whole) if areas else [],
        inset=crowd,
        classes=classes([rate for row in allocation.rows if (rate := per_1000(row)) is not None]),
        per_1000=per_1000,
        radius=lambda n: LARGEST * math.sqrt(n / most) if n else HOLLOW,
        sizes=_sizes(most),
    )


def _inset(rows: Sequence[Row], places: Mapping[str, Point], whole: Frame) -> dict[str, Any]:
    """Return the crowded part once more and larger, for the corner that Norway leaves empty."""
    (west, south), (east, north) = INSET
    corners = [(west, south), (west, north), (east, south), (east, north)]
    window = frame(corners, INSET_WIDTH)
    window = window._replace(x=WIDTH - INSET_WIDTH - 4, y=whole.height - window.height - 4)
    crowd = [row for row in rows if window.shows(places[row.kommunenummer])]
    xs, ys = zip(*(whole.place(*corner) for corner in corners), strict=True)
    around = (min(xs), min(ys), max(xs), max(ys))
    return {"window": window, "rows": crowd, "around": around} if len(crowd) >= CROWD else {}


def _paths(rows: Sequence[Row], areas: Areas, window: Frame) -> list[str]:
    """Return the areas' outlines on a grid as fine as the weight of the drawing allows."""
    drawn = [[[window.place(*p) for p in ring] for ring in areas[r.kommunenummer]] for r in rows]
    step = _FINE
    while True:
        paths = ["".join(_outline(ring, step) for ring in rings) for rings in drawn]
        if sum(map(len, paths)) <= _HEAVY or step >= _COARSE:
            return paths
        step *= 2


def _outline(ring: Sequence[Point], step: float) -> str:
    """Return a ring as path data on a grid; neighbours share a border, so both move alike."""
    points = [key for key, _ in groupby((round(x / step), round(y / step)) for x, y in ring)]
    if len(points) < 3:
        return ""
    if points[0] == points[-1]:
        points.pop()
    first, *moves = [
        f"{num(x * step)} {num(y * step)}"
        for x, y in (points[0], *((x - a, y - b) for (a, b), (x, y) in pairwise(points)))
    ]
    return f"M{first}l{' '.join(moves)}z".replace(" -", "-")


def _sizes(most: int) -> list[int]:
    """Return the numbers whose circles the legend shows."""
    shown = [n for n in (10, 50, 100, 200, 500, 1000, 2000, 5000) if n <= most][-3:] or [most]
    return [10, *shown[-2:]] if most >= 10 and 10 not in shown else shown
