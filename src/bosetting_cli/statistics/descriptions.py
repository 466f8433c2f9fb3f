"""What `datapackage.json` says of the tables beside it: columns, dates, limits, control totals."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import msgspec

from bosetting_cli.findings import DataError, Finding, finding, shown
from bosetting_cli.statistics.constraints import understood
from bosetting_cli.statistics.decoding import read_bytes, unreadable
from bosetting_cli.statistics.frame import referred
from bosetting_cli.statistics.headers import canonical

MAX_BYTES = 5_000_000
# How a description that is no data package shows.
_MISREAD = (msgspec.MsgspecError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
# Of the standard's keys, those that say how cells are to be read and that nothing here follows:
# marks and signs are found in the column itself.
_NOT_FOLLOWED = ("decimalChar", "groupChar", "bareNumber")
# Of a resource's `dialect`, the values that every table is read by.
_DIALECT = {
    "delimiter": (",", ";", "\t", "|"),
    "header": (True,),
    "quoteChar": ('"',),
    "doubleQuote": (True,),
    "lineTerminator": ("\n", "\r\n"),
    "skipInitialSpace": (True, False),
    "csvddfVersion": (1.0, 1.2, "1.0", "1.2"),
}


@dataclass(frozen=True, slots=True)
class Control:
    """A published total that a column must add up to.

    Attributes:
        year: The row's year; None in a table without years.
        value: The whole country's figure; None where only counties have one.
        counties: County → its figure.
        elsewhere: How many of `value` are in no row of the table.
        within: How far off rounding may have made it.
        source: Who published it, where.
        computed: Whether it is the table's own sum, which proves nothing.
    """

    year: int | None = None
    value: float | None = None
    counties: Mapping[str, float] = field(default_factory=dict)
    elsewhere: float = 0
    within: float = 0
    source: str = ""
    computed: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """What a column's figures are expected to be, beside another's or another year's.

    Attributes:
        column: The column.
        of: What it is a part or multiple of; itself: its figure of another year.
        low: Least ratio that is expected; between years that of one year's change.
        high: Largest.
        noise: How many square roots of the expected figure it may be off besides.
        relative: Whether the ratio is to the median ratio of all.
        scale: What the ratio is multiplied with, a column of per cent such as `rate_pct`.
    """

    column: str
    of: str
    low: float
    high: float
    noise: float = 1
    relative: bool = False
    scale: str = ""


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
        controls: Published totals.
        hidden: The most that a cell without a figure may stand for.
        limits: What is plausible; None: as for everybody.
    """

    kind: str = ""
    title: str = ""
    title_nb: str = ""
    unit: str = ""
    reference_date: str | None = None
    missing: frozenset[str] = frozenset()
    constraints: Mapping[str, Any] = field(default_factory=dict)
    controls: tuple[Control, ...] = ()
    hidden: float = 0
    limits: tuple[Limit, ...] | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A described table.

    Attributes:
        name: Its name in the description, by which others refer to it.
        file: Its file.
        columns: Those that it should have.
        key: Columns that are together of one row alone; empty if not given.
        references: Its columns, and the resource and columns in which their cells must be.
    """

    name: str
    file: str
    columns: tuple[str, ...]
    key: tuple[str, ...] = ()
    references: tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Description:
    """What is said of a folder of tables.

    Attributes:
        fields: (File name, column) → its description.
        resources: The tables.
        part: Whether the register is meant to have a part of the country only.
    """

    fields: Mapping[tuple[str, str], Field] = field(default_factory=dict)
    resources: tuple[Resource, ...] = ()
    part: bool = False

    def under(self, other: Description) -> Description:
        """Return this with what another says, which alone says something of its own files."""
        own = {file for file, _ in other.fields} | {one.file for one in other.resources}
        fields = {key: told for key, told in self.fields.items() if key[0] not in own}
        kept = (one for one in self.resources if one.file not in own)
        return Description({**fields, **other.fields}, (*kept, *other.resources), self.part)


def read_description(root: Path, problems: list[Finding]) -> Description:
    """Read the description of a folder of tables.

    Args:
        root: The folder; nothing describes a single file.
        problems: Gets what is wrong with the description.

    Returns:
        What it says; nothing if there is none.
    """
    path = root / "datapackage.json"
    try:
        if not path.is_file():
            return Description()
        package = json.loads(read_bytes(path, str(path), MAX_BYTES))
        return _described(package, path, problems)
    except DataError as error:
        problems += error.problems
    except OSError as error:
        problems += unreadable(error, str(path)).problems
    except json.JSONDecodeError as error:
        line, column, why = error.lineno, error.colno, error.msg
        file = str(path)
        problems.append(finding("not valid JSON", file=file, line=line, column=column, why=why))
    except _MISREAD as error:
        why = f"{type(error).__name__} {shown(str(error))}"
        problems.append(finding("no data package", file=str(path), why=why))
    return Description()


def _described(package: Any, path: Path, problems: list[Finding]) -> Description:
    known: dict[tuple[str, str], Field] = {}
    resources: list[Resource] = []
    for resource in package["resources"]:
        schema = resource.get("schema", {})
        if isinstance(schema, str):
            schema = _schema(path, schema)
        for file in _files(resource, path.parent):
            told = [(canonical(str(one["name"])), one) for one in schema.get("fields", [])]
            for column, given in told:
                of = (package, resource, schema, given)  # the last that says so, counts
                missing = [said["missingValues"] for said in of if "missingValues" in said]
                known[file, column] = _field(given, file, str(path), problems, missing)
            if file in _paths(resource):
                resources.append(_resource(resource, schema, file, [name for name, _ in told]))
            problems += _dialect(resource.get("dialect", {}), file, str(path))
    if gone := tuple(one.file for one in resources if not (path.parent / one.file).is_file()):
        said = finding("files lacking", {"names": gone}, severity="warning", file=str(path))
        problems.append(said)
    return Description(known, tuple(resources), bool(package.get("part")))


def _resource(given: Any, schema: Any, file: str, columns: Sequence[str]) -> Resource:
    keys = [(key["fields"], key["reference"]) for key in schema.get("foreignKeys", ())]
    references = ((_names(own), str(to["resource"]), _names(to["fields"])) for own, to in keys)
    name, key = str(given.get("name") or Path(file).stem), _names(schema.get("primaryKey", ()))
    return Resource(name, file, tuple(columns), key, tuple(references))


def _names(given: Any) -> tuple[str, ...]:
    """Return the columns that a key names, one or several."""
    return tuple(canonical(str(name)) for name in ([given] if isinstance(given, str) else given))


def _dialect(given: Any, file: str, package: str) -> Iterator[Finding]:
    """Say what of a dialect is not followed: tables are read by what stands in them."""
    said = given if isinstance(given, dict) else {"": given}
    for key, value in said.items():
        if value not in _DIALECT.get(key, ()):
            what = f"{key}: {shown(json.dumps(value, ensure_ascii=False))}".removeprefix(": ")
            yield _not_followed(file, "dialect", what, package)


def _not_followed(file: str, name: str, what: str, package: str) -> Finding:
    said = {"table": file, "name": name, "what": what}
    return finding("not followed", said, severity="warning", file=package)


def _files(resource: Any, root: Path) -> list[str]:
    """Return the tables of a resource that lie in the folder; others are not read here."""
    parts = [(one, Path(one)) for one in _paths(resource)]
    return [p.name for one, p in parts if len(p.parts) == 1 or not (root / one).is_file()]


def _paths(resource: Any) -> list[str]:
    paths = resource.get("path", [])  # none where the data stand in the description
    return [paths] if isinstance(paths, str) else paths


def _schema(path: Path, name: str) -> Any:
    """Read a schema in a file of its own beside the description."""
    if Path(name).is_absolute() or ".." in Path(name).parts or "://" in name:
        raise DataError(finding("schema not read", file=str(path), name=shown(name)))
    file = path.parent / name
    return json.loads(read_bytes(file, str(file), MAX_BYTES))


def _field(
    given: Any, file: str, package: str, problems: list[Finding], missing: Sequence[Any]
) -> Field:
    name = shown(str(given["name"]))
    date = given.get("referenceDate")
    if date is not None and not _is_reference(date):
        wrong = {"date": shown(str(date)), "table": file, "name": given["name"]}
        problems.append(finding("no reference date", wrong, file=package))
        date = None
    kind, *texts = (str(given.get(k) or "") for k in ("type", "title", "title_nb", "unit"))
    constraints, strange = {}, [key for key in _NOT_FOLLOWED if key in given]
    for key, limit in given.get("constraints", {}).items():
        rule = f"{key}: {shown(json.dumps(limit, ensure_ascii=False))}"
        try:
            constraints[rule] = understood(key, limit, kind)
        except (ValueError, re.error):
            strange.append(rule)
    signs = [sign["value"] if isinstance(sign, dict) else sign for sign in (missing or [[]])[-1]]
    known = [sign for sign in signs if isinstance(sign, str)]
    strange += [f"missingValues: {sign}" for sign in signs if sign not in known]
    controls = tuple(_built(Control, given.get("controlTotals", ()), strange))
    column = canonical(str(given["name"]))
    limits = given.get("plausible")
    if limits is not None:
        said = ({"column": column, **limit, "of": canonical(limit["of"])} for limit in limits)
        limits = tuple(_built(Limit, said, strange))
    problems += [_not_followed(file, name, what, package) for what in strange]
    hidden = float(given.get("hiddenMaximum") or 0)
    title, title_nb, unit = texts
    about = (kind, title, title_nb, unit, date, frozenset(known) - {""}, constraints)
    return Field(*about, controls, hidden, limits)


def _built(kind: Any, given: Any, strange: list[str]) -> Iterator[Any]:
    """Make controls or limits of what is given; what is no key of theirs is strange."""
    keys = {one.name for one in fields(kind)}
    for said in given:
        strange += [key for key in said if key not in (*keys, "path")]
        one = msgspec.convert(said, kind)
        if isinstance(one, Limit) and not (0 <= one.low <= one.high and one.high > 0 <= one.noise):
            strange.append("plausible")
        else:
            yield one


def _is_reference(text: Any) -> bool:
    try:
        referred(text, None)
    except (TypeError, ValueError):
        return False
    return True
