"""A letter's blocks → a Word document, by python-docx; the same bytes for the same blocks."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING, Any

import docx
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from bosetting_cli.letters.template import packaged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bosetting_cli.letters.markdown import Block

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can say
_TEXT, _END = "word/document.xml", "<w:sectPr"  # the page's size ends the text


class WordWriter:
    """Writes letters of one language; what they share is made once."""

    def __init__(self, subject: str, locale: str) -> None:
        """Prepare an empty document.

        Args:
            subject: What all letters are about.
            locale: Their language, which Word checks the spelling by, such as nb-NO.
        """
        document = docx.Document()
        _set_page(document)
        _set_properties(document, subject, locale)
        self._parts = _saved(document)
        self._start, _, self._rest = self._parts[_TEXT].decode().partition(_END)

    def write(self, blocks: Sequence[Block]) -> bytes:
        """Return a letter as a document."""
        lines = packaged("letter.docx.xml.j2").render(blocks=blocks).split("\n")
        text = f"{self._start}{''.join(map(str.strip, lines))}{_END}{self._rest}"
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as file:
            for name, content in {**self._parts, _TEXT: text.encode()}.items():
                file.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED, 1)
        return out.getvalue()


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


def _saved(document: Any) -> dict[str, bytes]:
    """Return the files of which a document consists."""
    relations = document.part.package.rels
    for key in [k for k, r in relations.items() if r.reltype.endswith("/thumbnail")]:
        del relations[key]  # a picture of python-docx's own first page
    out = io.BytesIO()
    document.save(out)
    with zipfile.ZipFile(out) as file:
        return {name: file.read(name) for name in file.namelist()}
