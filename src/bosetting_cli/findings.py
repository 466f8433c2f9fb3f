"""What can be wrong with the input, told so that it can be mended."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from bosetting_cli.words import is_told, told


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is said of data, rules or a result: what, where, and what to do.

    Attributes:
        words: The key of the sentence in the catalogue; its remedy has the same with `` remedy``.
        file: The file as the user named it; None where no file is to blame.
        line: Line in the file, the first is 1; None where the whole file is meant.
        column: A column's name in a table; in YAML the position in the line.
        key: Path of a key in the rules, such as ``criteria[1].weight``.
        value: The offending text.
        severity: ``error``, ``warning`` for what does not stop the work, or ``note``.
        kind: What machines call it: ``tie``, ``imputed``, ``hindsight`` …; may be empty.
        values: What fills the sentence, by name.
    """

    words: str
    file: str | None = None
    line: int | None = None
    column: str | int | None = None
    key: str | None = None
    value: str | None = None
    severity: str = "error"
    kind: str = ""
    values: tuple[tuple[str, object], ...] = ()

    def said(self, lang: str = "en") -> str:
        """Return what is said, without its place and remedy."""
        return told(self.words, lang, **self._filled())

    def _filled(self) -> dict[str, object]:
        return {
            "column": self.column,
            "key": self.key,
            "value": shown(self.value or ""),
            **dict(self.values),
        }

    def advice(self) -> Finding | None:
        """Return what was expected or what to do, as a finding; None if nothing can be told."""
        own, given = f"{self.words} remedy", dict(self.values).get("remedy")
        if isinstance(given, Finding):
            return given
        return dataclasses.replace(self, words=own) if is_told(own) else None

    def remedy(self, lang: str = "en") -> str | None:
        """Return what was expected or what to do, if anything can be told."""
        return (advice.said(lang) or None) if (advice := self.advice()) else None

    @property
    def message(self) -> str:
        """What is said, in English."""
        return self.said()

    @property
    def text(self) -> str:
        """What is said in English, with its place and remedy."""
        return str(self)

    def place(self) -> str:
        """Return where it is, as ``file:line:column`` with what is known."""
        parts = [self.file] if self.file else []
        if self.line is not None:
            parts.append(str(self.line))
            if isinstance(self.column, int):
                parts.append(str(self.column))
        return ":".join(parts)

    def in_short(self, lang: str = "en") -> str:
        """Return place and sentence."""
        name = self.key or (self.column if isinstance(self.column, str) else None)
        where = [text for text in (self.place(), name) if text]
        return ": ".join([*where, self.said(lang)])

    def in_full(self, lang: str = "en") -> str:
        """Return place, sentence and remedy."""
        remedy = self.remedy(lang)
        return f"{self.in_short(lang)}\n  {remedy}" if remedy else self.in_short(lang)

    def of_its_kind(self, lang: str = "en") -> str:
        """Return its kind, as people call it, and all that it says."""
        kind = self.kind or self.severity
        word = told(f"said {kind}", lang) if is_told(f"said {kind}") else kind
        return f"{word}: {self.in_full(lang)}"

    def __str__(self) -> str:
        return self.in_full()


_PLACE = ("file", "line", "column", "key", "severity", "kind")


def finding(
    words: str, values: Mapping[str, object] = MappingProxyType({}), **more: Any
) -> Finding:
    """Return a finding that the catalogue has the words of.

    Args:
        words: The key of the sentence; its remedy has the same with `` remedy``, unless `remedy`
            among the values is a finding that says it.
        values: What fills it: text, numbers, lists, and findings that are said in its language.
        more: `file`, `line`, `column`, `key`, `severity` and `kind` as in `Finding`, and `cell`,
            its `value`; what is called otherwise fills it too.

    Example:
        >>> str(finding("no room", key="of_which", name="minors", value=12, room=8))
        'of_which: minors: 12 to settle, but those that can receive them have room for 8 in all'
    """
    place = {name: more.pop(name) for name in _PLACE if name in more}
    value = more.pop("cell", None)
    return Finding(words, value=value, values=(*values.items(), *more.items()), **place)


class BosettingError(Exception):
    """Base of all errors that the input is to blame for.

    Attributes:
        problems: Everything found wrong, in the order of the files.
        lang: Language to tell it in.
    """

    lang = "en"

    def __init__(self, problems: Finding | Iterable[Finding]) -> None:
        self.problems = (problems,) if isinstance(problems, Finding) else tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class DataError(BosettingError):
    """The statistics can't be used as they are."""


class RulesError(BosettingError):
    """The rules are not well formed, or ask for what can't be."""


class AllocationError(BosettingError):
    """Rules and statistics are fine by themselves but admit no allocation."""


def weighed(findings: Iterable[Finding], *, strict: bool) -> list[Finding]:
    """Return findings as they count: with `strict` each is an error, whoever found it.

    Example:
        >>> weighed([Finding("not read", severity="warning")], strict=True)[0].severity
        'error'
    """
    return [dataclasses.replace(one, severity="error") if strict else one for one in findings]


def meant(word: str, known: Iterable[str]) -> Finding | None:
    """Return the remedy that names the nearest known word to a misspelt one, if one is near.

    Example:
        >>> str(meant("wieght", ["weight", "years"]))
        'did you mean `weight`?'
    """
    from difflib import get_close_matches

    if len(word) > 100:  # the comparison takes quadratic time, and nobody mistypes that much
        return None
    near = get_close_matches(word.casefold(), list(known), n=1, cutoff=0.6)
    return finding("near", name=near[0]) if near else None


def advised(word: str, columns: Iterable[str]) -> Finding | None:
    """Return the remedy that names the column nearest to a misspelt one, or else all."""
    known = tuple(sorted(columns))
    return meant(word, known) or (finding("the columns are", columns=known) if known else None)


def install(extra: str) -> str:
    """Return a hint that says how to get an extra, from where the program came from.

    By path: whoever likes may put another package on an index under the bare name.

    Example:
        >>> install("excel")
        "pip install 'path/to/checkout[excel]', or the wheel's path instead"
    """
    return f"pip install 'path/to/checkout[{extra}]', or the wheel's path instead"


def shown(text: str, limit: int = 60) -> str:
    r"""Return the user's text as it can stand in a message: on one line, and not too long.

    Example:
        >>> shown("two\nlines"), shown("a" * 9, limit=5)
        ('two\\nlines', 'aaaa…')
    """
    cut = text if len(text) <= limit else f"{text[: limit - 1]}…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)


def some(items: Iterable[str], limit: int = 5) -> str:
    """Return the first few items of a list in words, and how many more there are.

    Example:
        >>> some(["0101", "0104", "0105"], limit=2)
        '0101, 0104 and 1 more'
    """
    given = list(items)
    text = ", ".join(given[:limit])
    return text if len(given) <= limit else f"{text} and {len(given) - limit} more"
