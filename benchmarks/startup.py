"""Whole-process times of the command line as ratios to `import pandas`, in one run.

    python benchmarks/startup.py [RUNS]

The commands take turns, so that a machine which slows down slows all of them; each ratio is the
median over the runs of a command's time over the time of `import pandas` in the same turn.
Bytecode is kept in a folder of the run, as an installed program has it.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

PEER = [sys.executable, "-c", "import pandas"]
BOSETTING = [sys.executable, "-m", "bosetting_cli"]
COMMANDS = {
    "bosetting --help": [*BOSETTING, "--help"],
    "bosetting --version": [*BOSETTING, "--version"],
    "bosetting allocate": [*BOSETTING, "allocate"],
    "bosetting allocate --format csv": [*BOSETTING, "allocate", "--format", "csv"],
    "bosetting allocate --format json": [*BOSETTING, "allocate", "--format", "json"],
}


def seconds(command: list[str]) -> float:
    """Return how long a command takes, its output thrown away."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Time all commands and print their ratios."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 11
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PYTHONPYCACHEPREFIX"] = folder
        compare(runs)


def compare(runs: int) -> None:
    """Let the commands take turns."""
    for command in (PEER, *COMMANDS.values()):
        seconds(command)
    turns = [(seconds(PEER), [seconds(c) for c in COMMANDS.values()]) for _ in range(runs)]
    print(f"python -c 'import pandas': median {statistics.median(p for p, _ in turns):.3f} s")
    for i, name in enumerate(COMMANDS):
        ratio = statistics.median(times[i] / peer for peer, times in turns)
        print(f"{name}: {ratio:.2f} times import pandas")


if __name__ == "__main__":
    main()
