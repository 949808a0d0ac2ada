"""What both trainings of our encoder share: the loss, and the harm done to texts so that harm is learnt to be borne."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import nn

__all__ = ["LETTERS", "contrast", "garbled", "mistyped", "one_thread"]

SCALE = 20.0  # of the cosine before the softmax, as sentence-transformers' MultipleNegativesRankingLoss has it
LETTERS = "abcdefghijklmnoprstuv"  # those of folded text
SHORTEST = 4  # letters of a word in which a slip is made


def contrast(
    left: torch.Tensor, right: torch.Tensor, owners: torch.Tensor, strangers: torch.Tensor | None = None
) -> torch.Tensor:
    """Symmetric in-batch softmax: row n of `left` belongs to row n of `right`, both (batch, dimensions), length 1.

    Rows with equal numbers in `owners`, shape (batch,), are no negatives of one another. `strangers`, shape
    (any, dimensions), belong to no row and are further negatives of `left`. The method is
    MultipleNegativesRankingLoss (Henderson et al. 2017, arXiv:1705.00652), in both directions.
    """
    scores = SCALE * left @ right.T
    same = (owners[:, None] == owners[None, :]) & ~torch.eye(len(owners), dtype=torch.bool)
    scores = scores.masked_fill(same, -math.inf)
    target = torch.arange(len(owners))
    forth = scores if strangers is None else torch.cat([scores, SCALE * left @ strangers.T], dim=1)
    return (nn.functional.cross_entropy(forth, target) + nn.functional.cross_entropy(scores.T, target)) / 2


def mistyped(word: str, chance: random.Random) -> str:
    """A folded word with one letter left out, put in, changed, or swapped with the next; the first one is kept."""
    if len(word) < SHORTEST:
        return word
    at = chance.randrange(1, len(word))
    slip = chance.choice(("leave out", "swap", "change", "put in"))
    if slip == "leave out":
        return word[:at] + word[at + 1 :]
    if slip == "swap":
        return word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
    return word[:at] + chance.choice(LETTERS) + word[at + (slip == "change") :]


def garbled(words: Sequence[str], chance: random.Random, *, typos: float, gaps: float) -> list[str]:
    """Folded words with a share of `typos` mistyped and, in texts of more than three, a share of `gaps` left out."""
    kept = [word for word in words if len(words) <= 3 or chance.random() >= gaps] or words
    return [mistyped(word, chance) if chance.random() < typos else word for word in kept]


@contextmanager
def one_thread() -> Iterator[None]:
    """The tensors are small: on a busy machine threads that wait for one another take five times as long as one."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
