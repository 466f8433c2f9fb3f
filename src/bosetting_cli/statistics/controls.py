"""Columns against the totals that their publisher gives: what is too much, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bosetting_cli.findings import Finding, finding, shown
from bosetting_cli.statistics.descriptions import Control, Description, Field
from bosetting_cli.statistics.frame import Column
from bosetting_cli.statistics.yearly import Yearly

_ROUNDED = 0.01


@dataclass(frozen=True, slots=True)
class _Off:
    """A total that figures don't add up to.

    Attributes:
        total: As published.
        sum: What the figures add up to.
        deviation: What is too much, or below 0 too little.
        units: The municipalities that lack a figure, as `0709 Larvik`.
    """

    total: float
    sum: float
    deviation: float
    units: tuple[str, ...]


def deviations(
    columns: Mapping[str, Column], description: Description, yearly: Yearly, missing: Sequence[str]
) -> Iterator[Finding]:
    """Say which columns don't add up to their control totals.

    Where the register lacks municipalities, no column can, and one is told. Totals marked
    `computed` prove nothing and are passed over, and so are columns of which most is hidden.
    Where cells are blank, the published total may be larger, by as much as the description
    says that they can hold.

    Args:
        columns: Name → figures.
        description: What is said of them.
        yearly: Their figures as arrays.
        missing: The municipalities that the register lacks.
    """
    for column in columns.values():
        told = description.fields.get((Path(column.table).name, column.name), Field())
        for control in told.controls:
            if control.year not in column.figures or control.computed:
                continue
            totals = {} if description.part else {"": control.value}
            totals |= control.counties
            regions = {name: total for name, total in totals.items() if total is not None}
            if off := _off(column, control, regions, told.hidden, yearly):
                yield _said(column, control, off, missing)
                if missing:
                    return


def unguarded(description: Description, root: Path) -> Iterator[Finding]:
    """Say that a folder has no control totals that could find a wrong figure."""
    guards = (not one.computed for told in description.fields.values() for one in told.controls)
    if not any(guards):
        yield finding("no control totals", severity="note", file=str(root))


def _off(
    column: Column, control: Control, totals: Mapping[str, float], hidden: float, yearly: Yearly
) -> dict[str, _Off]:
    """Return county (empty: the country) → what is wrong, for those that deviate."""
    known, lacking = yearly.sums(column, control.year)
    off = {}
    for county, total in totals.items():
        here = yearly.where(county) if county else np.ones(len(known), dtype=np.bool_)
        blanks, found = lacking[here].sum(), float(known[here].sum())
        if not here.any() or 2 * blanks > here.sum():  # there is no such county; most is hidden
            continue
        gap = total - found - (0 if county else control.elsewhere)
        most = control.within + hidden * blanks
        if not -control.within - _ROUNDED <= gap <= most + _ROUNDED:
            without = [m for m, n in zip(yearly.municipalities, lacking * here, strict=True) if n]
            names = tuple(f"{m.kommunenummer} {m.municipality}" for m in without)
            off[county] = _Off(total, found, -gap if gap < 0 else most - gap, names)
    return off


def _said(
    column: Column, control: Control, off: Mapping[str, _Off], missing: Sequence[str]
) -> Finding:
    """Return one error for a column and year; its value is in which counties it lies."""
    worst = off.get("") or max(off.values(), key=lambda one: abs(one.deviation))
    absent = tuple(dict.fromkeys((*missing, *worst.units)))
    too_much = worst.deviation > 0
    words = "sum above" if too_much else "sum below, missing" if absent else "sum below"
    values = {"sum": worst.sum, "total": worst.total, "off": abs(worst.deviation)}
    about = {"year": control.year or "", "source": shown(control.source, 120), "names": absent}
    said = finding(words, {**values, **about}, file=column.table, column=column.name)
    counties = ", ".join(f"{name} {one.deviation:+,.0f}" for name, one in off.items() if name)
    return replace(said, kind="control total", value=counties or None)
