"""`bosetting rules`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bosetting_cli.cli import say
from bosetting_cli.cli.inputs import Inputs, input_options, mended
from bosetting_cli.cli.options import FORCE, OUTPUT, flag
from bosetting_cli.cli.output import write_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from bosetting_cli.findings import Problem


@click.command(short_help="The rules as understood, every default written out.")
@input_options
@flag("--schema", "Print the JSON Schema of rules files instead.")
@OUTPUT
@FORCE
def command(inputs: Inputs, schema: bool, path: Path | None, force: bool) -> None:
    """Print the rules as they are understood, as YAML that reads back as the same rules.

    Options such as --total change them first; files that they name are written out.

    \b
    Examples:
      bosetting rules
      bosetting rules --rules criteria.yaml --total 5350 -o revised.yaml
      bosetting rules --schema > criteria.schema.json
    """
    content = _schema() if schema else _rules(inputs)
    write_bytes(path, content.encode(), force=force)


def _rules(inputs: Inputs) -> str:
    from bosetting_cli.rules import rules_yaml

    notes: list[Problem] = []
    rules = inputs.read_rules(notes)
    for line in mended(notes, strict=inputs.strict):
        say(line)
    return rules_yaml(rules)


def _schema() -> str:
    import json

    from bosetting_cli.rules import rules_schema

    return json.dumps(rules_schema(), ensure_ascii=False, indent=2) + "\n"
