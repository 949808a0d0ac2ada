"""Telegram's limits are kept: a message a second in one chat, thirty a second in all."""

import asyncio
from itertools import pairwise

import pytest

from bot.channels.telegram.sender import ALL_INTERVAL, CHAT_INTERVAL, Pace
from tests.channels import virtual_time


class Sendings:
    """When each chat was allowed a message, in seconds."""

    def __init__(self, pace):
        self.pace = pace
        self.of = {}

    async def send(self, chat, count=1):
        for _ in range(count):
            await self.pace.wait(chat)
            self.of.setdefault(chat, []).append(asyncio.get_running_loop().time())

    @property
    def all(self):
        return sorted(moment for moments in self.of.values() for moment in moments)


def test_one_chat_gets_a_message_a_second():
    sendings = Sendings(Pace())
    virtual_time.run(sendings.send(7, 4))
    assert sendings.of[7] == pytest.approx([0, 1, 2, 3])


def test_those_who_wait_for_one_chat_at_once_go_one_after_another():
    sendings = Sendings(Pace())

    async def four():
        await asyncio.gather(*(sendings.send(7) for _ in range(4)))

    virtual_time.run(four())
    assert sendings.of[7] == pytest.approx([0, 1, 2, 3])


def test_a_thousand_chats_get_thirty_messages_a_second_in_all():
    sendings = Sendings(Pace())

    async def thousand():
        await asyncio.gather(*(sendings.send(chat) for chat in range(1000)))

    virtual_time.run(thousand())
    assert min(later - earlier for earlier, later in pairwise(sendings.all)) == pytest.approx(ALL_INTERVAL)
    assert sendings.all[-1] == pytest.approx(999 * ALL_INTERVAL)


def test_a_chat_that_waits_for_its_second_takes_no_place_from_the_others():
    sendings = Sendings(Pace())

    async def together():
        await asyncio.gather(*(sendings.send(7) for _ in range(50)), *(sendings.send(chat) for chat in range(100, 129)))

    virtual_time.run(together())
    assert sendings.of[7][1] == pytest.approx(CHAT_INTERVAL)
    assert max(sendings.of[chat][0] for chat in range(100, 129)) == pytest.approx(29 * ALL_INTERVAL)


def test_a_chat_held_up_by_all_others_still_gets_only_a_message_a_second():
    sendings = Sendings(Pace())

    async def together():
        await asyncio.gather(*(sendings.send(chat) for chat in range(100, 400)), sendings.send(7, 3))

    virtual_time.run(together())
    assert sendings.of[7][0] == pytest.approx(300 * ALL_INTERVAL)
    assert min(later - earlier for earlier, later in pairwise(sendings.of[7])) >= CHAT_INTERVAL - 1e-6


def test_who_gives_up_waiting_lets_the_next_one_go():
    sendings = Sendings(Pace())

    async def one_gives_up():
        await sendings.send(7)
        impatient = asyncio.create_task(sendings.send(7))
        await asyncio.sleep(0.5)
        impatient.cancel()
        await sendings.send(7)

    virtual_time.run(one_gives_up())
    assert sendings.of[7] == pytest.approx([0, 1])


def test_chats_long_quiet_are_forgotten():
    pace = Pace()
    virtual_time.run(Sendings(pace).send(7))

    async def many():
        for chat in range(100, 1200):
            await pace.wait(chat)

    virtual_time.run(many())
    assert len(pace._free_at) < 1100
    assert len(pace._turns) == 0
