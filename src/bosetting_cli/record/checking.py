"""Is a record whole, and does the same run give the same numbers today?"""

from __future__ import annotations

import csv
import hashlib
import io
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from bosetting_cli import __version__
from bosetting_cli.findings import BosettingError, Finding, finding, shown
from bosetting_cli.record import MANIFEST, ROWS, RULES, RUN, SEAL, sha256
from bosetting_cli.result import Allocation, allocate
from bosetting_cli.result.fingerprint import fingerprint
from bosetting_cli.result.rows import columns, record
from bosetting_cli.rules import load_rules
from bosetting_cli.rules.fitting import checked, in_one_years_codes
from bosetting_cli.statistics import load_statistics
from bosetting_cli.statistics.decoding import unreadable

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?")
NEAR = 1e-9  # relative; what floats of another NumPy may differ by
# The steps of the model, and what the table says of each, in its order.
STEPS = (
    ("step figures", ("population", "figure_", "rests_on_")),
    ("step cut", ("rank", "status")),
    ("step quota", ("share", "contribution_", "quota")),
    ("step rounding", ("requested",)),
)


class _Manifest(msgspec.Struct):
    """What is read of a manifest."""

    program: str
    fingerprint: str
    files: dict[str, str]


class _Run(msgspec.Struct):
    """What is read of `run.json`."""

    codes: int | None
    data: str


@dataclass(frozen=True, eq=False)
class Record:
    """What a record says of its run.

    Attributes:
        folder: Where it is.
        program: The program that wrote it.
        fingerprint: Of the run.
        codes: The year of the municipalities that the statistics were carried over to.
        data: The folder or file of statistics within it.
        rows: Kommunenummer → the row of the table, as text.
    """

    folder: Path
    program: str
    fingerprint: str
    codes: int | None
    data: str
    rows: dict[str, dict[str, str]]


def broken(folder: Path) -> list[Finding]:
    """Return what of a record isn't as its manifest and seal say: files changed, lacking, added.

    Raises:
        BosettingError: The folder is no record, or can't be read.
    """
    with _reading(folder):
        files = {
            path.relative_to(folder).as_posix(): path
            for path in folder.rglob("*")
            if path.is_symlink() or not path.is_dir()
        }
        if not {MANIFEST, SEAL} <= set(files):
            raise BosettingError(finding("no record", file=str(folder)))
        content = files[MANIFEST].read_bytes()
        if files[SEAL].read_bytes() != f"{sha256(content)}  {MANIFEST}\n".encode():
            return [finding("record seal", file=str(files[MANIFEST]))]
        listed = msgspec.json.decode(content, type=_Manifest).files
        found = []
        for name in sorted(listed.keys() | files.keys() - {MANIFEST, SEAL}):
            path = folder / name
            if name not in files:
                found.append(finding("record file lacking", file=str(path)))
            elif name not in listed:
                found.append(finding("record file added", file=str(path)))
            elif path.is_symlink() or not path.is_file() or _digest(path) != listed[name]:
                found.append(finding("record file changed", file=str(path)))
    return found


@contextmanager
def _reading(folder: Path) -> Iterator[None]:
    """Tell of a file that can't be read, or isn't what a record has, as bad input."""
    try:
        yield
    except OSError as error:
        raise unreadable(error, str(error.filename or folder)) from None
    except (msgspec.MsgspecError, UnicodeDecodeError, csv.Error, ValueError):
        raise BosettingError(finding("no record", file=str(folder))) from None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def intact(folder: Path) -> Record:
    """Read what a record says of its run, if it is whole.

    Raises:
        BosettingError: It is not; every file that isn't as it was.
    """
    if found := broken(folder):
        raise BosettingError(found)
    return load_record(folder)


def load_record(folder: Path) -> Record:
    """Read what a record says of its run, once it is known to be whole.

    Raises:
        BosettingError: It has not the form of a record.
    """
    with _reading(folder):
        said = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=_Manifest)
        run = msgspec.json.decode((folder / RUN).read_bytes(), type=_Run)
        text = (folder / ROWS).read_text(encoding="utf-8")
        lines = list(csv.DictReader(io.StringIO(text)))
        rows = {row.get("kommunenummer") or "": row for row in lines}
        inside = (folder / run.data).resolve().is_relative_to(folder.resolve())
        if not inside or "" in rows or len(rows) < len(lines):
            raise ValueError
    program = shown(said.program, 60)
    return Record(folder, program, said.fingerprint, run.codes, run.data, rows)


def run_again(
    kept: Record, rules: Path | None = None, data: Path | None = None, *, strict: bool = False
) -> Allocation:
    """Return what a record's rules on its figures give today, or others in their place.

    Raises:
        BosettingError: They admit no allocation, or can't be read.
    """
    ruled = load_rules(rules or kept.folder / RULES)
    own = kept.folder / kept.data if data is None else data
    statistics = load_statistics(own, indicators=ruled.indicators(), strict=strict)
    statistics = checked(statistics, ruled, strict=strict)
    return allocate(*in_one_years_codes(statistics, ruled, kept.codes))


def differences(kept: Record, today: Allocation) -> Iterator[Finding]:
    """Yield where two runs part: the first step and unit, then every number that is another."""
    now = {row.kommunenummer: record(row, today.rules) for row in today.rows}
    for lacking in sorted(kept.rows.keys() ^ now.keys()):
        yield finding("record unit", unit=lacking)
    codes, fields = sorted(kept.rows.keys() & now.keys()), columns(today.rules)
    for step, begins in STEPS:
        names = [name for name in fields if name.startswith(begins)]
        apart = [(c, n) for c in codes for n in names if not _same(kept.rows[c].get(n), now[c][n])]
        if apart:
            yield _apart("record parts", kept, now, *apart[0], step=step)
            break
    for code in codes:
        for name in fields:
            if name.startswith("requested") and not _same(
                kept.rows[code].get(name), now[code][name]
            ):
                yield _apart("record number", kept, now, code, name)


def _apart(
    words: str, kept: Record, now: dict[str, dict[str, Any]], code: str, field: str, step: str = ""
) -> Finding:
    name, was = now[code]["municipality"], kept.rows[code].get(field, "–")
    said = {"unit": code, "name": name, "field": field, "was": was, "now": now[code][field]}
    return finding(words, said, step=step)


def _same(was: str | None, now: Any) -> bool:
    """Return whether a cell of a table is the same value."""
    if was and isinstance(now, int | float) and not isinstance(now, bool):
        return bool(_NUMBER.fullmatch(was)) and math.isclose(float(was), now, rel_tol=NEAR)
    return was == ("" if now is None else str(now))


def verified(kept: Record, today: Allocation) -> tuple[list[Finding], list[Finding]]:
    """Return how a run of today differs from the record, and what else is to be said."""
    notes = []
    if kept.program != f"bosetting {__version__}":
        said = {"was": kept.program, "now": f"bosetting {__version__}"}
        notes.append(finding("record version", said, severity="note"))
    found = list(differences(kept, today))
    if fingerprint(today) != kept.fingerprint and not found:
        found.append(finding("record fingerprint", was=kept.fingerprint, now=fingerprint(today)))
    return found, notes


def asked(kept: Record, code: str | None, number: int | None, mark: str | None) -> list[Finding]:
    """Return where what a letter says is not what the record says.

    Raises:
        BosettingError: The record has no such unit.
    """
    found = []
    if mark is not None and mark.casefold() != kept.fingerprint:
        found.append(finding("record other run", was=kept.fingerprint, now=mark))
    if code is not None:
        code = code.zfill(4) if code.isdecimal() else code
        if code not in kept.rows:
            raise BosettingError(finding("record unknown unit", unit=code))
        own = kept.rows[code].get("requested", "")
        if number is not None and not _same(own, number):
            name = kept.rows[code].get("municipality", "")
            found.append(finding("record other number", unit=code, name=name, was=own, now=number))
    return found
