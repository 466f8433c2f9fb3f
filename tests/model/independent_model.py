"""An independent second implementation of docs/model.md, in fractions, from the documentation alone.

`model(world)` returns what the rules give. Where the documents are silent, the reading chosen is
marked READING in a comment. Section 10 needs no function: every number here is a Fraction.
"""

from datetime import date
from decimal import Context, Decimal
from fractions import Fraction

DIGITS = Context(prec=40)


class Refusal(Exception):
    """The rules admit no allocation; its text says which kind of reason."""


def number(x):
    """A number as it is written: int, float (shortest decimal), text, {"value": number}, or none."""
    if isinstance(x, dict):
        x = x.get("value")
    return Fraction(repr(x)) if isinstance(x, float) else Fraction(x or 0)


def whole(x):
    """The same cut off to a whole number."""
    return int(number(x))


def mean(figures):
    """The mean of those that are not missing; missing if all are."""
    known = [f for f in figures if f is not None]
    return sum(known) / len(known) if known else None


def note(ties, label, winners, losers):
    """Report a tie if it decided something."""
    if winners and losers:
        ties.add((*label, frozenset(winners), frozenset(losers)))


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
    column = spec["indicator"]
    if isinstance(column, dict):
        column = column["numerator"]
    return spec.get("years") or [newest_year(world, column)]


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
    a, n = (parts(world, indicator[side], year, unit) for side in ("numerator", "denominator"))
    if len(a) != len(n):  # READING: only one of the two is published apart: sums against sums
        a, n = [total_or_none(a)], [total_or_none(n)]
    return [(x, y) for x, y in zip(a, n) if x is not None and y is not None]


def rate(world, spec, units):
    """Figure of each unit (None if missing), and the national one, of a rate."""
    years, smoothing, sums = years_read(world, spec), spec.get("smoothing") or {}, {}
    for i, members in units.items():
        found = [p for y in years for u in members for p in pairs(world, spec["indicator"], y, u)]
        sums[i] = [sum(side) for side in zip(*found)] or [0, 0]
    a, n = (sum(each[side] for each in sums.values() if each[1]) for side in (0, 1))
    p, kappa = a / n if n else None, number(smoothing.get("participants"))
    # READING: with smoothing, p stands for a missing figure whatever `missing` says.
    missing = p if smoothing else None
    return {i: (a + kappa * p) / (n + kappa) if n else missing for i, (a, n) in sums.items()}, p


def mean_of_years(world, spec, units):
    """Figure of each unit (None if missing), and the national one, of a column."""
    column, years, figures = spec["indicator"], years_read(world, spec), {}
    for i, members in units.items():
        each = [[f for u in members for f in parts(world, column, y, u)] for y in years]
        figures[i] = mean(map(total_or_none, each))
    return figures, mean(figures.values())


def measure(world, spec, units):
    """Figure of each unit by the rules for missing ones; None where there still is none."""
    how = rate if isinstance(spec["indicator"], dict) else mean_of_years
    figures, p = how(world, spec, units)
    if all(f is None for f in figures.values()):
        raise Refusal("no figures")
    stands_for = {"national": p, "zero": Fraction(0)}.get(spec.get("missing"))
    return {i: stands_for if f is None else f for i, f in figures.items()}


def newest_population(world, units):
    """The newest population known at `as_of`, None if missing."""
    return mean_of_years(world, {"indicator": "population"}, units)[0]


# ---------------------------------------------------------------- 2 Eligible


def holds(world, condition, unit):
    """Whether a condition on a column holds; of a merged municipality, by the published parts."""
    met = []
    for year in years_read(world, condition):
        published = [f for f in parts(world, condition["indicator"], year, unit) if f is not None]
        # READING: their sum
        met.append(bool(published) and sum(published) >= number(condition["at_least"]))
    return all(met) if condition.get("within") == "all" else any(met)


def eligible(world, figures):
    """The eligible in order of code, and the reason of each of the others."""
    rules, reasons = world["rules"], {}
    excluded, choice = set(rules.get("exclude") or ()), rules.get("select") or {}
    if excluded & set(choice.get("include") or ()):
        raise Refusal("included and excluded")
    by_name = {u for where in ("include", "list") for u in choice.get(where) or ()} - excluded
    required = [c["name"] for c in rules["criteria"] if c.get("missing") == "exclude"]
    for u in sorted(world["units"]):
        unmet = [j for j, c in enumerate(rules.get("eligible") or ()) if not holds(world, c, u)]
        lacking = [name for name in required if figures[name][u] is None]
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
    every = [-f if lower else f for f in x.values()]
    least, most, ranked = min(every), max(every), {}
    for i, f in zip(x, every):
        if how == "minmax":
            ranked[i] = (f - least) / (most - least) if most > least else Fraction(1)
        else:
            ranked[i] = (sum(g < f for g in every) + Fraction(every.count(f), 2)) / len(every)
    return ranked


def power(x, exponent):
    """x to the power of the exponent: exact for 1, else a decimal of 40 digits."""
    if exponent == 1:
        return x
    if exponent == 0 or x == 0:
        return Fraction(int(exponent == 0))
    base, exponent = (
        DIGITS.divide(Decimal(f.numerator), Decimal(f.denominator)) for f in (x, exponent)
    )
    return Fraction(DIGITS.power(base, exponent))


def amounts(rules, criteria, figures, population):
    """Normalised figures and amounts by criterion, of the units in `figures`."""
    if sum(number(c["weight"]) for c in criteria) != 1:
        raise Refusal("weights")
    normal, amount = {}, {}
    for c in criteria:
        name, lower = c["name"], c.get("direction") == "lower"
        if None in figures[name].values():
            raise Refusal("missing figure")
        n = normalised(figures[name], c.get("normalise", "value"), lower)
        exponent = number(c.get("size_exponent", rules.get("size_exponent", 1)))
        if not c.get("scale_by"):
            sized = {i: power(f, exponent) for i, f in n.items()}
        elif any(population[i] is None for i in n):
            raise Refusal("missing population")
        else:
            sized = {i: power(population[i], exponent) * f for i, f in n.items()}
        normal[name], amount[name] = n, sized
    return normal, amount


# ---------------------------------------------------------------- 4 Shares


def shares(criterion, amount):
    """Each unit's part of what a criterion shares out, among the units in `amount`."""
    total = sum(amount.values())
    if len(amount) == 1:
        return dict.fromkeys(amount, Fraction(1))
    if not total and number(criterion["weight"]):
        raise Refusal("nothing to share out by")
    return {i: a / total if total else Fraction(0) for i, a in amount.items()}


def ranking_keys(rules, found, normal, amount):
    """What the eligible are ranked by (the `by` of section 5), from shares over all of them."""
    criteria, by = rules["criteria"], (rules.get("select") or {}).get("by", "share")
    share = {c["name"]: shares(c, amount[c["name"]]) for c in criteria}
    if by not in ("share", "score"):
        return share[by]
    part = share if by == "share" else normal
    counted = [c for c in criteria if by == "share" or c.get("scale_by")]
    return {i: sum(number(c["weight"]) * part[c["name"]][i] for c in counted) for i in found}


# ---------------------------------------------------------------- 5 Selected


def number_to_select(select, candidates, within_county):
    """How many are to be selected among so many candidates."""
    if select.get("count") is not None:
        if number(select["count"]) > candidates and not within_county:
            raise Refusal("count beyond eligible")
        return min(whole(select["count"]), candidates)
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
    wanted, c = number_to_select(rule, len(ranked), within_county), whole(rule.get("per_county"))
    firsts = {}
    for u in ranked:
        firsts.setdefault(world["units"][u], []).append(u)
    # READING: the first c of the ranking, whether included by name or not
    chosen = set(named).union(*(own[:c] for own in firsts.values()))
    rest = [u for u in ranked if u not in chosen]
    cut = max(0, wanted - len(chosen))
    taken, left = rest[:cut], rest[cut:]

    def equal(units, other):
        return [u for u in units if key[u] == key[other]]

    if left:
        note(ties, ("cut", group), equal(taken, left[0]), equal(left, left[0]))
    for fylke, own in firsts.items():
        if 0 < c < len(own):
            # READING: who is selected anyway neither won nor lost by it
            winners = [u for u in equal(own[:c], own[c]) if u not in named]
            losers = [u for u in equal(own[c:], own[c]) if u in left]
            note(ties, ("first", fylke), winners, losers)
    return [u for u in ranked if u in chosen or u in taken]


# ---------------------------------------------------------------- 6 Quotas


def quotas(criteria, amount, selected, places):
    """Contributions of each criterion, exact, and their sums, among the selected."""
    contributions = {}
    for c in criteria:
        anew = shares(c, {i: amount[c["name"]][i] for i in selected})
        contributions[c["name"]] = {i: number(c["weight"]) * places * s for i, s in anew.items()}
    return contributions, {i: sum(each[i] for each in contributions.values()) for i in selected}


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
    winners = [i for i in served if claim(i, seats[i] - 1) == last]
    return seats, winners, [i for i in open_to() if last is not None and claim(i, seats[i]) == last]


def apportion(rules, label, share, places, low, high, ties):
    """Whole numbers within low and high, of units in the order in which equal claims are met."""
    if sum(low.values()) > places:
        raise Refusal("minimums too high")
    if sum(high.values()) < places:
        raise Refusal("maximums too low")
    method, x = rules.get("method", "sainte-lague"), Fraction(0)
    if method == "largest-remainder":
        x, least, most = renewed_quota(share, places, low, high), low, high
        low = {i: int(max(least[i], min(most[i], s * x))) for i, s in share.items()}
        high = {i: low[i] + (least[i] < s * x < most[i]) for i, s in share.items()}
    elif method.startswith("largest-remainder") and any(share.values()):
        x = places / sum(share.values())

    def claim(i, k):
        remainders = method.startswith("largest-remainder")
        return share[i] * x - k if remainders else divisor_claim(method, share[i], k)

    seats, winners, losers = place_by_place(share, places, low, high, claim)
    note(ties, label, winners, losers)
    return seats


def bounds(world, selected, population, places):
    """Minimum and maximum of each of the selected."""
    rule, limit = (world["rules"].get(key) for key in ("minimum", "maximum"))
    own = rule.get("by_municipality") or {} if isinstance(rule, dict) else {}
    limit, low, high = limit if isinstance(limit, dict) else {"value": limit}, {}, {}
    for u in selected:
        low[u], limits = max(whole(rule), whole(own.get(u))), [places]
        if limit.get("value") is not None:
            limits.append(whole(limit))
        if limit.get("per_1000") is not None:
            if population[u] is None:
                raise Refusal("missing population")
            limits.append(int(number(limit["per_1000"]) * population[u] / 1000))
        high[u] = max(min(limits), low[u])
    return low, high


def in_order(units, population):
    """The order in which equal claims are met: larger population, then lower code."""
    return sorted(units, key=lambda u: (-(population[u] or 0), u))


# ---------------------------------------------------------------- 8 Of which


def of_which(world, requested, quota, population, ties):
    """Each sub-group among the selected that can receive it, one after the other."""
    room, found = dict(requested), {}
    for sub in world["rules"].get("of_which") or ():
        among = sub.get("among")
        who = [u for u in requested if not among or holds(world, among, u)]
        share = {u: quota[u] for u in in_order(who, population)}
        high = {u: room[u] for u in who}
        low = {u: min(whole(sub.get("minimum")), room[u]) for u in who}
        label, places = ("of which", sub["name"]), whole(sub)
        seats = apportion(world["rules"], label, share, places, low, high, ties)
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
    if isinstance(column, dict) or all(len(members) == 1 for members in groups.values()):
        return  # numerator and denominator are counts
    years = world["columns"][column]
    figures = [f for y in years for u in world["units"] for f in parts(world, column, y, u)]
    if any(f is not None and f.denominator > 1 for f in figures):
        raise Refusal("county figure that is no count")


def counties(world, groups, total, known, ties):
    """The number of each fylke, as given or by a key of their own."""
    rules, rule = world["rules"], world["rules"]["counties"]
    if rule.get("totals") is not None:
        given = {g: whole(n) for g, n in rule["totals"].items()}
        if set(given) != set(groups):
            raise Refusal("county without number or unknown")
        if sum(given.values()) != total:
            raise Refusal("county numbers do not sum to the total")
        return given
    figures = {}
    for c in rule["criteria"]:
        check_counts(world, c, groups)
        figures[c["name"]] = measure(world, c, groups)
    _, amount = amounts(rules, rule["criteria"], figures, newest_population(world, groups))
    _, quota = quotas(rule["criteria"], amount, list(groups), total)
    order = sorted(groups, key=lambda g: (-sum(known[u] or 0 for u in groups[g]), min(groups[g])))
    low, high = dict.fromkeys(order, whole(rule.get("minimum"))), dict.fromkeys(order, total)
    return apportion(rules, ("county",), {g: quota[g] for g in order}, total, low, high, ties)


# ---------------------------------------------------------------- all of it


def allocate(world):
    """Sections 1 to 9 in turn."""
    rules, ties, each = world["rules"], set(), {u: [u] for u in world["units"]}
    criteria, total = rules["criteria"], whole(rules["total"])
    population = newest_population(world, each)
    figures = {c["name"]: measure(world, c, each) for c in criteria}
    found, reasons = eligible(world, figures)
    of_eligible = {name: {u: own[u] for u in found} for name, own in figures.items()}
    normal, amount = amounts(rules, criteria, of_eligible, population)
    key = ranking_keys(rules, found, normal, amount)
    ranked = sorted(in_order(found, population), key=lambda u: -key[u])
    groups, numbers = {"": list(world["units"])}, {"": total}
    if rules.get("counties"):
        groups = fylker(world)
        numbers = counties(world, groups, total, population, ties)
    requested, quota, contributions = {}, {}, {c["name"]: {} for c in criteria}
    for group, members in groups.items():
        own, places = [u for u in ranked if u in members], numbers[group]
        chosen = select(world, own, key, places, group, ties)
        if not chosen and places:
            raise Refusal("nobody eligible")
        nothing = dict.fromkeys(chosen, Fraction(0))  # a fylke whose number is 0
        of_criteria, of_group = dict.fromkeys(contributions, nothing), nothing
        if places:
            of_criteria, of_group = quotas(criteria, amount, chosen, places)
        for name, of_units in of_criteria.items():
            contributions[name].update(of_units)
        quota.update(of_group)
        share = {u: of_group[u] for u in in_order(chosen, population)}
        low, high = bounds(world, chosen, population, places)
        requested |= apportion(rules, ("place", group), share, places, low, high, ties)
    status = dict.fromkeys(world["units"], "not selected")
    status |= dict.fromkeys(reasons, "not eligible") | dict.fromkeys(requested, "selected")
    result = {
        "requested": requested,
        "status": status,
        "reasons": reasons,
        "contributions": contributions,
        "rank": {u: place for place, u in enumerate(ranked, 1)},
        "of_which": of_which(world, requested, quota, population, ties),
        "ties": ties,
    }
    return result | ({"counties": numbers} if rules.get("counties") else {})


def model(world):
    """What the rules give for a world; `error` says which kind of refusal it is, or None."""
    try:
        return {"error": None, **allocate(world)}
    except Refusal as refusal:
        return {"error": str(refusal)}
