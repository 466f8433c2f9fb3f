"""A letter's blocks → PDF, by ReportLab; the same bytes for the same blocks."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.fonts import addMapping
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.platypus import ListFlowable, Paragraph, SimpleDocTemplate, Spacer, Table

from bosetting_cli.findings import BosettingError, Problem
from bosetting_cli.letters.markdown import markup

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bosetting_cli.letters.markdown import Block

_MM = 72 / 25.4
_PAGE = {
    "pagesize": (210 * _MM, 297 * _MM),
    **dict.fromkeys(("leftMargin", "rightMargin"), 25 * _MM),
    **dict.fromkeys(("topMargin", "bottomMargin"), 22 * _MM),
}
_TABLE = [
    ("BACKGROUND", (0, 0), (-1, 0), HexColor("#e8f0f8")),
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor("#8a97a3")),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
]
# Of headings: size, leading, and the space before and after, in points.
_HEADINGS = {"h1": (17, 21, 10, 8), "h2": (12.5, 16, 8, 4), "h3": (11, 15, 6, 3)}


class PdfWriter:
    """Writes letters of one language; what they share is made once."""

    def __init__(self, locale: str, font: Path | None) -> None:
        """Prepare the styles.

        Args:
            locale: Their language, such as nb-NO.
            font: A TrueType font to embed, for letters that the built-in Helvetica lacks.

        Raises:
            BosettingError: The font is none.
        """
        rl_config.invariant = 1  # no clock in the output
        self._locale, self._embedded = locale, font is not None
        self._styles = _styles(*_fonts(font))

    def write(self, blocks: Sequence[Block], title: str) -> bytes:
        """Return a letter as PDF.

        Raises:
            BosettingError: It has a letter that the built-in font lacks.
        """
        if not self._embedded:
            _refuse_unknown(blocks, title)
        out = io.BytesIO()
        document = SimpleDocTemplate(out, **_PAGE, title=title, lang=self._locale)
        document.build([part for block in blocks for part in self._parts(block)])
        return out.getvalue()

    def _parts(self, block: Block) -> list[Any]:
        if block.kind == "table":
            return [self._table(block), Spacer(1, 8)]
        style = self._styles[f"h{block.level}" if block.level else "p"]
        lines = [Paragraph(markup(line, "<br/>"), style) for line in block.lines]
        if not block.kind.endswith("_list"):
            return lines
        bullets = "bullet" if block.kind == "bullet_list" else "1"
        return [ListFlowable(lines, bulletType=bullets, leftIndent=14, bulletFontSize=9)]

    def _table(self, block: Block) -> Table:
        rows = [
            [Paragraph(markup(cell, "<br/>"), self._styles[side]) for cell, side in row]
            for row in block.rows()
        ]
        width, others = 160 * _MM, len(block.columns) - 1
        first = 0.34 * width if others else width
        widths = [first, *[(width - first) / max(others, 1)] * others]
        return Table(rows, widths, repeatRows=1, hAlign="LEFT", style=_TABLE)


def _fonts(path: Path | None) -> tuple[str, str]:
    """Return the names of the plain and the bold font."""
    if path is None:
        return "Helvetica", "Helvetica-Bold"
    try:
        pdfmetrics.registerFont(TTFont("letter", str(path)))
    except (OSError, TTFError) as error:
        hint = "expected a TrueType font, such as DejaVuSans.ttf"
        raise BosettingError(Problem(f"is no font: {error}", str(path), hint=hint)) from None
    for bold in (0, 1):
        addMapping("letter", bold, 0, "letter")
    return "letter", "letter"


def _styles(plain: str, bold: str) -> dict[str, ParagraphStyle]:
    text = ParagraphStyle("p", fontName=plain, fontSize=10.5, leading=14.5, spaceAfter=6)
    cell = ParagraphStyle("left", text, fontSize=9, leading=11.5, spaceAfter=0)
    styles = [text, cell, ParagraphStyle("right", cell, alignment=2)]
    for name, (size, leading, before, after) in _HEADINGS.items():
        look = {"fontSize": size, "leading": leading, "spaceBefore": before, "spaceAfter": after}
        styles.append(ParagraphStyle(name, text, fontName=bold, keepWithNext=1, **look))
    return {style.name: style for style in styles}


def _refuse_unknown(blocks: Sequence[Block], title: str) -> None:
    text = "".join(span.text for block in blocks for line in block.lines for span in line)
    missing = sorted({c for c in text if not c.encode("cp1252", "ignore") and not c.isspace()})
    if missing:
        what = f"{title}: the built-in font lacks {' '.join(missing)}"
        raise BosettingError(Problem(what, hint="name a font that has it with --font FILE.ttf"))
