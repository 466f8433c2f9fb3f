"""Rules and statistics checked as far as can be, every problem in one report."""

from __future__ import annotations

import json
import textwrap
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import bosetting_cli
from bosetting_cli.findings import BosettingError, Problem, shown, weighed
from bosetting_cli.resources import data_dir
from bosetting_cli.rules import load_rules
from bosetting_cli.rules.fitting import check_figures
from bosetting_cli.statistics.constraints import DECLARED
from bosetting_cli.statistics.controls import unguarded
from bosetting_cli.statistics.descriptions import read_description
from bosetting_cli.statistics.loading import read, sorted_problems
from bosetting_cli.statistics.plausibility import IMPLAUSIBLE
from bosetting_cli.words import told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bosetting_cli.rules import Rules
    from bosetting_cli.statistics import Statistics

SCHEMA_VERSION = 1
TOGETHER = "rules and statistics together"
_COLUMNS = ("line", "column", "value", "problem", "expected")
_LIMITS = (7, 24, 14)
_EFFECTS = 5  # of so many figures it is told what they do


@dataclass(frozen=True, slots=True)
class Report:
    """What a check has found.

    Attributes:
        problems: Errors and warnings in the order of the files.
        inputs: File of statistics → SHA-256 of its bytes, as far as they could be read.
        notes: What is no problem, but to be known: that nothing guards the figures.
    """

    problems: tuple[Problem, ...]
    inputs: dict[str, str]
    notes: tuple[Problem, ...] = ()

    @property
    def errors(self) -> int:
        """How many problems are errors."""
        return sum(problem.severity == "error" for problem in self.problems)

    @property
    def warnings(self) -> int:
        """How many are warnings."""
        return len(self.problems) - self.errors

    def by_file(self) -> dict[str, list[Problem]]:
        """Return the problems of each file."""
        groups: dict[str, list[Problem]] = {}
        for problem in self.problems:
            groups.setdefault(problem.file or TOGETHER, []).append(problem)
        return groups


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
    problems: list[Problem] = []
    rules = _rules(rules_file, problems)
    statistics, inputs = _statistics(data, rules, problems)
    if rules is not None and statistics is not None:
        sound = all(problem.severity == "warning" for problem in problems)
        problems += _together(statistics, rules, sound=sound)
        problems = _with_effects(problems, statistics, rules)
    files = [str(rules_file)] if rules_file else []
    root = data_dir() if data is None else data
    found = sorted_problems(weighed(problems, strict=strict), [*files, str(root), *inputs])
    notes = unguarded(read_description(root, []), root) if inputs and root.is_dir() else ()
    return Report(tuple(found), inputs, tuple(notes))


def _rules(path: Path | None, problems: list[Problem]) -> Rules | None:
    try:
        return load_rules(path, notes=problems)
    except BosettingError as error:
        problems += error.problems
        return None


def _statistics(
    data: Path | None, rules: Rules | None, problems: list[Problem]
) -> tuple[Statistics | None, dict[str, str]]:
    """Read all columns, then those that the rules read: what only the first minds, is a warning."""
    whole, found = read(data, None)
    if rules is None:
        problems += map(_declared, found)
        return None, dict(whole.inputs) if whole else {}
    needed, serious = read(data, rules.indicators())
    problems += map(_declared, serious)
    known = {_without_severity(problem) for problem in serious}
    for problem in found:
        if _without_severity(problem) not in known:
            problems.append(replace(problem, severity="warning"))
    return needed, dict(whole.inputs) if whole else {}


def _declared(problem: Problem) -> Problem:
    """Make an error of what is against the description; other commands only warn of it."""
    return replace(problem, severity="error") if problem.kind == DECLARED else problem


def _without_severity(problem: Problem) -> Problem:
    return replace(problem, severity="")


def _together(statistics: Statistics, rules: Rules, *, sound: bool) -> list[Problem]:
    """Compare figures and rules, and if nothing is wrong, see whether there is an allocation."""
    problems = check_figures(statistics, rules)
    if not sound or any(problem.severity == "error" for problem in problems):
        return problems
    from bosetting_cli.result import allocate

    try:
        allocate(statistics, rules)
    except BosettingError as error:
        problems += error.problems
    return problems


# --- what an odd figure does -----------------------------------------------------------------


def _with_effects(
    problems: Sequence[Problem], statistics: Statistics, rules: Rules
) -> list[Problem]:
    """Add to the first implausible figures what they do to the numbers asked."""
    odd = [one for one in problems if one.kind == IMPLAUSIBLE and "low" in dict(one.values)]
    read_here = [one for one in odd if one.column in statistics.columns][:_EFFECTS]
    try:
        asked = _asked(statistics, rules) if read_here else {}
        hints = {one: _effect(one, statistics, rules, asked) for one in read_here}
    except BosettingError:  # there is no allocation, which has been said
        return list(problems)
    return [replace(one, hint=hints[one]) if one in hints else one for one in problems]


def _effect(
    problem: Problem, statistics: Statistics, rules: Rules, asked: Mapping[str, int]
) -> str:
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
    return told("effect of a figure", expected=expected, **numbers)


def _asked(statistics: Statistics, rules: Rules) -> dict[str, int]:
    from bosetting_cli.result import allocate

    requested = allocate(statistics, rules).decision.requested[0]
    return dict(zip(statistics.units, requested.tolist(), strict=True))


# --- the report written out ------------------------------------------------------------------


def report_json(report: Report) -> bytes:
    """Return the report for machines; see docs/input.md for its keys."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "program": f"bosetting {bosetting_cli.__version__}",
        "valid": report.errors == 0,
        "errors": report.errors,
        "warnings": report.warnings,
        "inputs": report.inputs,
        "notes": [_record(note) for note in report.notes],
        "files": [
            {"file": _printable(file), "problems": [_record(problem) for problem in group]}
            for file, group in report.by_file().items()
        ],
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")


def _record(problem: Problem) -> dict[str, Any]:
    named = isinstance(problem.column, str)
    return {
        "severity": problem.severity,
        "line": problem.line,
        "column": _printable(str(problem.column)) if named else None,
        "position": None if named else problem.column,
        "key": problem.key,
        "value": problem.value,
        "message": problem.message,
        "expected": problem.remedy(),
    }


def report_text(report: Report, width: int = 100) -> bytes:
    """Return the report for people: a table for each file that has problems.

    Args:
        report: What was found.
        width: Columns to fit into.
    """
    parts = [
        f"{_printable(file)}\n{_table(group, width)}\n" for file, group in report.by_file().items()
    ]
    return "\n".join(parts).encode("utf-8", "replace")


def _table(problems: Sequence[Problem], width: int) -> str:
    import tabulate

    rows = [_cells(problem) for problem in problems]
    wide = [max(len(head), *(len(row[i]) for row in rows)) for i, head in enumerate(_COLUMNS)]
    room = width - 2 - sum(wide[:3]) - 2 * (len(_COLUMNS) - 1)
    expected = min(wide[4], max(room - wide[3], room // 2, 20))
    problem = max(room - expected, 20)
    tabulate.MIN_PADDING = 0  # headings need no room beyond the gap between columns
    text = tabulate.tabulate(
        [[*row[:3], _wrapped(row[3], problem), _wrapped(row[4], expected)] for row in rows],
        _COLUMNS,
        tablefmt="simple",
        colalign=["right", "left", "left", "left", "left"],
        disable_numparse=True,
    )
    return textwrap.indent("\n".join(line.rstrip() for line in text.split("\n")), "  ")


def _cells(problem: Problem) -> list[str]:
    line = "" if problem.line is None else str(problem.line)
    column = problem.key or problem.column or ""
    if isinstance(problem.column, int):
        line += f":{problem.column}"
        column = problem.key or ""
    value = "" if problem.value is None else problem.value
    cells = [line, *map(shown, (str(column), value), _LIMITS[1:])]
    mark = "warning: " if problem.severity == "warning" else ""
    return [*cells, mark + problem.message, problem.remedy() or ""]


def _wrapped(text: str, width: int) -> str:
    return "\n".join(
        piece for line in text.split("\n") for piece in textwrap.wrap(line, width) or [""]
    )


def _printable(text: str) -> str:
    return shown(text, 1_000)


def summary(report: Report) -> str:
    """Return how many problems there are, in one line."""
    errors = "1 error" if report.errors == 1 else f"{report.errors} errors"
    warnings = "1 warning" if report.warnings == 1 else f"{report.warnings} warnings"
    tables = "1 table" if len(report.inputs) == 1 else f"{len(report.inputs)} tables"
    return f"{errors}, {warnings}; rules and {tables} checked"
