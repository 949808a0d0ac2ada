"""Turns a message of the service into what Telegram shows: HTML in parts that are short enough, and buttons."""

from __future__ import annotations

import re
from html import escape

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.conversations import MessageView
from knowledge_base.render import link_labels
from texts import say

LIMIT = 4096
"""UTF-16 code units that one message of Telegram may have, its markup not counted."""

LONGEST_TITLE = 120
"""Characters up to which the first line of an answer is taken for its title."""

ROW, HALF_ROW = 38, 16
"""Characters that a telephone shows of a button alone in its row, and of one that shares it."""

_HEADING = re.compile(r"^[^\n.!?]{1,60}:$", re.MULTILINE)  # of a section told below the summary
_LIGHT_WORD = re.compile(r" \w{1,3}$")
_REFERENCE = re.compile(r"b:(\d{1,9}):(\d{1,3}):(\d{1,12})")

__all__ = ["LIMIT", "html_parts", "keyboard", "reference", "referred", "shortened", "split", "units"]


def units(text: str) -> int:
    """The length of a text as Telegram counts it: in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def split(text: str, limit: int = LIMIT) -> list[str]:
    """The text in parts of at most `limit` units, cut where a paragraph, a line, a sentence or a word ends."""
    parts, rest = [], text.strip()
    while units(rest) > limit:
        head = rest.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore")  # "ignore": half a character
        cut = len(head)
        for end, kept in (("\n\n", 0), ("\n", 0), (". ", 1), (" ", 0)):
            found = rest.rfind(end, 0, len(head) + len(end) - kept)
            if found >= len(head) // 4:  # a tiny part would look like a mistake
                cut = found + kept
                break
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest]


def html_parts(message: MessageView) -> list[str]:
    """The message as HTML, in the parts in which it is sent."""
    plain = split(_with_full_titles(message))
    parts = [escape(part, quote=False) for part in plain]
    if message.answer and message.answer.decision == "answer":
        parts = [_HEADING.sub(r"<b>\g<0></b>", part) for part in parts]
        title, newline, rest = parts[0].partition("\n")
        if rest and len(title) <= LONGEST_TITLE:
            parts[0] = f"<b>{title}</b>{newline}{rest}"
    if links := _links(message):
        shown = re.sub(r"<[^>]+>", "", links)
        if units(plain[-1]) + units(shown) + 2 <= LIMIT:
            parts[-1] += f"\n\n{links}"
        else:
            parts.append(links)
    return parts


def _links(message: MessageView) -> str:
    """The sources that the text does not give by their whole address, as links; empty where there are none."""
    sources = message.answer.sources if message.answer else []
    urls = dict.fromkeys(source.url for source in sources if source.url not in message.text)
    shown = [url for url in urls if url.startswith(("https://", "http://"))]
    labels = zip(shown, link_labels(shown), strict=True)
    links = [f'<a href="{escape(url)}">{escape(label)}</a>' for url, label in labels]
    return f"{escape(say('telegram.sources', message.language))} {', '.join(links)}" if links else ""


def keyboard(message: MessageView) -> InlineKeyboardMarkup | None:
    """The buttons, short ones in pairs and all others one a row; None where there are none."""
    if not message.buttons:
        return None
    rows: list[list[InlineKeyboardButton]] = []
    for index, button in enumerate(message.buttons):
        shown = InlineKeyboardButton(shortened(button.title), callback_data=reference(message, index))
        before = rows[-1] if rows else []
        if len(before) == 1 and len(before[0].text) <= HALF_ROW and len(shown.text) <= HALF_ROW:
            before.append(shown)
        else:
            rows.append([shown])
    return InlineKeyboardMarkup(rows)


def shortened(title: str) -> str:
    """A title that a telephone shows whole: a longer one ends after a word of some weight, with an ellipsis."""
    if len(title) <= ROW:
        return title
    head, _, _ = title[:ROW].rpartition(" ")
    head = _LIGHT_WORD.sub("", head or title[: ROW - 1])
    return head.rstrip(" ,:(") + "…"


def _with_full_titles(message: MessageView) -> str:
    """The text of a message, and below it the titles that its buttons cannot show whole."""
    titles = dict.fromkeys(button.title for button in message.buttons)
    cut = [title for title in titles if shortened(title) != title and title not in message.text]
    if not cut:
        return message.text
    return "\n".join(
        [f"{message.text}\n\n{say('telegram.full_titles', message.language)}", *(f"• {each}" for each in cut)]
    )


def reference(message: MessageView, index: int) -> str:
    """What a button sends back: `b:<message>:<button>:<second of its creation>`; Telegram allows it 64 bytes.

    The second tells the message from another with the same id after the citizen has erased the conversation.
    """
    return f"b:{message.id}:{index}:{int(message.created_at.timestamp())}"


def referred(data: str) -> tuple[int, int, int] | None:
    """Message id, button and second of a `reference`; None for anything else."""
    found = _REFERENCE.fullmatch(data)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None
