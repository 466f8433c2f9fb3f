"""What several tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import bosetting_cli as bosetting

if TYPE_CHECKING:
    from bosetting_cli import Allocation, Rules, Statistics


@pytest.fixture(scope="session")
def statistics() -> Statistics:
    return bosetting.load_statistics()


@pytest.fixture(scope="session")
def rules() -> Rules:
    return bosetting.load_rules()


@pytest.fixture(scope="session")
def allocation(statistics: Statistics, rules: Rules) -> Allocation:
    return bosetting.allocate(statistics, rules)
