"""The model: from statistics and rules to requests, one function a section of docs/model.md."""

from bosetting_cli.model.allocation import allocate, decide
from bosetting_cli.model.draws import Draws, draws
from bosetting_cli.model.result import Allocation

__all__ = ["Allocation", "Draws", "allocate", "decide", "draws"]
