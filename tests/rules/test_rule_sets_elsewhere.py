"""Keys of other countries through the same model: units and groups are any text."""

from __future__ import annotations

import csv
import dataclasses
import re
from collections import Counter
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import bosetting_cli
from bosetting_cli import allocate
from bosetting_cli.model.exact import FLOATS
from bosetting_cli.model.figures import measure
from bosetting_cli.model.key import amounts, quotas
from bosetting_cli.statistics import Municipality, Statistics
from small import criterion, rules_for, synthetic

PUBLISHED = Path(__file__).resolve().parents[1] / "published"
PACKAGE = Path(bosetting_cli.__file__).parent


def rows(name, **where):
    with (PUBLISHED / name).open(encoding="utf-8", newline="") as file:
        return [r for r in csv.DictReader(file) if all(r[k] == v for k, v in where.items())]


def statistics_of(table, unit, *columns):
    """Statistics from columns of a published table."""
    return synthetic({c: {2015: {r[unit]: float(r[c]) for r in table}} for c in columns})


def requests(allocation):
    return {row.kommunenummer: row.requested for row in allocation.selected}


# --- the EU's relocation key of 2015 ---------------------------------------------------------

# COM(2015) 450: 40 % population, 40 % GDP, 10 % each of the inverse of unemployment and of
# earlier asylum applications. The printed caps on the last two are no part of this model.
EU = [
    criterion(name="population", weight=0.4, indicator="population_share"),
    criterion(name="gdp", weight=0.4, indicator="gdp_share"),
    criterion(name="asylum", weight=0.1, indicator="asylum_per_million", direction="lower"),
    criterion(name="unemployment", weight=0.1, indicator="unemployment_percent", direction="lower"),
]
EU_COLUMNS = ("population_share", "gdp_share", "asylum_per_million", "unemployment_percent")


@pytest.fixture(scope="module")
def eu_table():
    return rows("eu_relocation_key.csv")


@pytest.fixture(scope="module")
def eu(eu_table):
    statistics = statistics_of(eu_table, "state", *EU_COLUMNS)
    people = dataclasses.replace(statistics.columns["population_share"], name="population")
    return Statistics(statistics.municipalities, {**statistics.columns, "population": people})


def eu_shares(eu, c):
    everyone = np.arange(len(eu.units))
    figures = measure(eu, c, rules_for(EU, 120_000).as_of)
    found = amounts(figures, everyone, None, 1.0, FLOATS).shares
    return dict(zip(eu.units, found.tolist(), strict=True))


@pytest.mark.parametrize(
    ("name", "column", "tolerance"),
    [
        ("population", "population_share", 1e-4),
        ("gdp", "gdp_share", 1e-4),
        ("unemployment", "unemployment_pure", 5e-5),
        ("asylum", "asylum_pure", 1.2e-3),
    ],
)
def test_eu_effects_as_printed(eu, eu_table, name, column, tolerance):
    (c,) = (c for c in EU if c.name == name)
    found = eu_shares(eu, c)
    assert eu_table
    for row in eu_table:
        assert found[row["state"]] == pytest.approx(float(row[column]), abs=tolerance), row


def test_eu_key_before_its_caps_as_printed(eu, eu_table):
    allocation = allocate(eu, rules_for(EU, 120_000))
    assert eu_table
    for row in eu_table:
        share = allocation.row(row["state"]).share
        assert share == pytest.approx(float(row["uncapped_share"]), abs=2e-4), row


def test_eu_places_add_up_and_every_number_can_be_shown(eu, eu_table):
    allocation = allocate(eu, rules_for(EU, 120_000))
    assert sum(requests(allocation).values()) == 120_000
    weighted = Counter()
    for row in allocation.rows:
        assert abs(row.requested - row.quota) < 1
        weighted.update(row.contributions)
    assert weighted == pytest.approx(
        {"population": 48_000, "gdp": 48_000, "asylum": 12_000, "unemployment": 12_000}
    )
    assert len(allocation.rows) == len(eu_table) == 32


def test_eu_contributions_are_weight_times_share_times_places(eu):
    share = eu_shares(eu, EU[1])
    states = np.array(list(share.values()))
    everyone = np.ones((1, len(states)), dtype=bool)
    found, _ = quotas([states], everyone, np.array([[0.4]]), np.array([120_000]))
    part = dict(zip(share, found[0, 0].tolist(), strict=True))
    assert part["DE"] == pytest.approx(0.4 * share["DE"] * 120_000)
    assert sum(part.values()) == pytest.approx(48_000)


# --- Storting seats: population and area as a composite key ----------------------------------


def test_storting_seats_of_2021_as_a_key_of_population_and_area():
    """Points are population + 1.8 × area: weights are each one's part of all points."""
    table = rows("no_storting_2021.csv")
    statistics = statistics_of(table, "district", "population", "area_km2")
    people = sum(Fraction(row["population"]) for row in table)
    area = sum(Fraction(row["area_km2"]) for row in table)
    points = people + Fraction(9, 5) * area
    key = [
        criterion(name="population", weight=float(people / points)),
        criterion(name="area", weight=float(1 - people / points), indicator="area_km2"),
    ]
    allocation = allocate(statistics, rules_for(key, 169))
    assert requests(allocation) == {row["district"]: int(row["seats_2021_2025"]) for row in table}


# --- apportionments with a minimum, through the whole model ----------------------------------


@pytest.mark.parametrize(
    "published", sorted({r["published"] for r in rows("de_bundestag_laender.csv")})
)
def test_german_laender(published):
    table = rows("de_bundestag_laender.csv", published=published)
    statistics = statistics_of(table, "land", "population")
    allocation = allocate(statistics, rules_for([criterion()], int(table[0]["size"])))
    assert requests(allocation) == {row["land"]: int(row["seats"]) for row in table}


@pytest.mark.parametrize("year", ["1940", "1990", "2020"])
def test_us_states(year):
    table = rows("us_house.csv", year=year)
    statistics = statistics_of(table, "state", "population")
    rules = rules_for([criterion()], 435, method="huntington-hill", minimum={"value": 1})
    assert requests(allocate(statistics, rules)) == {r["state"]: int(r["seats"]) for r in table}


def test_groups_are_any_text():
    """States of 2020 within two regions with given sums, and at least two of each region."""
    table = rows("us_house.csv", year="2020")
    plain = statistics_of(table, "state", "population")
    seats = {row["state"]: int(row["seats"]) for row in table}
    east = {"New York", "Vermont", "Maine", "Delaware"}
    west = {"California", "Oregon", "Nevada"}
    statistics = Statistics(
        tuple(
            Municipality(state, state, "east of the river" if state in east else "west")
            for state in sorted(east | west)
        ),
        plain.columns,
    )
    sums = {
        "west": sum(seats[state] for state in west),
        "east of the river": sum(seats[state] for state in east),
    }
    rules = rules_for(
        [criterion()],
        sum(sums.values()),
        minimum={"value": 1},
        method="huntington-hill",
        counties={"totals": sums},
    )
    found = Counter()
    for row in allocate(statistics, rules).selected:
        found[row.group] += row.requested
    assert found == sums
    few = rules_for([criterion()], 40, select={"count": 4, "per_county": 2})
    assert {row.municipality for row in allocate(statistics, few).selected} == (
        {"California", "New York", "Oregon", "Maine"}
    )


@pytest.mark.parametrize(
    "path",
    [
        *(PACKAGE / "model" / f"{name}.py" for name in ("exact", "figures", "key", "places")),
        PACKAGE / "studies" / "agreement.py",
        PACKAGE / "statistics" / "regroup.py",
        *sorted((PACKAGE / "apportionment").glob("*.py")),
    ],
    ids=lambda path: path.name,
)
def test_the_rooms_of_arithmetic_know_nothing_of_norway(path):
    code = re.sub(r'(""".*?"""|#[^\n]*)', "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert re.findall(r"(?i)fylke|norw|norge|zfill|\[:[24]\]|0301", code) == []
