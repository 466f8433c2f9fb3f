"""Rules and statistics checked as far as can be, every problem in one report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from bosetting_cli.findings import BosettingError, Finding, weighed
from bosetting_cli.resources import data_dir
from bosetting_cli.result import allocate
from bosetting_cli.rules import Rules, load_rules
from bosetting_cli.rules.fitting import check_figures
from bosetting_cli.statistics import Statistics
from bosetting_cli.statistics.constraints import DECLARED
from bosetting_cli.statistics.loading import read, sorted_problems


@dataclass(frozen=True, slots=True)
class Report:
    """What a check has found.

    Attributes:
        problems: Errors and warnings in the order of the files.
        inputs: File of statistics → SHA-256 of its bytes, as far as they could be read.
    """

    problems: tuple[Finding, ...]
    inputs: dict[str, str]

    @property
    def errors(self) -> int:
        """How many problems are errors."""
        return sum(problem.severity == "error" for problem in self.problems)


def validate(
    data: Path | None = None, rules_file: Path | None = None, *, strict: bool = False
) -> Report:
    """Check rules, statistics and both together.

    A mistake in a column or table that the rules don't read is a warning.

    Args:
        data: Folder or file of statistics; the packaged ones by default.
        rules_file: Rules; the packaged ones of 2018 by default.
        strict: Make errors of all warnings.
    """
    problems: list[Finding] = []
    rules = _rules(rules_file, problems)
    statistics, inputs = _statistics(data, rules, problems)
    if rules is not None and statistics is not None:
        problems += _together(statistics, rules, sound=not _errors(problems))
    files = [str(rules_file)] if rules_file else []
    root = data_dir() if data is None else data
    found = sorted_problems(weighed(problems, strict=strict), [*files, str(root), *inputs])
    return Report(tuple(found), inputs)


def _rules(path: Path | None, problems: list[Finding]) -> Rules | None:
    try:
        return load_rules(path, notes=problems)
    except BosettingError as error:
        problems += error.problems
        return None


def _statistics(
    data: Path | None, rules: Rules | None, problems: list[Finding]
) -> tuple[Statistics | None, dict[str, str]]:
    """Read all columns, then those that the rules read: what only the first minds, is a warning."""
    whole, found = read(data, None)
    needed, serious = (None, found) if rules is None else read(data, rules.indicators())
    problems += (
        # other commands only warn of what is against the description
        replace(one, severity="error") if one.kind == DECLARED else one
        for one in serious
    )
    told = {replace(one, severity="") for one in serious}
    problems += (
        replace(one, severity="warning") for one in found if replace(one, severity="") not in told
    )
    return needed, dict(whole.inputs) if whole else {}


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
    return any(problem.severity != "warning" for problem in problems)
