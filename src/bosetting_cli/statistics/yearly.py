"""A year's figures of all municipalities as arrays, those of predecessors put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from bosetting_cli.statistics.frame import Column, Municipality

if TYPE_CHECKING:  # takes time that no run needs
    from numpy.typing import NDArray

    Sums = tuple[NDArray[np.float64], NDArray[np.float64]]


class Yearly:
    """The figures of columns by year, in the register's order, each made once.

    Attributes:
        municipalities: The register.
    """

    def __init__(self, municipalities: Sequence[Municipality]) -> None:
        self.municipalities = municipalities
        self._units = [m.kommunenummer for m in municipalities]
        self._made: dict[tuple[str, int | None], Sums] = {}

    def sums(self, column: Column, year: int | None) -> Sums:
        """Return each municipality's sum of the figures it has, and how many it lacks."""
        key = column.name, year
        if key not in self._made:
            owner, values = column.arrays(self._units, year)
            blank, n = np.isnan(values), len(self._units)
            known = np.bincount(owner, np.where(blank, 0.0, values), n)
            lacking = np.bincount(owner, blank, n) + (np.bincount(owner, minlength=n) == 0)
            self._made[key] = known.astype(np.float64), lacking
        return self._made[key]

    def figures(self, column: Column, year: int | None) -> NDArray[np.float64]:
        """Return each municipality's figure; NaN where it, or a part of it, is not published."""
        known, lacking = self.sums(column, year)
        return np.where(lacking > 0, np.nan, known)

    def where(self, fylke: str) -> NDArray[np.bool_]:
        """Return which municipalities lie in a county."""
        return np.array([m.fylke == fylke for m in self.municipalities], dtype=np.bool_)
