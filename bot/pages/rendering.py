"""Turns a message's plain text into what a page shows: paragraphs, lists and links, as the widget does, and a file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from actions.replies import Answer
from bot.conversations import MessageView
from knowledge_base.rates import KAZAKHSTAN
from knowledge_base.render import link_labels
from texts import Language, say

__all__ = ["Block", "Part", "blocks", "cited", "day", "moment", "source_links", "transcript", "without_sources"]

_ITEM = re.compile(r"(?:•|(\d+)[.)]) +(.*)")
_HEADING = re.compile(r"[^.!?]{1,60}:")
_LINK = re.compile(r"""(https?://[^\s<>«»"]*[^\s<>«»".,;:!?)])""")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a line; `url` where it is a link."""

    text: str
    url: str | None = None


@dataclass(slots=True)
class Block:
    """A paragraph of lines, a heading, or a list of items; `start` is the first number of an ordered list."""

    kind: Literal["paragraph", "heading", "bullets", "numbers"]
    lines: list[list[Part]] = field(default_factory=list)
    start: int = 1


def blocks(text: str, *, answer: bool = False) -> list[Block]:
    """The blocks of a text whose lists have "• " or "1. " before their lines.

    An `answer` has a title, its first line, and may have a heading over a section: a short line that ends with a colon.
    """
    found: list[Block] = []
    for paragraph in re.split(r"\n{2,}", text):
        open_block: Block | None = None
        for line in paragraph.split("\n"):
            item = _ITEM.fullmatch(line)
            if item:
                kind: Literal["bullets", "numbers"] = "numbers" if item[1] else "bullets"
                if open_block is None or open_block.kind != kind:
                    open_block = Block(kind, start=int(item[1] or 1))
                    found.append(open_block)
                open_block.lines.append(_linked(item[2]))
            elif not line.strip():
                continue
            elif answer and (not found or _HEADING.fullmatch(line)):
                found.append(Block("heading", [[Part(line)]]))
                open_block = None
            else:
                if open_block is None or open_block.kind != "paragraph":
                    open_block = Block("paragraph")
                    found.append(open_block)
                open_block.lines.append(_linked(line))
    return found


def _linked(line: str) -> list[Part]:
    parts = _LINK.split(line)
    return [Part(part, part if index % 2 else None) for index, part in enumerate(parts) if part]


def cited(message: MessageView) -> bool:
    """Whether the message is an answer that names its sources or the day on which they were checked."""
    answer = message.answer
    return answer is not None and answer.decision == "answer" and bool(answer.sources or answer.verified)


def without_sources(message: MessageView) -> str:
    """The text without its last paragraph where that says in words what stands below it as links."""
    answer = message.answer
    *before, last = message.text.split("\n\n")
    if answer and cited(message) and before and answer.verified and day(answer.verified) in last:
        return "\n\n".join(before)
    return message.text


def source_links(answer: Answer) -> list[Part]:
    """The sources as links named by their hosts; those of one host are numbered."""
    urls = [source.url for source in answer.sources if source.url.startswith(("https://", "http://"))]
    return [Part(label, url) for label, url in zip(link_labels(urls), urls, strict=True)]


def day(value: str | date) -> str:
    """2026-03-12 as 12.03.2026, the same in both languages."""
    return date.fromisoformat(str(value)).strftime("%d.%m.%Y")


def moment(when: datetime, today: date) -> str:
    """The time in Kazakhstan, with the day where it is not `today`."""
    local = when.astimezone(KAZAKHSTAN)
    return f"{local:%H:%M}" if local.date() == today else f"{local:%d.%m.%Y, %H:%M}"


def transcript(messages: Sequence[MessageView], language: Language) -> str:
    """The whole conversation as a text file, with times, authors and sources."""
    parts = [say("chat.title", language)]
    for message in messages:
        author = say(f"chat.author_{message.author}", language)
        lines = [f"{message.created_at.astimezone(KAZAKHSTAN):%d.%m.%Y %H:%M}  {author}", without_sources(message)]
        if message.answer and cited(message):
            lines += [part.url for part in source_links(message.answer) if part.url]
            if message.answer.verified:
                lines.append(say("chat.verified", language, date=day(message.answer.verified)))
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"
