"""Write down all that the program prints, so that `diff -r` of two folders shows what changed.

    python scripts/freeze.py before      # at one state of the program …
    python scripts/freeze.py after       # … and at another
    diff -r before after

Every command runs with every packaged rule set, by the `bosetting_cli` of the Python that runs
this. A folder for each holds its standard output and error, its exit code and the files that it
wrote; `sha256.txt` lists them all, as `sha256sum -c` reads it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

from bosetting_cli.resources import config_dir

# By the letter of 2017: asked; asked for the minimum; not asked; not eligible.
MUNICIPALITIES = "0301 1804 1149 0710 1146 1871 1942 0619 1151 1856 2011 0138"
TOTALS = """\
scenarios:
  - name: base
  - name: totals
    total: [4400, 4401, 5350]
    method: [sainte-lague, dhondt, largest-remainder]
"""
WITHIN = """\
scenarios:
  - name: smaller
    share: [0.3, 0.4]
    minimum: [0, 5]
  - name: by score
    by: score
    exclude: [Bodø]
"""  # where the counties' numbers are given the total can't change
WEIGHTS = """\
scenarios:
  - name: weights
    weights:
      - {population: 0.5, employment: 0.3, introduction programme: 0.2}
      - {population: 0.8, employment: 0.1, introduction programme: 0.1}
    total: [4000, 5000]
"""
# On the municipalities of 2017; the later ones have a line each in `ALONE`.
RULE_SETS = ["criteria-2018-revised.yaml", "criteria.yaml"]
# Name → arguments, seen from a folder two below the output's.
OF_RULES = {
    "allocate": "allocate {rules}",
    "allocate-csv": "allocate {rules} --format csv",
    "allocate-json": "allocate {rules} --format json",
    "allocate-nb": "allocate {rules} --lang nb --format csv --excel-nb -o allocation.csv",
    "all": "allocate {rules} --all",
    "all-csv": "allocate {rules} --all --format csv",
    "by-fylke": "allocate {rules} --by fylke",
    "by-fylke-json": "allocate {rules} --by fylke --format json",
    "total-5350": "allocate {rules} --total 5350 --minimum 5 --format csv",
    "codes-2018": "allocate {rules} --codes 2018 --format csv",
    "explain-en": "explain {rules} {twelve} --lang en",
    "explain-nb": "explain {rules} {twelve} --lang nb",
    "explain-nn": "explain {rules} {twelve} --lang nn --format markdown",
    "explain-json": "explain {rules} {twelve} --format json",
    "totals": "scenarios ../../totals.yaml {rules}",
    "within": "scenarios ../../within.yaml {rules}",
    "within-long": "scenarios ../../within.yaml {rules} --long --all --format csv",
    "within-json": "scenarios ../../within.yaml {rules} --format json",
    "backtest": "backtest {rules}",
    "backtest-json": "backtest {rules} --format json",
    "backtest-decided": "backtest {rules} --counties-as-decided --asked-as-decided --format csv",
    "letters-md": "letters {rules} -o letters",
    "letters-html": "letters {rules} -o letters --format html --lang en",
    "letters-nn": "letters {rules} -o letters --lang nn --only bodø --only 0301 --only 1871",
    "report": "report {rules} -o report.html",
    "figures": "report {rules} --figure map.svg --figure contributions.svg --lang en",
    "rules": "rules {rules}",
    "validate": "validate {rules}",
    "validate-json": "validate {rules} --format json",
}
OF_TWO = {
    "compare": "compare {a} {b}",
    "compare-json": "compare {a} {b} --all --format json",
    "compare-by-fylke": "compare {a} {b} --by fylke",
    "compare-fails": "compare {a} {b} --fail-on-change --format markdown",
}
ALONE = {
    "built-in": "allocate",
    "schema": "rules --schema",
    "help": "--help",
    "backtest-2017": "backtest --year 2017 --format json",
    "actual": "compare built-in actual:2018 --codes 2018",
    "at-least": "allocate --total 5350 --at-least ../../saved.csv --format csv",
    "weights": "scenarios ../../weights.yaml --long --all --format csv",
    "no-such-data": "allocate --data no-such-folder",
    "too-small": "allocate --total 100",
    "years": "years --format csv",
    "year-2019": "allocate --year 2019 --all --format csv",
    "year-2020": "allocate --year 2020 --all --format csv",
    "year-2021": "letters --year 2021 -o letters",
    "year-2022": "report --year 2022 -o report.html",
    "year-2024": "allocate --year 2024",
    "year-2026": "allocate --year 2026 --format json",
    "year-2026-backtest": "backtest --year 2026",
    "year-2027": "allocate --year 2027 --total 12000 --by fylke",
}


def cases(rule_sets: list[str]) -> dict[str, list[str]]:
    """Return the folder of each case and its arguments."""
    lines = {f"alone/{name}": line for name, line in ALONE.items()}
    for rules in rule_sets:
        for name, line in OF_RULES.items():
            given = line.format(rules=f"--rules ../../config/{rules}", twelve=MUNICIPALITIES)
            lines[f"{Path(rules).stem}/{name}"] = given
    for a, b in pairwise(rule_sets):
        for name, line in OF_TWO.items():
            given = line.format(a=f"../../config/{a}", b=f"../../config/{b}")
            lines[f"{Path(a).stem}-and-{Path(b).stem}/{name}"] = given
    return {name: line.split() for name, line in lines.items()}


def run(folder: Path, arguments: list[str]) -> None:
    """Run one case in a folder of its own, and keep there what comes out."""
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "bosetting_cli", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    (folder / "stdout").write_bytes(done.stdout)
    (folder / "stderr").write_bytes(done.stderr)
    (folder / "exit_code").write_text(f"{done.returncode}\n", encoding="utf-8")


def main(out: Path) -> None:
    """Run everything."""
    (out / "config").mkdir(parents=True)
    for name in RULE_SETS:
        shutil.copy(config_dir() / name, out / "config")
    (out / "totals.yaml").write_text(TOTALS, encoding="utf-8")
    (out / "within.yaml").write_text(WITHIN, encoding="utf-8")
    (out / "weights.yaml").write_text(WEIGHTS, encoding="utf-8")
    saved = "kommunenummer,requested\n0301,570\n1804,46\n1871,12\n"
    (out / "saved.csv").write_text(saved, encoding="utf-8")
    for name, arguments in cases(RULE_SETS).items():
        print(name, file=sys.stderr)
        run(out / name, arguments)
    files = sorted(path for path in out.rglob("*") if path.is_file())
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(out).as_posix()}\n"
        for path in files
    ]
    (out / "sha256.txt").write_text("".join(sums), encoding="utf-8")
    print(f"{len(files)} files in {out}")


if __name__ == "__main__":
    if len(sys.argv) != 2 or os.path.exists(sys.argv[1]):
        sys.exit("usage: python scripts/freeze.py OUT_DIR, which must not exist")
    main(Path(sys.argv[1]))
