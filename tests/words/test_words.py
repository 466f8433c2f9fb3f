"""The catalogue: three languages, the same placeholders, every key once and used."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from pathlib import Path
from string import Formatter

import pytest

import bosetting_cli
from bosetting_cli import words
from bosetting_cli.words.catalogue import LANGUAGES, NAMES, PARTS, SOURCES, sentence
from commands import run
from small import criterion, rules_for

PACKAGE = Path(bosetting_cli.__file__).parent
CATALOGUE = {p.stem: tomllib.loads(p.read_text()) for p in (PACKAGE / "words").glob("*.toml")}
KEYS = [(part, key) for part, entries in CATALOGUE.items() for key in entries]
SOURCE = "\n".join(
    path.read_text(encoding="utf-8")
    for pattern in ("*.py", "*.j2", "*.js")
    for path in PACKAGE.rglob(pattern)
)
# Keys that are made of a word and something: `say(f"if {kind}", …)`, `say("section " ~ key)`.
BUILT = set(re.findall(r'(?:say|told|finding)\(\s*f?"([a-z ]+ )(?:\{|" ~)', SOURCE))


def test_every_file_is_a_part():
    assert set(CATALOGUE) == set(PARTS)


@pytest.mark.parametrize(("part", "key"), KEYS)
def test_every_key_has_three_languages_with_the_same_placeholders(part, key):
    entry = CATALOGUE[part][key]
    assert tuple(entry) == LANGUAGES
    assert all(entry.values())
    found = [
        sorted(str(name) for _, name, _, _ in Formatter().parse(t) if name) for t in entry.values()
    ]
    assert found[0] == found[1] == found[2]


def test_no_key_stands_twice():
    keys = [key for _, key in KEYS]
    assert [key for key in keys if keys.count(key) > 1] == []


def test_every_key_is_used():
    assert {"if ", "section ", "by ", "count ", "kind ", "limit ", "no such ", "twice "} <= BUILT
    unused = [
        key
        for part, key in KEYS
        if part not in (NAMES, SOURCES)
        and f'"{key}"' not in SOURCE
        and f"'{key}'" not in SOURCE
        and f"words.{key}" not in SOURCE
        and not key.startswith(tuple(BUILT))
        and f'"{key.removesuffix(" remedy")}"' not in SOURCE
    ]
    assert unused == []


def test_every_name_stands_in_the_rules_or_the_data():
    root = Path(__file__).parents[2]
    files = [*(root / "config").rglob("*.yaml"), root / "data" / "datapackage.json"]
    text = " ".join(path.read_text(encoding="utf-8") for path in files) + ' "rate"'
    names = [key.removesuffix(", short") for key in (*CATALOGUE[NAMES], *CATALOGUE[SOURCES])]
    text = " ".join(text.split())  # what takes several lines there is one text
    assert [name for name in names if name not in text] == []


def test_every_name_of_the_built_in_rules_is_known():
    for path in (Path(__file__).parents[2] / "config").rglob("*.yaml"):
        rules = bosetting_cli.load_rules(path, total=10_000)  # a template leaves it out
        said = [rules.title, rules.reference, *(c.name for c in rules.eligible if c.name)]
        said += [item.title or item.name for item in (*rules.criteria, *rules.of_which)]
        assert [text for text in said if text not in CATALOGUE[NAMES]] == []
        assert [text for text in rules.sources.values() if text not in CATALOGUE[SOURCES]] == []


def test_one_sentence_alone_is_what_the_whole_file_says():
    for part in ("findings", SOURCES):
        assert {key: sentence(key, part) for key in CATALOGUE[part]} == CATALOGUE[part]
    assert sentence("no such sentence") is None


def test_a_word_that_is_not_there_is_a_fault():
    with pytest.raises(KeyError):
        words.say("no such word", "nb")
    with pytest.raises(KeyError, match="group"):
        words.say("county number", "nb", total=3)


def test_names_of_the_user_stay_as_they_are():
    assert words.name("schools", "nb") == "schools"
    assert words.name("rank", "nb") == "rank"  # a word of tables, no name of the rules


def test_titles_of_the_rules_go_before_the_catalogue():
    own = criterion(name="population", title="people", title_nb="folk")
    (read,) = rules_for([own], 5).criteria
    assert [words.title(read, lang) for lang in LANGUAGES] == ["people", "folk", "folk"]
    (read,) = rules_for([criterion(name="population")], 5).criteria
    assert [words.title(read, lang) for lang in LANGUAGES] == [
        "population", "folketall", "folketal",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "width", "lines"),
    [
        ("employ\u00adment rate", 8, ["employ-", "ment", "rate"]),
        ("of the\ntotal", 8, ["of the", "total"]),
        ("per 1\u00a0000", 8, ["per", "1\u00a0000"]),
        ("unbreakable", 4, ["unbr-", "eaka-", "ble"]),
        ("two  spaces", 8, ["two", "spaces"]),
    ],
)
def test_headings_are_broken(heading, width, lines):
    assert words.broken(heading, width).split("\n") == lines


def test_numbers_and_dates():
    assert [words.number(1234.5, 1, lang) for lang in LANGUAGES] == [
        "1,234.5", "1\u00a0234,5", "1\u00a0234,5",
    ]  # fmt: skip
    assert words.number(None) == ""
    assert [words.percent(x) for x in (0.5, 0.125, 1.0)] == ["50%", "12.5%", "100%"]
    assert words.percent(0.125, "nn") == "12,5\u00a0%"
    assert [words.signed(x, "nb") for x in (3, -1200, 0)] == ["+3", "−1\u00a0200", "0"]
    assert words.date(dt.date(2018, 5, 17), "nn") == "17. mai 2018"
    assert words.listing(["a", "b", "c"], "nb") == "a, b og c"


def test_places_of_a_sentence_say_how_they_are_filled():
    pairs = (("Larvik", "Larvik + Lardal"), ("Hole", "Hole + Ås"))
    merged = {"source": 2017, "to": 2018, "renumbered": 46, "number": 2, "pairs": pairs}
    merged |= {"joined": "merged ones", "more": "", "lost": "rates of merged ones"}
    merged["rates"] = ("index", "rate")
    assert words.told("carried over", "en", **merged) == (
        "figures on the municipalities of 2017 to those of 2018: 46 renumbered, 2 merged (Larvik"
        " from Larvik + Lardal; Hole from Hole + Ås); no figure for those merged in index, rate,"
        " which can't be added up"
    )
    assert words.told("carried over", "nn", **merged) == (
        "tal for kommunane i 2017 overførte til kommunane i 2018: 46 har fått nytt nummer, 2 er"
        " slått saman (Larvik av Larvik + Lardal; Hole av Hole + Ås); ingen tal for dei samanslåtte"
        " i index, rate, som ikkje kan leggjast saman"
    )
    short = {"width": 3, "cells": 1}
    assert words.told("row too short", "en", **short) == "has 1 cell, the header has 3"
    assert words.told("row too short", "nb", **short) == "har 1 celle, overskriften har 3"
    assert words.told("row too long", "nb", width=3, cells=4) == "har 4 celler, overskriften har 3"
    assert words.told("did you mean", "nb", near=("Os", "Ås")) == "mente du Os eller Ås?"
    read = {"mark": ",", "cells": 2, "value": "1.234,5", "figure": 1234.5}
    assert words.told("thousands read", "nb", **read).endswith("i 2 celler: `1.234,5` er 1234,5")


@pytest.mark.parametrize("name", ["folketall", "FOLKETAL", "population"])
def test_a_criterion_goes_by_its_titles_in_any_language(name):
    options = ["allocate", "-q", "--format", "csv"]
    weights = ["--weight", f"{name}=0.6", "--weight", "sysselsetting=0.3"]
    plain = ["--weight", "population=0.6", "--weight", "employment=0.3"]
    result = run(*options, *weights)
    assert result.exit_code == 0
    assert result.stdout == run(*options, *plain).stdout
    assert result.stdout != run(*options).stdout


def test_a_name_goes_before_the_title_of_another():
    from bosetting_cli.rulebook.override import override

    mine = [criterion(name="folketall", weight=0.5), criterion(name="population", weight=0.5)]
    changed = override(rules_for(mine, 5), weights={"folketall": 0.2, "population": 0.8})
    assert [c.weight for c in changed.criteria] == [0.2, 0.8]


def test_the_page_gives_its_script_every_word_that_it_says():
    from bosetting_cli.report.page import _HEADS, _SHARED

    script = (PACKAGE / "report" / "templates" / "report.js").read_text(encoding="utf-8")

    def said(of: str) -> set[str]:
        plain = re.findall(rf"\b{of}\.([a-z]+)", script) + re.findall(rf'\b{of}\["(.*?)"\]', script)
        chosen = re.findall(rf'\b{of}\[[^]"]*\? "(.*?)" : "(.*?)"\]', script)
        return {*plain, *(key for pair in chosen for key in pair)}

    statuses = {"selected", "not selected", "not eligible"}  # words[e.status]
    assert {"not published", "minimum decides", "not met"} <= said("words")
    assert said("words") | statuses | {"any", "all"} <= {*CATALOGUE["documents"], *_SHARED}
    assert {"rank", "gives"} <= said("heads")
    assert said("heads") | statuses <= set(_HEADS)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["allocate", "--year", "2018-revised"],
            "ikke publisert tall for Sandefjord; landets 66,1\u00a0%",
        ),
        (["validate"], "0 feil, 0 advarsler; regler og 9 tabeller er sjekket"),
        (["backtest"], "ført over: tall for kommunene i 2017 overført til kommunene i 2018"),
        (["explain", "oslo", "--year", "2019"], "Kilder: IMDis kriterier for 2019"),
    ],
)
def test_no_english_beside_norwegian(arguments, told):
    result = run(*arguments, "--lang", "nb")
    assert told in result.stdout + result.stderr


def test_the_page_names_its_sources_in_norwegian(tmp_path):
    run("report", "--lang", "nb", "-q", "-o", tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "IMDi til kommunene, 17-08381-1, 2. oktober 2017" in page
    assert "never published" not in page
