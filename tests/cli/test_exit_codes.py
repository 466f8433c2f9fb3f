"""How the program ends: a mistake of its own is never taken for a difference found."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from bosetting_cli import REPOSITORY

ROOT = Path(__file__).resolve().parents[2]
MAIN = "import sys, click; from bosetting_cli.cli import main; sys.argv = ['bosetting', *{}]; {}"
BREAK = "import bosetting_cli.result as a; a.allocate = lambda *_: 1 / 0; main()"


def run(code: str, *arguments: str, shell: str = "exec {}") -> subprocess.CompletedProcess[str]:
    """Run the program's main function after some code, in a shell that may turn its streams."""
    command = shlex.join([sys.executable, "-c", MAIN.format(list(arguments), code)])
    return subprocess.run(
        ["sh", "-c", shell.format(command)], capture_output=True, encoding="utf-8", timeout=60
    )


@pytest.mark.parametrize(
    "arguments", [["allocate"], ["compare", "built-in", "actual:2018", "--fail-on-change"]]
)
def test_what_nobody_foresaw_gives_70_and_where_to_report_it(arguments):
    done = run(BREAK, *arguments)
    assert (done.returncode, done.stdout) == (70, "")
    assert done.stderr.startswith("Traceback")
    assert "ZeroDivisionError: division by zero" in done.stderr
    assert done.stderr.rstrip().endswith(REPOSITORY)


@pytest.mark.parametrize("shell", ["exec {} 2>&-", "exec {} 2>/dev/full", "exec {} >&- 2>&-"])
@pytest.mark.parametrize(
    ("code", "arguments", "exit_code"),
    [
        (BREAK, ["allocate"], 70),
        ("main()", ["allocate", "--bogus"], 2),
        ("main()", ["allocate", "--data", "/nowhere"], 2),
    ],
)
def test_the_exit_code_does_not_depend_on_who_listens(shell, code, arguments, exit_code):
    assert run(code, *arguments, shell=shell).returncode == exit_code


def test_a_closed_standard_error_is_no_difference_with_an_old_click():
    """click 8.1.0 writes to standard error without looking whether there is one."""
    old = "click.echo = lambda text, err=False: (sys.stderr if err else sys.stdout).write(text)"
    done = run(f"{old}; main()", "allocate", "--data", "/nowhere", shell="exec {} 2>&-")
    assert done.returncode == 2
    done = run(f"{old}; main()", "allocate", shell="exec {} 2>&-")
    assert done.returncode == 0
    assert "Oslo" in done.stdout


def test_complaints_of_click_that_are_none_about_usage_are_bad_input():
    code = "import bosetting_cli.result as a\ndef f(*_): raise click.ClickException('no')\n"
    done = run(f"{code}a.allocate = f; main()", "allocate")
    assert (done.returncode, done.stderr) == (2, "Error: no\n")


def test_a_run_that_is_terminated_gives_143_and_leaves_nothing(tmp_path):
    code = (
        "import os, signal, bosetting_cli.letters.letter as a\n"
        "a.letters = lambda *_, **__: (os.kill(os.getpid(), signal.SIGTERM) for _ in 'ab'); main()"
    )
    done = run(code, "letters", "-q", "-o", str(tmp_path / "out"))
    assert (done.returncode, done.stderr) == (143, "")
    assert os.listdir(tmp_path) == []


def test_the_public_address_stands_in_one_place():
    """Whoever publishes this changes one line."""
    folders = ["src", "docs", "tests", "config", "data", "scripts", "benchmarks"]
    files = [*ROOT.glob("*.md"), ROOT / "pyproject.toml"]
    files += [file for folder in folders for file in (ROOT / folder).rglob("*") if file.is_file()]
    found = [file for file in files if REPOSITORY.encode() in file.read_bytes()]
    assert [str(file.relative_to(ROOT)) for file in found if file.suffix != ".pyc"] == [
        "src/bosetting_cli/__init__.py"
    ]
