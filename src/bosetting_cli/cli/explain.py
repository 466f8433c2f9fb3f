"""`bosetting explain`."""

from __future__ import annotations

import click

from bosetting_cli.cli.inputs import Inputs, excluding, input_options, kommunenummer
from bosetting_cli.cli.options import REGION
from bosetting_cli.cli.output import Output, output_options
from bosetting_cli.cli.record import FROM_RECORD, RECORDED


@click.command(short_help="Why a municipality is asked for its number, or not asked.")
@click.argument("names", nargs=-1, metavar="MUNICIPALITY...")
@FROM_RECORD
@input_options
@REGION
@output_options("table", "markdown", "json")
def command(names: tuple[str, ...], inputs: Inputs, region: str | None, output: Output) -> None:
    """Tell why a municipality is asked for its number, or not, and what would have changed it.

    MUNICIPALITY is a kommunenummer or a name, in any case and without accents if need be. What
    would have changed the answer is found by running the model again with the change. One name
    of a fylke, or --region alone, tells of the fylke's number and its municipalities.

    \b
    Examples:
      bosetting explain bodø
      bosetting explain 1804 tromso --lang nb
      bosetting explain Røst --format markdown -o røst.md
      bosetting explain Oslo --total 5350 --format json
      bosetting explain Nordland
      bosetting explain bodø --record run
    """
    from bosetting_cli.cli.summary import note_lines
    from bosetting_cli.explanation import explanations, explanations_document
    from bosetting_cli.explanation.telling import narrative
    from bosetting_cli.result import allocate
    from bosetting_cli.statistics.names import is_county
    from bosetting_cli.tables import json_bytes
    from bosetting_cli.tables.allocation import municipality_table

    context = click.get_current_context()
    if context.meta.get("chosen by") == "--record":
        typed = click.core.ParameterSource.COMMANDLINE
        given = {f"--{n}": context.get_parameter_source(n) is typed for n in RECORDED}
        for name, is_given in given.items():
            excluding(**{"--record": True, name: is_given})
    if not names and not region:
        raise click.UsageError("Missing argument 'MUNICIPALITY...'.")
    statistics, rules = inputs.read()
    if len(names) == 1 and not region and is_county(*names, statistics.municipalities):
        (region,), names = names, ()
    allocation = allocate(statistics, rules).of_region(region)
    codes = kommunenummer(names, statistics, allocation.region)
    if output.form == "json":
        shown = codes or [row.kommunenummer for row in allocation.rows]
        found = explanations(allocation, shown, changes=bool(codes))
        output.write_bytes(json_bytes(explanations_document(allocation, found)))
    elif codes:
        found = explanations(allocation, codes, changes=True)
        texts = [narrative(explanation, output.form, output.lang) for explanation in found]
        between = "\n---\n\n" if output.form == "markdown" else "\n\n"
        output.write_bytes(between.join(texts).encode())
    else:
        output.write(municipality_table(allocation, everyone=True, lang=output.lang))
    # Of imputed figures the text tells where it matters.
    output.say(note_lines(allocation.notes, output.lang, without="imputed"))
