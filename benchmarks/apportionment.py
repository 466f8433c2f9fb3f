"""Compare the apportionment with other programs: ratios in one run, printed as Markdown.

    python benchmarks/apportionment.py            # half a minute to two
    python benchmarks/apportionment.py --quick    # without the million units

Needs PyPI `apportionment`; uses PyPI `biprop` (GPL, not required by the project) where it is
installed. The programs take turns, so that whatever else the machine does hits them alike; a
figure is the median of the turns, a ratio the median of the turns' ratios.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import io
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

sys.path.remove(str(Path(__file__).parent))  # this file has the name of the package it measures

import numpy as np

from apportionment import methods as pypi
from bosetting_cli.apportionment import apportion, apportion_batch, batch_within, verify

Run = Callable[[], object]
VERSION = "ffd03cf"  # 0.1.0


def turns(runs: dict[str, tuple[Run, int]], rounds: int) -> dict[str, list[float]]:
    """Time runs in turn.

    Args:
        runs: name → (what to run, how often within a turn).
        rounds: how many turns each has.

    Returns:
        Name → seconds per run, turn by turn.
    """
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for run, _ in runs.values():
        run()
    for _ in range(rounds):
        for name, (run, times) in runs.items():
            start = time.perf_counter()
            for _ in range(times):
                run()
            taken[name].append((time.perf_counter() - start) / times)
    return taken


def show(title: str, taken: dict[str, list[float]]) -> None:
    """Print a table: median seconds, and each as a multiple of the first."""
    print(f"\n{title}\n\n| | median | ratio to the first |\n| --- | ---: | ---: |")
    first = next(iter(taken.values()))
    for name, seconds in taken.items():
        median = statistics.median(seconds)
        ratio = statistics.median(s / f for s, f in zip(seconds, first, strict=True))
        text = f"{median * 1e6:,.1f} µs" if median < 1e-2 else f"{median * 1e3:,.0f} ms"
        print(f"| {name} | {text} | {ratio:,.2f} |")


def by_biprop(shares: np.ndarray, house: int) -> Run | None:
    """Return a run of biprop's divisor method, or None if it isn't installed."""
    try:
        import biprop
    except ImportError:
        return None
    election = biprop.Election(shares.reshape(-1, 1))

    def run() -> object:
        return election.upper_apportionment(house, "parties", update_seats=False)

    return run


def with_biprop(
    runs: dict[str, tuple[Run, int]], shares: np.ndarray, house: int, times: int
) -> dict[str, tuple[Run, int]]:
    """Add biprop to the runs where it is installed and converges."""
    run = by_biprop(shares, house)
    if run is None:
        print("\n(biprop is not installed)")
        return runs
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            run()
    except RecursionError:
        print(f"\n(biprop does not converge for {shares.size:,} units, {house:,} places)")
        return runs
    return {**runs, "biprop, no certificate": (run, times)}


def municipalities(shares: np.ndarray) -> None:
    """(a) 426 units, 4,400 places, at least 10 each."""

    def checked() -> None:
        result = apportion(shares, 4400, minimums=10)
        verify(
            shares, result.seats, 4400, method=result.method, divisor=result.divisor, minimums=10
        )

    names = [str(unit) for unit in range(shares.size)]
    runs: dict[str, tuple[Run, int]] = {
        "apportion, minimum 10": (lambda: apportion(shares, 4400, minimums=10), 200),
        "the same, with divisor and verify": (checked, 200),
        "apportion, no minimum": (lambda: apportion(shares, 4400), 200),
        "PyPI apportionment, no minimum": (
            lambda: pypi.compute("saintelague", shares, 4400, parties=names),
            1,
        ),
    }
    show("(a) 426 units, 4,400 places", turns(with_biprop(runs, shares, 4400, 200), 15))


def old_apportion() -> Callable[..., object]:
    """Return `apportion` of 0.1.0, from the repository's history."""
    folder = "src/bosetting_cli/apportionment"
    with tempfile.TemporaryDirectory() as parent:
        root = Path(__file__).parents[1]
        command = ["git", "archive", VERSION, folder]
        archive = subprocess.run(command, cwd=root, check=True, capture_output=True)
        subprocess.run(["tar", "x", "-C", parent], input=archive.stdout, check=True)
        spec = importlib.util.spec_from_file_location("old", f"{parent}/{folder}/__init__.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules["old"] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found: Callable[..., object] = module.apportion
        found([1.0, 2.0], 2, minimums=[1, 1])  # imports what it imports late
    return found


def against_old(shares: np.ndarray) -> None:
    """(a) The same against version 0.1.0."""
    old = old_apportion()
    bounds = {
        "no minimum": {},
        "minimum 10": {"minimums": 10},
        "426 minimums": {"minimums": [10] * shares.size},
        "426 maximums": {"maximums": [100] * shares.size},
    }
    for name, own in bounds.items():
        runs: dict[str, tuple[Run, int]] = {
            "0.1.0": (lambda own=own: old(shares, 4400, **own), 200),
            "apportion": (lambda own=own: apportion(shares, 4400, **own), 200),
        }
        show(f"(a) 426 units, 4,400 places, {name}, against 0.1.0", turns(runs, 31))


def million(house: int) -> None:
    """(b) 1,000,000 units."""
    shares = np.random.default_rng(2).lognormal(9, 1.2, 1_000_000)
    runs: dict[str, tuple[Run, int]] = {"apportion": (lambda: apportion(shares, house), 1)}
    title = f"(b) 1,000,000 units, {house:,} places"
    show(title, turns(with_biprop(runs, shares, house, 1), 7))
    tracemalloc.start()
    apportion(shares, house)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"\nMemory at the most: {peak / shares.nbytes:.1f} arrays of the shares' size.")


def plain_pass(shares: np.ndarray, house: int, minimum: int) -> np.ndarray:
    """Apportion by Sainte-Laguë with plain NumPy: multiplier, rounding, the last places."""
    x = house / shares.sum()
    for _ in range(100):
        raw = np.maximum(shares * x, minimum)
        missing = house - raw.sum()
        if abs(missing) < 0.5:
            break
        x += missing / shares[raw > minimum].sum()
    seats = np.maximum(np.floor(shares * x + 0.5), minimum)
    missing = int(house - seats.sum())
    if missing > 0:
        seats[np.argpartition(shares / (seats + 0.5), -missing)[-missing:]] += 1
    elif missing < 0:
        claims = np.where(seats > minimum, shares / (seats - 0.5), np.inf)
        seats[np.argpartition(claims, -missing)[:-missing]] -= 1
    return seats


def million_with_minimum(house: int, minimum: int) -> None:
    """(b) 1,000,000 units with a minimum, against a plain NumPy pass."""
    shares = np.random.default_rng(2).lognormal(9, 1.2, 1_000_000)
    runs: dict[str, tuple[Run, int]] = {
        "plain NumPy pass, floats": (lambda: plain_pass(shares, house, minimum), 1),
        "apportion": (lambda: apportion(shares, house, minimums=minimum), 1),
    }
    show(f"(b) 1,000,000 units, {house:,} places, minimum {minimum}", turns(runs, 7))


def houses(shares: np.ndarray) -> None:
    """(c) The same units, ever more places."""
    sizes = (10**4, 10**6, 10**8, 10**10, 10**12)
    runs: dict[str, tuple[Run, int]] = {
        f"{house:,} places": (lambda house=house: apportion(shares, house, minimums=10), 100)
        for house in sizes
    }
    show("(c) 426 units, minimum 10", turns(runs, 15))


def batches(shares: np.ndarray) -> None:
    """(d) Many vectors at once, against a loop over the single form."""
    generator = np.random.default_rng(3)
    matrix = shares * generator.lognormal(0, 0.1, (4000, shares.size))
    for house, minimum in ((4400, None), (4400, 10)):
        loop = [apportion(row, house, minimums=minimum).seats for row in matrix]
        assert (apportion_batch(matrix, house, minimums=minimum) == loop).all()
        runs: dict[str, tuple[Run, int]] = {
            "apportion_batch": (
                lambda h=house, m=minimum: apportion_batch(matrix, h, minimums=m),
                1,
            ),
            "loop over apportion": (
                lambda h=house, m=minimum: [apportion(row, h, minimums=m) for row in matrix],
                1,
            ),
        }
        show(f"(d) 4,000 × 426, {house:,} places, minimum {minimum}", turns(runs, 9))


def selections(shares: np.ndarray, count: int) -> None:
    """(e) Many weightings: half of the units take part, each with a minimum of 10."""
    generator = np.random.default_rng(5)
    takes_part = generator.random((count, shares.size)).argsort(axis=1) < 205
    matrix = np.where(takes_part, shares * generator.lognormal(0, 0.1, takes_part.shape), 0.0)
    low = np.where(takes_part, 10, 0)
    start = time.process_time()
    _, settled = batch_within(matrix, 4400, minimums=low, error=1e-9)
    taken = time.process_time() - start
    print(
        f"\n(e) {count:,} × {shares.size}, 205 with minimum 10: {taken / count * 1e6:.0f} µs a row,"
        f" {settled.mean():.4%} settled within 1e-9"
    )


def main() -> None:
    """Run all comparisons."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="leave out the million units")
    options = parser.parse_args()
    packages = []
    for name in ("numpy", "apportionment", "biprop"):
        with contextlib.suppress(PackageNotFoundError):
            packages.append(f"{name} {version(name)}")
    print(f"Python {platform.python_version()}, {', '.join(packages)}; {os.cpu_count()} cores")
    shares = np.random.default_rng(1).lognormal(9, 1.2, 426)
    municipalities(shares)
    against_old(shares)
    if not options.quick:
        million(10**7)
        million(10**8)
        million_with_minimum(3 * 10**7, 10)
    houses(shares)
    batches(shares)
    selections(shares, 10_000 if options.quick else 100_000)


if __name__ == "__main__":
    main()
