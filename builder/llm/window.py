"""How many requests may be in flight: grows while the endpoint keeps up, shrinks when it does not.

Times are the caller's monotonic seconds.  Rates and refusals for a rate are not known here.
"""

from __future__ import annotations

import math

from .rates import Permit


class Window:
    """The adaptive limit of the requests in flight.

    It grows by one with each answer while it holds requests back: it doubles in a round trip.
    In each epoch, about as many answers as the window was wide, the throughput is measured (tokens
    where the answers say them, else requests).  When an epoch with twice the window brought less than
    15% more, the endpoint is busy: the window returns to the width that was enough, or to what is
    answered within a second where that is more (up to 64), and holds it.  Growth is tried again after
    4 epochs, then after 8, at most 160.

    More than 2% overloads and time-outs among the latest answers, and the window shrinks to 0.7 of its
    width, and holds that.  While nothing sent since then is answered, it is halved once a round trip, after
    pauses that double up to 30 s; with the first answers it doubles up to where it held.
    """

    START = 16
    _GAIN = 1.15  # of throughput with twice the window
    _MOST = 0.9  # of a window's answers, and of a reply's time: one that hangs does not stretch an epoch
    _SHORTEST_EPOCH = 0.1  # seconds
    _ENOUGH = 64
    _CUT = 0.7
    _STRAIN = 0.02
    _PAUSE = (0.25, 30.0)  # seconds
    _PATIENCE = (4, 160)  # epochs

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._size = float(min(limit, self.START))
        self._ceiling = float(limit)  # grows no further than this
        self._until = 2.0 * self._size  # nor further than this before two epochs were compared
        self._patience = self._PATIENCE[0]
        self._held = 0  # epochs at the ceiling
        self._best: tuple[float, float, float] | None = None  # requests/s, tokens/s, window
        self._good = self._bad = 0.0  # latest answers, and overloads and time-outs
        self._cut_at = float("-inf")
        self._cuts = 0  # since a request was answered that was sent after the last one
        # The epoch:
        self._started: float | None = None  # at the first request, until then
        self._width = self._size  # at its start
        self._reply_time = 0.0  # seconds, of the latest answers
        self._need = int(self._MOST * self._size)  # answers
        self._done = self._told = self._slack = 0  # answers, those with tokens, those that something else limited
        self._tokens = 0

    @property
    def size(self) -> int:
        return int(self._size)

    def answered(self, permit: Permit, now: float, tokens: int, *, full: bool, paced: bool) -> None:
        """An answer.

        ``full``: while it was in flight, requests had to wait for the window; ``paced``: for a rate or a pause.
        """
        if self._started is None:
            self._started = permit.sent_at
        self._good += 1
        if permit.sent_at >= self._cut_at:  # an answer to an earlier one says nothing new
            self._cuts = 0
        self._done += 1
        self._tokens += tokens
        self._told += tokens > 0
        if full:
            self._size = min(self._ceiling, self._until, self._size + 1.0)
        self._slack += paced or not full
        seconds = now - self._started
        self._reply_time += (now - permit.sent_at - self._reply_time) / 16.0
        if self._done >= self._need and seconds >= max(self._SHORTEST_EPOCH, self._MOST * self._reply_time):
            self._close(now, seconds)

    def overloaded(self, permit: Permit, now: float) -> float:
        """The server shed the request, or did not answer in time.

        Returns:
            Seconds that nothing should be sent: 0 unless nothing was answered since the last cut.
        """
        self._bad += 1
        if permit.sent_at < self._cut_at or self._bad <= self._STRAIN * (self._good + self._bad):
            return 0.0
        if self._cuts == 0:
            self._size = max(1.0, self._CUT * self._size)
            self._hold(self._size, now)
        else:  # nothing new is known about what it can do, only that it does nothing
            self._size = max(1.0, self._size / 2)
        self._cut_at = now
        self._cuts += 1
        shortest, longest = self._PAUSE
        return min(longest, shortest * 2.0 ** min(self._cuts - 2, 20)) if self._cuts > 1 else 0.0

    # --- throughput ----------------------------------------------------------------------------

    def _begin(self, now: float) -> None:
        self._started, self._need, self._width = now, max(1, int(self._MOST * self._size)), self._size
        self._done = self._tokens = self._told = self._slack = 0

    def _close(self, now: float, seconds: float) -> None:
        self._good, self._bad = self._good / 2, self._bad / 2
        requests = self._done / seconds
        tokens = self._tokens / seconds if self._told == self._done else 0.0
        if self._slack * 10 > self._done:  # it was not the window that limited
            self._measure_anew()
        elif self._size < self._ceiling or self._ceiling == self.limit:
            self._judge(requests, tokens, now)
        else:
            self._held += 1
            if self._held >= self._patience:
                self._ceiling = float(self.limit)
                self._measure_anew()
                self._patience = min(self._PATIENCE[1], 2 * self._patience)
        self._begin(now)

    def _judge(self, requests: float, tokens: float, now: float) -> None:
        if self._best is not None:
            before, tokens_before, width = self._best
            gain = tokens / tokens_before if tokens and tokens_before else requests / before
            # Above 64 a wrong "yes" costs more than a wrong "no": beyond chance, too.
            least = self._GAIN + (1.0 / math.sqrt(self._done) if self._width >= self._ENOUGH else 0.0)
            wider = self._width > 1.5 * width
            if gain < least and wider:
                # What is answered within a second keeps nobody waiting.
                enough = max(width, min(float(self._ENOUGH), requests))
                if enough < self._size:
                    self._hold(enough, now)
                    self._size = enough
                return
            if wider:
                self._patience = self._PATIENCE[0]
                self._until = float(self.limit)
        self._best = (requests, tokens, self._width)

    def _measure_anew(self) -> None:
        self._best, self._until = None, 2.0 * self._size

    def _hold(self, size: float, now: float) -> None:
        self._ceiling = min(float(self.limit), size)
        self._held = 0
        self._measure_anew()
        self._begin(now)
