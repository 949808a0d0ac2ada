"""The spaCy language `kk`, in the manner of spaCy's own language tests."""

import pytest
import spacy

from nlu.kazakh.examples import sentences
from nlu.kazakh.lemmatizer import lemma
from nlu.kazakh.lex_attrs import like_num
from nlu.kazakh.stop_words import STOP_WORDS


@pytest.fixture(scope="module")
def nlp():
    return spacy.blank("kk")


@pytest.mark.parametrize("letter", "әғқңөұүһі")
@pytest.mark.parametrize("sign", [".", ",", "-", "/", "»"])
def test_a_sign_after_each_kazakh_letter_is_a_token_of_its_own(nlp, letter, sign):
    assert [token.text for token in nlp(f"сө{letter}{sign}")] == [f"сө{letter}", sign]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Ол жоқ.", ["Ол", "жоқ", "."]),
        ("кітап, дәптер, т.б.", ["кітап", ",", "дәптер", ",", "т.б."]),
        ("ҚР ЖСН ХҚКО", ["ҚР", "ЖСН", "ХҚКО"]),
        ("5-ші сынып", ["5-ші", "сынып"]),
        ("2026 ж. дейін", ["2026", "ж.", "дейін"]),
        ("ИИН-ды ХҚКО-ға", ["ИИН-ды", "ХҚКО-ға"]),
        ("(ЭЦҚ) «куәлік»", ["(", "ЭЦҚ", ")", "«", "куәлік", "»"]),
        ("бар,жоқ", ["бар", ",", "жоқ"]),
        ("жоқ.Иә", ["жоқ", ".", "Иә"]),
    ],
)
def test_tokens(nlp, text, tokens):
    assert [token.text for token in nlp(text)] == tokens


def test_the_example_sentences_keep_every_character(nlp):
    for doc in nlp.pipe(sentences):
        assert doc.text in sentences


@pytest.mark.parametrize(
    "word", ["5", "4 325,5".replace(" ", "\u00a0"), "1/2", "5-ші", "бес", "бесінші", "мың", "Отыз"]
)
def test_numbers_are_recognised(word):
    assert like_num(word)


@pytest.mark.parametrize("word", ["куәлік", "ай", "қанша", "-"])
def test_other_words_are_no_numbers(word):
    assert not like_num(word)


@pytest.mark.parametrize("word", ["жоқ", "емес", "қалай", "қайда", "қанша", "не", "қандай", "кім"])
def test_negation_and_question_words_are_no_stop_words(word):
    assert word not in STOP_WORDS


@pytest.mark.parametrize(
    ("forms", "expected"),
    [
        ("куәлікті куәлігім куәлігімді куәліктің куәліктер", "куәлік"),
        ("паспортымды паспорттың паспортқа", "паспорт"),
        ("справканы справкасы", "справка"),
        ("құжаттар құжатты құжаттарды", "құжат"),
        ("мерзім мерзімі мерзімін мерзімінде", "мерзім"),
        ("қызмет қызметі қызметін қызметтер", "қызмет"),
        ("төлқұжат төлқұжаты төлқұжатымның", "төлқұжат"),
        ("халық халқы халыққа", "халық"),
        ("адам адамға адамдар", "адам"),
        ("маман маманмен маманды", "маман"),
        ("үй үйге үйден үйім", "үй"),
        ("анықтама анықтамасын анықтамасына анықтамамды", "анықтама"),
        ("тіркеу тіркеуге тіркеуден", "тірке"),
        ("жоғалттым жоғалтып жоғалтқан жоғалту", "жоғалт"),
        ("ИИН-ды", "иин"),
        ("ХҚКО-ға", "хқко"),
        ("алу аламын алдым алды алған алсам алуға", "ал"),
    ],
)
def test_the_forms_of_a_word_come_together(forms, expected):
    assert {lemma(form) for form in forms.split()} == {expected}


def test_the_lemmatizer_is_a_component_of_spacy(nlp):
    pipeline = spacy.blank("kk")
    pipeline.add_pipe("lemmatizer")
    pipeline.initialize()
    assert [token.lemma_ for token in pipeline("Құжаттарды алдым")] == ["құжат", "ал"]
