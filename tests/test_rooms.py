"""The house: rooms in one order, imports downward only, type-only imports included."""

from __future__ import annotations

import ast
from pathlib import Path

import bosetting_cli

PACKAGE = Path(bosetting_cli.__file__).parent
# From the roof to the cellar; a room imports only what stands after it.
ROOMS = (
    *("cli", "letters", "report", "explanation", "tables"),
    *("backtest", "studies", "result", "model"),
    *("rulebook", "codes", "rules", "statistics", "resources", "findings"),
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
