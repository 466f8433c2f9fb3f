"""A table → bytes of a format; a new format is one entry of `FORMATS`."""

from __future__ import annotations

import functools
import io
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import IO, Any, NamedTuple

from bosetting_cli.findings import BosettingError, finding
from bosetting_cli.tables.table import Table
from bosetting_cli.tables.text import text

NO_MARK = "\u2007"  # stands where others have a mark: a figure space keeps the digits in line
SHEET = (1_048_576, 16_384)  # lines and columns that a spreadsheet may have
PART = 2**20  # bytes that are copied at once
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # the last four are the wide forms of the first


class Style(NamedTuple):
    """What some of the formats ask for besides the table.

    Attributes:
        width: Columns that a table for people must fit.
        excel_nb: CSV with semicolon, decimal comma and BOM, as a Norwegian Excel reads it.
        document: What the rows stand in, in JSON; it is read when all rows are made.
    """

    width: int | None = None
    excel_nb: bool = False
    document: Mapping[str, Any] | None = None


class Format(NamedTuple):
    """A format: how it is written, by which suffixes a file asks for it, whether it is text."""

    write: Callable[[IO[bytes], Table, Style], object]
    suffixes: tuple[str, ...]
    binary: bool = False


# --- for machines, row by row ----------------------------------------------------------------


def _csv(out: IO[bytes], table: Table, style: Style) -> None:
    import csv

    mark, point, code = (";", ",", "utf-8-sig") if style.excel_nb else (",", ".", "utf-8")
    lines = io.TextIOWrapper(out, code, newline="", write_through=False)
    writer = csv.writer(lines, delimiter=mark, lineterminator="\n")
    writer.writerow(table.fields)
    writer.writerows([plain(value, point) for value in values] for values in table.values())
    lines.flush()
    lines.detach()


def plain(value: Any, point: str = ".") -> str:
    """Return a value as a cell of CSV: floats read back to the same float, None is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).replace(".", point)
    return harmless(value) if isinstance(value, str) else repr(value)


def harmless(text: str) -> str:
    """Return text that a spreadsheet does not run as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _jsonl(out: IO[bytes], table: Table, _: Style) -> None:
    for record in table.records():
        out.write(json_bytes(record, indent=None))


def _json(out: IO[bytes], table: Table, style: Style) -> None:
    """Write the rows aside, then what they stand in, then the rows within it."""
    encode = _encoder(None)
    keys = [encode(field) for field in table.fields]
    with tempfile.TemporaryFile() as aside:
        end = b"\n"
        for values in table.values():
            cells = (f"{key}: {encode(value)}" for key, value in zip(keys, values, strict=True))
            body = ",\n      ".join(cells)
            aside.write(end + f"    {{\n      {body}\n    }}".encode())
            end = b",\n"
        around = json_bytes({**(style.document or {}), "rows": []})
        out.write(around.removesuffix(b"]\n}\n"))
        if end == b",\n":
            aside.seek(0)
            while part := aside.read(PART):
                out.write(part)
            out.write(b"\n  ")
        out.write(b"]\n}\n")


def json_bytes(value: Any, indent: int | None = 2) -> bytes:
    """Return a value as JSON in UTF-8, on one line if there is no indent."""
    return f"{_encoder(indent)(value)}\n".encode()


@functools.cache
def _encoder(indent: int | None) -> Callable[[Any], str]:
    import json

    return json.JSONEncoder(ensure_ascii=False, indent=indent, allow_nan=False).encode


def _xlsx(out: IO[bytes], table: Table, style: Style) -> None:
    import datetime as dt

    try:
        import xlsxwriter
    except ImportError:
        raise BosettingError(finding("no xlsxwriter", extra="excel")) from None
    rows = [table.fields, *table.values()]
    if len(rows) > SHEET[0] or len(rows[0]) > SHEET[1]:
        counts = {"lines": len(rows), "columns": len(rows[0])}
        most = {"most_lines": SHEET[0], "most_columns": SHEET[1]}
        raise BosettingError(finding("too many for xlsx", {**counts, **most}))
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    created = {"created": dt.datetime(2000, 1, 1)}  # fixed: the same bytes
    mark = (style.document or {}).get("fingerprint")
    book.set_properties(created | ({"comments": f"fingerprint {mark}"} if mark else {}))
    sheet = book.add_worksheet("bosetting")
    sheet.add_write_handler(
        str, lambda own, i, j, text, *form: own.write_string(i, j, harmless(text), *form)
    )
    for i, row in enumerate(rows):
        sheet.write_row(i, 0, row, None if i else book.add_format({"bold": True}))
    sheet.freeze_panes(1, 0)
    book.close()


# --- for people ------------------------------------------------------------------------------


def one_line(cell: str) -> str:
    """Return a cell or heading that was broken to be narrow as it is where there is room."""
    return cell.replace("-\n", "").replace("\n", " ").rstrip(NO_MARK)


def _markdown(out: IO[bytes], table: Table, _: Style) -> None:
    def line(cells: Iterable[str]) -> str:
        return "| " + " | ".join(one_line(cell).replace("|", "\\|") for cell in cells) + " |"

    rule = ["---:" if column.kind.align == "right" else "---" for column in table.columns]
    lines = [line(column.heading for column in table.columns), "|" + "|".join(rule) + "|"]
    lines += map(line, table.cells())
    if footer := table.footer():
        lines.append(line(f"**{cell}**" if cell else "" for cell in footer))
    if table.notes:
        lines += ["", *(note.replace("*", "\\*") for note in table.notes)]
    out.write(("\n".join(lines) + "\n").encode())


def _html(out: IO[bytes], table: Table, _: Style) -> None:
    from html import escape

    def line(cells: Sequence[str], tag: str) -> str:
        return "".join(
            f'<{tag} class="{column.kind.align}">{escape(one_line(cell))}</{tag}>'
            for cell, column in zip(cells, table.columns, strict=True)
        )

    head = line([column.heading for column in table.columns], "th")
    body = "\n".join(f"<tr>{line(cells, 'td')}</tr>" for cells in table.cells())
    footer = table.footer()
    foot = f"<tfoot><tr>{line(footer, 'td')}</tr></tfoot>\n" if footer else ""
    notes = "".join(f"<p>{escape(note)}</p>\n" for note in table.notes)
    page = (
        '<!doctype html>\n<meta charset="utf-8">\n<title>bosetting</title>\n'
        "<style>body{font-family:sans-serif}td,th{padding:.1em .6em;text-align:left}"
        ".right{text-align:right}tfoot{font-weight:bold}</style>\n"
        f"<table>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody>\n{foot}</table>\n{notes}"
    )
    out.write(page.encode())


def _table(out: IO[bytes], table: Table, style: Style) -> None:
    out.write(text(table, style.width).encode())


FORMATS = {
    "table": Format(_table, (".txt",)),
    "csv": Format(_csv, (".csv",)),
    "json": Format(_json, (".json",)),
    "jsonl": Format(_jsonl, (".jsonl", ".ndjson")),
    "markdown": Format(_markdown, (".md",)),
    "html": Format(_html, (".html", ".htm")),
    "xlsx": Format(_xlsx, (".xlsx",), binary=True),
}
SUFFIXES = {suffix: name for name, form in FORMATS.items() for suffix in form.suffixes}


def stream(out: IO[bytes], table: Table, form: str, **style: Any) -> None:
    """Write a table out; csv, json and jsonl hold no more than a row of it at once.

    Args:
        out: Where to: UTF-8 text with Unix line ends, or a spreadsheet.
        table: What to write.
        form: One of `FORMATS`.
        style: See `Style`.
    """
    FORMATS[form].write(out, table, Style(**style))


def render(table: Table, form: str, **style: Any) -> bytes:
    """Return a table as `stream` writes it."""
    out = io.BytesIO()
    stream(out, table, form, **style)
    return out.getvalue()
