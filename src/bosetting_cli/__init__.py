"""Settlement requests for Norwegian municipalities, from statistics and one page of rules."""

__version__ = "0.1.0"
