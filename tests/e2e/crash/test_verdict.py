"""The verdict sees what it is there to see: a check that cannot fail would hold no guarantee."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.e2e.crash.verdict import Verdict, judge

ASKED = ("a", "b", "c", "d")


def test_answered_once_and_in_order_is_sound():
    assert judge(ASKED, ASKED) == Verdict()
    assert judge(ASKED, ASKED).sound


def test_a_lost_answer_is_seen():
    verdict = judge(ASKED, ("a", "c", "d"))
    assert verdict == Verdict(lost=["b"])
    assert not verdict.sound


def test_the_last_answer_lost_is_seen():
    assert judge(ASKED, ("a", "b", "c")) == Verdict(lost=["d"])


def test_nothing_heard_is_everything_lost():
    assert judge(ASKED, ()).lost == list(ASKED)


@pytest.mark.parametrize("heard", ["abbcd", "abcdb", "abcbd"])
def test_a_doubled_answer_is_seen_wherever_it_comes_again(heard):
    verdict = judge(ASKED, heard)
    assert verdict == Verdict(doubled=["b"])
    assert not verdict.sound


def test_an_answer_that_came_three_times_is_doubled_twice():
    assert judge(ASKED, "abbbcd").doubled == ["b", "b"]


def test_a_disordered_answer_is_seen_and_it_alone():
    verdict = judge(ASKED, "acdb")
    assert verdict == Verdict(disordered=["b"])
    assert not verdict.sound


def test_the_fewest_answers_are_called_disordered():
    assert judge(ASKED, "dabc").disordered == ["d"]
    assert len(judge(ASKED, "dcba").disordered) == 3


def test_an_answer_to_nothing_is_seen():
    verdict = judge(ASKED, ("a", "b", "somebody else's", "c", "d"))
    assert verdict == Verdict(strange=["somebody else's"])
    assert not verdict.sound


def test_an_unknown_delivery_may_be_missing_or_doubled_and_is_counted():
    assert judge(ASKED, "acd", unknown=["b"]) == Verdict(unknown_missing=["b"])
    assert judge(ASKED, "abbcd", unknown=["b"]) == Verdict(unknown_doubled=["b"])
    assert judge(ASKED, "acd", unknown=["b"]).sound


def test_an_unknown_delivery_excuses_no_other_answer():
    assert judge(ASKED, "ad", unknown=["b"]).lost == ["c"]
    assert judge(ASKED, "abccd", unknown=["b"]).doubled == ["c"]
    assert judge(ASKED, "bacd", unknown=["b"]).disordered == ["b"]


def test_questions_that_cannot_be_told_apart_are_refused():
    with pytest.raises(ValueError, match="of its own"):
        judge("aba", "aba")


@given(st.permutations(range(8)), st.integers(0, 7))
def test_any_single_fault_in_any_walk_is_seen(order, fault):
    asked = [str(number) for number in order]
    assert judge(asked, asked).sound
    assert judge(asked, asked[:fault] + asked[fault + 1 :]).lost == [asked[fault]]
    assert judge(asked, [*asked, asked[fault]]).doubled == [asked[fault]]
    moved = [*asked[:fault], *asked[fault + 1 :], asked[fault]]
    assert len(judge(asked, moved).disordered) == (0 if fault == 7 else 1)
