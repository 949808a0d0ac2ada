"""Reads Telegram's updates: what has a citizen done?"""

from __future__ import annotations

from dataclasses import dataclass

from telegram import CallbackQuery, Message, Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.ext import filters

from bot.conversations.text import Trouble
from texts import Language

ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
"""The kinds of updates that Telegram is asked for."""

COMMANDS = ("start", "services", "calculate", "operator", "question", "plain", "language", "help", "erase")
"""The menu of commands, in its order."""

PAYLOADS = {
    "start": "/greet",
    "help": "/help",
    "operator": "/operator",
    "services": "/services",
    "calculate": "/calculations",
    "question": "/leave_question",
}
"""Commands that are buttons by another name."""

OWN = frozenset({"language", "plain", "erase"})
"""Commands that the channel answers itself."""

__all__ = ["ALLOWED", "COMMANDS", "OWN", "PAYLOADS", "Asked", "Elsewhere", "Incoming", "Pressed", "Written", "read"]


@dataclass(frozen=True, slots=True)
class Written:
    """A message to store.

    `message` is Telegram's id of it, which an `edited` one keeps; `album` is the same for all pictures sent as one.
    """

    chat: int
    message: int
    language: Language
    text: str = ""
    payload: str | None = None
    unreadable: Trouble | None = None
    album: str | None = None
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A command of `OWN`."""

    chat: int
    message: int
    language: Language
    text: str
    command: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """A pressed button: `query` must be acknowledged, `data` is what we gave the button.

    `message` is Telegram's id of the message under which it stands; None where that is too old.
    """

    chat: int
    language: Language
    query: str
    data: str
    message: int | None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The bot was addressed in a group, where it does not talk."""

    chat: int
    language: Language


Incoming = Written | Asked | Pressed | Elsewhere


def read(update: Update) -> Incoming | None:
    """What an update means; None where there is nothing to answer (a pinned message, a citizen who blocks the bot)."""
    if update.callback_query is not None:
        return _pressed(update.callback_query)
    chat = update.effective_chat
    if chat is None or chat.type == ChatType.CHANNEL:
        return None
    language = _language(update)
    if chat.type != ChatType.PRIVATE:
        return None if _outside(update) else Elsewhere(chat.id, language)
    if update.message is not None:
        # The library keeps the list of messages that only report something: a pinned message, a new picture.
        return None if filters.StatusUpdate.ALL.check_update(update) else _message(update.message, language)
    if update.edited_message is not None:
        # Telegram also edits by itself: a live location moves every few seconds.
        edited = update.edited_message
        return _message(edited, language, edited=True) if edited.text or edited.caption else None
    return None


def _outside(update: Update) -> bool:
    """Whether an update of a group only tells that the bot is not in it any more."""
    changed = update.my_chat_member
    return changed is not None and changed.new_chat_member.status in (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)


def _message(message: Message, language: Language, *, edited: bool = False) -> Written | Asked:
    chat, text = message.chat.id, message.text or message.caption or ""
    if not text.strip():
        kind = _kind(message)
        return Written(chat, message.message_id, language, unreadable=kind, album=message.media_group_id)
    if message.text and text.startswith("/"):
        command = text.split()[0][1:].partition("@")[0].lower()
        if command in OWN:
            return Asked(chat, message.message_id, language, text, command)
        return Written(chat, message.message_id, language, text, payload=PAYLOADS.get(command), edited=edited)
    return Written(chat, message.message_id, language, text, edited=edited)


def _kind(message: Message) -> Trouble:
    if message.photo:
        return "photo"
    if message.sticker:
        return "sticker"
    if message.voice or message.video_note:
        return "voice"
    return "attachment"


def _pressed(query: CallbackQuery) -> Incoming | None:
    language = guess(query.from_user.language_code)
    message = query.message
    if message is not None and message.chat.type != ChatType.PRIVATE:
        return None if message.chat.type == ChatType.CHANNEL else Elsewhere(message.chat.id, language)
    return Pressed(query.from_user.id, language, query.id, query.data or "", message.message_id if message else None)


def _language(update: Update) -> Language:
    return guess(update.effective_user.language_code if update.effective_user else None)


def guess(language_code: str | None) -> Language:
    """The language to begin with, from that of the citizen's Telegram (an IETF tag)."""
    return "kk" if (language_code or "").lower().split("-")[0] == "kk" else "ru"
