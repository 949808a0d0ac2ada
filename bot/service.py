"""The running service: its parts, made once and joined together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from bot.conversations import Conversations, Events
from bot.conversations.desk import Desk, DeskSettings
from bot.conversations.dispatch import Dispatcher
from bot.conversations.outbox import Courier
from bot.conversations.tokens import Tokens
from bot.conversations.worker import Answering, Worker
from bot.settings import Settings
from bot.storage import Database

__all__ = ["Parts", "Service"]


@dataclass(frozen=True)
class Service:
    """Everything that a channel or a page may need."""

    settings: Settings
    database: Database
    events: Events
    conversations: Conversations
    worker: Worker
    courier: Courier
    dispatcher: Dispatcher

    @classmethod
    def assemble(cls, settings: Settings, database: Database, dialogue: Answering) -> Service:
        events = Events()
        courier = Courier(database, events)
        desk = DeskSettings(Desk(office_hours=settings.office_hours))
        worker = Worker(database, events, dialogue, desk, courier.push)
        tokens = Tokens(settings.key, timedelta(days=settings.retention_days))
        conversations = Conversations(
            database, events, wake=worker.wake, push=courier.push, forget=dialogue.forget, tokens=tokens, desk=desk
        )
        dispatcher = Dispatcher(conversations)
        return cls(settings, database, events, conversations, worker, courier, dispatcher)


def _service(connection: HTTPConnection) -> Service:
    return connection.app.state.service


Parts = Annotated[Service, Depends(_service)]
"""What a route declares to be given the service."""
