"""Settlement requests for Norwegian municipalities, from statistics and one page of rules."""

__version__ = "0.1.0"

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bosetting_cli.explanation import explain
    from bosetting_cli.findings import BosettingError
    from bosetting_cli.model import draws
    from bosetting_cli.result import Allocation, allocate
    from bosetting_cli.rules import Rules, load_rules
    from bosetting_cli.statistics import Statistics, load_statistics
    from bosetting_cli.studies.compare import compared as compare

__all__ = [
    "Allocation",
    "BosettingError",
    "Rules",
    "Statistics",
    "__version__",
    "allocate",
    "compare",
    "draws",
    "explain",
    "load_rules",
    "load_statistics",
]

# The public address, a placeholder until there is one; it stands nowhere else.
REPOSITORY = "https://example.org/bosetting"

# Imported on first use, so that `bosetting --help` stays light.
_HOMES = {
    "Allocation": "result.Allocation",
    "BosettingError": "findings.BosettingError",
    "Rules": "rules.Rules",
    "Statistics": "statistics.Statistics",
    "allocate": "result.allocate",
    "compare": "studies.compare.compared",
    "draws": "model.draws",
    "explain": "explanation.explain",
    "load_rules": "rules.load_rules",
    "load_statistics": "statistics.load_statistics",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module

    room, _, attribute = _HOMES[name].rpartition(".")
    return getattr(import_module(f"{__name__}.{room}"), attribute)


def __dir__() -> list[str]:
    return sorted(__all__)
