"""`jauap run`: brings everything up to date, starts it, and stops it all at the end."""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import AsyncExitStack
from datetime import timedelta
from types import FrameType

import uvicorn
from sqlalchemy.exc import SQLAlchemyError

from actions import knowledge
from bot import rasa
from bot.app import actions_token, create_app
from bot.channels import telegram
from bot.dialogue import Dialogue, DialogueUnavailable
from bot.operators.accounts import ensure_admin
from bot.service import Service
from bot.settings import Settings
from bot.storage import Database

__all__ = ["CannotStart", "prepare", "run"]

log = logging.getLogger("jauap")


class CannotStart(Exception):
    """Why the service cannot start, in one line."""


def prepare(settings: Settings) -> None:
    """Train and build what is missing or out of date; with nothing changed this does nothing.

    Raises `CannotStart`, `rasa.RasaMissing`, `rasa.RasaFailed`, and what building the index raises.
    """
    from knowledge_base import index

    index.build(settings.data_dir, settings.encoder)
    if settings.rasa_url is None and not rasa.trained(settings):
        print("Training the dialogue model, usually 1 to 2 minutes …", flush=True)
        rasa.train(settings)


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

    Raises `CannotStart`, `DatabaseUnavailable`, `rasa.RasaMissing`, `rasa.RasaFailed`.
    """
    _check_port(settings)
    if settings.redis_url is not None:
        raise CannotStart("several processes over Redis are not supported yet: leave JAUAP_REDIS_URL empty")
    async with AsyncExitStack() as stack:
        database = Database(settings.database)
        stack.push_async_callback(database.close)
        await database.migrate()
        first_password = await ensure_admin(database, settings)
        if first_password is not None:
            print(f"First log-in at the console: admin, password {first_password} (shown only this once)", flush=True)
        if settings.rasa_url is None:
            server = rasa.Server(
                settings,
                actions_url=f"http://{settings.local_host}:{settings.port}/actions",
                actions_token=actions_token(settings),
            )
            await server.start()
            stack.push_async_callback(server.stop)
            rasa_url = server.url
        else:
            rasa_url = settings.rasa_url
        ours = f"sqlite:///{settings.data_dir / 'rasa.db'}" if settings.rasa_url is None else None
        dialogue = Dialogue(rasa_url, timeout=settings.rasa_timeout, tracker_store=ours)
        stack.push_async_callback(dialogue.close)
        service = Service.assemble(settings, database, dialogue)
        searcher = await asyncio.to_thread(knowledge.open_searcher, settings.data_dir, settings.encoder)
        app = create_app(service, search=searcher.search, dialogue=dialogue)
        web = WebServer(
            uvicorn.Config(app, settings.host, settings.port, log_level="warning", timeout_graceful_shutdown=3),
            service,
        )
        await telegram.attach(app, service, stack)
        serving = asyncio.create_task(web.serve(), name="web")
        ready = asyncio.create_task(_until_ready(settings, dialogue), name="ready")
        owed = await service.worker.resume()
        await service.courier.resume()
        stack.push_async_callback(service.courier.stop)
        stack.push_async_callback(service.worker.stop)
        expiring = asyncio.create_task(_expire(service), name="retention")
        if owed:
            log.info("answering what was left open in %s conversations", owed)
        try:
            await serving
        finally:
            ready.cancel()
            expiring.cancel()


class WebServer(uvicorn.Server):
    """Closes the open event streams when it is told to stop: they would hold up its end."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._service.events.close()
        super().handle_exit(sig, frame)


async def _expire(service: Service) -> None:
    """Keep the promise of `RETENTION_DAYS`, every hour."""
    while True:
        try:
            if count := await service.conversations.expire(timedelta(days=service.settings.retention_days)):
                log.info("%s conversations are past their retention and were erased", count)
        except (SQLAlchemyError, DialogueUnavailable):
            log.exception("erasing what is past its retention failed; trying again in an hour")
        await asyncio.sleep(3600)


async def _until_ready(settings: Settings, dialogue: Dialogue) -> None:
    address = f"http://{settings.host}:{settings.port}"
    print(f"Starting on {address}; the dialogue engine needs some 20 seconds …", flush=True)
    while not await dialogue.ready():  # noqa: ASYNC110 - Rasa has nothing to wait on
        await asyncio.sleep(0.5)
    print(f"Jauap is ready.\n  Demonstration page  {address}/\n  Operators' console  {address}/console")
    if settings.telegram_token is None:
        print("  Telegram            off: get a token from @BotFather, put JAUAP_TELEGRAM_TOKEN=… into .env")
    print("Ctrl-C stops it all.", flush=True)
