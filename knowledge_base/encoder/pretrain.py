"""The general training of our own encoder, before any knowledge base: carries `jauap encoder train`."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

from knowledge_base.encoder import OWN, corpora
from knowledge_base.encoder.bag import FoldedBag
from knowledge_base.encoder.contrast import contrast, garbled, one_thread
from knowledge_base.encoder.corpora import Corpora, Words

__all__ = ["new_encoder", "train"]

WORDS, BUCKETS, DIMENSIONS = 40_000, 65_536, 256
STEPS, BATCH, RATE = 1_500, 1_024, 0.003
WARM_UP = 50  # steps in which the rate grows to its full height
DROP, TYPOS, GAPS = 0.1, 0.05, 0.1  # shares of pieces left out, words mistyped, words left out
PARTS = 0.15  # share of pairs that are a part of a sentence and the whole
LONGEST = 60  # words of a text that are read
COMMON = 1e-4  # a word of this share of all words starts at 0.7 of a rare word's length (as SIF weighs, Arora 2017)
HELD_BACK = 1_000  # pairs of state bodies' sentences, of which the other language is looked for

Progress = Callable[[str], None]


def new_encoder(
    words: Sequence[str] = (), *, buckets: int = BUCKETS, dimensions: int = DIMENSIONS, seed: int = 2026
) -> SentenceTransformer:
    """Our own encoder before any training: seeded random vectors."""
    module = FoldedBag(words, buckets, dimensions)
    with torch.no_grad():
        generator = torch.Generator().manual_seed(seed)
        module.thaw().weight.normal_(std=dimensions**-0.5, generator=generator)
        module.thaw().weight[len(words) :] *= 0.3  # of a word's many n-grams each counts for less than the word
    return SentenceTransformer(modules=[module], device="cpu")


@one_thread()
def train(
    data: Path, output: Path, *, steps: int = STEPS, seed: int = 2026, progress: Progress = lambda line: None
) -> None:
    """Train on the corpora below `data` and write the model, with its card, to `output`.

    Pairs of Kazakh and Russian texts, and parts of sentences with the whole, are drawn together by the symmetric
    in-batch softmax. Seeded: the same texts give the same weights. Raises what `corpora.read` raises, and `OSError`
    where `output` cannot be written.
    """
    texts = corpora.read(data)
    chance = random.Random(seed)  # noqa: S311  not for secrets
    np.random.seed(seed)
    held = set(chance.sample(range(len(texts.judged)), HELD_BACK))
    judged = [texts.judged[number] for number in sorted(held)]
    known = {tuple(pair[0]) for pair in judged}
    pairs = [pair for pair in texts.pairs if tuple(pair[0]) not in known]
    counts = Counter(word for pair in pairs for side in pair for word in side)
    counts.update(word for words in texts.sentences for word in words)
    words = [word for word, _ in counts.most_common(WORDS)]
    encoder = new_encoder(words, buckets=BUCKETS, dimensions=DIMENSIONS, seed=seed)
    module = encoder[0]
    assert isinstance(module, FoldedBag)
    _lighten_common_words(module, counts)

    optimiser = torch.optim.SparseAdam(module.thaw().parameters(), lr=RATE)
    draw = _drawn(pairs, texts.sentences, chance)
    for step in range(steps):
        left, right = zip(*(next(draw) for _ in range(BATCH)), strict=True)
        kazakh, russian = (module(module.features(side, DROP))["sentence_embedding"] for side in (left, right))
        loss = contrast(kazakh, russian, _alike(right))
        optimiser.zero_grad()
        loss.backward()
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / WARM_UP) * (1 - step / steps)
        optimiser.step()
        if (step + 1) % 100 == 0 or step + 1 == steps:
            found = _found(module, judged)
            progress(f"step {step + 1} of {steps}, loss {loss.item():.3f}, translation found {100 * found:.1f} %")
    module.freeze()
    encoder.save(str(output), create_model_card=False)
    (output / "README.md").write_text(_card(texts, _found(module, judged), steps, seed), "utf-8")


def _lighten_common_words(module: FoldedBag, counts: Counter[str]) -> None:
    share = torch.tensor([counts[word] / counts.total() for word in module.words])
    weight = (COMMON / (COMMON + share)).sqrt().clamp(min=0.1)
    with torch.no_grad():
        module.thaw().weight[: len(weight)] *= weight[:, None]


def _drawn(
    pairs: Sequence[tuple[Words, Words]], sentences: Sequence[Words], chance: random.Random
) -> Iterator[tuple[Words, Words]]:
    while True:
        if chance.random() < PARTS:
            whole = chance.choice(sentences)
            length = max(3, int(len(whole) * chance.uniform(0.2, 0.6)))
            start = chance.randrange(len(whole) - length + 1)
            yield garbled(whole[start : start + length], chance, typos=TYPOS, gaps=GAPS), whole
        else:
            left, right = chance.choice(pairs)
            yield (
                garbled(left[:LONGEST], chance, typos=TYPOS, gaps=GAPS),
                garbled(right[:LONGEST], chance, typos=TYPOS, gaps=GAPS),
            )


def _alike(texts: Sequence[Words]) -> torch.Tensor:
    """Equal numbers for equal texts, which are no negatives of one another."""
    numbers: dict[tuple[str, ...], int] = {}
    return torch.tensor([numbers.setdefault(tuple(words), len(numbers)) for words in texts])


def _found(module: FoldedBag, pairs: Sequence[tuple[Words, Words]]) -> float:
    """The share of Kazakh sentences whose Russian translation is the nearest of all."""
    with torch.no_grad():
        kazakh, russian = (module(module.features(side))["sentence_embedding"] for side in zip(*pairs, strict=True))
        nearest = (kazakh @ russian.T).argmax(dim=1)
    return float((nearest == torch.arange(len(pairs))).float().mean())


def _card(texts: Corpora, found: float, steps: int, seed: int) -> str:
    """The model card."""
    lines = [
        "---",
        "library_name: sentence-transformers",
        "language: [ru, kk]",
        "tags: [sentence-transformers, sentence-similarity]",
        "---",
        f"# {OWN}",
        "",
        "Russian and Kazakh sentence vectors for searching public services, in any spelling: missing Kazakh letters",
        f"and Latin letters cost nothing. {WORDS:,} words and {BUCKETS:,} buckets of character n-grams,",
        f"{DIMENSIONS} dimensions, a byte a value. Load it with `SentenceTransformer(folder, trust_remote_code=True)`",
        "where `knowledge_base` can be imported. `jauap index` adapts it to the knowledge base; these are the weights",
        "before that.",
        "",
        f"Trained by `jauap encoder train --data DIR` on {date.today().isoformat()}: {steps:,} steps of {BATCH:,}",
        f"pairs, seed {seed}. Of {HELD_BACK:,} Kazakh sentences of state bodies that were held back, the Russian",
        f"translation is the nearest of all in {100 * found:.1f} %. What it does for the search: `docs/encoder.md`.",
        "",
        "| texts | rows | from | licence |",
        "| --- | --- | --- | --- |",
    ]
    for corpus in [one for kind in corpora.table().values() for one in kind]:
        rows = texts.rows[corpus["file"]]
        lines.append(f"| {corpus['what']} (`{corpus['file']}`) | {rows:,} | {corpus['from']} | {corpus['licence']} |")
    return "\n".join(lines) + "\n"
