"""One letter for each municipality: asked for how many, or not asked and why."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from bosetting_cli.explanation import Explanation, explanations
from bosetting_cli.explanation.telling import decimals_of_division, why
from bosetting_cli.findings import BosettingError, DataError, Problem, did_you_mean, install
from bosetting_cli.letters.markdown import parse
from bosetting_cli.letters.template import fill, load_template, packaged
from bosetting_cli.result import NOT_SELECTED
from bosetting_cli.statistics.names import fold
from bosetting_cli.tables.rules import vintages
from bosetting_cli.words import date, name, say, title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from bosetting_cli.letters.markdown import Block
    from bosetting_cli.result import Allocation
    from bosetting_cli.rules import Rules
    from bosetting_cli.statistics import Municipality, Statistics

    Writer = Callable[[Sequence[Block], str], bytes]

FORMATS = ("md", "html", "docx", "pdf")
# Of `index.csv`, by which a folder of letters is known again.
COLUMNS = ("kommunenummer", "municipality", "fylke", "status", "requested", "language", "file")
# What a column of the data may call the languages; neutral municipalities get the default.
_LANGUAGES = {
    **dict.fromkeys(("nb", "bokmål", "bokmal", "bokmaal", "b"), "nb"),
    **dict.fromkeys(("nn", "nynorsk", "n"), "nn"),
    **dict.fromkeys(("en", "english", "engelsk"), "en"),
    **dict.fromkeys(("", "nøytral", "neutral", "noytral"), None),
}
_PACKAGES = {"docx": "python-docx", "pdf": "reportlab"}
_LOCALES = {"en": "en-GB", "nb": "nb-NO", "nn": "nn-NO"}
# What a letter may use; docs/letters.md says what each is.
VARIABLES = (
    *(one.name for one in fields(Explanation) if one.name != "changes" and not one.metadata),
    *("lang", "addressee", "why", "behind", "decimals", "decisive"),
    *("country", "rules", "titles", "as_of", "vintages"),
)


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter.

    Attributes:
        kommunenummer: To whom.
        municipality: To whom, by name.
        fylke: County.
        status: `selected`, `not selected` or `not eligible`.
        requested: What it asks for; 0 if it does not.
        lang: Its language.
        file: Name of its file.
        content: What stands in the file.
    """

    kommunenummer: str
    municipality: str
    fylke: str
    status: str
    requested: int
    lang: str
    file: str
    content: bytes

    def record(self) -> dict[str, Any]:
        """Return its line in `index.csv`."""
        return {n: self.lang if n == "language" else getattr(self, n) for n in COLUMNS}


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
    languages = _languages(statistics.municipalities, lang, language_column)
    used = sorted(set(languages.values()))
    templates = {one: load_template(template, one, VARIABLES) for one in used}
    markup = any(one.environment.autoescape for one in templates.values())
    if markup and form != "html":
        hint = "an HTML template serves --format html; write it in Markdown for the others"
        raise BosettingError(Problem(f"is HTML, not Markdown for {form}", str(template), hint=hint))
    plain = markup or form == "md"
    writers = {} if plain else {o: _writer(form, name(rules.title, lang), o, font) for o in used}
    common = {one: _common(statistics, rules, allocation, one) for one in used}
    codes = [code for code in statistics.units if not only or code in only]
    for told in explanations(allocation, codes):
        code, town, own = told.kommunenummer, told.municipality, languages[told.kommunenummer]
        text = fill(templates[own], {**variables(told, rules, own), **common[own]})
        blocks = [] if plain else parse(text)
        content = text.encode() if plain else writers[own](blocks, _title(town, blocks))
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
    return {
        "country": {
            "total": rules.total.value,
            "asked": len(allocation.selected),
            "eligible": len(allocation.eligible),
        },
        "rules": rules,
        "titles": {c.name: title(c, lang) for c in rules.criteria}
        | {group.name: title(group, lang) for group in rules.of_which},
        "as_of": date(rules.as_of, lang),
        "vintages": vintages(statistics, allocation, lang),
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
    parts = [kommunenummer, *fold(municipality).split()]
    return f"{'-'.join(parts)}.{form}"


def _languages(
    municipalities: Iterable[Municipality], lang: str, column: str | None
) -> dict[str, str]:
    """Return each municipality's language.

    Raises:
        DataError: There is no such column, or it says something else; all lines that do.
    """
    if column is None:
        return {m.kommunenummer: lang for m in municipalities}
    languages, problems = {}, []
    for m in municipalities:
        if column not in m.attributes:
            hint = did_you_mean(column, m.attributes) or f"it has {', '.join(m.attributes)}"
            raise DataError(Problem(f"the register has no column `{column}`", hint=hint))
        said = m.attributes[column].strip()
        if said.casefold() in _LANGUAGES:
            languages[m.kommunenummer] = _LANGUAGES[said.casefold()] or lang
            continue
        what = f"{m.kommunenummer} {m.municipality}: `{said}` is no language of a letter"
        hint = "expected nb, nn, en, or empty for the default"
        problems.append(Problem(what, column=column, value=said, hint=hint))
    if problems:
        raise DataError(problems)
    return languages


def _writer(form: str, subject: str, lang: str, font: Path | None) -> Writer:
    """Return what makes a file of the blocks and the title of a letter.

    Raises:
        BosettingError: A package is missing, or the font is none.
    """
    try:
        if form == "docx":
            from bosetting_cli.letters.docx import WordWriter

            word = WordWriter(subject, _LOCALES[lang])
            return lambda blocks, _title: word.write(blocks)
        if form == "pdf":
            from bosetting_cli.letters.pdf import PdfWriter

            return PdfWriter(_LOCALES[lang], font).write
    except ImportError:
        what = f"{form} needs the package {_PACKAGES[form]}"
        raise BosettingError(Problem(what, hint=install("letters"))) from None
    page = packaged("letter.html.j2")
    return lambda blocks, title: page.render(blocks=blocks, title=title, lang=lang).encode()


def _title(municipality: str, blocks: Sequence[Block]) -> str:
    heads = (block.lines[0] for block in blocks if block.level)
    return f"{municipality}: {''.join(span.text for span in next(heads, ()))}"
