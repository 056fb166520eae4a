"""How often the procedural model fails, stated in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rates:
    """Probabilities from 0 to 1.  The defaults are a model of middling skill.

    The three flaws of the writer exclude each other: their sum is its rate of flawed problems.  A
    solver's step fails with probability ``solver_step * (0.4 + temperature)`` and each further step
    adds ``solver_growth`` of that, see :meth:`step_error`.
    """

    missing_key_point: float = 0.12
    missing_datum: float = 0.09
    contradiction: float = 0.09
    untagged: float = 0.01  # a written problem without <Q> tags
    scorer_misses: float = 0.12  # a flaw in the text is not noticed, in a score or in a verdict on solvability
    scorer_false_alarm: float = 0.05  # a sound problem is called wrong, or one that cannot be solved
    scorer_noise: float = 0.03  # half-width of the noise in a score
    scorer_unreadable: float = 0.01  # a verdict without numbers, or without yes and no
    solver_step: float = 0.06
    solver_growth: float = 0.15
    solver_arithmetic: float = 0.25  # share of a solver's errors that are a false computation
    solver_no_box: float = 0.12  # ends with "The answer is: ..." instead of a box
    labeller_forgets: float = 0.04  # a key point is left out
    paraphrase_drift: float = 0.04  # a number is changed

    def step_error(self, step: int, temperature: float) -> float:
        """Probability that the step at this position (0, 1, ...) fails, at most 0.9."""
        return min(0.9, self.solver_step * (0.4 + temperature) * (1.0 + self.solver_growth * step))


FLAWLESS = Rates(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
"""Makes no mistakes: for seeds and for tests."""
