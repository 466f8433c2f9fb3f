"""Where 0.1.0 had `override`; the room is `rules`."""

from bosetting_cli.rules import override

__all__ = ["override"]
