"""Scenarios → who is asked for how many in each, or why there is no allocation."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from bosetting_cli.findings import BosettingError, Problem
from bosetting_cli.model.draws import decisions
from bosetting_cli.model.standing import standing
from bosetting_cli.result.notes import statistics_notes
from bosetting_cli.rules import Total, override
from bosetting_cli.rules.variations import as_ruled
from bosetting_cli.studies.compare import vintages

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from bosetting_cli.model.places import Decision
    from bosetting_cli.result.notes import Note
    from bosetting_cli.rules import Rules
    from bosetting_cli.statistics import Municipality, Statistics
    from bosetting_cli.studies.scenarios.grid import Data, Scenario

    Read = Callable[[Data | None], tuple[Statistics, Rules]]

TOGETHER = 1000  # scenarios that are sorted by what they have in common


@dataclass(frozen=True, eq=False)
class Run:
    """What one scenario gives.

    Attributes:
        scenario: The scenario.
        rules: Its rules.
        units: The kommunenummer of the statistics.
        selected: Who is asked.
        numbers: Places.
        places: Places before rounding; None unless asked for.
        shared: Sub-group → places, -1 for who can't receive it; empty unless asked for.
    """

    scenario: Scenario
    rules: Rules
    units: tuple[str, ...]
    selected: NDArray[np.bool_]
    numbers: NDArray[np.int64]
    places: NDArray[np.float64] | None = None
    shared: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)

    @property
    def requested(self) -> dict[str, int]:
        """Those asked: kommunenummer → places."""
        return self._of(self.numbers, self.selected)

    @property
    def quotas(self) -> dict[str, float]:
        """Those asked: kommunenummer → places before rounding; empty unless asked for."""
        return {} if self.places is None else self._of(self.places, self.selected)

    @property
    def of_which(self) -> dict[str, dict[str, int]]:
        """Sub-group → kommunenummer → places; empty unless asked for."""
        return {name: self._of(numbers, numbers >= 0) for name, numbers in self.shared.items()}

    def _of(self, values: NDArray[Any], among: NDArray[np.bool_]) -> dict[str, Any]:
        units = [self.units[place] for place in np.flatnonzero(among)]
        return dict(zip(units, values[among].tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Failure:
    """A scenario that admits no allocation, and why."""

    scenario: Scenario
    problems: tuple[Problem, ...]

    @property
    def reasons(self) -> list[str]:
        """Why, a line each."""
        parts = ((p.place(), p.key, p.message) for p in self.problems)
        return [": ".join(part for part in texts if part) for texts in parts]

    def named(self) -> list[Problem]:
        """Return the problems with the scenario's name."""
        return [
            Problem(f"scenario `{self.scenario.name}`: {reason}", hint=problem.remedy())
            for problem, reason in zip(self.problems, self.reasons, strict=True)
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
    read: Mapping[Data | None, tuple[Statistics, Rules] | BosettingError]
    municipalities: tuple[Municipality, ...]
    inputs: Mapping[str, str]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Sweep:
    """All runs.

    Attributes:
        runs: In the order of the scenarios.
        failed: Those that admit no allocation.
        sources: What they were run on.
    """

    runs: tuple[Run, ...]
    failed: tuple[Failure, ...]
    sources: Sources


def run_scenarios(
    scenarios: Collection[Scenario],
    read: Read,
    *,
    sub_groups: bool = False,
    keep_going: bool = False,
) -> Sweep:
    """Run scenarios and keep all results; `runs` makes them one by one.

    Args:
        scenarios: In the order wanted.
        read: What a scenario names, None for the base's → statistics and base rules.
        sub_groups: Whether to share out sub-groups as well.
        keep_going: Leave out those that admit no allocation.

    Raises:
        BosettingError: As `read_sources` and `succeeding` do.
    """
    named = (scenario.data for scenario in scenarios if scenario.data is not None)
    sources = read_sources(named, read)
    failed: list[Failure] = []
    found = runs(scenarios, sources, sub_groups=sub_groups)
    good = tuple(succeeding(found, failed, keep_going=keep_going))
    return Sweep(good, tuple(failed), sources)


def read_sources(named: Iterable[Data], read: Read) -> Sources:
    """Read the base's statistics and those that scenarios name, each once.

    Args:
        named: What scenarios name.
        read: See `run_scenarios`.

    Raises:
        BosettingError: The base's can't be read, or they are on different years' municipalities.
    """
    base = read(None)
    found: dict[Data | None, tuple[Statistics, Rules] | BosettingError] = {None: base}
    for data in named:
        if data not in found:
            try:
                found[data] = read(data)
            except BosettingError as error:
                found[data] = error
    used = [source[0] for source in found.values() if not isinstance(source, BosettingError)]
    inputs = {file: digest for statistics in used for file, digest in statistics.inputs.items()}
    notes = dict.fromkeys(note for statistics in used for note in statistics_notes(statistics))
    return Sources(base[1], found, _municipalities(used), inputs, tuple(notes))


def _municipalities(sources: Sequence[Statistics]) -> tuple[Municipality, ...]:
    """Return the municipalities of all statistics, which must be of one year."""
    found = {m.kommunenummer: m for source in reversed(sources) for m in source.municipalities}
    alike = all(set(source.units) == set(sources[0].units) for source in sources)
    if not alike and not vintages(found) and any(vintages(source.units) for source in sources):
        what = "the scenarios' statistics are on municipalities of different years"
        hint = "--codes YEAR carries them over to one year"
        raise BosettingError(Problem(what, hint=hint))
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
    alike: dict[tuple[Data | None, bytes], list[tuple[int, Rules]]] = {}
    for place, scenario in enumerate(block):
        source = sources.read[scenario.data]
        try:
            if isinstance(source, BosettingError):
                raise source
            rules = override(source[1], **scenario.changes)
        except BosettingError as error:
            found[place] = Failure(scenario, error.problems)
        else:
            alike.setdefault((scenario.data, _apart_from_numbers(rules)), []).append((place, rules))
    for (data, _), members in alike.items():
        source = sources.read[data]
        assert not isinstance(source, BosettingError)  # noqa: S101
        own = [(block[place], rules) for place, rules in members]
        together = _together(own, source[0], sub_groups)
        found |= zip((place for place, _ in members), together, strict=True)
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
                yield _run(scenario, own_rules, decision, row, sub_groups)


def _run(scenario: Scenario, rules: Rules, decision: Decision, row: int, sub_groups: bool) -> Run:
    own, selected = decision.own, decision.selected[row].copy()
    numbers = decision.requested[row].copy()
    if not sub_groups:
        return Run(scenario, rules, own.units, selected, numbers)
    shared = {
        name: np.where(selected & own.able[name], places[row], -1)
        for name, (places, _) in decision.of_which.items()
    }
    places = decision.quotas[row].copy()
    return Run(scenario, rules, own.units, selected, numbers, places, shared)
