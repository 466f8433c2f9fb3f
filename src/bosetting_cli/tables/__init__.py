"""An allocation, a comparison … → tables; a table → text or bytes of any format."""

from bosetting_cli.tables.table import Column, Table, listed
from bosetting_cli.tables.writers import FORMATS, SUFFIXES, json_bytes, render, stream

__all__ = ["FORMATS", "SUFFIXES", "Column", "Table", "json_bytes", "listed", "render", "stream"]
