"""Mistyped words stand for the known ones, right words are left alone, and terms are found in any spelling."""

import pytest

from nlu.text.spelling import Match, Spelling

VOCABULARY = [
    ("удостоверение личности", 40),
    ("жеке куәлік", 40),
    ("справка об отсутствии судимости", 20),
    ("соттылығы жоқтығы туралы анықтама", 20),
    ("адресная социальная помощь", 10),
    ("апостиль", 12),
    ("прописка", 30),
    ("паспорт", 50),
    ("пособие", 25),
    ("жәрдемақы", 25),
    ("налог", 20),
    ("тіркеу", 20),
    ("мекенжай", 15),
    ("анықтама", 30),
    ("зейнетақы", 20),
    ("банк", 30),
    ("бала", 30),
    ("ИИН", 30),
]


@pytest.fixture(scope="module")
def spelling():
    return Spelling(VOCABULARY)


@pytest.mark.parametrize("word", ["паспорт", "ПАСПОРТ", "pasport", "куалик", "kuälık", "қуәлік", "иин"])
def test_a_word_is_known_in_every_spelling_of_its_skeleton(spelling, word):
    assert spelling.known(word)


@pytest.mark.parametrize("word", ["пасспортист", "ипотека", "", "42", "…"])
def test_what_the_vocabulary_lacks_is_not_known(spelling, word):
    assert not spelling.known(word)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        # other letters, no mistake
        ("паспорт", "паспорт"),
        ("kualik", "куәлік"),
        ("жардемакы", "жәрдемақы"),
        ("zeinetaqy", "зейнетақы"),
        # one letter wrong, missing, too many, or two swapped
        ("поспорт", "паспорт"),
        ("паспрот", "паспорт"),
        ("пасорт", "паспорт"),
        ("паспоррт", "паспорт"),
        ("опостиль", "апостиль"),
        ("пособее", "пособие"),
        ("анктама", "анықтама"),
        ("ныктама", "анықтама"),
        ("куаллик", "куәлік"),
        # two in a long word
        ("удаставерение", "удостоверение"),
        ("зенетақа", "зейнетақы"),
        ("жардмакы", "жәрдемақы"),
        # inflected as well
        ("удоставерения", "удостоверение"),
        ("куәлігімді", "куәлік"),
        ("куалигимди", "куәлік"),
        ("мекенжайымды", "мекенжай"),
        ("мекнжайымды", "мекенжай"),
        ("апастиля", "апостиль"),
    ],
)
def test_a_word_is_mended(spelling, typed, meant):
    assert spelling.mend(typed) == meant


@pytest.mark.parametrize(
    "word",
    ["норка", "банан", "балл", "блок", "пособник", "попинг", "жылқы", "кітаптар", "мекеме", "salem", "кот", "ИНК",
     "12345", "а", "удостоверениями", "", "абырвалг", "тіреу", "нолог1"],
)  # fmt: skip
def test_other_words_are_left_alone(spelling, word):
    assert spelling.mend(word) is None


def test_of_two_equally_near_words_the_clearly_more_frequent_one_is_meant():
    assert Spelling([("ворота", 1), ("ворона", 9)]).mend("ворока") == "ворона"
    assert Spelling([("ворота", 3), ("ворона", 4)]).mend("ворока") is None


def test_without_a_vocabulary_nothing_is_known():
    nothing = Spelling([])
    assert (nothing.known("паспорт"), nothing.mend("паспрот"), nothing.terms_in("паспрот")) == (False, None, [])


def test_terms_are_found_where_they_stand(spelling):
    text = "Потеряла удоставерение личьности и справку об отсуствии судимости!"
    assert spelling.terms_in(text) == [
        Match("удостоверение личности", 9, 32, 1),
        Match("справка об отсутствии судимости", 35, 65, 1),
    ]


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("жеке куәлігімді жоғалтып алдым", "жеке куәлік"),
        ("zheke kualigim zhogaldy", "жеке куәлік"),
        ("соттылыгы жоктыгы туралы аныктама керек", "соттылығы жоқтығы туралы анықтама"),
        ("как получить адресную социальную помощ", "адресная социальная помощь"),
    ],
)
def test_terms_are_found_inflected_and_in_other_letters(spelling, text, term):
    assert [match.term for match in spelling.terms_in(text)] == [term]


@pytest.mark.parametrize("text", ["", "жеке сурақ", "личности удостоверение", "удостоверение его личности", "👍 42"])
def test_no_term_is_found_where_there_is_none(spelling, text):
    assert spelling.terms_in(text) == []
