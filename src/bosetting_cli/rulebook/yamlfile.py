"""YAML text → plain data, with the line and column of every key and value.

PyYAML's YAML 1.1 makes `0301` 193, `no` false and `12:30` 750, and lets the last of two equal
keys win. Here a scalar is what its writer sees: true/false, a plain decimal number, or text.
The data are built from the parser's events, so that nothing nests, repeats or refers to itself
beyond what the text itself holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

import yaml

from bosetting_cli.errors import Problem, RulesError, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

_Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_VALUES = 20_000
_MAX_PROBLEMS = 100
_LONGEST_NUMBER = 400


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML document as plain data that remembers where everything stood.

    Attributes:
        data: Dicts, lists, text, numbers, booleans and None.
        marks: Path such as ``criteria[1].weight`` → (line, column) of the value, from 1.
        key_marks: The same for the key itself.
        problems: What is wrong with the document as YAML.
        unread: Paths whose values were not understood, so that nothing more is said of them.
    """

    data: Any
    marks: dict[str, tuple[int, int]] = field(default_factory=dict)
    key_marks: dict[str, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)


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
        The document; its ``problems`` hold duplicate keys, aliases, merge keys and the like.

    Raises:
        RulesError: The text is no YAML at all, is larger than 1 MB, or is nested too deeply.
    """
    if len(text) > MAX_BYTES:
        hint = f"rules have at most {MAX_BYTES:,} characters"
        raise RulesError(Problem(f"is {len(text):,} characters long", file, hint=hint))
    builder = _Builder(file)
    try:
        for event in _events(text):
            builder.take(event)
    except yaml.YAMLError as error:
        raise RulesError([*builder.document.problems, _yaml_problem(error, text, file)]) from None
    except UnicodeEncodeError:
        raise RulesError(Problem("holds half of a surrogate pair", file)) from None
    data = builder.root[0] if builder.root else None
    kept = builder.document
    return Document(data, kept.marks, kept.key_marks, kept.problems, kept.unread)


def _events(text: str) -> Iterator[Any]:
    loader = _Parser(text)
    try:
        while loader.check_event():
            yield loader.get_event()
    finally:
        loader.dispose()


def _yaml_problem(error: Any, text: str, file: str) -> Problem:
    if isinstance(error, yaml.MarkedYAMLError):
        mark: Any = error.problem_mark
        what, line, column = str(error.problem), mark.line + 1, mark.column + 1
    else:  # a character that YAML doesn't allow; its position is in bytes
        before = text.encode()[: error.position].decode()
        what, line = error.reason, before.count("\n") + 1
        column = len(before) - before.rfind("\n")
    there = text.split("\n")[line - 1 : line]
    hint = _advice(what, there[0][column - 1 : column] if there else "")
    return Problem(f"is not valid YAML: {what}", file, line, column, hint=hint)


def _advice(what: str, character: str) -> str | None:
    if character == "\t":
        return "indent with spaces, not tabs"
    if "control characters" in what:
        return "remove the invisible character"
    if "mapping values" in what:
        return "text that holds a colon and a blank needs quotation marks"
    return None


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet.

    Attributes:
        value: What it holds so far.
        path: Where it stands.
        key: The key whose value comes next; None in a list, or where a key comes next.
        kept: Whether it is part of the document; what stands under a second key is not.
        keeps: Whether the value that comes next is.
    """

    value: list[Any] | dict[str, Any]
    path: str
    kept: bool
    key: str | None = None
    keeps: bool = True


class _Builder:
    """Puts the parser's events together."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: list[Any] = []
        self.document = Document(None)
        self.stack: list[_Open] = []
        self.values = 0
        self.documents = 0

    def take(self, event: Any) -> None:
        """Add one event to the document."""
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents == 2:
                self._refuse(event, "a second document begins", "one file holds one document")
        elif isinstance(event, yaml.CollectionEndEvent):
            self.stack.pop()
        elif isinstance(event, yaml.NodeEvent):
            self.values += 1
            if self.values > MAX_VALUES:
                hint = f"rules hold at most {MAX_VALUES:,}"
                self._refuse(event, "has too many keys and values", hint)
            parent = self.stack[-1] if self.stack else None
            if parent and isinstance(parent.value, dict) and parent.key is None:
                self._key(event, parent, parent.value)
            else:
                self._value(event, parent)

    def _key(self, event: Any, parent: _Open, known: dict[str, Any]) -> None:
        if not isinstance(event, yaml.ScalarEvent):
            hint = "text that holds brackets or a star needs quotation marks"
            self._refuse(event, "a key must be plain text", hint)
        key = event.value
        here = join_path(parent.path, key)
        self._refuse_tag(event, here)
        parent.key, parent.keeps = key, parent.kept
        if key == "<<" and not event.style:
            hint = "write the keys out"
            self._complain(event, "merge keys are not understood here", here, hint)
            self.document.unread.add(parent.path)
            parent.keeps = False
        elif key in known and parent.kept:
            first = self.document.key_marks[here][0]
            self._complain(event, f"duplicate key `{shown(key)}`, first on line {first}", here)
            parent.keeps = False
        elif parent.kept:
            self.document.key_marks[here] = _place(event)

    def _value(self, event: Any, parent: _Open | None) -> None:
        path, kept = "", True
        if parent is not None:
            step = len(parent.value) if isinstance(parent.value, list) else parent.key or ""
            path, kept = join_path(parent.path, step), parent.kept and parent.keeps
        if kept:
            self.document.marks[path] = _place(event)
        self._refuse_tag(event, path)
        value: Any
        if isinstance(event, yaml.CollectionStartEvent):
            value = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        else:
            value = self._single(event, path)
        self._put(parent, value)
        if isinstance(event, yaml.CollectionStartEvent):
            self.stack.append(_Open(value, path, kept))
            if len(self.stack) > MAX_DEPTH:
                self._refuse(
                    event, "is nested too deeply", f"rules nest at most {MAX_DEPTH} levels"
                )

    def _put(self, parent: _Open | None, value: Any) -> None:
        if parent is None:
            self.root.append(value)
        elif isinstance(parent.value, list):
            parent.value.append(value)
        else:
            if parent.keeps and parent.key is not None:
                parent.value[parent.key] = value
            parent.key = None

    def _single(self, event: Any, path: str) -> Any:
        if isinstance(event, yaml.AliasEvent):
            what = f"the alias *{shown(str(event.anchor))} is not understood here"
            self._complain(event, what, path, "write the value out")
            self.document.unread.add(path)
            return None
        return event.value if event.style else scalar(event.value)

    def _refuse_tag(self, event: Any, path: str) -> None:
        tag = getattr(event, "tag", None)
        if tag not in (None, "!"):
            name = shown(tag.replace("tag:yaml.org,2002:", "!!"))
            hint = "leave it out; text is put in quotation marks"
            self._complain(event, f"the tag {name} is not understood here", path, hint)
            self.document.unread.add(path)

    def _complain(self, event: Any, what: str, path: str, hint: str | None = None) -> None:
        if len(self.document.problems) >= _MAX_PROBLEMS:
            self._refuse(event, "and more of that kind; reading stopped here", None)
        problem = Problem(what, self.file, *_place(event), key=shown(path) or None, hint=hint)
        self.document.problems.append(problem)

    def _refuse(self, event: Any, what: str, hint: str | None) -> NoReturn:
        final = Problem(what, self.file, *_place(event), hint=hint)
        raise RulesError([*self.document.problems, final])


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def scalar(text: str) -> Any:
    """Return what an unquoted scalar means: null, true, false, a decimal number, or its text.

    Example:
        >>> scalar("0301"), scalar("no"), scalar("4400"), scalar("0.5"), scalar("12:30")
        ('0301', 'no', 4400, 0.5, '12:30')
    """
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if len(text) > _LONGEST_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text):
        number = float(text)
        return int(number) if number.is_integer() and abs(number) < 2**53 else number
    return text
