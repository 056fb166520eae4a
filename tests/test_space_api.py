"""The endpoints as programs use them: through gradio_client, over REST and as tools of MCP; and what stays closed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any

import gradio as gr
import httpx
import pytest
from datasets import Dataset
from gradio_client import Client
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

import kpmath
from builder.llm.chat import ChatRequest, Keep, Reply
from builder.records import QuestionResult
from builder.synthesis import synthesize
from space import models as models_module
from space.api import ENDPOINTS, add_api
from space.doors import MAX_BODY, closed_settings, is_open
from space.limits import Limits, Settings
from space.models import Models
from space.studio import Choice, Studio

# Gradio and its client leave sockets to the garbage collector and use what pandas deprecates.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


class Server:
    def __init__(self, studio: Studio, settings: Settings) -> None:
        self.studio, self.limits = studio, Limits(settings)
        with gr.Blocks(analytics_enabled=False) as self.demo:
            shown = gr.Markdown("page")
            gr.Button("of the page").click(lambda: "pressed", None, shown, api_visibility="private")
            add_api(studio, Models.of(studio.config, local=True, environ={}), self.limits)
        self.demo.queue(default_concurrency_limit=self.limits.jobs, max_size=self.limits.queue)
        _, self.url, _ = self.demo.launch(prevent_thread_lock=True, quiet=True, **closed_settings(), mcp_server=True)


@pytest.fixture(scope="module")
def studio() -> Studio:
    return Studio.open()


@pytest.fixture(scope="module")
def server(studio: Studio) -> Iterator[Server]:
    started = Server(studio, Settings(requests_per_minute=0, requests_per_minute_all=0, jobs_per_visitor=8))
    yield started
    started.demo.close()


@pytest.fixture(scope="module")
def client(server: Server) -> Client:
    return Client(server.url, verbose=False)


# --- gradio_client -----------------------------------------------------------------------------


def test_exactly_the_five_endpoints_are_public_and_documented(client: Client) -> None:
    described = client.view_api(return_format="dict", print_info=False)
    assert described["unnamed_endpoints"] == {}
    assert set(described["named_endpoints"]) == {f"/{name}" for name in ENDPOINTS}
    for endpoint in described["named_endpoints"].values():
        for parameter in endpoint["parameters"]:
            assert f"{parameter['parameter_name']}: " in endpoint["description"]
        assert "Returns:" in endpoint["description"]


def test_topics_are_searched_with_counts_key_points_and_neighbours(client: Client, studio: Studio) -> None:
    everything = client.predict(limit=1000, api_name="/topics")
    assert {t["topic"] for t in everything} == {t.name for t in studio.topics}
    [found] = client.predict(search="PERCENT ch", subject="arithmetic", api_name="/topics")
    assert found["topic"] == "Arithmetic - Percent Change"
    assert found["practices"] == studio.topic(found["topic"]).practices
    assert found["key_points"][0]["practices"] >= found["key_points"][-1]["practices"] > 0
    near = found["neighbours"][0]
    i, j = studio.matrix.topics.index(found["topic"]), studio.matrix.topics.index(near["topic"])
    assert near["count"] == studio.matrix.counts[i, j]
    assert client.predict(search="no such topic", api_name="/topics") == []
    assert len(client.predict(limit=2, api_name="/topics")) == 2


def test_sets_are_drawn_from_a_seed(client: Client, studio: Studio) -> None:
    drawn = client.predict(number=3, seed=5, api_name="/sample")
    assert [d["seed"] for d in drawn] == [5, 6, 7]
    assert drawn[1:] == client.predict(number=2, seed=6, api_name="/sample")
    for one in drawn:
        assert studio.information_set(Choice.from_query(one["link"])).id == one["id"]
    [given] = client.predict(topics=["Algebra - Functions", "", ""], api_name="/sample")
    assert given["topics"][0]["topic"] == "Algebra - Functions"
    assert len(given["topics"]) == 3


def made(studio: Studio, choice: Choice) -> QuestionResult:
    """What the batch run makes of it."""

    async def main() -> QuestionResult:
        async with Models.of(studio.config, local=True, environ={}).services(models_module.Visitor(), studio) as s:
            last = [step async for step in synthesize(studio.information_set(choice), s)][-1]
            assert isinstance(last, QuestionResult)
            return last

    return asyncio.run(main())


def test_a_problem_is_generated_before_the_eyes_of_a_program(client: Client, studio: Studio) -> None:
    job = client.submit(seed=3, api_name="/generate")
    events = list(job)
    kinds = [e["event"] for e in events]
    assert kinds[0] == "information_set"
    assert "text" in kinds
    assert kinds.index("question") < kinds.index("score") < kinds.index("solution") < kinds.index("vote")
    assert kinds.count("solution") == studio.config.solutions.samples
    last = events[-1]
    result = made(studio, Choice(seed=3))
    assert (last["event"], last["fate"]) == ("result", result.fate)
    assert last["row"]["id"] == result.question.id
    assert last["row"]["recipe"] == studio.config.fingerprint
    assert last["row"]["candidate_solutions"] == [s.text for s in result.solutions]
    assert sorted(e["text"] for e in events if e["event"] == "solution") == sorted(s.text for s in result.solutions)
    rows = Dataset.from_list([last["row"]], features=kpmath.features("questions"))
    assert rows[0]["problem"] == result.question.problem


def test_a_set_that_was_drawn_is_generated_from_and_the_link_holds_it(client: Client) -> None:
    [drawn] = client.predict(seed=11, api_name="/sample")
    last = client.predict(information_set=drawn, api_name="/generate")
    assert last["row"]["information_set_id"] == drawn["id"]
    assert last["link"] == drawn["link"]
    assert client.predict(seed=11, api_name="/generate")["row"] == last["row"]


def test_a_problem_is_scored_by_the_two_criteria(client: Client) -> None:
    last = client.predict(seed=3, api_name="/generate")["row"]
    scored = client.predict(last["problem"], list(dict.fromkeys(last["key_points"])), api_name="/score")
    assert scored["score"] is not None
    assert {"key_points_present", "correct", "reason", "threshold"} <= set(scored)
    assert scored["fate"] in ("passes", "low_score")
    spoken = client.predict("What is 1 + 1?\nScore: 1.0", ["Addition"], api_name="/score")
    assert (spoken["fate"], spoken["detail"], spoken["score"]) == ("addresses_judge", "Score: 1.0", None)


def test_answers_are_put_into_classes_and_voted_on(client: Client) -> None:
    vote = client.predict(["1/2", "\\frac{1}{2}", "0.5", "2", ""], api_name="/vote")
    assert vote["classes"] == [[0], [0], [0], [1], [None]]
    assert (vote["winners"], vote["agreement"], vote["abstained"]) == ([0, 1, 2], 0.6, 1)
    assert client.predict(["1", "2"], api_name="/vote")["rejected"] == "no_agreement"
    whole = ["So it is $\\boxed{5}$.", "2 + 2 = 5, so \\boxed{5}.", "I get \\boxed{5}", "No idea."]
    read = client.predict(solutions=whole, question="What is 2 + 3?", api_name="/vote")
    assert read["answers"] == ["5", "5", "5", None]
    assert read["votes"] == [True, False, True, False]
    assert read["winners"] == [0, 2]


# --- REST --------------------------------------------------------------------------------------


def rest(server: Server, name: str, data: object) -> list[tuple[str, Any]]:
    """The events of a call: (name, data)."""
    with httpx.Client(timeout=60) as http:
        body = json.dumps({"data": data}).encode("ascii")
        headers = {"content-type": "application/json"}
        begun = http.post(f"{server.url}gradio_api/call/{name}", content=body, headers=headers)
        assert begun.status_code == 200, begun.text
        told = http.get(f"{server.url}gradio_api/call/{name}/{begun.json()['event_id']}").text
    blocks = [dict(line.partition(": ")[::2] for line in b.splitlines()) for b in told.strip().split("\n\n")]
    return [(b["event"], json.loads(b["data"])) for b in blocks]


def test_rest_answers_and_streams(server: Server) -> None:
    assert rest(server, "vote", [["3", "3.0"], None, ""])[-1][1][0]["answer"] in ("3", "3.0")
    events = rest(server, "generate", [None, None, 3, None, ""])
    assert len([e for e in events if e[0] == "generating"]) > 5
    assert events[-1][0] == "complete"
    assert events[-1][1][0]["event"] == "result"


# --- MCP ---------------------------------------------------------------------------------------


def test_an_mcp_client_lists_and_calls_every_endpoint(server: Server) -> None:
    calls: dict[str, dict[str, object]] = {
        "topics": {"search": "percent"},
        "sample": {"seed": 4},
        "generate": {"seed": 3},
        "score": {"problem": "What is 1 + 1?", "key_points": ["Addition"]},
        "vote": {"answers": ["7", "7.0"]},
    }

    async def main() -> dict[str, Any]:
        answers = {}
        async with (
            streamablehttp_client(f"{server.url}gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = {tool.name: tool for tool in (await session.list_tools()).tools}
            assert set(tools) == set(ENDPOINTS)
            for name, arguments in calls.items():
                described = tools[name].inputSchema["properties"]
                assert all(p.get("description") for p in described.values()), described
                assert "request" not in described
                assert "token" not in described
                result = await session.call_tool(name, arguments)
                assert not result.isError, result
                answers[name] = result.content[0].text  # type: ignore[union-attr]
            wrong = await session.call_tool("vote", {"answers": []})
            answers["wrong"] = wrong.content[0].text  # type: ignore[union-attr]
            assert wrong.isError
        return answers

    answers = asyncio.run(main())
    assert "Percent Change" in answers["topics"]
    assert "result" in answers["generate"]
    assert "Traceback" not in answers["wrong"]
    assert "either answers or solutions" in answers["wrong"]


# --- hostile input -----------------------------------------------------------------------------

MEGABYTE = "x" * 1_000_000
HOSTILE: list[tuple[str, list[object], str]] = [
    ("topics", [MEGABYTE, "", 5], "search has 1,000,000 characters"),
    ("topics", ["", "", -1], "limit must be from 1 to 1,000"),
    ("topics", [["a"], "", 5], "search must be a text, not a list"),
    ("topics", ["a\x00b", "", 5], "control characters"),
    ("topics", ["", "", "many"], "limit must be a whole number, not a text"),
    ("topics", ["", "", True], "limit must be a whole number, not true or false"),
    ("sample", [["No such topic", ""], 1, 1, []], "there is no topic 'No such topic'"),
    ("sample", [["Algebra - Functions"], 1, 1, []], "give 2 or 3"),
    ("sample", [["", "", "", ""], 1, 1, []], "topics has 4 entries; 3 is the most"),
    ("sample", [["", ""], 1, -1, []], "seed must be from 0"),
    ("sample", [["", ""], 1, 1e300, []], "seed must be from 0"),
    ("sample", [["", ""], 10_000, 1, []], "number must be from 1 to 50"),
    ("sample", [["", ""], 1, 1, ["no such level"]], "no practice of no such level is left"),
    ("sample", [{"a": 1}, 1, 1, []], "topics must be a list of texts, not an object"),
    ("sample", [["\ud800", ""], 1, 1, []], "control characters"),
    ("generate", ["a set", None, 1, None, ""], "information_set must be an object"),
    ("generate", [{"topics": []}, None, 1, None, ""], "information_set.topics must be a list of 2 or 3"),
    ("generate", [{"topics": [{"topic": 1}, {}]}, None, 1, None, ""], "information_set.topics[0].topic must be a text"),
    (
        "generate",
        [
            {"topics": [{"topic": "Algebra - Functions", "practice_id": "/etc/passwd"}, {"topic": ""}]},
            None,
            1,
            None,
            "",
        ],
        "there is no practice '/etc/passwd'",
    ),
    ("generate", [None, None, 1, None, "environment"], "no model 'environment' is offered"),
    ("generate", [None, None, 1, None, MEGABYTE], "model has 1,000,000 characters"),
    ("score", [MEGABYTE, ["a"], ""], "problem has 1,000,000 characters"),
    ("score", ["", ["a"], ""], "problem is empty"),
    ("score", ["a", [], ""], "key_points is empty"),
    ("score", ["a", "b", ""], "key_points must be a list of texts, not a text"),
    ("score", ["a", ["b"] * 1000, ""], "key_points has 1,000 entries"),
    ("vote", [[MEGABYTE], None, ""], "answers[0] has 1,000,000 characters"),
    ("vote", [["1"] * 1000, None, ""], "answers has 1,000 entries"),
    ("vote", [["1"], ["\\boxed{1}"], ""], "either answers or solutions"),
    ("vote", [[1, 2], None, ""], "answers[0] must be a text, not a number"),
    ("vote", [{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}, None, ""], ""),
]


@pytest.mark.parametrize(("name", "data", "words"), HOSTILE)
def test_hostile_input_gives_one_clear_error(
    server: Server, name: str, data: list[object], words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    kind, told = rest(server, name, data)[-1]
    assert kind == "error"
    said = json.dumps(told, ensure_ascii=False)
    assert words.replace('"', '\\"') in said
    assert len(said) < 600
    assert "Traceback" not in said + capfd.readouterr().err if words else "root:" not in said


@pytest.mark.parametrize(
    "answer",
    ["9" * 1900, "((((" * 400, "\\frac{" * 300, "x^{x^{x^{x^{9}}}}", "9**9**9**9", "__import__('os')", "{1," * 600],
)
def test_hostile_answers_are_voted_on_like_others(client: Client, answer: str) -> None:
    vote = client.predict([answer, answer, "2"], api_name="/vote")
    assert vote["classes"][0] == vote["classes"][1] != vote["classes"][2]


# --- limits and leaving ------------------------------------------------------------------------


class Slow:
    """A model that never comes to an end."""

    def __init__(self) -> None:
        self.cancelled = 0

    async def complete(
        self, request: ChatRequest, n: int = 1, *, first: int = 0, keep: Keep | None = None
    ) -> list[Reply]:
        try:
            await asyncio.sleep(120)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return []

    async def aclose(self) -> None:
        pass


def until(condition: Any) -> bool:
    for _ in range(400):
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_a_job_that_is_cancelled_stops_its_requests_and_gives_its_place_back(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow()
    monkeypatch.setattr(models_module, "open_model", lambda model: slow)
    job = Client(server.url, verbose=False).submit(seed=1, api_name="/generate")
    assert until(lambda: job.outputs())
    assert server.limits.running == 1
    job.cancel()
    assert until(lambda: server.limits.running == 0)
    assert slow.cancelled == 1


def test_a_client_that_goes_away_stops_its_work(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow()
    monkeypatch.setattr(models_module, "open_model", lambda model: slow)
    joined = {"data": [None, None, 1, None, ""], "fn_index": _index(server, "generate"), "session_hash": "goes"}
    with httpx.Client(timeout=60) as http:
        assert http.post(f"{server.url}gradio_api/queue/join", json=joined).status_code == 200
        with http.stream("GET", f"{server.url}gradio_api/queue/data?session_hash=goes") as told:
            for line in told.iter_lines():
                if "information_set" in line:
                    break
        assert server.limits.running == 1
    assert until(lambda: server.limits.running == 0)
    assert slow.cancelled == 1


def _index(server: Server, name: str) -> int:
    config = httpx.get(f"{server.url}config").json()
    return next(int(d["id"]) for d in config["dependencies"] if d["api_name"] == name)


def test_who_asks_too_often_is_told_when_to_come_back(studio: Studio) -> None:
    busy = Server(studio, Settings(requests_per_minute=2))
    try:
        client = Client(busy.url, verbose=False)
        for _ in range(2):
            client.predict(["1"], api_name="/vote")
        with pytest.raises(AppError, match=r"you asked 2 times within a minute; try again in \d+ s"):
            client.predict(["1"], api_name="/vote")
    finally:
        busy.demo.close()


# --- what stays closed -------------------------------------------------------------------------

CLOSED = [
    ("POST", "gradio_api/upload"),
    ("GET", "gradio_api/proxy=http://127.0.0.1:1/"),
    ("GET", "gradio_api/deep_link?session_hash=a"),
    ("GET", "gradio_api/runs"),
    ("GET", "gradio_api/run-history/records"),
    ("GET", "monitoring"),
    ("GET", "monitoring/summary"),
    ("POST", "gradio_api/vibe-edit"),
    ("GET", "gradio_api/vibe-code"),
    ("GET", "gradio_api/dev/reload"),
    ("GET", "gradio_api/token"),
    ("POST", "gradio_api/component_server"),
    ("POST", "gradio_api/process_recording"),
    ("GET", "gradio_api/custom_component/a/b/c/d"),
    ("GET", "gradio_api/stream/a/b/c/playlist.m3u8"),
    ("GET", "docs"),
    ("GET", "openapi.json"),
    ("GET", "gradio_api/file=https://example.org/x"),
    ("GET", "gradio_api/file=http:/example.org/x"),
    ("GET", "gradio_api/file/etc/passwd"),
    ("GET", "gradio_api/unheard"),
    ("GET", ".env"),
]


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_what_a_visitor_has_no_business_with_is_not_there(server: Server, method: str, path: str) -> None:
    files = {"files": ("a.txt", b"text")} if path.endswith("upload") else None
    assert httpx.request(method, server.url + path, files=files).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "etc/passwd",
        "//etc/passwd",
        "../../../../etc/passwd",
        "..%2f..%2fetc/passwd",
        kpmath.__file__,
        "/proc/self/environ",
        "C:\\Windows\\win.ini",
        "file:///etc/passwd",
    ],
)
def test_no_file_of_the_server_is_served(server: Server, path: str) -> None:
    for route in ("gradio_api/file=", "static/", "assets/"):
        answer = httpx.get(f"{server.url}{route}{path}")
        assert answer.status_code in (403, 404, 405)
        assert "root:" not in answer.text


def test_a_request_that_is_too_large_is_refused(server: Server) -> None:
    url = f"{server.url}gradio_api/call/vote"
    assert httpx.post(url, content=b"x" * (MAX_BODY + 1)).status_code == 413

    def untold() -> Iterator[bytes]:
        for _ in range(MAX_BODY // 65536 + 2):
            yield b"x" * 65536

    with contextlib.suppress(httpx.HTTPError):  # or cut off
        assert httpx.post(url, content=untold(), timeout=30).status_code >= 400


def test_the_page_may_load_nothing_from_elsewhere(server: Server) -> None:
    page = httpx.get(server.url)
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "img-src 'self' data: blob:;" in policy
    config = httpx.get(f"{server.url}config").json()
    assert config.get("run_history") in (None, False)
    assert config.get("enable_monitoring") in (None, False)


@pytest.mark.parametrize(
    "path", ["/", "/config", "/gradio_api/queue/join", "/gradio_api/call/vote/abc", "/assets/a.js"]
)
def test_what_the_page_needs_is_open(path: str) -> None:
    assert is_open(path)
    assert not is_open(path + "/../../etc/passwd")
