"""An independent second implementation of docs/model.md, in fractions, from the documentation alone.

`model(world)` returns what the rules give. Where the documents are silent, the reading chosen is
marked READING in a comment. Section 10 needs no function: every number here is a Fraction.
"""

from datetime import date
from decimal import Context, Decimal
from fractions import Fraction


class Refusal(Exception):
    """The rules admit no allocation; its text says which kind of reason."""


def number(x):
    """A number as it is written: int, float (shortest decimal), text, or {"value": number}."""
    if isinstance(x, dict):
        x = x["value"]
    return Fraction(repr(x)) if isinstance(x, float) else Fraction(x)


# ---------------------------------------------------------------- 0 No hindsight


def newest_year(world, column):
    """The newest year of a column whose reference day is not after `as_of`."""
    month, day = (12, 31) if column.startswith("late_") else (1, 1)
    known = [y for y in world["columns"][column] if date(y, month, day) <= world["rules"]["as_of"]]
    if not known:
        raise Refusal("no year known")
    return max(known)


def years_read(world, spec):
    """The years named, or the newest known; a rate takes the years of its numerator."""
    if spec.get("years"):
        return spec["years"]
    indicator = spec["indicator"]
    return [
        newest_year(world, indicator["numerator"] if isinstance(indicator, dict) else indicator)
    ]


# ---------------------------------------------------------------- 1 Figures


def parts(world, column, year, unit):
    """The published figures of a municipality: one, or one for each predecessor; None where blank."""
    figure = world["columns"][column].get(year, {}).get(unit)
    figures = figure if isinstance(figure, list) else [figure]
    return [None if f is None else Fraction(f) for f in figures]


def total_or_none(figures):
    """A count is the sum of its parts, and missing if one of them is."""
    return None if None in figures else sum(figures, Fraction(0))


def pairs(world, indicator, year, unit):
    """(numerator, denominator) of each part that has both."""
    a = parts(world, indicator["numerator"], year, unit)
    n = parts(world, indicator["denominator"], year, unit)
    if len(a) != len(n):  # READING: only one of the two is published apart: sums against sums
        a, n = [total_or_none(a)], [total_or_none(n)]
    return [(x, y) for x, y in zip(a, n) if x is not None and y is not None]


def rate(world, spec, units):
    """Figure of each unit (None if missing), and the national one, of a rate."""
    sums = {}
    for i, members in units.items():
        found = [
            p
            for y in years_read(world, spec)
            for u in members
            for p in pairs(world, spec["indicator"], y, u)
        ]
        sums[i] = (sum((a for a, _ in found), Fraction(0)), sum((n for _, n in found), Fraction(0)))
    with_rate = [(a, n) for a, n in sums.values() if n]
    p = sum(a for a, _ in with_rate) / sum(n for _, n in with_rate) if with_rate else None
    if not spec.get("smoothing"):
        return {i: a / n if n else None for i, (a, n) in sums.items()}, p
    kappa = number(spec["smoothing"]["participants"])
    # READING: with smoothing, p stands for a missing figure whatever `missing` says.
    return {
        i: p if not n or p is None else (a + kappa * p) / (n + kappa) for i, (a, n) in sums.items()
    }, p


def mean_of_years(world, spec, units):
    """Figure of each unit (None if missing), and the national one, of a column."""
    column, years = spec["indicator"], years_read(world, spec)
    figures = {}
    for i, members in units.items():
        sums = [
            total_or_none([f for u in members for f in parts(world, column, y, u)]) for y in years
        ]
        sums = [f for f in sums if f is not None]
        figures[i] = sum(sums) / len(sums) if sums else None
    known = [f for f in figures.values() if f is not None]
    return figures, sum(known) / len(known) if known else None


def measure(world, spec, units):
    """Figure of each unit by the rules for missing ones; None where there still is none."""
    figures, p = (rate if isinstance(spec["indicator"], dict) else mean_of_years)(
        world, spec, units
    )
    if all(f is None for f in figures.values()):
        raise Refusal("no figures")
    stands_for = {"national": p, "zero": Fraction(0)}.get(spec.get("missing"))
    return {i: stands_for if f is None else f for i, f in figures.items()}


def newest_population(world, units):
    """The newest population known at `as_of`, None if missing."""
    spec = {"indicator": "population", "years": [newest_year(world, "population")]}
    return mean_of_years(world, spec, units)[0]


# ---------------------------------------------------------------- 2 Eligible


def holds(world, condition, unit):
    """Whether a condition on a column holds; of a merged municipality, by the published parts."""
    limit = number(condition["at_least"])
    met = []
    for year in years_read(world, condition):
        published = [f for f in parts(world, condition["indicator"], year, unit) if f is not None]
        met.append(bool(published) and sum(published) >= limit)  # READING: their sum
    return all(met) if condition.get("within") == "all" else any(met)


def eligible(world, figures):
    """The eligible in order of code, and the reason of each of the others."""
    rules, reasons = world["rules"], {}
    excluded = set(rules.get("exclude") or ())
    choice = rules.get("select") or {}
    if excluded & set(choice.get("include") or ()):
        raise Refusal("included and excluded")
    by_name = {u for where in ("include", "list") for u in choice.get(where) or ()} - excluded
    for u in sorted(world["units"]):
        unmet = [j for j, c in enumerate(rules.get("eligible") or ()) if not holds(world, c, u)]
        lacking = [
            c["name"]
            for c in rules["criteria"]
            if c.get("missing") == "exclude" and figures[c["name"]][u] is None
        ]
        if u in excluded:
            reasons[u] = ("excluded",)
        elif unmet and u not in by_name:
            reasons[u] = ("condition", unmet[0])
        elif lacking and u in by_name:
            raise Refusal("included but no figure")  # READING: so for a list too
        elif lacking:
            reasons[u] = ("no figure", lacking)
    found = [u for u in sorted(world["units"]) if u not in reasons]
    if not found:
        raise Refusal("nobody eligible")
    return found, reasons


# ---------------------------------------------------------------- 3 Amounts


def normalised(x, how, lower):
    """Figures made comparable, over the units in x."""
    if how == "value":
        if lower and 0 in x.values():
            raise Refusal("reciprocal of 0")
        return {i: 1 / f if lower else f for i, f in x.items()}
    if lower:
        x = {i: -f for i, f in x.items()}
    least, most = min(x.values()), max(x.values())
    if how == "minmax":
        return {
            i: (f - least) / (most - least) if most > least else Fraction(1) for i, f in x.items()
        }
    every = list(x.values())
    return {
        i: (sum(g < f for g in every) + Fraction(every.count(f), 2)) / len(every)
        for i, f in x.items()
    }


def power(x, exponent):
    """x to the power of the exponent: exact for 1, else a decimal of 40 digits."""
    if number(exponent) == 1:
        return x
    if number(exponent) == 0 or x == 0:
        return Fraction(int(number(exponent) == 0))
    digits = Context(prec=40)
    base = digits.divide(Decimal(x.numerator), Decimal(x.denominator))
    return Fraction(digits.power(base, Decimal(repr(exponent))))


def amounts(rules, criterion, figures, population):
    """Normalised figure and amount of each unit in `figures` by one criterion."""
    if None in figures.values():
        raise Refusal("missing figure")
    n = normalised(
        figures, criterion.get("normalise", "value"), criterion.get("direction") == "lower"
    )
    exponent = criterion.get("size_exponent", rules.get("size_exponent", 1))
    exponent = exponent["value"] if isinstance(exponent, dict) else exponent
    if not criterion.get("scale_by"):
        return n, {i: power(f, exponent) for i, f in n.items()}
    if any(population[i] is None for i in n):
        raise Refusal("missing population")
    return n, {i: power(population[i], exponent) * f for i, f in n.items()}


# ---------------------------------------------------------------- 4 Shares


def shares(criterion, amount):
    """Each unit's part of what a criterion shares out, among the units in `amount`."""
    total = sum(amount.values())
    if len(amount) == 1:
        return dict.fromkeys(amount, Fraction(1))
    if not total and number(criterion["weight"]):
        raise Refusal("nothing to share out by")
    return {i: a / total if total else Fraction(0) for i, a in amount.items()}


def ranking_keys(rules, normal, amount):
    """What the eligible are ranked by (the `by` of section 5), from shares over all of them."""
    criteria = rules["criteria"]
    if sum(number(c["weight"]) for c in criteria) != 1:
        raise Refusal("weights")
    share = {c["name"]: shares(c, amount[c["name"]]) for c in criteria}
    by = (rules.get("select") or {}).get("by", "share")
    units = list(amount[criteria[0]["name"]])
    if by == "score":
        return {
            i: sum(
                number(c["weight"]) * normal[c["name"]][i] for c in criteria if c.get("scale_by")
            )
            for i in units
        }
    if by == "share":
        return {i: sum(number(c["weight"]) * share[c["name"]][i] for c in criteria) for i in units}
    return share[by]


# ---------------------------------------------------------------- 5 Selected


def number_to_select(select, candidates, within_county):
    """How many are to be selected among so many candidates."""
    if select.get("count") is not None:
        if number(select["count"]) > candidates and not within_county:
            raise Refusal("count beyond eligible")
        return min(int(number(select["count"])), candidates)
    if select.get("share") is not None:
        return max(1, int(number(select["share"]) * candidates))
    return candidates


def select(world, ranked, key, places, group, ties):
    """The selected of a group (a fylke of its own number, or the country), given in ranking order."""
    rule, within_county = world["rules"].get("select") or {}, bool(world["rules"].get("counties"))
    if rule.get("list"):
        return [u for u in ranked if u in rule["list"]]
    named = [u for u in ranked if u in (rule.get("include") or ())]
    if within_county and places == 0:
        return named
    wanted = number_to_select(rule, len(ranked), within_county)
    c, firsts = int(number(rule.get("per_county") or 0)), {}
    for u in ranked:
        firsts.setdefault(world["units"][u], []).append(u)
    # READING: the first c of the ranking, whether included by name or not
    chosen = set(named).union(*(f[:c] for f in firsts.values()))
    rest = [u for u in ranked if u not in chosen]
    cut = max(0, wanted - len(chosen))
    taken, left = rest[:cut], rest[cut:]
    if taken and left and key[taken[-1]] == key[left[0]]:
        ties.add(
            (
                "cut",
                group,
                *(frozenset(u for u in side if key[u] == key[left[0]]) for side in (taken, left)),
            )
        )
    for fylke, own in firsts.items():
        if 0 < c < len(own) and key[own[c - 1]] == key[own[c]]:
            # READING: who is selected anyway neither won nor lost by it
            winners = frozenset(u for u in own[:c] if key[u] == key[own[c]] and u not in named)
            losers = frozenset(u for u in own[c:] if key[u] == key[own[c]] and u in left)
            if winners and losers:
                ties.add(("first", fylke, winners, losers))
    return [u for u in ranked if u in chosen or u in taken]


# ---------------------------------------------------------------- 6 Quotas


def quotas(criteria, amount, selected, places):
    """Contributions of each criterion, exact, and their sums, among the selected."""
    contributions = {}
    for c in criteria:
        anew = shares(c, {i: amount[c["name"]][i] for i in selected})
        contributions[c["name"]] = {i: number(c["weight"]) * places * s for i, s in anew.items()}
    return contributions, {i: sum(contributions[c["name"]][i] for c in criteria) for i in selected}


# ---------------------------------------------------------------- 7 Apportioned


def divisor_claim(method, share, k):
    """A unit's claim to one more place when it has k; a signpost 0 comes before all others."""
    if method == "huntington-hill":
        share, signpost = (share**2, Fraction(k * (k + 1))) if k else (share, 0)
    elif method == "dean":
        signpost = Fraction(2 * k * (k + 1), 2 * k + 1)
    elif method == "modified-sainte-lague":
        signpost = k + Fraction(1, 2) if k else Fraction(7, 10)
    else:
        named = {"sainte-lague": "1/2", "dhondt": "1", "adams": "0"}
        signpost = k + Fraction(named.get(method) or method.split(":")[1])
    return (0, share / signpost) if signpost else (1, share)


def renewed_quota(share, places, low, high):
    """x = 1/Q with sum of median(low, share * x, high) = places, between two of its corners."""

    def filled(x):
        return sum(max(low[i], min(high[i], s * x)) for i, s in share.items())

    corners = sorted({b[i] / s for i, s in share.items() if s for b in (low, high)} | {Fraction(0)})
    for x, after in zip(corners, corners[1:]):
        if filled(x) <= places <= filled(after):
            rise = filled(after) - filled(x)
            return x + (after - x) * (places - filled(x)) / rise if rise else x
    return corners[-1]


def place_by_place(share, places, low, high, claim):
    """Places one after the other to the largest claim, the earlier unit first; and the tie."""
    seats, served = dict(low), set()
    last, open_to = None, lambda: [i for i, s in share.items() if s and seats[i] < high[i]]
    for _ in range(places - sum(low.values())):
        if not open_to():
            raise Refusal("maximums too low")
        best = max(open_to(), key=lambda i: claim(i, seats[i]))  # the first of several largest
        last = claim(best, seats[best])
        seats[best] += 1
        served.add(best)
    winners = frozenset(i for i in served if claim(i, seats[i] - 1) == last)
    losers = frozenset(i for i in open_to() if last is not None and claim(i, seats[i]) == last)
    return seats, (winners, losers) if winners and losers else None


def apportion(share, places, low, high, method):
    """Whole numbers within low and high, of units in the order in which equal claims are met."""
    if sum(low.values()) > places:
        raise Refusal("minimums exceed total")
    if sum(high.values()) < places:
        raise Refusal("maximums too low")
    if method in ("largest-remainder-fixed", "largest-remainder-1880"):
        per_share = places / sum(share.values()) if any(share.values()) else Fraction(0)
        return place_by_place(share, places, low, high, lambda i, k: share[i] * per_share - k)
    if method != "largest-remainder":
        return place_by_place(
            share, places, low, high, lambda i, k: divisor_claim(method, share[i], k)
        )
    x = renewed_quota(share, places, low, high)
    whole, most = {}, {}
    for i, s in share.items():
        free = low[i] < s * x < high[i]
        whole[i] = int(s * x) if free else low[i] if s * x <= low[i] else high[i]
        most[i] = whole[i] + free
    return place_by_place(share, places, whole, most, lambda i, k: share[i] * x - k)


def bounds(world, selected, population, places):
    """Minimum and maximum of each of the selected."""
    as_dict = lambda x: x if isinstance(x, dict) else {"value": x}
    rule, limit = as_dict(world["rules"].get("minimum")), as_dict(world["rules"].get("maximum"))
    own, low, high = rule.get("by_municipality") or {}, {}, {}
    for u in selected:
        low[u] = max(int(number(rule.get("value") or 0)), int(number(own.get(u, 0))))
        limits = [places]
        if limit.get("value") is not None:
            limits.append(int(number(limit["value"])))
        if limit.get("per_1000") is not None:
            if population[u] is None:
                raise Refusal("missing population")
            limits.append(int(number(limit["per_1000"]) * population[u] / 1000))
        high[u] = max(min(limits), low[u])
    return low, high


def apportioned(world, selected, quota, places, population, group, ties):
    """The numbers of the selected of a group."""
    low, high = bounds(world, selected, population, places)
    share = {u: quota[u] for u in in_order(selected, population)}
    seats, tie = apportion(share, places, low, high, world["rules"].get("method", "sainte-lague"))
    if tie:
        ties.add(("place", group, *tie))
    return seats


def in_order(units, population):
    """The order in which equal claims are met: larger population, then lower code."""
    return sorted(units, key=lambda u: (-(population[u] or 0), u))


# ---------------------------------------------------------------- 8 Of which


def of_which(world, requested, quota, population, ties):
    """Each sub-group among the selected that can receive it, one after the other."""
    room, found = dict(requested), {}
    for sub in world["rules"].get("of_which") or ():
        who = [
            u
            for u in in_order(requested, population)
            if not sub.get("among") or holds(world, sub["among"], u)
        ]
        places = int(number(sub["value"]))
        high = {u: room[u] for u in who}
        low = {u: min(int(number(sub.get("minimum") or 0)), room[u]) for u in who}
        if sum(high.values()) < places:
            raise Refusal("no room for sub-group")
        if sum(low.values()) > places:
            raise Refusal("sub-group bounds infeasible")
        method = world["rules"].get("method", "sainte-lague")
        seats, tie = apportion({u: quota[u] for u in who}, places, low, high, method)
        if tie:
            ties.add(("of which", sub["name"], *tie))
        found[sub["name"]] = {u: seats.get(u, 0) for u in requested}
        room = {u: room[u] - found[sub["name"]][u] for u in room}
    return found


# ---------------------------------------------------------------- 9 Counties first


def fylker(world):
    """Municipalities of each fylke, those that the rules combine being one."""
    known, combined, groups = set(world["units"].values()), {}, {}
    for new, olds in (world["rules"]["counties"].get("combine") or {}).items():
        if new in known and not known & set(olds):  # combined already
            continue
        if not set(olds) <= known:
            raise Refusal("county without number or unknown")
        combined.update(dict.fromkeys(olds, new))
    for u in sorted(world["units"]):
        groups.setdefault(combined.get(world["units"][u], world["units"][u]), []).append(u)
    return groups


def check_counts(world, spec, groups):
    """A column that is no count can't be summed over a fylke's municipalities."""
    column = spec["indicator"]
    if isinstance(column, dict):  # numerator and denominator are counts
        return
    years = world["columns"][column]
    figures = [f for y in years for u in world["units"] for f in parts(world, column, y, u)]
    if any(f is not None and f.denominator > 1 for f in figures) and any(
        len(g) > 1 for g in groups.values()
    ):
        raise Refusal("county figure that is no count")


def counties(world, groups, total, ties):
    """The number of each fylke, as given or by a key of their own."""
    rules, rule = world["rules"], world["rules"]["counties"]
    if rule.get("totals") is not None:
        given = {g: int(number(n)) for g, n in rule["totals"].items()}
        if set(given) != set(groups):
            raise Refusal("county without number or unknown")
        if sum(given.values()) != total:
            raise Refusal("county numbers do not sum to the total")
        return given
    if sum(number(c["weight"]) for c in rule["criteria"]) != 1:
        raise Refusal("weights")
    population, amount = newest_population(world, groups), {}
    for c in rule["criteria"]:
        check_counts(world, c, groups)
        amount[c["name"]] = amounts(rules, c, measure(world, c, groups), population)[1]
    _, quota = quotas(rule["criteria"], amount, list(groups), total)
    known = newest_population(world, {u: [u] for u in world["units"]})
    order = sorted(groups, key=lambda g: (-sum(known[u] or 0 for u in groups[g]), min(groups[g])))
    low = dict.fromkeys(order, int(number(rule.get("minimum") or 0)))
    if sum(low.values()) > total:
        raise Refusal("county minimum")
    method = rules.get("method", "sainte-lague")
    seats, tie = apportion(
        {g: quota[g] for g in order}, total, low, dict.fromkeys(order, total), method
    )
    if tie:
        ties.add(("county", *tie))
    return seats


# ---------------------------------------------------------------- all of it


def allocate(world):
    """Sections 1 to 9 in turn."""
    rules, ties = world["rules"], set()
    criteria, total = rules["criteria"], int(number(rules["total"]))
    each = {u: [u] for u in world["units"]}
    population = newest_population(world, each)
    figures = {c["name"]: measure(world, c, each) for c in criteria}
    found, reasons = eligible(world, figures)
    normal, amount = {}, {}
    for c in criteria:
        of_eligible = {u: figures[c["name"]][u] for u in found}
        normal[c["name"]], amount[c["name"]] = amounts(rules, c, of_eligible, population)
    key = ranking_keys(rules, normal, amount)
    ranked = sorted(found, key=lambda u: (-key[u], -(population[u] or 0), u))
    groups, numbers = {"": sorted(world["units"])}, {"": total}
    if rules.get("counties"):
        groups = fylker(world)
        numbers = counties(world, groups, total, ties)
    requested, quota, contributions = {}, {}, {c["name"]: {} for c in criteria}
    for group, members in groups.items():
        chosen = select(
            world, [u for u in ranked if u in members], key, numbers[group], group, ties
        )
        if not chosen and numbers[group]:
            raise Refusal("nobody eligible")
        nothing = dict.fromkeys(chosen, Fraction(0))  # a fylke whose number is 0
        of_criteria, of_group = dict.fromkeys(contributions, nothing), nothing
        if numbers[group]:
            of_criteria, of_group = quotas(criteria, amount, chosen, numbers[group])
        for name, of_units in of_criteria.items():
            contributions[name].update(of_units)
        quota.update(of_group)
        requested.update(
            apportioned(world, chosen, of_group, numbers[group], population, group, ties)
        )
    status = {
        u: "not eligible" if u in reasons else "selected" if u in requested else "not selected"
        for u in sorted(world["units"])
    }
    result = {
        "requested": requested,
        "status": status,
        "reasons": reasons,
        "contributions": contributions,
        "rank": {u: place for place, u in enumerate(ranked, 1)},
        "of_which": of_which(world, requested, quota, population, ties),
        "ties": ties,
    }
    if rules.get("counties"):
        result["counties"] = numbers
    return result


def model(world):
    """What the rules give for a world; `error` says which kind of refusal it is, or None."""
    try:
        return {"error": None, **allocate(world)}
    except Refusal as refusal:
        return {"error": str(refusal)}
