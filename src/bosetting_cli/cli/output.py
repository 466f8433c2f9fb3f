"""The options that say how and where a result is written, and the talk beside it."""

from __future__ import annotations

import functools
import shutil
import sys
from collections.abc import Generator, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from bosetting_cli.cli import say
from bosetting_cli.cli.options import (
    FORCE,
    OUTPUT,
    QUIET,
    Decorator,
    bundle,
    flag,
    language,
    option,
)
from bosetting_cli.tables import FORMATS, SUFFIXES

if TYPE_CHECKING:  # not needed for --help
    from bosetting_cli.tables import Table

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Output:
    """How and where a table is written; a field is an option."""

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
        with self.opened() as out:
            out.write(content)

    def opened(self) -> AbstractContextManager[IO[bytes]]:
        """Open what is put in place when all is written; see `output.complete`."""
        from bosetting_cli.output import complete

        return complete(self.path, force=self.force)

    def width(self) -> int:
        """Return the width that a table must fit: the terminal's, else 100."""
        if self.path is None and _is_terminal():
            return max(shutil.get_terminal_size((100, 24)).columns, 60)
        return 100

    def say(self, lines: Iterable[str]) -> None:
        """Say lines on standard error, unless told to be quiet."""
        tell(lines, quiet=self.quiet)


def write_bytes(path: Path | None, content: bytes, *, force: bool) -> None:
    """Write to a file, or to standard output without one."""
    from bosetting_cli.output import write_files

    write_files({path: content}, force=force)


def talk() -> str:
    """Return the language of messages: that of `--lang` if it was given, else English."""
    return str(click.get_current_context().meta.get("lang", "en"))


def tell(lines: Iterable[str], *, quiet: bool) -> None:
    """Say lines on standard error, unless told to be quiet."""
    for line in () if quiet else lines:
        say(line)


def watched(
    items: Iterable[Item], label: str, *, quiet: bool, count: int | None = None
) -> Generator[Item, None, None]:
    """Pass items on; on a terminal a bar shows how far it is, unless told to be quiet.

    It is to be closed (`contextlib.closing`), lest an error be told on the line of the bar.
    """
    if quiet or not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, length=count, label=label, file=sys.stderr) as bar:
        yield from bar


def _is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def output_options(*formats: str) -> Decorator:
    """Return what adds the options that say how and where a result is written; passes `output`.

    Args:
        formats: Those that the command has; without any all.
    """
    known, text = formats or tuple(FORMATS), "by default from --output's suffix, else table."
    options = (
        language("en", "Language of headings."),
        option("--format", None, click.Choice(known), f"Form of the result; {text}", "form"),
        OUTPUT,
        FORCE,
        flag("--excel-nb", "CSV for a Norwegian Excel: semicolon, decimal comma, BOM."),
        QUIET,
    )
    names = [field.name for field in fields(Output)]
    return bundle("output", names, functools.partial(_output, known), options)


def _output(
    formats: Sequence[str], /, *, form: str | None, path: Path | None, excel_nb: bool, **given: Any
) -> Output:
    suffix = path.suffix.lower() if path else ""
    if form is None and suffix and suffix not in SUFFIXES:
        known = ", ".join(sorted(SUFFIXES))
        raise click.UsageError(f"--output: no format for {suffix}; known: {known}, or --format.")
    found = form or ("csv" if excel_nb and not path else SUFFIXES.get(suffix, "table"))
    if found not in formats:
        known = ", ".join(formats)
        raise click.UsageError(
            f"--output: {found} is no format of this command; there are {known}."
        )
    if excel_nb and found != "csv":
        raise click.UsageError(f"--excel-nb is for CSV, not {found}.")
    if FORMATS[found].binary and path is None and _is_terminal():
        raise click.UsageError(f"{found} is not for a terminal; name a file with --output.")
    return Output(form=found, path=path, excel_nb=excel_nb, **given)
