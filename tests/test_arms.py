"""The four arms of the paper's ablation, from the demo's seeds to votes on the procedural model."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from builder.ablation import Share, ablation
from builder.cli import main
from builder.config import load_recipe
from builder.pipeline import Pipeline
from builder.prompts import load_prompts
from builder.records import LabelledPractice, QuestionResult
from builder.run import RunFolder

RECIPE = Path(__file__).resolve().parent.parent / "recipes" / "demo.toml"
SETS = 24


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("arms")


@pytest.fixture(scope="module")
def arms(run: Path) -> dict[tuple[str, bool], list[QuestionResult]]:
    """Each arm's questions.  One run folder: labels and topics are made once, what depends on the arm anew."""
    found = {}
    for draw in ("tcpm", "random"):
        for key_points in (True, False):
            settings = [f"sampling.sets={SETS}", f"sampling.draw={draw}", f"sampling.key_points={key_points}".lower()]
            pipeline = Pipeline(load_recipe(RECIPE, [*settings, "solutions.samples=4"]), run)
            pipeline.synthesize()
            found[draw, key_points] = list(pipeline.folder.read("questions", QuestionResult))
    return found


def test_every_arm_gives_published_questions(arms: dict[tuple[str, bool], list[QuestionResult]]) -> None:
    for arm, results in arms.items():
        assert len(results) == SETS
        assert sum(r.fate == "kept" for r in results) >= SETS // 4, arm


def test_without_key_points_the_same_topics_and_practices_are_shown(
    arms: dict[tuple[str, bool], list[QuestionResult]],
) -> None:
    for draw in ("tcpm", "random"):
        for shown, bare in zip(arms[draw, True], arms[draw, False], strict=True):
            chosen = [[(t.topic, t.practice_id) for t in r.information_set.topics] for r in (shown, bare)]
            assert chosen[0] == chosen[1]
            assert shown.information_set.key_points
            assert not bare.information_set.key_points


def test_each_arm_is_written_and_judged_by_its_own_prompts(
    arms: dict[tuple[str, bool], list[QuestionResult]],
) -> None:
    prompts = load_prompts()
    for (_, key_points), results in arms.items():
        ending = "" if key_points else "_topics"
        assert {r.question.prompt_hash for r in results} == {prompts[f"question{ending}"].hash}
        assert {r.score.prompt_hash for r in results if r.score} == {prompts[f"score{ending}"].hash}


def test_topics_of_the_matrix_have_met_in_a_practice_and_random_ones_need_not(
    arms: dict[tuple[str, bool], list[QuestionResult]], run: Path
) -> None:
    practices = RunFolder(run).read("mpkp", LabelledPractice)
    met = {frozenset(pair) for p in practices for pair in itertools.combinations({t.topic for t in p.topics}, 2)}
    pairs = {
        draw: [frozenset(t.topic for t in r.information_set.topics[:2]) for r in arms[draw, True]]
        for draw in ("tcpm", "random")
    }
    assert sum(p in met or len(p) == 1 for p in pairs["tcpm"]) == SETS
    assert sum(p in met for p in pairs["random"]) < SETS / 2


def test_one_command_runs_the_arms_and_prints_what_each_retains(
    run: Path, arms: dict[tuple[str, bool], list[QuestionResult]], capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--set", f"sampling.sets={SETS}", "--set", "solutions.samples=4"]
    assert main(["ablation", str(RECIPE), "--run", str(run), "--json", *options]) == 0
    found = {(a["draw"], a["key_points"]): a for a in json.loads(capsys.readouterr().out)["arms"]}
    assert found.keys() == arms.keys()
    assert list(found)[-1] == ("tcpm", True)  # the recipe's own arm: its records stay in the folder
    for arm, results in arms.items():
        scores = [r.score.value for r in results if r.score and r.score.value is not None]
        retained, kept = found[arm]["retained"], found[arm]["kept"]
        assert (retained["count"], retained["of"]) == (sum(s >= 0.85 for s in scores), len(scores))
        assert (kept["count"], kept["of"]) == (sum(r.fate == "kept" for r in results), SETS)
        for share in (retained, kept):
            assert 0 <= share["low"] <= share["value"] <= share["high"] <= 1
    assert [r.information_set for r in RunFolder(run).read("questions", QuestionResult)] == [
        r.information_set for r in arms["tcpm", True]
    ]
    config = RunFolder(run).load_config()
    assert (config.sampling.draw, config.sampling.key_points) == ("tcpm", True)


def test_each_arm_asks_what_can_be_solved_where_the_recipe_says_so(
    run: Path, arms: dict[tuple[str, bool], list[QuestionResult]]
) -> None:
    settings = [f"sampling.sets={SETS}", "solutions.samples=4", "scoring.solvability=true"]
    found = list(ablation(load_recipe(RECIPE, settings), run))
    assert sum(arm.fates.get("unsolvable", 0) for arm in found) > 0
    for arm in found:
        before = arms[arm.draw, arm.key_points]
        enough = sum(r.score is not None and (r.score.value or 0) >= 0.85 for r in before)
        assert arm.retained.count == enough  # the score alone, as in the paper
        assert arm.kept.count <= sum(r.fate == "kept" for r in before)
        assert arm.kept.count + arm.fates.get("unsolvable", 0) >= sum(r.fate == "kept" for r in before)


def test_the_exact_interval_is_that_of_clopper_and_pearson() -> None:
    share = Share.out_of(9, 10)
    assert (share.low, share.high) == (pytest.approx(0.55498, abs=1e-5), pytest.approx(0.99747, abs=1e-5))
    assert Share.out_of(0, 20).low == 0
    assert Share.out_of(0, 20).high == pytest.approx(1 - 0.025 ** (1 / 20))


def test_arms_of_which_nothing_could_be_scored_are_not_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--set", "sampling.sets=3", "--set", "questions.max_tokens=5", "--quiet"]
    assert main(["ablation", str(RECIPE), "--run", str(tmp_path), *options]) != 0
    assert "could be scored" in capsys.readouterr().err
