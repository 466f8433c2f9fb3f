"""`bosetting scenarios`."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bosetting_cli.cli.options import Inputs, Output, input_options, mended, output_options

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

LONG_WAIT = 100  # scenarios; fewer are done before a bar is seen
FITTING = 8  # scenarios that fit a table of 100 columns


@click.command(short_help="Many totals, weights or methods in one run.")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@input_options
@click.option("--long", "long_form", is_flag=True, help="A row per scenario and municipality.")
@click.option("--all", "everyone", is_flag=True, help="Also those that no scenario asks.")
@output_options()
def command(file: Path, inputs: Inputs, long_form: bool, everyone: bool, output: Output) -> None:
    """Run the variations of a rule set that FILE names, and print them in one table.

    FILE is YAML: a base rule set, and named variations in which lists make a grid. The options
    change the base. If one scenario admits no allocation, nothing is written.

    \b
    Examples:
      bosetting scenarios sweep.yaml
      bosetting scenarios sweep.yaml --long --format csv > sweep.csv
      bosetting scenarios sweep.yaml --at-least letters.csv -o sweep.xlsx
    """
    from bosetting_cli.scenarios import load_scenarios, run_scenarios
    from bosetting_cli.tables.scenarios import long_table, scenarios_document, wide_table

    plan = load_scenarios(file)
    noted = mended(plan.notes, strict=inputs.strict)
    base = dataclasses.replace(
        inputs, rules=inputs.rules or plan.base, data=inputs.data or plan.data
    )
    with _progress(plan.scenarios) as scenarios:
        sweep = run_scenarios(
            scenarios,
            lambda data: dataclasses.replace(base, data=data or base.data).read(),
            sub_groups=long_form,
        )
    table = (long_table if long_form else wide_table)(sweep, everyone=everyone, lang=output.lang)
    output.write(table, scenarios_document(sweep) if output.form == "json" else None)
    lines = [f"{len(sweep.runs)} scenarios on {sweep.rules.title}."]
    if output.form == "table" and not long_form and len(sweep.runs) > FITTING:
        lines.append("So many do not fit a page: --long, or --format csv or xlsx.")
    output.say([*lines, *noted, *(f"{note.kind}: {note.text}" for note in sweep.notes)])


def _progress(scenarios: Sequence[Any]) -> AbstractContextManager[Any]:
    """Show how far a long run has come, on a terminal only."""
    if len(scenarios) < LONG_WAIT or not sys.stderr.isatty():
        return contextlib.nullcontext(scenarios)
    return click.progressbar(scenarios, label="scenarios", file=sys.stderr)
