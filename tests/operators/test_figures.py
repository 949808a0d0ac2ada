"""The figures of a day, against numbers counted by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.operators import figures as module
from bot.operators.figures import Figures, figures
from bot.operators.names import Names
from tests.operators.rows import at, conversation, message, operator, ticket

DAY = date(2026, 11, 26)
NOW = at("2026-11-26 18:00")


@pytest.fixture(autouse=True)
def _six_in_the_evening(monkeypatch):
    monkeypatch.setattr(module, "now", lambda: NOW)


async def of_day(database, day=DAY, language="ru") -> Figures:
    return await figures(database, day, await Names.load(language))


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@pytest.fixture
async def a_day(database):
    """Four tickets of the day and two of its neighbours, which begin and end at midnight of Kazakhstan."""
    async with database.write() as session:
        aigerim, marat = [(await operator(session, name)).id for name in ("aigerim", "marat")]
        for before_or_after in ("2026-11-25 23:59", "2026-11-27 00:00"):
            await ticket(session, at(before_or_after), late_replies=50, transfers=50, stars=1)
        opened = at("2026-11-26 00:00")  # answered in 4 minutes, closed after 60: all in time
        await ticket(
            session, opened, operator_id=aigerim, domain="identity", first_reply_at=opened + minutes(4),
            ended_at=opened + minutes(60), ended="closed", outcome="resolved", stars=5,
        )  # fmt: skip
        opened = at("2026-11-26 09:10")  # both too late
        await ticket(
            session, opened, operator_id=aigerim, domain="identity", language="kk", channel="telegram",
            first_reply_at=opened + minutes(10), late_replies=2, transfers=1,
            ended_at=opened + minutes(100), ended="closed", outcome="redirected", stars=2,
        )  # fmt: skip
        opened = at("2026-11-26 09:50")  # left before anything was due
        await ticket(session, opened, ended_at=opened + minutes(3), ended="left")
        # taken at 17:00 and neither answered nor ended since: the reply is overdue, the end is due at 18:05
        await ticket(session, at("2026-11-26 17:00"), operator_id=marat, domain="tax", transfers=2)


async def test_a_day_of_kazakhstan_counts_what_was_opened_in_it(database, a_day):
    total = (await of_day(database)).total
    assert total.model_dump() == {
        "opened": 4,
        "answered": 2,
        "open": 1,
        "ended": {"closed": 2, "left": 1},
        "outcomes": {"resolved": 1, "redirected": 1},
        "first_reply_median": 7.0,  # of 4 and 10
        "first_reply_p90": 9.4,  # 4 + 0.9 × 6
        "whole_median": 60.0,  # of 3, 60, 100
        "whole_p90": 92.0,  # 60 + 0.8 × 40
        "late_first_replies": 2,
        "late_replies": 2,
        "late_closings": 1,
        "transfers": 3,
        "stars": 3.5,
        "rated": 2,
    }


async def test_the_groups_add_up_to_the_whole_and_have_their_names(database, a_day):
    found = await of_day(database)

    def opened(groups):
        return [(group.key, group.title, group.numbers.opened) for group in groups]

    assert opened(found.by_language) == [("ru", "Русский", 3), ("kk", "Қазақша", 1)]
    assert opened(found.by_domain) == [
        ("identity", "Документы, прописка, eGov", 2),
        ("tax", "Налоги", 1),
        (None, "сфера не определена", 1),
    ]
    assert opened(found.by_channel) == [("web", "сайт", 3), ("telegram", "Telegram", 1)]
    assert opened(found.by_operator) == [("aigerim", "aigerim", 2), ("marat", "marat", 1), (None, "никто не взял", 1)]
    (telegram,) = [group.numbers for group in found.by_channel if group.key == "telegram"]
    assert (telegram.late_first_replies, telegram.late_closings, telegram.late_replies, telegram.stars) == (1, 1, 2, 2)
    (marat,) = [group.numbers for group in found.by_operator if group.key == "marat"]
    assert (marat.answered, marat.open, marat.late_first_replies, marat.late_closings) == (0, 1, 1, 0)
    assert (marat.first_reply_median, marat.whole_p90, marat.stars) == (None, None, None)


async def test_the_names_are_in_the_readers_language(database, a_day):
    assert [group.title for group in (await of_day(database, language="kk")).by_domain][-1] == "саласы анықталмаған"


async def test_each_hour_has_what_was_opened_in_it_and_how_much_of_that_was_answered(database, a_day):
    hours = (await of_day(database)).by_hour
    assert [hour.hour for hour in hours] == list(range(24))
    busy = {hour.hour: (hour.opened, hour.answered) for hour in hours if hour.opened}
    assert busy == {0: (1, 1), 9: (2, 1), 17: (1, 0)}


async def test_a_reply_becomes_late_only_once_it_is_due(database, monkeypatch):
    async with database.write() as session:
        await ticket(session, at("2026-11-26 17:56"))
    assert (await of_day(database)).total.late_first_replies == 0
    monkeypatch.setattr(module, "now", lambda: at("2026-11-26 18:02"))
    assert (await of_day(database)).total.late_first_replies == 1


async def test_a_single_ticket_is_its_own_median_and_ninetieth_percentile(database):
    opened = at("2026-11-26 10:00")
    async with database.write() as session:
        await ticket(session, opened, first_reply_at=opened + timedelta(seconds=90))
    total = (await of_day(database)).total
    assert (total.first_reply_median, total.first_reply_p90) == (1.5, 1.5)


async def test_a_day_without_anything_is_all_zeros_and_nones(database):
    found = await of_day(database)
    assert (found.total.opened, found.total.first_reply_median, found.total.stars) == (0, None, None)
    assert (found.by_language, found.by_operator) == ([], [])
    assert found.conversations.model_dump() == {
        "all": 0, "with_bot_only": 0, "to_operators": 0, "share_to_operators": None,
    }  # fmt: skip


async def test_conversations_are_those_in_which_a_citizen_wrote_on_the_day(database):
    noon, day_before = at("2026-11-26 12:00"), at("2026-11-25 12:00")
    async with database.write() as session:
        for number in (1, 2, 3):  # one begun the day before and gone on, one to the operators
            begun = day_before if number == 1 else noon
            await conversation(session, number, created_at=begun, updated_at=noon)
            await message(session, f"talk-{number}", 1, "сколько стоит?", created_at=begun)
            await message(session, f"talk-{number}", 2, "а документы?", created_at=noon)
        await ticket(session, noon, conversation_id="talk-3")
        # opened and never written in; only the bot's reminder fell on the day; written in the day before
        await conversation(session, 4, created_at=noon, updated_at=noon)
        await conversation(session, 5, created_at=day_before, updated_at=noon)
        await message(session, "talk-5", 1, "спасибо", created_at=day_before)
        await message(session, "talk-5", 2, "Оцените ответ", author="system", created_at=noon)
        await conversation(session, 6, created_at=day_before, updated_at=day_before)
        await message(session, "talk-6", 1, "вчера", created_at=day_before)
        await ticket(session, day_before, conversation_id="talk-6")
    assert (await of_day(database)).conversations.model_dump() == {
        "all": 3, "with_bot_only": 2, "to_operators": 1, "share_to_operators": 0.333,
    }  # fmt: skip
    assert (await of_day(database, date(2026, 11, 25))).conversations.model_dump() == {
        "all": 3, "with_bot_only": 2, "to_operators": 1, "share_to_operators": 0.333,
    }  # fmt: skip
