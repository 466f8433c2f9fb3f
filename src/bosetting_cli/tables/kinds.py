"""The kinds of values that columns hold: how each stands in a table for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from bosetting_cli.words import number, signed


def _text(value: Any, lang: str) -> str:  # noqa: ARG001 - as all that show a value
    return str(value)


class Kind(NamedTuple):
    """How the values of a column stand in a table for people.

    Attributes:
        align: `left` or `right`.
        show: Value and language → text.
        none: What stands for no value.
        fit: What may be done to fit a width: `cut` (the widest first), `wrap`, or nothing.
        least: How narrow it may be made.
    """

    align: str
    show: Callable[[Any, str], str] = _text
    none: str = ""
    fit: str = ""
    least: int = 10


def decimal(decimals: int, none: str = "") -> Kind:
    """Return the kind of numbers with so many decimals."""
    return Kind("right", lambda value, lang: number(value, decimals, lang), none)


TEXT = Kind("left")
NAME = Kind("left", fit="cut")
PROSE = Kind("left", fit="wrap", least=24)
CODE = Kind("right")
COUNT = decimal(0)
NUMBER = Kind(
    "right", lambda value, lang: f"{value:g}" if lang == "en" else f"{value:g}".replace(".", ",")
)
PLACES = Kind("right", lambda value, lang: number(value, 0, lang) if value else "–", "–")
CHANGE = Kind("right", signed)
PERCENT = Kind("right", lambda value, lang: f"{number(100 * value, 1, lang)} %")
