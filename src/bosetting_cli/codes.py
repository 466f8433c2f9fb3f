"""Where 0.1.0 had what is in `statistics.divisions` now; kept for those who import it."""

from bosetting_cli.statistics.divisions import carry_over, vintage

__all__ = ["carry_over", "vintage"]
