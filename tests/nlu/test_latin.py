"""Russian and Kazakh in whatever Latin letters come out in Cyrillic."""

import pytest

from nlu.text.latin import to_cyrillic


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        # people's own
        ("Kak poluchit pasport?", "Как получить паспорт?"),
        ("gde 4erez egov zamenit' udostoverenie", "где через egov заменить удостоверение"),
        ("4to delat", "что делать"),
        ("xochu razvod", "хочу развод"),
        ("zhiteli Shchuchinska", "жители Щучинска"),
        ("ja hochu podat jalobu", "я хочу подать жалобу"),
        ("nuzhna spravka o nesudimosti", "нужна справка о несудимости"),
        ("podskazhite pojaluista", "подскажите пожалуйста"),
        ("ESCHE VOPROS", "ЕЩЕ ВОПРОС"),
        ("kogda budet pensiya", "когда будет пенсия"),
        ("moy rebyonok", "мой ребёнок"),
        # ISO 9
        ("zaŝita prav", "защита прав"),
        ("šest' časov", "шесть часов"),
        ("âzyk", "язык"),
    ],
)
def test_russian_in_latin_comes_out_in_cyrillic(latin, cyrillic):
    assert to_cyrillic(latin, "ru") == cyrillic


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        # people's own
        ("Zheke kualik kerek", "Жеке куәлік керек"),
        ("jeke kwalik", "жеке куәлік"),
        ("wewem kalay", "шешем қалай"),
        ("qujattarymdy qaidan alamyn", "құжаттарымды қайдан аламын"),
        ("tolqujat qansha turady", "төлқұжат қанша тұрады"),
        ("turaly jane", "туралы және"),
        ("gharyz", "ғарыз"),
        ("SALEM", "СӘЛЕМ"),
        # official, 2021
        ("Jaña kuälık qaşan daiyn bolady", "Жаңа куәлік қашан дайын болады"),
        ("ötınış beru üşın ne kerek", "өтініш беру үшін не керек"),
        ("tūrğyn üi", "тұрғын үй"),
        # official, 2018
        ("meniń kýáligim joǵaldy", "менің куәлігім жоғалды"),
        ("sálemetsiz be", "сәлеметсіз бе"),
        # official, 2017
        ("o'tinish u'shin", "өтініш үшін"),
        ("qazaqsha so’yleu", "қазақша сөйлеу"),
    ],
)
def test_kazakh_in_latin_comes_out_in_cyrillic(latin, cyrillic):
    assert to_cyrillic(latin, "kk") == cyrillic


@pytest.mark.parametrize("language", ["ru", "kk"])
@pytest.mark.parametrize(
    "text",
    ["", "жеке куәлік", "справка", "egov.kz", "www.egov.kz", "https://egov.kz/cms/ru", "nurlan@example.kz", "WhatsApp",
     "N12345678", "4 5 6", "870112300123", "KZ01ABC02", "👍"],
)  # fmt: skip
def test_cyrillic_names_addresses_and_numbers_stay(text, language):
    assert to_cyrillic(text, language) == text


def test_only_what_is_latin_is_rewritten_in_a_mixed_message():
    assert to_cyrillic("как получить anyqtama через egov?", "kk") == "как получить анықтама через egov?"
