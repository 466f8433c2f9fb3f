"""What archives read of a record: its description as an RO-Crate (Process Run Crate 0.5)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bosetting_cli import REPOSITORY
from bosetting_cli.rules import Rules

_KINDS = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".html": "text/html",
    ".md": "text/markdown",
    ".pdf": "application/pdf",
}


def crate(files: Iterable[str], results: Iterable[str], rules: Rules, mark: str) -> dict[str, Any]:
    """Return the record's description as JSON-LD.

    It is of the day that the rules speak from; no clock, machine or person is named.

    Args:
        files: Names within the record.
        results: Those of them that the run made; the others it read.
        rules: The rules.
        mark: The run's fingerprint.

    See https://w3id.org/ro/wfrun/process/0.5 and RO-Crate 1.1.
    """
    made, names = set(results), sorted(files)
    day = rules.as_of.isoformat()
    profile = {"@id": "https://w3id.org/ro/wfrun/process/0.5"}
    program = {"@id": REPOSITORY}
    run = {
        "@id": f"#{mark}",
        "@type": "CreateAction",
        "name": rules.title,
        "instrument": program,
        "object": [{"@id": name} for name in names if name not in made],
        "result": [{"@id": name} for name in names if name in made],
    }
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": rules.title,
        "description": f"A run of bosetting with the fingerprint {mark}",
        "datePublished": day,
        "conformsTo": [profile],
        "hasPart": [{"@id": name} for name in names],
        "mentions": [{"@id": run["@id"]}],
    }
    about = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }
    return {
        "@context": "https://w3id.org/ro/crate/1.1/context",
        "@graph": [
            about,
            root,
            run,
            {**program, "@type": "SoftwareApplication", "name": "bosetting", "url": REPOSITORY},
            {**profile, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
            *({"@id": name, "@type": "File", **_kind(name)} for name in names),
        ],
    }


def _kind(name: str) -> dict[str, str]:
    suffix = name[name.rfind(".") :]
    return {"encodingFormat": _KINDS[suffix]} if suffix in _KINDS else {}
