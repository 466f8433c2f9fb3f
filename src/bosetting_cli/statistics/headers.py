"""What columns are called: the names used here, and what people call them."""

from __future__ import annotations

import re
import unicodedata

KEY, YEAR, PART = "kommunenummer", "year", "former_kommunenummer"
NAME, COUNTY = "municipality", "fylke"

_WORDS = {
    KEY: "kommunenr, kommune nr, kommune nummer, komm nr, komnr, knr, kommunekode, "
    "municipality number, municipality no, municipality code",
    PART: "tidligere kommunenummer, tidligere kommunenr, gammelt kommunenummer",
    NAME: "kommune, kommunenavn, kommunens navn, municipality name",
    COUNTY: "fylkesnavn, county, county name",
    YEAR: "år, aar, årstall, årgang",
    "total": "totalt, i alt, sum, antall",
    "population": "innbyggere, innbyggertall, antall innbyggere, folketall, folkemengde, "
    "befolkning, inhabitants",
    "population_15_74": "innbyggere 15 74, innbyggere 15 74 år",
    "employed_residents": "sysselsatte, sysselsatte etter bosted, employed",
    "residents_15_74": "bosatte 15 74, bosatte 15 74 år, personer 15 74 år",
    "settled": "bosatt, bosatte, bosatte flyktninger, settled refugees",
    "requested": "anmodet, anmodning, anmodninger, anmodet antall",
    "decided": "vedtatt, vedtak, vedtatt antall",
    "requested_minors": "anmodet enslige mindreårige, anmodning enslige mindreårige",
    "participants": "deltakere, deltakere i introduksjonsprogram",
    "leavers": "avsluttet, avsluttet introduksjonsprogram, avsluttede deltakere",
}
# Name used here → other headers that mean it, compared without case, and with every run of
# blanks, dots, hyphens and underscores as one blank. docs/input.md shows this table.
ALIASES = {name: tuple(others.split(", ")) for name, others in _WORDS.items()}
# Statbank's headers for the column of municipalities; taken so only where no better one is.
WEAK_KEYS = frozenset(("region", "kommune", "municipality"))

_GAPS = re.compile(r"[\s_.\-\u2010-\u2014]+")


def folded(header: str) -> str:
    """Return a header as it is compared.

    Example:
        >>> folded(" Kommune-Nr. ")
        'kommune nr'
    """
    return _GAPS.sub(" ", unicodedata.normalize("NFKC", header).casefold()).strip()


_CANONICAL = {
    folded(name): canonical
    for canonical, others in ALIASES.items()
    for name in (canonical, *others)
}


def canonical(header: str) -> str:
    """Return the name used here for a column; a header that is not known, as it stands.

    Example:
        >>> canonical("Innbyggertall"), canonical("År"), canonical("my own figures")
        ('population', 'year', 'my own figures')
    """
    if header in ALIASES:
        return header
    return _CANONICAL.get(folded(header), unicodedata.normalize("NFC", header))
