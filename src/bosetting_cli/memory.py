"""Results of functions by their arguments, so that many rules on one set of figures are quick."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Result = TypeVar("Result")


_BY_IDENTITY = object()


class Memory:
    """Calls functions, and does not call one again with the same arguments.

    Text, numbers and whatever else can be hashed count by value; mappings, statistics and the
    like by identity, which holds as long as they come out of the same memory or are kept by the
    caller, and nobody changes them. The arguments are kept, so that an identity stays one
    object's. What has not been asked for longest is forgotten first.

    Example:
        >>> memory = Memory()
        >>> memory(sorted, ("b", "a")) is memory(sorted, ("b", "a"))
        True
    """

    def __init__(self, size: int = 2000) -> None:
        self._size = size
        self._known: dict[Hashable, tuple[Any, tuple[Any, ...]]] = {}

    def __call__(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """Return what the function returns for these arguments."""
        key = (function, *map(_key, arguments))
        entry = self._known.pop(key, None)
        if entry is None:
            entry = function(*arguments), arguments
            self._keep(key, entry)
        else:
            self._known[key] = entry  # now the last to be forgotten
        result: Result = entry[0]
        return result

    def learn(self, result: Result, function: Callable[..., Result], *arguments: Any) -> None:
        """Take note of a result that was found in another, quicker way."""
        self._keep((function, *map(_key, arguments)), (result, arguments))

    def _keep(self, key: Hashable, entry: tuple[Any, tuple[Any, ...]]) -> None:
        if len(self._known) >= self._size:
            del self._known[next(iter(self._known))]
        self._known[key] = entry


def _key(argument: Any) -> Hashable:
    if type(argument) is dict:  # which spares the attempt
        return _BY_IDENTITY, id(argument)
    try:
        hash(argument)
    except TypeError:
        return _BY_IDENTITY, id(argument)
    else:
        known: Hashable = argument
        return known
