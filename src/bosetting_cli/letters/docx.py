"""A letter's blocks → a Word document, by python-docx; the same bytes for the same blocks."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING, Any

from bosetting_cli.findings import BosettingError, Problem, install

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bosetting_cli.letters.markdown import Block, Span

LOCALES = {"en": "en-GB", "nb": "nb-NO", "nn": "nn-NO"}
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can say
_TEXT = "word/document.xml"


class WordWriter:
    """Writes letters of one language; what they share is made once."""

    def __init__(self, subject: str, lang: str) -> None:
        """Prepare an empty document.

        Args:
            subject: What all letters are about.
            lang: Their language, which Word checks the spelling by.

        Raises:
            BosettingError: The package that writes documents is missing.
        """
        try:
            import docx
        except ImportError:
            what = "docx needs the package python-docx"
            raise BosettingError(Problem(what, hint=install("letters"))) from None
        self._document = docx.Document()
        _set_page(self._document)
        _set_language(self._document, LOCALES[lang])
        _set_properties(self._document.core_properties, subject, LOCALES[lang])
        self._styles = {style.name: style.style_id for style in self._document.styles}
        self._shared = _parts(self._document)

    def write(self, blocks: Sequence[Block]) -> bytes:
        """Return a letter as a document."""
        body = self._document.element.body
        for element in list(body)[:-1]:  # the last holds the page's size
            body.remove(element)
        for block in blocks:
            self._add(block)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as file:
            for name, content in self._shared.items():
                blob = self._document.part.blob if name == _TEXT else content
                file.writestr(zipfile.ZipInfo(name, _EPOCH), blob, zipfile.ZIP_DEFLATED, 1)
        return out.getvalue()

    def _add(self, block: Block) -> None:
        if block.kind == "table":
            _add_table(self._document, block, self._styles["Light List Accent 1"])
            return
        styles = {"list": "List Bullet", "numbered": "List Number"}
        style = f"Heading {block.level}" if block.kind == "heading" else styles.get(block.kind)
        for line in block.lines:
            paragraph = self._document.add_paragraph()
            if style:  # by its id: python-docx searches all styles for a name
                paragraph._p.style = self._styles[style]
            _fill(paragraph, line)


def _set_page(document: Any) -> None:
    from docx.shared import Mm, Pt

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin = section.bottom_margin = Mm(22)
    document.styles["Normal"].font.name = "Calibri"
    document.styles["Normal"].font.size = Pt(11)


def _set_language(document: Any, locale: str) -> None:
    from docx.oxml.ns import qn

    for element in document.styles.element.iter(qn("w:lang")):
        element.set(qn("w:val"), locale)


def _set_properties(properties: Any, subject: str, locale: str) -> None:
    first = dt.datetime(*_EPOCH)
    properties.title, properties.subject, properties.language = subject, subject, locale
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.created = properties.modified = first


def _parts(document: Any) -> dict[str, bytes]:
    relations = document.part.package.rels
    for key in [k for k, r in relations.items() if r.reltype.endswith("/thumbnail")]:
        del relations[key]  # a picture of python-docx's own first page
    out = io.BytesIO()
    document.save(out)
    with zipfile.ZipFile(out) as file:
        return {name: file.read(name) for name in file.namelist()}


def _add_table(document: Any, block: Block, style: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    rows = block.rows()
    table = document.add_table(len(rows), len(block.columns))
    table._tbl.tblPr.style = style
    cells = table._cells  # once: `table.cell` counts all cells each time
    for i, line in enumerate(block.lines):
        paragraph = cells[i].paragraphs[0]
        _fill(paragraph, line)
        if block.columns[i % len(block.columns)] == "right":
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph()


def _fill(paragraph: Any, line: Iterable[Span]) -> None:
    for text, bold in line:
        run = paragraph.add_run(text)  # a newline becomes a line break
        if bold:
            run.bold = True
