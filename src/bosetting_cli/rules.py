"""What `criteria.yaml` says, as frozen typed objects.

The structs are the one definition of the rules: the loader checks a file against them, and
`rulesschema` turns them into the JSON Schema that editors read.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - msgspec reads the annotations
import functools
import math
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

from bosetting_cli.errors import Problem, RulesError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Text = Annotated[str, Meta(min_length=1, max_length=2000)]
Count = Annotated[int, Meta(ge=0, le=1_000_000_000)]
PositiveCount = Annotated[int, Meta(ge=1, le=1_000_000_000)]
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


def check_rules(rules: Rules) -> list[Problem]:
    """Return what is impossible in rules whose keys and types are right.

    The ``key`` of each problem is the path of the offending value.
    """
    return [*_weights(rules.criteria, "criteria"), *_county_step(rules), *_impossible(rules)]


def _weights(criteria: tuple[Criterion, ...], path: str) -> Iterator[Problem]:
    total = math.fsum(criterion.weight for criterion in criteria)
    if abs(total - 1) > 1e-9:
        given = " + ".join(f"{criterion.weight:.12g}" for criterion in criteria)
        hint = "each weight is the part of the places that its criterion shares out"
        yield Problem(f"the weights sum to {total:.12g}, not 1", key=path, value=given, hint=hint)
    seen: set[str] = set()
    for i, criterion in enumerate(criteria):
        if column_name(criterion.name) in seen:
            yield Problem(f"a second criterion `{criterion.name}`", key=f"{path}[{i}].name")
        seen.add(column_name(criterion.name))
        if criterion.smoothing and not isinstance(criterion.indicator, Ratio):
            hint = "give the indicator as {numerator: …, denominator: …}"
            yield Problem("only a rate can be smoothed", key=f"{path}[{i}].smoothing", hint=hint)


def _county_step(rules: Rules) -> Iterator[Problem]:
    counties = rules.counties
    if counties is None:
        return
    given = [bool(counties.totals), counties.file is not None, bool(counties.criteria)]
    if sum(given) != 1:
        hint = "give one of totals, file and criteria"
        yield Problem("the counties' numbers come from one place", key="counties", hint=hint)
    if counties.criteria:
        yield from _weights(counties.criteria, "counties.criteria")
    if counties.totals and sum(counties.totals.values()) != rules.total.value:
        yield Problem(
            f"the counties' numbers sum to {sum(counties.totals.values())},"
            f" the total is {rules.total.value}",
            key="counties.totals",
            hint="change both, or give the counties a key of their own (`counties.criteria`)",
        )


def _impossible(rules: Rules) -> Iterator[Problem]:
    chosen = rules.select
    ways = [n for n in ("share", "count", "list") if getattr(chosen, n) is not None]
    if len(ways) > 1:
        yield Problem(f"{' and '.join(ways)} exclude each other", key="select")
    names = {"share", "score", *(criterion.name for criterion in rules.criteria)}
    if chosen.by not in names:
        hint = f"one of {', '.join(sorted(names))}"
        yield Problem(f"no order `{chosen.by}`", key="select.by", hint=hint)
    seen: set[str] = set()
    for i, group in enumerate(rules.of_which):
        if group.value > rules.total.value:
            what = f"{group.value} of a total of {rules.total.value}"
            yield Problem(what, key=f"of_which[{i}].value", hint="a part can't exceed the whole")
        if column_name(group.name) in seen:
            yield Problem(f"a second group `{group.name}`", key=f"of_which[{i}].name")
        seen.add(column_name(group.name))
    limit = rules.maximum
    if limit and limit.value is not None and limit.value < rules.minimum.value:
        yield Problem(f"is below the minimum of {rules.minimum.value}", key="maximum.value")
    yield from _method(rules.method)


def _method(name: str) -> Iterator[Problem]:
    from bosetting_cli.apportionment import resolve_method

    try:
        resolve_method(name)
    except ValueError as error:
        yield Problem(str(error), key="method", value=name)


@functools.cache
def column_name(name: str) -> str:
    """Return a criterion's or group's name as it ends a column's name.

    Example:
        >>> column_name("introduction programme")
        'introduction_programme'
    """
    return "_".join(name.casefold().replace("-", " ").split())


def override(
    rules: Rules,
    *,
    total: int | None = None,
    minimum: int | None = None,
    share: float | None = None,
    count: int | None = None,
    asked: tuple[str, ...] | None = None,
    weights: Mapping[str, float] | None = None,
    method: str | None = None,
    by: str | None = None,
    include: tuple[str, ...] = (),
    exclude: tuple[str, ...] = (),
    at_least: Mapping[str, int] | None = None,
) -> Rules:
    """Return the rules with some of their numbers replaced.

    Args:
        rules: The rules to start from.
        total: Another total.
        minimum: Another minimum.
        share: Another share of the eligible to select; replaces a count or list.
        count: Another number to select; replaces a share or list.
        asked: The selected themselves; replaces a share, count or list.
        weights: Other weights, by criterion; those not named keep theirs.
        method: Another apportionment method.
        by: Another order in which to select.
        include: Municipalities to select whatever their rank, added to the rules' own.
        exclude: Municipalities to leave out, added to the rules' own.
        at_least: Earlier requests, kommunenummer → places: they are the minimums of those
            municipalities, which are selected whatever their rank.

    Raises:
        RulesError: A criterion is unknown, or the changed rules are impossible.
    """
    changes: dict[str, Any] = {}
    if total is not None:
        changes["total"] = Total(total, source="given on the command line")
    if minimum is not None:
        kept = rules.minimum.by_municipality
        changes["minimum"] = Minimum(minimum, kept, source="given on the command line")
    if at_least:
        changes["minimum"] = _raised(changes.get("minimum", rules.minimum), at_least)
        include = (*include, *sorted(set(at_least) - {*rules.select.include, *include}))
    chosen = _reselected(rules.select, share, count, asked)
    chosen = msgspec.structs.replace(
        chosen, by=by or chosen.by, include=(*chosen.include, *include)
    )
    if weights:
        changes["criteria"] = _reweighted(rules.criteria, weights)
    if method is not None:
        changes["method"] = method
    if exclude:
        changes["exclude"] = (*rules.exclude, *exclude)
    changed = msgspec.structs.replace(rules, select=chosen, **changes)
    if problems := check_rules(changed):
        raise RulesError(problems)
    return changed


def _reselected(
    chosen: Select, share: float | None, count: int | None, asked: tuple[str, ...] | None
) -> Select:
    if share is None and count is None and asked is None:
        return chosen
    return msgspec.structs.replace(chosen, share=share, count=count, list=asked)


def _raised(minimum: Minimum, at_least: Mapping[str, int]) -> Minimum:
    least = dict(minimum.by_municipality)
    for unit, number in sorted(at_least.items()):
        least[unit] = max(number, least.get(unit, 0))
    return msgspec.structs.replace(minimum, by_municipality=least)


def _reweighted(
    criteria: tuple[Criterion, ...], weights: Mapping[str, float]
) -> tuple[Criterion, ...]:
    by_name = {column_name(name): weight for name, weight in weights.items()}
    known = {column_name(criterion.name) for criterion in criteria}
    if unknown := sorted(set(by_name) - known):
        names = ", ".join(criterion.name for criterion in criteria)
        raise RulesError([Problem(f"no criterion `{n}`", hint=f"one of {names}") for n in unknown])
    return tuple(
        msgspec.structs.replace(c, weight=by_name.get(column_name(c.name), c.weight))
        for c in criteria
    )
