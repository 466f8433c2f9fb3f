"""Apportion one vector of shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, SupportsIndex

from .certificate import Apportionment
from .divisor import solve_divisor
from .methods import Method, resolve_method
from .problem import Problem
from .remainder import solve_fixed_quota, solve_renewed_quota

if TYPE_CHECKING:
    from .problem import Bounds, Shares


def apportion(
    shares: Shares,
    house_size: SupportsIndex,
    *,
    method: str | Method = "sainte-lague",
    minimums: Bounds = None,
    maximums: Bounds = None,
) -> Apportionment:
    """Apportion a house to units by their shares.

    Every comparison that decides a place is exact: a float is the rational number it stands for.
    Equal claims are met in the order of the units, and reported as a tie. A unit with share 0
    gets its minimum and nothing more, by any method.

    Args:
        shares: one number per unit, at least 0 and not all 0; on any scale. Floats, integers of
            any size, `Fraction` or `Decimal`.
        house_size: how many places to apportion, at least 0.
        method: a name that `resolve_method` knows, or a `Method`.
        minimums: the fewest places per unit: one whole number for all, or one each.
        maximums: the most places per unit: the same, None being no limit.

    Returns:
        The seats with their certificate.

    Raises:
        BadInputError: a `ValueError` for a wrong argument, with the index of the unit.
        InfeasibleError: a `ValueError` if the bounds don't allow the house size, with by how much.
        ValueError: if there is no such method.
    """
    chosen = resolve_method(method)
    problem = Problem(shares, house_size, minimums, maximums)
    if chosen.signposts is not None:
        solution = solve_divisor(problem, chosen.signposts)
    elif chosen.renewed_quota:
        solution = solve_renewed_quota(problem)
    else:
        solution = solve_fixed_quota(problem)

    def again(house: int) -> Apportionment:
        return apportion(shares, house, method=chosen, minimums=minimums, maximums=maximums)

    return Apportionment(problem, chosen, solution, again)
