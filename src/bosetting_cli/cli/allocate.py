"""`bosetting allocate`."""

from __future__ import annotations

from pathlib import Path

import click

from bosetting_cli.cli.inputs import Inputs, excluding, input_options
from bosetting_cli.cli.options import BY, REGION, flag, option
from bosetting_cli.cli.output import Output, output_options
from bosetting_cli.cli.record import RECORD, keep
from bosetting_cli.tables.sorting import SORTS

RANK = "rank"


@click.command(short_help="Who is asked to settle how many, and why those.")
@input_options
@flag("--all", "Also those not asked, with the reason.", "everyone")
@BY
@REGION
@option("--sort", None, click.Choice(tuple(SORTS)), "Order.", default=RANK)
@RECORD
@output_options()
def command(
    inputs: Inputs,
    output: Output,
    everyone: bool,
    by: str | None,
    sort: str,
    region: str | None,
    record: Path | None,
) -> None:
    """Print who is asked to settle how many, and what each criterion contributed.

    \b
    Examples:
      bosetting allocate
      bosetting allocate --total 5350 --by fylke
      bosetting allocate --all --sort name --format csv > all.csv
      bosetting allocate --weight population=0.8 --weight "introduction programme=0"
      bosetting allocate --exclude Oslo --include 1850 -o requests.xlsx
      bosetting allocate --region Nordland --all
    """
    from bosetting_cli.cli.summary import summary_lines
    from bosetting_cli.result import allocate
    from bosetting_cli.tables.allocation import document, municipality_table
    from bosetting_cli.tables.counties import county_table

    excluding(**{"--by": by, "--all": everyone})
    excluding(**{"--by": by, "--sort": None if sort == RANK else sort})
    statistics, rules = inputs.read()
    allocation = allocate(statistics, rules).of_region(region)
    if by:
        table = county_table(allocation, lang=output.lang)
    else:
        table = municipality_table(allocation, everyone=everyone, sort=sort, lang=output.lang)
    output.write(
        table, document(allocation, table.fields) if output.form in ("json", "xlsx") else None
    )
    output.say(summary_lines(allocation, output.lang))
    if record:
        keep(record, inputs, allocation.whole, quiet=output.quiet)
