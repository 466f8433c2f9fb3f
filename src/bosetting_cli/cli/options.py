"""Options that several commands share, and what they are turned into."""

from __future__ import annotations

import functools
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from bosetting_cli.rules import Rules
    from bosetting_cli.statistics import Statistics
    from bosetting_cli.tables import Table

Command = TypeVar("Command", bound="Callable[..., Any]")

LANGUAGES = ("en", "nb", "nn")
FORMATS = ("table", "csv", "json", "jsonl", "markdown", "html", "xlsx")


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

    def read(self) -> tuple[Statistics, Rules]:
        """Read the rules and the figures that they ask for.

        Raises:
            RulesError: The rules are wrong.
            DataError: The statistics are.
        """
        from bosetting_cli.rules import override
        from bosetting_cli.rulesfile import load_rules
        from bosetting_cli.statistics import load_statistics

        rules = override(load_rules(self.rules), **self.changes)
        return load_statistics(self.data, indicators=rules.indicators()), rules


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
        from bosetting_cli.output import write_file, write_stdout
        from bosetting_cli.tables import render

        content = render(
            table, self.form, width=self.width(), excel_nb=self.excel_nb, document=document
        )
        if self.path is not None:
            write_file(self.path, content, force=self.force)
        else:
            write_stdout(content)

    def width(self) -> int | None:
        """Return the width that a table must fit: the terminal's, else 100."""
        if self.path is None and sys.stdout.isatty():
            return max(shutil.get_terminal_size((100, 24)).columns, 60)
        return 100

    def say(self, lines: list[str]) -> None:
        """Say lines on standard error, unless told to be quiet."""
        if not self.quiet:
            for line in lines:
                click.echo(line, err=True)


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
    names = ("rules", "data", "total", "minimum", "share", "count", "weight", "method")
    wrapped = _collected(command, (*names, "include", "exclude"), _inputs, "inputs")
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
        ]
    ):
        wrapped = option(wrapped)
    return wrapped


def _inputs(rules: Path | None, data: Path | None, **changes: Any) -> Inputs:
    if changes["share"] is not None and changes["count"] is not None:
        raise click.UsageError("--share and --count exclude each other.")
    weights = dict(changes.pop("weight"))
    return Inputs(rules, data, {**changes, "weights": weights})


def output_options(*formats: str) -> Callable[[Command], Any]:
    """Add the options that say how and where the result is written; passes `output`."""

    def decorate(command: Command) -> Any:
        names = ("form", "path", "force", "excel_nb", "lang", "quiet")
        wrapped = _collected(command, names, _output, "output")
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
                    type=click.Choice(formats or FORMATS),
                    help="Form of the result; by default from --output's suffix, else table.",
                ),
                click.option(
                    "--output",
                    "-o",
                    "path",
                    type=click.Path(path_type=Path),
                    metavar="FILE",
                    help="Write here instead of to standard output.",
                ),
                click.option("--force", is_flag=True, help="Replace FILE if it exists."),
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
    form: str | None, path: Path | None, force: bool, excel_nb: bool, lang: str, quiet: bool
) -> Output:
    if form is None:
        from bosetting_cli.tables import SUFFIXES

        suffix = path.suffix.lower() if path else ""
        if suffix and suffix not in SUFFIXES:
            known = ", ".join(sorted(SUFFIXES))
            raise click.UsageError(
                f"--output: no format for {suffix}; known: {known}, or --format."
            )
        form = "csv" if excel_nb and not path else SUFFIXES.get(suffix, "table")
    if form == "xlsx" and path is None and sys.stdout.isatty():
        raise click.UsageError("xlsx is not for a terminal; name a file with --output.")
    return Output(form, path, force, excel_nb, lang, quiet)
