"""A rules file → Rules: read, expanded, checked; every complaint with its line, all at once."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from bosetting_cli.csvfile import CsvTable, read_csv
from bosetting_cli.errors import DataError, Problem, RulesError, did_you_mean
from bosetting_cli.resources import config_dir
from bosetting_cli.rules import SHORTHANDS, Rules, check_rules, rules_schema
from bosetting_cli.yamlfile import Document, join_path, parse_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

# Lists of municipalities: an unquoted 1804 is a kommunenummer, not a number.
_NAME_LISTS = ("include", "exclude", "list")


def load_rules(path: str | Path | None = None) -> Rules:
    """Read rules from a YAML file.

    Args:
        path: The file; without it the packaged rules for 2018.

    Returns:
        The rules, checked.

    Raises:
        RulesError: The file can't be read or is wrong; all mistakes, with their lines.
    """
    source = Path(path) if path is not None else config_dir() / "criteria.yaml"
    name = str(path) if path is not None else source.name
    try:
        text = source.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise RulesError(Problem(f"can't be read: {error.strerror}", name)) from None
    except UnicodeDecodeError as error:
        raise RulesError(
            Problem(f"is not UTF-8 (byte {error.start})", name, hint="save the file as UTF-8")
        ) from None
    return parse_rules(text, name, source.parent)


def parse_rules(text: str, file: str = "rules", folder: Path = Path()) -> Rules:
    """Read rules from YAML text; see `load_rules`.

    Args:
        text: The YAML.
        file: What to call it in complaints.
        folder: Where the files lie that the rules name.
    """
    document = parse_yaml(text, file)
    if not isinstance(document.data, dict):
        hint = "see config/criteria.yaml"
        raise RulesError(Problem("holds no rules: expected keys and values", file, hint=hint))
    data = _expanded(document.data)
    problems = [*document.problems, *_inline_files(data, folder, document, file)]
    try:
        rules = msgspec.convert(data, Rules)
    except msgspec.ValidationError:
        problems += schema_problems(data, document, file)
    else:
        problems += [located(problem, document, file) for problem in check_rules(rules)]
        if not problems:
            return rules
    raise RulesError(sorted(problems, key=lambda p: (p.line or 0, str(p.column))))


def located(problem: Problem, document: Document, file: str) -> Problem:
    """Return the problem with the line and column of its key in the document."""
    path = problem.key or ""
    while path and path not in document.marks:
        path = path.rpartition("[" if path.endswith("]") else ".")[0]
    line, column = document.marks.get(path, (None, None))
    return dataclasses.replace(problem, file=file, line=line, column=column)


def _inline_files(
    data: dict[str, Any], folder: Path, document: Document, file: str
) -> Iterator[Problem]:
    """Put the contents of the CSV files that rules name in the places of their names."""
    chosen, counties = data.get("select"), data.get("counties")
    if isinstance(chosen, dict) and isinstance(chosen.get("list"), str):
        try:
            chosen["list"] = municipality_list(folder / chosen["list"])
        except DataError as error:
            yield from (located(_within(p, "select.list"), document, file) for p in error.problems)
            chosen["list"] = ["0000"]
    if isinstance(counties, dict) and isinstance(counties.get("file"), str):
        try:
            counties["totals"] = county_list(folder / counties.pop("file"))
        except DataError as error:
            yield from (
                located(_within(p, "counties.file"), document, file) for p in error.problems
            )


def _within(problem: Problem, key: str) -> Problem:
    return Problem(str(problem), key=key)


def municipality_list(path: Path) -> list[str]:
    """Return the kommunenummer in a CSV file.

    Raises:
        DataError: The file can't be read or has no such column.
    """
    table = read_csv(path)
    _require(table, "kommunenummer")
    return table.column("kommunenummer")


def county_list(path: Path) -> dict[str, int]:
    """Return fylke → number from a CSV file with the columns fylke and total.

    Raises:
        DataError: The file can't be read, lacks a column or holds something else.
    """
    table = read_csv(path)
    _require(table, "fylke", "total")
    totals: dict[str, int] = {}
    problems = []
    for name, cell, line in zip(
        table.column("fylke"), table.column("total"), table.lines, strict=True
    ):
        if not (cell.isascii() and cell.isdigit()):
            what = f"`{cell}` is not a whole number"
            problems.append(Problem(what, table.file, line, "total", value=cell))
        elif name in totals:
            problems.append(Problem(f"a second number for {name}", table.file, line, "fylke"))
        else:
            totals[name] = int(cell)
    if problems:
        raise DataError(problems)
    return totals


def _require(table: CsvTable, *names: str) -> None:
    if missing := [name for name in names if name not in table.header]:
        hint = f"found: {', '.join(table.header)}"
        raise DataError(
            [
                Problem(f"missing column `{name}`", table.file, 1, name, hint=hint)
                for name in missing
            ]
        )


def _expanded(data: Any, key: str = "") -> Any:
    """Write shorthands out, and numbers in lists of municipalities as text."""
    if isinstance(data, dict):
        return {k: _expanded(v, k) for k, v in data.items()}
    if isinstance(data, list):
        texts = key in _NAME_LISTS
        return [str(v) if texts and type(v) is int else _expanded(v) for v in data]
    if key in SHORTHANDS and isinstance(data, int | float) and not isinstance(data, bool):
        return {SHORTHANDS[key][1]: data}
    return data


def schema_problems(data: Any, document: Document, file: str) -> list[Problem]:
    """Return every way in which the data miss the schema, with lines."""
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(rules_schema())
    return [
        problem
        for error in validator.iter_errors(data)
        for problem in _schema_problem(error, document, file)
    ]


def _schema_problem(error: Any, document: Document, file: str) -> Iterator[Problem]:
    error = _deepest(error)
    path = ""
    for step in error.absolute_path:
        path = join_path(path, step)
    line, column = document.marks.get(path, (None, None))
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        for key in sorted(set(error.instance) - set(known)):
            here = join_path(path, key)
            line, column = document.key_marks.get(here, (line, column))
            hint = did_you_mean(key, known) or f"known here: {', '.join(known)}"
            yield Problem(f"unknown key `{key}`", file, line, column, here, hint=hint)
        return
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        what = f"lacks {' and '.join(f'`{key}`' for key in missing[:1])}"
        yield Problem(f"`{path or 'the file'}` {what}", file, line, column, path or None)
        return
    value = error.instance
    yield Problem(
        f"expected {_expected(error)}, got {_shown(value)}",
        file,
        line,
        column,
        path or None,
        value=_shown(value),
    )


def _deepest(error: Any) -> Any:
    """Return the mistake inside an either-or that fits best what was written."""
    while error.context:
        kinds = [e for e in error.context if e.validator != "type" or e.path]
        error = kinds[0] if kinds else error.context[0]
    return error


def _expected(error: Any) -> str:
    value: Any = error.validator_value
    limits: dict[str, str] = {
        "minimum": "at least {}",
        "maximum": "at most {}",
        "exclusiveMinimum": "more than {}",
        "minItems": "at least {} of them",
        "minLength": "some text",
        "maxLength": "at most {} characters",
        "format": "a {} such as 2017-10-02",
    }
    if error.validator == "type":
        words = {
            "string": "text",
            "integer": "a whole number",
            "number": "a number",
            "array": "a list",
            "object": "keys and values",
            "null": "nothing",
        }
        kinds = [value] if isinstance(value, str) else value
        return " or ".join(words.get(kind, kind) for kind in kinds)
    if error.validator == "enum":
        return f"one of {', '.join(map(str, value))}"
    return limits.get(error.validator, str(error.validator)).format(value)


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    if isinstance(value, dict | list):
        text = "keys and values" if isinstance(value, dict) else "a list"
    return text if len(text) <= 60 else f"{text[:57]}…"
