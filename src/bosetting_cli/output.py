"""Where results go: standard output, or a file that is complete or not there."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from bosetting_cli.errors import BosettingError, Problem


def write_file(path: Path, content: bytes, *, force: bool) -> None:
    """Write a file aside and rename it, so that nobody sees half of it.

    Raises:
        BosettingError: It exists and `force` is not given, or can't be written.
    """
    if path.is_dir():
        raise BosettingError(Problem("is a folder", str(path), hint="name a file"))
    if path.exists() and not force:
        raise BosettingError(Problem("exists already", str(path), hint="--force replaces it"))
    if path.exists() and not path.is_file():
        _write_device(path, content)
        return
    aside: str | None = None
    try:
        handle, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(aside).chmod(0o666 & ~_umask())
        os.replace(aside, path)
        aside = None
    except OSError as error:
        raise BosettingError(Problem(f"can't be written: {error.strerror}", str(path))) from None
    finally:
        if aside is not None:
            Path(aside).unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _write_device(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise BosettingError(Problem(f"can't be written: {error.strerror}", str(path))) from None


def write_stdout(content: bytes) -> None:
    """Write bytes to standard output, whatever its encoding.

    Raises:
        BosettingError: It can't be written, being full for example.
    """
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
        raise BosettingError(Problem(what)) from None
