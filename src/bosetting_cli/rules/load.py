"""A rules file → Rules: read, expanded, checked; every complaint with its line, all at once."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from bosetting_cli.findings import DataError, Problem, RulesError
from bosetting_cli.resources import config_dir
from bosetting_cli.rules.check import check_rules
from bosetting_cli.rules.structs import NAME_LISTS, SHORTHANDS, Rules
from bosetting_cli.rules.yamlfile import MAX_BYTES, Document, parse_yaml
from bosetting_cli.statistics.decoding import read_bytes
from bosetting_cli.statistics.lists import county_list, municipality_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# Where rules name a file: what reads it, and where its contents belong.
_FILES = {
    ("select", "list"): (municipality_list, "list"),
    ("counties", "file"): (county_list, "totals"),
}


def load_rules(
    path: str | Path | Mapping[str, Any] | None = None,
    *,
    notes: list[Problem] | None = None,
    total: int | None = None,
) -> Rules:
    """Read rules from a YAML file, or from a dict of the same form.

    Args:
        path: The file, or what it would say; without it the packaged rules for 2018.
        notes: Gets what was mended in reading the CSV files that the rules name.
        total: Stands for the total of rules that leave it out.

    Returns:
        The rules, checked.

    Raises:
        RulesError: The file can't be read or is wrong; all mistakes, with their lines.

    Example:
        >>> load_rules().total.value
        4400
    """
    if isinstance(path, Mapping):
        return checked(expanded(dict(path)), Document(dict(path)))
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
    return parse_rules(text, name, source.parent, notes=notes, total=total)


def parse_rules(
    text: str,
    file: str = "rules",
    folder: Path = Path(),
    *,
    notes: list[Problem] | None = None,
    total: int | None = None,
) -> Rules:
    """Read rules from YAML text; see `load_rules`.

    Args:
        text: The YAML.
        file: What to call it in complaints.
        folder: Where the files lie that the rules name.
        notes: Gets what was mended in reading them.
        total: Stands for the total of rules that leave it out.
    """
    document = parse_yaml(text, file)
    if not isinstance(document.data, dict):
        hint = "expected keys and values, as in config/criteria.yaml"
        raise RulesError([*document.problems, Problem("holds no rules", file, hint=hint)])
    data = expanded(document.data)
    if total is not None:
        data.setdefault("total", {"value": total})
    problems = [
        located(problem, document, file)
        for problem in _inline_files(data, folder, [] if notes is None else notes)
    ]
    return checked(data, document, file, [*document.problems, *problems])


def checked(
    data: dict[str, Any], document: Document, file: str | None = None, found: Iterable[Problem] = ()
) -> Rules:
    """Return the rules that plain data are.

    Args:
        data: The data, expanded.
        document: The data as they were written, and where.
        file: What to call it in complaints.
        found: What is known to be wrong already.

    Raises:
        RulesError: Something is wrong; all of it.
    """
    problems, unknown = list(found), {_first(path) for path in document.unread}
    try:
        rules = msgspec.convert(data, Rules)
    except msgspec.ValidationError as error:
        from bosetting_cli.rules.problems import schema_problems

        missed = schema_problems(document.data, document, file)
        problems += [p for p in missed if not _is_unread(p, document)]
        problems = problems or [Problem(str(error), file)]
        rules, wrong = _sound_parts(data)
        unknown |= wrong
    problems += [located(p, document, file) for p in check_rules(rules, unknown)]
    if problems:
        raise RulesError(sorted(problems, key=_position))
    return rules


def _sound_parts(data: dict[str, Any]) -> tuple[Rules, set[str]]:
    """Return rules of what fits the structs, and the keys of the rest, which are None."""
    parts: dict[str, Any] = {}
    for field in msgspec.structs.fields(Rules):
        try:
            if field.name in data or field.required:
                parts[field.name] = msgspec.convert(data.get(field.name), field.type)
        except msgspec.ValidationError:
            parts[field.name] = None
    return Rules(**parts), {key for key in parts if parts[key] is None}


def _first(path: str) -> str:
    return re.split(r"[.\[]", path)[0]


def _is_unread(problem: Problem, document: Document) -> bool:
    key = problem.key or ""
    return any(re.match(rf"{re.escape(path)}($|[.\[])", key) for path in document.unread)


def _position(problem: Problem) -> tuple[int, int]:
    return problem.line or 0, problem.column if isinstance(problem.column, int) else 0


def located(problem: Problem, document: Document, file: str | None) -> Problem:
    """Return the problem with the line and column of its key in the document."""
    path = problem.key or ""
    while path and path not in document.marks:
        path = path.rpartition("[" if path.endswith("]") else ".")[0]
    line, column = document.marks.get(path, (None, None))
    return dataclasses.replace(problem, file=file, line=line, column=column)


def expanded(value: Any, path: str = "") -> Any:
    """Return data with shorthands written out, and numbers in lists of municipalities as text.

    Args:
        value: Rules as plain data, or a part of them.
        path: Where the part stands, `[]` for any entry of a list.

    Example:
        >>> expanded({"total": 4400, "exclude": [301]})
        {'total': {'value': 4400}, 'exclude': ['301']}
    """
    if isinstance(value, dict):
        return {k: expanded(item, f"{path}.{k}" if path else k) for k, item in value.items()}
    if isinstance(value, list | tuple):
        return [expanded(item, f"{path}[]") for item in value]
    if path in NAME_LISTS and type(value) is int and 0 <= value <= 9999:
        return str(value)
    if path in SHORTHANDS and isinstance(value, int | float) and not isinstance(value, bool):
        return {SHORTHANDS[path][1]: value}
    return value


def _inline_files(data: dict[str, Any], folder: Path, notes: list[Problem]) -> Iterator[Problem]:
    """Put the contents of the CSV files that rules name in the places of their names."""
    for (part, key), (read, place) in _FILES.items():
        given = data.get(part)
        if isinstance(given, dict) and isinstance(given.get(key), str):
            try:
                found = read(folder / given[key], notes=notes)
            except DataError as error:
                yield from _within(error, f"{part}.{key}")
            else:
                del given[key]
                given[place] = found


def _within(error: DataError, key: str) -> Iterator[Problem]:
    for problem in error.problems:
        told = str(dataclasses.replace(problem, hint=None))
        yield Problem(told, key=key, hint=problem.remedy())
