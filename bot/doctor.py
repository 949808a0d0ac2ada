"""`jauap doctor`: what is set up, what is missing and how to mend it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from bot import rasa, training
from bot.settings import Settings
from bot.storage import Database, DatabaseUnavailable

__all__ = ["examine"]

REMINDED_BEFORE = timedelta(days=45)
"""How long before a year begins its holidays should be known."""

Finding = tuple[bool, str, str]
"""Whether it is well, what was looked at, and how to mend it."""


def examine(settings: Settings) -> int:
    """Print a line for each part; 0 where everything is well, 1 otherwise."""
    well = True
    for good, what, mend in (finding for check in CHECKS for finding in check(settings)):
        print(f"{'✓' if good else '✗'} {what}" + ("" if good else f": {mend}"))
        well = well and good
    return 0 if well else 1


def _rasa(settings: Settings) -> Iterator[Finding]:
    if settings.rasa_url is not None:
        yield True, f"Rasa: yours at {settings.rasa_url}", ""
        return
    try:
        rasa.python()
    except rasa.RasaMissing as error:
        yield False, "Rasa's environment", str(error)
        return
    yield True, "Rasa's environment", ""
    yield training.up_to_date(settings), "dialogue model", "run «jauap train»"


def _knowledge(settings: Settings) -> Iterator[Finding]:
    from knowledge_base import index, model

    try:
        services = model.load_all()
    except ExceptionGroup as faults:
        yield False, "knowledge base", f"{len(faults.exceptions)} faults: run «jauap kb check»"
        return
    yield True, f"knowledge base, {len(services)} services", ""
    yield index.is_current(settings.data_dir, settings.encoder), "search index", "run «jauap index»"


def _database(settings: Settings) -> Iterator[Finding]:
    async def migrate() -> None:
        database = Database(settings.database)
        try:
            await database.migrate()
        finally:
            await database.close()

    try:
        asyncio.run(migrate())
    except DatabaseUnavailable as error:
        yield False, "database", str(error)
    else:
        yield True, "database", ""


def _port(settings: Settings) -> Iterator[Finding]:
    with socket.socket() as probe:
        running = probe.connect_ex((settings.local_host, settings.port)) == 0
    yield True, f"port {settings.port}: " + ("something answers there" if running else "free"), ""


def _telegram(settings: Settings) -> Iterator[Finding]:
    if settings.telegram_token is None:
        yield True, "Telegram: off; for it, put JAUAP_TELEGRAM_TOKEN=… from @BotFather into .env", ""
    else:
        yield True, "Telegram: " + ("webhook" if settings.telegram_webhook_url else "long polling"), ""


def _holidays(settings: Settings) -> Iterator[Finding]:
    from bot.conversations.hours import ZONE, Holidays

    today, known = datetime.now(ZONE), Holidays.load().last_year()
    soon = (today + REMINDED_BEFORE).year
    yield known >= soon, f"holidays up to {known}", f"add {soon} to bot/conversations/holidays.yaml"


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _rasa,
    _knowledge,
    _database,
    _holidays,
    _port,
    _telegram,
)
