"""`bosetting explain`."""

from __future__ import annotations

import click

from bosetting_cli.cli.inputs import Inputs, input_options, kommunenummer
from bosetting_cli.cli.output import Output, output_options


@click.command(short_help="Why a municipality is asked for its number, or not asked.")
@click.argument("names", nargs=-1, required=True, metavar="MUNICIPALITY...")
@input_options
@output_options("table", "markdown", "json")
def command(names: tuple[str, ...], inputs: Inputs, output: Output) -> None:
    """Tell why a municipality is asked for its number, or not, and what would have changed it.

    MUNICIPALITY is a kommunenummer or a name, in any case and without accents if need be. What
    would have changed the answer is found by running the model again with the change.

    \b
    Examples:
      bosetting explain bodø
      bosetting explain 1804 tromso --lang nb
      bosetting explain Røst --format markdown -o røst.md
      bosetting explain Oslo --total 5350 --format json
    """
    from bosetting_cli.explanation import explanations, explanations_document
    from bosetting_cli.explanation.telling import narrative
    from bosetting_cli.result import allocate
    from bosetting_cli.tables import json_bytes

    statistics, rules = inputs.read()
    codes = kommunenummer(names, statistics)
    allocation = allocate(statistics, rules)
    found = explanations(allocation, codes, changes=True)
    if output.form == "json":
        output.write_bytes(json_bytes(explanations_document(allocation, found)))
    else:
        texts = [narrative(explanation, output.form, output.lang) for explanation in found]
        between = "\n---\n\n" if output.form == "markdown" else "\n\n"
        output.write_bytes(between.join(texts).encode())
    # Of imputed figures the text tells where it matters.
    output.say([f"{n.kind}: {n.text}" for n in allocation.notes if n.kind != "imputed"])
