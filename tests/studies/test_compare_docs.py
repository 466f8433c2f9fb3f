"""The examples of docs/compare.md and docs/scenarios.md do what the pages say."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from bosetting_cli.cli import cli
from bosetting_cli.resources import config_dir
from commands import process, run

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page: str, language: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_scenarios_example(tmp_path):
    (text,) = blocks("scenarios.md", "yaml")
    path = tmp_path / "sweep.yaml"
    path.write_text(text, encoding="utf-8")
    done = run("scenarios", str(path), "--format", "jsonl")
    assert done.exit_code == 0
    assert '"raised method=dhondt total=5350": ' in done.stdout


def test_python_example():
    (text,) = blocks("scenarios.md", "python")
    names: dict[str, object] = {}
    exec(text, names)  # the page's own code
    assert names["found"].requested.sum(axis=1).tolist() == list(range(4400, 5400, 50))
    assert sorted(set(names["bodo"]))[0] == 44


def test_every_key_of_a_scenario_is_documented():
    from bosetting_cli.studies.scenarios import ScenarioFile, Variation

    page = (DOCS / "scenarios.md").read_text(encoding="utf-8")
    keys = {*Variation.__struct_fields__, *ScenarioFile.__struct_fields__}
    assert {key for key in keys if f"`{key}`" not in page} == set()


@pytest.mark.parametrize("page", ["explain.md", "compare.md", "record.md", "scenarios.md"])
def test_every_command_of_a_page_is_understood(page, tmp_path):
    """Each line parses: no option is misspelt or no longer there."""
    lines = [
        line.split("#")[0].split(">")[0].strip()
        for block in blocks(page, "")
        for line in block.splitlines()
        if line.startswith("bosetting ") and "--record" not in line  # which is read at once
    ]
    assert lines
    for line in lines:
        name, *arguments = shlex.split(line)[1:]
        command = cli.get_command(None, name)
        command.make_context(name, list(arguments))


@pytest.mark.parametrize(
    ("total", "options", "code", "said"),
    [
        (4400, ["--fail-on-change"], 0, ""),
        (4401, ["--fail-on-change"], 1, ""),
        (4401, ["--tolerance", "1"], 0, ""),
        (4500, ["--tolerance", "2"], 1, "by more than 2"),
        (4401, [], 0, ""),  # no check is asked for
        ("many", ["--fail-on-change"], 2, "total"),
    ],
)
def test_the_exit_codes_of_the_page(tmp_path, total, options, code, said):
    """A typing error is told from a changed number."""
    rules, saved = tmp_path / "criteria.yaml", tmp_path / "letters.csv"
    text = (config_dir() / "criteria.yaml").read_text(encoding="utf-8")
    rules.write_text(text, encoding="utf-8")
    assert process("allocate", "--rules", rules, "-q", "-o", saved).returncode == 0
    assert "value: 4400" in text
    rules.write_text(text.replace("value: 4400", f"value: {total}"), encoding="utf-8")
    done = process("compare", saved, rules, *options)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
