"""Where results go: standard output, or a file that is complete or not there."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from pathlib import Path

from bosetting_cli.errors import BosettingError, Problem, shown


def write_file(path: Path, content: bytes, *, force: bool) -> None:
    """Write a file aside and rename it, so that nobody sees half of it.

    A link is followed, a file that is replaced keeps its permissions, and a device or pipe is
    written to as it is.

    Args:
        path: Where to.
        content: What.
        force: Whether an existing file may be replaced.

    Raises:
        BosettingError: It exists and `force` is not given, or can't be written.
    """
    name = shown(str(path), 200)
    try:
        target = Path(os.path.realpath(path))
        mode = target.stat().st_mode if target.exists() else None
        if mode is not None and stat.S_ISDIR(mode):
            raise BosettingError(Problem("is a folder", name, hint="name a file"))
        if mode is not None and not stat.S_ISREG(mode):
            target.write_bytes(content)
            return
        if mode is not None and not force:
            raise _exists(name)
        _replace(target, content, mode, force=force)
    except FileExistsError:
        raise _exists(name) from None
    except (OSError, ValueError) as error:
        what = f"can't be written: {getattr(error, 'strerror', None) or error}"
        raise BosettingError(Problem(what, name)) from None


def _exists(name: str) -> BosettingError:
    return BosettingError(Problem("exists already", name, hint="--force replaces it"))


def _replace(path: Path, content: bytes, mode: int | None, *, force: bool) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".bosetting-")
    aside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.chmod(0o666 & ~_umask() if mode is None else stat.S_IMODE(mode))
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


def _umask() -> int:
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
