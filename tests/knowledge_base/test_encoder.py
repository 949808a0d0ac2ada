"""Our own encoder, and loading any other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from knowledge_base.encoder import embed, load_encoder
from knowledge_base.encoder.pretrain import new_encoder
from knowledge_base.index import BrokenIndex


def test_sentence_transformers_itself_loads_a_saved_encoder(plain_encoder: str) -> None:
    loaded = SentenceTransformer(plain_encoder, device="cpu", trust_remote_code=True)
    fresh = new_encoder(buckets=1024, dimensions=16)
    texts = ["как получить паспорт", "төлқұжат"]
    cosines = (loaded.encode(texts) * fresh.encode(texts)).sum(axis=1)
    assert (cosines > 0.999).all()  # the table is rounded to a byte a value


def test_vectors_have_length_one_and_the_promised_shape(plain_encoder: str) -> None:
    vectors = embed(load_encoder(plain_encoder, Path()), ["паспорт", "жеке куәлік"], "query")
    assert vectors.shape == (2, 16)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_text_without_words_is_the_zero_vector(plain_encoder: str) -> None:
    encoder = load_encoder(plain_encoder, Path())
    assert not embed(encoder, ["", "😀 ?!"], "query").any()
    assert embed(encoder, [], "passage").size == 0


def test_missing_kazakh_letters_change_nothing(plain_encoder: str) -> None:
    clean, bare = embed(
        load_encoder(plain_encoder, Path()), ["төлқұжат қалай алуға болады", "толкужат калай алуга болады"], "query"
    )
    assert clean @ bare > 0.99


def test_a_prompt_that_the_model_has_is_used(plain_encoder: str) -> None:
    encoder = load_encoder(plain_encoder, Path())
    encoder.prompts["query"] = "вопрос: "
    asked, told = embed(encoder, ["паспорт"], "query"), embed(encoder, ["паспорт"], "passage")
    assert not np.allclose(asked, told)
    assert np.allclose(asked, embed(encoder, ["вопрос: паспорт"], "passage"), atol=1e-6)


def test_our_own_encoder_comes_from_the_index(data_dir: Path, tmp_path: Path) -> None:
    assert load_encoder(None, data_dir).get_embedding_dimension() == 256
    with pytest.raises(BrokenIndex):
        load_encoder(None, tmp_path)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises((OSError, ValueError)):
        load_encoder(str(tmp_path / "empty"), tmp_path)
