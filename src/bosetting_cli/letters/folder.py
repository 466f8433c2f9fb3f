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
from bosetting_cli.letters import COLUMNS, FORMATS, index

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
        _check(path, force=force)
        aside = _aside(path)
        try:
            new: Records = {}
            for letter in letters:
                (aside / letter.file).write_bytes(letter.content)
                new[letter.file] = letter.record()
            if path.exists():  # it may have appeared meanwhile
                _check(path, force=force, aside=aside)
                _put_among(aside, path, new, keep=keep)
            else:
                (aside / INDEX).write_bytes(_index(new))
                aside.rename(path)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise BosettingError(Problem(f"can't be written: {error.strerror}", str(path))) from None
    return len(new)


def _check(path: Path, *, force: bool, aside: Path | None = None) -> None:
    if not path.exists():
        return
    if not path.is_dir():
        raise BosettingError(Problem("is a file", str(path), hint="name a folder"))
    if not force:
        hint = "--force replaces the letters in it"
        raise BosettingError(Problem("exists already", str(path), hint=hint))
    if os.path.lexists(path / INDEX):
        _listed(path)
    elif any(file.name != (aside and aside.name) for file in path.iterdir()):
        hint = f"it has no {INDEX}; name another"
        raise BosettingError(Problem("holds something else than letters", str(path), hint=hint))


def _aside(path: Path) -> Path:
    """Return a new folder on the same file system: in the folder, or else beside it."""
    path = path.absolute()
    parent = path if path.is_dir() else path.parent
    aside = Path(tempfile.mkdtemp(dir=parent, prefix=f".{path.name}."))
    mask = os.umask(0)
    os.umask(mask)
    aside.chmod(0o777 & ~mask)
    return aside


def _put_among(aside: Path, path: Path, new: Records, *, keep: bool) -> None:
    """Move new letters into a folder that has some, and delete those that they replace.

    The index lists the old and the new ones meanwhile, lest a run that is killed disown some.

    Raises:
        BosettingError: A file that is not ours has a new letter's name; nothing is changed then.
    """
    old = _listed(path) if os.path.lexists(path / INDEX) else {}
    if foreign := [name for name in new if name not in old and os.path.lexists(path / name)]:
        what = f"{some(foreign)}: exists already, and {INDEX} does not list it"
        raise BosettingError(Problem(what, str(path), hint="move it away or name another folder"))
    written = {record["kommunenummer"] for record in new.values()}
    stay = {
        name: record
        for name, record in old.items()
        if keep and record["kommunenummer"] not in written
    }
    _replace_index(aside, path, old | new)
    for name in new:
        os.replace(aside / name, path / name)
    for name in old.keys() - new.keys() - stay.keys():
        (path / name).unlink(missing_ok=True)
    _replace_index(aside, path, stay | new)


def _replace_index(aside: Path, path: Path, records: Records) -> None:
    (aside / INDEX).write_bytes(_index(records))
    os.replace(aside / INDEX, path / INDEX)


def _index(records: Records) -> bytes:
    return index([records[name] for name in sorted(records)])


def _listed(path: Path) -> Records:
    """Return the letters that a folder's index lists and that are there.

    Raises:
        BosettingError: The index is not one of ours, or lists what can't be a letter of ours.
    """
    if (path / INDEX).is_symlink():
        raise _not_ours(path, "is a link")
    try:
        with (path / INDEX).open(encoding="utf-8", newline="") as file:
            header, *lines = list(csv.reader(file, strict=True)) or [[]]
    except (OSError, ValueError, csv.Error):
        raise _not_ours(path, "can't be read") from None
    if tuple(header) != COLUMNS or any(len(line) != len(COLUMNS) for line in lines):
        raise _not_ours(path, f"has other columns than {', '.join(COLUMNS)}")
    records: list[Mapping[str, Any]] = [dict(zip(COLUMNS, line, strict=True)) for line in lines]
    for record in records:
        if fault := _fault(path, record):
            raise _not_ours(path, fault)
    return {r["file"]: r for r in records if os.path.lexists(path / r["file"])}


def _fault(path: Path, record: Mapping[str, Any]) -> str | None:
    """Return why a line of an index can't be about a letter of ours; none if it can."""
    name = record["file"]
    match = _FILE.fullmatch(name)
    if not match or match[1] != record["kommunenummer"]:
        return f"lists `{name}`, which is no name of a letter"
    file = path / name
    if os.path.lexists(file) and not stat.S_ISREG(file.lstat().st_mode):
        return f"lists `{name}`, which is no plain file"
    return None


def _not_ours(path: Path, fault: str) -> BosettingError:
    what = f"{INDEX} {fault}: it does not say which files are letters"
    return BosettingError(Problem(what, str(path), hint="name another folder"))
