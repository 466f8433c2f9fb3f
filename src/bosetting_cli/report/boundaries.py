"""Municipal boundaries from a GeoJSON file → rings of longitude and latitude."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bosetting_cli.findings import DataError, Problem, finding
from bosetting_cli.statistics.decoding import read_bytes
from bosetting_cli.statistics.divisions import looks_like

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

Ring = list[tuple[float, float]]
Areas = dict[str, list[Ring]]

# Where publishers write the kommunenummer: our own word, Kartverket's, Statistics Norway's.
_KEYS = ("kommunenummer", "kommunenr", "KOMMUNENR", "komm", "knr", "kode", "code", "id")
MAX_BYTES = 500_000_000


def load_boundaries(path: Path, known: Collection[str]) -> Areas:
    """Read the areas of municipalities.

    Args:
        path: GeoJSON in longitude and latitude; each feature's kommunenummer is its id or one of
            its usual properties.
        known: The kommunenummer to draw; features of others are left out.

    Returns:
        Kommunenummer → rings, holes among them.

    Raises:
        DataError: The file can't be read, or has no area of any of them.
    """
    areas: Areas = {}
    for feature in _features(path):
        if code := _code(feature, known):
            areas.setdefault(code, []).extend(_rings(feature, path))
    if not areas:
        hint = f"each feature needs a property `{_KEYS[0]}`, such as 0301"
        raise DataError(Problem("has no area of a municipality at hand", str(path), hint=hint))
    return areas


def misfit(
    path: Path, areas: Areas, names: Mapping[str, str], asked: Collection[str]
) -> list[Problem]:
    """Say which municipalities have no area: a warning, an error if that is most of them.

    Args:
        path: The file of the areas.
        areas: What was read of it.
        names: Kommunenummer → name of all municipalities.
        asked: The kommunenummer of those that are asked.
    """
    lacking = [code for code in names if code not in areas]
    if not lacking:
        return []
    year = looks_like({code for feature in _features(path) for code in _codes(feature)[:1]})
    first = sorted(lacking, key=lambda code: code not in asked)
    said = {
        "count": len(lacking),
        "all": len(names),
        "asked": sum(code in asked for code in lacking),
        "names": tuple(f"{code} {names[code]}" for code in first),
        "year": year or "?",
    }
    severity = "error" if 2 * len(lacking) > len(names) else "warning"
    return [finding("areas missing", said, severity=severity, file=str(path))]


def _features(path: Path) -> list[Any]:
    try:
        document = json.loads(read_bytes(path, str(path), MAX_BYTES))
    except ValueError as error:
        line = getattr(error, "lineno", None)
        raise DataError(Problem("is not GeoJSON", str(path), line, hint=str(error))) from None
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        hint = "expected a FeatureCollection"
        raise DataError(Problem("is not GeoJSON: it has no features", str(path), hint=hint))
    return features


def _code(feature: Any, known: Collection[str]) -> str | None:
    return next((code for code in _codes(feature) if code in known), None)


def _codes(feature: Any) -> list[str]:
    """Return what may be a feature's kommunenummer, the likeliest first."""
    if not isinstance(feature, dict):
        return []
    properties = feature.get("properties")
    named = properties if isinstance(properties, dict) else {}
    values = [*map(named.get, _KEYS), feature.get("id")]
    return [str(value).zfill(4) for value in values if isinstance(value, str | int)]


def _rings(feature: Any, path: Path) -> list[Ring]:
    geometry = feature.get("geometry")
    geometry = geometry if isinstance(geometry, dict) else {}
    kind = geometry.get("type")
    if kind not in ("Polygon", "MultiPolygon"):
        what = f"a feature is a {kind}, not a Polygon or MultiPolygon"
        raise DataError(Problem(what, str(path)))
    polygons: Any = geometry.get("coordinates")
    polygons = polygons if kind == "MultiPolygon" else [polygons]
    try:
        return [[_point(point) for point in ring] for polygon in polygons for ring in polygon]
    except (TypeError, ValueError, IndexError):
        hint = "expected longitude and latitude in degrees (WGS84), not metres"
        raise DataError(Problem("has coordinates that can't be", str(path), hint=hint)) from None


def _point(point: Any) -> tuple[float, float]:
    longitude, latitude = float(point[0]), float(point[1])
    if not on_earth(longitude, latitude):
        raise ValueError
    return longitude, latitude


def on_earth(longitude: float, latitude: float) -> bool:
    """Return whether two numbers can be degrees of a place that a map can show."""
    return abs(longitude) <= 180 and abs(latitude) < 90
