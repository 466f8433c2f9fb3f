"""What `datapackage.json` says of the columns beside it: titles, units, dates, types, limits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bosetting_cli.findings import DataError, Problem, finding, shown
from bosetting_cli.statistics.constraints import understood
from bosetting_cli.statistics.decoding import read_bytes
from bosetting_cli.statistics.frame import referred
from bosetting_cli.statistics.headers import canonical

MAX_BYTES = 5_000_000
# Of the standard's keys, those that say how cells are to be read and that nothing here follows:
# marks and signs are found in the column itself.
_NOT_FOLLOWED = ("decimalChar", "groupChar", "bareNumber")


@dataclass(frozen=True, slots=True)
class Field:
    """A described column.

    Attributes:
        kind: Its type in the description: `string`, `number`, `integer`…
        title: Label for people.
        title_nb: Norwegian label.
        unit: What it is counted in.
        reference_date: `year-01-01`, `year+1-11-30` or a date; None if not given.
        missing: What stands in a cell without a value, besides nothing.
        constraints: As it is written, such as `maximum: 500` → the limit.
    """

    kind: str = ""
    title: str = ""
    title_nb: str = ""
    unit: str = ""
    reference_date: str | None = None
    missing: frozenset[str] = frozenset()
    constraints: Mapping[str, Any] = field(default_factory=dict)


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
        return dict(_fields(package, path, problems))
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
    package: Any, path: Path, problems: list[Problem]
) -> Iterator[tuple[tuple[str, str], Field]]:
    for resource in package["resources"]:
        schema = resource.get("schema", {})
        if isinstance(schema, str):
            schema = _schema(path, schema)
        for file in _files(resource, path.parent):
            for given in schema.get("fields", []):
                of = (package, resource, schema, given)  # the last that says so, counts
                missing = [said["missingValues"] for said in of if "missingValues" in said]
                told = _field(given, file, str(path), problems, missing)
                yield (file, canonical(str(given["name"]))), told


def _files(resource: Any, root: Path) -> list[str]:
    """Return the tables of a resource that lie in the folder; others are not read here."""
    paths = resource.get("path", [])  # none where the data stand in the description
    parts = [paths] if isinstance(paths, str) else paths
    return [Path(p).name for p in parts if len(Path(p).parts) == 1 or not (root / p).is_file()]


def _schema(path: Path, name: str) -> Any:
    """Read a schema in a file of its own beside the description."""
    if Path(name).is_absolute() or ".." in Path(name).parts or "://" in name:
        hint = "put it into the folder of the description"
        raise DataError(Problem(f"the schema `{shown(name)}` is not read", str(path), hint=hint))
    file = path.parent / name
    return json.loads(read_bytes(file, str(file), MAX_BYTES))


def _field(
    given: Any, file: str, package: str, problems: list[Problem], missing: Sequence[Any]
) -> Field:
    where = {"table": file, "name": shown(str(given["name"]))}
    date = given.get("referenceDate")
    if date is not None and not _is_reference(date):
        what = f"the reference date `{shown(str(date))}` of {file}, {given['name']} is none"
        hint = "expected a date such as 2017-01-01, year-01-01 or year+1-11-30"
        problems.append(Problem(what, package, hint=hint))
        date = None
    kind, *texts = (str(given.get(k) or "") for k in ("type", "title", "title_nb", "unit"))
    constraints, strange = {}, [key for key in _NOT_FOLLOWED if key in given]
    for name, limit in given.get("constraints", {}).items():
        rule = f"{name}: {shown(json.dumps(limit, ensure_ascii=False))}"
        try:
            constraints[rule] = understood(name, limit, kind)
        except (ValueError, re.error):
            strange.append(rule)
    signs = [sign["value"] if isinstance(sign, dict) else sign for sign in (missing or [[]])[-1]]
    known = [sign for sign in signs if isinstance(sign, str)]
    strange += [f"missingValues: {sign}" for sign in signs if sign not in known]
    problems += [
        finding("not followed", {**where, "what": what}, severity="warning", file=package)
        for what in strange
    ]
    title, title_nb, unit = texts
    return Field(kind, title, title_nb, unit, date, frozenset(known) - {""}, constraints)


def _is_reference(text: Any) -> bool:
    try:
        referred(text, None)
    except (TypeError, ValueError):
        return False
    return True
