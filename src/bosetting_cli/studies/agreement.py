"""How near two lists of numbers by unit come to each other; nothing here knows municipalities."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agreement:
    """What two lists have in common; a unit without a number, or with 0, is not asked.

    Attributes:
        both: Units asked in both, sorted.
        only_a: Units asked in the first alone, sorted.
        only_b: Units asked in the second alone, sorted.
        total_a: Sum of the first.
        total_b: Sum of the second.
        misplaced: Half the sum of the absolute differences: places that are with the wrong unit.
        misplaced_share: The same of the lists as parts of their totals, between 0 and 1; with
            equal totals it is `misplaced` as a part of the total.
        rank_correlation: Spearman's, among the units asked in both; None if it is undefined.
    """

    both: tuple[str, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    total_a: float
    total_b: float
    misplaced: float
    misplaced_share: float
    rank_correlation: float | None


def agreement(a: Mapping[str, float], b: Mapping[str, float]) -> Agreement:
    """Compare two lists of numbers by unit.

    Args:
        a: Unit → number, such as what rules give.
        b: Unit → number, such as what was decided.

    Example:
        >>> agreement({"x": 6, "y": 4}, {"x": 5, "z": 5}).misplaced
        5.0
    """
    in_a, in_b = ({unit for unit, n in side.items() if n} for side in (a, b))
    both = tuple(sorted(in_a & in_b))
    total_a, total_b = math.fsum(a.values()), math.fsum(b.values())
    return Agreement(
        both,
        tuple(sorted(in_a - in_b)),
        tuple(sorted(in_b - in_a)),
        total_a,
        total_b,
        misplaced(a, b),
        misplaced(_parts(a, total_a), _parts(b, total_b)),
        rank_correlation([a[u] for u in both], [b[u] for u in both]),
    )


def misplaced(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    """Return half the sum of the absolute differences, Σ |a - b| / 2."""
    return math.fsum(abs(a.get(u, 0) - b.get(u, 0)) for u in sorted({*a, *b})) / 2


def _parts(numbers: Mapping[str, float], total: float) -> dict[str, float]:
    return {unit: n / total for unit, n in numbers.items()} if total else dict(numbers)


def rank_correlation(a: Sequence[float], b: Sequence[float]) -> float | None:
    """Return Spearman's rank correlation; None where one side has fewer than two values.

    It is the correlation of the ranks, equal values sharing the mean of their places
    (C. Spearman, "The proof and measurement of association between two things", 1904).
    """
    x, y = average_ranks(a), average_ranks(b)
    middle = (len(x) + 1) / 2
    xx, yy, xy = (
        math.fsum((r - middle) * (s - middle) for r, s in zip(*both, strict=True))
        for both in ((x, x), (y, y), (x, y))
    )
    return xy / math.sqrt(xx * yy) if xx and yy else None


def average_ranks(values: Sequence[float]) -> list[float]:
    """Return each value's place from the smallest, equal values sharing the mean of theirs.

    Example:
        >>> average_ranks([10, 20, 10])
        [1.5, 3.0, 1.5]
    """
    ordered = sorted(values)
    return [(bisect_left(ordered, x) + bisect_right(ordered, x) + 1) / 2 for x in values]
