"""`bosetting rules`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from bosetting_cli.cli.options import FORCE, OUTPUT_FILE, Inputs, input_options

if TYPE_CHECKING:
    from pathlib import Path


@click.command(short_help="The rules as understood, every default written out.")
@input_options
@click.option("--schema", is_flag=True, help="Print the JSON Schema of rules files instead.")
@OUTPUT_FILE
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
    from bosetting_cli.output import write_file, write_stdout

    content = (_schema() if schema else _rules(inputs)).encode()
    if path is not None:
        write_file(path, content, force=force)
    else:
        write_stdout(content)


def _rules(inputs: Inputs) -> str:
    from bosetting_cli.cli import say
    from bosetting_cli.findings import Problem, RulesError
    from bosetting_cli.rules import rules_yaml

    notes: list[Problem] = []
    rules = inputs.read_rules(notes)
    if notes and inputs.strict:
        raise RulesError([replace(note, severity="error") for note in notes])
    for note in notes:
        say(f"repair: {note}")
    return rules_yaml(rules)


def _schema() -> str:
    import json

    from bosetting_cli.rules import rules_schema

    return json.dumps(rules_schema(), ensure_ascii=False, indent=2) + "\n"
