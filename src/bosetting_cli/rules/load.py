"""A rules file → Rules: read, expanded, checked; every complaint with its line, all at once."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from bosetting_cli.findings import DataError, Finding, RulesError, finding
from bosetting_cli.resources import config_dir
from bosetting_cli.rules.check import check_rules
from bosetting_cli.rules.structs import NAME_LISTS, SHORTHANDS, Rules
from bosetting_cli.rules.yamlfile import Document, join_path, parse_yaml, read_text
from bosetting_cli.statistics.lists import county_list, municipality_list
from bosetting_cli.words.form import visible

_FIRST = re.compile(r"[.\[]")  # what ends the first key of a path
# Where rules name a file: what reads it, and where its contents belong.
_FILES = {
    ("select", "list"): (municipality_list, "list"),
    ("counties", "file"): (county_list, "totals"),
}


def load_rules(
    path: str | Path | Mapping[str, Any] | None = None,
    *,
    notes: list[Finding] | None = None,
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
    return parse_rules(read_text(source, name), name, source.parent, notes=notes, total=total)


def parse_rules(
    text: str,
    file: str = "rules",
    folder: Path = Path(),
    *,
    notes: list[Finding] | None = None,
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
        raise RulesError([*document.problems, finding("no rules", file=file)])
    notes = [] if notes is None else notes
    for path, leaf in _leaves(document.data):
        if leaf is None or (isinstance(leaf, str) and visible(leaf) != leaf):
            words = "key without value" if leaf is None else "characters left out"
            notes.append(dataclasses.replace(document.told(words, path), severity="warning"))
    data = _visible(expanded(document.data))
    if total is not None:
        data.setdefault("total", {"value": total})
    return checked(data, document, [*_inline_files(data, folder, notes)])


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value that holds no others, and its path."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, join_path(path, str(key)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(inner, join_path(path, index))
    else:
        yield path, value


def _visible(value: Any) -> Any:
    """Return data without what a terminal or a page would take as a command."""
    if isinstance(value, dict):
        return {_visible(key): _visible(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_visible(inner) for inner in value]
    return visible(value) if isinstance(value, str) else value


def checked(data: dict[str, Any], document: Document, found: Iterable[Finding] = ()) -> Rules:
    """Return the rules that plain data are.

    Args:
        data: The data, expanded.
        document: The data as they were written, and where.
        found: What else is wrong.

    Raises:
        RulesError: Something is wrong; all of it.
    """
    problems, unknown = [*document.problems], {_FIRST.split(path)[0] for path in document.unread}
    try:
        rules = msgspec.convert(data, Rules)
    except msgspec.ValidationError as error:
        from bosetting_cli.rules.problems import schema_problems

        missed = schema_problems(document.data, document)
        problems += [p for p in missed if not _is_unread(p, document)]
        problems = problems or [document.told("as told", "", what=str(error))]
        rules, wrong = _sound_parts(data)
        unknown |= wrong
    for one in (*found, *check_rules(rules, unknown)):
        line, column = document.place(one.key or "")
        problems.append(dataclasses.replace(one, file=document.file, line=line, column=column))
    if problems:
        raise RulesError(sorted(problems, key=lambda p: (p.line or 0, _number(p.column))))
    return rules


def _number(column: str | int | None) -> int:
    return column if isinstance(column, int) else 0


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


def _is_unread(problem: Finding, document: Document) -> bool:
    key = problem.key or ""
    return any(re.match(rf"{re.escape(path)}($|[.\[])", key) for path in document.unread)


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


def _inline_files(data: dict[str, Any], folder: Path, notes: list[Finding]) -> Iterator[Finding]:
    """Put the contents of the CSV files that rules name in the places of their names."""
    for (part, key), (read, place) in _FILES.items():
        given = data.get(part)
        if isinstance(given, dict) and isinstance(given.get(key), str):
            try:
                found = read(folder / given[key], notes=notes)
            except DataError as error:
                for one in error.problems:
                    said = {"found": one, "remedy": one.advice()}
                    yield finding("in the file named", said, key=f"{part}.{key}")
            else:
                del given[key]
                given[place] = found
