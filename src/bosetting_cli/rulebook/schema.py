"""The JSON Schema of rules files, for editors: completion, inline help, checks while typing.

`config/criteria.schema.json` is what `bosetting rules --schema` prints.
"""

from __future__ import annotations

from typing import Any

import msgspec

from bosetting_cli.rules import SHORTHANDS, Maximum, Rules

DRAFT = "https://json-schema.org/draft/2020-12/schema"
# In lists of municipalities an unquoted kommunenummer will do.
_NUMBER = {"type": "integer", "minimum": 0, "maximum": 9999}
_SHORT = {"Rules": ("total", "minimum", "maximum", "size_exponent"), "Criterion": ("smoothing",)}
_NAME_LISTS = {"Rules": ("exclude",), "Select": ("include", "list")}


def rules_schema() -> dict[str, Any]:
    """Return the JSON Schema of rules files, draft 2020-12, from the structs.

    It says what the structs say, and what the loader writes out before it looks at them:
    `total: 4400` for `total: {value: 4400}`, and numbers in lists of municipalities.
    """
    schema: dict[str, Any] = msgspec.json.schema(Rules)
    parts = schema["$defs"]
    for name, keys in _SHORT.items():
        properties = parts[name]["properties"]
        for key in keys:
            properties[key] = _or_number(properties[key], key, parts)
    for name, keys in _NAME_LISTS.items():
        for key in keys:
            _allow_numbers(parts[name]["properties"][key])
    # The format alone is only checked by some.
    parts["Rules"]["properties"]["as_of"]["pattern"] = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
    return {"$schema": DRAFT, "title": "Rules of bosetting", **schema}


def _or_number(part: dict[str, Any], key: str, parts: dict[str, Any]) -> dict[str, Any]:
    struct, field = SHORTHANDS[key]
    number = parts[struct.__name__]["properties"][field]
    if struct is Maximum:
        number = next(choice for choice in number["anyOf"] if choice.get("type") != "null")
    rest = {k: value for k, value in part.items() if k not in ("anyOf", "$ref")}
    choices = part.get("anyOf") or [{"$ref": part["$ref"]}]
    return {"anyOf": [number, *choices], **rest}


def _allow_numbers(part: dict[str, Any]) -> None:
    for choice in part.get("anyOf", [part]):
        if choice.get("type") == "array":
            choice["items"] = {"anyOf": [choice["items"], _NUMBER]}
