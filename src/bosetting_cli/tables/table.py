"""What a table is: columns with a key, a heading, a kind and an accessor, over rows of any type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bosetting_cli.tables.kinds import TEXT, Kind


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        key: In machine formats its name.
        heading: What people read above it; line breaks where it may be set on two lines.
        kind: How its values are shown.
        of: Row → value; without it the row's own, as a mapping or as an object has it.
    """

    key: str
    heading: str = ""
    kind: Kind = TEXT
    of: Callable[[Any], Any] | None = None

    def value(self, row: Any) -> Any:
        """Return what a row has in this column; None if it has nothing."""
        if self.of:
            return self.of(row)
        return row.get(self.key) if isinstance(row, Mapping) else getattr(row, self.key)


@dataclass(frozen=True, slots=True)
class Table:
    """A table to write in any format.

    Attributes:
        columns: What people see.
        rows: What the columns are read from; if they are made one by one, they are read once.
        machine: What machine formats hold; without them what people see.
        totals: The last line, set off from the others: column → value, or a row like the others.
        notes: Lines below the table for people.
        lang: Language of numbers.

    Example:
        >>> from bosetting_cli.tables import kinds
        >>> table = Table([Column("places", "places", kinds.COUNT)], [{"places": 1200}])
        >>> table.cells()
        [['1,200']]
    """

    columns: Sequence[Column]
    rows: Iterable[Any]
    machine: Sequence[Column] = ()
    totals: Any = field(default_factory=dict)
    notes: Sequence[str] = ()
    lang: str = "en"

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns of machine formats."""
        return tuple(column.key for column in self.machine or self.columns)

    def values(self) -> Iterator[list[Any]]:
        """Yield the rows as machine formats have them, in the order of `fields`."""
        getters = [column.of or column.value for column in self.machine or self.columns]
        return ([get(row) for get in getters] for row in self.rows)

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the same as column → value."""
        fields = self.fields
        return (dict(zip(fields, values, strict=True)) for values in self.values())

    def cells(self) -> list[list[str]]:
        """Return the rows as people read them."""
        return [self._shown([column.value(row) for column in self.columns]) for row in self.rows]

    def footer(self) -> list[str]:
        """Return the last line as people read it; empty if there is none."""
        last = self.totals
        if isinstance(last, Mapping):
            return (
                self._shown([last.get(column.key) for column in self.columns], "") if last else []
            )
        return self._shown([column.value(last) for column in self.columns], "")

    def _shown(self, values: Iterable[Any], none: str | None = None) -> list[str]:
        return [
            (kind.none if none is None else none) if value is None else kind.show(value, self.lang)
            for kind, value in zip((c.kind for c in self.columns), values, strict=True)
        ]


def listed(records: Sequence[Mapping[str, Any]]) -> Table:
    """Return records as they are, for machines."""
    return Table([Column(key) for key in (records[0] if records else ())], records)
