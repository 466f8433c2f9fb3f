"""Where results go: standard output, or files that are complete or not there."""

from __future__ import annotations

import io
import os
import shutil
import signal
import stat
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bosetting_cli.findings import BosettingError, finding, shown

PART = 2**20  # bytes that are passed on at once
_REFUSED = {FileExistsError: "file exists", IsADirectoryError: "file is a folder"}


def write_files(files: Mapping[Path | None, bytes | IO[bytes]], *, force: bool) -> None:
    """Write files, all of them or none.

    They are written aside and renamed, so that nobody sees half of one, and a signal has to wait.
    A link is followed, a file that is replaced keeps its permissions; a device, a pipe and
    standard output get all of their content at once.

    Args:
        files: What to write where; None: to standard output.
        force: Whether existing files may be replaced.

    Raises:
        BosettingError: One exists and `force` is not given, or can't be written.
    """
    plain: dict[Path, tuple[IO[bytes], Path, Path, int | None]] = {}
    for path, content in files.items():
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        if path is None:
            while part := stream.read(PART):
                write_stdout(part)
            continue
        with blamed(path):
            target, mode, is_plain = _target(path, force=force)
            if is_plain:
                plain[path] = stream, target, beside(target), mode
            else:
                with target.open("wb") as device:
                    shutil.copyfileobj(stream, device)
    with unbroken():
        try:
            for path, (stream, _, aside, mode) in plain.items():
                with blamed(path), aside.open("xb") as file:
                    if mode is not None:
                        aside.chmod(mode)
                    shutil.copyfileobj(stream, file)
                    file.flush()
                    os.fsync(file.fileno())
            for path, (_, target, aside, _) in plain.items():
                with blamed(path):
                    _place(aside, target, force=force)
        finally:
            for _, _, aside, _ in plain.values():
                aside.unlink(missing_ok=True)


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a new folder; nothing is seen of it until the last file is written.

    Args:
        folder: What is to be made; what is there already is left alone.
        files: Path within the folder → content.

    Raises:
        BosettingError: The folder exists already, or can't be written.
    """
    with blamed(folder), unbroken():
        aside = beside(folder.absolute())
        aside.mkdir()
        try:
            for name, content in files.items():
                (aside / name).parent.mkdir(parents=True, exist_ok=True)
                (aside / name).write_bytes(content)
            if os.path.lexists(folder):
                raise FileExistsError(folder)
            aside.rename(folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def complete(path: Path | None, *, force: bool = False) -> Iterator[IO[bytes]]:
    """Yield a file that is put in place when the block is done; if it fails, nothing is there.

    Args:
        path: Where to, as `write_files` has it.
        force: Whether an existing file may be replaced.

    Raises:
        BosettingError: It exists and `force` is not given, or can't be written.
    """
    folder = None
    with blamed(path):
        if path is not None:
            target, _, is_plain = _target(path, force=force)
            folder = target.parent if is_plain else None
        with unbroken():  # it has no name, but for a moment on some file systems
            aside = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        with aside as file:
            yield file
            file.seek(0)
            write_files({path: file}, force=force)


@contextmanager
def blamed(path: Path | None) -> Iterator[None]:
    """Tell errors of the operating system as those of a path; without one let them pass.

    Raises:
        BosettingError: There is one.
    """
    try:
        yield
    except OSError as error:
        if path is None:
            raise
        why = _REFUSED.get(type(error), "file not written")
        said = {"why": error.strerror or error}
        raise BosettingError(finding(why, said, file=shown(str(path), 200))) from None


@contextmanager
def unbroken() -> Iterator[None]:
    """Let Ctrl-C and a termination wait until the block is done."""
    if threading.current_thread() is not threading.main_thread():  # no signal comes to others
        yield
        return
    came: list[int] = []
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for number in handlers:
            signal.signal(number, lambda number, _: came.append(number))
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for one in came:
            signal.raise_signal(one)


def _target(path: Path, *, force: bool) -> tuple[Path, int | None, bool]:
    """Return the file behind all links, its mode if it is there, and whether it is a plain one.

    Raises:
        OSError: It may not be written.
    """
    try:
        target = Path(os.path.realpath(path))
        mode = target.stat().st_mode if target.exists() else None
    except ValueError as error:  # a character that no path has
        raise OSError(str(error)) from None
    if mode is None:
        return target, None, True
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(path)
    if stat.S_ISREG(mode) and not force:
        raise FileExistsError(path)
    return target, stat.S_IMODE(mode), stat.S_ISREG(mode)


def beside(path: Path) -> Path:
    """Return a path in the same folder that nobody else has."""
    return path.with_name(f".bosetting-{os.urandom(8).hex()}")


def _place(aside: Path, path: Path, *, force: bool) -> None:
    """Give a file its name, unless somebody else has taken it meanwhile.

    Raises:
        FileExistsError: Somebody has.
    """
    try:
        if not force:
            return os.link(aside, path)
    except OSError:
        if path.exists():
            raise FileExistsError(path) from None
    return os.replace(aside, path)  # also on a file system without links


def write_stdout(content: bytes) -> None:
    """Write bytes to standard output, whatever its encoding.

    Raises:
        BosettingError: It is closed.
        OSError: It can't be written, being full for example.
    """
    if sys.stdout is None:
        raise BosettingError(finding("output closed"))
    sys.stdout.flush()
    stream = getattr(sys.stdout, "buffer", None)
    if stream is None:
        sys.stdout.write(content.decode())
    else:
        stream.write(content)
        stream.flush()
