"""Look-alike letters come out of one alphabet, held keys once; what is right, and every number, stays."""

import pytest

from nlu.text.normalise import normalise
from nlu.text.slips import mend_lookalikes, shorten


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("пacпopт", "паспорт"),  # a c o p are Latin
        ("Cправка", "Справка"),
        ("бiлiм", "білім"),
        ("жeке куəлік", "жеке куәлік"),
        ("CПРАВКА", "СПРАВКА"),
        ("hалық", "һалық"),
        ("еgov", "egov"),  # е is Cyrillic
        ("Кaspi", "Kaspi"),
        ("ХҚKО-ға", "ХҚКО-ға"),
    ],
)
def test_a_word_of_two_alphabets_comes_out_of_one(typed, meant):
    assert typed != meant
    assert mend_lookalikes(typed) == meant
    assert normalise(typed) == meant


@pytest.mark.parametrize(
    "text",
    ["№ А123ВС", "A123ВС02", "N12345678", "WhatsAppта", "egov-қа кіру", "iPhoneды", "QR-код", "сор", "cop",
     "паспорт pasport", "KZ12ОА3456"],
)  # fmt: skip
def test_numbers_of_documents_and_words_of_one_alphabet_stay(text):
    assert mend_lookalikes(text) == text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("приветтттт", "привет"),
        ("саааалем", "салем"),
        ("сәләәәәм", "сәләм"),
        ("Здрааааавствуйте", "Здравствуйте"),
        ("почемуууу???", "почему???"),
        ("рахметттт сізге", "рахмет сізге"),
        ("ПОМОГИТЕЕЕЕ", "ПОМОГИТЕ"),
        ("спасибооо!!!", "спасибо!!!"),
        ("касссса", "касса"),
        ("длиннннный", "длинный"),
        ("salemmmm", "salem"),
        ("керееек", "керек"),
    ],
)
def test_letters_held_too_long_are_shortened(typed, meant):
    assert shorten(typed) == meant
    assert normalise(typed) == meant


@pytest.mark.parametrize(
    "text",
    ["касса", "ссылка", "аттестат", "ақша", "қатты", "длинношеее", "ООО", "ТОО", "www", "XIII", "XXIII век",
     "111000222", "AAA123", "aaab1@mail.kz", "https://egov.kz/aaab", "ммм", "хаха", "870000012345",
     "8000000", "...", "!!!!"],
)  # fmt: skip
def test_real_doubles_numbers_and_abbreviations_stay(text):
    assert shorten(text) == text
    assert normalise(text) == text


@pytest.mark.parametrize(
    "text", ["  пacпopт   керееек\n870112300123 ", "rfr gjkexbnm gfcgjhn", "как получить gfcgjhn", "салем"]
)
def test_words_stay_parted_as_they_were(text):
    assert len(normalise(text).split()) == len(text.split())
    assert normalise(normalise(text)) == normalise(text)
