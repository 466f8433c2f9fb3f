"""One number for a run: what the rules, the figures they use and the requests are (docs/record.md).

Two runs that agree on all of it have the same fingerprint, whatever the language, the files, the
machine and the version of the program. A municipality that the rules name stands as it is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from bosetting_cli.model.figures import years_read
from bosetting_cli.rules import Condition, Rules, indicator_columns
from bosetting_cli.statistics import Statistics, exact

if TYPE_CHECKING:
    from bosetting_cli.result.allocation import Allocation

# What is written for people and decides nothing.
_TOLD = {"title", "title_nb", "source", "sources", "reference"}


def fingerprint(allocation: Allocation) -> str:
    """Return the SHA-256 of the canonical text of a run, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(allocation).encode()).hexdigest()


def canonical(allocation: Allocation) -> str:
    """Return all that decides the numbers of a run, and the numbers, as lines of text.

    A line is a kind and its values, split by tabs: `rule` path and value, in the order of the
    rules; `unit` code and region; `figure` code, year, column and the decimal as published (empty:
    not published; with a `+` between parts that are published apart); `asked` code, sub-group
    (empty: all) and number. Numbers are fractions in lowest terms, so that 0.70 and 0.7 are one.
    """
    allocation = allocation.whole
    statistics, rules = allocation.statistics, allocation.rules
    lines = ["bosetting\t1"]
    lines += (f"rule\t{path}\t{value}" for path, value in _flat(rules, ""))
    lines += (f"unit\t{m.kommunenummer}\t{m.fylke}" for m in statistics.municipalities)
    lines += _figures(statistics, rules)
    for row in sorted(allocation.selected, key=lambda row: row.kommunenummer):
        numbers = {"": row.requested, **row.of_which}
        lines += (f"asked\t{row.kommunenummer}\t{name}\t{n}" for name, n in numbers.items())
    return "\n".join(lines) + "\n"


def _flat(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield the path and the value of every key that can decide something.

    What is as it would be without the key is left out, so that a later version that has more keys
    gives the same text.
    """
    if isinstance(value, msgspec.Struct):
        for one in msgspec.structs.fields(value):
            own = getattr(value, one.name)
            told = one.name in _TOLD or (isinstance(value, Condition) and one.name == "name")
            if not told and own != one.default and own not in ((), {}):
                yield from _flat(own, f"{path}.{one.name}" if path else one.name)
    elif isinstance(value, dict):
        for key in sorted(value):
            yield from _flat(value[key], f"{path}.{key}")
    elif isinstance(value, tuple):
        named = all(isinstance(item, str) for item in value)  # municipalities, in any order
        for index, item in enumerate(sorted(value) if named else value):
            yield from _flat(item, f"{path}[{index}]")
    else:
        yield path, _number(value) if isinstance(value, float) else repr(str(value))[1:-1]


def _number(value: float | None) -> str:
    return "" if value is None else str(exact(value))


def _figures(statistics: Statistics, rules: Rules) -> Iterator[str]:
    for year, name in sorted(_used(statistics, rules), key=lambda used: (used[1], used[0] or 0)):
        column = statistics.column(name)
        for unit in statistics.units:
            parts = "+".join(map(_number, column.parts(unit, year)))
            yield f"figure\t{unit}\t{year or ''}\t{name}\t{parts}"


def _used(statistics: Statistics, rules: Rules) -> set[tuple[int | None, str]]:
    """Return the year and name of each column that the rules use."""
    asked: list[tuple[str, tuple[int, ...]]] = [("population", ())]
    for criterion in (*rules.criteria, *(rules.counties.criteria if rules.counties else ())):
        asked += [(name, criterion.years) for name in indicator_columns(criterion.indicator)]
        asked += [(criterion.scale_by, ())] if criterion.scale_by else []
    groups = (group.among for group in rules.of_which if group.among)
    asked += [(condition.indicator, condition.years) for condition in (*rules.eligible, *groups)]
    return {
        (year, name)
        for name, years in asked
        for year in years_read(statistics.column(name), years, rules.as_of)
    }
