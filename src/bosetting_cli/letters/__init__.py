"""One letter for each municipality: asked for how many, or not asked and why."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from bosetting_cli.explanation import Explanation, explanations
from bosetting_cli.explanation.telling import decimals_of_division
from bosetting_cli.explanation.why import why
from bosetting_cli.findings import BosettingError, DataError, Problem, did_you_mean
from bosetting_cli.letters.markdown import parse
from bosetting_cli.result import NOT_SELECTED
from bosetting_cli.statistics.names import fold
from bosetting_cli.tables.rules import vintages
from bosetting_cli.words import date, name, say, title

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from bosetting_cli.letters.markdown import Block
    from bosetting_cli.letters.template import LetterTemplate
    from bosetting_cli.result import Allocation
    from bosetting_cli.rules import Rules
    from bosetting_cli.statistics import Municipality, Statistics

FORMATS = ("md", "html", "docx", "pdf")
# Of `index.csv`, by which a folder of letters is known again.
COLUMNS = (
    "kommunenummer",
    "municipality",
    "fylke",
    "status",
    "requested",
    "language",
    "file",
)
# What a column of the data may call the languages; neutral municipalities get the default.
_LANGUAGES = {
    **dict.fromkeys(("nb", "bokmål", "bokmal", "bokmaal", "b"), "nb"),
    **dict.fromkeys(("nn", "nynorsk", "n"), "nn"),
    **dict.fromkeys(("en", "english", "engelsk"), "en"),
    **dict.fromkeys(("", "nøytral", "neutral", "noytral"), None),
}
# What a letter may use; docs/letters.md says what each is.
VARIABLES = (
    *(field.name for field in fields(Explanation) if field.name != "changes"),
    *(
        "lang",
        "addressee",
        "why",
        "behind",
        "decimals",
        "decisive",
        "country",
        "rules",
        "titles",
        "as_of",
        "vintages",
    ),
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
    templates = _templates(template, form, set(languages.values()))
    writer = _Writer(form, name(rules.title, lang), font)
    common = {used: _common(statistics, rules, allocation, used) for used in templates}
    codes = [code for code in statistics.units if not only or code in only]
    for told in explanations(statistics, rules, allocation, codes):
        code, used = told.kommunenummer, languages[told.kommunenummer]
        text = templates[used].render({**variables(told, rules, used), **common[used]})
        yield Letter(
            code,
            told.municipality,
            told.fylke,
            told.status,
            told.requested,
            used,
            file_name(code, told.municipality, form),
            writer.write(text, templates[used].markup, told.municipality, used),
        )


def index(records: Sequence[Mapping[str, Any]]) -> bytes:
    """Return `index.csv`: a line for each letter."""
    from bosetting_cli.tables import listed, render

    return render(listed(records), "csv")


def variables(explanation: Explanation, rules: Rules, lang: str) -> dict[str, Any]:
    """Return what a letter to one municipality may use, besides what all letters share."""
    known = {n: getattr(explanation, n) for n in VARIABLES if hasattr(explanation, n)}
    rank, cut = explanation.rank or 0, explanation.cut
    behind = rank - cut if explanation.status == NOT_SELECTED and rank > cut else None
    rounding, places, digits = explanation.rounding, 2, 5
    if rounding and rounding.divisor and explanation.quota is not None:
        places, digits = decimals_of_division(explanation.quota, rounding.divisor, 5)
    return known | {
        "decimals": {"quota": places, "divisor": digits},
        "lang": lang,
        "addressee": addressee(explanation.municipality, lang),
        "why": why(explanation, rules, lang),
        "behind": behind,
        "decisive": tuple(c for c in explanation.conditions if not c.met),
    }


def _common(
    statistics: Statistics, rules: Rules, allocation: Allocation, lang: str
) -> dict[str, Any]:
    country = {
        "total": rules.total.value,
        "asked": len(allocation.selected),
        "eligible": len(allocation.eligible),
    }
    return {
        "country": country,
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
        if said.casefold() not in _LANGUAGES:
            what = f"{m.kommunenummer} {m.municipality}: `{said}` is no language of a letter"
            hint = "expected nb, nn, en, or empty for the default"
            problems.append(Problem(what, column=column, value=said, hint=hint))
        else:
            languages[m.kommunenummer] = _LANGUAGES[said.casefold()] or lang
    if problems:
        raise DataError(problems)
    return languages


def _templates(path: Path | None, form: str, languages: set[str]) -> Mapping[str, LetterTemplate]:
    from bosetting_cli.letters.template import load_template

    given = {lang: load_template(path, lang, VARIABLES) for lang in sorted(languages)}
    if form != "html" and any(template.markup for template in given.values()):
        hint = "an HTML template serves --format html; write it in Markdown for the others"
        raise BosettingError(Problem(f"is HTML, not Markdown for {form}", str(path), hint=hint))
    return given


class _Writer:
    """Turns a letter's text into its format."""

    def __init__(self, form: str, subject: str, font: Path | None) -> None:
        self._form = form
        self._subject = subject
        self._word: dict[str, Any] = {}
        if form == "pdf":
            from bosetting_cli.letters.pdf import PdfWriter

            self._pdf = PdfWriter(font)

    def write(self, text: str, markup: bool, municipality: str, lang: str) -> bytes:
        """Return the bytes of a letter."""
        if self._form == "md" or markup:
            return text.encode()
        blocks = parse(text)
        heading = f"{municipality}: {_heading(blocks)}"
        if self._form == "docx":
            return self._word_writer(lang).write(blocks)  # type: ignore[no-any-return]
        if self._form == "pdf":
            return self._pdf.write(blocks, heading, lang)
        from bosetting_cli.letters.html import write_html

        return write_html(blocks, heading, lang)

    def _word_writer(self, lang: str) -> Any:
        if lang not in self._word:
            from bosetting_cli.letters.docx import WordWriter

            self._word[lang] = WordWriter(self._subject, lang)
        return self._word[lang]


def _heading(blocks: Sequence[Block]) -> str:
    heads = (block.lines[0] for block in blocks if block.kind == "heading")
    return "".join(span.text for span in next(heads, ()))
