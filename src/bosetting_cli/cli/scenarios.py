"""`bosetting scenarios`."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import click

from bosetting_cli.cli.inputs import Inputs, input_options, mended
from bosetting_cli.cli.options import FILE, flag
from bosetting_cli.cli.output import Output, output_options, watched

if TYPE_CHECKING:
    from pathlib import Path

LONG_WAIT = 100  # scenarios; fewer are done before a bar is seen
FITTING = 8  # scenarios that fit a table of 100 columns


@click.command(short_help="Many totals, weights or methods in one run.")
@click.argument("file", type=FILE)
@input_options
@flag("--long", "A row per scenario and municipality.", "long_form")
@flag("--all", "Also those that no scenario asks.", "everyone")
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
    repairs = mended(plan.notes, strict=inputs.strict)
    base = dataclasses.replace(
        inputs, rules=inputs.rules or plan.base, data=inputs.data or plan.data
    )
    sweep = run_scenarios(
        watched(plan.scenarios, "scenarios", quiet=len(plan.scenarios) < LONG_WAIT),
        lambda data: dataclasses.replace(base, data=data or base.data).read(),
        sub_groups=long_form,
    )
    table = (long_table if long_form else wide_table)(sweep, everyone=everyone, lang=output.lang)
    output.write(table, scenarios_document(sweep) if output.form == "json" else None)
    lines = [f"{len(sweep.runs)} scenarios on {sweep.rules.title}."]
    if output.form == "table" and not long_form and len(sweep.runs) > FITTING:
        lines.append("So many do not fit a page: --long, or --format csv or xlsx.")
    output.say([*lines, *repairs, *(f"{note.kind}: {note.text}" for note in sweep.notes)])
