"""`bosetting verify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bosetting_cli.cli import say
from bosetting_cli.cli.options import FILE, FROM_0, QUIET, STRICT, option
from bosetting_cli.cli.output import tell

if TYPE_CHECKING:
    from bosetting_cli.findings import Finding

SHOWN = 20  # differences that are told one by one


@click.command(short_help="Check a record, and that the same run gives the same numbers today.")
@click.argument("record", type=FILE)
@option("--rules", "FILE", FILE, "These rules instead of the record's.")
@option("--data", "DIR", FILE, "These statistics instead of the record's.")
@STRICT
@option("--code", "CODE", None, "Ask about this municipality's number.")
@option("--number", "N", FROM_0, "What its letter says.")
@option("--fingerprint", "HASH", None, "The fingerprint that the letter, page or table says.")
@option("--format", None, click.Choice(["text", "github"]), "Form.", "form", default="text")
@QUIET
def command(
    record: Path,
    rules: Path | None,
    data: Path | None,
    strict: bool,
    code: str | None,
    number: int | None,
    fingerprint: str | None,
    form: str,
    quiet: bool,
) -> int:
    """Check that a record is whole, run it again and compare: needs nothing but the folder.

    With --rules or --data it compares what these give today with the record's numbers: a check
    for CI. Exits with 0 if all is the same, 1 if a byte or a number differs, 2 for bad input.

    \b
    Examples:
      bosetting verify run
      bosetting verify golden --rules criteria.yaml --data figures
      bosetting verify run --code 1804 --number 44
    """
    from bosetting_cli.record.checking import asked, broken, intact, run_again, verified

    if number is not None and code is None:
        raise click.UsageError("--number asks about one municipality; name it by --code.")
    if found := broken(record):
        return _told(found, form)
    kept = intact(record)
    found = asked(kept, code, number, fingerprint)
    again, notes = verified(kept, run_again(kept, rules, data, strict=strict))
    tell([f"note: {note}" for note in notes], quiet=quiet)
    found += again
    if not found:
        tell([f"{record}: the same numbers, fingerprint {kept.fingerprint}"], quiet=quiet)
    return _told(found, form)


def _told(found: list[Finding], form: str) -> int:
    """Print differences; return the exit code."""
    for one in found[:SHOWN]:
        if form == "github":
            place = f" file={_escaped(one.file, ':,')}" if one.file else ""
            click.echo(f"::error{place}::{_escaped(one.said())}")
        else:
            click.echo(str(one))
    if len(found) > SHOWN:
        say(f"and {len(found) - SHOWN} more")
    return 1 if found else 0


def _escaped(text: str, more: str = "") -> str:
    """Return text as a workflow command has it; a property escapes more."""
    for mark in f"%\r\n{more}":
        text = text.replace(mark, f"%{ord(mark):02X}")
    return text
