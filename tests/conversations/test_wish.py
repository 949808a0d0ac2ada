"""Without the dialogue, the wish for a person is told by a list of phrases."""

import pytest

from bot.conversations.wish import wants_operator


@pytest.mark.parametrize(
    "text",
    [
        "оператор",
        "Оператора!",
        "позовите человека",
        "позовите, пожалуйста, живого человека",
        "Хочу поговорить с человеком",
        "я хочу поговорить с живым человеком",
        "соедините меня с оператором",
        "переключите на оператора",
        "нужен оператор",
        "Можно оператора пожалуйста",
        "pozovite operatora",
        "operator",
        "маман керек",
        "МАМАН КЕРЕК!!!",
        "maman kerek",
        "адаммен сөйлескім келеді",
        "адаммен сойлескым келедi",
        "adammen soileskim keledi",
        "adammen sóıleskim keledi",
        "операторға қосыңызшы",
        "operatorga qosynyz",
        "операторды шакырыныз",
    ],
)
def test_a_wish_for_a_person_is_heard_in_both_languages_and_any_spelling(text):
    assert wants_operator(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "сколько стоит паспорт",
        "как сменить оператора связи",
        "сколько человек может быть прописано в квартире",
        "человек без гражданства, как получить паспорт",
        "какая справка нужна специалисту по кадрам",
        "адамға қандай құжат керек",
        "паспорт керек",
        "адам құқықтары",
        "мобильді операторды ауыстыру",
    ],
)
def test_a_question_is_not_taken_for_a_wish_for_a_person(text):
    assert not wants_operator(text)
