"""Writing SVG: elements, numbers and axes, with everything that is text escaped."""

from __future__ import annotations

import math
from html import escape

# Light colours, as attributes: they serve where no style sheet does. The page's style sheet
# replaces them, by class, for the dark scheme.
INK, MUTED, GRID, PAPER = "#1b2733", "#5a6773", "#dfe4e8", "#ffffff"
# From few to many: lightness falls in even steps, so that order survives colour blindness,
# greyscale and print.
SCALE = ("#d3eeb3", "#8fd4b8", "#45b4c4", "#2189ba", "#2356a4", "#1d1f6b")
# For criteria: Okabe and Ito's palette, less the yellow that white paper swallows.
KINDS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#7a7a7a", "#000000")
FONT = "Liberation Sans, Arial, Helvetica, DejaVu Sans, sans-serif"


def num(value: float, decimals: int = 1) -> str:
    """Return a number as short as SVG allows.

    Example:
        >>> num(12.0), num(-0.04), num(3.25, 2)
        ('12', '0', '3.25')
    """
    text = f"{value:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def element(name: str, *children: str, **attributes: str | float | None) -> str:
    """Return an element; attributes are escaped, children are SVG already.

    A trailing underscore is dropped from an attribute's name and the others become hyphens;
    an attribute that is None is left out.

    Example:
        >>> element("text", text("<b>"), x=1.25, text_anchor="end")
        '<text x="1.2" text-anchor="end">&lt;b&gt;</text>'
    """
    parts = [name]
    for key, value in attributes.items():
        if value is not None:
            shown = num(value) if isinstance(value, int | float) else escape(value)
            parts.append(f'{key.rstrip("_").replace("_", "-")}="{shown}"')
    opening = " ".join(parts)
    return f"<{opening}>{''.join(children)}</{name}>" if children else f"<{opening}/>"


def text(value: str) -> str:
    """Return text as the content of an element."""
    return escape(value, quote=False)


def mark(name: str, tip: str, **attributes: str | float | None) -> str:
    """Return an element that says something when it is pointed at."""
    return element(name, element("title", text(tip)), **attributes)


def tick(x: float, y: float, value: str, anchor: str, class_: str = "t u") -> str:
    """Return a number at an axis."""
    return label(x, y, value, anchor, class_=class_, fill=MUTED, font_size="11")


def label(x: float, y: float, value: str, anchor: str = "start", **attributes: str | None) -> str:
    """Return a piece of text at a place: its anchor is start, middle or end."""
    given = {"class_": "t", "fill": INK, **attributes}
    side = None if anchor == "start" else anchor
    return element("text", text(value), x=x, y=y, text_anchor=side, **given)


def line(x1: float, y1: float, x2: float, y2: float, **attributes: str | None) -> str:
    """Return a straight line, by default one of the grid."""
    given = {"class_": "g", "stroke": GRID, **attributes}
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, **given)


def drawing(width: float, height: float, title: str, description: str, *parts: str) -> str:
    """Return a whole drawing, which names and describes itself to a screen reader."""
    return element(
        "svg",
        element("title", text(title)),
        element("desc", text(description)),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {num(width)} {num(height)}",
        role="img",
        aria_label=f"{title}. {description}",
        font_family=FONT,
        font_size="13",
    )


def nice_step(span: float, most: int) -> float:
    """Return the smallest of 1, 2, 2.5 and 5 × 10^k that cuts a span into at most so many.

    Example:
        >>> nice_step(1.2, 5), nice_step(565, 6)
        (0.25, 100.0)
    """
    if span <= 0:
        return 1.0
    size = 10.0 ** math.floor(math.log10(span / most))
    return next(
        size * factor
        for factor in (1, 2, 2.5, 5, 10, 20)
        if span <= most * size * factor * (1 + 1e-9)
    )


def decades(low: float, high: float) -> list[float]:
    """Return 1, 2 and 5 × 10^k from low to high, the ticks of a logarithmic axis."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    ticks = [factor * 10.0**k for k in range(first, last + 1) for factor in (1, 2, 5)]
    return [tick for tick in ticks if low <= tick <= high]
