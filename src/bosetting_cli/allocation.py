"""The way from statistics and rules to requests (docs/model.md, section 2).

Steps 1 to 4, figures and shares, are taken in `standing`, steps 5 to 8 in `decision`; `rows`
lays the decision out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bosetting_cli.decision import decide
from bosetting_cli.result import Allocation
from bosetting_cli.rows import allocation_notes, allocation_rows

if TYPE_CHECKING:
    from bosetting_cli.memory import Memory
    from bosetting_cli.rules import Rules
    from bosetting_cli.statistics import Statistics


def allocate(statistics: Statistics, rules: Rules, memory: Memory | None = None) -> Allocation:
    """Share the total out among municipalities by the rules.

    Args:
        statistics: Figures of all municipalities, from `load_statistics`.
        rules: Rules, from `load_rules`.
        memory: Given to several calls on the same statistics, it makes all but the first quick.

    Returns:
        A row per municipality; the requests of the selected sum exactly to the total.

    Raises:
        DataError: The statistics lack what the rules ask for.
        AllocationError: No allocation meets the rules; the message says by how much they miss.
    """
    decision = decide(statistics, rules, memory)
    return Allocation(
        rules,
        allocation_rows(statistics, rules, decision),
        decision.groups,
        decision.sub_groups,
        decision.standing.measured,
        statistics.inputs,
        tuple(allocation_notes(statistics, rules, decision)),
    )
