"""What is said to change an answer does: each claim is made to come true, by other means.

The change is made in the figures or rules and the whole model run afresh, without the memory and
the search that found it; then the nearest smaller change, which must make no difference.
"""

from __future__ import annotations

import csv
import dataclasses
import json
import shutil

import msgspec
import pytest
from differences import rules_of, statistics_of
from worlds import world

import bosetting_cli as bosetting
from bosetting_cli.explanation import explanations
from bosetting_cli.explanation.changes import certified, nearest
from bosetting_cli.explanation.telling import sentence
from bosetting_cli.explanation.trials import Outcome
from bosetting_cli.findings import BosettingError
from bosetting_cli.resources import data_dir
from bosetting_cli.rules import Counties, Ratio, Total, load_rules, override
from bosetting_cli.rules.years import defaults, packaged_years
from commands import tried
from small import criterion, rules_for, synthetic

STEP = {"rate": 0.001, "persons": 1}


def explain(allocation, code, *, changes=False):
    """Explain one municipality by its code, which in small worlds is a letter."""
    return explanations(allocation, [code], changes=changes)[0]


def with_figure(statistics, rules, name, unit, figure):
    """Set a criterion's figure of one unit in all years in which it has one."""
    indicator = next(c for c in rules.criteria if c.name == name).indicator
    years = next(c for c in rules.criteria if c.name == name).years
    columns = dict(statistics.columns)
    if not isinstance(indicator, Ratio):
        old = columns[indicator]
        figures = {y: {**f, unit: (figure,)} if y in years else f for y, f in old.figures.items()}
        columns[indicator] = dataclasses.replace(old, figures=figures)
    else:
        above, below = columns[indicator.numerator], columns[indicator.denominator]
        figures = {}
        for year, by_unit in above.figures.items():
            parts = by_unit.get(unit, ())
            people = below.figures[year].get(unit, ())
            if year in years and parts:  # one for each predecessor, None if not published
                pairs = zip(parts, people, strict=True)
                rated = (None if None in pair else figure * pair[1] for pair in pairs)
                by_unit = {**by_unit, unit: tuple(rated)}
            figures[year] = by_unit
        columns[indicator.numerator] = dataclasses.replace(above, figures=figures)
    return dataclasses.replace(statistics, columns=columns)


def with_total(rules, total, group):
    """Set the total, or the number of a county that has a given one."""
    counties = rules.counties
    if counties is None or not counties.totals:
        return override(rules, total=total)
    totals = {**counties.totals, group: total}
    return msgspec.structs.replace(
        rules, total=Total(sum(totals.values())), counties=Counties(totals=totals)
    )


def with_count(statistics, rules, count, group):
    """Set how many are selected; of a county with a given number, ask only there, by itself."""
    if group:
        others = tuple(m.kommunenummer for m in statistics.municipalities if m.fylke != group)
        number = Total(rules.counties.totals[group])
        rules = msgspec.structs.replace(rules, total=number, counties=None, exclude=others)
    return override(rules, count=count)


def outcome(statistics, rules, unit):
    row = bosetting.allocate(statistics, rules).row(unit)
    return row.status, row.requested


def made(change, e, statistics, rules, then):
    """Make a change and return what becomes of the municipality."""
    unit = e.kommunenummer
    if change.kind in ("total", "county total"):
        return outcome(statistics, with_total(rules, int(then), e.group), unit)
    if change.kind == "figure":
        return outcome(with_figure(statistics, rules, change.name, unit, then), rules, unit)
    if change.kind == "count":
        return outcome(statistics, with_count(statistics, rules, int(then), e.group), unit)
    if change.kind == "list":
        return outcome(statistics, override(rules, include=(unit,)), unit)
    select = msgspec.structs.replace(rules.select, include=())
    without = {"exclude": {"exclude": ()}, "include": {"select": select}}[change.kind]
    return outcome(statistics, msgspec.structs.replace(rules, **without), unit)


def check(e, statistics, rules):
    """Hold every change of an explanation against a fresh run, and the step before it too."""
    now = (e.status, e.requested)
    assert outcome(statistics, rules, e.kommunenummer) == now
    for change in e.changes:
        then = made(change, e, statistics, rules, change.then)
        assert then == (change.status, change.requested), change.text
        assert then != now, change.text
        if change.then is None:
            continue
        step = STEP[change.unit] if change.kind == "figure" else 1
        back = change.then - step if change.then > change.now else change.then + step
        past_now = (back < change.now) == (change.then > change.now) and change.kind == "figure"
        before = now if past_now else made(change, e, statistics, rules, round(back, 6))
        asked = {"selected"} if e.status != "selected" else set()
        if asked:
            assert before[0] not in asked, change.text
        else:
            assert before == now, change.text


# Bodø; the smallest that is asked; the largest; one without an employment figure; at the cut.
@pytest.mark.parametrize("unit", ["1804", "1871", "0301", "0710", "1520", "0137"])
def test_built_in_rules(statistics, rules, allocation, unit):
    e = explain(allocation, unit, changes=True)
    assert e.changes
    check(e, statistics, rules)


def test_first_that_is_not_asked(statistics, rules, allocation):
    row = next(row for row in allocation.rows if row.status == "not selected")
    e = explain(allocation, row.kommunenummer, changes=True)
    assert e.rank == 206
    kinds = [change.kind for change in e.changes]
    assert kinds.count("figure") >= 2
    assert [c.then for c in e.changes if c.kind == "count"] == [206]
    check(e, statistics, rules)


@pytest.mark.parametrize(
    "changes",
    [
        {"total": 5350, "method": "dhondt"},
        {"share": 0.2},
        {"minimum": 0, "share": 1.0, "method": "hill"},
        {"weights": {"population": 0, "employment": 0.5, "introduction programme": 0.5}},
    ],
)
def test_other_rules(statistics, rules, changes):
    changed = override(rules, **changes)
    result = bosetting.allocate(statistics, changed)
    for row in (result.rows[3], result.rows[210]):
        e = explain(result, row.kommunenummer, changes=True)
        check(e, statistics, changed)


def test_by_county(statistics, rules):
    counties = dict.fromkeys(dict.fromkeys(m.fylke for m in statistics.municipalities), 0)
    counties |= {"Nordland": 400, "Troms": 300, "Oslo": 500}
    changed = msgspec.structs.replace(
        override(rules, total=1200, count=20), counties=Counties(totals=counties), of_which=()
    )
    result = bosetting.allocate(statistics, changed)
    e = explain(result, "1804", changes=True)
    assert e.group == "Nordland"
    assert [c.kind for c in e.changes[:2]] == ["county total", "county total"]
    assert [c.now for c in e.changes[:2]] == [400, 400]
    check(e, statistics, changed)
    out = next(r for r in result.rows if r.fylke == "Nordland" and r.status == "not selected")
    e = explain(result, out.kommunenummer, changes=True)
    assert [(c.now, c.then) for c in e.changes if c.kind == "count"] == [(20, 21)]
    check(e, statistics, changed)


def test_where_counties_come_first_one_county_asks_more():
    """In B two would be too many for the minimum; that is nothing to A's second."""
    people = {"a": 50.0, "b": 30.0, "c": 20.0, "d": 60.0, "e": 40.0}
    where = {unit: "A" if unit in "abc" else "B" for unit in people}
    figures = synthetic({"population": {2017: people}}, where)
    rules = rules_for(
        [criterion(years=(2017,))],
        21,
        counties={"totals": {"A": 16, "B": 5}},
        select={"count": 1},
        minimum={"value": 4},
    )
    result = bosetting.allocate(figures, rules)
    with pytest.raises(BosettingError):
        bosetting.allocate(figures, override(rules, count=2))
    told = {unit: explain(result, unit, changes=True) for unit in "bce"}
    counts = {u: [c for c in e.changes if c.kind == "count"] for u, e in told.items()}
    found = {unit: [(c.then, c.requested) for c in own] for unit, own in counts.items()}
    assert found == {"b": [(2, 6)], "c": [(3, 4)], "e": []}
    (change,) = counts["b"]
    assert change.text == "If the first 2 in A were asked instead of 1, it would be asked for 6."
    others = [sentence(change, told["b"], lang) for lang in ("nb", "nn")]
    assert others == [
        "Hvis de første 2 i A ble spurt i stedet for 1, ville den blitt anmodet om 6.",
        "Viss dei første 2 i A vart spurde i staden for 1, ville han blitt oppmoda om 6.",
    ]


def test_the_twelfth_of_akershus_by_the_revised_numbers():
    """Asking 12 there, as the rules do, and elsewhere 5 as before, gives what the rules give."""
    packaged = defaults("2018-revised")
    rules = load_rules(packaged["rules"])
    statistics = bosetting.load_statistics(packaged["data"], indicators=rules.indicators())
    five = bosetting.allocate(statistics, override(rules, count=5))
    change = explain(five, "0216", changes=True).changes[-1]
    assert (change.kind, change.now, change.then) == ("count", 5, 12)
    assert change.requested == bosetting.allocate(statistics, rules).row("0216").requested == 16
    assert change.text.startswith("If the first 12 in Akershus were asked instead of 5, ")


def walked(statistics, rules, group, sign):
    """Return who has another number first at which total, allocated afresh, step by step.

    The walk ends after a dozen steps, or where no allocation meets the rules.
    """
    numbers, found = group.seats(), {}
    for total in range(group.total + sign, max(group.total + 12 * sign, 0), sign):
        try:
            other = bosetting.allocate(statistics, with_total(rules, total, group.name))
        except BosettingError:
            break
        found |= {
            unit: total
            for unit, number in numbers.items()
            if unit not in found and other.row(unit).requested != number
        }
    return found


@pytest.mark.parametrize("start", [0, 100])
def test_the_certificate_tells_the_totals_that_runs_find(start):
    """In worlds full of ties; one that floats can't order may be a step off, and runs mend it."""
    right = wrong = 0
    for seed in range(start, start + 30):
        statistics, rules = statistics_of(world(seed)), rules_of(world(seed))
        try:
            result = bosetting.allocate(statistics, rules)
        except BosettingError:
            continue
        if rules.counties and rules.counties.criteria:
            continue
        told = {
            e.kommunenummer: e.changes for e in explanations(result, statistics.units, changes=True)
        }
        for group in result.groups:
            for sign in (1, -1) if group.apportionment else ():
                for unit, total in walked(statistics, rules, group, sign).items():
                    kinds = ("total", "county total")
                    thens = [change.then for change in told[unit] if change.kind in kinds]
                    assert total in thens, (seed, unit)
                    if group.apportionment.divisors:
                        proposed = group.total + sign * certified(result, unit, sign)
                        right, wrong = right + (proposed == total), wrong + (proposed != total)
    assert right > 50
    assert right > 10 * wrong


def test_lists_and_names(statistics, rules):
    listed = override(rules, asked=("Oslo", "Bodø", "Bergen"))
    listed = msgspec.structs.replace(listed, of_which=())
    result = bosetting.allocate(statistics, listed)
    e = explain(result, "1103", changes=True)
    assert [change.kind for change in e.changes] == ["list"]
    check(e, statistics, listed)
    excluded = override(rules, exclude=("Bodø",))
    result = bosetting.allocate(statistics, excluded)
    e = explain(result, "1804", changes=True)
    assert [(c.kind, c.requested, c.rank) for c in e.changes] == [("exclude", 44, 16)]
    check(e, statistics, excluded)
    included = override(rules, include=("Utsira",))
    result = bosetting.allocate(statistics, included)
    e = explain(result, "1151", changes=True)
    assert [change.kind for change in e.changes] == ["include"]
    check(e, statistics, included)


def test_condition(statistics, rules, allocation):
    """Røst would be eligible with one settled in any of the years, and still not asked."""
    e = explain(allocation, "1856", changes=True)
    (change,) = e.changes
    assert (change.kind, change.then, change.status) == ("condition", 1, "not selected")
    for year in (2014, 2015, 2016):
        old = statistics.column("settled")
        figures = {**old.figures, year: {**old.figures[year], "1856": (1.0,)}}
        columns = {**statistics.columns, "settled": dataclasses.replace(old, figures=figures)}
        changed = dataclasses.replace(statistics, columns=columns)
        row = bosetting.allocate(changed, rules).row("1856")
        assert (row.status, row.rank) == (change.status, change.rank)


def test_condition_that_must_hold_in_all_years():
    columns = {
        "population": {2017: {"a": 50.0, "b": 30.0}},
        "settled": {2015: {"a": 5.0, "b": 0.0}, 2016: {"a": 5.0, "b": 7.0}},
    }
    figures = synthetic(columns)
    condition = {"indicator": "settled", "years": [2015, 2016], "at_least": 2, "within": "all"}
    rules = rules_for([criterion(years=(2017,))], 80, eligible=[condition])
    e = explain(bosetting.allocate(figures, rules), "b", changes=True)
    (change,) = e.changes
    columns["settled"][2015]["b"] = 2.0
    row = bosetting.allocate(synthetic(columns), rules).row("b")
    assert (change.status, change.requested) == (row.status, row.requested) == ("selected", 30)


def test_two_conditions_that_are_not_met_are_both_named():
    figures = synthetic(
        {
            "population": {2017: {"a": 50.0, "b": 30.0}},
            "settled": {2016: {"a": 5.0, "b": 0.0}},
            "homes": {2016: {"a": 9.0, "b": 1.0}},
        }
    )
    conditions = [
        {"indicator": "settled", "at_least": 2, "name": "settled two"},
        {"indicator": "homes", "at_least": 3, "name": "three homes"},
    ]
    rules = rules_for([criterion(years=(2017,))], 80, eligible=conditions)
    e = explain(bosetting.allocate(figures, rules), "b", changes=True)
    (change,) = e.changes
    assert (change.kind, change.now, change.then) == ("conditions", None, None)
    assert change.text == (
        "If it met the rules “settled two” and “three homes”, it would be number 2 of 2 and asked"
        " for 30."
    )


def test_a_change_that_a_sub_group_rules_out_is_not_told():
    """Below 60 in all, the sub-group's 30 would exceed what its two receivers are asked for."""
    figures = synthetic(
        {
            "population": {2017: {"a": 50.0, "b": 30.0, "c": 80.0}},
            "able": {2017: {"a": 1.0, "b": 1.0, "c": 0.0}},
        }
    )
    group = {"name": "g", "value": 30, "among": {"indicator": "able"}, "minimum": 11}
    rules = rules_for([criterion(years=(2017,))], 64, of_which=[group])
    result = bosetting.allocate(figures, rules)
    e = explain(result, "b", changes=True)
    assert e.changes
    for change in e.changes:
        if change.kind == "total":
            other = bosetting.allocate(figures, override(rules, total=int(change.then)))
            assert other.row("b").requested == change.requested


def test_lower_is_asked_for_more():
    """The figure that gains is then below the present one."""
    columns = {"population": {2017: {"a": 40.0, "b": 50.0, "c": 60.0}}}
    figures = synthetic(columns)
    rules = rules_for(
        [criterion(years=(2017,), direction="lower", normalise="minmax")], 90, minimum={"value": 1}
    )
    result = bosetting.allocate(figures, rules)
    e = explain(result, "b", changes=True)
    up = [c for c in e.changes if c.kind == "figure" and c.then > c.now]
    down = [c for c in e.changes if c.kind == "figure" and c.then < c.now]
    assert up[0].requested < e.requested < down[0].requested
    for change in (*up, *down):
        columns["population"][2017]["b"] = change.then
        row = bosetting.allocate(synthetic(columns), rules).row("b")
        assert row.requested == change.requested


def test_nothing_is_claimed_where_nothing_helps():
    """The only municipality has the whole total whatever its figure."""
    figures = synthetic({"population": {2017: {"a": 40.0}}})
    rules = rules_for([criterion(years=(2017,))], 90)
    e = explain(bosetting.allocate(figures, rules), "a", changes=True)
    assert [c.kind for c in e.changes] == ["total", "total"]
    assert [(c.then, c.requested) for c in e.changes] == [(91, 91), (89, 89)]


def searched(steps, outcome, differs, guess=1):
    """Run a search by itself: what it tries is the step, and is answered at once."""
    search = nearest(steps, lambda step: step, differs, guess)
    answer = None
    while True:
        try:
            answer = outcome(search.send(answer))
        except StopIteration as end:
            return end.value


@pytest.mark.parametrize("first", [1, 2, 3, 7, 64, 99, 100])
def test_the_nearest_step_is_found(first):
    def at(step):
        return Outcome("selected", 11 if step >= first else 10, 1, 1)

    found = searched(100, at, lambda outcome: outcome.requested != 10)
    assert found is not None
    assert found[0] == first


@pytest.mark.parametrize("guess", [1, 2, 38, 39, 40, 41, 99, 100, 101, 5000])
def test_a_guess_changes_how_long_the_search_takes_and_nothing_else(guess):
    tries = []

    def at(step):
        tries.append(step)
        return Outcome("selected", 11 if step >= 40 else 10, 1, 1)

    found = searched(100, at, lambda outcome: outcome.requested != 10, guess)
    assert found is not None
    assert found[0] == 40
    assert guess != 40 or tries == [40, 39]


def test_no_step_is_found_where_none_differs_or_the_allocations_end():
    same = Outcome("selected", 10, 1, 1)
    assert searched(100, lambda _: same, lambda outcome: outcome != same) is None
    assert searched(0, lambda _: same, lambda _: True) is None
    assert searched(100, lambda step: same if step < 40 else None, lambda o: o != same) is None


def test_a_claim_comes_true_in_the_files_themselves(tmp_path, statistics, rules, allocation):
    """As a municipality would: change the table, run `allocate`."""
    e = explain(allocation, "1804", changes=True)
    change = next(c for c in e.changes if c.name == "population" and c.requested == 45)
    folder = shutil.copytree(data_dir(), tmp_path / "data")
    path = folder / "population.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    row = next(r for r in rows if (r["kommunenummer"], r["year"]) == ("1804", "2017"))
    assert float(row["population"]) == change.now
    row["population"] = f"{change.then:.0f}"
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    refused = tried("allocate", "--data", str(folder))
    assert "published: 5,258,317" in str(refused.exception)  # the country had no more
    package = folder / "datapackage.json"
    described = json.loads(package.read_text(encoding="utf-8"))
    for resource in described["resources"]:
        for field in resource["schema"]["fields"]:
            field.pop("controlTotals", None)
    package.write_text(json.dumps(described), encoding="utf-8")
    done = tried("allocate", "--data", str(folder), "--format", "csv")
    bodo = next(r for r in csv.DictReader(done.stdout.splitlines()) if r["municipality"] == "Bodø")
    assert bodo["requested"] == "45"


@pytest.mark.parametrize("year", [name for name, y in packaged_years().items() if y.rules])
def test_every_packaged_rule_set_can_be_explained(year):
    packaged = defaults(year)
    rules = load_rules(packaged["rules"], total=10_000)  # a template leaves it out
    statistics = bosetting.load_statistics(packaged["data"], indicators=rules.indicators())
    result = bosetting.allocate(statistics, rules)
    for row in (result.rows[15], result.rows[230], result.rows[-1]):
        e = explain(result, row.kommunenummer, changes=True)
        assert (e.status, e.requested) == (row.status, row.requested)
        assert all(change.text.startswith("If ") for change in e.changes)
