"""Where results go: standard output, or a file that is complete or not there."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from bosetting_cli.findings import BosettingError, Problem, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

PART = 2**20  # bytes that are passed on at once


def write_file(path: Path, content: bytes, *, force: bool) -> None:
    """Write a file as `complete` does."""
    with complete(path, force=force) as file:
        file.write(content)


@contextmanager
def complete(path: Path | None, *, force: bool = False) -> Iterator[IO[bytes]]:
    """Yield a file that is put in place when the block is done; if it fails, nothing is there.

    It is written aside and renamed, so that nobody sees half of it. A link is followed, a file
    that is replaced keeps its permissions; a device, a pipe and standard output get all of it
    at the end.

    Args:
        path: Where to; None: standard output.
        force: Whether an existing file may be replaced.

    Raises:
        BosettingError: It exists and `force` is not given, or can't be written.
    """
    name = shown(str(path), 200)
    try:
        target, mode = (None, None) if path is None else _found(path, name)
        if target is None or (mode is not None and not stat.S_ISREG(mode)):
            with tempfile.TemporaryFile() as file:
                yield file
                file.seek(0)
                _pass_on(file, target)
            return
        if mode is not None and not force:
            raise _exists(name)
        with _aside(target, mode, force=force) as file:
            yield file
    except FileExistsError:
        raise _exists(name) from None
    except OSError as error:
        if path is None and isinstance(error, BrokenPipeError):
            raise
        what = f"can't be written: {error.strerror or error}"
        raise BosettingError(Problem(what, name if path else None)) from None


def _found(path: Path, name: str) -> tuple[Path, int | None]:
    """Return the file behind all links, and its mode if it is there."""
    try:
        target = Path(os.path.realpath(path))
        mode = target.stat().st_mode if target.exists() else None
    except ValueError as error:  # a character that no path has
        raise BosettingError(Problem(f"can't be written: {error}", name)) from None
    if mode is not None and stat.S_ISDIR(mode):
        raise BosettingError(Problem("is a folder", name, hint="name a file"))
    return target, mode


def _pass_on(file: IO[bytes], target: Path | None) -> None:
    if target is not None:
        with target.open("wb") as device:
            shutil.copyfileobj(file, device)
        return
    while part := file.read(PART):
        write_stdout(part)


def _exists(name: str) -> BosettingError:
    return BosettingError(Problem("exists already", name, hint="--force replaces it"))


@contextmanager
def _aside(path: Path, mode: int | None, *, force: bool) -> Iterator[IO[bytes]]:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".bosetting-")
    aside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.chmod(0o666 & ~umask() if mode is None else stat.S_IMODE(mode))
        if force:
            os.replace(aside, path)
        else:
            _put_in_place(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _put_in_place(aside: Path, path: Path) -> None:
    """Give a file its name unless somebody else has taken it meanwhile.

    Raises:
        FileExistsError: Somebody has.
    """
    try:
        os.link(aside, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if path.exists():
            raise FileExistsError(path) from None
        os.replace(aside, path)


def umask() -> int:
    """Return what new files of this process are not allowed."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_stdout(content: bytes) -> None:
    """Write bytes to standard output, whatever its encoding.

    Raises:
        BosettingError: It can't be written, being closed or full for example.
    """
    if sys.stdout is None:
        raise BosettingError("standard output is closed")
    try:
        sys.stdout.flush()
        stream = getattr(sys.stdout, "buffer", None)
        if stream is None:
            sys.stdout.write(content.decode())
        else:
            stream.write(content)
            stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        what = f"standard output can't be written: {error.strerror}"
        _forget_stdout()
        raise BosettingError(Problem(what)) from None


def _forget_stdout() -> None:
    """Drop what a full disk has left in the buffer, lest the interpreter fail on it at its end."""
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        sys.stdout.flush()
    except (OSError, ValueError):
        pass  # no real file behind it, as in tests
