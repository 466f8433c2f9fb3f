"""A run as a folder that anybody can repeat and check: what it holds, written in one go."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bosetting_cli import __version__
from bosetting_cli.output import write_folder
from bosetting_cli.record.crate import crate
from bosetting_cli.result import Allocation
from bosetting_cli.result.fingerprint import fingerprint
from bosetting_cli.rules import Rules, rules_yaml
from bosetting_cli.tables import json_bytes, render
from bosetting_cli.tables.allocation import document, municipality_table

RULES, DATA, RUN, ROWS = "rules.yaml", "data", "run.json", "allocation.csv"
MANIFEST, SEAL = "manifest.json", "manifest.sha256"
LIBRARIES = ("msgspec", "numpy", "pandas", "PyYAML", "tabulate")


@dataclass(frozen=True, eq=False)
class Run:
    """A run as it was asked for, and what came of it.

    Attributes:
        rules: The rules with all that options changed, before units were carried over.
        allocation: The result.
        read: Name within the record → bytes, of every file read: rules, tables, lists.
        data: The folder or file of statistics within the record.
        codes: The year of the municipalities that the statistics were carried over to.
        options: The options of the command that change a number, as they were given.
        outputs: Name → bytes of what else the command wrote: letters, a page.
    """

    rules: Rules
    allocation: Allocation
    read: Mapping[str, bytes]
    data: str = DATA
    codes: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, bytes] = field(default_factory=dict)


def contents(run: Run) -> dict[str, bytes]:
    """Return the files of a record, by name; equal runs have equal bytes on any machine.

    The manifest has the SHA-256 of every other file, the seal that of the manifest. Program and
    library versions stand in the manifest alone.
    """
    table = municipality_table(run.allocation, everyone=True)
    inputs = {name: sha256(content) for name, content in run.read.items()}
    said = {**document(run.allocation, table.fields), "inputs": inputs}
    findings = [{"kind": note.kind, "text": note.text} for note in run.allocation.notes]
    files = {
        **run.read,
        **{f"outputs/{name}": content for name, content in run.outputs.items()},
        RULES: rules_yaml(run.rules).encode(),
        RUN: json_bytes({"codes": run.codes, "data": run.data, "options": dict(run.options)}),
        ROWS: render(table, "csv"),
        "allocation.json": render(table, "json", document=said),
        "findings.json": json_bytes(findings),
    }
    mark = fingerprint(run.allocation)
    files["ro-crate-metadata.json"] = json_bytes(
        crate(files, files.keys() - run.read.keys(), run.allocation.rules, mark)
    )
    manifest = {
        "fingerprint": mark,
        "program": f"bosetting {__version__}",
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "files": {name: sha256(files[name]) for name in sorted(files)},
    }
    files[MANIFEST] = json_bytes(manifest)
    files[SEAL] = f"{sha256(files[MANIFEST])}  {MANIFEST}\n".encode()
    return files


def sha256(content: bytes) -> str:
    """Return a file's SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def write_record(folder: Path, run: Run) -> str:
    """Write a run's record and return its fingerprint.

    Raises:
        BosettingError: The folder exists, or can't be written.
    """
    write_folder(folder, contents(run))
    return fingerprint(run.allocation)
