"""The passages that are searched: what a service file says, cut into pieces that a question can match."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from knowledge_base.model import SectionName, Service
from knowledge_base.rates import FORMULA
from texts import LANGUAGES, Language

Kind = Literal["name", "question", "section"]

__all__ = ["Kind", "Passage", "of_services", "read", "section_text", "write"]


@dataclass(frozen=True, slots=True)
class Passage:
    """One searchable piece of a service: its name or nickname, an example question, or a section."""

    service: str
    language: Language
    kind: Kind
    section: SectionName | None
    text: str


def section_text(service: Service, section: SectionName, language: Language) -> str:
    """A section's words alone, for searching: no headings, no sources, formulas left out."""
    if section == "cases":
        lines = [f"{case.when[language]} {case.what[language]}" for case in service.cases]
    elif section == "refusals":
        lines = [f"{refusal.why[language]} {refusal.then[language]}" for refusal in service.refusals]
    elif section == "related":
        lines = []
    else:
        lines = getattr(service, section).lines(language)
    return FORMULA.sub("", "\n".join(lines))


def of_services(services: Iterable[Service]) -> list[Passage]:
    """Every passage of every service, in the order of the services: names, nicknames, questions, sections."""
    found: list[Passage] = []
    for service in services:
        for language in LANGUAGES:
            names = [service.name[language], *(service.also_called[language] if service.also_called else [])]
            found += [Passage(service.slug, language, "name", None, name) for name in names]
            found += [Passage(service.slug, language, "question", None, text) for text in service.questions[language]]
            for section in service.sections():
                if text := section_text(service, section, language):
                    found.append(Passage(service.slug, language, "section", section, text))
    return found


def write(path: Path, passages: list[Passage]) -> None:
    """One JSON object a line."""
    path.write_text("".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in passages), "utf-8")


def read(path: Path) -> list[Passage]:
    """What `write` wrote. Raises `OSError`, `ValueError` or `TypeError` where it is not that."""
    return [Passage(**json.loads(line)) for line in path.read_text("utf-8").splitlines()]
