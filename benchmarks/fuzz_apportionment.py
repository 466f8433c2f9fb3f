"""Fuzz the apportionment, one target a property, as electoral authorities do.

    python benchmarks/fuzz_apportionment.py                    # 100,000 instances, a new seed
    python benchmarks/fuzz_apportionment.py --seed 7 --target definition

The Dutch electoral council fuzzes its program (kiesraad/abacus, backend/apportionment/fuzz) for
anonymity, house monotonicity and population monotonicity, and against the program it replaces;
here the definition of each method, worked out in fractions, and PyPI `votelib` take that place.
Every instance is held against the definition and three of the other targets. Prints seed and
counts; on a failure the instance, and exit status 1.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "apportionment"))

import numpy as np
from votelib.evaluate.core import Tie
from votelib.evaluate.proportional import HighestAverages

import apportionment_oracle as book
from bosetting_cli.apportionment import InfeasibleError, apportion, apportion_batch, verify

HOUSES = (0, 1, 2, 3, 5, 7, 10, 20, 40, 100)


@dataclass
class Instance:
    """What is to be apportioned, and how."""

    method: str
    shares: list[float]
    house: int
    low: list[int]
    high: list[int]

    def seats(self, **changed: Any) -> list[int]:
        """Apportion, with some arguments changed."""
        given = {**vars(self), **changed}
        result = apportion(
            given["shares"],
            given["house"],
            method=given["method"],
            minimums=given["low"],
            maximums=book.as_maximums(given["high"]),
        )
        return result.seats.tolist()

    @property
    def is_divisor_method(self) -> bool:
        """Whether the method is house and population monotone."""
        return self.method in book.DIVISOR_METHODS

    @property
    def has_room(self) -> bool:
        """Whether the house can grow by one."""
        return book.feasible(self.shares, self.house + 1, self.low, self.high)


def draw(source: random.Random) -> Instance:
    """Draw an instance that the bounds allow."""
    while True:
        shares = book.random_shares(source)
        low, high = book.random_bounds(source, len(shares))
        house = source.choice(HOUSES)
        if book.feasible(shares, house, low, high):
            return Instance(source.choice(book.ALL_METHODS), shares, house, low, high)


def definition(case: Instance, _: random.Random) -> bool:
    """Seats and ties are those of the definition, and the check accepts them."""
    bounds = {"minimums": case.low, "maximums": book.as_maximums(case.high)}
    result = apportion(case.shares, case.house, method=case.method, **bounds)
    given = (case.method, case.shares, case.house, case.low, case.high)
    if case.is_divisor_method:
        seats, ties = book.by_divisor_and_tie(*given)
        assert tuple(map(tuple, result.ties)) == ties
    else:
        seats = book.expected(*given)
    assert result.seats.tolist() == seats
    verify(case.shares, seats, case.house, method=case.method, divisor=result.divisor, **bounds)
    return True


def certificate(case: Instance, source: random.Random) -> bool:
    """Both ends of the interval verify, and units gain and lose where the result says so."""
    if not case.is_divisor_method:
        return False
    bounds = {"minimums": case.low, "maximums": book.as_maximums(case.high)}
    result = apportion(case.shares, case.house, method=case.method, **bounds)
    for divisor in {*result.divisors} - {0}:
        verify(case.shares, result.seats, case.house, method=case.method, divisor=divisor, **bounds)
    unit = source.randrange(len(case.shares))
    number, gain, loss = int(result.seats[unit]), result.gains_at(unit), result.loses_at(unit)
    if gain is None:
        assert not case.shares[unit] or number == case.high[unit]
    elif gain < 2**52:
        assert case.seats(house=gain)[unit] == number + 1
        assert case.seats(house=gain - 1)[unit] == number
    if loss is None:
        assert number == case.low[unit]
    else:
        assert case.seats(house=loss)[unit] == number - 1
        assert case.seats(house=loss + 1)[unit] == number
    return True


def anonymity(case: Instance, source: random.Random) -> bool:
    """In another order, units have the same seats, but for those that are tied."""
    order = list(range(len(case.shares)))
    source.shuffle(order)
    first = case.seats()
    shuffled = case.seats(
        shares=[case.shares[unit] for unit in order],
        low=[case.low[unit] for unit in order],
        high=[case.high[unit] for unit in order],
    )
    bounds = {"minimums": case.low, "maximums": book.as_maximums(case.high)}
    ties = apportion(case.shares, case.house, method=case.method, **bounds).ties
    tied = {unit for tie in ties for unit in tie.winners + tie.losers}
    assert all(shuffled[at] == first[unit] or unit in tied for at, unit in enumerate(order))
    return True


def house_monotonicity(case: Instance, _: random.Random) -> bool:
    """One place more goes to one unit, and nobody loses: element by element."""
    if not case.is_divisor_method or not case.has_room:
        return False
    before, after = case.seats(), case.seats(house=case.house + 1)
    assert sorted(b - a for a, b in zip(before, after, strict=True))[:-1] == [0] * (len(before) - 1)
    return True


def population_monotonicity(case: Instance, source: random.Random) -> bool:
    """A unit whose share rises has no fewer, and none of the others has more."""
    if not case.is_divisor_method:
        return False
    unit = source.randrange(len(case.shares))
    raised = [*case.shares]
    raised[unit] = min(raised[unit] * source.choice([1.0000000000000002, 1.1, 7.0]) + 5e-324, 1e308)
    if raised[unit] < case.shares[unit]:
        return False
    try:
        before, after = case.seats(), case.seats(shares=raised)
    except InfeasibleError:
        return False
    assert after[unit] >= before[unit]
    assert all(b <= a for i, (a, b) in enumerate(zip(before, after, strict=True)) if i != unit)
    return True


def scale(case: Instance, source: random.Random) -> bool:
    """All shares times a whole number, exactly, change nothing; nor does a unit with share 0."""
    factor, at = source.choice([3, 10**9 + 7, 2**1100 + 1]), source.randrange(len(case.shares) + 1)
    scaled = [Fraction(share) * factor for share in case.shares]
    wider = case.seats(
        shares=[*scaled[:at], Fraction(0), *scaled[at:]],
        low=[*case.low[:at], 0, *case.low[at:]],
        high=[*case.high[:at], 7, *case.high[at:]],
    )
    seats = case.seats()
    assert wider == [*seats[:at], 0, *seats[at:]]
    return True


def batch(case: Instance, source: random.Random) -> bool:
    """Rows of a batch are as they are alone."""
    rows = [[*case.shares] for _ in range(3)]
    for row in rows[1:]:
        source.shuffle(row)
    if any(share == 0 for share in case.shares):
        return False  # the bounds may not allow the house in another order
    bounds = {"minimums": case.low, "maximums": book.as_maximums(case.high)}
    together = apportion_batch(np.array(rows), case.house, method=case.method, **bounds)
    assert together.tolist() == [case.seats(shares=row) for row in rows]
    return True


def votelib(case: Instance, _: random.Random) -> bool:
    """PyPI votelib has the same seats, and a tie where the order decides here."""
    name = {"sainte-lague": "sainte_lague", "dhondt": "d_hondt"}.get(case.method)
    high = [min(most, case.house) for most in case.high]
    if not name or not any(
        share and a < b for share, a, b in zip(case.shares, case.low, high, strict=True)
    ):
        return False
    theirs = HighestAverages(name).evaluate(
        {unit: Fraction(share) for unit, share in enumerate(case.shares) if share},
        case.house,
        prev_gains=dict(enumerate(case.low)),
        max_seats=dict(enumerate(high)),
    )
    seats = [*case.low]
    for unit, number in theirs.items():
        for winner in sorted(unit)[:number] if isinstance(unit, Tie) else [unit] * number:
            seats[winner] += 1
    assert case.seats() == seats
    return True


Target = Callable[[Instance, random.Random], bool]
TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (
        definition,
        certificate,
        anonymity,
        house_monotonicity,
        population_monotonicity,
        scale,
        batch,
        votelib,
    )
}


OTHERS = [name for name in TARGETS if name != "definition"]


def main() -> int:
    """Run the targets on random instances; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--instances", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    parser.add_argument("--target", choices=TARGETS, action="append")
    options = parser.parse_args()
    warnings.simplefilter("error")
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    source = random.Random(options.seed)
    print(f"seed {options.seed}, {options.instances:,} instances", flush=True)
    checked: Counter[str] = Counter()
    methods: Counter[str] = Counter()
    started = time.perf_counter()
    for number in range(options.instances):
        case = draw(source)
        methods[case.method] += 1
        for name in options.target or ["definition", *source.sample(OTHERS, 3)]:
            try:
                checked[name] += TARGETS[name](case, source)
            except Exception as error:
                print(f"FAILED {name}, instance {number} of seed {options.seed}: {case}")
                print(f"{type(error).__name__}: {error}")
                return 1
    for name, count in checked.items():
        print(f"{count:>9,}  {name.replace('_', ' ')}")
    print("methods:", ", ".join(f"{name} {count:,}" for name, count in sorted(methods.items())))
    print(f"no failure in {time.perf_counter() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
