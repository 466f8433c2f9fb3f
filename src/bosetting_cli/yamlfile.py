"""YAML text → plain data, with the line and column of every key and value.

PyYAML's YAML 1.1 makes `0301` 193, `no` false and `12:30` 750, and lets the last of two equal
keys win. Here a scalar is what its writer sees: true/false, a plain decimal number, or text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from bosetting_cli.errors import Problem, RulesError

if TYPE_CHECKING:
    from collections.abc import Mapping

_Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)?\.?[0-9]*([eE][-+]?[0-9]+)?")

MAX_BYTES = 1_000_000
MAX_DEPTH = 40


class _Loader(_Base):  # type: ignore[misc, valid-type]
    yaml_implicit_resolvers: Mapping[str, list[tuple[str, re.Pattern[str]]]] = {}


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML document as plain data that remembers where everything stood.

    Attributes:
        data: Dicts, lists, text, numbers, booleans and None.
        marks: Path such as ``criteria[1].weight`` → (line, column) of the value, from 1.
        key_marks: The same for the key itself.
        problems: What is wrong with the document as YAML.
    """

    data: Any
    marks: dict[str, tuple[int, int]] = field(default_factory=dict)
    key_marks: dict[str, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def join_path(parent: str, key: str | int) -> str:
    """Return the path of a key or list index below another path."""
    if isinstance(key, int):
        return f"{parent}[{key}]"
    return f"{parent}.{key}" if parent else key


def parse_yaml(text: str, file: str) -> Document:
    """Parse one YAML document.

    Args:
        text: The document.
        file: What to call it in complaints.

    Returns:
        The document; its ``problems`` hold duplicate keys, anchors, merge keys and the like.

    Raises:
        RulesError: The text is no YAML at all, is larger than 1 MB, or is nested too deeply.
    """
    _refuse_bulk(text, file)
    try:
        node = _Loader(text).get_single_node()
    except yaml.YAMLError as error:
        raise RulesError(_yaml_problem(error, file)) from None
    document = Document(data=None)
    if node is None:
        return document
    data = _plain(node, "", document, file)
    return Document(data, document.marks, document.key_marks, document.problems)


def _refuse_bulk(text: str, file: str) -> None:
    """Refuse what could take unbounded time or memory once it is built into objects."""
    if len(text) > MAX_BYTES:
        hint = f"rules have at most {MAX_BYTES:,} characters"
        raise RulesError(Problem(f"is {len(text):,} characters long", file, hint=hint))
    depth = 0
    try:
        for event in yaml.parse(text, Loader=_Base):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            mark: Any = event.start_mark
            place = (file, mark.line + 1, mark.column + 1)
            if depth > MAX_DEPTH:
                hint = f"rules nest at most {MAX_DEPTH} levels"
                raise RulesError(Problem("is nested too deeply", *place, hint=hint))
            if isinstance(event, yaml.AliasEvent):
                what = f"the alias *{event.anchor} is not understood here"
                raise RulesError(Problem(what, *place, hint="write the value out"))
    except yaml.YAMLError as error:
        raise RulesError(_yaml_problem(error, file)) from None


def _yaml_problem(error: yaml.YAMLError, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or str(error).splitlines()[0]
    hint = "indent with spaces, not tabs" if "\\t" in what or "'\t'" in what else None
    if mark is None:
        return Problem(f"is not valid YAML: {what}", file, hint=hint)
    return Problem(f"is not valid YAML: {what}", file, mark.line + 1, mark.column + 1, hint=hint)


def _plain(node: Any, path: str, document: Document, file: str) -> Any:
    document.marks[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [
            _plain(child, join_path(path, i), document, file) for i, child in enumerate(node.value)
        ]
    return _mapping(node, path, document, file)


def _mapping(node: Any, path: str, document: Document, file: str) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line, column = key_node.start_mark.line + 1, key_node.start_mark.column + 1
        if not isinstance(key_node, yaml.ScalarNode):
            what = "a key must be plain text"
            document.problems.append(Problem(what, file, line, column, path or None))
            continue
        key = key_node.value
        here = join_path(path, key)
        if key == "<<":
            what, hint = "merge keys are not understood here", "write the keys out"
            document.problems.append(Problem(what, file, line, column, here, hint=hint))
        elif key in result:
            what = f"duplicate key `{key}`, first on line {document.key_marks[here][0]}"
            document.problems.append(Problem(what, file, line, column, here))
        else:
            document.key_marks[here] = (line, column)
            result[key] = _plain(value_node, here, document, file)
    return result


def _scalar(node: Any) -> Any:
    text = node.value
    if node.style in ("'", '"', "|", ">"):
        return text
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) < 400 else text
    if _NUMBER.fullmatch(text) and any(c.isdigit() for c in text):
        return text if _leading_zero(text) else _number(text)
    return text


def _number(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _leading_zero(text: str) -> bool:
    digits = text.lstrip("+-")
    return len(digits) > 1 and digits[0] == "0" and digits[1].isdigit()
