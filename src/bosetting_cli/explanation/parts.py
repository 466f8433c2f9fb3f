"""What is explained of a municipality: every step from its figures to its number."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bosetting_cli.words import name

_INNER = {"inner": True}  # a field that `as_dict` leaves out


@dataclass(frozen=True, slots=True)
class CriterionPart:
    """What one criterion says of a municipality, and what it contributes to its number.

    Attributes:
        name: The criterion, as in the rules.
        title: Its heading.
        weight: Part of the places that it shares out, 0 to 1.
        source: Where the weight comes from, in words.
        indicator: The column, or `numerator / denominator`.
        unit: What the figure is counted in; `rate` for a numerator per denominator (0.63, not 63).
        years: The years that the figure rests on; empty if none is published.
        figure: The figure that counts: smoothed, or the national one in place of a missing one.
        raw: The published figure; None if there is none.
        numerator: Of a rate: summed over the years.
        participants: Of a rate: the people it rests on, summed over the years.
        smoothed: Whether the figure was drawn towards the national rate.
        imputed: Whether the national figure stands for a missing one.
        national: The national rate, or the mean of the municipalities that have a figure.
        place: Place of the figure among the eligible (of the county, if counties come first),
            1 being asked for most; equal figures share the better place. None if not eligible.
        share: Part of 1: among the selected, for others among the eligible; None if not eligible.
        contribution: Places that it gives; None if not selected.
    """

    name: str
    title: str
    weight: float
    source: str | None
    indicator: str
    unit: str
    years: tuple[int, ...]
    figure: float | None
    raw: float | None
    numerator: float | None
    participants: float | None
    smoothed: bool
    imputed: bool
    national: float
    place: int | None
    share: float | None
    contribution: float | None


@dataclass(frozen=True, slots=True)
class ConditionPart:
    """One rule of eligibility and a municipality's figures for it.

    Attributes:
        name: The condition in words.
        indicator: The column.
        unit: What it is counted in.
        years: The years that are looked at.
        figures: One for each year; None: not published.
        at_least: What is asked for.
        within: `any` or `all` of the years.
        met: Whether it is met.
        source: Where the condition comes from, in words.
    """

    name: str
    indicator: str
    unit: str
    years: tuple[int, ...]
    figures: tuple[float | None, ...]
    at_least: float
    within: str
    met: bool
    source: str | None


@dataclass(frozen=True, slots=True)
class Rounding:
    """How the quota became a whole number.

    Attributes:
        method: Name of the apportionment method.
        method_title: The same for people.
        divisor: What every quota is divided by; None if it is infinite (all at their minimum).
        quotient: Quota / divisor, which the method rounds.
        divisors: The smallest and the largest divisor that give the same numbers; None in place
            of an infinite one; empty for largest remainders.
    """

    method: str
    method_title: str
    divisor: float | None
    quotient: float | None
    divisors: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Something that would have changed the answer, found by running the model with it.

    Attributes:
        kind: `total`, `county total`, `figure`, `condition`, `conditions` (all that are not
            met, at once), `count`, `list`, `include` or `exclude`.
        name: The criterion or condition; empty for the other kinds.
        title: Its heading.
        unit: What `now` and `then` are counted in; `rate` for parts of 1.
        now: How it is; None where there is no number.
        then: How it would have to be.
        status: `selected`, `not selected` or `not eligible` then.
        requested: The number then.
        rank: The rank then, among the eligible or those of the county; None if not eligible.
        eligible: How many are ranked with it then.
        text: The same in an English sentence.
    """

    kind: str
    name: str
    title: str
    unit: str
    now: float | None
    then: float | None
    status: str
    requested: int
    rank: int | None
    eligible: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Every step from the figures of one municipality to its number.

    Attributes:
        kommunenummer: Four characters.
        municipality: Name.
        fylke: County.
        population: Persons, the newest figure known at the rules' date.
        status: `selected`, `not selected` or `not eligible`.
        reason: Why, where the rank alone does not say.
        group: The county whose number is shared out; empty if there is one number for all.
        total: The number that is shared out: the county's, or the whole.
        rank: Place among the eligible, or among those of the county; None if not eligible.
        eligible: How many are ranked with it.
        cut: How many of them the rules select; the last rank that is in without further reasons.
        asked: How many of them are selected.
        ranked_by: `share`, `score` or the criterion that ranks them.
        criteria: In the order of the rules.
        conditions: The rules of eligibility, in the order of the rules.
        quota: Places before rounding, the sum of the contributions; None if not selected.
        share: Part of the total; for those not selected the share among the eligible.
        minimum: The fewest it is asked for if it is asked.
        maximum: The most, if there is a limit.
        at_minimum: Whether the minimum binds: rounding alone would have given fewer.
        at_maximum: Whether the maximum binds.
        rounding: None if not selected.
        requested: Places; 0 if not selected.
        of_which: Sub-group → places, for the sub-groups that it can receive.
        cannot_receive: The other sub-groups, if it is asked.
        changes: What would have changed the answer; empty unless asked for.
        code: The code of the reason, where the rank alone does not say; empty otherwise.
        titles: Language → name of a criterion or sub-group → its title.
    """

    kommunenummer: str
    municipality: str
    fylke: str
    population: int | None
    status: str
    reason: str
    group: str
    total: int
    rank: int | None
    eligible: int
    cut: int
    asked: int
    ranked_by: str
    criteria: tuple[CriterionPart, ...]
    conditions: tuple[ConditionPart, ...]
    quota: float | None
    share: float | None
    minimum: int
    maximum: int | None
    at_minimum: bool
    at_maximum: bool
    rounding: Rounding | None
    requested: int
    of_which: Mapping[str, int]
    cannot_receive: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    code: str = field(default="", metadata=_INNER)
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict, metadata=_INNER)

    @property
    def unmet(self) -> list[ConditionPart]:
        """The rules of eligibility that it doesn't meet."""
        return [part for part in self.conditions if not part.met]

    def called(self, text: str, lang: str) -> str:
        """Return what a criterion, sub-group or condition is called in a language."""
        return self.titles.get(lang, {}).get(text) or name(text, lang)

    def _repr_markdown_(self) -> str:
        """Return it as `bosetting explain --format markdown` tells it, which notebooks show."""
        from bosetting_cli.explanation.telling import narrative

        return narrative(self, "markdown")

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain dicts, lists, text and numbers: the JSON of `bosetting explain`."""
        plain: dict[str, Any] = _plain(self)
        return plain


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        told = [f.name for f in dataclasses.fields(value) if not f.metadata]
        return {key: _plain(getattr(value, key)) for key in told}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return dict(value) if hasattr(value, "items") else value
