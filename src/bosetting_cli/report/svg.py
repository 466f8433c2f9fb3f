"""Drawings: their templates filled, their axes, and SVG → PNG."""

from __future__ import annotations

import functools
import math
from pathlib import Path
from typing import Any

import jinja2

from bosetting_cli import words
from bosetting_cli.findings import BosettingError, finding
from bosetting_cli.words.form import visible

TEMPLATES = Path(__file__).with_name("templates")
# From few to many: lightness falls in even steps, so that order survives colour blindness,
# greyscale and print.
SCALE = ("#d3eeb3", "#8fd4b8", "#45b4c4", "#2189ba", "#2356a4", "#1d1f6b")
# For criteria: Okabe and Ito's palette, less the yellow that white paper swallows.
KINDS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#7a7a7a", "#000000")
_GREYS = {"ink": "#1b2733", "muted": "#5a6773", "grid": "#dfe4e8", "paper": "#ffffff"}
_FONT = "Liberation Sans, Arial, Helvetica, DejaVu Sans, sans-serif"
_SAID = ("say", "title", "name", "percent", "date", "listing", "heading")
ZOOM = 2  # pixels of PNG per unit of the drawing: sharp on paper and on dense screens


def num(value: float) -> str:
    """Return a number as short as SVG allows, with one decimal at most.

    Example:
        >>> num(12.0), num(-0.04), num(3.26)
        ('12', '0', '3.3')
    """
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"num": num, "capital": words.capital}
    environment.globals |= {**_GREYS, "scale": SCALE, "kinds": KINDS, "font": _FONT}
    environment.globals |= {"nice_step": nice_step, "decades": decades}
    return environment


def fill(template: str, lang: str, **values: Any) -> str:
    """Fill a template, all text escaped, with numbers (`n`) and words (`say` …) of a language."""
    said = {key: functools.partial(getattr(words, key), lang=lang) for key in _SAID}
    said["n"] = functools.partial(words.number, lang=lang)
    return visible(_environment().get_template(template).render(values, lang=lang, **said))


def draw(figure: str, lang: str, **values: Any) -> str:
    """Fill the template of a drawing, which names and describes itself to a screen reader."""
    return "".join(map(str.strip, fill(f"{figure}.svg.j2", lang, **values).split("\n")))


def nice_step(span: float, most: int) -> float:
    """Return the smallest of 1, 2, 2.5 and 5 × 10^k that cuts a span into at most so many.

    Example:
        >>> nice_step(1.2, 5), nice_step(565, 6)
        (0.25, 100.0)
    """
    if span <= 0:
        return 1.0
    size = 10.0 ** math.floor(math.log10(span / most))
    steps = (size * factor for factor in (1, 2, 2.5, 5, 10, 20))
    return next(step for step in steps if span <= most * step * (1 + 1e-9))


def decades(low: float, high: float) -> list[float]:
    """Return 1, 2 and 5 × 10^k from low to high, the ticks of a logarithmic axis."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    ticks = [factor * 10.0**k for k in range(first, last + 1) for factor in (1, 2, 5)]
    return [tick for tick in ticks if low <= tick <= high]


def png(svg: str) -> bytes:
    """Draw SVG as PNG on white, its text in Bitstream Vera, which ReportLab brings along.

    Raises:
        BosettingError: The packages that draw are missing.
    """
    try:
        import reportlab
        import resvg_py
    except ImportError:
        raise BosettingError(finding("png needs packages")) from None
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
