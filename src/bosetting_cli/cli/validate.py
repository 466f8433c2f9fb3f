"""`bosetting validate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bosetting_cli.cli.options import DATA, RULES, flag
from bosetting_cli.cli.output import Output, output_options

if TYPE_CHECKING:
    from pathlib import Path


@click.command(short_help="Check statistics and rules, list every problem at once.")
@DATA
@RULES
@flag("--strict", "Warnings are errors too.")
@output_options("table", "json")
def command(data: Path | None, rules: Path | None, strict: bool, output: Output) -> int:
    """List everything that is wrong with statistics and rules: where, what, what was expected.

    Exits with 0 if there are no errors, else with 2.

    \b
    Examples:
      bosetting validate --data figures/
      bosetting validate --rules criteria.yaml --strict --format json
    """
    from bosetting_cli.studies.validation import validate
    from bosetting_cli.tables.validation import report_json, report_text, summary

    report = validate(data, rules, strict=strict)
    if output.form == "json":
        output.write_bytes(report_json(report))
    else:
        output.write_bytes(report_text(report, output.width() or 100, output.lang))
    output.say([summary(report)])
    return 2 if report.errors else 0
