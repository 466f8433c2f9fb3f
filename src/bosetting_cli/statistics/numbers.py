"""A whole column of numbers as people write them → floats; never one cell by itself.

What `1.234` means is decided by the other cells of its column, or refused.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bosetting_cli.findings import Finding, shown
from bosetting_cli.statistics.table import Place

# Not published, or not to be: Statbank's signs, IMDi's NULL, and what spreadsheets show.
MISSING = frozenset(
    (".", "..", "...", ":", "-", "–", "—", "null", "na", "n/a", "nan", "none", "#n/a", "#i/t")
)
_BLANKS = " \u00a0\u2007\u2009\u200a\u202f"
_PLAIN = frozenset("0123456789.\n")
# In a column of digits and dots, what plain conversion would misread or wave through.
_DOUBTFUL = re.compile(r"(?m)^[0-9]{1,3}\.[0-9]{3}$|^\.|\.$")
_NUMBER = re.compile(
    rf"(?P<sign>[-\u2212]?)"
    rf"(?P<digits>[0-9]{{1,3}}(?P<gap>[{_BLANKS}])[0-9]{{3}}(?:(?P=gap)[0-9]{{3}})*(?:[.,][0-9]+)?"
    rf"|[0-9]+(?:[.,][0-9]+)*|[.,][0-9]+)"
    rf"(?:[eE](?P<power>[-+]?[0-9]{{1,3}}))?"
    rf"(?P<percent>[{_BLANKS}]*%)?",
    re.ASCII,
)
_GROUPED = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{3})+|[0-9]*")
_LONGEST = 60
_MOST = 1_000_000_000
_KEPT = 15  # as many digits every float gives back


class Written(float):
    """A figure with more digits than a float keeps.

    Attributes:
        exact: The number as it was written.

    Example:
        >>> Written(Fraction("0.12345678901234567890")).exact
        Fraction(1234567890123456789, 10000000000000000000)
    """

    __slots__ = ("exact",)
    exact: Fraction

    def __new__(cls, exact: Fraction) -> Written:
        """Return the float that is nearest to a number, and the number with it."""
        written = super().__new__(cls, exact)
        written.exact = exact
        return written

    def __reduce__(self) -> tuple[type[Written], tuple[Fraction]]:
        return Written, (self.exact,)


def exact(figure: float) -> Fraction:
    """Return a figure as it was published: the decimal number in the file.

    Example:
        >>> exact(0.1), exact(Written(Fraction("0.1000000000000000055")))
        (Fraction(1, 10), Fraction(200000000000000011, 2000000000000000000))
    """
    return figure.exact if isinstance(figure, Written) else Fraction(repr(float(figure)))


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column as understood.

    Attributes:
        values: One for each cell; None: not published.
        problems: What can't be a figure.
        repairs: What was read although it is not a plain number.
    """

    values: list[float | None]
    problems: list[Finding]
    repairs: list[Finding]


def _figure(text: str) -> float | None:
    """Return a decimal number as a float that keeps all its digits; None beyond all floats."""
    value = float(text)
    if not math.isfinite(value):
        return None
    number = Fraction(text)
    return value if number == exact(value) else Written(number)


def read_figures(cells: Sequence[str], place: Place) -> Numbers:
    """Read a column of figures.

    Blanks, no-break and thin spaces between thousands, decimal commas and per cent signs
    (68 % is 0.68) are read; signs for a missing figure are None.

    Args:
        cells: The column, without blanks around the cells.
        place: Where it stands.
    """
    text = "\n".join(cells)
    longest = max(map(len, cells), default=0)
    # So short that it can't overflow.
    if longest <= _LONGEST and _PLAIN.issuperset(text) and not _DOUBTFUL.search(text):
        number = float if longest <= _KEPT else _figure
        try:
            return Numbers([number(cell) if cell else None for cell in cells], [], [])
        except ValueError:
            pass  # such as 1.2.3
    return _Carefully(cells, place).read()


def read_counts(cells: Sequence[str], place: Place) -> Numbers:
    """Read a column of whole numbers; `1550.0` and `1 550` are such, `12.5` is not."""
    read = read_figures(cells, place)
    wrong = {
        i: "too large a number" if value.is_integer() else "no whole number"
        for i, value in enumerate(read.values)
        if value is not None and not (value.is_integer() and value < _MOST)
    }
    values = [None if i in wrong else value for i, value in enumerate(read.values)]
    return Numbers(values, [*read.problems, *place.each(wrong, cells)], read.repairs)


def is_figure(cell: str) -> bool:
    """Return whether a cell looks like a number in any of the forms that are read."""
    return _match(cell) is not None


def is_missing(cell: str) -> bool:
    """Return whether a cell says that there is no figure."""
    return not cell or cell.casefold() in MISSING


def _match(cell: str) -> re.Match[str] | None:
    return _NUMBER.fullmatch(cell) if len(cell) <= _LONGEST else None


def _digits(number: re.Match[str]) -> str:
    return re.sub(f"[{_BLANKS}]", "", number["digits"])


def _marks(number: re.Match[str]) -> str:
    return re.sub("[^.,]", "", number["digits"])


def _value(number: re.Match[str], mark: str) -> float | None:
    """Return a number, given the decimal mark; None if its thousands are not in threes."""
    whole, _, decimals = _digits(number).partition(mark)
    if not _GROUPED.fullmatch(whole) or not f"{decimals}0".isdigit():
        return None
    sign, whole = "-" if number["sign"] else "", re.sub("[.,]", "", whole)
    power = int(number["power"] or 0) - (2 if number["percent"] else 0)
    return _figure(f"{sign}{whole or 0}.{decimals or 0}e{power}")


class _Carefully:
    """A column that is looked at cell by cell."""

    def __init__(self, cells: Sequence[str], place: Place) -> None:
        self.cells, self.place = cells, place
        self.numbers = {i: number for i, cell in enumerate(cells) if (number := _match(cell))}

    def read(self) -> Numbers:
        """Read it."""
        values: list[float | None] = [None] * len(self.cells)
        wrong = {
            i: "no number"
            for i, cell in enumerate(self.cells)
            if i not in self.numbers and not is_missing(cell)
        }
        mixed = self._some_per_cent()
        mark, doubt = self._decimal_mark()
        if doubt:
            unclear = [*self.place.each(wrong, self.cells), *mixed, self._ambiguous(doubt)]
            return Numbers(values, unclear, [])
        for i, number in self.numbers.items():
            values[i] = value = _value(number, mark)
            if value is None or value < 0:
                wrong[i] = "no number" if value is None else "negative"
        problems = [*self.place.each(dict(sorted(wrong.items())), self.cells), *mixed]
        repairs = list(self._repairs(values, mark, mixed=bool(mixed)))
        return Numbers(values, sorted(problems, key=lambda p: p.line or 0), repairs)

    def _repairs(
        self, values: Sequence[float | None], mark: str, *, mixed: bool
    ) -> Iterator[Finding]:
        """Say what was read although it is not a plain number."""
        known = {i: number for i, number in self.numbers.items() if values[i] is not None}
        missing = [i for i, cell in enumerate(self.cells) if cell and is_missing(cell)]
        signs = sorted(Counter(self.cells[i] for i in missing).items())
        read = {
            "read as not published": missing,
            "per cent read": [i for i, number in known.items() if number["percent"] and not mixed],
            "thousands read": [i for i, number in known.items() if {*_marks(number)} - {mark}],
        }
        given = {
            "mark": "," if mark == "." else ".",
            "signs": tuple(f"{times} `{shown(sign)}`" for sign, times in signs),
        }
        for words, rows in read.items():
            if rows:
                said = {"cells": len(rows), "figure": values[rows[0]], **given}
                yield self.place.told(rows[0], words, self.cells[rows[0]], **said)

    def _decimal_mark(self) -> tuple[str, list[int]]:
        """Decide which of dot and comma is the decimal mark in the column.

        Returns:
            The mark, and the cells in doubt: those like `1.234` if nothing in the column tells
            thousands from decimals, or those that contradict each other.
        """
        decimal: dict[str, int] = {}
        thousands: dict[str, int] = {}
        either: dict[str, int] = {}
        for i, number in self.numbers.items():
            for found, mark in zip((decimal, thousands, either), _evidence(number), strict=True):
                if mark:
                    found.setdefault(mark, i)
        if len(decimal) > 1:
            return ".", sorted(decimal.values())
        if both := set(decimal) & set(thousands):
            return ".", sorted(found[mark] for found in (decimal, thousands) for mark in both)
        if decimal:
            return next(iter(decimal)), []
        if thousands:
            return ("," if "." in thousands else "."), []
        return ".", sorted(either.values())

    def _wrong(self, i: int, words: str, **said: object) -> Finding:
        return self.place.wrong(i, words, self.cells[i], **said)

    def _ambiguous(self, doubt: Sequence[int]) -> Finding:
        if len(doubt) > 1:
            line, last = self.place.lines[doubt[-1]], shown(self.cells[doubt[-1]])
            return self._wrong(doubt[0], "dot and comma", last=last, line=line)
        digits = _digits(self.numbers[doubt[0]])
        whole = re.sub("[.,]", "", digits)
        return self._wrong(doubt[0], "thousands or decimals", whole=whole, digits=digits)

    def _some_per_cent(self) -> list[Finding]:
        """Complain of a column in which some figures have a per cent sign; 0 needs none."""
        signed = [i for i, number in self.numbers.items() if number["percent"]]
        bare = [i for i, n in self.numbers.items() if not n["percent"] and n["digits"].strip("0.,")]
        if not signed or not bare:
            return []
        few = min(bare, signed, key=len)
        has = "per cent here" if few is signed else "no per cent here"
        more = "first of such cells" if len(few) > 1 else ""
        return [self._wrong(few[0], "per cent mixed", has=has, more=more, count=len(few))]


def _evidence(number: re.Match[str]) -> tuple[str, str, str]:
    """Return which mark a number shows to be decimal, to separate thousands, or either."""
    marks = _marks(number)
    if not marks:
        return "", "", ""
    if marks[0] != marks[-1]:
        return marks[-1], marks[0], ""
    if len(marks) > 1:
        return "", marks[0], ""
    threes = re.fullmatch("(?!0)[0-9]{1,3}[.,][0-9]{3}", _digits(number))
    return ("", "", marks) if threes and not number["power"] else (marks, "", "")
