"""What the tests of conversations do again and again."""

from __future__ import annotations

from bot.conversations import State
from bot.service import Service
from bot.storage import Conversation, Operator


async def open_and_send(service: Service, *texts: str, language="ru") -> Conversation:
    """A citizen on the website opens a conversation and writes."""
    conversation, _ = await service.conversations.open("web", language)
    for number, text in enumerate(texts):
        await service.conversations.receive(conversation.id, key=f"{conversation.id}:{number}", text=text)
    return conversation


async def at_telegram(service: Service, chat: str = "7", language="ru") -> Conversation:
    """The conversation of a chat, whose messages must be sent."""
    async with service.database.write() as session:
        return await service.conversations.at_address(session, "telegram", chat, language)


async def said(service: Service, conversation: Conversation, *authors: str) -> list[str]:
    return [m.text for m in await service.conversations.messages(conversation.id) if m.author in authors]


async def operator(service: Service, username: str = "aigerim", *, available: bool = True) -> Operator:
    async with service.database.write() as session:
        person = Operator(
            username=username, password_hash="", role="operator", languages=["ru", "kk"], available=available
        )
        session.add(person)
    return person


def asked(dialogue, times: int):
    """A check for `eventually`: the dialogue has been asked so often."""

    async def check():
        return len(dialogue.asked) >= times

    return check


def has_said(service: Service, conversation: Conversation, author: str, times: int = 1):
    """A check for `eventually`: this author has said so much; gives the texts."""

    async def check():
        texts = await said(service, conversation, author)
        return texts if len(texts) >= times else None

    return check


def is_in(service: Service, conversation: Conversation, state: State):
    """A check for `eventually`: the conversation is in this state; gives the conversation."""

    async def check():
        found = await service.conversations.get(conversation.id)
        return found if found.state == state else None

    return check
