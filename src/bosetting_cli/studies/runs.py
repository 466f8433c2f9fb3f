"""Scenarios → who is asked for how many in each, or why there is no allocation.

Nothing is read twice, scenarios that differ in weights, total, minimum and count alone are
decided together, and none is kept longer than its numbers are needed.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from bosetting_cli.findings import BosettingError, Finding, finding
from bosetting_cli.model.draws import decisions
from bosetting_cli.model.places import Decision
from bosetting_cli.model.standing import standing
from bosetting_cli.result.notes import statistics_notes
from bosetting_cli.rules import Rules, Total, override
from bosetting_cli.rules.variations import as_ruled
from bosetting_cli.statistics import Municipality, Statistics
from bosetting_cli.studies.compare import vintages
from bosetting_cli.studies.scenarios import Data, Scenario

Source = tuple[Statistics, Rules]

TOGETHER = 1000  # scenarios that are sorted by what they have in common


@dataclass(frozen=True, eq=False, slots=True)
class Run:
    """What one scenario gives.

    Attributes:
        scenario: The scenario.
        rules: Its rules.
        decision: The numbers of this scenario and others, as arrays.
        row: Which of them are its own.
    """

    scenario: Scenario
    rules: Rules
    decision: Decision
    row: int

    @property
    def units(self) -> Sequence[str]:
        """The kommunenummer of the statistics."""
        return self.decision.own.units

    @property
    def selected(self) -> NDArray[np.bool_]:
        """Who is asked."""
        return np.asarray(self.decision.selected[self.row])

    @property
    def quotas(self) -> NDArray[np.float64]:
        """Places before rounding."""
        return np.asarray(self.decision.quotas[self.row])

    @property
    def numbers(self) -> NDArray[np.int64]:
        """Places; 0 for those who are not asked."""
        return np.where(self.selected, self.decision.requested[self.row], 0)

    @property
    def of_which(self) -> dict[str, NDArray[np.int64]]:
        """Sub-group → places for it; 0 for those who can't receive it."""
        able = self.decision.own.able
        places = {name: numbers for name, (numbers, _) in self.decision.of_which.items()}
        return {n: np.where(able[n], places[n][self.row], 0) for n in places}


@dataclass(frozen=True, slots=True)
class Failure:
    """A scenario that admits no allocation, and why."""

    scenario: Scenario
    problems: tuple[Finding, ...]

    @property
    def reasons(self) -> list[str]:
        """Why, a line each."""
        parts = ((p.place(), p.key, p.message) for p in self.problems)
        return [": ".join(part for part in texts if part) for texts in parts]

    def named(self) -> list[Finding]:
        """Return the problems with the scenario's name before their place."""
        called = f"scenario `{self.scenario.name}`"
        places = (": ".join(filter(None, (called, p.place()))) for p in self.problems)
        return [
            dataclasses.replace(problem, file=place, line=None, column=None)
            for problem, place in zip(self.problems, places, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Sources:
    """The statistics of all scenarios.

    Attributes:
        rules: The base rules.
        read: What a scenario names, None for the base's → statistics and base rules, or why not.
        municipalities: Those of all statistics, by kommunenummer.
        inputs: File → SHA-256.
        notes: What was repaired, assumed or carried over in reading the statistics.
    """

    rules: Rules
    read: Mapping[Data | None, Source | BosettingError]
    municipalities: tuple[Municipality, ...]
    inputs: Mapping[str, str]
    notes: tuple[Finding, ...]


def read_sources(named: Iterable[Data], read: Callable[[Data | None], Source]) -> Sources:
    """Read the base's statistics and those that scenarios name, each once.

    Args:
        named: What scenarios name.
        read: What a scenario names, None for the base's → statistics and base rules.

    Raises:
        BosettingError: The base's can't be read, and what else can't; or they are on different
            years' municipalities.
    """
    found: dict[Data | None, Source | BosettingError] = {}
    for data in (None, *named):
        if data not in found:
            try:
                found[data] = read(data)
            except BosettingError as error:
                found[data] = error
    base = found[None]
    if isinstance(base, BosettingError):
        errors = (one for one in found.values() if isinstance(one, BosettingError))
        raise BosettingError(dict.fromkeys(p for error in errors for p in error.problems))
    used = [source[0] for source in found.values() if not isinstance(source, BosettingError)]
    inputs = {file: digest for statistics in used for file, digest in statistics.inputs.items()}
    notes = dict.fromkeys(note for statistics in used for note in statistics_notes(statistics))
    return Sources(base[1], found, _municipalities(used), inputs, tuple(notes))


def _municipalities(sources: Sequence[Statistics]) -> tuple[Municipality, ...]:
    """Return the municipalities of all statistics, which must be of one year."""
    found = {m.kommunenummer: m for source in reversed(sources) for m in source.municipalities}
    alike = all(set(source.units) == set(sources[0].units) for source in sources)
    if not alike and not vintages(found) and any(vintages(source.units) for source in sources):
        raise BosettingError(finding("scenarios of different years"))
    return tuple(found[code] for code in sorted(found))


def runs(
    scenarios: Iterable[Scenario], sources: Sources, *, sub_groups: bool = False
) -> Iterator[Run | Failure]:
    """Yield what each scenario gives, in order.

    Args:
        scenarios: In the order wanted.
        sources: Their statistics.
        sub_groups: Whether to share out sub-groups as well.
    """
    waiting = iter(scenarios)
    while block := list(itertools.islice(waiting, TOGETHER)):
        yield from _decided(block, sources, sub_groups)


def succeeding(
    found: Iterable[Run | Failure], failed: list[Failure], *, keep_going: bool
) -> Iterator[Run]:
    """Yield the runs, and at the end raise what is wrong with the others.

    Args:
        found: From `runs`.
        failed: Gets the scenarios that admit no allocation.
        keep_going: Raise only if no scenario admits one.

    Raises:
        BosettingError: Some scenarios admit no allocation; all of them are named.
    """
    succeeded = False
    for one in found:
        if isinstance(one, Failure):
            failed.append(one)
        else:
            succeeded = True
            yield one
    if failed and not (keep_going and succeeded):
        raise BosettingError(problem for failure in failed for problem in failure.named())


def _decided(
    block: Sequence[Scenario], sources: Sources, sub_groups: bool
) -> Iterator[Run | Failure]:
    """Run scenarios, those together that differ in nothing but what `Variations` holds."""
    found: dict[int, Run | Failure] = {}
    alike: dict[tuple[Data | None, bytes], list[tuple[int, Rules, Statistics]]] = {}
    for place, scenario in enumerate(block):
        source = sources.read[scenario.data]
        try:
            if isinstance(source, BosettingError):
                raise source
            rules = override(source[1], **scenario.changes)
        except BosettingError as error:
            found[place] = Failure(scenario, error.problems)
        else:
            key = scenario.data, _apart_from_numbers(rules)
            alike.setdefault(key, []).append((place, rules, source[0]))
    for members in alike.values():
        together = [(block[place], rules) for place, rules, _ in members]
        results = _together(together, members[0][2], sub_groups)
        found |= {place: one for (place, *_), one in zip(members, results, strict=True)}
    return (found[place] for place in range(len(block)))


def _apart_from_numbers(rules: Rules) -> bytes:
    """Return what must be the same in rules that are decided together."""
    same = msgspec.structs.replace
    return msgspec.json.encode(
        same(
            rules,
            criteria=tuple(same(c, weight=0.0, source=None) for c in rules.criteria),
            total=Total(1),
            minimum=same(rules.minimum, value=0, source=None),
            select=same(rules.select, count=rules.select.count and 1, source=None),
            reference=None,
        )
    )


def _together(
    members: Sequence[tuple[Scenario, Rules]], statistics: Statistics, sub_groups: bool
) -> Iterator[Run | Failure]:
    """Yield the runs of rules that differ only in numbers, or why there is none."""
    rules = members[0][1]
    try:
        own = standing(statistics, rules)
    except BosettingError as error:
        yield from (Failure(scenario, error.problems) for scenario, _ in members)
        return
    varied = as_ruled(*(own_rules for _, own_rules in members))
    for rows, decision in decisions(own, varied, sub_groups=sub_groups):
        for row, (scenario, own_rules) in enumerate(members[rows]):
            if row in decision.problems:
                yield Failure(scenario, tuple(decision.problems[row]))
            else:
                yield Run(scenario, own_rules, decision, row)
