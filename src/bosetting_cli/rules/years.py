"""The years of which rules and figures are packaged: config/years.csv."""

from __future__ import annotations

import csv
from typing import Any, NamedTuple, NoReturn

from bosetting_cli.findings import BosettingError, finding
from bosetting_cli.resources import config_dir, data_dir


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
