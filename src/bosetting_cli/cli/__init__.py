"""The command line: one file a command; each parses, calls and prints."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from typing import NoReturn

import click

from bosetting_cli import __version__
from bosetting_cli.errors import BosettingError

# Name → module; a module is imported when its command is asked for or listed.
COMMANDS = {
    "allocate": "bosetting_cli.cli.allocate",
    "explain": "bosetting_cli.cli.explain",
    "compare": "bosetting_cli.cli.compare",
    "scenarios": "bosetting_cli.cli.scenarios",
    "backtest": "bosetting_cli.cli.backtest",
    "validate": "bosetting_cli.cli.validate",
    "rules": "bosetting_cli.cli.rules",
    "letters": "bosetting_cli.cli.letters",
    "report": "bosetting_cli.cli.report",
}
BAD_INPUT = 2
INTERRUPTED = 130


class _Commands(click.Group):
    """The commands, imported one by one and only when needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from bosetting_cli.errors import did_you_mean

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            hint = did_you_mean(args[0], COMMANDS) or f"one of {', '.join(COMMANDS)}"
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
    1 a comparison or check found a difference, 2 bad input or usage.
    """


def main() -> NoReturn:
    """Run the command line and exit with its documented code."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        code = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BosettingError as error:
        say_problems(error)
        sys.exit(BAD_INPUT)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:  # a full disk behind standard output or error
        _silence()
        say(f"error: can't be written: {error.strerror}")
        sys.exit(BAD_INPUT)
    sys.exit(code if isinstance(code, int) else 0)


def say_problems(error: BosettingError) -> None:
    """Print everything that is wrong, one problem after the other, on standard error."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    for problem in error.problems:
        name = "warning" if problem.severity == "warning" else "error"
        say(f"{name if plain else click.style(name, fg='red')}: {problem}")


def say(text: str) -> None:
    """Print a line on standard error; where that is closed or full, nobody is listening."""
    try:
        click.echo(text, err=True)
    except OSError:
        _silence(2)


def _silence(stream: int = 1) -> None:
    """Let what is still to be written to standard output, or error, vanish."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
