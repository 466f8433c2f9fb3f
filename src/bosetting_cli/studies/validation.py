"""Rules and statistics checked as far as can be, every problem in one report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bosetting_cli.findings import BosettingError, Finding, finding, weighed
from bosetting_cli.resources import data_dir
from bosetting_cli.result import allocate
from bosetting_cli.rules import Rules, load_rules, override
from bosetting_cli.rules.fitting import check_figures
from bosetting_cli.statistics import Statistics
from bosetting_cli.statistics.constraints import DECLARED
from bosetting_cli.statistics.controls import unguarded
from bosetting_cli.statistics.descriptions import read_description
from bosetting_cli.statistics.lists import read_saved
from bosetting_cli.statistics.loading import read, sorted_problems
from bosetting_cli.statistics.names import find_county
from bosetting_cli.statistics.plausibility import IMPLAUSIBLE

_EFFECTS = 5  # of so many figures it is told what they do


@dataclass(frozen=True, slots=True)
class Report:
    """What a check has found.

    Attributes:
        problems: Errors and warnings in the order of the files.
        inputs: File of statistics → SHA-256 of its bytes, as far as they could be read.
        notes: What is no problem, but to be known: that nothing guards the figures.
        statistics: The statistics, as far as they could be read.
        region: The county that is shown; empty if all are.
        hidden: What is wrong in rows of other counties.
    """

    problems: tuple[Finding, ...]
    inputs: dict[str, str]
    notes: tuple[Finding, ...] = ()
    statistics: Statistics | None = None
    region: str = ""
    hidden: tuple[Finding, ...] = ()

    @property
    def errors(self) -> int:
        """How many problems are errors."""
        return sum(p.severity == "error" for p in (*self.problems, *self.hidden))

    @property
    def warnings(self) -> int:
        """How many are warnings."""
        return len(self.problems) + len(self.hidden) - self.errors


def of_region(report: Report, region: str) -> Report:
    """Return a report that hides what stands in rows of other counties' municipalities.

    Raises:
        BosettingError: There is no such county.
    """
    if report.statistics is None:
        return report
    known, columns = report.statistics.municipalities, report.statistics.columns.values()
    name = find_county(region, (m.fylke for m in known))
    others = [m.kommunenummer for m in known if m.fylke != name]
    elsewhere = {
        (column.table, line)
        for column in columns
        if column.rows
        for year in column.figures
        for unit in others
        for line in column.rows.lines_of(unit, year)
    }
    shown = tuple(p for p in report.problems if (p.file, p.line) not in elsewhere)
    hidden = tuple(p for p in report.problems if (p.file, p.line) in elsewhere)
    return replace(report, problems=shown, hidden=hidden, region=name)


def validate(
    data: Path | None = None,
    rules_file: Path | None = None,
    *,
    add: Sequence[Path] = (),
    at_least: Path | None = None,
    strict: bool = False,
) -> Report:
    """Check rules, statistics and both together.

    A mistake in a column or table that the rules don't read is a warning.

    Args:
        data: Folder or file of statistics; the packaged ones by default.
        rules_file: Rules; the packaged ones of 2018 by default.
        add: Own tables that are laid over the statistics.
        at_least: An earlier allocation, of whose numbers the rules make minimums.
        strict: Make errors of all warnings.
    """
    problems: list[Finding] = []
    rules = _rules(rules_file, at_least, problems)
    whole, statistics = _statistics(data, add, rules, problems)
    inputs = dict(whole.inputs) if whole else {}
    if rules is not None and statistics is not None:
        problems += _together(statistics, rules, sound=not _errors(problems))
        problems = _with_effects(problems, statistics, rules)
    files = [str(rules_file)] if rules_file else []
    root = data_dir() if data is None else data
    found = sorted_problems(weighed(problems, strict=strict), [*files, str(root), *inputs])
    notes = unguarded(read_description(root, []), root) if inputs and root.is_dir() else ()
    return Report(tuple(found), inputs, tuple(notes), whole)


def _rules(path: Path | None, at_least: Path | None, problems: list[Finding]) -> Rules | None:
    try:
        rules = load_rules(path, notes=problems)
        if at_least is None:
            return rules
        earlier = read_saved(at_least)
        problems += earlier.notes
        return override(rules, at_least=earlier.requested)
    except BosettingError as error:
        problems += error.problems
        return None


def _statistics(
    data: Path | None, add: Sequence[Path], rules: Rules | None, problems: list[Finding]
) -> tuple[Statistics | None, Statistics | None]:
    """Read all columns, then those that the rules read: what only the first minds, is a warning."""
    whole, found = read(data, None, add)
    needed, serious = (None, found) if rules is None else read(data, rules.indicators(), add)
    problems += (
        # other commands only warn of what is against the description
        replace(one, severity="error") if one.kind == DECLARED else one
        for one in serious
    )
    told = {replace(one, severity="") for one in serious}
    problems += (
        replace(one, severity="warning") for one in found if replace(one, severity="") not in told
    )
    return whole, needed


def _together(statistics: Statistics, rules: Rules, *, sound: bool) -> list[Finding]:
    """Compare figures and rules, and if nothing is wrong, see whether there is an allocation."""
    problems = check_figures(statistics, rules)
    if sound and not _errors(problems):
        try:
            allocate(statistics, rules)
        except BosettingError as error:
            problems += error.problems
    return problems


def _errors(problems: list[Finding]) -> bool:
    return any(problem.severity == "error" for problem in problems)


# --- what an odd figure does -----------------------------------------------------------------


def _with_effects(
    problems: Sequence[Finding], statistics: Statistics, rules: Rules
) -> list[Finding]:
    """Add to the first implausible figures what they do to the numbers asked."""
    odd = [one for one in problems if one.kind == IMPLAUSIBLE and "low" in dict(one.values)]
    read_here = [one for one in odd if one.column in statistics.columns][:_EFFECTS]
    try:
        asked = _asked(statistics, rules) if read_here else {}
        effects = {one: _effect(one, statistics, rules, asked) for one in read_here}
    except BosettingError:  # there is no allocation, which has been said
        return list(problems)
    return [
        replace(one, values=(*one.values, ("remedy", effects[one]))) if one in effects else one
        for one in problems
    ]


def _effect(
    problem: Finding, statistics: Statistics, rules: Rules, asked: Mapping[str, int]
) -> Finding:
    """Return how the numbers would be with the nearest figure that would be expected."""
    values: dict[str, Any] = dict(problem.values)
    code, year = str(values["who"]).partition(" ")[0], values["year"] or None
    expected = values["low" if float(values["figure"]) < values["low"] else "high"]
    column = statistics.columns[str(problem.column)]
    figures = {**column.figures, year: {**column.figures[year], code: (expected,)}}
    columns = {**statistics.columns, column.name: replace(column, figures=figures)}
    then = _asked(replace(statistics, columns=columns), rules)
    others = sum(then[unit] != number for unit, number in asked.items() if unit != code)
    numbers = {"asked": asked[code], "then": then[code], "others": others}
    return finding("effect of a figure", numbers, expected=expected)


def _asked(statistics: Statistics, rules: Rules) -> dict[str, int]:
    requested = allocate(statistics, rules).decision.requested[0]
    return dict(zip(statistics.units, requested.tolist(), strict=True))
