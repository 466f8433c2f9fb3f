"""Many variations of one rule set in one run: a file of scenarios → a number for each.

Nothing is read twice, and scenarios that differ in weights, total, minimum and count alone are
decided together.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta

from bosetting_cli.findings import BosettingError, Problem, RulesError
from bosetting_cli.model.draws import decisions
from bosetting_cli.model.standing import standing, varied_as_ruled
from bosetting_cli.result.notes import statistics_notes
from bosetting_cli.rules import Total, override
from bosetting_cli.rules.yamlfile import Document, parse_yaml
from bosetting_cli.statistics.lists import read_saved
from bosetting_cli.studies.compare import vintages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from bosetting_cli.model.allocation import Decision
    from bosetting_cli.result.notes import Note
    from bosetting_cli.rules import Rules
    from bosetting_cli.statistics import Municipality, Statistics

Text = Annotated[str, Meta(min_length=1, max_length=200)]
Number = Annotated[int, Meta(ge=1, le=1_000_000_000)]
Least = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Part = Annotated[float, Meta(gt=0, le=1)]
Weights = dict[str, Annotated[float, Meta(ge=0, le=1)]]
GRID = "A list makes one scenario of each"
MOST = 100_000
TOGETHER = 1000  # scenarios that are sorted by what they have in common
RESERVED = ("kommunenummer", "municipality", "fylke")


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of the file's parts."""


class Variation(_Part, frozen=True):
    """One named variation of the base rules; lists make a grid."""

    name: Annotated[Text, Meta(description="Names the scenario in the table")]
    total: Annotated[Number | tuple[Number, ...] | None, Meta(description=GRID)] = None
    minimum: Annotated[Least | tuple[Least, ...] | None, Meta(description=GRID)] = None
    share: Annotated[Part | tuple[Part, ...] | None, Meta(description=GRID)] = None
    count: Annotated[Number | tuple[Number, ...] | None, Meta(description=GRID)] = None
    by: Annotated[Text | tuple[Text, ...] | None, Meta(description=GRID)] = None
    weights: Annotated[Weights | tuple[Weights, ...] | None, Meta(description=GRID)] = None
    method: Annotated[Text | tuple[Text, ...] | None, Meta(description=GRID)] = None
    data: Annotated[Text | tuple[Text, ...] | None, Meta(description=GRID)] = None
    include: Annotated[tuple[Text, ...], Meta(description="Selected in any case")] = ()
    exclude: Annotated[tuple[Text, ...], Meta(description="Left out")] = ()
    at_least: Annotated[
        Text | None, Meta(description="A saved allocation whose numbers are not lowered")
    ] = None


class ScenarioFile(_Part, frozen=True):
    """What a file of scenarios says."""

    scenarios: Annotated[tuple[Variation, ...], Meta(min_length=1)]
    base: Annotated[Text | None, Meta(description="Rules; the built-in ones by default")] = None
    data: Annotated[Text | None, Meta(description="Statistics; built-in by default")] = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """One run.

    Attributes:
        name: Unique in the file.
        changes: What it changes of the base rules, as `rules.override` takes it.
        data: Its statistics; None: the base's.
        label: What is varied, key → value in words.
    """

    name: str
    changes: Mapping[str, Any]
    data: Path | None = None
    label: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """A file of scenarios, expanded.

    Attributes:
        file: The file as the user named it.
        base: The base rules; None: the built-in ones.
        data: The base's statistics; None: built-in.
        scenarios: In the order of the file; of a grid the last key varies fastest.
        notes: What was mended or is odd in the saved allocations that it names.
    """

    file: str
    base: Path | None
    data: Path | None
    scenarios: tuple[Scenario, ...]
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True, eq=False)
class Run:
    """What one scenario gives.

    Attributes:
        scenario: The scenario.
        units: The kommunenummer of the statistics.
        selected: Who is asked.
        numbers: Places.
        places: Places before rounding; None unless asked for.
        shared: Sub-group → places, -1 for who can't receive it; empty unless asked for.
    """

    scenario: Scenario
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
class Sweep:
    """All runs.

    Attributes:
        runs: In the order of the scenarios.
        municipalities: Those of the statistics, by kommunenummer.
        rules: The base rules.
        inputs: File → SHA-256.
        notes: What was repaired, assumed or carried over in reading the statistics.
    """

    runs: tuple[Run, ...]
    municipalities: tuple[Municipality, ...]
    rules: Rules
    inputs: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


# --- the file --------------------------------------------------------------------------------


def load_scenarios(path: str | Path) -> Plan:
    """Read a file of scenarios.

    Raises:
        RulesError: It can't be read or is wrong; all mistakes, with their lines.
    """
    name, source = str(path), Path(path)
    try:
        text = source.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise RulesError(Problem(f"can't be read: {error.strerror}", name)) from None
    except UnicodeDecodeError:
        raise RulesError(Problem("is not UTF-8", name, hint="save the file as UTF-8")) from None
    document = parse_yaml(text, name)
    found = _checked(document, name)
    folder = source.parent
    _refuse_many(found, name)
    notes: list[Problem] = []
    scenarios = tuple(s for v in found.scenarios for s in expand(v, folder, notes))
    _refuse_names(scenarios, name)
    base, data = _beside(folder, found.base), _beside(folder, found.data)
    return Plan(name, base, data, scenarios, tuple(dict.fromkeys(notes)))


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema of a file of scenarios, draft 2020-12."""
    schema: dict[str, Any] = msgspec.json.schema(ScenarioFile)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _checked(document: Document, file: str) -> ScenarioFile:
    if not isinstance(document.data, dict):
        raise RulesError(Problem("holds no scenarios: expected `scenarios:` and a list", file))
    data = _texts(document.data)
    try:
        found = msgspec.convert(data, ScenarioFile)
    except msgspec.ValidationError:
        from bosetting_cli.rules.problems import schema_problems

        problems = schema_problems(data, document, file, scenario_schema())
        raise RulesError([*document.problems, *problems]) from None
    if document.problems:
        raise RulesError(document.problems)
    return found


def _texts(data: dict[str, Any]) -> dict[str, Any]:
    """Write unquoted kommunenummer out as text."""
    listed = data.get("scenarios")
    if not isinstance(listed, list):
        return data
    return {**data, "scenarios": [_with_texts(entry) for entry in listed]}


def _with_texts(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    names = {k: v for k, v in entry.items() if k in ("include", "exclude") and isinstance(v, list)}
    return {**entry, **{k: [str(x) if type(x) is int else x for x in v] for k, v in names.items()}}


def expand(
    variation: Variation, folder: Path = Path(), notes: list[Problem] | None = None
) -> Iterator[Scenario]:
    """Yield the scenarios of a variation: one for each combination of its lists.

    Args:
        variation: As in the file.
        folder: Where the files lie that it names.
        notes: Gets what was mended in reading them.
    """
    lists = _lists(variation)
    given = {n: v for n in _GRID if (v := getattr(variation, n)) is not None}
    fixed: dict[str, Any] = {n: v for n, v in given.items() if n not in lists}
    if variation.at_least:
        saved = read_saved(folder / variation.at_least)
        fixed["at_least"] = saved.requested
        if notes is not None:
            notes += saved.notes
    fixed |= {n: v for n in ("include", "exclude") if (v := getattr(variation, n))}
    for values in itertools.product(*lists.values()):
        chosen = dict(zip(lists, values, strict=True))
        changes = {**fixed, **chosen}
        data = _beside(folder, changes.pop("data", None))
        label = {key: _words(value) for key, value in chosen.items()}
        name = " ".join([variation.name, *(f"{key}={value}" for key, value in label.items())])
        yield Scenario(name, changes, data, label)


_GRID = ("data", "share", "count", "by", "minimum", "weights", "method", "total")


def _lists(variation: Variation) -> dict[str, tuple[Any, ...]]:
    """Return the keys that have several values."""
    return {n: v for n in _GRID if isinstance(v := getattr(variation, n), tuple)}


def _refuse_many(found: ScenarioFile, file: str) -> None:
    """Refuse a grid too large to be meant, before it is made."""
    grids = [_lists(variation).values() for variation in found.scenarios]
    count = sum(math.prod(map(len, grid)) for grid in grids)
    if count > MOST:
        what = f"{count:,} scenarios; at most {MOST:,} are run at once"
        raise RulesError(Problem(what, file, key="scenarios"))


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return "+".join(f"{weight:g} {name}" for name, weight in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)


def _beside(folder: Path, name: str | None) -> Path | None:
    return None if name is None else folder / name


def _refuse_names(scenarios: Sequence[Scenario], file: str) -> None:
    names: set[str] = set()
    problems = []
    for name in (scenario.name for scenario in scenarios):
        if name in names:
            problems.append(Problem(f"a second scenario `{name}`", file, key="scenarios"))
        if name in RESERVED:
            what = f"a scenario can't be called `{name}`"
            problems.append(Problem(what, file, key="scenarios"))
        names.add(name)
    if problems:
        raise RulesError(problems)


# --- the runs --------------------------------------------------------------------------------


def run_scenarios(
    scenarios: Iterable[Scenario],
    read: Callable[[Path | None], tuple[Statistics, Rules]],
    *,
    sub_groups: bool = False,
) -> Sweep:
    """Run scenarios.

    Args:
        scenarios: In the order wanted.
        read: Folder of statistics, None for the base's → statistics and base rules.
        sub_groups: Whether to share out sub-groups as well.

    Raises:
        BosettingError: Some scenarios admit no allocation; all of them are named.
    """
    base = read(None)
    sources: dict[Path | None, tuple[Statistics, Rules]] = {None: base}
    runs: list[Run] = []
    problems: list[Problem] = []
    waiting = iter(scenarios)
    while block := list(itertools.islice(waiting, TOGETHER)):
        for scenario, found in zip(block, _decided(block, read, sources, sub_groups), strict=True):
            if isinstance(found, Run):
                runs.append(found)
            else:
                problems += [_named(scenario, problem) for problem in found]
    used = [statistics for statistics, _ in sources.values()]
    municipalities = _municipalities(used, problems)
    if problems:
        raise BosettingError(problems)
    inputs = {file: digest for statistics in used for file, digest in statistics.inputs.items()}
    notes = dict.fromkeys(note for statistics in used for note in statistics_notes(statistics))
    return Sweep(tuple(runs), municipalities, base[1], inputs, tuple(notes))


def _decided(
    block: Sequence[Scenario],
    read: Callable[[Path | None], tuple[Statistics, Rules]],
    sources: dict[Path | None, tuple[Statistics, Rules]],
    sub_groups: bool,
) -> list[Run | Sequence[Problem]]:
    """Run scenarios, those together that differ in nothing but what `Variations` holds."""
    found: list[Run | Sequence[Problem]] = [()] * len(block)
    alike: dict[tuple[Path | None, bytes], list[tuple[int, Rules]]] = {}
    for place, scenario in enumerate(block):
        try:
            if scenario.data not in sources:
                sources[scenario.data] = read(scenario.data)
            rules = override(sources[scenario.data][1], **scenario.changes)
        except BosettingError as error:
            found[place] = error.problems
        else:
            alike.setdefault((scenario.data, _apart_from_numbers(rules)), []).append((place, rules))
    for (data, _), members in alike.items():
        own = [block[place] for place, _ in members]
        runs = _together(own, sources[data][0], [rules for _, rules in members], sub_groups)
        for (place, _), run in zip(members, runs, strict=True):
            found[place] = run
    return found


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
    scenarios: Sequence[Scenario], statistics: Statistics, rules: Sequence[Rules], sub_groups: bool
) -> Iterator[Run | Sequence[Problem]]:
    """Yield the runs of rules that differ only in numbers, or why there is none."""
    try:
        own = standing(statistics, rules[0])
    except BosettingError as error:
        yield from [error.problems] * len(scenarios)
        return
    varied = varied_as_ruled(rules)
    for rows, decision in decisions(statistics, rules[0], own, varied, sub_groups=sub_groups):
        for row, scenario in enumerate(scenarios[rows]):
            if row in decision.problems:
                yield decision.problems[row]
            else:
                yield _run(scenario, statistics, decision, row, sub_groups)


def _run(
    scenario: Scenario, statistics: Statistics, decision: Decision, row: int, sub_groups: bool
) -> Run:
    selected, shared = decision.selected[row].copy(), {}
    if not sub_groups:
        return Run(scenario, statistics.units, selected, decision.requested[row].copy())
    for name, (numbers, _) in decision.of_which.items():
        shared[name] = np.where(selected & decision.standing.able[name], numbers[row], -1)
    places = decision.contributions[:, row].sum(axis=0)
    numbers = decision.requested[row].copy()
    return Run(scenario, statistics.units, selected, numbers, places, shared)


def _named(scenario: Scenario, problem: Problem) -> Problem:
    text = ": ".join(part for part in (problem.place(), problem.key, problem.message) if part)
    return Problem(f"scenario `{scenario.name}`: {text}", hint=problem.remedy())


def _municipalities(
    sources: Sequence[Statistics], problems: list[Problem]
) -> tuple[Municipality, ...]:
    """Return the municipalities of all statistics, which must be of one year."""
    found = {m.kommunenummer: m for source in reversed(sources) for m in source.municipalities}
    alike = all(set(source.units) == set(sources[0].units) for source in sources)
    if not alike and not vintages(found) and any(vintages(source.units) for source in sources):
        what = "the scenarios' statistics are on municipalities of different years"
        problems.append(Problem(what, hint="--codes YEAR carries them over to one year"))
    return tuple(found[code] for code in sorted(found))
