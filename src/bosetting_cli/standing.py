"""Steps 1 to 4 of an allocation: figures, who is eligible, shares, and what ranks them."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from bosetting_cli import criteria, selection
from bosetting_cli.errors import AllocationError, BosettingError, Problem
from bosetting_cli.rules import indicator_columns
from bosetting_cli.statistics import Statistics
from bosetting_cli.statistics.names import find_municipality

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from bosetting_cli.criteria import Figure, Measured
    from bosetting_cli.memory import Memory
    from bosetting_cli.rules import Condition, Criterion, Rules, Select, SizeExponent
    from bosetting_cli.statistics import Column, Municipality

ByUnit = dict[str, float]
PerCriterion = dict[str, ByUnit]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the eligible before anybody is selected.

    Attributes:
        measured: Criterion → figures of all units.
        populations: Unit → persons.
        reasons: Unit → why it is not eligible.
        included: Units that the rules select by name.
        amounts: Criterion → eligible unit → what its share is proportional to.
        shares: Criterion → eligible unit → share among the eligible.
        keys: Eligible unit → what it is ranked by.
        composite: Eligible unit → composite share.
    """

    measured: Mapping[str, Measured]
    populations: Mapping[str, float]
    reasons: Mapping[str, str]
    included: frozenset[str]
    amounts: PerCriterion
    shares: PerCriterion
    keys: Mapping[str, float]
    composite: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Spread:
    """One criterion over the eligible: normalised figures, amounts and shares."""

    normalised: ByUnit
    amounts: ByUnit
    shares: ByUnit


@dataclass(frozen=True, slots=True)
class _Basis:
    """The parts of the rules that these steps depend on; the names are those of `Rules`."""

    as_of: dt.date
    criteria: tuple[Criterion, ...]
    eligible: tuple[Condition, ...]
    exclude: tuple[str, ...]
    select: Select
    size_exponent: SizeExponent


def standings(statistics: Statistics, rules: Rules, memory: Memory) -> Standing:
    """Take steps 1 to 4.

    Raises:
        DataError: The statistics lack what the rules ask for.
        AllocationError: Nobody is eligible, or one who is lacks a figure.
    """
    names = (field.name for field in dataclasses.fields(_Basis))
    basis = _Basis(**{name: getattr(rules, name) for name in names})
    return memory(_standings, statistics, basis, memory)


def _standings(statistics: Statistics, rules: _Basis, memory: Memory) -> Standing:
    measured = {c.name: measure(statistics, c, rules.as_of, memory) for c in rules.criteria}
    populations = memory(
        _latest, statistics.column("population"), memory(_units, statistics), rules.as_of
    )
    excluded = memory(resolve, statistics.municipalities, rules.exclude, "exclude")
    included = _included(statistics, rules, excluded, memory)
    reasons = memory(
        _reasons,
        rules.eligible,
        excluded,
        included,
        memory(_without_figure, *_required(measured)),
        *(conditions_met(statistics, c, rules.as_of, memory) for c in rules.eligible),
    )
    eligible = memory(_eligible, memory(_units, statistics), reasons)
    _refuse_missing(measured, eligible, memory)
    spread = {
        c.name: _spread_out(statistics, c, rules, measured[c.name], eligible, memory)
        for c in rules.criteria
    }
    weights = tuple(c.weight for c in rules.criteria)
    composite = memory(_weighted, weights, *(found.shares for found in spread.values()))
    return Standing(
        measured,
        populations,
        reasons,
        included,
        {name: found.amounts for name, found in spread.items()},
        {name: found.shares for name, found in spread.items()},
        _keys(rules, spread, composite, memory),
        composite,
    )


def measure(statistics: Statistics, c: Criterion, as_of: dt.date, memory: Memory) -> Measured:
    """Return what `criteria.measure` does, with the parts that don't depend on weights kept."""
    columns = [statistics.column(name) for name in indicator_columns(c.indicator)]
    years = memory(criteria.years_of, statistics, columns[0].name, c.years, as_of)
    raw = memory(criteria.published, memory(_units, statistics), years, *columns)
    found = memory(criteria.completed, raw, weightless(c), as_of, years, *columns)
    return dataclasses.replace(found, criterion=c)


def _units(statistics: Statistics) -> tuple[str, ...]:
    return statistics.units


def weightless(c: Criterion) -> Criterion:
    """Return a criterion that says nothing of its weight but whether it has one."""
    return msgspec.structs.replace(c, weight=1.0 if c.weight else 0.0)


def conditions_met(
    statistics: Statistics, condition: Condition, as_of: dt.date, memory: Memory
) -> Mapping[str, tuple[bool, tuple[float | None, ...]]]:
    """Return what `selection.meets` does, kept."""
    column = statistics.column(condition.indicator)
    return memory(_meets, column, statistics.municipalities, condition, as_of)


def _meets(
    column: Column, municipalities: tuple[Municipality, ...], condition: Condition, as_of: dt.date
) -> dict[str, tuple[bool, tuple[float | None, ...]]]:
    alone = Statistics(municipalities, {column.name: column})
    return selection.meets(alone, condition, as_of)


def resolve(
    municipalities: tuple[Municipality, ...], names: Iterable[str], key: str
) -> tuple[str, ...]:
    """Return the kommunenummer of municipalities given by name or number.

    Raises:
        AllocationError: Some are unknown or ambiguous; all of them are listed.
    """
    units, problems = [], []
    for name in names:
        try:
            units.append(find_municipality(name, municipalities).kommunenummer)
        except BosettingError as error:
            problems += [Problem(p.message, key=key, hint=p.hint) for p in error.problems]
    if problems:
        raise AllocationError(problems)
    return tuple(units)


def _included(
    statistics: Statistics, rules: _Basis, excluded: Sequence[str], memory: Memory
) -> frozenset[str]:
    """Return the units that are selected by name or list; exclusion takes them off a list.

    Raises:
        AllocationError: A unit is both included and excluded by name.
    """
    everyone, chosen = statistics.municipalities, rules.select
    named = memory(resolve, everyone, chosen.include, "select.include")
    if both := sorted(set(named) & set(excluded)):
        what = f"{', '.join(both)} is both included and excluded by name"
        raise AllocationError(Problem(what, key="exclude"))
    listed: Sequence[str] = ()
    if isinstance(chosen.list, tuple):
        listed = memory(resolve, everyone, chosen.list, "select.list")
    return memory(frozenset, (*named, *(unit for unit in listed if unit not in excluded)))


def _latest(column: Column, units: Sequence[str], as_of: dt.date) -> ByUnit:
    year = column.newest(as_of)
    return {u: v for u in units if (v := column.value(u, year)) is not None}


def _required(measured: Mapping[str, Measured]) -> list[str | Mapping[str, Figure]]:
    """Return names and figures of the criteria without whose figure nobody is eligible."""
    wanted = [(n, m.figures) for n, m in measured.items() if m.criterion.missing == "exclude"]
    return [part for pair in wanted for part in pair]


def _without_figure(*criteria: str | Mapping[str, Figure]) -> dict[str, list[str]]:
    result: dict[str, list[str]] = {}
    for name, figures in zip(criteria[::2], criteria[1::2], strict=True):
        assert isinstance(name, str)  # noqa: S101
        assert not isinstance(figures, str)  # noqa: S101
        for unit, figure in figures.items():
            if figure.raw is None:
                result.setdefault(unit, []).append(name)
    return result


def _reasons(
    conditions: Sequence[Condition],
    excluded: Sequence[str],
    included: frozenset[str],
    without_figure: Mapping[str, Sequence[str]],
    *met: Mapping[str, tuple[bool, tuple[float | None, ...]]],
) -> dict[str, str]:
    """Return who is not eligible; inclusion by name outweighs all but a missing figure."""
    reasons = selection.unmet(conditions, met, excluded, without_figure)
    reasons = {u: r for u, r in reasons.items() if u not in included or r.startswith("no figure")}
    if problems := [
        Problem(f"{u} is included by name but has {reasons[u]}")
        for u in sorted(included & set(reasons))
    ]:
        raise AllocationError(problems)
    return reasons


def _eligible(units: Sequence[str], reasons: Mapping[str, str]) -> tuple[str, ...]:
    eligible = tuple(unit for unit in units if unit not in reasons)
    if not eligible:
        raise AllocationError(Problem("no municipality is eligible", hint="see `eligible`"))
    return eligible


def _refuse_missing(
    measured: Mapping[str, Measured], eligible: Sequence[str], memory: Memory
) -> None:
    problems = []
    for name, m in measured.items():
        if gaps := memory(_gaps, m.figures, eligible):
            what = f"{name}: no figure for {len(gaps)} eligible: {', '.join(gaps)}"
            hint = "say `missing: national` or `missing: exclude`, or smooth the rate"
            problems.append(Problem(what, key=f"criteria.{name}.missing", hint=hint))
    if problems:
        raise AllocationError(problems)


def _gaps(figures: Mapping[str, Figure], eligible: Sequence[str]) -> list[str]:
    return [unit for unit in eligible if figures[unit].value is None]


def _spread_out(
    statistics: Statistics,
    c: Criterion,
    rules: _Basis,
    measured: Measured,
    eligible: Sequence[str],
    memory: Memory,
) -> _Spread:
    sizes = None
    if c.scale_by:
        sizes = memory(_sizes, statistics.column(c.scale_by), eligible, rules.as_of)
    exponent = rules.size_exponent.value if c.size_exponent is None else c.size_exponent
    return memory(_shares, weightless(c), measured.figures, eligible, sizes, exponent)


def _shares(
    c: Criterion,
    figures: Mapping[str, Figure],
    eligible: Sequence[str],
    sizes: Mapping[str, float] | None,
    exponent: float,
) -> _Spread:
    values = {u: x for u in eligible if (x := figures[u].value) is not None}
    normalised = criteria.normalise(values, c)
    amounts = criteria.amounts(normalised, sizes, exponent)
    return _Spread(normalised, amounts, criteria.shares(amounts, c))


def _sizes(column: Column, eligible: Sequence[str], as_of: dt.date) -> ByUnit:
    sizes = _latest(column, eligible, as_of)
    if gaps := [unit for unit in eligible if unit not in sizes]:
        what = f"`{column.name}` has no figure for {', '.join(gaps)}"
        what = f"{what}, so nothing can be scaled by it"
        raise AllocationError(Problem(what, column.table, column=column.name))
    return sizes


def _weighted(weights: Sequence[float], *values: Mapping[str, float]) -> ByUnit:
    """Return each unit's weighted sum; all mappings have the same units in the same order."""
    terms = [[w * x for x in part.values()] for w, part in zip(weights, values, strict=True)]
    return dict(zip(values[0], map(math.fsum, zip(*terms, strict=True)), strict=True))


def _keys(
    rules: _Basis, spread: Mapping[str, _Spread], composite: ByUnit, memory: Memory
) -> ByUnit:
    by = rules.select.by
    if by == "share":
        return composite
    if by != "score":
        return spread[by].shares
    rates = [c for c in rules.criteria if c.scale_by]
    if not rates:
        return memory(dict.fromkeys, tuple(composite), 0.0)
    weights = tuple(c.weight for c in rates)
    return memory(_weighted, weights, *(spread[c.name].normalised for c in rates))
