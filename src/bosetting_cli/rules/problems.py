"""Every way in which a file misses its structure, in words; only files with mistakes come here."""

from __future__ import annotations

import datetime as dt
import functools
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from bosetting_cli.findings import Finding, finding, meant, shown
from bosetting_cli.rules.schema import rules_schema
from bosetting_cli.rules.yamlfile import DECIMAL, Document, join_path

MAX_PROBLEMS = 100
_KINDS: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": int | float,
    "array": list | tuple,
    "object": dict,
    "null": type(None),
}
_rules_schema = functools.cache(rules_schema)


def _is_date(text: str, _: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


# What the schema may say of a value → whether it holds; the words stand under "expected …".
_LIMITS: dict[str, Callable[[Any, Any], bool]] = {
    "enum": lambda value, choices: value in choices,
    "minimum": operator.ge,
    "maximum": operator.le,
    "exclusiveMinimum": operator.gt,
    "minItems": lambda value, least: len(value) >= least,
    "minLength": lambda value, least: len(value) >= least,
    "maxLength": lambda value, most: len(value) <= most,
    "format": _is_date,
}


def schema_problems(
    data: Any, document: Document, schema: dict[str, Any] | None = None
) -> list[Finding]:
    """Return every way in which data miss a schema, with lines; at most 100.

    Args:
        data: Plain data, as in the document.
        document: Where everything stands.
        schema: Made by msgspec from structs; without it that of rules.
    """
    whole = schema or _rules_schema()
    problems = _Walk(data, document, whole.get("$defs", {})).problems(data, whole, "")
    found = list(islice(problems, MAX_PROBLEMS + 1))
    if len(found) > MAX_PROBLEMS:
        found[MAX_PROBLEMS:] = [finding("first problems only", file=document.file)]
    return found


@dataclass
class _Walk:
    """A walk through data and their schema, side by side."""

    data: Any
    document: Document
    parts: dict[str, Any]

    def problems(self, value: Any, schema: dict[str, Any], path: str) -> Iterator[Finding]:
        """Yield what is wrong with a value and all that it holds.

        Args:
            value: A part of the data.
            schema: What it should be.
            path: Where it stands.
        """
        choices = [self._resolved(choice) for choice in schema.get("anyOf", [schema])]
        fitting = next((choice for choice in choices if _fits(value, choice)), None)
        if fitting is None:
            kinds = dict.fromkeys(c["type"] for c in choices if c["type"] != "null")
            if "integer" in kinds and _is_number(value):
                kinds = {"integer": None}
            expected = tuple(finding(f"kind {kind}") for kind in kinds)
            yield self._wrong(value, expected, path, instead(value, text="string" in kinds))
        elif broken := next((k for k in _LIMITS if _misses(value, fitting, k)), None):
            limit = fitting[broken]
            choice = broken == "enum"
            expected = (finding(f"limit {broken}", limit=tuple(limit) if choice else limit),)
            near = meant(value, limit) if choice and isinstance(value, str) else None
            yield self._wrong(value, expected, path, near)
        elif isinstance(value, dict):
            yield from self._keys(value, fitting, path)
        elif isinstance(value, list | tuple):
            for i, item in enumerate(value):
                yield from self.problems(item, fitting.get("items", {}), join_path(path, i))

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        reference = schema.get("$ref", "").rpartition("/")[2]
        found: dict[str, Any] = self.parts[reference] if reference else schema
        return found

    def _keys(self, value: dict[str, Any], schema: dict[str, Any], path: str) -> Iterator[Finding]:
        known, others = schema.get("properties", {}), schema.get("additionalProperties", {})
        for key in schema.get("required", ()):
            if key not in value:
                words, told = ("key missing in" if path else "key missing"), known[key]
                remedy = (
                    finding("as told", what=told["description"]) if "description" in told else None
                )
                at = join_path(path, key)
                yield self.document.told(words, at, name=key, part=path, remedy=remedy)
        for key, item in value.items():
            here = join_path(path, key)
            if key in known or others is not False:
                yield from self.problems(item, known.get(key, others), here)
            else:
                remedy = meant(key, known) or finding("known here", names=tuple(known))
                place = self.document.key_marks.get(here)
                said = {"name": shown(key), "remedy": remedy}
                yield self.document.told("unknown key", here, place, **said)

    def _wrong(
        self, value: Any, expected: tuple[Finding, ...], path: str, remedy: Finding | None
    ) -> Finding:
        weighed = re.fullmatch(r"(counties\.)?criteria\[[0-9]+\]\.weight", path)
        if weighed and (part := _per_cent(value)) is not None:
            remedy = _as_part(part, self.data["counties"] if weighed[1] else self.data)
        said = {"expected": expected, "got": _shown(value), "remedy": remedy}
        return replace(self.document.told("expected", path, **said), value=str(said["got"]))


def _fits(value: Any, schema: dict[str, Any]) -> bool:
    """Return whether a value is of the kind that a schema speaks of."""
    kind = schema.get("type")
    return kind is None or (isinstance(value, _KINDS[kind]) and not isinstance(value, bool))


def _misses(value: Any, schema: dict[str, Any], limit: str) -> bool:
    return limit in schema and not _LIMITS[limit](value, schema[limit])


def _shown(value: Any) -> str | Finding:
    if isinstance(value, dict):
        return finding("kind object" if value else "no keys")
    if isinstance(value, list | tuple):
        return finding("kind array" if value else "empty list")
    if value is None:
        return finding("kind null")
    if isinstance(value, bool):
        return str(value).lower()
    return f"`{shown(value)}`" if isinstance(value, str) else shown(str(value))


# --- what to write instead -------------------------------------------------------------------


def instead(value: Any, *, text: bool = False) -> Finding | None:
    """Return what was probably meant by a value of the wrong kind.

    Args:
        value: The value.
        text: Whether text was expected.

    Example:
        >>> str(instead("4 400")), str(instead("0,5"))
        ('write 4400', 'write 0.5')
    """
    if text and isinstance(value, int | float):
        return finding("needs quotation marks", got=_shown(value))
    if not isinstance(value, str):
        return None
    if (part := _per_cent(value)) is not None:
        return finding("write", number=f"{part:g}")
    digits = re.sub(r"[ \u00a0\u2009\u202f_']|,(?=[0-9]{3}\b)", "", value)
    if re.fullmatch(r"[0-9]+", digits):
        return finding("write without marks" if digits == value else "write", number=digits)
    point = value.replace(",", ".")
    if re.fullmatch(r"[0-9]+,[0-9]+", value):
        return finding("write", number=point)
    return (
        finding("digits too many", number=repr(float(value))) if DECIMAL.fullmatch(value) else None
    )


def _per_cent(value: Any) -> float | None:
    """Return a weight given in per cent as a part of 1; None if it is something else."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,3}([.,][0-9]+)?\s*%", value):
        return float(value.rstrip("% \u00a0").replace(",", ".")) / 100
    return value / 100 if _is_number(value) and 1 < value <= 100 else None


def _as_part(part: float, data: dict[str, Any]) -> Finding:
    """Return how a weight in per cent is written, and the others beside it if they sum to 100."""
    said: dict[str, object] = {"part": f"{part:g}", "per_cent": f"{100 * part:g}"}
    entries = data.get("criteria", ())
    weights: list[Any] = [entry.get("weight") for entry in entries if isinstance(entry, dict)]
    if not all(map(_is_number, weights)) or abs(sum(weights) - 100) > 1e-6:
        return finding("weight in per cent", said)
    return finding("weights in per cent", said, all=tuple(f"{w / 100:g}" for w in weights))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
