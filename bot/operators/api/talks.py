"""The queue and the talks: what operators read of them and do to them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sse_starlette import EventSourceResponse

from bot.conversations import State
from bot.errors import ApiError, language_of
from bot.operators import accounts, sessions
from bot.operators.access import COOKIE, Caller, Writer, may_read, readable, refusals
from bot.operators.api.bodies import Body, Said
from bot.operators.stream import stream
from bot.operators.views import Colleague, ConversationView, NoteView, OperatorMessage, Viewer, transcript
from bot.service import Parts
from bot.storage import Conversation

__all__ = ["router"]

router = APIRouter()


class _Message(Body):
    client_id: UUID
    text: Said


class _Transfer(Body):
    operator: str


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


class OneMessage(BaseModel):
    message: OperatorMessage


class OneNote(BaseModel):
    note: NoteView


class Colleagues(BaseModel):
    operators: list[Colleague]


# --- reading


@router.get("/queue")
async def queue(request: Request, login: Caller, service: Parts) -> ConversationList:
    """The waiting conversations, the longest waiting first."""
    viewer = await Viewer.load(service.database, language_of(request))
    return ConversationList(conversations=viewer.queue(await service.conversations.queue()))


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
    """One conversation with its newest 500 messages and all notes."""
    row = await _readable(service, login, conversation_id)
    viewer = await Viewer.load(service.database, language_of(request))
    place = await service.conversations.queue_position(row.id)
    return WholeConversation(
        conversation=viewer.conversation(row, place and place.position),
        messages=[viewer.message(message) for message in await transcript(service.database, row.id)],
        notes=[viewer.note(note) for note in await service.conversations.notes(row.id)],
    )


@router.get("/operators")
async def operators(login: Caller, service: Parts) -> Colleagues:
    """Everybody to whom a conversation can be given, without the caller."""
    others = [each for each in await accounts.everyone(service.database) if not each.disabled]
    return Colleagues(
        operators=[
            Colleague.model_validate(each, from_attributes=True) for each in others if each.id != login.operator.id
        ]
    )


@router.get("/events")
async def events(request: Request, login: Caller, service: Parts) -> EventSourceResponse:
    """Server-sent events: `queue`, `talks`, `message`, `changed`, `logged_out` (bot/operators/stream.py)."""
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
    return OneMessage(message=(await Viewer.load(service.database, language_of(request))).message(row))


@router.post("/conversations/{conversation_id}/transfer")
async def transfer(
    conversation_id: str, body: _Transfer, request: Request, login: Writer, service: Parts
) -> OneConversation:
    """Give the conversation to another operator."""
    if body.operator == login.operator.username:
        raise ApiError(422, "bad_field", field="operator")
    with refusals():
        row = await service.conversations.transfer(conversation_id, login.operator, body.operator)
    return await _one(row, request, service)


@router.post("/conversations/{conversation_id}/return")
async def give_back(conversation_id: str, request: Request, login: Writer, service: Parts) -> OneConversation:
    """Return the conversation to the bot."""
    with refusals():
        row = await service.conversations.give_back(conversation_id, login.operator)
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
