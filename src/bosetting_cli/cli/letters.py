"""`bosetting letters`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bosetting_cli.cli.inputs import Inputs, input_options, kommunenummer
from bosetting_cli.cli.options import FILE, QUIET, REGION, flag, language, option, repeated
from bosetting_cli.cli.output import talk, tell, watched
from bosetting_cli.cli.record import RECORD, keep
from bosetting_cli.letters import FORMATS

if TYPE_CHECKING:
    from bosetting_cli.letters.letter import Letter


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
@REGION
@option("--template", "FILE", FILE, "Your own text: docs/letters.md.")
@option("--font", "FILE", FILE, "TrueType font for pdf.")
@flag("--force", "Replace the letters that DIR has already.")
@RECORD
@QUIET
def command(
    inputs: Inputs,
    path: Path,
    only: tuple[str, ...],
    region: str | None,
    force: bool,
    quiet: bool,
    record: Path | None,
    **options: Any,
) -> None:
    """Write a letter to every municipality: asked for how many, or not asked and why.

    \b
    Examples:
      bosetting letters -o letters
      bosetting letters -o letters --format pdf --only bodø --only 0301
      bosetting letters -o brev --data mine --language-column maalform --format docx
      bosetting letters -o letters --template ours.md.j2 --force
    """
    from bosetting_cli.cli.summary import note_lines
    from bosetting_cli.letters.folder import INDEX, write_folder
    from bosetting_cli.letters.letter import letters
    from bosetting_cli.result import allocate
    from bosetting_cli.words import told

    statistics, rules = inputs.read()
    allocation = allocate(statistics, rules).of_region(region)
    codes = kommunenummer(only, statistics, allocation.region)
    if region and not only:
        codes = [row.kommunenummer for row in allocation.rows]
    outputs: dict[str, bytes] = {}
    made = letters(statistics, rules, allocation.whole, only=tuple(codes), **options)
    written = (_noted(one, outputs) for one in made) if record else made
    expected = len(codes or statistics.units)
    with closing(watched(written, "Letters", quiet=quiet, count=expected)) as shown:
        count = write_folder(path, shown, force=force, keep=bool(codes))
    lang = talk()
    # Of imputed figures the letters tell where it matters.
    notes = note_lines(allocation.notes, lang, without="imputed")
    tell([told("letters written", lang, count=count, path=path, index=INDEX), *notes], quiet=quiet)
    if record:
        keep(record, inputs, allocation.whole, outputs, quiet=quiet)


def _noted(letter: Letter, outputs: dict[str, bytes]) -> Letter:
    outputs[letter.file] = letter.content
    return letter
