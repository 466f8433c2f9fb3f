"""Many records of one shape → columns in which what is common to all stands once."""

from __future__ import annotations

from typing import Any

_FEW = 40


def pack(values: list[Any]) -> dict[str, Any]:
    """Pack values column by column; the page's script unpacks them one at a time.

    Returns:
        ``{"c": v}`` if all are v; ``{"d": {key: packed}}`` for dicts of the same keys;
        ``{"l": [packed]}`` for lists of the same length; ``{"o": packed, "i": places}`` if some
        are None, the place being -1 for them; ``{"s": words, "i": places}`` for few different
        texts; else ``{"v": values}``.

    Example:
        >>> pack([{"a": 1, "b": 1.5}, {"a": 1, "b": 2.5}])
        {'d': {'a': {'c': 1}, 'b': {'v': [1.5, 2.5]}}}
    """
    first = values[0]
    if all(type(v) is type(first) and v == first for v in values):
        return {"c": first}
    present = [v for v in values if v is not None]
    if len(present) < len(values) and isinstance(present[0], dict | list):
        places = iter(range(len(present)))
        return {"o": pack(present), "i": [-1 if v is None else next(places) for v in values]}
    if all(isinstance(v, dict) and v.keys() == first.keys() for v in values):
        return {"d": {key: pack([v[key] for v in values]) for key in first}}
    if all(isinstance(v, list) and len(v) == len(first) for v in values):
        return {"l": [pack(list(column)) for column in zip(*values, strict=True)]}
    if all(isinstance(v, str) for v in values) and len(words := sorted(set(values))) <= _FEW:
        return {"s": words, "i": [words.index(v) for v in values]}
    return {"v": values}
