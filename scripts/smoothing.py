"""Why the introduction programme's rates are smoothed by 50 participants.

If municipalities' true rates vary around the national rate p as a beta distribution, the number
of participants κ = α + β that a rate is worth before it is measured can be estimated from the
published results by maximum likelihood of the beta-binomial distribution. Run:

    python scripts/smoothing.py
"""

from __future__ import annotations

from math import lgamma

import bosetting_cli as bosetting
from bosetting_cli.model.figures import measure


def log_likelihood(kappa: float, p: float, results: list[tuple[float, float]]) -> float:
    """Return the beta-binomial log-likelihood of (successes, participants), up to a constant."""
    a, b = kappa * p, kappa * (1 - p)
    constant = lgamma(kappa) - lgamma(a) - lgamma(b)
    return sum(constant + lgamma(x + a) + lgamma(n - x + b) - lgamma(n + kappa) for x, n in results)


def most_likely(p: float, results: list[tuple[float, float]]) -> float:
    """Return the κ of the greatest likelihood, by golden-section search."""
    low, high, ratio = 1.0, 1000.0, (5**0.5 - 1) / 2
    while high - low > 1e-6:
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if log_likelihood(left, p, results) > log_likelihood(right, p, results):
            high = right
        else:
            low = left
    return (low + high) / 2


def main() -> None:
    """Print the estimate and what it rests on."""
    rules = bosetting.load_rules()
    statistics = bosetting.load_statistics(indicators=rules.indicators())
    programme = next(c for c in rules.criteria if c.name == "introduction programme")
    measured = measure(statistics, programme, rules.as_of)
    results = [(f.numerator or 0.0, f.denominator) for f in measured.units if f.denominator]
    people = sum(n for _, n in results)
    print(f"{len(results)} municipalities with published results, {people:,.0f} leavers")
    print(f"national rate p = {measured.national:.4f}")
    print(f"most likely kappa = {most_likely(measured.national, results):.1f} participants")


if __name__ == "__main__":
    main()
