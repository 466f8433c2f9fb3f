"""Allocations that were saved: CSV or JSON as `allocate` writes it, and the real requests."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bosetting_cli.errors import DataError, Problem
from bosetting_cli.reading.csvfile import read_csv
from bosetting_cli.resources import data_dir

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

KEY, NUMBER, PART = "kommunenummer", "requested", "requested_"
WAYS = "write it with `bosetting allocate -o FILE.csv`, or .json"


@dataclass(frozen=True, slots=True)
class Entry:
    """One municipality of a saved allocation.

    Attributes:
        kommunenummer: Four characters.
        municipality: Name; empty if the file has none.
        fylke: County; empty if the file has none.
        requested: Places; 0 if it is not asked.
        of_which: Sub-group as it ends a column's name → places.
    """

    kommunenummer: str
    municipality: str
    fylke: str
    requested: int
    of_which: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Saved:
    """An allocation reduced to who is asked for how many.

    Attributes:
        name: What to call it: the file, or the rules' title.
        entries: By kommunenummer.
    """

    name: str
    entries: tuple[Entry, ...]

    @property
    def requested(self) -> dict[str, int]:
        """Those asked: kommunenummer → places."""
        return {entry.kommunenummer: entry.requested for entry in self.entries if entry.requested}


def read_saved(path: str | Path, name: str | None = None) -> Saved:
    """Read a saved allocation, CSV or JSON by its suffix.

    Args:
        path: The file.
        name: What to call it; the path by default.

    Raises:
        DataError: It can't be read or is no allocation; all mistakes, with line and column.
    """
    source = Path(path)
    file = name or str(path)
    entries = _from_json(source, file) if source.suffix == ".json" else _from_csv(source, file)
    return Saved(file, tuple(sorted(entries, key=lambda entry: entry.kommunenummer)))


def actual_years() -> tuple[int, ...]:
    """Return the years whose real requests are packaged."""
    paths = (data_dir() / "reference").glob("requests_*.csv")
    return tuple(sorted(int(path.stem.removeprefix("requests_")) for path in paths))


def read_actual(year: str) -> Saved:
    """Read the requests that IMDi really made for a year.

    Raises:
        DataError: There are none for that year.
    """
    known = actual_years()
    if year not in map(str, known):
        hint = f"there are {', '.join(f'actual:{y}' for y in known)}"
        raise DataError(Problem(f"no requests for `{year}`", hint=hint))
    path = data_dir() / "reference" / f"requests_{year}.csv"
    return read_saved(path, f"actual requests for {year}")


def _from_csv(path: Path, file: str) -> list[Entry]:
    from bosetting_cli.reading.kommunenummer import with_proper_codes

    table = with_proper_codes(read_csv(path, file))
    if missing := [name for name in (KEY, NUMBER) if name not in table.header]:
        hint = f"it has {', '.join(table.header[:8])}; {WAYS}"
        raise DataError([Problem(f"missing column `{n}`", file, 1, n, hint=hint) for n in missing])
    rows = [dict(zip(table.header, cells, strict=True)) for cells in table.rows]
    problems: list[Problem] = []
    entries = list(_entries(zip(rows, table.lines, strict=True), file, problems))
    if problems:
        raise DataError(problems)
    return entries


def _from_json(path: Path, file: str) -> list[Entry]:
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise DataError(Problem(f"can't be read: {error.strerror}", file)) from None
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        what = f"is not valid JSON: {getattr(error, 'msg', error)}"
        raise DataError(Problem(what, file, line)) from None
    rows = content.get("rows") if isinstance(content, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise DataError(Problem("is no allocation: it has no `rows`", file, hint=WAYS))
    lacking = [name for name in (KEY, NUMBER) if any(name not in row for row in rows)]
    if lacking:
        raise DataError(
            [Problem(f"rows without `{n}`", file, key="rows", hint=WAYS) for n in lacking]
        )
    problems: list[Problem] = []
    entries = list(_entries(((row, None) for row in rows), file, problems))
    if problems:
        raise DataError(problems)
    return entries


def _entries(
    rows: Iterator[tuple[Mapping[str, Any], int | None]], file: str, problems: list[Problem]
) -> Iterator[Entry]:
    first: dict[str, int | None] = {}
    for row, line in rows:
        code = row[KEY]
        if not (isinstance(code, str) and len(code) == 4 and code.isascii() and code.isdigit()):
            what, hint = f"`{code}` is no kommunenummer", "expected four digits, such as 0301"
            problems.append(Problem(what, file, line, KEY, value=str(code), hint=hint))
            continue
        if code in first:
            where = f", first on line {first[code]}" if first[code] else ""
            problems.append(Problem(f"duplicate kommunenummer {code}{where}", file, line, KEY))
        first.setdefault(code, line)
        yield Entry(
            code,
            str(row.get("municipality") or ""),
            str(row.get("fylke") or ""),
            _whole(row, NUMBER, file, line, problems),
            {
                name.removeprefix(PART): _whole(row, name, file, line, problems)
                for name in row
                if name.startswith(PART)
            },
        )


def _whole(
    row: Mapping[str, Any], name: str, file: str, line: int | None, problems: list[Problem]
) -> int:
    """Return a cell's whole number; blank is none, like a municipality that is not asked."""
    value = row[name]
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    text = "" if value is None else str(value).strip()
    if not text:
        return 0
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return int(text)
    what = f"{row[KEY]}: `{text}` is not a whole number"
    problems.append(Problem(what, file, line, name, value=text))
    return 0


def names_of(*sides: Sequence[Entry]) -> dict[str, tuple[str, str]]:
    """Return kommunenummer → name and fylke, from the first side that has a name."""
    names: dict[str, tuple[str, str]] = {}
    for entry in (entry for side in sides for entry in side):
        if not names.get(entry.kommunenummer, ("", ""))[0]:
            names[entry.kommunenummer] = (entry.municipality, entry.fylke)
    return names
