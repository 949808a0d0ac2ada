"""What a message looks like in Telegram."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.replies import Answer, Button, SourceLink
from bot.channels.telegram.rendering import LIMIT, html_parts, keyboard, referred, split, units
from bot.conversations import MessageView


def view(text, *, urls=(), buttons=(), language="ru"):
    answer = Answer(decision="answer", sources=[SourceLink(url=url, date=None) for url in urls]) if urls else None
    return MessageView(
        id=12, author="bot", text=text, language=language, created_at=datetime(2026, 1, 2, tzinfo=UTC),
        buttons=[Button(title=title, payload="/help") for title in buttons], answer=answer, mode="bot",
    )  # fmt: skip


def test_what_looks_like_markup_is_shown_as_it_is():
    assert html_parts(view("5 < 7 & <b>жирно</b>")) == ["5 &lt; 7 &amp; &lt;b&gt;жирно&lt;/b&gt;"]


def test_the_title_of_an_answer_with_sources_is_bold_and_other_first_lines_are_not():
    assert html_parts(view("Замена <УЛ>\nШаги", urls=["https://egov.kz/x"]))[0].startswith(
        "<b>Замена &lt;УЛ&gt;</b>\nШаги"
    )
    assert html_parts(view("Первая\nвторая")) == ["Первая\nвторая"]


def test_the_heading_of_a_section_below_the_summary_is_bold_too():
    text = "Замена\n\nИдите в ЦОН: там быстро.\n\nСколько стоит:\n• Бесплатно."
    (part,) = html_parts(view(text, urls=["https://egov.kz/x"]))
    assert part.startswith("<b>Замена</b>\n\nИдите в ЦОН: там быстро.\n\n<b>Сколько стоит:</b>\n• Бесплатно.\n\n")
    assert html_parts(view("Итак\n\nСколько стоит:\n• Бесплатно.")) == ["Итак\n\nСколько стоит:\n• Бесплатно."]


def test_sources_are_links_unless_the_text_has_them():
    urls = [
        "https://egov.kz/a?b=1&c=2",
        "https://www.adilet.zan.kz/1",
        "https://www.adilet.zan.kz/2",
        "https://in.text/",
    ]
    (part,) = html_parts(view("Ответ, см. https://in.text/", urls=urls, language="kk"))
    assert part.endswith(
        'Дереккөзді ашу: <a href="https://egov.kz/a?b=1&amp;c=2">egov.kz</a>, '
        '<a href="https://www.adilet.zan.kz/1">adilet.zan.kz (1)</a>, '
        '<a href="https://www.adilet.zan.kz/2">adilet.zan.kz (2)</a>'
    )
    assert "in.text/</a>" not in part


def test_a_link_that_a_browser_would_run_is_left_out():
    assert html_parts(view("Ответ", urls=["javascript:alert(1)"])) == ["Ответ"]


def test_sources_that_do_not_fit_become_a_part_of_their_own():
    parts = html_parts(view("я" * LIMIT, urls=["https://egov.kz/"]))
    assert [part[:8] for part in parts] == ["я" * 8, "Открыть "]


def test_a_long_text_is_cut_where_a_paragraph_ends():
    paragraphs = ["а" * 3000, "б" * 900, "в" * 3000]
    assert split("\n\n".join(paragraphs)) == ["\n\n".join(paragraphs[:2]), paragraphs[2]]


def test_a_long_paragraph_is_cut_after_a_sentence_or_a_word():
    assert split("Первое. Второе", 10) == ["Первое.", "Второе"]
    assert split("первое второе", 10) == ["первое", "второе"]


@given(st.text(), st.integers(2, 40))
def test_every_part_is_short_enough_and_nothing_but_space_is_lost(text, limit):
    parts = split(text, limit)
    assert all(units(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_buttons_stand_one_a_row_and_refer_to_the_message():
    rows = keyboard(view("Что именно?", buttons=["Қаралу мерзімі", "Сколько стоит"])).inline_keyboard
    assert [[button.text for button in row] for row in rows] == [["Қаралу мерзімі"], ["Сколько стоит"]]
    second = int(datetime(2026, 1, 2, tzinfo=UTC).timestamp())
    assert [referred(row[0].callback_data) for row in rows] == [(12, 0, second), (12, 1, second)]
    assert all(len(row[0].callback_data.encode()) <= 64 for row in rows)
    assert keyboard(view("Без кнопок")) is None


@pytest.mark.parametrize("data", ["", "b:1:2", "b:-1:0:5", "b:1:0:5:6", "/help", "b:1:0:" + "9" * 50])
def test_a_foreign_reference_is_none(data):
    assert referred(data) is None
