"""What the page and the letters say, in English, bokmål and nynorsk."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

TEMPLATES = Path(__file__).resolve().parent / "templates"

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "nb": "januar februar mars april mai juni juli august september oktober november desember",
}

# Conditions, indicators and titles of the built-in rules; the user's own stay as they are.
_NAMES: dict[str, tuple[str, str]] = {
    "Settlement requests for 2018": (
        "Anmodning om bosetting i 2018",
        "Oppmoding om busetjing i 2018",
    ),
    "settled refugees in recent years": (
        "bosatt flyktninger de siste årene",
        "busett flyktningar dei siste åra",
    ),
    "requested_minors": (
        "anmodet om enslige mindreårige",
        "oppmoda om einslege mindreårige",
    ),
    "settled": ("bosatte flyktninger", "busette flyktningar"),
    "persons": ("personer", "personar"),
    "rate": ("andel", "del"),
}


@functools.cache
def _phrases() -> dict[str, dict[str, str]]:
    return tomllib.loads((TEMPLATES / "phrases.toml").read_text(encoding="utf-8"))


def phrase(key: str, lang: str = "en") -> str:
    """Return a phrase in a language.

    Raises:
        KeyError: There is no such phrase.
    """
    return _phrases()[key][lang]


def phrases(lang: str) -> dict[str, str]:
    """Return all phrases in a language."""
    return {key: entry[lang] for key, entry in _phrases().items()}


def name(text: str, lang: str = "en") -> str:
    """Return a name of the built-in rules in a language; any other name as it is."""
    if lang == "en" or text not in _NAMES:
        return text
    return _NAMES[text][0 if lang == "nb" else 1]


def date(day: dt.date, lang: str = "en") -> str:
    """Return a day as people write it.

    Example:
        >>> import datetime
        >>> date(datetime.date(2017, 10, 2)), date(datetime.date(2017, 10, 2), "nb")
        ('2 October 2017', '2. oktober 2017')
    """
    months = _MONTHS["en" if lang == "en" else "nb"].split()
    dot = "" if lang == "en" else "."
    return f"{day.day}{dot} {months[day.month - 1]} {day.year}"


def listing(words: list[str], lang: str = "en") -> str:
    """Return words as a list in a sentence.

    Example:
        >>> listing(["size", "work", "schooling"])
        'size, work and schooling'
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {phrase('and', lang)} {words[-1]}"
