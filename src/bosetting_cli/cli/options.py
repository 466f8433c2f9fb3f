"""Options as data, and bundles of them that several commands share."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bosetting_cli.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Decorator = Callable[[Any], Any]

FILE = click.Path(path_type=Path)
YEAR = click.IntRange(1900, 2200)
FROM_0, FROM_1 = click.IntRange(0), click.IntRange(1)


def option(
    name: str, metavar: str | None, kind: Any, text: str, /, *names: str, **more: Any
) -> Decorator:
    """Return an option that has a value.

    Args:
        name: As it is written, `--total`.
        metavar: What stands for the value in the help.
        kind: Type of the value.
        text: The help.
        names: Other names; one without a dash is the name of the parameter.
        more: Further settings of `click.option`; a default is shown.
    """
    more["show_default"] = "default" in more
    return click.option(name, *names, metavar=metavar, type=kind, help=text, **more)


repeated = functools.partial(option, multiple=True)  # an option that may be given several times


def flag(name: str, text: str, /, *names: str) -> Decorator:
    """Return an option that is given or not."""
    return click.option(name, *names, is_flag=True, help=text)


def language(default: str, text: str) -> Decorator:
    """Return the option for the language of what is written."""
    return option("--lang", None, click.Choice(LANGUAGES), text, default=default)


def of_year(ctx: click.Context, _: click.Parameter, year: str | int | None) -> str | int | None:
    """Let a year choose the defaults of --rules and --data."""
    if year is not None:
        from bosetting_cli.cli.years import defaults

        ctx.default_map = {**(ctx.default_map or {}), **defaults(str(year))}
    return year


# Read before all others, whose defaults it chooses.
PACKAGED_YEAR = option(
    "--year",
    "YEAR",
    str,
    "A packaged year's rules and statistics, as `bosetting years` lists them.",
    callback=of_year,
    is_eager=True,
    expose_value=False,
)
RULES = option("--rules", "FILE", FILE, "Rules; the built-in ones of 2018 by default.")
DATA = option("--data", "DIR", FILE, "Folder of statistics, or one CSV file; built-in by default.")
STRICT = flag("--strict", "Refuse input that had to be mended or that looks odd.")
BY = option("--by", None, click.Choice(["region", "fylke"]), "Totals by fylke instead.")
OUTPUT = option("--output", "FILE", FILE, "Write here instead of to standard output.", "-o", "path")
FORCE = flag("--force", "Replace FILE if it exists.")
QUIET = flag("--quiet", "Print no messages on standard error.", "-q")


def bundle(
    key: str, names: Iterable[str], build: Callable[..., Any], options: Sequence[Decorator]
) -> Decorator:
    """Return a decorator that adds options to a command and passes on what is made of them.

    Args:
        key: The command's parameter that gets it.
        names: The parameters that the options have.
        build: Makes it of them.
        options: The options, in the order of the help.
    """

    def decorate(command: Callable[..., Any]) -> Any:
        @functools.wraps(command)
        def wrapper(**given: Any) -> Any:
            taken = {name: given.pop(name) for name in names}
            return command(**given, **{key: build(**taken)})

        for one in reversed(options):
            wrapper = one(wrapper)
        return wrapper

    return decorate
