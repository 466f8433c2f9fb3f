"""What a command imports: heavy packages only where they are needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROBE = """
import sys
sys.argv = ["bosetting", *sys.argv[1:]]
from bosetting_cli.cli import main
try:
    main()
except SystemExit:
    pass
print("\\nMODULES", *sorted(sys.modules))
"""


def modules(*arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    return set(done.stdout.rsplit("MODULES", 1)[1].split())


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["allocate", "--help"]])
def test_help_and_version_import_neither_pandas_nor_numpy(arguments):
    loaded = modules(*arguments)
    assert "bosetting_cli.cli" in loaded
    assert not loaded & {"pandas", "numpy", "yaml", "tabulate", "msgspec"}


def test_allocate_imports_nothing_that_only_some_inputs_or_outputs_need():
    loaded = modules("allocate", "--quiet")
    assert {"numpy", "yaml", "tabulate", "msgspec"} <= loaded
    assert not loaded & {"pandas", "jsonschema", "chardet", "xlsxwriter", "jinja2"}
