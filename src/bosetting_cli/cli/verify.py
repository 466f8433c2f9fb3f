"""`bosetting verify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bosetting_cli.cli import say
from bosetting_cli.cli.options import FILE, FROM_0, QUIET, STRICT, language, option
from bosetting_cli.cli.output import tell
from bosetting_cli.words import told

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
@language("en", "Language of what is said.")
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
    lang: str,
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
    from bosetting_cli.cli.summary import note_lines
    from bosetting_cli.record.checking import asked, broken, load_record, run_again, verified

    if number is not None and code is None:
        raise click.UsageError("--number asks about one municipality; name it by --code.")
    if found := broken(record):
        return _told(found, form, lang)
    kept = load_record(record)
    found = asked(kept, code, number, fingerprint)
    again, notes = verified(kept, run_again(kept, rules, data, strict=strict))
    tell(note_lines(notes, lang), quiet=quiet)
    found += again
    if not found:
        tell([told("record same", lang, path=record, mark=kept.fingerprint)], quiet=quiet)
    return _told(found, form, lang, rules)


def _told(found: list[Finding], form: str, lang: str, rules: Path | None = None) -> int:
    """Print differences; return the exit code."""
    for one in found[:SHOWN]:
        if form == "github":
            file = one.file or (rules and str(rules))
            place = f" file={_escaped(file, ':,')}" if file else ""
            click.echo(f"::error{place}::{_escaped(one.said(lang))}")
        else:
            click.echo(one.in_full(lang))
    if len(found) > SHOWN:
        say(told("record more", lang, count=len(found) - SHOWN))
    return 1 if found else 0


def _escaped(text: str, more: str = "") -> str:
    """Return text as a workflow command has it; a property escapes more."""
    for mark in f"%\r\n{more}":
        text = text.replace(mark, f"%{ord(mark):02X}")
    return text
