"""Sentence encoders: our own small one, which needs no download, and any other of sentence-transformers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from zlib import crc32

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import InputModule
from torch import nn

from nlu.text.fold import fold

OWN = "jauap-folded-bag-1"  # the name of our own encoder's recipe; a change of the recipe is a new number
Vectors = NDArray[np.float32]

__all__ = ["OWN", "FoldedBag", "Vectors", "embed", "load_encoder", "new_encoder"]


def pieces(word: str) -> Iterator[str]:
    """A word whole, and its character 3- to 5-grams with the word's borders marked."""
    marked = f"<{word}>"
    yield marked
    for size in (3, 4, 5):
        yield from (marked[start : start + size] for start in range(len(marked) - size + 1) if len(marked) > size)


@lru_cache(maxsize=100_000)
def hashed(word: str, buckets: int) -> tuple[int, ...]:
    """The buckets of a folded word's pieces; crc32, since Python's own hash differs from run to run."""
    return tuple(crc32(piece.encode()) % buckets for piece in pieces(word))


class FoldedBag(InputModule):
    """Sum of vectors of the hashed words and character n-grams of a folded text, normalised to length 1.

    Folding (`nlu.text.fold`) makes missing Kazakh letters, Latin letters and look-alikes cost nothing; n-grams make
    endings and typos cost little. A text without a letter or digit becomes the zero vector.
    """

    modalities = ["text"]  # noqa: RUF012  the name and form that sentence-transformers asks for
    config_keys = ["buckets", "dimensions"]  # noqa: RUF012

    def __init__(self, buckets: int = 65_536, dimensions: int = 256) -> None:
        super().__init__()
        self.buckets, self.dimensions = buckets, dimensions
        self.embedding = nn.EmbeddingBag(buckets, dimensions, mode="sum")

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: Any) -> dict[str, torch.Tensor]:
        if prompt:
            inputs = self._prepend_prompt(list(inputs), prompt)
        rows = [[bucket for word in fold(text).split() for bucket in hashed(word, self.buckets)] for text in inputs]
        starts = np.cumsum([0, *map(len, rows)])[: len(rows)]
        return {
            "input_ids": torch.tensor([bucket for row in rows for bucket in row], dtype=torch.long),
            "offsets": torch.tensor(starts, dtype=torch.long),
        }

    def forward(self, features: dict[str, torch.Tensor], **_: Any) -> dict[str, torch.Tensor]:
        summed = self.embedding(features["input_ids"], features["offsets"], features.get("weights"))
        features["sentence_embedding"] = nn.functional.normalize(summed, dim=-1)
        return features

    @property
    def max_seq_length(self) -> float:
        return float("inf")

    def get_embedding_dimension(self) -> int:
        return self.dimensions

    def save(self, output_path: str, *_: Any, **__: Any) -> None:
        """Write configuration and weights; half precision costs nothing in the order of results and halves the file."""
        self.save_config(output_path)
        save_file({"weight": self.embedding.weight.detach().half()}, Path(output_path) / "model.safetensors")

    @classmethod
    def load(
        cls,
        model_name_or_path: str,
        subfolder: str = "",
        token: bool | str | None = None,
        cache_folder: str | None = None,
        revision: str | None = None,
        local_files_only: bool = False,
        init_defaults: dict[str, Any] | None = None,
        **_: Any,
    ) -> FoldedBag:
        config = cls.load_config(model_name_or_path, subfolder, None, token, cache_folder, revision, local_files_only)
        module = cls(**{**(init_defaults or {}), **config})
        weights = cls.load_torch_weights(model_name_or_path, subfolder, token, cache_folder, revision, local_files_only)
        module.load_state_dict({"embedding.weight": weights["weight"].float()})
        return module


def new_encoder(*, buckets: int = 65_536, dimensions: int = 256, seed: int = 2026) -> SentenceTransformer:
    """Our own encoder before it has seen any knowledge base: seeded random vectors."""
    module = FoldedBag(buckets, dimensions)
    with torch.no_grad():
        generator = torch.Generator().manual_seed(seed)
        module.embedding.weight.normal_(std=dimensions**-0.5, generator=generator)
    return SentenceTransformer(modules=[module], device="cpu")


def load_encoder(name_or_folder: str | None, data_dir: Path) -> SentenceTransformer:
    """The encoder that the setting `ENCODER` names: a sentence-transformers model, by name or folder.

    `None` is our own, as the index in use has adapted it. Raises `knowledge_base.index.BrokenIndex` where there is
    no such index, and `OSError` or `ValueError` where the named model cannot be found or read.
    """
    if name_or_folder is None:
        from knowledge_base.index import current

        name_or_folder = str(current(data_dir) / "encoder")
    # A module's class named in a local folder is code of ours, or of whoever may write here anyway; what comes from
    # a hub must do with sentence-transformers' own modules.
    local = Path(name_or_folder).is_dir()
    return SentenceTransformer(name_or_folder, device="cpu", local_files_only=local, trust_remote_code=local)


def embed(encoder: SentenceTransformer, texts: list[str], role: Literal["query", "passage"]) -> Vectors:
    """Vectors of length 1, one row a text, shape (texts, dimensions); uses the prompt that the model has for `role`."""
    encode = encoder.encode_query if role == "query" else encoder.encode_document
    vectors = encode(texts, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True)
    return np.ascontiguousarray(vectors, dtype=np.float32)
