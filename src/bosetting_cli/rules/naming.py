"""The municipalities and fylker that rules name, found among those of the statistics."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from bosetting_cli.findings import AllocationError, BosettingError, finding
from bosetting_cli.statistics import Municipality
from bosetting_cli.statistics.names import find_municipality, no_county


def named(
    municipalities: Sequence[Municipality], names: Iterable[str], key: str
) -> tuple[str, ...]:
    """Return the kommunenummer of municipalities given by name or number.

    Raises:
        AllocationError: Some are unknown or ambiguous; all of them are listed.
    """
    units, problems = [], []
    for name in names:
        try:
            units.append(find_municipality(name, municipalities).kommunenummer)
        except BosettingError as error:
            problems += [dataclasses.replace(p, key=key, value=None) for p in error.problems]
    if problems:
        raise AllocationError(problems)
    return tuple(units)


def combined(
    municipalities: Sequence[Municipality], combine: Mapping[str, Iterable[str]]
) -> list[str]:
    """Return each municipality's fylke, or what `counties.combine` calls several together.

    One that the statistics have combined needs no combining.

    Raises:
        AllocationError: Some are unknown; all of them are listed.
    """
    fylker = {m.fylke for m in municipalities}
    into: dict[str, str] = {}
    problems = []
    for name, parts in combine.items():
        if name in fylker and not fylker & set(parts):
            continue
        for part in parts:
            if part not in fylker:
                problems.append(no_county(part, sorted(fylker), key="counties.combine"))
            into[part] = name
    if problems:
        raise AllocationError(problems)
    return [into.get(m.fylke, m.fylke) for m in municipalities]


def given(totals: Mapping[str, int], names: Sequence[str]) -> list[int]:
    """Return the number that each county is given by `counties.totals`.

    Raises:
        AllocationError: A county is unknown, or has no number; all of them are listed.
    """
    key = "counties.totals"
    strange = [name for name in totals if name not in names]
    lacking = [name for name in names if name not in totals]
    problems = [no_county(name, names, key=key) for name in strange]
    problems += [finding("county without number", key=key, name=name) for name in lacking]
    if problems:
        raise AllocationError(problems)
    return [totals[name] for name in names]
