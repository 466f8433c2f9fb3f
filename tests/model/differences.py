"""The package beside the independent model: what differs in a world."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import independent_model
import msgspec

from bosetting_cli.findings import BosettingError
from bosetting_cli.result import allocate
from bosetting_cli.rules import Rules
from bosetting_cli.rules.structs import SHORTHANDS
from bosetting_cli.statistics import Column, Municipality, Statistics


def differences(world: dict[str, Any]) -> list[str]:
    """Return in what the package's answer differs from the independent model's."""
    expected = independent_model.model(world)
    try:
        found = allocate(statistics_of(world), rules_of(world))
    except BosettingError as error:
        return [] if expected["error"] else [f"refused: {error}"]
    if expected["error"]:
        return [f"not refused: {expected['error']}"]
    rows = {row.kommunenummer: row for row in found.rows}
    ours = {
        "status": {unit: row.status for unit, row in rows.items()},
        "requested": {u: r.requested for u, r in rows.items() if r.status == "selected"},
        "rank": {unit: row.rank for unit, row in rows.items() if row.rank is not None},
        "reasons": {u: _reason(r.why) for u, r in rows.items() if r.status == "not eligible"},
        "of_which": {
            name: {u: r.of_which.get(name, 0) for u, r in rows.items() if r.status == "selected"}
            for name in found.decision.of_which
        },
        "ties": _ties(found),
    }
    if world["rules"].get("counties"):
        ours["counties"] = {group.name: group.total for group in found.groups}
    wrong = [
        f"{key}: {value} instead of {expected[key]}"
        for key, value in ours.items()
        if value != expected[key]
    ]
    for name, places in expected["contributions"].items():
        for unit, exact in places.items():
            if abs(Fraction(rows[unit].contributions[name]) - exact) > Fraction(1, 10**9):
                wrong.append(f"{name} of {unit}: {rows[unit].contributions[name]}, not {exact}")
    return wrong


def _reason(why: Any) -> tuple[Any, ...]:
    if why.code == "unmet":
        return ("condition", why.numbers[0])
    return ("no figure", list(why.names)) if why.code == "no figure" else (why.code,)


def _ties(found: Any) -> set[tuple[Any, ...]]:
    decision, units = found.decision, found.statistics.units
    ties: set[tuple[Any, ...]] = set()
    for part in decision.step.key.parts if decision.step.key else ():
        ties |= _places(("county",), part.results, decision.step.names)
    for part, name in zip(decision.parts, decision.step.names, strict=True):
        for fylke, _, *sides in part.ties:
            kind = ("first", fylke) if fylke else ("cut", name)
            ties.add((*kind, *(frozenset(units[u] for u in side) for side in sides)))
        ties |= _places(("place", name), part.results, units)
    for name, (_, results) in decision.of_which.items():
        ties |= _places(("of which", name), results, units)
    return ties


def _places(kind: tuple[str, ...], results: Any, names: Any) -> set[tuple[Any, ...]]:
    """Return the ties of apportionments: kind, winners and losers by name."""
    return {
        (*kind, *(frozenset(names[result.units[u]] for u in side) for side in tie))
        for result in results.values()
        for tie in result.result.ties
    }


def statistics_of(world: dict[str, Any]) -> Statistics:
    """Return a world's figures as statistics: decimal text as the float that reads it."""

    def parts(figure: Any) -> tuple[float | None, ...]:
        figures = figure if isinstance(figure, list) else [figure]
        return tuple(None if x is None else float(x) for x in figures)

    columns = {
        name: Column(
            name,
            f"{name}.csv",
            {year: {u: parts(x) for u, x in by.items()} for year, by in years.items()},
            reference_date="year-12-31" if name.startswith("late_") else None,
        )
        for name, years in world["columns"].items()
    }
    units = sorted(world["units"].items())
    return Statistics(tuple(Municipality(u, f"Town {u}", f) for u, f in units), columns)


def rules_of(world: dict[str, Any]) -> Rules:
    """Return a world's rules, a number standing for itself as in YAML."""
    return msgspec.convert(_long(world["rules"]), Rules)


def _long(value: Any, depth: int = 0) -> Any:
    """Write numbers of the rules' own keys out as {"value": number}; depth 0 is the rules."""
    if isinstance(value, list):
        return [_long(part, depth + 1) for part in value]
    if not isinstance(value, dict):
        return value
    short = {key for key in SHORTHANDS if depth == 0 and isinstance(value.get(key), int | float)}
    short |= {key for key in ("smoothing",) if isinstance(value.get(key), int | float)}
    return {
        key: {SHORTHANDS[key][1]: part} if key in short else _long(part, depth + 1)
        for key, part in value.items()
    }
