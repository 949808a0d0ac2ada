"""The official terms, and the words that are to be avoided."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from knowledge_base.glossary import GLOSSARY, Glossary
from texts import LANGUAGES, Language

TERMS = {
    "terms": [
        {"ru": ["ЦОН"], "kk": ["ХҚКО"], "avoid": {"kk": ["ЦОН", "ЦОН-*"], "ru": ["ХҚКО"]}},
        {"ru": ["справка"], "kk": ["анықтама"], "avoid": {"kk": ["справк*"]}},
    ]
}


@pytest.fixture
def glossary(tmp_path: Path) -> Glossary:
    path = tmp_path / "glossary.yaml"
    path.write_text(yaml.safe_dump(TERMS, allow_unicode=True), "utf-8")
    return Glossary.read(path)


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("Справканы ЦОН-нан алыңыз.", "kk", [("Справканы", "анықтама"), ("ЦОН-нан", "ХҚКО")]),
        ("Анықтаманы ХҚКО-дан алыңыз.", "kk", []),
        ("Справку берут в ЦОН.", "ru", []),
        ("Справку берут в ХҚКО.", "ru", [("ХҚКО", "ЦОН")]),
        ("Бұл сөзде «цонор» бар.", "kk", []),
    ],
)
def test_a_word_to_avoid_is_found_with_the_term_to_use(
    glossary: Glossary, text: str, language: Language, found: list[tuple[str, str]]
) -> None:
    assert list(glossary.deviations(text, language)) == found


def test_a_glossary_of_another_form_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "glossary.yaml"
    path.write_text("terms: [{ru: [слово], kz: [сөз]}]", "utf-8")
    with pytest.raises(ValueError, match="kz"):
        Glossary.read(path)


def test_the_real_glossary_names_each_notion_once_and_avoids_none_of_its_own_terms() -> None:
    terms = Glossary.read().terms
    first = [term.ru[0].lower() for term in terms]
    assert len(first) == len(set(first))
    glossary = Glossary.read()
    for language in LANGUAGES:
        for term in terms:
            for word in getattr(term, language):
                assert not list(glossary.deviations(word, language)), f"{word}, {GLOSSARY.name}"
