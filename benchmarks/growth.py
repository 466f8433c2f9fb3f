"""How much longer does a country of 9,000 municipalities take than one of 1,000?

    python benchmarks/growth.py [RUNS]        # 3 unless said otherwise

Every command as a whole process, on made-up figures with every normalisation, ties, a minimum and
the first of each county. The two countries take turns; a ratio is the median of the turns'. There
can be no more than 9,999 kommunenummer. The aim is 11 at most: nothing is quadratic.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

AIM = 11.0
SIZES = 1000, 9000
RULES = """\
title: A made-up country
as_of: 2020-06-01
total: {total}
minimum: 2
eligible:
  - {{name: settled, indicator: settled, at_least: 1}}
select: {{share: 0.5, per_county: {per_county}}}
criteria:
  - {{name: people, weight: 0.5, indicator: population}}
  - name: employment
    weight: 0.3
    indicator: {{numerator: employed, denominator: adults}}
    scale_by: population
    normalise: percentile
    smoothing: {{participants: 50}}
  - {{name: homes, weight: 0.2, indicator: homes, scale_by: population, normalise: minmax}}
method: sainte-lague
"""
SCENARIOS = "scenarios:\n  - {{name: totals, total: [{}]}}\n"
# The one that is explained has the same figures in both, so that the searches are as long.
FIRST = {"population": 20_000, "adults": 14_000, "employed": 9_000, "settled": 30, "homes": 250}
COMMANDS = {
    "allocate": "allocate --rules rules.yaml --data .",
    "allocate --all": "allocate --rules rules.yaml --data . --all --format csv",
    "explain": "explain 0001 --rules rules.yaml --data .",
    "scenarios": "scenarios scenarios.yaml --rules rules.yaml --data . --format csv",
    "letters --format md": "letters --rules rules.yaml --data . --format md --force -o md",
    "letters --format html": "letters --rules rules.yaml --data . --format html --force -o html",
    "report": "report --rules rules.yaml --data . --force -o report.html",
    "validate": "validate --rules rules.yaml --data .",
    "rules": "rules --rules rules.yaml --data .",
    "compare": "compare rules.yaml other.yaml --data .",
}


def write_country(folder: Path, size: int) -> None:
    """Write the statistics, rules and scenarios of a country with so many municipalities."""
    rng = np.random.default_rng(size)
    codes = [f"{number:04d}" for number in range(1, size + 1)]
    people = np.maximum(rng.lognormal(8.5, 1.0, size).round(), 200)
    adults = (people * 0.7).round()
    figures = {
        "population": people,
        "adults": adults,
        "employed": (adults * rng.uniform(0.5, 0.8, size)).round(),
        "settled": rng.integers(0, 40, size),
        "homes": rng.integers(0, 500, size),
    }
    for name, figure in FIRST.items():
        figures[name][0] = figure
    register = [f"{code},Town {code},County {int(code) % 20}" for code in codes]
    _write(folder / "municipalities.csv", ["kommunenummer,municipality,fylke", *register])
    table = zip(codes, *(column.astype(int).tolist() for column in figures.values()), strict=True)
    rows = [",".join(map(str, row)) for row in table]
    _write(folder / "figures.csv", [",".join(("kommunenummer", *figures)), *rows])
    for name, per_county in (("rules", 1), ("other", 0)):
        (folder / f"{name}.yaml").write_text(RULES.format(total=10 * size, per_county=per_county))
    totals = ", ".join(str(10 * size + step) for step in range(50))
    (folder / "scenarios.yaml").write_text(SCENARIOS.format(totals))


def _write(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def seconds(folder: Path, arguments: str) -> float:
    """Return how long a command takes in a folder; its output is thrown away."""
    command = [sys.executable, "-m", "bosetting_cli", *arguments.split()]
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"bosetting {arguments}: {done.stderr}")
    return time.perf_counter() - start


def main() -> int:
    """Time all commands and print their ratios; 1 if one misses the aim."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    worst = 0.0
    with tempfile.TemporaryDirectory() as parent:
        folders = [Path(parent) / str(size) for size in SIZES]
        for folder, size in zip(folders, SIZES, strict=True):
            folder.mkdir()
            write_country(folder, size)
        for name, arguments in COMMANDS.items():
            turns = [[seconds(folder, arguments) for folder in folders] for _ in range(runs)]
            ratio = statistics.median(many / few for few, many in turns)
            few, many = map(statistics.median, zip(*turns, strict=True))
            print(f"{name:22} {few:6.2f} s, {many:6.2f} s: {ratio:5.2f} times", flush=True)
            worst = max(worst, ratio)
    print(f"aim: at most {AIM:g}")
    return 0 if worst <= AIM else 1


if __name__ == "__main__":
    sys.exit(main())
