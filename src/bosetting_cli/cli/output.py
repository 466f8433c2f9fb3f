"""The options that say how and where a result is written, and the talk beside it."""

from __future__ import annotations

import functools
import shutil
import sys
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import click

from bosetting_cli.cli import say
from bosetting_cli.cli.options import FORCE, OUTPUT, QUIET, bundle, flag, language, option
from bosetting_cli.tables import FORMATS, SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import IO, TypeVar

    from bosetting_cli.cli.options import Decorator
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
        write_bytes(self.path, content, force=self.force)

    def opened(self) -> AbstractContextManager[IO[bytes]]:
        """Open what is put in place when all is written; see `output.complete`."""
        from bosetting_cli.output import complete

        return complete(self.path, force=self.force)

    def width(self) -> int | None:
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
    known = formats or tuple(FORMATS)
    options = (
        language("en", "Language of headings."),
        option(
            "--format",
            None,
            click.Choice(known),
            "Form of the result; by default from --output's suffix, else table.",
            "form",
        ),
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
    return Output(form=form, path=path, excel_nb=excel_nb, **given)
