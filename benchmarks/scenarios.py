"""How much longer do 1,000 scenarios take than reading the data and running 10?

    python benchmarks/scenarios.py [--runs N]

The aim is 3 times at most, for the whole command as somebody at a terminal waits for it. The
same sums inside one process, without the program's start, are printed beside it.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from bosetting_cli import load_rules, load_statistics
from bosetting_cli.studies.runs import read_sources, runs
from bosetting_cli.studies.scenarios import load_scenarios

if TYPE_CHECKING:
    from collections.abc import Callable

AIM = 3.0
METHODS = ("sainte-lague", "dhondt", "hill", "adams", "dean")


def grid(count: int) -> dict[str, object]:
    """Return a file of so many scenarios: 10 weights, 5 methods, and as many totals as needed."""
    weights = [
        {"population": (70 - i) / 100, "employment": 0.2, "introduction programme": (10 + i) / 100}
        for i in range(10)
    ]
    totals = [4400 + 10 * i for i in range(max(count // 50, 1))]
    methods = list(METHODS) if count >= 50 else METHODS[:1]
    return {"scenarios": [{"name": "grid", "weights": weights, "method": methods, "total": totals}]}


def best(runs: int, work: Callable[[], object]) -> float:
    """Return the shortest of several times, in seconds."""
    times = []
    for _ in itertools.repeat(None, runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def command(path: Path) -> None:
    """Run the scenarios of a file as a command."""
    arguments = [sys.executable, "-m", "bosetting_cli", "scenarios", str(path), "--format", "csv"]
    subprocess.run(arguments, check=True, capture_output=True)


def inside(path: Path) -> None:
    """Read the data and run the scenarios of a file in this process."""
    rules = load_rules()
    statistics = load_statistics(indicators=rules.indicators())
    sources = read_sources([], lambda _: (statistics, rules))
    deque(runs(load_scenarios(path), sources), maxlen=0)


def main() -> int:
    """Print the times and the ratios; exit 1 if the aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for count in (10, 1000):
            paths[count] = Path(folder) / f"{count}.yaml"
            paths[count].write_text(json.dumps(grid(count)))  # JSON is YAML
            made = len(load_scenarios(paths[count]))
            assert made == count, made
        ratios = {}
        for name, work in (("command", command), ("inside one process", inside)):
            few, many = (best(runs, lambda c=count, w=work: w(paths[c])) for count in (10, 1000))
            ratios[name] = many / few
            print(f"{name}: 10 in {few:.3f} s, 1,000 in {many:.3f} s, ratio {many / few:.2f}")
    print(f"aim for the command: at most {AIM:g}")
    return 0 if ratios["command"] <= AIM else 1


if __name__ == "__main__":
    sys.exit(main())
