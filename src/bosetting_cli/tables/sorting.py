"""The orders in which the rows of an allocation may stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from bosetting_cli.result import Row

# Name → what is sorted by; the largest come first in `population` and `requested`. Ties keep
# their order, which is that of the ranks.
SORTS: dict[str, Callable[[Row], Any]] = {
    "rank": lambda row: row.rank is None,
    "kommunenummer": lambda row: row.kommunenummer,
    "name": lambda row: (row.municipality.casefold(), row.kommunenummer),
    "fylke": lambda row: row.fylke,
    "population": lambda row: -(row.population or 0),
    "requested": lambda row: -row.requested,
}
