"""Apportionment: shares → whole numbers that sum exactly, with what shows that they are right.

    >>> result = apportion([5.2, 3.1, 1.7], 11, minimums=2)
    >>> result.seats.tolist()
    [6, 3, 2]

Knows shares, house size, minimums and maximums; nothing of what is apportioned. Methods and
formulas with their sources: `docs/apportionment.md`.
"""

from __future__ import annotations

from .certificate import Apportionment, Tie, binding
from .methods import METHODS, Divisor, Method, SquareRoot, as_float, resolve_method
from .problem import BadInputError, InfeasibleError
from .solve import apportion, apportion_batch, batch_within
from .verify import VerificationError, verify

__all__ = [
    "METHODS",
    "Apportionment",
    "BadInputError",
    "Divisor",
    "InfeasibleError",
    "Method",
    "SquareRoot",
    "Tie",
    "VerificationError",
    "apportion",
    "apportion_batch",
    "as_float",
    "batch_within",
    "binding",
    "resolve_method",
    "verify",
]
