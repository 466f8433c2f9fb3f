"""What a check has found → a table for each file that has problems, or one document."""

from __future__ import annotations

import textwrap

from bosetting_cli.findings import Finding, shown
from bosetting_cli.studies.validation import Report
from bosetting_cli.tables import Column, Table, json_bytes, kinds
from bosetting_cli.tables.columns import stamp
from bosetting_cli.tables.text import text
from bosetting_cli.words import say, told

_PROSE = kinds.PROSE._replace(least=20)
_RECORD = [
    *(Column("severity"), Column("line")),
    Column("column", of=lambda one: shown(one.column, 1_000) if _named(one) else None),
    Column("position", of=lambda one: None if _named(one) else one.column),
    *(Column("key"), Column("value"), Column("message")),
    Column("expected", of=Finding.remedy),
]


def report_text(report: Report, width: int = 100, lang: str = "en") -> bytes:
    """Return the report for people: a table for each file that has problems.

    Args:
        report: What was found.
        width: Columns to fit into.
        lang: One of `words.LANGUAGES`.
    """
    parts = (
        f"{file}\n{textwrap.indent(text(Table(_columns(lang), problems), width - 2), '  ')}"
        for file, problems in _by_file(report, lang).items()
    )
    return "\n".join(parts).encode("utf-8", "replace")


def report_json(report: Report) -> bytes:
    """Return the report for machines; see docs/input.md for its keys."""
    document = {
        **stamp(),
        **({"region": report.region} if report.region else {}),
        "valid": report.errors == 0,
        "errors": report.errors,
        "warnings": report.warnings,
        "inputs": report.inputs,
        "notes": list(Table(_RECORD, report.notes).records()),
        "files": [
            {"file": file, "problems": list(Table(_RECORD, problems).records())}
            for file, problems in _by_file(report, "en").items()
        ],
    }
    return json_bytes(document)


def summary(report: Report, lang: str = "en") -> str:
    """Return how many problems there are, in one line."""
    counts = {"errors": report.errors, "warnings": report.warnings, "tables": len(report.inputs)}
    return told("validated", lang, **counts)


def _by_file(report: Report, lang: str) -> dict[str, list[Finding]]:
    groups: dict[str, list[Finding]] = {}
    for one in report.problems:
        file = shown(one.file, 1_000) if one.file else say("rules and statistics", lang)
        groups.setdefault(file, []).append(one)
    return groups


def _columns(lang: str) -> list[Column]:
    def problem(one: Finding) -> str:
        mark = f"{say('warning', lang)}: " if one.severity == "warning" else ""
        return mark + one.said(lang)

    return [
        Column("line", say("line", lang), kinds.CODE, _line),
        Column("column", say("column", lang), of=_column),
        Column("value", say("value read", lang), of=lambda one: shown(one.value or "", 14)),
        Column("problem", say("problem", lang), _PROSE, problem),
        Column("expected", say("what was expected", lang), _PROSE, lambda one: one.remedy(lang)),
    ]


def _named(one: Finding) -> bool:
    return isinstance(one.column, str)


def _line(one: Finding) -> str | None:
    position = f":{one.column}" if isinstance(one.column, int) else ""
    return None if one.line is None else f"{one.line}{position}"


def _column(one: Finding) -> str:
    return shown(str(one.key or (one.column if _named(one) else "")), 24)
