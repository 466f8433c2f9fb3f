"""How much longer do letters to all municipalities take than `bosetting allocate`?

    python benchmarks/letters.py [RUNS]

Whole processes, which take turns, so that a machine which slows down slows all of them; each
ratio is the median over the runs of a command's time over `allocate`'s in the same turn. The aim
is 3 at most for the letters' plain forms; docx and pdf are as fast as the libraries that write
them. The page stands beside them, and with what would have changed the answers; the aim for that
is 10 times the page without.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

AIM, AIM_OF_CHANGES = 3.0, 10.0
BOSETTING = [sys.executable, "-m", "bosetting_cli"]
COMMANDS = {
    "letters --format md": ["letters", "--format", "md", "-o"],
    "letters --format html": ["letters", "--format", "html", "-o"],
    "letters --format docx": ["letters", "--format", "docx", "-o"],
    "letters --format pdf": ["letters", "--format", "pdf", "-o"],
    "report": ["report", "-o"],
    "report --changes": ["report", "--changes", "-o"],
}


def seconds(arguments: list[str]) -> float:
    """Return how long a command takes, its output thrown away."""
    start = time.perf_counter()
    command = [*BOSETTING, *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> int:
    """Time all commands and print their ratios; 1 if the plain letters miss the aim."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    ratios: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for run in range(runs):
        base = seconds(["allocate"])
        with tempfile.TemporaryDirectory() as folder:
            for i, (name, arguments) in enumerate(COMMANDS.items()):
                target = Path(folder) / f"{run}-{i}.html"
                ratios[name].append(seconds([*arguments, str(target)]) / base)
    for name, found in ratios.items():
        print(f"{name:24} {statistics.median(found):5.2f} times `allocate`")
    plain = [statistics.median(ratios[name]) for name in list(COMMANDS)[:2]]
    pairs = zip(ratios["report --changes"], ratios["report"], strict=True)
    changes = statistics.median(with_them / without for with_them, without in pairs)
    print(f"report --changes         {changes:5.2f} times `report`")
    return 0 if max(plain) <= AIM and changes <= AIM_OF_CHANGES else 1


if __name__ == "__main__":
    sys.exit(main())
