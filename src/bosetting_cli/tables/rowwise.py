"""Formats for machines that are written row by row, so that no table need be held."""

from __future__ import annotations

import functools
import io
import tempfile
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Rows = Iterable[Sequence[Any]]

ROWWISE = ("csv", "json", "jsonl")
PART = 2**20  # bytes that are copied at once
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # the last four are the wide forms of the first


def stream(
    out: IO[bytes],
    form: str,
    fields: Sequence[str],
    rows: Rows,
    *,
    excel_nb: bool = False,
    document: Callable[[], Mapping[str, Any]] = dict,
) -> None:
    """Write rows as they are made.

    Args:
        out: Where to.
        form: One of `ROWWISE`.
        fields: The columns.
        rows: Their values.
        excel_nb: CSV with semicolon, decimal comma and BOM, as a Norwegian Excel reads it.
        document: For JSON: makes what the rows stand in, once all of them are made.
    """
    if form == "csv":
        _csv(out, fields, rows, excel_nb=excel_nb)
    elif form == "json":
        _json(out, fields, rows, document)
    else:
        for row in rows:
            out.write(json_bytes(dict(zip(fields, row, strict=True)), indent=None))


def json_bytes(value: Any, indent: int | None = 2) -> bytes:
    """Return a value as JSON in UTF-8, on one line if there is no indent."""
    return f"{_encoder(indent)(value)}\n".encode()


@functools.cache
def _encoder(indent: int | None) -> Callable[[Any], str]:
    import json

    return json.JSONEncoder(ensure_ascii=False, indent=indent, allow_nan=False).encode


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


def _csv(out: IO[bytes], fields: Sequence[str], rows: Rows, *, excel_nb: bool) -> None:
    import csv

    mark, point, code = (";", ",", "utf-8-sig") if excel_nb else (",", ".", "utf-8")
    text = io.TextIOWrapper(out, code, newline="", write_through=False)
    writer = csv.writer(text, delimiter=mark, lineterminator="\n")
    writer.writerow(fields)
    writer.writerows([plain(value, point) for value in row] for row in rows)
    text.flush()
    text.detach()


def _json(
    out: IO[bytes], fields: Sequence[str], rows: Rows, document: Callable[[], Mapping[str, Any]]
) -> None:
    """Write the rows aside, then what they stand in, then the rows within it."""
    encode = _encoder(None)
    keys = [encode(field) for field in fields]
    with tempfile.TemporaryFile() as aside:
        end = b"\n"
        for row in rows:
            cells = (f"{key}: {encode(v)}" for key, v in zip(keys, row, strict=True))
            body = ",\n      ".join(cells)
            aside.write(end + f"    {{\n      {body}\n    }}".encode())
            end = b",\n"
        around = json_bytes({**document(), "rows": []})
        out.write(around.removesuffix(b"]\n}\n"))
        if end == b",\n":
            aside.seek(0)
            while part := aside.read(PART):
                out.write(part)
            out.write(b"\n  ")
        out.write(b"]\n}\n")
