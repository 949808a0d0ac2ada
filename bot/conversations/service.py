"""Conversations: the one door through which channels and operators read and change them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations import inbox, record, tickets
from bot.conversations.desk import DeskSettings
from bot.conversations.events import Event, Events
from bot.conversations.inbox import Received
from bot.conversations.queue import Place, place, publish_positions
from bot.conversations.record import UnknownConversation
from bot.conversations.states import State
from bot.conversations.talks import Talks
from bot.conversations.text import Trouble
from bot.conversations.tokens import BadToken, Tokens, WrongSite
from bot.conversations.views import MessageView
from bot.storage import Conversation, Database, Inbox, Message
from bot.storage.tables import now
from texts import Language

__all__ = ["Conversations"]


class Conversations(Talks):
    """Everything that may happen to a conversation: what citizens do stands here, what operators do in `Talks`.

    Every method is one transaction; events go out after it.
    """

    def __init__(
        self,
        database: Database,
        events: Events,
        wake: Callable[[str], None],
        push: Callable[[str], None],
        forget: Callable[[Sequence[str]], Awaitable[None]],
        tokens: Tokens,
        desk: DeskSettings,
    ) -> None:
        """`wake(conversation)` is called when a message awaits an answer, `push(conversation)` when one must go out.

        `forget(conversations)` deletes what the dialogue engine keeps of them.
        """
        self.database = database
        self.events = events
        self._wake = wake
        self._push = push
        self._forget = forget
        self._tokens = tokens
        self.desk = desk

    # --- citizens

    async def open(
        self, channel: str, language: Language, *, origin: str | None = None, address: str | None = None
    ) -> tuple[Conversation, str]:
        """A new conversation and the citizen's token for it, bound to the site `origin` where one is named.

        The same `address` again gives the conversation that is there.
        """
        async with self.database.write() as session:
            if address is None:
                conversation = inbox.new_conversation(channel, language)
                session.add(conversation)
            else:
                conversation = await self.at_address(session, channel, address, language)
        return conversation, self._tokens.give(conversation.id, origin)

    async def at_address(self, session: AsyncSession, channel: str, address: str, language: Language) -> Conversation:
        """The conversation of a pushing channel's address, made in the caller's transaction where it is new."""
        query = select(Conversation).where(Conversation.channel == channel, Conversation.address == address)
        found = await session.scalar(query)
        if found is None:
            found = inbox.new_conversation(channel, language, address)
            try:
                async with session.begin_nested():
                    session.add(found)
            except IntegrityError:  # made just now by another transaction
                found = (await session.scalars(query)).one()
        return found

    async def permitted(self, token: str, origin: str | None = None) -> Conversation:
        """The conversation that this token opens, for a caller from the site `origin`, None where it names none.

        Raises `UnknownConversation`, for a token that is wrong or over as well, and `WrongSite`.
        """
        try:
            visitor = self._tokens.read(token)
        except BadToken:
            raise UnknownConversation("by its token") from None
        if origin is not None and visitor.origin not in (None, origin):
            raise WrongSite(origin)
        conversation = await self.get(visitor.conversation)
        if not self._tokens.current(visitor, conversation.updated_at):
            raise UnknownConversation(conversation.id)
        return conversation

    async def receive(
        self,
        conversation_id: str,
        *,
        key: str,
        text: str = "",
        payload: str | None = None,
        unreadable: Trouble | None = None,
        plain: bool | None = None,
    ) -> Received:
        """Store a citizen's message and have it answered; parameters and errors as those of `inbox.receive`."""
        async with self.database.write() as session:
            received = await inbox.receive(
                session,
                conversation_id,
                key=key,
                text=text,
                payload=payload,
                unreadable=unreadable,
                plain=plain,
                desk=self.desk,
            )
        self.received(conversation_id, received)
        return received

    def received(self, conversation_id: str, received: Received) -> None:
        """What a channel calls once its own transaction with `inbox.receive` or `inbox.answered` is committed."""
        if received.repeated:
            return
        if received.moved:
            self.events.publish(Event(conversation_id, "mode", {"mode": received.message.mode}))
        if received.answered:
            self._said(conversation_id)
        else:
            self.events.publish(Event(conversation_id, "message"))
            self._wake(conversation_id)

    async def messages(self, conversation_id: str, after: int = 0, limit: int = 1000) -> list[MessageView]:
        """The messages with ids above `after`, in order."""
        query = (
            select(Message)
            .where(Message.conversation_id == conversation_id, Message.id > after)
            .order_by(Message.id)
            .limit(limit)
        )
        async with self.database.read() as session:
            return [MessageView.of(message) for message in await session.scalars(query)]

    async def owes(self, conversation_id: str) -> bool:
        """Whether a message of the citizen still awaits what the bot or the queue has to say to it."""
        query = select(Inbox.id).where(Inbox.conversation_id == conversation_id, Inbox.state == "received").limit(1)
        async with self.database.read() as session:
            return await session.scalar(query) is not None

    async def rate(self, conversation_id: str, stars: int, comment: str | None) -> None:
        """Keep the citizen's rating (1 to 5); a later one replaces it."""
        async with self.database.write() as session:
            conversation = await record.locked(session, conversation_id)
            await inbox.rate(session, conversation, stars, comment)

    async def erase(self, conversation_id: str) -> None:
        """Delete a conversation with all that belongs to it, in the dialogue engine as well."""
        await self._forget([conversation_id])
        async with self.database.write() as session:
            conversation = await session.get(Conversation, conversation_id, with_for_update=True)
            if conversation is not None:
                await tickets.end(session, conversation, "erased")
                await session.flush()
            await session.execute(delete(Conversation).where(Conversation.id == conversation_id))
        self.events.publish(Event(conversation_id, "mode", {"mode": State.CLOSED}))
        await publish_positions(self.database, self.events)

    async def expire(self, older_than: timedelta) -> int:
        """Erase the conversations in which nothing was said for so long; returns how many."""
        query = select(Conversation.id).where(Conversation.updated_at < now() - older_than).limit(1000)
        async with self.database.read() as session:
            expired = (await session.scalars(query)).all()
        for conversation_id in expired:
            await self.erase(conversation_id)
        return len(expired)

    async def queue_position(self, conversation_id: str) -> Place | None:
        """The place in the queue and the wait there; None where the conversation does not wait."""
        async with self.database.read() as session:
            conversation = await session.get(Conversation, conversation_id)
            if conversation is None or conversation.state != State.WAITING:
                return None
            return await place(session, conversation)

    async def get(self, conversation_id: str) -> Conversation:
        """Raises `UnknownConversation`."""
        async with self.database.read() as session:
            conversation = await session.get(Conversation, conversation_id)
        if conversation is None:
            raise UnknownConversation(conversation_id)
        return conversation
