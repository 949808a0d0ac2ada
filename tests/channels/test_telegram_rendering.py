"""What a message looks like in Telegram."""

from datetime import UTC, datetime
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.replies import Answer, Button, SourceLink
from bot.channels.telegram.rendering import (
    LIMIT,
    ROW,
    html_parts,
    keyboard,
    reference,
    referred,
    shortened,
    split,
    units,
)
from bot.conversations import MessageView
from knowledge_base.model import load_all
from knowledge_base.render import short_name
from texts import LANGUAGES


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


@pytest.mark.parametrize("unit", ["а", "ә", "&", "👩‍👧 ", "Қазақстан. ", "слово <b> & "])
def test_a_text_of_thirty_thousand_characters_arrives_whole(unit):
    text = (unit * 30_000)[:30_000]
    parts = [unescape(part) for part in html_parts(view(text))]
    assert all(0 < units(part) <= LIMIT for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert len(parts) <= 2 + units(text) // (LIMIT // 2)


def test_a_character_of_two_units_is_not_cut_in_half():
    parts = split("a" + "😀" * LIMIT)
    assert [part.strip("a😀") for part in parts] == [""] * len(parts)
    assert [units(part) for part in parts] == [LIMIT - 1, LIMIT, 2]


def test_an_escaped_character_at_the_cut_stays_whole():
    parts = html_parts(view("a" * (LIMIT - 1) + "&&"))
    assert parts == ["a" * (LIMIT - 1) + "&amp;", "&amp;"]


@given(st.text(), st.integers(2, 40))
def test_every_part_is_short_enough_and_nothing_but_space_is_lost(text, limit):
    parts = split(text, limit)
    assert all(units(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def rows(*titles):
    """The texts of the buttons, row by row."""
    return [[button.text for button in row] for row in keyboard(view("?", buttons=titles)).inline_keyboard]


def test_short_buttons_share_a_row_and_long_ones_have_one_each():
    long = "Где получить в ЦОНе"
    assert rows("Документы", "Сколько стоит", "Сроки") == [["Документы", "Сколько стоит"], ["Сроки"]]
    assert rows("Документы", long, "Сроки", "Шаги") == [["Документы"], [long], ["Сроки", "Шаги"]]
    assert keyboard(view("Без кнопок")) is None


def test_a_button_refers_to_the_message_and_its_place_there():
    buttons = [
        button
        for row in keyboard(view("Что именно?", buttons=["Мерзімі", "Цена", "Шаги"])).inline_keyboard
        for button in row
    ]
    second = int(datetime(2026, 1, 2, tzinfo=UTC).timestamp())
    assert [referred(button.callback_data) for button in buttons] == [(12, place, second) for place in range(3)]


def test_a_reference_fits_into_what_telegram_allows():
    last = view("?").model_copy(update={"id": 999_999_999, "created_at": datetime(9999, 1, 1, tzinfo=UTC)})
    assert len(reference(last, 99).encode()) <= 64
    assert referred(reference(last, 99)) is not None


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Гражданство Казахстана", "Гражданство Казахстана"),
        ("Снять пенсионные накопления на жильё или лечение", "Снять пенсионные накопления на жильё…"),
        ("Пособие и выплата по уходу за ребёнком до 1,5 лет", "Пособие и выплата по уходу…"),
        ("Мобильді азаматтар базасы (МАБ): телефон нөмірін тіркеу", "Мобильді азаматтар базасы (МАБ)…"),
        ("я" * 50, "я" * 37 + "…"),
    ],
)
def test_a_title_too_long_for_a_telephone_ends_after_a_word(title, shown):
    assert rows(title) == [[shown]]


def test_titles_that_buttons_cannot_show_stand_in_full_in_the_text():
    long = "Снять пенсионные накопления на жильё или лечение"
    assert html_parts(view("Выберите услугу.", buttons=["Пенсия", long])) == [
        f"Выберите услугу.\n\nНазвания полностью:\n• {long}"
    ]
    assert html_parts(view(f"Вы о «{long}»?", buttons=[long])) == [f"Вы о «{long}»?"]
    assert html_parts(view("Выберите услугу.", buttons=["Пенсия"])) == ["Выберите услугу."]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_of_every_menu_can_be_read(language):
    """No two buttons of a domain look the same once they are cut."""
    by_domain = {}
    for service in load_all().values():
        by_domain.setdefault(service.domain, []).append(shortened(short_name(service, language)))
    assert by_domain
    for titles in by_domain.values():
        assert len(set(titles)) == len(titles)
        assert all(len(title) <= ROW for title in titles)


@pytest.mark.parametrize("data", ["", "b:1:2", "b:-1:0:5", "b:1:0:5:6", "/help", "b:1:0:" + "9" * 50])
def test_a_foreign_reference_is_none(data):
    assert referred(data) is None
