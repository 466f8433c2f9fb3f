"""The columns that several tables have, and what the JSON of several commands says alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any

import bosetting_cli
from bosetting_cli.findings import Finding
from bosetting_cli.rules import Criterion, Rules, SubGroup, column_name
from bosetting_cli.tables import kinds
from bosetting_cli.tables.table import Column
from bosetting_cli.words import heading, say

PLACE = {"kommunenummer": kinds.CODE, "municipality": kinds.NAME, "fylke": kinds.NAME}
SCHEMA_VERSION = 1
# What columns of criteria and sub-groups begin with → what stands above the name, their kind.
_NAMED = {
    "requested": ("of whom", kinds.COUNT),
    "of_whom": ("of whom", kinds.COUNT),
    "contribution": ("from", kinds.decimal(1)),
    "county_contribution": ("from", kinds.decimal(1)),
    "weight": ("weight", kinds.NUMBER),
}


def place_columns(lang: str, within: str = "") -> list[Column]:
    """Return the columns that say which municipality.

    Args:
        lang: Language of headings.
        within: The attribute of a row that is the municipality; by default the row itself.
    """
    of = [attrgetter(f"{within}.{key}") if within else None for key in PLACE]
    return [
        Column(key, say(key, lang), PLACE[key], get) for key, get in zip(PLACE, of, strict=True)
    ]


def named_columns(
    items: Iterable[Criterion | SubGroup],
    prefix: str,
    lang: str,
    of: Callable[[str], Callable[[Any], Any]] | None = None,
) -> list[Column]:
    """Return a column for each criterion or sub-group, `PREFIX_NAME`.

    Args:
        items: The criteria or sub-groups.
        prefix: One of `_NAMED`.
        lang: Language of headings.
        of: Name → accessor.
    """
    words, kind = _NAMED[prefix]
    return [
        Column(
            f"{prefix}_{column_name(item.name)}",
            f"{say(words, lang)}\n{heading(item, lang)}",
            kind,
            of and of(item.name),
        )
        for item in items
    ]


# --- JSON ------------------------------------------------------------------------------------


def stamp() -> dict[str, Any]:
    """Return which form the document has, and which program wrote it."""
    return {"schema_version": SCHEMA_VERSION, "program": f"bosetting {bosetting_cli.__version__}"}


def made_from(rules: Rules, inputs: Mapping[str, str], notes: Iterable[Finding]) -> dict[str, Any]:
    """Return the notes, the rules as used and the SHA-256 of each file read."""
    from msgspec import to_builtins

    return {
        "notes": [{"kind": note.kind, "text": note.text} for note in notes],
        "rules": to_builtins(rules),
        "inputs": dict(inputs),
    }
