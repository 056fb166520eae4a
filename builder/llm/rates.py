"""How fast requests may be sent: rates that were configured, and rates that refusals (429) taught.

Times are the caller's monotonic seconds.  Nothing here waits, knows headers, or knows how many requests
may be in flight.
"""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_EPSILON = 1e-9
_REQUEST_BURST = 0.01  # seconds' worth of requests that may go at once beyond the first one
_TOKEN_BURST = 1.0  # seconds' worth of tokens
_MINUTE = 60.0


@dataclass(eq=False, slots=True)
class Permit:
    """The leave to send one request, to be settled exactly once."""

    tokens: int  # estimate: prompt and completion
    sent_at: float  # seconds of the event loop's clock
    others: int = 0  # requests that were in flight when it was given
    rate: float | None = None  # learned rate that was in force then
    requests_sent: int = 0  # by the limiter until then, this one included
    tokens_sent: int = 0
    settled: bool = False


class Bucket:
    """A level that refills at ``rate`` per second up to ``capacity``; a debt is a negative level."""

    __slots__ = ("_at", "_level", "capacity", "rate")

    def __init__(self, rate: float, capacity: float, level: float, now: float) -> None:
        self.rate = rate
        self.capacity = capacity
        self._level = level
        self._at = now

    @classmethod
    def of_requests(cls, per_minute: float, now: float) -> Bucket:
        """At most ``per_minute`` requests in any 60 s, evenly: 1 at once and what 10 ms bring."""
        burst = per_minute / _MINUTE * _REQUEST_BURST
        return cls((per_minute - burst) / _MINUTE, 1.0 + burst, 1.0, now)

    @classmethod
    def of_tokens(cls, per_minute: float, now: float) -> Bucket:
        """At most ``per_minute`` tokens in any 60 s: what one second brings at once.

        A request of more tokens than that goes when the bucket is full, and the next one waits until
        its debt is paid.
        """
        burst = per_minute / _MINUTE * _TOKEN_BURST
        return cls((per_minute - burst) / _MINUTE, burst, burst, now)

    def wait(self, cost: float, now: float) -> float:
        """Seconds until ``cost``, or a full bucket where it costs more than that, is there."""
        self._refill(now)
        lacking = min(cost, self.capacity) - self._level
        return lacking / self.rate if lacking > _EPSILON else 0.0

    def take(self, cost: float, now: float) -> None:
        self._refill(now)
        self._level -= cost

    def give(self, amount: float) -> None:
        """Correct an estimate: ``amount`` was not used, or was used in addition where negative."""
        self._level = min(self.capacity, self._level + amount)

    def change(self, rate: float, now: float) -> None:
        """Go on at another rate of requests."""
        self._refill(now)
        self.rate = rate
        self.capacity = 1.0 + rate * _REQUEST_BURST

    def _refill(self, now: float) -> None:
        self._level = min(self.capacity, self._level + (now - self._at) * self.rate)
        self._at = now


class LearnedRate:
    """Stops the sending at a refusal, asks with one probe when to go on, and learns how fast.

    The refusals of requests that were in flight together are one episode.  It ends when a probe is
    answered, or is not refused within the time that refusals take: an answer may take a minute.

    The first rate is what was accepted from one second before the episode until its end: a bucket's
    burst thus counts over a second, and a window of a minute that let a burst through counts over the
    long pause that follows.  It is then searched for upwards, doubling in 5 s (in half a second where
    next to nothing was accepted) until the next episode.  From there on it grows with each request that
    it held back, by about 10% over 5 s or 60 requests and faster the longer nothing is refused, and an
    episode takes 10% off, or 30% where next to nothing was accepted since the last one.

    Some endpoints refuse a share of the requests whatever the pace.  Where the rate has been cut again and
    again and the share is what it was, refusals teach nothing: they are disregarded, until so few are
    accepted that the pace must matter after all.
    """

    name = "learned rate"

    _BACKOFF = (0.5, 60.0)  # seconds before the first probe, and before any
    _LONGEST_FIRST = 5.0  # of the first where a rate is known
    _HORIZON = 1.0  # seconds that a burst is counted over
    _BELOW = 0.95  # of what was measured
    _CUT = 0.9
    _DEEP_CUT = 0.7  # where next to nothing was accepted since the last cut
    _MOST = 0.1  # growth with one request
    _DOUBLING = (0.5, 5.0)  # seconds, while searching: where few were accepted, and else
    _FEW = 8  # accepted requests that are too few to tell a rate
    _LONG_PAUSE = 2.0  # seconds after which the old rate is measured anew
    _EPISODES = 8  # that are looked at: the share of refusals in the later half beside that in the earlier
    _SAME_SHARE = 0.5  # of the share before: from this on cutting has not helped
    _SHARE = 0.04  # of refusals that is worth looking at
    _CUT_BY = 0.75  # rate after the episodes over rate before them, at most
    _LEAST_ACCEPTED = 0.25  # share while refusals are disregarded
    _LOOKED_AT = 24  # requests sent while they are, before the share is looked at
    _FORGET = (300.0, 60.0)  # seconds without a refusal, and without the rate holding a request back

    def __init__(self, jitter: random.Random) -> None:
        self._jitter = jitter
        self._bucket: Bucket | None = None
        self._doubling: float | None = None  # seconds, while the rate is searched for
        self._held = False  # a request waits for the rate
        self._grown = 0  # requests that had to, since the last episode
        self._bound_at = float("-inf")
        self._episodes: deque[tuple[float, int, int]] = deque(maxlen=self._EPISODES)  # rate, sent, refused
        self.disregards = False  # refusals teach nothing
        # Since the last episode ended, or since refusals are disregarded:
        self._since: float | None = None
        self._sent = 0
        self._recent: deque[float] = deque()  # when requests of the last second were sent
        # The episode:
        self._on = False
        self._began = float("-inf")
        self._explained = False  # by something else than a rate
        self._refused = 0
        self._failures = 0  # probes refused
        self._failed_at = 0.0  # when the last refused one was sent
        self._blamed: float | None = None  # the rate at which the refused request was sent
        self._resume_at = 0.0
        self._probe: Permit | None = None
        self._presumed_at = 0.0  # when the probe counts as accepted
        self._refusal_time = 0.0  # seconds that refusals take

    @property
    def per_second(self) -> float | None:
        return self._bucket.rate if self._bucket else None

    # --- sending -------------------------------------------------------------------------------

    def wait(self, tokens: int, now: float) -> float:
        """Seconds until a request may be sent."""
        if self._on:
            if self._probe is None:
                return self._resume_at - now
            if now < self._presumed_at:
                return self._presumed_at - now
            self._end(now)
        seconds = self._bucket.wait(1.0, now) if self._bucket else 0.0
        self._held |= seconds > 0.0
        return seconds

    def sent(self, permit: Permit) -> None:
        now = permit.sent_at
        permit.rate = self.per_second
        if self._since is None:
            self._since = now
        self._sent += 1
        if self._on:
            self._probe = permit
            self._presumed_at = now + 0.05 + 3.0 * self._refusal_time
        else:
            self._recent.append(now)
            while self._recent[0] < now - self._HORIZON:
                self._recent.popleft()
        if self._bucket:
            self._bucket.take(1.0, now)
            if self._held:
                self._grow(self._bucket, now)

    # --- what became of it ---------------------------------------------------------------------

    def refused(self, permit: Permit, now: float, asked: float, explain: Callable[[], bool]) -> None:
        """A 429.

        ``asked``: seconds of Retry-After, 0 where there is none.  ``explain``: whether something else than an
        unknown rate was the reason, so that no rate is learned from it; called once for an episode and
        once for each probe.
        """
        self._refusal_time = max(now - permit.sent_at, 0.9 * self._refusal_time)
        self._refused += 1
        if self.disregards:
            if self._sent < self._LOOKED_AT or self._refused <= (1.0 - self._LEAST_ACCEPTED) * self._sent:
                return
            self.disregards = False
        if self._on and permit is self._probe:
            self._failures += 1
            self._probe = None
            self._failed_at = permit.sent_at
            self._explained &= explain()
        elif permit.sent_at <= self._began or self._on:
            return  # in flight together with one that was refused
        else:
            self._on = True
            self._began = now
            self._failures = 0
            self._failed_at = now
            self._explained = explain()
            self._blamed = permit.rate
        self._resume_at = now + self._pause(asked)

    def accepted(self, permit: Permit, now: float) -> None:
        """An answer."""
        if permit is self._probe:
            self._end(now)
        if now - self._began > self._FORGET[0] and now - self._bound_at > self._FORGET[1]:
            self._bucket = None

    def unknown(self, permit: Permit, now: float) -> None:
        """It failed in a way that says nothing; where it was the probe, another one is sent."""
        if permit is self._probe:
            self._probe = None
            self._resume_at = now

    # --- learning ------------------------------------------------------------------------------

    def _grow(self, bucket: Bucket, now: float) -> None:
        """A request went that had to wait for the rate; a refusal would tell sooner than its answer."""
        self._held = False
        self._bound_at = now
        self._grown += 1
        bucket.change(bucket.rate * (1.0 + self._growth(bucket.rate)), now)

    def _growth(self, rate: float) -> float:
        if self._doubling is not None:
            return min(self._MOST, math.log(2.0) / (self._doubling * rate))
        span = max(60.0, 5.0 * rate)
        doublings = min(30.0, self._grown / span / 2.0)
        return min(self._MOST, 0.07 / span * math.exp2(doublings))

    def _pause(self, asked: float) -> float:
        shortest, longest = self._BACKOFF
        if self._bucket:  # it is close to right: a few requests' time is enough
            shortest = min(2.0 / self._bucket.rate, self._LONGEST_FIRST)
        pause = min(longest, shortest * 2.0 ** min(self._failures, 20)) * self._jitter.uniform(0.5, 1.0)
        return asked if asked > 0.0 and not self._failures else max(asked, pause)

    def _end(self, now: float) -> None:
        """The probe was accepted."""
        if not self._explained:
            # Not until now: the probe may have waited for work, or for those in flight.
            end = min(now, self._resume_at)
            rate = self._first_rate(end) if self._bucket is None else self._next_rate(self._bucket.rate, end)
            if self._bucket is not None:
                self._episodes.append((self._bucket.rate, self._sent, self._refused))
            self.disregards = self._is_in_vain(rate)
            self._bucket = None if self.disregards else Bucket(rate, 1.0 + rate * _REQUEST_BURST, 0.0, now)
        self._on = False
        self._probe = None
        self._since, self._sent, self._refused, self._grown = now, 0, 0, 0
        self._recent.clear()

    def _is_in_vain(self, rate: float) -> bool:
        """Whether the cuts have changed nothing: as large a share is refused after them as before."""
        if len(self._episodes) < self._EPISODES:
            return False
        episodes, half = list(self._episodes), self._EPISODES // 2
        before, after = (
            sum(refused for _, _, refused in some) / max(1, sum(sent for _, sent, _ in some))
            for some in (episodes[:half], episodes[half:])
        )
        if rate > self._CUT_BY * episodes[0][0] or after < max(self._SHARE, self._SAME_SHARE * before):
            return False
        self._episodes.clear()
        return after <= 1.0 - self._LEAST_ACCEPTED

    def _first_rate(self, end: float) -> float:
        """A little below what was accepted from one second before the episode until its end."""
        count = max(1, len(self._recent) + self._failures + 1 - self._refused)
        few = count < self._FEW
        self._doubling = self._DOUBLING[0 if few else 1]
        shortest = self._HORIZON * (0.1 if few else 1.0)
        # A window that let a burst through ended after the last refused probe; too fast is mended sooner.
        ended = 0.7 * self._failed_at + 0.3 * end
        started = max(self._since or 0.0, self._began - self._HORIZON)
        rate = self._BELOW * count / max(shortest, ended - started)
        return max(rate, 1.0) if few else rate

    def _next_rate(self, rate: float, end: float) -> float:
        """10% less; what was accepted since the last episode where the server needed a long pause."""
        count = max(1, self._sent - self._refused)
        seconds = end - (self._since or 0.0)
        rate = min(rate, 3.0 * max(len(self._recent), self._FEW))  # it may have grown without being used
        few = count < self._FEW
        self._doubling = None
        if end - self._began >= max(self._LONG_PAUSE, self._FEW / rate, seconds / 3.0):
            self._doubling = self._DOUBLING[0] if few else None
            rate = min(rate, self._BELOW * count / seconds / self._CUT)
        return (self._DEEP_CUT if few else self._CUT) * min(rate, self._blamed or rate)
