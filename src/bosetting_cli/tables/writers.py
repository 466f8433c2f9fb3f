"""A table → bytes of a format; a new format is one entry of `FORMATS`."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, NamedTuple

from bosetting_cli.tables.rowwise import harmless, json_bytes, stream
from bosetting_cli.tables.text import text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bosetting_cli.tables.table import Table

NO_MARK = "\u2007"  # stands where others have a mark: a figure space keeps the digits in line
SHEET = (1_048_576, 16_384)  # lines and columns that a spreadsheet may have


class Style(NamedTuple):
    """What some of the formats ask for besides the table.

    Attributes:
        width: Columns that a table for people must fit.
        excel_nb: CSV with semicolon, decimal comma and BOM, as a Norwegian Excel reads it.
        document: What the rows stand in, in JSON.
    """

    width: int | None = None
    excel_nb: bool = False
    document: Mapping[str, Any] | None = None


class Format(NamedTuple):
    """A format: how it is written, by which suffixes a file asks for it, whether it is text."""

    write: Callable[[Table, Style], bytes]
    suffixes: tuple[str, ...]
    binary: bool = False


# --- for machines ----------------------------------------------------------------------------


def _json(table: Table, style: Style) -> bytes:
    return json_bytes({**(style.document or {}), "rows": table.records()})


def _whole(form: str) -> Callable[[Table, Style], bytes]:
    """Return how a table is written in a format that can be written row by row."""

    def write(table: Table, style: Style) -> bytes:
        out = io.BytesIO()
        rows = (list(record.values()) for record in table.records())
        stream(out, form, table.fields, rows, excel_nb=style.excel_nb)
        return out.getvalue()

    return write


def _xlsx(table: Table, _: Style) -> bytes:
    import datetime as dt

    from bosetting_cli.findings import BosettingError, Problem, install

    try:
        import xlsxwriter
    except ImportError:
        what = "xlsx needs the package xlsxwriter"
        raise BosettingError(Problem(what, hint=install("excel"))) from None
    if len(table.rows) >= SHEET[0] or len(table.fields) > SHEET[1]:
        size = f"{len(table.rows) + 1:,} lines of {len(table.fields):,} columns"
        hint = f"a sheet holds {SHEET[0]:,} lines of {SHEET[1]:,}; csv holds any number"
        raise BosettingError(Problem(f"{size} are too many for xlsx", hint=hint))
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": dt.datetime(2000, 1, 1)})  # fixed: the same bytes
    sheet = book.add_worksheet("bosetting")
    bold = book.add_format({"bold": True})
    for j, name in enumerate(table.fields):
        sheet.write_string(0, j, name, bold)
    for i, record in enumerate(table.records(), 1):
        for j, value in enumerate(record.values()):
            if isinstance(value, bool):
                sheet.write_boolean(i, j, value)
            elif isinstance(value, int | float):
                sheet.write_number(i, j, value)
            elif value is not None:
                sheet.write_string(i, j, harmless(value))
    sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


# --- for people ------------------------------------------------------------------------------


def one_line(cell: str) -> str:
    """Return a cell or heading that was broken to be narrow as it is where there is room."""
    return cell.replace("-\n", "").replace("\n", " ").rstrip(NO_MARK)


def _markdown(table: Table, _: Style) -> bytes:
    def line(cells: Iterable[str]) -> str:
        return "| " + " | ".join(one_line(cell).replace("|", "\\|") for cell in cells) + " |"

    rule = ["---:" if column.kind.align == "right" else "---" for column in table.columns]
    lines = [line(column.heading for column in table.columns), "|" + "|".join(rule) + "|"]
    lines += map(line, table.cells())
    if footer := table.footer():
        lines.append(line(f"**{cell}**" if cell else "" for cell in footer))
    if table.notes:
        lines += ["", *(note.replace("*", "\\*") for note in table.notes)]
    return ("\n".join(lines) + "\n").encode()


def _html(table: Table, _: Style) -> bytes:
    from html import escape

    def line(cells: Sequence[str], tag: str) -> str:
        sides = [column.kind.align for column in table.columns]
        return "".join(
            f'<{tag} class="{side}">{escape(one_line(cell))}</{tag}>'
            for cell, side in zip(cells, sides, strict=True)
        )

    head = line([column.heading for column in table.columns], "th")
    body = "\n".join(f"<tr>{line(cells, 'td')}</tr>" for cells in table.cells())
    footer = table.footer()
    foot = f"<tfoot><tr>{line(footer, 'td')}</tr></tfoot>\n" if footer else ""
    notes = "".join(f"<p>{escape(note)}</p>\n" for note in table.notes)
    return (
        '<!doctype html>\n<meta charset="utf-8">\n<title>bosetting</title>\n'
        "<style>body{font-family:sans-serif}td,th{padding:.1em .6em;text-align:left}"
        ".right{text-align:right}tfoot{font-weight:bold}</style>\n"
        f"<table>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody>\n{foot}</table>\n{notes}"
    ).encode()


def _table(table: Table, style: Style) -> bytes:
    return text(table, style.width).encode()


FORMATS = {
    "table": Format(_table, (".txt",)),
    "csv": Format(_whole("csv"), (".csv",)),
    "json": Format(_json, (".json",)),
    "jsonl": Format(_whole("jsonl"), (".jsonl", ".ndjson")),
    "markdown": Format(_markdown, (".md",)),
    "html": Format(_html, (".html", ".htm")),
    "xlsx": Format(_xlsx, (".xlsx",), binary=True),
}
SUFFIXES = {suffix: name for name, form in FORMATS.items() for suffix in form.suffixes}


def render(
    table: Table,
    form: str,
    *,
    width: int | None = None,
    excel_nb: bool = False,
    document: Mapping[str, Any] | None = None,
) -> bytes:
    """Write a table out.

    Args:
        table: What to write.
        form: One of `FORMATS`.
        width: Columns of the terminal, for `table`.
        excel_nb: For CSV: as a Norwegian Excel reads it.
        document: For JSON: what the rows stand in.

    Returns:
        UTF-8 text with Unix line ends, or a spreadsheet.
    """
    return FORMATS[form].write(table, Style(width, excel_nb, document))
