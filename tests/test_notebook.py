"""The Python face: what `dir()` shows, and docs/notebook.md run as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

import bosetting_cli as bosetting
from bosetting_cli.findings import DataError, RulesError

PAGE = Path(__file__).parents[1] / "docs" / "notebook.md"
REGISTER = pd.DataFrame(
    {"kommunenummer": ["0301", "1804"], "municipality": ["Oslo", "Bodø"], "fylke": ["O", "N"]}
)


def test_dir_shows_the_face():
    shown = {name for name in dir(bosetting) if not name.startswith("_")}
    assert shown >= {"load_rules", "load_statistics", "allocate", "explain", "draws", "compare"}
    assert all(getattr(bosetting, name).__doc__ for name in shown)


def test_the_page_runs():
    code = "\n".join(
        re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    )
    names: dict[str, object] = {}
    exec(code, names)
    assert names["allocation"].rules.total.value == 4400
    assert names["raised"].criteria[0].weight == 0.6
    assert len(names["bodo"].changes) == 8
    assert names["found"].requested.shape == (1000, 426)
    assert bosetting.allocate(names["own"], names["own_rules"]).table.requested.tolist() == [6, 4]
    assert names["difference"].differences


def test_findings_of_frames_are_those_of_files():
    people = pd.DataFrame({"kommunenummer": ["0301", "1804"], "population": ["many", 400]})
    with pytest.raises(DataError) as caught:
        bosetting.Statistics.from_frames(REGISTER, {"people": people})
    assert "people:2: population: `many` is not a number" in str(caught.value)


def test_an_index_may_be_the_kommunenummer_and_decimals_stay():
    people = pd.DataFrame(
        {"population": [0.1, 0.2]}, index=pd.Index(["0301", "1804"], name="kommunenummer")
    )
    own = bosetting.Statistics.from_frames(REGISTER, {"people": people})
    assert own.column("population").value("0301", None) == 0.1


def test_findings_of_a_dict_are_those_of_a_file():
    with pytest.raises(RulesError) as caught:
        bosetting.load_rules({"title": "x", "as_of": "2017-10-02", "total": 0, "criteria": []})
    assert "total: expected at least 1, got 0" in str(caught.value)
    assert "criteria: expected at least 1 of them" in str(caught.value)


def test_an_explanation_shows_itself():
    allocation = bosetting.allocate(bosetting.load_statistics(), bosetting.load_rules())
    shown = bosetting.explain(allocation, "bodø")._repr_markdown_()
    assert shown.startswith("**Bodø (1804, Nordland) is asked")
