"""What can be wrong with the input, told so that it can be mended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: what, where, and what to do.

    Attributes:
        message: What is wrong, in one sentence without a full stop.
        file: The file as the user named it; None where no file is to blame.
        line: Line in the file, the first is 1; None where the whole file is meant.
        column: A column's name in a table; in YAML the position in the line.
        key: Path of a key in the rules, such as ``criteria[1].weight``.
        value: The offending text.
        hint: What was expected or what to do.
        severity: ``error``, or ``warning`` for what does not stop the work.
    """

    message: str
    file: str | None = None
    line: int | None = None
    column: str | int | None = None
    key: str | None = None
    value: str | None = None
    hint: str | None = None
    severity: str = "error"

    def place(self) -> str:
        """Return where it is, as ``file:line:column`` with what is known."""
        parts = [self.file] if self.file else []
        if self.line is not None:
            parts.append(str(self.line))
            if isinstance(self.column, int):
                parts.append(str(self.column))
        return ":".join(parts)

    def __str__(self) -> str:
        name = self.key or (self.column if isinstance(self.column, str) else None)
        where = [text for text in (self.place(), name) if text]
        text = ": ".join([*where, self.message])
        return f"{text}\n  {self.hint}" if self.hint else text


class BosettingError(Exception):
    """Base of all errors that the input is to blame for.

    Attributes:
        problems: Everything found wrong, in the order of the files.
    """

    def __init__(self, problems: Problem | str | Iterable[Problem]) -> None:
        if isinstance(problems, str):
            problems = Problem(problems)
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class DataError(BosettingError):
    """The statistics can't be used as they are."""


class RulesError(BosettingError):
    """The rules are not well formed, or ask for what can't be."""


class AllocationError(BosettingError):
    """Rules and statistics are fine by themselves but admit no allocation."""


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return a hint that names the known word nearest to a misspelt one, if one is near.

    Example:
        >>> did_you_mean("wieght", ["weight", "years"])
        'did you mean `weight`?'
    """
    from difflib import get_close_matches

    if len(word) > 100:  # the comparison takes quadratic time, and nobody mistypes that much
        return None
    near = get_close_matches(word.casefold(), list(known), n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else None


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
