"""Options as data: what their values may be, and bundles of them that several commands share."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import click

from bosetting_cli.words import LANGUAGES

Decorator = Callable[[Any], Any]


Param: TypeAlias = click.Parameter | None
Context: TypeAlias = click.Context | None


def number(text: str) -> float | str:
    """Return a number written as in rules; else how it is meant, or nothing."""
    from bosetting_cli.rules.problems import instead
    from bosetting_cli.rules.yamlfile import scalar

    found = scalar(text)
    if isinstance(found, int | float) and not isinstance(found, bool):
        return found
    meant = instead(text)
    return f"; {meant}" if meant else ""


class Whole(click.IntRange):
    """A whole number written as in rules, such as 4400."""

    def convert(self, value: Any, param: Param, ctx: Context) -> Any:
        """Return the number."""
        return super().convert(_written(self, value, param, ctx), param, ctx)


class Part(click.FloatRange):
    """A number written as in rules, such as 0.5."""

    def convert(self, value: Any, param: Param, ctx: Context) -> Any:
        """Return the number."""
        return super().convert(_written(self, value, param, ctx), param, ctx)


def _written(kind: Whole | Part, value: Any, param: Param, ctx: Context) -> Any:
    if isinstance(value, str) and isinstance(meant := number(value), str):
        kind.fail(f"'{value}' is not a valid {kind.name}{meant}.", param, ctx)
    return value


class _File(click.Path):
    """A path, which can't be empty."""

    def convert(self, value: Any, param: Param, ctx: Context) -> Any:
        if value == "":
            self.fail("the path is empty.", param, ctx)
        return super().convert(value, param, ctx)


class _Written(_File):
    """A file to write; `-` is standard output."""

    def convert(self, value: Any, param: Param, ctx: Context) -> Any:
        return None if value == "-" else super().convert(value, param, ctx)


class _New(_File):
    """A folder to make, which isn't there yet."""

    def convert(self, value: Any, param: Param, ctx: Context) -> Any:
        path = super().convert(value, param, ctx)
        if os.path.lexists(path):
            self.fail(f"{path} exists already; name another folder.", param, ctx)
        return path


class _Once(click.Option):
    """An option that may be given once; click would take the last of several."""

    def __init__(
        self, names: list[str], default: Any = None, callback: Any = None, **more: Any
    ) -> None:
        given = None if default is None else [default]
        super().__init__(names, default=given, multiple=True, **more)
        self._then = callback

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        found = super().process_value(ctx, value)
        if found and len(found) > 1:
            raise click.UsageError(f"{self.opts[0]} is given {len(found)} times.", ctx)
        one = found[0] if found else None
        return self._then(ctx, self, one) if self._then else one


FILE, NEW = _File(path_type=Path), _New(path_type=Path)
YEAR, FROM_0, FROM_1 = Whole(1900, 2200), Whole(0), Whole(1)


def option(
    name: str, metavar: str | None, kind: Any, text: str, /, *names: str, **more: Any
) -> Decorator:
    """Return an option that has a value and may be given once.

    Args:
        name: As it is written, `--total`.
        metavar: What stands for the value in the help.
        kind: Type of the value.
        text: The help.
        names: Other names; one without a dash is the name of the parameter.
        more: Further settings of `click.option`; a default is shown.
    """
    more = {"show_default": "default" in more, "cls": _Once, **more}
    return click.option(name, *names, metavar=metavar, type=kind, help=text, **more)


# An option that may be given several times.
repeated = functools.partial(option, cls=click.Option, multiple=True)


def flag(name: str, text: str, /, *names: str) -> Decorator:
    """Return an option that is given or not."""
    return click.option(name, *names, is_flag=True, help=text)


def language(default: str, text: str) -> Decorator:
    """Return the option for the language of what is written."""
    choice = click.Choice(LANGUAGES)
    return option("--lang", None, choice, text, default=default, callback=_heard)


def _heard(ctx: click.Context, param: click.Parameter, value: str) -> str:
    """Let messages be in the language asked for; where it is a default they stay English."""
    if ctx.get_parameter_source(str(param.name)) is click.core.ParameterSource.COMMANDLINE:
        ctx.meta["lang"] = value
    return value


def choose(ctx: click.Context, by: str, given: Mapping[str, Any]) -> None:
    """Choose the defaults of options that may be given once; None leaves one as it is."""
    if (other := ctx.meta.setdefault("chosen by", by)) != by:
        raise click.UsageError(f"{other} and {by} exclude each other.", ctx)
    own = {
        name: value if callable(value) else [value]
        for name, value in given.items()
        if value is not None
    }
    ctx.default_map = {**(ctx.default_map or {}), **own}


def of_year(ctx: click.Context, _: click.Parameter, year: str | int | None) -> str | int | None:
    """Let a year choose the defaults of --rules and --data."""
    if year is not None:
        from bosetting_cli.rules.years import defaults

        choose(ctx, "--year", defaults(str(year)))
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
ADD = repeated("--add", "DIR", FILE, "Own tables beside the statistics: a folder, or one CSV file.")
STRICT = flag("--strict", "Refuse input that had to be mended or that looks odd.")
AT_LEAST = option(
    "--at-least", "FILE", FILE, "Ask nobody for fewer than this saved allocation did."
)
BY = option("--by", None, click.Choice(["region", "fylke"]), "Totals by fylke instead.")
REGION = option("--region", "NAME", None, "Show one fylke only; no number changes.", "--fylke")
_HERE = "Write here instead of to standard output."
OUTPUT = option("--output", "FILE", _Written(path_type=Path), _HERE, "-o", "path")
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
