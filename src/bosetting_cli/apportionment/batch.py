"""Many share vectors at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .single import apportion

if TYPE_CHECKING:
    from typing import SupportsIndex

    from numpy.typing import NDArray

    from .methods import Method
    from .problem import Bounds


def apportion_batch(
    shares: NDArray[np.float64],
    house_size: SupportsIndex,
    *,
    method: str | Method = "sainte-lague",
    minimums: Bounds = None,
    maximums: Bounds = None,
) -> NDArray[np.int64]:
    """Apportion the same house by each row of shares; every row as `apportion` would.

    Args:
        shares: one row per share vector, one column per unit (D × n).
        house_size: how many places to apportion, in each row.
        method: as in `apportion`.
        minimums: as in `apportion`, the same for all rows.
        maximums: as in `apportion`, the same for all rows.

    Returns:
        The seats, D × n.
    """
    return np.array(
        [
            apportion(
                row, house_size, method=method, minimums=minimums, maximums=maximums
            ).seats
            for row in shares
        ]
    )
