"""The index on disk: built beside, checked, switched to; a broken one is refused."""

from __future__ import annotations

import json
import os
from pathlib import Path

import faiss
import pytest

from knowledge_base import index
from knowledge_base.index import BrokenIndex
from knowledge_base.search import Searcher
from tests.knowledge_base.conftest import Files


@pytest.fixture
def built(tmp_path: Path, files: Files, plain_encoder: str) -> Path:
    data = tmp_path / "data"
    assert index.build(data, plain_encoder, folder=files.folder)
    return data


def test_unchanged_knowledge_builds_nothing(built: Path, files: Files, plain_encoder: str) -> None:
    said: list[str] = []
    before = index.current(built)
    assert not index.build(built, plain_encoder, folder=files.folder, progress=said.append)
    assert index.current(built) == before
    assert "up to date" in said[-1]


def test_force_builds_anew(built: Path, files: Files, plain_encoder: str) -> None:
    before = index.current(built)
    assert index.build(built, plain_encoder, force=True, folder=files.folder)
    assert index.current(built) != before
    assert index.is_current(built, plain_encoder, files.folder)


def test_changed_knowledge_gets_another_version(built: Path, files: Files, plain_encoder: str) -> None:
    before = index.current(built)
    files.add("third")
    assert not index.is_current(built, plain_encoder, files.folder)
    assert index.build(built, plain_encoder, folder=files.folder)
    assert index.current(built) != before
    assert set(index.open_index(built, plain_encoder).names) == {"first", "second", "third"}


def test_a_faulty_service_file_leaves_the_index_in_use(built: Path, files: Files, plain_encoder: str) -> None:
    before = index.current(built)
    files.add("third", fee=None)
    with pytest.raises(ExceptionGroup) as raised:
        index.build(built, plain_encoder, folder=files.folder)
    assert "trial/third.yaml: fee" in str(raised.value.exceptions[0])
    assert index.current(built) == before
    assert Searcher.open(built, plain_encoder).search("first").results


def test_a_failed_build_leaves_nothing_behind(built: Path, files: Files, tmp_path: Path) -> None:
    before = sorted(path.name for path in (built / "index").iterdir())
    with pytest.raises((OSError, ValueError)):
        index.build(built, str(tmp_path), folder=files.folder)
    assert sorted(path.name for path in (built / "index").iterdir()) == before


def test_only_the_index_in_use_and_the_one_before_are_kept(built: Path, files: Files, plain_encoder: str) -> None:
    for _ in range(3):
        index.build(built, plain_encoder, force=True, folder=files.folder)
    assert sum((path / "manifest.json").exists() for path in (built / "index").iterdir()) == 2


def test_what_a_killed_build_left_is_cleared_away(built: Path, files: Files, plain_encoder: str) -> None:
    old, young = built / "index" / ".building-old", built / "index" / ".building-young"
    old.mkdir()
    young.mkdir()
    os.utime(old, (0, 0))
    index.build(built, plain_encoder, force=True, folder=files.folder)
    assert not old.exists()
    assert young.exists()


def test_no_index_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(BrokenIndex, match="jauap index"):
        index.open_index(tmp_path)


def test_another_encoder_than_the_index_was_made_with_is_refused(built: Path) -> None:
    with pytest.raises(BrokenIndex, match="encoder"):
        index.open_index(built, "another/encoder")


def _edit_manifest(folder: Path, **changes: object) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda folder: (folder / "vectors.faiss").write_bytes(b"nonsense"), "cannot be read"),
        (lambda folder: (folder / "passages.jsonl").unlink(), "cannot be read"),
        (lambda folder: (folder / "manifest.json").write_text("{}"), "cannot be read"),
        (lambda folder: (folder / "passages.jsonl").write_text(""), "0 passages"),
        (lambda folder: faiss.write_index(faiss.IndexFlatIP(16), str(folder / "vectors.faiss")), "0 vectors"),
        (lambda folder: _edit_manifest(folder, format=0), "format"),
        (lambda folder: _edit_manifest(folder, version="0" * 16), "says that it is"),
        (lambda folder: _edit_manifest(folder, dimensions=8), "dimensions"),
        (lambda folder: _edit_manifest(folder, names={}), "unknown services"),
    ],
)
def test_a_damaged_index_is_refused_and_built_anew(
    built: Path, files: Files, plain_encoder: str, damage: object, why: str
) -> None:
    damage(index.current(built))  # type: ignore[operator]
    with pytest.raises(BrokenIndex, match=why):
        index.open_index(built, plain_encoder)
    assert index.build(built, plain_encoder, folder=files.folder)
    assert index.open_index(built, plain_encoder).passages


def test_the_same_knowledge_gives_the_same_vectors(searcher: Searcher, tmp_path: Path) -> None:
    index.build(tmp_path)
    again = index.open_index(tmp_path).vectors
    first = searcher.index.vectors
    assert (first.reconstruct_n(0, first.ntotal) == again.reconstruct_n(0, again.ntotal)).all()
