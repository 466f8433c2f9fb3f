"""What must be said of an allocation: repaired data, hindsight, imputed figures, ties."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from bosetting_cli.findings import Finding, finding
from bosetting_cli.model.figures import Figures
from bosetting_cli.model.places import Apportioned, Decision
from bosetting_cli.result.reasons import condition_text
from bosetting_cli.rules import Rules
from bosetting_cli.statistics import Statistics, year_list

if TYPE_CHECKING:
    from bosetting_cli.result.allocation import Allocation

Note = Finding
FEW = 3  # names are told up to so many


def notes_of(decision: Decision) -> Iterator[Finding]:
    """Yield what must be said of one allocation."""
    own, step = decision.own, decision.step
    statistics, rules = own.statistics, own.rules
    yield from statistics_notes(statistics)
    names = [m.municipality for m in statistics.municipalities]
    for figures in own.figures:
        name = figures.criterion.name
        yield from _figure_notes(name, figures, own.eligible.tolist(), names, rules)
    for figures in step.key.own.figures if step.key else ():
        name = f"counties: {figures.criterion.name}"
        yield from _figure_notes(name, figures, range(len(step.names)), step.names, rules)
    yield from _late_conditions(statistics, rules)
    yield from _more_than_selected(decision)
    for part in step.key.parts if step.key else ():
        yield from _place_ties(part.results, step.names)
    for part in decision.parts:
        for fylke, _, *sides in part.ties:
            winners, losers = (tuple(names[unit] for unit in side) for side in sides)
            said = {"fylke": fylke, "winners": winners, "losers": losers}
            yield _note("tie", "tie for first" if fylke else "tie at cut", **said)
        yield from _place_ties(part.results, names)
    for _, results in decision.of_which.values():
        yield from _place_ties(results, names)


def region_note(shown: Allocation) -> Finding:
    """Return that one county is shown, and what part of the whole it is."""
    rows, whole = shown.selected, shown.whole
    said = {"region": shown.region, "asked": len(rows), "all": len(whole.selected)}
    said |= {"places": sum(row.requested for row in rows), "total": whole.rules.total.value}
    return _note("region", "one county shown", **said)


def statistics_notes(statistics: Statistics) -> Iterator[Finding]:
    """Yield what was repaired, assumed or carried over in reading the statistics."""
    for said in statistics.notes:
        kind = said.kind if said.severity == "note" else "repair"
        yield dataclasses.replace(said, kind=kind)


def _note(kind: str, words: str, **values: object) -> Finding:
    return finding(words, values, severity="note", kind=kind)


def _more_than_selected(decision: Decision) -> Iterator[Finding]:
    """Say where more are asked than the rules select, because names or counties require it."""
    totals = decision.step.totals[0].tolist()
    for part, name, total in zip(decision.parts, decision.step.names, totals, strict=True):
        extra = len(part.asked) - int(part.take[0])
        if extra > 0 and total:
            words = "more asked there" if name else "more asked"
            yield _note("by name", words, asked=len(part.asked), extra=extra, where=name)


def _late_conditions(statistics: Statistics, rules: Rules) -> Iterator[Finding]:
    """Say which conditions use figures of a later day than the rules' own."""
    for condition in (*rules.eligible, *(g.among for g in rules.of_which if g.among)):
        column = statistics.column(condition.indicator)
        if late := column.late(condition.years, rules.as_of):
            said = {"condition": condition_text(condition), "years": year_list(late)}
            yield _note("hindsight", "hindsight condition", as_of=rules.as_of, **said)


def _figure_notes(
    name: str, figures: Figures, eligible: Sequence[int], names: Sequence[str], rules: Rules
) -> Iterator[Finding]:
    if figures.hindsight:
        said = {"criterion": name, "years": year_list(figures.hindsight), "as_of": rules.as_of}
        yield _note("hindsight", "hindsight figures", **said)
    imputed = tuple(names[unit] for unit in eligible if figures.units[unit].imputed)
    if imputed:
        national = figures.national
        measure = "rate of all" if len(figures.columns) == 2 else "mean of all"
        words = "imputed figures" if len(imputed) <= FEW else "imputed many"
        said = {"criterion": name, "names": imputed, "count": len(imputed), "measure": measure}
        said["national"] = national
        yield _note("imputed", words, **said)


def _place_ties(results: Mapping[int, Apportioned], names: Sequence[str]) -> Iterator[Finding]:
    for units, result, _ in results.values():
        for tie in result.ties:
            winners, losers = (tuple(names[units[u]] for u in side) for side in tie)
            yield _note("tie", "tie for place", winners=winners, losers=losers)
