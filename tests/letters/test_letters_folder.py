"""A folder of letters that is written again: ours are replaced, nobody else's is touched."""

from __future__ import annotations

import csv
import os
from typing import TYPE_CHECKING, Any

import pytest

from bosetting_cli.findings import BosettingError, finding
from bosetting_cli.letters.folder import write_folder
from bosetting_cli.letters.letter import COLUMNS, Letter
from commands import run, tried

if TYPE_CHECKING:
    from pathlib import Path

HEADER = ",".join(COLUMNS)


def letter(code: str, file: str, content: str = "new") -> Letter:
    return Letter(code, f"Name {code}", "Fylke", "selected", 7, "nb", file, content.encode())


def files(folder: Path) -> dict[str, str]:
    """Return every file of a folder but its index, with its content."""
    return {p.name: p.read_text("utf-8") for p in folder.iterdir() if p.name != "index.csv"}


def listed(folder: Path) -> list[str]:
    with (folder / "index.csv").open(encoding="utf-8", newline="") as file:
        return [line["file"] for line in csv.DictReader(file)]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder of three letters, and a file of somebody else's."""
    folder = tmp_path / "out"
    old = [letter("0301", "0301-oslo.md", "old"), letter("1804", "1804-bodo.md", "old")]
    assert write_folder(folder, [*old, letter("5001", "5001.md", "old")], force=False) == 3
    (folder / "notes.txt").write_text("mine")
    return folder


def test_one_letter_of_426_is_replaced_and_the_others_stay(tmp_path):
    folder = tmp_path / "out"
    assert run("letters", "-q", "-o", str(folder)).exit_code == 0
    before = files(folder)
    again = ["letters", "-q", "-o", str(folder), "--only", "bodø", "--force", "--total", "5350"]
    assert run(*again).exit_code == 0
    after = files(folder)
    assert {name for name in before if before[name] != after[name]} == {"1804-bodo.md"}
    assert len(after) == 426
    assert listed(folder) == sorted(after)
    with (folder / "index.csv").open(encoding="utf-8") as file:
        numbers = {line["kommunenummer"]: line["requested"] for line in csv.DictReader(file)}
    assert numbers["0301"] == "564"  # of the total of 4,400, as its letter says
    assert f"{numbers['1804']} personer" in after["1804-bodo.md"].replace("\u00a0", " ")
    assert f"{numbers['1804']} personer" not in before["1804-bodo.md"].replace("\u00a0", " ")


def test_a_whole_run_deletes_our_old_letters_alone(out):
    assert write_folder(out, [letter("0301", "0301-oslo.md")], force=True) == 1
    assert files(out) == {"0301-oslo.md": "new", "notes.txt": "mine"}
    assert listed(out) == ["0301-oslo.md"]


def test_a_municipality_has_one_letter_whatever_its_form(out):
    write_folder(out, [letter("1804", "1804-bodo.html")], force=True, keep=True)
    assert files(out) == {
        "0301-oslo.md": "old", "1804-bodo.html": "new", "5001.md": "old", "notes.txt": "mine",
    }  # fmt: skip
    assert listed(out) == ["0301-oslo.md", "1804-bodo.html", "5001.md"]


def test_the_index_lists_what_is_there(out):
    (out / "5001.md").unlink()
    write_folder(out, [letter("1804", "1804-bodo.md")], force=True, keep=True)
    assert listed(out) == ["0301-oslo.md", "1804-bodo.md"]


def test_an_empty_folder_is_filled(tmp_path):
    write_folder(tmp_path, [letter("0301", "0301-oslo.md")], force=True)
    assert sorted(os.listdir(tmp_path)) == ["0301-oslo.md", "index.csv"]


def test_a_file_that_the_index_does_not_list_is_not_replaced(out):
    (out / "4601-bergen.md").write_text("mine")
    new = [letter("0301", "0301-oslo.md"), letter("4601", "4601-bergen.md")]
    before = files(out)
    with pytest.raises(BosettingError, match=r"4601-bergen.md: exists already, and index.csv does"):
        write_folder(out, new, force=True)
    assert files(out) == before
    assert listed(out) == ["0301-oslo.md", "1804-bodo.md", "5001.md"]


@pytest.mark.parametrize(
    ("index", "message"),
    [
        ("a,b\n1,2\n", "has other columns than"),
        ("", "has other columns than"),
        (f"{HEADER}\n0301,Oslo\n", "has other columns than"),
        (f"{HEADER}\n0301,Oslo,Oslo,selected,5,nb,../precious.txt\n", "no name of a letter"),
        (f"{HEADER}\n0301,Oslo,Oslo,selected,5,nb,precious.txt\n", "no name of a letter"),
        (f"{HEADER}\n0301,Oslo,Oslo,selected,5,nb,1804-bodo.md\n", "no name of a letter"),
        (f"{HEADER}\n0301,Oslo,Oslo,selected,5,nb,0301-sub/oslo.md\n", "no name of a letter"),
        (f"{HEADER}\n0301,Oslo,Oslo,selected,5,nb,0301-folder.md\n", "no plain file"),
        (f"{HEADER}\n0301,Oslo,Oslo,selected,5,nb,0301-link.md\n", "no plain file"),
        (f'{HEADER}\n"0301', "can't be read"),
        (f"{HEADER}\n\udcff", "can't be read"),
    ],
)
def test_an_index_of_somebody_else_gives_no_leave(tmp_path, index, message):
    folder = tmp_path / "project"
    (folder / "0301-folder.md").mkdir(parents=True)
    (folder / "precious.txt").write_text("mine")
    (folder / "0301-link.md").symlink_to(folder / "precious.txt")
    (folder / "index.csv").write_bytes(index.encode(errors="surrogateescape"))
    before = sorted(os.listdir(folder))
    result = tried("letters", "-q", "-o", str(folder), "--only", "0301", "--force")
    assert isinstance(result.exception, BosettingError)
    assert message in str(result.exception)
    assert sorted(os.listdir(folder)) == before
    assert (folder / "precious.txt").read_text() == "mine"
    assert os.listdir(tmp_path) == ["project"]


def test_an_index_that_is_a_link_gives_no_leave(out, tmp_path):
    (out / "index.csv").rename(tmp_path / "elsewhere.csv")
    (out / "index.csv").symlink_to(tmp_path / "elsewhere.csv")
    with pytest.raises(BosettingError, match="is a link"):
        write_folder(out, [letter("0301", "0301-oslo.md")], force=True)
    assert len(files(out)) == 4


def appearing(folder: Path, files: dict[str, str]) -> Any:
    """Yield a letter; while it is written somebody makes the folder."""
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_text(content)
    yield letter("0301", "0301-oslo.md")


@pytest.mark.parametrize("there", [{}, {"thesis.txt": "years of work"}, {"index.csv": "a\n1\n"}])
@pytest.mark.parametrize("force", [False, True])
def test_a_folder_that_appears_meanwhile_is_not_deleted(tmp_path, there, force):
    folder = tmp_path / "out"
    if force and not there:  # an empty one may be filled
        assert write_folder(folder, appearing(folder, there), force=True) == 1
        return
    with pytest.raises(BosettingError):
        write_folder(folder, appearing(folder, there), force=force)
    assert {path.name: path.read_text() for path in folder.iterdir()} == there
    assert os.listdir(tmp_path) == ["out"]


def test_a_run_that_fails_changes_nothing(out):
    def failing() -> Any:
        yield letter("0301", "0301-oslo.md")
        raise BosettingError(finding("not read"))

    before = files(out)
    with pytest.raises(BosettingError, match=r"^is not read"):
        write_folder(out, failing(), force=True)
    assert files(out) == before
    assert listed(out) == ["0301-oslo.md", "1804-bodo.md", "5001.md"]


def test_a_run_that_is_stopped_midway_disowns_no_letter(out, monkeypatch):
    """Whatever is there of ours, the index lists it, so that the next run can go on."""
    real = os.replace

    def stopped(source: Any, target: Any) -> None:
        if str(target).endswith("4601-bergen.md"):
            raise KeyboardInterrupt
        real(source, target)

    new = [letter("0301", "0301-oslo.md"), letter("4601", "4601-bergen.md")]
    monkeypatch.setattr(os, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_folder(out, new, force=True)
    monkeypatch.setattr(os, "replace", real)
    assert set(files(out)) - {"notes.txt"} <= set(listed(out))
    write_folder(out, new, force=True)
    assert set(files(out)) == {"0301-oslo.md", "4601-bergen.md", "notes.txt"}
    assert listed(out) == ["0301-oslo.md", "4601-bergen.md"]
