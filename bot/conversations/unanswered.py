"""Keeps the questions that the bot did not answer well, masked, for the reviewers' list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from actions.replies import Answer, HandOver, Reply
from bot.conversations.states import State
from bot.conversations.wish import wants_operator
from bot.storage import Conversation, Inbox, Message, UnansweredQuestion
from bot.storage.tables import now
from knowledge_base.sections import remainder
from nlu.text import personal
from nlu.text.language import identify
from nlu.text.normalise import normalise

__all__ = ["WHY", "Why", "collect", "rated"]

Why = Literal["operator", "none", "clarify", "rating"]
WHY: tuple[Why, ...] = ("operator", "none", "clarify", "rating")
"""How a question ended, the strongest first: a message is kept once, with the strongest of what became of it.

Who went to a person has lost the most; an answer that was given, but not liked, may still be right.
"""

LOW = 2
"""Stars up to which an answer counts as not liked."""

LONGEST = 1000
"""Characters of a message beyond which it is a letter and no question; an operator reads it in the conversation."""

FEWEST = 4
"""Telling words from which on a message that called for an operator is taken to have a question in it as well."""

SAME_VISIT = timedelta(hours=1)
"""How far back a question still belongs to what follows: a chat may go on for years."""

LOOKED_BACK = 10
"""Messages of a citizen among which the question before a hand-over or a rating is looked for."""


async def collect(session: AsyncSession, item: Inbox, message: Message, replies: Sequence[Reply]) -> None:
    """Keep what the replies to a message show to be unanswered, in their transaction and before they are stored.

    `none` keeps the message itself; so does a hand-over, unless the message is the mere wish for it: then the question
    before it is kept. A clarify, a `none` or a hand-over right after a clarify shows that the clarify was wrong, and
    keeps what that one answered. Nothing else costs a query.
    """
    answers = [reply.answer for reply in replies if reply.answer is not None]
    handed_over = next((reply.hand_over for reply in replies if reply.hand_over is not None), None)
    unknown = next((answer for answer in answers if answer.decision == "none"), None)
    if handed_over is None and unknown is None and all(answer.decision != "clarify" for answer in answers):
        return
    await _keep_wrongly_clarified(session, item)
    typed = item.payload is None and item.unreadable is None
    if handed_over is not None:
        await _keep_handed_over(session, item, message if typed else None, handed_over)
    elif unknown is not None and typed:
        await _keep(session, message, "none", _as_stored(unknown))


async def rated(session: AsyncSession, conversation: Conversation, stars: int) -> None:
    """Keep the last question before a low rating, where it was the bot that answered it."""
    if stars > LOW:
        return
    claimed = conversation.claimed_at
    for asked, answer in await _before(session, conversation.id):
        if asked.mode != State.BOT or (claimed is not None and claimed > asked.created_at):
            return  # the stars are for an operator, or for the wait
        if answer is not None and _is_question(asked.text) and not wants_operator(asked.text):
            await _keep(session, asked, "rating", answer)
            return


async def _keep_wrongly_clarified(session: AsyncSession, item: Inbox) -> None:
    """Keep the message before this one, where the last that the bot has said is the clarify that answered it."""
    previous = await session.execute(
        select(Inbox, Message)
        .join(Message, (Message.conversation_id == Inbox.conversation_id) & (Message.id == Inbox.message_id))
        .where(Inbox.conversation_id == item.conversation_id, Inbox.id < item.id, Message.author == "citizen")
        .order_by(Inbox.id.desc())
        .limit(1)
    )
    asked_item, asked = previous.one_or_none() or (None, None)
    if asked_item is None or asked is None or asked_item.payload is not None or not _recent(asked):
        return
    told = await session.scalar(
        select(Message)
        .where(Message.conversation_id == item.conversation_id, Message.author == "bot")
        .order_by(Message.id.desc())
        .limit(1)
    )
    if told is None or told.id < asked.id or told.answer is None or told.answer["decision"] != "clarify":
        return
    if _is_question(asked.text):
        await _keep(session, asked, "clarify", told.answer)


async def _keep_handed_over(session: AsyncSession, item: Inbox, itself: Message | None, hand_over: HandOver) -> None:
    """Keep the question with which somebody comes to the operators.

    One that is left for office hours was told to a form, which answers nothing; all others the bot has answered, or
    they stand in the message that brought the hand-over.
    """
    left = hand_over.reason == "left"
    least = FEWEST if hand_over.reason == "asked" else 1
    if itself is not None and not wants_operator(itself.text) and len(_telling(itself.text)) >= least:
        await _keep(session, itself, "operator", None)
        return
    for asked, answer in await _before(session, item.conversation_id, item.id):
        if asked.mode == State.OPERATOR:
            return
        if (left or answer is not None) and _is_question(asked.text) and not wants_operator(asked.text):
            await _keep(session, asked, "operator", answer)
            return


async def _before(
    session: AsyncSession, conversation_id: str, item_id: int | None = None
) -> list[tuple[Message, dict[str, Any] | None]]:
    """What the citizen has typed lately, before an item of the inbox where one is named, the newest first.

    Beside each stands the `answer` of what the bot said next: None for greetings, calls for help and their like.
    """
    query = (
        select(Message)
        .join(Inbox, (Message.conversation_id == Inbox.conversation_id) & (Message.id == Inbox.message_id))
        .where(Inbox.conversation_id == conversation_id, Inbox.payload.is_(None), Inbox.unreadable.is_(None))
        .where(Message.author == "citizen", Message.created_at >= now() - SAME_VISIT)
        .order_by(Inbox.id.desc())
        .limit(LOOKED_BACK)
    )
    if item_id is not None:
        query = query.where(Inbox.id < item_id)
    typed = (await session.scalars(query)).all()
    if not typed:
        return []
    said = await session.execute(
        select(Message.id, Message.answer)
        .where(Message.conversation_id == conversation_id, Message.author == "bot", Message.id > typed[-1].id)
        .order_by(Message.id)
    )
    answers = said.all()
    return [(asked, next((answer for id_, answer in answers if id_ > asked.id), None)) for asked in typed]


async def _keep(session: AsyncSession, message: Message, why: Why, answer: dict[str, Any] | None) -> None:
    """Add a question, or note on the one that is kept already that it ended worse than was known."""
    if not _is_question(message.text):
        return
    kept = await session.scalar(
        select(UnansweredQuestion).where(
            UnansweredQuestion.conversation_id == message.conversation_id, UnansweredQuestion.message_id == message.id
        )
    )
    if kept is None:
        kept = UnansweredQuestion(
            conversation_id=message.conversation_id,
            message_id=message.id,
            text=personal.mask(message.text),
            language=identify(message.text) or message.language,
            why=why,
        )
        session.add(kept)
    elif WHY.index(why) < WHY.index(kept.why):
        kept.why = why
    if answer is not None and kept.service is None:
        # Where the bot could not decide it took the question for none; the first of its candidates is the likeliest.
        taken = answer if answer["service"] or not answer.get("candidates") else answer["candidates"][0]
        kept.service, kept.section, kept.score = taken["service"], taken["section"], taken.get("score")
    await session.flush()


def _is_question(text: str) -> bool:
    """Whether the text names anything that an answer could be about, and is short enough to be a question."""
    return len(text) <= LONGEST and bool(_telling(text))


def _telling(text: str) -> list[str]:
    """The words without personal numbers, greetings, fillers, and those that ask of anything ("how much")."""
    for one in reversed(personal.find(text)):
        text = f"{text[: one.start]} {text[one.end :]}"
    return remainder(normalise(text))


def _recent(message: Message) -> bool:
    return message.created_at >= now() - SAME_VISIT


def _as_stored(answer: Answer) -> dict[str, Any]:
    return answer.model_dump(mode="json")
