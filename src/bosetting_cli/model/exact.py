"""Exact where a place is decided (docs/model.md, section 10).

Numbers of the model are sums, products and quotients of numbers that are not negative, so that
floats are right to some 12 digits. Where two are further apart than `NEAR`, floats decide; where
they are not, the same expression in fractions does.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from bosetting_cli.statistics import exact as decimal

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]
    Mask = NDArray[np.bool_]
    Numbers = NDArray[np.int64]
    Exact = Callable[[int], Fraction]

NEAR = 1e-9  # relative; a thousand times the error of any float of the model


def close(a: Any, b: Any) -> Any:
    """Return where two arrays are so near to each other that floats can't order them."""
    return np.abs(a - b) <= NEAR * np.maximum(np.abs(a), np.abs(b))


def order(values: Floats, exact: Exact, tie: Ints) -> tuple[Ints, Mask]:
    """Order units by value, the highest first; equal ones by tie-break (10).

    Args:
        values: One for each unit.
        exact: Unit → the same value as a fraction; asked only where two are close.
        tie: The place of each unit among equals.

    Returns:
        The units in order, and for each place whether it equals the one before exactly.

    Example:
        >>> thirds = [Fraction(1, 3), Fraction(2, 3), Fraction(1, 3)]
        >>> places, equal = order(np.array(thirds, float), thirds.__getitem__, np.array([2, 1, 0]))
        >>> places.tolist(), equal.tolist()
        ([1, 2, 0], [False, False, True])
    """
    places = np.lexsort((tie, -values))
    falling = values[places]
    equal = np.zeros(len(places), dtype=bool)
    near = np.flatnonzero(close(falling[1:], falling[:-1]))
    for run in np.split(near, np.flatnonzero(np.diff(near) > 1) + 1) if near.size else ():
        span = slice(int(run[0]), int(run[-1]) + 2)
        known = {unit: exact(unit) for unit in places[span].tolist()}
        settled = sorted(known, key=lambda unit: (-known[unit], tie[unit]))
        places[span] = settled
        pairs = itertools.pairwise(settled)
        equal[span.start + 1 : span.stop] = [known[a] == known[b] for a, b in pairs]
    return places, equal


def first(
    keys: Floats, take: Ints, exact: Callable[[int, int], Fraction], tie: Ints
) -> tuple[Mask, dict[int, tuple[Ints, Ints]]]:
    """Select the first so many of each row: the cut, by the rule of `order`.

    Args:
        keys: D × n, what ranks them; minus infinity for who is no candidate.
        take: How many in each row, at most the number of its candidates.
        exact: Row, unit → key as a fraction.
        tie: The place of each unit among equals, n or D × n.

    Returns:
        D × n, who is selected; and row → the units equal at the cut, in and out, where a tie
        decided.
    """
    falling = np.sort(keys, axis=1)[:, ::-1]
    rows = np.arange(len(keys))
    last = np.where(take > 0, falling[rows, np.maximum(take, 1) - 1], np.inf)[:, np.newaxis]
    chosen = keys >= last
    beyond = np.full(len(keys), -np.inf)
    more = (take > 0) & (take < keys.shape[1])
    beyond[more] = falling[rows[more], take[more]]
    ties = {}
    with np.errstate(invalid="ignore"):
        doubtful = np.flatnonzero((beyond > -np.inf) & close(beyond, last[:, 0]))
    for row in doubtful.tolist():
        near = np.flatnonzero(close(keys[row], last[row]) & (keys[row] > -np.inf))
        chosen[row, near] = False
        room = int(take[row]) - int(np.count_nonzero(chosen[row]))
        own = np.broadcast_to(tie, keys.shape)[row, near]
        places, equal = order(keys[row, near], _within(exact, row, near), own)
        chosen[row, near[places[:room]]] = True
        if equal[room]:
            alike = np.cumsum(~equal)
            same = alike == alike[room]
            ties[row] = near[places[:room][same[:room]]], near[places[room:][same[room:]]]
    return chosen, ties


def _within(exact: Callable[[int, int], Fraction], row: int, units: Ints) -> Exact:
    return lambda place: exact(row, int(units[place]))


def at_least(value: float, limit: float, exact: Callable[[], Fraction]) -> bool:
    """Return whether a figure reaches a limit, both as they are written."""
    if close(value, limit):
        return exact() >= decimal(limit)
    return value >= limit


def floors(values: Floats, exact: Exact) -> NDArray[np.int64]:
    """Return numbers cut off to whole ones; next to a whole number the fraction decides."""
    result = np.floor(values).astype(np.int64)
    for unit in np.flatnonzero(close(values, np.rint(values))).tolist():
        result[unit] = math.floor(exact(unit))
    return result


def sums(values: Floats, mask: Mask) -> Floats:
    """Return the sum of the selected in each row, correctly rounded and so in any order.

    A high part on a common binary grid and the rest are added up apart, both without error; where
    the values lie too far apart for that, `math.fsum` adds them.

    Args:
        values: n or D × n, not negative.
        mask: D × n.
    """
    positive = values[values > 0]
    if not positive.size:
        return np.zeros(len(mask))
    bits = int(values.shape[-1]).bit_length()
    top, least = math.frexp(positive.max())[1], math.frexp(positive.min())[1]
    if top - least > 54 - 2 * bits or abs(top) > 900:
        rows = np.broadcast_to(values, mask.shape)
        return np.array([math.fsum(row[own].tolist()) for row, own in zip(rows, mask, strict=True)])
    grid = math.ldexp(1.0, top - 53 + bits)
    high = np.rint(values / grid) * grid
    low = values - high
    if values.ndim == 1:
        parts = mask @ np.stack([high, low], axis=1)
        return np.asarray(parts[:, 0] + parts[:, 1])
    return np.asarray((high * mask).sum(axis=1) + (low * mask).sum(axis=1))
