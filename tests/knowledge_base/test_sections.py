"""Sections and subjects, by words."""

from __future__ import annotations

import pytest

from knowledge_base import sections
from knowledge_base.passages import Passage


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("сколько стоит паспорт", "fee"),
        ("төлқұжат қанша тұрады", "fee"),
        ("tolqujat qansha turady", "fee"),
        ("толкужат канша турады", "fee"),
        ("какие документы нужны", "documents"),
        ("қандай құжат керек?", "documents"),
        ("сколько дней ждать", "term"),
        ("неше күнде дайын болады", "term"),
        ("на сколько лет выдают", "validity"),
        ("неше жылға беріледі", "validity"),
        ("можно через егов?", "online"),
        ("егов арқылы бола ма", "online"),
        ("куда идти", "in_person"),
        ("қайдан аламын", "in_person"),
        ("кто может получить", "who"),
        ("почему отказали, причины отказа", "refusals"),
        ("готово ли моё удостоверение", "status"),
        ("по какому закону", "law"),
        ("как получить паспорт", None),
        ("у меня истёк срок удостоверения", None),
        ("kuәlik merzimi bitti", None),
        ("", None),
    ],
)
def test_a_section_is_known_by_its_cues(text: str, section: str | None) -> None:
    assert sections.cue(text) == section


@pytest.mark.parametrize(
    "text", ["а сколько стоит?", "қандай құжат керек?", "онлайн можно?", "сколько ждать", "қайдан алам", "😀"]
)
def test_nothing_remains_of_a_question_without_a_subject(text: str) -> None:
    assert sections.remainder(text) == []


def test_what_a_question_is_about_remains() -> None:
    assert len(sections.remainder("сколько стоит паспорт")) == 1


def test_words_of_names_are_subjects_and_words_shared_by_questions_are_not() -> None:
    def passage(service: str, kind: str, text: str) -> Passage:
        return Passage(service, "ru", kind, None, text)  # type: ignore[arg-type]

    subjects = sections.Subjects(
        [
            passage("a", "name", "Паспорт гражданина"),
            *(passage("a", "question", f"потерял паспорт {place}") for place in ("дома", "дорогой", "давно")),
            *(passage("b", "question", f"потерял ключ {place}") for place in ("дома", "дорогой", "давно")),
        ]
    )
    assert subjects.named_in(sections.remainder("паспорта"))
    assert subjects.named_in(sections.remainder("ключ"))
    assert not subjects.named_in(sections.remainder("а если потерял?"))
