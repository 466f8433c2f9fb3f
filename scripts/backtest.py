"""Write real output into the pages on county first, backtest and codes; `--check` only checks.

Blocks are marked by `<!-- output: COMMAND -->`, `<!-- messages: COMMAND -->` (standard error) or
`<!-- rule sets -->`, and end with `<!-- end -->`.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from click.testing import CliRunner
from msgspec import structs

from bosetting_cli import load_rules, load_statistics
from bosetting_cli.cli import cli
from bosetting_cli.findings import BosettingError
from bosetting_cli.rules import SizeExponent, override
from bosetting_cli.studies.backtest import backtest

if TYPE_CHECKING:
    from bosetting_cli import Rules
    from bosetting_cli.studies.backtest import Trial

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "docs" / f"{name}.md" for name in ("counties", "backtest", "codes")]
BLOCK = re.compile(
    r"(<!-- (?:(?P<stream>output|messages): bosetting (?P<arguments>.*?)|rule sets) -->\n)"
    r".*?(<!-- end -->)",
    re.DOTALL,
)


def rule_sets() -> dict[str, Rules]:
    """Return rule sets to compare, in words."""
    letter = load_rules()
    size = override(letter, weights=_weights(1, 0, 0))
    return {
        "the same number for all": with_exponent(size, 0),
        "population alone": size,
        "population, γ = 0.9": with_exponent(size, 0.9),
        "population, γ = 0.8": with_exponent(size, 0.8),
        "**the letter, 70/20/10**": letter,
        "70/20/10, γ = 0.9": with_exponent(letter, 0.9),
        "70/20/10, rates by minmax": _normalised(letter, "minmax"),
        "70/20/10, rates by percentile": _normalised(letter, "percentile"),
        "40/30/30": override(letter, weights=_weights(0.4, 0.3, 0.3)),
    }


def with_exponent(rules: Rules, exponent: float) -> Rules:
    """Return rules with another size exponent."""
    return structs.replace(rules, size_exponent=SizeExponent(exponent))


def _weights(population: float, employment: float, programme: float) -> dict[str, float]:
    names = ("population", "employment", "introduction programme")
    return dict(zip(names, (population, employment, programme), strict=True))


def _normalised(rules: Rules, how: str) -> Rules:
    changed = (
        structs.replace(c, normalise=how) if c.scale_by else c  # type: ignore[arg-type]
        for c in rules.criteria
    )
    return structs.replace(rules, criteria=tuple(changed))


def rule_set_table() -> str:
    """Return how near each rule set comes to the requests of 2018, as Markdown."""
    statistics = load_statistics()
    lines = [
        "| rules | met | missed | extra | nothing given | counties' sums | who is asked | both |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, rules in rule_sets().items():
        trials = backtest(statistics, rules, 2018).trials
        near = trials[0].agreement
        assert near is not None  # noqa: S101
        counts = [len(near.both), len(near.only_b), len(near.only_a)]
        cells = [*map(str, counts), *(misplaced(trial) for trial in trials)]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def misplaced(trial: Trial) -> str:
    """Return the misplaced places of a trial as per cent."""
    near = trial.agreement
    return "–" if near is None else f"{100 * near.misplaced_share:.1f} %"


def block(match: re.Match[str]) -> str:
    """Return a marked block with what it shows now."""
    start, end = match[1], match[4]
    if match["stream"] is None:
        return f"{start}{rule_set_table()}\n{end}"
    result = CliRunner().invoke(cli, shlex.split(match["arguments"]))
    text = result.stdout if match["stream"] == "output" else result.stderr
    if isinstance(result.exception, BosettingError):
        text = "\n".join(f"error: {problem}" for problem in result.exception.problems)
    return "\n".join([f"{start}```text", text.rstrip("\n"), "```", end])


def main() -> int:
    """Refresh the pages, or check them."""
    os.chdir(ROOT)
    stale = 0
    for page in PAGES:
        old = page.read_text(encoding="utf-8")
        new = BLOCK.sub(block, old)
        stale |= new != old
        if "--check" not in sys.argv:
            page.write_text(new, encoding="utf-8")
    return int(stale and "--check" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
