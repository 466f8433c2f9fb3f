"""Every way in which rules miss their schema, in words; only rules with mistakes come here."""

from __future__ import annotations

import functools
import re
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec
from jsonschema import Draft202012Validator

from bosetting_cli.errors import Problem, did_you_mean, shown
from bosetting_cli.rulebook.schema import rules_schema
from bosetting_cli.rulebook.yamlfile import Document, join_path
from bosetting_cli.rules import Rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_PROBLEMS = 100
_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "array": "a list",
    "object": "keys and values",
    "boolean": "true or false",
}
_LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "minItems": "at least {} of them",
    "minLength": "some text",
    "maxLength": "at most {} characters",
    "format": "a {} such as 2017-10-02",
    "pattern": "a date such as 2017-10-02",
}
# Stand-ins for what is wrong, so that the rest can be checked all the same.
_STAND_INS: dict[str, Any] = {
    "title": "x",
    "as_of": "2000-01-01",
    "total": {"value": 1_000_000_000},
    "criteria": [{"name": "x", "weight": 1, "indicator": "x"}],
}
# What is compared with what: of these, nothing is said if the first is wrong.
_COMPARED = {
    "total": {"of_which", "counties"},
    "minimum": {"maximum"},
    "criteria": {"select"},
}


def schema_problems(
    data: Any, document: Document, file: str, schema: dict[str, Any] | None = None
) -> list[Problem]:
    """Return every way in which the data miss the schema, with lines; at most 100.

    Args:
        data: Rules as plain data.
        document: Where everything stands.
        file: What to call it.
        schema: Another schema than that of rules.
    """
    errors = (_validator(schema) if schema else _rules_validator()).iter_errors(data)
    problems = (p for error in errors for p in _problems(error, data, document, file))
    found = list(dict.fromkeys(islice(problems, MAX_PROBLEMS + 1)))
    if len(found) > MAX_PROBLEMS:
        found[MAX_PROBLEMS:] = [Problem("and more: only the first problems are listed", file)]
    return found


def _validator(schema: dict[str, Any]) -> Any:
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


@functools.cache
def _rules_validator() -> Any:
    return _validator(rules_schema())


def sound_parts(data: dict[str, Any], problems: Sequence[Problem]) -> tuple[Rules | None, set[str]]:
    """Return rules made of the parts that fit the schema, and the keys that nothing is said of."""
    wrong = {re.split(r"[.\[]", problem.key)[0] for problem in problems if problem.key}
    wrong |= _STAND_INS.keys() - data.keys()
    silent = wrong.union(*(_COMPARED.get(key, ()) for key in wrong))
    sound = {key: value for key, value in data.items() if key not in wrong}
    stand_ins = {key: value for key, value in _STAND_INS.items() if key in wrong}
    try:
        return msgspec.convert({**sound, **stand_ins}, Rules), silent
    except msgspec.ValidationError:
        return None, silent


def _problems(error: Any, data: Any, document: Document, file: str) -> Iterator[Problem]:
    for leaf, expected in _leaves(error):
        yield from _leaf_problems(leaf, expected, data, document, file)


def _leaf_problems(
    error: Any, expected: str, data: Any, document: Document, file: str
) -> Iterator[Problem]:
    path = ""
    for step in error.absolute_path:
        path = join_path(path, step)
    while path and path not in document.marks:  # a part of what a shorthand stands for
        path = path.rpartition(".")[0]
    line, column = place = document.marks.get(path, (None, None))
    if error.validator == "additionalProperties":
        yield from _unknown_keys(error, path, place, document, file)
    elif error.validator == "required":
        for key in error.validator_value:
            if key not in error.instance:
                here = join_path(path, key)
                what = f"`{key}` is missing" + (f" in {path}" if path else "")
                hint = error.schema.get("properties", {}).get(key, {}).get("description")
                # A required key is reported once by the validator for each that is missing.
                yield Problem(what, file, line, column, here, hint=hint)
    else:
        value = _shown(error.instance)
        what = f"expected {expected}, got {value}"
        hint = _hint(error, path, data)
        yield Problem(what, file, line, column, path or None, value, hint)


def _unknown_keys(
    error: Any, path: str, place: tuple[Any, Any], document: Document, file: str
) -> Iterator[Problem]:
    known = error.schema.get("properties", {})
    for key in error.instance:
        if key not in known:
            here = join_path(path, key)
            line, column = document.key_marks.get(here, place)
            hint = did_you_mean(key, known) or f"known here: {', '.join(known)}"
            what = f"unknown key `{shown(key)}`"
            yield Problem(what, file, line, column, shown(here), hint=hint)


def _leaves(error: Any) -> Iterator[tuple[Any, str]]:
    """Yield the mistakes inside an either-or that fit what was written, and what was expected."""
    if not error.context:
        yield error, _expected(error)
        return
    branches: dict[Any, list[Any]] = {}
    for inner in error.context:
        branches.setdefault(inner.relative_schema_path[0], []).append(inner)
    fitting = [b for b in branches.values() if not any(_misses(inner, error) for inner in b)]
    if not fitting:
        kinds = [kind for inner in error.context for kind in _kinds(inner) if kind != "null"]
        yield error.context[0], _listed([_TYPES.get(kind, kind) for kind in kinds])
        return
    for inner in fitting[0]:
        yield from _leaves(inner)


def _misses(inner: Any, outer: Any) -> bool:
    """Return whether a branch of an either-or is about another type than what was written."""
    return bool(inner.validator == "type" and inner.absolute_path == outer.absolute_path)


def _kinds(error: Any) -> list[str]:
    value = error.validator_value
    return [value] if isinstance(value, str) else list(value)


def _listed(words: Sequence[str]) -> str:
    return " or ".join(dict.fromkeys(words))


def _expected(error: Any) -> str:
    if error.validator == "type":
        return _listed([_TYPES[kind] for kind in _kinds(error) if kind != "null"])
    if error.validator == "enum":
        return f"one of {', '.join(map(str, error.validator_value))}"
    return _LIMITS.get(error.validator, str(error.validator)).format(error.validator_value)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "keys and values" if value else "no keys"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if value is None or isinstance(value, bool):
        return "nothing" if value is None else str(value).lower()
    return f"`{shown(value)}`" if isinstance(value, str) else shown(str(value))


def _hint(error: Any, path: str, data: Any) -> str | None:
    value = error.instance
    if path.endswith(".weight") and (part := _per_cent(value)) is not None:
        whole = _weights(error, data)
        alike = f"; all of them: {', '.join(f'{w / 100:g}' for w in whole)}" if whole else ""
        return f"a weight is a part of 1: write {part:g} for {100 * part:g} per cent{alike}"
    if isinstance(value, str) and (part := _per_cent(value)) is not None:
        return f"write {part:g}"
    if isinstance(value, str) and error.validator == "type":
        digits = re.sub(r"[ \u00a0\u2009\u202f_']|,(?=[0-9]{3}\b)", "", value)
        if re.fullmatch(r"[0-9]+", digits):
            return f"write {digits}" + (" without quotation marks" if digits == value else "")
        if re.fullmatch(r"[0-9]+,[0-9]+", value):
            return f"write {value.replace(',', '.')}"
    if isinstance(value, int | float) and error.validator == "type" and "string" in _kinds(error):
        return f'text that looks like something else needs quotation marks: "{_shown(value)}"'
    if error.validator == "enum" and isinstance(value, str):
        return did_you_mean(value, map(str, error.validator_value))
    return None


def _per_cent(value: Any) -> float | None:
    """Return a weight given in per cent as a part of 1; None if it is something else."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,3}([.,][0-9]+)?\s*%", value):
        return float(value.rstrip("% \u00a0").replace(",", ".")) / 100
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return value / 100 if number and 1 < value <= 100 else None


def _weights(error: Any, data: Any) -> list[float]:
    """Return all weights of the list of criteria if they sum to 100."""
    items = data
    for step in list(error.absolute_path)[:-2]:
        items = items[step]
    weights = [item.get("weight") for item in items if isinstance(item, dict)]
    numbers = [w for w in weights if isinstance(w, int | float) and not isinstance(w, bool)]
    whole = len(numbers) == len(weights) and abs(sum(numbers) - 100) < 1e-6
    return numbers if whole else []
