"""Words of tables for people, in English and both forms of Norwegian."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bosetting_cli.rules import Criterion, SubGroup

LANGUAGES = ("en", "nb", "nn")
SOFT_HYPHEN = "\u00ad"

_LABELS: dict[str, tuple[str, str, str]] = {
    "rank": ("rank", "plass", "plass"),
    "kommunenummer": ("no.", "nr.", "nr."),
    "municipality": ("municipality", "kommune", "kommune"),
    "fylke": ("fylke", "fylke", "fylke"),
    "population": ("popu\u00adlation", "folke\u00adtall", "folke\u00adtal"),
    "status": ("status", "status", "status"),
    "reason": ("reason", "grunn", "grunn"),
    "requested": ("re\u00adquested", "anmodet", "oppmoda"),
    "of whom": ("of whom", "herav", "av desse"),
    "from": ("from", "fra", "frå"),
    "at minimum": ("min.", "min.", "min."),
    "eligible": ("eligible", "aktuelle", "aktuelle"),
    "asked": ("asked", "spurte", "spurde"),
    "per 1,000": ("per 1,000", "per 1 000", "per 1 000"),
    "total": ("total", "i alt", "i alt"),
    "selected": ("selected", "spurt", "spurd"),
    "not selected": ("not selected", "ikke spurt", "ikkje spurd"),
    "not eligible": ("not eligible", "ikke aktuell", "ikkje aktuell"),
    "minimum binds": (
        "* the minimum binds: rounding alone would have given fewer",
        "* minstetallet avgjør: avrunding alene ville gitt færre",
        "* minstetalet avgjer: avrunding åleine ville gitt færre",
    ),
    "smallest": ("least", "færrest", "færrast"),
    "largest": ("most", "flest", "flest"),
    "two steps": (
        "Step 1: the rules give each fylke its number. Step 2: it is shared out within the fylke.",
        "Trinn 1: reglene gir hvert fylke sitt tall. Trinn 2: det fordeles innen fylket.",
        "Steg 1: reglane gjev kvart fylke sitt tal. Steg 2: det blir fordelt innan fylket.",
    ),
    "two steps by key": (
        "Step 1: a key gives each fylke its number. Step 2: it is shared out within the fylke.",
        "Trinn 1: en nøkkel gir hvert fylke sitt tall. Trinn 2: det fordeles innen fylket.",
        "Steg 1: ein nøkkel gjev kvart fylke sitt tal. Steg 2: det blir fordelt innan fylket.",
    ),
    "change": ("change", "endring", "endring"),
    "enters": ("enters", "kommer til", "kjem til"),
    "leaves": ("leaves", "faller ut", "fell ut"),
    "rises": ("rises", "får flere", "får fleire"),
    "falls": ("falls", "får færre", "får færre"),
    "same": ("same", "som før", "som før"),
    "scenario": ("scenario", "scenario", "scenario"),
    "employment": ("em\u00adploy\u00adment", "syssel\u00adsetting", "syssel\u00adsetjing"),
    "introduction programme": (
        "introduction programme",
        "introduksjonsprogram",
        "introduksjonsprogram",
    ),
    "unaccompanied minors": (
        "unaccompanied minors",
        "enslige mindreårige",
        "einslege mindreårige",
    ),
}


# Headings of narrow columns, where the full name would take five lines.
_SHORT: dict[str, tuple[str, str, str]] = {
    "introduction programme": ("intro prog.", "intro- program", "intro- program"),
    "unaccompanied minors": ("minors", "mindre\u00adårige", "mindre\u00adårige"),
}


def label(word: str, lang: str = "en", *, hyphens: bool = False) -> str:
    """Return a word of the tables in a language; a word without translation as it is.

    Args:
        word: The English word or name.
        lang: One of `LANGUAGES`.
        hyphens: Keep the soft hyphens that say where a heading may be broken.
    """
    words = _LABELS.get(word)
    text = words[LANGUAGES.index(lang)] if words else word
    return text if hyphens else text.replace(SOFT_HYPHEN, "")


def title(item: Criterion | SubGroup, lang: str) -> str:
    """Return a criterion's or sub-group's name: its title in the rules, else translated."""
    given = item.title if lang == "en" else item.title_nb
    return given or label(item.name, lang)


def heading(item: Criterion | SubGroup, lang: str) -> str:
    """Return a criterion's or sub-group's heading for a narrow column, on several lines."""
    given = item.title if lang == "en" else item.title_nb
    short = _SHORT.get(item.name)
    if given is None and short is not None:
        given = short[LANGUAGES.index(lang)]
    return broken(given or label(item.name, lang, hyphens=True))


def broken(text: str, width: int = 8) -> str:
    r"""Break a heading at spaces, then at soft hyphens, words longer than a width anywhere.

    Example:
        >>> broken("employ\u00adment rate").split("\n")
        ['employ-', 'ment', 'rate']
    """
    lines = []
    for word in text.split():
        if len(word) <= width and SOFT_HYPHEN not in word:
            lines.append(word)
            continue
        parts = word.split(SOFT_HYPHEN)
        if len(parts) == 1:
            parts = [word[i : i + width] for i in range(0, len(word), width)]
        lines += [*(f"{part}-" for part in parts[:-1]), parts[-1]]
    return "\n".join(lines)


def number(value: float | None, decimals: int = 0, lang: str = "en") -> str:
    """Return a number as people write it; 4,400.5 in English, 4 400,5 in Norwegian."""
    if value is None:
        return ""
    text = f"{value:,.{decimals}f}"
    if lang == "en":
        return text
    return text.replace(",", "\u00a0").replace(".", ",")
