"""Agreement with two independent programs: PyPI `apportionment` and PyPI `votelib`."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
from votelib.evaluate.core import Tie
from votelib.evaluate.proportional import HighestAverages, LargestRemainder

from apportionment import methods as pypi
from bosetting_cli.apportionment import apportion

PYPI_NAMES = {
    "sainte-lague": "saintelague",
    "dhondt": "dhondt",
    "adams": "adams",
    "dean": "dean",
    "huntington-hill": "huntington",
}
VOTELIB_NAMES = {"sainte-lague": "sainte_lague", "dhondt": "d_hondt"}


def by_pypi(method: str, votes: list[int], house: int, *, exact: bool) -> list[int]:
    parties = [str(unit) for unit in range(len(votes))]
    return pypi.compute(method, votes, house, fractions=exact, parties=parties)


@pytest.mark.parametrize("method", ["sainte-lague", "dhondt", "adams", "dean"])
def test_pypi_apportionment_in_fractions_ties_included(method: str) -> None:
    source, ties = random.Random(f"pypi {method}"), 0
    for _ in range(400):
        largest = source.choice([6, 10**6])
        votes = [source.randrange(1, largest) for _ in range(source.randrange(1, 9))]
        # with fewer places than parties theirs takes parties tied for the last place by order,
        # before larger ones that come later
        least = len(votes) if method in ("adams", "dean") else 1
        house = source.randrange(least, 30)
        result = apportion(votes, house, method=method)
        assert result.seats.tolist() == by_pypi(PYPI_NAMES[method], votes, house, exact=True)
        ties += bool(result.ties)
    assert ties > 20


@pytest.mark.parametrize("method", PYPI_NAMES)
def test_pypi_apportionment_on_large_cases(method: str) -> None:
    generator = np.random.default_rng(20)
    for size, house in ((50, 435), (120, 1000), (426, 4400)):
        votes = [int(number) for number in 1 + generator.lognormal(9, 1.2, size)]
        result = apportion(votes, house, method=method)
        assert result.seats.tolist() == by_pypi(PYPI_NAMES[method], votes, house, exact=False)


def test_pypi_apportionment_by_largest_remainders() -> None:
    source, compared = random.Random("pypi hamilton"), 0
    for _ in range(1000):
        votes = [source.randrange(1, 10**6) for _ in range(source.randrange(2, 12))]
        house = source.randrange(1, 60)
        for method in ("largest-remainder", "largest-remainder-fixed"):
            result = apportion(votes, house, method=method)
            if not result.ties:
                assert result.seats.tolist() == by_pypi("hamilton", votes, house, exact=True)
                compared += 1
    assert compared > 1900


def assert_agree(result: object, theirs: dict[object, int], minimums: list[int]) -> None:
    """Compare with votelib, which returns a `Tie` where the order decides here."""
    expected = [*minimums]
    tied: dict[frozenset[int], int] = {}
    for unit, number in theirs.items():
        if isinstance(unit, Tie):
            tied[frozenset(unit)] = number  # type: ignore[arg-type]
        else:
            expected[unit] += number  # type: ignore[call-overload]
    for units, number in tied.items():
        for unit in sorted(units)[:number]:
            expected[unit] += 1
    assert result.seats.tolist() == expected  # type: ignore[attr-defined]
    ties = {frozenset(tie.winners + tie.losers) for tie in result.ties}  # type: ignore[attr-defined]
    assert ties == tied.keys()


def draw(source: random.Random) -> list[float]:
    kinds = (
        lambda: float(source.randrange(1, 7)),
        lambda: source.random(),
        lambda: 10 ** source.uniform(-12, 12),
        lambda: source.choice([0.1, 0.2, 0.3, 0.1 + 0.2]),
        lambda: source.choice([5e-324, 1e-320, 2e-323]),
    )
    kind = source.choice(kinds)
    return [kind() for _ in range(source.randrange(1, 10))]


@pytest.mark.parametrize("method", VOTELIB_NAMES)
def test_votelib_with_minimums_and_maximums_ties_included(method: str) -> None:
    """votelib knows a minimum as previous gains: places that a unit has to begin with."""
    source = random.Random(f"votelib {method}")
    evaluator = HighestAverages(VOTELIB_NAMES[method])
    ties = 0
    for _ in range(1000):
        shares, house = draw(source), source.randrange(40)
        low = [source.choice([0, 0, 1, 3]) for _ in shares]
        high = [least + source.choice([1, 2, 50]) for least in low]
        if not sum(low) < house <= sum(high):
            continue
        theirs = evaluator.evaluate(
            {unit: Fraction(share) for unit, share in enumerate(shares)},
            house,
            prev_gains=dict(enumerate(low)),
            max_seats=dict(enumerate(high)),
        )
        result = apportion(shares, house, method=method, minimums=low, maximums=high)
        assert_agree(result, theirs, low)
        ties += bool(result.ties)
    assert ties > 20


@pytest.mark.parametrize("minimum", [3, 10])
def test_votelib_with_minimums_on_426_units(minimum: int) -> None:
    generator = np.random.default_rng(30)
    shares = generator.lognormal(9, 1.2, 426)
    theirs = HighestAverages("sainte_lague").evaluate(
        {unit: Fraction(share) for unit, share in enumerate(shares.tolist())},
        4400,
        prev_gains=dict.fromkeys(range(426), minimum),
    )
    assert_agree(apportion(shares, 4400, minimums=minimum), theirs, [minimum] * 426)


def test_votelib_by_largest_remainders() -> None:
    source, compared = random.Random("votelib hare"), 0
    evaluator = LargestRemainder("hare")
    for _ in range(600):
        shares, house = draw(source), source.randrange(1, 40)
        result = apportion(shares, house, method="largest-remainder")
        if result.ties:
            continue
        theirs = evaluator.evaluate(
            {unit: Fraction(share) for unit, share in enumerate(shares)}, house
        )
        assert result.seats.tolist() == [theirs.get(unit, 0) for unit in range(len(shares))]
        compared += 1
    assert compared > 300
