"""Which special case of a service a question describes, so that the answer tells what is different then."""

from __future__ import annotations

from knowledge_base.model import Case, Service
from knowledge_base.sections import remainder, stem
from nlu.text.normalise import normalise
from texts import Language

__all__ = ["case_of"]

ENOUGH = 0.5  # the share of a condition's words that a question must have


def case_of(service: Service, text: str, language: Language) -> Case | None:
    """The case whose condition the question names most fully; `None` where it names none by half.

    The words that name the service itself say nothing about the case: "потерял удостоверение" is about the loss.
    """
    names = [service.name[language].partition(" (")[0]]
    if service.also_called is not None:
        names += service.also_called[language]
    named = _stems(" ".join(names))
    asked = _stems(normalise(text)) - named
    best, most = None, (0.0, 0)
    for case in service.cases:
        condition = _stems(case.when[language]) - named
        common = len(asked & condition)
        share = common / len(condition) if condition else 0.0
        if share >= ENOUGH and (share, common) > most:
            best, most = case, (share, common)
    return best


def _stems(text: str) -> set[str]:
    return {stem(word) for word in remainder(text) if len(word) > 2}
