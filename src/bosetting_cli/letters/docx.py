"""A letter's blocks → a Word document, by python-docx; the same bytes for the same blocks."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from bosetting_cli.letters.markdown import Block
from bosetting_cli.letters.template import packaged

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can say
_TEXT, _END = "word/document.xml", "<w:sectPr"  # the page's size ends the text
_MAX_PROPERTY = 255  # letters, by the standard


def writer(subject: str, locale: str, _font: object) -> Callable[[Sequence[Block], str], bytes]:
    """Return what writes letters of one language.

    Args:
        subject: What all letters are about.
        locale: Their language, which Word checks the spelling by, such as nb-NO.
    """
    parts = _empty(subject[:_MAX_PROPERTY], locale)
    start, _, rest = parts[_TEXT].decode().partition(_END)

    def write(blocks: Sequence[Block], _title: str) -> bytes:
        lines = packaged("letter.docx.xml.j2").render(blocks=blocks).split("\n")
        text = f"{start}{''.join(map(str.strip, lines))}{_END}{rest}"
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as file:
            for name, content in {**parts, _TEXT: text.encode()}.items():
                file.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED, 1)
        return out.getvalue()

    return write


def _empty(subject: str, locale: str) -> dict[str, bytes]:
    """Return the files of which a document without text consists."""
    document: Any = docx.Document()
    section, text = document.sections[0], document.styles["Normal"].font
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin = section.bottom_margin = Mm(22)
    text.name, text.size = "Calibri", Pt(11)
    for element in document.styles.element.iter(qn("w:lang")):
        element.set(qn("w:val"), locale)
    properties = document.core_properties
    properties.title, properties.subject, properties.language = subject, subject, locale
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.created = properties.modified = dt.datetime(*_EPOCH)
    relations = document.part.package.rels
    for key in [k for k, r in relations.items() if r.reltype.endswith("/thumbnail")]:
        del relations[key]  # a picture of python-docx's own first page
    out = io.BytesIO()
    document.save(out)
    with zipfile.ZipFile(out) as file:
        return {name: file.read(name) for name in file.namelist()}
