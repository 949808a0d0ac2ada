"""A citizen's token opens one conversation, on one site, for as long as the conversation is kept."""

from datetime import timedelta

import pytest
from sqlalchemy import text, update

from bot.conversations import UnknownConversation, WrongSite
from bot.conversations.tokens import BadToken, Tokens
from bot.storage import Conversation
from bot.storage.tables import now

SITE, OTHER = "https://a.example", "https://b.example"
LIFETIME = timedelta(days=90)


def test_a_token_says_what_was_put_in():
    tokens = Tokens(b"key", LIFETIME)
    visitor = tokens.read(tokens.give("one", SITE))
    assert (visitor.conversation, visitor.origin) == ("one", SITE)
    assert now() - visitor.given < timedelta(minutes=1)


def test_nobody_makes_or_changes_a_token_without_the_key():
    tokens = Tokens(b"key", LIFETIME)
    token = tokens.give("one", SITE)
    body, given, signature = token.split(".")[-3:]
    foreign = Tokens(b"another key", LIFETIME).give("one", SITE)
    other = tokens.give("two", SITE).split(".")[-3]
    for wrong in ("", "x", "а.б.в", foreign, f".{other}.{given}.{signature}", f".{body}.{given}.{signature[::-1]}"):
        with pytest.raises(BadToken):
            tokens.read(wrong)


async def test_a_token_opens_its_own_conversation_only(service):
    (one, token), (_two, other) = [await service.conversations.open("web", "ru") for _ in range(2)]
    assert (await service.conversations.permitted(token)).id == one.id
    assert (await service.conversations.permitted(other)).id != one.id
    await service.conversations.erase(one.id)
    with pytest.raises(UnknownConversation):
        await service.conversations.permitted(token)


async def test_a_token_of_one_site_is_refused_from_another(service):
    conversation, token = await service.conversations.open("web", "ru", origin=SITE)
    for origin in (SITE, None):  # a browser names no origin when a page reads from its own site
        assert (await service.conversations.permitted(token, origin)).id == conversation.id
    for origin in (OTHER, "null"):
        with pytest.raises(WrongSite):
            await service.conversations.permitted(token, origin)


async def test_a_token_is_over_when_nothing_was_said_for_as_long_as_conversations_are_kept(service, database):
    conversation, _ = await service.conversations.open("web", "ru")
    tokens = Tokens(b"key", LIFETIME)
    visitor = tokens.read(tokens.give(conversation.id))
    assert tokens.current(visitor, now() - LIFETIME * 2)  # given just now
    assert Tokens(b"key", timedelta(0)).current(visitor, now() - timedelta(seconds=1)) is False

    service.conversations._tokens = Tokens(b"key", timedelta(seconds=-1))
    late = service.conversations._tokens.give(conversation.id)
    async with database.write() as session:
        await session.execute(update(Conversation).values(updated_at=now() - LIFETIME))
    with pytest.raises(UnknownConversation):
        await service.conversations.permitted(late)
    async with database.write() as session:
        await session.execute(update(Conversation).values(updated_at=now() + timedelta(minutes=1)))
    assert (await service.conversations.permitted(late)).id == conversation.id


async def test_the_same_address_gives_the_conversation_that_is_there(service):
    (one, token), (two, _) = [await service.conversations.open("web", "ru", address="visitor") for _ in range(2)]
    assert one.id == two.id
    assert (await service.conversations.permitted(token)).id == one.id


async def test_giving_up_stored_hashes_of_tokens_leaves_conversations_and_messages(database):
    from alembic import command
    from alembic.config import Config

    from bot.storage.database import MIGRATIONS

    def migrate(connection, how, revision):
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        how(config, revision)

    async with database._writing.begin() as connection:
        await connection.run_sync(migrate, command.downgrade, "0002")
        await connection.execute(
            text(
                "INSERT INTO conversation (id, channel, token_hash, language, state, epoch, last_id, created_at,"
                " updated_at) VALUES ('1', 'web', 'x', 'ru', 'bot', 0, 1, :now, :now)"
            ),
            {"now": "2026-11-29 08:00:00"},
        )
        await connection.execute(
            text(
                "INSERT INTO message (conversation_id, id, author, text, language, mode, buttons, created_at)"
                " VALUES ('1', 1, 'citizen', 'вопрос', 'ru', 'bot', '[]', :now)"
            ),
            {"now": "2026-11-29 08:00:00"},
        )
    await database.migrate()
    async with database.read() as session:
        assert (await session.execute(text("SELECT text FROM message"))).scalars().all() == ["вопрос"]
        columns = (await session.execute(text("SELECT * FROM conversation"))).keys()
    assert "token_hash" not in columns
