"""A whole column of numbers as people write them → floats; never one cell by itself.

What `1.234` means is decided by the other cells of its column, or refused.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from bosetting_cli.errors import Problem, shown

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
    rf"(?P<power>[eE][-+]?[0-9]{{1,3}})?"
    rf"(?P<percent>[{_BLANKS}]*%)?",
    re.ASCII,
)
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Figures:
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
class Place:
    """Where a column stands, for messages: its file, its label, the line of each cell."""

    file: str
    label: str
    lines: Sequence[int]

    def error(self, i: int, message: str, cell: str, hint: str) -> Problem:
        """Return what is wrong with one cell."""
        return Problem(message, self.file, self.lines[i], self.label, value=cell, hint=hint)

    def repair(self, i: int, message: str, cell: str) -> Problem:
        """Return what was mended in cells of which this is the first."""
        return Problem(
            message, self.file, self.lines[i], self.label, value=cell, severity="warning"
        )


@dataclass(frozen=True, slots=True)
class _Number:
    """A cell taken apart, its marks not yet understood."""

    cell: str
    digits: str
    negative: bool
    power: str
    percent: bool

    @property
    def marks(self) -> list[str]:
        return [c for c in self.digits if c in ".,"]

    def value(self, mark: str) -> float | None:
        """Return the number, given the decimal mark; None if its thousands are not in threes."""
        whole, _, decimals = self.digits.partition(mark)
        groups = re.split("[.,]", whole)
        if len(groups) > 1 and not (
            1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
        ):
            return None
        if not (decimals == "" or decimals.isdigit()):
            return None
        number = Decimal(f"{''.join(groups) or 0}.{decimals or 0}{self.power}")
        value = float(number.scaleb(-2) if self.percent else number)
        return (-value if self.negative else value) if math.isfinite(value) else None


def read_figures(cells: Sequence[str], place: Place) -> Figures:
    """Read a column of figures.

    Blanks, no-break and thin spaces between thousands, decimal commas and per cent signs
    (68 % is 0.68) are read; signs for a missing figure are None.

    Args:
        cells: The column, without blanks around the cells.
        place: Where it stands.
    """
    text = "\n".join(cells)
    short = max(map(len, cells), default=0) <= _LONGEST  # so that it can't overflow
    if short and _PLAIN.issuperset(text) and not _DOUBTFUL.search(text):
        try:
            return Figures([float(cell) if cell else None for cell in cells], [], [])
        except ValueError:
            pass  # such as 1.2.3
    return _carefully(cells, place)


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
    return _Number(cell, digits, bool(match["sign"]), match["power"] or "", bool(match["percent"]))


def _carefully(cells: Sequence[str], place: Place) -> Figures:
    numbers = {i: number for i, cell in enumerate(cells) if (number := _number(cell))}
    missing = [i for i, cell in enumerate(cells) if cell and is_missing(cell)]
    problems = [
        _no_number(place, i, cell)
        for i, cell in enumerate(cells)
        if i not in numbers and not is_missing(cell)
    ]
    mixed = list(_percent_problems(numbers, place))
    problems += mixed
    mark, doubt = _decimal_mark(numbers)
    if doubt:
        return Figures([None] * len(cells), [*problems, _ambiguous(numbers, doubt, place)], [])
    values: list[float | None] = [None] * len(cells)
    for i, number in numbers.items():
        values[i] = number.value(mark)
        problems += _value_problems(number, values[i], i, place)
    repairs = [
        *_missing_repair(missing, cells, place),
        *([] if mixed else _percent_repair(numbers, values, place)),
        *_thousands_repair(numbers, values, mark, place),
    ]
    return Figures(values, sorted(problems, key=lambda p: p.line or 0), repairs)


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
        for found, marks in zip((decimal, thousands, either), _evidence(number), strict=True):
            for mark in marks:
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
    """Return which marks a number shows to be decimal, to separate thousands, or either."""
    marks = number.marks
    if not marks:
        return "", "", ""
    if marks[0] != marks[-1]:
        return marks[-1], marks[0], ""
    if len(marks) > 1:
        return "", marks[0], ""
    whole, _, rest = number.digits.partition(marks[0])
    threes = len(rest) == 3 and 1 <= len(whole) <= 3 and whole[0] != "0"
    return ("", "", marks[0]) if threes and not number.power else (marks[0], "", "")


# --- what is said ----------------------------------------------------------------------------


def _no_number(place: Place, i: int, cell: str) -> Problem:
    hint = "expected a number, or an empty cell where no figure is published"
    return place.error(i, f"`{shown(cell)}` is not a number", cell, hint)


def _value_problems(
    number: _Number, value: float | None, i: int, place: Place
) -> Iterator[Problem]:
    if value is None:
        yield _no_number(place, i, number.cell)
    elif value < 0:
        hint = "figures count people or are rates"
        yield place.error(i, f"`{shown(number.cell)}` is negative", number.cell, hint)


def _ambiguous(numbers: Mapping[int, _Number], doubt: Sequence[int], place: Place) -> Problem:
    first = doubt[0]
    cell = numbers[first].cell
    if len(doubt) > 1:
        other = f"`{shown(cell)}` and `{shown(numbers[doubt[-1]].cell)}`"
        what = f"dot and comma are used in two ways, {other} (line {place.lines[doubt[-1]]})"
        hint = "write thousands without a mark, and the same decimal mark in the whole column"
        return place.error(first, what, cell, hint)
    digits = numbers[first].digits
    hint = (
        f"nothing else in the column tells: write {re.sub('[.,]', '', digits)} or {digits}0 instead"
    )
    return place.error(first, f"`{shown(cell)}` may be thousands or decimals", cell, hint)


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


def _missing_repair(
    missing: Sequence[int], cells: Sequence[str], place: Place
) -> Iterator[Problem]:
    if missing:
        signs = Counter(cells[i] for i in missing)
        each = ", ".join(f"{count} `{shown(sign)}`" for sign, count in sorted(signs.items()))
        yield place.repair(missing[0], f"read as not published: {each}", cells[missing[0]])


def _percent_repair(
    numbers: Mapping[int, _Number], values: Sequence[float | None], place: Place
) -> Iterator[Problem]:
    signed = [i for i, number in numbers.items() if number.percent]
    if signed:
        cell = numbers[signed[0]].cell
        what = f"per cent read as parts of 1 in {_cells(len(signed))}"
        yield place.repair(signed[0], f"{what}: `{cell}` is {values[signed[0]]:g}", cell)


def _thousands_repair(
    numbers: Mapping[int, _Number], values: Sequence[float | None], mark: str, place: Place
) -> Iterator[Problem]:
    grouped = [
        i
        for i, n in numbers.items()
        if values[i] is not None and any(found != mark for found in n.marks)
    ]
    if grouped:
        cell = numbers[grouped[0]].cell
        other = "," if mark == "." else "."
        what = f"`{other}` read as a thousands separator in {_cells(len(grouped))}"
        yield place.repair(grouped[0], f"{what}: `{cell}` is {values[grouped[0]]:.12g}", cell)


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"
