"""YAML text → plain data, with the line and column of every key and value.

PyYAML's YAML 1.1 makes `0301` 193, `no` false and `12:30` 750, and lets the last of two equal
keys win. Here a scalar is what its writer sees: true/false, a plain decimal number, or text.
The data are made of the parser's events, not of its nodes: those no longer tell a tag that was
written from one that was guessed, nor where an alias stood.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

import yaml

from bosetting_cli.findings import Problem, RulesError, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

_Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
_MAX_PROBLEMS = 100
_LONGEST_NUMBER = 400


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may hold.

    Attributes:
        what: What the file holds, as hints call it.
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
    """

    data: Any = None
    marks: dict[str, tuple[int, int]] = field(default_factory=dict)
    key_marks: dict[str, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)


def join_path(parent: str, key: str | int) -> str:
    """Return the path of a key or list index below another path.

    Example:
        >>> join_path(join_path("criteria", 1), "weight")
        'criteria[1].weight'
    """
    if isinstance(key, int):
        return f"{parent}[{key}]"
    return f"{parent}.{key}" if parent else key


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
        hint = f"{limits.what} have at most {limits.characters:,} characters"
        raise RulesError(Problem(f"is {len(text):,} characters long", file, hint=hint))
    text = unicodedata.normalize("NFC", text)  # as tables are read
    document = Document()
    try:
        _Reader(text, file, document, limits, marked=marked).read()
    except yaml.YAMLError as error:
        raise RulesError([*document.problems, _yaml_problem(error, text, file)]) from None
    except UnicodeEncodeError:
        raise RulesError(Problem("holds half of a surrogate pair", file)) from None
    return document


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


class _Reader:
    """Makes a document of the parser's events."""

    def __init__(
        self, text: str, file: str, document: Document, limits: Limits, *, marked: bool
    ) -> None:
        self.file = file
        self.document = document
        self.limits = limits
        self.marked = marked
        self.events = self._events(text)

    def read(self) -> None:
        """Read the whole text."""
        for event in self.events:  # once, unless the text is empty
            self.document.data = self._value(event, "", kept=True)

    def _events(self, text: str) -> Iterator[Any]:
        """Yield the events that begin, end or are a value; refuse more than the file may hold."""
        loader = _Parser(text)
        documents = values = depth = 0
        try:
            while loader.check_event():
                event = loader.get_event()
                documents += isinstance(event, yaml.DocumentStartEvent)
                values += isinstance(event, yaml.NodeEvent)
                depth += isinstance(event, yaml.CollectionStartEvent)
                depth -= isinstance(event, yaml.CollectionEndEvent)
                if documents > 1:
                    self._refuse(event, "a second document begins", "one file holds one document")
                if values > self.limits.values:
                    hint = f"{self.limits.what} hold at most {self.limits.values:,}"
                    self._refuse(event, "has too many keys and values", hint)
                if depth > MAX_DEPTH:
                    hint = f"{self.limits.what} nest at most {MAX_DEPTH} levels"
                    self._refuse(event, "is nested too deeply", hint)
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

    def _value(self, event: Any, path: str, *, kept: bool) -> Any:
        """Return the value that begins with an event.

        Args:
            event: Its first.
            path: Where it stands.
            kept: Whether it is part of the document; what stands under a second key is not.
        """
        if kept and self.marked:
            self.document.marks[path] = _place(event)
        self._refuse_tag(event, path)
        if isinstance(event, yaml.SequenceStartEvent):
            entries = enumerate(self._within())
            return [self._value(entry, join_path(path, i), kept=kept) for i, entry in entries]
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path, kept=kept)
        if isinstance(event, yaml.AliasEvent):
            what = f"the alias *{shown(str(event.anchor))} is not understood here"
            self._complain(event, what, path, "write the value out")
            self.document.unread.add(path)
            return None
        return event.value if event.style else scalar(event.value)

    def _mapping(self, path: str, *, kept: bool) -> dict[str, Any]:
        found: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for event in self._within():
            if not isinstance(event, yaml.ScalarEvent):
                hint = "text that holds brackets or a star needs quotation marks"
                self._refuse(event, "a key must be plain text", hint)
            keeps = kept and self._is_new(event, path, lines)
            here = join_path(path, event.value)
            if keeps:
                lines[event.value] = _place(event)[0]
            if keeps and self.marked:
                self.document.key_marks[here] = _place(event)
            value = self._value(next(self.events), here, kept=keeps)
            if keeps:
                found[event.value] = value
        return found

    def _is_new(self, event: Any, path: str, known: dict[str, int]) -> bool:
        """Return whether a key may stand here, given those known with their lines; complain."""
        here = join_path(path, event.value)
        self._refuse_tag(event, here)
        if event.value == "<<" and not event.style:
            what = "merge keys are not understood here"
            self._complain(event, what, here, "write the keys out")
            self.document.unread.add(path)
        elif event.value in known:
            what = f"duplicate key `{shown(event.value)}`, first on line {known[event.value]}"
            self._complain(event, what, here)
        else:
            return True
        return False

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
        if not number and re.search("[1-9]", re.split("[eE]", text)[0]):
            return text  # nearer to 0 than a number can be
        return int(number) if number.is_integer() and abs(number) < 2**53 else number
    return text
