"""What the JSON of every command says in the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bosetting_cli

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bosetting_cli.result.notes import Note

SCHEMA_VERSION = 1


def stamp() -> dict[str, Any]:
    """Return which form the document has, and which program wrote it."""
    return {"schema_version": SCHEMA_VERSION, "program": f"bosetting {bosetting_cli.__version__}"}


def note_records(notes: Iterable[Note]) -> list[dict[str, str]]:
    """Return notes as mappings."""
    return [{"kind": note.kind, "text": note.text} for note in notes]
