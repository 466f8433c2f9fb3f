"""A backtest → tables for people, and rows and a document for machines."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from bosetting_cli.tables import kinds
from bosetting_cli.tables.columns import PLACE, place_columns
from bosetting_cli.tables.document import note_records, stamp
from bosetting_cli.tables.table import Column, Table
from bosetting_cli.tables.writers import render
from bosetting_cli.words import capital, heading, name, number, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bosetting_cli.result import Row
    from bosetting_cli.studies.backtest import Backtest, Trial

FORMATS = ("table", "markdown", "json", "csv")
_NONE = "–"
_HALVES = kinds.Kind("right", lambda x, lang: number(x, 1 if x % 1 else 0, lang), _NONE)
_SHARE = kinds.PERCENT._replace(none=_NONE)
_SIDE = kinds.Kind("left", lambda side, lang: "" if side == "both" else say(side, lang))


def given_words(*, counties: bool, asked: bool, lang: str = "en") -> str:
    """Return in words what was taken from the decision."""
    keys = {(False, False): "nothing", (True, False): "counties", (False, True): "asked"}
    return say(f"given {keys.get((counties, asked), 'both')}", lang)


def trial_table(test: Backtest, lang: str = "en") -> Table:
    """Return how near the rules come, with more and more of the decision given."""
    count = kinds.decimal(0, _NONE)
    told = [(_given(trial, lang), trial) for trial in test.trials]
    return Table(
        [
            Column("given", say("given", lang), kinds.TEXT),
            Column("asked", say("asked", lang), count),
            Column("in_both", heading("in both", lang), count),
            Column("missed", heading("missed", lang), count),
            Column("extra", heading("extra", lang), count),
            Column("misplaced", heading("misplaced", lang), _HALVES),
            Column("misplaced_share", heading("of the total", lang), _SHARE),
            Column("rank_correlation", heading("rank correlation", lang), kinds.decimal(2, _NONE)),
        ],
        [_trial_record(trial) | {"given": given} for given, trial in told],
        notes=[f"{given}: {trial.problem}" for given, trial in told if trial.problem],
        lang=lang,
    )


def _given(trial: Trial, lang: str) -> str:
    return given_words(counties=trial.counties, asked=trial.asked, lang=lang)


def _trial_record(trial: Trial) -> dict[str, Any]:
    """Return a trial for machines; None where the rules admit nothing."""
    near = trial.agreement
    return {
        "counties_as_decided": trial.counties,
        "asked_as_decided": trial.asked,
        "asked": near and len(near.both) + len(near.only_a),
        "in_both": near and len(near.both),
        "missed": near and len(near.only_b),
        "extra": near and len(near.only_a),
        "misplaced": near and near.misplaced,
        "misplaced_share": near and near.misplaced_share,
        "rank_correlation": near and near.rank_correlation,
        "problem": trial.problem or None,
    }


def municipality_records(test: Backtest) -> list[dict[str, Any]]:
    """Return a row for each municipality asked then or by the rules, by kommunenummer."""
    rows = sorted(test.allocation.rows, key=lambda row: row.kommunenummer)
    pairs = [(row, test.decided.requested.get(row.kommunenummer, 0)) for row in rows]
    return [_record(row, then) for row, then in pairs if then or row.requested]


def _record(row: Row, then: int) -> dict[str, Any]:
    return {
        **{key: getattr(row, key) for key in (*PLACE, "population")},
        "decided": then,
        "requested": row.requested,
        "difference": row.requested - then,
        "asked": "extra" if not then else "both" if row.requested else "missed",
    }


def fylke_records(test: Backtest) -> list[dict[str, Any]]:
    """Return a row for each fylke."""
    records = municipality_records(test)
    return [
        _fylke_record(
            fylke,
            sum(row.population or 0 for row in test.allocation.rows if row.fylke == fylke),
            [record for record in records if record["fylke"] == fylke],
        )
        for fylke in test.decided.by_fylke
    ]


def _fylke_record(fylke: str, people: int, rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    rows = list(rows)
    then, now = (sum(r[key] for r in rows) for key in ("decided", "requested"))
    return {
        "fylke": fylke,
        "population": people,
        "decided": then,
        "decided_per_1000": 1000 * then / people if people else None,
        "requested": now,
        "requested_per_1000": 1000 * now / people if people else None,
        "difference": now - then,
        "misplaced": sum(abs(r["difference"]) for r in rows) / 2,
        "asked_then": sum(r["decided"] > 0 for r in rows),
        "asked": sum(r["requested"] > 0 for r in rows),
        "in_both": sum(r["asked"] == "both" for r in rows),
    }


def fylke_table(test: Backtest, lang: str = "en") -> Table:
    """Return decision and rules by fylke."""
    rate = kinds.decimal(2)
    rows = fylke_records(test)
    totals: dict[str, Any] = {key: sum(row[key] or 0 for row in rows) for key in list(rows[0])[1:]}
    for key in ("decided", "requested"):
        totals[f"{key}_per_1000"] = 1000 * totals[key] / totals["population"]
    return Table(
        [
            Column("fylke", say("fylke", lang), kinds.NAME),
            Column("population", say("population", lang), kinds.COUNT),
            Column("decided", heading("decided", lang), kinds.COUNT),
            Column("decided_per_1000", heading("per 1,000", lang), rate),
            Column("requested", heading("by the rules", lang), kinds.COUNT),
            Column("requested_per_1000", heading("per 1,000", lang), rate),
            Column("difference", heading("difference", lang), kinds.CHANGE),
            Column("misplaced", heading("misplaced, short", lang), kinds.decimal(1)),
            Column("asked_then", heading("asked then", lang), kinds.COUNT),
            Column("asked", heading("by the rules", lang), kinds.COUNT),
            Column("in_both", heading("in both", lang), kinds.COUNT),
        ],
        rows,
        totals={**totals, "fylke": say("total", lang)},
        lang=lang,
    )


def difference_table(test: Backtest, count: int, lang: str = "en") -> Table:
    """Return the municipalities whose numbers differ most, the largest difference first."""
    records = [r for r in municipality_records(test) if r["difference"]]
    records.sort(key=lambda r: (-abs(r["difference"]), r["kommunenummer"]))
    return Table(
        [
            *place_columns(lang),
            Column("population", say("population", lang), kinds.COUNT),
            Column("decided", say("decided", lang), kinds.PLACES),
            Column("requested", say("by the rules", lang), kinds.PLACES),
            Column("difference", say("difference", lang), kinds.CHANGE),
            Column("asked", "", _SIDE),
        ],
        records[:count],
        lang=lang,
    )


def written(
    test: Backtest,
    form: str,
    *,
    width: int | None = None,
    count: int = 15,
    lang: str = "en",
    excel_nb: bool = False,
) -> bytes:
    """Write a backtest out.

    Args:
        test: What to write.
        form: One of `FORMATS`; `csv` has the municipalities alone.
        width: Columns that a table for people must fit.
        count: How many of the largest differences to show people.
        lang: Language of headings.
        excel_nb: For CSV: as a Norwegian Excel reads it.
    """
    if form in ("csv", "json"):
        table = difference_table(test, 0, lang)
        table = dataclasses.replace(table, rows=municipality_records(test))
        return render(table, form, excel_nb=excel_nb, document=document(test))
    chosen = given_words(counties=test.counties, asked=test.asked, lang=lang)
    what = f"({say('given', lang)}: {chosen})"
    rules = capital(say("rules", lang))
    sections = [
        (f"{rules}: {name(test.allocation.rules.title, lang)}", trial_table(test, lang)),
        (f"{say('by fylke', lang)} {what}", fylke_table(test, lang)),
        (f"{say('largest differences', lang)} {what}", difference_table(test, count, lang)),
    ]
    mark = "## " if form == "markdown" else ""
    parts = [
        f"{mark}{title}\n\n".encode() + render(table, form, width=width)
        for title, table in sections
    ]
    return b"\n".join(parts)


def document(test: Backtest) -> dict[str, Any]:
    """Return what the JSON form says besides the municipalities."""
    from msgspec import to_builtins

    result = test.allocation
    return {
        **stamp(),
        "title": result.rules.title,
        "year": test.decided.year,
        "decided": {
            "places": test.decided.total,
            "asked": len(test.decided.requested),
            "file": test.decided.file,
            "sha256": test.decided.sha256,
        },
        "counties_as_decided": test.counties,
        "asked_as_decided": test.asked,
        "trials": [_trial_record(trial) for trial in test.trials],
        "fylker": fylke_records(test),
        "notes": note_records(result.notes),
        "rules": to_builtins(result.rules),
        "inputs": dict(result.inputs),
    }


def summary(test: Backtest) -> Sequence[str]:
    """Return a few lines for people on what was compared."""
    made, result = test.decided, test.allocation
    asked, places = number(len(made.requested)), number(made.total)
    lines = [
        f"Requests made for {made.year} ({made.file}): {asked} municipalities, {places} places.",
        f"Rules: {result.rules.title}, with figures known on {result.rules.as_of},"
        f" sharing out {number(result.rules.total.value)}.",
        "Misplaced: half the sum of the differences. Rank correlation: Spearman's, among those"
        " asked in both.",
    ]
    if result.rules.as_of.year >= made.year:
        lines.append(
            f"hindsight: the rules speak from {result.rules.as_of}, after these requests were made"
        )
    told = [note for note in result.notes if note.kind in ("carried over", "hindsight")]
    return lines + [f"{note.kind}: {note.text}" for note in told]
