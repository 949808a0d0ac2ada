"""A small index over some of the real services, by our own encoder as it comes, and questions to group."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.storage import UnansweredQuestion
from bot.storage.tables import now
from knowledge_base import passages as pieces
from knowledge_base.encoder import WEIGHTS, embed, load_encoder
from knowledge_base.index import Index
from knowledge_base.model import load_all
from knowledge_base.nearest import nearest

DOMAINS = ("identity", "transport")


@pytest.fixture(scope="session")
def index() -> Index:
    services = [service for service in load_all().values() if service.domain in DOMAINS]
    found = [passage for passage in pieces.of_services(services) if passage.kind != "section"]
    encoder = load_encoder(str(WEIGHTS), Path())
    vectors = embed(encoder, [passage.text for passage in found], "passage")
    names = {service.slug: service.name.model_dump() for service in services}
    return Index("1", Path("1"), encoder, nearest(vectors), found, vectors[:1], names)


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
