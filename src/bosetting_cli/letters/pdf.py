"""A letter's blocks → PDF, by ReportLab; the same bytes for the same blocks."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from bosetting_cli.findings import BosettingError, Problem, install
from bosetting_cli.letters.html import markup

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bosetting_cli.letters.markdown import Block

LOCALES = {"en": "en-GB", "nb": "nb-NO", "nn": "nn-NO"}
_MM = 72 / 25.4
_LINE, _SHADE = "#8a97a3", "#e8f0f8"


class PdfWriter:
    """Writes letters; what they share is made once."""

    def __init__(self, font: Path | None = None) -> None:
        """Prepare the styles.

        Args:
            font: A TrueType font to embed, for letters that the built-in Helvetica lacks.

        Raises:
            BosettingError: The package that writes PDF is missing, or the font is none.
        """
        try:
            from reportlab import rl_config
        except ImportError:
            what = "pdf needs the package reportlab"
            raise BosettingError(Problem(what, hint=install("letters"))) from None
        rl_config.invariant = 1  # no clock in the output
        self._embedded = font is not None
        self._styles = _styles(*_fonts(font))

    def write(self, blocks: Sequence[Block], title: str, lang: str) -> bytes:
        """Return a letter as PDF.

        Raises:
            BosettingError: It has a letter that the built-in font lacks.
        """
        from reportlab.platypus import SimpleDocTemplate

        if not self._embedded:
            _refuse_unknown(blocks, title)
        out = io.BytesIO()
        document = SimpleDocTemplate(
            out,
            pagesize=(210 * _MM, 297 * _MM),
            leftMargin=25 * _MM,
            rightMargin=25 * _MM,
            topMargin=22 * _MM,
            bottomMargin=22 * _MM,
            title=title,
            lang=LOCALES[lang],
        )
        document.build([part for block in blocks for part in self._parts(block)])
        return out.getvalue()

    def _parts(self, block: Block) -> list[Any]:
        from reportlab.platypus import ListFlowable, Paragraph, Spacer

        if block.kind == "table":
            return [self._table(block), Spacer(1, 8)]
        style = self._styles[f"h{block.level}" if block.kind == "heading" else "p"]
        lines = [Paragraph(markup(line, "<br/>"), style) for line in block.lines]
        if block.kind in ("list", "numbered"):
            bullets = "bullet" if block.kind == "list" else "1"
            return [ListFlowable(lines, bulletType=bullets, leftIndent=14, bulletFontSize=9)]
        return lines

    def _table(self, block: Block) -> Any:
        from reportlab.lib.colors import HexColor
        from reportlab.platypus import Paragraph, Table

        rows = [
            [
                Paragraph(markup(cell, "<br/>"), self._styles[side])
                for cell, side in zip(row, block.columns, strict=True)
            ]
            for row in block.rows()
        ]
        width, others = 160 * _MM, len(block.columns) - 1
        first = 0.34 * width if others else width
        widths = [first, *[(width - first) / max(others, 1)] * others]
        look = [
            ("BACKGROUND", (0, 0), (-1, 0), HexColor(_SHADE)),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor(_LINE)),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ]
        return Table(rows, widths, repeatRows=1, hAlign="LEFT", style=look)


def _fonts(path: Path | None) -> tuple[str, str]:
    """Return the names of the plain and the bold font."""
    if path is None:
        return "Helvetica", "Helvetica-Bold"
    from reportlab.lib.fonts import addMapping
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    try:
        pdfmetrics.registerFont(TTFont("letter", str(path)))
    except (OSError, TTFError) as error:
        hint = "expected a TrueType font, such as DejaVuSans.ttf"
        raise BosettingError(Problem(f"is no font: {error}", str(path), hint=hint)) from None
    for bold in (0, 1):
        addMapping("letter", bold, 0, "letter")
    return "letter", "letter"


def _styles(plain: str, bold: str) -> dict[str, Any]:
    from reportlab.lib.styles import ParagraphStyle

    text = ParagraphStyle("p", fontName=plain, fontSize=10.5, leading=14.5, spaceAfter=6)
    head = {"parent": text, "fontName": bold, "keepWithNext": 1}
    cell = ParagraphStyle("left", parent=text, fontSize=9, leading=11.5, spaceAfter=0)
    return {
        "p": text,
        "h1": ParagraphStyle("h1", fontSize=17, leading=21, spaceBefore=10, spaceAfter=8, **head),
        "h2": ParagraphStyle("h2", fontSize=12.5, leading=16, spaceBefore=8, spaceAfter=4, **head),
        "h3": ParagraphStyle("h3", fontSize=11, leading=15, spaceBefore=6, spaceAfter=3, **head),
        "left": cell,
        "right": ParagraphStyle("right", parent=cell, alignment=2),
    }


def _refuse_unknown(blocks: Sequence[Block], title: str) -> None:
    text = "".join(span.text for block in blocks for line in block.lines for span in line)
    missing = sorted({c for c in text if not c.encode("cp1252", "ignore") and not c.isspace()})
    if missing:
        what = f"{title}: the built-in font lacks {' '.join(missing)}"
        raise BosettingError(Problem(what, hint="name a font that has it with --font FILE.ttf"))
