"""Options that several commands share, and what they are turned into."""

from __future__ import annotations

import dataclasses
import functools
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bosetting_cli.tables import FORMATS, SUFFIXES
from bosetting_cli.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bosetting_cli.findings import Problem
    from bosetting_cli.rules import Rules
    from bosetting_cli.statistics import Statistics
    from bosetting_cli.tables import Table

Command = TypeVar("Command", bound="Callable[..., Any]")


OUTPUT_FILE = click.option(
    "--output",
    "-o",
    "path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write here instead of to standard output.",
)
FORCE = click.option("--force", is_flag=True, help="Replace FILE if it exists.")


class _Weight(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """`NAME=W`, a criterion and its weight."""

    name = "NAME=W"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float]:
        name, _, number = str(value).rpartition("=")
        try:
            weight = float(number)
        except ValueError:
            weight = -1.0
        if not name or not 0 <= weight <= 1:
            hint = "such as employment=0.2, a part of 1"
            self.fail(f"'{value}' is not a criterion and its weight, {hint}.", param, ctx)
        return name, weight


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which rules, with what changes, on which statistics."""

    rules: Path | None
    data: Path | None
    changes: dict[str, Any]
    asked: Path | None = None
    codes: int | None = None
    at_least: Path | None = None
    strict: bool = False

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
        rules = load_rules(self.rules, notes=notes)
        kept = read_saved(self.at_least) if self.at_least else None
        if kept and notes is not None:
            notes += kept.notes
        return override(rules, asked=asked, at_least=kept.requested if kept else {}, **self.changes)


def mended(notes: Sequence[Problem], *, strict: bool) -> list[str]:
    """Return the lines that say what was mended or is odd in files that were read.

    Raises:
        DataError: Something was, and nothing may be.
    """
    from bosetting_cli.findings import DataError

    if strict and notes:
        raise DataError(dataclasses.replace(note, severity="error") for note in notes)
    return [f"repair: {note}" for note in notes]


@dataclass(frozen=True, slots=True)
class Output:
    """How and where a table is written."""

    form: str
    path: Path | None
    force: bool
    excel_nb: bool
    lang: str
    quiet: bool

    def write(self, table: Table, document: dict[str, Any] | None = None) -> None:
        """Write a table in the format asked for."""
        from bosetting_cli.tables import render

        self.write_bytes(
            render(table, self.form, width=self.width(), excel_nb=self.excel_nb, document=document)
        )

    def write_bytes(self, content: bytes) -> None:
        """Write what has its format already."""
        from bosetting_cli.output import write_file, write_stdout

        if self.path is not None:
            write_file(self.path, content, force=self.force)
        else:
            write_stdout(content)

    def width(self) -> int | None:
        """Return the width that a table must fit: the terminal's, else 100."""
        if self.path is None and _is_terminal():
            return max(shutil.get_terminal_size((100, 24)).columns, 60)
        return 100

    def say(self, lines: list[str]) -> None:
        """Say lines on standard error, unless told to be quiet."""
        if not self.quiet:
            from bosetting_cli.cli import say

            for line in lines:
                say(line)


def _is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def _collected(
    command: Command, names: tuple[str, ...], build: Callable[..., Any], key: str
) -> Any:
    @functools.wraps(command)
    def wrapper(**options: Any) -> Any:
        taken = {name: options.pop(name) for name in names}
        return command(**options, **{key: build(**taken)})

    return wrapper


def input_options(command: Command) -> Any:
    """Add the options that say which rules on which statistics; passes `inputs`."""
    names = (
        *("rules", "data", "strict", "total", "minimum", "share", "count", "weight", "method"),
        *("include", "exclude", "asked", "codes", "at_least"),
    )
    wrapped = _collected(command, names, _inputs, "inputs")
    path = click.Path(path_type=Path)
    for option in reversed(
        [
            click.option(
                "--rules",
                type=path,
                metavar="FILE",
                help="Rules; the built-in ones of 2018 by default.",
            ),
            click.option(
                "--data",
                type=path,
                metavar="DIR",
                help="Folder of statistics, or one CSV file; built-in by default.",
            ),
            click.option(
                "--strict",
                is_flag=True,
                help="Refuse input that had to be mended or that looks odd.",
            ),
            click.option(
                "--total",
                type=click.IntRange(1),
                metavar="N",
                help="How many people are to be settled.",
            ),
            click.option(
                "--minimum",
                type=click.IntRange(0),
                metavar="M",
                help="Fewest that a municipality is asked for.",
            ),
            click.option(
                "--share",
                type=click.FloatRange(0, 1, min_open=True),
                metavar="S",
                help="Part of the eligible that is asked, such as 0.5.",
            ),
            click.option(
                "--count",
                type=click.IntRange(1),
                metavar="C",
                help="Number of municipalities that is asked.",
            ),
            click.option(
                "--weight",
                type=_Weight(),
                multiple=True,
                help="Weight of a criterion; the weights must sum to 1.",
            ),
            click.option(
                "--method",
                metavar="NAME",
                help="Apportionment method, such as sainte-lague or dhondt.",
            ),
            click.option(
                "--include",
                multiple=True,
                metavar="MUNICIPALITY",
                help="Ask this one in any case; kommunenummer or name.",
            ),
            click.option(
                "--exclude",
                multiple=True,
                metavar="MUNICIPALITY",
                help="Leave this one out; kommunenummer or name.",
            ),
            click.option(
                "--asked",
                type=path,
                metavar="FILE",
                help="CSV of the municipalities to ask, instead of a selection.",
            ),
            click.option(
                "--at-least",
                type=path,
                metavar="FILE",
                help="Ask nobody for fewer than this saved allocation did.",
            ),
            click.option(
                "--codes",
                type=click.IntRange(1900, 2200),
                metavar="YEAR",
                help="Carry the statistics over to the municipalities of this year.",
            ),
        ]
    ):
        wrapped = option(wrapped)
    return wrapped


def _inputs(rules: Path | None, data: Path | None, strict: bool, **changes: Any) -> Inputs:
    ways = [f"--{name}" for name in ("share", "count", "asked") if changes[name] is not None]
    if len(ways) > 1:
        raise click.UsageError(f"{' and '.join(ways)} exclude each other.")
    weights = dict(changes.pop("weight"))
    asked, codes, at_least = (changes.pop(name) for name in ("asked", "codes", "at_least"))
    return Inputs(rules, data, {**changes, "weights": weights}, asked, codes, at_least, strict)


def output_options(*formats: str) -> Callable[[Command], Any]:
    """Add the options that say how and where the result is written; passes `output`."""

    def decorate(command: Command) -> Any:
        names = ("form", "path", "force", "excel_nb", "lang", "quiet")
        wrapped = _collected(
            command, names, functools.partial(_output, formats or tuple(FORMATS)), "output"
        )
        for option in reversed(
            [
                click.option(
                    "--lang",
                    type=click.Choice(LANGUAGES),
                    default="en",
                    show_default=True,
                    help="Language of headings.",
                ),
                click.option(
                    "--format",
                    "form",
                    type=click.Choice(formats or tuple(FORMATS)),
                    help="Form of the result; by default from --output's suffix, else table.",
                ),
                OUTPUT_FILE,
                FORCE,
                click.option(
                    "--excel-nb",
                    is_flag=True,
                    help="CSV for a Norwegian Excel: semicolon, decimal comma, BOM.",
                ),
                click.option(
                    "--quiet", "-q", is_flag=True, help="Print no messages on standard error."
                ),
            ]
        ):
            wrapped = option(wrapped)
        return wrapped

    return decorate


def _output(
    formats: Sequence[str],
    form: str | None,
    path: Path | None,
    force: bool,
    excel_nb: bool,
    lang: str,
    quiet: bool,
) -> Output:
    if form is None:
        suffix = path.suffix.lower() if path else ""
        if suffix and suffix not in SUFFIXES:
            known = ", ".join(sorted(SUFFIXES))
            raise click.UsageError(
                f"--output: no format for {suffix}; known: {known}, or --format."
            )
        form = "csv" if excel_nb and not path else SUFFIXES.get(suffix, "table")
        if form not in formats:
            raise click.UsageError(
                f"--output: {form} is no format of this command; there are {', '.join(formats)}."
            )
    if FORMATS[form].binary and path is None and _is_terminal():
        raise click.UsageError(f"{form} is not for a terminal; name a file with --output.")
    return Output(form, path, force, excel_nb, lang, quiet)
