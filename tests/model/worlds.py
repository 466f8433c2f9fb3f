"""Random small worlds for independent_model.py, made so that exact ties are frequent.

`world(seed)` is a plain dict; the same seed gives the same world. Nothing here knows the model:
worlds are made likely to admit an allocation by choosing numbers that leave room.
"""

from datetime import date
from decimal import Decimal
from random import Random

FYLKER = ["Østfold", "Sør-Trøndelag", "Nord-Trøndelag", "Akershus"]
FRACTIONS = [(1, 6), (5, 9), (1, 2), (7, 11), (2, 3), (3, 4), (1, 1), (1, 3)]
METHODS = [
    "sainte-lague",
    "dhondt",
    "adams",
    "dean",
    "huntington-hill",
    "largest-remainder",
    "largest-remainder-fixed",
    "modified-sainte-lague",
    "stationary:0",
    "stationary:0.3",
    "stationary:1/3",
    "stationary:0.5",
    "stationary:0.7",
    "stationary:1",
]
RATES = {"employment": ("late_workers", "adults"), "programme": ("in_work", "leavers")}
COUNTS = ["settled", "minors", "points", "late_jobs"]


def units_of(rng):
    """2 to 9 municipalities in 1 to 4 fylker, at times a fylke with one only."""
    names = rng.sample(FYLKER, rng.randint(1, 4))
    n = rng.randint(max(2, len(names)), 9)
    homes = names + [rng.choice(names) for _ in range(n - len(names))]
    rng.shuffle(homes)
    codes = rng.sample([f"{a:02d}{b:02d}" for a in (1, 2, 5, 16) for b in (1, 2, 3, 4)], n)
    return dict(zip(codes, homes))


def split(rng, figure, whole):
    """The figure of a merged municipality's predecessors, at times one of them not published."""
    first = rng.randint(0, figure)
    return (
        [first, figure - first]
        if whole or rng.random() < 0.8
        else rng.choice([[first, None], [None, figure]])
    )


def columns_of(rng, units, gaps, big):
    """Every column, with its years; `gaps` names the columns in which figures are missing."""
    merged = {u for u in units if rng.random() < 0.12}
    columns = {}

    def fill(column, years, draw, whole=False):
        columns[column] = {y: {} for y in years}
        for y in years:
            for u in units:
                figure = draw(u, y)
                if column in gaps and rng.random() < 0.2:
                    if rng.random() < 0.5:
                        columns[column][y][u] = None
                    continue
                if u in merged and isinstance(figure, int) and (y < 2017 or rng.random() < 0.3):
                    figure = split(rng, figure, whole or column not in gaps)
                columns[column][y][u] = figure

    sizes = (
        rng.sample([5000, 10000, 20000, 25000, 50000, 50000, 12000, 100000], 4)
        if big
        else rng.sample(range(1, 13), rng.randint(1, 5))
    )
    years = [2016, 2017, 2018] if rng.random() < 0.3 else [2016, 2017]
    fill("population", years, lambda u, y: rng.choice(sizes), whole=True)
    for a, n in RATES.values():
        base = rng.sample(FRACTIONS, rng.randint(1, 3))
        years = rng.choice([[2014, 2015, 2016], [2015, 2016, 2017], [2016]])
        columns[a], columns[n] = {y: {} for y in years}, {y: {} for y in years}
        for y in years:
            for u in units:
                x, d = rng.choice(base) if rng.random() < 0.93 else (0, rng.choice([0, 1, 3]))
                k = rng.randint(1, 3)
                pair = [(x * k, d * k)]
                if u in merged:
                    x2, d2 = rng.choice(base)
                    pair.append((x2, d2))
                blank = [
                    [a in gaps and rng.random() < 0.2, n in gaps and rng.random() < 0.2]
                    for _ in pair
                ]
                for column, i in ((a, 0), (n, 1)):
                    figures = [None if b[i] else p[i] for p, b in zip(pair, blank)]
                    columns[column][y][u] = figures if len(figures) > 1 else figures[0]
    small = (
        rng.sample(range(8), rng.randint(1, 4))
        if rng.random() < 0.5
        else rng.sample(range(1, 9), 3)
    )
    fill("settled", [2014, 2015, 2016], lambda u, y: rng.choice(small))
    fill("minors", [2016, 2017], lambda u, y: rng.choice([0, 1, 1, 2, 5]))
    fill("late_jobs", [2015, 2016, 2017], lambda u, y: rng.choice(small))
    tenths = rng.sample(["41.5", "41.50", "55.0", "0.1", "0.3", "0.7", "20.75", "83"], 3)
    fill("points", [2016, 2017], lambda u, y: rng.choice(tenths))
    return columns


def sum_of(figure):
    """Two predecessors published apart as one municipality, where both are published."""
    return sum(figure) if isinstance(figure, list) and None not in figure else figure


def times(figure, k):
    """A figure, or figures published apart, k times as large."""
    if isinstance(figure, list):
        return [times(f, k) for f in figure]
    return figure if figure is None else figure * k


def twin(rng, columns, a, b):
    """Give b the figures of a: the same, rates at times from larger numbers, parts at times summed."""
    together = rng.random() < 0.4
    for column, of_years in columns.items():
        k = rng.choice([1, 1, 2, 3])
        for of_units in of_years.values():
            of_units.pop(b, None)
            if a in of_units:
                of_units[b] = (
                    sum_of(of_units[a])
                    if together and column not in sum(RATES.values(), ())
                    else of_units[a]
                )
    for pair in RATES.values():
        k = rng.choice([1, 1, 2, 3])
        for column in pair:
            for of_units in columns[column].values():
                if b in of_units:
                    of_units[b] = times(of_units[b], k)


def weights_of(rng, n):
    """n weights in tenths or twentieths, of sum 1, at times one of 0."""
    parts = rng.choice([10, 20])
    cuts = sorted(rng.randint(1, parts - 1) for _ in range(n - 1))
    return [round((b - a) / parts, 2) for a, b in zip([0, *cuts], [*cuts, parts])]


def years_of(rng, columns, column):
    """Some of a column's years, or None: the newest known."""
    years = sorted(columns[column])
    return None if rng.random() < 0.4 else sorted(rng.sample(years, rng.randint(1, len(years))))


def criteria_of(rng, columns, gaps, most, for_county):
    """1 to `most` criteria with weights."""
    pool = ["population", *RATES, "settled", "minors", "late_jobs"] + (
        [] if for_county and rng.random() < 0.9 else ["points"]
    )
    names = rng.sample(pool, rng.randint(1, most))
    if rng.random() < 0.5 and "population" not in names:
        names[0] = "population"
    found = []
    for name, weight in zip(names, weights_of(rng, len(names))):
        a, n = RATES.get(name, (name, None))
        criterion = {
            "name": name,
            "weight": int(weight) if weight in (0, 1) else weight,
            "indicator": {"numerator": a, "denominator": n} if n else a,
        }
        years = years_of(rng, columns, a)
        if years and name != "population":
            criterion["years"] = years
        if n and rng.random() < 0.35:
            criterion["smoothing"] = {"participants": rng.choice([1, 2, 3, 6, 12, 0.5])}
        lacking = a in gaps or n in gaps
        if rng.random() < (0.95 if lacking else 0.3) and "smoothing" not in criterion:
            criterion["missing"] = rng.choice(
                ["national", "zero"] if for_county else ["national", "zero", "exclude"]
            )
        how = rng.choice(["value", "value", "minmax", "percentile", None])
        if how:
            criterion["normalise"] = how
        if name != "population" and rng.random() < 0.25:
            criterion["direction"] = "lower"
            if how in ("value", None) and rng.random() < 0.8:
                zeros = any(sum_of(f) == 0 for y in columns[a].values() for f in y.values())
                if zeros or criterion.get("missing") == "zero":
                    criterion["normalise"] = "percentile"
        elif rng.random() < 0.1:
            criterion["direction"] = "higher"
        if name != "population" and rng.random() < (0.7 if n else 0.4):
            criterion["scale_by"] = "population"
        if rng.random() < 0.08:
            criterion["size_exponent"] = rng.choice([0.5, 0.8, 1, 2])
        found.append(criterion)
    return found


def condition_of(rng, columns, column, strict=0.3):
    """A condition that part of the municipalities meet."""
    figures = [
        Decimal(str(sum_of(f)))
        for y in columns[column].values()
        for f in y.values()
        if f is not None and not isinstance(f, list)
    ]
    figures = sorted(figures) or [Decimal(1)]
    limit = figures[int(len(figures) * rng.choice([0, 0, 0.1, 0.3, 0.5]))]
    whole = limit == int(limit)
    condition = {"indicator": column, "at_least": int(limit) if whole else float(limit)}
    years = years_of(rng, columns, column)
    if years:
        condition["years"] = years
        if rng.random() < strict:
            condition["within"] = rng.choice(["all", "all", "any"])
    return condition


def select_of(rng, units, criteria, out):
    """How to select, or None for all."""
    codes = sorted(set(units) - set(out))
    if rng.random() < 0.15:
        return None
    if rng.random() < 0.12:
        return {"list": rng.sample(codes, rng.randint((len(codes) + 1) // 2, len(codes)))}
    select = {}
    kind = rng.random()
    if kind < 0.5:
        select["share"] = rng.choice([0.1, 0.25, 0.3, 0.4, 0.5, 0.5, 0.6, 0.7, 0.8, 1])
    elif kind < 0.85:
        most = max(1, (len(units) + 1) // 2) if rng.random() < 0.9 else len(units) + 1
        select["count"] = rng.randint(1, most)
    scaled = [c for c in criteria if c.get("scale_by") and c["weight"]]
    by = rng.choice(["share", "share", None, "score", "name"])
    if by == "score" and not scaled:
        by = "share"
    if by:
        select["by"] = rng.choice(criteria)["name"] if by == "name" else by
    if rng.random() < 0.3:
        select["per_county"] = rng.choice([1, 1, 2])
    if rng.random() < 0.2:
        select["include"] = rng.sample(codes, min(len(codes), rng.choice([1, 1, 2])))
        if out and rng.random() < 0.05:
            select["include"].append(out[0])
    return select or None


def counties_of(rng, units, columns, gaps, total, least):
    """The fylker's numbers, given or by a key."""
    counties, names = {}, sorted(set(units.values()))
    both = {"Sør-Trøndelag", "Nord-Trøndelag"}
    group = {f: f for f in names}
    if rng.random() < 0.4 and (both & set(names) or rng.random() < 0.05):
        counties["combine"] = {"Trøndelag": sorted(both & set(names) or both)}
        group = {f: "Trøndelag" if f in both else f for f in names}
    groups = sorted(set(group.values()))
    if rng.random() < 0.5:
        counties["criteria"] = criteria_of(rng, columns, gaps, 2, True)
        if rng.random() < 0.6:
            counties["minimum"] = (
                min(total // len(groups), rng.randint(1, 4)) if rng.random() < 0.95 else total
            )
        return counties
    of_group = {g: [u for u in units if group[units[u]] == g] for g in groups}
    alive = [g for g in groups if rng.random() < 0.8] or groups[:1]
    numbers = {g: len(of_group[g]) * least + 1 if g in alive else 0 for g in groups}
    for g in alive:
        numbers[g] = min(numbers[g], total // len(alive))
    while sum(numbers.values()) < total:
        numbers[rng.choice(alive)] += 1
    if rng.random() < 0.05:
        numbers[rng.choice(groups)] += 1
    if rng.random() < 0.03:
        numbers.pop(groups[-1])
    counties["totals"] = numbers
    return counties


def world(seed):
    """The world of a seed."""
    rng = Random(seed)
    units, big = units_of(rng), rng.random() < 0.35
    gaps = {c for c in [*COUNTS, *sum(RATES.values(), ())] if rng.random() < 0.3}
    if rng.random() < 0.04:
        gaps.add("population")
    columns = columns_of(rng, units, gaps, big)
    codes = sorted(units)
    for _ in range(rng.choice([0, 1, 1, 2, 3])):
        twin(rng, columns, *rng.sample(codes, 2))
    if rng.random() < 0.25:  # two fylker of the same figures
        homes = [[u for u in codes if units[u] == f] for f in sorted(set(units.values()))]
        same = [(a, b) for a in homes for b in homes if a < b and len(a) == len(b)]
        for a, b in zip(*rng.choice(same)) if same else ():
            twin(rng, columns, a, b)
    rules = {
        "title": f"world {seed}",
        "as_of": rng.choice(
            [date(2017, 10, 2)] * 4 + [date(2017, 1, 1), date(2017, 12, 31), date(2018, 1, 1)]
        ),
    }
    criteria = criteria_of(rng, columns, gaps, 3, False)
    if rng.random() < 0.2:
        exponent = rng.choice([0.5, 0.8, 2, 1])
        rules["size_exponent"] = {"value": exponent} if rng.random() < 0.3 else exponent
    with_counties = rng.random() < 0.35
    total = rng.randint(15, 60) if with_counties else rng.randint(1, 60)
    maximum = None
    if rng.random() < 0.3:
        maximum = {}
        if big and rng.random() < 0.8:
            maximum["per_1000"] = rng.choice([0.58, 0.29, 1.16, 0.07, 0.57, 1.1, 1])
            newest = columns["population"][2017]
            room = sum(
                int(maximum["per_1000"] * size / 1000)
                for size in map(sum_of, newest.values())
                if isinstance(size, int)
            )
            total = max(1, min(total, int(room * rng.choice([0.3, 0.5, 0.7]))))
        if not maximum or rng.random() < 0.3:
            maximum["value"] = min(total, total // len(units) * rng.choice([2, 3, 4]) + 1)
    room = total // len(units)
    least = min(rng.choice([0, 0, 1, 1, 2, 3]), room) if rng.random() < 0.9 else rng.randint(0, 3)
    rules["total"] = {"value": total} if rng.random() < 0.3 else total
    if with_counties:
        least = min(least, 1)
        rules["counties"] = counties_of(rng, units, columns, gaps, total, least)
    if least or rng.random() < 0.3:
        rules["minimum"] = {"value": least} if rng.random() < 0.3 else least
    if rng.random() < 0.2:
        own = {u: rng.randint(0, min(4, room + 1)) for u in rng.sample(codes, rng.randint(1, 2))}
        rules["minimum"] = {"value": least, "by_municipality": own}
    if maximum:
        rules["maximum"] = maximum
    out = []
    if rng.random() < 0.15 and len(codes) > 2:
        out = rules["exclude"] = [rng.choice(codes)]
    if rng.random() < 0.45:
        rules["eligible"] = [
            {"name": f"condition {j}", **condition_of(rng, columns, c)}
            for j, c in enumerate(
                rng.sample(
                    ["settled", "minors", "population", "points", "late_jobs"], rng.choice([1, 1, 2])
                )
            )
        ]
    select = select_of(rng, units, criteria, out)
    if select:
        rules["select"] = select
    if rng.random() < 0.4:
        rules["of_which"] = []
        for j in range(rng.choice([1, 1, 2])):
            sub = {"name": f"group {j}", "value": rng.randint(1, max(1, total // 5))}
            if rng.random() < 0.5:
                sub["among"] = condition_of(
                    rng, columns, rng.choice(["minors", "settled", "late_jobs"]), strict=0
                )
            if rng.random() < (0.3 if sub["value"] > 4 else 0.08):
                sub["minimum"] = rng.choice([1, 1, 2])
            rules["of_which"].append(sub)
    rules["criteria"] = criteria
    if rng.random() < 0.9:
        rules["method"] = rng.choice(METHODS + METHODS[:1] * 3)
    return {"columns": columns, "units": units, "rules": rules}
