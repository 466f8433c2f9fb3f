"""The options that say which rules on which statistics, and the reading of both."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bosetting_cli.cli import options
from bosetting_cli.cli.options import Context, Param, option, repeated

if TYPE_CHECKING:  # heavy, and not needed for --help
    from bosetting_cli.findings import Finding
    from bosetting_cli.rules import Rules
    from bosetting_cli.statistics import Statistics

# Options that `rules.override` knows by the same name.
_CHANGES = ("total", "minimum", "share", "count", "method", "include", "exclude")
MINORS = "unaccompanied minors"


class _Named(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """A name and its number, `NAME=W`."""

    def __init__(self, name: str, kinds: Any, most: float, what: str) -> None:
        self.name, self._kinds, self._most, self._what = name, kinds, most, what

    def convert(self, value: Any, param: Param, ctx: Context) -> tuple[str, Any]:
        name, _, text = str(value).rpartition("=")
        found = options.number(text)
        meant = found if isinstance(found, str) else ""
        if meant or not name or not isinstance(found, self._kinds) or not 0 <= found <= self._most:
            self.fail(f"'{value}' is not {self._what}{meant}.", param, ctx)
        return name, found


_WEIGHT = _Named(
    "NAME=W", int | float, 1, "a criterion and its weight, such as employment=0.2, a part of 1"
)
_PART = _Named("NAME=N", int, math.inf, f"a sub-group and its number, such as {MINORS}=210")


_OPTIONS = (
    options.PACKAGED_YEAR,
    options.RULES,
    options.DATA,
    options.ADD,
    options.STRICT,
    option("--total", "N", options.FROM_1, "How many people are to be settled."),
    repeated("--of-which", None, _PART, "How many of them are of a sub-group."),
    option("--minors", "N", options.FROM_0, f'The same as --of-which "{MINORS}=N".'),
    option("--minimum", "M", options.FROM_0, "Fewest that a municipality is asked for."),
    option(
        "--share",
        "S",
        options.Part(0, 1, min_open=True),
        "Part of the eligible that is asked, such as 0.5.",
    ),
    option("--count", "C", options.FROM_1, "Number of municipalities that is asked."),
    repeated("--weight", None, _WEIGHT, "Weight of a criterion; the weights must sum to 1."),
    option("--method", "NAME", None, "Apportionment method, such as sainte-lague or dhondt."),
    repeated("--include", "MUNICIPALITY", None, "Ask this one in any case; kommunenummer or name."),
    repeated("--exclude", "MUNICIPALITY", None, "Leave this one out; kommunenummer or name."),
    option(
        "--asked", "FILE", options.FILE, "CSV of the municipalities to ask, instead of a selection."
    ),
    options.AT_LEAST,
    option(
        "--codes",
        "YEAR",
        options.YEAR,
        "Carry the statistics over to the municipalities of this year.",
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
    add: tuple[Path, ...] = ()

    def __post_init__(self) -> None:
        excluding(**{f"--{way}": getattr(self, way) for way in ("share", "count", "asked")})
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
        from bosetting_cli.statistics.decoding import recorded

        notes: list[Finding] = []
        with recorded() as files:
            rules, changed = self.read_rules(notes)
        needed = rules.indicators()
        statistics = load_statistics(self.data, add=self.add, indicators=needed, strict=self.strict)
        found = checked(statistics, rules, strict=self.strict, notes=notes)
        said, inputs = (*found.notes, *changed), {**found.inputs, **files}
        return dataclasses.replace(found, notes=said, inputs=inputs), rules

    def read_rules(self, notes: list[Finding]) -> tuple[Rules, list[Finding]]:
        """Read the rules and change them as the options say.

        Args:
            notes: Gets what was mended in reading CSV files that rules or options name.

        Returns:
            The rules, and what they change of those whose reference they give.

        Raises:
            RulesError: They are wrong, or become so.
        """
        from bosetting_cli.rules import load_rules, override
        from bosetting_cli.rules.change import measured, vouched
        from bosetting_cli.statistics.lists import municipality_list, read_saved

        asked = tuple(municipality_list(self.asked, notes=notes)) if self.asked else None
        rules = load_rules(self.rules, notes=notes, total=self.total)
        kept = read_saved(self.at_least) if self.at_least else None
        if kept:
            notes += kept.notes
        changed = override(
            rules,
            asked=asked,
            at_least=kept.requested if kept else None,
            of_which=dict(self.of_which) | ({} if self.minors is None else {MINORS: self.minors}),
            weights=dict(self.weight),
            **{name: getattr(self, name) for name in _CHANGES},
        )
        return measured(changed, vouched(rules) if self.rules else rules)


def excluding(**given: Any) -> None:
    """Refuse options of which one would be without effect.

    Args:
        given: Option → its value, None or False where it is not given.
    """
    ways = [name for name, value in given.items() if value is not None and value is not False]
    if len(ways) > 1:
        raise click.UsageError(f"{' and '.join(ways)} exclude each other.")


def mended(notes: Sequence[Finding], *, strict: bool) -> list[Finding]:
    """Return what was mended or is odd in files that were read, as notes.

    Raises:
        DataError: Something was, and nothing may be.
    """
    from bosetting_cli.findings import DataError, weighed

    found = weighed(notes, strict=strict)
    if any(note.severity == "error" for note in found):
        raise DataError(found)
    return [dataclasses.replace(note, kind="repair") for note in found]


def kommunenummer(names: Iterable[str], statistics: Statistics, region: str = "") -> list[str]:
    """Return the kommunenummer meant by names, each once; with a region, of its municipalities.

    Raises:
        BosettingError: Some mean none, or several; all of them are told.
    """
    from bosetting_cli.findings import BosettingError
    from bosetting_cli.statistics.names import find_municipality

    known = [m for m in statistics.municipalities if region in ("", m.fylke)]
    codes: list[str] = []
    problems: list[Finding] = []
    for name in names:
        try:
            codes.append(find_municipality(name, known).kommunenummer)
        except BosettingError as error:
            problems += error.problems
    if problems:
        raise BosettingError(problems)
    return list(dict.fromkeys(codes))


# Adds the options that say which rules on which statistics; passes `inputs`.
_NAMES = [field.name for field in fields(Inputs)]
input_options = options.bundle("inputs", _NAMES, Inputs, _OPTIONS)
input_options_without_year = options.bundle("inputs", _NAMES, Inputs, _OPTIONS[1:])
