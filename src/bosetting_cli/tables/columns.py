"""The columns that several tables have."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from bosetting_cli.rules import column_name
from bosetting_cli.tables import kinds
from bosetting_cli.tables.table import Column
from bosetting_cli.words import heading, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bosetting_cli.rules import Criterion, SubGroup

PLACE = ("kommunenummer", "municipality", "fylke")


def place_columns(lang: str) -> list[Column]:
    """Return the columns that say which municipality."""
    code, *names = (Column(key, say(key, lang), kinds.NAME) for key in PLACE)
    return [dataclasses.replace(code, kind=kinds.CODE), *names]


def group_columns(groups: Iterable[SubGroup], lang: str, prefix: str = "requested") -> list[Column]:
    """Return a column for each sub-group, `PREFIX_GROUP`: how many of the places are for it."""
    return [
        Column(
            f"{prefix}_{column_name(group.name)}",
            f"{say('of whom', lang)}\n{heading(group, lang)}",
            kinds.COUNT,
        )
        for group in groups
    ]


def criterion_columns(criteria: Iterable[Criterion], lang: str, prefix: str) -> list[Column]:
    """Return a column for each criterion, `PREFIX_CRITERION`: the places that it gives."""
    return [
        Column(
            f"{prefix}_{column_name(criterion.name)}",
            f"{say('from', lang)}\n{heading(criterion, lang)}",
            kinds.decimal(1),
        )
        for criterion in criteria
    ]
