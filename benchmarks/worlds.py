"""The model beside the independent implementation of the tests, on many random worlds.

    python benchmarks/worlds.py [WORLDS]      # 20,000 unless said otherwise

Prints in how many worlds the two differ, and in what the first few do; there must be none. The
first 500 are in the test command.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "model"))

from differences import differences
from worlds import world

SHOWN = 5


def main() -> int:
    """Compare all worlds; 1 if one differs."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    start, different = time.perf_counter(), 0
    for seed in range(count):
        if wrong := differences(world(seed)):
            different += 1
            if different <= SHOWN:
                print(f"world {seed}: {'; '.join(wrong)}", flush=True)
    took = time.perf_counter() - start
    print(f"{different} of {count:,} worlds differ ({took:.0f} s)")
    return int(different > 0)


if __name__ == "__main__":
    sys.exit(main())
