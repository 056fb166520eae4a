"""An estimate against the run that it is of: within 15% before it, sharper as it goes on, exact after it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from builder import run as run_module
from builder.cli import main
from builder.config import Config, load_recipe
from builder.errors import BudgetReached
from builder.estimation.bill import Amount, Estimate
from builder.estimation.estimate import estimate
from builder.pipeline import Pipeline
from builder.records import LabelledPractice, QuestionResult
from builder.run import RunFolder
from builder.store import usage_by_role

ROOT = Path(__file__).resolve().parents[2]
PROCEDURAL = ('model.backend="procedural"', 'model.name="procedural-1"')
SYNTHESIS = ("write", "score", "solve")


def demo(*overrides: str) -> Config:
    return load_recipe(ROOT / "recipes" / "demo.toml", ["seeds.0.limit=120", "sampling.sets=120", *overrides])


def ran(config: Config, run: Path) -> Path:
    Pipeline(config, run).synthesize()
    return run


def tokens(run: Path) -> int:
    """Prompt and completion tokens that a run took."""
    return sum(u.prompt_tokens + u.completion_tokens for u in usage_by_role(RunFolder(run).completions))


def assert_honest(found: Estimate, run: Path) -> None:
    """Every count of the run lies in its range."""
    real = {u.role: u for u in usage_by_role(RunFolder(run).completions)}
    assert real.keys() == {r.role for r in found.roles}
    for role in found.roles:
        taken = real[role.role]
        for name in ("requests", "prompt_tokens", "completion_tokens"):
            expected = getattr(role.total, name)
            assert expected.low - 1 <= getattr(taken, name) <= expected.high + 1, f"{role.role} {name}"


def of(found: Estimate, role: str) -> Amount:
    return next(r for r in found.roles if r.role == role).to_pay


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, smaller, in parts of 40 sets."""
    return ran(demo("run.part_size=40"), tmp_path_factory.mktemp("demo") / "run")


@pytest.fixture
def nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening any model is a failure of the test."""

    def opened(*_: object, **__: object) -> None:
        raise AssertionError("a model was opened")

    monkeypatch.setattr(run_module, "open_model", opened)


# --- before the first call -----------------------------------------------------------------------


@pytest.mark.usefixtures("nobody_answers")
def test_the_demo_is_estimated_within_15_percent_and_inside_the_range(finished: Path, tmp_path: Path) -> None:
    found = estimate(demo(), tmp_path / "new")
    assert found.total.tokens.mid == pytest.approx(tokens(finished), rel=0.15)
    assert_honest(found, finished)
    assert found.total.cost is not None and found.total.cost.high == 0
    assert not (tmp_path / "new").exists()


def gsm8k(path: Path, data_dir: Path | None, rows: int) -> Path:
    """Rows with the columns that recipes/kpmath-g.toml maps."""
    if data_dir is not None:
        lines = (data_dir / "gsm8k_train.jsonl").read_text(encoding="utf-8").splitlines()[:rows]
    else:
        plain = (ROOT / "data" / "procedural_seeds.jsonl").read_text(encoding="utf-8").splitlines()[-rows:]
        read = map(json.loads, plain)
        lines = [json.dumps({"question": r["problem"], "answer": r["solution"]}) for r in read]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("paraphrases", [0, 2])
def test_kpmath_g_is_estimated_within_15_percent(tmp_path: Path, data_dir: Path | None, paraphrases: int) -> None:
    seeds = gsm8k(tmp_path / "gsm8k.jsonl", data_dir, 150)
    config = load_recipe(
        ROOT / "recipes" / "kpmath-g.toml",
        [
            *PROCEDURAL,
            'topics.embedder="lexical"',
            f"seeds.0.path={json.dumps(str(seeds))}",
            "sampling.sets=80",
            f"paraphrase.per_question={paraphrases}",
        ],
    )
    found = estimate(config, tmp_path / "new")
    run = ran(config, tmp_path / "run")
    assert found.total.tokens.mid == pytest.approx(tokens(run), rel=0.15)
    assert_honest(found, run)
    assert estimate(config, run).to_pay.tokens.high == 0


def test_every_judge_and_every_verdict_of_one_is_counted(tmp_path: Path) -> None:
    config = demo('models.score_2.name="procedural-2"', "scoring.samples=3", "scoring.temperature=0.5")
    found = estimate(config, tmp_path / "new")
    run = ran(config, tmp_path / "run")
    real = {(u.role, u.model): u for u in usage_by_role(RunFolder(run).completions)}
    assert {("score", "procedural-1"), ("score", "procedural-2")} <= real.keys()
    for role, model in (("score", "procedural-1"), ("score_2", "procedural-2")):
        expected, taken = of(found, role), real["score", model]
        assert expected.prompt_tokens.low <= taken.prompt_tokens <= expected.prompt_tokens.high
        assert expected.completion_tokens.low <= taken.completion_tokens <= expected.completion_tokens.high
        assert taken.replies == 3 * taken.requests
    results = list(RunFolder(run).read("questions", QuestionResult))
    scores = [r.score for r in results if r.score]
    assert {len(s.verdicts) for s in scores} == {6}
    assert {s.model for s in scores} == {"procedural-1 + procedural-2"}
    assert any(len({v.value for v in s.verdicts}) > 1 for s in scores)
    assert estimate(config, run).to_pay.tokens.high == 0


ASKING = ("scoring.solvability=true", "paraphrase.per_question=1", "run.part_size=40")


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small demo, where a judge is asked what can be solved, and with paraphrases."""
    return ran(demo(*ASKING), tmp_path_factory.mktemp("asking") / "run")


def checks(run: Path) -> int:
    return sum(r.solvability is not None for r in RunFolder(run).read("questions", QuestionResult))


def test_every_question_about_solvability_is_counted(asking: Path, tmp_path: Path) -> None:
    found = estimate(demo(*ASKING), tmp_path / "new")
    assert found.total.tokens.mid == pytest.approx(tokens(asking), rel=0.15)
    assert_honest(found, asking)
    real = next(u for u in usage_by_role(RunFolder(asking).completions) if u.role == "score")
    assert of(found, "score").requests.mid == pytest.approx(real.requests, rel=0.1)
    results = list(RunFolder(asking).read("questions", QuestionResult))
    passed = [r for r in results if r.score and (r.score.value or 0) >= 0.85]
    assert all((r.solvability is not None) == (r in passed) for r in results)
    assert sum(r.fate == "unsolvable" for r in results) > 0
    assert all(not r.solutions for r in results if r.fate == "unsolvable")


def test_nothing_is_left_to_pay_of_a_finished_run_that_asked(asking: Path) -> None:
    found = estimate(demo(*ASKING), asking)
    assert found.to_pay.tokens.high == 0
    assert found.total.tokens.mid == found.total.tokens.high == tokens(asking)


def test_to_ask_after_all_pays_for_these_questions_only(finished: Path, tmp_path: Path) -> None:
    settings = ("run.part_size=40", "scoring.solvability=true")
    shutil.copytree(finished, tmp_path / "run")
    before = {u.role: u for u in usage_by_role(RunFolder(tmp_path / "run").completions)}
    found = estimate(demo(*settings), tmp_path / "run")
    run = ran(demo(*settings), tmp_path / "run")
    taken = {u.role: u for u in usage_by_role(RunFolder(run).completions)}
    new = taken["score"].requests - before["score"].requests
    assert found.to_pay.requests.mid == of(found, "score").requests.mid == pytest.approx(checks(run), abs=0.5)
    assert new == pytest.approx(checks(run), abs=3)  # equal problems are asked about once
    for name in ("prompt_tokens", "completion_tokens"):
        more = getattr(taken["score"], name) - getattr(before["score"], name)
        assert getattr(of(found, "score"), name).mid == pytest.approx(more, rel=0.15), name
    assert taken["solve"] == before["solve"]
    assert estimate(demo(*settings), run).to_pay.tokens.high == 0
    off = estimate(demo("run.part_size=40"), run)  # what was not solved would be, and that is paid for already
    assert off.to_pay.requests.high == 0


def test_an_estimate_of_a_run_that_asks_sharpens_too(asking: Path, tmp_path: Path) -> None:
    widths = []
    for limit in (150, 400):
        config = demo(*ASKING, f"limits.max_requests={limit}")
        with pytest.raises(BudgetReached):
            ran(config, tmp_path / "run")
        total = estimate(config, tmp_path / "run").total.tokens
        assert total.low <= tokens(asking) <= total.high, limit
        widths.append(total.high - total.low)
    assert widths == sorted(widths, reverse=True)


def test_adaptive_sampling_lies_between_the_fewest_samples_and_all(tmp_path: Path) -> None:
    adaptive = demo('solutions.sampling="adaptive"')
    fixed, found = estimate(demo(), tmp_path / "a"), estimate(adaptive, tmp_path / "b")
    assert of(found, "solve").completion_tokens.low < 0.8 * of(fixed, "solve").completion_tokens.low
    highest = of(fixed, "solve").completion_tokens.high
    assert of(found, "solve").completion_tokens.high == pytest.approx(highest, rel=0.02)
    run = ran(adaptive, tmp_path / "run")
    assert found.total.tokens.mid == pytest.approx(tokens(run), rel=0.15)
    assert_honest(found, run)


def test_practices_that_bring_their_replies_give_the_runs_own_sets(finished: Path, tmp_path: Path) -> None:
    seeds = tmp_path / "labelled.jsonl"
    with seeds.open("w", encoding="utf-8") as stream:
        for row in RunFolder(finished).read("labels", LabelledPractice):
            plain = {"problem": row.practice.problem, "solution": row.practice.solution, "reply": row.reply}
            stream.write(json.dumps(plain) + "\n")
    config = load_recipe(
        ROOT / "recipes" / "kpmath-g.toml",
        [
            *PROCEDURAL,
            'topics.embedder="lexical"',
            f"seeds.0.path={json.dumps(str(seeds))}",
            *(f'seeds.0.{name}="{name}"' for name in ("problem", "solution", "reply")),
            "sampling.sets=50",
        ],
    )
    found = estimate(config, tmp_path / "new")
    assert [r.role for r in found.roles] == list(SYNTHESIS)
    run = ran(config, tmp_path / "run")
    # The prompts of the writer are the real ones: nothing about them is guessed.
    written = next(u for u in usage_by_role(RunFolder(run).completions) if u.role == "write")
    assert of(found, "write").prompt_tokens.mid == pytest.approx(written.prompt_tokens, rel=0.003)
    assert_honest(found, run)


# --- while it goes on, and after -----------------------------------------------------------------


def files(folder: Path) -> dict[str, tuple[int, bytes]]:
    """All files but those that any reader of a write-ahead log may touch."""
    paths = [p for p in folder.rglob("*") if p.is_file() and p.suffix not in (".sqlite-shm", ".sqlite-wal")]
    return {str(p): (p.stat().st_mtime_ns, p.read_bytes()) for p in paths}


@pytest.mark.usefixtures("nobody_answers")
def test_nothing_is_left_to_pay_of_a_finished_run_and_nothing_is_touched(finished: Path) -> None:
    before = files(finished)
    found = estimate(demo("run.part_size=40"), finished)
    assert found.total.tokens.mid == found.total.tokens.high == tokens(finished)
    assert found.to_pay.tokens.high == 0
    assert found.paid.requests.mid == sum(u.requests for u in usage_by_role(RunFolder(finished).completions))
    assert files(finished) == before


def test_an_estimate_sharpens_as_the_run_goes_on(finished: Path, tmp_path: Path) -> None:
    real, widths, left = tokens(finished), [], []
    for limit in (0, 60, 200, 350):
        config = demo("run.part_size=40", *([f"limits.max_requests={limit}"] if limit else []))
        if limit:
            with pytest.raises(BudgetReached):
                ran(config, tmp_path / "run")
        found = estimate(config, tmp_path / "run")
        total = found.total.tokens
        assert total.low <= real <= total.high, limit
        assert total.mid == pytest.approx(real, rel=0.15), limit
        assert found.paid.tokens.mid + found.to_pay.tokens.mid == pytest.approx(total.mid)
        widths.append(total.high - total.low)
        left.append(found.to_pay.tokens.mid)
    assert widths == sorted(widths, reverse=True)
    assert left == sorted(left, reverse=True)


def test_more_sets_pay_for_the_new_ones_only(finished: Path) -> None:
    found = estimate(demo("run.part_size=40", "sampling.sets=200"), finished)
    assert of(found, "write").requests.mid == 80
    assert {r.role for r in found.roles if r.to_pay.requests.mid == 0} == {"label"}


@pytest.mark.parametrize(
    ("override", "more"),
    [
        ("solutions.samples=10", (0, 0)),
        ("solutions.samples=15", (0.4, 0.6)),
        ("scoring.threshold=0.5", (0.01, 0.3)),  # questions that were not solved are
        ("scoring.threshold=0.95", (0, 0)),
    ],
)
def test_a_changed_gate_pays_for_the_difference(finished: Path, override: str, more: tuple[float, float]) -> None:
    found = estimate(demo("run.part_size=40", override), finished)
    paid = next(r.paid for r in found.roles if r.role == "solve").completion_tokens.mid
    assert more[0] * paid <= of(found, "solve").completion_tokens.mid <= more[1] * paid
    assert found.to_pay.requests.mid == of(found, "solve").requests.mid


def test_what_another_configuration_has_paid_for_is_not_counted_as_done(finished: Path) -> None:
    found = estimate(demo("run.part_size=40", "questions.temperature=1.0"), finished)
    assert of(found, "label").requests.mid == 0  # the practices are labelled all the same
    assert of(found, "write").requests.mid == 120
    assert found.paid.tokens.mid == tokens(finished)


def test_another_model_in_one_role_pays_for_that_role_and_what_was_paid_is_shown(finished: Path) -> None:
    roles = estimate(demo("run.part_size=40", 'models.solve.name="procedural-2"'), finished).roles
    solvers = [r for r in roles if r.role == "solve"]
    assert [r.model for r in solvers] == ["procedural-2", "procedural-1"]
    assert solvers[0].paid.requests.mid == 0 < solvers[0].to_pay.requests.mid
    assert solvers[1].paid.requests.mid > 0 == solvers[1].to_pay.requests.high


# --- money ---------------------------------------------------------------------------------------


def language_model(*overrides: str) -> Config:
    return demo('model.backend="openai"', 'model.name="somebody-7b"', *overrides)


def test_a_price_that_is_not_known_is_said_and_is_not_0(tmp_path: Path) -> None:
    found = estimate(language_model(), tmp_path / "run")
    assert found.total.cost is None and found.batch_cost is None
    assert any("price of somebody-7b is not known" in note and "limits.prices" in note for note in found.notes)
    assert found.plain()["total"]["cost"] is None


def test_money_is_tokens_times_the_users_prices(tmp_path: Path) -> None:
    table = tmp_path / "prices.toml"
    table.write_text('[[price]]\nmodels = ["somebody-*"]\nprompt = 2\ncompletion = 8\nbatch = 0.5\n', encoding="utf-8")
    found = estimate(language_model(f"limits.prices={json.dumps(str(table))}"), tmp_path / "run")
    total, cost = found.total, found.total.cost
    assert cost is not None and found.batch_cost is not None
    for bound in ("low", "mid", "high"):
        prompt, completion = getattr(total.prompt_tokens, bound), getattr(total.completion_tokens, bound)
        assert getattr(cost, bound) == pytest.approx((2 * prompt + 8 * completion) / 1e6)
    assert found.batch_cost.mid == pytest.approx(cost.mid / 2)


def test_the_cheapest_case_takes_what_prompts_share_from_the_endpoints_cache(tmp_path: Path) -> None:
    table = tmp_path / "prices.toml"
    table.write_text('[[price]]\nmodels = ["somebody-*"]\nprompt = 2\ncached = 0\ncompletion = 0\n', encoding="utf-8")
    found = estimate(language_model(f"limits.prices={json.dumps(str(table))}"), tmp_path / "run")
    label = of(found, "label")
    assert label.cost is not None
    assert label.cost.high == pytest.approx(2 * label.prompt_tokens.high / 1e6)
    # The system message of the labelling prompt is more than half of it.
    assert label.cost.low < 0.5 * 2 * label.prompt_tokens.low / 1e6


@pytest.mark.parametrize(
    ("overrides", "lowest", "highest"),
    [
        ((), 1, 1),  # OpenAI gives as many replies a request as are asked for
        (('model.base_url="http://localhost:1/v1"',), 1, 10),  # who knows
        (('model.base_url="http://localhost:1/v1"', "model.samples_per_request=4"), 3, 3),
    ],
)
def test_an_endpoint_may_give_one_reply_a_request(
    tmp_path: Path, overrides: tuple[str, ...], lowest: int, highest: int
) -> None:
    exact = ("scoring.threshold=0.0",)
    base = of(estimate(language_model(*exact), tmp_path / "run"), "solve")
    found = of(estimate(language_model(*exact, *overrides), tmp_path / "run"), "solve")
    assert found.requests.low == pytest.approx(lowest * base.requests.low)
    assert found.requests.high == pytest.approx(highest * base.requests.high)
    assert found.prompt_tokens.high == pytest.approx(highest * base.prompt_tokens.high)


def test_a_reply_is_no_longer_than_its_limit(tmp_path: Path) -> None:
    found = estimate(language_model("solutions.max_tokens=50"), tmp_path / "run")
    solve = of(found, "solve")
    assert solve.completion_tokens.high == pytest.approx(50 * 10 * solve.requests.high)


# --- the command ---------------------------------------------------------------------------------


def test_the_command_shows_a_table_and_what_it_rests_on(
    finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--set", "seeds.0.limit=120", "--set", "sampling.sets=120", "--run", str(finished)]
    assert main(["estimate", str(ROOT / "recipes" / "demo.toml"), *options]) == 0
    shown = capsys.readouterr().out
    for text in ("label", "solve", "paid already", "still to pay", "sharpened by replies of this run"):
        assert text in shown
    assert main(["estimate", str(finished), "--json"]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert plain["total"]["tokens"]["expected"] == tokens(finished)
    assert plain["to_pay"]["requests"] == {"low": 0, "expected": 0, "high": 0}
    assert [r["role"] for r in plain["roles"]] == ["label", *SYNTHESIS]
    assert main(["estimate", str(finished), "--quiet"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["no-such-recipe.toml"], "no-such-recipe.toml does not exist"),
        (["RECIPE", "--set", "seeds.0.path=no-such-seeds.jsonl"], "no-such-seeds.jsonl does not exist"),
        (["RECIPE", "--prices", "no-such-prices.toml"], "no-such-prices.toml does not exist"),
        (["RECIPE", "--set", "sampling.set=3"], "did you mean 'sets'?"),
    ],
)
def test_a_mistake_is_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    recipe = str(ROOT / "recipes" / "demo.toml")
    assert main(["estimate", *(recipe if a == "RECIPE" else a for a in arguments)]) in (2, 3)
    error = capsys.readouterr().err
    assert told in error and error.count("\n") == 1 and error.startswith("error: ")
