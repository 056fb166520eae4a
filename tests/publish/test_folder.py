"""The dataset folder: put into place whole, never over what is not ours; grown without a change to what it has."""

from __future__ import annotations

from pathlib import Path

import pytest

import kpmath
from builder.errors import PublishError
from builder.publish.folder import keep_shards, partial_folder, publish_folder
from builder.publish.provenance import read_provenance
from tests.publish.sample import build


def test_a_finished_folder_takes_the_place_of_a_former_one(tmp_path: Path) -> None:
    build(tmp_path / "kpmath", questions=40, shard_bytes=8_000)
    build(tmp_path / "kpmath", questions=2)
    assert [p.name for p in tmp_path.iterdir()] == ["kpmath"]
    assert len(list((tmp_path / "kpmath/data/default").iterdir())) == len(
        [s for s in read_provenance(tmp_path / "kpmath").shards if s.config == "default"]
    )


def test_a_folder_without_a_card_is_not_put_into_place(tmp_path: Path) -> None:
    partial = partial_folder(tmp_path / "kpmath")
    (partial / "data").mkdir()
    with pytest.raises(PublishError, match="is not finished"):
        publish_folder(partial, tmp_path / "kpmath")
    assert not (tmp_path / "kpmath").exists()


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"thesis.tex": "years of work"}, "no dataset that KPMath made"),
        ({"README.md": "---\npretty_name: Other\n---\n"}, "no dataset that KPMath made"),
        (
            {"README.md": None, "data/notes.txt": "x", "thesis.tex": "years of work"},
            r"did not put there \(thesis.tex\)",
        ),
    ],
)
def test_what_is_not_ours_is_never_overwritten(tmp_path: Path, files: dict[str, str | None], message: str) -> None:
    build(tmp_path / "ours", questions=1)
    target = tmp_path / "kpmath"
    for name, text in files.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(text or (tmp_path / "ours/README.md").read_text())
    before = {p: p.read_bytes() for p in target.rglob("*") if p.is_file()}
    with pytest.raises(PublishError, match=message):
        partial_folder(target)
    with pytest.raises(PublishError, match=message):
        publish_folder(tmp_path / "ours", target)
    assert {p: p.read_bytes() for p in target.rglob("*") if p.is_file()} == before


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kpmath").write_text("a file")
    with pytest.raises(PublishError, match="is a file"):
        partial_folder(tmp_path / "kpmath")


def test_an_empty_folder_may_be_used(tmp_path: Path) -> None:
    (tmp_path / "kpmath").mkdir()
    assert (build(tmp_path / "kpmath", questions=1) / "README.md").is_file()


def test_what_an_interrupted_build_left_is_cleared(tmp_path: Path) -> None:
    left = partial_folder(tmp_path / "kpmath") / "data/default/train-00009.parquet"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    folder = build(tmp_path / "kpmath", questions=1)
    assert [p.name for p in (folder / "data/default").iterdir()] == ["train-00000.parquet"]


def test_a_process_that_died_between_the_two_renames_loses_nothing(tmp_path: Path) -> None:
    build(tmp_path / "kpmath", questions=1)
    (tmp_path / "kpmath").rename(tmp_path / "kpmath.old")
    partial_folder(tmp_path / "kpmath")
    assert kpmath.read_card(tmp_path / "kpmath").version == "1.0.0"


# --- taking over shards ------------------------------------------------------------------------


def test_shards_are_taken_over_byte_by_byte_and_stay_when_the_old_folder_goes(tmp_path: Path) -> None:
    old = build(tmp_path / "old", questions=8)
    shards = read_provenance(old).shards
    before = {s.file: (old / s.file).read_bytes() for s in shards}
    keep_shards(old, shards, tmp_path / "new")
    for file in before:
        (old / file).unlink()
    assert {f: (tmp_path / "new" / f).read_bytes() for f in before} == before


def test_a_shard_that_is_missing_or_cut_is_named(tmp_path: Path) -> None:
    old = build(tmp_path / "old", questions=8)
    shards = read_provenance(old).shards
    (old / shards[0].file).write_bytes(b"PAR1")
    with pytest.raises(PublishError, match=r"train-00000\.parquet has 4 bytes, not [\d,]+: get that version again"):
        keep_shards(old, shards, tmp_path / "new")
    (old / shards[0].file).unlink()
    with pytest.raises(PublishError, match=r"cannot take over .*No such file"):
        keep_shards(old, shards, tmp_path / "other")
