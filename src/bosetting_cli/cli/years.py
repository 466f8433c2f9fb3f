"""`bosetting years`, and what `--year` chooses: the packaged rules and statistics of a year."""

from __future__ import annotations

import csv
from typing import Any, NamedTuple, NoReturn

import click

from bosetting_cli.cli.output import Output, output_options
from bosetting_cli.findings import BosettingError, finding
from bosetting_cli.resources import config_dir, data_dir

_PROSE = ("published", "gaps")  # for people, what is assumed or missing stands together
_GAPS = ("assumed", "missing")


class Year(NamedTuple):
    """A line of config/years.csv; lists are parted by `; `, and empty where there is nothing.

    Attributes:
        year: Its name, such as 2018-revised.
        rules: The file in config/.
        data: The folder in data/.
        total: How many people were to be settled.
        asked: How many municipalities were asked.
        published: What is known of the requests.
        assumed: What the rules had to assume.
        missing: What was not found.
    """

    year: str
    rules: str
    data: str
    total: str
    asked: str
    published: str
    assumed: str
    missing: str


def packaged_years() -> dict[str, Year]:
    """Return the years of which something is packaged, by name."""
    with (config_dir() / "years.csv").open(encoding="utf-8", newline="") as lines:
        return {row["year"]: Year(**row) for row in csv.DictReader(lines)}


def defaults(name: str) -> dict[str, Any]:
    """Return the defaults of --rules and --data for a year.

    Raises:
        BosettingError: Nothing is packaged for it; as for rules, when they are asked for.
    """
    years = packaged_years()
    if name not in years:
        raise BosettingError(finding("year not packaged", name=name, known=tuple(years)))
    year = years[name]

    def no_rules() -> NoReturn:
        ruled = tuple(one.year for one in years.values() if one.rules)
        raise BosettingError(finding("year without rules", name=name, known=ruled))

    rules = config_dir() / year.rules if year.rules else no_rules
    return {"rules": rules, "data": None if year.data == "." else data_dir() / year.data}


@click.command(short_help="The years of which rules and figures are packaged.")
@output_options()
def command(output: Output) -> None:
    """List the years: the total, how many were asked, what is published, assumed and missing.

    \b
    Examples:
      bosetting years
      bosetting allocate --year 2026
    """
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
