"""What `datapackage.json` says of the columns beside it: titles, units, reference dates."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bosetting_cli.findings import DataError, Problem, shown
from bosetting_cli.statistics.decoding import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 5_000_000
_REFERENCE = re.compile(r"year(?:\+[0-9]{1,2})?-([0-9]{2})-([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Field:
    """A described column.

    Attributes:
        kind: Its type in the description: `string`, `number`, `integer`…
        title: Label for people.
        title_nb: Norwegian label.
        unit: What it is counted in.
        reference_date: `year-01-01`, `year+1-11-30` or a date; None if not given.
    """

    kind: str = ""
    title: str = ""
    title_nb: str = ""
    unit: str = ""
    reference_date: str | None = None


def fields(root: Path, problems: list[Problem]) -> dict[tuple[str, str], Field]:
    """Read the description of a folder of tables.

    Args:
        root: The folder; nothing describes a single file.
        problems: Gets what is wrong with the description.

    Returns:
        (File name, column) → its description; empty if there is none.
    """
    path = root / "datapackage.json"
    try:
        if not path.is_file():
            return {}
        package = json.loads(read_bytes(path, str(path), MAX_BYTES))
        return dict(_fields(package, str(path), problems))
    except DataError as error:
        problems += error.problems
    except OSError as error:
        problems.append(Problem(f"can't be read: {error.strerror}", str(path)))
    except json.JSONDecodeError as error:
        what = f"is not valid JSON: {error.msg}"
        problems.append(Problem(what, str(path), error.lineno, error.colno))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        what = f"is no data package: {type(error).__name__} {shown(str(error))}"
        problems.append(Problem(what, str(path), hint="remove it, or see the packaged one"))
    return {}


def _fields(
    package: Any, file: str, problems: list[Problem]
) -> Iterator[tuple[tuple[str, str], Field]]:
    for resource in package["resources"]:
        name = Path(resource["path"]).name
        for given in resource.get("schema", {}).get("fields", []):
            date = given.get("referenceDate")
            if date is not None and not _is_reference(date):
                what = f"the reference date `{shown(str(date))}` of {name}, {given['name']}"
                hint = "expected a date such as 2017-01-01, year-01-01 or year+1-11-30"
                problems.append(Problem(f"{what} is none", file, hint=hint))
                date = None
            kind, *texts = (str(given.get(k) or "") for k in ("type", "title", "title_nb", "unit"))
            title, title_nb, unit = texts
            yield (name, str(given["name"])), Field(kind, title, title_nb, unit, date)


def _is_reference(text: Any) -> bool:
    if not isinstance(text, str):
        return False
    match = _REFERENCE.fullmatch(text)
    try:
        # 29 February is no day of every year.
        dt.date.fromisoformat(f"2001-{match[1]}-{match[2]}" if match else text)
    except ValueError:
        return False
    return True
