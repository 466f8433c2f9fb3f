"""SVG → PNG, with fonts that travel along, so that the picture is the same on every machine."""

from __future__ import annotations

from pathlib import Path

from bosetting_cli.findings import BosettingError, Problem, install

ZOOM = 2  # pixels per unit of the drawing: sharp on paper and on dense screens


def png(svg: str) -> bytes:
    """Draw SVG as PNG on white, its text in Bitstream Vera, which ReportLab brings along.

    Raises:
        BosettingError: The packages that draw are missing.
    """
    try:
        import reportlab
        import resvg_py
    except ImportError:
        what = "png needs the packages resvg-py and reportlab"
        hint = f"{install('png')}; or write .svg"
        raise BosettingError(Problem(what, hint=hint)) from None
    fonts = Path(reportlab.__file__).parent / "fonts"
    drawn = resvg_py.svg_to_bytes(
        svg_string=svg,
        background="#ffffff",
        zoom=ZOOM,
        skip_system_fonts=True,
        font_files=[str(fonts / name) for name in ("Vera.ttf", "VeraBd.ttf")],
        font_family="Bitstream Vera Sans",
        sans_serif_family="Bitstream Vera Sans",
    )
    return bytes(drawn)
