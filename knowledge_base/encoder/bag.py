"""Our own encoder's only module: a text as the sum of its folded words and their character n-grams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from sentence_transformers.base.modules import InputModule
from torch import nn

from nlu.text.fold import fold

__all__ = ["FoldedBag", "Int8Rows", "ngrams"]

SIZES = (3, 4, 5)  # of the n-grams
_WORDS_CACHED = 50_000  # words of which the piece numbers are kept


def ngrams(word: str) -> Iterator[str]:
    """A folded word whole, then its character 3- to 5-grams, with the word's borders marked.

    >>> list(ngrams("bala"))[:3]
    ['<bala>', '<ba', 'bal']
    """
    marked = f"<{word}>"
    yield marked
    for size in SIZES:
        yield from (marked[start : start + size] for start in range(len(marked) - size + 1) if len(marked) > size)


class Int8Rows(nn.Module):
    """A frozen table of vectors in one byte a value, each row with a scale of its own: a quarter of float's memory.

    Calling it sums rows as `nn.EmbeddingBag(mode="sum")` does.
    """

    codes: torch.Tensor  # int8, (rows, dimensions)
    scales: torch.Tensor  # float32, (rows,)

    def __init__(self, codes: torch.Tensor, scales: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("codes", codes)
        self.register_buffer("scales", scales)

    @classmethod
    def of(cls, weight: torch.Tensor) -> Int8Rows:
        """`weight` rounded: symmetric, the largest value of each row becomes 127."""
        scales = (weight.abs().amax(dim=1) / 127).clamp(min=1e-12)
        return cls((weight / scales[:, None]).round().to(torch.int8), scales)

    def floats(self) -> torch.Tensor:
        return self.codes.float() * self.scales[:, None]

    def forward(self, numbers: torch.Tensor, offsets: torch.Tensor) -> torch.Tensor:
        rows = self.codes[numbers].float() * self.scales[numbers][:, None]
        ends = torch.cat([offsets[1:], torch.tensor([len(numbers)])])
        return torch.segment_reduce(rows, "sum", lengths=ends - offsets, axis=0)


class FoldedBag(InputModule):
    """Sum of the vectors of a folded text's words and of their character n-grams, normalised to length 1.

    A known word has a vector of its own, an unknown one and every n-gram (`ngrams`) the vector of its hash bucket, as
    in fastText (Bojanowski et al. 2017, arXiv:1607.04606). Folding (`nlu.text.fold`) makes missing Kazakh letters,
    Latin letters and look-alikes cost nothing; n-grams make endings and typos cost little. A text without a letter
    or digit becomes the zero vector.

    The table is `Int8Rows` after loading; `thaw` makes it trainable floats, `freeze` bytes again.
    """

    modalities = ["text"]  # noqa: RUF012  the name and form that sentence-transformers asks for
    config_keys = ["buckets", "dimensions"]  # noqa: RUF012

    def __init__(self, words: Sequence[str] = (), buckets: int = 65_536, dimensions: int = 256) -> None:
        super().__init__()
        self.words, self.buckets, self.dimensions = list(words), buckets, dimensions
        self.table: nn.EmbeddingBag | Int8Rows = nn.EmbeddingBag(self.rows, dimensions, mode="sum", sparse=True)
        self._pieces: dict[str, NDArray[np.int64]] = {}

    @property
    def rows(self) -> int:
        return len(self.words) + self.buckets

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.words)}

    def pieces(self, word: str) -> NDArray[np.int64]:
        """The rows of a folded word's pieces, the word itself first; crc32, since Python's own hash differs by run."""
        known = self._pieces.get(word)
        if known is None:
            rows = [len(self.words) + crc32(piece.encode()) % self.buckets for piece in ngrams(word)]
            rows[0] = self._numbers.get(word, rows[0])
            known = np.array(rows, dtype=np.int64)
            if len(self._pieces) >= _WORDS_CACHED:
                self._pieces.clear()
            self._pieces[word] = known
        return known

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: Any) -> dict[str, torch.Tensor]:
        if prompt:
            inputs = self._prepend_prompt(list(inputs), prompt)
        return self.features([fold(text).split() for text in inputs])

    def features(self, texts: Sequence[Sequence[str]], drop: float = 0.0) -> dict[str, torch.Tensor]:
        """What `forward` needs for texts given as folded words.

        Each different word is summed once, however often it stands in `texts`. `drop` is the share of pieces left
        out at random (numpy's generator), never a word's last one.
        """
        order: dict[str, int] = {}
        words = [order.setdefault(word, len(order)) for text in texts for word in text]
        parts = [self.pieces(word) for word in order]
        numbers = np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
        lengths = np.fromiter(map(len, parts), dtype=np.int64, count=len(parts))
        offsets = np.cumsum(lengths) - lengths
        if drop and parts:
            kept = np.random.random(len(numbers)) >= drop
            kept[offsets] |= ~np.logical_or.reduceat(kept, offsets)
            lengths = np.add.reduceat(kept, offsets, dtype=np.int64)
            numbers, offsets = numbers[kept], np.cumsum(lengths) - lengths
        starts = np.cumsum([0, *map(len, texts)])[: len(texts)]
        return {
            "input_ids": torch.from_numpy(numbers),
            "piece_offsets": torch.from_numpy(offsets),
            "words": torch.tensor(words, dtype=torch.long),
            "offsets": torch.tensor(starts, dtype=torch.long),
        }

    def forward(self, features: dict[str, torch.Tensor], **_: Any) -> dict[str, torch.Tensor]:
        if len(features["words"]):
            words = self.table(features["input_ids"], features["piece_offsets"])
        else:
            words = torch.zeros(1, self.dimensions)
        summed = nn.functional.embedding_bag(features["words"], words, features["offsets"], mode="sum")
        features["sentence_embedding"] = nn.functional.normalize(summed, dim=-1)
        return features

    def thaw(self) -> nn.EmbeddingBag:
        """The table as floats that can be trained."""
        if isinstance(self.table, Int8Rows):
            self.table = nn.EmbeddingBag.from_pretrained(self.table.floats(), freeze=False, mode="sum", sparse=True)
        return self.table

    def freeze(self) -> None:
        """Round the table to bytes: what is saved, and what searching needs."""
        if not isinstance(self.table, Int8Rows):
            self.table = Int8Rows.of(self.table.weight.detach())

    @property
    def max_seq_length(self) -> float:
        return float("inf")

    def get_embedding_dimension(self) -> int:
        return self.dimensions

    def save(self, output_path: str, *_: Any, **__: Any) -> None:
        """Write configuration, words and the rounded table; rounding moves no cosine by more than some 0.01."""
        self.save_config(output_path)
        table = self.table if isinstance(self.table, Int8Rows) else Int8Rows.of(self.table.weight.detach())
        tensors = {"codes": table.codes, "scales": table.scales}
        save_file(tensors, Path(output_path) / "model.safetensors")
        (Path(output_path) / "words.txt").write_text("\n".join(self.words), "utf-8")

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
        place = (model_name_or_path, subfolder, token, cache_folder, revision, local_files_only)
        config = cls.load_config(model_name_or_path, subfolder, None, *place[2:])
        words = cls.load_file_path(model_name_or_path, "words.txt", *place[1:])
        if words is None:
            raise OSError(f"{model_name_or_path} has no words.txt")
        module = cls(Path(words).read_text("utf-8").split(), **{**(init_defaults or {}), **config})
        tensors = cls.load_torch_weights(*place)
        if tuple(tensors["codes"].shape) != (module.rows, module.dimensions):
            raise ValueError(f"{model_name_or_path} has a table of {tuple(tensors['codes'].shape)}")
        module.table = Int8Rows(tensors["codes"], tensors["scales"])
        return module
