"""The files that a run has read, found again: what a record keeps, and under which names."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from bosetting_cli.findings import BosettingError, finding
from bosetting_cli.record import DATA, sha256
from bosetting_cli.result import Allocation
from bosetting_cli.tables import json_bytes

_DESCRIPTION = "datapackage.json"


def files_read(
    allocation: Allocation, rules: Path, lists: Collection[Path], data: Sequence[Path]
) -> tuple[dict[str, bytes], str]:
    """Return name within the record → content, and where in it the statistics are.

    Args:
        allocation: What came of the run; it knows the SHA-256 of every file.
        rules: The rules file.
        lists: Lists of municipalities that options named.
        data: The folder or file of statistics, then those laid over it.

    Raises:
        BosettingError: A file is not there any more, or has another content.
    """
    folders = [one if one.is_dir() else one.parent for one in data]
    read: dict[str, bytes] = {}
    for file, digest in allocation.inputs.items():
        places = (Path(file), *(part / Path(file).name for part in (*folders, rules.parent)))
        path, content = _found(file, places, digest)
        table = path.parent in folders and path not in (rules, *lists)
        name, where = path.name, DATA if table else "as-read"
        while f"{where}/{name}" in read:
            name = f"other-{name}"
        read[f"{where}/{name}"] = content
    tables = {Path(name).name for name in read if name.startswith(DATA)}
    if told := _described(folders, tables):
        read[f"{DATA}/{_DESCRIPTION}"] = json_bytes(told)
    return read, DATA if data[0].is_dir() else f"{DATA}/{data[0].name}"


def _found(file: str, places: Sequence[Path], digest: str) -> tuple[Path, bytes]:
    """Return the first of some places where a file has the content that was read."""
    for path in places:
        if path.is_file() and sha256(content := path.read_bytes()) == digest:
            return path, content
    raise BosettingError(finding("record file differs", file=file))


def _described(folders: Sequence[Path], tables: Collection[str]) -> dict[str, Any]:
    """Return what folders say of tables; what a later one says of a file, counts."""
    told: dict[str, Any] = {}
    known: dict[str, Any] = {}
    for folder in folders:
        if (path := folder / _DESCRIPTION).is_file():
            said = json.loads(path.read_bytes())
            told = {**said, **told}
            known |= {Path(one["path"]).name: one for one in said.get("resources", ())}
    return {**told, "resources": [known[n] for n in known if n in tables]} if told else {}
