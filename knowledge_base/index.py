"""The index on disk: built beside the one in use, checked, and only then switched to."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
from sentence_transformers import SentenceTransformer

from knowledge_base import foreign
from knowledge_base import nearest as neighbours
from knowledge_base import passages as pieces
from knowledge_base.encoder import OWN, WEIGHTS, Vectors, bag, contrast, embed, load_encoder
from knowledge_base.encoder import adapt as adapting
from knowledge_base.encoder.adapt import adapt
from knowledge_base.model import SERVICES, load_all
from knowledge_base.nearest import nearest
from knowledge_base.passages import Passage
from knowledge_base.rates import RATES
from nlu.text import fold as folding
from texts import LANGUAGES

FORMAT = 2  # of the files below
# A change of the code that decides what is in an index makes another version of it too.
CODE = [Path(str(module.__file__)) for module in (adapting, bag, contrast, folding, foreign, neighbours, pieces)]

__all__ = ["BrokenIndex", "Index", "build", "current", "is_current", "open_index", "version_of"]


class BrokenIndex(Exception):
    """There is no index, or it does not fit together: `jauap index` builds it."""


@dataclass(frozen=True)
class Index:
    """An opened index; row n of `vectors` (inner product) belongs to passage n.

    `foreign` are the vectors of examples that no service answers, shape (examples, dimensions).
    """

    version: str
    folder: str  # its name: the version, and a number where it was built more than once
    encoder: SentenceTransformer
    vectors: faiss.Index
    passages: list[Passage]
    foreign: Vectors
    names: dict[str, dict[str, str]]  # slug → language → the service's name


def version_of(encoder: str | None, folder: Path = SERVICES, rates: Path = RATES) -> str:
    """What an index is named after: a hash of all that goes into it."""
    digest = hashlib.sha256(f"{FORMAT} {encoder or OWN}".encode())
    weights = [WEIGHTS / "model.safetensors"] if encoder is None else []
    for path in [*sorted(folder.glob("*/*.yaml")), rates, *weights, *CODE]:
        digest.update(f"\0{path.parent.name}/{path.name}\0".encode() + path.read_bytes())
    # The texts and not their files, most of whose examples are no concern of the index.
    digest.update("\0".join(foreign.foreign_texts()).encode())
    return digest.hexdigest()[:16]


def current(data_dir: Path) -> Path:
    """The folder of the index in use. Raises `BrokenIndex` where there is none."""
    try:
        folder = data_dir / "index" / (data_dir / "index" / "current").read_text().strip()
    except OSError:
        raise BrokenIndex(f"there is no index in {data_dir / 'index'}; `jauap index` builds it") from None
    if not folder.is_dir():
        raise BrokenIndex(f"the index {folder} is gone; `jauap index --force` builds it anew")
    return folder


def open_index(data_dir: Path, encoder: str | None = None) -> Index:
    """The index in use, with its encoder. Raises `BrokenIndex` where any part is missing or does not fit the others."""
    return _open(current(data_dir), encoder)


def is_current(data_dir: Path, encoder: str | None = None, folder: Path = SERVICES) -> bool:
    """Whether the index in use is whole and was made from the service files as they stand, by this encoder."""
    try:
        return open_index(data_dir, encoder).version == version_of(encoder, folder)
    except BrokenIndex:
        return False


def build(
    data_dir: Path,
    encoder: str | None = None,
    *,
    force: bool = False,
    folder: Path = SERVICES,
    progress: Callable[[str], None] = lambda line: None,
) -> bool:
    """Make the index for the knowledge base in `folder` the one in use; False where it is already.

    Raises an `ExceptionGroup` of `knowledge_base.model.Fault` for a faulty knowledge base, and `OSError` or
    `ValueError` for an encoder that cannot be loaded; the index in use then stays as it is.
    """
    version = version_of(encoder, folder)
    root = data_dir / "index"
    if not force and is_current(data_dir, encoder, folder):
        progress(f"the index is up to date ({version})")
        return False
    services = load_all(folder)
    found = pieces.of_services(services.values())
    progress(f"building the index: {len(services)} services, {len(found)} passages")
    root.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".building-", dir=root))
    try:
        strangers = foreign.foreign_texts()
        if encoder is None:
            model = load_encoder(str(WEIGHTS), data_dir)
            adapt(model, found, strangers, progress=progress)
            model.save(str(beside / "encoder"), create_model_card=False)
        model = load_encoder(encoder or str(beside / "encoder"), data_dir)
        vectors = embed(model, [passage.text for passage in found], "passage")
        faiss.write_index(nearest(vectors), str(beside / "vectors.faiss"))
        np.save(beside / "foreign.npy", embed(model, strangers, "query"))
        pieces.write(beside / "passages.jsonl", found)
        manifest = {
            "format": FORMAT,
            "version": version,
            "encoder": encoder or OWN,
            "dimensions": vectors.shape[1],
            "rows": len(found),
            "names": {slug: {one: service.name[one] for one in LANGUAGES} for slug, service in services.items()},
        }
        (beside / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")
        _open(beside, encoder)
        _switch(root, beside, version)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    progress(f"the index {version} is in use")
    return True


def _switch(root: Path, beside: Path, version: str) -> None:
    """Give the finished folder its name and let the file `current` point there, in one step.

    A forced build of the same knowledge gets a name of its own, so that a reader never sees a folder change.
    """
    name, number = version, 1
    while (root / name).exists():
        number += 1
        name = f"{version}-{number}"
    os.replace(beside, root / name)
    pointer = root / ".current"
    pointer.write_text(name + "\n")
    os.replace(pointer, root / "current")
    # The newest but one stays: a process that has just read the old pointer may still be opening it.
    built = sorted((path for path in root.iterdir() if (path / "manifest.json").is_file()), key=os.path.getmtime)
    # What a killed build left is an hour old at least before it goes: a younger one may still be at work.
    left = [path for path in root.glob(".building-*") if time.time() - path.stat().st_mtime > 3600]
    for path in [*built[:-2], *left]:
        if path.name != name and path != beside:
            shutil.rmtree(path, ignore_errors=True)


def _open(folder: Path, encoder: str | None) -> Index:
    def broken(why: str) -> BrokenIndex:
        return BrokenIndex(f"the index {folder.name} {why}; `jauap index --force` builds it anew")

    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        vectors = faiss.read_index(str(folder / "vectors.faiss"))
        passages = pieces.read(folder / "passages.jsonl")
        foreign_vectors = np.load(folder / "foreign.npy", allow_pickle=False)
        names = dict(manifest["names"])
        claimed = {key: manifest[key] for key in ("format", "version", "encoder", "dimensions", "rows")}
    except (OSError, ValueError, TypeError, KeyError, RuntimeError) as error:  # RuntimeError: FAISS cannot read it
        raise broken(f"cannot be read ({type(error).__name__}: {' '.join(str(error).split())[:200]})") from None
    if claimed["format"] != FORMAT:
        raise broken(f"has format {claimed['format']}, this program reads {FORMAT}")
    if claimed["encoder"] != (encoder or OWN):
        raise broken(f"was made with the encoder {claimed['encoder']}, the settings name {encoder or OWN}")
    if not folder.name.startswith(".") and folder.name.partition("-")[0] != claimed["version"]:
        raise broken(f"says that it is {claimed['version']}")
    if not claimed["rows"] == vectors.ntotal == len(passages):
        raise broken(
            f"has {vectors.ntotal} vectors, {len(passages)} passages, and should have {claimed['rows']} of each"
        )
    if unknown := {passage.service for passage in passages} - names.keys():
        raise broken(f"has passages of unknown services: {', '.join(sorted(unknown))}")
    try:
        model = load_encoder(encoder or str(folder / "encoder"), folder)
    except (OSError, ValueError, RuntimeError) as error:
        raise broken(f"has an encoder that cannot be loaded ({' '.join(str(error).split())[:200]})") from None
    size = model.get_embedding_dimension()
    if not claimed["dimensions"] == vectors.d == size:
        raise broken(f"has {vectors.d} dimensions, its encoder {size}, and the manifest says {claimed['dimensions']}")
    if foreign_vectors.ndim != 2 or foreign_vectors.shape[1] != size:
        raise broken(f"has foreign vectors of shape {foreign_vectors.shape}")
    return Index(claimed["version"], folder.name, model, vectors, passages, foreign_vectors, names)
