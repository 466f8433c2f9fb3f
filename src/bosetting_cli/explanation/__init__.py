"""Why a municipality is asked for its number, or not; what would have changed it; the telling.

`explaining` lays out the parts, `changes` and `trials` run the model again, `telling` and `why`
put it in words.
"""

from bosetting_cli.explanation.explaining import (
    explain,
    explained,
    explanations,
    explanations_document,
)
from bosetting_cli.explanation.parts import Explanation

__all__ = ["Explanation", "explain", "explained", "explanations", "explanations_document"]
