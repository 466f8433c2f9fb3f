"""A letter's blocks → HTML."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2

from bosetting_cli.letters.markdown import markup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bosetting_cli.letters.markdown import Block

_PAGE = Path(__file__).with_name("templates") / "letter.html.j2"


def write_html(blocks: Sequence[Block], title: str, lang: str) -> bytes:
    """Return a letter as a page of HTML that needs nothing else."""
    return _page().render(blocks=blocks, title=title, lang=lang).encode()


@functools.cache
def _page() -> jinja2.Template:
    environment = jinja2.Environment(trim_blocks=True, keep_trailing_newline=True)  # noqa: S701
    environment.filters["markup"] = markup  # which escapes, as the title is
    return environment.from_string(_PAGE.read_text(encoding="utf-8"))
