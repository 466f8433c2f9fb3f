"""The catalogue: key → text in a language, read from the TOML files when first asked for."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bosetting_cli.words.form import SOFT_HYPHEN, broken

if TYPE_CHECKING:
    from collections.abc import Iterable

LANGUAGES = ("en", "nb", "nn")
NAMES, SOURCES = "names", "sources"
# In the order in which a key is looked for: what every command needs stands first.
PARTS = ("tables", NAMES, "explain", "studies", "documents", "findings", SOURCES)


class Named(Protocol):
    """A criterion or sub-group of the rules: its name, and titles that may be given."""

    @property
    def name(self) -> str:
        """What the rules call it."""

    @property
    def title(self) -> str | None:
        """What English tables call it."""

    @property
    def title_nb(self) -> str | None:
        """What Norwegian tables call it."""


@functools.cache
def _source(subject: str) -> str:
    return Path(__file__).with_name(f"{subject}.toml").read_text(encoding="utf-8")


@functools.cache
def part(subject: str) -> dict[str, dict[str, str]]:
    """Return one of `PARTS`: key → language → text, with soft hyphens."""
    import tomllib

    found: dict[str, Any] = tomllib.loads(_source(subject))
    return found


@functools.cache
def sentence(key: str, subject: str = "findings") -> dict[str, str] | None:
    """Return a finding's sentence or a source in each language; None if there is none.

    They are many and a run says few, so that only the lines of this one are parsed.
    """
    import tomllib

    header, text = f'\n["{key}"]\n', _source(subject)
    if (start := text.find(header)) < 0:
        return None
    lines = text[start + len(header) :].partition("\n[")[0]
    return tomllib.loads(lines)


@functools.cache
def _text(key: str, lang: str) -> str:
    """Return a text as it stands in the catalogue.

    Raises:
        KeyError: There is none.
    """
    for subject in PARTS:
        if key in part(subject):
            return part(subject)[key][lang]
    raise KeyError(key)


def unfilled(key: str, lang: str) -> str:
    """Return a text as it stands in the catalogue, without soft hyphens."""
    return _text(key, lang).replace(SOFT_HYPHEN, "")


def say(key: str, lang: str = "en", **values: object) -> str:
    """Return a word or sentence in a language, filled in.

    Args:
        key: Its key in the catalogue.
        lang: One of `LANGUAGES`.
        values: What stands for its `{…}`.

    Raises:
        KeyError: There is none, or a value is lacking.

    Example:
        >>> say("county number", "nb", group="Troms", total=247)
        'Troms har 247 av plassene.'
    """
    return unfilled(key, lang).format(**values)


def texts(subject: str, lang: str = "en", others: Iterable[str] = ()) -> dict[str, str]:
    """Return one of `PARTS`, and other keys, in a language: key → text, not filled in."""
    keys = (*part(subject), *others)
    return {key: unfilled(key, lang) for key in keys}


def name(text: str, lang: str = "en") -> str:
    """Return a name or source of the built-in rules in a language; any other as it is.

    Example:
        >>> name("unaccompanied minors", "nn"), name("schools", "nn")
        ('einslege mindreårige', 'schools')
    """
    found = part(NAMES).get(text) or sentence(text, SOURCES)
    return found[lang].replace(SOFT_HYPHEN, "") if found else text


def title(item: Named, lang: str = "en") -> str:
    """Return a criterion's or sub-group's title in the rules; without one, its name."""
    return _given(item, lang) or name(item.name, lang)


def heading(item: Named | str, lang: str = "en", width: int = 8) -> str:
    """Return a heading for a narrow column, on several lines.

    Args:
        item: A criterion or sub-group, or a key of the catalogue.
        lang: One of `LANGUAGES`.
        width: How long a word without soft hyphens may be.
    """
    if isinstance(item, str):
        return broken(_text(item, lang), width)
    text = _given(item, lang)
    for key in (f"{item.name}, short", item.name):
        if text is None and key in part(NAMES):
            text = _text(key, lang)
    return broken(text or item.name, width)


def every_name(item: Named) -> set[str]:
    """Return what a criterion or sub-group may be called: its name and its titles."""
    return {item.name, *(title(item, lang) for lang in LANGUAGES)}


def _given(item: Named, lang: str) -> str | None:
    """Return the title that the rules give; rules have no nynorsk, the catalogue may."""
    if lang == "nn" and item.title in part(NAMES):
        return name(item.title or "", lang)
    return item.title if lang == "en" else item.title_nb
