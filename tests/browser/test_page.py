"""The page in a real browser: what it shows, how it is used, and by whom."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from bosetting_cli.explanation import explain
from browser.conftest import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from bosetting_cli import Allocation, Rules, Statistics

SHOWN = (
    "[...document.querySelectorAll('#t tbody tr')].filter(row => !row.hidden).map(row => row.id)"
)
PANEL = """() => Object.fromEntries([...document.querySelectorAll('#panel data')]
           .map(d => [d.dataset.path, JSON.parse(d.value)]))"""


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """Return an explanation as path → value, as the panel marks its values."""
    if isinstance(value, dict) and path != "of_which":
        items = [(f"{path}.{key}" if path else key, part) for key, part in value.items()]
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        items = [(f"{path}.{i}", part) for i, part in enumerate(value)]
    else:
        return {path: value}
    return {key: part for name, inner in items for key, part in flat(inner, name).items()}


def downloaded(page: Page) -> list[dict[str, str]]:
    with page.expect_download() as caught:
        page.click("#csv")
    return list(csv.DictReader(io.StringIO(caught.value.path().read_text(encoding="utf-8"))))


def without_changes(explanation: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in explanation.items() if key != "changes"}


@pytest.fixture
def page(visit: Callable[..., Page], pages: dict[str, Path]) -> Page:
    return visit(pages["en"])


class TestPanel:
    def test_says_for_every_municipality_what_explain_says(
        self, page: Page, statistics: Statistics, rules: Rules, allocation: Allocation
    ) -> None:
        codes = list(statistics.units)
        shown = page.evaluate(
            f"""async codes => {{
                const read = {PANEL};
                const all = {{}};
                for (const code of codes) {{
                    location.hash = code;
                    await new Promise(done => addEventListener('hashchange', done, {{once: true}}));
                    all[code] = read();
                }}
                return all;
            }}""",
            codes,
        )
        assert set(shown) == set(codes)
        for code in codes:
            told = explain(allocation, code).as_dict()
            assert shown[code] == flat(without_changes(told)), code

    @pytest.mark.parametrize("code", ["1804", "0301", "1259", "0618", "1151"])
    def test_equals_the_json_of_the_command(
        self, visit: Callable[..., Page], pages: dict[str, Path], code: str
    ) -> None:
        page = visit(pages["nb"], f"#{code}")
        told = json.loads(run("explain", code, "--format", "json").stdout)
        told = told.get("explanations", [told])[0]
        known = page.evaluate(PANEL)
        expected = flat(without_changes(told))
        assert known == {path: value for path, value in expected.items() if path in known}
        assert {"requested", "quota", "criteria.0.contribution", "rank"} <= set(known)

    def test_shows_the_numbers_as_people_read_them(
        self, visit: Callable[..., Page], pages: Any
    ) -> None:
        text = visit(pages["nb"], "#1804").locator("#panel").inner_text()
        for words in ("Bodø", "51\u00a0022 innbyggere", "44 personer", "nummer 16 av 410"):
            assert words in text

    def test_opens_by_address_and_closes_by_escape(
        self, visit: Callable[..., Page], pages: Any
    ) -> None:
        page = visit(pages["en"], "#0301")
        assert page.locator("#panel").is_visible()
        assert page.locator("#panel h2").inner_text() == "Oslo"
        page.keyboard.press("Escape")
        assert page.locator("#panel").is_hidden()
        assert "#" not in page.url
        page.go_back()
        page.wait_for_selector("#panel[open]")
        assert page.url.endswith("#0301")

    def test_an_unknown_address_opens_nothing(self, visit: Callable[..., Page], pages: Any) -> None:
        assert visit(pages["en"], "#9999").locator("#panel").is_hidden()

    def test_a_circle_and_a_dot_open_it(self, page: Page) -> None:
        for drawing in ("#map", "#size"):
            page.locator(f"{drawing} circle[data-k='1201']").first.click(force=True)
            assert page.locator("#panel h2").inner_text() == "Bergen"
            page.click("#close")
            assert page.locator("#panel").is_hidden()

    def test_pointing_at_a_mark_says_its_number(self, page: Page) -> None:
        page.locator("#map circle[data-k='1902']").first.hover(force=True)
        assert page.locator("#tip").inner_text() == "Tromsø: 64 (0.86 per 1,000)"


class TestTable:
    def test_sorts_by_each_column_both_ways(self, page: Page, allocation: Allocation) -> None:
        rows = allocation.rows
        page.click("th[data-key='population'] button")
        largest = sorted(rows, key=lambda row: (-row.population, rows.index(row)))
        assert page.evaluate(SHOWN) == [row.kommunenummer for row in largest]
        assert page.get_attribute("th[data-key='population']", "aria-sort") == "descending"
        assert page.get_attribute("th[data-key='rank']", "aria-sort") is None
        page.click("th[data-key='population'] button")
        smallest = sorted(rows, key=lambda row: (row.population, rows.index(row)))
        assert page.evaluate(SHOWN) == [row.kommunenummer for row in smallest]

    def test_sorts_names_as_norwegians_do(self, page: Page) -> None:
        page.click("th[data-key='municipality'] button")
        names = page.locator("#t tbody th").all_inner_texts()
        assert names[0] == "Agdenes"
        assert names[-1] == "Åsnes"
        assert names.index("Østre Toten") > names.index("Vågå")

    def test_sorts_contributions_with_the_not_asked_last(
        self, page: Page, allocation: Allocation
    ) -> None:
        page.click("th[data-key='criterion employment'] button")
        shown = page.evaluate(SHOWN)
        asked = {row.kommunenummer for row in allocation.selected}
        assert shown[0] == "0301"
        assert set(shown[: len(asked)]) == asked

    @pytest.mark.parametrize(
        ("words", "found"),
        [("bodo", ["1804"]), ("BODØ", ["1804"]), ("030", ["0301"]), ("nowhere", [])],
    )
    def test_searches_by_name_and_number(self, page: Page, words: str, found: list[str]) -> None:
        page.fill("#q", words)
        assert page.evaluate(SHOWN) == found
        assert page.inner_text("#count") == f"{len(found)} of 426 municipalities"
        assert page.is_visible("#nothing") is (not found)

    def test_filters_by_fylke_and_status(self, page: Page, allocation: Allocation) -> None:
        page.select_option("#f", "Nordland")
        page.select_option("#s", "not selected")
        wanted = [
            row.kommunenummer
            for row in allocation.rows
            if row.fylke == "Nordland" and row.status == "not selected"
        ]
        assert len(wanted) == 24
        assert page.evaluate(SHOWN) == wanted

    def test_downloads_what_allocate_prints(self, page: Page) -> None:
        mine = downloaded(page)
        printed = run("allocate", "--all", "--format", "csv").stdout.decode()
        theirs = list(csv.DictReader(io.StringIO(printed)))
        assert len(mine) == 426
        assert set(mine[0]) <= set(theirs[0])
        for left, right in zip(mine, theirs, strict=True):
            for column, cell in left.items():
                same = cell == right[column] or float(cell) == float(right[column])
                assert same, (left["municipality"], column, cell, right[column])

    def test_downloads_only_what_is_shown(self, page: Page) -> None:
        page.select_option("#f", "Oslo")
        assert [row["municipality"] for row in downloaded(page)] == ["Oslo"]


class TestKeyboard:
    def test_reaches_and_uses_everything(self, page: Page) -> None:
        focused = "document.activeElement.outerHTML.slice(0, 200)"
        seen = []
        for _ in range(60):
            page.keyboard.press("Tab")
            seen.append(page.evaluate(focused))
            if 'href="#0301"' in seen[-1]:
                break
        assert 'class="skip"' in seen[0]
        for part in ('href="#map"', 'id="q"', 'id="f"', 'id="s"', 'id="csv"', "<summary"):
            assert any(part in html for html in seen), part
        page.keyboard.press("Enter")
        assert page.inner_text("#panel h2") == "Oslo"
        assert page.evaluate("document.activeElement.id") == "close"
        page.keyboard.press("Enter")
        assert page.locator("#panel").is_hidden()
        assert 'href="#0301"' in page.evaluate(focused)

    def test_sorts(self, page: Page) -> None:
        page.focus("th[data-key='fylke'] button")
        page.keyboard.press("Enter")
        assert page.get_attribute("th[data-key='fylke']", "aria-sort") == "ascending"
        assert page.evaluate(SHOWN)[0].startswith("02")  # Akershus


class TestAccessibility:
    @pytest.mark.parametrize(
        ("address", "scheme", "width"),
        [
            *[("", "light", 1600), ("", "dark", 400)],
            *[("#1804", "dark", 1000), ("#1804", "light", 400)],
            *[("#0618", "light", 1000), ("#1151", "dark", 400)],
        ],
    )
    def test_axe_finds_nothing(
        self,
        visit: Callable[..., Page],
        pages: dict[str, Path],
        axe: str,
        address: str,
        scheme: str,
        width: int,
    ) -> None:
        page = visit(pages["nb"], address, width=width, color_scheme=scheme, bypass_csp=True)
        page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
        page.evaluate(axe)
        found = page.evaluate("axe.run()")
        told = [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found["violations"]]
        assert told == []
        assert len(found["passes"]) > 20

    @pytest.mark.parametrize("lang", ["en", "nb", "nn"])
    def test_a_letter_passes_too(
        self, visit: Callable[..., Page], tmp_path: Path, axe: str, lang: str
    ) -> None:
        run(
            "letters",
            "-o",
            str(tmp_path / "out"),
            "--format",
            "html",
            "--lang",
            lang,
            "--only",
            "0301",
        )
        page = visit(tmp_path / "out/0301-oslo.html", bypass_csp=True)
        page.evaluate(axe)
        assert page.evaluate("axe.run()")["violations"] == []


class TestLayout:
    @pytest.mark.parametrize("width", [400, 1000, 1600])
    @pytest.mark.parametrize("lang", ["en", "nb", "nn"])
    def test_nothing_runs_out_of_the_window(
        self, visit: Callable[..., Page], pages: Any, width: int, lang: str
    ) -> None:
        page = visit(pages[lang], width=width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    def test_prints_on_a4(self, visit: Callable[..., Page], pages: Any) -> None:
        whole = visit(pages["nb"]).pdf(prefer_css_page_size=True)
        alone = visit(pages["nb"], "#1804").pdf(prefer_css_page_size=True)
        sizes = set(re.findall(rb"/MediaBox \[([\d. ]+)\]", whole))
        assert {tuple(round(float(x)) for x in size.split()) for size in sizes} == {
            (0, 0, 595, 842)
        }
        assert 8 <= len(re.findall(rb"/Type /Page\b", whole)) <= 20
        assert 1 <= len(re.findall(rb"/Type /Page\b", alone)) <= 2

    def test_says_the_same_without_scripts(self, visit: Callable[..., Page], pages: Any) -> None:
        page = visit(pages["en"], java_script_enabled=False)
        assert page.locator("#t tbody tr").count() == 426
        assert page.locator("form.controls").is_hidden()
        assert page.locator("#map svg").is_visible()


class TestHostileNames:
    NAMES = ("<script>window.hit = 1</script>", "\"><img src=x onerror='window.hit = 1'>", "=1+1")

    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        lines = ["kommunenummer,municipality,fylke,population,longitude,latitude"]
        cells = [name.replace('"', '""') for name in self.NAMES]
        lines += [
            f'100{i},"{name}","<b>&amp;",{1000 * (i + 1)},1{i},60' for i, name in enumerate(cells)
        ]
        (tmp_path / "data.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (tmp_path / "rules.yaml").write_text(
            "title: '</script><script>window.hit = 1</script>'\nas_of: 2017-10-02\ntotal: 60\n"
            "criteria: [{name: '<i>size', weight: 1, indicator: population}]\n",
            encoding="utf-8",
        )
        page = tmp_path / "page.html"
        run(
            *("report", "-o", str(page), "--lang", "en"),
            *("--data", str(tmp_path / "data.csv"), "--rules", str(tmp_path / "rules.yaml")),
        )
        return page

    def test_stay_text(self, visit: Callable[..., Page], file: Path) -> None:
        page = visit(file)
        assert page.locator("#t tbody th").all_inner_texts() == list(reversed(self.NAMES))
        assert page.inner_text("h1") == "</script><script>window.hit = 1</script>"
        for i, name in enumerate(self.NAMES):
            page.evaluate(f"location.hash = '100{i}'")
            page.wait_for_selector("#panel[open]")
            page.wait_for_function(
                "name => document.querySelector('#panel h2').textContent === name", arg=name
            )
        assert page.evaluate("window.hit") is None
        assert page.locator("img").count() == 0

    def test_are_no_formulas_in_the_download(self, visit: Callable[..., Page], file: Path) -> None:
        assert downloaded(visit(file))[0]["municipality"] == "'=1+1"
