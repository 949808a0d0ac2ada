"""Conversations: the one door through which channels and operators read and change them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations import inbox, record
from bot.conversations.events import Event, Events
from bot.conversations.inbox import Received
from bot.conversations.queue import Place, place, publish_positions
from bot.conversations.record import UnknownConversation
from bot.conversations.states import Act, ForbiddenTransition, State
from bot.conversations.text import Trouble
from bot.conversations.tokens import BadToken, Tokens, WrongSite
from bot.conversations.views import MessageView
from bot.storage import Conversation, Database, Inbox, Message, Note, Operator
from bot.storage.tables import now
from texts import Language

__all__ = ["AlreadyClaimed", "Conversations", "NotYours", "UnknownOperator"]


class AlreadyClaimed(Exception):
    """Another operator has this conversation, or it does not wait any more."""

    def __init__(self, owner: str | None) -> None:
        self.owner = owner
        super().__init__(owner or "")


class NotYours(Exception):
    """Only the operator who has a conversation may do this."""


class UnknownOperator(LookupError):
    """There is no such operator, or the account is disabled."""


class Conversations:
    """Everything that may happen to a conversation. Every method is one transaction; events go out after it."""

    def __init__(
        self,
        database: Database,
        events: Events,
        wake: Callable[[str], None],
        push: Callable[[str], None],
        forget: Callable[[Sequence[str]], Awaitable[None]],
        tokens: Tokens,
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
                session, conversation_id, key=key, text=text, payload=payload, unreadable=unreadable, plain=plain
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
            conversation.stars, conversation.comment = stars, comment

    async def erase(self, conversation_id: str) -> None:
        """Delete a conversation with all that belongs to it, in the dialogue engine as well."""
        await self._forget([conversation_id])
        async with self.database.write() as session:
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

    # --- operators

    async def queue(self) -> Sequence[Conversation]:
        """The waiting conversations, the longest waiting first."""
        return await self.find(State.WAITING)

    async def find(
        self, state: State | None = None, operator_id: int | None = None, limit: int = 200
    ) -> Sequence[Conversation]:
        """Conversations by state and operator: the queue in its order, all others by their last change."""
        query = select(Conversation).limit(limit)
        if state is not None:
            query = query.where(Conversation.state == state)
        if operator_id is not None:
            query = query.where(Conversation.operator_id == operator_id)
        order = Conversation.waiting_since if state is State.WAITING else Conversation.updated_at.desc()
        async with self.database.read() as session:
            return (await session.scalars(query.order_by(order))).all()

    async def get(self, conversation_id: str) -> Conversation:
        """Raises `UnknownConversation`."""
        async with self.database.read() as session:
            conversation = await session.get(Conversation, conversation_id)
        if conversation is None:
            raise UnknownConversation(conversation_id)
        return conversation

    async def claim(self, conversation_id: str, operator: Operator) -> Conversation:
        """Take a waiting conversation: one conditional update, so that of any number of operators one gets it.

        Claiming what one already has changes nothing. Raises `UnknownConversation`, `AlreadyClaimed`.
        """
        async with self.database.write() as session:
            taken = await session.scalar(
                update(Conversation)
                .where(Conversation.id == conversation_id, Conversation.state == State.WAITING)
                .values(
                    state=State.OPERATOR,
                    operator_id=operator.id,
                    epoch=Conversation.epoch + 1,
                    claimed_at=now(),
                    updated_at=now(),
                )
                .returning(Conversation.id)
            )
            conversation = await record.locked(session, conversation_id)
            if taken is None:
                if conversation.operator_id == operator.id:
                    return conversation
                owner = conversation.operator_id
                raise AlreadyClaimed((await session.get_one(Operator, owner)).username if owner is not None else None)
            await record.system_message(session, conversation, "conversations.operator_joined")
        await self._changed(conversation)
        return conversation

    async def write(self, conversation_id: str, operator: Operator, *, key: str, text: str) -> Message:
        """The operator's message; the same `key` again gives the first one. Raises as `_owned`."""
        async with self.database.write() as session:
            conversation = await self._owned(session, conversation_id, operator)
            known = await session.scalar(select(Inbox).where(Inbox.channel == "operator", Inbox.key == key))
            if known is not None:
                return await session.get_one(Message, (known.conversation_id, known.message_id))
            message = await record.append(session, conversation, author="operator", text=text, operator_id=operator.id)
            session.add(
                Inbox(
                    channel="operator",
                    key=key,
                    conversation_id=conversation.id,
                    message_id=message.id,
                    state="answered",
                )
            )
        self._said(conversation_id)
        return message

    async def transfer(self, conversation_id: str, operator: Operator, to: str) -> Conversation:
        """Give a conversation to the operator named `to`. Raises as `_owned`, and `UnknownOperator`."""
        async with self.database.write() as session:
            conversation = await self._owned(session, conversation_id, operator)
            target = await session.scalar(select(Operator).where(Operator.username == to, ~Operator.disabled))
            if target is None:
                raise UnknownOperator(to)
            record.move(conversation, Act.TRANSFER)
            conversation.operator_id = target.id
            await record.system_message(session, conversation, "conversations.transferred")
        await self._changed(conversation)
        return conversation

    async def give_back(self, conversation_id: str, operator: Operator) -> Conversation:
        """Return a conversation to the bot. Raises as `_owned`."""
        async with self.database.write() as session:
            conversation = await self._owned(session, conversation_id, operator)
            record.move(conversation, Act.RETURN)
            await record.system_message(session, conversation, "conversations.returned_to_bot")
        await self._changed(conversation)
        return conversation

    async def close(self, conversation_id: str, operator: Operator, outcome: str) -> Conversation:
        """End a conversation with an outcome. Raises as `_owned`."""
        async with self.database.write() as session:
            conversation = await self._owned(session, conversation_id, operator)
            record.move(conversation, Act.CLOSE)
            conversation.outcome = outcome
            await record.system_message(session, conversation, "conversations.closed")
        await self._changed(conversation)
        return conversation

    async def note(self, conversation_id: str, operator: Operator, text: str) -> Note:
        """Keep a note, for operators only. Raises `UnknownConversation`."""
        async with self.database.write() as session:
            await record.locked(session, conversation_id)
            note = Note(conversation_id=conversation_id, operator_id=operator.id, text=text)
            session.add(note)
        return note

    async def notes(self, conversation_id: str) -> Sequence[Note]:
        async with self.database.read() as session:
            query = select(Note).where(Note.conversation_id == conversation_id).order_by(Note.id)
            return (await session.scalars(query)).all()

    # --- within

    async def _owned(self, session: AsyncSession, conversation_id: str, operator: Operator) -> Conversation:
        """The locked conversation, if this operator has it.

        Raises `UnknownConversation`, `ForbiddenTransition`, `NotYours`.
        """
        conversation = await record.locked(session, conversation_id)
        if conversation.state != State.OPERATOR:
            raise ForbiddenTransition(State(conversation.state), Act.TRANSFER)
        if conversation.operator_id != operator.id:
            raise NotYours(conversation_id)
        return conversation

    async def _changed(self, conversation: Conversation) -> None:
        self.events.publish(Event(conversation.id, "mode", {"mode": conversation.state}))
        self._said(conversation.id)
        await publish_positions(self.database, self.events)

    def _said(self, conversation_id: str) -> None:
        self.events.publish(Event(conversation_id, "message"))
        self._push(conversation_id)
