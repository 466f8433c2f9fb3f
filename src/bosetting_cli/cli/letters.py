"""`bosetting letters`."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from bosetting_cli.cli.inputs import Inputs, input_options, kommunenummer
from bosetting_cli.cli.options import FILE, QUIET, flag, language, option, repeated
from bosetting_cli.cli.output import tell, watched
from bosetting_cli.letters import FORMATS

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@input_options
@option("--output", "DIR", FILE, "Folder to write.", "-o", "path", required=True)
@language("nb", "Language.")
@option(
    "--language-column",
    "COLUMN",
    None,
    "Column of the register that says which language: nb, nn, en, or empty for --lang.",
)
@option("--format", None, click.Choice(FORMATS), "Form of the letters.", "form", default="md")
@repeated("--only", "MUNICIPALITY", None, "Write to this one only; kommunenummer or name.")
@option("--template", "FILE", FILE, "Your own text: docs/letters.md.")
@option("--font", "FILE", FILE, "TrueType font for pdf.")
@flag("--force", "Replace the letters that DIR has already.")
@QUIET
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
    from bosetting_cli.letters.folder import INDEX, write_folder
    from bosetting_cli.letters.letter import letters
    from bosetting_cli.result import allocate

    statistics, rules = inputs.read()
    codes = kommunenummer(only, statistics)
    allocation = allocate(statistics, rules)
    written = letters(statistics, rules, allocation, only=tuple(codes), **options)
    expected = len(codes or statistics.units)
    with closing(watched(written, "Letters", quiet=quiet, count=expected)) as shown:
        count = write_folder(path, shown, force=force, keep=bool(codes))
    # Of imputed figures the letters tell where it matters.
    notes = [f"{n.kind}: {n.text}" for n in allocation.notes if n.kind != "imputed"]
    tell([f"{count} letters in {path}, listed in {INDEX}", *notes], quiet=quiet)
