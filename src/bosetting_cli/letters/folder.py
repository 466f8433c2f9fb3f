"""A folder of letters: complete or not there, and nobody else's file is touched."""

from __future__ import annotations

import csv
import os
import re
import shutil
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bosetting_cli.findings import BosettingError, Problem, some
from bosetting_cli.letters import COLUMNS, FORMATS
from bosetting_cli.output import umask
from bosetting_cli.tables import listed, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bosetting_cli.letters import Letter

    Records = dict[str, Mapping[str, Any]]  # a letter's file → its line in the index

INDEX = "index.csv"
_FILE = re.compile(rf"(\d{{4}})(-[a-z0-9]+)*\.({'|'.join(FORMATS)})")


def write_folder(path: Path, letters: Iterable[Letter], *, force: bool, keep: bool = False) -> int:
    """Write letters and their index; nothing is seen of them until the last one is written.

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
    try:
        _ours(path, force=force)
        aside = _aside(path)
        try:
            new: Records = {}
            for letter in letters:
                (aside / letter.file).write_bytes(letter.content)
                new[letter.file] = letter.record()
            if path.exists():  # it may have appeared meanwhile
                old = _ours(path, force=force, aside=aside)
                _put_among(aside, path, old, new, keep=keep)
            else:
                _write_index(aside, new)
                aside.rename(path)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise BosettingError(Problem(f"can't be written: {error.strerror}", str(path))) from None
    return len(new)


def _ours(path: Path, *, force: bool, aside: Path | None = None) -> Records:
    """Return the letters that a folder has already.

    Raises:
        BosettingError: It may not be written to.
    """
    if not path.exists():
        return {}
    if not path.is_dir():
        raise BosettingError(Problem("is a file", str(path), hint="name a folder"))
    if not force:
        hint = "--force replaces the letters in it"
        raise BosettingError(Problem("exists already", str(path), hint=hint))
    if os.path.lexists(path / INDEX):
        return _listed(path)
    if any(file.name != (aside and aside.name) for file in path.iterdir()):
        hint = f"it has no {INDEX}; name another"
        raise BosettingError(Problem("holds something else than letters", str(path), hint=hint))
    return {}


def _aside(path: Path) -> Path:
    """Return a new folder on the same file system: in the folder, or else beside it."""
    path = path.absolute()
    parent = path if path.is_dir() else path.parent
    aside = Path(tempfile.mkdtemp(dir=parent, prefix=f".{path.name}."))
    aside.chmod(0o777 & ~umask())
    return aside


def _put_among(aside: Path, path: Path, old: Records, new: Records, *, keep: bool) -> None:
    """Move new letters into a folder that has some, and delete those that they replace.

    The index lists the old and the new ones meanwhile, lest a run that is killed disown some.

    Raises:
        BosettingError: A file that is not ours has a new letter's name; nothing is changed then.
    """
    if foreign := [name for name in new if name not in old and os.path.lexists(path / name)]:
        what = f"{some(foreign)}: exists already, and {INDEX} does not list it"
        raise BosettingError(Problem(what, str(path), hint="move it away or name another folder"))
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
    if (path / INDEX).is_symlink():
        raise _not_ours(path, "is a link")
    try:
        with (path / INDEX).open(encoding="utf-8", newline="") as stream:
            header, *lines = list(csv.reader(stream, strict=True)) or [[]]
    except (OSError, ValueError, csv.Error):
        raise _not_ours(path, "can't be read") from None
    if tuple(header) != COLUMNS or any(len(line) != len(COLUMNS) for line in lines):
        raise _not_ours(path, f"has other columns than {', '.join(COLUMNS)}")
    records: Records = {}
    for line in lines:
        record = dict(zip(COLUMNS, line, strict=True))
        file, match = path / record["file"], _FILE.fullmatch(record["file"])
        if not match or match[1] != record["kommunenummer"]:
            raise _not_ours(path, f"lists `{record['file']}`, which is no name of a letter")
        if os.path.lexists(file):
            if not stat.S_ISREG(file.lstat().st_mode):
                raise _not_ours(path, f"lists `{file.name}`, which is no plain file")
            records[file.name] = record
    return records


def _not_ours(path: Path, fault: str) -> BosettingError:
    what = f"{INDEX} {fault}: it does not say which files are letters"
    return BosettingError(Problem(what, str(path), hint="name another folder"))
