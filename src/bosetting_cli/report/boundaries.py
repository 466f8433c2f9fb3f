"""Municipal boundaries from a GeoJSON file → rings of longitude and latitude."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

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


def load_boundaries(path: Path, known: Collection[str]) -> Boundaries:
    """Read the areas of municipalities.

    Args:
        path: GeoJSON in longitude and latitude; each feature's kommunenummer is its id or one of
            its usual properties.
        known: The kommunenummer to draw; features of others are left out.

    Raises:
        DataError: The file can't be read, or has no area of any of them.
    """
    file = str(path)
    areas: Areas = {}
    likely = set()
    for feature in _features(path, file):
        codes = _codes(feature)
        likely.update(codes[:1])
        if code := next((code for code in codes if code in known), None):
            areas.setdefault(code, []).extend(_rings(feature.get("geometry"), file))
    if not areas:
        raise DataError(finding("no areas", file=file))
    return Boundaries(file, areas, likely)


def _features(path: Path, file: str) -> list[dict[str, Any]]:
    try:
        document = json.loads(read_bytes(path, file, MAX_BYTES))
    except (ValueError, RecursionError) as error:
        why = finding("not geojson", why=str(error), file=file)
        raise DataError(replace(why, line=getattr(error, "lineno", None))) from None
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise DataError(finding("no features", file=file))
    return [feature for feature in features if isinstance(feature, dict)]


def _codes(feature: dict[str, Any]) -> list[str]:
    """Return what may be a feature's kommunenummer, the likeliest first."""
    properties = feature.get("properties")
    named = properties if isinstance(properties, dict) else {}
    values = [*map(named.get, _KEYS), feature.get("id")]
    return [str(value).zfill(4) for value in values if isinstance(value, str | int)]


def _rings(geometry: Any, file: str) -> Iterable[list[Point]]:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise DataError(finding("no polygon", type=str(kind), file=file))
    polygons: Any = geometry.get("coordinates")
    try:
        for polygon in polygons if kind == "MultiPolygon" else [polygons]:
            yield from [[_point(point) for point in ring] for ring in polygon]
    except (TypeError, ValueError, IndexError, OverflowError):
        raise DataError(finding("no coordinates", file=file)) from None


def _point(point: Any) -> Point:
    longitude, latitude = float(point[0]), float(point[1])
    if not on_earth(longitude, latitude):
        raise ValueError
    return longitude, latitude


def on_earth(longitude: float, latitude: float) -> bool:
    """Return whether two numbers can be degrees of a place that a map can show."""
    return abs(longitude) <= 180 and abs(latitude) < 90
