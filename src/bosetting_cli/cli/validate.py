"""`bosetting validate`."""

from __future__ import annotations

from pathlib import Path

import click

from bosetting_cli.cli.options import Output, output_options


@click.command(short_help="Check statistics and rules, list every problem at once.")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of statistics, or one CSV file; built-in by default.",
)
@click.option(
    "--rules",
    "rules_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Rules; the built-in ones of 2018 by default.",
)
@click.option("--strict", is_flag=True, help="Warnings are errors too.")
@output_options("table", "json")
def command(data: Path | None, rules_file: Path | None, strict: bool, output: Output) -> int:
    """List everything that is wrong with statistics and rules: where, what, what was expected.

    Exits with 0 if there are no errors, else with 2.

    \b
    Examples:
      bosetting validate --data figures/
      bosetting validate --rules criteria.yaml --strict --format json
    """
    from bosetting_cli.studies.validation import report_json, report_text, summary, validate

    report = validate(data, rules_file, strict=strict)
    content = report_json(report) if output.form == "json" else b""
    output.write_bytes(content or report_text(report, output.width() or 100))
    output.say([summary(report)])
    return 2 if report.errors else 0
