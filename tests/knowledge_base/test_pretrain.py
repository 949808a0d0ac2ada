"""The general training, on a handful of texts."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from knowledge_base.encoder import WEIGHTS, corpora, load_encoder, pretrain

PAIRS = [
    (f"төлқұжат нөмірі {number} дайын болды бүгін таңертең", f"паспорт номер {number} готов") for number in range(40)
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Corpora in the form that `corpora.yaml` asks for."""
    for corpus in [one for kind in corpora.table().values() for one in kind]:
        path = tmp_path / "data" / corpus["file"]
        path.parent.mkdir(parents=True)
        sources = [*corpus.get("sources", []), "another"]
        with gzip.open(path, "wt", encoding="utf-8") as file:
            file.write("source\tkk\tru\n")
            for number, (kazakh, russian) in enumerate(PAIRS):
                file.write(f"{sources[number % len(sources)]}\t{kazakh}\t{russian}\n")
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"WORDS": 50, "BUCKETS": 256, "DIMENSIONS": 16, "BATCH": 16, "HELD_BACK": 10}.items():
        monkeypatch.setattr(pretrain, name, value)


def test_sources_whose_licence_is_not_named_stay_out(data: Path) -> None:
    texts = corpora.read(data)
    assert texts.rows["kkru_dictionaries/dict_kk_ru.tsv.gz"] == len(PAIRS) // 2
    assert texts.rows["kkru_law/law_561_kk_ru.tsv.gz"] == len(PAIRS)


def test_every_corpus_names_its_origin_and_licence() -> None:
    for corpus in [one for kind in corpora.table().values() for one in kind]:
        assert corpus["what"]
        assert corpus["from"]
        assert corpus["licence"]


def test_training_writes_a_model_that_loads_with_a_card(data: Path, tmp_path: Path) -> None:
    said: list[str] = []
    pretrain.train(data, tmp_path / "model", steps=2, progress=said.append)
    assert "step 2 of 2" in said[-1]
    encoder = load_encoder(str(tmp_path / "model"), tmp_path)
    assert encoder.encode(["паспорт"]).shape == (1, 16)
    card = (tmp_path / "model" / "README.md").read_text("utf-8")
    assert all(corpus["file"] in card for kind in corpora.table().values() for corpus in kind)


def test_the_same_texts_give_the_same_weights(data: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        pretrain.train(data, tmp_path / name, steps=2)
    one, two = (load_encoder(str(tmp_path / name), tmp_path).encode(["төлқұжат дайын"]) for name in ("one", "two"))
    assert (one == two).all()


def test_a_missing_corpus_is_named(data: Path, tmp_path: Path) -> None:
    (data / "kkru_law/law_561_kk_ru.tsv.gz").unlink()
    with pytest.raises(OSError, match="law_561"):
        pretrain.train(data, tmp_path / "model", steps=1)


def test_a_row_with_a_column_too_few_is_named(data: Path, tmp_path: Path) -> None:
    with gzip.open(data / "kkru_law/law_561_kk_ru.tsv.gz", "at", encoding="utf-8") as file:
        file.write("only one\n")
    with pytest.raises(ValueError, match="law_561"):
        corpora.read(data)


def test_the_committed_weights_know_that_two_languages_say_the_same(tmp_path: Path) -> None:
    encoder: SentenceTransformer = load_encoder(str(WEIGHTS), tmp_path)
    kazakh = encoder.encode(["зейнетақы төлемі", "балабақша кезегі", "жер телімін сатып алу", "некені бұзу"])
    russian = encoder.encode(
        ["выплата пенсии", "очередь в детский сад", "покупка земельного участка", "расторжение брака"]
    )
    assert (np.argmax(kazakh @ russian.T, axis=1) == np.arange(4)).all()


def test_the_committed_weights_keep_to_their_size() -> None:
    assert sum(path.stat().st_size for path in WEIGHTS.iterdir()) <= 32_000_000
