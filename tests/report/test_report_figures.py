"""Map and charts: where marks stand, how large they are, what they say."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from bosetting_cli.findings import DataError
from bosetting_cli.report import boundaries
from bosetting_cli.report.boundaries import load_boundaries
from bosetting_cli.report.charts import contributions_svg, fylke_bars, largest_bars, scatter_svg
from bosetting_cli.report.map import Classes, classes, map_svg, per_1000, places_of, project
from bosetting_cli.report.svg import decades, nice_step
from bosetting_cli.result import allocate
from bosetting_cli.words import LANGUAGES
from commands import tried
from small import criterion, rules_for, synthetic

if TYPE_CHECKING:
    from bosetting_cli import Allocation, Statistics

SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg: str | None) -> ElementTree.Element:
    assert svg is not None
    return ElementTree.fromstring(svg)


@pytest.fixture(scope="module")
def places(statistics: Statistics) -> dict[str, tuple[float, float]]:
    return places_of({m.kommunenummer: m.attributes for m in statistics.municipalities})


@pytest.fixture(scope="module")
def drawn(allocation: Allocation, places: Any) -> ElementTree.Element:
    return parsed(map_svg(allocation, places))


class TestMap:
    def test_every_municipality_is_a_circle(
        self, drawn: ElementTree.Element, allocation: Allocation
    ) -> None:
        group = drawn.find(f"{SVG}g")
        codes = [circle.get("data-k") for circle in group.iter(f"{SVG}circle")]
        assert sorted(codes) == sorted(row.kommunenummer for row in allocation.rows)

    def test_area_is_in_proportion_to_the_number(
        self, drawn: ElementTree.Element, allocation: Allocation
    ) -> None:
        radii = {c.get("data-k"): float(c.get("r")) for c in drawn.find(f"{SVG}g")}
        oslo = radii["0301"] ** 2 / 564
        assert allocation.selected
        for row in allocation.selected:
            assert radii[row.kommunenummer] ** 2 / row.requested == pytest.approx(oslo, rel=0.05)

    def test_colour_is_the_number_per_1000_and_hollow_is_not_asked(
        self, drawn: ElementTree.Element, allocation: Allocation
    ) -> None:
        looks = {c.get("data-k"): c.get("class") for c in drawn.find(f"{SVG}g")}
        assert allocation.rows
        for row in allocation.rows:
            if row.requested:
                # the classes begin at 0.75 and are 0.25 wide
                kind = math.floor((row.requested * 1000 / row.population - 0.75) / 0.25)
                assert looks[row.kommunenummer] == f"m c{kind}"
            else:
                assert looks[row.kommunenummer] == "m n"

    def test_north_is_up_and_east_is_right(self, drawn: ElementTree.Element) -> None:
        at = {
            c.get("data-k"): (float(c.get("cx")), float(c.get("cy"))) for c in drawn.find(f"{SVG}g")
        }
        oslo, bergen, vardo, lindesnes = (at[code] for code in ("0301", "1201", "2002", "1029"))
        assert bergen[0] < oslo[0] < vardo[0]
        assert vardo[1] < bergen[1] < lindesnes[1]

    def test_says_what_it_is_and_what_the_marks_are(self, drawn: ElementTree.Element) -> None:
        assert drawn.get("role") == "img"
        assert drawn.get("aria-label").startswith("Requests on the map. Each municipality")
        texts = ["".join(node.itertext()) for node in drawn.iter(f"{SVG}title")]
        assert "Oslo: 564 (0.85 per 1,000)" in texts
        assert "Hemsedal: not asked" in texts

    def test_the_projection_is_that_of_zone_33(self) -> None:
        # On the middle meridian north is latitude; elsewhere by Snyder (1987), 8-1 and 8-3.
        assert project(15, 70) == pytest.approx((0, math.radians(70)))
        b = math.cos(math.radians(60)) * math.sin(math.radians(-4))
        x = 0.5 * math.log((1 + b) / (1 - b))
        y = math.atan(math.tan(math.radians(60)) / math.cos(math.radians(-4)))
        assert project(11, 60) == pytest.approx((x, y))

    def test_without_places_there_is_none(self, allocation: Allocation) -> None:
        assert map_svg(allocation, {}) is None
        assert places_of({"0301": {"longitude": "x", "latitude": "59"}, "0101": {}}) == {}
        assert places_of({"0301": {"longitude": "6000000", "latitude": "59"}}) == {}

    def test_a_name_stays_text(self) -> None:
        bad = '"><b>&amp;'
        statistics = synthetic({"population": {2017: {"1001": 5.0}}})
        town = replace(statistics.municipalities[0], municipality=bad)
        statistics = replace(statistics, municipalities=(town,))
        result = allocate(statistics, rules_for([criterion(name=bad, title=bad)], 10))
        bars = largest_bars(result)
        for shown in (
            map_svg(result, {"1001": (10, 60)}),
            scatter_svg(result),
            contributions_svg(result, bars, bad, "en"),
        ):
            assert "<b>" not in shown
            assert bad in " ".join("".join(node.itertext()) for node in parsed(shown).iter())
        assert parsed(shown).find(f"{SVG}title").text == bad
        assert parsed(shown).get("aria-label").startswith(bad)

    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            ([], Classes(0.0, 1.0, 1)),
            ([0.8, 2.04], Classes(0.75, 0.25, 6)),
            ([1.0, 1.0], Classes(1.0, 1.0, 1)),
            ([0.01, 0.06], Classes(0.01, 0.01, 6)),
        ],
    )
    def test_classes_are_round(self, values: list[float], expected: Classes) -> None:
        found = classes(values)
        assert found.count == expected.count
        assert (found.start, found.step) == pytest.approx((expected.start, expected.step))
        for value in values:
            assert 0 <= found.of(value) < found.count
            low = found.start + found.of(value) * found.step
            assert low - 1e-9 <= value <= low + found.step + 1e-9


SQUARE = [[[10, 59], [11, 59], [11, 60], [10, 60], [10, 59]]]


AREA = '{"features": [{"id": "0301", "geometry": {"type": "%s", "coordinates": %s}}]}'


class TestBoundaries:
    def write(self, path: Path, *features: Any) -> Path:
        path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}))
        return path

    def feature(self, code: Any, geometry: Any = None, **extra: Any) -> dict[str, Any]:
        shape = geometry or {"type": "Polygon", "coordinates": SQUARE}
        return {
            "type": "Feature",
            "properties": {"kommunenummer": code},
            "geometry": shape,
            **extra,
        }

    def test_areas_take_the_place_of_circles(
        self, tmp_path: Path, statistics: Statistics, allocation: Allocation
    ) -> None:
        path = self.write(tmp_path / "b.geojson", self.feature("0301"), self.feature(101))
        areas = load_boundaries(path, set(statistics.units)).areas
        assert set(areas) == {"0301", "0101"}
        drawn = parsed(map_svg(allocation, {}, areas=areas))
        shapes = {node.get("data-k"): node for node in drawn.iter(f"{SVG}path")}
        assert set(shapes) == {"0301", "0101"}
        assert shapes["0301"].get("class") == "m c0"
        assert re.fullmatch(r"M[\d. ]+l[-\d. ]+z", shapes["0301"].get("d"))
        assert not list(drawn.iter(f"{SVG}circle"))

    def test_the_number_may_be_the_features_id(self, tmp_path: Path) -> None:
        feature = {**self.feature(None), "properties": None, "id": "0301"}
        path = self.write(tmp_path / "b.geojson", feature)
        assert load_boundaries(path, {"0301"}).areas["0301"][0][0] == (10, 59)

    def test_a_large_file_is_drawn_coarser(
        self, tmp_path: Path, statistics: Statistics, allocation: Allocation
    ) -> None:
        codes = statistics.units
        features = []
        for i, code in enumerate(codes):
            x, y = 5 + i % 20, 58 + i // 40
            turn = [k * math.tau / 500 for k in range(500)]
            ring = [[x + 0.4 * math.cos(t), y + 0.4 * math.sin(t)] for t in turn]
            features.append(self.feature(code, {"type": "MultiPolygon", "coordinates": [[ring]]}))
        path = self.write(tmp_path / "b.geojson", *features)
        svg = map_svg(allocation, {}, areas=load_boundaries(path, set(codes)).areas)
        assert svg is not None
        assert len(svg) < 330_000
        assert svg.count("<path") == 426

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("{", "is not GeoJSON"),
            ("[" * 100_000, "is not GeoJSON"),
            ("[]", "Expected `object`, got `array`"),
            ('{"type": "Feature"}', "missing required field `features`"),
            ('{"features": []}', "has no area of a municipality"),
            ('{"features": [{"id": "9999", "geometry": 5}]}', "has no area of a municipality"),
            ('{"features": [{"id": "0301"}, 5]}', r"got `int` - at `\$.features\[1\]`"),
            ('{"features": [{"id": "0301"}]}', "area of 0301 is no Polygon or MultiPolygon"),
            (AREA % ("Point", "[10, 60]"), "'Point'"),
            (AREA % ("Polygon", "[[[262000, 6650000]]]"), "no place on earth\n .*, not metres"),
            (AREA % ("Polygon", f"[[[1{'0' * 400}, 60]]]"), "Number out of range"),
            (AREA % ("Polygon", "[[[NaN, 60]]]"), "is not GeoJSON"),
            (AREA % ("MultiPolygon", '[[[["a"]]]]'), "Expected `float`, got `str`"),
            (AREA % ("Polygon", "[[[10]]]"), "area of 0301 .*not enough values"),
            (AREA % ("Polygon", "[" * 100_000), "is not GeoJSON"),
        ],
    )
    def test_what_is_wrong_is_said(self, tmp_path: Path, text: str, words: str) -> None:
        path = tmp_path / "b.geojson"
        path.write_text(text)
        with pytest.raises(DataError, match=words) as caught:
            load_boundaries(path, {"0301"})
        assert caught.value.problems[0].file == str(path)

    def test_municipalities_without_an_area_are_said(self, tmp_path: Path) -> None:
        names = {"0301": "Oslo", "1103": "Stavanger", "1601": "Trondheim", "1804": "Bodø"}
        codes = ["0301", "1103", "5001", "3801", "3003"]
        path = self.write(tmp_path / "b.geojson", *map(self.feature, codes))
        read = load_boundaries(path, names)
        (found,) = read.misfit(names, {"1804"})
        assert (found.file, found.severity) == (str(path), "warning")
        assert found.message == (
            "no area for 2 of 4 municipalities, 1 of them asked: 1804 Bodø, 1601 Trondheim"
        )
        hint = "take a map of the year of the figures; this one looks like 2020"
        assert found.remedy() == hint
        names["0101"] = "Halden"
        (found,) = read.misfit(names, ())
        assert found.severity == "error"
        assert read.misfit({"0301": "Oslo"}, {"0301"}) == []

    def test_a_map_of_no_year_at_hand_is_given_none(self, tmp_path: Path) -> None:
        codes = ["0301", "9901", "9902", "9903"]
        path = self.write(tmp_path / "b.geojson", *map(self.feature, codes))
        names = {"0301": "Oslo", "1804": "Bodø"}
        (found,) = load_boundaries(path, names).misfit(names, ())
        assert found.remedy() == "take a map of the year of the figures"
        for lang in LANGUAGES:
            assert "None" not in found.in_full(lang)
            assert "1804 Bodø" in found.in_full(lang)

    def test_an_endless_file_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(boundaries, "MAX_BYTES", 1_000_000)
        with pytest.raises(DataError, match="is too large"):
            load_boundaries(Path("/dev/zero"), {"0301"})

    @pytest.mark.parametrize(
        ("least", "strict", "drawn"),
        [(300, [], True), (300, ["--strict"], False), (200, [], False)],
    )
    def test_a_figure_with_a_map_of_too_few(
        self, tmp_path: Path, statistics: Statistics, least: int, strict: list[str], drawn: bool
    ) -> None:
        path = self.write(tmp_path / "b.geojson", *map(self.feature, statistics.units[:least]))
        figure = tmp_path / "map.svg"
        given = ["report", "--boundaries", str(path), "--figure", str(figure), *strict]
        result = tried(*given)
        assert (result.exception is None, figure.exists()) == (drawn, drawn)
        said = result.stderr if drawn else str(result.exception)
        assert f"no area for {426 - least} of 426 municipalities" in said

    def test_a_missing_file_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="can't be read"):
            load_boundaries(tmp_path / "none", {"0301"})


class TestCharts:
    def test_fylker_add_up_to_what_the_criteria_share_out(self, allocation: Allocation) -> None:
        bars = fylke_bars(allocation)
        assert len(bars) == 19
        assert sum(bar.requested for bar in bars) == 4400
        for name, places in (("population", 3080), ("employment", 880)):
            assert math.fsum(bar.parts[name] for bar in bars) == pytest.approx(places)

    def test_the_largest_are_the_largest(self, allocation: Allocation) -> None:
        bars = largest_bars(allocation, 3)
        assert [(bar.name, bar.requested) for bar in bars] == [
            *(("Oslo", 564), ("Bergen", 235), ("Trondheim", 159))
        ]

    def test_bars_are_as_long_as_their_numbers(self, allocation: Allocation) -> None:
        bars = largest_bars(allocation)
        drawn = parsed(contributions_svg(allocation, bars, "Largest", "en"))
        groups = [g for g in drawn.findall(f"{SVG}g") if g.get("data-k")]
        assert len(groups) == 20
        scale = None
        for group, bar in zip(groups, bars, strict=True):
            rects = [r for r in group.findall(f"{SVG}rect") if r.get("class", "").startswith("k")]
            for rect, places in zip(rects, bar.parts.values(), strict=True):
                if scale is None:
                    scale = float(rect.get("width")) / places
                assert float(rect.get("width")) == pytest.approx(places * scale, abs=0.1)
            tick = next(r for r in group.findall(f"{SVG}rect") if r.get("class") == "q")
            assert float(tick.get("x")) + 2 - 150 == pytest.approx(bar.requested * scale, abs=0.2)

    def test_dots_stand_at_their_logarithms(self, allocation: Allocation) -> None:
        drawn = parsed(scatter_svg(allocation))
        at = {
            c.get("data-k"): (float(c.get("cx")), float(c.get("cy")))
            for c in drawn.iter(f"{SVG}circle")
            if c.get("data-k")
        }
        assert len(at) == 205
        one, two, three = (allocation.row(code) for code in ("0301", "1201", "1804"))
        for axis, value in ((0, "population"), (1, "requested")):
            logs = [math.log(getattr(row, value)) for row in (one, two, three)]
            spots = [at[row.kommunenummer][axis] for row in (one, two, three)]
            ratio = (logs[0] - logs[1]) / (logs[0] - logs[2])
            assert (spots[0] - spots[1]) / (spots[0] - spots[2]) == pytest.approx(ratio, abs=0.01)

    def test_the_minimum_is_a_line_through_those_at_it(self, allocation: Allocation) -> None:
        drawn = parsed(scatter_svg(allocation))
        (line,) = (node for node in drawn.iter(f"{SVG}line") if node.get("class") == "l")
        lifted = [c for c in drawn.iter(f"{SVG}circle") if c.get("class") == "d b"]
        assert {c.get("cy") for c in lifted if c.get("data-k")} == {line.get("y1")}
        assert sum(c.get("data-k") is not None for c in lifted) == 102
        assert "minimum 10" in "".join(drawn.itertext())

    def test_draws_without_a_minimum_and_with_many_criteria(self) -> None:
        statistics = synthetic({"population": {2017: {"1001": 5.0, "1002": 50.0}}})
        many = [criterion(name=f"a long criterion {i}", weight=0.1) for i in range(10)]
        result = allocate(statistics, rules_for(many, 20))
        drawn = parsed(contributions_svg(result, fylke_bars(result), "Bars", "en"))
        assert len({r.get("y") for r in drawn.findall(f"{SVG}rect") if r.get("width") == "14"}) > 1
        lines = [node.get("class") for node in parsed(scatter_svg(result)).iter(f"{SVG}line")]
        assert "a" in lines
        assert "l" not in lines

    def test_nobody_asked_gives_no_dots(self) -> None:
        statistics = synthetic({"population": {2017: {"1001": 5.0, "1002": 0.0}}})
        result = allocate(statistics, rules_for([criterion()], 20))
        assert per_1000(result.row("1001")) == 4000
        assert per_1000(result.row("1002")) is None
        assert len(re.findall("data-k", scatter_svg(result) or "")) == 1


@pytest.mark.parametrize(
    ("span", "most", "expected"), [(565, 6, 100), (0.9, 6, 0.2), (7, 7, 1), (0, 5, 1), (26, 5, 10)]
)
def test_steps_are_nice(span: float, most: int, expected: float) -> None:
    assert nice_step(span, most) == pytest.approx(expected)


def test_ticks_of_logarithmic_axes() -> None:
    assert decades(4, 60) == [5, 10, 20, 50]
