"""Rules against the requests that were really made: who, where and how many places differ.

With the counties' sums or the list of those asked taken from the decision, what is left of the
difference shows what each of these steps decided.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bosetting_cli.findings import BosettingError, DataError, finding
from bosetting_cli.resources import data_dir
from bosetting_cli.result import Allocation, allocate
from bosetting_cli.rules import Counties, Rules, Select, Total, replace
from bosetting_cli.rules.fitting import in_one_years_codes
from bosetting_cli.statistics import Statistics
from bosetting_cli.statistics.divisions import known_years, vintage
from bosetting_cli.statistics.lists import actual_years, read_saved
from bosetting_cli.studies.agreement import Agreement, agreement
from bosetting_cli.studies.compare import carried, saved_of

# What is given of the decision, trial by trial: the counties' sums, and the list of those asked.
GIVEN = ((False, False), (True, False), (False, True), (True, True))


@dataclass(frozen=True, slots=True)
class Decided:
    """The requests that were made for a year.

    Attributes:
        year: The year they are for.
        requested: Those asked, kommunenummer → places, in the statistics' codes.
        by_fylke: Every fylke of the statistics → places.
        file: The file they come from.
        sha256: Of its bytes.
    """

    year: int
    requested: Mapping[str, int]
    by_fylke: Mapping[str, int]
    file: str
    sha256: str

    @property
    def total(self) -> int:
        """All places."""
        return sum(self.requested.values())


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of the rules, with some of the decision given.

    Attributes:
        counties: Whether the counties' sums are those decided.
        asked: Whether the list of those asked is the one decided.
        allocation: What the rules give; None if they admit nothing.
        agreement: The rules' requests (a) beside the decision (b).
        error: Why there is no allocation.
    """

    counties: bool
    asked: bool
    allocation: Allocation | None
    agreement: Agreement | None
    error: BosettingError | None = None

    @property
    def problem(self) -> str:
        """Why there is no allocation, in English; empty if there is one."""
        return str(self.error or "")


@dataclass(frozen=True, slots=True)
class Backtest:
    """Rules beside a decision.

    Attributes:
        decided: What was decided.
        trials: With nothing given, with the counties' sums, with the list, and with both.
        allocation: The allocation asked for, one of the trials'.
        agreement: How near it comes.
        counties: Whether it was given the counties' sums.
        asked: Whether it was given the list of those asked.
    """

    decided: Decided
    trials: tuple[Trial, ...]
    allocation: Allocation
    agreement: Agreement
    counties: bool
    asked: bool


def backtest(
    statistics: Statistics,
    rules: Rules,
    year: int = 2018,
    *,
    counties: bool = False,
    asked: bool = False,
    total: int | None = None,
    codes: int | None = None,
) -> Backtest:
    """Compare what rules give with the requests that were made for a year.

    The municipalities are those of that year, or of the statistics if these are later: figures
    and requests are carried over to them. Sub-groups of the total are left out.

    Args:
        statistics: The figures, in any known year's codes.
        rules: The rules; their total is replaced.
        year: The year whose requests to compare with.
        counties: Give each fylke the sum that was decided.
        asked: Ask those that were asked.
        total: How many places; as many as were decided by default.
        codes: The year whose municipalities to compare by.

    Raises:
        BosettingError: There are no requests for the year, something can't be carried over, or
            the rules admit no allocation.
    """
    codes = _codes(statistics, year) if codes is None else codes
    statistics, rules = in_one_years_codes(statistics, rules, codes)
    made = decided(statistics, year, codes)
    places = made.total if total is None else total
    trials = tuple(_trial(statistics, rules, made, places, *given) for given in GIVEN)
    chosen = trials[GIVEN.index((counties, asked))]
    if chosen.error:
        raise chosen.error
    assert chosen.allocation is not None and chosen.agreement is not None  # noqa: S101, PT018
    return Backtest(made, trials, chosen.allocation, chosen.agreement, counties, asked)


def _trial(
    statistics: Statistics, rules: Rules, made: Decided, total: int, counties: bool, asked: bool
) -> Trial:
    try:
        given = _with_decision(rules, made, total, counties=counties, asked=asked)
        result = allocate(statistics, given)
    except BosettingError as error:
        return Trial(counties, asked, None, None, error)
    return Trial(
        counties, asked, result, agreement(saved_of(result, rules.title).requested, made.requested)
    )


def _codes(statistics: Statistics, year: int) -> int:
    """Return whose municipalities to compare by: the year's, or the statistics' if later."""
    newest = max(y for y in known_years() if y <= max(year, known_years()[0]))
    return max(newest, vintage(statistics.units) or newest)


def decided(statistics: Statistics, year: int, codes: int) -> Decided:
    """Read the requests made for a year.

    Args:
        statistics: What municipalities and fylker there are.
        year: The year the requests are for.
        codes: The year whose kommunenummer the statistics have.

    Raises:
        DataError: There are none for the year, or a municipality asked isn't in the statistics.
    """
    path = data_dir() / "reference" / f"requests_{year}.csv"
    if not path.is_file():
        raise DataError(finding("no requests made", year=year, years=actual_years()))
    requested = carried(read_saved(path), codes).requested
    fylke = {m.kommunenummer: m.fylke for m in statistics.municipalities}
    file = f"reference/{path.name}"
    if strange := tuple(sorted(requested.keys() - fylke)):
        values = {"count": len(strange), "codes": strange}
        raise DataError(finding("asked but unknown", values, file=file, column="kommunenummer"))
    by_fylke = dict.fromkeys(fylke.values(), 0)
    for unit, number in requested.items():
        by_fylke[fylke[unit]] += number
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Decided(year, requested, by_fylke, file, digest)


def _with_decision(
    rules: Rules, made: Decided, total: int, *, counties: bool, asked: bool
) -> Rules:
    """Return the rules with the total, and as much of the decision as is given."""
    source = f"as decided for {made.year}"
    changes: dict[str, Any] = {"total": Total(total, source=source), "of_which": ()}
    if counties:
        changes["counties"] = Counties(totals=dict(made.by_fylke), source=source)
    if asked:
        listed = tuple(made.requested)
        changes["select"] = Select(list=listed, by=rules.select.by, source=source)
    return replace(rules, **changes)
