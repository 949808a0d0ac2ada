"""What somebody in danger is told at once, whoever answers the conversation."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations import record
from bot.conversations.handover import OPERATOR, button
from bot.conversations.states import State
from bot.storage import Conversation
from nlu.text import emergency
from nlu.text.language import identify
from texts import Language, say

__all__ = ["help_at_once"]


async def help_at_once(session: AsyncSession, conversation: Conversation, kind: emergency.Kind, text: str) -> None:
    """Say in a locked conversation whom to call, in the language of the `text` that told of the danger.

    With the bot it is the bot's answer, and an operator can be called as well; with the operators it stands between the
    messages, and they keep the conversation.
    """
    language: Language = identify(text) or conversation.language  # type: ignore[assignment]
    told = say(f"emergency.{kind}", language)
    if conversation.state == State.BOT:
        conversation.language = language
        buttons = [button("call_operator", OPERATOR, language)]
        await record.append(session, conversation, author="bot", text=told, language=language, buttons=buttons)
    else:
        await record.append(session, conversation, author="system", text=told, language=language)
