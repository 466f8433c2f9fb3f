"""A comparison → tables, sentences and records."""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Sequence
from typing import Any

from bosetting_cli.studies.compare import DIRECTIONS, SAME, Comparison, Difference
from bosetting_cli.tables import Column, Table, kinds
from bosetting_cli.tables.columns import place_columns, stamp
from bosetting_cli.words import name, number, say, signed, told

LARGEST = 5
WIDTH = 100


def difference_table(found: Comparison, *, everyone: bool = False, lang: str = "en") -> Table:
    """Return the municipalities that differ, or all, the largest changes first."""
    ordered = sorted(found.differences, key=lambda d: (-d.largest, d.kommunenummer))
    shown = [one for one in ordered if everyone or one.largest]
    told = Column("told", of=lambda one: _told(one, lang))
    columns = [*place_columns(lang), *_sides(lang), told]
    return _table(found, columns, shown, "municipality", lang, _machine(shown))


def fylke_table(found: Comparison, *, lang: str = "en") -> Table:
    """Return the totals by fylke."""
    columns = [Column("fylke", say("fylke", lang)), *_sides(lang)]
    return _table(found, columns, found.fylker, "fylke", lang)


def _table(
    found: Comparison,
    columns: list[Column],
    rows: Sequence[Difference],
    name: str,
    lang: str,
    machine: Sequence[Column] = (),
) -> Table:
    """Return a table of differences; `name` is the column in which the last line says so."""
    a, b = found.agreement.total_a, found.agreement.total_b
    totals = {name: say("total", lang), "requested_a": a, "requested_b": b, "change": b - a}
    return Table(columns, rows, machine, totals, summary(found, lang), lang)


def no_difference(found: Comparison, lang: str = "en") -> str:
    """Return what stands in the place of a table without rows."""
    return "\n".join([say("no difference", lang), *summary(found, lang)]) + "\n"


def _sides(lang: str) -> list[Column]:
    return [
        Column("requested_a", "A", kinds.PLACES, lambda one: one.a),
        Column("requested_b", "B", kinds.PLACES, lambda one: one.b),
        Column("change", say("change", lang), kinds.CHANGE),
    ]


def _machine(shown: Sequence[Difference]) -> list[Column]:
    """Return the columns of machine formats: two for each sub-group that somebody has."""
    groups = dict.fromkeys(group for one in shown for group in one.of_which)
    return [
        *place_columns("en"),
        *_sides("en"),
        Column("direction"),
        *(
            Column(f"requested_{group}_{side}", of=functools.partial(_of_group, group, i))
            for group in groups
            for i, side in enumerate("ab")
        ),
    ]


def _of_group(group: str, side: int, one: Difference) -> int | None:
    return one.of_which[group][side] if group in one.of_which else None


def _told(one: Difference, lang: str) -> str:
    words = [say(one.direction, lang)] if one.direction != SAME else []
    for group, (a, b) in one.of_which.items():
        if a != b:
            what = name(group.replace("_", " "), lang)
            words.append(f"{what} {number(a, 0, lang)} → {number(b, 0, lang)}")
    return ", ".join(words)


# --- both sides in a few lines ---------------------------------------------------------------


def counts(found: Comparison) -> dict[str, int]:
    """Return direction → how many municipalities, of those that a side asks."""
    known = [one.direction for one in found.whole or found.differences if one.a or one.b]
    return {direction: known.count(direction) for direction in DIRECTIONS}


def summary(found: Comparison, lang: str = "en") -> list[str]:
    """Return the sides and what they have in common, in a few lines."""
    near, many = found.agreement, counts(found)
    words = {d: say(f"count {d}", lang, count=number(many[d], 0, lang)) for d in DIRECTIONS[:4]}
    lines = []
    for letter, side in zip("AB", found.sides, strict=True):
        called = say("actual requests", lang, year=side.actual) if side.actual else side.name
        asked, total = len(side.requested), sum(side.requested.values())
        numbers = {"asked": number(asked, 0, lang), "total": number(total, 0, lang)}
        lines.append(say("side", lang, letter=letter, name=called, **numbers))
    lines.append(say("asked in both", lang, both=number(len(near.both), 0, lang), **words))
    lines.append(_moved(found, lang))
    if near.rank_correlation is not None:
        correlation = number(near.rank_correlation, 3, lang)
        lines.append(say("rank correlation of both", lang, correlation=correlation))
    if found.region:
        a, b = (sum(getattr(one, side) for one in found.fylker) for side in "ab")
        lines.append(told("one county compared", lang, region=found.region, a=a, b=b))
    return [
        part
        for line in lines
        for part in textwrap.wrap(line, WIDTH, break_long_words=False, break_on_hyphens=False)
    ]


def _moved(found: Comparison, lang: str) -> str:
    near = found.agreement
    share = number(100 * near.misplaced_share, 1, lang)
    if near.total_a == near.total_b:
        return say("moved", lang, places=number(near.misplaced, 0, lang), share=share)
    return say("moved apart", lang, change=signed(near.total_b - near.total_a, lang), share=share)


# --- JSON ------------------------------------------------------------------------------------


def comparison_document(found: Comparison) -> dict[str, Any]:
    """Return what the JSON form says besides the rows."""
    near = found.agreement
    known = found.whole or found.differences
    largest = sorted(known, key=lambda d: (-abs(d.change), d.kommunenummer))[:LARGEST]
    return {
        **stamp(),
        **{
            letter: {
                "name": side.name,
                "total": sum(side.requested.values()),
                "asked": len(side.requested),
            }
            for letter, side in zip("ab", found.sides, strict=True)
        },
        **({"region": found.region} if found.region else {}),
        "municipalities_of": found.codes,
        "summary": {
            "asked_in_both": len(near.both),
            **counts(found),
            "places_moved": near.misplaced,
            "share_moved": near.misplaced_share,
            "rank_correlation": near.rank_correlation,
            "largest": [
                record
                for d in largest
                if d.change
                for record in Table(_machine([d]), [d]).records()
            ],
        },
        "fylker": list(fylke_table(found).records()),
    }
