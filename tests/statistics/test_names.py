"""Which municipality is meant."""

from __future__ import annotations

import pytest

from bosetting_cli.findings import BosettingError
from bosetting_cli.statistics.names import find_municipality, fold


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0301", "0301"),
        ("301", "0301"),
        (" 1804 ", "1804"),
        ("OSLO", "0301"),
        ("bodo", "1804"),
        ("Tromsø kommune", "1902"),
        ("baerum", "0219"),
        ("Karasjok", "2021"),
        ("kárásjohka", "2021"),
        ("Karasjohka", "2021"),
        ("Kautokeino", "2011"),
        ("Våler (Hedmark)", "0426"),
        ("Nord Aurdal", "0542"),
        ("nes (akershus)", "0236"),
        ("Harstad", "1903"),
    ],
)
def test_a_municipality_is_found_by_number_or_name(statistics, text, expected):
    assert find_municipality(text, statistics.municipalities).kommunenummer == expected


def test_two_of_one_name_are_told_apart(statistics):
    with pytest.raises(BosettingError, match="several municipalities are called Våler") as caught:
        find_municipality("Våler", statistics.municipalities)
    assert "0137" in str(caught.value)
    assert "0426" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"), [("Kristiansan", "Kristiansand 1001"), ("Hammerfast", "Hammerfest 2004")]
)
def test_a_miss_names_the_nearest(statistics, text, expected):
    with pytest.raises(BosettingError, match="did you mean") as caught:
        find_municipality(text, statistics.municipalities)
    assert expected in str(caught.value)


def test_a_number_that_nobody_has_is_unknown(statistics):
    with pytest.raises(BosettingError, match="unknown municipality 5001"):
        find_municipality("5001", statistics.municipalities)


def test_no_two_full_names_fold_to_the_same(statistics):
    names = [fold(m.municipality) for m in statistics.municipalities]
    assert len(set(names)) == len(names) == 426
