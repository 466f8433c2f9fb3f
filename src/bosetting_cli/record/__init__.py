"""A run as a folder that anybody can repeat and check: what it holds, written in one go."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bosetting_cli import __version__
from bosetting_cli.findings import BosettingError, finding
from bosetting_cli.record.crate import crate
from bosetting_cli.result import Allocation
from bosetting_cli.result.fingerprint import fingerprint
from bosetting_cli.rules import Rules, rules_yaml
from bosetting_cli.tables import render
from bosetting_cli.tables.allocation import document, municipality_table
from bosetting_cli.tables.rowwise import json_bytes

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
        codes: The year of the municipalities that the statistics were carried over to.
        options: The options of the command that change a number, as they were given.
        outputs: Name → bytes of what else the command wrote: letters, a page.
    """

    rules: Rules
    allocation: Allocation
    read: Mapping[str, bytes]
    codes: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, bytes] = field(default_factory=dict)


def contents(run: Run) -> dict[str, bytes]:
    """Return the files of a record, by name; equal runs have equal bytes on any machine.

    The manifest has the SHA-256 of every other file, the seal that of the manifest. Program and
    library versions stand in the manifest alone.
    """
    table = municipality_table(run.allocation, everyone=True)
    findings = [{"kind": note.kind, "text": note.text} for note in run.allocation.notes]
    files = {
        **run.read,
        **{f"outputs/{name}": content for name, content in run.outputs.items()},
        RULES: rules_yaml(run.rules).encode(),
        RUN: json_bytes({"codes": run.codes, "options": dict(run.options)}),
        ROWS: render(table, "csv"),
        "allocation.json": render(
            table, "json", document=document(run.allocation, table.fields)
        ),
        "findings.json": json_bytes(findings),
    }
    mark = fingerprint(run.allocation)
    files["ro-crate-metadata.json"] = json_bytes(crate(files, run.allocation.rules, mark))
    said = {
        "fingerprint": mark,
        "program": f"bosetting {__version__}",
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "files": {name: sha256(files[name]) for name in sorted(files)},
    }
    files[MANIFEST] = json_bytes(said)
    files[SEAL] = f"{sha256(files[MANIFEST])}  {MANIFEST}\n".encode()
    return files


def sha256(content: bytes) -> str:
    """Return a file's SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def write_record(folder: Path, run: Run) -> str:
    """Write a run's record and return its fingerprint.

    The folder appears when all of it is written; one that is there already is left alone.

    Raises:
        BosettingError: The folder exists, or can't be written.
    """
    with new_folder(folder) as aside:
        for name, content in contents(run).items():
            path = aside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return fingerprint(run.allocation)


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Yield a folder that gets its name when the block is done; if it fails, nothing is there.

    Raises:
        BosettingError: The folder exists, or can't be written.
    """
    import shutil
    import tempfile

    if folder.exists() or folder.is_symlink():
        raise BosettingError(finding("record exists", file=str(folder)))
    try:
        aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".bosetting-"))
        try:
            yield aside
            aside.chmod(0o755)
            aside.rename(folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        said = {"why": error.strerror or str(error)}
        raise BosettingError(finding("can't be written", said, file=str(folder))) from None
