"""What a server's rate-limit headers leave to be sent.

Read are ``x-ratelimit-{limit,remaining,reset}-requests`` and ``-tokens``, the same without a suffix, and
``ratelimit-{limit,remaining,reset}``.  Times are the caller's monotonic seconds; an absolute reset is
compared with the response's own ``date``.  Nothing here waits or knows of refusals.

Two kinds of servers use the same names.  A *leaky bucket* refills all the time, and its reset says when
it is full: ``reset = (limit - remaining) * period / limit``, with a period of a minute or a day.  A
*fixed window* refills at once, at the reset.  They are told apart by that equation while much remains,
where they differ most.  Until a leaky bucket is recognised, a server counts as a fixed window: what
remains may be sent, then nothing before the reset.  For a leaky bucket that is no loss in the long run
(at the reset it is full, and no fuller before), for a fixed window it is exact; to refill evenly what is
a fixed window would be one refusal after the other until its reset.

A response tells what remained when the server took its request up.  Later responses of earlier requests
are older news and ignored; requests sent since are subtracted.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from .rates import Permit

_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?")
_UNITS = (86400.0, 3600.0, 60.0, 1.0, 0.001)
_EPOCH = 1e9  # greater numbers are seconds since 1970, or milliseconds
_LONGEST_RESET = 31 * 86400.0
_LONGEST_WAIT = 600.0  # seconds after which a request is tried whatever a header said
_PERIODS = (60.0, 86400.0)  # of leaky buckets
_SURPRISES = 200  # requests between refusals that headers did not prevent
_MARGIN = 0.05  # seconds after a reset


class Allowance:
    """What one family of headers leaves."""

    __slots__ = ("_at", "_known_at", "_leaky", "_level", "_limit", "_rate", "_reset_at", "_window", "first_at")

    def __init__(self, now: float) -> None:
        self.first_at = now  # when its first headers came
        self._limit = self._level = math.inf
        self._rate = 0.0  # refill per second: 0 for a fixed window
        self._at = 0.0
        self._reset_at = math.inf
        self._window = 0.0  # most seconds to a reset that were told
        self._known_at = -1  # requests or tokens sent until the one that told
        self._leaky = False

    def tell(self, limit: float, remaining: float, reset: float, sent: int, sent_since: int, now: float) -> None:
        """Take up a response to the request that was the ``sent``-th; ``sent_since`` were sent after it."""
        if sent < self._known_at:
            return
        self._recognise(limit, remaining, reset)
        self._limit, self._level, self._known_at = limit, remaining - sent_since, sent
        self._at = now
        reset = min(_LONGEST_WAIT, reset + _MARGIN)
        self._window = max(self._window, reset)
        self._reset_at = now + reset

    def wait(self, cost: float, now: float) -> float:
        """Seconds until ``cost``, or the whole limit where it costs more than that, is left."""
        self._refill(now)
        lacking = min(cost, self._limit) - self._level
        if lacking <= 0.0:
            return 0.0
        until_reset = self._reset_at - now
        return min(until_reset, lacking / self._rate) if self._rate else until_reset

    def take(self, cost: float) -> None:
        self._level -= cost

    def not_leaky(self) -> None:
        """It refused although it should have been refilled."""
        self._leaky, self._rate = False, 0.0

    def _recognise(self, limit: float, remaining: float, reset: float) -> None:
        used = limit - remaining
        if used > 0 and reset > 0 and remaining > 0.3 * limit:
            period = reset * limit / used
            self._leaky = any(0.8 * p <= period <= 1.25 * p for p in _PERIODS)
        if not self._leaky:
            self._rate = 0.0
        elif used > 0 and reset > 0:
            self._rate = min(used / reset, limit / _PERIODS[0])

    def _refill(self, now: float) -> None:
        if now >= self._reset_at:
            self._level = self._limit
            self._reset_at = now + self._window  # until an answer tells
        elif self._rate:
            self._level = min(self._limit, self._level + (now - self._at) * self._rate)
        self._at = now


class HeaderLimits:
    """All that the headers of the latest responses leave; nothing is limited before the first."""

    name = "rate-limit headers"

    def __init__(self) -> None:
        self._allowances: dict[str, Allowance] = {}
        self._requests = 0  # sent so far
        self._tokens = 0
        self._surprised = -_SURPRISES  # how many were sent when a refusal was last a surprise

    def wait(self, tokens: int, now: float) -> float:
        """Seconds until a request of so many tokens may be sent."""
        longest = 0.0
        for family, allowance in self._allowances.items():
            cost = max(1, tokens) if family.endswith("tokens") else 1
            longest = max(longest, allowance.wait(cost, now))
        return longest

    def sent(self, permit: Permit) -> None:
        self._requests += 1
        self._tokens += permit.tokens
        permit.requests_sent, permit.tokens_sent = self._requests, self._tokens
        for family, allowance in self._allowances.items():
            allowance.take(permit.tokens if family.endswith("tokens") else 1)

    def told(self, permit: Permit, headers: Mapping[str, str], now: float, *, answered: bool) -> None:
        """Take up a response's headers.  An answer without them ends their limit."""
        for family, names in _FAMILIES.items():
            values = _read(headers, names)
            if values is None:
                if answered:
                    self._allowances.pop(family, None)
                continue
            if now - permit.sent_at > max(values[2], 1.0):
                continue  # an answer that took longer than until the reset tells of a time that is over
            allowance = self._allowances.setdefault(family, Allowance(now))
            total, then = (
                (self._tokens, permit.tokens_sent)
                if family.endswith("tokens")
                else (self._requests, permit.requests_sent)
            )
            allowance.tell(*values, then, total - then, now)

    def explain(self, permit: Permit, headers: Mapping[str, str]) -> bool:
        """Whether a refusal's headers explain it: they say that too little is left for the request.

        Where that was known and respected, and the server refuses all the same for the second time
        among 200 requests (answers tell of windows that are over, others use the same key), headers do
        not suffice.
        """
        found = surprise = False
        for family, names in _FAMILIES.items():
            values = _read(headers, names)
            cost = max(1, permit.tokens) if family.endswith("tokens") else 1
            if values is None or values[1] >= cost:
                continue
            found = True
            allowance = self._allowances.get(family)
            if allowance is not None and permit.sent_at > allowance.first_at:
                surprise = True
                if values[1] < 1:
                    allowance.not_leaky()
        if not surprise:
            return found
        again = self._requests - self._surprised < _SURPRISES
        self._surprised = self._requests
        return not again


_FAMILIES = {
    "requests": tuple(f"x-ratelimit-{what}-requests" for what in ("limit", "remaining", "reset")),
    "tokens": tuple(f"x-ratelimit-{what}-tokens" for what in ("limit", "remaining", "reset")),
    "x-ratelimit": tuple(f"x-ratelimit-{what}" for what in ("limit", "remaining", "reset")),
    "ratelimit": tuple(f"ratelimit-{what}" for what in ("limit", "remaining", "reset")),
}


def _read(headers: Mapping[str, str], names: tuple[str, ...]) -> tuple[float, float, float] | None:
    """Limit, remaining and seconds to the reset; None where one is missing or makes no sense."""
    texts = [headers.get(name) for name in names]
    if None in texts:
        return None
    limit, remaining = _number(texts[0] or ""), _number(texts[1] or "")
    reset = seconds_of(texts[2] or "", headers.get("date"))
    if limit is None or remaining is None or reset is None or limit < 1 or remaining > limit:
        return None
    return limit, remaining, reset


def seconds_of(text: str, date: str | None = None) -> float | None:
    """Seconds of "6m0s", "8.64s", "120ms", "59", or of an epoch in (milli)seconds; None if it is none.

    ``date`` is the response's Date, from which an epoch is counted; without one it means nothing here.
    """
    text = text.strip()[:40]
    value = _number(text)
    if value is None:
        match = _DURATION.fullmatch(text)
        if match is None or not text:
            return None
        value = sum(float(n) * unit for n, unit in zip(match.groups(), _UNITS, strict=True) if n)
    elif value > _EPOCH:
        sent = _epoch(date)
        if sent is None:
            return None
        value = (value / 1000.0 if value > 1000.0 * _EPOCH else value) - sent
    return value if 0.0 <= value <= _LONGEST_RESET else None


def _epoch(date: str | None) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp() if date else None
    except (ValueError, OverflowError):
        return None


def _number(text: str) -> float | None:
    """A number that is finite and not negative."""
    try:
        value = float(text[:40])
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0.0 else None
