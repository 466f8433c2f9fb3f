"""Municipal boundaries from a GeoJSON file → rings of longitude and latitude."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from bosetting_cli.findings import DataError, Finding, finding
from bosetting_cli.statistics.decoding import read_bytes
from bosetting_cli.statistics.divisions import looks_like

Point = tuple[float, float]
Areas = dict[str, list[list[Point]]]  # kommunenummer → rings, holes among them

# Where publishers write the kommunenummer: our own word, Kartverket's, Statistics Norway's.
_KEYS = ("kommunenummer", "kommunenr", "KOMMUNENR", "komm", "knr", "kode", "code", "id")
MAX_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Boundaries:
    """What a file says of boundaries.

    Attributes:
        file: Its name.
        areas: The areas of municipalities at hand.
        codes: The kommunenummer of all its features.
    """

    file: str
    areas: Areas
    codes: Collection[str]

    def misfit(self, names: Mapping[str, str], asked: Collection[str]) -> list[Finding]:
        """Say which municipalities have no area: a warning, an error if that is most of them.

        Args:
            names: Kommunenummer → name of all municipalities.
            asked: The kommunenummer of those that are asked.
        """
        lacking = [code for code in names if code not in self.areas]
        if not lacking:
            return []
        first = sorted(lacking, key=lambda code: code not in asked)
        year = looks_like(self.codes)
        said = {
            "count": len(lacking),
            "all": len(names),
            "asked": sum(code in asked for code in lacking),
            "names": tuple(f"{code} {names[code]}" for code in first),
            "year": year,
        }
        severity = "error" if 2 * len(lacking) > len(names) else "warning"
        words = "areas missing" if year else "areas missing, year unknown"
        return [finding(words, said, severity=severity, file=self.file)]


class _Feature(msgspec.Struct):
    id: str | int | float | None = None
    properties: dict[str, Any] | None = None
    geometry: msgspec.Raw = msgspec.Raw(b"{}")

    def codes(self) -> list[str]:
        """Return what may be its kommunenummer, the likeliest first."""
        values = [*map((self.properties or {}).get, _KEYS), self.id]
        return [str(value).zfill(4) for value in values if isinstance(value, str | int)]


class _Collection(msgspec.Struct):
    features: list[_Feature]


class _Polygon(msgspec.Struct, tag="Polygon"):
    coordinates: list[list[list[float]]]


class _MultiPolygon(msgspec.Struct, tag="MultiPolygon"):
    coordinates: list[list[list[list[float]]]]


def load_boundaries(path: Path, known: Collection[str]) -> Boundaries:
    """Read the areas of municipalities.

    Args:
        path: GeoJSON in longitude and latitude; each feature's kommunenummer is its id or one of
            its usual properties.
        known: The kommunenummer to draw; features of others are left out.

    Raises:
        DataError: The file can't be read, or has no area of any of them.
    """
    file, areas, likely = str(path), Areas(), set()
    content = read_bytes(path, file, MAX_BYTES)
    try:
        features = msgspec.json.decode(content, type=_Collection).features
    except (msgspec.MsgspecError, RecursionError) as error:
        raise DataError(finding("not geojson", why=str(error), file=file)) from None
    for feature in features:
        codes = feature.codes()
        likely.update(codes[:1])
        if code := next((code for code in codes if code in known), None):
            try:
                areas.setdefault(code, []).extend(_rings(feature.geometry))
            except (msgspec.MsgspecError, ValueError) as error:
                said = {"code": code, "why": str(error)}
                raise DataError(finding("not an area", said, file=file)) from None
    if not areas:
        raise DataError(finding("no areas", file=file))
    return Boundaries(file, areas, likely)


def _rings(geometry: bytes) -> list[list[Point]]:
    """Return the rings of a shape.

    Raises:
        ValueError: It has none, or points that are not on earth.
    """
    shape = msgspec.json.decode(geometry, type=_Polygon | _MultiPolygon)
    polygons = [shape.coordinates] if isinstance(shape, _Polygon) else shape.coordinates
    rings = [[(x, y) for x, y, *_ in ring] for polygon in polygons for ring in polygon]
    for point in (point for ring in rings for point in ring if not on_earth(*point)):
        raise ValueError(f"{point} is no place on earth")
    return rings


def on_earth(longitude: float, latitude: float) -> bool:
    """Return whether two numbers can be degrees of a place that a map can show."""
    return abs(longitude) <= 180 and abs(latitude) < 90
