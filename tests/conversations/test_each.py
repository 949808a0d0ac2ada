"""Each conversation has a task of its own for as long as there is something to do."""

import asyncio
import logging

from bot.conversations.each import PerConversation


async def settled(each: PerConversation) -> None:
    async with asyncio.timeout(5):
        while len(each):  # noqa: ASYNC110
            await asyncio.sleep(0)


async def test_a_wake_during_the_work_runs_it_again_once():
    runs = 0
    inside, gate = asyncio.Event(), asyncio.Event()

    async def work(conversation, woken):
        nonlocal runs
        runs += 1
        inside.set()
        await gate.wait()

    each = PerConversation(work)
    each.wake("a")
    await inside.wait()
    for _ in range(10):
        each.wake("a")
    gate.set()
    await settled(each)
    assert runs == 2


async def test_a_wake_at_the_very_end_of_the_work_is_not_lost():
    runs = 0
    each: PerConversation

    async def work(conversation, woken):
        nonlocal runs
        runs += 1
        if runs == 1:
            each.wake(conversation)

    each = PerConversation(work)
    each.wake("a")
    await settled(each)
    assert runs == 2


async def test_a_conversation_is_never_worked_at_twice_at_once():
    at_once, most = 0, 0

    async def work(conversation, woken):
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0)
        at_once -= 1

    each = PerConversation(work)
    for _ in range(20):
        each.wake("a")
        await asyncio.sleep(0)
    await settled(each)
    assert most == 1


async def test_a_failure_is_logged_and_the_work_tried_again(caplog):
    runs = 0

    async def work(conversation, woken):
        nonlocal runs
        runs += 1
        if runs < 3:
            raise OSError("the disk is away")

    each = PerConversation(work, pause=0.001)
    with caplog.at_level(logging.ERROR):
        each.wake("a")
        await settled(each)
    assert runs == 3
    assert [record.getMessage() for record in caplog.records] == ["the work in conversation a failed"] * 2
    assert "the disk is away" in caplog.text


async def test_stopping_cancels_the_work_and_refuses_more():
    cancelled = []

    async def work(conversation, woken):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(conversation)
            raise

    each = PerConversation(work)
    each.wake("a")
    each.wake("b")
    await asyncio.sleep(0)
    each.wake("too new to have begun")
    await each.stop()
    assert cancelled == ["a", "b"]
    each.wake("c")
    assert len(each) == 0


async def test_stopping_ends_the_pause_after_a_failure():
    runs = 0

    async def work(conversation, woken):
        nonlocal runs
        runs += 1
        raise OSError

    each = PerConversation(work, pause=60)
    each.wake("a")
    await asyncio.sleep(0)
    await each.stop()
    assert (runs, len(each)) == (1, 0)


async def test_a_thousand_conversations_are_worked_at_side_by_side_and_leave_nothing_behind():
    inside: set[str] = set()
    gate = asyncio.Event()

    async def work(conversation, woken):
        inside.add(conversation)
        await gate.wait()

    before = len(asyncio.all_tasks())
    each = PerConversation(work)
    for number in range(1000):
        each.wake(str(number))
    await asyncio.sleep(0)
    assert len(inside) == 1000  # all have begun though none has ended
    gate.set()
    await settled(each)
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == before
    assert vars(each)["_of"] == {}
