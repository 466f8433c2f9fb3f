"""A letter's blocks → a Word document, of an empty one; the same bytes for the same blocks."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from html import escape

from bosetting_cli.letters.markdown import Block, Write
from bosetting_cli.letters.template import TEMPLATES, packaged

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can say
_TEXT, _END = "word/document.xml", "<w:sectPr"  # the page's size ends the text
_MAX_PROPERTY = 255  # letters, by the standard


def writer(subject: str, locale: str, _font: object) -> Write:
    """Return what writes letters of one language.

    Args:
        subject: What all letters are about.
        locale: Their language, which Word checks the spelling by, such as nb-NO.
    """
    with zipfile.ZipFile(TEMPLATES / "letter.docx") as file:
        parts = {name: file.read(name).decode() for name in file.namelist()}
    about = escape(subject[:_MAX_PROPERTY], quote=False)
    for name in ("docProps/core.xml", "word/styles.xml"):
        parts[name] = parts[name].replace("LOCALE", locale).replace("SUBJECT", about)
    start, _, rest = parts[_TEXT].partition(_END)

    def write(blocks: Sequence[Block], _title: str) -> bytes:
        lines = packaged("letter.docx.xml.j2").render(blocks=blocks).split("\n")
        text = f"{start}{''.join(map(str.strip, lines))}{_END}{rest}"
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as file:
            for name, content in {**parts, _TEXT: text}.items():
                file.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED, 1)
        return out.getvalue()

    return write
