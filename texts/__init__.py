"""Every sentence that a person reads, in Russian and Kazakh: `texts/<language>/<room>.yaml`, found by `say`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml

Language = Literal["ru", "kk"]
LANGUAGES: tuple[Language, ...] = ("ru", "kk")

_FOLDER = Path(__file__).parent

__all__ = ["LANGUAGES", "Language", "catalogue", "say"]


@lru_cache
def catalogue(room: str, language: Language) -> dict[str, str]:
    """All texts of one room in one language, by key.

    Raises `FileNotFoundError` where the room has no texts in that language.
    """
    return yaml.load((_FOLDER / language / f"{room}.yaml").read_text("utf-8"), yaml.CSafeLoader)


def say(key: str, language: Language, /, **values: object) -> str:
    """The text `room.key` in `language`, its `{places}` filled from `values`.

    >>> say("conversations.queue_position", "ru", position=2)  # doctest: +SKIP

    Raises `KeyError` for an unknown key or a place left unfilled: a programmer's mistake, which tests catch.
    """
    room, _, name = key.partition(".")
    text = catalogue(room, language)[name]
    return text.format(**values) if values else text
