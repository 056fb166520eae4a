"""HTTP to one OpenAI-compatible endpoint, through the ``openai`` package at little more than aiohttp's CPU.

The package builds a request (URL, authorisation, its own headers) in some 0.3 ms of CPU, as often as it is
asked and always the same but for the body.  So the first request to a path goes through the package
whole, over :class:`AiohttpTransport`; once one has been answered well, the following ones to that path are
sent with the URL and the headers that the package gave it.  Failures are the package's own exceptions on
both ways.

What is asked, how many requests are in flight, how often one is tried and how long it may take is not
known here: there are no time-outs and no retries, the caller puts ``asyncio.timeout`` around a request.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import resource
import urllib.request
from collections.abc import AsyncIterable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import NamedTuple, cast

import aiohttp
import httpx2  # the HTTP types of the openai package, whose dependency it is
import openai
from multidict import CIMultiDict  # like yarl a part of aiohttp's interface
from yarl import URL

MAX_BODY = 64 * 1024 * 1024  # bytes of one reply

_IDLE = 15.0  # seconds that an unused connection is kept
_DNS_TTL = 60  # seconds
_SPARE_FILES = 256  # open files besides the connections: stores, shards, libraries
_LARGE = 1024 * 1024  # bytes from which aiohttp wants a request's body as a stream
_AIOHTTP_SETS = ("host", "accept-encoding", "cookie")  # headers of a request
Heard = Callable[[bytes], None]
"""Told the bytes of a good response's body as they arrive, decoded if it came compressed."""

_HEARD: ContextVar[Heard | None] = ContextVar("heard", default=None)  # by the request that goes through the package
_OF_ENCODED = (b"content-encoding", b"content-length", b"transfer-encoding")  # of a response, decoded by now


class BodyTooLarge(httpx2.TransportError):
    """A reply was cut off because it is longer than allowed."""


class Answer(NamedTuple):
    """A good response (2xx) with its body, decoded if it came compressed."""

    headers: Mapping[str, str]  # names in any case
    body: bytes


class AiohttpTransport(httpx2.AsyncBaseTransport):
    """One aiohttp session as a transport of httpx2: a response comes with its body read.

    Connections are kept alive and not limited in number.  The session belongs to the event loop of the
    first request.
    """

    def __init__(self, *, max_body: int = MAX_BODY, trust_env: bool = True) -> None:
        """``max_body`` is in bytes, after decompression; ``trust_env``: proxies and certificates of the environment."""
        self._max_body = max_body
        self._trust_env = trust_env
        self._session: aiohttp.ClientSession | None = None
        self._closed = False
        self._proxies: dict[tuple[str, str], URL | None] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send and read to the end.  Raises what :meth:`exchange` does."""
        data: bytes | AsyncIterable[bytes]
        try:
            data = request.content
        except httpx2.RequestNotRead:  # a file that is uploaded
            data = cast(AsyncIterable[bytes], request.stream)
        received, body = await self.exchange(request.method, _url(request), _headers(request), data, _HEARD.get())
        return _response(received, body, request)

    async def exchange(
        self,
        method: str,
        url: URL,
        headers: Mapping[str, str],
        data: bytes | AsyncIterable[bytes],
        heard: Heard | None = None,
    ) -> tuple[aiohttp.ClientResponse, bytes]:
        """The response, whatever its status, and its whole body; of a good one ``heard`` is told as it arrives.

        Raises:
            httpx2.ConnectError: no connection was made (refused, unknown host, certificate, proxy).
            BodyTooLarge: the body is longer than allowed; no more than that was held.
            httpx2.ReadError: the connection broke, or what came is no HTTP.  All of these have
                aiohttp's exception as their cause.
        """
        if self._session is None:
            self._session = self._open()
        payload = io.BytesIO(data) if isinstance(data, bytes) and len(data) >= _LARGE else data or None
        try:
            async with self._session.request(
                method, url, headers=headers, data=payload, proxy=self._proxy(url)
            ) as response:
                return response, await self._read(response, heard if 200 <= response.status < 300 else None)
        except (aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError, aiohttp.InvalidURL) as error:
            raise httpx2.ConnectError(str(error)) from error
        except (aiohttp.ClientError, OSError) as error:
            raise httpx2.ReadError(str(error) or type(error).__name__) from error

    async def _read(self, response: aiohttp.ClientResponse, heard: Heard | None) -> bytes:
        parts: list[bytes] = []
        size = 0
        while part := await response.content.readany():
            size += len(part)
            if size > self._max_body:  # leaving the response unread closes its connection
                raise BodyTooLarge(f"the reply is longer than {self._max_body:,} bytes and was cut off")
            parts.append(part)
            if heard is not None:
                heard(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _open(self) -> aiohttp.ClientSession:
        if self._closed:
            raise RuntimeError("this transport has been closed")
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,
                keepalive_timeout=_IDLE,
                ttl_dns_cache=_DNS_TTL,
                ssl=httpx2.create_ssl_context(trust_env=self._trust_env),
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(),
        )

    def _proxy(self, url: URL) -> URL | None:
        """The environment's proxy for a URL.  aiohttp's own look at it takes two threads for each request."""
        if not self._trust_env:
            return None
        key = url.scheme, url.authority
        if key not in self._proxies:
            self._proxies[key] = _proxy_from_environment(url)
        return self._proxies[key]

    async def aclose(self) -> None:
        """Close all connections, those in use too.  May be called again."""
        self._closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()
            await asyncio.sleep(0)  # the sockets of plain connections are closed one turn later


def _proxy_from_environment(url: URL) -> URL | None:
    """
    Raises:
        httpx2.ConnectError: it is of a kind that aiohttp does not know, such as SOCKS.
    """
    proxies = urllib.request.getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if not proxy or urllib.request.proxy_bypass(f"{url.host}:{url.port}"):
        return None
    given = URL(proxy if "://" in proxy else f"http://{proxy}")
    if given.scheme not in ("http", "https"):
        raise httpx2.ConnectError(
            f"the proxy for {url.scheme} in the environment is a {given.scheme} proxy; only http and https "
            f"proxies can be used: change it, or add {url.host} to NO_PROXY"
        )
    return given


class Endpoint:
    """Requests to one base URL with one API key.  Not bound to an event loop until the first request."""

    def __init__(
        self, base_url: str, api_key: str, *, connections: int, max_body: int = MAX_BODY, trust_env: bool = True
    ) -> None:
        """
        Args:
            base_url: such as ``http://127.0.0.1:8000/v1``.
            connections: how many the caller will have open at most.  More are not refused; the process's soft
                limit of open files is raised for so many.
            max_body: bytes of the longest reply, after decompression.
            trust_env: whether the environment's proxies and certificates are used.
        """
        allow_open_files(connections + _SPARE_FILES)
        self._transport = AiohttpTransport(max_body=max_body, trust_env=trust_env)
        self._heads: dict[str, _Head] = {}
        self.client = openai.AsyncOpenAI(
            base_url=base_url,
            api_key=api_key,
            max_retries=0,
            timeout=httpx2.Timeout(None),
            http_client=httpx2.AsyncClient(transport=self._transport, trust_env=trust_env),
        )
        """The openai client itself, for what is not asked often: files, batches."""

    async def get(self, path: str) -> Answer:
        """GET a path below the base URL, such as ``/models``.  Raises what :meth:`post` does."""
        response = await self.client.get(path, cast_to=httpx2.Response)
        return Answer(response.headers, response.content)

    async def post(self, path: str, body: bytes, heard: Heard | None = None) -> Answer:
        """POST JSON, already encoded, to a path below the base URL, such as ``/chat/completions``.

        ``heard`` is told the body of a good response as it arrives; the whole of it is returned all the same.

        Raises:
            openai.APIStatusError: the endpoint answered with another status than 2xx.
            openai.APIConnectionError: no answer.  Its cause tells which: ``httpx2.ConnectError``, no
                connection was made; :class:`BodyTooLarge`; ``httpx2.ReadError``, it broke on the way.
        """
        head = self._heads.get(path)
        if head is None:
            outer = _HEARD.set(heard)
            try:
                response = await self.client.post(path, cast_to=httpx2.Response, content=body)
            finally:
                _HEARD.reset(outer)
            self._heads[path] = _Head.of(response.request)
            return Answer(response.headers, response.content)
        try:
            received, content = await self._transport.exchange("POST", head.url, head.headers, body, heard)
        except httpx2.TransportError as error:
            raise openai.APIConnectionError(request=head.request) from error
        if not 200 <= received.status < 300:
            response = _response(received, content, head.request)
            raise openai.APIStatusError(f"Error code: {received.status}", response=response, body=None)
        return Answer(received.headers, content)

    async def aclose(self) -> None:
        """Close all connections."""
        await self.client.close()


@dataclass(frozen=True, slots=True)
class _Head:
    """What the package puts before the body of a request: the same for all requests to a path."""

    url: URL
    headers: CIMultiDict[str]
    request: httpx2.Request  # for exceptions: method and URL only

    @staticmethod
    def of(request: httpx2.Request) -> _Head:
        headers = _headers(request)
        headers.popall("content-length", None)
        return _Head(_url(request), headers, httpx2.Request(request.method, request.url))


def _url(request: httpx2.Request) -> URL:
    # httpx2 has made a header of a user name in it; aiohttp refuses to have both.
    return URL(str(request.url), encoded=True).with_user(None)


def _headers(request: httpx2.Request) -> CIMultiDict[str]:
    return CIMultiDict((name, value) for name, value in request.headers.multi_items() if name not in _AIOHTTP_SETS)


def _response(received: aiohttp.ClientResponse, body: bytes, request: httpx2.Request) -> httpx2.Response:
    headers = [(name, value) for name, value in received.raw_headers if name.lower() not in _OF_ENCODED]
    return httpx2.Response(received.status, headers=headers, content=body, request=request)


def allow_open_files(count: int) -> None:
    """Raise this process's soft limit of open files to ``count``, or as far as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= count:
        return
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    with contextlib.suppress(ValueError, OSError):  # macOS has a lower limit besides
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
