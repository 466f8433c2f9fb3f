"""A backtest → tables for people, and rows and a document for machines."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from bosetting_cli.result import Row
from bosetting_cli.studies.agreement import Agreement
from bosetting_cli.studies.backtest import Backtest, Trial
from bosetting_cli.tables import Column, Table, kinds, render
from bosetting_cli.tables.columns import PLACE, made_from, place_columns, stamp
from bosetting_cli.words import capital, heading, name, number, say

_COUNT = kinds.COUNT._replace(none="–")
_HALVES = kinds.Kind("right", lambda x, lang: number(x, 1 if x % 1 else 0, lang), "–")
_SHARE = kinds.PERCENT._replace(none="–")
_SIDE = kinds.Kind("left", lambda side, lang: "" if side == "both" else say(side, lang))
_GIVEN = {(False, False): "nothing", (True, False): "counties", (False, True): "asked"}


def given_words(*, counties: bool, asked: bool, lang: str = "en") -> str:
    """Return in words what was taken from the decision."""
    return say(f"given {_GIVEN.get((counties, asked), 'both')}", lang)


def trial_table(test: Backtest, lang: str = "en") -> Table:
    """Return how near the rules come, with more and more of the decision given."""

    def near(key: str, words: str, kind: kinds.Kind, of: Callable[[Agreement], Any]) -> Column:
        return Column(key, words, kind, lambda trial: trial.agreement and of(trial.agreement))

    def given(trial: Trial) -> str:
        return given_words(counties=trial.counties, asked=trial.asked, lang=lang)

    rank = heading("rank correlation", lang)
    columns = [
        near("asked", say("asked", lang), _COUNT, lambda a: len(a.both) + len(a.only_a)),
        near("in_both", heading("in both", lang), _COUNT, lambda a: len(a.both)),
        near("missed", heading("missed", lang), _COUNT, lambda a: len(a.only_b)),
        near("extra", heading("extra", lang), _COUNT, lambda a: len(a.only_a)),
        near("misplaced", heading("misplaced", lang), _HALVES, lambda a: a.misplaced),
        near("misplaced_share", heading("of the total", lang), _SHARE, lambda a: a.misplaced_share),
        near("rank_correlation", rank, kinds.decimal(2, "–"), lambda a: a.rank_correlation),
    ]
    machine = [
        Column("counties_as_decided", of=lambda trial: trial.counties),
        Column("asked_as_decided", of=lambda trial: trial.asked),
        *columns,
        Column("problem", of=lambda trial: trial.problem or None),
    ]
    told = [
        f"{given(trial)}: " + "\n".join(one.in_full(lang) for one in trial.error.problems)
        for trial in test.trials
        if trial.error
    ]
    shown = [Column("given", say("given", lang), of=given), *columns]
    return Table(shown, test.trials, machine, notes=told, lang=lang)


# --- municipality by municipality ------------------------------------------------------------


def municipality_table(test: Backtest, count: int | None = None, lang: str = "en") -> Table:
    """Return the municipalities asked then or by the rules, by kommunenummer.

    Args:
        test: The backtest.
        count: So many of those whose numbers differ alone, the largest difference first.
        lang: Language of headings.
    """
    rows = _records(test)
    if count is not None:
        rows = [row for row in rows if row["difference"]]
        rows = sorted(rows, key=lambda row: -abs(row["difference"]))[:count]
    return Table(
        [
            *place_columns(lang),
            Column("population", say("population", lang), kinds.COUNT),
            Column("decided", say("decided", lang), kinds.PLACES),
            Column("requested", say("by the rules", lang), kinds.PLACES),
            Column("difference", say("difference", lang), kinds.CHANGE),
            Column("asked", "", _SIDE),
        ],
        rows,
        lang=lang,
    )


def _records(test: Backtest) -> list[dict[str, Any]]:
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


# --- fylke by fylke --------------------------------------------------------------------------


class _Fylke(NamedTuple):
    """A fylke, or all of them: how many live there, and the records of those asked."""

    fylke: str
    population: int
    records: Sequence[dict[str, Any]]


def fylke_table(test: Backtest, lang: str = "en") -> Table:
    """Return decision and rules by fylke."""
    people, records = dict.fromkeys(test.decided.by_fylke, 0), _records(test)
    for row in test.allocation.rows:
        people[row.fylke] += row.population or 0
    own = {fylke: [record for record in records if record["fylke"] == fylke] for fylke in people}
    return Table(
        _fylke_columns(lang),
        [_Fylke(fylke, people[fylke], own[fylke]) for fylke in people],
        totals=_Fylke(say("total", lang), sum(people.values()), records),
        lang=lang,
    )


def _fylke_columns(lang: str) -> list[Column]:
    then, now, gap = (itemgetter(key) for key in ("decided", "requested", "difference"))
    words = functools.partial(heading, lang=lang)
    return [
        Column("fylke", say("fylke", lang), kinds.NAME),
        Column("population", say("population", lang), kinds.COUNT),
        Column("decided", words("decided"), kinds.COUNT, _sum(then)),
        Column("decided_per_1000", words("per 1,000"), kinds.decimal(2), _per_1000(then)),
        Column("requested", words("by the rules"), kinds.COUNT, _sum(now)),
        Column("requested_per_1000", words("per 1,000"), kinds.decimal(2), _per_1000(now)),
        Column("difference", words("difference"), kinds.CHANGE, _sum(gap)),
        Column("misplaced", words("misplaced, short"), kinds.decimal(1), _misplaced),
        Column("asked_then", words("asked then"), kinds.COUNT, _sum(lambda r: then(r) > 0)),
        Column("asked", words("by the rules"), kinds.COUNT, _sum(lambda r: now(r) > 0)),
        Column("in_both", words("in both"), kinds.COUNT, _sum(lambda r: r["asked"] == "both")),
    ]


def _sum(of: Callable[[dict[str, Any]], int]) -> Callable[[_Fylke], int]:
    return lambda fylke: sum(map(of, fylke.records))


def _per_1000(of: Callable[[dict[str, Any]], int]) -> Callable[[_Fylke], float | None]:
    return lambda fylke: 1000 * _sum(of)(fylke) / fylke.population if fylke.population else None


def _misplaced(fylke: _Fylke) -> float:
    return _sum(lambda record: abs(record["difference"]))(fylke) / 2


# --- all of it -------------------------------------------------------------------------------


def written(test: Backtest, form: str, *, count: int = 15, lang: str = "en", **style: Any) -> bytes:
    """Write a backtest out.

    Args:
        test: What to write.
        form: `table`, `markdown`, `json`, or `csv`, which has the municipalities alone.
        count: How many of the largest differences to show people.
        lang: Language of headings.
        style: As `tables.render` takes it.
    """
    if form in ("csv", "json"):
        return render(municipality_table(test), form, document=document(test), **style)
    given = given_words(counties=test.counties, asked=test.asked, lang=lang)
    what = f"({say('given', lang)}: {given})"
    title = name(test.allocation.rules.title, lang)
    sections = {
        f"{capital(say('rules', lang))}: {title}": trial_table(test, lang),
        f"{say('by fylke', lang)} {what}": fylke_table(test, lang),
        f"{say('largest differences', lang)} {what}": municipality_table(test, count, lang),
    }
    mark = "## " if form == "markdown" else ""
    return b"\n".join(
        f"{mark}{title}\n\n".encode() + render(table, form, **style)
        for title, table in sections.items()
    )


def document(test: Backtest) -> dict[str, Any]:
    """Return what the JSON form says besides the municipalities."""
    made, result = test.decided, test.allocation
    return {
        **stamp(),
        "title": result.rules.title,
        "year": made.year,
        "decided": {
            "places": made.total,
            "asked": len(made.requested),
            "file": made.file,
            "sha256": made.sha256,
        },
        "counties_as_decided": test.counties,
        "asked_as_decided": test.asked,
        "trials": list(trial_table(test).records()),
        "fylker": list(fylke_table(test).records()),
        **made_from(result.rules, result.inputs, result.notes),
    }


def summary(test: Backtest, lang: str = "en") -> list[str]:
    """Return a few lines for people on what was compared."""
    made, result = test.decided, test.allocation
    told = say(
        "backtest of",
        lang,
        year=made.year,
        file=made.file,
        asked=number(len(made.requested), 0, lang),
        places=number(made.total, 0, lang),
        title=name(result.rules.title, lang),
        date=result.rules.as_of,
        total=number(result.rules.total.value, 0, lang),
    )
    notes = [note for note in result.notes if note.kind in ("carried over", "hindsight")]
    late = [say("requests before rules", lang, date=result.rules.as_of)]
    return [
        *told.splitlines(),
        *(late if result.rules.as_of.year >= made.year else ()),
        *(note.of_its_kind(lang) for note in notes),
    ]
