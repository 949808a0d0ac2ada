"""Which of the services offered a citizen means: by place («второе», «екіншісі»), or by what tells its name apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from knowledge_base.model import Service
from knowledge_base.render import short_name
from knowledge_base.sections import stems
from nlu.text.fold import fold
from nlu.text.normalise import normalise
from texts import Language

__all__ = ["chosen"]

MOST_WORDS = 5  # a longer message is a question of its own, even if it has a number in it


def chosen(text: str, services: Sequence[Service], language: Language) -> Service | None:
    """The one of `services`, in the order in which they were offered, that `text` chooses; `None` where none or two."""
    text = normalise(text)
    words = fold(text).split()
    if not words or len(words) > MOST_WORDS:
        return None
    place = _place(words)
    if place is not None:
        return services[place] if -len(services) <= place < len(services) else None
    return _by_name(text, services, language)


def _place(words: Sequence[str]) -> int | None:
    """The index that the words name, if they name a place and say nothing else."""
    places, beside = _data()
    named = {places[word] for word in words if word in places}
    rest = [word for word in words if word not in places and word not in beside]
    return named.pop() if len(named) == 1 and not rest else None


def _by_name(text: str, services: Sequence[Service], language: Language) -> Service | None:
    """The service whose name, and no other's, has words of the text."""
    names = [stems(short_name(service, language)) for service in services]
    count = Counter(one for name in names for one in name)
    said = stems(text)
    fitting = [
        service for service, name in zip(services, names, strict=True) if any(count[one] == 1 for one in said & name)
    ]
    return fitting[0] if len(fitting) == 1 else None


@lru_cache
def _data() -> tuple[dict[str, int], frozenset[str]]:
    data: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
    places = {
        fold(str(word)): place - 1 if place > 0 else place for place, words in data["places"].items() for word in words
    }
    beside = (word for phrase in data["beside"].split(",") for word in fold(phrase).split())
    return places, frozenset(beside)
