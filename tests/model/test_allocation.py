"""The model as a whole, on the packaged statistics and on small made-up ones."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pandas as pd
import pytest
import votelib.evaluate.proportional as proportional
from hypothesis import given, settings
from hypothesis import strategies as st

import bosetting_cli as bosetting
from bosetting_cli.findings import AllocationError
from bosetting_cli.resources import data_dir
from bosetting_cli.rules import override
from small import criterion, rules_for, synthetic

if TYPE_CHECKING:
    from pathlib import Path

# The published weights, and the numbers of the letter of 2 October 2017.
TOTAL, MINIMUM, MINORS, WEIGHTS = (
    4400,
    10,
    210,
    {"population": 0.7, "employment": 0.2, "introduction": 0.1},
)


def published(name: str) -> pd.DataFrame:
    return pd.read_csv(data_dir() / name, dtype={"kommunenummer": str})


@pytest.fixture(scope="module")
def by_hand() -> pd.DataFrame:
    """The shares of the default rules, computed with pandas straight from the tables."""
    population = published("population.csv").query("year == 2017").set_index("kommunenummer")
    work = published("employment.csv").query("year == 2015").set_index("kommunenummer")
    known = work.dropna(subset=["employed_residents", "residents_15_74"])
    national = known.employed_residents.sum() / known.residents_15_74.sum()
    programme = published("intro_programme.csv").dropna(subset=["in_work_or_education", "leavers"])
    rate = programme.in_work_or_education.sum() / programme.leavers.sum()
    pooled = programme.groupby("kommunenummer")[["in_work_or_education", "leavers"]].sum()
    frame = pd.DataFrame({"population": population.population.astype(float)})
    frame["employment"] = (work.employed_residents / work.residents_15_74).fillna(national)
    pooled = pooled.reindex(frame.index).fillna(0)
    frame["introduction"] = (pooled.in_work_or_education + 50 * rate) / (pooled.leavers + 50)
    settled = published("settlement.csv").query("2014 <= year <= 2016 and settled > 0")
    frame = frame[frame.index.isin(settled.kommunenummer)].copy()
    frame["amount_population"] = frame.population
    frame["amount_employment"] = frame.population * frame.employment
    frame["amount_introduction"] = frame.population * frame.introduction
    return frame


def composite(frame: pd.DataFrame) -> pd.Series:
    return sum(w * frame[f"amount_{c}"] / frame[f"amount_{c}"].sum() for c, w in WEIGHTS.items())


@pytest.fixture(scope="module")
def quotas(by_hand) -> pd.Series:
    """Quotas of the selected half, by hand."""
    half = composite(by_hand).sort_values(ascending=False).index[:205]
    return TOTAL * composite(by_hand.loc[half])


def test_half_of_those_that_settled_are_asked(allocation):
    assert (len(allocation.eligible), len(allocation.selected)) == (410, 205)


def test_the_selected_and_their_quotas_are_those_computed_by_hand(allocation, quotas):
    computed = {row.kommunenummer: row.quota for row in allocation.selected}
    assert computed.keys() == set(quotas.index)
    assert all(computed[unit] == pytest.approx(quotas[unit], rel=1e-9) for unit in computed)


def test_the_requests_are_those_of_an_independent_library(allocation, quotas):
    evaluator = proportional.HighestAverages("sainte_lague")
    exact = {unit: Fraction(quota) for unit, quota in quotas.items()}
    free, fixed = dict(exact), {}
    while True:  # fix the units below the minimum, until none is left below it
        seats = evaluator.evaluate(free, TOTAL - sum(fixed.values()))
        below = [unit for unit in free if seats.get(unit, 0) < MINIMUM]
        if not below:
            break
        fixed |= dict.fromkeys(below, MINIMUM)
        free = {unit: quota for unit, quota in free.items() if unit not in fixed}
    expected = {**fixed, **seats}
    assert {row.kommunenummer: row.requested for row in allocation.selected} == expected


def test_totals_add_up_exactly_and_minimums_hold(allocation):
    assert sum(row.requested for row in allocation.rows) == TOTAL
    assert min(row.requested for row in allocation.selected) == MINIMUM


def test_the_minors_add_up_and_never_exceed_their_municipality(allocation):
    numbers = [row.of_which["unaccompanied minors"] for row in allocation.selected if row.of_which]
    assert sum(numbers) == MINORS
    assert all(
        row.of_which.get("unaccompanied minors", 0) <= row.requested for row in allocation.rows
    )


def test_minors_only_go_where_they_were_asked_for_before(allocation):
    asked = published("unaccompanied_minors.csv").query("requested_minors > 0").kommunenummer
    got = {r.kommunenummer for r in allocation.rows if r.of_which.get("unaccompanied minors")}
    assert got
    assert got <= set(asked)


def test_every_quota_is_the_exact_sum_of_its_contributions(allocation):
    assert allocation.selected
    for row in allocation.selected:
        exact = sum(Fraction(value) for value in row.contributions.values())
        assert exact == Fraction(row.quota)


def test_a_weight_is_the_part_of_the_places_that_its_criterion_shares_out(allocation):
    assert allocation.rules.criteria
    for c in allocation.rules.criteria:
        places = sum(row.contributions[c.name] for row in allocation.selected)
        assert places == pytest.approx(c.weight * TOTAL, abs=1e-6)


def test_everybody_has_a_row_and_those_not_asked_a_reason(allocation):
    assert len(allocation.rows) == 426
    others = [row for row in allocation.rows if row.status != "selected"]
    assert len(others) == 221
    assert all(row.reason for row in others)


def test_a_mark_stands_where_the_minimum_binds(allocation):
    lowest = [row for row in allocation.selected if row.requested == MINIMUM]
    divisor = Fraction(allocation.groups[0].apportionment.divisor)
    assert allocation.selected
    for row in allocation.selected:
        rounded_up = Fraction(row.quota) >= divisor * (MINIMUM - Fraction(1, 2))
        assert row.at_minimum == (row in lowest and not rounded_up)


def test_what_is_imputed_is_said(allocation):
    said = [note.text for note in allocation.notes if note.kind == "imputed"]
    assert any("Sandefjord" in text and "employment" in text for text in said)
    assert any("247 eligible" in text for text in said)
    assert not [note for note in allocation.notes if note.kind == "hindsight"]


def test_later_figures_are_hindsight_and_named(statistics, rules):
    import msgspec

    later = msgspec.structs.replace(rules.criteria[1], years=(2017,))
    changed = msgspec.structs.replace(rules, criteria=(rules.criteria[0], later, rules.criteria[2]))
    notes = bosetting.allocate(statistics, changed).notes
    assert [n.text for n in notes if n.kind == "hindsight"] == [
        "employment uses figures of 2017, after 2017-10-02"
    ]


def test_a_higher_total_lowers_nobody(statistics, rules, allocation):
    more = bosetting.allocate(statistics, override(rules, total=5350))
    before = {row.kommunenummer: row.requested for row in allocation.rows}
    assert all(row.requested >= before[row.kommunenummer] for row in more.rows)


def test_too_many_for_the_minimum_is_an_error_with_the_largest_number(statistics, rules):
    with pytest.raises(AllocationError, match="410 selected with minimums of 4,100") as caught:
        bosetting.allocate(statistics, override(rules, share=1.0, total=4000))
    assert "at most 400 can be selected" in str(caught.value)


def test_a_missing_figure_without_a_rule_is_an_error_that_lists_the_municipalities(
    statistics, rules
):
    import msgspec

    bare = msgspec.structs.replace(rules.criteria[1], missing="error")
    changed = msgspec.structs.replace(rules, criteria=(rules.criteria[0], bare, rules.criteria[2]))
    with pytest.raises(AllocationError, match="no figure for 1 eligible: 0710"):
        bosetting.allocate(statistics, changed)


def test_missing_exclude_leaves_the_municipality_out_with_the_reason(statistics, rules):
    import msgspec

    out = msgspec.structs.replace(rules.criteria[1], missing="exclude")
    changed = msgspec.structs.replace(rules, criteria=(rules.criteria[0], out, rules.criteria[2]))
    row = bosetting.allocate(statistics, changed).row("0710")
    assert (row.status, row.reason) == ("not eligible", "no figure for employment")


def test_include_and_exclude_override_with_a_reason(statistics, rules):
    changed = override(rules, include=("Lurøy",), exclude=("Oslo", "1804"))
    result = bosetting.allocate(statistics, changed)
    assert (result.row("1834").status, result.row("1834").reason) == (
        "selected",
        "included by name",
    )
    assert result.row("0301").reason == result.row("1804").reason == "excluded by name"
    assert len(result.eligible) == 409


def test_who_is_both_included_and_excluded_is_an_error(statistics, rules):
    with pytest.raises(AllocationError, match="0301 is both included and excluded"):
        bosetting.allocate(statistics, override(rules, include=("Oslo",), exclude=("0301",)))


def test_exclusion_takes_a_municipality_off_a_list(statistics, rules):
    from msgspec.structs import replace

    listed = replace(rules, select=replace(rules.select, share=None, list=("0301", "1804", "1201")))
    result = bosetting.allocate(statistics, override(listed, exclude=("Bodø",)))
    assert [row.kommunenummer for row in result.selected] == ["0301", "1201"]
    assert result.row("1804").reason == "excluded by name"


def test_a_condition_on_later_figures_is_hindsight(statistics, rules):
    from msgspec.structs import replace

    late = replace(rules, eligible=(replace(rules.eligible[0], years=(2016, 2017)),))
    said = [n.text for n in bosetting.allocate(statistics, late).notes if n.kind == "hindsight"]
    assert len(said) == 1
    assert "settled refugees in recent years” uses figures of 2017" in said[0]


def test_an_unknown_municipality_is_an_error_with_a_suggestion(statistics, rules):
    with pytest.raises(AllocationError, match="unknown municipality Bodo City"):
        bosetting.allocate(statistics, override(rules, exclude=("Bodo City",)))
    with pytest.raises(AllocationError, match="did you mean Tromsø 1902"):
        bosetting.allocate(statistics, override(rules, exclude=("Tromsoe",)))


def test_a_smaller_size_exponent_asks_the_largest_for_less(statistics, rules, allocation):
    import msgspec

    from bosetting_cli.rules import SizeExponent

    flat = msgspec.structs.replace(rules, size_exponent=SizeExponent(0.8))
    assert (
        bosetting.allocate(statistics, flat).row("0301").requested
        < allocation.row("0301").requested
    )


def test_a_maximum_per_1000_inhabitants_holds(statistics, rules):
    import msgspec

    from bosetting_cli.rules import Maximum

    capped = msgspec.structs.replace(rules, maximum=Maximum(per_1000=1.0))
    result = bosetting.allocate(statistics, capped)
    assert sum(row.requested for row in result.rows) == TOTAL
    assert all(r.requested <= max(r.population // 1000, MINIMUM) for r in result.selected)


def test_a_tie_for_the_last_place_goes_to_the_larger_and_is_reported():
    figures = synthetic(
        {"population": {2017: {"a": 5, "b": 5, "c": 90}}, "x": {2017: {"a": 1, "b": 1, "c": 1}}}
    )
    result = bosetting.allocate(figures, rules_for([criterion(indicator="x")], 4))
    assert [(r.kommunenummer, r.requested) for r in result.rows] == [("c", 2), ("a", 1), ("b", 1)]
    assert [n.kind for n in result.notes] == ["tie"]


@pytest.mark.parametrize(
    ("method", "total", "population", "expected"),
    [
        # 1100/33 = 400/12: both claim the last place
        ("dhondt", 44, {"0301": 1100, "1201": 400}, {"0301": 33, "1201": 11}),
        # 1100/5.5 = 900/4.5
        (
            "sainte-lague",
            21,
            {"0301": 1100, "1201": 2100, "1601": 900},
            {"0301": 6, "1201": 11, "1601": 4},
        ),
        # remainders of 5/9 each, for two places
        (
            "largest-remainder",
            5,
            {"0301": 100, "1201": 100, "1601": 100, "1804": 600},
            {"0301": 1, "1201": 1, "1601": 0, "1804": 3},
        ),
    ],
)
def test_an_exact_tie_between_unequal_counts_is_found(method, total, population, expected):
    statistics = synthetic({"population": {2017: population}})
    result = bosetting.allocate(statistics, rules_for([criterion()], total, method=method))
    assert {row.kommunenummer: row.requested for row in result.rows} == expected
    assert [note.kind for note in result.notes] == ["tie"]


@settings(deadline=None, max_examples=150)
@given(
    st.dictionaries(st.sampled_from("abcdefg"), st.integers(1, 40), min_size=2),
    st.integers(1, 60),
    st.sampled_from(["sainte-lague", "dhondt", "adams", "huntington-hill", "largest-remainder"]),
)
def test_counts_are_apportioned_as_exactly_as_by_the_library_itself(population, total, method):
    from bosetting_cli.apportionment import apportion

    order = sorted(population, key=lambda unit: (-population[unit], unit))
    exact = apportion([Fraction(population[unit]) for unit in order], total, method=method)
    statistics = synthetic({"population": {2017: population}})
    rows = bosetting.allocate(statistics, rules_for([criterion()], total, method=method)).rows
    found = {row.kommunenummer: row.requested for row in rows}
    assert [found[unit] for unit in order] == exact.seats.tolist()


def test_two_sub_groups_together_never_exceed_a_municipality():
    statistics = synthetic({"population": {2017: {"a": 60, "b": 30, "c": 10}}})
    groups = [{"name": "g", "value": 55}, {"name": "h", "value": 45}]
    rows = bosetting.allocate(statistics, rules_for([criterion()], 100, of_which=groups)).rows
    assert [sum(row.of_which.values()) for row in rows] == [row.requested for row in rows]
    assert [sum(row.of_which[name] for row in rows) for name in "gh"] == [55, 45]


def test_more_asked_than_selected_is_said(statistics, rules):
    names = tuple(m.kommunenummer for m in statistics.municipalities[:12])
    notes = bosetting.allocate(statistics, override(rules, count=10, include=names)).notes
    assert [n.text[:42] for n in notes if n.kind == "by name"] == [
        "12 are asked, 2 more than the rules select"
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"share": float("nan")}, "select.share: expected at most 1, got nan"),
        ({"share": 1.5}, "select.share: expected at most 1, got 1.5"),
        ({"total": 10**12}, "total.value: expected at most 1000000000, got 1000000000000"),
    ],
)
def test_what_a_rules_file_may_not_say_can_not_be_overridden_to(rules, changes, message):
    with pytest.raises(bosetting.BosettingError, match=message):
        override(rules, **changes)


def test_more_than_the_eligible_can_not_be_selected(statistics, rules):
    with pytest.raises(AllocationError, match="411 are to be selected, but only 410 are eligible"):
        bosetting.allocate(statistics, override(rules, count=411))


def test_changed_numbers_do_not_claim_the_rules_sources(rules):
    changed = override(rules, total=5350, weights={"population": 0.6, "employment": 0.3})
    assert [c.source for c in changed.criteria] == ["changed from the rules"] * 2 + ["ks"]
    assert changed.total.source == "changed from the rules"
    assert changed.reference.endswith("; changed from the rules")


def test_weights_of_zero_contribute_nothing():
    figures = synthetic({"population": {2017: {"a": 10, "b": 30}}, "x": {2017: {"a": 0, "b": 0}}})
    none = criterion(name="x", indicator="x", weight=0.0)
    with pytest.raises(AllocationError, match="all figures are 0"):
        bosetting.allocate(
            figures,
            rules_for([criterion(weight=0.5), criterion(name="x", indicator="x", weight=0.5)], 8),
        )
    result = bosetting.allocate(figures, rules_for([criterion(), none], 8))
    assert [row.requested for row in result.rows] == [6, 2]


figures = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=3), st.integers(1, 10**6), min_size=1, max_size=25
)


@settings(deadline=None, max_examples=60)
@given(
    figures,
    st.integers(1, 5000),
    st.integers(0, 12),
    st.sampled_from(
        ["sainte-lague", "dhondt", "adams", "dean", "huntington-hill", "largest-remainder"]
    ),
)
def test_any_allocation_adds_up_and_keeps_the_minimum(population, total, minimum, method):
    statistics = synthetic({"population": {2017: population}})
    rules = rules_for([criterion()], total, minimum={"value": minimum}, method=method)
    if minimum * len(population) > total:
        with pytest.raises(AllocationError, match=r"with minimums of .* the total is"):
            bosetting.allocate(statistics, rules)
        return
    rows = bosetting.allocate(statistics, rules).rows
    assert sum(row.requested for row in rows) == total
    assert all(row.requested >= minimum for row in rows)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_the_rows_in_the_tables_changes_nothing(
    tmp_path: Path, seed, allocation, rules
):
    for path in data_dir().glob("*.csv"):
        lines = path.read_text(encoding="utf-8").splitlines()
        body = pd.Series(lines[1:]).sample(frac=1, random_state=seed).tolist()
        (tmp_path / path.name).write_text("\n".join([lines[0], *body, ""]), encoding="utf-8")
    (tmp_path / "datapackage.json").write_bytes((data_dir() / "datapackage.json").read_bytes())
    shuffled = bosetting.allocate(bosetting.load_statistics(tmp_path), rules)
    assert shuffled.rows == allocation.rows


def test_what_is_wrong_is_said_once():
    figures = synthetic(
        {"population": {2017: {"a": 40, "b": 30}}, "nothing": {2017: {"a": 0, "b": 0}}}
    )
    own = [criterion(weight=0.5), criterion(name="none", indicator="nothing", weight=0.5)]
    with pytest.raises(AllocationError) as error:
        bosetting.allocate(figures, rules_for(own, 10))
    assert [problem.values for problem in error.value.problems] == [(("criterion", "none"),)]


def test_everybody_without_a_population_is_named_under_a_limit_per_1000():
    people = {"a": 4000, "b": None, "c": None}
    figures = synthetic({"population": {2017: people}, "homes": {2017: dict.fromkeys(people, 100)}})
    rules = rules_for([criterion(indicator="homes")], 10, maximum={"per_1000": 5})
    with pytest.raises(AllocationError) as error:
        bosetting.allocate(figures, rules)
    named = [dict(problem.values)["names"] for problem in error.value.problems]
    assert named == [("b",), ("c",)]
