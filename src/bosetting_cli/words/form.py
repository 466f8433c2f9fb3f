"""The form of words: where they may be broken, and how they begin."""

from __future__ import annotations

import re

SOFT_HYPHEN = "\u00ad"
# Control characters but tab and line feed, marks of direction, half of a pair, no characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def broken(text: str, width: int = 8) -> str:
    r"""Break a heading at its line breaks or spaces, then at soft hyphens, then anywhere.

    Args:
        text: The heading; one with line breaks of its own keeps its spaces.
        width: How long a word without soft hyphens may be.

    Example:
        >>> broken("employ\u00adment rate").split("\n")
        ['employ-', 'ment', 'rate']
    """
    lines = []
    for word in text.split("\n") if "\n" in text else text.split(" "):
        parts = word.split(SOFT_HYPHEN)
        if len(parts) == 1 and len(word) > width and "\n" not in text:
            parts = [word[i : i + width] for i in range(0, len(word), width)]
        lines += [*(f"{part}-" for part in parts[:-1]), parts[-1]]
    return "\n".join(line for line in lines if line)


def capital(text: str) -> str:
    """Return text with a capital first letter.

    Example:
        >>> capital("what each criterion gives")
        'What each criterion gives'
    """
    return text[:1].upper() + text[1:]


def visible(text: str) -> str:
    r"""Return text without what steers a terminal, turns its direction or is no letter at all.

    Example:
        >>> visible("a\x1b[31m\u202eb\n")
        'a[31mb\n'
    """
    return _UNSEEN.sub("", text)
