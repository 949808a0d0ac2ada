"""Every spelling of a word folds to the skeleton of the clean one."""

import unicodedata

import pytest

from nlu.text.fold import fold


@pytest.mark.parametrize(
    ("clean", "spellings"),
    [
        ("жеке куәлік", ["жеке куалик", "zheke kuálik", "jeke kuälık", "zheke kuälik", "ЖЕКЕ  Куәлік!"]),
        ("қалай аламын", ["калай аламын", "qalai alamyn", "kalay alamin", "qalaı alamyn"]),
        ("мекенжай", ["мeкeнжaй", "mekenzhai", "mekenjay"]),
        ("как получить паспорт", ["kak poluchit pasport", "как  получитъ   паспорт??"]),
        ("удостоверение личности", ["udostoverenie lichnosti", "удоcтoверение личнoсти"]),
        ("очень", ["ооочень", "оченнннь"]),
        ("эцп", ["ecp", "etsp", "ЭЦП"]),
        ("уақытша тіркеу", ["uaqytsha tirkeu", "waqytsha tirkew", "uaqytşa tırkeu"]),
        ("получить новый", ["polu4it novij", "poluchit noviy"]),
    ],
)
def test_spellings_fold_to_the_clean_one(clean, spellings):
    for spelling in spellings:
        assert fold(spelling) == fold(clean), spelling


def test_different_words_stay_different():
    words = ["паспорт", "прописка", "куәлік", "анықтама", "апостиль", "төлқұжат", "мекенжай"]
    assert len({fold(word) for word in words}) == len(words)


def test_signs_alone_fold_to_nothing():
    assert fold("?!… 👍") == ""


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_how_unicode_is_composed_makes_no_difference(form):
    assert fold(unicodedata.normalize(form, "Ещё мой төлқұжат")) == fold("еще мой толкужат")


def test_accents_and_invisible_characters_do_not_split_words():
    assert fold("за\u0301мок пас\u00adпорт") == fold("замок паспорт")
