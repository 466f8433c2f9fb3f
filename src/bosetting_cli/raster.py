"""SVG → PNG."""

from __future__ import annotations

from bosetting_cli.errors import BosettingError, Problem

ZOOM = 2  # pixels per unit of the drawing: sharp on paper and on dense screens
_PROBE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20" width="20" height="20">'
    '<text x="2" y="16" font-family="sans-serif" font-size="14">{}</text></svg>'
)


def png(svg: str) -> bytes:
    """Draw SVG as PNG on white.

    Raises:
        BosettingError: The package that draws, or every font, is missing.
    """
    try:
        import resvg_py
    except ImportError:
        hint = "pip install 'bosetting[png]', or write .svg"
        raise BosettingError(Problem("png needs the package resvg-py", hint=hint)) from None
    blank, written = (
        bytes(resvg_py.svg_to_bytes(svg_string=_PROBE.format(word))) for word in ("", "A")
    )
    if blank == written:
        hint = "install one, such as DejaVu or Liberation, or write .svg"
        raise BosettingError(Problem("png needs a font, and the system has none", hint=hint))
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, background="#ffffff", zoom=ZOOM))
