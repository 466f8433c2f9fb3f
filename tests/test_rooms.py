"""The house: rooms in one order, imports downward only, type-only imports included."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import bosetting_cli

PACKAGE = Path(bosetting_cli.__file__).parent
# From the roof to the cellar; a room imports only what stands after it.
ROOMS = (
    *("cli", "record", "letters", "report", "explanation", "tables"),
    *("backtest", "studies", "result", "model"),
    *("rulebook", "codes", "rules", "statistics", "resources", "output", "findings"),
    *("words", "apportionment", "memory"),
)


def room_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else path.stem


def imported(path: Path) -> set[str]:
    """Return the rooms that a file imports, for types alone as well."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or "", *(f"{node.module}.{a.name}" for a in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            if name.startswith("bosetting_cli."):
                found.add(name.split(".")[1])
    return found & set(ROOMS)


def test_every_room_has_its_place():
    rooms = {room_of(path) for path in PACKAGE.rglob("*.py")} - {"__init__", "__main__"}
    assert rooms == set(ROOMS)
    assert len(ROOMS) <= 20


def test_imports_run_downward():
    upward = [
        f"{path.relative_to(PACKAGE)} imports {room}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if room_of(path) in ROOMS
        for room in sorted(imported(path) - {room_of(path)})
        if ROOMS.index(room) < ROOMS.index(room_of(path))
    ]
    assert upward == []


def test_there_are_at_most_twelve_floors():
    below = {room: set() for room in ROOMS}
    for path in PACKAGE.rglob("*.py"):
        if room_of(path) in below:
            below[room_of(path)] |= imported(path) - {room_of(path)}
    floors: dict[str, int] = {}
    for room in reversed(ROOMS):
        floors[room] = 1 + max((floors[other] for other in below[room]), default=0)
    assert max(floors.values()) <= 12


# The divisions and codes, and the readers of lists that carry them over: only these know Norway,
# and the map, which says what year's areas it was given.
NORWEGIAN = {f"bosetting_cli.statistics.{name}" for name in ("divisions", "kommunenummer", "lists")}
CARRY_CODES = {"cli", "codes", "report", "rules", "statistics", "studies"}

ABROAD = """
import bosetting_cli.statistics.divisions as divisions


def norway(*args):
    raise AssertionError("Norway is asked for")


for name, found in list(vars(divisions).items()):
    if callable(found) and getattr(found, "__module__", "") == divisions.__name__:
        setattr(divisions, name, norway)

from small import criterion, rules_for, synthetic
import bosetting_cli as bosetting

people = {"Lund": 4000.0, "Umeå": 3000.0, "Visby": 1000.0}
statistics = synthetic({"population": {2017: people}}, {"Visby": "Gotland"})
rules = rules_for([criterion()], 80)
found = bosetting.allocate(statistics, rules)
print(*(f"{row.kommunenummer} {row.requested}" for row in found.rows))
print(bosetting.draws(statistics, rules, totals=[8, 16]).requested.tolist())
print(bosetting.explain(found, "Town Lund", changes=True).requested)
"""


def test_only_those_who_carry_codes_over_import_what_knows_norway():
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module in NORWEGIAN:
                found.add(room_of(path))
    assert found == CARRY_CODES


def test_the_arithmetic_needs_no_norway():
    found = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", ABROAD],
        cwd=Path(__file__).parent,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert found.stdout.splitlines() == ["Lund 40 Umeå 30 Visby 10", "[[4, 3, 1], [8, 6, 2]]", "40"]
