"""`bosetting scenarios`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bosetting_cli.cli.inputs import Inputs, input_options, mended
from bosetting_cli.cli.options import FILE, flag
from bosetting_cli.cli.output import Output, output_options, watched

if TYPE_CHECKING:  # not needed for --help
    from bosetting_cli.rules import Rules
    from bosetting_cli.statistics import Statistics
    from bosetting_cli.studies.runs import Failure
    from bosetting_cli.studies.scenarios import Data, Plan

LONG_WAIT = 100  # scenarios; fewer are done before a bar is seen
FITTING = 8  # scenarios that fit a table of 100 columns


@click.command(short_help="Many totals, weights or methods in one run.")
@click.argument("file", type=FILE)
@input_options
@flag("--long", "A row per scenario and municipality.", "long_form")
@flag("--all", "Also those that no scenario asks.", "everyone")
@flag("--keep-going", "Leave out scenarios that admit no allocation; say which.")
@output_options()
def command(
    file: Path, inputs: Inputs, long_form: bool, everyone: bool, keep_going: bool, output: Output
) -> None:
    """Run the variations of a rule set that FILE names, and print them in one table.

    FILE is YAML: a base rule set, and named variations in which lists make a grid. The options
    change the base. If one scenario admits no allocation, nothing is written, unless
    --keep-going.

    \b
    Examples:
      bosetting scenarios sweep.yaml
      bosetting scenarios sweep.yaml --long --format csv > sweep.csv
      bosetting scenarios sweep.yaml --at-least letters.csv -o sweep.xlsx
    """
    from bosetting_cli.cli.summary import note_lines
    from bosetting_cli.studies.runs import read_sources, runs, succeeding
    from bosetting_cli.studies.scenarios import Data, load_scenarios
    from bosetting_cli.tables import stream
    from bosetting_cli.tables.scenarios import long_table, scenarios_document, wide_table
    from bosetting_cli.words import name, told

    plan = load_scenarios(file)
    repairs = mended(plan.notes, strict=inputs.strict)
    base = Data(str(inputs.data), inputs.data) if inputs.data else plan.data
    sources = read_sources(plan.sources, _reader(plan, inputs, base))
    failed: list[Failure] = []
    few, document, lang = len(plan) < LONG_WAIT, None, output.lang
    with closing(watched(plan, "scenarios", quiet=few)) as scenarios:
        found = runs(scenarios, sources, sub_groups=long_form)
        if output.form == "json":
            document, found = scenarios_document(found, sources)
        good = succeeding(found, failed, keep_going=keep_going)
        if long_form:
            varied = plan.keys
            table = long_table(good, sources, varied, base, everyone=everyone, lang=lang)
        else:
            table = wide_table(good, sources, everyone=everyone, lang=lang)
        with output.opened() as out:
            width, excel_nb = output.width(), output.excel_nb
            stream(out, table, output.form, width=width, excel_nb=excel_nb, document=document)
    count = len(plan) - len(failed)
    said = [told("scenarios made", lang, count=count, title=name(sources.rules.title, lang))]
    if output.form == "table" and not long_form and count > FITTING:
        said.append(told("scenarios many", lang))
    left_out = [problem for failure in failed for problem in failure.named()]
    said += [told("scenario left out", lang, problem=problem) for problem in left_out]
    output.say([*said, *note_lines([*repairs, *sources.notes], lang)])


def _reader(
    plan: Plan, inputs: Inputs, base: Data
) -> Callable[[Data | None], tuple[Statistics, Rules]]:
    """Return how statistics and base rules are read; None: the base's statistics."""
    from bosetting_cli.studies.scenarios import refuse

    def read(data: Data | None) -> tuple[Statistics, Rules]:
        used = dataclasses.replace(
            inputs, rules=inputs.rules or plan.base, data=(data or base).path
        )
        refuse(plan.absent, used.rules, used.data)
        return used.read()

    return read
