"""Canned replies: what operators write often, in both languages, with places that each talk fills."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot import audit
from bot.storage import AuditEntry, CannedReply, Conversation, Database, Operator
from knowledge_base.model import Service
from knowledge_base.render import short_name
from texts import Language

__all__ = [
    "VARIABLES",
    "ShortcutTaken",
    "UnknownReply",
    "UnknownVariable",
    "add",
    "change",
    "everything",
    "fill",
    "remove",
    "seed",
    "suited",
    "values",
]

VARIABLES = ("operator", "service", "hours", "number")
"""Who writes, which service it is about, the office hours in words, and the conversation's short number."""

NUMBER = 8  # characters of a conversation's id by which people can name it
SEEDS = Path(__file__).with_name("canned_replies.yaml")
SEEDED = "canned_replies_seeded"

_PLACE = re.compile(r"\{([^{}]*)\}")


class UnknownReply(LookupError):
    """There is no such canned reply."""


class ShortcutTaken(Exception):
    """Another canned reply has this shortcut."""


class UnknownVariable(ValueError):
    """A text has a place that nothing fills; `name` is what stands in it."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


async def everything(database: Database) -> Sequence[CannedReply]:
    """All canned replies, by shortcut."""
    async with database.read() as session:
        return (await session.scalars(select(CannedReply).order_by(CannedReply.shortcut))).all()


async def add(database: Database, actor: str, fields: Mapping[str, Any]) -> CannedReply:
    """Keep a new one of `shortcut`, `text_ru`, `text_kk`, `domain`. Raises `UnknownVariable`, `ShortcutTaken`."""
    _check(fields)
    reply = CannedReply(**fields, updated_by=actor)
    try:
        async with database.write() as session:
            session.add(reply)
            await session.flush()
            await audit.record(session, actor, "canned_reply_added", reply.shortcut)
    except IntegrityError:
        raise ShortcutTaken(fields["shortcut"]) from None
    return reply


async def change(database: Database, actor: str, reply_id: int, fields: Mapping[str, Any]) -> CannedReply:
    """Replace all fields of one. Raises `UnknownReply` and as `add`."""
    _check(fields)
    try:
        async with database.write() as session:
            reply = await session.get(CannedReply, reply_id, with_for_update=True)
            if reply is None:
                raise UnknownReply(reply_id)
            before = reply.shortcut
            changed = [name for name, value in fields.items() if getattr(reply, name) != value]
            for name, value in fields.items():
                setattr(reply, name, value)
            reply.updated_by = actor
            await session.flush()
            await audit.record(session, actor, "canned_reply_changed", before, fields=changed)
    except IntegrityError:
        raise ShortcutTaken(fields["shortcut"]) from None
    return reply


async def remove(database: Database, actor: str, reply_id: int) -> None:
    """Delete one. Raises `UnknownReply`."""
    async with database.write() as session:
        reply = await session.get(CannedReply, reply_id)
        if reply is None:
            raise UnknownReply(reply_id)
        await session.delete(reply)
        await audit.record(session, actor, "canned_reply_deleted", reply.shortcut)


async def seed(database: Database) -> int:
    """Put the replies of `canned_replies.yaml` into an empty table, once; returns how many.

    Whoever has deleted them all does not find them again after the next start.
    """
    seeds = yaml.safe_load(SEEDS.read_text("utf-8"))
    try:
        async with database.write() as session:
            before = select(AuditEntry.id).where(AuditEntry.act == SEEDED)
            for query in (select(CannedReply.id), before):
                if await session.scalar(query.limit(1)) is not None:
                    return 0
            for shortcut, reply in seeds.items():
                session.add(
                    CannedReply(
                        shortcut=shortcut,
                        text_ru=reply["ru"].strip(),
                        text_kk=reply["kk"].strip(),
                        domain=reply.get("domain"),
                        updated_by=audit.SYSTEM,
                    )
                )
            await audit.record(session, audit.SYSTEM, SEEDED, count=len(seeds))
    except IntegrityError:  # another process that starts now was quicker
        return 0
    return len(seeds)


def values(
    operator: Operator, conversation: Conversation, service: Service | None, hours: str, language: Language
) -> dict[str, str]:
    """What fills the places in a talk; a service is not among them where the topic is not known."""
    known = {"operator": operator.username, "hours": hours, "number": conversation.id[:NUMBER]}
    return known if service is None else known | {"service": short_name(service, language)}


def fill(text: str, known: Mapping[str, str]) -> str:
    """`text` with its places filled; what is not known stays as a place, for the operator to see and fill.

    >>> fill("Здравствуйте! Меня зовут {operator}.", {"operator": "Айгерим"})
    'Здравствуйте! Меня зовут Айгерим.'
    """
    return _PLACE.sub(lambda place: known.get(place[1], place[0]), text)


def suited(replies: Sequence[CannedReply], domain: str | None) -> list[CannedReply]:
    """The replies for a talk of this domain: those of the domain first, then those for everything; no others."""
    return [
        *(reply for reply in replies if reply.domain is not None and reply.domain == domain),
        *(reply for reply in replies if reply.domain is None),
    ]


def _check(fields: Mapping[str, Any]) -> None:
    for text in (fields["text_ru"], fields["text_kk"]):
        for name in _PLACE.findall(text):
            if name not in VARIABLES:
                raise UnknownVariable(name)
