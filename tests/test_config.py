"""A recipe is checked key by key, and its errors name the mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.config import Config, apply_overrides, dump_config, from_plain, load_recipe, to_plain
from builder.errors import ConfigError

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        ({"samplng": {}}, "unknown key 'samplng': did you mean 'sampling'?"),
        ({"sampling": {"set": 3}}, "unknown key 'sampling.set': did you mean 'sets'?"),
        ({"sampling": {"sets": "3"}}, "sampling.sets = '3': must be a whole number"),
        ({"sampling": {"sets": 0}}, "sampling.sets = 0: must be at least 1"),
        ({"sampling": {"sets": True}}, "sampling.sets = True: must be a whole number"),
        ({"sampling": {"two_topic_share": 2}}, "sampling.two_topic_share = 2.0: must be at most 1"),
        ({"voting": {"rule": "loose"}}, "voting.rule = 'loose': must be one of strict, faithful"),
        ({"seeds": [{"name": "a"}]}, "give 'path' (a local file) or 'hub'"),
        ({"seeds": [{"path": "a.jsonl"}]}, "[seeds[0]] needs the key 'name'"),
        ({"seeds": {"name": "a"}}, "write [[seeds]]"),
        ({"seeds": [{"name": "a/b", "path": "x"}]}, "letters, digits"),
        ({"seeds": [{"name": "a", "path": "x"}, {"name": "a", "path": "y"}]}, "two seed sources"),
        (
            {"model": {"name": "a"}, "models": {"score_2": {"name": "b"}, "score_3": {"name": "b"}}},
            "models.score_3: 'b' is the model of 'score_2' too",
        ),
        ({"model": {"name": "a"}, "models": {"score_2": {"base_url": "http://x/v1"}}}, "is the model of 'score' too"),
        ({"scoring": {"read": "token", "samples": 3}}, "with scoring.read = 'token' a judge has one verdict"),
        ({"models": {"scorer": {}}}, "unknown key 'models.scorer': did you mean 'score'?"),
        ({"sampling": 3}, "[sampling] must be a table"),
        ({"publish": {"version": "1.0"}}, "publish.version = '1.0': write X.Y.Z"),
    ],
)
def test_a_wrong_recipe_says_which_key_and_what_would_be_right(recipe: dict, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        from_plain(recipe)
    assert message in str(error.value)


@pytest.mark.parametrize("recipe", sorted((ROOT / "recipes").glob("*.toml")), ids=lambda p: p.stem)
def test_the_recipes_of_the_repository_are_valid(recipe: Path) -> None:
    assert load_recipe(recipe).seeds


def test_a_recipe_that_does_not_ask_for_solvability_is_the_one_that_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that came later and is off must not give published rows another recipe."""
    monkeypatch.setattr("builder.config.content_id", lambda name, plain: plain)
    off, on = (from_plain({"scoring": {"solvability": on}}).fingerprint["scoring"] for on in (False, True))
    assert "solvability" not in off
    assert on == off | {"solvability": True}


def test_a_judge_of_one_token_has_whole_replies_where_it_is_asked_in_words() -> None:
    config = from_plain({"scoring": {"read": "token", "temperature": 0.3, "max_tokens": 500}})
    assert (config.decoding("score").max_tokens, config.decoding("score").temperature) == (1, 0.0)
    words = config.decoding("score", in_words=True)
    assert (words.max_tokens, words.temperature) == (500, 0.3)
    assert Config().decoding("score", in_words=True) == Config().decoding("score")


def test_the_papers_values_are_the_defaults() -> None:
    config = Config()
    assert config.cooccurrence.diagonal_min == 5
    assert config.scoring.threshold == 0.85
    assert (config.solutions.samples, config.solutions.temperature, config.solutions.top_p) == (
        10,
        0.75,
        0.95,
    )
    assert (config.decontamination.question_ngram, config.decontamination.solution_ngram) == (20, 30)
    assert config.paraphrase.per_question == 0


def test_a_dumped_configuration_reads_back_as_itself(tmp_path: Path) -> None:
    config = from_plain(
        {
            "seeds": [{"name": "a", "path": "/data/x.jsonl", "limit": 3}],
            "models": {"score": {"name": "judge"}},
            "sampling": {"sets": 7},
        }
    )
    file = tmp_path / "run.toml"
    file.write_text(dump_config(config), encoding="utf-8")
    assert load_recipe(file) == config


def test_a_role_inherits_what_its_own_model_does_not_say() -> None:
    config = from_plain({"model": {"name": "big", "base_url": "http://a/v1"}, "models": {"score": {"name": "judge"}}})
    assert config.model_for("score").name == "judge"
    assert config.model_for("score").base_url == "http://a/v1"
    assert config.model_for("solve").name == "big"


def test_overrides_reach_tables_and_lists_and_keep_types() -> None:
    plain = apply_overrides(
        {"seeds": [{"name": "a", "path": "x"}]},
        [
            "sampling.sets=20",
            "seeds.0.path=y.jsonl",
            'publish.version="2.0.0"',
            "solutions.computations=mark",
        ],
    )
    config = from_plain(plain)
    assert config.sampling.sets == 20
    assert config.seeds[0].path == "y.jsonl"
    assert config.publish.version == "2.0.0"
    assert config.solutions.computations == "mark"


@pytest.mark.parametrize("override", ["sampling.sets", "=3", "seeds.4.path=x", "seeds=", "run.name.x=1"])
def test_a_malformed_override_is_refused(override: str) -> None:
    with pytest.raises(ConfigError):
        from_plain(apply_overrides({"seeds": [{"name": "a", "path": "x"}], "run": {"name": "r"}}, [override]))


@pytest.mark.parametrize(
    ("text", "message"),
    [("sampling = ", "not valid TOML"), ("[sampling]\nset = 3", "did you mean 'sets'?")],
)
def test_a_recipes_error_names_the_file(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "r.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_recipe(file)
    assert str(file) in str(error.value)
    assert message in str(error.value)


def test_a_missing_recipe_is_named() -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml does not exist"):
        load_recipe("nowhere.toml")


def test_paths_are_relative_to_the_recipe(tmp_path: Path) -> None:
    file = tmp_path / "r.toml"
    file.write_text('[[seeds]]\nname = "a"\npath = "sub/x.jsonl"\n', encoding="utf-8")
    assert load_recipe(file).seeds[0].path == str(tmp_path / "sub" / "x.jsonl")


def test_the_fingerprint_covers_what_changes_the_result_and_nothing_else() -> None:
    base = {"seeds": [{"name": "a", "path": "/one/x.jsonl"}], "model": {"name": "m"}}
    same = [
        {"seeds": [{"name": "a", "path": "/other/x.jsonl"}], "model": {"name": "m"}},
        base | {"model": {"name": "m", "concurrency": 3, "base_url": "http://b/v1", "timeout": 3.0}},
        base | {"run": {"part_size": 9, "name": "z"}},
    ]
    other = [
        base | {"model": {"name": "n"}},
        base | {"run": {"seed": 9}},
        base | {"scoring": {"threshold": 0.9}},
        base | {"models": {"solve": {"name": "s"}}},
    ]
    fingerprint = from_plain(base).fingerprint
    assert [from_plain(r).fingerprint == fingerprint for r in same] == [True] * 3
    assert [from_plain(r).fingerprint == fingerprint for r in other] == [False] * 4


def test_no_key_is_part_of_a_configuration() -> None:
    model = to_plain(Config())["model"]
    assert "api_key" not in model
    assert model["api_key_env"] == "OPENAI_API_KEY"


def test_judges_are_the_common_one_and_those_that_are_named() -> None:
    plain = {"model": {"name": "a"}, "models": {"score_2": {"name": "b"}, "write": {"name": "c"}}}
    config = from_plain(plain)
    assert config.judges == ("score", "score_2")
    assert [config.decoding(judge).model for judge in config.judges] == ["a", "b"]
    assert from_plain({}).judges == ("score",)
