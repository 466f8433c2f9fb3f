"""The county seats of three Storting elections; `published/README.md` has the sources."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path

import pytest

from bosetting_cli.apportionment import apportion

PUBLISHED = Path(__file__).parents[1] / "published"
VALID_VOTES = {"2009": 2_682_903, "2013": 2_836_029, "2017": 2_926_836}  # nationwide
PLAIN = {"2009": 10, "2013": 12, "2017": 10}  # counties where the first divisor 1 gives the same
GAINS_OF_2013 = {"Oslo": 2, "Akershus": 1, "Rogaland": 1, "Hordaland": 1}
LOSSES_OF_2013 = ("Hedmark", "Sogn og Fjordane", "Nord-Trøndelag", "Nordland", "Troms")


def table(name: str) -> list[dict[str, str]]:
    with (PUBLISHED / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_county() -> dict[tuple[str, str], tuple[list[int], list[int]]]:
    """Return the votes and the seats of the parties for each election and county."""
    counties: dict[tuple[str, str], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for row in table("storting_county_seats"):
        votes, seats = counties[row["election"], row["county"]]
        votes.append(int(row["votes"]))
        seats.append(int(row["seats"]))
    return dict(counties)


COUNTIES = by_county()


def by_quotients(votes: list[int], house_size: int, first: Fraction) -> list[int]:
    """Apportion as the Election Act words it: the largest of votes / first, / 3, / 5, …"""
    divisors = [first, *map(Fraction, range(3, 2 * house_size, 2))]
    quotients = sorted(
        (
            (Fraction(count) / divisor, party)
            for party, count in enumerate(votes)
            for divisor in divisors
        ),
        reverse=True,
    )
    assert quotients[house_size - 1][0] > quotients[house_size][0], "a tie at the last seat"
    won = Counter(party for _, party in quotients[:house_size])
    return [won[party] for party in range(len(votes))]


def county_seats(election: str) -> dict[str, int]:
    return {
        county: sum(seats) for (year, county), (_, seats) in COUNTIES.items() if year == election
    }


@pytest.mark.parametrize("key", COUNTIES, ids=" ".join)
def test_seats_by_the_words_of_the_act(key: tuple[str, str]) -> None:
    votes, seats = COUNTIES[key]
    assert by_quotients(votes, sum(seats), Fraction(14, 10)) == seats


@pytest.mark.parametrize("key", COUNTIES, ids=" ".join)
def test_seats_by_modified_sainte_lague(key: tuple[str, str]) -> None:
    votes, seats = COUNTIES[key]
    result = apportion(votes, sum(seats), method="modified-sainte-lague")
    assert result.seats.tolist() == seats


def test_the_first_divisor_decides_in_25_of_57_counties() -> None:
    package, act = Counter[str](), Counter[str]()
    for (election, _), (votes, seats) in COUNTIES.items():
        result = apportion(votes, sum(seats), method="sainte-lague")
        package[election] += result.seats.tolist() == seats
        act[election] += by_quotients(votes, sum(seats), Fraction(1)) == seats
    assert package == act == PLAIN
    assert len(COUNTIES) - sum(PLAIN.values()) == 25


@pytest.mark.parametrize("election", VALID_VOTES)
def test_votes_and_seats_are_complete(election: str) -> None:
    counties = [pair for (year, _), pair in COUNTIES.items() if year == election]
    assert len(counties) == 19
    assert sum(sum(votes) for votes, _ in counties) == VALID_VOTES[election]
    assert sum(sum(seats) for _, seats in counties) == 150


def test_county_sums_are_those_the_ministry_published() -> None:
    """The file counts one levelling seat a county; the gains and losses are since 2009."""
    ministry = {
        row["district"]: int(row["seats_2013_2017"]) - 1 for row in table("no_storting_2021")
    }
    changes = GAINS_OF_2013 | dict.fromkeys(LOSSES_OF_2013, -1)
    assert county_seats("2013") == county_seats("2017") == ministry
    before = {county: seats - changes.get(county, 0) for county, seats in ministry.items()}
    assert county_seats("2009") == before
