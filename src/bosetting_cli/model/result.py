"""The result of an allocation: a row per municipality, and what the rows rest on."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from bosetting_cli.apportionment import binding
from bosetting_cli.model.exact import order
from bosetting_cli.model.notes import notes_of
from bosetting_cli.model.selection import Reason, reason_text
from bosetting_cli.model.standing import as_ruled, field_of
from bosetting_cli.rules import column_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from fractions import Fraction

    import pandas as pd

    from bosetting_cli.apportionment import Apportionment
    from bosetting_cli.model.allocation import Decision, Part
    from bosetting_cli.model.figures import Figure, Figures
    from bosetting_cli.model.notes import Note
    from bosetting_cli.rules import Rules
    from bosetting_cli.statistics import Municipality, Statistics

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
        why: Why, where the rank alone does not say.
        reason: The same in words; may be empty.
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
    why: Reason | None
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
        ranking: The eligible, first to last.
        count: How many of them the rules select; the last rank that is in without further reasons.
        units: Who is asked, in the order of the apportionment.
        apportionment: The whole numbers with their certificate; None where there is none to make.
        contributions: Criterion of the counties' own key → places that it gives the county;
            empty if its number is given.
        exact: The units' exact quotas where rounded ones came too near a tie to decide it; they
            are what was apportioned then. Else empty.
    """

    name: str
    total: int
    ranking: tuple[str, ...]
    count: int
    units: tuple[str, ...]
    apportionment: Apportionment | None
    contributions: Mapping[str, float]
    exact: tuple[Fraction, ...] = ()

    def seats(self) -> dict[str, int]:
        """Return unit → whole number."""
        if self.apportionment is None:
            return dict.fromkeys(self.units, 0)
        return dict(zip(self.units, self.apportionment.seats.tolist(), strict=True))


class Bound(NamedTuple):
    """A unit's bounds, and whether they bind."""

    minimum: int
    maximum: int | None
    at_minimum: bool = False
    at_maximum: bool = False


@dataclass(frozen=True, eq=False)
class Allocation:
    """Settlement requests and everything needed to explain them; rows are made when asked for.

    Attributes:
        statistics: The figures.
        rules: The rules as used.
        decision: The numbers as arrays.
    """

    statistics: Statistics
    rules: Rules
    decision: Decision

    def __repr__(self) -> str:
        asked = len(self.selected)
        return f"<Allocation of {self.rules.total.value:,} to {asked} of {len(self.rows)} units>"

    @property
    def inputs(self) -> Mapping[str, str]:
        """File → SHA-256."""
        return self.statistics.inputs

    @functools.cached_property
    def notes(self) -> tuple[Note, ...]:
        """What must be said: repaired data, hindsight, imputed figures, ties."""
        return tuple(notes_of(self.statistics, self.rules, self.decision))

    @property
    def measured(self) -> dict[str, Figures]:
        """Criterion → figures, national figure and years."""
        return {f.criterion.name: f for f in self.decision.standing.figures}

    @functools.cached_property
    def ranking(self) -> tuple[int, ...]:
        """The eligible as places in the statistics, first to last."""
        own = self.decision.standing
        compared = field_of(own, self.rules, as_ruled(self.rules))
        able = own.eligible
        places, _ = order(
            compared.keys[0, able], lambda j: compared.key(0, int(able[j])), own.tie[able]
        )
        return tuple(able[places].tolist())

    @functools.cached_property
    def groups(self) -> tuple[Group, ...]:
        """One for each number that was shared out."""
        return tuple(self._group(index, part) for index, part in enumerate(self.decision.parts))

    def _group(self, index: int, part: Part) -> Group:
        units, step = self.statistics.units, self.decision.step
        result = part.results.get(0)
        inside = set(part.units.tolist())
        asked = result.units if result else tuple(u for u in self._asked if u in inside)
        return Group(
            part.name,
            int(part.totals[0]),
            tuple(units[unit] for unit in self.ranking if unit in inside),
            int(part.take[0]),
            tuple(units[unit] for unit in asked),
            result.result if result else None,
            {name: float(places[0, index]) for name, places in step.contributions.items()},
            result.exact if result else (),
        )

    @functools.cached_property
    def _asked(self) -> tuple[int, ...]:
        own, selected = self.decision.standing, self.decision.selected[0]
        return tuple(sorted(selected.nonzero()[0].tolist(), key=own.tie.__getitem__))

    @functools.cached_property
    def sub_groups(self) -> dict[str, tuple[tuple[str, ...], Apportionment]]:
        """Sub-group → the units that can receive it and their apportionment."""
        units = self.statistics.units
        return {
            name: (tuple(units[unit] for unit in results[0].units), results[0].result)
            for name, (_, results) in self.decision.of_which.items()
            if results
        }

    @functools.cached_property
    def rows(self) -> tuple[Row, ...]:
        """Every municipality: the eligible by rank, then the others by kommunenummer."""
        layout = _Layout(self)
        rows = [layout.row(unit, m) for unit, m in enumerate(self.statistics.municipalities)]
        return tuple(sorted(rows, key=lambda row: (row.rank or math.inf, row.kommunenummer)))

    @functools.cached_property
    def _by_code(self) -> dict[str, Row]:
        return {row.kommunenummer: row for row in self.rows}

    @functools.cached_property
    def selected(self) -> tuple[Row, ...]:
        """The rows of those who are asked, by rank."""
        return tuple(row for row in self.rows if row.status == SELECTED)

    @functools.cached_property
    def eligible(self) -> tuple[Row, ...]:
        """The rows of those who may be asked, by rank."""
        return tuple(row for row in self.rows if row.status != NOT_ELIGIBLE)

    def unit_of(self, kommunenummer: str) -> int:
        """Return a municipality's place in the statistics."""
        return self._places[kommunenummer]

    @functools.cached_property
    def _places(self) -> dict[str, int]:
        return {code: place for place, code in enumerate(self.statistics.units)}

    def group_of(self, kommunenummer: str) -> Group:
        """Return the group in which a municipality is ranked, or would be."""
        return self.groups[int(self.decision.step.county[self.unit_of(kommunenummer)])]

    def place_of(self, kommunenummer: str) -> int | None:
        """Return a municipality's place among those of its group; None if not eligible."""
        return self._within.get(kommunenummer)

    @functools.cached_property
    def _within(self) -> dict[str, int]:
        return {code: place for group in self.groups for place, code in enumerate(group.ranking, 1)}

    def row(self, kommunenummer: str) -> Row:
        """Return a municipality's row.

        Raises:
            KeyError: There is none.
        """
        return self._by_code[kommunenummer]

    @property
    def table(self) -> pd.DataFrame:
        """Those who are asked as a DataFrame with the columns of the CSV."""
        return _frame(self, self.selected)

    @property
    def full_table(self) -> pd.DataFrame:
        """All municipalities as a DataFrame with the columns of the CSV."""
        return _frame(self, self.rows)


class _Layout:
    """What the rows are made of, by unit."""

    def __init__(self, allocation: Allocation) -> None:
        self.rules, self.decision = allocation.rules, allocation.decision
        self.ranks = {unit: place for place, unit in enumerate(allocation.ranking, 1)}
        self.allocation, self.groups = allocation, allocation.groups
        self.bounds = _bounds(allocation)
        self.names = [c.name for c in self.rules.criteria]

    def row(self, unit: int, m: Municipality) -> Row:
        """Lay one municipality out."""
        decision, own = self.decision, self.decision.standing
        asked = bool(decision.selected[0, unit])
        eligible = unit in self.ranks
        group = self.groups[int(decision.step.county[unit])]
        parts = decision.contributions[:, 0, unit].tolist()
        quota = math.fsum(parts) if asked else None
        share = None if quota is None else quota / self.rules.total.value
        shares = [float(share[unit]) for share in own.shares] if eligible else []
        if eligible and not asked:
            weighed = zip(self.rules.criteria, shares, strict=True)
            share = math.fsum(c.weight * part for c, part in weighed)
        why = self.why(unit, m, group)
        people = own.population[unit]
        return Row(
            rank=self.ranks.get(unit),
            kommunenummer=m.kommunenummer,
            municipality=m.municipality,
            fylke=m.fylke,
            group=group.name,
            population=None if math.isnan(people) else round(people),
            status=SELECTED if asked else NOT_SELECTED if eligible else NOT_ELIGIBLE,
            why=why,
            reason=reason_text(why, self.rules) if why else "",
            share=share,
            quota=quota,
            requested=int(decision.requested[0, unit]),
            **self.bounds[unit]._asdict(),
            contributions=dict(zip(self.names, parts, strict=True)) if asked else {},
            of_which={
                name: int(numbers[0, unit])
                for name, (numbers, _) in decision.of_which.items()
                if asked and own.able[name][unit]
            },
            figures={f.criterion.name: f.units[unit] for f in own.figures},
            shares=dict(zip(self.names, shares, strict=False)),
        )

    def why(self, unit: int, m: Municipality, group: Group) -> Reason | None:
        """Return why a municipality is asked or not, where the rank alone does not say."""
        if reason := self.decision.standing.reasons[unit]:
            return reason
        asked, place = (
            self.decision.selected[0, unit],
            self.allocation.place_of(m.kommunenummer) or 0,
        )
        if self.rules.select.list is not None:
            return Reason("listed" if asked else "not listed")
        if not asked:
            names = (group.name,) if group.name else ()
            return Reason("rank", names, (place, len(group.ranking), group.count))
        if place <= group.count:
            return None
        if self.decision.standing.included[unit]:
            return Reason("included")
        return Reason("first", (m.fylke,), (self.rules.select.per_county,))


def _bounds(allocation: Allocation) -> list[Bound]:
    """Return each unit's bounds, and whether they bind."""
    decision, index = allocation.decision, {u: i for i, u in enumerate(allocation.statistics.units)}
    high = decision.high
    found = [
        Bound(int(low), None if high is None else int(high[0, unit]))
        for unit, low in enumerate(decision.low[0])
    ]
    for group in allocation.groups:
        if group.apportionment is None:
            continue
        units = [index[code] for code in group.units]
        quotas = group.exact or decision.quotas[0, units].tolist()
        own = [found[unit] for unit in units]
        minimums, maximums = [b.minimum for b in own], [b.maximum for b in own]
        low, most = binding(group.apportionment, quotas, minimums, maximums)
        for unit, at_minimum, at_maximum in zip(units, low, most, strict=True):
            found[unit] = found[unit]._replace(at_minimum=at_minimum, at_maximum=at_maximum)
    return found


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
