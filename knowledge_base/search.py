"""Finding the service, and the section of it, that a question is about."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from knowledge_base import sections
from knowledge_base.decision import DECISION, Decider, Decision, Evidence
from knowledge_base.encoder import Vectors, embed
from knowledge_base.index import Index, open_index
from knowledge_base.lexical import Lexical
from knowledge_base.model import SectionName
from knowledge_base.passages import Passage
from nlu.text.language import identify
from nlu.text.normalise import normalise
from nlu.text.spelling import Spelling
from texts import Language

WEIGHTS = Path(__file__).parent / "fusion.yaml"
METHODS = ("dense", "characters", "bm25")
CANDIDATES = 1024  # passages that are looked at for each question
NEAREST = 3  # of a service's passages: one near passage may be chance, three are less likely so
WORD = re.compile(r"[^\W\d_]+(?:['’ʼ`´-][^\W\d_]+)*")
Scores = NDArray[np.float32]

logger = logging.getLogger(__name__)

__all__ = ["METHODS", "Hit", "Ranking", "SearchResult", "Searcher", "decision_file"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A service found. `section` is `None` where the question is about the service as a whole.

    `score` is the fused score in standard deviations above the mean of all services; only its order and distances
    mean something. `title` is the service's name in the language of the search.
    """

    service: str
    section: SectionName | None
    score: float
    title: str


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The hits, best first and one a service, and what to do with them.

    `has_subject` is False where the question is only about a section of what was talked of before: once section words,
    question words and fillers are gone, nothing remains, or beside a section's words nothing that names a service.
    "а сколько стоит?" has no subject; "сколько стоит паспорт" has one, and so has "рецепт борща", though unknown.
    """

    language: Language
    decision: Decision
    results: list[Hit] = field(default_factory=list)
    has_subject: bool = False


@dataclass(frozen=True, slots=True)
class Ranking:
    """Scores of one question before any decision; each array has a column a service.

    `nearest` is the cosine of each service's nearest passage, `foreign` that of the nearest examples that no service
    answers.
    """

    by_method: dict[str, Scores]
    fused: Scores
    nearest: Scores
    foreign: float


@dataclass(frozen=True, slots=True)
class Look:
    """A search, and what its decision rests on."""

    result: SearchResult
    ranking: Ranking
    evidence: Evidence


class Searcher:
    """Searches one opened index. Nothing changes after the start, so any number of threads may search at once."""

    def __init__(self, index: Index, decision: Path = DECISION) -> None:
        self.index = index
        self.services = list(index.names)
        number = {slug: column for column, slug in enumerate(self.services)}
        self._owner = np.array([number[passage.service] for passage in index.passages])
        self._starts = np.flatnonzero(np.diff(self._owner, prepend=-1))
        self._sections = {
            slug: {one.section for one in index.passages if one.service == slug} for slug in self.services
        }
        self._lexical = Lexical(index.passages)
        self._subjects = sections.Subjects(index.passages)
        self._spelling = Spelling(_vocabulary(index.passages))
        self._weights: dict[str, float] = yaml.safe_load(WEIGHTS.read_text("utf-8"))["weights"]
        self.decider = Decider(decision)

    @classmethod
    def open(cls, data_dir: Path, encoder: str | None = None) -> Searcher:
        """The searcher over the index in use. Raises `knowledge_base.index.BrokenIndex`."""
        decision = decision_file(data_dir, encoder)
        if encoder is not None and decision == DECISION:
            logger.warning("decisions are not calibrated for %s: run «jauap evaluate --calibrate»", encoder)
        return cls(open_index(data_dir, encoder), decision)

    def search(self, text: str, language: Language | None = None, limit: int = 5) -> SearchResult:
        """What the knowledge base has on `text`; `language` is identified where not given, Russian where undecided."""
        return self.look(text, language, limit).result

    def look(self, text: str, language: Language | None = None, limit: int = 5) -> Look:
        """The same with all that speaks for it."""
        text = normalise(text)
        language = language or identify(text) or "ru"
        text = self._mended(text, language)
        words = sections.remainder(text)
        ranking = self.rank(text, language)
        order = np.argsort(-ranking.fused, kind="stable")
        evidence = self.evidence(ranking, words)
        decision = self.decider.decide(evidence, language)
        cue = sections.cue(text)
        if decision == "answer" and cue is None and self._subjects.shared(words):
            decision = "clarify"
        hits = [
            Hit(
                service=self.services[column],
                section=self._section(column, cue, ranking),
                score=round(float(ranking.fused[column]), 4),
                title=self.index.names[self.services[column]][language],
            )
            for column in order[:limit]
        ]
        has_subject = self._subjects.named_in(words) or (bool(words) and cue is None)
        return Look(SearchResult(language, decision, hits, has_subject), ranking, evidence)

    def _mended(self, text: str, language: Language) -> str:
        """`text` with the words that the knowledge base knows in no form replaced by the known ones they stand for."""

        def mended(word: re.Match[str]) -> str:
            return word[0] if self._lexical.knows(word[0], language) else self._spelling.mend(word[0]) or word[0]

        return WORD.sub(mended, text)

    def section_of(self, text: str, language: Language | None = None) -> SectionName | None:
        """The section that `text` asks about, by its words alone; cues of both languages count, whatever `language`."""
        return sections.cue(normalise(text))

    def rank(self, text: str, language: Language) -> Ranking:
        """Scores of every service for a normalised text, by each method and fused."""
        vector = embed(self.index.encoder, [text], "query")
        nearest, dense = self._dense(vector)
        by_method = {
            "dense": dense,
            "characters": self._best(self._lexical.characters(text)),
            "bm25": self._best(self._lexical.bm25(text, language)),
        }
        foreign = np.sort(self.index.foreign @ vector[0])[-NEAREST:]
        return Ranking(by_method, self.fuse(by_method), nearest, float(foreign.mean()) if len(foreign) else 0.0)

    def _dense(self, vector: Vectors) -> tuple[Scores, Scores]:
        """For each service the cosine of its nearest passage, and the mean of its `NEAREST` nearest.

        Passages that are not among the `CANDIDATES` nearest of all count as the last of these.
        """
        found, rows = self.index.vectors.search(vector, min(CANDIDATES, self.index.vectors.ntotal))
        scores, owners = found[0][rows[0] >= 0], self._owner[rows[0][rows[0] >= 0]]
        by_service = np.argsort(owners, kind="stable")  # best first within a service
        owners, scores = owners[by_service], scores[by_service]
        place = np.arange(len(owners)) - np.searchsorted(owners, owners)
        best = np.full((len(self.services), NEAREST), scores.min() if len(scores) else 0.0, dtype=np.float32)
        kept = place < NEAREST
        best[owners[kept], place[kept]] = scores[kept]
        return best[:, 0], best.mean(axis=1)

    def _best(self, passages: Scores) -> Scores:
        """The best score of each service's passages."""
        return np.maximum.reduceat(passages, self._starts)

    def fuse(self, by_method: dict[str, Scores], weights: dict[str, float] | None = None) -> Scores:
        """Weighted mean of the methods' scores, each standardised over the services first."""
        weights = weights or self._weights
        total = sum(weights[name] * _standardised(by_method[name]) for name in METHODS)
        return np.asarray(total / sum(weights.values()), dtype=np.float32)

    def reweigh(self, weights: dict[str, float]) -> None:
        """Fuse with other weights from now on: for tuning, before any other thread searches."""
        self._weights = dict(weights)

    def evidence(self, ranking: Ranking, words: list[str]) -> Evidence:
        """What the decision rests on; `words` are the question's words without cues and fillers."""
        order = np.argsort(-ranking.fused, kind="stable")
        best = order[0]
        return Evidence(
            dense=float(ranking.by_method["dense"][best]),
            foreign=ranking.foreign,
            characters=float(ranking.by_method["characters"][best]),
            coverage=self._subjects.coverage(words),
            margin=float(ranking.fused[best] - ranking.fused[order[1]]) if len(order) > 1 else 1.0,
        )

    def _section(self, column: int, cue: SectionName | None, ranking: Ranking) -> SectionName | None:
        """The section that the words point to, if this service has it; the other way where it lacks the one asked for.

        Who asks for a way that does not exist (online, say) learns from the other one how it is done.
        """
        has = self._sections[self.services[column]]
        if cue in has:
            return cue
        instead: dict[str, SectionName] = {"online": "in_person", "in_person": "online"}
        return instead[cue] if cue in instead and instead[cue] in has else None


def decision_file(data_dir: Path, encoder: str | None) -> Path:
    """Where the models of the decision are.

    Another encoder's cosines lie elsewhere than ours: `jauap evaluate --calibrate` writes a `decision.yaml` for it to
    the data folder.
    """
    calibrated = data_dir / "decision.yaml"
    return calibrated if encoder is not None and calibrated.exists() else DECISION


def _vocabulary(passages: list[Passage]) -> Iterator[tuple[str, int]]:
    """The words of the knowledge base, as often as they stand in it."""
    yield from Counter(word for passage in passages for word in WORD.findall(passage.text.lower())).items()


def _standardised(scores: Scores) -> Scores:
    spread = scores.std()
    return (scores - scores.mean()) / spread if spread > 1e-6 else np.zeros_like(scores)
