"""Adapting our own encoder to a knowledge base: questions are drawn to the texts of their service, away from others."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

from knowledge_base.encoder.bag import FoldedBag
from knowledge_base.encoder.contrast import contrast, garbled, one_thread
from knowledge_base.passages import Passage
from nlu.text.fold import fold

__all__ = ["adapt"]

STEPS_A_SERVICE = 4
DROP = 0.3  # share of pieces left out of a training text: an encoder that saw gaps minds typos and unknown words less
TYPOS = 0.05  # share of words mistyped in a training text
LONGEST = 120  # words of a section that are read at a time
TWINS = 0.15  # share of pairs that are one section in both languages

Words = list[str]


@one_thread()
def adapt(
    encoder: SentenceTransformer,
    passages: list[Passage],
    foreign: Sequence[str] = (),
    *,
    steps: int | None = None,
    batch: int = 128,
    strangers: int = 32,
    rate: float = 0.003,
    seed: int = 2026,
    progress: Callable[[str], None] = lambda line: None,
) -> None:
    """Train `encoder` (a `FoldedBag`) in place with the symmetric in-batch softmax on pairs of one service's texts.

    A pair is a short text of a service (question, name, nickname) and another text of it, in either language, so that
    the two languages meet; or one section in both languages. Texts of the same service in a batch are no negatives
    of one another; `strangers` of the `foreign` texts, about nothing that is known, are negatives of all. Seeded: the
    same texts give the same weights. `steps` grow with the services where not given.
    """
    module = encoder[0]
    assert isinstance(module, FoldedBag)
    table = module.thaw()
    chance = random.Random(seed)  # noqa: S311  not for secrets
    np.random.seed(seed)
    pairs = _Pairs(passages, chance)
    unknown = [words for words in (fold(text).split() for text in foreign) if words]

    def vectors(texts: Sequence[Words]) -> torch.Tensor:
        harmed = [garbled(text, chance, typos=TYPOS, gaps=0.0) for text in texts]
        return module(module.features(harmed, DROP))["sentence_embedding"]

    steps = steps or STEPS_A_SERVICE * len(pairs.services)
    optimiser = torch.optim.SparseAdam(table.parameters(), lr=rate)
    for step in range(steps):
        left, right, owners = zip(*(pairs.draw() for _ in range(batch)), strict=True)
        others = vectors(chance.choices(unknown, k=strangers)) if unknown else None
        loss = contrast(vectors(left), vectors(right), torch.tensor(owners), others)
        optimiser.zero_grad()
        loss.backward()
        for group in optimiser.param_groups:
            group["lr"] = rate * (1 - step / steps)
        optimiser.step()
        if (step + 1) % 50 == 0 or step + 1 == steps:
            progress(f"adapting the encoder: step {step + 1} of {steps}, loss {loss.item():.3f}")
    module.freeze()


class _Pairs:
    """Draws pairs of texts that belong together."""

    def __init__(self, passages: list[Passage], chance: random.Random) -> None:
        self.words: list[Words] = [fold(passage.text).split()[:LONGEST] for passage in passages]
        self.services = list(dict.fromkeys(passage.service for passage in passages))
        self._chance = chance
        self._number = {service: number for number, service in enumerate(self.services)}
        self._short: dict[str, list[Words]] = defaultdict(list)
        self._every: dict[str, list[Words]] = defaultdict(list)
        sections: dict[tuple[str, str], list[Words]] = defaultdict(list)
        for passage, words in zip(passages, self.words, strict=True):
            if words:
                self._every[passage.service].append(words)
                if passage.kind != "section":
                    self._short[passage.service].append(words)
                if passage.section:
                    sections[passage.service, passage.section].append(words)
        self._twins = [(service, texts) for (service, _), texts in sections.items() if len(texts) == 2]

    def draw(self) -> tuple[Words, Words, int]:
        """Two texts and the number of the service that they are about."""
        if self._twins and self._chance.random() < TWINS:
            service, (left, right) = self._chance.choice(self._twins)
        else:
            service = self._chance.choice(self.services)
            left, right = self._chance.choice(self._short[service]), self._chance.choice(self._every[service])
        return left, right, self._number[service]
