"""The orders in which the rows of an allocation may stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bosetting_cli.result import Row

# Name → what is sorted by; the largest come first in `population` and `requested`.
SORTS: dict[str, Callable[[Row], Any]] = {
    "rank": lambda row: row.rank is None,
    "kommunenummer": lambda row: row.kommunenummer,
    "name": lambda row: (row.municipality.casefold(), row.kommunenummer),
    "fylke": lambda row: row.fylke,
    "population": lambda row: -(row.population or 0),
    "requested": lambda row: -row.requested,
}


def sort_rows(rows: Iterable[Row], by: str) -> list[Row]:
    """Order rows by one of `SORTS`; ties keep their order, which is that of the ranks."""
    return sorted(rows, key=SORTS[by])
