"""YAML text → plain data, with the line and column of every key and value.

PyYAML's YAML 1.1 makes `0301` 193, `no` false and `12:30` 750, and lets the last of two equal
keys win. Here a scalar is what its writer sees: true/false, a plain decimal number, or text.
The data are made of the parser's events, not of its nodes: those no longer tell a tag that was
written from one that was guessed, nor where an alias stood.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

import yaml

from bosetting_cli.findings import DataError, Finding, RulesError, finding, shown
from bosetting_cli.statistics.decoding import read_bytes

_Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
DECIMAL = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
_MAX_PROBLEMS = 100
_LONGESTDECIMAL = 400
Mark: TypeAlias = tuple[int, int]
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may hold.

    Attributes:
        what: What the file holds, as remedies call it.
        characters: The most characters.
        values: The most keys and values.
    """

    what: str
    characters: int
    values: int


RULES = Limits("rules", MAX_BYTES, 20_000)


@dataclass(slots=True)
class Document:
    """A YAML document as plain data that remembers where everything stood.

    Attributes:
        data: Dicts, lists, text, numbers, booleans and None.
        marks: Path such as ``criteria[1].weight`` → (line, column) of the value, from 1.
        key_marks: The same for the key itself.
        problems: What is wrong with the document as YAML.
        unread: Paths whose values were not understood, so that nothing more is said of them.
        file: What to call it in complaints.
    """

    data: Any = None
    marks: dict[str, Mark] = field(default_factory=dict)
    key_marks: dict[str, Mark] = field(default_factory=dict)
    problems: list[Finding] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    file: str | None = None

    def place(self, path: str) -> tuple[int | None, int | None]:
        """Return line and column of a value, or of what it would stand in."""
        while path and path not in self.marks:
            path = path.rpartition("[" if path.endswith("]") else ".")[0]
        return self.marks.get(path, (None, None))

    def told(self, words: str, key: str, place: Mark | None = None, /, **values: object) -> Finding:
        """Return what is said of a key, or of another place."""
        line, column = place or self.place(key)
        at = shown(key, 200) or None
        return finding(words, values, file=self.file, line=line, column=column, key=at)


def join_path(parent: str, key: str | int) -> str:
    """Return the path of a key or list index below another path.

    Example:
        >>> join_path(join_path("criteria", 1), "weight")
        'criteria[1].weight'
    """
    if isinstance(key, int):
        return f"{parent}[{key}]"
    return f"{parent}.{key}" if parent else key


def read_text(path: Path, name: str, limits: Limits = RULES) -> str:
    """Return the text of a file of YAML.

    Args:
        path: The file.
        name: What to call it in complaints.
        limits: How large it may be.

    Raises:
        RulesError: It can't be read, is too large, or is not UTF-8.
    """
    try:
        content = read_bytes(path, name, limits.characters)
    except DataError as error:
        raise RulesError(error.problems) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        words = "is utf-16" if content.startswith(_UTF16) else "not utf-8"
        line = content.count(b"\n", 0, error.start) + 1
        raise RulesError(finding(words, file=name, line=line)) from None


def parse_yaml(text: str, file: str, limits: Limits = RULES, *, marked: bool = True) -> Document:
    """Parse one YAML document.

    Args:
        text: The document.
        file: What to call it in complaints.
        limits: How large it may be.
        marked: Remember where everything stood, which takes several times the data's memory.

    Returns:
        The document; its ``problems`` hold duplicate keys, aliases, merge keys and the like.

    Raises:
        RulesError: The text is no YAML at all, is too large, or is nested too deeply.
    """
    if len(text) > limits.characters:
        said = {"count": len(text), "what": limits.what, "most": limits.characters}
        raise RulesError(finding("yaml too long", said, file=file))
    text = unicodedata.normalize("NFC", text)  # as tables are read
    document = Document(file=file)
    try:
        _Reader(text, document, limits, marked).read()
    except yaml.YAMLError as error:
        raise RulesError([*document.problems, _not_valid(error, text, file)]) from None
    except UnicodeEncodeError:
        raise RulesError(finding("half a surrogate pair", file=file)) from None
    return document


def _not_valid(error: Any, text: str, file: str) -> Finding:
    if isinstance(error, yaml.MarkedYAMLError):
        mark: Any = error.problem_mark
        what, line, column = str(error.problem), mark.line + 1, mark.column + 1
    else:  # a character that YAML doesn't allow; its position is in bytes
        before = text.encode()[: error.position].decode()
        what, line = error.reason, before.count("\n") + 1
        column = len(before) - before.rfind("\n")
    words, there = "not valid yaml", text.split("\n")[line - 1 : line]
    if there and there[0][column - 1 : column] == "\t":
        words = "tab in yaml"
    elif "control characters" in what:
        words = "control character in yaml"
    elif "mapping values" in what:
        words = "colon in yaml"
    return finding(words, file=file, line=line, column=column, what=what)


@dataclass
class _Reader:
    """Makes a document of the parser's events."""

    text: str
    document: Document
    limits: Limits
    marked: bool
    kept: bool = True

    def read(self) -> None:
        """Read the whole text."""
        self.events = self._events()
        for event in self.events:  # once, unless the text is empty
            self.document.data = self._value(event, "")

    def _events(self) -> Iterator[Any]:
        """Yield the events that begin, end or are a value; refuse more than the file may hold."""
        loader, most = _Parser(self.text), self.limits.values
        documents = values = depth = 0
        try:
            while loader.check_event():
                event = loader.get_event()
                documents += isinstance(event, yaml.DocumentStartEvent)
                values += isinstance(event, yaml.NodeEvent)
                depth += isinstance(event, yaml.CollectionStartEvent)
                depth -= isinstance(event, yaml.CollectionEndEvent)
                if documents > 1:
                    self._refuse(event, "second document")
                if values > most:
                    self._refuse(event, "too many values", what=self.limits.what, most=most)
                if depth > MAX_DEPTH:
                    self._refuse(event, "too deep", what=self.limits.what, most=MAX_DEPTH)
                if isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
                    yield event
        finally:
            loader.dispose()

    def _within(self) -> Iterator[Any]:
        """Yield the first event of each entry, until the list or mapping ends."""
        for event in self.events:
            if isinstance(event, yaml.CollectionEndEvent):
                return
            yield event

    def _value(self, event: Any, path: str) -> Any:
        """Return the value that begins with an event and stands at a path."""
        self._mark(self.document.marks, path, event)
        self._refuse_tag(event, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return [self._value(e, join_path(path, i)) for i, e in enumerate(self._within())]
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.AliasEvent):
            self._complain(event, "alias", path, path, name=shown(str(event.anchor)))
            return None
        return event.value if event.style else scalar(event.value)

    def _mapping(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for event in self._within():
            if not isinstance(event, yaml.ScalarEvent):
                self._refuse(event, "key is no text")
            key, here, kept = event.value, join_path(path, event.value), self.kept
            self._refuse_tag(event, here)
            if merged := key == "<<" and not event.style:
                self._complain(event, "merge key", here, path)
            elif key in lines:
                self._complain(event, "duplicate key", here, name=shown(key), first=lines[key])
            self.kept = kept and not merged and key not in lines  # a second key is dropped
            if self.kept:
                lines[key] = _place(event)[0]
                self._mark(self.document.key_marks, here, event)
            value = self._value(next(self.events), here)
            if self.kept:
                found[key] = value
            self.kept = kept
        return found

    def _mark(self, marks: dict[str, Mark], path: str, event: Any) -> None:
        if self.marked and self.kept:
            marks[path] = _place(event)

    def _refuse_tag(self, event: Any, path: str) -> None:
        tag = getattr(event, "tag", None)
        if tag not in (None, "!"):
            name = shown(tag.replace("tag:yaml.org,2002:", "!!"))
            self._complain(event, "tag", path, path, name=name)

    def _complain(
        self, event: Any, words: str, path: str, unread: str | None = None, **values: object
    ) -> None:
        """Note what is wrong at a path, and which path nothing more need be said of."""
        if len(self.document.problems) >= _MAX_PROBLEMS:
            self._refuse(event, "reading stopped")
        if unread is not None:
            self.document.unread.add(unread)
        self.document.problems.append(self.document.told(words, path, _place(event), **values))

    def _refuse(self, event: Any, words: str, **values: object) -> NoReturn:
        final = self.document.told(words, "", _place(event), **values)
        raise RulesError([*self.document.problems, final])


def _place(event: Any) -> Mark:
    return event.start_mark.line + 1, event.start_mark.column + 1


def scalar(text: str) -> Any:
    """Return what an unquoted scalar means: null, true, false, a decimal number, or its text.

    A number with more digits than can be kept is text, lest it be rounded in silence.

    Example:
        >>> scalar("0301"), scalar("no"), scalar("4400"), scalar("0.5"), scalar("12:30")
        ('0301', 'no', 4400, 0.5, '12:30')
    """
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if len(text) > _LONGESTDECIMAL or not DECIMAL.fullmatch(text):
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    number = float(text)
    if math.isfinite(number) and Decimal(repr(number)) != Decimal(text):
        return text
    return int(number) if number.is_integer() and abs(number) < 2**53 else number
