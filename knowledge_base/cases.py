"""Which special case of a service a question describes, so that the answer tells what is different then."""

from __future__ import annotations

from knowledge_base.model import Case, Section, SectionName, Service
from knowledge_base.sections import stems
from nlu.entities import phrases
from nlu.entities.reading import Reading
from nlu.text.normalise import normalise
from texts import Language

__all__ = ["case_of", "section_about"]

ENOUGH = 0.5  # the share of a condition's words that a question must have
_ABOUT: tuple[SectionName, ...] = ("who", "documents", "fee", "in_person", "online", "term", "validity", "refusals")


def case_of(service: Service, text: str, language: Language) -> Case | None:
    """The case whose condition the question names most fully; `None` where it names none by half.

    The words that name the service itself say nothing about the case: "потерял удостоверение" is about the loss. Where
    no condition's words are named, the one that speaks of the same people does: "а для дочки?" is about children.
    """
    names = [service.name[language].partition(" (")[0]]
    if service.also_called is not None:
        names += service.also_called[language]
    named = stems(" ".join(names))
    asked = stems(normalise(text)) - named
    best, most = None, (0.0, 0)
    for case in service.cases:
        condition = stems(case.when[language]) - named
        common = len(asked & condition)
        share = common / len(condition) if condition else 0.0
        if share >= ENOUGH and (share, common) > most:
            best, most = case, (share, common)
    if best is not None:
        return best
    spoken_of = _persons(text) - _persons(service.name[language])
    return next((case for case in service.cases if spoken_of & _persons(case.when[language])), None)


def section_about(service: Service, text: str, language: Language) -> SectionName | None:
    """The first section that says something about the people whom `text` speaks of; `None` where none does."""
    spoken_of = _persons(text)
    for name in _ABOUT:
        value = getattr(service, name)
        if isinstance(value, Section) and spoken_of & _persons(" ".join(value.lines(language))):
            return name
    return None


def _persons(text: str) -> set[str]:
    """The kinds of people that a text speaks of, as `nlu.entities` tells them apart."""
    return {str(each.value) for each in phrases.find("person", Reading(text))}
