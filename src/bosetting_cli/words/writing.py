"""How people write numbers, dates and lists in each language."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

from bosetting_cli.words.catalogue import name, say, sentence, unfilled

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

# What stands between thousands, and before the decimals.
_MARKS = {
    "en": str.maketrans({}),
    "nb": str.maketrans({",": "\u00a0", ".": ","}),
    "nn": str.maketrans({",": "\u00a0", ".": ","}),
}


def number(value: float | None, decimals: int = 0, lang: str = "en") -> str:
    r"""Return a number as people write it; nothing for None.

    Example:
        >>> number(4400.5, 1), number(4400.5, 1, "nb")
        ('4,400.5', '4\xa0400,5')
    """
    return "" if value is None else f"{value:,.{decimals}f}".translate(_MARKS[lang])


def short(value: float, lang: str = "en") -> str:
    """Return a number with the decimals that it has, ten digits at most.

    Example:
        >>> short(2.5, "nb"), short(10.0, "nb")
        ('2,5', '10')
    """
    return f"{value:,.10g}".translate(_MARKS[lang])


def signed(value: float, lang: str = "en") -> str:
    """Return a whole difference with its sign, a true minus, and none before 0.

    Example:
        >>> signed(3), signed(-1200), signed(0)
        ('+3', '−1,200', '0')
    """
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return sign + number(abs(value), 0, lang)


def percent(value: float, lang: str = "en", decimals: int | None = None) -> str:
    r"""Return a part of 1 in per cent, with a decimal if there is one and nothing is asked for.

    Example:
        >>> percent(0.5), percent(0.125, "nb"), percent(0.5, "en", 2)
        ('50%', '12,5\xa0%', '50.00%')
    """
    shown = number(value * 100, 1 if decimals is None else decimals, lang)
    if decimals is None and shown.endswith("0"):
        shown = shown[:-2]
    return say("per cent sign", lang, number=shown)


def date(day: dt.date, lang: str = "en") -> str:
    """Return a day as people write it.

    Example:
        >>> import datetime
        >>> date(datetime.date(2017, 10, 2)), date(datetime.date(2017, 10, 2), "nb")
        ('2 October 2017', '2. oktober 2017')
    """
    months = say("months", lang).split()
    return say("day", lang, day=day.day, month=months[day.month - 1], year=day.year)


def listing(words: Sequence[str], lang: str = "en") -> str:
    """Return words as a list in a sentence.

    Example:
        >>> listing(["size", "work", "schooling"])
        'size, work and schooling'
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {say('and', lang)} {words[-1]}"


def told(key: str, lang: str = "en", /, **values: object) -> str:
    """Return a finding's sentence, filled in.

    Its places say how: a number as people write it `{…:,}`, or with its noun `{…:row|rows}`; a name
    of the built-in rules `{…:name}`; a part of 1 in per cent `{…:.1%}`; a list with commas, cut off
    after so many `{…:5}`, with a word between two `{…:or}`, or one within pairs `{…:from}`; and
    what is itself a key, or nothing, `{…!t}`. A finding among the values is said in the same
    language, with its place.

    Example:
        >>> told("no room", "nb", name="barn", value=1200, room=8)[:21]
        'barn: 1200 skal boset'
    """
    found = sentence(key)
    text = found[lang] if found else unfilled(key, lang)
    return _Filled(lang, values).format(text, **values)


class _Filled(string.Formatter):
    """Fills numbers, lists and other words of the catalogue in, in a language."""

    def __init__(self, lang: str, values: dict[str, object]) -> None:
        self.lang, self.values = lang, values

    def convert_field(self, value: Any, conversion: Any) -> Any:
        if conversion != "t":
            return super().convert_field(value, conversion)
        return told(value, self.lang, **self.values) if value else ""

    def format_field(self, value: Any, form: str) -> str:
        one, plural, many = form.partition("|")
        if plural:
            return f"{value} {one if value == 1 else many}"
        if form == "name":
            return name(value, self.lang)
        if hasattr(value, "in_short"):
            return str(value.in_short(self.lang))
        if isinstance(value, tuple):
            return self._listed(value, form)
        if form == "," and isinstance(value, int | float):
            whole = value == int(value)
            return number(value, 0, self.lang) if whole else short(value, self.lang)
        if form.endswith("%"):
            return percent(value, self.lang, int(form.strip(".%")))
        if isinstance(value, float):
            return format(value, form).translate(_MARKS[self.lang])
        return format(value, form.strip(","))

    def _listed(self, value: tuple[Any, ...], form: str) -> str:
        if value and isinstance(value[0], tuple):
            return "; ".join(f"{one} {form} {other}" for one, other in value)
        shown = [self.format_field(one, "") for one in value]
        if form in ("and", "or"):
            return f" {say(form, self.lang)} ".join(shown)
        most = int(form or len(value))
        first, more = ", ".join(shown[:most]), len(value) - most
        return told("and more", self.lang, shown=first, more=more) if more > 0 else first


def is_told(key: str) -> bool:
    """Return whether the catalogue has a finding's sentence or remedy."""
    return sentence(key) is not None
