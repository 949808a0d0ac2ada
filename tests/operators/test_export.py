"""The tables for spreadsheet programs: what is in them, what is hidden, and what cannot be run."""

from __future__ import annotations

import csv
import io
import tracemalloc
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select

from bot.operators import export
from bot.operators.export import harmless
from bot.operators.names import Names
from bot.storage import AuditEntry, Ticket
from tests.operators.rows import at, conversation, message, operator, ticket

SPAN = "/tickets.csv?from=2026-11-25&to=2026-11-26"


def table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def records(answer) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    header, *rows = table(answer.content.decode("utf-8-sig"))
    return [dict(zip(header, row, strict=True)) for row in rows]


async def entries(database) -> list[AuditEntry]:
    """What the exports left in the audit log."""
    query = select(AuditEntry).where(AuditEntry.act.like("%exported")).order_by(AuditEntry.id)
    async with database.read() as session:
        return list(await session.scalars(query))


@pytest.fixture
async def supervisor(log_in):
    return await log_in("aliya", "supervisor")


@pytest.fixture
async def two_tickets(database):
    opened, later = at("2026-11-25 10:00"), at("2026-11-26 11:00")
    async with database.write() as session:
        aigerim = await operator(session, "aigerim")
        await conversation(session, 1)
        await message(session, "talk-1", 1, "позовите оператора", created_at=opened - timedelta(seconds=1))
        await message(session, "talk-1", 2, "Вы второй.", author="system", created_at=opened)
        await message(session, "talk-1", 3, "мой ИИН 850101300124,\n где справка", created_at=opened)
        await message(session, "talk-1", 4, "ещё вопрос", created_at=opened + timedelta(minutes=1))
        await ticket(
            session, opened, conversation_id="talk-1", opened_after=1, domain="identity", topic="passport-issue",
            claimed_at=opened + timedelta(minutes=1), operator_id=aigerim.id, transfers=1, late_replies=2,
            first_reply_at=opened + timedelta(minutes=7, seconds=30), ended_at=opened + timedelta(minutes=60),
            ended="closed", outcome="resolved", stars=4,
        )  # fmt: skip
        await ticket(session, later, language="kk", channel="telegram", reason="complaint")  # its conversation is gone
        for outside in ("2026-11-24 23:59", "2026-11-27 00:00"):
            await ticket(session, at(outside))


async def test_a_ticket_is_a_line_with_its_times_and_breaches(supervisor, two_tickets):
    first, second = records(await supervisor.get(SPAN))
    assert first == {
        "Номер обращения": "1",
        "Разговор": "talk-1",
        "Канал": "сайт",
        "Язык": "Русский",
        "Причина": "просит оператора",
        "Сфера услуг": "Документы, прописка, eGov",
        "Услуга": first["Услуга"],
        "В очереди с (время Астаны)": "2026-11-25 10:00:00",
        "Взято оператором": "2026-11-25 10:01:00",
        "Первый ответ обещан к": "2026-11-25 10:05:00",
        "Первый ответ": "2026-11-25 10:07:30",
        "До первого ответа, минут": "7.5",
        "Закончилось": "2026-11-25 11:00:00",
        "Всего, минут": "60.0",
        "Оператор": "aigerim",
        "Передач": "1",
        "Как закончилось": "завершено оператором",
        "Итог": "вопрос решён",
        "Оценка": "4",
        "Первый ответ опоздал": "да",
        "Опоздавших следующих ответов": "2",
        "Не завершено вовремя": "нет",
        "Первые слова гражданина": "мой ИИН [iin …0124], где справка",
    }
    assert first["Услуга"].startswith("Паспорт")
    gone = ("Разговор", "Взято оператором", "Первый ответ", "Закончилось", "Оператор", "Первые слова гражданина")
    assert [second[column] for column in gone] == [""] * len(gone)
    assert (second["Язык"], second["Первый ответ опоздал"], second["Не завершено вовремя"]) == ("Қазақша", "да", "да")


async def test_who_said_nothing_more_is_shown_by_what_brought_them(supervisor, database):
    opened, ended = at("2026-11-26 10:00"), at("2026-11-26 10:10")
    async with database.write() as session:
        await conversation(session, 1)
        await message(session, "talk-1", 1, "сколько стоит", created_at=opened - timedelta(minutes=2))
        await message(session, "talk-1", 2, "на вас жалоба", created_at=opened - timedelta(minutes=1))
        await message(session, "talk-1", 3, "это уже боту", created_at=ended + timedelta(minutes=1))
        await ticket(session, opened, conversation_id="talk-1", opened_after=2, ended_at=ended, ended="left")
    (line,) = records(await supervisor.get(SPAN))
    assert line["Первые слова гражданина"] == "на вас жалоба"


async def test_the_file_is_utf_8_with_a_mark_has_crlf_and_is_kept_nowhere(supervisor, two_tickets):
    answer = await supervisor.get(SPAN)
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.content.count(b"\r\n") == answer.content.count(b"\n") == 3
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-disposition"] == 'attachment; filename="tickets-2026-11-25-2026-11-26.csv"'
    assert answer.headers["cache-control"] == "no-store"


async def test_the_header_is_in_the_readers_language(supervisor):
    answer = await supervisor.get(SPAN, headers={"Accept-Language": "kk"})
    (header,) = table(answer.content.decode("utf-8-sig"))
    assert header[:5] == ["Өтініш нөмірі", "Әңгіме", "Арна", "Тіл", "Себебі"]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+77011234567", "'+77011234567"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\rx", "'\rx"),
        ("\nx", "'\nx"),
        ("  =1", "'  =1"),
        ("\u00a0\u3000=1", "'\u00a0\u3000=1"),  # spaces of other kinds
        ("\u200b\ufeff=1", "'\u200b\ufeff=1"),  # signs without width
        ("\u202e=1", "'\u202e=1"),  # from right to left
        ("\x00=1", "'\x00=1"),
        ("＝1", "'＝1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠x", "'＠x"),
        ("﹣1", "'﹣1"),
        ("−1", "'−1"),  # the minus sign of mathematics
        ('"=1', "'\"=1"),
        ("''=1", "'''=1"),
        ("а;=1", "а;'=1"),
        ('а"; "=HYPERLINK(1)', 'а"; "\'=HYPERLINK(1)'),
        ("первое\n-второе", "первое\n'-второе"),
        ("первое\n\n =1", "первое\n\n '=1"),
        ("1-2+3=2 @ дом; а-б", "1-2+3=2 @ дом; а-б"),
        ("справка (форма 2-НДФЛ)", "справка (форма 2-НДФЛ)"),
        ("", ""),
    ],
)
def test_what_a_spreadsheet_could_run_becomes_text(text, cell):
    assert harmless(text) == cell


async def test_a_citizens_formula_arrives_as_text_and_stays_one_cell(supervisor, database):
    said = '=HYPERLINK("http://x";"y")","=1'
    async with database.write() as session:
        await conversation(session, 1)
        await message(session, "talk-1", 1, said, created_at=at("2026-11-26 10:00"))
        await ticket(session, at("2026-11-26 10:00"), conversation_id="talk-1", outcome="=2+2")
    (line,) = records(await supervisor.get(SPAN))
    assert line["Первые слова гражданина"] == f"'{said}"
    assert line["Итог"] == "'=2+2"
    (line,) = records(await supervisor.get("/conversations/talk-1/transcript.csv"))
    assert line["Текст"] == f"'{said}"


async def test_a_talk_is_a_line_a_message_masked(supervisor, database):
    said_at = at("2026-11-26 10:00")
    async with database.write() as session:
        aigerim = await operator(session, "aigerim")
        await conversation(session, 1)
        await message(session, "talk-1", 1, "звоните +7 701 123 45 67,\nспасибо", created_at=said_at)
        await message(
            session, "talk-1", 2, "Сәлеметсіз бе!", author="operator", language="kk", operator_id=aigerim.id,
            created_at=said_at,
        )  # fmt: skip
    answer = await supervisor.get("/conversations/talk-1/transcript.csv")
    assert [list(line.values()) for line in records(answer)] == [
        ["1", "2026-11-26 10:00:00", "Гражданин", "", "Русский", "звоните [phone …67],\nспасибо"],
        ["2", "2026-11-26 10:00:00", "Оператор", "aigerim", "Қазақша", "Сәлеметсіз бе!"],
    ]
    unknown = await supervisor.get("/conversations/talk-2/transcript.csv")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "unknown_conversation")


async def test_each_export_is_accounted_for(supervisor, database, two_tickets):
    await supervisor.get(SPAN)
    await supervisor.get("/conversations/talk-1/transcript.csv")
    await supervisor.get("/conversations/talk-2/transcript.csv")  # there is none
    assert [(one.actor, one.act, one.subject, one.details) for one in await entries(database)] == [
        ("aliya", "tickets_exported", None, {"days": {"first": "2026-11-25", "last": "2026-11-26"}, "rows": 2}),
        ("aliya", "transcript_exported", "talk-1", {"rows": 4}),
    ]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("from=2026-11-27&to=2026-11-26", "bad_span"),
        ("from=2026-08-26&to=2026-11-26", "bad_span"),  # 93 days
        ("from=2026-11-26", "bad_field"),
        ("from=today&to=2026-11-26", "bad_field"),
    ],
)
async def test_other_spans_are_refused_and_leave_nothing_in_the_log(supervisor, database, query, code):
    answer = await supervisor.get(f"/tickets.csv?{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
    assert await entries(database) == []


async def test_ninety_two_days_are_exported(supervisor, two_tickets):
    assert len(records(await supervisor.get("/tickets.csv?from=2026-08-27&to=2026-11-26"))) == 3


async def test_page_by_page_no_ticket_is_missing_or_twice(database, monkeypatch):
    monkeypatch.setattr(export, "PAGE", 3)
    day = at("2026-11-26 10:00")
    async with database.write() as session:  # of the same moment, and not in the order of their ids
        made = [await ticket(session, day - timedelta(hours=number % 2)) for number in range(9)]
    expected = [one.id for one in sorted(made, key=lambda one: (one.opened_at, one.id))]
    pieces = await export.tickets(database, "aliya", date(2026, 11, 26), date(2026, 11, 26), await Names.load("ru"))
    async with database.write() as session:
        await ticket(session, day)  # after the count of the audit log
    lines = table("".join([piece async for piece in pieces]))
    assert [int(line[0]) for line in lines[1:]] == expected


async def test_ten_times_the_tickets_take_no_more_memory(database, monkeypatch):
    monkeypatch.setattr(export, "PAGE", 50)
    names = await Names.load("ru")
    fields = ("channel", "language", "reason", "opened_after", "transfers", "late_replies")
    peaks = []
    for day, count in ((date(2026, 11, 25), 300), (date(2026, 11, 26), 3000)):
        moment = at(f"{day} 10:00")
        row = dict(zip(fields, ("web", "ru", "asked", 0, 0, 0), strict=True))
        row |= {"opened_at": moment, "first_reply_due": moment, "closing_due": moment}
        async with database.write() as session:
            await session.execute(insert(Ticket), [row] * count)
        await _size(database, day, names)  # what is made once, such as the compiled queries, is not of interest
        tracemalloc.start()
        try:
            assert await _size(database, day, names) > 80 * count
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


async def _size(database, day: date, names: Names) -> int:
    """Characters of the table of one day, read piece by piece and kept nowhere."""
    return sum([len(piece) async for piece in await export.tickets(database, "aliya", day, day, names)])
