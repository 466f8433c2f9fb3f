"""A file of scenarios → a plan: read, checked; every complaint with its line, all at once."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from bosetting_cli.findings import Problem, RulesError
from bosetting_cli.rules.yamlfile import Limits, parse_yaml, read_text
from bosetting_cli.statistics.lists import read_saved
from bosetting_cli.studies.scenarios.grid import (
    BUILT_IN,
    Data,
    ScenarioFile,
    Scenarios,
    Variation,
    data_named,
    names_given_twice,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LIMITS = Limits("files of scenarios", 50_000_000, 3_000_000)  # some 250,000 weightings
RESERVED = ("kommunenummer", "municipality", "fylke")
MAX_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """A file of scenarios.

    Attributes:
        file: The file as the user named it.
        base: The base rules; None: the built-in ones.
        data: The base's statistics.
        scenarios: In the order of the file; of a grid the last key varies fastest.
        notes: What was mended or is odd in the saved allocations that it names.
    """

    file: str
    base: Path | None
    data: Data
    scenarios: Scenarios
    notes: tuple[Problem, ...] = ()


def load_scenarios(path: str | Path) -> Plan:
    """Read a file of scenarios.

    Raises:
        RulesError: It can't be read or is wrong; all mistakes, with their lines.
        DataError: A saved allocation that it names can't be read.
    """
    name, folder = str(path), Path(path).parent
    found = _checked(read_text(Path(path), name, LIMITS), name)
    _refuse_names(found.scenarios, name)
    files = dict.fromkeys(v.at_least for v in found.scenarios if v.at_least)
    saved = {file: read_saved(folder / file) for file in files}
    notes = dict.fromkeys(note for one in saved.values() for note in one.notes)
    base = None if found.base in (None, BUILT_IN.name) else folder / str(found.base)
    data = data_named(found.data or BUILT_IN.name, folder)
    earlier = {file: one.requested for file, one in saved.items()}
    return Plan(name, base, data, Scenarios(found.scenarios, folder, earlier), tuple(notes))


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema of a file of scenarios, draft 2020-12."""
    schema: dict[str, Any] = msgspec.json.schema(ScenarioFile)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _checked(text: str, file: str) -> ScenarioFile:
    """Return what the file says; only of one with mistakes it is remembered what stands where."""
    document = parse_yaml(text, file, LIMITS, marked=False)
    if not isinstance(document.data, dict):
        raise RulesError(Problem("holds no scenarios: expected `scenarios:` and a list", file))
    data = _texts(document.data)
    try:
        found = msgspec.convert(data, ScenarioFile)
    except msgspec.ValidationError:
        from bosetting_cli.rules.problems import schema_problems

        places = parse_yaml(text, file, LIMITS)
        problems = schema_problems(data, places, scenario_schema())
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
    if not names:
        return entry
    return {**entry, **{k: [str(x) if type(x) is int else x for x in v] for k, v in names.items()}}


def _refuse_names(variations: Sequence[Variation], file: str) -> None:
    problems = list(itertools.islice(_wrong_names(variations, file), MAX_PROBLEMS + 1))
    if len(problems) > MAX_PROBLEMS:
        problems[MAX_PROBLEMS:] = [Problem("and more: only the first problems are listed", file)]
    if problems:
        raise RulesError(problems)


def _wrong_names(variations: Sequence[Variation], file: str) -> Iterator[Problem]:
    for name in names_given_twice(variations):
        yield Problem(f"a second scenario `{name}`", file, key="scenarios")
    for variation in variations:
        if variation.name in RESERVED and not variation.lists():
            what = f"a scenario can't be called `{variation.name}`"
            yield Problem(what, file, key="scenarios")
