"""`bosetting backtest`."""

from __future__ import annotations

import click

from bosetting_cli.cli.inputs import Inputs, excluding, input_options_without_year
from bosetting_cli.cli.options import FROM_0, YEAR, flag, of_year, option
from bosetting_cli.cli.output import Output, output_options


def _of_later_year(ctx: click.Context, option: click.Parameter, year: int) -> int:
    """Let a year after the letter's choose its own rules and statistics."""
    if year > 2018:
        of_year(ctx, option, year)
    return year


@click.command(short_help="Rules against the requests that were really made.")
@input_options_without_year
@option(
    "--year",
    "YEAR",
    YEAR,
    "Compare with the requests made for this year; from 2019 on, its rules and statistics.",
    default=2018,
    callback=_of_later_year,
    is_eager=True,
)
@flag("--counties-as-decided", "Give each fylke the decided sum.", "counties")
@flag("--asked-as-decided", "Ask those that were asked.", "listed")
@option("--differences", "N", FROM_0, "How many of the largest differences to show.", default=15)
@output_options("table", "markdown", "json", "csv")
def command(
    inputs: Inputs, output: Output, year: int, counties: bool, listed: bool, differences: int
) -> None:
    """Compare what rules give with the requests that were really made.

    The first table says how near the rules come by themselves, and with the counties' sums,
    the list of those asked, or both taken from the decision. The other two are of one of
    these, which the options choose. The total is that of the decision unless --total is given.

    \b
    Examples:
      bosetting backtest
      bosetting backtest --rules config/criteria-2018-revised.yaml
      bosetting backtest --counties-as-decided --asked-as-decided --differences 30
      bosetting backtest --year 2017 --format json -o backtest-2017.json
    """
    from bosetting_cli.studies.backtest import backtest
    from bosetting_cli.tables.backtest import summary, written

    for way in ("share", "count", "asked"):
        excluding(**{"--asked-as-decided": listed, f"--{way}": getattr(inputs, way)})
    statistics, rules = inputs.load()
    of = {"total": inputs.total, "codes": inputs.codes}
    test = backtest(statistics, rules, year, counties=counties, asked=listed, **of)
    lang, excel_nb, width = output.lang, output.excel_nb, output.width()
    output.write_bytes(
        written(test, output.form, width=width, count=differences, lang=lang, excel_nb=excel_nb)
    )
    output.say(summary(test, lang))
