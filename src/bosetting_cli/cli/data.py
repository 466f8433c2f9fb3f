"""`bosetting data`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click

from bosetting_cli.cli.options import FILE, FORCE, OUTPUT, QUIET, option
from bosetting_cli.cli.output import talk, tell, write_bytes

_NAME = "datapackage.json"


@click.command(short_help="The packaged tables as files; a description to fill in.")
@option("--export", "DIR", FILE, "Write the packaged tables and their description into a new DIR.")
@option("--year", "YEAR", str, "Those of this year; by default of 2018.")
@option("--describe", "DIR", FILE, f"Print a {_NAME} to fill in for tables that have none.")
@OUTPUT
@FORCE
@QUIET
def command(
    export: Path | None,
    year: str | None,
    describe: Path | None,
    path: Path | None,
    force: bool,
    quiet: bool,
) -> None:
    """Write the packaged statistics as files, or a description for tables of your own.

    \b
    Examples:
      bosetting data --export figures/
      bosetting data --export figures/ --year 2026
      bosetting data --describe own/ -o own/datapackage.json
    """
    if (export is None) == (describe is None):
        raise click.UsageError("One of --export and --describe is needed.")
    if export is not None:
        if path or force:
            raise click.UsageError("--export writes a folder; --output and --force are no use.")
        _export(export, year, quiet=quiet)
    elif describe is not None:
        if year:
            raise click.UsageError("--year is of the packaged statistics; it goes with --export.")
        _describe(describe, path, force=force, quiet=quiet)


def _export(folder: Path, year: str | None, *, quiet: bool) -> None:
    """Write all that the packaged description tells of, and itself."""
    from bosetting_cli.findings import BosettingError, finding
    from bosetting_cli.output import write_folder
    from bosetting_cli.resources import data_dir
    from bosetting_cli.rules.years import defaults
    from bosetting_cli.words import told

    if os.path.lexists(folder):
        raise BosettingError(finding("folder exists", file=str(folder)))
    root = (defaults(year)["data"] if year else None) or data_dir()
    content = (root / _NAME).read_bytes()
    names = [resource["path"] for resource in json.loads(content)["resources"]]
    write_folder(folder, {_NAME: content} | {name: (root / name).read_bytes() for name in names})
    tell([told("tables written", talk(), count=len(names), folder=str(folder))], quiet=quiet)


def _describe(root: Path, path: Path | None, *, force: bool, quiet: bool) -> None:
    from bosetting_cli.cli.summary import note_lines
    from bosetting_cli.statistics.skeleton import skeleton

    notes: list[Any] = []
    text = json.dumps(skeleton(root, notes), ensure_ascii=False, indent=2)
    write_bytes(path, f"{text}\n".encode(), force=force)
    tell(note_lines(notes, talk()), quiet=quiet)
