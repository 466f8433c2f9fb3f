"""`bosetting compare`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bosetting_cli.cli.inputs import Inputs, excluding, mended
from bosetting_cli.cli.options import (
    ADD,
    AT_LEAST,
    BY,
    FILE,
    FROM_0,
    REGION,
    STRICT,
    YEAR,
    flag,
    option,
)
from bosetting_cli.cli.output import Output, output_options

if TYPE_CHECKING:  # not needed for --help
    from bosetting_cli.statistics.lists import Saved

DIFFERENT = 1
ACTUAL, BUILT_IN = "actual:", "built-in"


@click.command(short_help="Two allocations: who enters, leaves, rises and falls.")
@click.argument("a")
@click.argument("b")
@option("--data", "DIR", FILE, "Folder of statistics, or one CSV file, for sides that are rules.")
@ADD
@AT_LEAST
@option("--codes", "YEAR", YEAR, "Carry both sides over to the municipalities of this year.")
@STRICT
@flag("--all", "Also those that do not differ.", "everyone")
@BY
@REGION
@flag("--fail-on-change", "Exit 1 if any number differs.")
@option(
    "--tolerance", "N", FROM_0, "Exit 1 only if a municipality's number differs by more than N."
)
@output_options()
def command(
    a: str,
    b: str,
    codes: int | None,
    everyone: bool,
    by: str | None,
    region: str | None,
    fail_on_change: bool,
    tolerance: int | None,
    output: Output,
    **given: Any,
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
    from bosetting_cli.studies.compare import carried, compare, of_region
    from bosetting_cli.tables import compare as tables
    from bosetting_cli.words import told

    excluding(**{"--by": by, "--all": everyone})
    sides = [_side(name, output, **given) for name in (a, b)]
    if codes is not None:
        sides = [carried(side, codes) for side in sides]
    whole = compare(*sides)
    found = of_region(whole, region) if region else whole
    if by:
        table = tables.fylke_table(found, lang=output.lang)
    else:
        table = tables.difference_table(found, everyone=everyone, lang=output.lang)
    if output.form in ("table", "markdown") and not table.rows:
        output.write_bytes(tables.no_difference(found, output.lang).encode())
    else:
        output.write(table, tables.comparison_document(found) if output.form == "json" else None)
    if output.form in ("csv", "jsonl", "xlsx"):
        output.say(tables.summary(found, output.lang))
    if tolerance is None and not fail_on_change:
        return
    if beyond := whole.beyond(tolerance or 0):
        words = ("differ", "differs") if not tolerance else ("differ beyond", "differs beyond")
        output.say(
            [told(words[len(beyond) == 1], output.lang, count=len(beyond), tolerance=tolerance)]
        )
        click.get_current_context().exit(DIFFERENT)


def _side(
    name: str,
    output: Output,
    *,
    data: Path | None,
    add: tuple[Path, ...],
    at_least: Path | None,
    strict: bool,
) -> Saved:
    """Read one side, whatever it is; say what must be said of it."""
    from bosetting_cli.cli.summary import note_lines
    from bosetting_cli.findings import BosettingError, finding
    from bosetting_cli.result import allocate
    from bosetting_cli.statistics.lists import read_actual, read_saved
    from bosetting_cli.studies.compare import saved_of

    if name.startswith(ACTUAL):
        return read_actual(name.removeprefix(ACTUAL))
    suffix = Path(name).suffix.lower()
    if suffix in (".csv", ".json"):
        saved = read_saved(name)
        output.say(note_lines(mended(saved.notes, strict=strict), output.lang))
        return saved
    if name == BUILT_IN or suffix in (".yaml", ".yml"):
        rules = None if name == BUILT_IN else Path(name)
        allocation = allocate(*Inputs(rules, data, strict, at_least=at_least, add=add).read())
        lines = note_lines(allocation.notes, output.lang, without="imputed")
        output.say(f"{name}: {line}" for line in lines)
        return saved_of(allocation, name)
    raise BosettingError(finding("nothing to compare", file=name))
