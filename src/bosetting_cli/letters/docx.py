"""A letter's blocks → a Word document, by python-docx; the same bytes for the same blocks."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING, Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bosetting_cli.letters.markdown import Block, Span

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can say
_LISTS = {"bullet_list": "List Bullet", "ordered_list": "List Number"}


class WordWriter:
    """Writes letters of one language; what they share is made once."""

    def __init__(self, subject: str, locale: str) -> None:
        """Prepare an empty document.

        Args:
            subject: What all letters are about.
            locale: Their language, which Word checks the spelling by, such as nb-NO.
        """
        self._document = docx.Document()
        _set_page(self._document)
        _set_properties(self._document, subject, locale)
        self._styles = {style.name: style.style_id for style in self._document.styles}
        self._shared = _parts(self._document)

    def write(self, blocks: Sequence[Block]) -> bytes:
        """Return a letter as a document."""
        body = self._document.element.body
        for element in list(body)[:-1]:  # the last holds the page's size
            body.remove(element)
        for block in blocks:
            self._add(block)
        text, out = {"word/document.xml": self._document.part.blob}, io.BytesIO()
        with zipfile.ZipFile(out, "w") as file:
            for name, content in (self._shared | text).items():
                file.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED, 1)
        return out.getvalue()

    def _add(self, block: Block) -> None:
        if block.kind == "table":
            self._add_table(block)
            return
        style = f"Heading {block.level}" if block.level else _LISTS.get(block.kind)
        for line in block.lines:
            paragraph = self._document.add_paragraph()
            if style:  # by its id: python-docx searches all styles for a name
                paragraph._p.style = self._styles[style]
            _fill(paragraph, line)

    def _add_table(self, block: Block) -> None:
        cells = [cell for row in block.rows() for cell in row]
        table = self._document.add_table(len(block.rows()), len(block.columns))
        table._tbl.tblPr.style = self._styles["Light List Accent 1"]
        # `table.cell` counts all cells each time
        for place, (line, side) in zip(table._cells, cells, strict=True):
            _fill(place.paragraphs[0], line)
            if side == "right":
                place.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
        self._document.add_paragraph()


def _set_page(document: Any) -> None:
    section, text = document.sections[0], document.styles["Normal"].font
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin = section.bottom_margin = Mm(22)
    text.name, text.size = "Calibri", Pt(11)


def _set_properties(document: Any, subject: str, locale: str) -> None:
    for element in document.styles.element.iter(qn("w:lang")):
        element.set(qn("w:val"), locale)
    properties = document.core_properties
    properties.title, properties.subject, properties.language = subject, subject, locale
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.created = properties.modified = dt.datetime(*_EPOCH)


def _parts(document: Any) -> dict[str, bytes]:
    relations = document.part.package.rels
    for key in [k for k, r in relations.items() if r.reltype.endswith("/thumbnail")]:
        del relations[key]  # a picture of python-docx's own first page
    out = io.BytesIO()
    document.save(out)
    with zipfile.ZipFile(out) as file:
        return {name: file.read(name) for name in file.namelist()}


def _fill(paragraph: Any, line: Iterable[Span]) -> None:
    for text, bold in line:
        run = paragraph.add_run(text)  # a newline becomes a line break
        if bold:
            run.bold = True
