"""A folder of results that is complete or not there."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bosetting_cli.errors import BosettingError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

INDEX = "index.csv"


@contextmanager
def whole_folder(path: Path, *, force: bool) -> Iterator[Path]:
    """Give a folder aside to write into; it takes its name only if all goes well.

    Args:
        path: The folder that is to be.
        force: Replace it if it is there: only one that holds nothing or an `index.csv`, so that
            a mistyped name does not cost a home directory.

    Raises:
        BosettingError: It exists and may not be replaced, or can't be written.
    """
    _check(path, force=force)
    try:
        aside = _aside(path)
        try:
            yield aside
            _take_place(aside, path)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise BosettingError(Problem(f"can't be written: {error.strerror}", str(path))) from None


def _check(path: Path, *, force: bool) -> None:
    if not path.exists():
        return
    if not path.is_dir():
        raise BosettingError(Problem("is a file", str(path), hint="name a folder"))
    if not force:
        raise BosettingError(Problem("exists already", str(path), hint="--force replaces it"))
    if any(path.iterdir()) and not (path / INDEX).is_file():
        hint = f"it has no {INDEX}; remove it yourself or name another"
        raise BosettingError(Problem("holds something else than letters", str(path), hint=hint))


def _aside(path: Path) -> Path:
    path = path.absolute()
    aside = path.parent / tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.")
    mask = os.umask(0)
    os.umask(mask)
    aside.chmod(0o777 & ~mask)
    return aside


def _take_place(aside: Path, path: Path) -> None:
    if not path.exists():
        aside.rename(path)
        return
    old = _aside(path)
    path.rename(old / path.name)
    try:
        aside.rename(path)
    except OSError:
        (old / path.name).rename(path)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
