"""Rules files: what is read, what is complained of, the schema, and the command that prints."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from bosetting_cli import load_rules
from bosetting_cli.findings import RulesError
from bosetting_cli.resources import config_dir
from bosetting_cli.rules import Rules, Select, parse_rules, replace, rules_schema, rules_yaml
from bosetting_cli.rules.yamlfile import parse_yaml, scalar
from commands import process, run, tried

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "config"
HOSTILE = Path(__file__).parents[1] / "hostile" / "rules"
PLAIN = """\
title: t
as_of: 2017-10-02
total: 1000
criteria:
  - {name: population, weight: 1, indicator: population}
"""


def refused(text, folder=Path()):
    with pytest.raises(RulesError) as caught:
        parse_rules(text, "own.yaml", folder)
    assert {(p.file, p.severity) for p in caught.value.problems} == {("own.yaml", "error")}
    return [(p.line, p.column, p.key, p.message, p.remedy()) for p in caught.value.problems]


def messages(text):
    return [message for *_, message, _ in refused(text)]


# --- scalars ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0301", "0301"), ("301", 301), ("0", 0), ("-0", 0), ("+5", 5), ("-12", -12),
        ("00", "00"), ("007", "007"), ("00.5", "00.5"), ("0.5", 0.5), (".5", 0.5), ("5.", 5),
        ("4400.0", 4400), ("1e3", 1000), ("1E-2", 0.01), ("-1.5", -1.5), ("1e999", float("inf")),
        ("1e-999", "1e-999"), ("0e-999", 0), ("0.1000000000000000055", "0.1000000000000000055"),
        ("0.3333333333333333", 0.3333333333333333), ("0.70", 0.7), ("9007199254740993.0",) * 2,
        ("no", "no"), ("on", "on"), ("yes", "yes"), ("off", "off"), ("y", "y"), ("No", "No"),
        ("true", True), ("false", False), ("True", "True"), ("TRUE", "TRUE"),
        ("null", None), ("~", None), ("", None), ("Null", "Null"), ("none", "none"),
        ("12:30", "12:30"), ("1_000", "1_000"), ("0x1f", "0x1f"), ("0o17", "0o17"),
        (".inf", ".inf"), (".nan", ".nan"), ("NaN", "NaN"), ("inf", "inf"),
        ("2017-10-02", "2017-10-02"), ("1,5", "1,5"), ("4 400", "4 400"), ("70 %", "70 %"),
        ("9" * 401, "9" * 401), ("=", "="),
    ],
)  # fmt: skip
def test_a_scalar_is_what_its_writer_sees(text, value):
    found = scalar(text)
    assert (found, type(found)) == (value, type(value))


def test_quoted_scalars_are_text():
    document = parse_yaml("a: '5'\nb: \"true\"\nc: |\n  5\nd: >\n  no\n", "own.yaml")
    assert document.data == {"a": "5", "b": "true", "c": "5\n", "d": "no\n"}


def test_marks_of_keys_and_values():
    document = parse_yaml("a: 1\nb:\n  - x\n  - {c: 2}\n", "own.yaml")
    assert document.data == {"a": 1, "b": ["x", {"c": 2}]}
    assert document.marks == {
        "": (1, 1), "a": (1, 4), "b": (3, 3), "b[0]": (3, 5), "b[1]": (4, 5), "b[1].c": (4, 9),
    }  # fmt: skip
    assert document.key_marks == {"a": (1, 1), "b": (2, 1), "b[1].c": (4, 6)}
    assert document.problems == []


def test_what_stands_under_a_second_key_is_dropped():
    document = parse_yaml("a: {x: 1}\na: {x: 2, y: [3]}\nb: 4\n", "own.yaml")
    assert document.data == {"a": {"x": 1}, "b": 4}
    assert document.marks["a.x"] == (1, 8)
    assert "a.y" not in document.marks
    assert [(p.line, p.column, p.message) for p in document.problems] == [
        (2, 1, "duplicate key `a`, first on line 1")
    ]


def test_a_quoted_merge_mark_is_a_key():
    assert parse_yaml("'<<': 1\n", "own.yaml").data == {"<<": 1}


# --- what is read ----------------------------------------------------------------------------


def test_unquoted_municipalities_and_words_are_read_as_written():
    rules = parse_rules(
        PLAIN.replace("title: t", "title: no")
        + "exclude: [0301, 1804, no, 'Våler (Hedmark)']\nselect: {include: [301, on]}\n"
        + "minimum: {by_municipality: {0301: 20}}\nsources: {on: off}\n"
    )
    assert rules.title == "no"
    assert rules.exclude == ("0301", "1804", "no", "Våler (Hedmark)")
    assert rules.select.include == ("301", "on")
    assert rules.minimum.by_municipality == {"0301": 20}
    assert rules.sources == {"on": "off"}


def test_numbers_stand_for_themselves_where_nothing_else_is_said():
    rules = parse_rules(
        PLAIN.replace("weight: 1", "weight: 1, size_exponent: 0.5, smoothing: ~")
        + "minimum: 5\nmaximum: 90\nsize_exponent: 0.9\n"
        + "of_which: [{name: m, value: 3, minimum: 1}]\n"
    )
    assert (rules.total.value, rules.minimum.value) == (1000, 5)
    assert rules.maximum is not None
    assert (rules.maximum.value, rules.size_exponent.value) == (90, 0.9)
    assert (rules.criteria[0].size_exponent, rules.of_which[0].minimum) == (0.5, 1)


def test_files_that_rules_name_are_read_beside_them(tmp_path):
    (tmp_path / "asked.csv").write_text("Kommunenr;merknad\n301;x\n1804;y\n")
    (tmp_path / "fylker.csv").write_text("fylke;antall\nOslo;1 000\nNordland;0\n")
    text = PLAIN + "select: {list: asked.csv}\ncounties: {file: fylker.csv}\n"
    rules = parse_rules(text, "own.yaml", tmp_path)
    assert rules.select.list == ("0301", "1804")
    assert rules.counties is not None
    assert rules.counties.totals == {"Oslo": 1000, "Nordland": 0}
    (tmp_path / "own.yaml").write_text(text)
    assert load_rules(tmp_path / "own.yaml") == rules


def test_repairs_of_files_that_rules_name_are_said(tmp_path):
    (tmp_path / "asked.csv").write_text("kommunenummer\n301\n")
    path = tmp_path / "own.yaml"
    path.write_text(PLAIN + "select: {list: asked.csv}\n")
    said = f"{tmp_path}/asked.csv:2: kommunenummer: leading zero restored in 1 kommunenummer:"
    said += " `301` is read as 0301"
    notes = []
    load_rules(path, notes=notes)
    assert [str(note) for note in notes] == [said]
    result = tried("rules", "--rules", str(path))
    assert (result.exit_code, result.stderr) == (0, f"repair: {said}\n")
    result = tried("rules", "--rules", str(path), "--strict")
    assert str(result.exception) == said
    result = tried("allocate", "--rules", str(path))
    assert f"repair: {said}\n" in result.stderr


def test_a_list_with_numbers_names_those_that_were_asked(tmp_path):
    (tmp_path / "asked.csv").write_text("kommunenummer,requested\n0301,5\n1804,0\n1601,\n0104,1\n")
    rules = parse_rules(PLAIN + "select: {list: asked.csv}\n", "own.yaml", tmp_path)
    assert rules.select.list == ("0301", "0104")


def test_files_that_rules_name_are_complained_of_at_the_key(tmp_path):
    (tmp_path / "asked.csv").write_text("kommunenummer\nOslo\n1804\n16010\n")
    (tmp_path / "fylker.csv").write_text("fylke,total\nOslo,2.5\nOslo,5\nOslo,6\nNordland,\n")
    text = PLAIN + "select:\n  list: asked.csv\ncounties:\n  file: fylker.csv\n"
    asked, fylker = tmp_path / "asked.csv", tmp_path / "fylker.csv"
    code = "expected four digits, such as 0301"
    assert refused(text, tmp_path) == [
        (7, 9, "select.list", f"{asked}:2: kommunenummer: `Oslo` is no kommunenummer", code),
        (7, 9, "select.list", f"{asked}:4: kommunenummer: `16010` is no kommunenummer", code),
        (9, 9, "counties.file", f"{fylker}:2: total: `2.5` is not a whole number", None),
        (9, 9, "counties.file", f"{fylker}:4: fylke: a second number for Oslo", None),
        (9, 9, "counties.file", f"{fylker}:5: total: the number is missing", None),
    ]
    (tmp_path / "asked.csv").write_text("name\nOslo\n")
    (tmp_path / "fylker.csv").write_text("fylke,total\n")
    assert [(m, h) for *_, m, h in refused(text, tmp_path)] == [
        (f"{asked}:1: kommunenummer: missing column `kommunenummer`", "found: name"),
        (f"{fylker}: names no fylke", None),
    ]


def test_files_that_can_not_be_read(tmp_path):
    for content, what, line in (
        (None, "can't be read: No such file or directory", None),
        (b"\xff\xfea\x00", "is UTF-16", 1),
        ("a: 1\nb: ø".encode("latin-1"), "is not UTF-8", 2),
        (b"x" * 1_000_001, "is too large", None),
    ):
        path = tmp_path / "own.yaml"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(RulesError) as caught:
            load_rules(path)
        assert [(p.file, p.line, p.message) for p in caught.value.problems] == [
            (str(path), line, what)
        ]


# --- what is complained of -------------------------------------------------------------------


def test_everything_at_once_in_the_order_of_the_file():
    text = """\
title: 2018
as_of: 2017-10-32
totl: 4400
select: {share: 2, by: score}
method: dhont
criteria:
  - {name: a, weight: 0.5, indicator: population, weigth: 1}
  - {name: A, weight: 0.6, indicator: population, normalise: minimax}
  - {name: c, weight: 0.1, indicator: 5}
title: again
"""
    quoted = "text that looks like something else needs quotation marks"
    known = load_known("Select")
    assert [(line, column, what) for line, column, _, what, _ in refused(text)] == [
        (1, 1, "`total` is missing"),
        (1, 8, "expected text, got 2018"),
        (2, 8, "expected a date such as 2017-10-02, got `2017-10-32`"),
        (3, 1, "unknown key `totl`"),
        (4, 17, "expected at most 1, got 2"),
        (5, 9, messages(PLAIN + "method: dhont\n")[0]),
        (7, 51, "unknown key `weigth`"),
        (8, 62, "expected one of minmax, percentile, value, got `minimax`"),
        (9, 39, "expected text or keys and values, got 5"),
        (10, 1, "duplicate key `title`, first on line 1"),
    ]
    hints = [hint for *_, hint in refused(text)]
    assert hints[1] == f'{quoted}: "2018"'
    assert hints[3] == "did you mean `total`?"
    assert hints[6] == "did you mean `weight`?"
    assert hints[7] == "did you mean `minmax`?"
    assert refused(PLAIN + "select: {xyzzy: 1}\n")[0][4] == f"known here: {', '.join(known)}"


def load_known(part):
    return list(rules_schema()["$defs"][part]["properties"])


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("70", "a weight is a part of 1: write 0.7 for 70 per cent; all of them: 0.7, 0.3"),
        ("71", "a weight is a part of 1: write 0.71 for 71 per cent"),
        ("70 %", "a weight is a part of 1: write 0.7 for 70 per cent"),
        ("70%", "a weight is a part of 1: write 0.7 for 70 per cent"),
        ("'2,5 %'", "a weight is a part of 1: write 0.025 for 2.5 per cent"),
        ("'0,7'", "write 0.7"),
        ("700", None),
    ],
)
def test_weights_in_other_forms(written, hint):
    text = PLAIN.replace("weight: 1", f"weight: {written}")
    text += "  - {name: b, weight: 30, indicator: population}\n"
    assert [h for *_, key, _, h in refused(text) if key == "criteria[0].weight"] == [hint]


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("4 400", "write 4400"),
        ("4,400", "write 4400"),
        ("4_400", "write 4400"),
        ("'4400'", "write 4400 without quotation marks"),
        ("4400 people", None),
        ("many", None),
    ],
)
def test_whole_numbers_in_other_forms(written, hint):
    text = PLAIN.replace("1000", written)
    shown = written.strip("'")
    what = f"expected a whole number or keys and values, got `{shown}`"
    assert refused(text) == [(3, 8, "total", what, hint)]


def test_a_part_of_what_a_shorthand_stands_for_is_found():
    assert refused(PLAIN.replace("1000", "0")) == [
        (3, 8, "total", "expected at least 1, got 0", None)
    ]
    assert refused(PLAIN.replace("total: 1000", "total: {value: 0}")) == [
        (3, 16, "total.value", "expected at least 1, got 0", None)
    ]


def test_weights_are_checked_although_something_else_is_wrong():
    text = PLAIN.replace("1000", "many").replace("weight: 1", "weight: 0.9")
    assert messages(text) == [
        "expected a whole number or keys and values, got `many`",
        "the weights sum to 0.9, not 1",
    ]


def test_nothing_is_said_of_what_depends_on_something_wrong():
    text = PLAIN.replace("1000", "many") + "of_which: [{name: m, value: 2000000000}]\n"
    assert messages(text) == [
        "expected a whole number or keys and values, got `many`",
        "expected at most 1000000000, got 2000000000",
    ]
    text = PLAIN.replace("weight: 1", "weight: 2") + "select: {by: nothing}\n"
    assert messages(text) == ["expected at most 1, got 2"]


@pytest.mark.parametrize(
    ("weights", "total"),
    [
        ((0.5, 0.4999999999), "0.9999999999"),
        ((0.333333, 0.333333, 0.333333), "0.999999"),
        ((0.3333333333333333,) * 3, "0.9999999999999999"),
        ((1, 1e-300), "1." + "0" * 57 + "…"),
        ((0.7, 0.2, 0.100000001), "1.000000001"),
    ],
)
def test_weights_sum_to_exactly_1(weights, total):
    entries = [f"  - {{name: c{i}, weight: {w}, indicator: x}}\n" for i, w in enumerate(weights)]
    ((_, _, key, what, hint),) = refused(PLAIN[: PLAIN.index("  -")] + "".join(entries))
    assert (key, what) == ("criteria", f"the weights sum to {total}, not 1")
    assert hint == "write decimals that sum to exactly 1, such as 0.33, 0.33 and 0.34"


@pytest.mark.parametrize("second", ["0.49999999999999999999", "0.50000000000000000001"])
def test_no_weight_is_rounded_in_silence(second):
    """As floats both are 0.5, and the sum would be 1."""
    assert float(second) == 0.5
    entries = f"  - {{name: b, weight: {second}, indicator: population}}\n"
    assert refused(PLAIN.replace("weight: 1", "weight: 0.5") + entries)[0][2:] == (
        "criteria[1].weight",
        f"expected a number, got `{second}`",
        "it has more digits than are kept: write 0.5",
    )


def test_weights_that_sum_to_1_as_written_are_fine_whatever_floats_make_of_it():
    weights = (0.7, 0.1, 0.1, 0.1)
    assert sum(weights) != 1
    entries = [f"  - {{name: c{i}, weight: {w}, indicator: x}}\n" for i, w in enumerate(weights)]
    assert len(parse_rules(PLAIN[: PLAIN.index("  -")] + "".join(entries)).criteria) == 4


def test_one_function_changes_rules_and_checks_them_as_loading_does():
    rules = parse_rules(PLAIN + "minimum: {value: 3, source: ours}\n")
    changed = replace(rules, total=2000, minimum={"value": 5}, select=Select(count=7))
    assert (changed.total.value, changed.minimum.value, changed.minimum.source) == (2000, 5, "ours")
    assert changed.select == Select(count=7)
    assert changed.criteria is rules.criteria
    with pytest.raises(RulesError) as caught:
        replace(rules, total={"valu": 5}, select={"share": 2, "by": "x"}, method="dhont", extra=1)
    assert [(p.key, p.message.partition(";")[0]) for p in caught.value.problems] == [
        ("total.valu", "unknown key `valu`"),
        ("select.share", "expected at most 1, got 2"),
        ("extra", "unknown key `extra`"),
        ("method", "unknown method 'dhont'"),
    ]


def test_aliases_merge_keys_and_tags_are_told_together():
    text = PLAIN.replace("title: t", "title: &a t") + (
        "reference: *a\nselect: {<<: *a, by: share}\nmethod: !!str dhondt\n"
    )
    assert [(line, what, hint) for line, _, _, what, hint in refused(text)] == [
        (6, "the alias *a is not understood here", "write the value out"),
        (7, "merge keys are not understood here", "write the keys out"),
        (7, "the alias *a is not understood here", "write the value out"),
        (8, "the tag !!str is not understood here",
         "leave it out; text is put in quotation marks"),
    ]  # fmt: skip


def test_an_anchor_that_nothing_refers_to_is_harmless():
    assert parse_rules(PLAIN.replace("title: t", "title: &a t")).title == "t"


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("a:\n\t- b\n", (2, 1), "indent with spaces, not tabs"),
        ("a: b\x07\n", (1, 5), "remove the invisible character"),
        ("å: ø\x07\n", (1, 5), "remove the invisible character"),
        ("a: b: c\n", (1, 5), "text that holds a colon and a blank needs quotation marks"),
        ("a: 'b\n", (2, 1), None),
        ("a: [b\n", (2, 1), None),
        ("a: @b\n", (1, 4), None),
        ("a: 1\nø: ø\nb: ø\x7f\n", (3, 5), "remove the invisible character"),
    ],
)
def test_what_is_no_yaml(text, place, hint):
    ((line, column, _, message, found),) = refused(text)
    assert (line, column) == place
    assert message.startswith("is not valid YAML: ")
    assert found == hint


def test_problems_before_a_fatal_one_are_told_too():
    found = refused("a: 1\na: 2\nb: [\n")
    assert found[0][3] == "duplicate key `a`, first on line 1"
    assert found[1][3].startswith("is not valid YAML")


def test_limits_of_size_and_depth():
    deep = "x: " + "[" * 39 + "]" * 39 + "\n"
    assert messages(PLAIN + deep) == ["unknown key `x`"]
    assert messages(PLAIN + "x: " + "[" * 40 + "]" * 40 + "\n") == ["is nested too deeply"]
    many = PLAIN + "exclude:\n" + "- a\n" * 19_000
    assert len(parse_rules(many).exclude) == 19_000
    assert messages(many + "- a\n" * 1_000) == ["has too many keys and values"]
    assert messages("#" * 1_000_001) == ["is 1,000,001 characters long"]


def test_complaints_end_after_a_hundred():
    found = messages(PLAIN + "".join(f"k{i}: 1\n" for i in range(150)))
    assert len(found) == 101
    assert "and more: only the first problems are listed" in found


def test_text_of_the_file_can_not_control_the_terminal():
    assert messages(PLAIN + '"\\e[31mred": 1\n') == ["unknown key `\\x1b[31mred`"]
    assert messages(PLAIN.replace("1000", '"\\e[31m"')) == [
        "expected a whole number or keys and values, got `\\x1b[31m`"
    ]


# --- the schema ------------------------------------------------------------------------------

SHIPPED = json.loads((CONFIG / "criteria.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(
    SHIPPED, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
)
# What no JSON Schema can say: sums, names that must be known or unlike, files, ways that exclude
# each other, and what is wrong as YAML.
BEYOND = {
    "weights-below-one.yaml", "misspelt-method.yaml", "same-name-twice.yaml",
    "share-and-count.yaml", "maximum-below-minimum.yaml", "part-above-whole.yaml",
    "no-such-list.yaml", "list-of-nobody.yaml", "county-file.yaml",
    "duplicate-key.yaml", "duplicate-keys-everywhere.yaml", "int-tag.yaml",
}  # fmt: skip


def documents():
    for path in [*sorted(HOSTILE.glob("*.yaml")), *sorted(CONFIG.glob("*.yaml"))]:
        try:
            document = parse_yaml(path.read_text(encoding="utf-8-sig"), path.name)
        except (RulesError, UnicodeDecodeError):
            continue
        if document.unread:
            continue
        yield pytest.param(path, document.data, id=path.name)


def test_the_shipped_schema_is_fresh_and_sound():
    result = run("rules", "--schema")
    assert result.exit_code == 0
    assert (CONFIG / "criteria.schema.json").read_text(encoding="utf-8") == result.output
    jsonschema.Draft202012Validator.check_schema(SHIPPED)


@pytest.mark.parametrize(("path", "data"), list(documents()))
def test_schema_and_loader_accept_and_reject_the_same(path, data):
    try:
        load_rules(path)
        accepted = True
    except RulesError:
        accepted = False
    if path.name in BEYOND:
        assert not accepted
        assert VALIDATOR.is_valid(data)
    else:
        assert VALIDATOR.is_valid(data) == accepted


def test_the_schema_helps_with_every_key():
    """Each key of each part says what it is, or is one of the few that every part has."""
    plain = {"source", "title", "title_nb"}
    assert SHIPPED["$defs"]
    for name, part in SHIPPED["$defs"].items():
        for key, schema in part["properties"].items():
            choices = [schema, *schema.get("anyOf", [])]
            told = any("description" in choice or "$ref" in choice for choice in choices)
            refers = "$ref" in schema.get("items", {}) or key in plain
            assert told or refers or key in {"value", "smoothing"}, (name, key)


# --- the command -----------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(CONFIG.glob("*.yaml")), ids=lambda path: path.name)
def test_printed_rules_load_back_to_the_same(path, tmp_path):
    result = run("rules", "--rules", str(path))
    assert (result.exit_code, result.stderr) == (0, "")
    copy = tmp_path / "copy.yaml"
    copy.write_text(result.stdout, encoding="utf-8")
    assert load_rules(copy) == load_rules(path)
    again = run("rules", "--rules", str(copy))
    assert again.stdout == result.stdout


def test_printed_rules_have_their_defaults_filled_in():
    assert (
        rules_yaml(parse_rules(PLAIN))
        == """\
title: t
as_of: 2017-10-02
total: {value: 1000}
criteria:
- name: population
  weight: 1
  indicator: population
  normalise: value
  direction: higher
  missing: error
minimum: {value: 0}
select: {by: share, per_county: 0}
size_exponent: {value: 1}
method: sainte-lague
"""
    )


def test_printed_rules_show_the_options_and_what_files_hold(tmp_path):
    (tmp_path / "asked.csv").write_text("kommunenummer\n0301\n1804\n")
    path = tmp_path / "own.yaml"
    path.write_text(PLAIN + "select: {list: asked.csv}\n")
    result = run("rules", "--rules", str(path), "--total", "77")
    assert "total: {value: 77, source: changed from the rules}\n" in result.stdout
    printed = parse_rules(result.stdout)
    assert isinstance(printed, Rules)
    assert printed.select.list == ("0301", "1804")


def test_the_command_refuses_bad_rules_with_2():
    result = tried("rules", "--rules", str(HOSTILE / "unknown-key.yaml"))
    assert isinstance(result.exception, RulesError)
    assert result.stdout == ""


def test_the_command_writes_files_but_does_not_replace_them(tmp_path):
    target = tmp_path / "rules.yaml"
    assert tried("rules", "-o", str(target)).exit_code == 0
    assert load_rules(target) == load_rules()
    second = tried("rules", "-o", str(target))
    assert re.search("exists already", str(second.exception))
    assert tried("rules", "-o", str(target), "--force").exit_code == 0


def test_a_misspelt_source_is_told_the_nearest():
    text = "title: T\nas_of: 2017-10-02\nsources: {ks: KS}\ntotal: {value: 9, source: kss}\n"
    criteria = "criteria: [{name: p, weight: 1, indicator: population, source: SSB}]\n"
    with pytest.raises(RulesError) as caught:
        parse_rules(text + criteria)
    assert [(p.line, p.key, p.remedy()) for p in caught.value.problems] == [
        (4, "total.source", "did you mean `ks`?")
    ]


def test_a_county_called_source_names_no_source():
    text = "title: T\nas_of: 2017-10-02\ntotal: 9\ncounties: {totals: {source: 9}}\n"
    criteria = "criteria: [{name: p, weight: 1, indicator: population}]\n"
    assert parse_rules(text + criteria).counties.totals == {"source": 9}


def test_a_key_without_a_value_is_said(tmp_path):
    text = (config_dir() / "criteria.yaml").read_text(encoding="utf-8")
    path = tmp_path / "rules.yaml"
    path.write_text(text.replace("share: 0.5 ", "share:     ", 1), encoding="utf-8")
    notes = []
    rules = load_rules(path, notes=notes)
    assert rules.select.share is None
    assert [(n.key, n.severity) for n in notes] == [("select.share", "warning")]
    assert text.splitlines()[notes[0].line - 1].strip().startswith("share: 0.5")
    done = process("allocate", "--rules", path, "--strict")
    assert (done.returncode, "select.share: has no value" in done.stderr) == (2, True)


def test_control_characters_of_rules_reach_nobody(tmp_path):
    text = (config_dir() / "criteria.yaml").read_text(encoding="utf-8")
    path = tmp_path / "rules.yaml"
    path.write_text(
        text.replace("title: Settlement requests for 2018", 'title: "Red\\e[31m \\u202Eback"', 1),
        encoding="utf-8",
    )
    notes = []
    assert load_rules(path, notes=notes).title == "Red[31m back"
    assert [n.key for n in notes] == ["title"]
    done = process("allocate", "--rules", path)
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr
    assert "left out" in done.stderr
