"""The server that the client benchmark asks: chat completions of realistic size after a set time.

    python -m benchmarks.client_server --delay-ms 0 20 500
    python -m benchmarks.client_server --delay-ms 200 --limit window

Listens on one port of 127.0.0.1 for each delay and prints the ports as JSON; ends when its standard input
does.  It parses no more than it must, so that the clients are what is measured.  With a limit it allows 20
requests a second and answers 429 without any header that says so.  ``GET /counts`` gives what was answered
and refused and the most requests that were open at once, and starts counting anew.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import sys
from collections import deque
from typing import Protocol

RATE = 20.0  # requests a second that a limited server allows
BURST = 20  # at once
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_WORDS = (
    r"the area of a circle with radius \frac{3}{4} is \(\pi r^2\), so we add \sqrt{2} and divide by 7 to get".split()
)


class TokenBucket:
    """Refills evenly; ``BURST`` requests at once when it is full."""

    def __init__(self) -> None:
        self._level = float(BURST)
        self._at = float("-inf")

    def admits(self, now: float) -> bool:
        self._level = min(BURST, self._level + (now - self._at) * RATE)
        self._at = now
        if self._level < 1.0:
            return False
        self._level -= 1.0
        return True


class SlidingWindow:
    """At most ``RATE`` requests in any second."""

    def __init__(self) -> None:
        self._admitted: deque[float] = deque()

    def admits(self, now: float) -> bool:
        while self._admitted and self._admitted[0] <= now - 1.0:
            self._admitted.popleft()
        if len(self._admitted) >= RATE:
            return False
        self._admitted.append(now)
        return True


class Unlimited:
    def admits(self, now: float) -> bool:
        return True


class Rule(Protocol):
    def admits(self, now: float) -> bool:
        """Whether a request that arrives at ``now``, in seconds, is answered."""
        ...


RULES: dict[str, type[Rule]] = {"none": Unlimited, "bucket": TokenBucket, "window": SlidingWindow}


def _response(status: str, body: object) -> bytes:
    content = json.dumps(body).encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
        f"Server: benchmark\r\nx-request-id: req_0123456789abcdef\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def _completion(source: random.Random) -> bytes:
    """A completion of about 1,200 characters, with all that such a response has around it."""
    text = ""
    while len(text) < 1200:
        text += source.choice(_WORDS) + " "
    message = {"role": "assistant", "content": text, "refusal": None, "annotations": []}
    usage = {
        "prompt_tokens": 330,
        "completion_tokens": 300,
        "total_tokens": 630,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }
    body = {
        "id": "chatcmpl-0123456789abcdefghijklmnopqrs",
        "object": "chat.completion",
        "created": 1767225600,
        "model": "served",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": usage,
        "service_tier": "default",
        "system_fingerprint": None,
    }
    return _response("200 OK", body)


class Service:
    """What all connections of one port share."""

    def __init__(self, delay: float, rule: Rule) -> None:
        source = random.Random(0)
        self.delay = delay  # seconds
        self.rule = rule
        self.completions = [_completion(source) for _ in range(64)]
        self.refusal = _response("429 Too Many Requests", {"error": {"message": "slow down", "code": "rate_limit"}})
        self.answered = self.refused = self.open = self.most_open = 0

    def counts(self) -> bytes:
        body = {"answered": self.answered, "refused": self.refused, "most_open": self.most_open}
        self.answered = self.refused = self.most_open = 0
        return _response("200 OK", body)


class Connection(asyncio.Protocol):
    """HTTP/1.1 with keep-alive, as much of it as the clients here use."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._received = b""
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._received, 0, end)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._received) < whole:
                return
            asked_for_counts = self._received.startswith(b"GET ")
            self._received = self._received[whole:]
            if asked_for_counts:
                self._transport.write(self._service.counts())
            else:
                self._asked()

    def _asked(self) -> None:
        service = self._service
        if not service.rule.admits(self._loop.time()):
            service.refused += 1
            self._transport.write(service.refusal)
            return
        service.open += 1
        service.most_open = max(service.open, service.most_open)
        if service.delay:
            self._loop.call_later(service.delay, self._answer)
        else:
            self._answer()

    def _answer(self) -> None:
        service = self._service
        service.open -= 1
        service.answered += 1
        if not self._transport.is_closing():
            self._transport.write(service.completions[service.answered % len(service.completions)])


async def serve(delays: list[float], rule: str) -> None:
    """Serve each delay, in seconds, on its own port until standard input ends."""
    loop = asyncio.get_running_loop()
    ports = []
    for delay in delays:
        service = Service(delay, RULES[rule]())
        server = await loop.create_server(lambda s=service: Connection(s), "127.0.0.1", 0, backlog=4096)
        ports.append(server.sockets[0].getsockname()[1])
    print(json.dumps(ports), flush=True)
    await loop.run_in_executor(None, sys.stdin.buffer.read)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--delay-ms", type=float, nargs="+", default=[0.0], help="time from a request to its answer")
    parser.add_argument("--limit", choices=RULES, default="none", help="how 20 requests a second are counted")
    options = parser.parse_args()
    asyncio.run(serve([delay / 1000.0 for delay in options.delay_ms], options.limit))


if __name__ == "__main__":
    main()
