"""A whole column of numbers as people write them → floats; never one cell by itself.

What `1.234` means is decided by the other cells of its column, or refused.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from bosetting_cli.errors import Problem, shown
from bosetting_cli.statistics.table import Place, count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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
    problems: list[Problem]
    repairs: list[Problem]


@dataclass(frozen=True, slots=True)
class _Number:
    """A cell taken apart, its marks not yet understood."""

    cell: str
    digits: str
    sign: str
    power: int
    percent: bool

    @property
    def marks(self) -> list[str]:
        return [c for c in self.digits if c in ".,"]

    def value(self, mark: str) -> float | None:
        """Return the number, given the decimal mark; None if its thousands are not in threes."""
        whole, _, decimals = self.digits.partition(mark)
        if not _GROUPED.fullmatch(whole) or not f"{decimals}0".isdigit():
            return None
        whole = re.sub("[.,]", "", whole)
        return _figure(f"{self.sign}{whole or 0}.{decimals or 0}e{self.power}")


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
    return _carefully(cells, place)


def read_counts(cells: Sequence[str], place: Place) -> Numbers:
    """Read a column of whole numbers; `1550.0` and `1 550` are such, `12.5` is not."""
    read = read_figures(cells, place)
    for i, value in enumerate(read.values):
        if value is not None and not (value.is_integer() and value < _MOST):
            what = "too large" if value.is_integer() else "not a whole number"
            read.problems.append(place.error(i, f"`{shown(cells[i])}` is {what}", cells[i]))
            read.values[i] = None
    return read


def is_figure(cell: str) -> bool:
    """Return whether a cell looks like a number in any of the forms that are read."""
    return _number(cell) is not None


def is_missing(cell: str) -> bool:
    """Return whether a cell says that there is no figure."""
    return not cell or cell.casefold() in MISSING


def _number(cell: str) -> _Number | None:
    match = _NUMBER.fullmatch(cell) if len(cell) <= _LONGEST else None
    if match is None:
        return None
    digits = re.sub(f"[{_BLANKS}]", "", match["digits"])
    percent = bool(match["percent"])
    power = int(match["power"] or 0) - 2 * percent
    return _Number(cell, digits, "-" if match["sign"] else "", power, percent)


def _carefully(cells: Sequence[str], place: Place) -> Numbers:
    numbers = {i: number for i, cell in enumerate(cells) if (number := _number(cell))}
    missing = {i: cell for i, cell in enumerate(cells) if cell and is_missing(cell)}
    problems = [
        _no_number(place, i, cell)
        for i, cell in enumerate(cells)
        if i not in numbers and not is_missing(cell)
    ]
    mixed = list(_percent_problems(numbers, place))
    problems += mixed
    mark, doubt = _decimal_mark(numbers)
    if doubt:
        return Numbers([None] * len(cells), [*problems, _ambiguous(numbers, doubt, place)], [])
    values: list[float | None] = [None] * len(cells)
    for i, number in numbers.items():
        values[i] = value = number.value(mark)
        if value is None:
            problems.append(_no_number(place, i, number.cell))
        elif value < 0:
            what, hint = f"`{shown(number.cell)}` is negative", "figures count people or are rates"
            problems.append(place.error(i, what, number.cell, hint))
    repairs = [
        *_missing_repair(missing, place),
        *([] if mixed else _percent_repair(numbers, values, place)),
        *_thousands_repair(numbers, values, mark, place),
    ]
    return Numbers(values, sorted(problems, key=lambda p: p.line or 0), repairs)


# --- which mark is the decimal one -----------------------------------------------------------


def _decimal_mark(numbers: Mapping[int, _Number]) -> tuple[str, list[int]]:
    """Decide which of dot and comma is the decimal mark in a column.

    Returns:
        The mark, and the cells in doubt: those like `1.234` if nothing in the column tells
        thousands from decimals, or those that contradict each other.
    """
    decimal: dict[str, int] = {}
    thousands: dict[str, int] = {}
    either: dict[str, int] = {}
    for i, number in numbers.items():
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


def _evidence(number: _Number) -> tuple[str, str, str]:
    """Return which mark a number shows to be decimal, to separate thousands, or either."""
    marks = number.marks
    if not marks:
        return "", "", ""
    if marks[0] != marks[-1]:
        return marks[-1], marks[0], ""
    if len(marks) > 1:
        return "", marks[0], ""
    threes = re.fullmatch("(?!0)[0-9]{1,3}[.,][0-9]{3}", number.digits)
    plain = "e" not in number.cell.casefold()
    return ("", "", marks[0]) if threes and plain else (marks[0], "", "")


# --- what is said ----------------------------------------------------------------------------


def _no_number(place: Place, i: int, cell: str) -> Problem:
    hint = "expected a number, or an empty cell where no figure is published"
    return place.error(i, f"`{shown(cell)}` is not a number", cell, hint)


def _ambiguous(numbers: Mapping[int, _Number], doubt: Sequence[int], place: Place) -> Problem:
    first, last = numbers[doubt[0]], numbers[doubt[-1]]
    if len(doubt) > 1:
        other = f"`{shown(first.cell)}` and `{shown(last.cell)}`"
        what = f"dot and comma are used in two ways, {other} (line {place.lines[doubt[-1]]})"
        hint = "write thousands without a mark, and the same decimal mark in the whole column"
    else:
        what = f"`{shown(first.cell)}` may be thousands or decimals"
        whole = re.sub("[.,]", "", first.digits)
        hint = f"nothing else in the column tells: write {whole} or {first.digits}0 instead"
    return place.error(doubt[0], what, first.cell, hint)


def _percent_problems(numbers: Mapping[int, _Number], place: Place) -> Iterator[Problem]:
    """Complain of a column in which some figures have a per cent sign; 0 needs none."""
    signed = [i for i, number in numbers.items() if number.percent]
    bare = [i for i, n in numbers.items() if not n.percent and n.digits.strip("0.,")]
    if not signed or not bare:
        return
    few = min(bare, signed, key=len)
    cell = numbers[few[0]].cell
    has, others = ("a", "the others have none") if few is signed else ("no", "the others have one")
    what = f"`{shown(cell)}` has {has} per cent sign, {others}"
    if len(few) > 1:
        what += f" (the first of {len(few)} such cells)"
    yield place.error(few[0], what, cell, "write all figures of the column with the sign, or none")


def _missing_repair(missing: Mapping[int, str], place: Place) -> Iterator[Problem]:
    if missing:
        signs = sorted(Counter(missing.values()).items())
        each = ", ".join(f"{times} `{shown(sign)}`" for sign, times in signs)
        first = next(iter(missing))
        yield place.repair(first, f"read as not published: {each}", missing[first])


def _percent_repair(
    numbers: Mapping[int, _Number], values: Sequence[float | None], place: Place
) -> Iterator[Problem]:
    signed = [i for i, number in numbers.items() if number.percent]
    if signed:
        cell = numbers[signed[0]].cell
        what = f"per cent read as parts of 1 in {count(len(signed), 'cell')}"
        yield place.repair(signed[0], f"{what}: `{cell}` is {values[signed[0]]:g}", cell)


def _thousands_repair(
    numbers: Mapping[int, _Number], values: Sequence[float | None], mark: str, place: Place
) -> Iterator[Problem]:
    grouped = [i for i, n in numbers.items() if {*n.marks} - {mark} and values[i] is not None]
    if grouped:
        cell = numbers[grouped[0]].cell
        other = "," if mark == "." else "."
        what = f"`{other}` read as a thousands separator in {count(len(grouped), 'cell')}"
        yield place.repair(grouped[0], f"{what}: `{cell}` is {values[grouped[0]]:.12g}", cell)
