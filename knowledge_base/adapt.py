"""Adapting our own encoder to a knowledge base: questions are drawn to the texts of their service, away from others."""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from sentence_transformers import SentenceTransformer
from torch import nn

from knowledge_base.encoder import FoldedBag
from knowledge_base.passages import Passage

__all__ = ["adapt"]

SCALE = 20.0  # of the cosine before the softmax, as in MultipleNegativesRankingLoss
STEPS_A_SERVICE = 4  # with 96 services: recall@1 91 % of the development questions; twice as many bring 0.5 more
KEPT = 0.7  # share of pieces kept in a training text: an encoder that saw gaps minds typos and unknown words less


@contextmanager
def _one_thread() -> Iterator[None]:
    """The tensors are small: on a busy machine threads that wait for one another take five times as long as one."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@_one_thread()
def adapt(
    encoder: SentenceTransformer,
    passages: list[Passage],
    *,
    steps: int | None = None,
    batch: int = 128,
    rate: float = 0.003,
    seed: int = 2026,
    progress: Callable[[str], None] = lambda line: None,
) -> None:
    """Train `encoder` (a `FoldedBag`) in place with the symmetric in-batch softmax on pairs of one service's texts.

    A pair is a short text of a service (question, name, nickname) and another text of it, in either language, so that
    the two languages meet; or one section in both languages. Texts of the same service in a batch are no negatives
    of one another. Seeded: the same passages give the same weights. `steps` grow with the services where not given.
    """
    module = encoder[0]
    assert isinstance(module, FoldedBag)
    rows = [module.preprocess([passage.text])["input_ids"] for passage in passages]
    _weigh_by_rarity(module, rows)

    chance = random.Random(seed)  # noqa: S311  not for secrets
    generator = torch.Generator().manual_seed(seed)
    services = {service: number for number, service in enumerate(dict.fromkeys(one.service for one in passages))}
    short: dict[str, list[int]] = defaultdict(list)
    every: dict[str, list[int]] = defaultdict(list)
    for number, passage in enumerate(passages):
        if len(rows[number]):
            every[passage.service].append(number)
            if passage.kind != "section":
                short[passage.service].append(number)
    twins = _twins(passages)
    steps = steps or STEPS_A_SERVICE * len(services)

    module.embedding.sparse = True
    optimiser = torch.optim.SparseAdam(module.parameters(), lr=rate)
    names = list(services)
    for step in range(steps):
        pairs = []
        for _ in range(batch):
            if twins and chance.random() < 0.15:
                pairs.append(chance.choice(twins))
            else:
                service = chance.choice(names)
                pairs.append((chance.choice(short[service]), chance.choice(every[service])))
        owner = torch.tensor([services[passages[left].service] for left, _ in pairs])
        left, right = (_vectors(module, [rows[pair[side]] for pair in pairs], generator) for side in (0, 1))
        scores = SCALE * left @ right.T
        same = (owner[:, None] == owner[None, :]) & ~torch.eye(batch, dtype=torch.bool)
        scores = scores.masked_fill(same, -math.inf)
        target = torch.arange(batch)
        loss = (nn.functional.cross_entropy(scores, target) + nn.functional.cross_entropy(scores.T, target)) / 2
        optimiser.zero_grad()
        loss.backward()
        for group in optimiser.param_groups:
            group["lr"] = rate * (1 - step / steps)
        optimiser.step()
        if (step + 1) % 50 == 0 or step + 1 == steps:
            progress(f"adapting the encoder: step {step + 1} of {steps}, loss {loss.item():.3f}")
    module.embedding.sparse = False


def _weigh_by_rarity(module: FoldedBag, rows: list[torch.Tensor]) -> None:
    """Scale each bucket's vector by its inverse document frequency: "как" should start out lighter than "апостиль"."""
    counts = Counter(int(bucket) for row in rows for bucket in set(row.tolist()))
    with torch.no_grad():
        weight = torch.full((module.buckets,), math.log(1 + len(rows)))
        for bucket, count in counts.items():
            weight[bucket] = math.log((1 + len(rows)) / (1 + count)) + 0.1
        module.embedding.weight.mul_(weight[:, None] / math.log(1 + len(rows)))


def _twins(passages: list[Passage]) -> list[tuple[int, int]]:
    """Pairs of numbers of passages that say the same section in the two languages."""
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, passage in enumerate(passages):
        if passage.section:
            places[passage.service, passage.section].append(number)
    return [(numbers[0], numbers[1]) for numbers in places.values() if len(numbers) == 2]


def _vectors(module: FoldedBag, rows: list[torch.Tensor], generator: torch.Generator) -> torch.Tensor:
    """Vectors of texts, some of whose pieces are left out at random."""
    kept = [row[torch.rand(len(row), generator=generator) < KEPT] for row in rows]
    kept = [part if len(part) else row for part, row in zip(kept, rows, strict=True)]
    starts = torch.tensor([0, *map(len, kept)]).cumsum(0)[:-1]
    vectors: torch.Tensor = module({"input_ids": torch.cat(kept), "offsets": starts})["sentence_embedding"]
    return vectors
