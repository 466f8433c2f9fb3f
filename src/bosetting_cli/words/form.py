"""The form of words: where they may be broken, and how they begin."""

from __future__ import annotations

SOFT_HYPHEN = "\u00ad"


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
