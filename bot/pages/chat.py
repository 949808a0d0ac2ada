"""The chat without scripts: the same conversation as in the widget, by plain forms.

Every control is a button of one form, which also holds the text field, so that no press loses what is being typed. Each
post is answered by a redirect, except where something typed must stand in the field again. An answer is waited for
before the redirect; while it is still owed, or an operator is, the page reloads itself (header `Refresh`). It has no
text field then, since a reload would empty it: "write a message" brings the field and stops the reloading, and the
citizen can switch the reloading off for good.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import parse_qsl
from uuid import UUID, uuid4, uuid5

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.staticfiles import StaticFiles

from actions.replies import Button
from bot.conversations import BadPayload, MessageView, State, UnknownConversation
from bot.conversations.text import MAX_LENGTH, clean
from bot.dialogue import DialogueUnavailable
from bot.pages import rendering
from bot.pages.page import HERE, render
from bot.pages.visit import Visit
from bot.service import Parts, Service
from bot.storage import Conversation
from bot.storage.tables import now
from knowledge_base.rates import KAZAKHSTAN
from texts import LANGUAGES, Language, catalogue, say

__all__ = ["router"]

PATIENCE = 5.0  # seconds that a post waits for its answer before the page is shown without it
SHOWN = 200  # messages on the page; the file has all of them
AT_ONCE = 3  # choices shown at once where few things should be; the others unfold
OWED, AWAITED, IDLE = 5, 10, 60  # seconds between reloads: an answer, an operator, nothing for ten minutes
QUIET = timedelta(minutes=10)
ELSEWHERE = frozenset({"/operator", "/leave_queue"})  # the page has these two as buttons of its own

log = logging.getLogger(__name__)

router = APIRouter(prefix="/chat", include_in_schema=False)
_static = StaticFiles(directory=HERE / "static" / "chat")
Answered = TypeVar("Answered", bound=Response)


def _visit(request: Request, service: Parts) -> Visit:
    return Visit.of(request, service.settings)


async def _form(request: Request) -> dict[str, str]:
    fields = parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    return {name: value.replace("\r\n", "\n") for name, value in fields}


Reader = Annotated[Visit, Depends(_visit)]
Form = Annotated[dict[str, str], Depends(_form)]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a form was not taken: `field` is the one to mend."""

    text: str
    status: int
    field: Literal["text", "stars"] | None = None


class Page:
    """One answer to one reader."""

    def __init__(self, request: Request, service: Service, visit: Visit) -> None:
        self.request, self.service, self.visit = request, service, visit

    def say(self, key: str, **values: object) -> str:
        return say(f"chat.{key}", self.visit.language, **values)

    def owns(self, form: dict[str, str]) -> bool:
        return self.visit.owns_form(form.get("key", ""), self.service.settings)

    def stale(self, form: dict[str, str]) -> Problem | None:
        """The problem with a form that is not of this reader's page: an old one, another site's, or without cookies."""
        return None if self.owns(form) else Problem(self.say("stale"), 403)

    def mistake(self, text: str) -> Problem | None:
        """What is wrong with a typed text that can be said before it is sent."""
        if not text.strip():
            return Problem(self.say("empty"), 422, "text")
        if len(text) > MAX_LENGTH:
            return Problem(self.say("too_long", limit=MAX_LENGTH, length=len(text)), 422, "text")
        return None

    async def conversation(self) -> Conversation | None:
        """The reader's conversation; forgets a token that opens none any more, which `visit.token` then shows."""
        if self.visit.token is None:
            return None
        try:
            return await self.service.conversations.permitted(self.visit.token)
        except UnknownConversation:
            self.visit = self.visit.but(token=None)
            return None

    async def send(self, form: dict[str, str], *, text: str = "", payload: str | None = None) -> None:
        """Store a message of the reader, in a new conversation where there is none, and wait for its answer.

        The same form with the same content does nothing twice. Raises `BadPayload`, `ValueError` for a form without
        its id.
        """
        conversations = self.service.conversations
        key = uuid5(UUID(form.get("form", "")), payload or f"text:{text}")
        conversation = await self.conversation()
        if conversation is None:
            origin = self.request.headers.get("origin")
            conversation, token = await conversations.open(
                "web", self.visit.language, origin=origin, address=self.visit.id
            )
            self.visit = self.visit.but(token=token)
        with self.service.events.subscribe(conversation.id) as subscription:
            await conversations.receive(
                conversation.id, key=f"{conversation.id}:{key}", text=text, payload=payload, plain=self.visit.large
            )
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    while await conversations.owes(conversation.id):
                        if await subscription.get(PATIENCE) is None:
                            break  # the service stops

    async def done(self, form: dict[str, str] | None = None, note: str | None = None) -> Response:
        """Back to the page; what is typed in a form that sent something else stands in the field again."""
        draft = (form or {}).get("text", "")
        if draft.strip():
            return await self.show(draft=draft, note=note)
        return self.keep(RedirectResponse(f"/chat?done={note}#latest" if note else "/chat#latest", 303))

    async def show(
        self,
        *,
        draft: str = "",
        comment: str = "",
        problem: Problem | None = None,
        note: str | None = None,
        writing: bool = False,
    ) -> HTMLResponse:
        """The page itself; `draft` and `comment` stand in their fields."""
        had_token = self.visit.token is not None
        try:
            conversation = await self.conversation()
            messages, owed, mode = await self._said(conversation)
        except SQLAlchemyError:
            conversation, messages, owed, mode = None, [], False, ""
            problem = Problem(self.say("unavailable"), 503)
        if had_token and self.visit.token is None:
            note = "gone"
        state = conversation.state if conversation else State.BOT
        awaited = owed or state in (State.WAITING, State.OPERATOR)
        reading = awaited and self.visit.refreshing and not (draft or problem or writing)
        offered, offered_language = _offered(messages) if messages else self._greeting()
        visible = AT_ONCE if self.visit.large and len(offered) > AT_ONCE + 1 else len(offered)
        page = self._render(
            "chat/chat.html",
            status=problem.status if problem else 200,
            mode=mode or self.say("mode_bot"),
            state=str(state),
            messages=messages,
            earlier=bool(messages) and messages[0].id > 1,
            latest=next((message.id for message in reversed(messages) if message.author == "citizen"), 0),
            offered=(offered[:visible], offered[visible:]),
            offered_language=offered_language,
            owed=owed,
            reading=reading,
            awaited=awaited,
            rated=conversation is not None and conversation.stars is not None,
            has_conversation=conversation is not None,
            draft=draft,
            comment=comment,
            problem=problem,
            note=self.say(f"note_{note}") if note else None,
            focus=writing or bool(draft) or (problem is not None and problem.field == "text"),
        )
        if reading:
            quiet = bool(messages) and now() - messages[-1].created_at > QUIET
            seconds = OWED if owed else IDLE if quiet else AWAITED
            # Another address each time: a browser may take the same one with an anchor for a jump within the page.
            page.headers["Refresh"] = f"{seconds}; url=/chat?at={int(now().timestamp())}#latest"
        return page

    def erasing(self, problem: Problem | None = None) -> HTMLResponse:
        """The page that asks before erasing."""
        return self._render("chat/erase.html", status=problem.status if problem else 200, problem=problem)

    async def _said(self, conversation: Conversation | None) -> tuple[list[MessageView], bool, str]:
        """The messages to show, whether an answer is owed, and who answers now in words."""
        if conversation is None:
            return [], False, ""
        conversations = self.service.conversations
        messages = await conversations.messages(conversation.id, after=max(0, conversation.last_id - SHOWN))
        place = await conversations.queue_position(conversation.id)
        if place is None:
            mode = self.say(f"mode_{conversation.state}")
        elif place.minutes is None:
            mode = self.say("mode_waiting_place", position=place.position)
        else:
            mode = self.say("mode_waiting_time", position=place.position, minutes=place.minutes)
        return messages, await conversations.owes(conversation.id), mode

    def _greeting(self) -> tuple[list[Button], Language]:
        titles = {"/services": self.say("services"), "/help": self.say("help")}
        return [Button(title=title, payload=payload) for payload, title in titles.items()], self.visit.language

    def _render(self, template: str, *, status: int, **values: Any) -> HTMLResponse:
        page = render(
            template,
            self.visit.language,
            status=status,
            cache="no-store",
            t=catalogue("chat", self.visit.language),
            languages={code: say("chat.language_name", code) for code in LANGUAGES},
            visit=self.visit,
            key=self.visit.form_key(self.service.settings),
            form_id=uuid4(),
            today=now().astimezone(KAZAKHSTAN).date(),
            r=rendering,
            **values,
        )
        return self.keep(page)

    def keep(self, response: Answered) -> Answered:
        """The response, with the cookie of this reader."""
        self.visit.keep(self.request, response, self.service.settings)
        return response


def _offered(messages: list[MessageView]) -> tuple[list[Button], Language]:
    """What can be pressed, in which language: the buttons of what was said last, until the citizen goes on."""
    for message in reversed(messages):
        if message.buttons:
            return [button for button in message.buttons if button.payload not in ELSEWHERE], message.language
        if message.author != "bot":
            break
    return [], messages[-1].language


# --- what is read


@router.get("")
async def chat(
    request: Request,
    service: Parts,
    visit: Reader,
    language: Language | None = None,
    question: Annotated[str, Query(max_length=MAX_LENGTH)] = "",
    write: bool = False,
    done: Literal["rated", "erased"] | None = None,
) -> Response:
    """The conversation; `language` is kept, `question` stands in the field and is not sent."""
    page = Page(request, service, visit.but(language=language) if language else visit)
    return await page.show(draft=question, note=done, writing=write)


@router.get("/transcript.txt")
async def transcript(request: Request, service: Parts, visit: Reader) -> Response:
    """The whole conversation as a file."""
    page = Page(request, service, visit)
    conversation = await page.conversation()
    messages: list[MessageView] = []
    while conversation and (more := await service.conversations.messages(conversation.id, len(messages))):
        messages += more  # ids are counted from 1 without a gap
    headers = {"Content-Disposition": 'attachment; filename="jauap.txt"', "Cache-Control": "no-store"}
    return PlainTextResponse(rendering.transcript(messages, visit.language), headers=headers)


@router.get("/erase")
async def ask_to_erase(request: Request, service: Parts, visit: Reader) -> Response:
    """Asks before erasing."""
    return Page(request, service, visit).erasing()


@router.get("/chat.css")
async def style(request: Request) -> Response:
    """The style of these pages; the browser asks each time whether it has changed."""
    response = await _static.get_response("chat.css", request.scope)
    response.headers.update({"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"})
    return response


@router.get("/messages")
@router.get("/language")
@router.get("/large")
@router.get("/refreshing")
@router.get("/refresh")
@router.get("/rating")
async def back() -> Response:
    """Where a form's address is opened or reloaded as a page."""
    return RedirectResponse("/chat", 303)


# --- what is sent


@router.post("/messages")
async def send(request: Request, service: Parts, visit: Reader, form: Form) -> Response:
    """A typed text, or a pressed button that the bot has offered."""
    page = Page(request, service, visit)
    text, payload = form.get("text", ""), form.get("payload")
    if problem := page.stale(form) or (page.mistake(text) if payload is None else None):
        return await page.show(draft=text, problem=problem)
    try:
        await page.send(form, text="" if payload else text, payload=payload)
    except (BadPayload, ValueError):
        return await page.show(draft=text, problem=Problem(say("errors.bad_payload", visit.language), 422))
    except SQLAlchemyError:
        log.exception("a message of the page without scripts was not stored")
        return await page.show(draft=text, problem=Problem(page.say("unavailable"), 503))
    return await page.done(form if payload else None)


@router.post("/language")
async def language(request: Request, service: Parts, visit: Reader, form: Form) -> Response:
    """Another language for the page, and for the bot's answers in the same conversation."""
    chosen: dict[str, Language] = {language: language for language in LANGUAGES}
    to = chosen.get(form.get("language", ""), visit.language)
    page = Page(request, service, visit.but(language=to))
    if problem := page.stale(form):
        return await page.show(draft=form.get("text", ""), problem=problem)
    if await page.conversation() is not None:
        await page.send(form, payload=f'/language{{"language": "{to}"}}')
    return await page.done(form)


@router.post("/large")
@router.post("/refreshing")
@router.post("/refresh")
async def setting(request: Request, service: Parts, visit: Reader, form: Form) -> Response:
    """How the page is shown: large and plain, reloading itself or not; or just shown anew."""
    switches = {name: form[name] == "on" for name in ("large", "refreshing") if name in form}
    page = Page(request, service, visit)
    if problem := page.stale(form):
        return await page.show(draft=form.get("text", ""), problem=problem)
    page.visit = visit.but(**switches)
    return await page.done(form)


@router.post("/rating")
async def rate(request: Request, service: Parts, visit: Reader, form: Form) -> Response:
    """The citizen's rating; a later one replaces it."""
    page = Page(request, service, visit)
    conversation = await page.conversation()
    problem = page.stale(form)
    if problem is None and form.get("stars") not in ("1", "2", "3", "4", "5"):
        problem = Problem(page.say("no_stars"), 422, "stars")
    if problem or conversation is None:
        return await page.show(problem=problem, comment=form.get("comment", ""))
    await service.conversations.rate(conversation.id, int(form["stars"]), clean(form.get("comment", ""))[:4000] or None)
    return await page.done(note="rated")


@router.post("/erase")
async def erase(request: Request, service: Parts, visit: Reader, form: Form) -> Response:
    """Delete the conversation; the reader is a new one then."""
    page = Page(request, service, visit)
    conversation = await page.conversation()
    if conversation is None:
        return await page.done()
    if problem := page.stale(form):
        return page.erasing(problem)
    try:
        await service.conversations.erase(conversation.id)
    except (DialogueUnavailable, SQLAlchemyError):
        log.exception("%s was not erased", conversation.id)
        return page.erasing(Problem(page.say("not_erased"), 503))
    page.visit = Visit(language=visit.language, large=visit.large, refreshing=visit.refreshing)
    return await page.done(note="erased")
