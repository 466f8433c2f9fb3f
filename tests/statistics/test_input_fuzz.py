"""Any bytes in: a table, statistics or rules come out, or the project's own error."""

import dataclasses
import json
import runpy
import time
import tracemalloc
import unicodedata
from pathlib import Path

import jsonschema
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bosetting_cli import BosettingError, load_rules, load_statistics
from bosetting_cli.findings import DataError, RulesError
from bosetting_cli.rules import Rules, parse_rules, rules_yaml
from bosetting_cli.rules.yamlfile import scalar
from bosetting_cli.statistics import Statistics
from bosetting_cli.statistics.reading import read_table
from bosetting_cli.statistics.table import Table

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "config" / "criteria.schema.json").read_text(encoding="utf-8"))
DEFAULT = (ROOT / "config" / "criteria.yaml").read_text(encoding="utf-8")
stable = settings(
    deadline=None,
    derandomize=True,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
SECONDS, MEGABYTES = 3, 60

BASE = (
    "kommunenummer;municipality;fylke;population;settled\n"
    "0301;Oslo;Oslo;666 759;1,5\n1601;Trondheim;Sør-Trøndelag;190 464;2,5\n"
    "1804;Bodø;Nordland;51 022;..\n\nKilde: SSB\n"
)
# What people and programs put into files: pieces that mean something to the readers.
PIECES = [
    *("\n", "\r", "\r\n", ";", ",", "\t", '"', '""', "'", " ", "\u00a0", "\ufeff", "\0", "\ufffd"),
    *("0301", "301", "K-0301", "0301 Oslo", "0000", "Sum", "population", "innbyggere", "year"),
    *("..", ":", "-", "NULL", "68 %", "0.68", "1.234", "1,234", "1.234.567", "1e999", "-5", "nan"),
    *("sep=;\n", "PK\x03\x04", "%PDF", "Kilde: SSB", "=1+1", "Ã¸", "å", "\u2028", "\x1b[2J", "٣"),
]  # fmt: skip
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "mac-roman"]


@st.composite
def spliced(draw, text, pieces):
    """A text with pieces put in, taken out and doubled."""
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 30)))
        piece = draw(st.sampled_from([*pieces, text[start:end] * 2]) | st.text(max_size=5))
        text = text[:start] + piece + text[end:]
    return text


@st.composite
def encoded(draw, texts):
    content = draw(texts).encode(draw(st.sampled_from(ENCODINGS)), "replace")
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(content)))
        content = content[:at] + draw(st.binary(max_size=3)) + content[at:]
    return content


def bounded(call, *args, **options):
    """Call within a bound of time; return the result, or the project's own error."""
    started = time.perf_counter()
    try:
        return call(*args, **options)
    except BosettingError as caught:
        error = caught
    finally:
        assert time.perf_counter() - started < SECONDS
    assert error.problems
    assert all(problem.message and str(problem) for problem in error.problems)
    return error


@stable
@given(st.binary(max_size=2_000) | encoded(spliced(BASE, PIECES)))
def test_any_bytes_are_a_table_or_an_error(tmp_path, content):
    path = tmp_path / "own.csv"
    path.write_bytes(content)
    found = bounded(read_table, path)
    if isinstance(found, Table):
        assert len(found.rows) == len(found.lines)
        assert {len(row) for row in found.rows} <= {len(found.header)}
        assert len(set(found.header)) == len(found.header)
        assert found.lines == sorted(found.lines)
        assert all(repair.severity == "warning" for repair in found.repairs)
    else:
        assert isinstance(found, DataError)


@stable
@given(encoded(spliced(BASE, PIECES)), st.booleans())
def test_any_bytes_are_statistics_or_an_error(tmp_path, content, strict):
    path = tmp_path / "own.csv"
    path.write_bytes(content)
    found = bounded(load_statistics, path, strict=strict)
    if not isinstance(found, Statistics):
        assert isinstance(found, DataError)
        assert any(problem.severity == "error" for problem in found.problems)
        return
    assert all(len(code) == 4 and code.isdigit() for code in found.units)
    assert not (strict and found.notes)
    for column in found.columns.values():
        for by_code in column.figures.values():
            assert set(by_code) <= set(found.units)
            figures = [x for parts in by_code.values() for x in parts if x is not None]
            assert all(0 <= x < float("inf") for x in figures)


YAML = [
    *("\n", "\t", ": ", "- ", "  ", "{", "}", "[", "]", "&a ", "*a", "<<: ", "!!int ", "|\n"),
    *("---\n", "...\n", "%YAML 1.1\n", "? ", "'", '"', "#", "@", "`", "0301", "no", "on", "1e999"),
    *("total", "minimum", "weight", "70", "0.5", "~", "true", "2017-10-02", "12:30", "\x85"),
]  # fmt: skip


@stable
@given(st.binary(max_size=2_000) | encoded(spliced(DEFAULT, YAML)))
def test_any_bytes_are_rules_or_an_error(tmp_path, content):
    path = tmp_path / "own.yaml"
    path.write_bytes(content)
    found = bounded(load_rules, path)
    assert isinstance(found, Rules | RulesError)


@stable
@given(spliced("{a: [b, c], d: 'e'}", YAML) | st.text())
def test_any_text_is_rules_or_an_error(text):
    assert isinstance(bounded(parse_rules, text), Rules | RulesError)


def test_memory_stays_within_bounds(tmp_path):
    """A fixed sample of what the tests above draw, with all allocations counted."""
    path = tmp_path / "own.csv"
    peaks = []

    @settings(stable, max_examples=25, database=None)
    @given(encoded(spliced(BASE * 20, PIECES)), spliced(DEFAULT * 3, YAML))
    def sample(content, text):
        path.write_bytes(content)
        tracemalloc.start()
        try:
            bounded(load_statistics, path)
            bounded(parse_rules, text)
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()

    sample()
    assert max(peaks) < MEGABYTES * 1_000_000


# --- schema and loader -----------------------------------------------------------------------

SCALARS = st.sampled_from(
    [None, True, False, 0, 1, -1, 0.5, 70, 2017, 1e18, 10**20, "", "x", "0301", "4400", "value",
     "2017-10-02", "2017-02-30", "20171002", "population", "any", "lower", "national", "x" * 2001]
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["value", "name", "x", "numerator"]), inner, max_size=3),
    max_leaves=4,
)  # fmt: skip
FULL = {
    "title": "t",
    "as_of": "2017-10-02",
    "reference": "r",
    "sources": {"a": "b"},
    "total": {"value": 100, "source": "a"},
    "minimum": {"value": 1, "by_municipality": {"0301": 2}},
    "maximum": {"value": 50, "per_1000": 3.5},
    "of_which": [{"name": "m", "value": 5, "among": {"indicator": "x", "years": [2016]}}],
    "eligible": [{"indicator": "x", "years": [2016], "at_least": 1.5, "within": "all"}],
    "exclude": ["0301", 1804],
    "select": {"share": 0.5, "by": "share", "per_county": 1, "include": [301, "Bodø"]},
    "size_exponent": 0.9,
    "method": "dhondt",
    "counties": {"totals": {"Oslo": 100}, "minimum": 0, "combine": {"A": ["B", "C"]}},
    "criteria": [
        {
            "name": "a",
            "weight": 1,
            "indicator": {"numerator": "n", "denominator": "d"},
            "years": [2015, 2016],
            "scale_by": "population",
            "size_exponent": 1,
            "normalise": "minmax",
            "direction": "lower",
            "smoothing": 50,
            "missing": "national",
            "title": "A",
        }
    ],
}


def places(value, path=()):
    """All paths into nested data."""
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


@st.composite
def mutated(draw, data):
    data = json.loads(json.dumps(data))
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from([p for p in places(data) if p]))
        holder = data
        for step in path[:-1]:
            holder = holder[step]
        action = draw(st.sampled_from(["replace", "remove", "add"]))
        if action == "replace":
            holder[path[-1]] = draw(VALUES)
        elif action == "remove":
            del holder[path[-1]]
        elif isinstance(holder, dict):
            holder[draw(st.sampled_from(["source", "wieght", "value", "name"]))] = draw(VALUES)
        else:
            holder.append(draw(VALUES))
    return data


VALIDATOR = jsonschema.Draft202012Validator(
    SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
)


def schema_accepts(data):
    return VALIDATOR.is_valid(data)


def loader_accepts(text):
    """Whether the loader finds keys, types and limits right, whatever it thinks of their sense."""
    try:
        parse_rules(text)
    except RulesError as error:
        return not any(
            problem.message.startswith(("expected ", "unknown key", "holds no rules"))
            or problem.message.endswith(" is missing")
            or " is missing in " in problem.message
            for problem in error.problems
        )
    return True


def test_the_full_rules_are_fine():
    assert schema_accepts(FULL)
    assert isinstance(parse_rules(json.dumps(FULL)), Rules)


@settings(stable, max_examples=300)
@given(mutated(FULL))
def test_schema_and_loader_agree(data):
    assert loader_accepts(json.dumps(data, ensure_ascii=False)) == schema_accepts(data)


# --- what is printed reads back --------------------------------------------------------------

WORDS = st.text(
    st.characters(blacklist_categories=["Cs", "Cc", "Cn"], blacklist_characters="\ufeff"),
    min_size=1,
    max_size=30,
).map(lambda text: unicodedata.normalize("NFC", text)) | st.sampled_from(
    ["no", "on", "yes", "0301", "1e5", "12:30", "~", "null", "true", ".5", "1_000", "-", "=", "<<",
     "a: b", "a #b", "[x", "*a", "&a", "!x", " x", "x ", "2017-10-02", "'", '"', "%x", "x" * 200]
)  # fmt: skip


@st.composite
def any_rules(draw):
    text = json.loads(json.dumps(FULL))
    text["title"] = draw(WORDS)
    text["sources"] = draw(st.dictionaries(WORDS, WORDS, max_size=4)) | {"a": "A"}
    text["exclude"] = draw(st.lists(WORDS, max_size=3))
    text["criteria"][0]["name"] = draw(WORDS)
    text["criteria"][0]["smoothing"] = {"participants": draw(st.floats(0, 1e9))}
    text["counties"]["totals"] = {draw(WORDS): 100}
    text["size_exponent"] = {"value": draw(st.floats(0, 10)), "source": "a"}
    text["as_of"] = draw(st.dates()).isoformat()
    text["exclude"] = [str(name) for name in text["exclude"]]
    text["select"]["include"] = draw(st.lists(WORDS, max_size=3))
    return msgspec.convert({**text}, Rules)


@stable
@given(any_rules())
def test_printed_rules_read_back_as_the_same(rules):
    printed = rules_yaml(rules)
    again = parse_rules(printed)
    assert again == rules
    assert rules_yaml(again) == printed


@stable
@given(st.text(max_size=20))
def test_a_scalar_is_its_text_or_a_number_that_it_spells(text):
    value = scalar(text)
    if isinstance(value, int | float) and not isinstance(value, bool):
        assert float(text) == value
    else:
        assert value == text or text in ("", "~", "null", "true", "false")


@pytest.mark.parametrize("text", ["e5", ".e5", "-e5", ".", "+", "-", "1e", "0x1", "١٢", "1_0"])
def test_what_looks_a_little_like_a_number_is_text(text):
    assert scalar(text) == text


# --- the script that tries many more -----------------------------------------------------------

FUZZ = runpy.run_path(str(ROOT / "scripts" / "fuzz_input.py"))


def test_the_script_finds_no_crash_and_no_silent_guess():
    became = [FUZZ["tried"](7, number) for number in range(120)]
    assert {one[1] for one in became} == {"read as it stands", "mended and said", "refused"}
    assert [one for one in became if one[2]] == []


@pytest.mark.parametrize(
    ("column", "cell", "used"),
    [
        ("population", "666 759", 666758.0),
        ("population", "1.234.567", 1234567.0),  # mended, and so to be said
        ("settled", "", 0.0),
        ("settled", "0", None),
        ("fylke", "Oslo", "Akershus"),
    ],
)
def test_the_script_would_find_a_silent_guess(tmp_path, column, cell, used):
    path = tmp_path / "own.csv"
    path.write_text(FUZZ["TABLE"], encoding="utf-8")
    statistics = load_statistics(path)
    (oslo, *_), columns = statistics.municipalities, statistics.columns
    row = {"kommunenummer": "0301", "municipality": "Oslo", "fylke": "Oslo", "settled": "1,5"}
    row |= {"population": "666 759", column: cell}
    if column in columns:
        figures = {None: {**columns[column].figures[None], "0301": (used,)}}
        changed = dataclasses.replace(columns[column], figures=figures)
        statistics = dataclasses.replace(statistics, columns={**columns, column: changed})
    else:
        register = (dataclasses.replace(oslo, fylke=used), *statistics.municipalities[1:])
        statistics = dataclasses.replace(statistics, municipalities=register)
    expected = [f"{column} {cell!r} used as {used!r}"]
    assert [*FUZZ["wrong_cells"]([row], statistics, set())] == expected
    assert [*FUZZ["wrong_cells"]([row], statistics, {column})] == []
    assert [*FUZZ["wrong_rows"]([row], statistics, set())] != []
