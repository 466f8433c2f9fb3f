"""A backtest → tables for people, and rows and a document for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bosetting_cli
from bosetting_cli.labels import LANGUAGES, label, number
from bosetting_cli.tables import SCHEMA_VERSION, Table, render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bosetting_cli.backtest import Backtest, Trial

FORMATS = ("table", "markdown", "json", "csv")

_WORDS: dict[str, tuple[str, str, str]] = {
    "given": ("given from the decision", "gitt fra vedtaket", "gjeve frå vedtaket"),
    "nothing": ("nothing", "ingenting", "ingenting"),
    "counties": ("the counties' sums", "fylkenes summer", "summane til fylka"),
    "asked list": ("who is asked", "hvem som spørres", "kven som blir spurde"),
    "both": ("both", "begge deler", "begge delar"),
    "in both": ("in\nboth", "i\nbegge", "i\nbegge"),
    "missed": ("missed", "mangler", "manglar"),
    "extra": ("extra", "ekstra", "ekstra"),
    "misplaced": ("places\nmisplaced", "plasser\nfeil", "plassar\nfeil"),
    "part": ("of the\ntotal", "av\nalle", "av\nalle"),
    "rank": ("rank\ncorr.", "rang-\nkorr.", "rang-\nkorr."),
    "decided": ("decided", "vedtatt", "vedteke"),
    "per 1,000": ("per\n1,000", "per\n1 000", "per\n1 000"),
    "by the rules": ("by the\nrules", "etter\nreglene", "etter\nreglane"),
    "difference": ("differ-\nence", "for-\nskjell", "skil-\nnad"),
    "asked then": ("asked\nthen", "spurt\nda", "spurde\nda"),
    "misplaced here": ("mis-\nplaced", "feil", "feil"),
    "asked by rules": ("by\nrules", "etter\nreglene", "etter\nreglane"),
    "by fylke": ("By fylke", "Etter fylke", "Etter fylke"),
    "largest": ("The largest differences", "De største forskjellene", "Dei største skilnadene"),
    "rules": ("Rules", "Regler", "Reglar"),
    "given:": ("given from the decision", "gitt fra vedtaket", "gjeve frå vedtaket"),
}


def word(key: str, lang: str) -> str:
    """Return a word of these tables in a language."""
    return _WORDS[key][LANGUAGES.index(lang)]


def given_words(*, counties: bool, asked: bool, lang: str = "en") -> str:
    """Return in words what was taken from the decision."""
    keys = {(False, False): "nothing", (True, False): "counties", (False, True): "asked list"}
    return word(keys.get((counties, asked), "both"), lang)


def trial_table(test: Backtest, lang: str = "en") -> Table:
    """Return how near the rules come, with more and more of the decision given."""
    keys = ("in both", "missed", "extra", "misplaced", "part", "rank")
    header = [word("given", lang), label("asked", lang), *(word(key, lang) for key in keys)]
    return Table(
        header,
        [_trial_cells(trial, lang) for trial in test.trials],
        ["left", *["right"] * (len(header) - 1)],
        notes=[f"{_given(t, lang)}: {t.problem}" for t in test.trials if t.problem],
        records=trial_records(test),
    )


def _given(trial: Trial, lang: str) -> str:
    return given_words(counties=trial.counties, asked=trial.asked, lang=lang)


def _trial_cells(trial: Trial, lang: str) -> list[str]:
    near = trial.agreement
    if near is None:
        return [_given(trial, lang), *["–"] * 7]
    return [
        _given(trial, lang),
        number(len(near.both) + len(near.only_a), 0, lang),
        number(len(near.both), 0, lang),
        number(len(near.only_b), 0, lang),
        number(len(near.only_a), 0, lang),
        number(near.misplaced, 1 if near.misplaced % 1 else 0, lang),
        f"{number(100 * near.misplaced_share, 1, lang)} %",
        number(near.rank_correlation, 2, lang),
    ]


def trial_records(test: Backtest) -> list[dict[str, Any]]:
    """Return the trials for machines; None where the rules admit nothing."""
    return [
        {
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
        for trial in test.trials
        for near in [trial.agreement]
    ]


def municipality_records(test: Backtest) -> list[dict[str, Any]]:
    """Return a row for each municipality asked then or by the rules, by kommunenummer."""
    rows = []
    for row in sorted(test.allocation.rows, key=lambda row: row.kommunenummer):
        then = test.decided.requested.get(row.kommunenummer, 0)
        if then or row.requested:
            rows.append(
                {
                    "kommunenummer": row.kommunenummer,
                    "municipality": row.municipality,
                    "fylke": row.fylke,
                    "population": row.population,
                    "decided": then,
                    "requested": row.requested,
                    "difference": row.requested - then,
                    "asked": "extra" if not then else "both" if row.requested else "missed",
                }
            )
    return rows


def fylke_records(test: Backtest) -> list[dict[str, Any]]:
    """Return a row for each fylke."""
    records = municipality_records(test)
    result = []
    for fylke in test.decided.by_fylke:
        population = sum(r.population or 0 for r in test.allocation.rows if r.fylke == fylke)
        rows = [entry for entry in records if entry["fylke"] == fylke]
        then, now = (sum(r[key] for r in rows) for key in ("decided", "requested"))
        result.append(
            {
                "fylke": fylke,
                "population": population,
                "decided": then,
                "decided_per_1000": 1000 * then / population if population else None,
                "requested": now,
                "requested_per_1000": 1000 * now / population if population else None,
                "difference": now - then,
                "misplaced": sum(abs(r["difference"]) for r in rows) / 2,
                "asked_then": sum(r["decided"] > 0 for r in rows),
                "asked": sum(r["requested"] > 0 for r in rows),
                "in_both": sum(r["asked"] == "both" for r in rows),
            }
        )
    return result


def fylke_table(test: Backtest, lang: str = "en") -> Table:
    """Return decision and rules by fylke."""
    records = fylke_records(test)
    keys = (
        *("decided", "per 1,000", "by the rules", "per 1,000", "difference"),
        *("misplaced here", "asked then", "asked by rules", "in both"),
    )
    header = [label("fylke", lang), label("population", lang), *(word(key, lang) for key in keys)]
    sums: dict[str, Any] = {
        key: sum(entry[key] for entry in records)
        for key in records[0]
        if key != "fylke" and not key.endswith("per_1000")
    }
    for key in ("decided", "requested"):
        sums[f"{key}_per_1000"] = 1000 * sums[key] / sums["population"]
    whole = {key: sums.get(key, label("total", lang)) for key in records[0]}
    return Table(
        header,
        [_fylke_cells(entry, lang) for entry in records],
        ["left", *["right"] * (len(header) - 1)],
        _fylke_cells(whole, lang),
        records=records,
        elastic=(0,),
    )


def _fylke_cells(entry: Mapping[str, Any], lang: str) -> list[str]:
    cells = []
    for key, value in entry.items():
        if key == "fylke":
            cells.append(value)
        elif key == "difference":
            cells.append(signed(value, lang))
        else:
            decimals = 2 if key.endswith("per_1000") else 1 if key == "misplaced" else 0
            cells.append(number(value, decimals, lang))
    return cells


def signed(value: int, lang: str) -> str:
    """Return a difference with its sign, a true minus."""
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{number(abs(value), 0, lang)}"


def difference_table(test: Backtest, count: int, lang: str = "en") -> Table:
    """Return the municipalities whose numbers differ most, the largest difference first."""
    records = [r for r in municipality_records(test) if r["difference"]]
    records = sorted(records, key=lambda r: (-abs(r["difference"]), r["kommunenummer"]))[:count]
    words = [label(key, lang) for key in ("kommunenummer", "municipality", "fylke", "population")]
    keys = ("decided", "by the rules", "difference")
    header = [*words, *(word(key, lang).replace("-\n", "") for key in keys), ""]
    rows = [
        [
            entry["kommunenummer"],
            entry["municipality"],
            entry["fylke"],
            number(entry["population"], 0, lang),
            number(entry["decided"], 0, lang) if entry["decided"] else "–",
            number(entry["requested"], 0, lang) if entry["requested"] else "–",
            signed(entry["difference"], lang),
            "" if entry["asked"] == "both" else word(entry["asked"], lang),
        ]
        for entry in records
    ]
    align = ["right", "left", "left", "right", "right", "right", "right", "left"]
    return Table(header, rows, align, records=records, elastic=(2, 1))


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
        table = Table((), (), (), records=municipality_records(test))
        return render(table, form, excel_nb=excel_nb, document=document(test))
    chosen = given_words(counties=test.counties, asked=test.asked, lang=lang)
    what = f"{word('given:', lang)}: {chosen}"
    sections = [
        (f"{word('rules', lang)}: {test.allocation.rules.title}", trial_table(test, lang)),
        (f"{word('by fylke', lang)} ({what})", fylke_table(test, lang)),
        (f"{word('largest', lang)} ({what})", difference_table(test, count, lang)),
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
        "schema_version": SCHEMA_VERSION,
        "program": f"bosetting {bosetting_cli.__version__}",
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
        "trials": trial_records(test),
        "fylker": fylke_records(test),
        "notes": [{"kind": note.kind, "text": note.text} for note in result.notes],
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
    kinds = ("carried over", "hindsight")
    return lines + [f"{n.kind}: {n.text}" for n in result.notes if n.kind in kinds]
