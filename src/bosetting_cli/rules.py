"""What `criteria.yaml` says, as frozen typed objects.

The structs are the one definition of the rules: the loader checks a file against them, and
`rulesschema` turns them into the JSON Schema that editors read.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - msgspec reads the annotations
import functools
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Text = Annotated[str, Meta(min_length=1, max_length=2000)]
MOST = 1_000_000_000
Count = Annotated[int, Meta(ge=0, le=MOST)]
PositiveCount = Annotated[int, Meta(ge=1, le=MOST)]
Year = Annotated[int, Meta(ge=1900, le=2200)]
Years = Annotated[tuple[Year, ...], Meta(min_length=1)]
Amount = Annotated[float, Meta(ge=-1e15, le=1e15)]


class _Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all parts of the rules: immutable, and strict about unknown keys."""


class Total(_Rule, frozen=True):
    """The house size: how many people are to be settled."""

    value: Annotated[PositiveCount, Meta(description="How many people are to be settled")]
    source: Annotated[Text, Meta(description="Where the number comes from")] | None = None


class Minimum(_Rule, frozen=True):
    """The fewest that a selected municipality is asked to settle."""

    value: Annotated[Count, Meta(description="No selected municipality is asked for fewer")] = 0
    by_municipality: Annotated[
        dict[str, Count],
        Meta(description="Higher minimums by kommunenummer, such as earlier requests"),
    ] = {}
    source: Text | None = None


class Maximum(_Rule, frozen=True):
    """The most that a municipality is asked to settle: the lower of the two limits."""

    value: Annotated[PositiveCount, Meta(description="The same limit for all")] | None = None
    per_1000: (
        Annotated[
            float,
            Meta(gt=0, le=1000, description="At most this many per 1,000 inhabitants, cut off"),
        ]
        | None
    ) = None
    source: Text | None = None


class Ratio(_Rule, frozen=True):
    """An indicator that is a rate: numerator per denominator, pooled over its years."""

    numerator: Annotated[Text, Meta(description="Column of those with the result")]
    denominator: Annotated[Text, Meta(description="Column of those who could have it")]


Indicator = Annotated[
    Text | Ratio,
    Meta(description="A column of the statistics, or {numerator: …, denominator: …}"),
]


class Smoothing(_Rule, frozen=True):
    """Rates of few people are drawn towards the national rate."""

    participants: Annotated[
        float,
        Meta(
            ge=0, le=1e9, description="κ in (a + κ·p) / (n + κ), p being the national rate of a / n"
        ),
    ]
    source: Text | None = None


class Criterion(_Rule, frozen=True):
    """An indicator with the part of the places that it shares out."""

    name: Annotated[Text, Meta(description="Names the criterion in tables and options")]
    weight: Annotated[
        float, Meta(ge=0, le=1, description="Part of the places that it shares out; they sum to 1")
    ]
    indicator: Indicator
    years: Annotated[
        Years, Meta(description="Years that are pooled; without it the newest known at `as_of`")
    ] = ()
    scale_by: (
        Annotated[
            Text,
            Meta(description="For a rate: the column that says how large a municipality is"),
        ]
        | None
    ) = None
    size_exponent: (
        Annotated[float, Meta(ge=0, le=10, description="Overrides the rules' size_exponent here")]
        | None
    ) = None
    normalise: Annotated[
        Literal["value", "minmax", "percentile"],
        Meta(description="The figure as it is; scaled to 0..1; or its rank as a part of 1"),
    ] = "value"
    direction: Annotated[
        Literal["higher", "lower"], Meta(description="Which end is asked for more")
    ] = "higher"
    smoothing: Smoothing | None = None
    missing: Annotated[
        Literal["error", "national", "zero", "exclude"],
        Meta(
            description="What to do about a municipality without a figure: refuse, take the "
            "national one, take 0 where a blank means none, or don't ask it"
        ),
    ] = "error"
    title: Annotated[Text, Meta(description="Heading in tables")] | None = None
    title_nb: Annotated[Text, Meta(description="Heading in Norwegian tables")] | None = None
    source: Text | None = None


class Condition(_Rule, frozen=True):
    """A condition on one column of the statistics."""

    indicator: Annotated[Text, Meta(description="A column of the statistics")]
    years: Annotated[Years, Meta(description="Without it the newest year known at `as_of`")] = ()
    at_least: Annotated[Amount, Meta(description="The figure must be at least this")] = 1
    within: Annotated[
        Literal["any", "all"], Meta(description="Whether one of the years is enough")
    ] = "any"
    name: (
        Annotated[Text, Meta(description="The condition in words; given as the reason")] | None
    ) = None
    source: Text | None = None


class SubGroup(_Rule, frozen=True):
    """A part of the total that is shared out among those that can receive it."""

    name: Annotated[Text, Meta(description="Names the group in tables")]
    value: Annotated[Count, Meta(description="How many of the total")]
    among: Condition | None = None
    minimum: Annotated[Count, Meta(description="Minimum for those that can receive it")] = 0
    title: Text | None = None
    title_nb: Text | None = None
    source: Text | None = None


class Select(_Rule, frozen=True):
    """How many of the eligible are selected, and by what order."""

    share: (
        Annotated[float, Meta(gt=0, le=1, description="Part of the eligible, rounded down")] | None
    ) = None
    count: Annotated[PositiveCount, Meta(description="Number selected")] | None = None
    list: (
        Annotated[
            Text | tuple[Text, ...],
            Meta(description="The selected themselves, or a CSV file with a kommunenummer column"),
        ]
        | None
    ) = None
    by: Annotated[
        Text,
        Meta(description="`share`, `score` (free of size), or the name of a criterion"),
    ] = "share"
    per_county: Annotated[Count, Meta(description="At least so many of each fylke")] = 0
    include: Annotated[
        tuple[Text, ...], Meta(description="Selected whatever their rank; kommunenummer or name")
    ] = ()
    source: Text | None = None


class SizeExponent(_Rule, frozen=True):
    """How strongly size counts: 1 in proportion, below 1 less than that."""

    value: Annotated[float, Meta(ge=0, le=10)] = 1.0
    source: Text | None = None


class Counties(_Rule, frozen=True):
    """The first step of two: the total is shared out among counties (fylker)."""

    totals: Annotated[dict[str, Count], Meta(description="A given number for each fylke")] = {}
    file: (
        Annotated[Text, Meta(description="CSV with the columns fylke and total, instead of totals")]
        | None
    ) = None
    criteria: Annotated[
        tuple[Criterion, ...], Meta(description="A key of its own, on the counties' summed figures")
    ] = ()
    minimum: Annotated[Count, Meta(description="For each fylke, with criteria")] = 0
    combine: Annotated[
        dict[str, tuple[Text, ...]], Meta(description="Counties treated as one: name → fylker")
    ] = {}
    source: Text | None = None


class Rules(_Rule, frozen=True):
    """One page of rules: from statistics to requests."""

    title: Annotated[Text, Meta(description="What the rules are for")]
    as_of: Annotated[
        dt.date, Meta(description="The day the rules speak from; later figures are hindsight")
    ]
    total: Total
    criteria: Annotated[tuple[Criterion, ...], Meta(min_length=1)]
    reference: Annotated[Text, Meta(description="The letter or decision")] | None = None
    sources: Annotated[dict[str, Text], Meta(description="Short name → what the source is")] = {}
    minimum: Minimum = Minimum()
    maximum: Maximum | None = None
    of_which: tuple[SubGroup, ...] = ()
    eligible: Annotated[
        tuple[Condition, ...], Meta(description="Who may be asked: all conditions must hold")
    ] = ()
    exclude: Annotated[tuple[Text, ...], Meta(description="Not eligible whatever the figures")] = ()
    select: Select = Select()
    size_exponent: SizeExponent = SizeExponent()
    method: Annotated[Text, Meta(description="Apportionment method by its name")] = "sainte-lague"
    counties: Counties | None = None

    def indicators(self) -> frozenset[str]:
        """Return the columns of the statistics that these rules read."""
        names = {"population"}
        counties = self.counties.criteria if self.counties else ()
        for criterion in (*self.criteria, *counties):
            names |= set(indicator_columns(criterion.indicator))
            if criterion.scale_by:
                names.add(criterion.scale_by)
        groups = (group.among for group in self.of_which if group.among)
        return frozenset(names | {rule.indicator for rule in (*self.eligible, *groups)})


# A number may stand for itself where nothing else needs saying: `total: 4400`.
SHORTHANDS: dict[str, tuple[type, str]] = {
    "total": (Total, "value"),
    "minimum": (Minimum, "value"),
    "maximum": (Maximum, "value"),
    "size_exponent": (SizeExponent, "value"),
    "smoothing": (Smoothing, "participants"),
}


def indicator_columns(indicator: str | Ratio) -> tuple[str, ...]:
    """Return the columns that an indicator reads: one, or numerator and denominator."""
    if isinstance(indicator, Ratio):
        return indicator.numerator, indicator.denominator
    return (indicator,)


@functools.cache
def column_name(name: str) -> str:
    """Return a criterion's or group's name as it ends a column's name.

    Example:
        >>> column_name("introduction programme")
        'introduction_programme'
    """
    return "_".join(name.casefold().replace("-", " ").split())
