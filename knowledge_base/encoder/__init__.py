"""Sentence encoders: our own small one, which needs no download, and any other of sentence-transformers."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

OWN = "jauap-folded-bag-2"  # the name of our own encoder's recipe; a change of the recipe is a new number
WEIGHTS = Path(__file__).parent / "weights"  # a model folder: what `jauap encoder train` made, before any adapting
Vectors = NDArray[np.float32]

__all__ = ["OWN", "WEIGHTS", "Vectors", "embed", "load_encoder"]


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
