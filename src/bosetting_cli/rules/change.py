"""Rules with other parts, which are checked as in loading."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace as changed

from bosetting_cli.findings import Finding, RulesError, finding
from bosetting_cli.resources import config_dir
from bosetting_cli.rules.check import leaves
from bosetting_cli.rules.load import checked, expanded, load_rules
from bosetting_cli.rules.structs import Criterion, Rules, SubGroup, column_name
from bosetting_cli.rules.yamlfile import Document
from bosetting_cli.statistics.decoding import recorded
from bosetting_cli.words import every_name

# What an overridden number gives as its source: it is no longer the letter's.
CHANGED = "changed from the rules"
# What is told of numbers, but decides none.
_TOLD = re.compile(r"^(title|reference|sources)|\.(source|name|title|title_nb)$")
WAYS = ("share", "count", "list")
Item = TypeVar("Item", Criterion, SubGroup)


def replace(rules: Rules, **parts: Any) -> Rules:
    """Return the rules with other parts, checked as in loading.

    Args:
        rules: The rules to start from.
        parts: Key of the rules → its new value: a struct, or what a file would say. A mapping
            changes the keys that it names and keeps the others.

    Raises:
        RulesError: The changed rules are impossible; all that is wrong with them.

    Example:
        >>> from bosetting_cli.rules import load_rules
        >>> replace(load_rules(), total={"value": 5350}, exclude=["0301"]).total
        Total(value=5350, source='letter')
    """
    data = msgspec.to_builtins(rules)
    for key, part in parts.items():
        old, new = data.get(key), msgspec.to_builtins(part)
        data[key] = {**old, **new} if isinstance(part, Mapping) and old else new
    read = checked(expanded(data), Document(data))
    return changed(rules, **{key: getattr(read, key) for key in parts})  # the rest stays the same


def override(rules: Rules, **changes: Any) -> Rules:
    """Return the rules with other numbers, checked as in loading; these lose their sources.

    Args:
        rules: The rules to start from.
        changes: Any of the following; None leaves what the rules say. `total`, `minimum`,
            `method` and `by`: another one. `share` of the eligible, `count`, or the `asked`
            themselves: replaces the rules' own way to select. `weights` by criterion and
            `of_which` by sub-group: those not named keep theirs. `include` and `exclude`:
            municipalities added to the rules' own. `at_least`, kommunenummer → places: earlier
            requests, the minimums of those municipalities, which are selected whatever their rank.

    Raises:
        RulesError: A criterion, sub-group or change is unknown, or the changed rules are
            impossible.
    """
    if unknown := [name for name in changes if name not in _CHANGES]:
        known = tuple(_CHANGES)
        raise RulesError(finding("no such change", name=name, known=known) for name in unknown)
    new = rules
    if any(changes.get(way) is not None for way in ("share", "count", "asked")):
        new = _with(new, "select", **dict.fromkeys(WAYS), source=CHANGED)
    for name, change in _CHANGES.items():
        if changes.get(name) is not None:
            new = change(new, changes[name])
    parts = {key: getattr(new, key) for key in new.__struct_fields__}
    new = replace(rules, **{key: x for key, x in parts.items() if x is not getattr(rules, key)})
    return rules if new == rules else changed(new, reference=_altered(rules.reference))


def _with(rules: Rules, part: str, **keys: Any) -> Rules:
    return changed(rules, **{part: changed(getattr(rules, part), **keys)})


def _at_least(rules: Rules, least: Mapping[str, int]) -> Rules:
    own = rules.minimum.by_municipality
    raised = {unit: max(n, own.get(unit, 0)) for unit, n in sorted(least.items())}
    rules = _with(rules, "minimum", by_municipality={**own, **raised})
    others = sorted(set(least) - set(rules.select.include))
    return _with(rules, "select", include=(*rules.select.include, *others))


# What may be changed → the rules with it changed, as yet unchecked.
_CHANGES: dict[str, Callable[[Rules, Any], Rules]] = {
    "total": lambda rules, n: _with(rules, "total", value=n, source=CHANGED),
    "minimum": lambda rules, n: _with(rules, "minimum", value=n, source=CHANGED),
    "share": lambda rules, part: _with(rules, "select", share=part),
    "count": lambda rules, n: _with(rules, "select", count=n),
    "asked": lambda rules, codes: _with(rules, "select", list=codes),
    "weights": lambda rules, weights: changed(
        rules, criteria=_renumbered(rules.criteria, "weight", weights, "criterion")
    ),
    "method": lambda rules, name: changed(rules, method=name),
    "by": lambda rules, by: _with(
        rules, "select", by=_called(rules.criteria).get(column_name(by), by)
    ),
    "include": lambda rules, names: _with(rules, "select", include=(*rules.select.include, *names)),
    "exclude": lambda rules, names: changed(rules, exclude=(*rules.exclude, *names)),
    "at_least": _at_least,
    "of_which": lambda rules, numbers: changed(
        rules, of_which=_renumbered(rules.of_which, "value", numbers, "group")
    ),
}


def _altered(reference: str | None) -> str:
    """Return a reference that no longer vouches for all numbers."""
    if reference is None or reference.endswith(CHANGED):
        return reference or CHANGED
    return f"{reference}; {CHANGED}"


def _renumbered(
    items: tuple[Item, ...], key: str, numbers: Mapping[str, float], what: str
) -> tuple[Item, ...]:
    """Return criteria or sub-groups with other numbers, which any of their names may give."""
    called = _called(items)
    given = {column_name(text): number for text, number in numbers.items()}
    if unknown := sorted(set(given) - set(called)):
        known, what = tuple(item.name for item in items), what if items else f"{what} here"
        raise RulesError(finding(f"no such {what}", name=n, known=known) for n in unknown)
    by_name = {called[text]: number for text, number in given.items()}
    if len(by_name) < len(numbers):
        raise RulesError(finding(f"twice {what}", names=tuple(f"`{n}`" for n in numbers)))
    return tuple(
        changed(item, **{key: by_name[item.name], "source": CHANGED})
        if by_name.get(item.name, getattr(item, key)) != getattr(item, key)
        else item
        for item in items
    )


def _called(items: tuple[Criterion | SubGroup, ...]) -> dict[str, str]:
    """Return what things may be called → their names; a name goes before another's title."""
    titles = {column_name(text): item.name for item in items for text in every_name(item)}
    return titles | {column_name(item.name): item.name for item in items}


# --- what was changed, in words --------------------------------------------------------------


def vouched(rules: Rules) -> Rules:
    """Return the packaged rules that give the same reference; the rules themselves if none do."""
    for path in sorted(config_dir().glob("criteria*.yaml")):
        if rules.reference and rules.reference in path.read_text(encoding="utf-8"):
            with recorded():  # it is not what was asked for
                found = load_rules(path)
            if found.reference == rules.reference:
                return found
    return rules


def measured(rules: Rules, old: Rules) -> tuple[Rules, list[Finding]]:
    """Return rules that say it if their numbers are not those of others, and a note on what.

    Args:
        rules: The rules as used.
        old: Those whose reference they give.
    """
    found = () if rules == old else tuple(_differences(rules, old))
    if not found:
        return rules, []
    note = finding("changed", severity="note", kind="changed", changes=found)
    return changed(rules, reference=_altered(rules.reference)), [note]


def _differences(rules: Rules, old: Rules) -> Iterator[Finding]:
    before, now = _deciding(old), _deciding(rules)
    for path in dict.fromkeys([*before, *now]):
        a, b = before.get(path), now.get(path)
        weight = re.fullmatch(r"criteria\.(.+)\.weight", path)
        what: object = path.removeprefix("select.").removeprefix("of_which.")
        what = finding("weight of", name=weight[1]) if weight else what
        if isinstance(a or b, tuple):
            if more := tuple(x for x in b or () if x not in (a or ())):
                yield finding("change added", what=what, names=more)
            if fewer := tuple(x for x in a or () if x not in (b or ())):
                yield finding("change gone", what=what, names=fewer)
        elif a != b:
            words = "change new" if a is None else "change none" if b is None else "change of"
            yield finding(words, what=what, old=a, new=b)
    if rules.total.value != old.total.value:
        for group in rules.of_which:
            if group in old.of_which:
                yield finding("stays", name=group.name, number=group.value)


def _deciding(rules: Rules) -> dict[str, Any]:
    """Return what decides numbers: place → value, or the entries of a list."""
    plain = msgspec.to_builtins(rules)
    for part in ("criteria", "of_which"):
        plain[part] = {item["name"]: item for item in plain.get(part, ())}
    found: dict[str, Any] = {}
    for path, value in leaves(plain):
        if _TOLD.search(path):
            continue
        listed = re.fullmatch(r"(.+)\[[0-9]+\]|(.+\.(?:by_municipality|totals))\.(.+)", path)
        if listed:
            place = listed[1] or listed[2]
            found[place] = (*found.get(place, ()), f"{listed[3]}={value}" if listed[3] else value)
        else:
            found[path.removesuffix(".value")] = value
    return found
