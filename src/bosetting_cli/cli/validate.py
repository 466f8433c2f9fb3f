"""`bosetting validate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bosetting_cli.cli.options import DATA, PACKAGED_YEAR, RULES, flag
from bosetting_cli.cli.output import Output, output_options

if TYPE_CHECKING:
    from pathlib import Path


@click.command(short_help="Check statistics and rules, list every problem at once.")
@PACKAGED_YEAR
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
    from bosetting_cli.studies.validation import report_json, report_text, summary, validate

    report = validate(data, rules, strict=strict)
    content = report_json(report) if output.form == "json" else b""
    output.write_bytes(content or report_text(report, output.width() or 100))
    output.say([summary(report)])
    return 2 if report.errors else 0
