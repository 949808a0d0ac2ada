"""A message's text as blocks, and the conversation as a file."""

from datetime import UTC, date, datetime

import pytest

from actions.replies import Answer, SourceLink
from bot.conversations import MessageView
from bot.pages.rendering import Part, blocks, moment, source_links, transcript, without_sources


def shape(text, **options):
    return [
        (block.kind, ["".join(part.text for part in line) for line in block.lines]) for block in blocks(text, **options)
    ]


def test_paragraphs_lists_and_headings_are_told_apart():
    text = "Замена\n\nЧто сделать:\n1. Подайте.\n2) Оплатите.\n\nВозьмите\nс собой:\n• паспорт\n• чек\nи всё."
    assert shape(text, answer=True) == [
        ("heading", ["Замена"]),
        ("heading", ["Что сделать:"]),
        ("numbers", ["Подайте.", "Оплатите."]),
        ("paragraph", ["Возьмите"]),
        ("heading", ["с собой:"]),
        ("bullets", ["паспорт", "чек"]),
        ("paragraph", ["и всё."]),
    ]
    assert shape("Что сделать:\nждать") == [("paragraph", ["Что сделать:", "ждать"])]


def test_a_list_that_goes_on_after_a_pause_keeps_its_numbers():
    first, second = blocks("1. раз\n\n2. два")
    assert (first.start, second.start) == (1, 2)


@pytest.mark.parametrize(
    ("line", "links"),
    [
        ("см. https://egov.kz/a.", ["https://egov.kz/a"]),
        ("(https://egov.kz) и http://gov.kz/б", ["https://egov.kz", "http://gov.kz/б"]),
        ("javascript:alert(1) egov.kz", []),
    ],
)
def test_full_addresses_become_links_without_the_stop_after_them(line, links):
    (block,) = blocks(line)
    assert [part.url for part in block.lines[0] if part.url] == links
    assert "".join(part.text for part in block.lines[0]) == line


def message(**changes):
    answer = Answer(
        decision="answer",
        sources=[
            SourceLink(url="https://www.egov.kz/a", date=None),
            SourceLink(url="https://egov.kz/b", date=None),
            SourceLink(url="https://adilet.zan.kz/c", date=None),
            SourceLink(url="javascript:alert(1)", date=None),
        ],
        verified="2026-03-12",
    )
    fields = {
        "id": 1,
        "author": "bot",
        "text": "Пошлина.\n\nИсточник: egov.kz. Проверено 12.03.2026.",
        "language": "ru",
        "created_at": datetime(2026, 11, 29, 20, 30, tzinfo=UTC),
        "buttons": [],
        "answer": answer,
        "mode": "bot",
    }
    return MessageView(**{**fields, **changes})


def test_sources_are_links_named_by_their_hosts():
    assert source_links(message().answer) == [
        Part("egov.kz (1)", "https://www.egov.kz/a"),
        Part("egov.kz (2)", "https://egov.kz/b"),
        Part("adilet.zan.kz", "https://adilet.zan.kz/c"),
    ]


def test_sources_said_in_words_give_way_to_the_links():
    assert without_sources(message()) == "Пошлина."
    assert without_sources(message(answer=None)) == message().text
    assert without_sources(message(text="Одна строка 12.03.2026")) == "Одна строка 12.03.2026"


def test_times_are_those_of_kazakhstan():
    when = datetime(2026, 11, 29, 20, 30, tzinfo=UTC)
    assert moment(when, date(2026, 11, 30)) == "01:30"
    assert moment(when, date(2026, 12, 1)) == "30.11.2026, 01:30"


def test_the_file_has_times_authors_and_sources():
    text = transcript([message(author="citizen", text="Сколько?", answer=None), message()], "kk")
    assert text.split("\n\n")[1:] == [
        "30.11.2026 01:30  Сіз\nСколько?",
        "30.11.2026 01:30  Бот\nПошлина.\nhttps://www.egov.kz/a\nhttps://egov.kz/b\nhttps://adilet.zan.kz/c\n"
        "12.03.2026 тексерілген\n",
    ]
