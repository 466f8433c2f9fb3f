"""`bosetting record`, and the option of other commands that does the same."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bosetting_cli.cli.inputs import Inputs, input_options
from bosetting_cli.cli.options import FILE, NEW, QUIET, choose, option
from bosetting_cli.cli.output import talk, tell
from bosetting_cli.words import told

if TYPE_CHECKING:
    from bosetting_cli.record import Run
    from bosetting_cli.result import Allocation

RECORD = option("--record", "DIR", NEW, "Also write the run's record, for `bosetting verify`.")


RECORDED = ("rules", "data", "codes")  # the options that a record chooses


def _of_record(ctx: click.Context, _: click.Parameter, path: Path | None) -> None:
    """Let a record choose the defaults of --rules, --data and --codes."""
    if path is not None:
        from bosetting_cli.record import RULES
        from bosetting_cli.record.checking import intact

        kept = intact(path)
        own = (path / RULES, path / kept.data, kept.codes)
        choose(ctx, "--record", dict(zip(RECORDED, own, strict=True)))


# Read before all others, whose defaults it chooses.
FROM_RECORD = option(
    "--record",
    "DIR",
    FILE,
    "Explain the run of this record.",
    callback=_of_record,
    is_eager=True,
    expose_value=False,
)


@click.command(short_help="Keep a run as a folder that anybody can repeat and check.")
@input_options
@option("--output", "DIR", NEW, "Folder to write; it must not exist.", "-o", "path", required=True)
@QUIET
def command(inputs: Inputs, path: Path, quiet: bool) -> None:
    """Write all that a run read and gave, with the SHA-256 of every file, and its fingerprint.

    \b
    Examples:
      bosetting record -o run
      bosetting record -o golden --rules criteria.yaml --data figures
      bosetting verify run
    """
    from bosetting_cli.result import allocate

    keep(path, inputs, allocate(*inputs.read()), quiet=quiet)


def keep(
    path: Path,
    inputs: Inputs,
    allocation: Allocation,
    outputs: Mapping[str, bytes] | None = None,
    *,
    quiet: bool = False,
) -> None:
    """Write the record of a run.

    Args:
        path: The folder.
        inputs: What the run was asked with.
        allocation: What it gave.
        outputs: Name → what else it wrote.
        quiet: Say nothing.

    Raises:
        BosettingError: A file changed meanwhile, or the record can't be written.
    """
    from bosetting_cli.record import write_record

    mark = write_record(path, _run(inputs, allocation, outputs or {}))
    tell([told("record kept", talk(), path=path, mark=mark)], quiet=quiet)


def _run(inputs: Inputs, allocation: Allocation, outputs: Mapping[str, bytes]) -> Run:
    from bosetting_cli.record import Run
    from bosetting_cli.record.sources import files_read
    from bosetting_cli.resources import config_dir, data_dir

    data = inputs.data or data_dir()
    if inputs.add and not data.is_dir():
        raise click.UsageError("a record of --add needs a folder for --data.")
    rules = inputs.rules or config_dir() / "criteria.yaml"
    lists = [path for path in (inputs.asked, inputs.at_least) if path]
    read, within = files_read(allocation, rules, lists, (data, *inputs.add))
    changed = inputs.read_rules([])[0]
    return Run(changed, allocation, read, within, inputs.codes, _given(inputs), outputs)


@functools.singledispatch
def _plain(value: object) -> object:
    return value


@_plain.register
def _(value: Path) -> str:
    return value.name  # no path of a machine


@_plain.register(tuple)
def _(value: tuple[object, ...]) -> list[object]:
    return [_plain(item) for item in value]


def _given(inputs: Inputs) -> dict[str, object]:
    """Return the options that were given, by name."""
    given = {one.name: getattr(inputs, one.name) for one in fields(inputs)}
    return {name: _plain(value) for name, value in given.items() if value not in (None, (), False)}
