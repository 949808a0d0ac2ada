"""The index on disk: built beside the one in use, checked, and only then switched to."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
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

__all__ = ["BrokenIndex", "Index", "Judge", "build", "current", "is_current", "open_index", "version_of"]


class BrokenIndex(Exception):
    """There is no index, or it does not fit together: `jauap index` builds it."""


@dataclass(frozen=True)
class Index:
    """An opened index; row n of `vectors` (inner product) belongs to passage n.

    `foreign` are the vectors of examples that no service answers, shape (examples, dimensions).
    """

    version: str
    path: Path
    encoder: SentenceTransformer
    vectors: faiss.Index
    passages: list[Passage]
    foreign: Vectors
    names: dict[str, dict[str, str]]  # slug → language → the service's name

    @property
    def folder(self) -> str:
        """Its folder's name: the version, and a number where it was built more than once."""
        return self.path.name

    @property
    def services(self) -> Path:
        """The service files that it was made of; those of the program for an index of an earlier version."""
        own = self.path / "services"
        return own if own.is_dir() else SERVICES


Judge = Callable[[Index | None, Index], None]
"""Compares the index in use, if there is one that can be opened, with the new one; raises where that is no good."""


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
    judge: Judge | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> bool:
    """Make the index for the knowledge base in `folder` the one in use; False where it is already.

    Raises an `ExceptionGroup` of `knowledge_base.model.Fault` for a faulty knowledge base, `OSError` or `ValueError`
    for an encoder that cannot be loaded, and what `judge` raises; the index in use then stays as it is. What `judge`
    has refused stays beside it, so that it need not be built again to be looked at again.
    """
    version = version_of(encoder, folder)
    root = data_dir / "index"
    former = _in_use(data_dir, encoder, progress)
    if not force and former is not None and former.version == version:
        progress(f"the index is up to date ({version})")
        return False
    new = None if force else _built_before(data_dir, version, encoder)
    if new is None:
        root.mkdir(parents=True, exist_ok=True)
        new = _built(root, version, encoder, folder, progress)
    try:
        if judge is not None:
            judge(former if _could_stay(former, progress) else None, new)
        pointer = root / ".current"
        pointer.write_text(new.folder + "\n")
        os.replace(pointer, root / "current")
    finally:
        _clear(root, keep={new.folder, *([former.folder] if former else [])})
    progress(f"the index {version} is in use")
    return True


def _in_use(data_dir: Path, encoder: str | None, progress: Callable[[str], None]) -> Index | None:
    """The index in use; None where there is none, or none that this program can go on with."""
    if not (data_dir / "index" / "current").exists():
        return None
    try:
        return open_index(data_dir, encoder)
    except BrokenIndex as error:
        progress(f"nothing to compare with: {error}")
        return None


def _could_stay(former: Index | None, progress: Callable[[str], None]) -> bool:
    """Whether this program could go on with the index in use: it needs the service files that it was made of."""
    if former is None:
        return False
    if former.services == SERVICES:
        progress("nothing to compare with: the index in use was built by an earlier version")
        return False
    try:
        load_all(former.services)
    except ExceptionGroup:
        progress("nothing to compare with: this program cannot read the services of the index in use")
        return False
    return True


def _built_before(data_dir: Path, version: str, encoder: str | None) -> Index | None:
    """A whole index of that version that is not in use: one that was refused, or built by a run that was killed."""
    for path in sorted((data_dir / "index").glob(f"{version}*"), key=os.path.getmtime, reverse=True):
        try:
            return _open(path, encoder)
        except BrokenIndex:  # built anew, then
            continue
    return None


def _built(root: Path, version: str, encoder: str | None, folder: Path, progress: Callable[[str], None]) -> Index:
    """Build an index, check it, and only then give it its name; nothing uses it yet."""
    services = load_all(folder)
    found = pieces.of_services(services.values())
    progress(f"building the index: {len(services)} services, {len(found)} passages")
    beside = Path(tempfile.mkdtemp(prefix=".building-", dir=root))
    try:
        # With an index go the files that it was made of: where a newer one is refused, both stay in use.
        shutil.copytree(folder, beside / "services")
        strangers = foreign.foreign_texts()
        if encoder is None:
            model = load_encoder(str(WEIGHTS), beside)
            adapt(model, found, strangers, progress=progress)
            model.save(str(beside / "encoder"), create_model_card=False)
        model = load_encoder(encoder or str(beside / "encoder"), beside)
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
        made = _open(beside, encoder)
        return replace(made, path=_name(root, beside, version))
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _name(root: Path, beside: Path, version: str) -> Path:
    """Give the finished folder its name.

    A forced build of the same knowledge gets a name of its own, so that a reader never sees a folder change.
    """
    name, number = version, 1
    while (root / name).exists():
        number += 1
        name = f"{version}-{number}"
    os.replace(beside, root / name)
    return root / name


def _clear(root: Path, keep: set[str]) -> None:
    """Delete what is no longer wanted: the two newest stay, and those named in `keep`.

    The newest but one stays: a process that has just read the old pointer may still be opening it.
    """
    built = sorted(root.glob("[!.]*/manifest.json"), key=lambda path: os.path.getmtime(path.parent))
    # What a killed build left is an hour old at least before it goes: a younger one may still be at work.
    left = [path for path in root.glob(".building-*") if time.time() - path.stat().st_mtime > 3600]
    for path in [*(manifest.parent for manifest in built[:-2]), *left]:
        if path.name not in keep:
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
    return Index(claimed["version"], folder, model, vectors, passages, foreign_vectors, names)
