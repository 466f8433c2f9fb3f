"""`bosetting report`."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bosetting_cli.cli import options
from bosetting_cli.cli.inputs import Inputs, input_options, mended
from bosetting_cli.cli.options import FILE, Context, Param, flag, option, repeated
from bosetting_cli.cli.output import talk, tell, watched
from bosetting_cli.cli.record import RECORD, keep
from bosetting_cli.report import FIGURES

if TYPE_CHECKING:  # not needed for --help
    from bosetting_cli.findings import Finding
    from bosetting_cli.report.boundaries import Areas
    from bosetting_cli.result import Allocation
    from bosetting_cli.statistics import Statistics

INSTEAD = "areas on the map instead of circles"


def _figure_file(ctx: Context, param: Param, value: tuple[Path, ...]) -> tuple[Path, ...]:
    for path in value:
        if path.stem not in FIGURES or path.suffix not in (".svg", ".png"):
            msg = f"{path.name} is no figure: {', '.join(FIGURES)}, each .svg or .png."
            raise click.BadParameter(msg, ctx, param)
    return value


@click.command()
@input_options
@option("--output", "FILE", FILE, "Write the page here.", "-o", "path")
@repeated(
    "--figure",
    "FILE",
    FILE,
    "Write a figure: map, contributions, largest or population, .svg or .png.",
    "figures",
    callback=_figure_file,
)
@option("--boundaries", "FILE", FILE, f"GeoJSON of the municipalities: {INSTEAD}.")
@options.REGION
@flag("--changes", "Also what would have changed each answer; takes some seconds.")
@options.language("nb", "Language.")
@flag("--force", "Replace files that exist.")
@RECORD
@options.QUIET
def command(
    inputs: Inputs,
    path: Path | None,
    figures: tuple[Path, ...],
    boundaries: Path | None,
    region: str | None,
    changes: bool,
    lang: str,
    force: bool,
    quiet: bool,
    record: Path | None,
) -> None:
    """Write one page with map, charts, table and explanations that opens without a network.

    \b
    Examples:
      bosetting report -o 2018.html
      bosetting report -o 2018-en.html --lang en --total 5350
      bosetting report -o 2018.html --boundaries municipalities.geojson
      bosetting report --figure map.svg --figure contributions.png
    """
    from bosetting_cli.cli.summary import note_lines, summary_lines
    from bosetting_cli.output import write_files
    from bosetting_cli.report.boundaries import load_boundaries
    from bosetting_cli.report.page import report
    from bosetting_cli.result import allocate
    from bosetting_cli.statistics.decoding import recorded

    if record and len({file.name for file in figures}) < len(figures):
        raise click.UsageError("--record: two figures have one name.")
    if path is None and not figures:
        raise click.UsageError("name a file with --output, or a --figure.")
    if path is not None and path.suffix.lower() not in ("", ".html", ".htm"):
        raise click.UsageError(f"--output: the page is HTML, not {path.suffix}; name a .html file.")
    statistics, rules = inputs.read()
    with recorded() as files:
        found = load_boundaries(boundaries, set(statistics.units)) if boundaries else None
    statistics = dataclasses.replace(statistics, inputs={**statistics.inputs, **files})
    whole = allocate(statistics, rules)
    areas: Areas | None = None
    notes: list[Finding] = []
    if found:
        names = {row.kommunenummer: row.municipality for row in whole.rows}
        asked = {row.kommunenummer for row in whole.selected}
        areas, notes = found.areas, mended(found.misfit(names, asked), strict=inputs.strict)
    allocation = whole.of_region(region)
    drawn: dict[Path | None, bytes] = {}
    for figure in figures:
        drawn[figure] = _drawn(figure, statistics, allocation, lang, areas)
    if path is not None:
        bar = functools.partial(watched, label="Changes", quiet=quiet) if changes else None
        page = None if path == Path("-") else path
        drawn[page] = report(statistics, rules, allocation, lang=lang, areas=areas, watched=bar)
    write_files(drawn, force=force)
    said = talk()
    tell([*summary_lines(allocation, said), *note_lines(notes, said)], quiet=quiet)
    if record:
        outputs = {file.name if file else "report.html": drawn[file] for file in drawn}
        keep(record, inputs, whole, outputs, quiet=quiet)


def _drawn(
    path: Path, statistics: Statistics, allocation: Allocation, lang: str, areas: Areas | None
) -> bytes:
    from bosetting_cli.findings import BosettingError, finding
    from bosetting_cli.report.page import figure
    from bosetting_cli.report.svg import png

    svg = figure(path.stem, statistics, allocation, lang=lang, areas=areas)
    if svg is None:
        raise BosettingError(finding("no places"))
    return png(svg) if path.suffix == ".png" else f"{svg}\n".encode()
