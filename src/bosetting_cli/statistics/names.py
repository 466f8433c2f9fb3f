"""Which municipality is meant by a name or a kommunenummer; names as tables have them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from bosetting_cli.findings import BosettingError, Finding, finding, meant, shown
from bosetting_cli.statistics.frame import Municipality
from bosetting_cli.statistics.headers import COUNTY, NAME
from bosetting_cli.statistics.table import Table

# Letters that Unicode does not take apart into a base letter and an accent.
_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "đ": "d", "ŋ": "n", "ŧ": "t", "ß": "ss", "ð": "d", "þ": "th", "ł": "l"}
)
# The years in which a unit existed, as Statbank writes them behind its name.
_SPAN = re.compile(
    r"\s*\((?=[^()]*[0-9]{4})(?:[0-9]{4}|[-–,.\s]|fra|til|from|to|f\.?\s?o\.?\s?m|t\.?\s?o\.?\s?m)+\)$",
    re.IGNORECASE,
)
_LOST = re.compile(r"[^\W\d_]\?|\?[^\W\d_]")


def with_bare_names(table: Table) -> Table:
    """Take years off the names of municipalities and counties, and say where letters are lost."""
    for name in (NAME, COUNTY):
        if name not in table.header:
            continue
        cells, place = table.column(name), table.place(name)
        bare = [_SPAN.sub("", cell) if cell.endswith(")") else cell for cell in cells]
        spans = [i for i, cell in enumerate(cells) if bare[i] != cell]
        lost = [i for i, cell in enumerate(bare) if "?" in cell and _LOST.search(cell)]
        table = table.with_column(name, bare) if spans else table
        for words, rows, shows in (("years in names", spans, cells), ("letters lost", lost, bare)):
            if rows:
                said = {"count": len(rows), "name": shown(bare[rows[0]])}
                table = table.noted(place.told(rows[0], words, shows[rows[0]], **said))
    return table


def fold(name: str) -> str:
    """Return a name without case, accents, punctuation and the word kommune.

    Example:
        >>> fold("Tromsø kommune"), fold("Kárásjohka - Karasjok")
        ('tromso', 'karasjohka karasjok')
    """
    text = unicodedata.normalize("NFKD", name.casefold()).translate(_LETTERS)
    words = re.findall(r"[a-z0-9]+", "".join(c for c in text if not unicodedata.combining(c)))
    return " ".join(word for word in words if word != "kommune")


def name_keys(name: str) -> set[str]:
    """Return the folded forms that a name may be called by.

    A name of two languages may be called by either, one with its county in brackets without.
    """
    bare = re.sub(r"\s*\([^)]*\)", "", name)
    parts = {name, bare, *re.split(r"\s+[-–/]\s+", bare)}
    return {key for part in parts if (key := fold(part))}


def find_municipality(text: str, municipalities: Iterable[Municipality]) -> Municipality:
    """Return the municipality that a kommunenummer or name means.

    Args:
        text: Such as `0301`, `301`, `oslo`, `Vaaler (Hedmark)`, `Tana`.
        municipalities: Those to choose from.

    Raises:
        BosettingError: None is meant, or several; the remedy names the nearest.
    """
    known = list(municipalities)
    number = text.strip()
    if number.isascii() and number.isdigit():
        for municipality in known:
            if municipality.kommunenummer == number.zfill(4):
                return municipality
        raise BosettingError(finding("unknown municipality", cell=text, name=number))
    wanted = fold(number)
    exact = [m for m in known if wanted == fold(m.municipality)]
    found = exact or [m for m in known if wanted in name_keys(m.municipality)]
    if len(found) == 1:
        return found[0]
    if found:
        raise BosettingError(finding("several of this name", name=text, which=_called(found)))
    remedy = finding("one at a time") if "," in text else _near(wanted, known)
    raise BosettingError(finding("unknown municipality", cell=text, name=text, remedy=remedy))


def find_county(text: str, counties: Iterable[str]) -> str:
    """Return the county that a name in any case means, one of two languages or without accents.

    Raises:
        BosettingError: None is meant; the remedy names the meant, and all.
    """
    known = tuple(dict.fromkeys(name for name in counties if name))
    for county in known:
        if fold(text) in {fold(county), *name_keys(county)}:
            return county
    raise BosettingError(no_county(text, known))


def no_county(text: str, counties: Sequence[str], key: str | None = None) -> Finding:
    """Return the complaint about a county that there is none of; its remedy names all others."""
    near, known = meant(text, counties), tuple(counties)
    remedy = finding("near and known", near=near, known=known) if near else None
    return finding("no county", key=key, name=shown(text), known=known, remedy=remedy)


def is_county(text: str, municipalities: Iterable[Municipality]) -> bool:
    """Return whether a name is a county's and no municipality's."""
    known, wanted = list(municipalities), fold(text)
    named = any(wanted in name_keys(m.fylke) for m in known)
    return named and not any(wanted in name_keys(m.municipality) for m in known)


def _called(found: Iterable[Municipality]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{m.municipality} {m.kommunenummer}" for m in found))


def _near(wanted: str, known: Sequence[Municipality]) -> Finding | None:
    """Return the remedy that names those nearest to a misspelt name, if some are near."""
    from difflib import get_close_matches

    by_key = {key: m for m in reversed(known) for key in name_keys(m.municipality)}
    near = get_close_matches(wanted, sorted(by_key), n=3, cutoff=0.6)
    return finding("did you mean", near=_called(by_key[key] for key in near)) if near else None
