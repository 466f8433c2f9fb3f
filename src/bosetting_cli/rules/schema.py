"""The JSON Schema of rules files, for editors: completion, inline help, checks while typing.

`config/criteria.schema.json` is what `bosetting rules --schema` prints.
"""

from __future__ import annotations

import inspect
import re
from typing import Any

import msgspec

from bosetting_cli.rules.structs import NAME_LISTS, SHORTHANDS, Rule, Rules

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_CODE = {"type": "integer", "minimum": 0, "maximum": 9999}


def rules_schema() -> dict[str, Any]:
    """Return the JSON Schema of rules files, draft 2020-12, from the structs.

    It says what the structs and their docstrings say, and what the loader writes out before it
    looks at them: `total: 4400` for `total: {value: 4400}`, and numbers in lists of
    municipalities.
    """
    schema: dict[str, Any] = msgspec.json.schema(Rules)
    parts = schema["$defs"]
    for struct in Rule.__subclasses__():
        _describe(parts[struct.__name__], inspect.cleandoc(struct.__doc__ or ""))
    numbers = {
        f"#/$defs/{struct.__name__}": _choices(parts[struct.__name__]["properties"][key])[0]
        for struct, key in SHORTHANDS.values()
    }
    for part in parts.values():
        for key, value in part["properties"].items():
            part["properties"][key] = _or_number(value, numbers)
            # null last, where msgspec 0.20 has it elsewhere
            _choices(part["properties"][key]).sort(key=lambda one: one.get("type") == "null")
    for struct, key in NAME_LISTS.values():
        for choice in _choices(parts[struct.__name__]["properties"][key]):
            if choice.get("type") == "array":
                choice["items"] = {"anyOf": [choice["items"], _CODE]}
    return {"$schema": DRAFT, "title": "Rules of bosetting", **schema}


def _describe(part: dict[str, Any], docstring: str) -> None:
    """Put a struct's docstring in the places of the schema that it speaks of."""
    part["description"], _, listed = docstring.partition("\n\nAttributes:\n")
    for key, text in re.findall(r"^ {4}(\w+): (.+(?:\n {8}.+)*)", listed, re.MULTILINE):
        value = part["properties"][key]
        part["properties"][key] = {"description": " ".join(text.rstrip(".").split()), **value}


def _choices(value: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the branches of an either-or; else the one thing that a value may be."""
    choices: list[dict[str, Any]] = value.get("anyOf", [value])
    return choices


def _or_number(value: dict[str, Any], numbers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Allow a number beside the part that it stands for."""
    number = next((numbers[c["$ref"]] for c in _choices(value) if c.get("$ref") in numbers), None)
    if number is None:
        return value
    rest = {key: item for key, item in value.items() if key not in ("anyOf", "$ref")}
    return {**rest, "anyOf": [number, *value.get("anyOf", [{"$ref": value.get("$ref")}])]}
