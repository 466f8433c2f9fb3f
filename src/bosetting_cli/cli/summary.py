"""What is said of an allocation beside its table: a few lines for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from bosetting_cli.words import name, told

if TYPE_CHECKING:  # not needed for --help
    from bosetting_cli.findings import Finding
    from bosetting_cli.result import Allocation


def summary_lines(allocation: Allocation, lang: str = "en") -> Iterator[str]:
    """Yield who asks for how many of whom, by which rules and on which figures."""
    from bosetting_cli.statistics import year_list

    rules, allocation, shown = allocation.rules, allocation.whole, allocation
    asked, eligible = allocation.selected, allocation.eligible
    parts = [
        told("summary part", lang, value=g.value, name=name(g.name, lang)) for g in rules.of_which
    ]
    methods = [g.apportionment.method.title for g in allocation.groups if g.apportionment]
    reference = f" ({name(rules.reference, lang)})" if rules.reference else ""
    yield name(rules.title, lang) + reference
    said = {"total": rules.total.value, "asked": len(asked), "eligible": len(eligible)}
    by = told("summary method", lang, name=methods[0]) if methods else ""
    yield told("summary", lang, parts="".join(parts), by=by, **said)
    if least := rules.minimum.value:
        exactly = sum(row.requested == least for row in asked)
        bound = sum(row.at_minimum for row in asked)
        yield told("summary minimum", lang, least=least, exactly=exactly, bound=bound)
    years = [
        f"{name(key, lang)} {year_list(m.years)}" if m.years else name(key, lang)
        for key, m in allocation.measured.items()
    ]
    yield told("summary figures", lang, day=rules.as_of, years=", ".join(years))
    yield from note_lines(shown.notes, lang)


def note_lines(
    notes: Iterable[Finding], lang: str = "en", *, without: str | None = None
) -> Iterator[str]:
    """Yield the kind of each note and what it says.

    Args:
        notes: From an allocation, or of files.
        lang: Language.
        without: A kind to leave out, of which the text tells where it matters.
    """
    yield from (note.of_its_kind(lang) for note in notes if note.kind != without)
