"""What operators, and the desk by itself, do to conversations: each act one transaction, told to everybody after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import audit
from bot.conversations import record, tickets
from bot.conversations.desk import DeskSettings
from bot.conversations.events import Event, Events
from bot.conversations.handover import rating_buttons
from bot.conversations.queue import place, publish_positions
from bot.conversations.routing import Priority, in_turn
from bot.conversations.states import Act, ForbiddenTransition, State
from bot.storage import Conversation, Database, Inbox, Message, Note, Operator
from bot.storage.tables import now
from texts import say

__all__ = ["AlreadyClaimed", "NotYours", "Talks", "UnknownOperator"]

TRANSFER_REASON = "conversations.transfer_reason"


class AlreadyClaimed(Exception):
    """Another operator has this conversation, or it does not wait any more."""

    def __init__(self, owner: str | None) -> None:
        self.owner = owner
        super().__init__(owner or "")


class NotYours(Exception):
    """Only the operator who has a conversation may do this."""


class UnknownOperator(LookupError):
    """There is no such operator, or the account is disabled."""


class Talks:
    """The operators' side of `Conversations`."""

    database: Database
    events: Events
    desk: DeskSettings
    _push: Callable[[str], None]

    async def queue(self) -> Sequence[Conversation]:
        """The waiting conversations, in the order in which they are to be taken."""
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
        order = in_turn() if state is State.WAITING else (Conversation.updated_at.desc(),)
        async with self.database.read() as session:
            return (await session.scalars(query.order_by(*order))).all()

    async def claim(
        self, conversation_id: str, operator: Operator, *, assigned: bool = False, by: str | None = None
    ) -> Conversation:
        """Take a waiting conversation: one conditional update, so that of any number of operators one gets it.

        Claiming what one already has changes nothing. `assigned` where it was given rather than taken: then it counts
        for whose turn is next; `by` is the supervisor who gave it. Raises `UnknownConversation`, `AlreadyClaimed`.
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
            await tickets.claimed(session, conversation)
            if assigned:
                (await session.get_one(Operator, operator.id)).assigned_at = now()
            if by is not None:
                await _note_assignment(session, by, conversation_id, operator)
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
            await tickets.operator_wrote(session, conversation)
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

    async def transfer(
        self, conversation_id: str, operator: Operator, to: str, reason: str | None = None
    ) -> Conversation:
        """Give a conversation to the operator named `to`. Raises as `_owned`, and `UnknownOperator`."""
        async with self.database.write() as session:
            conversation = await self._owned(session, conversation_id, operator)
            target = await _operator(session, to)
            await self._give(session, conversation, target)
            await self._explain(session, conversation, operator, target.username, reason)
        await self._changed(conversation)
        return conversation

    async def reroute(
        self, conversation_id: str, operator: Operator, domain: str, reason: str | None = None
    ) -> Conversation:
        """Give a conversation to whoever answers for another domain: back into the queue, at its old place.

        Raises as `_owned`.
        """
        async with self.database.write() as session:
            conversation = await self._owned(session, conversation_id, operator)
            await record.move(session, conversation, Act.REROUTE)
            conversation.domain = domain
            await session.flush()
            title = say(f"actions.domain_{domain}", conversation.language)  # type: ignore[arg-type]
            await tickets.transferred(session, conversation)
            await self._explain(session, conversation, operator, title, reason)
            position, _ = await place(session, conversation)
            await record.system_message(
                session, conversation, "conversations.transferred_to_domain", domain=title, position=position
            )
        await self._changed(conversation)
        return conversation

    async def assign(self, conversation_id: str, to: str, by: str) -> Conversation:
        """Give a conversation that waits, or that another has, to the operator named `to`, as supervisor `by` wishes.

        Raises `UnknownConversation`, `ForbiddenTransition`, `UnknownOperator`, and `AlreadyClaimed` where somebody was
        quicker.
        """
        async with self.database.write() as session:
            conversation = await record.locked(session, conversation_id)
            target = await _operator(session, to)
            waits = conversation.state == State.WAITING
            if not waits and conversation.operator_id != target.id:
                await self._give(session, conversation, target)
                await _note_assignment(session, by, conversation_id, target)
        if waits:
            return await self.claim(conversation_id, target, assigned=True, by=by)
        await self._changed(conversation)
        return conversation

    async def prioritise(self, conversation_id: str, priority: Priority, by: str) -> Conversation:
        """Move a waiting conversation forward or back, as the supervisor `by` wishes.

        Raises `UnknownConversation`, `ForbiddenTransition`.
        """
        async with self.database.write() as session:
            conversation = await record.locked(session, conversation_id)
            if conversation.state != State.WAITING:
                raise ForbiddenTransition(State(conversation.state), Act.HAND_OVER)
            conversation.priority = priority
            await audit.record(session, by, "talk_prioritised", conversation_id, priority=int(priority))
        await self._changed(conversation)
        return conversation

    async def give_back(self, conversation_id: str, operator: Operator, summary: str | None = None) -> Conversation:
        """Return a conversation to the bot, the citizen told the `summary` where there is one. Raises as `_owned`."""
        async with self.database.write() as session:
            conversation = await self._owned(session, conversation_id, operator)
            if summary is not None:
                text = say("conversations.summary", conversation.language, summary=summary)  # type: ignore[arg-type]
                await record.append(session, conversation, author="operator", text=text, operator_id=operator.id)
            await record.move(session, conversation, Act.RETURN)
            await record.system_message(session, conversation, "conversations.returned_to_bot")
        await self._changed(conversation)
        return conversation

    async def close(self, conversation_id: str, operator: Operator, outcome: str) -> Conversation:
        """End a conversation with an outcome. Raises as `_owned`."""
        async with self.database.write() as session:
            conversation = await self._owned(session, conversation_id, operator)
            await self._end(session, conversation, Act.CLOSE, "closed", outcome)
        await self._changed(conversation)
        return conversation

    # --- by itself

    async def vanish(self, conversation_id: str, operator_id: int) -> None:
        """Put a conversation back into the queue, at its old place, because its operator shows no sign of life."""
        async with self.database.write() as session:
            conversation = await record.locked(session, conversation_id)
            if conversation.state != State.OPERATOR or conversation.operator_id != operator_id:
                return
            await record.move(session, conversation, Act.VANISH)
            await session.flush()
            position, _ = await place(session, conversation)
            await record.system_message(session, conversation, "conversations.operator_vanished", position=position)
        await self._changed(conversation)

    async def ask_silent(self, conversation_id: str) -> None:
        """Ask a citizen who has fallen silent whether they are still there."""
        async with self.database.write() as session:
            conversation = await record.locked(session, conversation_id)
            if conversation.state != State.OPERATOR or conversation.owed_since or conversation.asked_at:
                return
            conversation.asked_at = now()
            minutes = round((await self.desk.read(session)).close_after / 60)
            await record.system_message(session, conversation, "conversations.still_there", minutes=minutes)
        self._said(conversation_id)

    async def lapse(self, conversation_id: str) -> None:
        """Close a conversation whose citizen was asked and said nothing."""
        async with self.database.write() as session:
            conversation = await record.locked(session, conversation_id)
            if conversation.state != State.OPERATOR or conversation.asked_at is None:
                return
            await self._end(session, conversation, Act.LAPSE, "closed_silent", "no_reply")
        await self._changed(conversation)

    # --- notes

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

    async def _give(self, session: AsyncSession, conversation: Conversation, target: Operator) -> None:
        """Give a conversation that somebody has to another."""
        await record.move(session, conversation, Act.TRANSFER)
        conversation.operator_id = target.id
        await tickets.transferred(session, conversation)
        await record.system_message(session, conversation, "conversations.transferred")

    async def _explain(
        self, session: AsyncSession, conversation: Conversation, operator: Operator, to: str, reason: str | None
    ) -> None:
        """Keep the reason of a transfer where the next operator reads it: among the notes."""
        if reason is not None:
            text = say(TRANSFER_REASON, conversation.language, to=to, reason=reason)  # type: ignore[arg-type]
            session.add(Note(conversation_id=conversation.id, operator_id=operator.id, text=text))

    async def _end(self, session: AsyncSession, conversation: Conversation, act: Act, key: str, outcome: str) -> None:
        await record.move(session, conversation, act, outcome=outcome)
        conversation.outcome = outcome
        buttons = rating_buttons(conversation)
        await record.system_message(session, conversation, f"conversations.{key}", buttons=buttons)

    async def desk_changed(self) -> None:
        """Tell everybody whom it concerns that somebody came or went, or that the desk works otherwise now."""
        self.events.publish(Event("", "desk"))
        await publish_positions(self.database, self.events)  # how long it takes is known only while somebody works

    async def _changed(self, conversation: Conversation) -> None:
        self.events.publish(Event(conversation.id, "mode", {"mode": conversation.state}))
        self._said(conversation.id)
        await publish_positions(self.database, self.events)

    def _said(self, conversation_id: str) -> None:
        self.events.publish(Event(conversation_id, "message"))
        self._push(conversation_id)


async def _note_assignment(session: AsyncSession, by: str, conversation_id: str, target: Operator) -> None:
    await audit.record(session, by, "talk_assigned", conversation_id, operator=target.username)


async def _operator(session: AsyncSession, name: str) -> Operator:
    found = await session.scalar(select(Operator).where(Operator.username == name, ~Operator.disabled))
    if found is None:
        raise UnknownOperator(name)
    return found
