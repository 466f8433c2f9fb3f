"""Every way in which a file misses its structure, in words; only files with mistakes come here."""

from __future__ import annotations

import datetime as dt
import functools
import operator
import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from bosetting_cli.findings import Problem, did_you_mean, shown
from bosetting_cli.rules.schema import rules_schema
from bosetting_cli.rules.yamlfile import Document, join_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_PROBLEMS = 100
_KINDS: dict[str, tuple[Any, str]] = {
    "string": (str, "text"),
    "integer": (int, "a whole number"),
    "number": (int | float, "a number"),
    "array": (list | tuple, "a list"),
    "object": (dict, "keys and values"),
    "null": (type(None), "nothing"),
}


def _is_date(text: str, _: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return bool(re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text))


# What the schema may say of a value → whether it holds, and what was expected.
_LIMITS: dict[str, tuple[Callable[[Any, Any], bool], str]] = {
    "enum": (lambda value, choices: value in choices, "one of {}"),
    "minimum": (operator.ge, "at least {}"),
    "maximum": (operator.le, "at most {}"),
    "exclusiveMinimum": (operator.gt, "more than {}"),
    "minItems": (lambda value, least: len(value) >= least, "at least {} of them"),
    "minLength": (lambda value, least: len(value) >= least, "some text"),
    "maxLength": (lambda value, most: len(value) <= most, "at most {} characters"),
    "format": (_is_date, "a {} such as 2017-10-02"),
}


def schema_problems(
    data: Any, document: Document, file: str | None, schema: dict[str, Any] | None = None
) -> list[Problem]:
    """Return every way in which data miss a schema, with lines; at most 100.

    Args:
        data: Plain data, as in the document.
        document: Where everything stands.
        file: What to call it.
        schema: Made by msgspec from structs; without it that of rules.
    """
    whole = schema or _rules_schema()
    problems = _Walk(data, document, file, whole.get("$defs", {})).problems(data, whole, "")
    found = list(islice(problems, MAX_PROBLEMS + 1))
    if len(found) > MAX_PROBLEMS:
        found[MAX_PROBLEMS:] = [Problem("and more: only the first problems are listed", file)]
    return found


_rules_schema = functools.cache(rules_schema)


class _Walk:
    """A walk through data and their schema, side by side."""

    def __init__(
        self, data: Any, document: Document, file: str | None, parts: dict[str, Any]
    ) -> None:
        self.data, self.document, self.file, self.parts = data, document, file, parts

    def problems(self, value: Any, schema: dict[str, Any], path: str) -> Iterator[Problem]:
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
            expected = " or ".join(_KINDS[kind][1] for kind in kinds)
            yield self._wrong(value, expected, path, _other_kind(value, "string" in kinds))
        elif broken := _broken(value, fitting):
            named = isinstance(value, str) and "enum" in fitting
            near = did_you_mean(value, fitting["enum"]) if named else None
            yield self._wrong(value, broken, path, near)
        elif isinstance(value, dict):
            yield from self._keys(value, fitting, path)
        elif isinstance(value, list | tuple):
            for i, item in enumerate(value):
                yield from self.problems(item, fitting.get("items", {}), join_path(path, i))

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        reference = schema.get("$ref", "").rpartition("/")[2]
        found: dict[str, Any] = self.parts[reference] if reference else schema
        return found

    def _keys(self, value: dict[str, Any], schema: dict[str, Any], path: str) -> Iterator[Problem]:
        known, others = schema.get("properties", {}), schema.get("additionalProperties", {})
        line, column = self.document.marks.get(path, (None, None))
        for key in schema.get("required", ()):
            if key not in value:
                what = f"`{key}` is missing" + (f" in {path}" if path else "")
                hint = known[key].get("description")
                yield Problem(what, self.file, line, column, join_path(path, key), hint=hint)
        for key, item in value.items():
            here = join_path(path, key)
            if key in known or others is not False:
                yield from self.problems(item, known.get(key, others), here)
            else:
                place = self.document.key_marks.get(here, (line, column))
                hint = did_you_mean(key, known) or f"known here: {', '.join(known)}"
                what = f"unknown key `{shown(key)}`"
                yield Problem(what, self.file, *place, shown(here), hint=hint)

    def _wrong(self, value: Any, expected: str, path: str, hint: str | None) -> Problem:
        got = _shown(value)
        weighed = re.fullmatch(r"(counties\.)?criteria\[[0-9]+\]\.weight", path)
        if weighed and (part := _per_cent(value)) is not None:
            hint = f"a weight is a part of 1: write {part:g} for {100 * part:g} per cent"
            hint += _alike(self.data["counties"] if weighed[1] else self.data)
        line, column = self.document.marks.get(path, (None, None))
        what = f"expected {expected}, got {got}"
        return Problem(what, self.file, line, column, path or None, got, hint)


def _fits(value: Any, schema: dict[str, Any]) -> bool:
    """Return whether a value is of the kind that a schema speaks of."""
    kind = schema.get("type")
    if kind is None:
        return True
    return isinstance(value, _KINDS[kind][0]) and not isinstance(value, bool)


def _broken(value: Any, schema: dict[str, Any]) -> str | None:
    """Return the first limit that a value of the right kind misses, in words."""
    for keyword, (holds, words) in _LIMITS.items():
        if keyword in schema and not holds(value, limit := schema[keyword]):
            return words.format(", ".join(limit) if isinstance(limit, list) else limit)
    return None


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "keys and values" if value else "no keys"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    if value is None or isinstance(value, bool):
        return "nothing" if value is None else str(value).lower()
    return f"`{shown(value)}`" if isinstance(value, str) else shown(str(value))


# --- what to write instead -------------------------------------------------------------------


def _other_kind(value: Any, text: bool) -> str | None:
    """Return what was probably meant by a value of the wrong kind.

    Args:
        value: The value.
        text: Whether text was expected.
    """
    if text and isinstance(value, int | float):
        return f'text that looks like something else needs quotation marks: "{_shown(value)}"'
    if not isinstance(value, str):
        return None
    if (part := _per_cent(value)) is not None:
        return f"write {part:g}"
    digits = re.sub(r"[ \u00a0\u2009\u202f_']|,(?=[0-9]{3}\b)", "", value)
    if re.fullmatch(r"[0-9]+", digits):
        return f"write {digits}" + (" without quotation marks" if digits == value else "")
    return f"write {value.replace(',', '.')}" if re.fullmatch(r"[0-9]+,[0-9]+", value) else None


def _per_cent(value: Any) -> float | None:
    """Return a weight given in per cent as a part of 1; None if it is something else."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,3}([.,][0-9]+)?\s*%", value):
        return float(value.rstrip("% \u00a0").replace(",", ".")) / 100
    return value / 100 if _is_number(value) and 1 < value <= 100 else None


def _alike(data: dict[str, Any]) -> str:
    """Return the weights of all criteria as parts of 1, if they sum to 100."""
    entries = data.get("criteria", ())
    weights: list[Any] = [entry.get("weight") for entry in entries if isinstance(entry, dict)]
    if not all(map(_is_number, weights)) or abs(sum(weights) - 100) > 1e-6:
        return ""
    return f"; all of them: {', '.join(f'{weight / 100:g}' for weight in weights)}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
