"""Changes of rules that were loaded."""

import pytest

from bosetting_cli.findings import RulesError


def test_an_unknown_change_is_told_with_what_can_be_changed(rules):
    with pytest.raises(RulesError, match=r"`totals` can't be changed\n.*total, minimum, share"):
        rules.replace(totals=5350)


def test_each_change_has_its_effect_and_the_rest_stays(rules):
    changed = rules.replace(
        total=500, minimum=3, count=7, method="dhondt", by="score", include=["1804"],
        exclude=["0301"], at_least={"1902": 9, "1804": 4}, of_which={"enslige mindreårige": 5},
        weights={"folketall": 0.6, "employment": 0.3},
    )  # fmt: skip
    assert (changed.total.value, changed.minimum.value) == (500, 3)
    assert changed.minimum.by_municipality == {"1902": 9, "1804": 4}
    chosen = changed.select
    assert (chosen.share, chosen.count, chosen.list, chosen.by) == (None, 7, None, "score")
    assert chosen.include == (*rules.select.include, "1804", "1902")
    assert changed.exclude == (*rules.exclude, "0301")
    assert (changed.method, changed.of_which[0].value) == ("dhondt", 5)
    assert [c.weight for c in changed.criteria] == [0.6, 0.3, 0.1]
    assert changed.criteria[2] == rules.criteria[2]
    sources = [changed.total, changed.minimum, chosen, changed.of_which[0], *changed.criteria[:2]]
    assert {part.source for part in sources} == {"changed from the rules"}
    assert changed.reference == f"{rules.reference}; changed from the rules"
    assert changed.eligible == rules.eligible


def test_what_changes_nothing_gives_the_same_rules(rules):
    assert rules.replace(total=None, weights={}, include=(), at_least={}) is rules
    assert rules.replace(total=rules.total.value).reference != rules.reference


def test_two_ways_to_select_exclude_each_other(rules):
    with pytest.raises(RulesError, match="select: share and count exclude each other"):
        rules.replace(share=0.3, count=5)


def test_a_criterion_by_two_names_is_given_twice(rules):
    with pytest.raises(RulesError, match="a criterion is given twice: `population`, `folketall`"):
        rules.replace(weights={"population": 0.5, "folketall": 0.7})
