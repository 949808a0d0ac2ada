"""Questions of one meaning come together, in whatever language, and the groups are made anew only where they must."""

import asyncio
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.learning import grouping
from bot.learning.clusters import cluster
from bot.learning.grouping import Group, Grouping, nearness

PASSPORT = ("как получить загранпаспорт", "получить загранпаспорт ребёнку", "паспорт алу үшін не керек")
CAR = ("переоформить машину на другого", "көлікті басқа адамға қайта рәсімдеу")
FISH = "где ловят карася на опарыша"


async def test_questions_of_one_meaning_make_a_group_in_both_languages(questions, index):
    asked = questions(PASSPORT[0], CAR[0], PASSPORT[1], FISH, PASSPORT[2], CAR[1])
    groups = await Grouping().of(asked, index)
    assert [set(group.questions) for group in groups] == [{1, 3, 5}, {2, 6}, {4}]


async def test_the_largest_group_comes_first_and_of_equals_the_oldest(questions, index):
    asked = questions(FISH, CAR[0], PASSPORT[0], CAR[1], PASSPORT[1])
    groups = await Grouping().of(asked, index)
    assert [min(group.questions) for group in groups] == [2, 3, 1]


async def test_a_group_is_given_the_service_that_most_of_it_is_near_to_and_strangers_none(questions, index):
    groups = await Grouping().of(questions("где пройти техосмотр машины", FISH), index)
    assert groups == [Group((1,), "vehicle-inspection"), Group((2,), None)]


async def test_no_question_and_one_question_are_groups_too(questions, index):
    one = Grouping()
    assert await one.of([], index) == []
    assert await one.of(questions(FISH), index) == [Group((1,), None)]
    assert await one.of([], index) == []


async def test_groups_are_kept_until_the_questions_or_the_index_change(questions, index, monkeypatch):
    embedded = []

    def embed(encoder, texts, role):
        embedded.append(list(texts))
        return real(encoder, texts, role)

    real = grouping.embed
    monkeypatch.setattr(grouping, "embed", embed)
    kept = Grouping()
    asked = questions(PASSPORT[0], CAR[0], PASSPORT[1])
    first = await kept.of(asked, index)
    assert await kept.of(asked, index) is first
    assert embedded == [[PASSPORT[0], CAR[0], PASSPORT[1]]]
    more = [*asked, *questions(CAR[1])]
    assert len(await kept.of(more, index)) == 2
    assert embedded[1:] == [[CAR[1]]]
    assert len(await kept.of(more[1:], index)) == 2
    assert embedded[2:] == []
    await kept.of(more, replace(index, path=Path("2")))
    assert embedded[2:] == [[question.text for question in more]]


async def test_two_readers_at_once_cost_one_grouping(questions, index, monkeypatch):
    counted = []

    async def clustered(vectors, least):
        counted.append(len(vectors))
        await asyncio.sleep(0.01)
        return [0] * len(vectors)

    monkeypatch.setattr(grouping, "_clustered", clustered)
    kept, asked = Grouping(), questions(*PASSPORT)
    first, second = await asyncio.gather(kept.of(asked, index), kept.of(asked, index))
    assert first == second
    assert counted == [3]


def test_the_scale_is_that_of_questions_of_different_services(index):
    half, most = nearness(index, 0.5, 0.999)
    assert -0.2 < half < 0.3 < most < 0.9


@pytest.mark.parametrize(("nearer", "count"), [(0.99, 3), (0.9, 2), (-1.0, 1)])
def test_clusters_join_down_to_the_wanted_nearness(nearer, count):
    vectors = np.array([[1, 0], [0.9, 0.2], [0, 1]], dtype=np.float32)
    assert len(set(cluster(vectors, nearer))) == count


def test_fewer_than_two_vectors_need_no_clustering():
    assert cluster(np.empty((0, 3), dtype=np.float32), 0.5) == []
    assert len(cluster(np.ones((1, 3), dtype=np.float32), 0.5)) == 1


async def test_many_are_grouped_in_a_process_of_their_own_with_the_same_result(questions, index, monkeypatch):
    asked = questions(PASSPORT[0], CAR[0], PASSPORT[1], FISH, PASSPORT[2], CAR[1])
    here = await Grouping().of(asked, index)
    monkeypatch.setattr(grouping, "AT_ONCE", 1)
    assert await Grouping().of(asked, index) == here
