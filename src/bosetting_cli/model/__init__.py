"""The model: from statistics and rules to numbers, one function a section of docs/model.md."""

from bosetting_cli.model.allocation import decide
from bosetting_cli.model.draws import Draws, draws

__all__ = ["Draws", "decide", "draws"]
