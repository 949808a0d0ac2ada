"""Writes reviewed questions into a service's file as examples: checked before anything changes, whole or not at all."""

from __future__ import annotations

import difflib
import os
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock

from bot.learning.service_file import UnexpectedForm, add_questions
from knowledge_base.check import check
from knowledge_base.model import SERVICES, Service, load_all
from knowledge_base.sections import remainder
from nlu.text import personal
from nlu.text.fold import fold
from texts import LANGUAGES, Language, say

__all__ = ["LONGEST", "Change", "Faulty", "NotWritable", "prepare", "write"]

LONGEST = 300
"""Characters that an example question may have."""

_MASKED = re.compile(r"[\[\]]|…\s*\w")
_LONG_NUMBER = re.compile(r"\d{6}")

_writing = Lock()


class Faulty(Exception):
    """The questions cannot be added; `lines` tell the reviewer why, one fault each."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = list(lines)
        super().__init__("\n".join(lines))


class NotWritable(Exception):
    """The knowledge base lies where nothing can be written; `diff`, kept in `record`, is to be applied by hand."""

    def __init__(self, why: str, record: Path, diff: str) -> None:
        self.record, self.diff = record, diff
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be written: the whole file before and after, and the questions that are new in it."""

    path: Path
    before: str
    after: str
    added: dict[Language, list[str]]

    @property
    def diff(self) -> str:
        """A patch against the root of the project, empty where nothing changes."""
        name = Path(*self.path.parts[-4:]).as_posix() if len(self.path.parts) > 4 else self.path.name
        old, new = self.before.splitlines(keepends=True), self.after.splitlines(keepends=True)
        return "".join(difflib.unified_diff(old, new, f"a/{name}", f"b/{name}"))


def prepare(
    slug: str, texts: Mapping[Language, Sequence[str]], language: Language, folder: Path = SERVICES
) -> Change | None:
    """The change that adds these questions to a service, found right by all that `jauap kb check` looks at.

    What the service has already is left out. None where there is no such service. Takes some seconds of one core.
    Raises `Faulty`, whose lines are in `language` except for those of the check, and an `ExceptionGroup` of
    `knowledge_base.model.Fault` where the knowledge base is faulty as it stands.
    """
    services = load_all(folder)
    service = services.get(slug)
    if service is None:
        return None
    wanted = {one: _distinct(texts.get(one, ())) for one in LANGUAGES}
    if not any(wanted.values()):
        raise Faulty([say("learning.fault_nothing", language)])
    faults = [
        fault for one in LANGUAGES for text in wanted[one] if (fault := _fault(text, service, services, language))
    ]
    if faults:
        raise Faulty(faults)
    added = {one: kept for one in LANGUAGES if (kept := [text for text in wanted[one] if not _has(service, text)])}
    path = folder / service.domain / f"{slug}.yaml"
    before = _read(path)
    try:
        after = add_questions(before, added) if added else before
    except UnexpectedForm as error:
        raise Faulty([f"{service.domain}/{slug}.yaml: {error}"]) from error
    change = Change(path, before, after, added)
    if added and (lines := _checked(change, folder)):
        raise Faulty(lines)
    return change


def write(change: Change, records: Path, moment: datetime) -> Path | None:
    """Put the change in place in one step and keep its diff in the folder `records`; gives the diff's file.

    None where there is nothing to write. Raises `NotWritable`, and `Faulty` where somebody has changed the file since.
    """
    if not change.added:
        return None
    records.mkdir(parents=True, exist_ok=True)
    record = records / f"{moment:%Y%m%dT%H%M%S%f}-{change.path.stem}.diff"
    record.write_text(change.diff, "utf-8", newline="")
    with _writing:
        if _read(change.path) != change.before:
            record.unlink()
            raise Faulty([f"{change.path.parent.name}/{change.path.name}: changed meanwhile"])
        try:
            _replace(change.path, change.after)
        except OSError as error:
            raise NotWritable(error.strerror or str(error), record, change.diff) from error
    return record


def _distinct(texts: Sequence[str]) -> list[str]:
    """The questions with single spaces, none twice however it is spelt."""
    found: dict[str, str] = {}
    for text in texts:
        if tidy := " ".join(text.split()):
            found.setdefault(fold(tidy), tidy)
    return list(found.values())


def _fault(text: str, service: Service, services: Mapping[str, Service], language: Language) -> str | None:
    """What the reviewer can mend in one question, in the reviewer's language."""
    owner = next((other for other in services.values() if other.slug != service.slug and _has(other, text)), None)
    if len(text) > LONGEST:
        return say("learning.fault_long", language, text=text, limit=LONGEST)
    if _MASKED.search(text) or _LONG_NUMBER.search(text) or personal.find(text):
        return say("learning.fault_personal", language, text=text)
    if not remainder(text):
        return say("learning.fault_names_nothing", language, text=text)
    if owner is not None:
        place = f"{owner.domain}/{owner.slug}.yaml"
        return say("learning.fault_known", language, text=text, service=owner.name[language], place=place)
    return None


def _has(service: Service, text: str) -> bool:
    folded = fold(text)
    return any(fold(one) == folded for language in LANGUAGES for one in service.questions[language])


def _checked(change: Change, folder: Path) -> list[str]:
    """The faults that `jauap kb check` would find with the change in place: looked for in a copy."""
    with tempfile.TemporaryDirectory(prefix="jauap-review-") as place:
        copy = Path(place) / folder.name
        shutil.copytree(folder, copy)
        target = copy / change.path.relative_to(folder)
        target.chmod(0o600)
        target.write_text(change.after, "utf-8", newline="")
        return check(copy).faults


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def _replace(path: Path, text: str) -> None:
    """Write the file anew so that any reader, and any crash, sees the old one or the new one whole."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(path, name)
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
