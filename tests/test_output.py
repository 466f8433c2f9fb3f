"""A signal at any point of a write leaves the old state or the new, and no stray file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bosetting_cli.letters.folder import write_folder
from bosetting_cli.letters.letter import Letter
from bosetting_cli.output import complete, write_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Write = Callable[[Path], Any]
    State = dict[str, str]

WATCHED = ("output.py", "folder.py", "contextlib.py", "tempfile.py", "shutil.py")


def letter(code: str, content: str) -> Letter:
    place = (code, f"Name {code}", "Fylke", "selected", 7, "nb", f"{code}.md")
    return Letter(*place, content.encode())


def one_file(folder: Path) -> None:
    write_files({folder / "a.csv": b"new"}, force=True)


def page_and_figures(folder: Path) -> None:
    write_files({folder / name: b"new" for name in ("a.csv", "map.svg", "map.png")}, force=True)


def new_files(folder: Path) -> None:
    write_files({folder / "b.html": b"new", folder / "c.svg": b"new"}, force=False)


def row_by_row(folder: Path) -> None:
    with complete(folder / "a.csv", force=True) as file:
        file.write(b"ne")
        file.write(b"w")


def new_letters(folder: Path) -> None:
    write_folder(folder / "letters", (letter(c, "new") for c in ("0301", "1804")), force=False)


def letters_again(folder: Path) -> None:
    new = (letter(code, "new") for code in ("0301", "5001"))
    write_folder(folder / "old", new, force=True)


def state(folder: Path) -> State:
    """Return what a folder holds: path → content; of folders their being there."""
    found = {str(p.relative_to(folder)): p for p in folder.rglob("*")}
    return {name: p.read_text() if p.is_file() else "a folder" for name, p in found.items()}


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Path]:
    """Folders of the same content, one after the other."""

    def made() -> Iterator[Path]:
        number = 0
        while True:
            number += 1
            folder = tmp_path / str(number)
            folder.mkdir()
            (folder / "a.csv").write_text("old")
            old = [letter("0301", "old"), letter("1804", "old")]
            write_folder(folder / "old", old, force=False)
            yield folder

    return made()


class Stopped(BaseException):
    """What the handler raises, as that of the command line does."""


def stopped_at(point: int, number: int, write: Write, folder: Path) -> bool:
    """Write and send a signal at a point: after so many steps. Return whether it came so far."""
    left = point

    def step(frame: Any, event: str, _: Any) -> Any:
        nonlocal left
        if Path(frame.f_code.co_filename).name not in WATCHED:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            left -= 1
            if left == 0:
                os.kill(os.getpid(), number)
        return step

    def handler(*_: Any) -> None:
        sys.settrace(None)
        raise Stopped

    before = signal.signal(number, handler)
    traced = sys.gettrace()
    try:
        sys.settrace(step)
        write(folder)
    except Stopped:
        pass
    finally:
        sys.settrace(traced)
        signal.signal(number, before)
    return left <= 0


# A file that a signal caught just opened is closed when nobody holds it any more.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize(
    "write", [one_file, page_and_figures, new_files, row_by_row, new_letters, letters_again]
)
def test_a_signal_at_any_point(folders: Iterator[Path], write: Write, number: int) -> None:
    folder = next(folders)
    old = state(folder)
    write(folder)
    new = state(folder)
    assert old != new
    before = signal.getsignal(number)
    point, seen = 0, []
    while True:
        point += 1 + point // 25  # every step at first, then ever wider apart
        folder = next(folders)
        if not stopped_at(point, number, write, folder):
            break
        found = state(folder)
        assert found in (old, new), point
        seen.append(found == new)
    assert len(seen) > 50
    assert set(seen) == {False, True}
    assert signal.getsignal(number) is before


ONE_FILE = """
from pathlib import Path
from bosetting_cli.output import write_files
write_files({Path("a.csv"): b"x" * 1_000_000}, force=False)
"""
LETTERS = """
from pathlib import Path
from bosetting_cli.letters.folder import write_folder
from bosetting_cli.letters.letter import Letter
made = [Letter(f"{i:04}", "", "", "", 1, "nb", f"{i:04}.md", b"x" * 9_000) for i in range(400)]
write_folder(Path("letters"), made, force=False)
"""


@pytest.mark.parametrize(("code", "name"), [(ONE_FILE, "a.csv"), (LETTERS, "letters")])
def test_of_runs_at_once_one_writes_and_the_others_are_refused(
    tmp_path: Path, code: str, name: str
) -> None:
    command = [sys.executable, "-c", code]
    runs = [subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE) for _ in range(4)]
    said = [run.communicate(timeout=60)[1].decode() for run in runs]
    assert sorted(run.returncode for run in runs) == [0, 1, 1, 1]
    refused = [text for run, text in zip(runs, said, strict=True) if run.returncode]
    assert all("BosettingError" in text for text in refused)
    assert all("exists already" in text or "Directory not empty" in text for text in refused)
    assert os.listdir(tmp_path) == [name]
    assert len(list(tmp_path.rglob("*.md"))) == (400 if name == "letters" else 0)
