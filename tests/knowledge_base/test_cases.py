"""The special case that a question describes, over the real services."""

from __future__ import annotations

import pytest

from knowledge_base.cases import case_of
from knowledge_base.model import load_all
from texts import Language

SERVICES = load_all()


@pytest.mark.parametrize(
    ("slug", "text", "language", "condition"),
    [
        ("identity-card-replacement", "потерял удостоверение, что делать", "ru", "Вы потеряли удостоверение"),
        ("identity-card-replacement", "zheke kualigim zhogaldy", "kk", "Жеке куәлікті жоғалтып алсаңыз"),
        ("identity-card-replacement", "вытащили, то есть украли удостоверение", "ru", "Удостоверение украли"),
        ("egov-account", "pf,sk gfhjkm jn tujd", "ru", "Забыли пароль от eGov"),
    ],
)
def test_the_case_is_found_in_any_spelling(slug: str, text: str, language: Language, condition: str) -> None:
    case = case_of(SERVICES[slug], text, language)
    assert case is not None
    assert case.when[language] == condition


@pytest.mark.parametrize(
    ("slug", "text", "language"),
    [
        ("identity-card-replacement", "замена удостоверения личности", "ru"),
        ("identity-card-replacement", "жеке куәлік", "kk"),
        ("digital-signature", "как выпустить электронную подпись", "ru"),
        ("passport-issue", "?!", "ru"),
    ],
)
def test_the_service_alone_is_no_special_case(slug: str, text: str, language: Language) -> None:
    assert case_of(SERVICES[slug], text, language) is None
