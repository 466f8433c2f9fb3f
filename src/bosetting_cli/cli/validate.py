"""`bosetting validate`."""

from __future__ import annotations

from pathlib import Path

import click

from bosetting_cli.cli.options import ADD, AT_LEAST, DATA, PACKAGED_YEAR, REGION, RULES, flag
from bosetting_cli.cli.output import Output, output_options, talk


@click.command(short_help="Check statistics and rules, list every problem at once.")
@PACKAGED_YEAR
@DATA
@ADD
@RULES
@AT_LEAST
@flag("--strict", "Warnings are errors too.")
@REGION
@output_options("table", "json")
def command(
    data: Path | None,
    add: tuple[Path, ...],
    rules: Path | None,
    at_least: Path | None,
    strict: bool,
    region: str | None,
    output: Output,
) -> int:
    """List everything that is wrong with statistics and rules: where, what, what was expected.

    Exits with 0 if there are no errors, else with 2.

    \b
    Examples:
      bosetting validate --data figures/
      bosetting validate --rules criteria.yaml --strict --format json
    """
    from bosetting_cli.cli.summary import note_lines
    from bosetting_cli.studies.validation import of_region, validate
    from bosetting_cli.tables.validation import report_json, report_text, summary

    report = validate(data, rules, add=add, at_least=at_least, strict=strict)
    shown = of_region(report, region) if region else report
    if output.form == "json":
        output.write_bytes(report_json(shown))
    else:
        output.write_bytes(report_text(shown, output.width() or 100, output.lang))
    lang = talk()
    output.say([summary(report, lang), *note_lines(report.notes, lang)])
    return 2 if report.errors else 0
