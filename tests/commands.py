"""How tests run the program: inside the process, or as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from bosetting_cli.cli import cli


def run(*arguments: Any) -> Result:
    """Run a command inside this process; what nobody foresaw is raised."""
    return CliRunner().invoke(cli, [str(one) for one in arguments], catch_exceptions=False)


def process(
    *arguments: Any, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command as a user's shell does."""
    return subprocess.run(
        [sys.executable, "-m", "bosetting_cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "NO_COLOR": "1", **environment},
        cwd=cwd,
        check=False,
    )


def tried(*arguments: Any) -> Result:
    """Run a command inside this process; what it raises is the result's `exception`."""
    return CliRunner().invoke(cli, [str(one) for one in arguments])
