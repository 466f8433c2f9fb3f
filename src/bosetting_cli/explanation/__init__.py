"""Why a municipality is asked for its number, or not; what would have changed it; the telling.

`explaining` lays out the parts, `changes` and `trials` run the model again, `telling` puts it in
words.
"""

from bosetting_cli.explanation.explaining import explain, explanations, explanations_document
from bosetting_cli.explanation.parts import Explanation

__all__ = ["Explanation", "explain", "explanations", "explanations_document"]
