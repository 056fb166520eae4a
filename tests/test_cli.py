"""The command line as a person uses it: whole builds on the procedural model, and every kind of mistake."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import kpmath
from builder.cli import main
from builder.records import QuestionResult
from builder.run import RunFolder

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "data" / "procedural_seeds.jsonl"
SMALL = ["--set", "sampling.sets=40", "--set", "solutions.samples=5", "--set", "run.part_size=10"]


def build(folder: Path, *options: str) -> int:
    recipe = str(ROOT / "recipes" / "demo.toml")
    where = ["--run", str(folder / "run"), "--out", str(folder / "kpmath")]
    return main(["build", recipe, *where, *SMALL, "--json", *options])


def digest(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    assert build(folder) == 0
    return folder


def test_a_build_gives_a_dataset_with_every_configuration(built: Path) -> None:
    for config in ("default", "questions", "mpkp", "topics", "tcpm", "messages"):
        data = kpmath.load(config, path=built / "kpmath", split="train")
        assert len(data) > 0, config
    questions = kpmath.load("questions", path=built / "kpmath", split="train")
    assert len(questions) == 40
    fates = set(questions["fate"])
    assert "kept" in fates
    assert fates - {"kept"}, "rejected questions stay in the questions configuration"


def test_rows_walk_back_to_their_seeds(built: Path) -> None:
    row = kpmath.load(path=built / "kpmath", split="train")[0]
    practices = set(kpmath.load("mpkp", path=built / "kpmath", split="train")["id"])
    questions = set(kpmath.load("questions", path=built / "kpmath", split="train")["id"])
    assert set(row["practice_ids"]) <= practices
    assert row["question_id"] in questions
    assert row["model"] == "procedural-1"
    assert len(row["solution_prompt"]) == 32


def test_the_card_says_that_the_procedural_model_made_the_rows(built: Path) -> None:
    assert "procedural model" in (built / "kpmath" / "README.md").read_text(encoding="utf-8").lower()


def test_the_same_seed_gives_the_same_bytes_however_the_work_is_cut(built: Path, tmp_path: Path) -> None:
    assert build(tmp_path, "--set", "run.part_size=7") == 0
    assert digest(tmp_path / "kpmath") == digest(built / "kpmath")


def test_another_seed_gives_other_problems(built: Path, tmp_path: Path) -> None:
    assert build(tmp_path, "--set", "run.seed=2") == 0
    ours, theirs = (
        set(kpmath.load("questions", path=p / "kpmath", split="train")["problem"]) for p in (built, tmp_path)
    )
    assert len(ours & theirs) < len(ours) / 4


def test_a_second_build_asks_no_model_and_changes_nothing(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = digest(built / "kpmath")
    assert build(built) == 0
    summary = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert summary["usage"]["total"]["requests"] == 0
    assert digest(built / "kpmath") == before


def test_a_change_behind_the_replies_asks_no_model_again(
    built: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert build(tmp_path) == 0
    assert build(tmp_path, "--set", "voting.rule=faithful") == 0
    summary = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert summary["usage"]["total"]["requests"] == 0
    assert summary["usage"]["total"]["reused"] > 0


def test_status_report_sample_and_show_read_the_run(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = str(built / "run")
    assert main(["status", run, "--json"]) == 0
    stages = json.loads(capsys.readouterr().out)["stages"]
    assert all(s["complete"] for s in stages)
    assert main(["report", run, "--json"]) == 0
    files = [Path(f) for f in json.loads(capsys.readouterr().out)["files"]]
    assert any(f.suffix == ".png" for f in files)
    assert all(f.stat().st_size > 0 for f in files)
    assert main(["sample", run, "-n", "3", "--json"]) == 0
    sets = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [s["index"] for s in sets] == [0, 1, 2]
    assert all(2 <= len(s["topics"]) <= 3 for s in sets)
    assert main(["show", str(built / "kpmath"), "--rows", "1"]) == 0
    assert "problem" in capsys.readouterr().out


def test_the_summary_for_a_person_names_every_gate(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["publish", str(built / "run"), "--out", str(built / "again")]
    assert main(arguments) == 0
    shown = capsys.readouterr().out
    for words in (
        "information sets sampled",
        "problems written",
        "unique: published",
        "rejected:",
        "agreement",
        "pairs from",
    ):
        assert words in shown
    assert main([*arguments, "--quiet"]) == 0
    assert capsys.readouterr().out == ""


# --- practices with labels of their own --------------------------------------------------------

LABELLED = [
    (
        {"id": f"r{i}", "problem": f"Problem {i}: find $x$.", "solution": f"It is \\boxed{{{i}}}."}
        | {
            "reply": f"Topic 1: Algebra - Linear Equations\nKey Point 1: Isolate $x$\n"
            f"Topic 2: {('Arithmetic - Percentages', 'Geometry - Area')[i % 2]}\nKey Point 1: Compute it ({i})"
        }
    )
    for i in range(12)
]


@pytest.fixture
def labelled(tmp_path: Path, data_dir: Path | None) -> Path:
    if data_dir is not None:
        return data_dir / "labelled_practices.jsonl"
    file = tmp_path / "labelled.jsonl"
    file.write_text("".join(json.dumps(r) + "\n" for r in LABELLED), encoding="utf-8")
    return file


def test_topics_of_labelled_practices_need_no_model(
    labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ["--run", str(tmp_path / "run")]
    out = tmp_path / "knowledge"
    assert main(["topics", str(labelled), *run, "--out", str(out), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["practices"] == len(labelled.read_text(encoding="utf-8").splitlines())
    assert facts["unreadable"] == 0
    assert 0 < facts["topics"] <= facts["raw_topics"]
    assert {p.name for p in out.iterdir()} >= {"topics.parquet", "mpkp.parquet", "tcpm.parquet", "tcpm.png"}
    matrix = pq.read_table(out / "tcpm.parquet")
    assert matrix.column_names == ["topic_a", "topic_b", "count", "weight"]
    assert main(["sample", str(labelled), *run, "-n", "2"]) == 0
    assert "information set 1" in capsys.readouterr().out


# --- over HTTP -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    command = [sys.executable, "-m", "builder", "serve-model", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, line
        yield found.group()
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=20)


def test_a_build_over_http_gives_the_rows_of_the_embedded_model(built: Path, tmp_path: Path, endpoint: str) -> None:
    assert build(tmp_path, "--model", "procedural-1", "--base-url", endpoint) == 0
    ours, theirs = (
        kpmath.load(path=p / "kpmath", split="train").select_columns(["problem", "solution", "answer", "agreement"])
        for p in (built, tmp_path)
    )
    assert ours.to_list() == theirs.to_list()
    assert "procedural model" in (tmp_path / "kpmath" / "README.md").read_text(encoding="utf-8").lower()


def test_a_judge_of_one_token_scores_every_question_over_http_too(tmp_path: Path, endpoint: str) -> None:
    scores = {}
    for name, more in (("embedded", []), ("served", ["--model", "procedural-1", "--base-url", endpoint])):
        run = tmp_path / name
        command = ["synthesize", str(ROOT / "recipes" / "demo.toml"), "--run", str(run), "--quiet", *more]
        for setting in ("sampling.sets=20", "solutions.samples=3", "scoring.read=token"):
            command += ["--set", setting]
        assert main(command) == 0
        results = list(RunFolder(run).read("questions", QuestionResult))
        scores[name] = [r.score.value for r in results if r.question.rejected is None and r.score]
        assert sum(r.fate == "kept" for r in results) >= 5
        assert not {"unscored", "refused", "failed"} & {r.fate for r in results}
    assert scores["embedded"] == scores["served"]
    assert len(set(scores["served"])) > 3


def test_the_procedural_model_is_served_under_no_other_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve-model", "--name", "gpt"]) == 2
    assert "must begin with 'procedural'" in capsys.readouterr().err


GSM8K = [
    ("Ann has 12 boxes of 6 pens. She sells half of the pens at $2 each. How much does she earn?", 72),
    ("A train covers 180 miles in 3 hours. How many miles does it cover in 5 hours?", 300),
    ("Ben saves $15 a week for 8 weeks and spends $40. How much is left?", 80),
    ("A shirt of $40 is reduced by 25%. What is the new price in dollars?", 30),
    ("Of 60 children 2/3 are girls. How many boys are there?", 20),
    ("A farmer packs 96 eggs in cartons of 12 and sells each carton for $3. How much does he get?", 24),
]


def test_the_recipe_of_gsm8k_runs_end_to_end_over_http(
    tmp_path: Path, endpoint: str, data_dir: Path | None, capsys: pytest.CaptureFixture[str]
) -> None:
    seeds = tmp_path / "gsm8k.jsonl"
    if data_dir is not None:
        lines = (data_dir / "gsm8k_train.jsonl").read_text(encoding="utf-8").splitlines()[:80]
    else:
        lines = [
            json.dumps({"question": f"{q} (Version {k}.)", "answer": f"Working.\n#### {a}"})
            for k in range(5)
            for q, a in GSM8K
        ]
    seeds.write_text("\n".join(lines), encoding="utf-8")
    status = main(
        [
            *["build", str(ROOT / "recipes" / "kpmath-g.toml"), "--run", str(tmp_path / "run")],
            *["--out", str(tmp_path / "kpmath-g"), "--model", "procedural-1", "--base-url", endpoint],
            *["--set", "topics.embedder=lexical"],
            *["--set", f"seeds.0.path={seeds}", "--set", f"test_sets.0.path={seeds}"],
            *["--set", "sampling.sets=30", "--json"],
        ]
    )
    assert status == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["rows"]["questions"] == 30
    assert summary["rows"]["mpkp"] > 0
    assert summary["usage"]["total"]["requests"] > 0


def test_a_build_killed_at_any_time_goes_on_and_ends_with_the_same_bytes(built: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "builder", "build", "recipes/demo.toml", *SMALL]
    command += ["--run", str(tmp_path / "run"), "--out", str(tmp_path / "kpmath"), "--json"]
    store = tmp_path / "run" / "completions" / "main.sqlite"
    for wait in (0.0, 0.4, 0.8):
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            deadline = time.monotonic() + 60
            while not store.exists() and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.02)
            time.sleep(wait)
            process.kill()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    assert digest(tmp_path / "kpmath") == digest(built / "kpmath")


def test_ctrl_c_says_how_to_go_on(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "builder", "build", "recipes/demo.toml", "--set", "sampling.sets=5000"]
    command += ["--run", str(tmp_path / "run"), "--out", str(tmp_path / "kpmath")]
    # A shell that starts a job in the background lets its children ignore Ctrl-C.
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heed
    ) as process:
        store = tmp_path / "run" / "completions" / "main.sqlite"
        deadline = time.monotonic() + 60
        while not store.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the same command goes on from here" in errors
    assert "Traceback" not in errors
    assert not (tmp_path / "kpmath").exists()


# --- mistakes ------------------------------------------------------------------------------------


def seeds_file(tmp_path: Path, text: str) -> str:
    file = tmp_path / "seeds.jsonl"
    file.write_text(text, encoding="utf-8")
    return f"seeds.0.path={file}"


GOOD_ROW = '{"id": "a", "problem": "Find $1 + 1$.", "solution": "It is \\\\boxed{2}."}\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD_ROW + "{not json\n", "line 2: not valid JSON"),
        (GOOD_ROW + '{"problem": "x"}\n', "line 2: no field 'solution'"),
        (GOOD_ROW + '{"problem": " ", "solution": "s"}\n', "line 2: the field 'problem' is empty"),
        (GOOD_ROW + '{"problem": 3, "solution": "s"}\n', "line 2: the field 'problem' is int, not text"),
        ("[1, 2]\n", "line 1: must be an object"),
        ("", "the seeds hold no practice"),
        ('{"problem": "Find it.", "solution": "I cannot."}\n', "the seeds hold no practice"),
    ],
)
def test_a_bad_seed_file_is_named_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    assert build(tmp_path, "--set", seeds_file(tmp_path, text)) in (2, 3)
    errors = capsys.readouterr().err
    assert message in errors
    assert not (tmp_path / "kpmath").exists()


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (["--set", "sampling.set=3"], 2, "did you mean 'sets'?"),
        (["--set", "sampling.sets=many"], 2, "must be a whole number"),
        (["--set", "seeds.0.path=/nowhere/seeds.jsonl"], 3, "/nowhere/seeds.jsonl does not exist"),
        (["--set", "prompts.directory=/nowhere"], 2, "/nowhere does not exist"),
        (["--model", "", "--set", "model.name=''"], 2, "no model is named"),
        (["--model", "m", "--base-url", "http://127.0.0.1:9/v1", "--set", "model.max_retries=0"], 5, "127.0.0.1:9"),
    ],
)
def test_a_wrong_option_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], status: int, message: str
) -> None:
    assert build(tmp_path, *options) == status
    errors = capsys.readouterr().err
    assert message in errors
    assert errors.startswith("error: ")
    assert not (tmp_path / "kpmath").exists()


def test_a_run_of_which_nothing_is_left_publishes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # One sample cannot agree with another, so no vote is ever won.
    assert build(tmp_path, "--set", "solutions.samples=1", "--set", "sampling.sets=12") == 7
    errors = capsys.readouterr().err
    assert "no question of this run is left to publish" in errors
    assert "no_agreement" in errors
    assert not (tmp_path / "kpmath").exists()


def test_a_folder_that_is_not_ours_is_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "kpmath").mkdir()
    precious = tmp_path / "kpmath" / "thesis.txt"
    precious.write_text("mine", encoding="utf-8")
    assert build(tmp_path) == 7
    assert "not overwritten" in capsys.readouterr().err
    assert precious.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "/nowhere"], "/nowhere is no folder"),
        (["show", "{built}", "--config", "nope"], "there are default, questions"),
        (["show", "{built}", "--rows", "0"], "must be at least 1"),
        (["sample", "{run}", "-n", "0"], "must be at least 1"),
        (["build", "/nowhere.toml"], "/nowhere.toml does not exist"),
        (["build", "/nowhere.txt"], "give a recipe"),
        (["topics", "/nowhere.jsonl"], "/nowhere.jsonl does not exist"),
        (["serve-model", "--port", "99999"], "between 0 and 65535"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_do(
    built: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    places = {"{built}": str(built / "kpmath"), "{run}": str(built / "run")}
    assert main([places.get(a, a) for a in arguments]) == 2
    errors = capsys.readouterr().err
    assert errors.count("error: ") == 1
    assert message in errors


def test_publishing_a_run_that_is_not_synthesised_asks_no_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = str(ROOT / "recipes" / "demo.toml")
    assert main(["label", recipe, "--run", str(tmp_path / "run"), "--quiet"]) == 0
    assert main(["publish", str(tmp_path / "run"), "--out", str(tmp_path / "kpmath")]) == 6
    assert "is not complete: run 'build'" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["status", "report"])
def test_a_folder_without_a_run_is_named(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, str(tmp_path)]) == 2
    assert "is no run folder" in capsys.readouterr().err


def test_a_full_disk_ends_with_one_clear_line_and_nothing_half_written(tmp_path: Path) -> None:
    code = (
        "import resource, signal, sys\n"
        "from builder.cli import main\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    command = [sys.executable, "-c", code, "build", "recipes/demo.toml", *SMALL]
    command += ["--run", str(tmp_path / "run"), "--out", str(tmp_path / "kpmath")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=os.environ, check=False)
    assert done.returncode == 6, done.stderr
    assert "error: " in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "kpmath").exists()


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    text = capsys.readouterr().out
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in ("build", "label", "topics", "sample", "synthesize", "publish", "status", "report", "show"):
        assert command in text
        assert f"{command}" in readme
        with pytest.raises(SystemExit):
            main([command, "--help"])


def test_the_readmes_paths_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    tree = readme.split("## The tree")[1].split("## ")[0]
    names = re.findall(r"^ {4,6}([\w./-]+?)/? {2,}\S", tree, re.MULTILINE)
    folder = ROOT
    for line in tree.splitlines():
        name = re.match(r"^( {4,6})([\w./-]+)", line)
        if name is None:
            continue
        base = ROOT if len(name.group(1)) == 4 else folder
        path = base / name.group(2)
        assert path.exists(), f"README names {name.group(2)}, which does not exist"
        if len(name.group(1)) == 4 and path.is_dir():
            folder = path
    assert len(names) > 15
