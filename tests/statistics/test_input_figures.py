"""Columns of numbers as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bosetting_cli.statistics.numbers import Place, is_figure, is_missing, read_figures

NBSP, THIN, NARROW, FIGURE = "\u00a0", "\u2009", "\u202f", "\u2007"


def column(*cells):
    return read_figures(cells, Place("own.csv", "people", range(2, 2 + len(cells))))


def values(*cells):
    found = column(*cells)
    assert found.problems == []
    return found.values


def complaints(*cells):
    return [(p.line, p.message, p.remedy()) for p in column(*cells).problems]


def repairs(*cells):
    return [(p.line, p.message) for p in column(*cells).repairs]


def test_plain_numbers_need_no_repair():
    assert values("1", "2.5", "", "0", "30") == [1.0, 2.5, None, 0.0, 30.0]
    assert repairs("1", "2.5", "", "0", "30") == []


@pytest.mark.parametrize("gap", [" ", NBSP, THIN, NARROW, FIGURE])
def test_blanks_separate_thousands(gap):
    assert values(f"1{gap}234", f"12{gap}345{gap}678", "9") == [1234, 12345678, 9]
    assert repairs(f"1{gap}234") == []


@pytest.mark.parametrize(
    "cell", ["12 34", "1  234", "1234 567", " 234", "1 23", "1 2345", "1 234 56"]
)
def test_blanks_elsewhere_are_mistakes(cell):
    assert [message for _, message, _ in complaints(cell)] == [f"`{cell}` is not a number"]


def test_two_kinds_of_blank_in_a_number_are_a_mistake():
    assert len(complaints(f"1 234{NBSP}567")) == 1


def test_decimal_comma():
    assert values("0,5", "12,25", "3") == [0.5, 12.25, 3]
    assert values("1 234,5") == [1234.5]
    assert repairs("0,5", "12,25") == []


def test_a_mark_before_three_digits_is_decided_by_the_rest_of_the_column():
    assert values("1.234", "1.5") == [1.234, 1.5]
    assert values("1,234", "1,5") == [1.234, 1.5]
    assert values("1.234", "1.234.567") == [1234, 1234567]
    assert values("1,234", "1,234,567") == [1234, 1234567]
    assert values("1.234", "0,5") == [1234, 0.5]
    assert values("1,234", "1,234.5") == [1234, 1234.5]
    assert values("1.234", "1.234,5") == [1234, 1234.5]
    assert values("0.234", "1.234") == [0.234, 1.234]
    assert values("1.2345", "1.234") == [1.2345, 1.234]
    assert values("1 234.567", "1.234") == [1234.567, 1.234]
    assert values("1.5e3", "1.234") == [1500, 1.234]
    assert values("1.234e3", "1.234") == [1234, 1.234]
    assert values("1234.567", "1.234") == [1234.567, 1.234]
    assert values(".5", "1.234") == [0.5, 1.234]


def test_a_thousands_mark_is_said_with_a_count():
    message = "`.` read as a thousands separator in 2 cells: `1.234` is 1234"
    assert repairs("7", "1.234", "1.234.567") == [(3, message)]


def test_a_mark_that_nothing_decides_is_refused():
    hint = "nothing else in the column tells: write 1234 or 1.2340 instead"
    assert complaints("5", "1.234", "900") == [(3, "`1.234` may be thousands or decimals", hint)]
    hint = "nothing else in the column tells: write 12345 or 12,3450 instead"
    assert complaints("12,345") == [(2, "`12,345` may be thousands or decimals", hint)]


def test_large_numbers_without_marks_decide_nothing():
    """5678 and a hand-edited 1.234 may be 1234; they may as well be decimals."""
    assert [message for _, message, _ in complaints("5678", "1.234")] == [
        "`1.234` may be thousands or decimals"
    ]


def test_contradictions_are_refused():
    what = "dot and comma are used in two ways, `1,5` and `1.5` (line 3)"
    hint = "write thousands without a mark, and the same decimal mark in the whole column"
    assert complaints("1,5", "1.5") == [(2, what, hint)]
    assert complaints("1.5", "1.234.567")[0][1] == (
        "dot and comma are used in two ways, `1.5` and `1.234.567` (line 3)"
    )
    assert complaints("1.234", "1,234")[0][1] == (
        "dot and comma are used in two ways, `1.234` and `1,234` (line 3)"
    )


@pytest.mark.parametrize("cell", ["1.23.456", "1.2345.678", "1234.567.890", "1,234,56.7"])
def test_thousands_come_in_threes(cell):
    assert [message for _, message, _ in complaints(cell)] == [f"`{cell}` is not a number"]


def test_per_cent_is_a_hundredth():
    assert values("68 %", "68.1%", f"7{NBSP}%", "0", "..") == [0.68, 0.681, 0.07, 0, None]
    assert repairs("68 %", "68.1%") == [
        (2, "per cent read as parts of 1 in 2 cells: `68 %` is 0.68")
    ]


def test_some_per_cent_signs_are_refused():
    hint = "write all figures of the column with the sign, or none"
    what = "`68 %` has a per cent sign, the others have none"
    assert complaints("0.7", "68 %", "0.6") == [(3, what, hint)]
    what = "`0.7` has no per cent sign, the others have one (the first of 2 such cells)"
    assert complaints("60 %", "0.7", "68 %", "0.6", "1 %") == [(3, what, hint)]
    assert repairs("0.7", "68 %", "0.6") == []


@pytest.mark.parametrize(
    "cell", ["", ".", "..", "...", ":", "-", "–", "—", "NULL", "null", "NA", "n/a", "#N/A", "#I/T"]
)
def test_signs_of_a_missing_figure(cell):
    assert is_missing(cell)
    assert values("5", cell) == [5, None]


def test_signs_of_a_missing_figure_are_said_with_counts():
    assert repairs("5", ":", "..", ":", "") == [(3, "read as not published: 1 `..`, 2 `:`")]


@pytest.mark.parametrize(
    "cell",
    ["x", "1x", "1.2.3", "5.", "5,", "+5", "1e999", "inf", "0x10", "1_000", "٣", "½", "²", "=1+1",
     "1'000", "5 kr", "--5", "1e", "%", "1%%", "9" * 61],
)  # fmt: skip
def test_what_is_no_number(cell):
    shown = cell if len(cell) <= 60 else f"{'9' * 59}…"
    hint = "expected a number, or an empty cell where no figure is published"
    assert complaints("5", cell) == [(3, f"`{shown}` is not a number", hint)]
    assert column("5", cell).values == [5, None]


@pytest.mark.parametrize("cell", ["-5", "\u22125", "-0,5", "-1 234"])
def test_negative_figures_are_refused(cell):
    assert complaints("5", cell) == [
        (3, f"`{cell}` is negative", "figures count people or are rates")
    ]


def test_a_negative_nought_is_nought():
    assert values("-0") == [0]


def test_problems_come_in_the_order_of_lines():
    assert [line for line, _, _ in complaints("-1", "x", "-2", "y")] == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("cells", "cell"),
    [
        (("5", "-1"), "-1"),
        (("5", "x"), "x"),
        (("5", "1.234"), "1.234"),
        (("1,5", "1.5", "1,25", "1.25"), "1,5"),
        (("5", "68 %", "6"), "68 %"),
    ],
)
def test_complaints_hold_the_cell(cells, cell):
    (problem,) = column(*cells).problems
    assert problem.value == cell


@pytest.mark.parametrize("cells", [("..", "5"), ("68 %", "0"), ("1.234", "0,5"), ("1,234", "0.5")])
def test_repairs_hold_the_cell(cells):
    (repair,) = column(*cells).repairs
    assert repair.value == cells[0]


def test_one_cell_is_one_cell():
    assert repairs("1,234", "0.5") == [
        (2, "`,` read as a thousands separator in 1 cell: `1,234` is 1234")
    ]
    assert repairs("5 %") == [(2, "per cent read as parts of 1 in 1 cell: `5 %` is 0.05")]


def test_every_message_names_file_column_and_cell():
    problem = column("5", "x").problems[0]
    assert (problem.file, problem.line, problem.column, problem.value) == (
        "own.csv", 3, "people", "x",
    )  # fmt: skip
    assert problem.severity == "error"
    repair = column("5", ":").repairs[0]
    assert (repair.file, repair.line, repair.column, repair.value) == ("own.csv", 3, "people", ":")
    assert repair.severity == "warning"


def test_what_looks_like_a_figure():
    assert [is_figure(c) for c in ("5", "1 234,5", "7 %", "1.234", "-3")] == [True] * 5
    assert [is_figure(c) for c in ("", "..", "Oslo", "2017K4", "1 2")] == [False] * 5


def thousands(number, gap):
    return f"{number:,}".replace(",", gap)


@given(
    st.lists(st.integers(0, 10**9), min_size=1, max_size=20),
    st.sampled_from([" ", NBSP, THIN, NARROW]),
    st.integers(0, 99),
)
def test_a_column_in_one_style_reads_as_written(numbers, gap, hundredths):
    """Norwegian: blanks between thousands, decimal comma in the first cell."""
    cells = [thousands(number, gap) for number in numbers]
    cells[0] += f",{hundredths:02}"
    wanted = [float(number) for number in numbers]
    wanted[0] = float(f"{numbers[0]}.{hundredths:02}")
    assert values(*cells) == wanted


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=20), st.sampled_from(".,"))
def test_thousands_marks_are_read_or_refused(numbers, mark):
    """Never read as decimals: a number of a million or more settles it."""
    found = column(*(thousands(number, mark) for number in numbers))
    if any(number >= 10**6 for number in numbers) or all(number < 1000 for number in numbers):
        assert found.problems == []
        assert found.values == [float(number) for number in numbers]
    else:
        assert found.values == [None] * len(numbers)
        assert [p.message for p in found.problems] == [
            f"`{thousands(next(n for n in numbers if n >= 1000), mark)}` may be thousands or"
            " decimals"
        ]


@given(st.lists(st.text(max_size=12), max_size=12))
def test_any_text_is_a_figure_or_missing_or_complained_of(cells):
    found = column(*cells)
    assert len(found.values) == len(cells)
    blamed = {problem.line for problem in found.problems}
    for i, (cell, value) in enumerate(zip(cells, found.values, strict=True)):
        told = blamed and (i + 2 in blamed or any("ways" in p.message or "may be" in p.message
                           for p in found.problems))  # fmt: skip
        assert value is not None or is_missing(cell) or told
