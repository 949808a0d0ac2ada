"""The index in use is exchanged while serving, and only for one that fits."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from actions import knowledge
from knowledge_base import index
from knowledge_base.encoder.pretrain import new_encoder


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("encoder") / "plain"
    new_encoder(buckets=1024, dimensions=16).save(str(folder), create_model_card=False)
    return str(folder)


@pytest.fixture(scope="module")
def built(encoder: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    index.build(folder, encoder)
    return folder


@pytest.fixture
def data_dir(built: Path, tmp_path: Path) -> Path:
    """A data folder of the test's own, to break."""
    return Path(shutil.copytree(built, tmp_path / "data"))


@pytest.fixture(autouse=True)
def in_use(data_dir: Path, encoder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What these tests put in use is gone after them."""
    monkeypatch.setattr(knowledge, "_current", None)
    knowledge.open_searcher(data_dir, encoder)


def test_without_a_new_index_nothing_changes(data_dir: Path, encoder: str) -> None:
    before = knowledge.current()
    assert not knowledge.refresh(data_dir, encoder)
    assert knowledge.current() is before


def test_a_new_index_is_taken_over_in_one_step(data_dir: Path, encoder: str) -> None:
    before = knowledge.current()
    assert index.build(data_dir, encoder, force=True)
    assert knowledge.refresh(data_dir, encoder)
    after = knowledge.current()
    assert after.searcher is not before.searcher
    assert knowledge.search("паспорт").results
    assert before.searcher.search("паспорт").results, "answers under way finish with what they began with"
    assert not knowledge.refresh(data_dir, encoder)


def test_a_broken_index_is_refused_and_the_former_stays(data_dir: Path, encoder: str) -> None:
    before = knowledge.current()
    index.build(data_dir, encoder, force=True)
    (index.current(data_dir) / "vectors.faiss").write_bytes(b"nonsense")
    with pytest.raises(index.BrokenIndex, match="cannot be read"):
        knowledge.refresh(data_dir, encoder)
    assert knowledge.current() is before


def test_an_index_of_other_services_is_refused(data_dir: Path, encoder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = knowledge.current()
    index.build(data_dir, encoder, force=True)
    monkeypatch.setattr(index, "version_of", lambda encoder: "0" * 16)
    with pytest.raises(index.BrokenIndex, match="other service files"):
        knowledge.refresh(data_dir, encoder)
    assert knowledge.current() is before
