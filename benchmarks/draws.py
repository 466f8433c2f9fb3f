"""`draws` against the arithmetic alone, and against `allocate` of 0.1.0 called for each weighting.

    python benchmarks/draws.py [DRAWS]        # 100,000 unless said otherwise

By the letter's rules: weightings of three criteria, 426 municipalities, the first 205 by share of
the places, 4,400 places, minimum 10, Sainte-Laguë. `plain` is that in NumPy floats, exact nowhere
and without reasons. The programs take turns, block by block; a ratio is the median of the turns'.
0.1.0 is taken from its commit and runs beside, a sample of the same weightings. The numbers are
held against each other: `plain` where no decision is near, 0.1.0 everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

VERSION = "ffd03cf"  # 0.1.0
SAMPLE = 200
BLOCK = 300  # rows that `plain` takes at once: the fastest of those tried
TURNS = 10
AIMS = 3.0, 1 / 200

OLD = """
import sys, time
import numpy as np
from bosetting_cli import allocate, load_rules, load_statistics
from bosetting_cli.rulebook.override import override
weights, rules = np.load(sys.argv[1]), load_rules()
statistics = load_statistics(indicators=rules.indicators())
names = [criterion.name for criterion in rules.criteria]
units, found, start = statistics.units, [], time.perf_counter()
for row in weights.tolist():
    own = allocate(statistics, override(rules, weights=dict(zip(names, row))))
    found.append([own.row(unit).requested for unit in units])
print((time.perf_counter() - start) / len(weights))
np.save(sys.argv[2], np.array(found))
"""


def plain(amounts: Floats, weights: Floats, take: int, total: int, least: int) -> Ints:
    """Do the same in floats: K × n amounts of the eligible, D × K weights → D × n places."""
    shares = amounts / amounts.sum(axis=1, keepdims=True)
    found = np.zeros((len(weights), amounts.shape[1]), dtype=np.int64)
    for start in range(0, len(weights), BLOCK):
        rows = weights[start : start + BLOCK]
        keys = rows @ shares
        cut = np.partition(keys, -take, axis=1)[:, -take, np.newaxis]
        chosen = keys >= cut
        quotas = (rows * total / (chosen @ amounts.T)) @ amounts
        places = sainte_lague(quotas[chosen].reshape(len(rows), take), total, least)
        found[start : start + BLOCK][chosen] = places.ravel()
    return found


def sainte_lague(quotas: Floats, total: int, least: int) -> Floats:
    """Round quotas by a common divisor, at least so many each; then fix the last places."""
    rate = np.ones(len(quotas))
    for _ in range(8):  # what is above the minimum shares out what the others leave
        free = quotas * rate[:, np.newaxis] > least
        left = total - least * (quotas.shape[1] - np.count_nonzero(free, axis=1))
        better = left / np.einsum("ij,ij->i", quotas, free)
        if np.allclose(better, rate, rtol=1e-12, atol=0):
            break
        rate = better
    places = np.maximum(np.rint(quotas * rate[:, np.newaxis]), least)
    missing = total - places.sum(axis=1)
    while (rows := np.flatnonzero(missing)).size:
        own, now, more = quotas[rows], places[rows], missing[rows] > 0
        # the highest claim without a place gets one, or the lowest with one loses it
        claims = own / (2 * now + np.where(more, 1, -1)[:, np.newaxis])
        claims[~more[:, np.newaxis] & (now <= least)] = np.inf
        unit = np.where(more, claims.argmax(axis=1), claims.argmin(axis=1))
        places[rows, unit] += np.where(more, 1, -1)
        missing[rows] -= np.where(more, 1, -1)
    return places
