"""`bosetting compare`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bosetting_cli.cli.inputs import Inputs, mended
from bosetting_cli.cli.options import BY, FILE, FROM_0, STRICT, YEAR, flag, option
from bosetting_cli.cli.output import Output, output_options

if TYPE_CHECKING:
    from bosetting_cli.statistics.lists import Saved

DIFFERENT = 1
ACTUAL, BUILT_IN = "actual:", "built-in"


@click.command(short_help="Two allocations: who enters, leaves, rises and falls.")
@click.argument("a")
@click.argument("b")
@option("--data", "DIR", FILE, "Folder of statistics, or one CSV file, for sides that are rules.")
@option("--codes", "YEAR", YEAR, "Carry both sides over to the municipalities of this year.")
@STRICT
@flag("--all", "Also those that do not differ.", "everyone")
@BY
@flag("--fail-on-change", "Exit 1 if any number differs.")
@option(
    "--tolerance", "N", FROM_0, "Exit 1 only if a municipality's number differs by more than N."
)
@output_options()
def command(
    a: str,
    b: str,
    data: Path | None,
    codes: int | None,
    strict: bool,
    everyone: bool,
    by: str | None,
    fail_on_change: bool,
    tolerance: int | None,
    output: Output,
) -> None:
    """Compare allocation B with allocation A.

    Each side is a saved allocation (.csv or .json, from `bosetting allocate -o`), a rule set
    (.yaml, or `built-in`), or the requests that were really made (`actual:2016` to
    `actual:2026`).

    \b
    Examples:
      bosetting compare saved.csv built-in --fail-on-change
      bosetting compare saved.csv mine.yaml --tolerance 2 --format markdown
      bosetting compare built-in actual:2018 --codes 2018 --by fylke
    """
    from bosetting_cli.studies.compare import carried, compare
    from bosetting_cli.tables.compare import (
        comparison_document,
        difference_table,
        fylke_table,
        no_difference,
        summary,
    )

    sides = [_side(name, data, output, strict=strict) for name in (a, b)]
    if codes is not None:
        sides = [carried(side, codes) for side in sides]
    found = compare(*sides)
    if by:
        table = fylke_table(found, lang=output.lang)
    else:
        table = difference_table(found, everyone=everyone, lang=output.lang)
    if output.form in ("table", "markdown") and not table.rows:
        output.write_bytes(no_difference(found, output.lang).encode())
    else:
        output.write(table, comparison_document(found) if output.form == "json" else None)
    if output.form in ("csv", "jsonl", "xlsx"):
        output.say(summary(found, output.lang))
    if tolerance is None and not fail_on_change:
        return
    if beyond := found.beyond(tolerance or 0):
        than = f" by more than {tolerance}" if tolerance else ""
        numbers = (
            "1 municipality differs" if len(beyond) == 1 else f"{len(beyond)} municipalities differ"
        )
        output.say([f"compare: {numbers}{than}."])
        click.get_current_context().exit(DIFFERENT)


def _side(name: str, data: Path | None, output: Output, *, strict: bool) -> Saved:
    """Read one side, whatever it is; say what must be said of it."""
    from bosetting_cli.findings import BosettingError, Problem
    from bosetting_cli.result import allocate
    from bosetting_cli.statistics.lists import read_actual, read_saved
    from bosetting_cli.studies.compare import saved_of

    if name.startswith(ACTUAL):
        return read_actual(name.removeprefix(ACTUAL))
    suffix = Path(name).suffix.lower()
    if suffix in (".csv", ".json"):
        saved = read_saved(name)
        output.say(mended(saved.notes, strict=strict))
        return saved
    if name == BUILT_IN or suffix in (".yaml", ".yml"):
        rules = None if name == BUILT_IN else Path(name)
        statistics, read = Inputs(rules, data, strict).read()
        allocation = allocate(statistics, read)
        notes = (note for note in allocation.notes if note.kind != "imputed")
        output.say([f"{name}: {note.kind}: {note.text}" for note in notes])
        return saved_of(allocation, name)
    hint = "a .csv or .json from `bosetting allocate`, rules (.yaml), `built-in` or `actual:2018`"
    raise BosettingError(Problem("is nothing that can be compared", name, hint=hint))
