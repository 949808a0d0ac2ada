"""`jauap run`: brings everything up to date, starts it, and stops it all at the end."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from bot import rasa, training
from bot.channels import telegram
from bot.dialogue import Dialogue, DialogueUnavailable
from bot.operators import canned
from bot.operators.accounts import ensure_admin
from bot.service import Service
from bot.settings import Settings
from bot.storage import Database

__all__ = ["CannotStart", "run"]

log = logging.getLogger("jauap")

LOOK_AGAIN = 0.5  # seconds between two looks whether Rasa answers again
LOOK_AT_RASA = 2.0  # and whether it still does
REFRESH = 5.0  # seconds between two looks for a new index


class CannotStart(Exception):
    """Why the service cannot start, in one line."""


def _train(settings: Settings) -> None:
    """Bring the dialogue model up to date; where the new one is worse, go on with the one in use and say so.

    Raises `rasa.RasaMissing`, `rasa.RasaFailed`.
    """
    if settings.rasa_url is not None or training.up_to_date(settings):
        return
    from knowledge_base.evaluation.gate import Worse

    try:
        training.bring_up_to_date(settings, progress=_say)
    except Worse as worse:
        _say(f"{worse.summary}. «jauap train» says in what.")


def _say(line: str) -> None:
    print(line, flush=True)


def _check_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise CannotStart(
                f"cannot listen on {settings.host}:{settings.port}: {error.strerror}; set JAUAP_PORT to another port"
            ) from None


async def run(settings: Settings) -> None:
    """Run the service until it is told to stop.

    Raises `CannotStart`, `DatabaseUnavailable`, `rasa.RasaMissing`, `rasa.RasaFailed`, what building the index raises,
    and an `ExceptionGroup` of the knowledge base's faults.
    """
    _check_port(settings)
    if settings.redis_url is not None:
        raise CannotStart("several processes over Redis are not supported yet: leave JAUAP_REDIS_URL empty")
    await asyncio.to_thread(_train, settings)
    async with AsyncExitStack() as stack:
        database = Database(settings.database)
        stack.push_async_callback(database.close)
        await database.migrate()
        dialogue = await _start_dialogue(settings, stack)
        # Rasa needs some 20 seconds to start and half of the cores: meanwhile the index is brought up to date here.
        create_app, search = await asyncio.to_thread(_open_knowledge, settings)
        first_password = await ensure_admin(database, settings)
        await canned.seed(database)
        if first_password is not None:
            print(f"First log-in at the console: admin, password {first_password} (shown only this once)", flush=True)
        service = Service.assemble(settings, database, dialogue)
        app = create_app(service, search=search, dialogue=dialogue)
        web = WebServer(
            uvicorn.Config(app, settings.host, settings.port, log_level="warning", timeout_graceful_shutdown=3),
            service,
        )
        await telegram.attach(app, service, stack)
        stack.push_async_callback(service.courier.stop)
        stack.push_async_callback(service.worker.stop)
        await service.courier.resume()
        async with (
            _beside(_announce(settings, dialogue)),
            _beside(_resume(service, dialogue)),
            _beside(_expire(service)),
            _beside(service.dispatcher.run()),
            _beside(_refresh(settings)),
        ):
            await web.serve()


async def _start_dialogue(settings: Settings, stack: AsyncExitStack) -> Dialogue:
    """The client of Rasa: of the server set, or of a child that runs until `stack` closes."""
    if settings.rasa_url is not None:
        url = settings.rasa_url
    else:
        actions = f"http://{settings.local_host}:{settings.port}/actions"
        server = rasa.Server(settings, actions_url=actions, actions_token=rasa.actions_token(settings))
        await server.start()
        stack.push_async_callback(server.stop)
        url = server.url
    dialogue = Dialogue(url, timeout=settings.rasa_timeout, tracker_store=rasa.tracker_store(settings))
    stack.push_async_callback(dialogue.close)
    return dialogue


def _open_knowledge(settings: Settings) -> tuple[Callable[..., FastAPI], Callable[..., Any]]:
    """Build the index if it is out of date and open it; returns what makes the application, and the search.

    These imports take ten seconds of processor time, so they wait until Rasa has been started.
    """
    from actions import knowledge
    from bot.app import create_app
    from knowledge_base import index
    from knowledge_base.evaluation import outcomes
    from knowledge_base.evaluation.gate import Worse

    try:
        try:
            index.build(settings.data_dir, settings.encoder, judge=outcomes.judge(settings.data_dir, settings.encoder))
        except Worse as worse:
            _say(f"{worse.summary}. «jauap index» says in what.")
        knowledge.open_searcher(settings.data_dir, settings.encoder)
    except (index.BrokenIndex, OSError, ValueError, RuntimeError) as error:
        why = " ".join(str(error).split())
        raise CannotStart(f"no search index: {why}; «jauap index --force» builds it anew") from error
    _warm_up()
    return create_app, knowledge.search


def _warm_up() -> None:
    """Read now what the first message would otherwise wait a second for; faulty calculations are found here."""
    from knowledge_base import calculations
    from nlu.text import emergency

    calculations.find("жәрдемақы", "kk")
    emergency.recognise("көмектесіңіз")


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run `work` beside the body, and end it with it."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class WebServer(uvicorn.Server):
    """Closes the open event streams when it is told to stop: they would hold up its end."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._service.events.close()
        super().handle_exit(sig, frame)


async def _resume(service: Service, dialogue: Dialogue) -> None:
    """Answer what is left open as soon as Rasa can, at the start and whenever it comes back.

    At the start what is open is not told as a delay before it is one. Later messages may be in a pause of a minute,
    which this cuts short.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(60):
            await _until(dialogue, ready=True)
    while True:
        if owed := await service.worker.resume():
            log.info("answering what was left open in %s conversations", owed)
        await _until(dialogue, ready=False)
        await _until(dialogue, ready=True)


async def _until(dialogue: Dialogue, *, ready: bool) -> None:
    """Wait until Rasa can answer, or until it cannot; it has nothing to wait on, so it is asked again and again."""
    while await dialogue.ready() is not ready:  # noqa: ASYNC110
        await asyncio.sleep(LOOK_AGAIN if ready else LOOK_AT_RASA)


async def _expire(service: Service) -> None:
    """Keep the promise of `RETENTION_DAYS`, every hour."""
    while True:
        try:
            if count := await service.conversations.expire(timedelta(days=service.settings.retention_days)):
                log.info("%s conversations are past their retention and were erased", count)
        except (SQLAlchemyError, DialogueUnavailable):
            log.exception("erasing what is past its retention failed; trying again in an hour")
        await asyncio.sleep(3600)


async def _refresh(settings: Settings) -> None:
    """Take over an index that `jauap index` has built meanwhile; where it is no good, go on with the one in use."""
    from actions import knowledge
    from knowledge_base import index

    refused = None
    while True:
        await asyncio.sleep(REFRESH)
        try:
            if await asyncio.to_thread(knowledge.refresh, settings.data_dir, settings.encoder):
                log.info("the search index %s is in use", knowledge.current().searcher.index.folder)
        except (index.BrokenIndex, ExceptionGroup, OSError, ValueError, RuntimeError) as error:
            if str(error) != refused:
                log.warning("the new search index is refused, the former stays in use: %s", error)
            refused = str(error)


async def _announce(settings: Settings, dialogue: Dialogue) -> None:
    address = f"http://{settings.host}:{settings.port}"
    print("Starting, usually half a minute …", flush=True)
    await _until(dialogue, ready=True)
    print(f"Jauap is ready.\n  Demonstration page  {address}/\n  Operators' console  {address}/console")
    if settings.telegram_token is None:
        print("  Telegram            off: get a token from @BotFather, put JAUAP_TELEGRAM_TOKEN=… into .env")
    print("Ctrl-C stops it all.", flush=True)
