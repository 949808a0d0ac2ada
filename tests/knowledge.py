"""Parts of the real knowledge base that are quick to work on: a few services' files, and an index over them."""

from __future__ import annotations

import shutil
from functools import lru_cache
from pathlib import Path
from typing import cast

import pytest

from actions import knowledge
from actions.knowledge import Knowledge
from knowledge_base import passages as pieces
from knowledge_base.encoder import WEIGHTS, embed, load_encoder
from knowledge_base.index import Index
from knowledge_base.model import SERVICES, Service, load_all
from knowledge_base.nearest import nearest
from knowledge_base.search import Searcher

__all__ = ["DOMAINS", "copy_services", "small_index", "use"]

DOMAINS = ("identity", "transport")


@lru_cache
def _services() -> dict[str, Service]:
    return load_all()


@lru_cache
def small_index() -> Index:
    """Names and example questions of two domains, by our own encoder as it comes."""
    services = [service for service in _services().values() if service.domain in DOMAINS]
    found = [passage for passage in pieces.of_services(services) if passage.kind != "section"]
    encoder = load_encoder(str(WEIGHTS), Path())
    vectors = embed(encoder, [passage.text for passage in found], "passage")
    names = {service.slug: service.name.model_dump() for service in services}
    return Index("1", Path("1"), encoder, nearest(vectors), found, vectors[:1], names)


def copy_services(folder: Path) -> Path:
    """The files of these two domains in `folder`, without what they say of the others."""
    copy = folder / "knowledge_base" / "services"
    for domain in DOMAINS:
        shutil.copytree(SERVICES / domain, copy / domain)
    for path in copy.glob("*/*.yaml"):
        kept, skipping = [], False
        for line in path.read_text("utf-8").splitlines(keepends=True):
            if not line.startswith(" "):
                skipping = line.startswith("related:")
            if not skipping:
                kept.append(line)
        path.write_text("".join(kept), "utf-8")
    return copy


class _Opened:
    """A searcher as far as its index is concerned."""

    @property
    def index(self) -> Index:
        return small_index()


def use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the small index in use until the test ends; it is built when somebody looks at it."""
    monkeypatch.setattr(knowledge, "_current", Knowledge(_services(), cast(Searcher, _Opened())))
