"""Where 0.1.0 had what is in `studies.backtest` now; kept for those who import it."""

from bosetting_cli.studies.backtest import backtest

__all__ = ["backtest"]
