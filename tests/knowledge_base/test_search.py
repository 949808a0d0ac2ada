"""The search over the real knowledge base."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from knowledge_base.search import Searcher


@pytest.mark.parametrize(
    ("text", "language", "service"),
    [
        ("Как заменить удостоверение личности, если потерял?", "ru", "identity-card-replacement"),
        ("Жеке куәлікті жоғалтып алдым, не істеймін?", "kk", "identity-card-replacement"),
        ("kuәlik merzimi bitti", "kk", "identity-card-replacement"),
        ("сколько стоит загранпаспорт", "ru", "passport-issue"),
        ("апостиль қайда қойылады", "kk", "apostille"),
        ("справка о несудимости через егов", "ru", "criminal-record-certificate"),
        ("уақытша тіркелу", "kk", "temporary-registration"),
        ("сколько платят за рождение третьего ребенка", "ru", "birth-allowance"),
        ("балабақша кезегіне қалай тұрамын", "kk", "kindergarten-queue"),
        ("zheke kasipkerlik ashu", "kk", "sole-proprietor-registration"),
        ("поменять права вышел срок", "ru", "driving-licence-replacement"),
    ],
)
def test_the_right_service_is_answered_in_the_language_of_the_question(
    searcher: Searcher, text: str, language: str, service: str
) -> None:
    result = searcher.search(text)
    assert (result.language, result.decision, result.results[0].service) == (language, "answer", service)
    assert result.results[0].title == searcher.index.names[service][language]


@pytest.mark.parametrize(
    "text",
    [
        "какая погода",
        "рецепт борща",
        "курс доллара",
        "купить айфон",
        "ветеринарный паспорт собаке",
        "😀",
        "",
        "ауа райы",
    ],
)
def test_what_is_not_in_the_knowledge_base_is_none(searcher: Searcher, text: str) -> None:
    assert searcher.search(text).decision == "none"


def test_the_section_asked_for_comes_with_the_service(searcher: Searcher) -> None:
    hit = searcher.search("сколько стоит паспорт").results[0]
    assert (hit.service, hit.section) == ("passport-issue", "fee")


def test_who_asks_for_a_way_that_is_not_there_gets_the_other(searcher: Searcher) -> None:
    hit = searcher.search("можно ли сделать паспорт через егов").results[0]
    assert (hit.service, hit.section) == ("passport-issue", "in_person")


def test_hits_are_best_first_and_one_a_service(searcher: Searcher) -> None:
    hits = searcher.search("прописка", limit=4).results
    assert len(hits) == len({hit.service for hit in hits}) == 4
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_a_given_language_is_kept(searcher: Searcher) -> None:
    result = searcher.search("паспорт", "kk")
    assert result.language == "kk"
    assert result.results[0].title == searcher.index.names["passport-issue"]["kk"]


def test_an_undecided_question_is_searched_as_russian(searcher: Searcher) -> None:
    assert searcher.search("123").language == "ru"


@pytest.mark.parametrize("text", ["а сколько стоит?", "қандай құжат керек?", "онлайн можно?", "қанша күтемін"])
def test_a_follow_up_has_no_subject(searcher: Searcher, text: str) -> None:
    assert not searcher.search(text).has_subject


@pytest.mark.parametrize(
    "text", ["сколько стоит паспорт", "төлқұжатқа қандай құжат керек", "эцп онлайн можно?", "прописка"]
)
def test_a_question_that_names_a_service_has_a_subject(searcher: Searcher, text: str) -> None:
    assert searcher.search(text).has_subject


def test_the_section_of_a_follow_up_is_known_without_a_search(searcher: Searcher) -> None:
    assert searcher.section_of("а сколько стоит?", "ru") == "fee"
    assert searcher.section_of("спасибо", "ru") is None


def test_a_very_long_question_is_searched(searcher: Searcher) -> None:
    assert searcher.search("потерял удостоверение " * 400).results


def test_threads_find_what_one_finds(searcher: Searcher) -> None:
    questions = ["потерял удостоверение", "төлқұжат бағасы", "апостиль", "рецепт борща"] * 25
    alone = [searcher.search(question) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(searcher.search, questions)) == alone


@pytest.mark.parametrize("text", ["справка", "анықтама"])
def test_a_word_that_several_services_share_is_asked_back_about(searcher: Searcher, text: str) -> None:
    result = searcher.search(text)
    assert result.decision == "clarify"
    assert all(text[:6] in hit.title.lower() for hit in result.results[:2])


def test_a_word_that_one_service_is_called_by_is_that_service(searcher: Searcher) -> None:
    assert searcher.search("прописка").results[0].service == "residence-registration"
    assert searcher.search("удостоверение").results[0].service == "identity-card-replacement"
