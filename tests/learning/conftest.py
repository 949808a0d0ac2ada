"""What groups are made of: questions, and an index over some of the real services."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.storage import UnansweredQuestion
from bot.storage.tables import now
from knowledge_base.index import Index
from tests.knowledge import small_index


@pytest.fixture
def index() -> Index:
    return small_index()


@pytest.fixture
def questions() -> Callable[..., list[UnansweredQuestion]]:
    """`questions("текст", …)`: rows that are in no database, the first the oldest."""
    numbers = itertools.count(1)

    def make(*texts: str) -> list[UnansweredQuestion]:
        start = now() - timedelta(days=1)
        return [
            UnansweredQuestion(id=number, text=text, created_at=start + timedelta(minutes=number))
            for number, text in zip(numbers, texts, strict=False)
        ]

    return make
