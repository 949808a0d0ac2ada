"""An index of the real knowledge base, built once a session, and small knowledge bases to break."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge_base import index
from knowledge_base.encoder.pretrain import new_encoder
from knowledge_base.search import Searcher


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an index of the real services by our own, adapted encoder."""
    folder = tmp_path_factory.mktemp("data")
    index.build(folder)
    return folder


@pytest.fixture(scope="session")
def searcher(data_dir: Path) -> Searcher:
    return Searcher.open(data_dir)


@pytest.fixture(scope="session")
def plain_encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of an encoder that no knowledge base has adapted: quick to build an index with."""
    folder = tmp_path_factory.mktemp("encoder") / "plain"
    new_encoder(buckets=1024, dimensions=16).save(str(folder), create_model_card=False)
    return str(folder)


def service(slug: str, /, **changes: Any) -> dict[str, Any]:
    """The least that a service file holds, with `changes`."""
    both = {"ru": "Короткий текст.", "kk": "Қысқа мәтін."}
    section = {**both, "unconfirmed": True}
    return {
        "slug": slug,
        "domain": "trial",
        "name": {"ru": f"Услуга {slug}", "kk": f"Қызмет {slug}"},
        "agency": both,
        "summary": section,
        "who": section,
        "documents": section,
        "in_person": section,
        "fee": section,
        "term": section,
        "status": section,
        "law": section,
        "questions": {"ru": [f"как получить {slug}"], "kk": [f"{slug} қалай аламын"]},
        "sources": [{"id": "a", "url": "https://example.kz/a", "date": None, "supports": "всё"}],
        "verified": "2026-11-23",
        "review_by": "2027-11-23",
        **changes,
    }


class Files:
    """A folder of service files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, slug: str, /, **changes: Any) -> Path:
        path = self.folder / "trial" / f"{slug}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(service(slug, **changes), allow_unicode=True), "utf-8")
        return path


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Two small services, `first` and `second`."""
    files = Files(tmp_path / "services")
    files.add("first")
    files.add("second")
    return files
