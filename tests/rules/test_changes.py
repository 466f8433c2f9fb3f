"""Changes of rules that were loaded."""

import pytest

from bosetting_cli.findings import RulesError


def test_an_unknown_change_is_told_with_what_can_be_changed(rules):
    with pytest.raises(RulesError, match=r"`totals` can't be changed\n.*total, minimum, share"):
        rules.replace(totals=5350)


def test_a_criterion_by_two_names_is_given_twice(rules):
    with pytest.raises(RulesError, match="a criterion is given twice: `population`, `folketall`"):
        rules.replace(weights={"population": 0.5, "folketall": 0.7})
