"""Exact where a place is decided (docs/model.md, section 10).

Numbers of the model are sums, products and quotients of numbers that are not negative, so that
floats are right to some 12 digits. Where two are further apart than `NEAR`, floats decide; where
they are not, the same expression in fractions does.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from bosetting_cli.statistics import exact as decimal

# Not `NDArray`: importing numpy.typing takes a while.
Array = np.ndarray[Any, np.dtype[Any]]  # of floats, or of fractions
Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.integer[Any]]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]

NEAR = 1e-9  # relative; a thousand times the error of any float of the model


class Arithmetic(NamedTuple):
    """How an expression is evaluated: in floats, or in fractions of the figures as published."""

    number: Callable[[float], Any]
    add: Callable[[Iterable[Any]], Any]
    dtype: type


FLOATS = Arithmetic(float, math.fsum, float)
FRACTIONS = Arithmetic(decimal, lambda parts: sum(parts, Fraction(0)), object)


def close(a: Any, b: Any) -> Any:
    """Return where two arrays are so near to each other that floats can't order them."""
    return np.abs(a - b) <= NEAR * np.maximum(np.abs(a), np.abs(b))


def order(values: Floats, exact: Callable[[Ints], Array], tie: Ints) -> tuple[Ints, Mask]:
    """Order units by value, the highest first; equal ones by tie-break (10).

    Args:
        values: One for each unit.
        exact: Units → the same values as fractions; asked only where two are close.
        tie: The place of each unit among equals.

    Returns:
        The units in order, and for each place whether it equals the one before exactly.

    Example:
        >>> thirds = np.array([Fraction(1, 3), Fraction(2, 3), Fraction(1, 3)])
        >>> places, equal = order(thirds.astype(float), thirds.__getitem__, np.array([2, 1, 0]))
        >>> places.tolist(), equal.tolist()
        ([1, 2, 0], [False, False, True])
    """
    places = np.lexsort((tie, -values))
    falling = values[places]
    equal = np.zeros(len(places), dtype=bool)
    near = np.flatnonzero(close(falling[1:], falling[:-1]))
    for run in np.split(near, np.flatnonzero(np.diff(near) > 1) + 1) if near.size else ():
        span = slice(int(run[0]), int(run[-1]) + 2)
        known = dict(zip(places[span].tolist(), exact(places[span]), strict=True))
        settled = sorted(known, key=lambda unit: (-known[unit], tie[unit]))
        places[span] = settled
        pairs = itertools.pairwise(settled)
        equal[span.start + 1 : span.stop] = [known[a] == known[b] for a, b in pairs]
    return places, equal


def first(
    keys: Floats, units: Ints, take: Ints, exact: Callable[[int, Ints], Array], tie: Ints, out: Mask
) -> tuple[Mask, list[tuple[int, Ints, Ints]]]:
    """Select the first so many of some units in each row: the cut, by the rule of `order`.

    Args:
        keys: D × n, what ranks them.
        units: Among whom.
        take: How many in each row, at most the number of candidates.
        exact: Row, units → their keys as fractions.
        tie: The place of each unit among equals, n or D × n.
        out: Who of these units is no candidate, D × units.

    Returns:
        D × units, who is selected; and where a tie decided, the row and the units equal at the
        cut, in and out.
    """
    own, size, rows = keys.take(units, axis=1), len(units), np.arange(len(keys))
    if out.any():
        own[out] = -np.inf
    if not take.any():
        return np.zeros(own.shape, dtype=bool), []
    rising, last = np.sort(own, axis=1), np.minimum(size - take, size - 1)
    cut = np.where(take > 0, rising[rows, last], np.inf)[:, np.newaxis]
    beyond = np.where((take > 0) & (last > 0), rising[rows, last - 1], -np.inf)
    chosen, ties = own >= cut, []
    doubtful = np.flatnonzero((beyond > -np.inf) & close(beyond, cut[:, 0]))
    for row in doubtful.tolist():
        near = np.flatnonzero(close(own[row], cut[row]) & (own[row] > -np.inf))
        chosen[row, near] = False
        room = int(take[row]) - int(np.count_nonzero(chosen[row]))
        alike = np.broadcast_to(tie, keys.shape)[row, units[near]]
        places, equal = order(own[row, near], exact(row, units[near]).__getitem__, alike)
        chosen[row, near[places[:room]]] = True
        if equal[room]:
            group = np.cumsum(~equal)
            tied = np.flatnonzero(group == group[room])
            found = units[near[places[tied]]]
            ties.append((row, found[tied < room], found[tied >= room]))
    return chosen, ties


def sums(values: Floats, among: Floats) -> Floats:
    """Return the sum of the selected in each row, correctly rounded and so in any order.

    A high part on a common binary grid and the rest are added up apart, both without error; where
    the values lie too far apart for that, `math.fsum` adds them.

    Args:
        values: n or D × n, not negative.
        among: D × n, 1 for who is selected, otherwise 0.
    """
    positive = values[values > 0]
    bits = int(values.shape[-1]).bit_length()
    top, least = np.frexp([positive.max(initial=0), positive.min(initial=np.inf)])[1].tolist()
    if positive.size and (top - least > 54 - 2 * bits or abs(top) > 900):
        return np.array([math.fsum(row.tolist()) for row in values * among])
    grid = math.ldexp(1.0, top - 53 + bits)
    high = np.rint(values / grid) * grid
    if values.ndim == 1:
        return np.asarray((among @ np.stack([high, values - high], axis=1)).sum(axis=1))
    return np.asarray((among * high).sum(axis=1) + (among * (values - high)).sum(axis=1))
