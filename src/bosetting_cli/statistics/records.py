"""The `rows` of a JSON document, as `allocate --format json` writes them → rows of text."""

from __future__ import annotations

import json
import re

from bosetting_cli.findings import DataError, finding
from bosetting_cli.statistics.spreadsheet import cell_text


def read_records(text: str, file: str) -> tuple[list[list[str]], list[int]]:
    """Return the keys and the values of all rows, and the line on which each begins.

    Args:
        text: The document.
        file: What to call it in messages.

    Raises:
        DataError: It is no JSON, has no rows, or rows that lack a key which others have.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        line, why = getattr(error, "lineno", None), getattr(error, "msg", error)
        raise DataError(finding("not valid JSON", file=file, line=line, why=str(why))) from None
    rows = content.get("rows") if isinstance(content, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise DataError(finding("no rows in JSON", file=file))
    keys = list(dict.fromkeys(key for row in rows for key in row))
    if lacking := [key for key in keys if any(key not in row for row in rows)]:
        raise DataError(
            [finding("rows without key", file=file, key="rows", name=key) for key in lacking]
        )
    cells = [["" if row[key] is None else cell_text(row[key]) for key in keys] for row in rows]
    lines = _lines(text, keys[0]) if keys else []
    return [keys, *cells], [1, *(lines if len(lines) == len(rows) else [0] * len(rows))]


def _lines(text: str, key: str) -> list[int]:
    """Return the lines on which objects give this key a value."""
    line, lines = 1, []
    name = re.escape(json.dumps(key, ensure_ascii=False))
    for match in re.finditer(rf"{name}\s*:|\n", text):
        if match[0] == "\n":
            line += 1
        else:
            lines.append(line)
    return lines
