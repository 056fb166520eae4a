"""How a threshold is chosen: three rules on simulated gates whose true precision is known.

    python -m benchmarks.gates [--repeats 1000] [--precision 0.9] [--confidence 0.95]

A gate is a population: chances to be right that rise with the value (or do not).  Each repeat draws questions from it,
chooses a threshold by each rule, and looks up the true precision and yield of what that threshold keeps.

- bonferroni: the lowest threshold that passes at an equal share of the chance of error;
- sequence: from the highest threshold on that can pass at all, each at the full level, until the first failure;
- fallback: :func:`builder.gates.thresholds.choose`, the rule of ``calibrate``.

Printed for each rule: repeats in which it found a threshold, repeats in which the true precision is below what was
promised (at most 1 - confidence is allowed), mean yield (0 where none was found).  Exit status 1: a rule breaks its
promise significantly more often than allowed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from builder.gates.binomial import fewest_items, lower_limit
from builder.gates.measured import Measured
from builder.gates.thresholds import Gate, choose, gates, thresholds

Floats = npt.NDArray[np.float64]
Rule = Callable[[Measured, float, float], float | None]


def agreement(shares: tuple[float, ...], chances: tuple[float, ...]) -> Callable[[np.random.Generator, int], Drawn]:
    """Five votes: ``shares`` of the questions at 2/5 to 5/5, and their ``chances`` to be right; the rest are ties."""

    def draw(random: np.random.Generator, n: int) -> Drawn:
        level = random.choice(5, size=n, p=[1 - sum(shares), *shares])
        values = np.where(level > 0, (level + 1) / 5, np.nan)
        return values, np.array([0.0, *chances])[level], 5

    return draw


def score(chance: Callable[[Floats], Floats]) -> Callable[[np.random.Generator, int], Drawn]:
    """Scores evenly over 0..1, and their chance to be right."""

    def draw(random: np.random.Generator, n: int) -> Drawn:
        values = random.random(n)
        return values, chance(values), None

    return draw


Drawn = tuple[Floats, Floats, int | None]
POPULATIONS = {
    "votes on MATH level 5": agreement((0.25, 0.20, 0.17, 0.10), (0.52, 0.79, 0.95, 0.96)),
    "votes on mathematics": agreement((0.17, 0.20, 0.18, 0.29), (0.66, 0.89, 0.98, 0.98)),
    "a score that sorts well": score(lambda s: 1 / (1 + np.exp(-10 * (s - 0.4)))),
    "a score that sorts badly": score(lambda s: 0.6 + 0.38 * s),
    "good only at the top": score(lambda s: np.where(s > 0.85, 0.99, 0.6)),
    "a score that says nothing": score(lambda s: np.full_like(s, 0.94)),
}


def bonferroni(measured: Measured, precision: float, confidence: float) -> float | None:
    """Every threshold that could pass has the same share."""
    found = _testable(measured, precision, confidence)
    level = (1 - confidence) / max(1, len(found))
    return min((g.threshold for g in found if lower_limit(g.right, g.kept, 1 - level) >= precision), default=None)


def sequence(measured: Measured, precision: float, confidence: float) -> float | None:
    """Downwards until the first failure."""
    last = None
    for gate in _testable(measured, precision, confidence):
        if gate.lower_limit < precision:
            break
        last = gate.threshold
    return last


def fallback(measured: Measured, precision: float, confidence: float) -> float | None:
    """The rule of ``calibrate``."""
    gate = choose(measured, precision, confidence).gate
    return gate.threshold if gate else None


def _testable(measured: Measured, precision: float, confidence: float) -> list[Gate]:
    falling = gates(measured, thresholds(measured)[::-1], confidence)
    return [g for g in falling if g.kept >= fewest_items(precision, confidence)]


RULES: tuple[Rule, ...] = (bonferroni, sequence, fallback)


def main() -> None:
    """Simulate all populations and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--repeats", type=int, default=1000)
    parser.add_argument("--precision", type=float, default=0.9)
    parser.add_argument("--confidence", type=float, default=0.95)
    options = parser.parse_args()
    print(f"{'':32}" + "".join(f"{r.__name__:>30}" for r in RULES))
    print(f"{'':25}questions" + f"{'found  broken   yield':>30}" * len(RULES))
    worst = 0.0
    for name, draw in POPULATIONS.items():
        for n in (150, 300, 1000):
            found = np.zeros((len(RULES), 3))
            random = np.random.default_rng(n)
            for _ in range(options.repeats):
                found += [_outcome(rule, *drawn, options) for drawn in [_sample(draw, random, n)] for rule in RULES]
            shares = found / options.repeats
            print(f"{name:25}{n:7}  " + "".join(f"{f:15.1%} {b:6.1%} {y:6.1%}" for f, b, y in shares), flush=True)
            worst = max(worst, *shares[:, 1])
    allowed = 1 - options.confidence
    sys.exit(int(worst > allowed + 3 * (allowed * (1 - allowed) / options.repeats) ** 0.5))


def _sample(
    draw: Callable[[np.random.Generator, int], Drawn], random: np.random.Generator, n: int
) -> tuple[Measured, Floats]:
    values, chance, votes = draw(random, n)
    right = (random.random(n) < chance) & ~np.isnan(values)
    return Measured(values[:, None], right[:, None], np.full((n, 1), ""), {}, votes), chance


def _outcome(rule: Rule, measured: Measured, chance: Floats, options: argparse.Namespace) -> tuple[float, float, float]:
    """Whether a threshold was found, whether its promise is broken, and its yield."""
    at = rule(measured, options.precision, options.confidence)
    if at is None:
        return 0.0, 0.0, 0.0
    kept = measured.values[:, 0] >= at - 1e-9  # NaN is below everything
    return 1.0, float(chance[kept].mean() < options.precision), float(kept.mean())


if __name__ == "__main__":
    main()
