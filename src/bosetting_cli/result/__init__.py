"""What comes out of the model: a row per municipality, notes, frames; made when asked for."""

from bosetting_cli.result.allocation import Allocation, allocate
from bosetting_cli.result.notes import Note
from bosetting_cli.result.rows import NOT_ELIGIBLE, NOT_SELECTED, SELECTED, Group, Row

__all__ = [
    "NOT_ELIGIBLE",
    "NOT_SELECTED",
    "SELECTED",
    "Allocation",
    "Group",
    "Note",
    "Row",
    "allocate",
]
