"""Tokens of Kazakh, in the manner of spaCy's own language tests."""

import pytest

from nlu.kazakh.examples import sentences as examples
from tests.nlu.kazakh.conftest import sentences


@pytest.mark.parametrize("letter", "әғқңөұүһіӘҒҚҢӨҰҮҺІ")
@pytest.mark.parametrize("sign", [".", ",", "-", "/", "»", "?", "!", ":", ";", ")"])
def test_a_sign_after_each_kazakh_letter_is_a_token_of_its_own(kk_tokenizer, letter, sign):
    word = f"сө{letter}" if letter.islower() else f"СӨ{letter}"
    assert [token.text for token in kk_tokenizer(word + sign)] == [word, sign]


@pytest.mark.parametrize("letter", "әғқңөұүһі")
@pytest.mark.parametrize("sign", [",", "?", "!", "/", ":", ")"])
def test_a_sign_between_words_without_a_space_parts_them(kk_tokenizer, letter, sign):
    assert [token.text for token in kk_tokenizer(f"сө{letter}{sign}{letter}ке")] == [f"сө{letter}", sign, f"{letter}ке"]


@pytest.mark.parametrize("letter", "әғқңөұүһі")
def test_a_quotation_mark_before_each_kazakh_letter_is_a_token_of_its_own(kk_tokenizer, letter):
    assert [token.text for token in kk_tokenizer(f"«{letter}не»")] == ["«", f"{letter}не", "»"]


@pytest.mark.parametrize("word", ["т.б.", "ж.т.б.", "т.с.с.", "ж.", "ғ.", "млн.", "млрд.", "тг.", "б.з.б.", "Ж.т.б."])
def test_an_abbreviation_keeps_its_full_stop(kk_tokenizer, word):
    assert [token.text for token in kk_tokenizer(f"жыл {word} тағы")] == ["жыл", word, "тағы"]


@pytest.mark.parametrize(("word", "norm"), [("т.б.", "тағы басқа"), ("ж.", "жыл"), ("млн.", "миллион")])
def test_an_abbreviation_knows_what_it_stands_for(kk_tokenizer, word, norm):
    assert kk_tokenizer(word)[0].norm_ == norm


@pytest.mark.parametrize(
    "word",
    [
        *["ҚР", "ЖСН", "ХҚКО", "ЭЦҚ", "ИИН-ды", "ХҚКО-ға", "ИП-ні", "QR-код", "ата-ана", "мекен-жайымды"],
        *["5-ші", "30-шы", "16-сына", "10-нан", "18-ге", "5%", "90%-ына", "19,4°С-қа", "1.01.2026", "4325,50"],
        *["egov.kz", "info@egov.kz", "https://egov.kz/cms/kk"],
    ],
)
def test_these_are_one_token(kk_tokenizer, word):
    assert [token.text for token in kk_tokenizer(word)] == [word]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Ол жоқ.", ["Ол", "жоқ", "."]),
        ("2026 ж. дейін", ["2026", "ж.", "дейін"]),
        ("жоқ.Иә", ["жоқ", ".", "Иә"]),
        ("3-топ", ["3", "-", "топ"]),
        ("2025-2026", ["2025", "-", "2026"]),
        ("бес-алты", ["бес", "-", "алты"]),
        ("күннен-күнге", ["күннен", "-", "күнге"]),
        ("Не?..", ["Не", "?", ".", "."]),
        ("Иә...", ["Иә", "..."]),
        ("25°С.", ["25°С", "."]),
        ("№5", ["№", "5"]),
    ],
)
def test_tokens(kk_tokenizer, text, tokens):
    assert [token.text for token in kk_tokenizer(text)] == tokens


def test_nearly_all_tokens_of_everyday_sentences_are_found(kk_tokenizer):
    found = expected = predicted = 0
    for text, tokens in sentences():
        got = [(token.idx, token.text) for token in kk_tokenizer(text)]
        place, gold = 0, []
        for token in tokens:
            place = text.index(token, place)
            gold.append((place, token))
            place += len(token)
        found += len(set(got) & set(gold))
        expected, predicted = expected + len(gold), predicted + len(got)
    assert expected > 200
    assert 2 * found / (expected + predicted) >= 0.99


def test_a_long_text_keeps_every_character(kk_tokenizer):
    text = (
        "Құрметті азаматтар! Жеке куәлігіңізді (төлқұжатыңызды) жоғалтсаңыз, ең алдымен полицияға хабарлаңыз; содан "
        "кейін ХҚКО-ға немесе egov.kz порталына өтініш беріңіз. Мемлекеттік баж — 0,2 АЕК, ал 16 жасқа дейінгі "
        "балалар мен 1-топтағы мүгедектігі бар адамдар т.б. баж төлемейді."
    )
    tokens = kk_tokenizer(text)
    assert tokens.text == text
    assert len(tokens) == 46


@pytest.mark.parametrize("text", examples)
def test_an_example_keeps_every_character(kk_tokenizer, text):
    assert kk_tokenizer(text).text == text
