"""Templates of letters: the built-in ones and the user's, with complaints that say which line."""

from __future__ import annotations

import functools
import html
import re
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2 import meta, nodes
from jinja2.defaults import DEFAULT_NAMESPACE
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bosetting_cli.findings import BosettingError, Problem, did_you_mean
from bosetting_cli.letters.markdown import escape, markup
from bosetting_cli.statistics import year_list
from bosetting_cli.statistics.decoding import read_bytes
from bosetting_cli.words import capital, listing, name, number, percent, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

TEMPLATES = Path(__file__).with_name("templates")
MAX_BYTES = 1_000_000
_MARKUP = (".html", ".htm")
_BLANK = re.compile(r"\n{3,}")


def load_template(path: Path | None, lang: str, variables: Sequence[str]) -> jinja2.Template:
    """Read a template; one in HTML escapes by itself what it is filled with.

    Args:
        path: The user's own; the built-in one of the language without it.
        lang: Language of numbers and names.
        variables: What a template may use.

    Raises:
        BosettingError: It can't be read, is not well formed or uses unknown variables and
            filters; all of these, with their lines.
    """
    source = path or TEMPLATES / f"letter.{lang}.md.j2"
    file, environment = str(source), _environment(lang, source, own=path is not None)
    try:
        text = read_bytes(source, file, MAX_BYTES).decode("utf-8-sig")
        tree = environment.parse(text, filename=file)
        if problems := list(_unknown(tree, file, variables)):
            raise BosettingError(problems)
        code = environment.compile(tree, filename=file)
    except UnicodeDecodeError as error:
        what, hint = f"is not UTF-8: {error.reason}", "save it as UTF-8"
        raise BosettingError(Problem(what, file, hint=hint)) from None
    except jinja2.TemplateSyntaxError as error:
        raise BosettingError(Problem(str(error.message), file, error.lineno)) from None
    return environment.template_class.from_code(environment, code, {})


def fill(template: jinja2.Template, variables: Mapping[str, Any]) -> str:
    """Fill a template.

    Raises:
        BosettingError: It asks for what there is not, or fails; with file and line.
    """
    try:
        text = template.render(variables)
    except Exception as error:  # whatever a user's template may raise
        known, file = isinstance(error, jinja2.TemplateError), template.filename
        what = str(error) if known else f"{type(error).__name__}: {error}"
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == file]
        raise BosettingError(Problem(what, file, lines[-1] if lines else None)) from None
    return text if template.environment.autoescape else _BLANK.sub("\n\n", text)


def _unknown(tree: nodes.Template, file: str, variables: Sequence[str]) -> Iterator[Problem]:
    """Yield every variable that there is not, in branches that are never taken too."""
    wanted = meta.find_undeclared_variables(tree) - {*variables, *DEFAULT_NAMESPACE}
    for node in sorted(tree.find_all(nodes.Name), key=lambda node: node.lineno):
        if node.name in wanted:
            wanted.remove(node.name)
            hint = did_you_mean(node.name, variables) or f"there are {', '.join(variables)}"
            what = f"unknown variable `{node.name}`"
            yield Problem(what, file, node.lineno, value=node.name, hint=hint)


def _environment(lang: str, source: Path, *, own: bool) -> jinja2.Environment:
    """Return an environment; a user's template, which may come from anybody, is kept in a box."""
    kind = ImmutableSandboxedEnvironment if own else jinja2.Environment
    marked = any(suffix in _MARKUP for suffix in source.suffixes)
    environment = kind(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=marked,
        finalize=None if marked else _plain,
    )
    environment.filters |= filters(lang)
    return environment


@functools.cache
def packaged(name: str) -> jinja2.Template:
    """Return a template of our own in HTML or XML, whose filters escape what they get."""
    environment = jinja2.Environment(trim_blocks=True, keep_trailing_newline=True)  # noqa: S701
    environment.filters |= {
        "markup": markup,
        "escaped": functools.partial(html.escape, quote=False),
    }
    return environment.from_string((TEMPLATES / name).read_text(encoding="utf-8"))


def _plain(value: Any) -> Any:
    return escape(value) if isinstance(value, str) else value


def filters(lang: str) -> dict[str, Any]:
    """Return how letters write numbers and names in a language."""

    def part(value: float | None, decimals: int = 1) -> str:
        return say("not published", lang) if value is None else percent(value, lang, decimals)

    def amount(value: float | None, unit: str) -> str:
        if value is None or unit == "rate":
            return part(value)
        whole = unit == "persons" or float(value).is_integer()
        return number(value, 0 if whole else 2, lang)

    return {
        "number": lambda value, decimals=0: number(value, decimals, lang),
        "percent": part,
        "amount": amount,
        "listing": lambda words: listing(list(words), lang),
        "term": lambda text: name(text, lang),
        "years": lambda value: year_list(value) if value else "–",
        "capital": capital,
    }
