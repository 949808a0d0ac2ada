"""What helps an operator inside a talk: passages of the knowledge base, labels, and showing that they write."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from actions import knowledge
from bot.conversations import Event, State
from bot.errors import ApiError, language_of
from bot.operators import assist, labels
from bot.operators.access import Caller, Writer, citizens_language, readable_one, refusals
from bot.operators.api.bodies import Body
from bot.operators.assist import Assistance, Passage
from bot.service import Parts
from knowledge_base.model import SectionName, domains
from texts import say

__all__ = ["router"]

router = APIRouter()


class _Labels(Body):
    labels: Annotated[list[labels.Label], Field(max_length=labels.MOST)]


class _Typing(Body):
    active: bool


class LabelList(BaseModel):
    labels: list[str]


class Domain(BaseModel):
    slug: str
    title: str


class DomainList(BaseModel):
    domains: list[Domain]


@router.get("/conversations/{conversation_id}/assist")
async def passages(
    conversation_id: str,
    request: Request,
    login: Caller,
    service: Parts,
    q: Annotated[str, Query(max_length=4000)] = "",
) -> Assistance:
    """The best passages on `q`, or else on the citizen's last question, in the caller's language and the citizen's."""
    row = await readable_one(service.conversations, login.operator, conversation_id)
    search = request.app.state.search
    if search is None:
        raise ApiError(503, "unavailable")
    texts = [q.strip()] if q.strip() else await assist.asked(service.database, row.id)
    return await run_in_threadpool(
        assist.assist, knowledge.current(), search, texts, language_of(request), citizens_language(row)
    )


@router.get("/conversations/{conversation_id}/assist/{slug}")
async def passage(
    conversation_id: str, slug: str, section: SectionName, request: Request, login: Caller, service: Parts
) -> Passage:
    """Another section of a service; its summary where it has no such section."""
    row = await readable_one(service.conversations, login.operator, conversation_id)
    found = await run_in_threadpool(
        assist.passage, knowledge.current(), slug, section, language_of(request), citizens_language(row)
    )
    if found is None:
        raise ApiError(404, "unknown_service")
    return found


@router.get("/domains")
async def all_domains(request: Request, login: Caller) -> DomainList:
    """The domains of services, to which a conversation can be given, by title."""
    language = language_of(request)
    named = [Domain(slug=slug, title=say(f"actions.domain_{slug}", language)) for slug in domains()]
    return DomainList(domains=sorted(named, key=lambda domain: domain.title))


@router.get("/labels")
async def labels_in_use(login: Caller, service: Parts) -> LabelList:
    """The labels of the conversations that are kept, the most used first."""
    return LabelList(labels=await labels.in_use(service.database))


@router.put("/conversations/{conversation_id}/labels")
async def label(conversation_id: str, body: _Labels, login: Writer, service: Parts) -> LabelList:
    """Set a conversation's labels; whoever may read it may."""
    with refusals():
        kept = await labels.change(service.database, login.operator, conversation_id, body.labels)
    service.events.publish(Event(conversation_id, "labels"))
    return LabelList(labels=kept)


@router.post("/conversations/{conversation_id}/typing", status_code=204)
async def typing(conversation_id: str, body: _Typing, login: Writer, service: Parts) -> None:
    """Show the citizen that the operator writes, or has stopped. Only for one's own talk."""
    row = await service.conversations.get(conversation_id)
    if row.state != State.OPERATOR or row.operator_id != login.operator.id:
        raise ApiError(403, "not_yours")
    service.events.publish(Event(row.id, "typing", {"author": "operator", "active": body.active}))
