"""Run the commands of 0.1.0 and say what a program can rely on: exit codes, columns, keys, files.

As a script it writes `saved/` and `expected.json`, to be run with 0.1.0 alone: see README.md.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shlex
import shutil
import signal
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest import mock

HERE = Path(__file__).resolve().parent
SAVED = {
    "letters.csv": "allocate --format csv",
    "revised.csv": "allocate --rules rules/criteria-2018-revised.yaml --format csv",
    "2019.csv": "allocate --rules rules/criteria-2019.yaml --format csv",
    "every-key.csv": "allocate --rules rules/every-key.yaml --data figures --all --format csv",
    "every-key.json": "allocate --rules rules/every-key.yaml --data figures --format json",
    "every-key-nb.csv": "allocate --rules rules/every-key.yaml --data figures --excel-nb "
    "--format csv",
    "county-key.csv": "allocate --rules rules/county-key.yaml --data figures --format csv",
    "county-sums.csv": "allocate --rules rules/county-sums.yaml --data figures --format csv",
}
LETTERS = "letters -o saved/letters --rules rules/every-key.yaml --data figures -q"


def commands() -> list[str]:
    lines = (HERE / "commands.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def run(line: str) -> tuple[int, bytes]:
    """Run a command in the current folder, and return its exit code and standard output."""
    from bosetting_cli.cli import main

    handlers = {s: signal.getsignal(s) for s in (signal.SIGPIPE, signal.SIGTERM)}
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    arguments = mock.patch.object(sys, "argv", ["bosetting", *shlex.split(line)])
    try:
        with arguments, redirect_stdout(out), redirect_stderr(err):
            main()
    except SystemExit as end:
        code = end.code
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    out.flush()
    return int(code or 0), out.buffer.getvalue()


def columns(content: bytes) -> list[str]:
    text = content.decode("utf-8-sig")
    return next(csv.reader(io.StringIO(text), delimiter=";" if ";" in text[:200] else ","))


def keys(content: Any, depth: int = 3) -> set[str]:
    """Return the paths of an object's keys, those of all items of a list taken together."""
    if isinstance(content, list):
        return {f"[]{path}" for item in content for path in keys(item, depth)}
    if not isinstance(content, dict) or not depth:
        return set()
    known = {k: v for k, v in content.items() if k not in ("inputs", "rules", "$defs")}
    below = {f".{k}{path}" for k, v in known.items() for path in keys(v, depth - 1)}
    return below | {f".{key}" for key in content}


def outcome(line: str) -> dict[str, Any]:
    """Run a command and return what can be relied on."""
    before = set(Path().rglob("*"))
    code, out = run(line)
    written = sorted(str(path) for path in set(Path().rglob("*")) - before if path.is_file())
    found: dict[str, Any] = {"exit": code, "files": written}
    if code < 2:
        tables = [Path(file).read_bytes() for file in written if file.endswith(".csv")]
        found["columns"] = [
            ",".join(columns(text))
            for text in [*tables, *([out] if "--format csv" in line else [])]
            if text
        ]
        found["keys"] = " ".join(sorted(keys(document(line, out))))
    return {name: value for name, value in found.items() if value or name == "exit"}


def document(line: str, out: bytes) -> Any:
    """Return the JSON that a command printed, the first line of several; none if it did not."""
    if not out or not any(word in line for word in ("--format json", "--schema")):
        return None
    return json.loads(out.splitlines()[0] if "--format jsonl" in line else out)


def main() -> None:
    """Write what 0.1.0 writes."""
    os.chdir(HERE)
    shutil.rmtree("saved", ignore_errors=True)
    Path("saved").mkdir()
    for name, line in SAVED.items():
        (HERE / "saved" / name).write_bytes(run(line)[1])
    run(LETTERS)
    import bosetting_cli.resources as resources

    shutil.copy(resources.data_dir() / "reference/requests_2018.csv", "saved/asked-2018.csv")
    scratch = Path(sys.argv[1])
    shutil.copytree(HERE, scratch)
    os.chdir(scratch)
    expected = {line: outcome(line) for line in commands()}
    text = json.dumps(expected, indent=1, ensure_ascii=False) + "\n"
    (HERE / "expected.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
