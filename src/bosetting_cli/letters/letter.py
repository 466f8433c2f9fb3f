"""One letter for each municipality: asked for how many, or not asked and why."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup

from bosetting_cli.explanation import Explanation, explanations
from bosetting_cli.explanation.telling import decimals_of_division, why
from bosetting_cli.findings import BosettingError, DataError, finding, meant
from bosetting_cli.letters.markdown import Write, parse
from bosetting_cli.letters.template import fill, load_template
from bosetting_cli.result import NOT_SELECTED, Allocation
from bosetting_cli.result.fingerprint import fingerprint
from bosetting_cli.rules import Rules
from bosetting_cli.statistics import Statistics
from bosetting_cli.statistics.names import fold
from bosetting_cli.tables.rules import vintages
from bosetting_cli.words import date, name, say, title
from bosetting_cli.words.form import visible

# What a column of the data may call the languages; neutral municipalities get the default.
_LANGUAGES = {
    **dict.fromkeys(("nb", "bokmål", "bokmal", "bokmaal", "b"), "nb"),
    **dict.fromkeys(("nn", "nynorsk", "n"), "nn"),
    **dict.fromkeys(("en", "english", "engelsk"), "en"),
    **dict.fromkeys(("", "nøytral", "neutral", "noytral"), None),
}
_LOCALES = {"en": "en-GB", "nb": "nb-NO", "nn": "nn-NO"}
NAME = 100  # letters of a file's name: more than any municipality has, and file systems take 255
# What a letter may use; docs/letters.md says what each is.
VARIABLES = (
    *(one.name for one in fields(Explanation) if one.name != "changes" and not one.metadata),
    *("lang", "addressee", "why", "behind", "decimals", "decisive"),
    *("country", "rules", "titles", "as_of", "vintages", "fingerprint"),
)


class Letter(NamedTuple):
    """One letter.

    Attributes:
        kommunenummer: To whom.
        municipality: To whom, by name.
        fylke: County.
        status: `selected`, `not selected` or `not eligible`.
        requested: What it asks for; 0 if it does not.
        language: Its language.
        file: Name of its file.
        content: What stands in the file.
    """

    kommunenummer: str
    municipality: str
    fylke: str
    status: str
    requested: int
    language: str
    file: str
    content: bytes


COLUMNS = Letter._fields[:-1]  # of `index.csv`, by which a folder of letters is known again


def letters(
    statistics: Statistics,
    rules: Rules,
    allocation: Allocation,
    *,
    lang: str = "nb",
    form: str = "md",
    only: Sequence[str] = (),
    template: Path | None = None,
    language_column: str | None = None,
    font: Path | None = None,
) -> Iterator[Letter]:
    """Yield the letters, by kommunenummer.

    Args:
        statistics: What the allocation was made from.
        rules: What it was made by.
        allocation: From `allocate(statistics, rules)`; the figures are `explain`'s.
        lang: Language of those whose data do not say otherwise.
        form: One of `FORMATS`.
        only: Kommunenummer to write to; all without it.
        template: A template instead of the built-in ones.
        language_column: Column of the register that says which language a municipality uses.
        font: TrueType font for PDF.

    Raises:
        BosettingError: The template is wrong, a language is unknown, or a package is missing.
    """
    languages = _languages(statistics, lang, language_column)
    used = sorted(set(languages.values()))
    templates = {one: load_template(template, one, VARIABLES) for one in used}
    markup = any(one.environment.autoescape for one in templates.values())
    if markup and form != "html":
        raise BosettingError(finding("letters of html", form=form, file=str(template)))
    kind = "md" if markup else form  # an HTML template says all that its letters say
    writers = {one: _writer(kind, name(rules.title, lang), one, font) for one in used}
    common = {one: _common(statistics, rules, allocation, one) for one in used}
    codes = [code for code in statistics.units if not only or code in only]
    for told in explanations(allocation, codes):
        code, town, own = told.kommunenummer, told.municipality, languages[told.kommunenummer]
        text = fill(templates[own], {**variables(told, rules, own), **common[own]})
        content = writers[own](text, town)
        file = file_name(code, town, form)
        yield Letter(code, town, told.fylke, told.status, told.requested, own, file, content)


def variables(explanation: Explanation, rules: Rules, lang: str) -> dict[str, Any]:
    """Return what a letter to one municipality may use, besides what all letters share."""
    rank, cut, rounding = explanation.rank or 0, explanation.cut, explanation.rounding
    places, digits = 2, 5
    if rounding and rounding.divisor and explanation.quota is not None:
        places, digits = decimals_of_division(explanation.quota, rounding.divisor, 5)
    return {
        **{n: getattr(explanation, n) for n in VARIABLES if hasattr(explanation, n)},
        "decimals": {"quota": places, "divisor": digits},
        "lang": lang,
        "addressee": addressee(explanation.municipality, lang),
        "why": why(explanation, rules, lang),
        "behind": rank - cut if explanation.status == NOT_SELECTED and rank > cut else None,
        "decisive": tuple(c for c in explanation.conditions if not c.met),
    }


def _common(
    statistics: Statistics, rules: Rules, allocation: Allocation, lang: str
) -> dict[str, Any]:
    """Return what all letters of a language may use."""
    ours = Markup  # "2. oktober" begins no list
    told = vintages(statistics, allocation, lang)
    country = {"total": rules.total.value, "asked": len(allocation.selected)}
    return {
        "country": country | {"eligible": len(allocation.eligible)},
        "rules": rules,
        "titles": {c.name: title(c, lang) for c in rules.criteria}
        | {group.name: title(group, lang) for group in rules.of_which},
        "as_of": ours(date(rules.as_of, lang)),
        "fingerprint": fingerprint(allocation),
        "vintages": [line._replace(dates=ours(line.dates)) for line in told],
    }


def addressee(municipality: str, lang: str = "nb") -> str:
    """Return a municipality as one writes to it, a county in brackets last.

    Example:
        >>> addressee("Våler (Hedmark)"), addressee("Oslo", "en")
        ('Våler kommune (Hedmark)', 'the municipality of Oslo')
    """
    match = re.fullmatch(r"(.*\S)\s*(\([^()]*\))", municipality)
    bare, county = match.groups() if match else (municipality, "")
    return f"{say('addressee', lang, name=bare)} {county}".rstrip()


def file_name(kommunenummer: str, municipality: str, form: str) -> str:
    """Return the name of a letter's file, in plain ASCII.

    Example:
        >>> file_name("2021", "Kárášjohka - Karasjok", "pdf")
        '2021-karasjohka-karasjok.pdf'
    """
    words = "-".join([kommunenummer, *fold(municipality).split()])
    return f"{words[:NAME].rstrip('-')}.{form}"


def _languages(statistics: Statistics, lang: str, column: str | None) -> dict[str, str]:
    """Return each municipality's language.

    Raises:
        DataError: There is no such column, or it says something else; all lines that do.
    """
    if column is None:
        return dict.fromkeys(statistics.units, lang)
    towns = statistics.municipalities
    if lacking := [m for m in towns if column not in m.attributes]:
        known = tuple(lacking[0].attributes)
        remedy = meant(column, known)
        raise DataError(finding("no language column", name=column, names=known, remedy=remedy))
    said = {m.kommunenummer: m.attributes[column].strip() for m in towns}
    problems = [
        finding("no language", {"who": f"{code} {m.municipality}", "said": text}, column=column)
        for m, (code, text) in zip(towns, said.items(), strict=True)
        if text.casefold() not in _LANGUAGES
    ]
    if problems:
        raise DataError(problems)
    return {code: _LANGUAGES[text.casefold()] or lang for code, text in said.items()}


def _writer(form: str, subject: str, lang: str, font: Path | None) -> Callable[[str, str], bytes]:
    """Return what makes a file of a letter's text and of whom it is to.

    Raises:
        BosettingError: A package is missing, or the font is none.
    """
    if form == "md":
        return lambda text, _: text.encode()
    try:
        module = importlib.import_module(f"bosetting_cli.letters.{form}")
    except ImportError:
        raise BosettingError(finding("pdf needs a package")) from None
    write: Write = module.writer(visible(subject), _LOCALES[lang], font)

    def written(text: str, town: str) -> bytes:
        blocks = parse(text)
        heads = (block.lines[0] for block in blocks if block.level)
        title = f"{town}: {''.join(span.text for span in next(heads, ()))}"
        return write(blocks, visible(title))

    return written
