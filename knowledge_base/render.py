"""Writes a section of a service as a person reads it on a telephone: plain text, one thing a line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlsplit

from knowledge_base.model import Case, Refusal, Section, SectionName, Service, Source
from knowledge_base.plain import explained, sentences
from knowledge_base.rates import FORMULA, MissingRate, fill
from texts import Language, say

__all__ = ["body", "cited", "heading", "link_labels", "render", "short_name", "source_line", "title"]

SHOWN_HOSTS = 3
CONDITIONAL = ("са", "се", "саңыз", "сеңіз")  # a Kazakh clause with such an end is no sentence of its own
EXPLANATION = re.compile(r"( \([^()]*\)| — .*)$")


def title(service: Service, section: SectionName | None, language: Language) -> str:
    """The heading: the service's name, and what of it is told."""
    name = short_name(service, language)
    return f"{name}. {heading(service, section, language)}" if section is not None and section != "summary" else name


def heading(service: Service, section: SectionName, language: Language) -> str:
    """What a section is called: "fee" of an allowance is not what it costs."""
    return say("render.pays" if section == "fee" and service.pays else f"render.{section}", language)


def short_name(service: Service, language: Language) -> str:
    """The service's name without the explanation at its end, which only a list of all services needs."""
    return EXPLANATION.sub("", service.name[language])


def render(
    service: Service,
    section: SectionName | None,
    language: Language,
    on: date,
    *,
    names: Mapping[str, str] | None = None,
    case: Case | None = None,
    introduced: bool = False,
    plain: bool = False,
) -> str:
    """One section as text with its heading and sources; `None` is the summary.

    Amounts and rules are those of the day `on`. `names` gives related services their names, by slug. `case` is a
    special case told beside the section. With `introduced` the summary is told before the section.

    `plain` is for older people: the section alone without its introduction, amounts in tenge without their formulas,
    abbreviations explained, a paragraph with one sentence a line. Nothing of the section is left out: whoever needs
    plain words needs every condition, too.
    """
    section = section or "summary"
    service = service.on(on)
    told = _told(section, introduced and not plain)
    bodies = [body(service, one, language, on, names, plain=plain) for one in told]
    if len(told) > 1:
        bodies[-1] = f"{heading(service, section, language)}:\n{bodies[-1]}"
    parts = [title(service, told[0], language), *bodies]
    if case is not None:
        parts.append(_filled(_item(case, language), service, language, on, plain))
    if any(isinstance(value := getattr(service, one), Section) and value.unconfirmed for one in told):
        parts.append(say("render.unconfirmed", language))
    if plain:
        parts.append(say("render.more", language))
    if sources := cited(service, section, case, introduced=len(told) > 1):
        parts.append(source_line(sources, service.verified, language, most=SHOWN_HOSTS))
    text = "\n\n".join(parts)
    return explained(text, language) if plain else text


def body(
    service: Service,
    section: SectionName,
    language: Language,
    on: date,
    names: Mapping[str, str] | None = None,
    *,
    plain: bool = False,
) -> str:
    """The lines of one section without heading and sources, for a text that has more to say than it.

    With `plain`, amounts in tenge alone, a paragraph with one sentence a line, and room between special cases.
    """
    lines = _body(service, section, language, on, names or {}, plain)
    if not plain:
        return "\n".join(lines)
    if section in ("cases", "refusals"):
        return "\n\n".join(lines)
    return "\n".join(sentences(lines[0]) if len(lines) == 1 else lines)


def cited(
    service: Service, section: SectionName | None, case: Case | None = None, *, introduced: bool = False
) -> list[Source]:
    """The sources that a rendered section, and what is told beside it, rest on; none where it is all unconfirmed."""
    ids = {source.id for one in _told(section or "summary", introduced) for source in service.sources_of(one)}
    if case is not None:
        ids |= set(case.sources)
    return [source for source in service.sources if source.id in ids]


def source_line(sources: Sequence[Source], verified: date, language: Language, most: int | None = None) -> str:
    """In words: the sites (at `most` so many) on which something told rests, and the day when somebody checked it."""
    hosts = list(dict.fromkeys(_host(source.url) for source in sources))
    return say("render.source", language, hosts=", ".join(hosts[:most]), date=f"{verified:%d.%m.%Y}")


def link_labels(urls: Sequence[str]) -> list[str]:
    """What links to these addresses are called: their sites, numbered where one site has several."""
    hosts = [_host(url) for url in urls]
    return [
        host if hosts.count(host) == 1 else f"{host} ({hosts[:index].count(host) + 1})"
        for index, host in enumerate(hosts)
    ]


def _host(url: str) -> str:
    """The site as people say it."""
    return (urlsplit(url).hostname or url).removeprefix("www.")


def _told(section: SectionName, introduced: bool) -> list[SectionName]:
    return ["summary", section] if introduced and section != "summary" else [section]


def _body(
    service: Service, section: SectionName, language: Language, on: date, names: Mapping[str, str], plain: bool
) -> list[str]:
    value = getattr(service, section)
    if not value:
        return [say("render.not_here", language)]
    if section in ("cases", "refusals"):
        return [_filled(_item(one, language), service, language, on, plain) for one in value]
    if section == "related":
        return [f"• {names.get(slug, slug)}" for slug in value]
    lines = [_filled(line, service, language, on, plain) for line in value.lines(language)]
    if section in ("online", "in_person"):
        return [f"{number}. {line}" for number, line in enumerate(lines, start=1)]
    return lines if len(lines) == 1 else [f"• {line}" for line in lines]


def _item(item: Case | Refusal, language: Language) -> str:
    """A special case or a refusal: what it is, what to do, and that it should be checked where it is unconfirmed."""
    first, second = (item.when, item.what) if isinstance(item, Case) else (item.why, item.then)
    head = first[language]
    if not head.endswith((".", "!", "?", ":")):
        head += ":" if language == "kk" and head.endswith(CONDITIONAL) else "."
    check = f" {say('render.check', language)}" if item.unconfirmed else ""
    return f"• {head} {second[language]}{check}"


def _filled(text: str, service: Service, language: Language, on: date, plain: bool) -> str:
    """`text` with its amounts; with the formula in words where no rate is known for the day: the rest still helps."""
    try:
        return fill(text, language, on, paid_out=service.pays, plain=plain)
    except MissingRate:
        return FORMULA.sub(
            lambda match: say(f"rates.{match[2]}_unknown", language, factor=match[1].replace(".", ",")), text
        )
