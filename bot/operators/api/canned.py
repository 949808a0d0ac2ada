"""Canned replies: read by all staff, filled for a talk, and changed by supervisors and administrators."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bot.errors import ApiError
from bot.operators import canned, names
from bot.operators.access import Caller, SupervisingWriter, citizens_language, readable_one
from bot.operators.api.bodies import Body, Said
from bot.service import Parts
from knowledge_base.model import domains
from texts import Language

__all__ = ["router"]

router = APIRouter()

_SHORTCUT = re.compile(r"[^\W_][\w-]{0,29}")


def _shortcut(text: str) -> str:
    kept = text.strip().removeprefix("/").casefold()
    if not _SHORTCUT.fullmatch(kept):
        raise ValueError("1 to 30 letters, digits, - or _, the first a letter or digit")
    return kept


def _domain(slug: str | None) -> str | None:
    if slug is not None and slug not in domains():
        raise ValueError("not a domain of the knowledge base")
    return slug


Text = Annotated[Said, Field(max_length=2000)]


class _Reply(Body):
    """`text_ru` and `text_kk` may have the places {operator}, {service}, {hours} and {number}."""

    shortcut: Annotated[str, AfterValidator(_shortcut)]
    text_ru: Text
    text_kk: Text
    domain: Annotated[str | None, AfterValidator(_domain)] = None


class CannedView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    shortcut: str
    text_ru: str
    text_kk: str
    domain: str | None
    updated_at: datetime
    updated_by: str


class CannedList(BaseModel):
    replies: list[CannedView]
    variables: list[str]


class OneCanned(BaseModel):
    reply: CannedView


class Filled(BaseModel):
    """A canned reply in a talk's language, its places filled; a place that is not known stays, as `{service}`."""

    id: int
    shortcut: str
    text: str


class FilledList(BaseModel):
    language: Language
    replies: list[Filled]


@router.get("/canned")
async def replies(login: Caller, service: Parts) -> CannedList:
    """All canned replies as they are kept, by shortcut, and the names of the places that are filled."""
    rows = await canned.everything(service.database)
    return CannedList(replies=[CannedView.model_validate(row) for row in rows], variables=list(canned.VARIABLES))


@router.post("/canned", status_code=201)
async def add(body: _Reply, login: SupervisingWriter, service: Parts) -> OneCanned:
    with _refusals():
        row = await canned.add(service.database, login.operator.username, body.model_dump())
    return OneCanned(reply=CannedView.model_validate(row))


@router.put("/canned/{reply_id}")
async def change(reply_id: int, body: _Reply, login: SupervisingWriter, service: Parts) -> OneCanned:
    with _refusals():
        row = await canned.change(service.database, login.operator.username, reply_id, body.model_dump())
    return OneCanned(reply=CannedView.model_validate(row))


@router.delete("/canned/{reply_id}", status_code=204)
async def remove(reply_id: int, login: SupervisingWriter, service: Parts) -> None:
    with _refusals():
        await canned.remove(service.database, login.operator.username, reply_id)


@router.get("/conversations/{conversation_id}/canned")
async def filled(conversation_id: str, login: Caller, service: Parts) -> FilledList:
    """The canned replies for this talk in the citizen's language, those of its domain first."""
    row = await readable_one(service.conversations, login.operator, conversation_id)
    language = citizens_language(row)
    services = await asyncio.to_thread(names.services)
    async with service.database.read() as session:
        hours = (await service.conversations.desk.read(session)).hours.say(language)
    known = canned.values(login.operator, row, services.get(row.topic or ""), hours, language)
    chosen = canned.suited(await canned.everything(service.database), row.domain)
    texts = ((each, each.text_kk if language == "kk" else each.text_ru) for each in chosen)
    return FilledList(
        language=language,
        replies=[Filled(id=each.id, shortcut=each.shortcut, text=canned.fill(text, known)) for each, text in texts],
    )


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except canned.UnknownReply:
        raise ApiError(404, "unknown_reply") from None
    except canned.ShortcutTaken:
        raise ApiError(409, "shortcut_taken") from None
    except canned.UnknownVariable as error:
        raise ApiError(422, "unknown_variable", variable=error.name) from None
