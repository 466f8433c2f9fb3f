"""A folder of letters: complete or not there, and nobody else's file is touched."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bosetting_cli.findings import BosettingError, finding
from bosetting_cli.letters import FORMATS
from bosetting_cli.letters.letter import COLUMNS, Letter
from bosetting_cli.output import beside, blamed, unbroken
from bosetting_cli.statistics.decoding import read_bytes
from bosetting_cli.tables import listed, render

Records = dict[str, dict[str, Any]]  # a letter's file → its line in the index

INDEX = "index.csv"
MAX_BYTES = 20_000_000  # of an index
_FILE = re.compile(rf"(\d{{4}})(-[a-z0-9]+)*\.({'|'.join(FORMATS)})")


def write_folder(path: Path, letters: Iterable[Letter], *, force: bool, keep: bool = False) -> int:
    """Write letters and their index when all are made; a signal has to wait meanwhile.

    What an existing folder holds of ours is what its own index lists, and nothing else is
    replaced or deleted.

    Args:
        path: The folder.
        letters: What goes into it.
        force: Whether letters that it has already may be replaced.
        keep: Whether those of other municipalities stay; without it they are deleted.

    Returns:
        The number of letters written.

    Raises:
        BosettingError: It exists and may not be replaced, or can't be written.
    """
    with blamed(path):
        _ours(path, force=force)
    made = {letter.file: letter for letter in letters}
    with blamed(path), unbroken():
        old = _ours(path, force=force)  # it may have appeared meanwhile
        exists = path.exists()
        aside = beside(path / INDEX if exists else path.absolute())
        aside.mkdir()
        try:
            for letter in made.values():
                (aside / letter.file).write_bytes(letter.content)
            new = {n: dict(zip(COLUMNS, one, strict=False)) for n, one in made.items()}
            if exists:
                _put_among(aside, path, old, new, keep=keep)
            else:
                _write_index(aside, new)
                aside.rename(path)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    return len(made)


def _ours(path: Path, *, force: bool) -> Records:
    """Return the letters that a folder has already.

    Raises:
        BosettingError: It may not be written to.
        OSError: It can't be made or read.
    """
    if not path.exists():
        path.absolute().parent.stat()
        return {}
    if not path.is_dir():
        raise _refused(path, "letters not a folder")
    if not force:
        raise _refused(path, "letters there")
    if os.path.lexists(path / INDEX):
        return _listed(path)
    if any(path.iterdir()):
        raise _refused(path, "letters and else")
    return {}


def _put_among(aside: Path, path: Path, old: Records, new: Records, *, keep: bool) -> None:
    """Move new letters into a folder that has some, and delete those that they replace.

    The index lists the old and the new ones meanwhile, lest a run that is killed disown some.

    Raises:
        BosettingError: A file that is not ours has a new letter's name; nothing is changed then.
    """
    if foreign := [name for name in new if name not in old and os.path.lexists(path / name)]:
        raise _refused(path, "letters foreign", names=tuple(foreign))
    written = {record["kommunenummer"] for record in new.values()}
    others = {name: r for name, r in old.items() if keep and r["kommunenummer"] not in written}
    _write_index(aside, old | new)
    os.replace(aside / INDEX, path / INDEX)
    for name in new:
        os.replace(aside / name, path / name)
    for name in old.keys() - new.keys() - others.keys():
        (path / name).unlink(missing_ok=True)
    _write_index(aside, others | new)
    os.replace(aside / INDEX, path / INDEX)


def _write_index(folder: Path, records: Records) -> None:
    lines = listed([records[name] for name in sorted(records)])
    (folder / INDEX).write_bytes(render(lines, "csv"))


def _listed(path: Path) -> Records:
    """Return the letters that a folder's index lists and that are there.

    Raises:
        BosettingError: The index is not one of ours, or lists what can't be a letter of ours.
    """
    index = path / INDEX
    if index.is_symlink() or not index.is_file():
        raise _refused(path, "index a link")
    try:
        text = read_bytes(index, INDEX, MAX_BYTES).decode()
        header, *lines = list(csv.reader(io.StringIO(text, newline=""), strict=True)) or [[]]
    except (BosettingError, ValueError, csv.Error):
        raise _refused(path, "index unreadable") from None
    if tuple(header) != COLUMNS or any(len(line) != len(COLUMNS) for line in lines):
        raise _refused(path, "index columns", names=COLUMNS)
    records: Records = {}
    for line in lines:
        record = dict(zip(COLUMNS, line, strict=True))
        file, match = path / record["file"], _FILE.fullmatch(record["file"])
        if not match or match[1] != record["kommunenummer"]:
            raise _refused(path, "index no letter", name=record["file"])
        if os.path.lexists(file):
            if file.is_symlink() or not file.is_file():
                raise _refused(path, "index no file", name=file.name)
            records[file.name] = record
    return records


def _refused(path: Path, why: str, **said: object) -> BosettingError:
    return BosettingError(finding(why, said, file=str(path)))
