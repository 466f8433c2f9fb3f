"""What a file of scenarios says, and the scenarios that its lists make, one after the other."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Text = Annotated[str, Meta(min_length=1, max_length=200)]
Number = Annotated[int, Meta(ge=1, le=1_000_000_000)]
Least = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Part = Annotated[float, Meta(gt=0, le=1)]
Weights = dict[str, Annotated[float, Meta(ge=0, le=1)]]
GRID = "A list makes one scenario of each"
# What lists may make a grid of; the last varies fastest.
VARIED = ("data", "share", "count", "by", "minimum", "weights", "method", "total")


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

    def given(self) -> dict[str, Any]:
        """Return what it varies: key → value, or list of values."""
        return {key: value for key in VARIED if (value := getattr(self, key)) is not None}

    def lists(self) -> dict[str, tuple[Any, ...]]:
        """Return the keys that have several values."""
        return {key: value for key, value in self.given().items() if isinstance(value, tuple)}


class ScenarioFile(_Part, frozen=True):
    """What a file of scenarios says."""

    scenarios: Annotated[tuple[Variation, ...], Meta(min_length=1)]
    base: Annotated[Text | None, Meta(description="Rules; the built-in ones by default")] = None
    data: Annotated[Text | None, Meta(description="Statistics; built-in by default")] = None


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


@dataclass(frozen=True, slots=True)
class Scenarios:
    """The scenarios of a file, made as they are asked for, any number of times.

    Attributes:
        variations: As in the file.
        folder: Where the files lie that they name.
        earlier: File → earlier requests, kommunenummer → places.
    """

    variations: tuple[Variation, ...]
    folder: Path = Path()
    earlier: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(math.prod(map(len, v.lists().values())) for v in self.variations)

    def __iter__(self) -> Iterator[Scenario]:
        for variation in self.variations:
            for name, values in _combinations(variation):
                yield self._scenario(variation, name, values)

    @property
    def keys(self) -> tuple[str, ...]:
        """What some scenario varies, in the order of the keys of a variation."""
        given = {key for variation in self.variations for key in variation.given()}
        return tuple(key for key in Variation.__struct_fields__ if key in given)

    @property
    def sources(self) -> tuple[Data, ...]:
        """The statistics that scenarios name."""
        names: dict[str, None] = {}
        for variation in self.variations:
            given = variation.data or ()
            names |= dict.fromkeys((given,) if isinstance(given, str) else given)
        return tuple(data_named(name, self.folder) for name in names)

    def _scenario(self, variation: Variation, name: str, values: Mapping[str, Any]) -> Scenario:
        changes = {key: value for key, value in variation.given().items() if key not in values}
        if variation.at_least:
            changes["at_least"] = self.earlier[variation.at_least]
        changes |= {n: v for n in ("include", "exclude") if (v := getattr(variation, n))}
        changes |= values
        data = changes.pop("data", None)
        return Scenario(name, changes, None if data is None else data_named(data, self.folder))


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


def names_given_twice(variations: Sequence[Variation]) -> Iterator[str]:
    """Yield names that several scenarios have, without making those that can't be among them.

    A grid's names begin with its own and a space, so they are looked at only where another
    variation's name is the same or begins so, or where two values of a list are written alike.
    """
    count = Counter(variation.name for variation in variations)
    grids = {variation.name for variation in variations if variation.lists()}
    continued = {start for name in count for start in _starts(name) if start in grids}
    known: set[str] = set()
    for variation in variations:
        name = variation.name
        related = name in continued or any(start in continued for start in _starts(name))
        if count[name] > 1 or related or _written_alike(variation):
            for full, _ in _combinations(variation):
                if full in known:
                    yield full
                known.add(full)


def _starts(name: str) -> Iterator[str]:
    return (name[:place] for place, letter in enumerate(name) if letter == " ")


def _written_alike(variation: Variation) -> bool:
    return any(len(set(map(_words, v))) < len(v) for v in variation.lists().values())
