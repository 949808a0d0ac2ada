"""What a supervisor sees of the present, and who may see it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event

from bot.operators import overview as module
from bot.operators.names import Names
from bot.operators.overview import Overview, overview
from tests.operators.rows import at, conversation, operator, ticket

NOW = at("2026-11-26 12:00")


@pytest.fixture(autouse=True)
def _noon(monkeypatch):
    monkeypatch.setattr(module, "now", lambda: NOW)


async def present(database, language="ru") -> Overview:
    return await overview(database, await Names.load(language))


def ago(minutes: float):
    return NOW - timedelta(minutes=minutes)


@pytest.fixture
async def desk(database):
    """Three wait and three are held; promises are broken to `talk-2`, to `talk-4` and, twice, to `talk-5`."""
    async with database.write() as session:
        aigerim = await operator(
            session, "aigerim", available=True, capacity=3, domains=["identity"], languages=["kk"], seen_at=ago(1)
        )
        await operator(session, "marat")
        left = await operator(session, "left", disabled=True)

        async def talk(number: int, opened_ago: float, answered: bool = False, **fields) -> None:
            opened = await ticket(session, ago(opened_ago), first_reply_at=ago(1) if answered else None)
            fields = {"waiting_since": ago(opened_ago), "ticket_id": opened.id, "reason": "asked"} | fields
            await conversation(session, number, **fields)

        soon = NOW + timedelta(minutes=1)
        await talk(1, 2, state="waiting", domain="identity", topic="passport-issue", reply_due=soon)
        await talk(2, 9, state="waiting", language="kk", reason="failed", reply_due=ago(4))
        await talk(3, 1, state="waiting", domain="identity", priority=2, reply_due=soon)
        held = {"state": "operator", "operator_id": aigerim.id}
        await talk(4, 30, answered=True, owed_since=ago(8), reply_due=ago(5), **held)
        await talk(5, 90, owed_since=ago(90), reply_due=ago(85), **held)  # the end was promised 25 minutes ago
        await talk(6, 20, answered=True, state="operator", operator_id=left.id)
        # what is over or with the bot counts nowhere
        await conversation(session, 7, state="closed", reply_due=ago(100), operator_id=aigerim.id)
        await conversation(session, 8, state="bot")
        await ticket(session, ago(500), ended_at=ago(1), ended="closed")


async def test_who_waits_is_counted_by_language_domain_and_reason(database, desk):
    waiting = (await present(database)).waiting
    assert (waiting.count, waiting.oldest_since) == (3, ago(9))

    def counts(kind):
        return [(one.key, one.title, one.count) for one in getattr(waiting, kind)]

    assert counts("by_language") == [("ru", "Русский", 2), ("kk", "Қазақша", 1)]
    assert counts("by_domain") == [
        ("identity", "Документы, прописка, eGov", 2),
        (None, "сфера не определена", 1),
    ]
    assert counts("by_reason") == [("asked", "просит оператора", 2), ("failed", "бот не смог ответить", 1)]


async def test_the_waiting_are_in_the_order_of_the_queue_and_the_held_by_how_long_they_await_a_word(database, desk):
    found = await present(database)
    assert [talk.id for talk in found.waiting.talks] == ["talk-3", "talk-2", "talk-1"]
    assert found.held.count == 3
    assert [(talk.id, talk.operator) for talk in found.held.talks] == [
        ("talk-5", "aigerim"),
        ("talk-4", "aigerim"),
        ("talk-6", "left"),
    ]
    last = found.waiting.talks[-1]
    assert last.topic.startswith("Паспорт")
    assert (last.domain, last.operator, last.closing_due) == (
        "Документы, прописка, eGov", None, ago(2) + timedelta(minutes=65),
    )  # fmt: skip


async def test_each_operator_has_load_capacity_and_what_is_overdue(database, desk):
    operators = (await present(database)).operators
    assert [(one.username, one.load, one.capacity, one.overdue) for one in operators] == [
        ("aigerim", 2, 3, 2),
        ("marat", 0, 4, 0),
    ]
    aigerim = operators[0]
    assert (aigerim.available, aigerim.languages, aigerim.domains, aigerim.seen_at) == (
        True, ["kk"], ["identity"], ago(1),
    )  # fmt: skip
    assert aigerim.domain_titles == ["Документы, прописка, eGov"]


async def test_a_breach_says_which_promise_of_whom_and_since_when(database, desk):
    breaches = (await present(database)).breaches
    assert breaches.count == 3
    assert [(one.conversation, one.kind, one.operator, one.since) for one in breaches.breaches] == [
        ("talk-5", "first_reply", "aigerim", ago(85)),
        ("talk-5", "closing", "aigerim", ago(25)),
        ("talk-4", "next_reply", "aigerim", ago(5)),
        ("talk-2", "first_reply", None, ago(4)),
    ]


async def test_an_empty_desk_is_all_zeros(database):
    found = await present(database)
    assert (found.waiting.count, found.waiting.oldest_since, found.waiting.talks) == (0, None, [])
    assert (found.held.count, found.breaches.count, found.operators) == (0, 0, [])


async def test_long_lists_are_cut_and_the_counts_are_not(database, monkeypatch):
    monkeypatch.setattr(module, "SHOWN", 2)
    async with database.write() as session:
        for number in range(3):
            await conversation(session, number, state="waiting", waiting_since=ago(number), reply_due=ago(1))
    found = await present(database)
    assert (found.waiting.count, len(found.waiting.talks)) == (3, 2)
    assert (found.breaches.count, len(found.breaches.breaches)) == (3, 2)


async def test_more_talks_and_operators_are_no_more_queries(database):
    asked = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    counts = []
    for number in range(2):
        async with database.write() as session:
            someone = await operator(session, f"operator{number}")
            for each in range(5):
                state = {"state": "operator", "operator_id": someone.id} if each % 2 else {"state": "waiting"}
                await conversation(session, number * 5 + each, waiting_since=ago(9), reply_due=ago(1), **state)
        asked.clear()
        await present(database)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 7


@pytest.mark.parametrize("path", ["/overview", "/figures", "/tickets.csv?from=2026-11-26&to=2026-11-26",
                                  "/conversations/talk-1/transcript.csv"])  # fmt: skip
async def test_supervisors_and_administrators_see_it_and_operators_do_not(log_in, stranger, database, path):
    async with database.write() as session:
        await conversation(session, 1)
    assert (await stranger.get(path)).status_code == 401
    for role, status in (("operator", 403), ("supervisor", 200), ("admin", 200)):
        assert (await (await log_in(role, role)).get(path)).status_code == status


async def test_the_present_comes_in_the_readers_language(log_in, database, desk):
    supervisor = await log_in("aliya", "supervisor")
    answer = (await supervisor.get("/overview", headers={"Accept-Language": "kk"})).json()
    assert [one["title"] for one in answer["waiting"]["by_domain"]] == [
        "Құжаттар, тіркеу, eGov",
        "саласы анықталмаған",
    ]


async def test_figures_are_of_the_day_asked_for_or_of_today(log_in, database):
    async with database.write() as session:
        await ticket(session, at("2026-11-26 23:59"))
    supervisor = await log_in("aliya", "supervisor")
    asked = (await supervisor.get("/figures?day=2026-11-26")).json()
    assert (asked["day"], asked["total"]["opened"]) == ("2026-11-26", 1)
    assert (await supervisor.get("/figures")).json()["total"]["opened"] == 0
    refused = await supervisor.get("/figures?day=yesterday")
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "bad_field")
