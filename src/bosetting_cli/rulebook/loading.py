"""A rules file → Rules: read, expanded, checked; every complaint with its line, all at once."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from bosetting_cli.errors import DataError, Problem, RulesError
from bosetting_cli.resources import config_dir
from bosetting_cli.rulebook.check import check_rules, check_sources
from bosetting_cli.rulebook.yamlfile import MAX_BYTES, Document, parse_yaml
from bosetting_cli.rules import SHORTHANDS, Rules
from bosetting_cli.statistics.decoding import read_bytes
from bosetting_cli.statistics.lists import county_list, municipality_list

if TYPE_CHECKING:
    from collections.abc import Iterator

# Lists of municipalities: an unquoted 1804 is a kommunenummer, not a number.
_NAME_LISTS = ("include", "exclude", "list")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def load_rules(path: str | Path | None = None, *, notes: list[Problem] | None = None) -> Rules:
    """Read rules from a YAML file.

    Args:
        path: The file; without it the packaged rules for 2018.
        notes: Gets what was mended in reading the CSV files that the rules name.

    Returns:
        The rules, checked.

    Raises:
        RulesError: The file can't be read or is wrong; all mistakes, with their lines.
    """
    source = Path(path) if path is not None else config_dir() / "criteria.yaml"
    name = str(path) if path is not None else source.name
    try:
        content = read_bytes(source, name, MAX_BYTES)
    except DataError as error:
        raise RulesError(error.problems) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        what = "is UTF-16" if content.startswith(_UTF16) else "is not UTF-8"
        raise RulesError(Problem(what, name, line, hint="save the file as UTF-8")) from None
    return parse_rules(text, name, source.parent, notes=notes)


def parse_rules(
    text: str,
    file: str = "rules",
    folder: Path = Path(),
    *,
    notes: list[Problem] | None = None,
) -> Rules:
    """Read rules from YAML text; see `load_rules`.

    Args:
        text: The YAML.
        file: What to call it in complaints.
        folder: Where the files lie that the rules name.
        notes: Gets what was mended in reading them.
    """
    document = parse_yaml(text, file)
    problems = list(document.problems)
    if not isinstance(document.data, dict):
        hint = "expected keys and values, as in config/criteria.yaml"
        raise RulesError([*problems, Problem("holds no rules", file, hint=hint)])
    data = expanded(document.data)
    problems += _inline_files(data, folder, document, file, [] if notes is None else notes)
    try:
        rules = msgspec.convert(data, Rules)
    except msgspec.ValidationError as error:
        problems += _all_problems(data, document, file, str(error))
    else:
        problems += [
            located(problem, document, file)
            for problem in (*check_rules(rules), *check_sources(rules))
            if not _is_under(problem.key, document.unread)
        ]
        if not problems:
            return rules
    raise RulesError(sorted(problems, key=lambda p: (p.line or 0, _position(p))))


def _position(problem: Problem) -> int:
    return problem.column if isinstance(problem.column, int) else 0


def _all_problems(
    data: dict[str, Any], document: Document, file: str, reason: str
) -> list[Problem]:
    """Return every way in which data miss the schema, and what else is wrong in the rest."""
    from bosetting_cli.rulebook.problems import schema_problems, sound_parts

    problems = schema_problems(data, document, file)
    sound, bad = sound_parts(data, problems)
    problems = [p for p in problems if not _is_under(p.key, document.unread)]
    if sound is not None:
        problems += [
            located(problem, document, file)
            for problem in check_rules(sound)
            if not _is_under(problem.key, bad)
        ]
    if not problems and not document.problems:
        problems = [Problem(reason, file)]
    return problems


def _is_under(key: str | None, paths: set[str]) -> bool:
    key = key or ""
    return any(key == path or key.startswith((f"{path}.", f"{path}[")) for path in paths)


def located(problem: Problem, document: Document, file: str) -> Problem:
    """Return the problem with the line and column of its key in the document."""
    path = problem.key or ""
    while path and path not in document.marks:
        path = path.rpartition("[" if path.endswith("]") else ".")[0]
    line, column = document.marks.get(path, (None, None))
    return dataclasses.replace(problem, file=file, line=line, column=column)


def expanded(data: dict[str, Any]) -> dict[str, Any]:
    """Write shorthands out (`total: 4400`), and numbers in lists of municipalities as text."""
    result = {key: _expanded(value, key) for key, value in data.items()}
    for key in SHORTHANDS:
        if key in result and _is_number(result[key]):
            result[key] = {SHORTHANDS[key][1]: result[key]}
    return result


def _expanded(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return {k: _expanded(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [_expanded(item, f"{key}[]") for item in value]
    if key.removesuffix("[]") in _NAME_LISTS and key.endswith("[]") and type(value) is int:
        return str(value) if 0 <= value <= 9999 else value
    if key == "smoothing" and _is_number(value):
        return {SHORTHANDS[key][1]: value}
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


# --- files that rules name -------------------------------------------------------------------


def _inline_files(
    data: dict[str, Any],
    folder: Path,
    document: Document,
    file: str,
    notes: list[Problem],
) -> Iterator[Problem]:
    """Put the contents of the CSV files that rules name in the places of their names."""
    chosen, counties = data.get("select"), data.get("counties")
    if isinstance(chosen, dict) and isinstance(chosen.get("list"), str):
        try:
            chosen["list"] = municipality_list(folder / chosen["list"], notes=notes)
        except DataError as error:
            yield from _within(error, "select.list", document, file)
            chosen["list"] = ["0000"]
    if isinstance(counties, dict) and isinstance(counties.get("file"), str):
        try:
            counties["totals"] = county_list(folder / counties.pop("file"), notes=notes)
        except DataError as error:
            document.unread.add("counties")
            yield from _within(error, "counties.file", document, file)


def _within(error: DataError, key: str, document: Document, file: str) -> Iterator[Problem]:
    for problem in error.problems:
        told = Problem(str(dataclasses.replace(problem, hint=None)), key=key, hint=problem.hint)
        yield located(told, document, file)
