"""What a set of statistics is in Python: figures with all their digits, arrays, lines, pickles."""

import math
import pickle
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bosetting_cli import load_statistics
from bosetting_cli.statistics import Column, Statistics, Written, exact, regroup
from bosetting_cli.statistics.numbers import Place, read_figures

REGISTER = "kommunenummer,municipality,fylke\n0301,Oslo,Oslo\n1601,Trondheim,T\n1804,Bodø,N\n"
LONG = "0.12345678901234567890"


# --- as published ----------------------------------------------------------------------------


def values(*cells):
    found = read_figures(cells, Place("own.csv", "x", range(2, 2 + len(cells))))
    assert found.problems == []
    return found.values


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (LONG, Fraction(12345678901234567890, 10**20)),
        ("9007199254740993", Fraction(9007199254740993)),
        ("0,1000000000000000055", Fraction(1000000000000000055, 10**19)),
        ("12345678901234567,8 %", Fraction(123456789012345678, 1000)),
        ("9 007 199 254 740 993", Fraction(9007199254740993)),
        ("1.00000000000000001e3", Fraction("1000.00000000000001")),
        ("1e-400", Fraction(1, 10**400)),
    ],
)
def test_a_figure_of_more_digits_than_a_float_has_keeps_them(cell, number):
    (value,) = values(cell)
    assert type(value) is Written
    assert value == float(number)
    assert exact(value) == value.exact == number


@pytest.mark.parametrize(
    "cell", ["0.1", "666759", "0,30000000000000004", "68.1 %", "1e300", "2.50"]
)
def test_any_other_figure_is_a_plain_float(cell):
    (value,) = values(cell)
    assert type(value) is float
    assert exact(value) == Fraction(cell.replace(",", ".").removesuffix(" %")) / (
        100 if "%" in cell else 1
    )


@given(st.decimals(0, 10**12, allow_nan=False, allow_infinity=False, places=12))
def test_every_plain_decimal_is_exact(number):
    (value,) = values(f"{number:f}")
    assert value == float(number)
    assert exact(value) == Fraction(number)


def test_digits_survive_loading_grouping_and_pickling(folder):
    own = f"kommunenummer,rate\n0301,{LONG}\n1601,0.5\n1804,0.25\n"
    statistics = load_statistics(folder(own=own))
    number = Fraction(12345678901234567890, 10**20)
    grouped = regroup(statistics, {u: u for u in statistics.units}, statistics.municipalities)
    for found in (statistics, grouped, pickle.loads(pickle.dumps(statistics))):
        column = found.column("rate")
        assert exact(column.parts("0301", None)[0]) == number
        assert exact(column.value("0301", None)) == number
        assert column.value("1601", None) == 0.5


# --- arrays and lines ------------------------------------------------------------------------


def test_arrays_have_an_entry_for_each_part():
    figures = {2017: {"a": (1.0,), "b": (2.0, None), "c": (None,), "d": (4.0,)}}
    owner, figures = Column("x", "own.csv", figures).arrays(["d", "nobody", "b", "c"], 2017)
    assert owner.tolist() == [0, 2, 2, 3]
    assert (owner.dtype.kind, figures.dtype.name) == ("i", "float64")
    assert figures.tolist()[:2] == [4.0, 2.0]
    assert list(map(math.isnan, figures)) == [False, False, True, True]


def test_arrays_of_nobody_are_empty():
    column = Column("x", "own.csv", {2017: {"a": (1.0,)}})
    for units, year in (([], 2017), (["b"], 2017), (["a"], 2016)):
        owner, figures = column.arrays(units, year)
        assert (owner.tolist(), figures.tolist()) == ([], [])
        assert (owner.dtype.kind, figures.dtype.name) == ("i", "float64")


def test_arrays_are_the_figures(statistics):
    assert statistics.columns
    for column in statistics.columns.values():
        for year in column.figures:
            owner, figures = column.arrays(statistics.units, year)
            found = [(statistics.units[i], x) for i, x in zip(owner, figures, strict=True)]
            parts = [(u, x) for u in statistics.units for x in column.parts(u, year)]
            assert len(found) == len(parts) > 0
            for (unit, x), (other, y) in zip(found, parts, strict=True):
                assert unit == other
                assert math.isnan(x) if y is None else x == y


def test_every_figure_knows_its_line(folder):
    own = (
        "kommunenummer,former_kommunenummer,year,x\n1804,,2016,4\n"
        "0301,0302,2016,2\n0301,0301,2016,1\n1601,,2016,3\n1601,,2015,5\n"
    )
    column = load_statistics(folder(own=own)).column("x")
    assert column.parts("0301", 2016) == (1.0, 2.0)
    assert [column.line("0301", 2016, part) for part in (0, 1, 2)] == [4, 3, None]
    assert [column.line("1601", year) for year in (2016, 2015, 2014)] == [5, 6, None]


# --- as an object ----------------------------------------------------------------------------


def test_statistics_pickle(statistics):
    again = pickle.loads(pickle.dumps(statistics))
    assert again == statistics
    assert again.column("population").line("0301", 2017) is not None


def test_statistics_show_themselves_in_a_line(statistics):
    text = repr(statistics)
    assert text.startswith("<Statistics: 426 municipalities, ")
    assert "\n" not in text
    assert len(text) < 200
    column = repr(statistics.column("population"))
    assert column.startswith("<Column population: ")
    assert len(column) < 100
    assert repr(Statistics((), {})) == "<Statistics: 0 municipalities, 0 columns, 0 notes: >"


def test_notebooks_show_a_small_table(statistics):
    text = statistics._repr_html_()
    assert text.count("<tr>") == len(statistics.columns) + 1
    assert "<td>population</td>" in text
    odd = Statistics((), {"<b>": Column("<b>", "own.csv", {None: {}})})
    assert "&lt;b&gt;" in odd._repr_html_()
