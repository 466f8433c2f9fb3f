"""What 0.1.0 could do goes on working: README.md says where the expected values come from."""

from __future__ import annotations

import json
import os
import shutil
from importlib import import_module
from pathlib import Path

import pytest

import bosetting_cli as bosetting
from record import HERE, commands, outcome

# 0.1.0 had two numbers wrong, 565 for Oslo and 35 for Karmøy: it took the rounded per cent of the
# introduction programme's leavers for the number of people in work or education.
NOW_DIFFERENT = (
    "compare saved/letters.csv built-in --fail-on-change",
    "compare saved/letters.csv rules/criteria.yaml --fail-on-change --format markdown",
)
EXPECTED = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Run every command, one after the other in one folder; command → what came out."""
    folder = tmp_path_factory.mktemp("compatibility") / "copy"
    shutil.copytree(HERE, folder)
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield {line: outcome(line) for line in commands()}
    finally:
        os.chdir(before)


def is_kept(old: str, new: str) -> bool:
    """Whether all columns are still there, in their order; others may stand between."""
    rest = iter(new.split(","))
    return all(column in rest for column in old.split(","))


def test_every_command_was_recorded():
    assert list(EXPECTED) == commands()


@pytest.mark.parametrize("line", EXPECTED)
def test_a_command_of_before_works(ran, line):
    old, new = EXPECTED[line], ran[line]
    assert new["exit"] == (1 if line in NOW_DIFFERENT else old["exit"])
    assert set(old.get("files", ())) <= set(new.get("files", ()))
    assert set(old.get("keys", "").split()) <= set(new.get("keys", "").split())
    pairs = list(zip(old.get("columns", ()), new.get("columns", ()), strict=True))
    assert [a for a, b in pairs if not is_kept(a, b)] == []


def test_letters_of_before_are_known_as_ours(ran):
    """`--only bodø --force` was run in a folder that 0.1.0 wrote."""
    lines = Path("saved/letters/index.csv").read_text(encoding="utf-8").splitlines()
    before = (HERE / "saved/letters/index.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[0] for line in lines] == [line.split(",")[0] for line in before]
    assert len(list(Path("saved/letters").glob("*.md"))) == 12


@pytest.mark.parametrize(
    "name",
    [
        "bosetting_cli:Allocation BosettingError Rules Statistics allocate load_rules "
        "load_statistics __version__",
        "bosetting_cli.apportionment:METHODS Apportionment BadInputError Divisor InfeasibleError "
        "Method SquareRoot Tie VerificationError apportion apportion_batch resolve_method verify",
        "bosetting_cli.studies.backtest:backtest",
        "bosetting_cli.codes:carry_over vintage",
        "bosetting_cli.memory:Memory",
        "bosetting_cli.rulebook.override:override",
        "bosetting_cli.cli:main cli",
    ],
)
def test_documented_names_can_be_imported(name):
    module, names = name.split(":")
    found = import_module(module)
    assert [n for n in names.split() if not hasattr(found, n)] == []


def test_the_readme_of_before(statistics, rules):
    table = bosetting.allocate(statistics, rules).table
    with (HERE / "saved/letters.csv").open(encoding="utf-8") as file:
        assert is_kept(file.readline().strip(), ",".join(table.columns))
    assert table.requested.sum() == 4400


def test_apportionment_as_documented():
    from bosetting_cli.apportionment import METHODS, apportion, apportion_batch, verify

    result = apportion([5.2, 3.1, 1.7], 11, minimums=2)
    assert result.seats.tolist() == [6, 3, 2]
    assert (result.divisor, result.gains_at(1), result.loses_at(0)) == (0.9, 12, 10)
    assert result.ties == ()
    low, high = result.divisors
    assert low <= 0.9 <= high
    verify(
        [5.2, 3.1, 1.7], result.seats, 11, method="sainte-lague", divisor=0.9, minimums=2
    )  # fmt: skip
    assert apportion_batch([[5.2, 3.1, 1.7]], 11, minimums=2).tolist() == [[6, 3, 2]]
    assert set(METHODS) >= {"sainte-lague", "dhondt", "adams", "dean", "huntington-hill"}


def test_scenarios_in_python_as_documented(statistics, rules):
    from bosetting_cli.memory import Memory
    from bosetting_cli.rulebook.override import override

    memory = Memory()
    few = bosetting.load_statistics(indicators=rules.indicators())
    for total in range(4400, 4501, 50):
        allocation = bosetting.allocate(few, override(rules, total=total), memory)
        assert sum(row.requested for row in allocation.rows) == total


def test_backtest_and_codes_as_documented(statistics, rules):
    from bosetting_cli.backtest import backtest
    from bosetting_cli.codes import carry_over, vintage

    test = backtest(statistics, rules, 2018, counties=True, asked=True)
    assert round(test.agreement.misplaced_share, 3) == 0.072  # 7.2 % in the README
    assert vintage(statistics.units) == 2017
    later = carry_over(statistics, 2018)
    assert len(later.units) == 422
    assert later.notes[-1].message
