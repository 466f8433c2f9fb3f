"""The page as a file: what it holds, in whose words; what a browser makes of it is in browser/."""

from __future__ import annotations

import hashlib
import html
import json
import math
import re
import sys
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from bosetting_cli import load_statistics
from bosetting_cli.explanation import explain
from bosetting_cli.findings import BosettingError
from bosetting_cli.report import FIGURES
from bosetting_cli.report.packing import pack
from bosetting_cli.report.page import TEMPLATES, figure, report
from bosetting_cli.report.svg import png
from bosetting_cli.resources import config_dir
from bosetting_cli.result import allocate
from bosetting_cli.tables.rules import imputed, rule_lines, vintages
from bosetting_cli.words import say
from commands import run, tried
from small import criterion, rules_for, synthetic

if TYPE_CHECKING:
    from pathlib import Path

    from bosetting_cli import Allocation, Rules, Statistics


@pytest.fixture(scope="module")
def page(statistics: Statistics, rules: Rules, allocation: Allocation) -> str:
    return report(statistics, rules, allocation, lang="en").decode()


def unpack(packed: dict[str, Any], i: int) -> Any:
    """Return the i-th of packed values, as the page's script does."""
    if "c" in packed:
        return packed["c"]
    if "v" in packed:
        return packed["v"][i]
    if "s" in packed:
        return packed["s"][packed["i"][i]]
    if "o" in packed:
        return None if packed["i"][i] < 0 else unpack(packed["o"], packed["i"][i])
    if "l" in packed:
        return [unpack(part, i) for part in packed["l"]]
    return {key: unpack(part, i) for key, part in packed["d"].items()}


def plain(page: str) -> str:
    """Return what a page shows, on one line."""
    body = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


class TestPage:
    def test_asks_for_nothing(self, page: str) -> None:
        assert "default-src 'none'" in page
        addresses = set(re.findall(r"https?://[^\s\"'<)]+", page))
        assert addresses == {"http://www.w3.org/2000/svg"}
        assert not re.search(
            r"@import|url\(|<link(?! rel=\"icon\" href=\"data:)|srcset|<iframe", page
        )

    def test_weighs_less_than_a_megabyte(self, page: str) -> None:
        assert len(page.encode()) < 700_000

    def test_is_the_same_twice(
        self, page: str, statistics: Statistics, rules: Rules, allocation: Allocation
    ) -> None:
        assert report(statistics, rules, allocation, lang="en").decode() == page

    def test_sums_up_in_three_sentences(self, page: str) -> None:
        lead = re.search(r'<div class="lead">(.*?)</div>', page, re.S)[1]
        assert plain(lead) == (
            "4,400 people, 210 of them unaccompanied minors, are to be settled, and 205 of 410"
            " eligible municipalities are asked. The number for each follows from population"
            " (70%), employment (20%) and introduction programme (10%), but nobody is asked for"
            " fewer than 10, which decides the number of 102. Oslo is asked for most (564), and"
            " per 1,000 inhabitants the requests run from 0.80 in Gran to 2.04 in Rennesøy."
        )

    def test_has_every_municipality_in_its_table(self, page: str, allocation: Allocation) -> None:
        table = ElementTree.fromstring(
            re.search(r'<table id="t">.*?</table>', page, re.S)[0].replace("&nbsp;", " ")
        )
        rows = [["".join(cell.itertext()) for cell in row] for row in table.find("tbody")]
        assert [row[1] for row in rows] == [row.kommunenummer for row in allocation.rows]
        numbers = [row[5].rstrip("*") for row in rows]
        assert sum(int(n) for n in numbers if n != "–") == 4400
        assert sum(row[5].endswith("*") for row in rows) == 102
        assert sum(int(row[6] or 0) for row in rows) == 210

    def test_knows_what_explain_knows(
        self, page: str, statistics: Statistics, rules: Rules, allocation: Allocation
    ) -> None:
        payload = json.loads(re.search(r'id="payload">(.*?)</script>', page, re.S)[1])
        for i in range(0, 426, 17):
            code = payload["codes"][i]
            told = explain(allocation, code).as_dict()
            assert unpack(payload["explanations"], i) == told

    def test_gives_rules_and_their_sources(self, rules: Rules) -> None:
        lines = {line.name: line for line in rule_lines(rules, "en")}
        letter = "IMDi to the municipalities, 17-08381-1, 2 October 2017"
        assert lines["To settle"] == ("To settle", "4,400", letter)
        assert lines["Minimum"].value == "10"
        assert lines["Asked"].value == "50% of the eligible, by share of the places"
        assert lines["population"].value == "70%; population 2017"
        assert "50 participants" in lines["introduction programme"].value
        assert lines["Whole numbers by"].value == "Sainte-Laguë (Webster)"

    def test_gives_every_kind_of_rule(self) -> None:
        rules = rules_for(
            [criterion(normalise="percentile", direction="lower", weight=1.0)],
            100,
            maximum={"value": 50, "per_1000": 2.5},
            exclude=["Oslo"],
            select={"count": 3, "by": "score", "per_county": 1, "include": ["Røst"]},
            counties={"totals": {"Shire": 100}},
            eligible=[{"indicator": "settled", "at_least": 2, "years": [2015, 2016]}],
        )
        values = "\n".join(line.value for line in rule_lines(rules, "en"))
        for words in (
            "50; 2.5 per 1,000 inhabitants",
            "3, by score without size; at least 1 in each fylke; in any case Røst",
            "settled of at least 2 in one of the years 2015, 2016",
            "percentile; lower figures count for more",
        ):
            assert words in values
        listed = rules_for([criterion()], 5, select={"list": ["1001"]})
        assert "a given list" in [line.value for line in rule_lines(listed, "en")]

    def test_gives_vintages_and_what_was_imputed(
        self, statistics: Statistics, allocation: Allocation
    ) -> None:
        people, work, programme = vintages(statistics, allocation, "nb")
        assert people.dates == "1. januar 2017"
        assert work.dates == "31. desember 2015"
        assert programme.years == "2010–2013"
        first, second = imputed(allocation, "en")
        assert first.names == ["Sandefjord"]
        assert second.text.startswith("Introduction programme: 247 of 410 eligible")

    def test_owns_up_to_hindsight_and_ties(self) -> None:
        numbers = {"1001": 3.0, "1002": 3.0}
        statistics = synthetic({"late_population": {2017: numbers}, "population": {2017: numbers}})
        rules = rules_for([criterion(indicator="late_population", years=[2017])], 5)
        text = plain(report(statistics, rules, allocate(statistics, rules), lang="nb").decode())
        assert "Reglene gjelder per 2. oktober 2017; senere tall er nevnt" in text
        assert "(etterpåklokskap: 2017)" in text
        assert "tie: equal claim to the last place: Town 1001 before Town 1002" in text

    def test_tells_what_would_have_changed_an_answer_if_asked_to(self) -> None:
        statistics = synthetic({"population": {2017: {"1001": 30.0, "1002": 20.0}}})
        rules = rules_for([criterion()], 10, select={"count": 1})
        result = allocate(statistics, rules)
        (first, second) = (
            re.search(r'id="payload">(.*?)</script>', page.decode(), re.S)[1]
            for page in (
                report(statistics, rules, result, lang="en"),
                report(statistics, rules, result, lang="en", watched=list),
            )
        )
        assert unpack(json.loads(first)["changes"], 1) == []
        told = unpack(json.loads(second)["changes"], 1)
        changes = explain(result, "1002", changes=True).changes
        assert told == [change.text for change in changes]
        assert any("asked for 10" in text for text in told)

    @pytest.mark.parametrize("lang", ["en", "nb", "nn"])
    def test_says_so_if_it_has_no_map(self, lang: str) -> None:
        statistics = synthetic({"population": {2017: {"1001": 3.0}}})
        rules = rules_for([criterion()], 5)
        page = report(statistics, rules, allocate(statistics, rules), lang=lang).decode()
        assert say("no map", lang) in plain(page)
        assert f'<html lang="{lang}">' in page

    def test_a_name_can_not_leave_its_place(self) -> None:
        statistics = synthetic({"population": {2017: {"1001": 3.0}}})
        bad = "</script><script>alert(1)</script>"
        town = replace(statistics.municipalities[0], municipality=bad, fylke=bad)
        statistics = replace(statistics, municipalities=(town,))
        rules = rules_for([criterion()], 5, title=bad, reference=bad)
        page = report(statistics, rules, allocate(statistics, rules), lang="en").decode()
        assert "<script>alert" not in page
        assert page.count("</script>") == 2

    def test_text_of_anybody_steers_nothing(self) -> None:
        statistics = synthetic({"population": {2017: {"1001": 3.0, "1002": 2.0}}})
        bad = "a\x1b[31m\u202e\x08b\\u001b\ufffe" + "n" * 300
        place = {"longitude": "10", "latitude": "60"}
        town = replace(statistics.municipalities[0], municipality=bad, fylke=bad, attributes=place)
        statistics = replace(statistics, municipalities=(town, statistics.municipalities[1]))
        rules = rules_for([criterion(name=bad, title=bad)], 5, title=bad, reference=bad)
        allocation = allocate(statistics, rules)
        page = report(statistics, rules, allocation, lang="en").decode()
        good = "a[31mb\\u001b" + "n" * 300
        assert f"<h1>{good}</h1>" in page
        payload = re.search(r'id="payload">(.*?)</script>', page, re.S)[1]
        assert json.loads(payload)["names"][good] == good
        svgs = [figure(which, statistics, allocation) for which in FIGURES]
        for text in (page, *svgs):
            assert not re.search("[\x00-\x09\x0b-\x1f\u202e\ufffe]", text)
        for svg in svgs:
            assert good in "".join(ElementTree.fromstring(svg).itertext()).replace("…", good)


class TestPacking:
    @pytest.mark.parametrize(
        "values",
        [
            [1, 1.0, True],
            [None, {"a": 1}, {"a": None}, {"a": [1, 2]}],
            [{"a": {"b": [1, {"c": "x"}]}}, {"a": {"b": [2, {"c": "y"}]}}],
            [{"a": 1}, {"b": 1}, {}],
            [[1], [1, 2], []],
            ["x", "y", "x", None],
            [None, None],
            [f"text {i}" for i in range(100)],
        ],
    )
    def test_gives_back_what_it_was_given(self, values: list[Any]) -> None:
        packed = json.loads(json.dumps(pack(values)))
        assert [unpack(packed, i) for i in range(len(values))] == values
        kinds = [type(unpack(packed, i)) for i in range(len(values))]
        assert kinds == [type(value) for value in values]


SEEN = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": (
        *((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216)),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no green": (
        *((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413)),
        (-0.011820, 0.042940, 0.968881),
    ),
    "no blue": (
        *((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602)),
        (0.004733, 0.691367, 0.303900),
    ),
}


class TestColours:
    """Simulated by Machado, Oliveira and Fernandes (2009), at full severity."""

    @staticmethod
    def lab(colour: str, matrix: Any) -> tuple[float, float, float]:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        r, g, b = (
            min(1, max(0, sum(m * c for m, c in zip(row, linear, strict=True)))) for row in matrix
        )
        xyz = (
            *((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,),
            0.2126 * r + 0.7152 * g + 0.0722 * b,
            (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
        )
        x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in xyz)
        return 116 * y - 16, 500 * (x - y), 200 * (y - z)

    def sets(self) -> dict[str, list[str]]:
        style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
        light, dark = style.split("@media (prefers-color-scheme: dark)")[:2]
        return {
            f"{letter} {name}": re.findall(rf"--{letter}[0-{last}]: (#[0-9a-f]{{6}})", part)[
                : last + 1
            ]
            for letter, last in (("c", 5), ("k", 2))
            for name, part in (("light", light), ("dark", dark))
        }

    @pytest.mark.parametrize("seen", SEEN)
    def test_all_classes_and_criteria_can_be_told_apart(self, seen: str) -> None:
        assert self.sets()
        for name, colours in self.sets().items():
            assert len(colours) == (6 if name.startswith("c") else 3)
            places = [self.lab(colour, SEEN[seen]) for colour in colours]
            for first, second in combinations(places, 2):
                assert math.dist(first, second) > 8, name  # 2.3 is just noticeable

    @pytest.mark.parametrize("seen", SEEN)
    def test_more_is_always_darker_on_light_and_lighter_on_dark(self, seen: str) -> None:
        sets = self.sets()
        light = [self.lab(colour, SEEN[seen])[0] for colour in sets["c light"]]
        dark = [self.lab(colour, SEEN[seen])[0] for colour in sets["c dark"]]
        assert light == sorted(light, reverse=True)
        assert dark == sorted(dark)


def as_read(rules: Rules) -> Statistics:
    """Return the packaged statistics as a command reads them: beside these rules."""
    statistics = load_statistics(indicators=rules.indicators())
    digest = hashlib.sha256((config_dir() / "criteria.yaml").read_bytes()).hexdigest()
    return replace(statistics, inputs={**statistics.inputs, "criteria.yaml": digest})


class TestCommand:
    def test_writes_the_page_and_figures(self, tmp_path: Path, rules: Rules) -> None:
        files = [tmp_path / name for name in ("map.svg", "contributions.png", "population.svg")]
        figures = [part for file in files for part in ("--figure", str(file))]
        result = run("report", "-o", str(tmp_path / "out.html"), "--lang", "en", *figures)
        assert result.exit_code == 0, result.output
        statistics = as_read(rules)
        page = report(statistics, rules, allocate(statistics, rules), lang="en")
        assert (tmp_path / "out.html").read_bytes() == page
        assert ElementTree.parse(files[0]).getroot().tag == "{http://www.w3.org/2000/svg}svg"
        assert files[1].read_bytes().startswith(b"\x89PNG")
        assert "4,400 people" in result.stderr

    def test_a_dash_is_standard_output(self, tmp_path: Path, rules: Rules) -> None:
        figure = tmp_path / "map.svg"
        result = run("report", "-o", "-", "--lang", "en", "--figure", str(figure))
        statistics = as_read(rules)
        page = report(statistics, rules, allocate(statistics, rules), lang="en")
        assert (result.exit_code, result.stdout_bytes) == (0, page)
        assert [path.name for path in tmp_path.iterdir()] == ["map.svg"]

    def test_all_files_are_written_or_none(self, tmp_path: Path) -> None:
        (tmp_path / "map.svg").write_text("mine")
        given = ["--figure", str(tmp_path / "map.svg"), "--figure", str(tmp_path / "largest.svg")]
        refused = tried("report", "-o", str(tmp_path / "out.html"), *given)
        assert "exists already" in str(refused.exception)
        assert [path.name for path in tmp_path.iterdir()] == ["map.svg"]

    def test_does_not_replace_unless_forced(self, tmp_path: Path) -> None:
        (tmp_path / "map.svg").write_text("mine")
        refused = tried("report", "--figure", str(tmp_path / "map.svg"))
        assert "exists already" in str(refused.exception)
        assert (tmp_path / "map.svg").read_text() == "mine"
        assert tried("report", "--figure", str(tmp_path / "map.svg"), "--force").exit_code == 0

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ([], "name a file with --output, or a --figure"),
            (["--figure", "maps.svg"], "maps.svg is no figure: map, contributions"),
            (["--figure", "map.gif"], "map.gif is no figure"),
        ],
    )
    def test_usage_errors(self, arguments: list[str], words: str) -> None:
        result = run("report", *arguments)
        assert result.exit_code == 2
        assert words in result.stderr

    def test_a_map_needs_places(self, tmp_path: Path) -> None:
        data = tmp_path / "data.csv"
        data.write_text("kommunenummer,municipality,fylke,population\n0301,Oslo,Oslo,5\n")
        rules = tmp_path / "rules.yaml"
        rules.write_text(
            "title: Test\nas_of: 2017-10-02\ntotal: 3\n"
            "criteria: [{name: size, weight: 1, indicator: population}]\n"
        )
        given = ("--data", str(data), "--rules", str(rules))
        result = tried("report", *given, "--figure", str(tmp_path / "map.svg"))
        assert "nothing says where the municipalities lie" in str(result.exception)
        assert not (tmp_path / "map.svg").exists()

    def test_a_missing_package_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "resvg_py", None)
        with pytest.raises(BosettingError, match=r"pip install 'path/to/checkout\[png\]'"):
            png("<svg/>")

    def test_text_is_drawn_without_a_font_on_the_system(self) -> None:
        empty = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 20" width="60" height="20">'
        )
        word = '<text x="2" y="16" font-family="sans-serif" font-size="14">Ås</text>'
        assert png(f"{empty}{word}</svg>") != png(f"{empty}</svg>")
