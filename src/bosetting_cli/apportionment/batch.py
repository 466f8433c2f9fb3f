"""Many share vectors at once: search their divisors together, in blocks that stay in the cache."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .methods import resolve_method
from .multiplier import multiplier
from .problem import BadInputError, Problem, whole_sum
from .single import apportion

if TYPE_CHECKING:
    from typing import SupportsIndex

    from numpy.typing import NDArray

    from .methods import Method, Signposts
    from .problem import Bounds

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.intp]

_ERROR = 2.0**-21
_SMALL_ERROR = 2.0**-48
_LARGEST_HOUSE = 2**20
_SMALLEST_SIGNPOST = 0.4
_ROUNDS = 24
_CELLS = 2**19


def apportion_batch(
    shares: NDArray[np.float64],
    house_size: SupportsIndex,
    *,
    method: str | Method = "sainte-lague",
    minimums: Bounds = None,
    maximums: Bounds = None,
) -> NDArray[np.int64]:
    """Apportion the same house by each row of shares; every row as `apportion` would.

    A row that floating point can't decide with certainty (a tie, or close to one), and every row
    where the method is a largest remainder, is given to `apportion`.

    Args:
        shares: one row per share vector, one column per unit (D × n).
        house_size: how many places to apportion, in each row.
        method: as in `apportion`.
        minimums: as in `apportion`, the same for all rows.
        maximums: as in `apportion`, the same for all rows.

    Returns:
        The seats, D × n.

    Raises:
        BadInputError: as `apportion`, with the first row that is wrong.
        InfeasibleError: as `apportion`.
    """
    matrix = np.asarray(shares, dtype=np.float64)
    if matrix.ndim != 2:
        raise BadInputError(f"a batch has two dimensions, not {matrix.ndim}", "shares")
    chosen = resolve_method(method)
    seats = np.empty(matrix.shape, dtype=np.int64)
    doubtful = list(range(len(matrix)))
    if matrix.size and chosen.signposts is not None:
        problem = _checked(matrix, 0, house_size, minimums, maximums)
        if _is_plain(problem, chosen.signposts):
            with np.errstate(all="ignore"):
                doubtful = _Pool(matrix, problem, chosen.signposts).fill(seats)
    for row in doubtful:
        problem = _checked(matrix, row, house_size, minimums, maximums)
        seats[row] = apportion(
            matrix[row], house_size, method=chosen, minimums=minimums, maximums=maximums
        ).seats
    return seats


def _checked(
    matrix: FloatArray, row: int, house_size: SupportsIndex, low: Bounds, high: Bounds
) -> Problem:
    try:
        return Problem(matrix[row], house_size, low, high)
    except BadInputError as error:
        raise BadInputError(f"row {row}: {error}", error.argument, error.index) from None


def _is_plain(problem: Problem, signposts: Signposts) -> bool:
    """Say whether single precision can decide: finite divisors and a small house."""
    low, high = _bounds(problem, signposts)
    return (
        not 0 < float(signposts.exact(0)) < _SMALLEST_SIGNPOST
        and not problem.exponent
        and whole_sum(low, problem.size) < problem.house < _LARGEST_HOUSE
        and whole_sum(np.minimum(high, _LARGEST_HOUSE), problem.size) > problem.house
    )


def _bounds(problem: Problem, signposts: Signposts) -> tuple[FloatArray, FloatArray]:
    """Return minimums, first places that are owed included, and maximums."""
    low = np.maximum(problem.low, 1.0) if signposts.first else problem.low
    return np.asarray(low), problem.high


def _sums(rows: Any) -> Any:
    """Add up each row (einsum: half the time of sum, and no threads as in a product)."""
    return np.einsum("ij->i", rows)


class _Pool:
    """Rows under search: each leaves when its seats add up, and the next one takes its place.

    All in single precision, where twice as many numbers fit a vector; its error is less than
    `_ERROR`.
    """

    def __init__(self, matrix: FloatArray, problem: Problem, signposts: Signposts) -> None:
        self.matrix, self.signposts, self.house = matrix, signposts, problem.house
        size = min(max(_CELLS // problem.size, 16), len(matrix))
        self.low, self.high = _bounds(problem, signposts)
        self._find_start()
        shape = (size, matrix.shape[1])
        self.floor = self.ceiling = None
        if self.low.any():  # in full: NumPy is slow with one number for all
            self.floor = np.array(np.broadcast_to(self.low, shape), dtype=np.float32)
        if problem.capped:
            self.ceiling = np.array(np.broadcast_to(self.high, shape), dtype=np.float32)
        self.shares, self.scratch = np.empty((2, *shape), dtype=np.float32)
        self.rows = np.empty(size, dtype=np.intp)
        self.x, self.slope, self.lower, self.upper, self.missing, self.over = np.ones((6, size))
        self.rounds = np.zeros(size, dtype=np.intp)
        self.entered = 0
        self._enter(np.arange(size))

    def _find_start(self) -> None:
        """Learn from the first row where to start, and how fast seats rise there."""
        largest = float(self.matrix[0].max())
        self.scale = 1.0 if 1e-15 < largest < 1e15 else 2.0 ** -math.frexp(largest)[1]
        first = self.matrix[0] * self.scale
        shift, weight = self.signposts.shift, float(first.sum())
        x = multiplier(first, self.low, self.high, self.house, shift)
        raw = first * x + shift
        rise = float(first[(raw >= self.low) & (raw <= self.high)].sum())
        self.start, self.rise = x * weight, rise / weight or 1.0

    def fill(self, seats: NDArray[np.int64]) -> list[int]:
        """Fill in the seats of the rows that are certain; return the other rows."""
        doubtful: list[tuple[int, float]] = []
        while self.rows.size:
            rounded, leaving, x, right = self._step()
            if leaving.size:
                rows = self.rows[leaving]
                seats[rows] = rounded[leaving]
                certain = self._is_certain(self.shares[leaving], x, _ERROR) & right
                doubtful += zip(rows[~certain].tolist(), x[~certain].tolist(), strict=True)
                count = min(leaving.size, len(self.matrix) - self.entered)
                self._enter(leaving[:count])
                self._drop(leaving[count:])
        return self._decide_precisely(doubtful, seats)

    def _decide_precisely(
        self, doubtful: list[tuple[int, float]], seats: NDArray[np.int64]
    ) -> list[int]:
        """Decide rows in double precision; return those that are doubtful even so."""
        rows = np.array([row for row, _ in doubtful], dtype=np.intp)
        x = np.array([x for _, x in doubtful])
        shares = self.matrix[rows] * self.scale
        seats[rows] = rounded = self._rounded(shares * x[:, np.newaxis])
        certain = _sums(rounded) == self.house
        certain &= self._is_certain(shares, x, _SMALL_ERROR)
        return sorted(rows[~certain].tolist())

    def _enter(self, places: IntArray) -> None:
        """Put the next rows of the matrix in given places."""
        if not places.size:
            return
        rows = slice(self.entered, self.entered + places.size)
        self.entered += places.size
        self.rows[places] = np.arange(rows.start, rows.stop)
        block = self.matrix[rows] if self.scale == 1.0 else self.matrix[rows] * self.scale
        self.shares[places] = block.astype(np.float32)
        weights = _sums(block)
        least = block.min()
        if not (least > 0 if self.signposts.first else least >= 0):
            smallest = block.min(axis=1)
            weights[~(smallest > 0 if self.signposts.first else smallest >= 0)] = np.nan
        self.x[places] = self.start / weights
        self.slope[places] = self.rise * weights
        self.lower[places], self.upper[places], self.rounds[places] = 0.0, np.inf, 0

    def _drop(self, places: IntArray) -> None:
        """Close the gaps that rows without a successor leave."""
        if not places.size:
            return
        kept = np.delete(np.arange(self.rows.size), places)
        for name in ("shares", "rows", "x", "slope", "lower", "upper", "missing", "over", "rounds"):
            setattr(self, name, getattr(self, name)[kept])

    def _step(self) -> tuple[Any, IntArray, FloatArray, NDArray[np.bool_]]:
        """Round all rows once and move their multipliers.

        Returns:
            The rounded rows; which of them are done, with which multipliers, and whether their
            seats add up (they are given up after some rounds).
        """
        quotients = self.scratch[: self.rows.size]
        np.multiply(self.shares, self.x.astype(np.float32)[:, np.newaxis], out=quotients)
        rounded = self._rounded(quotients)
        missing = self.house - _sums(rounded).astype(np.float64)
        self.rounds += 1
        leaving = np.flatnonzero((missing == 0) | (self.rounds == _ROUNDS))
        x = self.x[leaving]
        self._move(missing)
        return rounded, leaving, x, missing[leaving] == 0

    def _is_certain(self, shares: Any, x: FloatArray, error: float) -> NDArray[np.bool_]:
        """Say whose seats, which were rounded at x, have the same sum at x and twice its error.

        Seats rise with x: if the sums agree, all seats between do, and those at x and its error
        are between whatever the rounding errors were.
        """
        more = (x * (1 + 2 * error)).astype(shares.dtype)
        raised = self._rounded(shares * more[:, np.newaxis])
        certain: NDArray[np.bool_] = _sums(raised) == self.house
        return certain

    def _rounded(self, quotients: Any) -> Any:
        rounded = self.signposts.rounded(quotients)
        if self.floor is not None:
            np.maximum(rounded, self.floor[: len(rounded)], out=rounded)
        if self.ceiling is not None:
            np.minimum(rounded, self.ceiling[: len(rounded)], out=rounded)
        return rounded

    def _move(self, missing: FloatArray) -> None:
        """Move multipliers: by the slope at first, within the bracket as soon as there is one."""
        x, short = self.x, missing > 0
        long = ~short
        np.copyto(self.lower, x, where=short)
        np.copyto(self.missing, missing, where=short)
        np.copyto(self.upper, x, where=long)
        np.copyto(self.over, missing, where=long)
        between = (self.lower > 0) & (self.upper < np.inf)
        part = self.missing / (self.missing - self.over)
        np.copyto(part, 0.5, where=self.rounds & 3 == 0)
        inside = self.lower + part * (self.upper - self.lower)
        outside = np.minimum(np.maximum(x + missing / self.slope, 0.5 * x), 2.0 * x)
        self.x = np.where(between, inside, outside)
