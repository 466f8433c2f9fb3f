"""Write the real output of commands into README.md; `--check` only says whether it is fresh.

Blocks are marked in the text by `<!-- output: COMMAND -->` (standard output, its first and last
lines) or `<!-- messages: COMMAND -->` (standard error), and end with `<!-- end -->`.
"""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

from click.testing import CliRunner

from bosetting_cli.cli import cli

README = Path(__file__).resolve().parents[1] / "README.md"
BLOCK = re.compile(r"(<!-- (output|messages): bosetting (.*?) -->\n).*?(<!-- end -->)", re.DOTALL)
HEAD, TAIL = 16, 4


def block(match: re.Match[str]) -> str:
    """Return a marked block with what its command prints now."""
    start, stream, arguments, end = match.groups()
    result = CliRunner().invoke(cli, shlex.split(arguments), catch_exceptions=False)
    lines = (result.stdout if stream == "output" else result.stderr).splitlines()
    if len(lines) > HEAD + TAIL + 1:
        lines = [*lines[:HEAD], "   …", *lines[-TAIL:]]
    return "\n".join([f"{start}```text", *lines, "```", end])


def main() -> int:
    """Refresh README.md, or check it."""
    old = README.read_text(encoding="utf-8")
    new = BLOCK.sub(block, old)
    if "--check" in sys.argv:
        return int(new != old)
    README.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
