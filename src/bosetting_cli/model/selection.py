"""Who of the eligible is asked (docs/model.md, section 5)."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from bosetting_cli.model.exact import Ints, Mask, Numbers, first
from bosetting_cli.model.standing import Field
from bosetting_cli.statistics import exact


class Tie(NamedTuple):
    """Units with equal claims, of which some were served and some were not.

    Attributes:
        row: Of the D variations.
        place: The fylke whose first they would be; empty at the cut.
        winners: Who is in.
        losers: Who is not.
    """

    row: int
    place: str
    winners: tuple[int, ...]
    losers: tuple[int, ...]


def select(
    field: Field, units: Ints, totals: Numbers, counts: Numbers | None
) -> tuple[Ints, Mask, list[Tie]]:
    """Select the first by rank, after who is named and the first of each fylke (5).

    More are selected than wanted only where those who come first exceed the number alone.

    Args:
        field: What ranks them, in D variations.
        units: The eligible among whom a number is shared out.
        totals: The number, D; where it is 0, only who is named is selected.
        counts: How many to select, D; None: as the rules say.

    Returns:
        How many the rules select, D; who is selected, D × units; and the ties that decided.
    """
    own, rule = field.own, field.own.rules.select
    chosen = np.tile(own.included[units], (len(totals), 1))
    if rule.list is not None:
        return np.count_nonzero(chosen, axis=1), chosen, []
    many = quantity(len(units), rule.share) if counts is None else np.minimum(counts, len(units))
    take = np.where(totals > 0, many, 0)
    among = units if rule.per_county else ()
    fylker = [own.statistics.municipalities[unit].fylke for unit in among]
    found: list[tuple[str, int, Ints, Ints]] = []
    for fylke in dict.fromkeys(fylker):
        inside = np.flatnonzero(np.array(fylker) == fylke)
        room = np.where(totals > 0, min(rule.per_county, len(inside)), 0)
        firsts, ties = first(field.keys, units[inside], room, field.exact_keys, field.tie)
        chosen[:, inside] |= firsts
        found += [(fylke, row, a[~own.included[a]], b) for row, (a, b) in ties.items()]
    already = np.count_nonzero(chosen, axis=1)
    room = np.clip(take - already, 0, len(units) - already)
    out = chosen if already.any() else None
    others, ties = first(field.keys, units, room, field.exact_keys, field.tie, out)
    found += [("", row, a, b) for row, (a, b) in ties.items()]
    chosen |= others
    said = []
    for place, row, winners, losers in found:
        losers = losers[~chosen[row, np.searchsorted(units, losers)]]
        if winners.size and losers.size:
            said.append(Tie(row, place, tuple(winners.tolist()), tuple(losers.tolist())))
    return take, chosen, said


def quantity(eligible: int, share: float | None) -> int:
    """Return how many units are selected: a share of the eligible, cut off but at least one."""
    if share is None:
        return eligible
    return min(eligible, max(1, math.floor(exact(share) * eligible)))
