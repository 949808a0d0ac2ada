"""The citizens' HTTP interface, which the widget and the terminal use: conversations, their events, and the search."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from sse_starlette import EventSourceResponse, ServerSentEvent

from bot.conversations import Event, MessageView, State, UnknownConversation
from bot.conversations.text import clean
from bot.dialogue import DialogueUnavailable
from bot.errors import ApiError, language_of
from bot.service import Parts, Service
from bot.storage import Conversation
from texts import Language

__all__ = ["router"]

TOLD = ("mode", "queue", "typing")
"""The events that a citizen's stream passes on as they are; what is for operators alone is not among them."""
HEARTBEAT = 15  # seconds between pings, under the half minute after which proxies give up on a silent connection
REREAD = 60.0  # seconds without an event after which the database is read all the same

router = APIRouter(prefix="/api/v1", tags=["citizens"])


def _mended(value: object) -> object:
    """`value` with halves of surrogate pairs replaced: JSON can carry them, UTF-8 and the database cannot."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_mended)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Open(_Body):
    language: Language | None = None


class Send(_Body):
    """A typed text or the payload of a pressed button. The same `client_id` again does nothing twice.

    `plain` asks for plain words from this message on, or no longer.
    """

    client_id: UUID
    text: Text | None = None
    payload: Text | None = None
    plain: bool | None = None

    @model_validator(mode="after")
    def _one(self) -> Send:
        if (self.text is None) == (self.payload is None):
            raise ValueError("exactly one of text and payload is needed")
        return self


class Rating(_Body):
    stars: Annotated[int, Field(ge=1, le=5, strict=True)]
    comment: Annotated[Text, Field(max_length=4000)] | None = None


class Typing(_Body):
    active: bool


class Opened(BaseModel):
    conversation: str
    token: str


class Sent(BaseModel):
    message: MessageView


class Messages(BaseModel):
    messages: list[MessageView]


class Found(BaseModel):
    service: str
    section: str | None
    score: float
    title: str


class SearchAnswer(BaseModel):
    text: str
    language: Language
    decision: Literal["answer", "clarify", "none"]
    results: list[Found]


Origin = Annotated[str | None, Header(include_in_schema=False)]
"""The site of the calling page, as the browser says it; None for callers that are no page."""

_bearer = HTTPBearer(auto_error=False, description="The token that opening the conversation gave.")


async def _conversation(
    conversation_id: str,
    service: Parts,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    origin: Origin = None,
) -> Conversation:
    """The conversation of the address, if the caller's token opens it and was given to the caller's site.

    A wrong token and an unknown conversation get the same answer, so that nobody can find out which ones there are.
    """
    if credentials is None:
        raise ApiError(401, "unauthorized", headers={"WWW-Authenticate": "Bearer"})
    try:
        known_form = str(UUID(conversation_id))
    except ValueError:
        raise UnknownConversation(conversation_id) from None
    conversation = await service.conversations.permitted(credentials.credentials, origin)
    if conversation.id != known_form:
        raise UnknownConversation(conversation_id)
    return conversation


Permitted = Annotated[Conversation, Depends(_conversation)]
MessageId = Annotated[int, Query(ge=0, lt=2**31, description="The last message id that the caller has.")]


@router.post("/conversations", status_code=201)
async def open_conversation(
    request: Request, service: Parts, origin: Origin = None, body: Open | None = None
) -> Opened:
    """Begin a conversation, in the language given or that of `Accept-Language`.

    The token that a browser's page gets opens it from pages of the same site only.
    """
    language = (body and body.language) or language_of(request)
    conversation, token = await service.conversations.open("web", language, origin=origin)
    return Opened(conversation=conversation.id, token=token)


@router.post("/conversations/{conversation_id}/messages", status_code=202)
async def send_message(conversation: Permitted, service: Parts, body: Send) -> Sent:
    """Store the citizen's message; the answer comes among the messages and events.

    Any text is taken, empty or huge as well: the bot answers that in words.
    """
    received = await service.conversations.receive(
        conversation.id,
        key=f"{conversation.id}:{body.client_id}",
        text=body.text or "",
        payload=body.payload,
        plain=body.plain,
    )
    return Sent(message=MessageView.of(received.message))


@router.get("/conversations/{conversation_id}/messages")
async def messages(conversation: Permitted, service: Parts, after: MessageId = 0) -> Messages:
    """The messages with ids above `after`, in order; at most 1000 at a time."""
    return Messages(messages=await service.conversations.messages(conversation.id, after))


@router.get("/conversations/{conversation_id}/events", response_class=EventSourceResponse)
async def events(
    conversation: Permitted,
    service: Parts,
    after: MessageId = 0,
    last_event_id: Annotated[str | None, Header()] = None,
) -> EventSourceResponse:
    """Server-sent events: `message` (with its id), `mode`, `typing`, `queue`.

    The stream begins with the current mode and queue position and the messages that the caller lacks: those after
    `Last-Event-ID`, or else after `after`.
    """
    seen = int(last_event_id) if last_event_id and last_event_id.isdecimal() and len(last_event_id) < 10 else after
    return EventSourceResponse(_stream(service, conversation.id, seen), ping=HEARTBEAT)


async def _stream(service: Service, conversation_id: str, seen: int) -> AsyncIterator[ServerSentEvent]:
    """All that happens in a conversation, each message once and in order, until the service stops or it is erased."""
    # Subscribed before anything is read: what happens in between is then told twice rather than never, and the ids
    # sort out what was told.
    with service.events.subscribe(conversation_id) as subscription:
        try:
            conversation = await service.conversations.get(conversation_id)
            yield _event("mode", {"mode": conversation.state})
            place = await service.conversations.queue_position(conversation_id)
            if place is not None:
                yield _event("queue", place._asdict())
            unread = True
            while True:
                while unread:
                    page = await service.conversations.messages(conversation_id, seen)
                    for message in page:
                        yield ServerSentEvent(event="message", id=str(message.id), data=message.model_dump_json())
                        seen = message.id
                    unread = bool(page)
                try:
                    event = await subscription.get(REREAD)
                except TimeoutError:
                    unread = True
                    continue
                if event is None:
                    return
                if event.kind == "message":
                    unread = True
                elif event.kind in TOLD and event.data.get("author") != "citizen":
                    yield _event(event.kind, event.data)
                    if event.kind == "mode":
                        await service.conversations.get(conversation_id)  # raises where it has been erased
        except UnknownConversation:
            return


def _event(kind: str, data: dict[str, Any]) -> ServerSentEvent:
    return ServerSentEvent(event=kind, data=json.dumps(data))


@router.post("/conversations/{conversation_id}/typing", status_code=204)
async def typing(conversation: Permitted, service: Parts, body: Typing) -> None:
    """The citizen is writing, or has stopped; operators see it, the bot is not told."""
    if conversation.state in (State.WAITING, State.OPERATOR):
        service.events.publish(Event(conversation.id, "typing", {"author": "citizen", "active": body.active}))


@router.post("/conversations/{conversation_id}/rating", status_code=204)
async def rate(conversation: Permitted, service: Parts, body: Rating) -> None:
    """Keep the citizen's rating; a later one replaces it."""
    await service.conversations.rate(conversation.id, body.stars, clean(body.comment) if body.comment else None)


@router.delete("/conversations/{conversation_id}", status_code=204)
async def erase(conversation: Permitted, service: Parts) -> None:
    """Delete the conversation and all that belongs to it."""
    try:
        await service.conversations.erase(conversation.id)
    except DialogueUnavailable as error:
        raise ApiError(503, "unavailable") from error


@router.get("/search")
async def search(
    request: Request,
    q: Annotated[str, Query(min_length=1, max_length=4000)],
    language: Language | None = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 5,
) -> SearchAnswer:
    """Search the knowledge base without the dialogue, as `jauap search` does."""
    find = request.app.state.search
    if find is None:
        raise ApiError(503, "unavailable")
    result = asdict(await run_in_threadpool(find, q, language, limit))
    return SearchAnswer.model_validate({"text": q, **result})
