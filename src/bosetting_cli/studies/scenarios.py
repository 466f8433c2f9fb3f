"""A file of scenarios → a plan: what it varies, and the scenarios that its lists make.

Every complaint has its line, all at once. Scenarios are made one after the other, so that a grid
may be of any size.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from bosetting_cli.findings import DataError, Finding, RulesError, finding
from bosetting_cli.rules.yamlfile import Limits, parse_yaml, read_text
from bosetting_cli.statistics.lists import Saved, read_saved

LIMITS = Limits("files of scenarios", 50_000_000, 3_000_000)  # some 250,000 weightings
RESERVED = ("kommunenummer", "municipality", "fylke")
MAX_PROBLEMS = 100
Text = Annotated[str, Meta(min_length=1, max_length=200)]
Number = Annotated[int, Meta(ge=1, le=1_000_000_000)]
Least = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Part = Annotated[float, Meta(gt=0, le=1)]
Weights = dict[str, Annotated[float, Meta(ge=0, le=1)]]
# What lists may make a grid of; the last varies fastest.
VARIED = ("data", "share", "count", "by", "minimum", "weights", "method", "total")


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of the file's parts."""


class Variation(_Part, frozen=True):
    """One named variation of the base rules: what docs/scenarios.md says; lists make a grid."""

    name: Annotated[Text, Meta(description="Names the scenario in the table")]
    total: Number | tuple[Number, ...] | None = None
    minimum: Least | tuple[Least, ...] | None = None
    share: Part | tuple[Part, ...] | None = None
    count: Number | tuple[Number, ...] | None = None
    by: Text | tuple[Text, ...] | None = None
    weights: Weights | tuple[Weights, ...] | None = None
    method: Text | tuple[Text, ...] | None = None
    data: Text | tuple[Text, ...] | None = None
    include: tuple[Text, ...] = ()
    exclude: tuple[Text, ...] = ()
    at_least: Text | None = None

    def given(self) -> dict[str, Any]:
        """Return what it varies: key → value, or list of values."""
        return {key: value for key in VARIED if (value := getattr(self, key)) is not None}

    def lists(self) -> dict[str, tuple[Any, ...]]:
        """Return the keys that have several values."""
        return {key: value for key, value in self.given().items() if isinstance(value, tuple)}


class ScenarioFile(_Part, frozen=True):
    """What a file of scenarios says: variations of base rules on statistics, or of the built-in."""

    scenarios: Annotated[tuple[Variation, ...], Meta(min_length=1)]
    base: Text | None = None
    data: Text | None = None


@dataclass(frozen=True, slots=True)
class Data:
    """Statistics that a scenario names.

    Attributes:
        name: As it is written.
        path: Folder or file; None: the built-in ones.
    """

    name: str = "built-in"
    path: Path | None = None


BUILT_IN = Data()


@dataclass(frozen=True, slots=True)
class Scenario:
    """One run.

    Attributes:
        name: Unique in the file.
        changes: What it changes of the base rules, as `rules.override` takes it.
        data: Its statistics; None: the base's.
    """

    name: str
    changes: Mapping[str, Any]
    data: Data | None = None


def data_named(name: str, folder: Path) -> Data:
    """Return the statistics of a name; `./built-in` is a file that is called so."""
    return BUILT_IN if name == BUILT_IN.name else Data(name, folder / name)


def _combinations(variation: Variation) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a name for each combination of a variation's lists, and its values."""
    lists = variation.lists()
    for values in itertools.product(*lists.values()):
        labels = (f"{key}={_words(v)}" for key, v in zip(lists, values, strict=True))
        yield " ".join([variation.name, *labels]), dict(zip(lists, values, strict=True))


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return "+".join(f"{weight:g} {name}" for name, weight in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)


# --- reading ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plan:
    """The scenarios of a file, made as they are asked for, any number of times.

    Attributes:
        base: The base rules; None: the built-in ones.
        data: The base's statistics.
        variations: As in the file.
        folder: Where the files lie that they name.
        earlier: File → saved allocation whose numbers are not lowered.
        absent: File that is named but not there → complaint with the line.
    """

    base: Path | None
    data: Data
    variations: tuple[Variation, ...]
    folder: Path
    earlier: Mapping[str, Saved]
    absent: Mapping[Path, Finding]

    def __len__(self) -> int:
        return sum(math.prod(map(len, v.lists().values())) for v in self.variations)

    def __iter__(self) -> Iterator[Scenario]:
        """Yield the scenarios in the order of the file; of a grid the last key varies fastest."""
        for variation in self.variations:
            for name, values in _combinations(variation):
                yield self._scenario(variation, name, values)

    @property
    def keys(self) -> tuple[str, ...]:
        """What some scenario varies, in the order of the keys of a variation."""
        given = {key for variation in self.variations for key in variation.given()}
        return tuple(key for key in Variation.__struct_fields__ if key in given)

    @property
    def sources(self) -> list[Data]:
        """The statistics that scenarios name."""
        given = (v.data if isinstance(v.data, tuple) else (v.data,) for v in self.variations)
        names = dict.fromkeys(name for names in given for name in names if name)
        return [data_named(name, self.folder) for name in names]

    @property
    def notes(self) -> list[Finding]:
        """What was mended or is odd in the saved allocations."""
        notes = (note for saved in self.earlier.values() for note in saved.notes)
        return list(dict.fromkeys(notes))

    def _scenario(self, variation: Variation, name: str, values: Mapping[str, Any]) -> Scenario:
        changes = {key: value for key, value in variation.given().items() if key not in values}
        if variation.at_least:
            changes["at_least"] = self.earlier[variation.at_least].requested
        changes |= {n: v for n in ("include", "exclude") if (v := getattr(variation, n))}
        changes |= values
        data = changes.pop("data", None)
        return Scenario(name, changes, None if data is None else data_named(data, self.folder))


def load_scenarios(path: str | Path) -> Plan:
    """Read a file of scenarios.

    Raises:
        RulesError: It can't be read or is wrong; all mistakes, with their lines.
        DataError: Saved allocations that it names can't be read.
    """
    name, folder = str(path), Path(path).parent
    text = read_text(Path(path), name, LIMITS)
    found = _checked(text, name)
    wrong = list(itertools.islice(_wrong_names(found.scenarios, name), MAX_PROBLEMS + 1))
    if wrong:
        last = [finding("first problems only", file=name)] if len(wrong) > MAX_PROBLEMS else []
        raise RulesError(wrong[:MAX_PROBLEMS] + last)
    base = None if found.base in (None, BUILT_IN.name) else folder / str(found.base)
    data = data_named(found.data or BUILT_IN.name, folder)
    absent = _absent(found, text, name, folder)
    names = dict.fromkeys(v.at_least for v in found.scenarios if v.at_least)
    refuse(absent, *(folder / name for name in names))
    earlier = {name: read_saved(folder / name) for name in names}
    return Plan(base, data, found.scenarios, folder, earlier, absent)


def refuse(absent: Mapping[Path, Finding], *paths: Path | None) -> None:
    """Complain of files that are to be read.

    Raises:
        DataError: Some of them are not there.
    """
    if problems := [absent[path] for path in paths if path and path in absent]:
        raise DataError(problems)


def _checked(text: str, file: str) -> ScenarioFile:
    """Return what the file says; only of one with mistakes it is remembered what stands where."""
    document = parse_yaml(text, file, LIMITS, marked=False)
    data = document.data
    if not isinstance(data, dict):
        raise RulesError(finding("no scenarios", file=file))
    for entry in data["scenarios"] if isinstance(data.get("scenarios"), list) else ():
        _write_out(entry)
    try:
        found = msgspec.convert(data, ScenarioFile)
    except msgspec.ValidationError:
        from bosetting_cli.rules.problems import schema_problems

        places = parse_yaml(text, file, LIMITS)
        problems = schema_problems(data, places, msgspec.json.schema(ScenarioFile))
        raise RulesError([*document.problems, *problems]) from None
    if document.problems:
        raise RulesError(document.problems)
    return found


def _write_out(entry: Any) -> None:
    """Make text of unquoted kommunenummer."""
    for key in ("include", "exclude") if isinstance(entry, dict) else ():
        if isinstance(entry.get(key), list):
            entry[key] = [str(x) if type(x) is int else x for x in entry[key]]


def _absent(found: ScenarioFile, text: str, file: str, folder: Path) -> dict[Path, Finding]:
    """Return the files named that are not there, with the first line that names them."""
    absent: dict[str, str] = {}
    for key, name in _files(found):
        if name != BUILT_IN.name and not os.path.exists(folder / name):
            absent.setdefault(name, key)
    marks = parse_yaml(text, file, LIMITS).marks if absent else {}
    complaints = {}
    for name, key in absent.items():
        line, column = marks.get(key, (None, None))
        complaint = finding("named file absent", name=name, file=file, key=key)
        complaints[folder / name] = dataclasses.replace(complaint, line=line, column=column)
    return complaints


def _files(found: ScenarioFile) -> Iterator[tuple[str, str]]:
    """Yield key and name of the files that are named."""
    given: dict[str, Any] = {"base": found.base, "data": found.data}
    for i, one in enumerate(found.scenarios):
        given |= {f"scenarios[{i}].data": one.data, f"scenarios[{i}].at_least": one.at_least}
    for key, names in given.items():
        if isinstance(names, tuple):
            yield from ((f"{key}[{j}]", name) for j, name in enumerate(names))
        elif names is not None:
            yield key, names


# --- names -----------------------------------------------------------------------------------


def _wrong_names(variations: Sequence[Variation], file: str) -> Iterator[Finding]:
    for name in names_given_twice(variations):
        yield finding("second scenario", name=name, file=file, key="scenarios")
    for variation in variations:
        if variation.name in RESERVED and not variation.lists():
            yield finding("reserved name", name=variation.name, file=file, key="scenarios")


def names_given_twice(variations: Sequence[Variation]) -> Iterator[str]:
    """Yield names that several scenarios have, without making those that can't be among them.

    A grid's names begin with its own and a space, so they are looked at only where another
    variation's name is the same or begins so, or where two values of a list are written alike.
    """
    count = Counter(start for variation in variations for start in _starts(variation.name))
    grids = {variation.name for variation in variations if variation.lists()}
    known: set[str] = set()
    for variation in variations:
        related = count[variation.name] > 1 or not grids.isdisjoint(_starts(variation.name)[:-1])
        alike = (len(set(map(_words, v))) < len(v) for v in variation.lists().values())
        if related or any(alike):
            for full, _ in _combinations(variation):
                if full in known:
                    yield full
                known.add(full)


def _starts(name: str) -> list[str]:
    """Return a name's beginnings up to a space, itself the last."""
    return list(itertools.accumulate(name.split(" "), "{} {}".format))
