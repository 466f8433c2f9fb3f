"""`bosetting years`."""

from __future__ import annotations

from typing import Any

import click

from bosetting_cli.cli.output import Output, output_options

_PROSE = ("published", "gaps")  # for people, what is assumed or missing stands together
_GAPS = ("assumed", "missing")


@click.command(short_help="The years of which rules and figures are packaged.")
@output_options()
def command(output: Output) -> None:
    """List the years: the total, how many were asked, what is published, assumed and missing.

    \b
    Examples:
      bosetting years
      bosetting allocate --year 2026
    """
    from bosetting_cli.rules.years import Year, packaged_years
    from bosetting_cli.tables import Column, Table, kinds
    from bosetting_cli.words import say

    def words(text: str) -> str:
        known = filter(None, text.split("; "))
        return ", ".join(say(f"known {what}", output.lang) for what in known)

    rows: list[dict[str, Any]] = []
    for year in packaged_years().values():
        told = {key: words(getattr(year, key)) for key in ("published", "assumed", "missing")}
        gaps = [say(f"gap {key}", output.lang, what=told[key]) for key in _GAPS if told[key]]
        numbers = {key: int(getattr(year, key) or 0) or None for key in ("total", "asked")}
        rows.append({**year._asdict(), **told, **numbers, "gaps": "; ".join(gaps)})
    kind = {"total": kinds.COUNT, "asked": kinds.COUNT} | dict.fromkeys(_PROSE, kinds.PROSE)
    shown = ("year", "total", "asked", *_PROSE)
    columns = [Column(k, say(f"heading {k}", output.lang), kind.get(k, kinds.TEXT)) for k in shown]
    output.write(Table(columns, rows, [Column(key) for key in Year._fields], lang=output.lang))
