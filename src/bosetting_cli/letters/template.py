"""Templates of letters: the built-in ones and the user's, with complaints that say which line."""

from __future__ import annotations

import functools
import html
import re
import traceback
from collections.abc import Iterator, Mapping, Sequence
from numbers import Real
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import meta, nodes
from jinja2.defaults import DEFAULT_NAMESPACE
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bosetting_cli.findings import BosettingError, Finding, finding, meant
from bosetting_cli.letters.markdown import escape, markup
from bosetting_cli.statistics import year_list
from bosetting_cli.statistics.decoding import read_bytes
from bosetting_cli.words import capital, listing, name, number, percent, say
from bosetting_cli.words.form import visible

TEMPLATES = Path(__file__).with_name("templates")
MAX_LENGTH = 1_000_000  # of a template, of a letter and of a text in it
MAX_NUMBER = 10**15
MAX_STEPS = 100_000  # rounds of loops and calls of macros in a letter
_MARKUP = (".html", ".htm")
_BLANK = re.compile(r"\n{3,}")


class _Box(ImmutableSandboxedEnvironment):
    """Where a user's template, which may come from anybody, reaches nothing and takes no time."""

    intercepted_binops = frozenset(("+", "*", "**"))
    steps = 0

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Calculate, unless the number becomes too large or the text too long."""
        of_numbers = isinstance(left, Real) and isinstance(right, Real)
        sizes = (float(v) if isinstance(v, Real) else float(len(v)) for v in (left, right))
        size = abs(self.binop_table[operator](*sizes))
        if size > (MAX_NUMBER if of_numbers else MAX_LENGTH):
            raise OverflowError(f"the result of {operator} is too large")
        return super().call_binop(context, operator, left, right)

    def step(self) -> None:
        """Count a round of a loop or a call of a macro."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise OverflowError(f"more than {MAX_STEPS:,} rounds of loops")

    def counted(self, tree: nodes.Template) -> nodes.Template:
        """Return a template that counts its steps."""
        repeated: list[nodes.For | nodes.Macro] = [*tree.find_all(nodes.For)]
        for node in (*repeated, *tree.find_all(nodes.Macro)):
            step = nodes.Call(nodes.EnvironmentAttribute("step"), [], [], None, None)
            node.body.insert(0, nodes.ExprStmt(step).set_lineno(node.lineno))
        return tree


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
        text = read_bytes(source, file, MAX_LENGTH).decode("utf-8-sig")
        tree = environment.parse(text, filename=file)
        if problems := list(_unknown(tree, file, tuple(variables))):
            raise BosettingError(problems)
        if isinstance(environment, _Box):
            tree = environment.counted(tree)
        code = environment.compile(tree, filename=file)
    except UnicodeDecodeError as error:
        raise BosettingError(finding("letters not utf-8", why=error.reason, file=file)) from None
    except jinja2.TemplateSyntaxError as error:
        raise _failed(str(error.message), file, error.lineno) from None
    return environment.template_class.from_code(environment, code, environment.make_globals(None))


def fill(template: jinja2.Template, variables: Mapping[str, Any]) -> str:
    """Fill a template.

    Raises:
        BosettingError: It asks for what there is not, or fails; with file and line.
    """
    parts: list[str] = []
    size = 0
    if isinstance(template.environment, _Box):
        template.environment.steps = 0
    try:
        for part in template.generate(variables):
            parts.append(part)
            size += len(part)
            if size > MAX_LENGTH:
                raise OverflowError(f"more than {MAX_LENGTH:,} characters in a letter")
    except Exception as error:  # whatever a user's template may raise
        known, file = isinstance(error, jinja2.TemplateError), str(template.filename)
        what = str(error) if known else f"{type(error).__name__}: {error}"
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == file]
        raise _failed(what, file, lines[-1] if lines else None) from None
    text = visible("".join(parts))
    return text if template.environment.autoescape else _BLANK.sub("\n\n", text)


def _failed(why: str, file: str, line: int | None) -> BosettingError:
    return BosettingError(finding("letters template", why=why, file=file, line=line))


def _unknown(tree: nodes.Template, file: str, variables: tuple[str, ...]) -> Iterator[Finding]:
    """Yield every variable that there is not, in branches that are never taken too."""
    wanted = meta.find_undeclared_variables(tree) - {*variables, *DEFAULT_NAMESPACE}
    for node in sorted(tree.find_all(nodes.Name), key=lambda node: node.lineno):
        if node.name in wanted:
            wanted.remove(node.name)
            said = {"name": node.name, "names": variables, "remedy": meant(node.name, variables)}
            yield finding("letters variable", said, file=file, line=node.lineno, cell=node.name)


def _environment(lang: str, source: Path, *, own: bool) -> jinja2.Environment:
    marked = any(suffix in _MARKUP for suffix in source.suffixes)
    environment = (_Box if own else jinja2.Environment)(
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
    return escape(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


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
