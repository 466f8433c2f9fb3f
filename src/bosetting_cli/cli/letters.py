"""`bosetting letters`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bosetting_cli.cli.options import Inputs, input_options
from bosetting_cli.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bosetting_cli.letters import Letter
    from bosetting_cli.statistics import Statistics

FORMATS = ("md", "html", "docx", "pdf")
_FILE = click.Path(path_type=Path)


@click.command()
@input_options
@click.option(
    "--output", "-o", "path", type=_FILE, metavar="DIR", required=True, help="Folder to write."
)
@click.option(
    "--lang", type=click.Choice(LANGUAGES), default="nb", show_default=True, help="Language."
)
@click.option(
    "--language-column",
    metavar="COLUMN",
    help="Column of the register that says which language: nb, nn, en, or empty for --lang.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="md",
    show_default=True,
    help="Form of the letters.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="MUNICIPALITY",
    help="Write to this one only; kommunenummer or name.",
)
@click.option("--template", type=_FILE, metavar="FILE", help="Your own text: docs/letters.md.")
@click.option("--font", type=_FILE, metavar="FILE", help="TrueType font for pdf.")
@click.option("--force", is_flag=True, help="Replace the letters that DIR has already.")
@click.option("--quiet", "-q", is_flag=True, help="Print no messages on standard error.")
def command(
    inputs: Inputs, path: Path, only: tuple[str, ...], force: bool, quiet: bool, **options: Any
) -> None:
    """Write a letter to every municipality: asked for how many, or not asked and why.

    \b
    Examples:
      bosetting letters -o letters
      bosetting letters -o letters --format pdf --only bodø --only 0301
      bosetting letters -o brev --data mine --language-column maalform --format docx
      bosetting letters -o letters --template ours.md.j2 --force
    """
    from bosetting_cli.letters import letters
    from bosetting_cli.letters.folder import INDEX, write_folder
    from bosetting_cli.result import allocate

    statistics, rules = inputs.read()
    codes = _codes(statistics, only)
    allocation = allocate(statistics, rules)
    written = letters(statistics, rules, allocation, only=codes, **options)
    watched = _watched(written, len(codes or statistics.units), quiet)
    count = write_folder(path, watched, force=force, keep=bool(codes))
    if not quiet:
        click.echo(f"{count} letters in {path}, listed in {INDEX}", err=True)


def _codes(statistics: Statistics, names: tuple[str, ...]) -> tuple[str, ...]:
    from bosetting_cli.statistics.names import find_municipality

    known = statistics.municipalities
    return tuple(dict.fromkeys(find_municipality(n, known).kommunenummer for n in names))


def _watched(written: Iterable[Letter], count: int, quiet: bool) -> Iterator[Letter]:
    """Pass the letters on; on a terminal a bar shows how far it is."""
    if quiet or not sys.stderr.isatty():
        yield from written
        return
    with click.progressbar(written, length=count, label="Letters", file=sys.stderr) as bar:
        yield from bar
