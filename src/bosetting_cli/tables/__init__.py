"""An allocation, a comparison … → tables; a table → text or bytes of any format."""

from bosetting_cli.tables.rowwise import ROWWISE, harmless, json_bytes, stream
from bosetting_cli.tables.table import Column, Table, listed
from bosetting_cli.tables.writers import FORMATS, SUFFIXES, render

__all__ = [
    "FORMATS",
    "ROWWISE",
    "SUFFIXES",
    "Column",
    "Table",
    "harmless",
    "json_bytes",
    "listed",
    "render",
    "stream",
]
