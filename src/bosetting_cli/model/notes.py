"""What must be said of an allocation: repaired data, hindsight, imputed figures, ties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bosetting_cli.model.figures import late_years
from bosetting_cli.model.selection import condition_text
from bosetting_cli.statistics import year_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bosetting_cli.model.allocation import Decision
    from bosetting_cli.model.figures import Figures
    from bosetting_cli.model.places import Apportioned
    from bosetting_cli.rules import Rules
    from bosetting_cli.statistics import Statistics


@dataclass(frozen=True, slots=True)
class Note:
    """Something about an allocation that must be said: an imputed figure, a tie, hindsight."""

    kind: str
    text: str


def notes_of(statistics: Statistics, rules: Rules, decision: Decision) -> Iterator[Note]:
    """Yield what must be said of one allocation."""
    yield from statistics_notes(statistics)
    own, step = decision.standing, decision.step
    names = [m.municipality for m in statistics.municipalities]
    for figures in own.figures:
        yield from _figure_notes(
            figures.criterion.name, figures, own.eligible.tolist(), names, rules
        )
    for figures in step.figures:
        everyone = range(len(step.names))
        yield from _figure_notes(
            f"counties: {figures.criterion.name}", figures, everyone, step.names, rules
        )
    yield from _late_conditions(statistics, rules)
    yield from _more_than_selected(decision)
    for result in step.results.values():
        yield from _place_ties(result, step.names)
    for part in decision.parts:
        for tie in part.ties:
            winners, losers = ([names[part.units[u]] for u in side] for side in tie[2:])
            where = f"equal as the first of {tie.place}" if tie.place else "equal at the cut"
            yield _tie(f"{where}: {', '.join(winners)} asked, {', '.join(losers)} not")
        for result in part.results.values():
            yield from _place_ties(result, names)
    for _, results in decision.of_which.values():
        for result in results.values():
            yield from _place_ties(result, names)


def statistics_notes(statistics: Statistics) -> Iterator[Note]:
    """Yield what was repaired, assumed or carried over in reading the statistics."""
    for problem in statistics.notes:
        kind = "repair" if problem.severity in ("error", "warning") else problem.severity
        yield Note(kind, str(problem))


def _more_than_selected(decision: Decision) -> Iterator[Note]:
    """Say where more are asked than the rules select, because names or counties require it."""
    for part in decision.parts:
        asked = int(np.count_nonzero(decision.selected[0, part.units]))
        extra = asked - int(part.take[0])
        if extra > 0 and part.totals[0]:
            where = f" in {part.name}" if part.name else ""
            what = f"{asked} are asked{where}, {extra} more than the rules select"
            yield Note("by name", f"{what}: so many are included by name, or the first of a fylke")


def _late_conditions(statistics: Statistics, rules: Rules) -> Iterator[Note]:
    """Say which conditions use figures of a later day than the rules' own."""
    for condition in (*rules.eligible, *(g.among for g in rules.of_which if g.among)):
        column = statistics.column(condition.indicator)
        if late := late_years([column], condition.years, rules.as_of):
            what = f"the condition “{condition_text(condition)}” uses figures of {year_list(late)}"
            yield Note("hindsight", f"{what}, after {rules.as_of}")


def _figure_notes(
    name: str, figures: Figures, eligible: Sequence[int], names: Sequence[str], rules: Rules
) -> Iterator[Note]:
    if figures.hindsight:
        late = year_list(figures.hindsight)
        yield Note("hindsight", f"{name} uses figures of {late}, after {rules.as_of}")
    imputed = [names[unit] for unit in eligible if figures.units[unit].imputed]
    if imputed:
        few = imputed if len(imputed) <= 3 else [f"{len(imputed)} eligible municipalities"]
        national = figures.national
        value = f"{national:.1%}" if figures.criterion.scale_by else f"{national:g}"
        what = f"{name}: no published figure for {', '.join(few)}; the national {value} stands"
        yield Note("imputed", what)


def _place_ties(apportioned: Apportioned, names: Sequence[str]) -> Iterator[Note]:
    for tie in apportioned.result.ties:
        first, second = (", ".join(names[apportioned.units[unit]] for unit in side) for side in tie)
        yield _tie(f"equal claim to the last place: {first} before {second}")


def _tie(what: str) -> Note:
    return Note("tie", f"{what} (larger population, then lower kommunenummer, goes first)")
