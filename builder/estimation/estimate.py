"""Tokens and money of a run before they are spent, with a range.

    calls      what would be asked, from the seeds and the run's own prompts       (builder.estimation.dry_run)
    x lengths  of replies, and shares of questions that pass each gate             (builder.estimation.profiles)
    - stored   what the run has paid for already, which also sharpens the lengths  (builder.estimation.observed)
    x prices                                                                       (builder.llm.prices)

Nobody is asked and the run folder is not touched.  Requests that fail and are sent again, and embeddings,
are not counted.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..config import PROCEDURAL, Config, Model
from ..llm.chat import JUDGES, asked_as
from ..llm.prices import Price, Prices
from ..run import RunFolder
from ..store import Usage, usage_by_role
from .bill import Amount, Estimate, RoleEstimate
from .dry_run import CHECK, Asked, Plan, model_role, plan, profile_of
from .funnel import QUESTIONS_TRUSTED, prompts_by_role, replies_seen, shares_expected
from .observed import Fates, fates, stored
from .profiles import Profile
from .ranges import NOTHING, Range

_ONE = Range.exactly(1)
_REPLIES_TRUSTED = 200  # replies of the run itself that count as much as what was expected before
_MADE_UP = 0.1  # share by which prompts over made-up information sets may miss the real ones


def estimate(config: Config, run: str | os.PathLike[str]) -> Estimate:
    """What the run of ``config`` in the folder ``run`` takes; the folder may not exist yet.

    Raises:
        KPMathError: the seeds, the prompts or the table of prices cannot be used.
    """
    prices = Prices.load(config.limits.prices or None)
    return _Estimator(config, RunFolder(run), prices).estimate()


# --- calls ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Calls:
    """The prompts of one role over the whole run, and what one of them takes."""

    prompts: Range = NOTHING
    done: float = 0.0  # of these: answered in the store
    requests: Range = _ONE  # a prompt
    replies: Range = _ONE  # a prompt
    prompt_tokens: Range = NOTHING  # a prompt, sent as often as it takes
    reply_tokens: Range = NOTHING  # a reply
    shared: float = 0.0  # share of the prompt's tokens that every prompt of the role begins with


def _kinds(role: str) -> tuple[str, ...]:
    """The kinds of calls of which the store knows only that they are the role's."""
    return (role, CHECK) if role == JUDGES[0] else (role,)


def _as_shown(asked: Mapping[str, _Calls], own: Usage) -> dict[str, _Calls]:
    """The calls with the lengths that the run's own replies to them, taken together, have shown."""
    replies = {kind: c.done * c.replies.mid for kind, c in asked.items()}
    if not any(replies.values()):
        replies = {kind: c.prompts.mid * c.replies.mid for kind, c in asked.items()}

    def shown(measured: float, of_a_reply: Callable[[_Calls], float]) -> float:
        """How many times what was expected of these replies."""
        expected = sum(n * of_a_reply(asked[kind]) for kind, n in replies.items()) / (sum(replies.values()) or 1.0)
        return measured / own.replies / expected if expected else 1.0

    prompt = shown(own.prompt_tokens, lambda c: c.prompt_tokens.mid / c.replies.mid)
    reply = shown(own.completion_tokens, lambda c: c.reply_tokens.mid)
    requests = shown(own.requests - own.retries, lambda c: c.requests.mid / c.replies.mid)

    def learned(expected: Range, times: float) -> Range:
        return expected.learned(expected.mid * times, own.replies, _REPLIES_TRUSTED)

    return {
        kind: replace(
            c,
            prompt_tokens=learned(c.prompt_tokens, prompt),
            reply_tokens=learned(c.reply_tokens, reply),
            requests=learned(c.requests, requests),
        )
        for kind, c in asked.items()
    }


class _Estimator:
    """The parts of one estimate."""

    def __init__(self, config: Config, run: RunFolder, prices: Prices) -> None:
        self.config, self.prices = config, prices
        self.plan: Plan = plan(config, run)
        self.usage = usage_by_role(run.completions)
        self.labelled = stored(run.completions, self.plan.labels.keys)
        self.current = self._current(run)
        self.fates = fates(run, config.scoring.threshold) if self.current else Fates()

    def estimate(self) -> Estimate:
        """All roles that are asked or were asked."""
        calls = {"label": self._label(), **self._synthesis()}
        roles = []
        judges = {self.config.model_for(judge).name for judge in self.config.judges}
        for role in self.config.roles:
            own, asked = self._usage(role), {kind: calls[kind] for kind in _kinds(role)}
            if any(c.prompts.high for c in asked.values()) or own.replies:
                roles.append(self._role(role, asked, own))
            others = [
                u
                for u in self.usage
                if u.role == role and u.model != own.model and not (role == JUDGES[0] and u.model in judges)
            ]
            roles += [RoleEstimate(role, u.model, self._paid(u), Amount(), self._price(u.model)) for u in others]
        return Estimate(tuple(roles), tuple(self._notes(roles)))

    def _current(self, run: RunFolder) -> float:
        """Share of the stored questions that this configuration asks for too; 0..1."""
        written = self._usage("write").replies
        if not (self.plan.known and written):
            return 0.0
        keys = self.plan.fewest["write"].keys
        return min(1.0, stored(run.completions, keys) / min(len(keys), written))

    def _usage(self, role: str) -> Usage:
        name = self.config.model_for(role).name
        found = (u for u in self.usage if u.role == asked_as(role) and u.model == name)
        return next(found, Usage(role, name, 0, 0, 0, 0, 0, 0, 0, False))

    def _profile(self, role: str) -> Profile:
        return profile_of(self.config, role)

    # --- labelling ---------------------------------------------------------------------------

    def _label(self) -> _Calls:
        asked, profile, own = self.plan.labels, self._profile("label"), self._usage("label")
        limit = self.config.extraction.attempts
        r = profile.label.readable
        attempts = Range.of(*(sum((1 - share) ** k for k in range(limit)) for share in (r.low, r.mid, r.high)))
        if self.labelled:
            attempts = attempts.learned(max(1.0, own.replies / self.labelled), self.labelled, QUESTIONS_TRUSTED)
        one = self._prompt("label", asked)
        return _Calls(
            prompts=Range.exactly(asked.questions),
            done=self.labelled,
            requests=attempts,
            replies=attempts,
            prompt_tokens=attempts * one,
            reply_tokens=profile.label.reply,
            shared=self._shared("label", asked, one),
        )

    # --- synthesis ---------------------------------------------------------------------------

    def _synthesis(self) -> dict[str, _Calls]:
        shares = shares_expected(self.config, self._strange_key_points)
        prompts = prompts_by_role(self.config, shares, self.fates)
        return {role: self._calls(role, prompts) for role in prompts}

    def _calls(self, role: str, prompts: Mapping[str, Range]) -> _Calls:
        fewest, expected, most = (p[role] for p in (self.plan.fewest, self.plan.expected, self.plan.most))
        if not fewest.questions:
            return _Calls()
        three = [a if a.questions else fewest for a in (fewest, expected, most)]
        replies = Range.of(*(a.replies / a.questions for a in three))
        requests = Range.of(*(a.requests / a.questions for a in three))
        solved = self.fates.solved
        if role == "solve" and solved and self.config.solutions.sampling == "adaptive":
            replies = replies.learned(self.fates.solutions / solved, solved, QUESTIONS_TRUSTED)
        one = self._prompt(role, fewest)
        if role != "write":
            one = one + self._profile("write").write.problem
        return _Calls(
            prompts=prompts[role],
            done=self._answered(role, prompts) / replies.mid,
            requests=requests,
            replies=replies,
            prompt_tokens=requests * one,
            reply_tokens=self._reply(role),
            shared=self._shared(role, fewest, one),
        )

    def _answered(self, kind: str, prompts: Mapping[str, Range]) -> float:
        """Replies that are there already."""
        role = model_role(kind)
        replies = self.current * self._usage(role).replies
        expected = {k: prompts[k].mid * self._verdicts(k) for k in _kinds(role)}
        total = sum(expected.values())
        share = expected[kind] / total if total else 1.0
        ours = {self.config.model_for(r).name for r in self.config.roles if asked_as(r) == asked_as(role)}
        if any(u.role == asked_as(role) and u.model not in ours for u in self.usage):
            return replies * share  # the sets that are done may have been answered by another model
        # Equal prompts are answered once: the store may hold fewer than the sets that are done have used.
        seen = {k: replies_seen(k, self.fates) * self._verdicts(k) for k in _kinds(role)}
        return seen[kind] + share * max(0.0, replies - sum(seen.values()))

    def _verdicts(self, kind: str) -> int:
        return self.config.scoring.samples if kind in JUDGES else 1

    @property
    def _strange_key_points(self) -> bool:
        """The procedural model writes about the key points of its catalogue, which others do not use."""
        write, label = self.config.model_for("write"), self.config.model_for("label")
        return write.is_procedural and (self.plan.given > 0 or not label.is_procedural)

    # --- tokens ------------------------------------------------------------------------------

    def _prompt(self, role: str, asked: Asked) -> Range:
        """Tokens of one prompt as it was filled."""
        profile = self._profile(role)
        made_up = 0.0 if role == "label" or self.plan.known else _MADE_UP
        mean = profile.tokens(asked.text) / max(1, asked.questions)
        return Range.exactly(mean).spread(profile.text + made_up)

    def _shared(self, role: str, asked: Asked, one: Range) -> float:
        same = self._profile(role).tokens(asked.shared) / max(1, asked.questions)
        return min(1.0, same / one.mid) if one.mid else 0.0

    def _reply(self, role: str) -> Range:
        profile = self._profile(role)
        if role == "solve":
            solution = profile.tokens(self.plan.solutions) / max(1, self.plan.practices)
            return profile.solve.reply + profile.solve.per_solution_token * Range.exactly(solution)
        expected: Range = getattr(profile, asked_as(role)).reply
        return expected

    def _one_by_one(self, role: str) -> bool:
        """Whether the upper end stands for an endpoint that gives fewer replies a request than are wanted."""
        asked = self.plan.most.get(role, Asked())
        return (
            self.config.model_for(role).samples_per_request == 0 and asked.requests == asked.replies > asked.questions
        )

    # --- sums --------------------------------------------------------------------------------

    def _role(self, role: str, asked: Mapping[str, _Calls], own: Usage) -> RoleEstimate:
        """What is left of each kind of call that the role's model is asked."""
        model = self.config.model_for(role)
        price = self._price(model.name, model)
        asked = _as_shown(asked, own) if own.replies else asked
        left = (self._priced(self._left(kind, calls), price, calls, own) for kind, calls in asked.items())
        return RoleEstimate(role, model.name, self._paid(own, model), sum(left, Amount()), price)

    def _left(self, kind: str, calls: _Calls) -> Amount:
        """What is left of the calls at what one takes, without its price."""
        left = calls.prompts.less(calls.done)
        replies = left * calls.replies
        spread = 2 * getattr(self._profile(kind), asked_as(kind)).sd / math.sqrt(max(1.0, replies.mid))
        limit = self.config.decoding(model_role(kind), in_words=kind == CHECK).max_tokens
        reply = calls.reply_tokens.widened(spread).at_most(limit)
        return Amount(left * calls.requests, left * calls.prompt_tokens, replies * reply, None)

    def _priced(self, amount: Amount, price: Price | None, calls: _Calls, own: Usage) -> Amount:
        """Dearest where nothing comes from the endpoint's cache, cheapest where all that prompts share does."""
        if price is None:
            return amount
        cached = own.cached_tokens / own.prompt_tokens if own.prompt_tokens else 0.0
        shares = (max(cached, calls.shared), cached, 0.0)
        prompt, completion = amount.prompt_tokens, amount.completion_tokens
        each = zip(
            (prompt.low, prompt.mid, prompt.high),
            shares,
            (completion.low, completion.mid, completion.high),
            strict=True,
        )
        return replace(amount, cost=Range.of(*(price.cost(p, p * share, c) for p, share, c in each)))

    def _paid(self, usage: Usage, model: Model | None = None) -> Amount:
        price = self._price(usage.model, model)
        cost = price and price.cost(usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens)
        return Amount(
            Range.exactly(usage.requests),
            Range.exactly(usage.prompt_tokens),
            Range.exactly(usage.completion_tokens),
            None if cost is None and usage.replies else Range.exactly(cost or 0.0),
        )

    def _price(self, name: str, model: Model | None = None) -> Price | None:
        """The embedded model costs nothing under any name."""
        return self.prices.price(PROCEDURAL if model and model.is_procedural else name)

    # --- what it rests on --------------------------------------------------------------------

    def _notes(self, roles: Sequence[RoleEstimate]) -> Iterator[str]:
        if self.plan.known:
            yield f"prompts: over the run's own information sets (the first {self.plan.sets:,})"
        else:
            yield f"prompts: labelling with the seeds' own text, the others over {self.plan.sets:,} made-up sets"
        asked = [r.role for r in roles if r.to_pay.requests.high]
        for name, basis in {(p.name, p.basis): None for p in map(self._profile, asked)}:
            yield f"lengths and shares ({name}): {basis}"
        if own := {r.role: self._usage(r.role).replies for r in roles if self._usage(r.role).replies}:
            counts = ", ".join(f"{role} {n:,}" for role, n in own.items())
            yield f"sharpened by replies of this run: {counts}"
        for model, price in {r.model: r.price for r in roles}.items():
            if price is None:
                yield (
                    f"the price of {model or 'a model without a name'} is not known: give it in a file as "
                    "limits.prices (builder/llm/prices.toml shows the form)"
                )
            elif price.prompt or price.completion:
                yield f"price of {model}: as of {price.date or 'an unknown date'}, {price.source or 'your own table'}"
        if self._strange_key_points:
            yield (
                "lower ends: the procedural model can write only about key points of its own catalogue, and the "
                "practices are labelled by another model: most sets may end without a question"
            )
        if any(self._one_by_one(r) for r in asked):
            yield (
                "upper ends: an endpoint that gives one reply a request is sent the prompt of a question once for "
                "each solution (model.samples_per_request says how many it gives)"
            )
        if self.config.topics.embedder == "endpoint":
            yield "embeddings of topics are not counted"
