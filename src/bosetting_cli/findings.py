"""What can be wrong with the input, told so that it can be mended."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from bosetting_cli.words import has_remedy, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is said of data, rules or a result: what, where, and what to do.

    Attributes:
        plain: What is said, in one English sentence without a full stop; empty if `words` say it.
        file: The file as the user named it; None where no file is to blame.
        line: Line in the file, the first is 1; None where the whole file is meant.
        column: A column's name in a table; in YAML the position in the line.
        key: Path of a key in the rules, such as ``criteria[1].weight``.
        value: The offending text.
        hint: What was expected or what to do, in English.
        severity: ``error``, ``warning`` for what does not stop the work, or ``note``.
        kind: What machines call it: ``tie``, ``imputed``, ``hindsight`` …; may be empty.
        words: The key of the sentence in the catalogue; its remedy has the same with `` remedy``.
        values: What fills the sentence, by name.
    """

    plain: str = ""
    file: str | None = None
    line: int | None = None
    column: str | int | None = None
    key: str | None = None
    value: str | None = None
    hint: str | None = None
    severity: str = "error"
    kind: str = ""
    words: str = ""
    values: tuple[tuple[str, object], ...] = ()

    def said(self, lang: str = "en") -> str:
        """Return what is said, without its place and remedy."""
        return told(self.words, lang, **self._filled()) if self.words else self.plain

    def _filled(self) -> dict[str, object]:
        return _filled(self.column, self.key, self.value, dict(self.values))

    def remedy(self, lang: str = "en") -> str | None:
        """Return what was expected or what to do, if anything can be told."""
        if not self.words or not has_remedy(self.words):
            return self.hint
        return told(f"{self.words} remedy", lang, **self._filled()) or None

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

    def in_full(self, lang: str = "en") -> str:
        """Return place, sentence and remedy."""
        return "\n  ".join(filter(None, (self.in_short(lang), self.remedy(lang))))

    def in_short(self, lang: str = "en") -> str:
        """Return place and sentence."""
        name = self.key or (self.column if isinstance(self.column, str) else None)
        return ": ".join(filter(None, (self.place(), name, self.said(lang))))

    def __str__(self) -> str:
        return self.in_full()


Problem = Finding


def _filled(
    column: object, key: str | None, value: str | None, values: Mapping[str, object]
) -> dict[str, object]:
    """Return what the words of a finding may name: where it is, the cell, and its own values."""
    return {"column": column, "key": key, "value": shown(value or ""), **values}


def finding(
    words: str,
    values: Mapping[str, object] = MappingProxyType({}),
    *,
    severity: str = "error",
    kind: str = "",
    key: str | None = None,
    file: str | None = None,
    line: int | None = None,
    column: str | int | None = None,
    cell: str | None = None,
    **more: object,
) -> Finding:
    """Return a finding that the catalogue has the words of.

    Args:
        words: The key of the sentence.
        values: What fills it.
        severity: As in `Finding`, and so are the next five.
        kind: What machines call it.
        key: Path of a key in the rules.
        file: The file.
        line: The line.
        column: The column.
        cell: The offending text, which `{value}` in the words shows.
        more: What else fills it.

    Example:
        >>> str(finding("no room", key="of_which", name="minors", value=12, room=8))
        'of_which: minors: 12 to settle, but those that can receive them have room for 8 in all'
    """
    filled = _filled(column, key, cell, {**values, **more})
    return Finding(
        hint=(told(f"{words} remedy", **filled) or None) if has_remedy(words) else None,
        file=file,
        line=line,
        column=column,
        key=key,
        value=cell,
        severity=severity,
        kind=kind,
        words=words,
        values=(*values.items(), *more.items()),
    )


class BosettingError(Exception):
    """Base of all errors that the input is to blame for.

    Attributes:
        problems: Everything found wrong, in the order of the files.
    """

    def __init__(self, problems: Finding | str | Iterable[Finding]) -> None:
        if isinstance(problems, str):
            problems = Finding(problems)
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
        >>> weighed([Finding("odd", severity="warning")], strict=True)[0].severity
        'error'
    """
    return [dataclasses.replace(one, severity="error") if strict else one for one in findings]


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word nearest to a misspelt one, if one is near."""
    from difflib import get_close_matches

    if len(word) > 100:  # the comparison takes quadratic time, and nobody mistypes that much
        return None
    return next(iter(get_close_matches(word.casefold(), list(known), n=1, cutoff=0.6)), None)


def advised(word: str, columns: Iterable[str]) -> dict[str, object]:
    """Return what fills a remedy with the column nearest to a misspelt one, or with all."""
    known = tuple(sorted(columns))
    near = nearest(word, known)
    advice = "did you mean it" if near else "the columns are" if known else ""
    return {"near": near, "columns": known, "advice": advice}


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return a hint that names the nearest known word, if one is near.

    Example:
        >>> did_you_mean("wieght", ["weight", "years"])
        'did you mean `weight`?'
    """
    near = nearest(word, known)
    return f"did you mean `{near}`?" if near else None


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
