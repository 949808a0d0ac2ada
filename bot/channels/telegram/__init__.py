"""The Telegram channel: citizens talk to the bot in private chats, by long polling or by a webhook."""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack
from functools import partial

from fastapi import FastAPI
from telegram import Bot, BotCommand

from bot.channels.telegram import webhook
from bot.channels.telegram.activity import Activity
from bot.channels.telegram.api import Tasks, insist, open_bot
from bot.channels.telegram.asides import Asides
from bot.channels.telegram.intake import CHANNEL, Intake
from bot.channels.telegram.polling import poll
from bot.channels.telegram.sender import TelegramSender
from bot.channels.telegram.updates import ALLOWED, COMMANDS
from bot.service import Service
from bot.settings import Settings
from texts import Language, say

__all__ = ["TelegramSender", "attach"]

log = logging.getLogger(__name__)


async def attach(app: FastAPI, service: Service, stack: AsyncExitStack) -> None:
    """Join Telegram to the service until `stack` closes; without a token nothing happens.

    Nothing here waits for Telegram: the service starts and goes on whether it can be reached or not.
    """
    settings = service.settings
    if settings.telegram_token is None:
        return
    bot = await stack.enter_async_context(
        open_bot(settings.telegram_token.get_secret_value(), settings.telegram_api_url)
    )
    tasks = Tasks()
    stack.push_async_callback(tasks.close)
    service.courier.add(CHANNEL, TelegramSender(bot))
    tasks.start(Activity(bot, service.database, service.events).follow(), "telegram typing")
    intake = Intake(service, bot, Asides(bot, tasks))
    if settings.telegram_webhook_url is not None:
        webhook.add_route(app, intake, webhook.secret_of(settings))
    tasks.start(_connect(settings, bot, intake, tasks), "telegram")


async def _connect(settings: Settings, bot: Bot, intake: Intake, tasks: Tasks) -> None:
    """Introduce ourselves to Telegram, then poll or ask for the webhook."""
    if not await insist("reach Telegram", bot.get_me, bot):
        return
    tasks.start(_offer_commands(bot), "telegram commands")
    if settings.telegram_webhook_url is None:
        log.info("Telegram: polling")
        await poll(bot, intake)
        return
    url = webhook.url_of(settings.telegram_webhook_url)
    if await insist(
        "set the webhook",
        lambda: bot.set_webhook(url, secret_token=webhook.secret_of(settings), allowed_updates=ALLOWED),
        bot,
    ):
        log.info("Telegram: webhook at %s", url)


async def _offer_commands(bot: Bot) -> None:
    """Fill the menu of commands, in Kazakh where Telegram is in Kazakh, else in Russian."""
    menus: tuple[tuple[Language, str | None], ...] = (("ru", None), ("ru", "ru"), ("kk", "kk"))
    for language, code in menus:
        commands = [BotCommand(name, say(f"telegram.command_{name}", language)) for name in COMMANDS]
        await insist("set the commands", partial(bot.set_my_commands, commands, language_code=code), bot)
