"""Damaged tables and rules by the thousand: each is read as it stands, mended and said, or refused.

    python scripts/fuzz_input.py [--count N] [--seed N] [--jobs N]

A case is a table or a rules file into which pieces were put that mean something to the readers;
the same seed gives the same cases. Counted are

- crashes: anything that is raised but the project's own error;
- silent guesses: a table's cell, row or column, or a rule, that is used as something else than
  what a plain reader finds there, without a finding that says so.

Each is printed with the case's number and content. The exit code is 1 if there are any.
"""

from __future__ import annotations

import argparse
import csv
import io
import multiprocessing
import random
import re
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from bosetting_cli import load_statistics
from bosetting_cli.findings import BosettingError
from bosetting_cli.resources import config_dir
from bosetting_cli.rules import parse_rules, rules_yaml
from bosetting_cli.statistics import Statistics
from bosetting_cli.statistics.headers import canonical

TABLE = (
    "kommunenummer;municipality;fylke;population;settled\n"
    "0301;Oslo;Oslo;666 759;1,5\n1601;Trondheim;Sør-Trøndelag;190 464;2,5\n"
    "1103;Stavanger;Rogaland;132 729;\n1804;Bodø;Nordland;51 022;0\n"
)
KINDS = ("read as it stands", "mended and said", "refused", "silent guess", "crash")
FIGURES = ("population", "settled")
BLANKS = " \t\u00a0\u2007\u2009\u200a\u200b\u202f\ufeff"
PIECES = (
    *("\n", "\r\n", "\r", ";", ",", "\t", "|", '"', '""', "'", " ", "\u00a0", "\u202f", "\u200b"),
    *(
        "\ufeff",
        "\0",
        "\ufffd",
        "?",
        "\u2028",
        "\x1b[2J",
        "\x85",
        "٣",
        "²",
        "½",
        "−5",
        "+5",
        "=1+1",
    ),
    *("0301", "301", "K-0301", "0301 Oslo", "'0301", "301.0", "0000", "9999", "2111", "1199"),
    *("Sum", "I alt", "Hele landet", "Uoppgitt", "Kilde: SSB", "1) Foreløpige tall", "(-2017)"),
    *("..", ".", ":", "-", "NULL", "NA", "nan", "inf", "#N/A", "68 %", "0.68", "1.234", "1,234"),
    *("1.234.567", "1,234.5", "1 234", "12 34", "1e3", "1e999", "-5", "0x10", "1_000", "1/2"),
    *("population", "innbyggere", "year", "2016", "2017", ";x", ";;", "sep=,\n", "Ã¸", "a\u030a"),
)
YAML_PIECES = (
    *("\n", "  ", "- ", ": ", "{", "}", "[", "]", ",", "#", "'", '"', "|\n", ">\n", "? ", "~"),
    *("&a ", "*a", "<<: ", "!!int ", "---\n", "...\n", "%YAML 1.1\n", "\t", "\x85", "\u2028"),
    *("total", "minimum", "weight", "share", "years", "source", "0.5", "70", "2017", "0301", "no"),
    *("true", "1e3", "1_000", "12:30", "0x10", "010", ".5", "1e999", "2017-10-02", "4 400", "0,5"),
)
ENCODINGS = (*["utf-8"] * 20, "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "mac-roman")


# --- cases -----------------------------------------------------------------------------------


def spliced(draw: random.Random, text: str, pieces: tuple[str, ...]) -> str:
    """Return a text with pieces put in, or parts of it taken out, doubled or moved."""
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        start = draw.randint(0, len(text))
        end = min(len(text), start + draw.choice((0, 0, 0, 1, 1, 3, 8, 30)))
        piece = draw.choice((*pieces, text[start:end] * 2, ""))
        text = text[:start] + piece + text[end:]
    return text


def figure(draw: random.Random) -> str:
    """Return a number as somebody may write it."""
    digits = f"{draw.randint(0, 10 ** draw.randint(1, 7)):,}".replace(
        ",", draw.choice(" .,\u00a0 ")
    )
    return digits + draw.choice(("", "", "", ",5", ".5", ".0", ",00", " %", "%"))


def table_case(draw: random.Random) -> bytes:
    """Return the bytes of a table that somebody has damaged."""
    text = TABLE
    for cell in draw.sample(("666 759", "1,5", "190 464", "2,5", "132 729", "51 022"), 2):
        text = text.replace(cell, figure(draw) if draw.random() < 0.5 else cell)
    text = text.replace(";", draw.choice((";", ";", "\t", "|")))
    if draw.random() < 0.9:
        text = spliced(draw, text, PIECES)
    return text.encode(draw.choice(ENCODINGS), "replace")


def rules_case(draw: random.Random) -> str:
    """Return the text of rules that somebody has damaged."""
    name = draw.choice(("criteria.yaml", "criteria-2019.yaml"))
    return spliced(draw, (config_dir() / name).read_text(encoding="utf-8"), YAML_PIECES)


# --- tables, read plainly --------------------------------------------------------------------


def plain_text(content: bytes) -> str | None:
    """Return the text of UTF-8, or of what its mark says; None if it is neither."""
    marked = {b"\xff\xfe\0\0": "utf-32", b"\xff\xfe": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
    encoding = next((name for mark, name in marked.items() if content.startswith(mark)), "utf-8")
    try:
        return unicodedata.normalize("NFC", content.decode(encoding))
    except UnicodeDecodeError:
        return None


def plain_rows(text: str) -> list[list[str]] | None:
    """Return the rows of the delimiter by which the first is a header; None if there is none."""
    mark = re.match(r'\ufeff?"?sep=(.)"?\r?\n', text)
    text = text[mark.end() :] if mark else text.removeprefix("\ufeff")
    for delimiter in (mark[1],) if mark else ";\t,|":
        try:
            found = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        except csv.Error:
            continue
        rows = [[cell.strip(BLANKS + "\r\n") for cell in row] for row in found]
        rows = [row for row in rows if any(row)]
        if rows and "kommunenummer" in map(canonical, rows[0]) and len(rows[0]) > 1:
            return rows
    return None


def plain_figure(cell: str) -> float | str | None:
    """Return the number in a cell, None if it is empty, the cell if it is not plainly one."""
    if not cell:
        return None
    if re.fullmatch(rf"[0-9]{{1,3}}([{BLANKS}][0-9]{{3}})+([.,][0-9]+)?([eE][-+]?[0-9]+)?", cell):
        cell = re.sub(rf"[{BLANKS}]", "", cell)
    if re.fullmatch(r"([0-9]+([.,][0-9]*)?|[.,][0-9]+)([eE][-+]?[0-9]+)?", cell, re.ASCII):
        return float(cell.replace(",", "."))
    return cell


def unsaid(content: bytes, folder: Path) -> tuple[str, list[str]]:
    """Return what became of a table, and what is used without a word though it isn't there."""
    path = folder / "own.csv"
    path.write_bytes(content)
    text = plain_text(content)
    rows = plain_rows(text) if text is not None else None
    header = [canonical(label) for label in rows[0]] if rows else []
    wanted = [name for name in FIGURES if name in header] or None
    try:
        statistics = load_statistics(path, indicators=wanted)
    except BosettingError:
        return "refused", []
    said = {note.column and canonical(note.column) for note in statistics.notes}
    became = "mended and said" if said else "read as it stands"
    if rows is None:
        return became, [] if said else ["read as a table without a word"]
    cells = [dict(zip(header, row, strict=False)) for row in rows[1:]]
    return became, [*wrong_rows(cells, statistics, said), *wrong_cells(cells, statistics, said)]


def wrong_rows(
    rows: Sequence[Mapping[str, str]], statistics: Statistics, said: set[str | None]
) -> Iterator[str]:
    """Yield that there are other municipalities than stand in the file, and nothing is said."""
    stands = {row["kommunenummer"] for row in rows}
    if stands != {*statistics.units} and not {None, "kommunenummer"} & said:
        yield f"kommunenummer {sorted(stands)} used as {statistics.units}"


def wrong_cells(
    rows: Sequence[Mapping[str, str]], statistics: Statistics, said: set[str | None]
) -> Iterator[str]:
    """Yield the cells that are used as something else, in columns of which nothing is said."""
    known = {m.kommunenummer: m for m in statistics.municipalities}
    for row in rows:
        if (one := known.get(row["kommunenummer"])) is None:
            continue
        year = row.get("year")
        used: dict[str, object] = {"municipality": one.municipality, "fylke": one.fylke}
        for name, column in statistics.columns.items():
            used[name] = column.value(one.kommunenummer, int(float(year)) if year else None)
        for name in used.keys() - said:
            cell = row.get(name, "")
            if (plain_figure(cell) if name in statistics.columns else cell) != used[name]:
                yield f"{name} {cell!r} used as {used[name]!r}"


# --- rules, read plainly ---------------------------------------------------------------------


def leaves(value: Any) -> Iterator[object]:
    """Yield all keys and scalars, numbers as numbers."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{key}:"
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    elif value not in ("", "~", "null"):
        try:
            yield float(value)
        except ValueError:
            yield unicodedata.normalize("NFC", value)


def misread(text: str) -> tuple[str, list[str]]:
    """Return what became of rules, and what of them is not among those that are understood."""
    try:
        rules = parse_rules(text)
    except BosettingError:
        return "refused", []
    stands, used = (
        {*leaves(yaml.load(one, yaml.CBaseLoader))}  # noqa: S506, which makes text alone
        for one in (text, rules_yaml(rules))
    )
    lost = stands - used
    return "read as it stands", [f"not among the rules as understood: {lost}"] if lost else []


# --- all of them -----------------------------------------------------------------------------


def tried(seed: int, number: int) -> tuple[int, str, list[str], str]:
    """Return a case's number, what became of it, what is wrong with that, and its content."""
    draw = random.Random(f"{seed} {number}")  # noqa: S311, no secrets
    case = table_case(draw) if number % 4 else rules_case(draw)
    try:
        if isinstance(case, str):
            became, wrong = misread(case)
        else:
            with tempfile.TemporaryDirectory() as folder:
                became, wrong = unsaid(case, Path(folder))
    except Exception as error:  # whatever it is, it is looked for
        became, wrong = "crash", [f"{type(error).__name__}: {error}"]
    return number, became, wrong, repr(case)


def main() -> int:
    """Try all cases and print what is wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the first case's number")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    numbers = range(options.first, options.first + options.count)
    became: Counter[str] = Counter()
    with multiprocessing.Pool(options.jobs) as pool:
        for number, what, wrong, case in pool.imap(partial(tried, options.seed), numbers, 50):
            kind = "silent guess" if wrong and what != "crash" else what
            became[kind] += 1
            if wrong:
                print(f"{kind} in case {number}: {wrong[0]}\n  {case[:600]}")
    counts = (f"{became[kind]:,} {kind}" for kind in KINDS)
    print(f"{len(numbers):,} cases: {', '.join(counts)}")
    return int(became["crash"] + became["silent guess"] > 0)


if __name__ == "__main__":
    sys.exit(main())
