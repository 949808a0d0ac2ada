"""Which section a question is about, and whether it names a subject: by words listed in `sections.yaml`."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from knowledge_base.model import SECTIONS, SectionName
from knowledge_base.passages import Passage
from nlu.text.fold import fold

CUES = Path(__file__).parent / "sections.yaml"
STEM = 5  # letters of a folded word that must agree for two forms of it to count as the same

__all__ = ["Subjects", "cue", "remainder", "stem", "stems"]


def cue(text: str) -> SectionName | None:
    """The section that the words of `text` point to, in either language; `None` where no cue stands in it.

    >>> cue("сколько стоит паспорт")
    'fee'
    """
    folded = fold(text)
    return next((section for section, pattern in _cues() if pattern.search(folded)), None)


def remainder(text: str) -> list[str]:
    """The folded words of `text` that are neither section cues nor fillers: what the question is about, if anything.

    >>> remainder("а сколько стоит?")
    []
    """
    folded = fold(text)
    for _, pattern in _cues():
        folded = pattern.sub(" ", folded)
    return [word for word in folded.split() if word not in _fillers()]


def stems(text: str) -> set[str]:
    """The beginnings of the words of `text` that say what it is about, but for the shortest."""
    return {stem(word) for word in remainder(text) if len(word) > 2}


def stem(word: str) -> str:
    """The beginning of a folded word, which its endings leave alone."""
    return word[:STEM]


class Subjects:
    """The words by which a knowledge base names its services.

    A word counts where it stands in a name or nickname, or where the example questions of one service use it
    often and those of the others hardly ever ("пароль" for the eGov account).
    """

    def __init__(self, passages: list[Passage]) -> None:
        self._services: dict[str, set[str]] = defaultdict(set)  # stem of a subject word → services named by it
        self._whole: set[frozenset[str]] = set()  # the names and nicknames, each as its stems
        asked: dict[str, Counter[str]] = defaultdict(Counter)
        for passage in passages:
            stems = {stem(word) for word in remainder(passage.text) if len(word) > 1}
            if passage.kind == "name":
                if len(stems) == len(fold(passage.text).split()):  # else a filler is part of the name
                    self._whole.add(frozenset(stems))
                for one in stems:
                    self._services[one].add(passage.service)
            elif passage.kind == "question":
                for one in stems:
                    asked[one][passage.service] += 1
        self._asked = frozenset(asked)
        for one, services in asked.items():
            service, most = services.most_common(1)[0]
            if most >= 3 and most >= 0.8 * services.total():
                self._services[one].add(service)

    def named_in(self, words: list[str]) -> bool:
        """Whether one of a question's words without cues and fillers (`remainder`) names something known."""
        return any(stem(word) in self._services for word in words)

    def shared(self, words: list[str]) -> bool:
        """Whether the words, all of them, name several services and are no service's whole name or nickname.

        "справка" alone may be either certificate; "прописка" alone is what one service is called, so it is that one.
        """
        stems = frozenset(map(stem, words))
        if not stems or stems in self._whole:
            return False
        return len(set.intersection(*(self._services.get(one, set()) for one in stems))) > 1

    def coverage(self, words: list[str]) -> float:
        """The share of the words that stand in some name, nickname or example question; 0 where there are no words."""
        known = [stem(word) in self._asked or stem(word) in self._services for word in words]
        return sum(known) / len(known) if known else 0.0


@lru_cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(CUES.read_text("utf-8"))
    if unknown := set(data["cues"]) - set(SECTIONS):
        raise ValueError(f"{CUES.name}: unknown section {', '.join(sorted(unknown))}")
    return data


@lru_cache
def _cues() -> list[tuple[SectionName, re.Pattern[str]]]:
    """A pattern for each section over folded text, whose words are parted by single spaces."""
    patterns = []
    for section, lists in _data()["cues"].items():
        phrases = {_phrase(phrase) for phrases in lists for phrase in phrases}
        longest_first = sorted(phrases, key=len, reverse=True)
        patterns.append((section, re.compile(rf"(?<!\S)(?:{'|'.join(longest_first)})(?!\S)")))
    return patterns


def _phrase(phrase: str) -> str:
    words = [(fold(word), word.endswith("*")) for word in phrase.split()]
    return " ".join(re.escape(folded) + (r"\S*" if any_ending else "") for folded, any_ending in words)


@lru_cache
def _fillers() -> frozenset[str]:
    return frozenset(word for words in _data()["fillers"] for filler in words for word in fold(str(filler)).split())
