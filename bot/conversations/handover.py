"""What happens when the bot hands a conversation to the operators."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from actions.replies import HandOver
from bot.conversations import queue, record, tickets
from bot.conversations.desk import Desk
from bot.conversations.routing import Priority, on_duty
from bot.conversations.states import Act
from bot.storage import Conversation
from bot.storage.tables import now
from nlu.text import personal
from texts import Language, say

LEAVE_QUEUE = "/leave_queue"
LEAVE_QUESTION = "/leave_question"
OPERATOR = "/operator"

PRIORITIES = {"left": Priority.LEFT, "complaint": Priority.COMPLAINT}

__all__ = ["LEAVE_QUESTION", "LEAVE_QUEUE", "OPERATOR", "button", "enter_queue", "leave_queue", "rating_buttons"]


def button(key: str, payload: str, language: str) -> dict[str, str]:
    """A button as messages keep them, its title `conversations.<key>`."""
    return {"title": say(f"conversations.{key}", language), "payload": payload}  # type: ignore[arg-type]


def rating_buttons(conversation: Conversation) -> list[dict[str, str]]:
    """One to five stars, for channels that have no place of their own to rate in."""
    if conversation.channel not in record.PUSHED:
        return []
    return [{"title": "★" * stars, "payload": f'/rate{{"stars": {stars}}}'} for stars in range(5, 0, -1)]


async def enter_queue(session: AsyncSession, conversation: Conversation, hand_over: HandOver, desk: Desk) -> None:
    """Put a locked conversation in the queue, and tell the citizen what to expect."""
    await record.move(session, conversation, Act.HAND_OVER)
    conversation.reason, conversation.topic = hand_over.reason, hand_over.topic
    conversation.domain, conversation.contact = hand_over.domain, hand_over.contact
    conversation.priority = PRIORITIES.get(hand_over.reason, Priority.NORMAL)
    await tickets.begin(session, conversation, desk)
    language: Language = conversation.language  # type: ignore[assignment]
    key, values = "nobody_on_duty", dict[str, Any](hours=desk.hours.say(language))
    buttons = [button("leave_queue", LEAVE_QUEUE, language)]
    if hand_over.reason == "left":
        key, values["contact"] = "question_left", _contact(hand_over.contact, language)
        buttons = [button("withdraw_question", LEAVE_QUEUE, language)]
    elif await on_duty(session):
        position, minutes = await queue.place(session, conversation)
        key = "queue_position" if minutes is None else "queue_position_estimate"
        values = {"position": position} if minutes is None else {"position": position, "minutes": minutes}
    else:
        if not desk.hours.open_at(now()):
            key, values["opening"] = "outside_hours", desk.hours.say_opening(now(), language)
        buttons.append(button("leave_question_button", LEAVE_QUESTION, language))
    await record.system_message(session, conversation, f"conversations.{key}", buttons=buttons, **values)


async def leave_queue(session: AsyncSession, conversation: Conversation) -> None:
    """Take a locked, waiting conversation back to the bot, as the citizen wishes."""
    key = "question_withdrawn" if conversation.reason == "left" else "left_queue"
    await record.move(session, conversation, Act.LEAVE_QUEUE)
    await record.system_message(session, conversation, f"conversations.{key}")


def _contact(contact: str | None, language: Language) -> str:
    """Where else the answer will come, told so that whoever looks over the shoulder does not learn it."""
    if contact is None:
        return ""
    for found in personal.find(contact):
        if found.kind in ("phone", "email"):
            ending = found.masked.rpartition(" ")[2]
            return " " + say(f"conversations.contact_{found.kind}", language, ending=ending)
    return " " + say("conversations.contact_other", language)
