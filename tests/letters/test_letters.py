"""Letters: what they say, in whose words, and where they are written."""

from __future__ import annotations

import contextlib
import csv
import html
import io
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bosetting_cli.explanation import explain
from bosetting_cli.findings import BosettingError, DataError
from bosetting_cli.letters import FORMATS
from bosetting_cli.letters.letter import VARIABLES, addressee, file_name, letters
from bosetting_cli.letters.markdown import markup, parse
from bosetting_cli.result import allocate
from bosetting_cli.rules import override
from commands import run, tried
from small import criterion, rules_for, synthetic

if TYPE_CHECKING:
    from collections.abc import Callable

    from bosetting_cli import Allocation, Rules, Statistics

Write = "Callable[..., dict[str, str]]"


@pytest.fixture(scope="module")
def write(statistics: Statistics, rules: Rules, allocation: Allocation) -> Callable[..., Any]:
    """Write letters and return kommunenummer → text."""

    def written(*only: str, **options: Any) -> dict[str, str]:
        found = letters(statistics, rules, allocation, only=only, **options)
        return {letter.kommunenummer: letter.content.decode() for letter in found}

    return written


def spaces(text: str) -> str:
    """Return text with plain spaces for no-break ones."""
    return text.replace("\u00a0", " ")


class TestWhatTheySay:
    def test_one_for_each_municipality_and_the_asked_hear_their_number(
        self, write: Any, allocation: Allocation
    ) -> None:
        found = write(lang="nb")
        assert len(found) == 426
        asked = {row.kommunenummer: row.requested for row in allocation.selected}
        told = {
            code: int(match[1])
            for code, text in found.items()
            if (match := re.search(r"^# Anmodning om bosetting av (\d+) person", text, re.M))
        }
        assert told == asked
        assert sum(told.values()) == 4400

    def test_bodo_can_add_up_its_number(self, write: Any) -> None:
        text = spaces(write("1804")["1804"])
        # 51,022 of the 4,737,486 in the 205 asked, of 0.7 × 4,400 places, is 33.17.
        assert "| Folketall | 70 % | 51 022 | 12 343 i snitt | 33,17 |" in text
        parts = [float(x.replace(",", ".")) for x in re.findall(r"\| (\d+,\d\d) \|$", text, re.M)]
        total = float(re.search(r"\*\*(\d+,\d\d)\*\* \|$", text, re.M)[1].replace(",", "."))
        assert sum(parts) == pytest.approx(total, abs=0.011)
        assert "**44 personer**. **3** av plassene gjelder enslige mindreårige." in text
        assert "I alt skal 4 400 personer bosettes, og 205 av 410 aktuelle kommuner" in text
        assert "Kommunen er nummer 16 av 410, og de 205 første blir spurt." in text
        assert "78 (2014), 111 (2015), 126 (2016). Vilkåret er oppfylt." in text
        assert "Minstetallet på 10 avgjør ikke tallet" in text

    def test_the_minimum_says_what_it_did(self, write: Any) -> None:
        text = write("1259")["1259"]
        assert "færre enn 10. Avrunding alene ville gitt færre (4,13 før avrunding)." in text
        assert "Ingen av plassene gjelder enslige mindreårige" in text

    def test_the_not_asked_hear_how_near_they_were(self, write: Any) -> None:
        text = spaces(write("0618", lang="en")["0618"])
        assert "# Settlement of refugees: no request to the municipality" in text
        assert "ranks 295 of 410, and the first 205 are asked" in text
        assert "It is 90 places behind the last that is asked." in text
        assert "Minimum and rounding" not in text

    def test_the_not_eligible_hear_which_rule_decided(
        self, write: Any, allocation: Allocation
    ) -> None:
        codes = [row.kommunenummer for row in allocation.rows if row.status == "not eligible"]
        assert len(codes) == 16
        for text in write(*codes, lang="nn").values():
            assert "oppfyller ikkje eit vilkår i reglane: busett flyktningar" in text
            assert "Vilkåret er ikkje oppfylt" in text
            assert "| Kriterium |" not in text

    def test_what_is_not_published_is_said(self, write: Any) -> None:
        text = write("0710", lang="en")["0710"]  # Sandefjord, merged in 2017
        assert "Employment: the municipality has no published figure" in text

    def test_all_figures_are_those_of_explain(
        self, write: Any, statistics: Statistics, rules: Rules, allocation: Allocation
    ) -> None:
        found = write(lang="en")
        assert allocation.rows
        for row in allocation.rows[::5]:
            told = explain(allocation, row.kommunenummer)
            text = found[row.kommunenummer]
            assert told.criteria
            for part in told.criteria:
                if part.contribution is not None:
                    assert f"| {part.contribution:.2f} |" in text
                elif part.share is not None:
                    assert f"| {part.share:.3%} |" in text

    @pytest.mark.parametrize("lang", ["nb", "nn", "en"])
    def test_nothing_is_left_unfilled(self, write: Any, lang: str) -> None:
        for text in write(lang=lang).values():
            assert not re.search(r"\{\{|\}\}|\{%|None(?! of)|Undefined|nan\b|  +\w|\n\n\n", text)

    def test_a_norwegian_letter_is_in_one_form_of_norwegian(self, write: Any) -> None:
        bokmal, nynorsk = (" ".join(write(lang=lang).values()) for lang in ("nb", "nn"))
        assert not re.search(r"\b(ikkje|kommunar|busetj\w+|frå|desse|tala|spurde)\b", bokmal)
        assert not re.search(
            r"\b(ikke|kommuner|bosette\w*|fra|disse|tallene?|noe)\b(?! i 2018)", nynorsk
        )

    def test_singular_and_a_binding_maximum(self) -> None:
        numbers = {"1001": 9.0, "1002": 1.0, "1003": 30.0}
        statistics = synthetic({"population": {2017: numbers}})
        rules = rules_for([criterion()], 11, maximum={"value": 5})
        result = allocate(statistics, rules)
        found = {x.kommunenummer: x for x in letters(statistics, rules, result, lang="nb")}
        assert found["1002"].content.decode().startswith("**Town 1002 kommune**\\")
        assert "bosetting av 1 person\n" in found["1002"].content.decode()
        assert "ville det gitt mer enn 5" in found["1003"].content.decode()

    def test_by_county_the_countys_number_is_named(self) -> None:
        numbers = {"1001": 4.0, "1002": 3.0, "2001": 9.0, "2002": 1.0}
        fylker = {"1001": "Fjell", "1002": "Fjell", "2001": "Fjord", "2002": "Fjord"}
        statistics = synthetic({"population": {2017: numbers}}, fylker)
        totals = {"Fjell": 6, "Fjord": 10}
        rules = rules_for([criterion()], 16, counties={"totals": totals}, select={"count": 1})
        result = allocate(statistics, rules)
        found = {x.kommunenummer: x.content.decode() for x in letters(statistics, rules, result)}
        assert "er nummer 2 av 2 i Fjell" in found["1002"]
        assert "10 plasser i Fjord er fordelt" in found["2001"]
        assert "I alt skal 16 personer bosettes" in found["2001"]

    @pytest.mark.parametrize(
        ("changes", "code", "words"),
        [
            ({"include": ("1850",)}, "1850", "The rules name the municipality whatever its rank"),
            ({"exclude": ("Oslo",)}, "0301", "The rules leave the municipality out by name."),
            ({"count": 1, "include": ("1850",)}, "0301", "some of them named by the rules"),
        ],
    )
    def test_names_in_the_rules_are_owned_up_to(
        self, statistics: Statistics, rules: Rules, changes: Any, code: str, words: str
    ) -> None:
        changed = override(rules, **changes)
        result = allocate(statistics, changed)
        (letter,) = letters(statistics, changed, result, lang="en", only=[code])
        assert words in letter.content.decode()


class TestNames:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("Bodø", "1804-bodo.md"),
            ("Kárásjohka - Karasjok", "1804-karasjohka-karasjok.md"),
            ("../../etc/passwd", "1804-etc-passwd.md"),
            ("<script>", "1804-script.md"),
            ("東京", "1804.md"),
        ],
    )
    def test_files_are_plain_ascii(self, name: str, expected: str) -> None:
        assert file_name("1804", name, "md") == expected

    def test_all_files_differ(self, statistics: Statistics) -> None:
        names = [
            file_name(m.kommunenummer, m.municipality, "md") for m in statistics.municipalities
        ]
        assert len(set(names)) == 426
        assert all(re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", name) for name in names)

    def test_a_county_in_brackets_goes_last(self) -> None:
        assert addressee("Bø (Telemark)", "nn") == "Bø kommune (Telemark)"


class TestLanguageColumn:
    @pytest.fixture
    def spoken(self, statistics: Statistics) -> Statistics:
        said = {"0301": "bokmål", "1401": "Nynorsk", "1804": ""}
        return replace(
            statistics,
            municipalities=tuple(
                replace(
                    m, attributes={**m.attributes, "form": said.get(m.kommunenummer, "nøytral")}
                )
                for m in statistics.municipalities
            ),
        )

    def test_each_gets_its_own(
        self, spoken: Statistics, rules: Rules, allocation: Allocation
    ) -> None:
        found = letters(spoken, rules, allocation, lang="en", language_column="form")
        assert {x.kommunenummer: x.language for x in found if x.language != "en"} == {
            "0301": "nb",
            "1401": "nn",
        }

    def test_an_unknown_column_is_an_error(
        self, spoken: Statistics, rules: Rules, allocation: Allocation
    ) -> None:
        with pytest.raises(DataError, match="no column `from`\n  did you mean `form`"):
            next(letters(spoken, rules, allocation, language_column="from"))

    def test_unknown_languages_are_errors_all_at_once(
        self, statistics: Statistics, rules: Rules, allocation: Allocation
    ) -> None:
        with pytest.raises(DataError) as caught:
            next(letters(statistics, rules, allocation, language_column="fylke_"))
        assert "fylkesnummer" in str(caught.value)
        with pytest.raises(DataError) as caught:
            next(letters(statistics, rules, allocation, language_column="imdi_region"))
        assert len(caught.value.problems) == 426
        assert "0101 Halden: `IMDi Øst` is no language" in str(caught.value.problems[0])


class TestTemplates:
    def render(self, write: Any, path: Path, text: str, **options: Any) -> str:
        path.write_text(text, encoding="utf-8")
        return write("0301", template=path, **options)["0301"]

    def test_a_users_own_gets_the_same_variables(self, write: Any, tmp_path: Path) -> None:
        used = "\n".join(f"{name}: {{{{ {name} is defined }}}}" for name in VARIABLES)
        text = self.render(write, tmp_path / "own.md.j2", used)
        assert text.split("\n") == [f"{name}: True" for name in VARIABLES]

    def test_the_documentation_names_every_variable_and_filter(self) -> None:
        from bosetting_cli.letters.template import filters

        page = (Path(__file__).parents[2] / "docs/letters.md").read_text(encoding="utf-8")
        named = re.findall(r"^\| `(\w+)`", page, re.M)
        assert sorted(named) == sorted((*VARIABLES, *filters("en")))

    def test_unknown_variables_are_errors_with_their_lines(
        self, write: Any, tmp_path: Path
    ) -> None:
        path = tmp_path / "own.md.j2"
        with pytest.raises(BosettingError) as caught:
            self.render(
                write, path, "{{ requested }}\n{% if false %}{{ requsted }}{% endif %}\n{{ x }}"
            )
        first, second = caught.value.problems
        assert str(first) == (f"{path}:2: unknown variable `requsted`\n  did you mean `requested`?")
        assert (second.line, second.value) == (3, "x")

    @pytest.mark.parametrize(
        ("text", "line", "words"),
        [
            ("\n{{ criteria[0].wieght }}", 2, "has no attribute 'wieght'"),
            ("\n\n{% if %}", 3, "Expected an expression"),
            ("{{ requested | nmber }}", 1, "No filter named 'nmber'"),
            ("\n{{ 1 / 0 }}", 2, "ZeroDivisionError"),
            ("{{ ().__class__.__base__.__subclasses__() }}", 1, "unsafe"),
        ],
    )
    def test_mistakes_have_file_and_line(
        self, write: Any, tmp_path: Path, text: str, line: int, words: str
    ) -> None:
        with pytest.raises(BosettingError) as caught:
            self.render(write, tmp_path / "own.md.j2", text)
        (problem,) = caught.value.problems
        assert (problem.file, problem.line) == (str(tmp_path / "own.md.j2"), line)
        assert words in problem.message

    def test_what_can_not_be_read_is_an_error(self, write: Any, tmp_path: Path) -> None:
        with pytest.raises(BosettingError, match="can't be read"):
            write("0301", template=tmp_path / "none.md")
        (tmp_path / "latin.md").write_bytes(b"\xf8")
        with pytest.raises(BosettingError, match="is not UTF-8"):
            write("0301", template=tmp_path / "latin.md")

    def test_html_is_for_html(self, write: Any, tmp_path: Path) -> None:
        path = tmp_path / "own.html"
        assert self.render(write, path, "<p>{{ municipality }}", form="html") == "<p>Oslo"
        with pytest.raises(BosettingError, match="is HTML, not Markdown for docx"):
            self.render(write, path, "<p>", form="docx")

    @pytest.mark.parametrize("form", ["md", "html"])
    def test_a_hostile_name_stays_text(self, tmp_path: Path, form: str) -> None:
        numbers = synthetic({"population": {2017: {"1001": 5.0}}})
        bad = "<script>*x*</script> | [a]"
        numbers = replace(
            numbers, municipalities=(replace(numbers.municipalities[0], municipality=bad),)
        )
        rules = rules_for([criterion()], 10)
        (letter,) = letters(numbers, rules, allocate(numbers, rules), form=form)
        text = letter.content.decode()
        if form == "html":
            assert "&lt;script&gt;*x*&lt;/script&gt; | [a] kommune" in text
            assert "<script" not in text
        else:
            assert r"\<script\>\*x\*\</script\> \| \[a\] kommune" in text


OWN = r"""**{{ municipality }}**\
Kommunenummer {{ kommunenummer }}
## Why
{{ why }}
- one *star* and \*two\*, <b> & `code`
- **bold** ends
  the item
1. first
2. second

   of two

| A | B |
| - | -: |
| a \| b | **1** |
| only |

***
#### Small
"""


class TestMarkdown:
    def blocks(self, text: str) -> list[tuple[str, list[str]]]:
        return [(b.kind, [markup(line) for line in b.lines]) for b in parse(text)]

    def test_a_template_may_use_what_the_documentation_names(self, write: Any, tmp_path: Path):
        path = tmp_path / "own.md"
        path.write_text(OWN, encoding="utf-8")
        assert self.blocks(write("0301", template=path, lang="en")["0301"]) == [
            ("paragraph", ["<b>Oslo</b><br>Kommunenummer 0301"]),
            ("heading", ["Why"]),
            ("paragraph", ["The municipality ranks 1 of 410, and the first 205 are asked."]),
            (
                "bullet_list",
                ["one *star* and *two*, &lt;b&gt; &amp; `code`", "<b>bold</b> ends the item"],
            ),
            ("ordered_list", ["first", "second<br>of two"]),
            ("table", ["A", "B", "a | b", "<b>1</b>", "only", ""]),
            ("paragraph", ["***"]),
            ("heading", ["Small"]),
        ]
        heads = [block.level for block in parse(OWN) if block.kind == "heading"]
        assert heads == [2, 3]
        (table,) = (block for block in parse(OWN) if block.kind == "table")
        assert table.columns == ("left", "right")

    @pytest.mark.parametrize("sign", "-+*#|>")
    def test_a_value_marks_no_list_and_no_heading(self, write: Any, tmp_path: Path, sign: str):
        path = tmp_path / "own.md"
        path.write_text(f"{{{{ '{sign} x' }}}}\n")
        assert self.blocks(write("0301", template=path)["0301"]) == [
            ("paragraph", [f"{html.escape(sign)} x"])
        ]

    def test_word_shows_what_the_template_says_and_nothing_unprintable(
        self, write: Any, statistics: Statistics, rules: Rules, allocation: Allocation, tmp_path
    ):
        import docx

        path = tmp_path / "own.md"
        path.write_text(OWN + "\nA & B < \x0b{{ 'C \\x01> D' }}\n", encoding="utf-8")
        given = {"form": "docx", "template": path, "lang": "en", "only": ["0301"]}
        (letter,) = letters(statistics, rules, allocation, **given)
        document = docx.Document(io.BytesIO(letter.content))
        found = [(p.style.name, p.text) for p in document.paragraphs if p.text]
        assert found == [
            ("Normal", "Oslo\nKommunenummer 0301"),
            ("Heading 2", "Why"),
            ("Normal", "The municipality ranks 1 of 410, and the first 205 are asked."),
            ("List Bullet", "one *star* and *two*, <b> & `code`"),
            ("List Bullet", "bold ends the item"),
            ("List Number", "first"),
            ("List Number", "second\nof two"),
            ("Normal", "***"),
            ("Heading 3", "Small"),
            ("Normal", "A & B < C > D"),
        ]
        cells = document.tables[0]._cells
        assert [cell.text for cell in cells] == ["A", "B", "a | b", "1", "only", ""]
        assert [cell.paragraphs[0].alignment for cell in cells] == [None, 2] * 3
        assert cells[3].paragraphs[0].runs[0].bold

    def test_what_is_empty_is_empty(self):
        assert self.blocks("") == []
        assert self.blocks("- \n- x\n\n#\n") == [("bullet_list", ["", "x"]), ("heading", [""])]
        assert self.blocks("- a\n  - b") == [("bullet_list", ["a<br>b"])]

    def test_a_condition_that_is_not_met_is_an_item_of_a_list(self, write: Any):
        page = write("1850", lang="en", form="html")["1850"]
        assert "<ul>\n<li>Condition: settled refugees in recent years" in page


class TestFormats:
    @pytest.mark.parametrize("form", FORMATS)
    def test_the_same_bytes_twice(
        self, statistics: Statistics, rules: Rules, allocation: Allocation, form: str
    ) -> None:
        once, again = (
            [
                x.content
                for x in letters(statistics, rules, allocation, form=form, only=["0301", "0618"])
            ]
            for _ in range(2)
        )
        assert once == again

    def test_word_reads_the_document(
        self, statistics: Statistics, rules: Rules, allocation: Allocation
    ) -> None:
        import docx

        (letter,) = letters(statistics, rules, allocation, form="docx", lang="nn", only=["1804"])
        document = docx.Document(io.BytesIO(letter.content))
        texts = [p.text for p in document.paragraphs]
        assert "Oppmoding om busetjing av 44 personar" in texts
        assert texts[0].startswith("Bodø kommune\nKommunenummer 1804")
        table = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
        assert table[1][0] == "Folketal"
        assert table[1][4] == "33,17"
        assert document.core_properties.language == "nn-NO"
        with zipfile.ZipFile(io.BytesIO(letter.content)) as file:
            assert {info.date_time[0] for info in file.infolist()} == {1980}

    def test_pdf_says_the_same(
        self, statistics: Statistics, rules: Rules, allocation: Allocation
    ) -> None:
        from reportlab import rl_config

        rl_config.pageCompression = 0
        try:
            (letter,) = letters(statistics, rules, allocation, form="pdf", only=["1804"])
        finally:
            rl_config.pageCompression = 1
        text = pdf_text(letter.content)
        assert "Anmodning om bosetting av 44 personer" in text
        assert "Bodø kommune" in text
        assert "33,17" in text
        assert b"(nb-NO)" in letter.content

    def test_pdf_refuses_letters_that_it_would_lose(self) -> None:
        numbers = synthetic({"population": {2017: {"1001": 5.0}}})
        sami = replace(numbers.municipalities[0], municipality="Porsáŋgu")
        numbers = replace(numbers, municipalities=(sami,))
        rules = rules_for([criterion()], 10)
        result = allocate(numbers, rules)
        with pytest.raises(BosettingError, match=r"font lacks ŋ\n  name a font"):
            next(letters(numbers, rules, result, form="pdf"))

    def test_pdf_embeds_a_font_that_is_named(
        self, statistics: Statistics, rules: Rules, allocation: Allocation
    ) -> None:
        import reportlab

        font = Path(reportlab.__file__).parent / "fonts/Vera.ttf"
        (letter,) = letters(statistics, rules, allocation, form="pdf", font=font, only=["1804"])
        assert b"BitstreamVeraSans" in letter.content
        with pytest.raises(BosettingError, match="is no font"):
            next(letters(statistics, rules, allocation, form="pdf", font=Path(__file__)))

    def test_a_missing_package_is_named(
        self,
        statistics: Statistics,
        rules: Rules,
        allocation: Allocation,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        for name in [*sys.modules]:  # as if nobody had imported it before
            if name.partition(".")[0] == "reportlab" or name == "bosetting_cli.letters.pdf":
                monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, "reportlab", None)
        with pytest.raises(BosettingError, match=r"pip install 'path/to/checkout\[letters\]'"):
            next(letters(statistics, rules, allocation, form="pdf"))


def pdf_text(content: bytes) -> str:
    """Return what an uncompressed PDF shows, its Latin-1 escapes undone."""
    import base64

    streams = re.findall(rb"stream\r?\n(.*?)endstream", content, re.S)
    plain = b"".join(
        base64.a85decode(s.strip(), adobe=False)
        if s.strip().endswith(b"~>") and not s.startswith(b"1 0")
        else s
        for s in (x.strip().removesuffix(b"~>") for x in streams)
    )
    shown = b" ".join(re.findall(rb"\(((?:\\.|[^\\)])*)\) Tj", plain))
    return re.sub(rb"\\(\d{3})", lambda m: bytes([int(m[1], 8)]), shown).decode("cp1252")


class TestFolder:
    def test_has_every_letter_and_a_list_of_them(self, tmp_path: Path) -> None:
        result = run("letters", "-o", str(tmp_path / "out"))
        assert result.exit_code == 0, result.output
        assert "426 letters in" in result.stderr
        index = list(
            csv.DictReader((tmp_path / "out/index.csv").read_text(encoding="utf-8").splitlines())
        )
        assert [line["file"] for line in index] == sorted(
            path.name for path in (tmp_path / "out").glob("*.md")
        )
        assert sum(int(line["requested"]) for line in index) == 4400
        assert set(os.listdir(tmp_path)) == {"out"}

    def test_is_written_again_only_by_force(self, tmp_path: Path) -> None:
        out = str(tmp_path / "out")
        assert tried("letters", "-o", out, "--only", "0301").exit_code == 0
        assert sorted(os.listdir(out)) == ["0301-oslo.md", "index.csv"]
        refused = tried("letters", "-o", out, "--only", "bodø")
        assert isinstance(refused.exception, BosettingError)
        assert "--force replaces the letters in it" in str(refused.exception)
        assert sorted(os.listdir(out)) == ["0301-oslo.md", "index.csv"]
        assert os.listdir(tmp_path) == ["out"]

    def test_force_spares_what_is_no_folder_of_letters(self, tmp_path: Path) -> None:
        (tmp_path / "precious.txt").write_text("mine")
        result = tried("letters", "-o", str(tmp_path), "--force", "--only", "0301")
        assert "holds something else than letters" in str(result.exception)
        assert (tmp_path / "precious.txt").read_text() == "mine"
        result = tried("letters", "-o", str(tmp_path / "precious.txt"), "--force")
        assert "is a file" in str(result.exception)
        assert os.listdir(tmp_path) == ["precious.txt"]

    def test_a_run_that_fails_leaves_nothing(self, tmp_path: Path) -> None:
        template = tmp_path / "own.md"
        template.write_text("{% if kommunenummer == '0301' %}{{ 1 / 0 }}{% endif %}")
        result = tried("letters", "-o", str(tmp_path / "out"), "--template", str(template))
        assert "ZeroDivisionError" in str(result.exception)
        assert os.listdir(tmp_path) == ["own.md"]

    def test_a_place_that_can_not_be_written_is_an_error(self, tmp_path: Path) -> None:
        result = tried("letters", "-o", str(tmp_path / "no/such/out"), "--only", "0301")
        assert isinstance(result.exception, BosettingError)
        assert "can't be written" in str(result.exception)

    def test_says_how_far_it_is_on_a_terminal(self, tmp_path: Path) -> None:
        import pty

        master, slave = pty.openpty()
        command = [sys.executable, "-m", "bosetting_cli", "letters", "-o", str(tmp_path / "out")]
        subprocess.run(command, check=True, stderr=slave, stdout=subprocess.PIPE)
        os.close(slave)
        shown = b""
        with contextlib.suppress(OSError):  # Linux reports the end of a terminal as an error
            while part := os.read(master, 100_000):
                shown += part
        os.close(master)
        assert b"Letters" in shown
        assert b"100%" in shown
