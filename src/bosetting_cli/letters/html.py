"""A letter's blocks → a page of HTML."""

from __future__ import annotations

from bosetting_cli.letters.markdown import Write
from bosetting_cli.letters.template import packaged


def writer(_subject: str, locale: str, _font: object) -> Write:
    """Return what writes letters of one language, such as nb-NO."""
    page, lang = packaged("letter.html.j2"), locale.partition("-")[0]
    return lambda blocks, title: page.render(blocks=blocks, title=title, lang=lang).encode()
