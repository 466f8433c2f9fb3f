"""Where the packaged statistics and rules lie: in a wheel, or in a checkout."""

from __future__ import annotations

from pathlib import Path

from bosetting_cli.findings import BosettingError, finding

_PACKAGE = Path(__file__).resolve().parent


def _find(name: str) -> Path:
    for candidate in (_PACKAGE / name, _PACKAGE.parents[1] / name):
        if candidate.is_dir():
            return candidate
    raise BosettingError(finding("no packaged folder", name=name))


def data_dir() -> Path:
    """Return the folder of the packaged statistics.

    Raises:
        BosettingError: The installation lacks it.
    """
    return _find("data")


def config_dir() -> Path:
    """Return the folder of the packaged rules.

    Raises:
        BosettingError: The installation lacks it.
    """
    return _find("config")
