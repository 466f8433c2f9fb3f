"""Many variations of one rule set: other weights, totals, counts and minimums."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bosetting_cli.findings import Finding, RulesError, finding
from bosetting_cli.rules.structs import MOST, Counties, Minimum, Rules
from bosetting_cli.statistics import exact

Array = np.ndarray[Any, np.dtype[Any]]
Ints = np.ndarray[Any, np.dtype[np.integer[Any]]]

SLACK = 1e-9  # what a row of weights may miss 1 by


@dataclass(frozen=True, eq=False)
class Variations:
    """What D variations of the rules differ in.

    Attributes:
        weights: D × K.
        totals: D.
        minimums: The general minimum, D.
        counts: How many are selected, D, or D × counties where each has its own; None: as the
            rules say.
    """

    weights: Array
    totals: Ints
    minimums: Ints
    counts: Ints | None = None

    def __len__(self) -> int:
        return len(self.totals)

    def rows(self, rows: slice | Sequence[int]) -> Variations:
        """Return some of the variations, or one of them several times."""
        counts = None if self.counts is None else self.counts[rows]
        return Variations(self.weights[rows], self.totals[rows], self.minimums[rows], counts)

    def count(self, county: int) -> Ints | None:
        """Return how many are selected in a county, D; None: as the rules say."""
        if self.counts is None or self.counts.ndim == 1:
            return self.counts
        return self.counts[:, county]

    def written(self, row: int) -> Array:
        """Return the weights of a row as the decimals that they are written as, 1 × K."""
        weights = np.array([[exact(weight) for weight in self.weights[row].tolist()]])
        return np.asarray(weights / weights.sum())


def as_ruled(*rules: Rules) -> Variations:
    """Return rules that differ in weights, total, minimum and count alone as variations of one."""
    counts = [own.select.count for own in rules]
    return Variations(
        np.array([[criterion.weight for criterion in own.criteria] for own in rules]),
        np.array([own.total.value for own in rules]),
        np.array([own.minimum.value for own in rules]),
        None if None in counts else np.array(counts),
    )


def impossible(
    rules: Rules, varied: Variations, eligible: int, empty: Sequence[bool]
) -> Iterator[tuple[Array, str, dict[str, Any], str | None]]:
    """Yield what admits no allocation whoever is selected.

    Args:
        rules: What is varied.
        varied: The variations.
        eligible: How many are eligible.
        empty: Of which criteria they all have the amount 0.

    Yields:
        Which of the variations, the words, what fills them, and the key of the rules.
    """
    counts, least, limit = varied.counts, varied.minimums, rules.maximum
    for criterion, weights, nothing in zip(rules.criteria, varied.weights.T, empty, strict=True):
        rows = (weights > 0) & (nothing and eligible > 1)
        yield rows, "nothing to share", {"criterion": criterion.name}, None
    if limit and limit.value is not None:
        yield least > limit.value, "maximum below minimum", {"minimum": least}, "maximum.value"
    if counts is not None and not rules.counties and rules.select.list is None:
        said = {"count": counts, "eligible": eligible}
        yield counts > eligible, "too many to select", said, "select.count"


def impossible_first(
    first: Counties, names: Sequence[str], totals: Ints
) -> dict[int, list[Finding]]:
    """Return which totals the counties' own numbers or minimums don't allow, and why."""
    rows, count, needed = enumerate(totals.tolist()), len(names), first.minimum * len(names)
    if not first.criteria:
        both = {"sum": sum(first.totals.values())}
        off = ((row, both | {"total": total}) for row, total in rows if total != both["sum"])
        return {row: [finding("county sums", said)] for row, said in off}
    each, key = {"minimum": first.minimum, "count": count, "needed": needed}, "counties.minimum"
    short = ((row, {"total": n, "room": n // count}) for row, n in rows if n < needed)
    words = "county minimums too high"
    return {row: [finding(words, each | said, key=key)] for row, said in short}


def first_step(rules: Rules, first: Counties, totals: Ints) -> tuple[Rules, Variations]:
    """Return the rules by which all counties share totals out, a key alone, and these."""
    key = Rules(
        *(rules.title, rules.as_of, rules.total, first.criteria),
        minimum=Minimum(value=first.minimum),
        size_exponent=rules.size_exponent,
        method=rules.method,
    )
    return key, dataclasses.replace(as_ruled(key).rows([0] * len(totals)), totals=totals)


def no_room(minimums: Sequence[int], total: int, where: str = "") -> Finding:
    """Return what to say of a selection whose minimums exceed what there is to share out.

    Args:
        minimums: Those of the selected.
        total: What there is.
        where: The fylke, if counties come first.
    """
    room = sum(reached <= total for reached in itertools.accumulate(sorted(minimums)))
    words = "own minimums too high" if len(set(minimums)) > 1 else "minimums too high"
    place, count = f"{where}: " if where else "", len(minimums)
    said = {"where": place, "count": count, "needed": sum(minimums), "total": total, "room": room}
    return finding(words, said, remedy=None if room else finding("room for nobody"))


def variations_of(
    rules: Rules, weights: Any, totals: Any, counts: Any, minimums: Any
) -> Variations:
    """Return the arguments of `draws`, checked, as arrays that are all D long.

    Args:
        rules: What is varied.
        weights: K or D × K; None: as the rules say, and so are the others.
        totals: One or D.
        counts: One or D.
        minimums: One or D.

    Raises:
        RulesError: An argument is of another length or out of its range.
    """
    base, problems = as_ruled(rules), []
    given = base.weights if weights is None else np.atleast_2d(np.asarray(weights, np.float64))
    if given.ndim != 2 or given.shape[1] != len(rules.criteria):
        said = {"shape": " × ".join(map(str, given.shape))}
        names = tuple(criterion.name for criterion in rules.criteria)
        raise RulesError(finding("weights shape", said, key="weights", criteria=names))
    if not (np.isfinite(given) & (given >= 0)).all():
        problems.append(finding("weight negative", key="weights"))
    elif off := np.flatnonzero(np.abs(given.sum(axis=1) - 1) > SLACK).tolist():
        total = f"{given[off[0]].sum():.12g}"
        problems.append(finding("weights sum", key="weights", row=off[0], sum=total))
    most = base.totals if totals is None else _whole("totals", totals, 1, problems)
    least = base.minimums if minimums is None else _whole("minimums", minimums, 0, problems)
    chosen = base.counts if counts is None else _whole("counts", counts, 1, problems)
    lengths = {len(part) for part in (given, most, least, chosen) if part is not None} - {1}
    if len(lengths) > 1:
        problems.append(finding("lengths differ", lengths=tuple(sorted(lengths))))
    if problems:
        raise RulesError(problems)
    size = max(lengths, default=1)
    chosen = None if chosen is None else np.resize(chosen, size)
    weighed = np.resize(given, (size, given.shape[1]))
    return Variations(weighed, np.resize(most, size), np.resize(least, size), chosen)


def _whole(key: str, values: Any, least: int, problems: list[Finding]) -> Ints:
    found = np.atleast_1d(np.asarray(values))
    good = found.ndim == 1 and found.size and found.dtype.kind in "iuf"
    if not good or not ((found == np.floor(found)) & (found >= least) & (found <= MOST)).all():
        problems.append(finding("not whole", key=key, what=key, least=least, most=MOST))
        return np.array([least], dtype=np.int64)
    return found.astype(np.int64)
