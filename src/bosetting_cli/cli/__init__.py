"""The command line: one file a command; each parses, calls and prints."""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import click

from bosetting_cli import REPOSITORY, __version__
from bosetting_cli.findings import BosettingError
from bosetting_cli.words import told

# Each has a file of its name here, imported when it is asked for or listed.
COMMANDS = (
    *("allocate", "explain", "compare", "scenarios", "backtest"),
    *("validate", "record", "verify", "rules", "years", "data", "letters", "report"),
)
BAD_INPUT = 2
UNFORESEEN = 70  # a mistake in the program; the number that sysexits.h has for it
INTERRUPTED = 130
TERMINATED = 143


class _Commands(click.Group):
    """The commands, imported one by one and only when needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"{__name__}.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; of what is wrong with its input, note in which language to say it."""
        try:
            return super().invoke(ctx)
        except BosettingError as error:
            error.lang = ctx.meta.get("lang", "en")
            raise

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from bosetting_cli.findings import meant

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            hint = meant(args[0], COMMANDS) or f"one of {', '.join(COMMANDS)}"
            ctx.fail(f"No command '{args[0]}'; {hint}")
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", prog_name="bosetting")
def cli() -> None:
    """Settlement requests for Norwegian municipalities, from statistics and one page of rules.

    \b
    Examples:
      bosetting allocate
      bosetting allocate --total 5350 --format csv > 2018-revised.csv
      bosetting COMMAND --help

    Results go to standard output, messages to standard error. Exit codes: 0 done,
    1 a comparison or check found a difference, 2 bad input or usage, 70 a mistake in the program.
    """


def main() -> NoReturn:
    """Run the command line and exit with its documented code."""
    _settle()
    try:
        code = _run()
    except Exception:  # whatever nobody foresaw, lest Python exit with 1, "a difference"
        import traceback

        say(traceback.format_exc().rstrip())
        say(f"error: this is a mistake in bosetting {__version__}; please report it, with the")
        say(f"  command and the lines above, at {REPOSITORY}")
        code = UNFORESEEN
    sys.exit(code)


def _settle() -> None:
    """Make standard error writable and the signals end the program as documented.

    And start fast: no second thread of NumPy's for sums as short as these, and little searching
    for circles of objects, which a command hardly makes.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.set_threshold(100_000)
    if sys.stderr is None:  # closed; click 8.1.0 fails on that
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))  # tidies up on its way


def _run() -> int:
    try:
        code = cli.main(standalone_mode=False)
    except click.ClickException as error:
        with _even_unheard():
            error.show()
        return BAD_INPUT
    except BosettingError as error:
        say_problems(error)
        return BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        say("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        _silence()
        return 0
    except OSError as error:  # a full disk behind standard output or error
        _silence()
        say(f"error: can't be written: {error.strerror}")
        return BAD_INPUT
    return code if isinstance(code, int) else 0


def say_problems(error: BosettingError) -> None:
    """Print everything that is wrong, one problem after the other, on standard error."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    for problem in error.problems:
        severity = "warning" if problem.severity == "warning" else "error"
        name = told(f"said {severity}", error.lang)
        text = problem.in_full(error.lang)
        say(f"{name if plain else click.style(name, fg='red')}: {text}")


def say(text: str) -> None:
    """Print a line on standard error; where that is closed or full, nobody is listening."""
    with _even_unheard():
        click.echo(text, err=True)


@contextmanager
def _even_unheard() -> Iterator[None]:
    try:
        yield
    except OSError:
        _silence(2)


def _silence(stream: int = 1) -> None:
    """Let what is still to be written to standard output, or error, vanish."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
