"""Revealing what is hidden by default: each an act with a reason, which the audit log keeps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from bot.errors import ApiError
from bot.operators import masking
from bot.operators.access import Writer, refusals
from bot.operators.api.bodies import Body, Said
from bot.service import Parts

__all__ = ["router"]

router = APIRouter()


class _Why(Body):
    reason: Annotated[Said, Field(min_length=3, max_length=200)]


class Revealed(BaseModel):
    text: str


class RevealedContact(BaseModel):
    contact: str


@router.post("/conversations/{conversation_id}/messages/{message_id}/reveal")
async def reveal_message(conversation_id: str, message_id: int, body: _Why, login: Writer, service: Parts) -> Revealed:
    """The whole text of a message."""
    with _refusals():
        text = await masking.reveal_message(service.database, login.operator, conversation_id, message_id, body.reason)
    return Revealed(text=text)


@router.post("/conversations/{conversation_id}/notes/{note_id}/reveal")
async def reveal_note(conversation_id: str, note_id: int, body: _Why, login: Writer, service: Parts) -> Revealed:
    """The whole text of a note."""
    with _refusals():
        text = await masking.reveal_note(service.database, login.operator, conversation_id, note_id, body.reason)
    return Revealed(text=text)


@router.post("/conversations/{conversation_id}/contact/reveal")
async def reveal_contact(conversation_id: str, body: _Why, login: Writer, service: Parts) -> RevealedContact:
    """Where else the citizen wants to be answered."""
    with _refusals():
        contact = await masking.reveal_contact(service.database, login.operator, conversation_id, body.reason)
    return RevealedContact(contact=contact)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        with refusals():
            yield
    except masking.NothingHidden:
        raise ApiError(404, "nothing_hidden") from None
