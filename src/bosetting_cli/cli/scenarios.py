"""`bosetting scenarios`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bosetting_cli.cli.inputs import Inputs, input_options, mended
from bosetting_cli.cli.options import FILE, flag
from bosetting_cli.cli.output import Output, output_options, watched

if TYPE_CHECKING:  # not needed for --help
    from bosetting_cli.rules import Rules
    from bosetting_cli.statistics import Statistics
    from bosetting_cli.studies.scenarios import Data, Failure, Plan
    from bosetting_cli.tables.scenarios import Lines

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
    from bosetting_cli.studies.scenarios import Data, load_scenarios, read_sources, runs, succeeding
    from bosetting_cli.tables.scenarios import long_lines, noted, scenarios_document, wide_lines
    from bosetting_cli.words import name, told

    plan = load_scenarios(file)
    repairs = mended(plan.notes, strict=inputs.strict)
    base = Data(str(inputs.data), inputs.data) if inputs.data else plan.data
    sources = read_sources(plan.scenarios.sources, _reader(plan, inputs, base))
    failed: list[Failure] = []
    records: list[dict[str, Any]] = []
    few = len(plan.scenarios) < LONG_WAIT
    with closing(watched(plan.scenarios, "scenarios", quiet=few)) as scenarios:
        found = runs(scenarios, sources, sub_groups=long_form)
        good = succeeding(found, failed, keep_going=keep_going)
        if output.form == "json":
            good = noted(good, records)
        if long_form:
            varied = plan.scenarios.keys
            lines = long_lines(good, sources, varied, base, everyone=everyone, lang=output.lang)
        else:
            lines = wide_lines(good, sources, everyone=everyone, lang=output.lang)
        _write(lines, output, lambda: scenarios_document(sources, records, failed))
    count, lang = len(plan.scenarios) - len(failed), output.lang
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

    def read(data: Data | None) -> tuple[Statistics, Rules]:
        path = (data or base).path
        return dataclasses.replace(inputs, rules=inputs.rules or plan.base, data=path).read()

    return read


def _write(lines: Lines, output: Output, document: Callable[[], dict[str, Any]]) -> None:
    """Write a table, row by row where the format allows it."""
    from bosetting_cli.tables import ROWWISE, stream

    if output.form not in ROWWISE:
        output.write(lines.table(output.lang))
        return
    with output.opened() as out:
        excel_nb = output.excel_nb
        stream(out, output.form, lines.fields, lines.rows, excel_nb=excel_nb, document=document)
