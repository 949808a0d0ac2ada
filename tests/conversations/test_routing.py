"""Who is offered what waits: language and domain first, then language, then anybody; and whose turn it is."""

from datetime import timedelta

import pytest

from bot.conversations.desk import Desk
from bot.conversations.routing import next_in_turn, offered_to
from bot.storage import Conversation, Operator
from bot.storage.tables import now

DESK = Desk(widen_after=60)


def person(number: int, languages="ru,kk", domains="", capacity=2, assigned=None) -> Operator:
    return Operator(
        id=number,
        username=f"operator{number}",
        languages=languages.split(","),
        domains=[each for each in domains.split(",") if each],
        capacity=capacity,
        assigned_at=assigned,
    )


def offered(operators, waited: int, language="kk", domain="transport"):
    moment = now()
    conversation = Conversation(language=language, domain=domain, waiting_since=moment - timedelta(seconds=waited))
    return [each.id for each in offered_to(conversation, operators, DESK, moment)]


KAZAKH_TRANSPORT, KAZAKH_HEALTH, RUSSIAN = person(1, "kk", "transport"), person(2, "kk", "health"), person(3, "ru")
ALL = [KAZAKH_TRANSPORT, KAZAKH_HEALTH, RUSSIAN]


@pytest.mark.parametrize(
    ("waited", "expected"), [(0, [1]), (59, [1]), (61, [1, 2]), (119, [1, 2]), (121, [1, 2, 3]), (9999, [1, 2, 3])]
)
def test_the_circle_widens_with_time(waited, expected):
    assert offered(ALL, waited) == expected


def test_where_nobody_fits_there_is_nothing_to_wait_for():
    assert offered([KAZAKH_HEALTH, RUSSIAN], 0) == [2]
    assert offered([RUSSIAN], 0) == [3]
    assert offered([], 0) == []


def test_who_has_no_domains_answers_for_all_and_a_talk_without_one_suits_all():
    assert offered([person(1, "kk"), KAZAKH_HEALTH], 0) == [1]
    assert offered([person(1, "kk"), KAZAKH_HEALTH], 0, domain=None) == [1, 2]


def test_the_turn_goes_round():
    moment = now()
    never, long_ago, just_now = person(1), person(2, assigned=moment - timedelta(hours=1)), person(3, assigned=moment)
    assert next_in_turn([just_now, long_ago, never], {}).id == 1
    assert next_in_turn([just_now, long_ago], {}).id == 2
    assert next_in_turn([just_now], {}).id == 3


def test_who_is_full_is_passed_over():
    assert next_in_turn([person(1, capacity=1), person(2, capacity=3)], {1: 1, 2: 2}).id == 2
    assert next_in_turn([person(1, capacity=1)], {1: 1}) is None
    assert next_in_turn([person(1, capacity=1)], {1: 5}) is None
