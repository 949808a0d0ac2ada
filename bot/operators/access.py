"""Who is calling, and what they may read and do."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations import AlreadyClaimed, Conversations, NotYours, State, UnknownOperator
from bot.conversations.record import locked
from bot.errors import ApiError
from bot.operators import presence
from bot.operators.roles import Role
from bot.operators.sessions import LogIn, find_session
from bot.service import Parts
from bot.storage import Conversation, Operator
from texts import Language

__all__ = [
    "COOKIE",
    "AdministeringWriter",
    "Administrator",
    "Caller",
    "Entrant",
    "EntrantWriter",
    "SupervisingWriter",
    "Supervisor",
    "Writer",
    "citizens_language",
    "may_read",
    "readable",
    "readable_locked",
    "readable_one",
    "refusals",
    "sees_all",
]

COOKIE = "jauap_session"


async def _entrant(request: Request, service: Parts) -> LogIn:
    log_in = await find_session(service.database, request.cookies.get(COOKIE, ""))
    if log_in is None:
        raise ApiError(401, "not_logged_in")
    await presence.seen(service.database, log_in.operator)
    return log_in


Entrant = Annotated[LogIn, Depends(_entrant)]
"""As `Caller`, and also whoever must set up the second factor first: only for what leads there, or out."""


async def _entrant_writer(request: Request, log_in: Entrant) -> LogIn:
    given = request.headers.get("X-CSRF-Token", "")
    if not hmac.compare_digest(given.encode(), log_in.session.csrf_token.encode()):
        raise ApiError(403, "bad_csrf")
    return log_in


EntrantWriter = Annotated[LogIn, Depends(_entrant_writer)]


async def _caller(log_in: Entrant) -> LogIn:
    if log_in.session.enrolling:
        raise ApiError(403, "second_factor_required")
    return log_in


Caller = Annotated[LogIn, Depends(_caller)]
"""What a reading route declares: who is logged in; 401 for anybody else, 403 without a required second factor."""


async def _writer(_: Caller, log_in: EntrantWriter) -> LogIn:
    return log_in


Writer = Annotated[LogIn, Depends(_writer)]
"""What a writing route declares: as `Caller`, and 403 without the token that another site cannot know."""


def _only(log_in: LogIn, *roles: Role) -> LogIn:
    if log_in.operator.role not in roles:
        raise ApiError(403, "not_permitted")
    return log_in


async def _supervisor(log_in: Caller) -> LogIn:
    return _only(log_in, Role.SUPERVISOR, Role.ADMIN)


async def _supervising_writer(log_in: Writer) -> LogIn:
    return _only(log_in, Role.SUPERVISOR, Role.ADMIN)


async def _administrator(log_in: Caller) -> LogIn:
    return _only(log_in, Role.ADMIN)


async def _administering_writer(log_in: Writer) -> LogIn:
    return _only(log_in, Role.ADMIN)


Supervisor = Annotated[LogIn, Depends(_supervisor)]
"""As `Caller`, and 403 for operators."""
SupervisingWriter = Annotated[LogIn, Depends(_supervising_writer)]
Administrator = Annotated[LogIn, Depends(_administrator)]
"""As `Caller`, and 403 for all but administrators."""
AdministeringWriter = Annotated[LogIn, Depends(_administering_writer)]


def sees_all(operator: Operator) -> bool:
    return operator.role != Role.OPERATOR


def may_read(operator: Operator, conversation: Conversation) -> bool:
    """Operators read what waits and what is theirs, the others everything."""
    own = conversation.state == State.OPERATOR and conversation.operator_id == operator.id
    return own or conversation.state == State.WAITING or sees_all(operator)


async def readable(
    conversations: Conversations, operator: Operator, state: State | None = None
) -> Sequence[Conversation]:
    """The conversations that this operator may read: those that wait first, in the queue's order."""
    if sees_all(operator):
        return await conversations.find(state)
    waiting = await conversations.queue() if state in (None, State.WAITING) else []
    own = await conversations.find(State.OPERATOR, operator.id) if state in (None, State.OPERATOR) else []
    return [*waiting, *own]


def citizens_language(conversation: Conversation) -> Language:
    """The language in which the citizen is to be written to."""
    return "kk" if conversation.language == "kk" else "ru"


async def readable_one(conversations: Conversations, operator: Operator, conversation_id: str) -> Conversation:
    """One conversation; 403 where this operator may not read it. Raises `UnknownConversation`."""
    row = await conversations.get(conversation_id)
    if not may_read(operator, row):
        raise ApiError(403, "not_yours")
    return row


async def readable_locked(session: AsyncSession, operator: Operator, conversation_id: str) -> Conversation:
    """One conversation, its row locked: it must not go to another between the look at who has it and what is done.

    Raises `UnknownConversation`, `NotYours`.
    """
    row = await locked(session, conversation_id)
    if not may_read(operator, row):
        raise NotYours(conversation_id)
    return row


@contextmanager
def refusals() -> Iterator[None]:
    """Turns what `conversations` refuses to an operator into answers of the HTTP interface."""
    try:
        yield
    except AlreadyClaimed as error:
        if error.owner is None:
            raise ApiError(409, "not_waiting") from None
        raise ApiError(409, "already_claimed", owner=error.owner) from None
    except NotYours:
        raise ApiError(403, "not_yours") from None
    except UnknownOperator:
        raise ApiError(404, "unknown_operator") from None
