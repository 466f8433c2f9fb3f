"""An allocation → text or bytes: tables for people, CSV, JSON, Markdown, HTML, spreadsheets."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import bosetting_cli
from bosetting_cli.labels import broken, heading, label, number
from bosetting_cli.model.result import SELECTED, columns, record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bosetting_cli.model.result import Allocation, Row
    from bosetting_cli.rules import Rules

FORMATS = ("table", "csv", "json", "jsonl", "markdown", "html", "xlsx")
SORTS = ("rank", "kommunenummer", "name", "fylke", "population", "requested")
SUFFIXES = {
    ".csv": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".md": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xlsx": "xlsx",
    ".txt": "table",
}
SCHEMA_VERSION = 1
MIN_WIDTH, MIN_WRAPPED = 10, 24
MARK, NO_MARK = "*", "\u2007"  # a figure space keeps the digits in line
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # the last four are the wide forms of the first


@dataclass(frozen=True, slots=True)
class Table:
    """A table to show.

    Attributes:
        header: Column headings; a line break where a heading may be set on two lines.
        rows: Cells, numbers already written out.
        align: `left` or `right` for each column.
        footer: Cells of the last line, set off from the others; may be empty.
        notes: Lines below the table.
        records: The same rows for machines, column → value.
        columns: The records' columns, for a table that may have no rows.
    elastic: Columns that may be shortened to fit a width, the widest first.
        wrapped: A column whose cells may be set on several lines to fit.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    align: Sequence[str]
    footer: Sequence[str] = ()
    notes: Sequence[str] = ()
    records: Sequence[Mapping[str, Any]] = ()
    columns: Sequence[str] = ()
    elastic: Sequence[int] = ()
    wrapped: int | None = None


def sort_rows(rows: Iterable[Row], by: str) -> list[Row]:
    """Order rows; `population` and `requested` put the largest first, ties go by rank."""
    keys: dict[str, Any] = {
        "rank": lambda row: row.rank is None,
        "kommunenummer": lambda row: row.kommunenummer,
        "name": lambda row: (row.municipality.casefold(), row.kommunenummer),
        "fylke": lambda row: (row.fylke,),
        "population": lambda row: -(row.population or 0),
        "requested": lambda row: -row.requested,
    }
    return sorted(rows, key=keys[by])


def municipality_table(
    allocation: Allocation, *, everyone: bool = False, sort: str = "rank", lang: str = "en"
) -> Table:
    """Return the table of municipalities: those asked, or all with the reasons."""
    rules = allocation.rules
    rows = sort_rows(allocation.rows if everyone else allocation.selected, sort)
    words = ("rank", "kommunenummer", "municipality", "fylke", "population", "requested")
    header = [broken(label(word, lang, hyphens=True), 20) for word in words]
    header += [f"{label('of whom', lang)}\n{heading(group, lang)}" for group in rules.of_which]
    align = ["right", "right", "left", "left", *["right"] * (len(header) - 4)]
    if everyone:
        header += [f"{label('status', lang)}, {label('reason', lang)}"]
        align += ["left"]
    else:
        header += [f"{label('from', lang)}\n{heading(c, lang)}" for c in rules.criteria]
        align += ["right"] * len(rules.criteria)
    marked = any(row.at_minimum for row in rows)
    return Table(
        header,
        [_cells(row, rules, lang, everyone=everyone) for row in rows],
        align,
        _totals(allocation, lang, everyone=everyone),
        [label("minimum binds", lang)] if marked else [],
        [record(row, rules) for row in rows],
        elastic=(3, 2),
        wrapped=len(header) - 1 if everyone else None,
    )


def _cells(row: Row, rules: Rules, lang: str, *, everyone: bool) -> list[str]:
    asked = row.status == SELECTED
    mark = MARK if row.at_minimum else NO_MARK
    cells = [
        "" if row.rank is None else str(row.rank),
        row.kommunenummer,
        row.municipality,
        row.fylke,
        number(row.population, 0, lang),
        f"{number(row.requested, 0, lang)}{mark}" if asked else "–",
        *(number(row.of_which.get(g.name, 0), 0, lang) if asked else "" for g in rules.of_which),
    ]
    if everyone:
        words = [label(row.status, lang), row.reason]
        return [*cells, ": ".join(word for word in words if word)]
    return [*cells, *(number(row.contributions[c.name], 1, lang) for c in rules.criteria)]


def _totals(allocation: Allocation, lang: str, *, everyone: bool) -> list[str]:
    rules, asked = allocation.rules, allocation.selected
    cells = ["", "", label("total", lang), ""]
    shown = allocation.rows if everyone else asked
    cells += [number(sum(row.population or 0 for row in shown), 0, lang)]
    cells += [number(sum(row.requested for row in asked), 0, lang) + NO_MARK]
    for group in rules.of_which:
        cells.append(number(sum(row.of_which.get(group.name, 0) for row in asked), 0, lang))
    if everyone:
        return [*cells, ""]
    for c in rules.criteria:
        cells.append(number(math.fsum(row.contributions[c.name] for row in asked), 1, lang))
    return cells


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
        excel_nb: For CSV: semicolon, decimal comma and BOM, as a Norwegian Excel reads it.
        document: For JSON: what the rows stand in.

    Returns:
        UTF-8 text with Unix line ends, or a spreadsheet.
    """
    if form == "csv":
        return _csv(table, excel_nb=excel_nb)
    if form == "json":
        return json_bytes({**(document or {}), "rows": list(table.records)})
    if form == "jsonl":
        return b"".join(json_bytes(entry, indent=None) for entry in table.records)
    if form == "xlsx":
        return _xlsx(table)
    if form == "markdown":
        return _markdown(table)
    if form == "html":
        return _html(table)
    return _text(table, width)


def json_bytes(value: Any, indent: int | None = 2) -> bytes:
    """Return a value as JSON in UTF-8, on one line if there is no indent."""
    return (json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False) + "\n").encode()


def plain(value: Any) -> str:
    """Return a value as a cell of CSV: floats read back to the same float, None is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return harmless(value)
    return repr(value)


def harmless(text: str) -> str:
    """Return text that a spreadsheet does not run as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _csv(table: Table, *, excel_nb: bool) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if excel_nb else ",", lineterminator="\n")
    writer.writerow(table.records[0] if table.records else table.columns or table.header)
    for entry in table.records:
        cells = [plain(value) for value in entry.values()]
        if excel_nb:
            cells = [
                cell.replace(".", ",") if isinstance(value, float) else cell
                for cell, value in zip(cells, entry.values(), strict=True)
            ]
        writer.writerow(cells)
    return out.getvalue().encode("utf-8-sig" if excel_nb else "utf-8")


def _text(table: Table, width: int | None) -> bytes:
    import tabulate

    rows: list[Any] = [list(row) for row in fitted(table, width)]
    if table.footer:
        rows += [tabulate.SEPARATING_LINE, list(table.footer)]
    tabulate.MIN_PADDING = 0  # headings need no room beyond the gap between columns
    text = tabulate.tabulate(
        rows,
        table.header,
        tablefmt="simple",
        colalign=table.align,
        disable_numparse=True,
        preserve_whitespace=True,
    )
    lines = [line.rstrip(" ") for line in text.split("\n")]
    return ("\n".join([*lines, *table.notes]) + "\n").encode()


def fitted(table: Table, width: int | None) -> list[Sequence[str]]:
    """Wrap and shorten cells until the table fits a width, if it can."""
    rows: list[Sequence[str]] = list(table.rows)
    if width is None or not rows:
        return rows
    lines = [*rows, table.footer, table.header] if table.footer else [*rows, table.header]
    wide = [
        max(len(part) for cell in cells for part in cell.split("\n"))
        for cells in zip(*lines, strict=True)
    ]
    excess = sum(wide) + 2 * (len(wide) - 1) - width
    limits = dict(_limits(table, wide, excess))
    for i, limit in limits.items():
        cut = _folded if i == table.wrapped else shortened
        rows = [[*row[:i], cut(row[i], limit), *row[i + 1 :]] for row in rows]
    return rows


def _limits(table: Table, wide: Sequence[int], excess: int) -> Iterator[tuple[int, int]]:
    """Yield how wide the columns that give way may be: first the wrapped, then the widest."""
    if table.wrapped is not None:
        limit = max(wide[table.wrapped] - max(excess, 0), MIN_WRAPPED)
        excess -= max(wide[table.wrapped] - limit, 0)
        yield table.wrapped, limit
    limits = {i: wide[i] for i in table.elastic}
    while excess > 0 and max(limits.values(), default=0) > MIN_WIDTH:
        limits[max(limits, key=lambda i: limits[i])] -= 1
        excess -= 1
    yield from limits.items()


def _folded(text: str, limit: int) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, limit)) if len(text) > limit else text


def shortened(text: str, limit: int) -> str:
    """Return text cut to a length, with an ellipsis where something is missing."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def one_line(cell: str) -> str:
    """Return a cell or heading that was broken to be narrow as it is where there is room."""
    return cell.replace("-\n", "").replace("\n", " ").rstrip(NO_MARK)


def _markdown(table: Table) -> bytes:
    def line(cells: Iterable[str]) -> str:
        return "| " + " | ".join(one_line(cell).replace("|", "\\|") for cell in cells) + " |"

    rule = ["---:" if side == "right" else "---" for side in table.align]
    lines = [line(table.header), "|" + "|".join(rule) + "|", *map(line, table.rows)]
    if table.footer:
        lines.append(line(f"**{cell}**" if cell else "" for cell in table.footer))
    notes = ["", *(note.replace("*", "\\*") for note in table.notes)] if table.notes else []
    return ("\n".join([*lines, *notes]) + "\n").encode()


def _html(table: Table) -> bytes:
    from html import escape

    def line(cells: Sequence[str], tag: str) -> str:
        return "".join(
            f'<{tag} class="{side}">{escape(one_line(cell))}</{tag}>'
            for cell, side in zip(cells, table.align, strict=True)
        )

    body = "\n".join(f"<tr>{line(row, 'td')}</tr>" for row in table.rows)
    foot = f"<tfoot><tr>{line(table.footer, 'td')}</tr></tfoot>\n" if table.footer else ""
    notes = "".join(f"<p>{escape(note)}</p>\n" for note in table.notes)
    return (
        '<!doctype html>\n<meta charset="utf-8">\n<title>bosetting</title>\n'
        "<style>body{font-family:sans-serif}td,th{padding:.1em .6em;text-align:left}"
        ".right{text-align:right}tfoot{font-weight:bold}</style>\n"
        f"<table>\n<thead><tr>{line(table.header, 'th')}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody>\n{foot}</table>\n{notes}"
    ).encode()


def _xlsx(table: Table) -> bytes:
    import datetime as dt

    from bosetting_cli.errors import BosettingError, Problem, install

    try:
        import xlsxwriter
    except ImportError:
        what = "xlsx needs the package xlsxwriter"
        raise BosettingError(Problem(what, hint=install("excel"))) from None
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": dt.datetime(2000, 1, 1)})  # fixed: the same bytes
    sheet = book.add_worksheet("bosetting")
    bold = book.add_format({"bold": True})
    for j, name in enumerate(table.records[0] if table.records else table.columns or table.header):
        sheet.write_string(0, j, name, bold)
    for i, entry in enumerate(table.records, 1):
        for j, value in enumerate(entry.values()):
            if isinstance(value, bool):
                sheet.write_boolean(i, j, value)
            elif isinstance(value, int | float):
                sheet.write_number(i, j, value)
            elif value is not None:
                sheet.write_string(i, j, harmless(value))
    sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def document(allocation: Allocation) -> dict[str, Any]:
    """Return what the JSON form of an allocation says besides the rows."""
    from msgspec import to_builtins

    rules = allocation.rules
    return {
        "schema_version": SCHEMA_VERSION,
        "program": f"bosetting {bosetting_cli.__version__}",
        "title": rules.title,
        "columns": list(columns(rules)),
        "summary": {
            "total": rules.total.value,
            "asked": len(allocation.selected),
            "eligible": len(allocation.eligible),
            "at_minimum": sum(row.at_minimum for row in allocation.rows),
        },
        "notes": [{"kind": note.kind, "text": note.text} for note in allocation.notes],
        "groups": [_group_record(group) for group in allocation.groups],
        "rules": to_builtins(rules),
        "inputs": dict(allocation.inputs),
    }


def _group_record(group: Any) -> dict[str, Any]:
    result = group.apportionment
    ends = result.divisors if result is not None else None
    return {
        "name": group.name,
        "total": group.total,
        "asked": len(group.units),
        **({"contributions": dict(group.contributions)} if group.contributions else {}),
        "method": result.method.name if result is not None else None,
        "divisor": None if result is None else str(result.divisor),
        "divisors": None if ends is None else [str(end) for end in ends],
    }
