"""Lemmas of Kazakh: the endings of each kind, what they change in a stem, and what they leave alone."""

import pytest

from nlu.kazakh.analysis import analyser, same_ending
from nlu.kazakh.lemmatizer import lemma
from nlu.kazakh.morphology import harmonies
from tests.nlu.kazakh.conftest import lemmas


@pytest.mark.parametrize(("form", "expected"), lemmas())
def test_lemma(form, expected):
    assert lemma(form) == expected


def test_the_sample_is_as_large_as_it_is_meant_to_be():
    assert len(lemmas()) > 150


@pytest.mark.parametrize(
    ("forms", "expected"),
    [
        ("куәлікті куәлігім куәлігімді куәліктің куәліктер", "куәлік"),
        ("паспортымды паспорттың паспортқа", "паспорт"),
        ("справканы справкасы справка", "справка"),
        ("құжаттар құжатты құжаттарды", "құжат"),
        ("мерзім мерзімі мерзімін мерзімінде", "мерзім"),
        ("қызмет қызметі қызметін қызметтер", "қызмет"),
        ("төлқұжат төлқұжаты төлқұжатымның", "төлқұжат"),
        ("халық халқы халыққа", "халық"),
        ("адам адамға адамдар", "адам"),
        ("маман маманмен маманды", "маман"),
        ("үй үйге үйден үйім", "үй"),
        ("анықтама анықтамасын анықтамасына анықтамамды", "анықтама"),
        ("тіркеу тіркеуге тіркеуден тіркелу тіркелген", "тірке"),
        ("жоғалттым жоғалтып жоғалтқан жоғалту", "жоғалт"),
        ("алу аламын алдым алды алған алсам алуға", "ал"),
        ("ИИН-ды ИИН-нің ИИН", "ИИН"),
    ],
)
def test_the_forms_of_a_word_come_together(forms, expected):
    assert {lemma(form) for form in forms.split()} == {expected}


@pytest.mark.parametrize(
    "words",
    [
        "адам ада",
        "ажырас ажырат",
        "жұмыс жұмыссыз",
        "азамат азаматтық",
        "келіс кел",
        "қатыс қат",
        "төле төлет",
        "отын отбасы",
        "теңге тең",
        "бала балық",
    ],
)
def test_different_words_stay_apart(words):
    one, other = words.split()
    assert lemma(one) != lemma(other)


@pytest.mark.parametrize("word", ["адам", "маман", "ұстаным", "теңге", "кеңсе", "отбасы", "білім", "мекен", "тұрғын"])
def test_a_word_that_ends_like_an_ending_stays_whole(word):
    assert lemma(word) == word


@pytest.mark.parametrize("word", ["", "-", "5", "№", "т.б.", "...", "ж", "бв", "--", "а-", "-ақ", "ІІІ", "wifi", "😀"])
def test_anything_has_a_lemma(word):
    assert isinstance(lemma(word), str)


def test_names_and_abbreviations_keep_their_capitals(kk_nlp):
    doc = kk_nlp("Құжаттарымды Қостанайда, АҚШ-та және Айгүлге көрсеттім.")
    assert [token.lemma_ for token in doc] == [
        *["құжат", "Қостанай", ",", "АҚШ", "және", "Айгүл", "көрсет", "."],
    ]


def test_a_word_in_capitals_is_lowered_where_it_is_known():
    assert lemma("ҚҰЖАТТАР") == lemma("Құжаттар") == "құжат"


@pytest.mark.parametrize(
    ("stem", "expected"),
    [("бала", ("back",)), ("мектеп", ("front",)), ("банк", ("front", "back")), ("су", ("back", "front"))],
)
def test_harmony_follows_the_last_vowel(stem, expected):
    assert harmonies(stem) == expected


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("n", "тың", "нің"),
        ("n", "лар", "дер"),
        ("n", "сы", "і"),
        ("n", "пен", "мен"),
        ("v", "ып", "п"),
        ("v", "ған", "кен"),
    ],
)
def test_an_ending_counts_as_the_same_after_any_stem(kind, one, other):
    assert same_ending(kind, one) == same_ending(kind, other)


@pytest.mark.parametrize("word", ["құжатдар", "мектепны", "баланің", "үйғе", "жылтан"])
def test_an_ending_that_the_stem_does_not_allow_is_not_taken_off(word):
    assert not any(reading.endings for reading in analyser().readings(word))
