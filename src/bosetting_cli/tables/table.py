"""What a table is: columns with a key, a heading and a kind, over rows of values."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bosetting_cli.tables.kinds import TEXT, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        key: What rows call it; in machine formats the column's name.
        heading: What people read above it; line breaks where it may be set on two lines.
        kind: How its values are shown.
    """

    key: str
    heading: str
    kind: Kind = TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """A table to write in any format.

    Attributes:
        columns: What people see.
        rows: Key → value, None where there is none.
        keys: The columns of machine formats; without them those that people see.
        totals: The last line, set off from the others; may be empty.
        notes: Lines below the table for people.
        lang: Language of numbers.

    Example:
        >>> from bosetting_cli.tables import kinds
        >>> table = Table([Column("places", "places", kinds.COUNT)], [{"places": 1200}])
        >>> table.cells()
        [['1,200']]
    """

    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    keys: Sequence[str] = ()
    totals: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    notes: Sequence[str] = ()
    lang: str = "en"

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns of machine formats."""
        return tuple(self.keys or (column.key for column in self.columns))

    def records(self) -> list[dict[str, Any]]:
        """Return the rows as machine formats have them: column → value."""
        return [{key: row.get(key) for key in self.fields} for row in self.rows]

    def cells(self) -> list[list[str]]:
        """Return the rows as people read them."""
        return [self._shown(row) for row in self.rows]

    def footer(self) -> list[str]:
        """Return the last line as people read it; empty if there is none."""
        return self._shown(self.totals, "") if self.totals else []

    def _shown(self, row: Mapping[str, Any], none: str | None = None) -> list[str]:
        shown = []
        for column in self.columns:
            value, kind = row.get(column.key), column.kind
            nothing = kind.none if none is None else none
            shown.append(nothing if value is None else kind.show(value, self.lang))
        return shown


def listed(records: Sequence[Mapping[str, Any]]) -> Table:
    """Return records as they are, for machines."""
    return Table([Column(key, key) for key in (records[0] if records else ())], records)
