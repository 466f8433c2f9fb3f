"""What a table is: columns with a key, a heading and a kind, over rows of values."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bosetting_cli.words import number, signed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def _text(value: Any, lang: str) -> str:  # noqa: ARG001 - as all that show a value
    return str(value)


@dataclass(frozen=True, slots=True)
class Kind:
    """How the values of a column stand in a table for people.

    Attributes:
        align: `left` or `right`.
        show: Value and language → text.
        none: What stands for no value.
        fit: What may be done to fit a width: `cut` (the widest first), `wrap`, or nothing.
    """

    align: str
    show: Callable[[Any, str], str] = _text
    none: str = ""
    fit: str = ""


def decimal(decimals: int, none: str = "") -> Kind:
    """Return the kind of numbers with so many decimals."""
    return Kind("right", lambda value, lang: number(value, decimals, lang), none)


TEXT = Kind("left")
NAME = Kind("left", fit="cut")
PROSE = Kind("left", fit="wrap")
CODE = Kind("right")
COUNT = decimal(0)
PLACES = Kind("right", lambda value, lang: number(value, 0, lang) if value else "–", "–")
CHANGE = Kind("right", signed)


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
        >>> table = Table([Column("places", "places", COUNT)], [{"places": 1200}])
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
