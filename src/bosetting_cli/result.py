"""The result of an allocation: a row per municipality, and what the rows rest on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bosetting_cli.rules import column_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from fractions import Fraction

    import pandas as pd

    from bosetting_cli.apportionment import Apportionment
    from bosetting_cli.criteria import Figure, Measured
    from bosetting_cli.rules import Rules
    from bosetting_cli.selection import Selection

SELECTED, NOT_SELECTED, NOT_ELIGIBLE = "selected", "not selected", "not eligible"


@dataclass(frozen=True, slots=True)
class Row:
    """One municipality's place in an allocation.

    Attributes:
        rank: Place among the eligible; None if not eligible.
        kommunenummer: Four characters.
        municipality: Name.
        fylke: County.
        group: The fylke, or fylker taken together, whose number is shared out; empty if the
            allocation has one step.
        population: Persons, the newest figure known at the rules' date.
        status: `selected`, `not selected` or `not eligible`.
        reason: Why, where the rank alone does not say.
        share: Part of the total, unrounded; among the selected, or for the others among the
            eligible.
        quota: Places before rounding; the exact sum of the contributions. None if not selected.
        requested: Places; 0 if not selected.
        minimum: Minimum requirement.
        maximum: Maximum requirement, if any.
        at_minimum: Whether the minimum binds: rounding alone would have given fewer.
        at_maximum: Whether the maximum binds.
        contributions: Criterion → places that it gives.
        of_which: Sub-group → places.
        figures: Criterion → the figure it knows.
        shares: Criterion → share among the eligible.
    """

    rank: int | None
    kommunenummer: str
    municipality: str
    fylke: str
    group: str
    population: int | None
    status: str
    reason: str
    share: float | None
    quota: float | None
    requested: int
    minimum: int
    maximum: int | None
    at_minimum: bool
    at_maximum: bool
    contributions: Mapping[str, float]
    of_which: Mapping[str, int]
    figures: Mapping[str, Figure]
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Group:
    """Municipalities among which one number is shared out: all, or those of a county.

    Attributes:
        name: The county's name; empty if there is one group.
        total: The number that is shared out.
        selection: Ranking and selection.
        units: Kommunenummer in the order of the apportionment.
        apportionment: The whole numbers with their certificate; None if nobody is selected.
        population: Persons in all the group's municipalities.
        exact: The units' exact quotas where rounded ones came too near a tie to decide it; they
            are what was apportioned then. Else empty.
        contributions: Criterion of the counties' own key → places that it gives the county;
            empty if its number is given.
    """

    name: str
    total: int
    selection: Selection
    units: tuple[str, ...]
    apportionment: Apportionment | None
    population: int | None = None
    contributions: Mapping[str, float] = field(default_factory=dict)
    exact: tuple[Fraction, ...] = ()

    def seats(self) -> dict[str, int]:
        """Return unit → whole number."""
        if self.apportionment is None:
            return {}
        return dict(zip(self.units, self.apportionment.seats.tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Note:
    """Something about an allocation that must be said: an imputed figure, a tie, hindsight."""

    kind: str
    text: str


@dataclass(frozen=True)
class Allocation:
    """Settlement requests and everything needed to explain them.

    Attributes:
        rules: The rules as used.
        rows: Every municipality: the eligible by rank, then the others by kommunenummer.
        groups: One for each number that was shared out.
        sub_groups: Sub-group → the units that can receive it and their apportionment.
        measured: Criterion → figures, national figure and years.
        inputs: File → SHA-256.
        notes: What must be said.
    """

    rules: Rules
    rows: tuple[Row, ...]
    groups: tuple[Group, ...]
    sub_groups: Mapping[str, tuple[tuple[str, ...], Apportionment]]
    measured: Mapping[str, Measured]
    inputs: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()

    @property
    def selected(self) -> tuple[Row, ...]:
        """The rows of those who are asked, by rank."""
        return tuple(row for row in self.rows if row.status == SELECTED)

    @property
    def eligible(self) -> tuple[Row, ...]:
        """The rows of those who may be asked, by rank."""
        return tuple(row for row in self.rows if row.status != NOT_ELIGIBLE)

    def row(self, kommunenummer: str) -> Row:
        """Return a municipality's row.

        Raises:
            KeyError: There is none.
        """
        for row in self.rows:
            if row.kommunenummer == kommunenummer:
                return row
        raise KeyError(kommunenummer)

    @property
    def table(self) -> pd.DataFrame:
        """Those who are asked as a DataFrame with the columns of the CSV."""
        return _frame(self, self.selected)

    @property
    def full_table(self) -> pd.DataFrame:
        """All municipalities as a DataFrame with the columns of the CSV."""
        return _frame(self, self.rows)


def columns(rules: Rules) -> tuple[str, ...]:
    """Return the columns of the machine formats, in order."""
    names = [column_name(criterion.name) for criterion in rules.criteria]
    return (
        *("rank", "kommunenummer", "municipality", "fylke", "population"),
        *("status", "reason", "share", "quota", "requested"),
        *(f"requested_{column_name(group.name)}" for group in rules.of_which),
        *(f"contribution_{name}" for name in names),
        *("at_minimum", "at_maximum"),
        *(f"{what}_{name}" for name in names for what in ("figure", "years", "rests_on")),
        "note",
    )


def record(row: Row, rules: Rules) -> dict[str, Any]:
    """Return a row as column → value, None where there is none."""
    values: dict[str, Any] = {
        name: getattr(row, name)
        for name in (
            *("rank", "kommunenummer", "municipality", "fylke", "population", "status"),
            *("reason", "share", "quota", "requested", "at_minimum", "at_maximum"),
        )
    }
    for group in rules.of_which:
        values[f"requested_{column_name(group.name)}"] = row.of_which.get(group.name, 0)
    for criterion in rules.criteria:
        name, figure = column_name(criterion.name), row.figures[criterion.name]
        values[f"contribution_{name}"] = row.contributions.get(criterion.name)
        values[f"figure_{name}"] = _whole(figure.value)
        values[f"years_{name}"] = " ".join(map(str, figure.years))
        values[f"rests_on_{name}"] = _whole(figure.denominator)
    values["note"] = "; ".join(row_notes(row, rules))
    return {name: values[name] for name in columns(rules)}


def _whole(value: float | None) -> float | None:
    """Return a count as a whole number: 666759, not 666759.0."""
    return int(value) if value is not None and value.is_integer() else value


def row_notes(row: Row, rules: Rules) -> Iterator[str]:
    """Yield what must be said of a row's figures: imputed, or smoothed on how many people."""
    for criterion in rules.criteria:
        figure = row.figures[criterion.name]
        if figure.imputed:
            yield f"{criterion.name}: no published figure, the national rate stands for it"
        elif criterion.smoothing and criterion.smoothing.participants and figure.denominator:
            yield f"{criterion.name}: smoothed, rests on {figure.denominator:,.0f} participants"


def _frame(allocation: Allocation, rows: tuple[Row, ...]) -> pd.DataFrame:
    import pandas as pd

    records = [record(row, allocation.rules) for row in rows]
    return pd.DataFrame(records, columns=list(columns(allocation.rules)))
