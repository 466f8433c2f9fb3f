"""What `criteria.yaml` says, as frozen typed objects.

The structs are the one description of the rules: a file is checked against them, and their
docstrings say in the schema, in editors and in complaints what each key means.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

MOST = 1_000_000_000
Text = Annotated[str, Meta(min_length=1, max_length=2000)]
Texts = tuple[Text, ...]
Day = Annotated[dt.date, Meta(extra_json_schema={"pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})]
Count = Annotated[int, Meta(ge=0, le=MOST)]
PositiveCount = Annotated[int, Meta(ge=1, le=MOST)]
Year = Annotated[int, Meta(ge=1900, le=2200)]
Years = Annotated[tuple[Year, ...], Meta(min_length=1)]
Amount = Annotated[float, Meta(ge=-1e15, le=1e15)]
Exponent = Annotated[float, Meta(ge=0, le=10)]
Weight = Annotated[float, Meta(ge=0, le=1)]
Part = Annotated[float, Meta(gt=0, le=1)]
Per1000 = Annotated[float, Meta(gt=0, le=1000)]
Participants = Annotated[float, Meta(ge=0, le=1e9)]


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all parts of the rules: immutable, and strict about unknown keys."""


class Total(Rule, frozen=True):
    """The house size: how many people are to be settled.

    Attributes:
        value: How many people are to be settled.
        source: Where the number comes from.
    """

    value: PositiveCount
    source: Text | None = None


class Minimum(Rule, frozen=True):
    """The fewest that a selected municipality is asked to settle.

    Attributes:
        value: No selected municipality is asked for fewer.
        by_municipality: Higher minimums by kommunenummer, such as earlier requests.
        source: Where the number comes from.
    """

    value: Count = 0
    by_municipality: dict[str, Count] = {}
    source: Text | None = None


class Maximum(Rule, frozen=True):
    """The most that a municipality is asked to settle: the lower of the two limits.

    Attributes:
        value: The same limit for all.
        per_1000: At most this many per 1,000 inhabitants, cut off.
        source: Where the limit comes from.
    """

    value: PositiveCount | None = None
    per_1000: Per1000 | None = None
    source: Text | None = None


class Ratio(Rule, frozen=True):
    """An indicator that is a rate: numerator per denominator, pooled over its years.

    Attributes:
        numerator: Column of those with the result.
        denominator: Column of those who could have it.
    """

    numerator: Text
    denominator: Text


class Smoothing(Rule, frozen=True):
    """Rates of few people are drawn towards the national rate.

    Attributes:
        participants: κ in (a + κ·p) / (n + κ), p being the national rate of a / n.
        source: Where the number comes from.
    """

    participants: Participants
    source: Text | None = None


class Criterion(Rule, frozen=True):
    """An indicator with the part of the places that it shares out.

    Attributes:
        name: Names the criterion in tables and options.
        weight: Part of the places that it shares out; they sum to 1.
        indicator: A column of the statistics, or {numerator: …, denominator: …}.
        years: Years that are pooled; without it the newest known at `as_of`.
        scale_by: For a rate: the column that says how large a municipality is.
        size_exponent: Overrides the rules' size_exponent here.
        normalise: The figure as it is; scaled to 0..1; or its rank as a part of 1.
        direction: Which end is asked for more.
        smoothing: For a rate of few people: how many participants' worth it is drawn
            towards the national rate.
        missing: What to do about a municipality without a figure: refuse, take the national
            one, take 0 where a blank means none, or don't ask it.
        title: Heading in tables.
        title_nb: Heading in Norwegian tables.
        source: Where the weight comes from.
    """

    name: Text
    weight: Weight
    indicator: Text | Ratio
    years: Years = ()
    scale_by: Text | None = None
    size_exponent: Exponent | None = None
    normalise: Literal["value", "minmax", "percentile"] = "value"
    direction: Literal["higher", "lower"] = "higher"
    smoothing: Smoothing | None = None
    missing: Literal["error", "national", "zero", "exclude"] = "error"
    title: Text | None = None
    title_nb: Text | None = None
    source: Text | None = None


class Condition(Rule, frozen=True):
    """A condition on one column of the statistics.

    Attributes:
        indicator: A column of the statistics.
        years: Without it the newest year known at `as_of`.
        at_least: The figure must be at least this.
        within: Whether one of the years is enough.
        name: The condition in words; given as the reason.
        source: Where the condition comes from.
    """

    indicator: Text
    years: Years = ()
    at_least: Amount = 1
    within: Literal["any", "all"] = "any"
    name: Text | None = None
    source: Text | None = None


class SubGroup(Rule, frozen=True):
    """A part of the total that is shared out among those that can receive it.

    Attributes:
        name: Names the group in tables.
        value: How many of the total.
        among: The condition that those meet who can receive it.
        minimum: Minimum for those that can receive it.
        title: Heading in tables.
        title_nb: Heading in Norwegian tables.
        source: Where the number comes from.
    """

    name: Text
    value: Count
    among: Condition | None = None
    minimum: Count = 0
    title: Text | None = None
    title_nb: Text | None = None
    source: Text | None = None


class Select(Rule, frozen=True):
    """How many of the eligible are selected, and by what order.

    Attributes:
        share: Part of the eligible, rounded down.
        count: Number selected.
        list: The selected themselves, or a CSV file with a kommunenummer column.
        by: `share`, `score` (free of size), or the name of a criterion.
        per_county: At least so many of each fylke.
        include: Selected whatever their rank; kommunenummer or name.
        source: Where the selection comes from.
    """

    share: Part | None = None
    count: PositiveCount | None = None
    list: Text | Texts | None = None
    by: Text = "share"
    per_county: Count = 0
    include: Texts = ()
    source: Text | None = None


class SizeExponent(Rule, frozen=True):
    """How strongly size counts: 1 in proportion, below 1 less than that.

    Attributes:
        value: 1: twice the population, twice the places.
        source: Where the exponent comes from.
    """

    value: Exponent = 1.0
    source: Text | None = None


class Counties(Rule, frozen=True):
    """The first step of two: the total is shared out among counties (fylker).

    Attributes:
        totals: A given number for each fylke.
        file: CSV with the columns fylke and total, instead of totals.
        criteria: A key of its own, on the counties' summed figures.
        minimum: For each fylke, with criteria.
        combine: Counties treated as one: name → fylker.
        source: Where the numbers come from.
    """

    totals: dict[str, Count] = {}
    file: Text | None = None
    criteria: tuple[Criterion, ...] = ()
    minimum: Count = 0
    combine: dict[str, Texts] = {}
    source: Text | None = None


class Rules(Rule, frozen=True):
    """One page of rules: from statistics to requests.

    Attributes:
        title: What the rules are for.
        as_of: The day the rules speak from; later figures are hindsight.
        total: How many people are to be settled.
        criteria: What the places are shared out by, each with its weight.
        reference: The letter or decision.
        sources: Short name → what the source is.
        minimum: The fewest that a selected municipality is asked for.
        maximum: The most that a municipality is asked for.
        of_which: Parts of the total that not all can receive.
        eligible: Who may be asked: all conditions must hold.
        exclude: Not eligible whatever the figures.
        select: How many of the eligible are asked, and by what order.
        size_exponent: How strongly size counts: 1 in proportion, below 1 less.
        method: Apportionment method by its name.
        counties: The total is shared out among the fylker first.
    """

    title: Text
    as_of: Day
    total: Total
    criteria: Annotated[tuple[Criterion, ...], Meta(min_length=1)]
    reference: Text | None = None
    sources: dict[str, Text] = {}
    minimum: Minimum = Minimum()
    maximum: Maximum | None = None
    of_which: tuple[SubGroup, ...] = ()
    eligible: tuple[Condition, ...] = ()
    exclude: Texts = ()
    select: Select = Select()
    size_exponent: SizeExponent = SizeExponent()
    method: Text = "sainte-lague"
    counties: Counties | None = None

    def replace(self, **changes: Any) -> Rules:
        """Return the rules with other numbers, checked as in loading.

        Args:
            changes: As `rules.override` takes them: `total`, `minimum`, `share`, `count`,
                `weights`, `method`, `by`, `include`, `exclude`, `asked`, `at_least`, `of_which`.

        Raises:
            RulesError: A change, criterion or sub-group is unknown, or the rules become impossible.
        """
        from bosetting_cli.rules.change import override

        return override(self, **changes)

    def every_criterion(self) -> tuple[Criterion, ...]:
        """Return the criteria, and those by which counties come first."""
        return (*self.criteria, *(self.counties.criteria if self.counties else ()))

    def conditions(self) -> tuple[Condition, ...]:
        """Return who may be asked, and who can receive those of sub-groups."""
        return (*self.eligible, *(group.among for group in self.of_which if group.among))

    def exponent(self, criterion: Criterion) -> float:
        """Return the γ of a criterion's sizes, or of its own figures where it has none."""
        own = criterion.size_exponent
        return self.size_exponent.value if own is None else own

    def indicators(self) -> frozenset[str]:
        """Return the columns of the statistics that these rules read."""
        criteria = self.every_criterion()
        rates = (name for c in criteria for name in indicator_columns(c.indicator))
        sizes = (c.scale_by for c in criteria if c.scale_by)
        return frozenset({"population", *rates, *sizes, *(c.indicator for c in self.conditions())})


# Where a number may stand for itself, `total: 4400`: the part, and the key that it stands for.
SHORTHANDS: dict[str, tuple[type[Rule], str]] = {
    "total": (Total, "value"),
    "minimum": (Minimum, "value"),
    "maximum": (Maximum, "value"),
    "size_exponent": (SizeExponent, "value"),
    "criteria[].smoothing": (Smoothing, "participants"),
    "counties.criteria[].smoothing": (Smoothing, "participants"),
}
# Lists of municipalities, in which an unquoted 1804 is a kommunenummer: part and key.
NAME_LISTS: dict[str, tuple[type[Rule], str]] = {
    "exclude[]": (Rules, "exclude"),
    "select.include[]": (Select, "include"),
    "select.list[]": (Select, "list"),
}


def indicator_columns(indicator: str | Ratio) -> tuple[str, ...]:
    """Return the columns that an indicator reads: one, or numerator and denominator.

    Example:
        >>> indicator_columns(Ratio("employed", "residents"))
        ('employed', 'residents')
    """
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
