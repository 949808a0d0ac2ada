"""How far the knowledge base reaches: by domain, language, confirmed share and freshness, and service by service."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from knowledge_base.calculations import Calculation
from knowledge_base.model import SECTIONS, SectionName, Service
from knowledge_base.passages import section_text
from texts import LANGUAGES, Language

__all__ = ["page", "table"]

SHORT: dict[SectionName, str] = {"in_person": "in person"}


@dataclass(frozen=True)
class Row:
    """One line of the report, about one service or about several."""

    name: str
    services: int
    parts: int  # sections, cases and refusals: what needs a source
    confirmed: int
    sections: int
    words: dict[Language, int]
    questions: dict[Language, int]
    sources: int
    verified: date  # the oldest
    review_by: date  # the next

    @classmethod
    def of(cls, name: str, services: Collection[Service]) -> Row:
        supported = [item for service in services for _, item in service.supported()]
        return cls(
            name=name,
            services=len(services),
            parts=len(supported),
            confirmed=sum(not item.unconfirmed for item in supported),
            sections=sum(len(service.sections()) for service in services),
            words={language: sum(_words(service, language) for service in services) for language in LANGUAGES},
            questions={one: sum(len(service.questions[one]) for service in services) for one in LANGUAGES},
            sources=sum(len(service.sources) for service in services),
            verified=min(service.verified for service in services),
            review_by=min(service.review_by for service in services),
        )

    def cells(self, on: date) -> list[str]:
        due = " (due)" if self.review_by < on else ""
        return [
            self.name,
            str(self.services),
            f"{self.sections}/{self.services * len(SECTIONS)}",
            "/".join(str(self.words[language]) for language in LANGUAGES),
            "/".join(str(self.questions[language]) for language in LANGUAGES),
            f"{100 * self.confirmed // self.parts} %",
            str(self.sources),
            self.verified.isoformat(),
            self.review_by.isoformat() + due,
        ]


HEADINGS = [
    "",
    "services",
    "sections",
    "words ru/kk",
    "questions ru/kk",
    "confirmed",
    "sources",
    "verified",
    "review by",
]


COMPUTED = ["amount", "ru", "kk", "services", "questions", "sources"]


def table(services: Iterable[Service], on: date) -> Iterator[str]:
    """The lines of a table for the terminal: the domains, the whole, and each service with what is unconfirmed in it.

    "confirmed" is the share of sections, cases and refusals that a listed source supports; "verified" the oldest and
    "review by" the next date. A review that is past on the day `on` is marked as due.
    """
    listed = list(services)
    yield from _aligned([HEADINGS, *(row.cells(on) for row in _domains(listed))])
    yield ""
    rows = [[f"{one.domain}/{one.slug}", *Row.of("", [one]).cells(on)[2:], _unconfirmed(one)] for one in listed]
    yield from _aligned([["", *HEADINGS[2:], "not confirmed"], *rows])


def page(services: Iterable[Service], on: date, calculations: Iterable[Calculation] = ()) -> str:
    """The same as a page in Markdown, with a column a section: whether it is there and confirmed.

    Where `calculations` are given they are listed with their sources.
    """
    listed = list(services)
    lines = [
        "# What the knowledge base covers",
        "",
        f"Made by `jauap kb report` on {on.isoformat()} from `knowledge_base/services/`; not to be edited by hand.",
        "",
        "Confirmed is what a listed source supports. Of anything else the bot says that it should be checked.",
        "",
        "## By domain",
        "",
        *_markdown([HEADINGS, *(row.cells(on) for row in _domains(listed))]),
        "",
        "## Service by service",
        "",
        "✓ all of the section is confirmed · ± some of its cases are · ? not confirmed · – the service has none.",
    ]
    for domain, group in groupby(listed, key=lambda service: service.domain):
        rows = [
            [
                f"[{one.slug}](../knowledge_base/services/{domain}/{one.slug}.yaml)",
                one.name.ru,
                one.name.kk,
                *(_mark(one, section) for section in SECTIONS if section != "related"),
                one.verified.isoformat(),
                one.review_by.isoformat(),
            ]
            for one in group
        ]
        sections = [SHORT.get(section, section) for section in SECTIONS if section != "related"]
        heading = ["service", "ru", "kk", *sections, "verified", "review by"]
        lines += ["", f"### {domain}", "", *_markdown([heading, *rows])]
    if computed := list(calculations):
        lines += ["", "## Amounts that are computed", "", *_markdown([COMPUTED, *map(_computed, computed)])]
    return "\n".join(lines) + "\n"


def _computed(calculation: Calculation) -> list[str]:
    of_cases = (source for case in calculation.cases for source in case.sources)
    sources = dict.fromkeys([*calculation.sources, *of_cases])
    return [
        f"[{calculation.id}](../knowledge_base/calculations/{calculation.id}.yaml)",
        calculation.title.ru,
        calculation.title.kk,
        ", ".join([calculation.service, *calculation.also_for]),
        str(len(calculation.questions)),
        ", ".join(f"[{source.date or 'undated'}]({source.url})" for source in sources),
    ]


def _domains(services: list[Service]) -> Iterator[Row]:
    for domain, group in groupby(services, key=lambda service: service.domain):
        yield Row.of(domain, list(group))
    yield Row.of("all", services)


def _words(service: Service, language: Language) -> int:
    """The words of a service's texts in one language, questions and nicknames not counted."""
    return sum(len(section_text(service, section, language).split()) for section in service.sections())


def _mark(service: Service, section: SectionName) -> str:
    confirmed = [not part.unconfirmed for part in service.parts(section)]
    if not confirmed:
        return "–"
    return "✓" if all(confirmed) else "±" if any(confirmed) else "?"


def _unconfirmed(service: Service) -> str:
    """The sections that are not confirmed, or not in every case; "-" where there are none."""
    open_ones = [section for section in service.sections() if section != "related" and _mark(service, section) != "✓"]
    return ", ".join(section + ("±" if _mark(service, section) == "±" else "") for section in open_ones) or "-"


def _aligned(rows: list[list[str]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    last = len(widths) - 1
    for row in rows:
        cells = [
            cell.ljust(width) if column in (0, last) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def _markdown(rows: list[list[str]]) -> list[str]:
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return [lines[0], "| " + " | ".join("---" for _ in rows[0]) + " |", *lines[1:]]
