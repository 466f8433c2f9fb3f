"""A letter's blocks → PDF, by ReportLab; the same bytes for the same blocks."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.fonts import addMapping
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.platypus import ListFlowable, Paragraph, SimpleDocTemplate, Spacer, Table

from bosetting_cli.findings import BosettingError, finding
from bosetting_cli.letters.markdown import Block, Write, markup

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


def writer(_subject: str, locale: str, font: Path | None) -> Write:
    """Return what writes letters of one language.

    Args:
        locale: Their language, such as nb-NO.
        font: A TrueType font to embed, for letters that the built-in Helvetica lacks.

    Raises:
        BosettingError: The font is none; in writing, a letter has what the built-in font lacks.
    """
    rl_config.invariant = 1  # no clock in the output
    styles = _styles(*_fonts(font))

    def write(blocks: Sequence[Block], title: str) -> bytes:
        if font is None:
            _refuse_unknown(blocks, title)
        out = io.BytesIO()
        document = SimpleDocTemplate(out, **_PAGE, title=title, lang=locale)
        document.build([part for block in blocks for part in _parts(block, styles)])
        return out.getvalue()

    return write


def _parts(block: Block, styles: dict[str, ParagraphStyle]) -> list[Any]:
    if block.kind == "table":
        return [_table(block, styles), Spacer(1, 8)]
    style = styles[f"h{block.level}" if block.level else "p"]
    lines = [Paragraph(markup(line, "<br/>"), style) for line in block.lines]
    if not block.kind.endswith("_list"):
        return lines
    bullets = "bullet" if block.kind == "bullet_list" else "1"
    return [ListFlowable(lines, bulletType=bullets, leftIndent=14, bulletFontSize=9)]


def _table(block: Block, styles: dict[str, ParagraphStyle]) -> Table:
    rows = [
        [Paragraph(markup(cell, "<br/>"), styles[side]) for cell, side in row]
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
        raise BosettingError(finding("letters font", why=str(error), file=str(path))) from None
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
        said = {"title": title, "signs": " ".join(missing)}
        raise BosettingError(finding("letters font lacks", said))
