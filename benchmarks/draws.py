"""`draws` against the arithmetic alone, and against `allocate` of 0.1.0 called for each weighting.

    python benchmarks/draws.py [DRAWS]        # 100,000 unless said otherwise

By the letter's rules: weightings of three criteria, 426 municipalities, the first 205 by share of
the places, 4,400 places, minimum 10, Sainte-Laguë. `plain` is that in NumPy floats, exact nowhere
and without reasons. The programs take turns, block by block; a ratio is the median of the turns'.
0.1.0 is taken from its commit and runs beside, on today's figures, a sample of the weightings. The
numbers are held against each other: `plain` where no decision is near, 0.1.0 everywhere.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bosetting_cli import load_rules, load_statistics
from bosetting_cli.model.draws import draws
from bosetting_cli.model.standing import standing
from bosetting_cli.resources import data_dir

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

VERSION = "ffd03cf"  # 0.1.0
SAMPLE = 200
BLOCK = 300  # rows that `plain` takes at once: the fastest of those tried
TURNS = 5
AIMS = 3.0, 1 / 200

OLD = """
import sys, time
import numpy as np
from bosetting_cli import allocate, load_rules, load_statistics
from bosetting_cli.rulebook.override import override
weights, rules = np.load(sys.argv[1]), load_rules()
statistics = load_statistics(sys.argv[3], indicators=rules.indicators())
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


def old_allocate(weights: Floats) -> tuple[float, Ints]:
    """Return the seconds that 0.1.0 takes for each weighting, and its places."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent)
        archive = subprocess.run(
            ["git", "archive", VERSION],
            cwd=Path(__file__).parents[1],
            check=True,
            capture_output=True,
        )
        subprocess.run(["tar", "x", "-C", parent], input=archive.stdout, check=True)
        np.save(folder / "weights.npy", weights)
        done = subprocess.run(
            [sys.executable, "-c", OLD, folder / "weights.npy", folder / "found.npy", data_dir()],
            env={**os.environ, "PYTHONPATH": str(folder / "src")},
            check=True,
            capture_output=True,
        )
        return float(done.stdout), np.load(folder / "found.npy")


def main() -> int:
    """Print the ratios; 1 if an aim is missed or numbers differ."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    rules = load_rules()
    figures = load_statistics(indicators=rules.indicators())
    own = standing(figures, rules)
    amounts = np.stack([amount.values[own.eligible] for amount in own.amounts])
    weights = np.random.default_rng(20261125).dirichlet([7, 2, 1], count)
    take, total, least = len(own.eligible) // 2, rules.total.value, rules.minimum.value
    turns, different, ours = [], 0, []
    for rows in np.array_split(weights, TURNS):
        start = time.perf_counter()
        found = draws(figures, rules, weights=rows)
        middle = time.perf_counter()
        places = plain(amounts, rows, take, total, least)
        turns.append((middle - start, time.perf_counter() - middle))
        different += int((found.requested[:, own.eligible] != places).any(axis=1).sum())
        ours.append(found.requested[:SAMPLE])
    sample = min(SAMPLE, len(ours[0]))
    each, old = old_allocate(weights[:sample])
    us, them = (statistics.median(side) / count * TURNS for side in zip(*turns, strict=True))
    ratio = statistics.median(a / b for a, b in turns)
    wrong = int((old != ours[0][:sample]).any(axis=1).sum())
    print(f"{count:,} weightings of {len(figures.units)} units")
    print(f"draws {us * 1e6:.1f} µs each, plain floats {them * 1e6:.1f} µs: {ratio:.2f} times")
    print(f"other numbers than plain floats in {different} weightings")
    print(f"allocate of 0.1.0 {each * 1e3:.1f} ms each: draws takes 1/{each / us:.0f}")
    print(f"other numbers than 0.1.0 in {wrong} of {sample} weightings")
    print(f"aims: {AIMS[0]:g} times at most, 1/{1 / AIMS[1]:.0f} at most")
    return int(ratio > AIMS[0] or us / each > AIMS[1] or wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
