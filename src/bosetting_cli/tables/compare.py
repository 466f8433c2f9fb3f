"""A comparison → tables, sentences and records."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from bosetting_cli.studies.compare import DIRECTIONS, SAME, Comparison, Difference
from bosetting_cli.tables import kinds
from bosetting_cli.tables.columns import PLACE, place_columns
from bosetting_cli.tables.document import stamp
from bosetting_cli.tables.table import Column, Table
from bosetting_cli.words import name, number, say, signed, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LARGEST = 5
WIDTH = 100
KEYS = (*PLACE, "requested_a", "requested_b", "change", "direction")


def difference_table(found: Comparison, *, everyone: bool = False, lang: str = "en") -> Table:
    """Return the municipalities that differ, or all, the largest changes first."""
    ordered = sorted(found.differences, key=lambda d: (-d.largest, d.kommunenummer))
    shown = [one for one in ordered if everyone or one.largest]
    groups = dict.fromkeys(group for one in shown for group in one.of_which)
    return Table(
        [*place_columns(lang), *_sides(lang), Column("told", "", kinds.TEXT)],
        [record(one) | {"told": _told(one, lang)} for one in shown],
        (*KEYS, *(f"requested_{group}_{side}" for group in groups for side in "ab")),
        {"municipality": say("total", lang), **_totals(found)},
        summary(found, lang),
        lang,
    )


def no_difference(found: Comparison, lang: str = "en") -> str:
    """Return what stands in the place of a table without rows."""
    return "\n".join([say("no difference", lang), *summary(found, lang)]) + "\n"


def fylke_table(found: Comparison, *, lang: str = "en") -> Table:
    """Return the totals by fylke."""
    return Table(
        [Column("fylke", say("fylke", lang), kinds.TEXT), *_sides(lang)],
        [_fylke_record(one) for one in found.fylker],
        totals={"fylke": say("total", lang), **_totals(found)},
        notes=summary(found, lang),
        lang=lang,
    )


def _sides(lang: str) -> list[Column]:
    sides = [Column(f"requested_{side.lower()}", side, kinds.PLACES) for side in "AB"]
    return [*sides, Column("change", say("change", lang), kinds.CHANGE)]


def _totals(found: Comparison) -> dict[str, Any]:
    a, b = found.agreement.total_a, found.agreement.total_b
    return {"requested_a": a, "requested_b": b, "change": b - a}


def _told(one: Difference, lang: str) -> str:
    words = [say(one.direction, lang)] if one.direction != SAME else []
    for group, (a, b) in one.of_which.items():
        if a != b:
            what = name(group.replace("_", " "), lang)
            words.append(f"{what} {number(a, 0, lang)} → {number(b, 0, lang)}")
    return ", ".join(words)


def counts(found: Comparison) -> dict[str, int]:
    """Return direction → how many municipalities."""
    return {
        direction: sum(one.direction == direction for one in found.whole or found.differences)
        for direction in DIRECTIONS
    }


def summary(found: Comparison, lang: str = "en") -> list[str]:
    """Return the sides and what they have in common, in a few lines."""
    near, many = found.agreement, counts(found)
    both = number(len(near.both), 0, lang)
    words = {d: say(f"count {d}", lang, count=number(many[d], 0, lang)) for d in DIRECTIONS[:4]}
    lines = [
        _side("A", found.a, near.both + near.only_a, near.total_a, lang),
        _side("B", found.b, near.both + near.only_b, near.total_b, lang),
        say("asked in both", lang, both=both, **words),
        _moved(found, lang),
    ]
    if near.rank_correlation is not None:
        correlation = number(near.rank_correlation, 3, lang)
        lines.append(say("rank correlation of both", lang, correlation=correlation))
    if found.region:
        a, b = (sum(getattr(one, side) for one in found.fylker) for side in "ab")
        lines.append(told("one county compared", lang, region=found.region, a=a, b=b))
    return [part for line in lines for part in _wrapped(line)]


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, WIDTH, break_long_words=False, break_on_hyphens=False)


def _side(letter: str, name: str, asked: Sequence[str], total: float, lang: str) -> str:
    numbers = {"asked": number(len(asked), 0, lang), "total": number(total, 0, lang)}
    return say("side", lang, letter=letter, name=name, **numbers)


def _moved(found: Comparison, lang: str) -> str:
    near = found.agreement
    share = number(100 * near.misplaced_share, 1, lang)
    if near.total_a == near.total_b:
        return say("moved", lang, places=number(near.misplaced, 0, lang), share=share)
    return say("moved apart", lang, change=signed(near.total_b - near.total_a, lang), share=share)


# --- for machines ----------------------------------------------------------------------------


def record(one: Difference) -> dict[str, Any]:
    """Return a municipality's difference as column → value."""
    groups: dict[str, int] = {}
    for group, (a, b) in one.of_which.items():
        groups |= {f"requested_{group}_a": a, f"requested_{group}_b": b}
    return {
        "kommunenummer": one.kommunenummer,
        "municipality": one.municipality,
        **_fylke_record(one),
        "direction": one.direction,
        **groups,
    }


def _fylke_record(one: Difference) -> dict[str, Any]:
    return {"fylke": one.fylke, "requested_a": one.a, "requested_b": one.b, "change": one.change}


def comparison_document(found: Comparison) -> dict[str, Any]:
    """Return what the JSON form says besides the rows."""
    near = found.agreement
    return {
        **stamp(),
        "a": {"name": found.a, "total": round(near.total_a), "asked": len(near.both + near.only_a)},
        "b": {"name": found.b, "total": round(near.total_b), "asked": len(near.both + near.only_b)},
        **({"region": found.region} if found.region else {}),
        "municipalities_of": found.codes,
        "summary": {
            "asked_in_both": len(near.both),
            **counts(found),
            "places_moved": near.misplaced,
            "share_moved": near.misplaced_share,
            "rank_correlation": near.rank_correlation,
            "largest": [record(one) for one in _largest(found.whole or found.differences)],
        },
        "fylker": [_fylke_record(one) for one in found.fylker],
    }


def _largest(differences: Iterable[Difference]) -> list[Difference]:
    ordered = sorted(differences, key=lambda d: (-abs(d.change), d.kommunenummer))
    return [one for one in ordered[:LARGEST] if one.change]
