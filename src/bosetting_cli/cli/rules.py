"""`bosetting rules`."""

from __future__ import annotations

from pathlib import Path

import click

from bosetting_cli.cli.inputs import Inputs, input_options, mended
from bosetting_cli.cli.options import FORCE, OUTPUT, flag


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
    from bosetting_cli.output import complete

    content = _schema() if schema else _rules(inputs)
    with complete(path, force=force) as file:
        file.write(content.encode())


def _rules(inputs: Inputs) -> str:
    from bosetting_cli.cli.output import tell
    from bosetting_cli.cli.summary import note_lines
    from bosetting_cli.findings import Finding
    from bosetting_cli.rules import rules_yaml

    notes: list[Finding] = []
    rules, changed = inputs.read_rules(notes)
    tell(note_lines([*mended(notes, strict=inputs.strict), *changed]), quiet=False)
    return rules_yaml(rules)


def _schema() -> str:
    import json

    from bosetting_cli.rules import rules_schema

    return json.dumps(rules_schema(), ensure_ascii=False, indent=2) + "\n"
