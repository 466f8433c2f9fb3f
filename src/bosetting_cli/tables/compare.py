"""A comparison → tables, sentences and records."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import bosetting_cli
from bosetting_cli.compare import DIRECTIONS, SAME, Comparison, Difference
from bosetting_cli.labels import label, number
from bosetting_cli.tables import SCHEMA_VERSION, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

LARGEST = 5
WIDTH = 100


def difference_table(found: Comparison, *, everyone: bool = False, lang: str = "en") -> Table:
    """Return the municipalities that differ, or all, the largest changes first."""
    rows = sorted(found.differences, key=lambda d: (-d.largest, d.kommunenummer))
    shown = rows if everyone else [one for one in rows if one.largest]
    header = [label(word, lang) for word in ("kommunenummer", "municipality", "fylke")]
    return Table(
        [*header, "A", "B", label("change", lang), ""],
        [_cells(one, lang) for one in shown],
        ["right", "left", "left", "right", "right", "right", "left"],
        _total_cells(found, ["", label("total", lang), ""], lang),
        summary(found, lang),
        [record(one) for one in shown],
        columns=list(record(Difference("", "", "", 0, 0, SAME, {}))),
        elastic=(2, 1),
    )


def no_difference(found: Comparison, lang: str = "en") -> str:
    """Return what stands in the place of a table without rows."""
    return "\n".join([_say("none", lang), *summary(found, lang)]) + "\n"


def fylke_table(found: Comparison, *, lang: str = "en") -> Table:
    """Return the totals by fylke."""
    return Table(
        [label("fylke", lang), "A", "B", label("change", lang)],
        [[one.fylke, *_numbers(one, lang)] for one in found.fylker],
        ["left", "right", "right", "right"],
        _total_cells(found, [label("total", lang)], lang)[:4],
        summary(found, lang),
        [_fylke_record(one) for one in found.fylker],
    )


def _cells(one: Difference, lang: str) -> list[str]:
    words = [label(one.direction, lang)] if one.direction != SAME else []
    for group, (a, b) in one.of_which.items():
        if a != b:
            words.append(f"{group.replace('_', ' ')} {number(a, 0, lang)} → {number(b, 0, lang)}")
    names = [one.kommunenummer, one.municipality, one.fylke]
    return [*names, *_numbers(one, lang), ", ".join(words)]


def _numbers(one: Difference, lang: str) -> list[str]:
    return [_asked(one.a, lang), _asked(one.b, lang), signed(one.change, lang)]


def _asked(places: int, lang: str) -> str:
    return number(places, 0, lang) if places else "–"


def signed(change: float, lang: str = "en") -> str:
    """Return a change with its sign, a real minus, and nothing for none.

    Example:
        >>> signed(3), signed(-1200)
        ('+3', '−1,200')
    """
    if not change:
        return "0"
    return ("+" if change > 0 else "−") + number(abs(change), 0, lang)


def _total_cells(found: Comparison, names: list[str], lang: str) -> list[str]:
    a, b = found.agreement.total_a, found.agreement.total_b
    return [*names, number(a, 0, lang), number(b, 0, lang), signed(b - a, lang), ""]


def counts(found: Comparison) -> dict[str, int]:
    """Return direction → how many municipalities."""
    return {
        direction: sum(one.direction == direction for one in found.differences)
        for direction in DIRECTIONS
    }


def summary(found: Comparison, lang: str = "en") -> list[str]:
    """Return the sides and what they have in common, in a few lines."""
    near, many = found.agreement, counts(found)
    both = number(len(near.both), 0, lang)
    words = [_say(d, lang, number(many[d], 0, lang)) for d in DIRECTIONS[:4]]
    lines = [
        _side("A", found.a, len(near.both) + len(near.only_a), near.total_a, lang),
        _side("B", found.b, len(near.both) + len(near.only_b), near.total_b, lang),
        _say("both", lang, both, *words),
        _moved(found, lang),
    ]
    if near.rank_correlation is not None:
        lines.append(_say("rank", lang, number(near.rank_correlation, 3, lang)))
    return [part for line in lines for part in _wrapped(line)]


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, WIDTH, break_long_words=False, break_on_hyphens=False)


def _side(letter: str, name: str, asked: int, total: float, lang: str) -> str:
    return _say("side", lang, letter, name, number(asked, 0, lang), number(total, 0, lang))


def _moved(found: Comparison, lang: str) -> str:
    near = found.agreement
    part = number(100 * near.misplaced_share, 1, lang)
    if near.total_a == near.total_b:
        return _say("moved", lang, number(near.misplaced, 0, lang), part)
    return _say("moved apart", lang, signed(near.total_b - near.total_a, lang), part)


_SENTENCES: dict[str, tuple[str, str, str]] = {
    "side": (
        "{}: {}, {} municipalities asked for {} in all.",
        "{}: {}, {} kommuner spurt om {} i alt.",
        "{}: {}, {} kommunar spurde om {} i alt.",
    ),
    "both": (
        "{} are asked in both; {}, {}, {} and {}.",
        "{} er spurt i begge; {}, {}, {} og {}.",
        "{} er spurde i begge; {}, {}, {} og {}.",
    ),
    "enters": ("{} enter", "{} kommer til", "{} kjem til"),
    "leaves": ("{} leave", "{} faller ut", "{} fell ut"),
    "rises": ("{} rise", "{} får flere", "{} får fleire"),
    "falls": ("{} fall", "{} får færre", "{} får færre"),
    "moved": (
        "{} places are moved, {} % of the total.",
        "{} plasser er flyttet, {} % av summen.",
        "{} plassar er flytta, {} % av summen.",
    ),
    "moved apart": (
        "The totals differ by {}; taken as parts of their totals, {} % of the places are moved.",
        "Summene er {} fra hverandre; regnet som deler av summene er {} % av plassene flyttet.",
        "Summane er {} frå kvarandre; rekna som delar av summane er {} % av plassane flytta.",
    ),
    "rank": (
        "Rank correlation among those asked in both: {}.",
        "Rangkorrelasjon blant dem som er spurt i begge: {}.",
        "Rangkorrelasjon blant dei som er spurde i begge: {}.",
    ),
    "none": (
        "No municipality differs.",
        "Ingen kommune er endret.",
        "Ingen kommune er endra.",
    ),
}


def _say(key: str, lang: str, *values: str) -> str:
    from bosetting_cli.labels import LANGUAGES

    return _SENTENCES[key][LANGUAGES.index(lang)].format(*values)


# --- for machines ----------------------------------------------------------------------------


def record(one: Difference) -> dict[str, Any]:
    """Return a municipality's difference as column → value."""
    groups: dict[str, int] = {}
    for group, (a, b) in one.of_which.items():
        groups |= {f"requested_{group}_a": a, f"requested_{group}_b": b}
    return {
        "kommunenummer": one.kommunenummer,
        "municipality": one.municipality,
        "fylke": one.fylke,
        "requested_a": one.a,
        "requested_b": one.b,
        "change": one.change,
        "direction": one.direction,
        **groups,
    }


def _fylke_record(one: Difference) -> dict[str, Any]:
    return {"fylke": one.fylke, "requested_a": one.a, "requested_b": one.b, "change": one.change}


def comparison_document(found: Comparison) -> dict[str, Any]:
    """Return what the JSON form says besides the rows."""
    near = found.agreement
    return {
        "schema_version": SCHEMA_VERSION,
        "program": f"bosetting {bosetting_cli.__version__}",
        "a": {"name": found.a, "total": round(near.total_a), "asked": len(near.both + near.only_a)},
        "b": {"name": found.b, "total": round(near.total_b), "asked": len(near.both + near.only_b)},
        "municipalities_of": found.codes,
        "summary": {
            "asked_in_both": len(near.both),
            **counts(found),
            "places_moved": near.misplaced,
            "share_moved": near.misplaced_share,
            "rank_correlation": near.rank_correlation,
            "largest": [record(one) for one in _largest(found.differences)],
        },
        "fylker": [_fylke_record(one) for one in found.fylker],
    }


def _largest(differences: Iterable[Difference]) -> list[Difference]:
    ordered = sorted(differences, key=lambda d: (-abs(d.change), d.kommunenummer))
    return [one for one in ordered[:LARGEST] if one.change]
