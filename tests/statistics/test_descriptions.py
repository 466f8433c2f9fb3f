"""`datapackage.json` as the Table Schema standard has it: signs for missing, types, constraints."""

import json

import pytest

from bosetting_cli import load_statistics
from bosetting_cli.findings import DataError
from bosetting_cli.studies.validation import validate

REGISTER = "kommunenummer,municipality,fylke\n0301,Oslo,Oslo\n1103,Stavanger,Rogaland\n"
OWN = "kommunenummer,settled,note\n0301,12,a\n1103,-99,b\n"
SETTLED = {"name": "settled", "type": "integer"}


@pytest.fixture
def folder(tmp_path):
    """A folder with the table own.csv, and a description of it."""

    def make(own=OWN, *, fields=(SETTLED,), schema=None, resource=None, package=None, files=None):
        schema = {"fields": list(fields), **(schema or {})}
        described = {"path": "own.csv", "schema": schema, **(resource or {})}
        texts = {
            "municipalities.csv": REGISTER,
            "own.csv": own,
            "datapackage.json": json.dumps({"resources": [described], **(package or {})}),
            **(files or {}),
        }
        for name, text in texts.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return make


def figures(path):
    column = load_statistics(path, indicators=["settled"]).column("settled")
    return [column.value(code, None) for code in ("0301", "1103")]


def told(path, **options):
    """What is said of a folder: line, column, message."""
    notes = load_statistics(path, indicators=["settled"], **options).notes
    return [(note.line, note.column, note.message) for note in notes]


# --- no value --------------------------------------------------------------------------------

NONE = {"missingValues": ["", "-99"]}
OTHER = {"missingValues": ["12"]}


@pytest.mark.parametrize(
    "where",
    [
        {"package": NONE},
        {"resource": NONE},
        {"schema": NONE},
        {"fields": [{**SETTLED, **NONE}]},
        {"fields": [{**SETTLED, "missingValues": [{"value": "-99", "label": "withheld"}]}]},
        {"package": OTHER, "schema": NONE},
        {"schema": OTHER, "fields": [{**SETTLED, **NONE}]},
    ],
)
def test_a_declared_sign_is_no_figure_and_the_nearest_declaration_counts(folder, where):
    path = folder(**where)
    assert figures(path) == [12, None]
    assert told(path, strict=True) == []


def test_without_a_declaration_it_is_a_figure(folder):
    assert figures(folder(OWN.replace("-99", "99999"))) == [12, 99999]
    assert figures(folder(OWN.replace("-99", "99999"), schema=NONE)) == [12, 99999]


def test_signs_are_texts(folder):
    path = folder(OWN.replace("-99", "5"), schema={"missingValues": [5]})
    assert figures(path) == [12, 5]
    (note,) = load_statistics(path).notes
    what = "what it says of own.csv, settled is not understood: `missingValues: 5`"
    assert (note.file, note.message) == (str(path / "datapackage.json"), what)


# --- constraints -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "kind", "constraint", "rule"),
    [
        ("501", "integer", {"maximum": 500}, "maximum: 500"),
        ("3", "integer", {"minimum": 4}, "minimum: 4"),
        ("500", "number", {"exclusiveMaximum": 500}, "exclusiveMaximum: 500"),
        ("0", "number", {"exclusiveMinimum": 0}, "exclusiveMinimum: 0"),
        ("501", "integer", {"maximum": "500"}, 'maximum: "500"'),
        ("", "integer", {"required": True}, "required: true"),
        ("..", "integer", {"required": True}, "required: true"),
        ("12", "integer", {"unique": True}, "unique: true"),
        ("7", "integer", {"enum": [12, 13]}, "enum: [12, 13]"),
        ("7", "number", {"pattern": "[0-9]{2}"}, 'pattern: "[0-9]{2}"'),
        ("7", "number", {"minLength": 2}, "minLength: 2"),
        ("123", "number", {"maxLength": 2}, "maxLength: 2"),
        ("7.5", "integer", {}, "type: integer"),
    ],
)
def test_what_is_against_the_description(folder, cell, kind, constraint, rule):
    own = f"kommunenummer,settled\n0301,12\n1103,{cell}\n"
    path = folder(own, fields=[{"name": "settled", "type": kind, "constraints": constraint}])
    line, count = (2, 2) if rule.startswith("unique") else (3, 1)
    what = f"against `{rule}` in the description ({count}): `{cell}`"
    assert (line, "settled", what) in told(path)
    with pytest.raises(DataError) as caught:
        load_statistics(path, indicators=["settled"], strict=True)
    assert what in [problem.message for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("kind", "constraint"),
    [
        ("integer", {"minimum": 5, "maximum": 12, "required": True, "unique": True}),
        ("number", {"enum": [5, "12.0"], "pattern": "[0-9]+", "unique": False}),
        ("", {"enum": ["5", "12"], "required": False}),
    ],
)
def test_what_is_as_described(folder, kind, constraint):
    field = {"name": "settled", "type": kind, "constraints": constraint}
    path = folder(OWN.replace("-99", "5"), fields=[field])
    assert told(path, strict=True) == []


def test_one_line_for_one_constraint(folder):
    own = "kommunenummer,settled\n0301,700\n1103,600\n"
    field = {**SETTLED, "constraints": {"maximum": 500, "minimum": 0}}
    assert told(folder(own, fields=[field])) == [
        (2, "settled", "against `maximum: 500` in the description (2): `700`, `600`")
    ]


def test_keys_and_texts_have_constraints_too(folder):
    fields = [
        {"name": "Kommunenr", "type": "string", "constraints": {"pattern": "0[0-9]{3}"}},
        {"name": "settled"},
        {"name": "note", "type": "string", "constraints": {"enum": ["a", "c"]}},
    ]
    path = folder(OWN.replace("-99", "5"), fields=fields)
    key = (3, "kommunenummer", 'against `pattern: "0[0-9]{3}"` in the description (1): `1103`')
    assert told(path) == [key]
    note = (3, "note", 'against `enum: ["a", "c"]` in the description (1): `b`')
    whole = load_statistics(path).notes
    assert [(p.line, p.column, p.message) for p in whole] == [key, note]


def test_validate_makes_an_error_of_it_where_the_rules_read_the_column(folder, tmp_path):
    own = "kommunenummer,population,settled\n0301,12,8\n1103,7,11\n"
    fields = [
        {"name": name, "type": "integer", "constraints": {"maximum": 10}}
        for name in ("population", "settled")
    ]
    path, rules = folder(own, fields=fields), tmp_path / "rules.yaml"
    rules.write_text(
        "title: t\nas_of: 2017-10-02\ntotal: 5\n"
        "criteria: [{name: p, weight: 1, indicator: population}]\n"
    )
    found = validate(path, rules).problems
    assert [(p.severity, p.line, p.column) for p in found] == [
        ("error", 2, "population"),
        ("warning", 3, "settled"),
    ]
    assert found[0].said("nb") == "i strid med `maximum: 10` i beskrivelsen (1): `12`"
    rules.write_text("title: [\n")
    assert [p.severity for p in validate(path, rules).problems] == ["error"] * 3


@pytest.mark.parametrize(
    ("key", "field"),
    [
        ("maximum: [5]", {"constraints": {"maximum": [5]}}),
        ('pattern: "("', {"constraints": {"pattern": "("}}),
        ("jsonSchema: {}", {"constraints": {"jsonSchema": {}}}),
        ('required: "yes"', {"constraints": {"required": "yes"}}),
        ("decimalChar", {"decimalChar": ","}),
        ("groupChar", {"groupChar": "."}),
        ("bareNumber", {"bareNumber": False}),
    ],
)
def test_what_is_not_understood_is_said(folder, key, field):
    path = folder(OWN.replace("-99", "5"), fields=[{**SETTLED, **field}])
    what = f"what it says of own.csv, settled is not understood: `{key}`"
    assert told(path) == [(None, None, what)]


# --- resources and schemas -------------------------------------------------------------------

NOTES = {"name": "notes", "data": [{"a": 1}]}


def test_resources_that_are_no_tables_here_are_passed_over(folder, tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "own.csv").write_text("a\n1\n")
    deep = {"path": "deep/own.csv", "schema": {"fields": [{**SETTLED, "missingValues": ["12"]}]}}
    own = {"path": ["own.csv"], "schema": {"fields": [SETTLED], **NONE}}
    path = folder(package={"resources": [NOTES, {"name": "nothing"}, own, deep]})
    assert figures(path) == [12, None]
    assert told(path, strict=True) == []


def test_a_schema_in_a_file_of_its_own(folder):
    schema = json.dumps({"fields": [SETTLED], **NONE})
    path = folder(resource={"schema": "own.schema.json"}, files={"own.schema.json": schema})
    assert figures(path) == [12, None]


@pytest.mark.parametrize(
    ("name", "file", "what"),
    [
        ("none.json", "none.json", "can't be read: No such file or directory"),
        ("own.csv", "datapackage.json", "is not valid JSON: Expecting value"),
        ("../s.json", "datapackage.json", "the schema `../s.json` is not read"),
        ("/etc/s.json", "datapackage.json", "the schema `/etc/s.json` is not read"),
        ("https://x.no/s.json", "datapackage.json", "the schema `https://x.no/s.json` is not read"),
    ],
)
def test_a_schema_that_is_not_there(folder, name, file, what):
    path = folder(resource={"schema": name})
    with pytest.raises(DataError) as caught:
        load_statistics(path, indicators=["settled"])
    said = [(p.file, p.message) for p in caught.value.problems if "negative" not in p.message]
    assert said == [(str(path / file), what)]
