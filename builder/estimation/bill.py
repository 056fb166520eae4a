"""What a run takes, by role: requests, tokens and money, as ranges; paid already and still to pay.

How the numbers are come by is told in :mod:`builder.estimation.estimate`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..llm.prices import Price
from .ranges import NOTHING, Range


@dataclass(frozen=True, slots=True)
class Amount:
    """What is asked and what it costs; ``cost`` is in US dollars, None where a price is not known."""

    requests: Range = NOTHING
    prompt_tokens: Range = NOTHING
    completion_tokens: Range = NOTHING
    cost: Range | None = NOTHING

    def __add__(self, other: Amount) -> Amount:
        return Amount(
            self.requests + other.requests,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            None if self.cost is None or other.cost is None else self.cost + other.cost,
        )

    @property
    def tokens(self) -> Range:
        """Prompt and completion tokens."""
        return self.prompt_tokens + self.completion_tokens

    def plain(self) -> dict[str, Any]:
        """For JSON: ``{"low", "expected", "high"}`` for each; a cost that is not known is null."""
        counts = {"requests": self.requests, "prompt_tokens": self.prompt_tokens}
        counts |= {"completion_tokens": self.completion_tokens, "tokens": self.tokens}
        plain: dict[str, Any] = {
            name: {"low": round(r.low), "expected": round(r.mid), "high": round(r.high)} for name, r in counts.items()
        }
        cost = self.cost
        plain["cost"] = cost and {"low": cost.low, "expected": cost.mid, "high": cost.high}
        return plain


@dataclass(frozen=True, slots=True)
class RoleEstimate:
    """One role and its model."""

    role: str
    model: str
    paid: Amount
    to_pay: Amount
    price: Price | None = None

    @property
    def total(self) -> Amount:
        """Of the whole run."""
        return self.paid + self.to_pay


@dataclass(frozen=True, slots=True)
class Estimate:
    """The roles of a run, and what the numbers rest on, in sentences."""

    roles: tuple[RoleEstimate, ...]
    notes: tuple[str, ...]

    @property
    def total(self) -> Amount:
        """Of the whole run."""
        return self.paid + self.to_pay

    @property
    def paid(self) -> Amount:
        """What is stored."""
        return sum((r.paid for r in self.roles), Amount())

    @property
    def to_pay(self) -> Amount:
        """What is left."""
        return sum((r.to_pay for r in self.roles), Amount())

    @property
    def batch_cost(self) -> Range | None:
        """Of what is left, in the endpoints' batch APIs; None where one has no known price for that."""
        cost = NOTHING
        for role in self.roles:
            if role.to_pay.cost is None or role.price is None or role.price.batch is None:
                return None
            cost = cost + role.to_pay.cost * Range.exactly(role.price.batch)
        return cost

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        batch = self.batch_cost
        return {
            "total": self.total.plain(),
            "paid": self.paid.plain(),
            "to_pay": self.to_pay.plain(),
            "batch_cost": batch and {"low": batch.low, "expected": batch.mid, "high": batch.high},
            "roles": [
                {
                    "role": r.role,
                    "model": r.model,
                    "total": r.total.plain(),
                    "paid": r.paid.plain(),
                    "to_pay": r.to_pay.plain(),
                }
                for r in self.roles
            ],
            "notes": list(self.notes),
        }
