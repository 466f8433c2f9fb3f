"""Results that others have published; `published/README.md` has the sources."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from apportionment_oracle import NO_LIMIT, by_fixed_quota

from bosetting_cli.apportionment import apportion, verify

PUBLISHED = Path(__file__).parents[1] / "published"


def table(name: str) -> list[dict[str, str]]:
    with (PUBLISHED / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(rows: list[dict[str, str]], name: str) -> list[int]:
    return [int(row[name]) for row in rows]


def house_of(year: str) -> list[dict[str, str]]:
    return [row for row in table("us_house") if row["year"] == year]


US_NAMES = {"hamilton": "largest-remainder-fixed"}  # the others are aliases
US_LAW = [row for row in table("us_house_methods") if row["reproduces"] == "yes"]


def us_seats(year: str, house_size: int, method: str) -> list[int]:
    populations = column(house_of(year), "population")
    return apportion(populations, house_size, method=method, minimums=1).seats.tolist()


@pytest.mark.parametrize("law", US_LAW, ids=lambda law: law["year"])
def test_us_house_by_the_method_of_its_law(law: dict[str, str]) -> None:
    method = US_NAMES.get(law["method"], law["method"])
    published = column(house_of(law["year"]), "seats")
    assert us_seats(law["year"], int(law["house_size"]), method) == published


@pytest.mark.parametrize(
    ("year", "method"),
    [
        *[(year, "webster") for year in ("1880", "1890")],
        *[(year, "huntington-hill") for year in ("1880", "1890", "1910", "1930")],
        ("1930", "largest-remainder-fixed"),
    ],
)
def test_us_house_is_the_same_by_another_method(year: str, method: str) -> None:
    published = column(house_of(year), "seats")
    assert us_seats(year, sum(published), method) == published


@pytest.mark.parametrize(("year", "method"), [("1870", "dean"), ("1900", "huntington-hill")])
def test_us_house_off_its_law_equals_another_method(year: str, method: str) -> None:
    """1870: nine seats were added by a later act. 1900: Nebraska got one beside the method."""
    published = column(house_of(year), "seats")
    assert us_seats(year, sum(published), method) == published


@pytest.mark.parametrize(("year", "ratio"), [("1790", 33000), ("1830", 47700)])
def test_the_ratio_of_an_act_is_among_the_divisors(year: str, ratio: int) -> None:
    rows = house_of(year)
    result = apportion(column(rows, "population"), sum(column(rows, "seats")), method="jefferson")
    lower, upper = result.divisors or (0, 0)
    assert lower <= ratio <= upper


def test_alabama_paradox_of_1880() -> None:
    rows = table("paradox_alabama_1880")
    populations = column(rows, "population")
    for house_size in (299, 300):
        seats = apportion(
            populations, house_size, method="largest-remainder-fixed", minimums=1
        ).seats.tolist()
        printed = [row[f"seats_{house_size}"] for row in rows]
        assert sum(map(bool, printed)) == 3
        assert [s for s, text in zip(seats, printed, strict=True) if text] == [
            int(text) for text in printed if text
        ]


def test_the_certificate_foretells_the_alabama_paradox() -> None:
    rows = table("paradox_alabama_1880")
    populations = column(rows, "population")
    alabama = [row["state"] for row in rows].index("Alabama")
    result = apportion(populations, 300, method="largest-remainder-fixed", minimums=1)
    low, high = [1] * len(rows), [NO_LIMIT] * len(rows)
    by_book = {
        house: seats[alabama]
        for house in range(240, 320)
        if (seats := by_fixed_quota(populations, house, low, high))
    }
    assert result.gains_at(alabama) == min(
        house for house in by_book if house > 300 and by_book[house] > 7
    )
    assert result.loses_at(alabama) == max(
        house for house in by_book if house < 300 and by_book[house] < 7
    )


@pytest.mark.parametrize("house_size", [386, 391])
def test_new_state_paradox_of_1907(house_size: int) -> None:
    rows = table("paradox_new_state_1907")
    if house_size == 386:
        rows = [row for row in rows if row["state"] != "Oklahoma"]
    seats = apportion(
        column(rows, "population"), house_size, method="largest-remainder-fixed", minimums=1
    ).seats.tolist()
    printed = {
        row["state"]: int(row[f"seats_{house_size}"]) for row in rows if row[f"seats_{house_size}"]
    }
    assert {"New York", "Maine"} <= printed.keys()
    ours = dict(zip((row["state"] for row in rows), seats, strict=True))
    assert {state: ours[state] for state in printed} == printed


def test_population_paradox_of_1900() -> None:
    seats = dict(
        zip(
            (row["state"] for row in house_of("1900")),
            us_seats("1900", 386, "largest-remainder-fixed"),
            strict=True,
        )
    )
    printed = {
        row["state"]: int(row["seats"])
        for row in table("paradox_population_1900")
        if row["year"] == "1900" and row["seats"]
    }
    assert len(printed) == 2
    assert {state: seats[state] for state in printed} == printed


@pytest.mark.parametrize("when", ["before", "after"])
def test_population_paradox_of_the_textbook(when: str) -> None:
    rows = table("paradox_population_textbook")
    result = apportion(
        column(rows, f"population_{when}"), int(rows[0]["house_size"]), method="hamilton"
    )
    assert result.seats.tolist() == column(rows, f"seats_{when}")


@pytest.mark.parametrize(
    ("name", "method"),
    [
        *[
            ("textbook_balinski_young", method)
            for method in ("hamilton", "adams", "dean", "huntington-hill", "webster", "jefferson")
        ],
        *[("textbook_parador", method) for method in ("hamilton", "jefferson", "adams", "webster")],
    ],
)
def test_textbook_states(name: str, method: str) -> None:
    rows = table(name)
    result = apportion(column(rows, "population"), int(rows[0]["house_size"]), method=method)
    assert result.seats.tolist() == column(rows, method)


@pytest.mark.parametrize("method", ["hare", "dhondt", "sainte-lague"])
def test_textbook_parties(method: str) -> None:
    rows = table("textbook_six_parties")
    result = apportion(column(rows, "votes"), int(rows[0]["seats_total"]), method=method)
    assert result.seats.tolist() == column(rows, method)


SWISS = table("swiss_national_council")


@pytest.mark.parametrize("election", sorted({row["election"] for row in SWISS}))
def test_swiss_national_council(election: str) -> None:
    rows = [row for row in SWISS if row["election"] == election]
    result = apportion(column(rows, "population"), 200, method="largest-remainder", minimums=1)
    assert result.seats.tolist() == column(rows, "seats")


def test_the_two_readings_of_largest_remainders_differ_for_switzerland_2027() -> None:
    rows = [row for row in SWISS if row["election"] == "2027"]
    seats = apportion(
        column(rows, "population"), 200, method="largest-remainder-fixed", minimums=1
    ).seats.tolist()
    ours = dict(zip((row["canton"] for row in rows), seats, strict=True))
    assert (ours["Bern"], ours["Jura"]) == (24, 1)


GERMAN = table("de_bundestag_laender")


@pytest.mark.parametrize("published", sorted({row["published"] for row in GERMAN}))
def test_german_laender_with_the_printed_divisor(published: str) -> None:
    rows = [row for row in GERMAN if row["published"] == published]
    populations, size, divisor = (
        column(rows, "population"),
        int(rows[0]["size"]),
        int(rows[0]["divisor"]),
    )
    result = apportion(populations, size)
    assert result.seats.tolist() == column(rows, "seats")
    lower, upper = result.divisors or (0, 0)
    assert lower <= divisor <= upper
    verify(populations, column(rows, "seats"), size, method="sainte-lague", divisor=divisor)


PARTIES = table("de_bundestag_parties")


@pytest.mark.parametrize("election", sorted({row["election"] for row in PARTIES}))
def test_german_parties(election: str) -> None:
    rows = [row for row in PARTIES if row["election"] == election]
    result = apportion(column(rows, "votes"), int(rows[0]["size"]))
    assert result.seats.tolist() == column(rows, "seats")


def test_norwegian_constituencies_2021() -> None:
    """Population + 1.8 × area (Constitution, article 57), in exact tenths."""
    rows = table("no_storting_2021")
    points = [10 * int(row["population"]) + 18 * int(row["area_km2"]) for row in rows]
    assert apportion(points, 169).seats.tolist() == column(rows, "seats_2021_2025")


def test_cambridge_compromise_with_base_and_cap() -> None:
    """Five seats each, then population / 819,000 rounded up (Adams), at most 96 in all."""
    rows = table("eu_parliament_cambridge")
    populations, seats = column(rows, "population"), column(rows, "seats")
    result = apportion(populations, sum(seats) - 5 * len(rows), method="adams", maximums=96 - 5)
    assert [5 + number for number in result.seats.tolist()] == seats
    lower, upper = result.divisors or (0, 0)
    assert lower <= 819_000 <= upper
