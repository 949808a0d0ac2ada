"""What is known about a public service: the form of one file in `knowledge_base/services/`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from texts import Language

SERVICES = Path(__file__).parent / "services"

SectionName = Literal[
    "summary", "who", "documents", "online", "in_person", "fee", "term",
    "validity", "cases", "refusals", "status", "law", "related",
]  # fmt: skip
SECTIONS: tuple[SectionName, ...] = SectionName.__args__  # type: ignore[attr-defined]

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

__all__ = [
    "SECTIONS",
    "SERVICES",
    "Fault",
    "Section",
    "SectionName",
    "Service",
    "Source",
    "domains",
    "load",
    "load_all",
]


class Strict(BaseModel):
    """Unknown fields are faults: a misspelt field must not vanish silently."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(Strict):
    """One short text in both languages."""

    ru: Text
    kk: Text

    def __getitem__(self, language: Language) -> str:
        return getattr(self, language)


class BilingualList(Strict):
    """The same list in both languages."""

    ru: list[Text] = Field(min_length=1)
    kk: list[Text] = Field(min_length=1)

    def __getitem__(self, language: Language) -> list[str]:
        return getattr(self, language)


class Source(Strict):
    """Where a fact comes from: sections refer to its `id`; `date` is the page's own, as exact as it is known."""

    id: Slug
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]
    date: Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")] | None
    supports: Text


class Supported(Strict):
    """What is either confirmed by listed sources, or said to be unconfirmed: never neither, never both."""

    sources: list[Slug] = []
    unconfirmed: bool = False

    @model_validator(mode="after")
    def _one_of_both(self) -> Supported:
        if bool(self.sources) == self.unconfirmed:
            raise ValueError("give either `sources` or `unconfirmed: true`")
        return self


class Wording(Supported):
    """A text in both languages: a paragraph, or a list of lines (one document, one step a line)."""

    ru: Text | list[Text]
    kk: Text | list[Text]

    @model_validator(mode="after")
    def _same_shape(self) -> Wording:
        if isinstance(self.ru, list) != isinstance(self.kk, list):
            raise ValueError("`ru` and `kk` must both be a text or both a list")
        if isinstance(self.ru, list) and len(self.ru) != len(self.kk):
            raise ValueError(f"`ru` has {len(self.ru)} lines, `kk` has {len(self.kk)}")
        return self

    def lines(self, language: Language) -> list[str]:
        text = getattr(self, language)
        return text if isinstance(text, list) else [text]


class Change(Wording):
    """The whole wording of a section as it holds from a day on."""

    from_: date = Field(alias="from")


class Section(Wording):
    """A section's wording, and the announced changes of it, which take effect by themselves."""

    changes: list[Change] = []

    def on(self, day: date) -> Section:
        """The section as it holds on `day`: the latest change that has begun, else the wording it started with."""
        if not self.changes:
            return self
        begun = [change for change in self.changes if change.from_ <= day]
        wording: Wording = max(begun, key=lambda change: change.from_) if begun else self
        return Section(ru=wording.ru, kk=wording.kk, sources=wording.sources, unconfirmed=wording.unconfirmed)


class Dated(Supported):
    """What may hold only from a day on, or only until a day, both included."""

    from_: date | None = Field(default=None, alias="from")
    until: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Dated:
        if self.from_ and self.until and self.until < self.from_:
            raise ValueError("`until` must not come before `from`")
        return self

    def holds(self, day: date) -> bool:
        return (self.from_ is None or self.from_ <= day) and (self.until is None or day <= self.until)


class Case(Dated):
    """A special case: when it applies, and what is different then."""

    when: Bilingual
    what: Bilingual


class Refusal(Dated):
    """A usual reason to be refused, and what to do then."""

    why: Bilingual
    then: Bilingual


class Service(Strict):
    """One public service, both languages side by side, with the changes that are announced: see `on`.

    `online` and `in_person` are the steps; a service has at least one of them.
    With `pays` its `fee` tells what the citizen is paid, not what they pay, and its amounts are rounded up.
    Amounts stand as formulas, `{0.2 mrp}`: `knowledge_base.rates` computes them for the day of the answer.
    """

    slug: Slug
    domain: Slug
    name: Bilingual
    also_called: BilingualList | None = None
    agency: Bilingual
    summary: Section
    who: Section
    documents: Section
    online: Section | None = None
    in_person: Section | None = None
    fee: Section
    pays: bool = False
    term: Section
    validity: Section | None = None
    cases: list[Case] = []
    refusals: list[Refusal] = []
    status: Section
    law: Section
    related: list[Slug] = []
    questions: BilingualList
    sources: list[Source] = Field(min_length=1)
    verified: date
    review_by: date

    @model_validator(mode="after")
    def _consistent(self) -> Service:
        if not (self.online or self.in_person):
            raise ValueError("a service needs steps: `online`, `in_person` or both")
        if self.review_by <= self.verified:
            raise ValueError("`review_by` must come after `verified`")
        known = {source.id for source in self.sources}
        if len(known) < len(self.sources):
            raise ValueError("two sources have the same id")
        for place, supported in self.supported():
            if unknown := set(supported.sources) - known:
                raise ValueError(f"{place}: unknown source {', '.join(sorted(unknown))}")
        return self

    def on(self, day: date) -> Service:
        """The service as it is on `day`, with no changes left in it."""
        held: dict[str, Any] = {
            name: value.on(day) for name in SECTIONS if isinstance(value := getattr(self, name), Section)
        }
        held["cases"] = [case for case in self.cases if case.holds(day)]
        held["refusals"] = [refusal for refusal in self.refusals if refusal.holds(day)]
        return self.model_copy(update=held)

    def supported(self) -> Iterator[tuple[str, Supported]]:
        """Everything that needs a source, with its place in the file."""
        for name in SECTIONS:
            value = getattr(self, name)
            if isinstance(value, Section):
                yield name, value
                yield from ((f"{name}.changes[{number}]", change) for number, change in enumerate(value.changes))
            else:
                yield from ((f"{name}[{number}]", item) for number, item in enumerate(self.parts(name)))

    def parts(self, section: SectionName) -> list[Supported]:
        """What of one section needs a source: its text, or each case or refusal; nothing of `related`."""
        value = getattr(self, section)
        if isinstance(value, Section):
            return [value]
        return list(value) if section in ("cases", "refusals") else []

    def sections(self) -> list[SectionName]:
        """The sections that this service really has, in reading order."""
        return [name for name in SECTIONS if getattr(self, name)]

    def sources_of(self, section: SectionName) -> list[Source]:
        """The sources that support one section, in the file's order; none where all of it is unconfirmed."""
        named = {identifier for part in self.parts(section) for identifier in part.sources}
        return [source for source in self.sources if source.id in named]


class Fault(Exception):
    """A fault in the knowledge base: which file, which field, why."""

    def __init__(self, file: str, field: str, why: str) -> None:
        self.file, self.field, self.why = file, field, why
        super().__init__(f"{file}: {field}: {why}")


def load(path: Path) -> Service:
    """Read one service file.

    Raises an `ExceptionGroup` of `Fault`, one for each fault found.
    """
    where = f"{path.parent.name}/{path.name}"
    try:
        data: Any = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise ExceptionGroup(where, [Fault(where, "file", " ".join(str(error).split()))]) from None
    try:
        service = Service.model_validate(data)
    except ValidationError as error:
        raise ExceptionGroup(
            where,
            [Fault(where, ".".join(map(str, fault["loc"])) or "file", fault["msg"]) for fault in error.errors()],
        ) from None
    faults = []
    if service.slug != path.stem:
        faults.append(Fault(where, "slug", f"is {service.slug}, but the file is named {path.stem}"))
    if service.domain != path.parent.name:
        faults.append(Fault(where, "domain", f"is {service.domain}, but the folder is named {path.parent.name}"))
    if faults:
        raise ExceptionGroup(where, faults)
    return service


def domains(folder: Path = SERVICES) -> list[str]:
    """The domains of services: the folders that have service files, by name."""
    return sorted({path.parent.name for path in folder.glob("*/*.yaml")})


def load_all(folder: Path = SERVICES) -> dict[str, Service]:
    """All services by slug, in the order of domain and slug.

    Raises an `ExceptionGroup` of every `Fault` in every file: a knowledge base with a fault is not used at all.
    """
    services: dict[str, Service] = {}
    faults: list[Exception] = []
    for path in sorted(folder.glob("*/*.yaml")):
        try:
            service = load(path)
        except ExceptionGroup as group:
            faults.extend(group.exceptions)
            continue
        if service.slug in services:
            faults.append(Fault(f"{path.parent.name}/{path.name}", "slug", "stands in two domains"))
        services[service.slug] = service
    for service in services.values():
        where = f"{service.domain}/{service.slug}.yaml"
        # A related service may belong to a domain whose file has a fault of its own: report dangling names only
        # when every file could be read.
        if not faults:
            faults.extend(
                Fault(where, "related", f"unknown service {slug}") for slug in service.related if slug not in services
            )
    if not services and not faults:
        faults.append(Fault(str(folder), "file", "no service files here"))
    if faults:
        raise ExceptionGroup("the knowledge base has faults", faults)
    return services
