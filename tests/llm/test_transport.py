"""One endpoint over real HTTP: what is sent, what comes back, and how failures are told apart."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gc
import gzip
import importlib.util
import json
import shutil
import ssl
import subprocess
import sys
import tracemalloc
import warnings
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import httpx2
import openai
import pytest
from aiohttp import web

from builder.llm.transport import Answer, BodyTooLarge, Endpoint
from tests.llm import misbehaving as bad

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PATH = "/chat/completions"
GOOD = b'{"choices": []}'


async def good(_: web.Request) -> web.StreamResponse:
    return web.Response(body=GOOD, content_type="application/json", headers={"X-RateLimit-Remaining": "7"})


class Served:
    """A server that answers with one handler after another, the last one for good."""

    def __init__(self, *handlers: Handler) -> None:
        self.handlers = list(handlers)
        self.requests: list[web.Request] = []
        self.bodies: list[bytes] = []
        self.arrived = asyncio.Semaphore(0)
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        self.bodies.append(await request.read())
        self.arrived.release()
        handler = self.handlers.pop(0) if len(self.handlers) > 1 else self.handlers[0]
        return await handler(request)

    @property
    def connections(self) -> int:
        """How many connections the requests came over."""
        return len({id(request.transport) for request in self.requests})


@contextlib.asynccontextmanager
async def serving(*handlers: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[Served]:
    served = Served(*handlers)
    app = web.Application(client_max_size=2**26)
    app.router.add_route("*", "/{path:.*}", served.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024, ssl_context=tls).start()
    served.url = f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield served
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def endpoint(url: str, *, max_body: int = 2**26, trust_env: bool = False) -> AsyncIterator[Endpoint]:
    asked = Endpoint(url, "sk-test", connections=64, max_body=max_body, trust_env=trust_env)
    try:
        yield asked
    finally:
        await asked.aclose()


# A request before the one that is looked at: the first goes through the openai package whole, the
# next ones do not, and both ways have to behave the same.
both_ways = pytest.mark.parametrize("before", [0, 1], ids=["first request", "later request"])


def ask(*handlers: Handler, before: int, max_body: int = 2**26, tries: int = 1) -> list[Answer | Exception]:
    """What a request, or several, after ``before`` good ones gives."""

    async def run() -> list[Answer | Exception]:
        async with serving(*[good] * before, *handlers) as served, endpoint(served.url, max_body=max_body) as asked:
            for _ in range(before):
                await asked.post(PATH, b"{}")
            return [await outcome(asked) for _ in range(tries)]

    return asyncio.run(run())


async def outcome(asked: Endpoint) -> Answer | Exception:
    try:
        async with asyncio.timeout(20):
            return await asked.post(PATH, b"{}")
    except openai.OpenAIError as error:
        return error


def cause_of(result: object) -> BaseException | None:
    assert isinstance(result, openai.APIConnectionError), result
    return result.__cause__


# --- what is sent ------------------------------------------------------------------------------


def test_later_requests_carry_exactly_what_the_openai_package_put_on_the_first() -> None:
    async def run() -> Served:
        async with serving(good) as served, endpoint(served.url) as asked:
            for _ in range(3):
                await asked.post(PATH, b'{"n": 1}')
        return served

    served = asyncio.run(run())
    first, *later = ({k.lower(): v for k, v in r.headers.items()} for r in served.requests)
    assert later == [first, first]
    assert first["authorization"] == "Bearer sk-test"
    assert first["content-type"] == "application/json"
    assert first["user-agent"].startswith("AsyncOpenAI")
    assert {r.path for r in served.requests} == {"/v1/chat/completions"}
    assert served.bodies == [b'{"n": 1}'] * 3


@both_ways
def test_a_request_of_several_megabytes_arrives_whole(before: int) -> None:
    body = json.dumps({"prompt": "x" * 5_000_000}).encode()

    async def run() -> bytes:
        async with serving(good) as served, endpoint(served.url) as asked:
            for _ in range(before):
                await asked.post(PATH, b"{}")
            await asked.post(PATH, body)
        return served.bodies[-1]

    assert asyncio.run(run()) == body


def test_a_user_name_in_the_base_url_is_sent_as_authorisation() -> None:
    async def run() -> Served:
        async with serving(good) as served, endpoint(served.url.replace("://", "://me:secret@")) as asked:
            for _ in range(2):
                await asked.post(PATH, b"{}")
        return served

    expected = "Basic " + base64.b64encode(b"me:secret").decode()
    assert [r.headers["Authorization"] for r in asyncio.run(run()).requests] == [expected] * 2


def test_cookies_of_the_server_are_not_sent_back() -> None:
    async def with_cookie(_: web.Request) -> web.StreamResponse:
        response = web.Response(body=GOOD, content_type="application/json")
        response.set_cookie("route", "1")
        return response

    async def run() -> Served:
        async with serving(with_cookie) as served, endpoint(served.url) as asked:
            await asked.get("/models")
            for _ in range(3):
                await asked.post(PATH, b"{}")
        return served

    assert [r.headers.get("Cookie") for r in asyncio.run(run()).requests] == [None] * 4


def test_files_are_uploaded_through_the_same_connections() -> None:
    async def run() -> tuple[bytes, str]:
        async def stored(_: web.Request) -> web.StreamResponse:
            return web.json_response(
                {"id": "file-1", "object": "file", "filename": "a", "bytes": 1, "purpose": "batch"}
            )

        async with serving(stored) as served, endpoint(served.url) as asked:
            file = await asked.client.files.create(file=("a.jsonl", b'{"a": 1}\n'), purpose="batch")
        return served.bodies[0], file.id

    body, file_id = asyncio.run(run())
    assert b'{"a": 1}\n' in body
    assert file_id == "file-1"


# --- what comes back ---------------------------------------------------------------------------


@both_ways
def test_headers_are_found_in_any_case(before: int) -> None:
    (answer,) = ask(good, before=before)
    assert isinstance(answer, Answer)
    assert answer.headers["x-ratelimit-remaining"] == answer.headers["X-RATELIMIT-REMAINING"] == "7"
    assert answer.body == GOOD


@both_ways
@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503, 529])
def test_an_error_status_comes_with_its_headers_and_body(before: int, status: int) -> None:
    async def refused(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text='{"error": {"message": "no"}}', headers={"Retry-After": "3"})

    results = ask(refused, good, before=before, tries=2)
    error = results[0]
    assert isinstance(error, openai.APIStatusError)
    assert error.status_code == status
    assert error.response.headers["retry-after"] == "3"
    assert json.loads(error.response.content) == {"error": {"message": "no"}}
    assert isinstance(results[1], Answer)  # an error leaves nothing behind


def _deflate(data: bytes) -> bytes:
    return zlib.compress(data)


def _brotli(data: bytes) -> bytes:
    if importlib.util.find_spec("brotli") is None:
        pytest.skip("brotli is not installed")
    import brotli

    return bytes(brotli.compress(data))


@both_ways
@pytest.mark.parametrize(("encoding", "encode"), [("gzip", gzip.compress), ("deflate", _deflate), ("br", _brotli)])
@pytest.mark.parametrize("status", [200, 503])
def test_a_compressed_body_is_decoded(
    before: int, encoding: str, encode: Callable[[bytes], bytes], status: int
) -> None:
    text = b'{"text": "' + b"ab" * 40_000 + b'"}'
    packed = encode(text)

    async def compressed(request: web.Request) -> web.StreamResponse:
        assert encoding in request.headers["Accept-Encoding"]
        return web.Response(body=packed, status=status, headers={"Content-Encoding": encoding})

    (result,) = ask(compressed, before=before)
    if isinstance(result, Answer):
        assert result.body == text
    else:
        assert isinstance(result, openai.APIStatusError)
        assert result.response.content == text


@both_ways
def test_a_redirect_is_followed_with_the_body(before: int) -> None:
    async def moved(request: web.Request) -> web.StreamResponse:
        raise web.HTTPPermanentRedirect(str(request.url.with_path("/v2/chat/completions")))

    async def run() -> Served:
        async with serving(*[good] * before, moved, good) as served, endpoint(served.url) as asked:
            for _ in range(before + 1):
                await asked.post(PATH, b'{"n": 1}')
        return served

    served = asyncio.run(run())
    assert served.requests[-1].path == "/v2/chat/completions"
    assert served.bodies[-1] == b'{"n": 1}'


# --- a body without end ------------------------------------------------------------------------


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):
        while True:
            await response.write(b" " * 65_536)
    return response


async def declared_long(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": str(2**40)})
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):
        while True:
            await response.write(b" " * 65_536)
    return response


BOMB = gzip.compress(b" " * 200_000_000, 1)


async def bomb(_: web.Request) -> web.StreamResponse:
    return web.Response(body=BOMB, headers={"Content-Encoding": "gzip"})


@both_ways
@pytest.mark.parametrize("handler", [endless, declared_long, bomb], ids=["endless", "declared", "gzip bomb"])
def test_a_body_without_end_is_cut_off_before_it_fills_the_memory(before: int, handler: Handler) -> None:
    tracemalloc.start()
    try:
        results = ask(handler, good, before=before, max_body=1_000_000, tries=2)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    error = cause_of(results[0])
    assert isinstance(error, BodyTooLarge)
    assert "longer than 1,000,000 bytes" in str(error)
    assert isinstance(results[1], Answer)
    assert peak < 20_000_000, "client and server together"


@both_ways
def test_a_body_of_exactly_the_limit_passes(before: int) -> None:
    async def long(_: web.Request) -> web.StreamResponse:
        return web.Response(body=b"x" * 300_000)

    (answer,) = ask(long, before=before, max_body=300_000)
    assert isinstance(answer, Answer)
    assert len(answer.body) == 300_000


# --- no answer ---------------------------------------------------------------------------------


@both_ways
def test_a_server_that_is_gone_is_told_as_no_connection(before: int) -> None:
    async def run() -> object:
        async with contextlib.AsyncExitStack() as server:
            served = await server.enter_async_context(serving(good))
            async with endpoint(served.url) as asked:
                for _ in range(before):
                    await asked.post(PATH, b"{}")
                await server.aclose()
                await asyncio.sleep(0.05)
                return await outcome(asked)

    error = cause_of(asyncio.run(run()))
    assert isinstance(error, httpx2.ConnectError)
    assert isinstance(error.__cause__, aiohttp.ClientConnectorError)


def test_a_host_that_nobody_knows_is_told_as_no_connection() -> None:
    async def run() -> object:
        async with endpoint("http://nobody.invalid/v1") as asked:
            return await outcome(asked)

    error = cause_of(asyncio.run(run()))
    assert isinstance(error, httpx2.ConnectError)
    assert "nobody.invalid" in str(error)


async def no_gzip(_: web.Request) -> web.StreamResponse:
    return web.Response(body=b"not compressed", headers={"Content-Encoding": "gzip"})


async def reset_at_once(request: web.Request) -> web.StreamResponse:
    return await bad.reset_at_once(request, {})


async def reset_in_body(request: web.Request) -> web.StreamResponse:
    return await bad.reset_in_body(request, {})


async def no_http(request: web.Request) -> web.StreamResponse:
    request.transport.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
    request.transport.close()
    return web.Response()


@both_ways
@pytest.mark.parametrize("handler", [reset_at_once, reset_in_body, no_http, no_gzip])
def test_what_breaks_on_the_way_is_told_as_that(before: int, handler: Handler) -> None:
    results = ask(handler, good, before=before, tries=2)
    error = cause_of(results[0])
    assert isinstance(error, httpx2.ReadError)
    assert isinstance(error.__cause__, aiohttp.ClientError | OSError)
    assert str(error)
    assert isinstance(results[1], Answer)


def test_a_connection_that_the_server_closed_while_idle_costs_no_request() -> None:
    async def run() -> Served:
        async with serving(good) as served, endpoint(served.url) as asked:
            for _ in range(3):
                await asked.post(PATH, b"{}")
                served.requests[-1].transport.close()
                await asyncio.sleep(0.02)
        return served

    served = asyncio.run(run())
    assert len(served.bodies) == 3


# --- connections -------------------------------------------------------------------------------


def test_connections_are_used_again() -> None:
    async def run() -> Served:
        async with serving(good) as served, endpoint(served.url) as asked:
            for _ in range(20):
                await asked.post(PATH, b"{}")
        return served

    assert asyncio.run(run()).connections == 1


def test_as_many_requests_are_in_flight_as_are_asked() -> None:
    together = 300

    async def run() -> None:
        everyone = asyncio.Barrier(together)

        async def waits_for_all(_: web.Request) -> web.StreamResponse:
            await everyone.wait()
            return await good(_)

        async with serving(waits_for_all) as served, endpoint(served.url) as asked, asyncio.timeout(20):
            await asyncio.gather(*(asked.post(PATH, b"{}") for _ in range(together)))

    asyncio.run(run())


@both_ways
@pytest.mark.parametrize("stage", ["before the headers", "in the body"])
def test_a_cancelled_request_closes_its_connection(before: int, stage: str) -> None:
    cancelled = 20

    async def run() -> int:
        ended = asyncio.Semaphore(0)

        async def slow(request: web.Request) -> web.StreamResponse:
            try:
                response = web.StreamResponse()
                if stage == "in the body":
                    await response.prepare(request)
                while not request.transport.is_closing():
                    if stage == "in the body":
                        await response.write(b" ")
                    await asyncio.sleep(0.01)
                return response
            finally:
                ended.release()

        async with (
            serving(*[good] * before, *[slow] * cancelled, good) as served,
            endpoint(served.url) as asked,
            asyncio.timeout(20),
        ):
            for _ in range(before):
                await asked.post(PATH, b"{}")
            tasks = [asyncio.create_task(asked.post(PATH, b"{}")) for _ in range(cancelled)]
            for _ in range(before + cancelled):
                await served.arrived.acquire()
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            for _ in range(cancelled):
                await ended.acquire()  # the server saw every one of them go
            await asked.post(PATH, b"{}")
        return sum(isinstance(r, asyncio.CancelledError) for r in results)

    assert asyncio.run(run()) == cancelled


def test_closing_ends_what_is_in_flight_and_leaves_nothing_open() -> None:
    async def run() -> list[object]:
        async def slow(request: web.Request) -> web.StreamResponse:
            return await bad.silent(request, {})

        async with serving(good, slow) as served:
            asked = Endpoint(served.url, "sk-test", connections=8, trust_env=False)
            await asked.post(PATH, b"{}")
            tasks = [asyncio.create_task(outcome(asked)) for _ in range(4)]
            for _ in range(5):
                await served.arrived.acquire()
            await asked.aclose()
            await asked.aclose()
            return [*await asyncio.gather(*tasks)]

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        results = asyncio.run(run())
        gc.collect()
    assert [type(cause_of(r)) for r in results] == [httpx2.ReadError] * 4
    assert [str(w.message) for w in caught if issubclass(w.category, ResourceWarning)] == []


def test_an_endpoint_that_asked_nothing_can_be_closed() -> None:
    asyncio.run(Endpoint("http://127.0.0.1:9/v1", "sk-test", connections=1).aclose())


def test_the_limit_of_open_files_is_raised_for_the_connections_asked() -> None:
    code = (
        "import resource; hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1];"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard));"
        "from builder.llm.transport import Endpoint; Endpoint('http://127.0.0.1:9/v1', 'k', connections=700);"
        "print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert int(done.stdout) >= 700


# --- proxies and certificates ------------------------------------------------------------------


def _set_proxy(monkeypatch: pytest.MonkeyPatch, value: str, no_proxy: str = "") -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("http_proxy", value)
    monkeypatch.setenv("no_proxy", no_proxy)


async def through(proxy: Served, *, trust_env: bool = True) -> object:
    async with endpoint("http://endpoint.invalid/v1", trust_env=trust_env) as asked:
        first = await outcome(asked)
        return first if isinstance(first, Exception) else await outcome(asked)


def test_the_proxy_of_the_environment_is_used_with_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> tuple[object, Served]:
        async with serving(good) as proxy:
            _set_proxy(monkeypatch, proxy.url.replace("http://", "http://me:secret@"))
            return await through(proxy), proxy

    answer, proxy = asyncio.run(run())
    assert isinstance(answer, Answer)
    assert [r.headers["Host"] for r in proxy.requests] == ["endpoint.invalid"] * 2
    expected = "Basic " + base64.b64encode(b"me:secret").decode()
    assert [r.headers["Proxy-Authorization"] for r in proxy.requests] == [expected] * 2


@pytest.mark.parametrize(("trust_env", "no_proxy"), [(False, ""), (True, "endpoint.invalid"), (True, ".invalid")])
def test_no_proxy_is_used_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch, trust_env: bool, no_proxy: str) -> None:
    async def run() -> tuple[object, Served]:
        async with serving(good) as proxy:
            _set_proxy(monkeypatch, proxy.url, no_proxy)
            return await through(proxy, trust_env=trust_env), proxy

    result, proxy = asyncio.run(run())
    assert isinstance(cause_of(result), httpx2.ConnectError)
    assert proxy.bodies == []


def test_a_proxy_of_another_kind_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> object:
        _set_proxy(monkeypatch, "socks5://me:secret@127.0.0.1:1080")
        async with endpoint("http://endpoint.invalid/v1", trust_env=True) as asked:
            return await outcome(asked)

    error = cause_of(asyncio.run(run()))
    assert isinstance(error, httpx2.ConnectError)
    assert "socks5" in str(error)
    assert "secret" not in str(error)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that only those trust who are told, with its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"),
            *("-keyout", str(path.with_name("key")), "-out", str(path)),
        ],
        check=True,
        capture_output=True,
    )
    path.write_bytes(path.read_bytes() + path.with_name("key").read_bytes())
    return path


@pytest.mark.parametrize("trusted", [False, True])
def test_a_certificate_is_verified(monkeypatch: pytest.MonkeyPatch, certificate: Path, trusted: bool) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)

    async def run() -> list[object]:
        async with serving(good, tls=tls) as served, endpoint(served.url, trust_env=True) as asked:
            return [await outcome(asked) for _ in range(2)]

    for result in asyncio.run(run()):
        if trusted:
            assert isinstance(result, Answer)
        else:
            error = cause_of(result)
            assert isinstance(error, httpx2.ConnectError)
            assert "certificate" in str(error).lower()
