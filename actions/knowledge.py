"""What the actions know: the services and the searcher, held in one place and exchanged as one."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from knowledge_base import index
from knowledge_base.model import Service, load_all
from knowledge_base.rates import today
from knowledge_base.search import Searcher, SearchResult
from texts import Language

__all__ = ["Knowledge", "configure", "current", "open_searcher", "refresh", "search"]


@dataclass(frozen=True)
class Knowledge:
    """Services and the index over them, of one moment."""

    services: dict[str, Service]
    searcher: Searcher

    def service(self, slug: str | None) -> Service | None:
        """The service as it is today, with the announced changes that have taken effect; `None` for an unknown one."""
        found = self.services.get(slug or "")
        return found.on(today()) if found is not None else None


_current: Knowledge | None = None


def configure(knowledge: Knowledge) -> None:
    """Use this from now on; answers under way finish with what they began with."""
    global _current
    _current = knowledge


def current() -> Knowledge:
    """What is in use; opened from `JAUAP_DATA_DIR` at the first call where nothing was configured.

    So `rasa run actions --actions actions` works as well as the service, which configures it at its start.
    Raises what opening the index and reading the services raise.
    """
    if _current is None:
        open_searcher(Path(os.environ.get("JAUAP_DATA_DIR", "var")), os.environ.get("JAUAP_ENCODER") or None)
    assert _current is not None
    return _current


def open_searcher(data_dir: Path, encoder: str | None) -> Searcher:
    """Open the index, read the services that it was made of and use both from now on; returns the searcher.

    Where the index of the service files as they stand was refused, these are not theirs.
    """
    searcher = Searcher.open(data_dir, encoder)
    configure(Knowledge(load_all(searcher.index.services), searcher))
    return searcher


def refresh(data_dir: Path, encoder: str | None) -> bool:
    """Use the index that `jauap index` has made since, with the services it was made of; False where there is none.

    Everything is opened beside what is in use and exchanged in one step. What is in use stays where the new index is
    broken (`knowledge_base.index.BrokenIndex`), was made of other services than the files hold now (the same), or
    where these have faults (an `ExceptionGroup` of `knowledge_base.model.Fault`).
    """
    version = index.current(data_dir).name
    if version == current().searcher.index.folder:
        return False
    searcher = Searcher.open(data_dir, encoder)
    if searcher.index.version != index.version_of(encoder):
        raise index.BrokenIndex(f"the index {version} was made of other service files; `jauap index` builds it anew")
    configure(Knowledge(load_all(), searcher))
    return True


def search(text: str, language: Language | None = None, limit: int = 5) -> SearchResult:
    """Search what is in use at this moment."""
    return current().searcher.search(text, language, limit)
