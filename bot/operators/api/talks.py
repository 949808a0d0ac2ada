"""The queue and the talks: what operators read of them and do to them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, model_validator
from sse_starlette import EventSourceResponse

from bot.conversations import State
from bot.conversations.routing import Priority, loads
from bot.errors import ApiError, language_of
from bot.operators import accounts, sessions
from bot.operators.access import COOKIE, Caller, SupervisingWriter, Writer, may_read, readable, refusals
from bot.operators.api.bodies import Body, Said
from bot.operators.presence import offered
from bot.operators.stream import stream
from bot.operators.views import (
    Colleague,
    ConversationView,
    Earlier,
    NoteView,
    OperatorMessage,
    Viewer,
    earlier,
    transcript,
)
from bot.service import Parts
from bot.storage import Conversation
from knowledge_base.model import domains

__all__ = ["router"]

router = APIRouter()


class _Message(Body):
    client_id: UUID
    text: Said


Reason = Annotated[Said, Field(max_length=500)]


class _Transfer(Body):
    """To an operator or to a domain, with the reason for who takes it next."""

    operator: str | None = None
    domain: str | None = None
    reason: Reason | None = None

    @model_validator(mode="after")
    def _one(self) -> _Transfer:
        if (self.operator is None) == (self.domain is None):
            raise ValueError("exactly one of operator and domain is needed")
        return self


class _Return(Body):
    summary: Annotated[Said, Field(max_length=2000)] | None = None


class _Assign(Body):
    operator: str


class _Priority(Body):
    priority: Priority


class _Close(Body):
    outcome: Annotated[Said, Field(max_length=200)]


class _Note(Body):
    text: Said


class ConversationList(BaseModel):
    conversations: list[ConversationView]


class OneConversation(BaseModel):
    conversation: ConversationView


class WholeConversation(OneConversation):
    messages: list[OperatorMessage]
    notes: list[NoteView]
    earlier: list[Earlier]


class OneMessage(BaseModel):
    message: OperatorMessage


class OneNote(BaseModel):
    note: NoteView


class Colleagues(BaseModel):
    operators: list[Colleague]


# --- reading


@router.get("/queue")
async def queue(request: Request, login: Caller, service: Parts) -> ConversationList:
    """The waiting conversations in the order in which they are to be taken, those `offered` to the caller marked."""
    viewer = await Viewer.load(service.database, language_of(request))
    waiting = await service.conversations.queue()
    return ConversationList(conversations=viewer.queue(waiting, await offered(service, login.operator, waiting)))


@router.get("/conversations")
async def conversations(
    request: Request, login: Caller, service: Parts, state: State | None = None
) -> ConversationList:
    """The conversations that the caller may read, at most 200."""
    viewer = await Viewer.load(service.database, language_of(request))
    rows = await readable(service.conversations, login.operator, state)
    return ConversationList(conversations=[viewer.conversation(row) for row in rows])


@router.get("/conversations/{conversation_id}")
async def conversation(conversation_id: str, request: Request, login: Caller, service: Parts) -> WholeConversation:
    """One conversation with its newest 500 messages, all notes, and its earlier times with the operators."""
    row = await _readable(service, login, conversation_id)
    viewer = await Viewer.load(service.database, language_of(request))
    place = await service.conversations.queue_position(row.id)
    return WholeConversation(
        conversation=viewer.conversation(row, place and place.position),
        messages=[viewer.message(said) for said in await transcript(service.database, row.id)],
        notes=[viewer.note(note) for note in await service.conversations.notes(row.id)],
        earlier=[viewer.earlier(ticket) for ticket in await earlier(service.database, row)],
    )


@router.get("/operators")
async def operators(login: Caller, service: Parts) -> Colleagues:
    """Everybody to whom a conversation can be given, without the caller."""
    everyone = await accounts.everyone(service.database)
    async with service.database.read() as session:
        load = await loads(session)
    return Colleagues(
        operators=[
            Colleague(
                username=each.username,
                languages=each.languages,
                domains=each.domains,
                available=each.available,
                load=load.get(each.id, 0),
                capacity=each.capacity,
            )
            for each in everyone
            if not each.disabled and each.id != login.operator.id
        ]
    )


@router.get("/events")
async def events(request: Request, login: Caller, service: Parts) -> EventSourceResponse:
    """Server-sent events (bot/operators/stream.py): lists, what is said and how it is delivered, who is writing."""
    lasting = stream(service, request.cookies[COOKIE], language_of(request))
    return EventSourceResponse(lasting, ping=15, headers={"X-Accel-Buffering": "no"})


async def _readable(service: Parts, login: sessions.LogIn, conversation_id: str) -> Conversation:
    row = await service.conversations.get(conversation_id)
    if not may_read(login.operator, row):
        raise ApiError(403, "not_yours")
    return row


# --- writing


@router.post("/conversations/{conversation_id}/claim")
async def claim(conversation_id: str, request: Request, login: Writer, service: Parts) -> OneConversation:
    """Take a waiting conversation; 409 where somebody has it or it does not wait any more."""
    with refusals():
        row = await service.conversations.claim(conversation_id, login.operator)
    return await _one(row, request, service)


@router.post("/conversations/{conversation_id}/messages", status_code=202)
async def write(conversation_id: str, body: _Message, request: Request, login: Writer, service: Parts) -> OneMessage:
    """Write to the citizen; the same `client_id` again gives the first message and sends nothing."""
    with refusals():
        row = await service.conversations.write(
            conversation_id, login.operator, key=f"{conversation_id}:{body.client_id}", text=body.text
        )
    said = (await transcript(service.database, conversation_id, row.id - 1))[0]
    return OneMessage(message=(await Viewer.load(service.database, language_of(request))).message(said))


@router.post("/conversations/{conversation_id}/transfer")
async def transfer(
    conversation_id: str, body: _Transfer, request: Request, login: Writer, service: Parts
) -> OneConversation:
    """Give the conversation to another operator, or back into the queue for those of another domain."""
    if body.operator == login.operator.username:
        raise ApiError(422, "bad_field", field="operator")
    if body.domain is not None and body.domain not in domains():
        raise ApiError(422, "bad_field", field="domain")
    with refusals():
        if body.domain is not None:
            row = await service.conversations.reroute(conversation_id, login.operator, body.domain, body.reason)
        else:
            row = await service.conversations.transfer(
                conversation_id, login.operator, body.operator or "", body.reason
            )
    return await _one(row, request, service)


@router.post("/conversations/{conversation_id}/return")
async def give_back(
    conversation_id: str, request: Request, login: Writer, service: Parts, body: _Return | None = None
) -> OneConversation:
    """Return the conversation to the bot, with a summary for the citizen where there is one."""
    with refusals():
        row = await service.conversations.give_back(conversation_id, login.operator, body.summary if body else None)
    return await _one(row, request, service)


@router.post("/conversations/{conversation_id}/assign")
async def assign(
    conversation_id: str, body: _Assign, request: Request, login: SupervisingWriter, service: Parts
) -> OneConversation:
    """Give a conversation that waits, or that another has, to an operator."""
    with refusals():
        row = await service.conversations.assign(conversation_id, body.operator, login.operator.username)
    return await _one(row, request, service)


@router.post("/conversations/{conversation_id}/priority")
async def prioritise(
    conversation_id: str, body: _Priority, request: Request, login: SupervisingWriter, service: Parts
) -> OneConversation:
    """Move a waiting conversation forward (2), or to where it belongs (0, 1; -1 behind all others)."""
    row = await service.conversations.prioritise(conversation_id, body.priority, login.operator.username)
    return await _one(row, request, service)


@router.post("/conversations/{conversation_id}/close")
async def close(conversation_id: str, body: _Close, request: Request, login: Writer, service: Parts) -> OneConversation:
    """End the conversation; `outcome` is a word of the house (the console gives `resolved` and others), kept as is."""
    with refusals():
        row = await service.conversations.close(conversation_id, login.operator, body.outcome)
    return await _one(row, request, service)


@router.post("/conversations/{conversation_id}/notes", status_code=201)
async def note(conversation_id: str, body: _Note, request: Request, login: Writer, service: Parts) -> OneNote:
    """Keep a note for the other operators; the citizen never sees it."""
    await _readable(service, login, conversation_id)
    row = await service.conversations.note(conversation_id, login.operator, body.text)
    return OneNote(note=(await Viewer.load(service.database, language_of(request))).note(row))


async def _one(row: Conversation, request: Request, service: Parts) -> OneConversation:
    viewer = await Viewer.load(service.database, language_of(request))
    return OneConversation(conversation=viewer.conversation(row))
