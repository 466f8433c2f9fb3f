"""What is said of an allocation beside its table: a few lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bosetting_cli.statistics import year_list
from bosetting_cli.words import number

if TYPE_CHECKING:
    from bosetting_cli.result import Allocation


def summary_lines(allocation: Allocation) -> list[str]:
    """Return who asks for how many of whom, by which rules and on which figures."""
    rules = allocation.rules
    asked, eligible = allocation.selected, allocation.eligible
    parts = "".join(f", of whom {number(g.value)} {g.name}" for g in rules.of_which)
    bound = sum(row.at_minimum for row in asked)
    method = next((g.apportionment.method for g in allocation.groups if g.apportionment), None)
    title = f" by {method.title}" if method else ""
    lines = [
        f"{rules.title}" + (f" ({rules.reference})" if rules.reference else ""),
        f"{number(rules.total.value)} people{parts}; {len(asked)} of {len(eligible)} eligible"
        f" municipalities are asked{title}.",
    ]
    if least := rules.minimum.value:
        exactly = sum(row.requested == least for row in asked)
        lines.append(f"Minimum {least}: {exactly} are asked for exactly it; it binds for {bound}.")
    lines.append(f"Figures known on {rules.as_of}: {vintages(allocation)}.")
    lines += [f"{note.kind}: {note.text}" for note in allocation.notes]
    return lines


def vintages(allocation: Allocation) -> str:
    """Return which years each criterion's figures are of."""
    return ", ".join(
        f"{name} {year_list(m.years)}" if m.years else name
        for name, m in allocation.measured.items()
    )
