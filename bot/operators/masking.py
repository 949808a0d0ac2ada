"""Hides what tells who a citizen is, and reveals it to an operator who says why; the audit log keeps that, not what."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot import audit
from bot.operators.access import readable_locked
from bot.storage import Database, Message, Note, Operator
from nlu.text.personal import Kind, find, mask

__all__ = [
    "NothingHidden",
    "contact_text",
    "message_text",
    "reveal_contact",
    "reveal_message",
    "reveal_note",
]

PUBLIC: tuple[Kind, ...] = ("phone", "email")
"""What the knowledge base itself publishes: the telephones of the offices stay readable in the bot's answers."""

ACT = "personal_data_revealed"


class NothingHidden(LookupError):
    """There is no such message, note or contact in this conversation."""


def message_text(message: Message) -> str:
    """The text of a message as operators read it by default."""
    return mask(message.text, but=_spared(message))


def contact_text(contact: str) -> str:
    """A contact as operators read it by default: never whole, whatever it is."""
    shown = mask(contact)
    return shown if shown != contact else f"[… {contact[-2:]}]"


async def reveal_message(
    database: Database, operator: Operator, conversation_id: str, message_id: int, reason: str
) -> str:
    """The whole text of a message. Raises `UnknownConversation`, `NotYours`, `NothingHidden`."""
    async with database.write() as session:
        await readable_locked(session, operator, conversation_id)
        message = await session.get(Message, (conversation_id, message_id))
        if message is None:
            raise NothingHidden
        kinds = sorted({one.kind for one in find(message.text)} - set(_spared(message)))
        await _record(session, operator, conversation_id, reason, kinds, message=message_id)
    return message.text


async def reveal_note(database: Database, operator: Operator, conversation_id: str, note_id: int, reason: str) -> str:
    """The whole text of a note. Raises as `reveal_message`."""
    async with database.write() as session:
        await readable_locked(session, operator, conversation_id)
        note = await session.get(Note, note_id)
        if note is None or note.conversation_id != conversation_id:
            raise NothingHidden
        kinds = sorted({one.kind for one in find(note.text)})
        await _record(session, operator, conversation_id, reason, kinds, note=note_id)
    return note.text


async def reveal_contact(database: Database, operator: Operator, conversation_id: str, reason: str) -> str:
    """Where else the citizen wants to be answered. Raises as `reveal_message`."""
    async with database.write() as session:
        contact = (await readable_locked(session, operator, conversation_id)).contact
        if contact is None:
            raise NothingHidden
        await _record(session, operator, conversation_id, reason, ["contact"])
    return contact


def _spared(message: Message) -> tuple[Kind, ...]:
    answers = message.author == "bot" and (message.answer or {}).get("decision") == "answer"
    return PUBLIC if answers else ()


async def _record(
    session: AsyncSession, operator: Operator, conversation_id: str, reason: str, kinds: Sequence[str], **what: int
) -> None:
    """Note the act in the audit log; a text with nothing hidden in it needs none."""
    if kinds:
        await audit.record(
            session, operator.username, ACT, conversation_id, kinds=list(kinds), reason=mask(reason), **what
        )
