"""The questions that the bot did not answer well: what supervisors read of them and decide about them."""

from __future__ import annotations

import asyncio
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from actions import knowledge
from bot.conversations.unanswered import Why
from bot.errors import ApiError, language_of
from bot.learning import attaching, decisions
from bot.learning.decisions import AlreadyDecided, State
from bot.learning.grouping import Grouping
from bot.learning.rebuilding import Rebuilding
from bot.operators.access import SupervisingWriter, Supervisor
from bot.operators.api.bodies import Body, Said
from bot.operators.names import Names
from bot.service import Parts
from bot.storage import UnansweredQuestion
from knowledge_base import index
from knowledge_base.model import SERVICES, SectionName
from knowledge_base.render import title
from texts import Language

__all__ = ["router"]

router = APIRouter()

FOLDER = SERVICES
SHOWN = 30
"""Groups that are shown at once."""

Remark = Annotated[Said, Field(max_length=1000)]


class _Decision(Body):
    questions: Annotated[list[int], Field(min_length=1, max_length=1000)]
    decision: Literal["attach", "out_of_scope", "missing", "open"]
    service: str | None = Field(None, max_length=80)
    texts: dict[Language, Annotated[list[str], Field(max_length=100)]] = Field(default_factory=dict)
    remark: Remark | None = None


class Unanswered(BaseModel):
    """One question: `title` is what the bot took it for, what begins with `decided` or `attached` what became of it."""

    id: int
    text: str
    language: Language
    why: Why
    created_at: datetime
    service: str | None
    section: SectionName | None
    title: str | None
    score: float | None
    conversation: str
    state: State
    decided_by: str | None
    decided_at: datetime | None
    attached_to: str | None
    attached_title: str | None
    remark: str | None


class QuestionGroup(BaseModel):
    """Questions of one meaning, the most typical first; `service` is the one that they may belong to."""

    service: str | None
    title: str | None
    questions: list[Unanswered]


class IndexState(BaseModel):
    """Whether the index in use has been made of the service files as they stand; `trouble` of the last build."""

    current: bool
    building: bool
    trouble: list[str]


class OpenQuestions(BaseModel):
    """`total` is the number of groups that pass the filter, `groups` those from the asked one on."""

    groups: list[QuestionGroup]
    total: int
    counts: dict[State, int]
    index: IndexState


class DecidedQuestions(BaseModel):
    questions: list[Unanswered]
    counts: dict[State, int]


class Titled(BaseModel):
    slug: str
    title: str


class Services(BaseModel):
    services: list[Titled]


class Decided(BaseModel):
    """What a decision has brought: the example questions that are new in the service's file."""

    added: dict[Language, list[str]]


class Learning:
    """What is kept between the calls of one application: the groups, and the build that may be running."""

    def __init__(self, service: Parts) -> None:
        self.grouping = Grouping()
        self.rebuilding = Rebuilding(service.settings)


def _learning(request: Request, service: Parts) -> Learning:
    state = request.app.state
    if not hasattr(state, "learning"):
        state.learning = Learning(service)
    return state.learning


Kept = Annotated[Learning, Depends(_learning)]


@router.get("/review")
async def review(
    request: Request,
    login: Supervisor,
    service: Parts,
    kept: Kept,
    asked_in: Language | None = None,
    why: Why | None = None,
    first: Annotated[int, Query(alias="from", ge=0)] = 0,
) -> OpenQuestions:
    """The open questions in groups, the largest first; filtered by the questions' language and `why`, 30 at once."""
    known = await asyncio.to_thread(knowledge.current)
    questions = await decisions.open_questions(service.database)
    by_id = {question.id: question for question in questions}
    names = Names(known.services, language_of(request))
    passing = []
    for group in await kept.grouping.of(questions, known.searcher.index):
        rows = [by_id[identifier] for identifier in group.questions]
        if rows := [row for row in rows if asked_in in (None, row.language) and why in (None, row.why)]:
            passing.append((group.service, rows))
    passing.sort(key=lambda one: -len(one[1]))
    groups = [
        QuestionGroup(
            service=slug,
            title=names.topic(slug),
            questions=[_view(row, names) for row in rows],
        )
        for slug, rows in passing[first : first + SHOWN]
    ]
    return OpenQuestions(
        groups=groups,
        total=len(passing),
        counts=await decisions.counts(service.database),
        index=await _index_state(service, kept),
    )


@router.get("/review/done")
async def done(
    request: Request,
    login: Supervisor,
    service: Parts,
    state: Literal["attached", "out_of_scope", "missing"] | None = None,
    before: AwareDatetime | None = None,
) -> DecidedQuestions:
    """What has been decided, the last first, 100 at once; `before` a moment to go on from."""
    known = await asyncio.to_thread(knowledge.current)
    names = Names(known.services, language_of(request))
    rows = await decisions.decided(service.database, state, before)
    return DecidedQuestions(
        questions=[_view(row, names) for row in rows],
        counts=await decisions.counts(service.database),
    )


@router.get("/review/missing.txt")
async def missing(login: Supervisor, service: Parts) -> Response:
    """All questions about services that are missing, a line each, for whoever writes service files."""
    rows = await decisions.decided(service.database, "missing", limit=None)
    lines = [
        "\t".join([f"{row.created_at:%Y-%m-%d}", row.language, " ".join(row.text.split()), row.remark or ""])
        for row in rows
    ]
    headers = {"Content-Disposition": 'attachment; filename="missing.txt"', "Cache-Control": "no-store"}
    return Response("".join(f"{line}\n" for line in lines), media_type="text/plain; charset=utf-8", headers=headers)


@router.get("/review/services")
async def services(request: Request, login: Supervisor) -> Services:
    """Every service by its title in the reader's language, in the order of the alphabet."""
    known = await asyncio.to_thread(knowledge.current)
    reader = language_of(request)
    titled = [Titled(slug=slug, title=title(one, None, reader)) for slug, one in known.services.items()]
    return Services(services=sorted(titled, key=lambda one: one.title.lower()))


@router.post("/review/decide")
async def decide(body: _Decision, request: Request, login: SupervisingWriter, service: Parts) -> Decided:
    """Decide about questions together: all of them, or none where somebody else has decided about one (409)."""
    questions, by = sorted(set(body.questions)), login.operator.username
    try:
        if body.decision == "attach":
            return await _attach(body, questions, request, by, service)
        if body.decision == "open":
            await decisions.reopen(service.database, questions, by)
        else:
            await decisions.judge(service.database, questions, by, body.decision, body.remark)
    except AlreadyDecided as error:
        if error.by is None:
            raise ApiError(409, "review_changed") from None
        raise ApiError(409, "review_decided", by=error.by) from None
    return Decided(added={})


@router.post("/review/index", status_code=202)
async def rebuild(login: SupervisingWriter, service: Parts, kept: Kept) -> IndexState:
    """Build the search index anew in the background; the service takes it over when it is ready."""
    kept.rebuilding.start()
    return await _index_state(service, kept)


async def _attach(body: _Decision, questions: list[int], request: Request, by: str, service: Parts) -> Decided:
    """Raises `AlreadyDecided`, and `ApiError` for all that a reviewer or an administrator can mend."""
    records = service.settings.data_dir / "review"
    prepared = partial(attaching.prepare, body.service or "", body.texts, language_of(request), FOLDER)
    try:
        change = await asyncio.to_thread(prepared)
        if change is None:
            raise ApiError(422, "unknown_service")
        await decisions.attach(service.database, questions, by, change.path.stem, change, records)
    except attaching.Faulty as error:
        raise ApiError(422, "review_faulty", faults="\n".join(error.lines)) from None
    except ExceptionGroup as group:
        faults = "\n".join(str(fault) for fault in group.exceptions)
        raise ApiError(409, "knowledge_faulty", faults=faults) from None
    except attaching.NotWritable as error:
        raise ApiError(507, "knowledge_read_only", why=error, record=error.record, diff=error.diff) from None
    return Decided(added=change.added)


def _view(row: UnansweredQuestion, names: Names) -> Unanswered:
    fields: dict[str, Any] = {
        name: getattr(row, name)
        for name in Unanswered.model_fields
        if name not in ("title", "attached_title", "conversation")
    }
    return Unanswered(
        **fields,
        conversation=row.conversation_id,
        title=names.topic(row.service, row.section),  # type: ignore[arg-type]
        attached_title=names.topic(row.attached_to),
    )


async def _index_state(service: Parts, kept: Learning) -> IndexState:
    version = await asyncio.to_thread(index.version_of, service.settings.encoder, FOLDER)
    return IndexState(
        current=version == knowledge.current().searcher.index.version,
        building=kept.rebuilding.running,
        trouble=kept.rebuilding.trouble,
    )
