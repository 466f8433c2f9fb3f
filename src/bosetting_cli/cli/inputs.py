"""The options that say which rules on which statistics, and the reading of both."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import click

from bosetting_cli.cli.options import (
    DATA,
    FILE,
    FROM_0,
    FROM_1,
    PACKAGED_YEAR,
    RULES,
    STRICT,
    YEAR,
    bundle,
    option,
    repeated,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from bosetting_cli.findings import Problem
    from bosetting_cli.rules import Rules
    from bosetting_cli.statistics import Statistics

# Options that `rules.override` knows by the same name.
_CHANGES = ("total", "minimum", "share", "count", "method", "include", "exclude")
PART = click.FloatRange(0, 1, min_open=True)
MINORS = "unaccompanied minors"


class _Named(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """A name and its number, `NAME=W`."""

    def __init__(self, name: str, kind: type, most: float, what: str) -> None:
        self.name, self._kind, self._most, self._what = name, kind, most, what

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Any]:
        name, _, text = str(value).rpartition("=")
        try:
            number = self._kind(text)
        except ValueError:
            number = -1
        if not name or not 0 <= number <= self._most:
            self.fail(f"'{value}' is not {self._what}.", param, ctx)
        return name, number


_WEIGHT = _Named(
    "NAME=W", float, 1, "a criterion and its weight, such as employment=0.2, a part of 1"
)
_PART = _Named("NAME=N", int, math.inf, f"a sub-group and its number, such as {MINORS}=210")
_OPTIONS = (
    PACKAGED_YEAR,
    RULES,
    DATA,
    STRICT,
    option("--total", "N", FROM_1, "How many people are to be settled."),
    repeated("--of-which", None, _PART, "How many of them are of a sub-group."),
    option("--minors", "N", FROM_0, f'The same as --of-which "{MINORS}=N".'),
    option("--minimum", "M", FROM_0, "Fewest that a municipality is asked for."),
    option("--share", "S", PART, "Part of the eligible that is asked, such as 0.5."),
    option("--count", "C", FROM_1, "Number of municipalities that is asked."),
    repeated("--weight", None, _WEIGHT, "Weight of a criterion; the weights must sum to 1."),
    option("--method", "NAME", None, "Apportionment method, such as sainte-lague or dhondt."),
    repeated("--include", "MUNICIPALITY", None, "Ask this one in any case; kommunenummer or name."),
    repeated("--exclude", "MUNICIPALITY", None, "Leave this one out; kommunenummer or name."),
    option("--asked", "FILE", FILE, "CSV of the municipalities to ask, instead of a selection."),
    option("--at-least", "FILE", FILE, "Ask nobody for fewer than this saved allocation did."),
    option(
        "--codes", "YEAR", YEAR, "Carry the statistics over to the municipalities of this year."
    ),
)


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which rules, with what changes, on which statistics; a field is an option of its name."""

    rules: Path | None = None
    data: Path | None = None
    strict: bool = False
    total: int | None = None
    of_which: tuple[tuple[str, int], ...] = ()
    minors: int | None = None
    minimum: int | None = None
    share: float | None = None
    count: int | None = None
    weight: tuple[tuple[str, float], ...] = ()
    method: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    asked: Path | None = None
    at_least: Path | None = None
    codes: int | None = None

    def __post_init__(self) -> None:
        ways = [f"--{way}" for way in ("share", "count", "asked") if getattr(self, way) is not None]
        if len(ways) > 1:
            raise click.UsageError(f"{' and '.join(ways)} exclude each other.")
        groups = [name for name, _ in self.of_which] + [MINORS] * (self.minors is not None)
        criteria = [name for name, _ in self.weight]
        for given, names in (("--weight", criteria), ("--of-which", groups)):
            if len(set(names)) < len(names):
                raise click.UsageError(f"{given} says two numbers of one thing.")

    def read(self) -> tuple[Statistics, Rules]:
        """Read the rules and the figures that they ask for, on one year's municipalities.

        Raises:
            RulesError: The rules are wrong.
            DataError: The statistics are, or can't be carried over to the year asked for.
        """
        from bosetting_cli.rules.fitting import in_one_years_codes

        return in_one_years_codes(*self.load(), self.codes)

    def load(self) -> tuple[Statistics, Rules]:
        """Read the rules and the figures that they ask for, as they are.

        Raises:
            RulesError: The rules are wrong.
            DataError: The statistics are.
        """
        from bosetting_cli.rules.fitting import checked
        from bosetting_cli.statistics import load_statistics

        notes: list[Problem] = []
        rules = self.read_rules(notes)
        indicators = rules.indicators()
        statistics = load_statistics(self.data, indicators=indicators, strict=self.strict)
        return checked(statistics, rules, strict=self.strict, notes=notes), rules

    def read_rules(self, notes: list[Problem] | None = None) -> Rules:
        """Read the rules and change them as the options say.

        Args:
            notes: Gets what was mended in reading CSV files that rules or options name.

        Raises:
            RulesError: They are wrong, or become so.
        """
        from bosetting_cli.rules import load_rules, override
        from bosetting_cli.statistics.lists import municipality_list, read_saved

        asked = tuple(municipality_list(self.asked, notes=notes)) if self.asked else None
        rules = load_rules(self.rules, notes=notes, total=self.total)
        kept = read_saved(self.at_least) if self.at_least else None
        if kept and notes is not None:
            notes += kept.notes
        minors = {} if self.minors is None else {MINORS: self.minors}
        return override(
            rules,
            asked=asked,
            at_least=kept.requested if kept else {},
            of_which=dict(self.of_which) | minors,
            weights=dict(self.weight),
            **{name: getattr(self, name) for name in _CHANGES},
        )


def mended(notes: Sequence[Problem], *, strict: bool) -> list[str]:
    """Return the lines that say what was mended or is odd in files that were read.

    Raises:
        DataError: Something was, and nothing may be.
    """
    from bosetting_cli.findings import DataError, weighed

    found = weighed(notes, strict=strict)
    if any(note.severity == "error" for note in found):
        raise DataError(found)
    return [f"repair: {note}" for note in found]


def kommunenummer(names: Iterable[str], statistics: Statistics) -> list[str]:
    """Return the kommunenummer meant by names, each once.

    Raises:
        BosettingError: Some mean none, or several; all of them are told.
    """
    from bosetting_cli.findings import BosettingError
    from bosetting_cli.statistics.names import find_municipality

    codes: list[str] = []
    problems: list[Problem] = []
    for name in names:
        try:
            codes.append(find_municipality(name, statistics.municipalities).kommunenummer)
        except BosettingError as error:
            problems += error.problems
    if problems:
        raise BosettingError(problems)
    return list(dict.fromkeys(codes))


# Adds the options that say which rules on which statistics; passes `inputs`.
_NAMES = [field.name for field in fields(Inputs)]
input_options = bundle("inputs", _NAMES, Inputs, _OPTIONS)
input_options_without_year = bundle("inputs", _NAMES, Inputs, _OPTIONS[1:])
