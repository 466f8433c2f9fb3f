"""An allocation: the model's numbers with the figures and rules they rest on."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bosetting_cli.findings import AllocationError
from bosetting_cli.model.allocation import decide
from bosetting_cli.model.exact import order
from bosetting_cli.model.figures import Figures
from bosetting_cli.model.places import Decision
from bosetting_cli.model.standing import standing
from bosetting_cli.result.notes import Note, notes_of, region_note
from bosetting_cli.result.rows import NOT_ELIGIBLE, SELECTED, Group, Row, frame, groups_of, rows_of
from bosetting_cli.rules import Rules
from bosetting_cli.rules.variations import as_ruled
from bosetting_cli.statistics import Statistics
from bosetting_cli.statistics.names import find_county

if TYPE_CHECKING:
    import pandas as pd


def allocate(statistics: Statistics, rules: Rules, memory: object = None) -> Allocation:  # noqa: ARG001
    """Share the total out among municipalities by the rules.

    Args:
        statistics: Figures of all municipalities, from `load_statistics`.
        rules: Rules, from `load_rules`.
        memory: As in 0.1.0; no longer needed.

    Returns:
        A row per municipality; the requests of the selected sum exactly to the total.

    Raises:
        DataError: The statistics lack what the rules ask for.
        AllocationError: No allocation meets the rules; the message says by how much they miss.
    """
    own = standing(statistics, rules)
    decision = decide(own, as_ruled(rules), sub_groups=True)
    if decision.problems:
        raise AllocationError(decision.problems[0])
    return Allocation(statistics, rules, decision)


@dataclass(frozen=True, eq=False)
class Allocation:
    """Settlement requests and everything needed to explain them; rows are made when asked for.

    Attributes:
        statistics: The figures.
        rules: The rules as used.
        decision: The numbers as arrays.
        region: The county whose rows are shown; empty if all are.
    """

    statistics: Statistics
    rules: Rules
    decision: Decision
    region: str = ""
    _all: Allocation | None = None

    def __repr__(self) -> str:
        asked = len(self.selected)
        return f"<Allocation of {self.rules.total.value:,} to {asked} of {len(self.rows)} units>"

    def _repr_html_(self) -> str:
        return str(self.table.to_html(max_rows=12, index=False))

    @property
    def whole(self) -> Allocation:
        """The allocation with all its rows."""
        return self._all or self

    def of_region(self, name: str | None) -> Allocation:
        """Return the allocation with one county's `rows`, `selected`, `eligible`; the rest stays.

        Raises:
            BosettingError: There is no such county.
        """
        if name is None:
            return self
        known = [n for row in self.rows for n in (row.fylke, row.group)]
        region = find_county(name, known)
        return Allocation(self.statistics, self.rules, self.decision, region, self)

    @property
    def inputs(self) -> Mapping[str, str]:
        """File → SHA-256."""
        return self.statistics.inputs

    @property
    def measured(self) -> dict[str, Figures]:
        """Criterion → figures, national figure and years."""
        return {f.criterion.name: f for f in self.decision.own.figures}

    @functools.cached_property
    def notes(self) -> tuple[Note, ...]:
        """What must be said: repaired data, hindsight, imputed figures, ties."""
        if self._all:
            return (*self._all.notes, region_note(self))
        return tuple(notes_of(self.decision))

    @functools.cached_property
    def ranking(self) -> tuple[int, ...]:
        """The eligible as places in the statistics, first to last."""
        decision, able = self.decision, self.decision.own.eligible
        keys, tie = decision.keys[0, able], decision.own.tie[able]
        places, _ = order(keys, lambda some: decision.exact_keys(0, able[some]), tie)
        return tuple(able[places].tolist())

    @functools.cached_property
    def groups(self) -> tuple[Group, ...]:
        """One for each number that was shared out."""
        return tuple(groups_of(self.decision, self.ranking))

    @functools.cached_property
    def rows(self) -> tuple[Row, ...]:
        """Every municipality: the eligible by rank, then the others by kommunenummer."""
        if self._all:
            return tuple(r for r in self._all.rows if self.region in (r.fylke, r.group))
        return tuple(rows_of(self.decision, self.ranking, self.groups))

    @functools.cached_property
    def selected(self) -> tuple[Row, ...]:
        """The rows of those who are asked, by rank."""
        return tuple(row for row in self.rows if row.status == SELECTED)

    @functools.cached_property
    def eligible(self) -> tuple[Row, ...]:
        """The rows of those who may be asked, by rank."""
        return tuple(row for row in self.rows if row.status != NOT_ELIGIBLE)

    @functools.cached_property
    def _rows(self) -> dict[str, Row]:
        return {row.kommunenummer: row for row in self.whole.rows}

    def row(self, kommunenummer: str) -> Row:
        """Return a municipality's row.

        Raises:
            KeyError: There is none.
        """
        return self._rows[kommunenummer]

    def unit_of(self, kommunenummer: str) -> int:
        """Return a municipality's place in the statistics."""
        return self.row(kommunenummer).unit

    def place_of(self, kommunenummer: str) -> int | None:
        """Return a municipality's place among those of its group; None if not eligible."""
        return self.row(kommunenummer).place

    def group_of(self, kommunenummer: str) -> Group:
        """Return the group in which a municipality is ranked, or would be."""
        name = self.row(kommunenummer).group
        return next(group for group in self.groups if group.name == name)

    @property
    def table(self) -> pd.DataFrame:
        """Those who are asked as a DataFrame with the columns of the CSV."""
        return frame(self.selected, self.rules)

    @property
    def full_table(self) -> pd.DataFrame:
        """All municipalities as a DataFrame with the columns of the CSV."""
        return frame(self.rows, self.rules)
