"""Our tracker store beside Rasa's own: the same answers from less, and the same answer to a repeated turn."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from bot import rasa
from bot.settings import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

FORM = ["/claim", '/give{"kind": "tax"}', "/give", "/greet"]
DIALOGUES = {
    "a form is filled": FORM,
    "a form is interrupted by a question": ["/claim", "/ask", '/give{"kind": "tax"}', "/ask", "/ask", "/give", "/ask"],
    "a form is interrupted, and comes back when the citizen wants": ["/claim", "/doubt", "/affirm", *FORM[1:]],
    "a form is interrupted, and left": ["/claim", '/give{"kind": "tax"}', "/doubt", "/deny", "/affirm", *FORM],
    "a form is left at once, and begun again": ["/claim", "/stop", "/give", *FORM],
    "a form is filled twice": [*FORM, *FORM],
    "a form is asked for within itself": ["/claim", "/claim", '/give{"kind": "tax"}', "/claim", "/give"],
    "a form is corrected": ["/claim", '/give{"kind": "tax"}', '/give{"kind": "fee"}', "/ask", "/give"],
    "a form is still interrupted a turn later": [
        "/claim",
        "/doubt",
        "/hello",
        "/greet",
        "/doubt",
        "/affirm",
        *FORM[1:],
    ],
    "a form is interrupted by something unknown": ["/claim", "nothing known", '/give{"kind": "tax"}', "/give"],
    "the welcome is for the start alone": ["/hello", "/greet", "/hello", "/ask", "/hello"],
    "a slot changes what rules say": ["/greet", "/promote", "/greet", "/ask", "/greet", 61, "/greet"],
    "an hour passes": ["/count", "/promote", 59, "/count", "/greet", 61, "/count", "/greet"],
    "an hour passes within a form": ["/claim", '/give{"kind": "tax"}', 61, "/give", "/claim", "/give"],
    "an hour passes in parts within a form": ["/claim", 40, '/give{"kind": "tax"}', 40, "/give", "/greet"],
    "an action names the next": ["/jump", "/count", "/jump", "/jump", "/count"],
    "the slots are reset": ["/count", "/promote", "/claim", "/clear", "/count", "/greet", "/give"],
    "the conversation is paused": ["/count", "/pause", "/greet", "/count"],
    "the conversation begins anew": ["/count", "/claim", "/restart", "/count", "/hello", "/greet"],
    "texts": ["good day", "a question", "nothing known", "good day"],
}
WANDERING = 4  # random dialogues of 40 lines each
TEXTS = ["good day", "a question", "nothing known", "tax"]


def play(dialogues, wandering=0, url=None):
    done = subprocess.run(
        [str(rasa.python()), str(Path(__file__).with_name("tracker") / "play.py")],
        input=json.dumps({"dialogues": dialogues, "wandering": wandering, "url": url}),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false", "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"},
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def played():
    return play(DIALOGUES, WANDERING)


def _without_counts(turns):
    return [{key: value for key, value in turn.items() if key != "events"} for turn in turns]


@pytest.mark.parametrize("name", [*DIALOGUES, *(f"wandering {number}" for number in range(WANDERING))])
def test_a_dialogue_goes_as_with_rasas_own_store(played, name):
    turns = played["dialogues"][name]
    assert _without_counts(turns["ours"]) == _without_counts(turns["rasa"])


def test_the_dialogues_reach_what_they_are_about(played):
    """They would agree as well if both stores were asked nothing of interest."""
    turns = {name: both["ours"] for name, both in played["dialogues"].items()}
    filled = [turn["said"] for turn in turns["a form is filled"]]
    assert filled == [["which kind"], ["which amount"], ["claimed tax /give"], ["greet"]]
    assert turns["a form is interrupted by a question"][1]["said"] == ["answer", "which kind"]
    waiting = turns["a form is interrupted, and comes back when the citizen wants"]
    assert waiting[1]["loop"] == ["claim_form", False, True]
    assert waiting[2]["said"] == ["which kind"]
    assert turns["a form is interrupted, and left"][3]["said"] == ["stopped"]
    welcomed = [turn["said"] == ["hello"] for turn in turns["the welcome is for the start alone"]]
    assert welcomed == [True, False, False, False, False]
    hour = turns["an hour passes"]
    assert ["action_session_start" in turn["done"] for turn in hour] == [True, False, False, False, True, False]
    assert hour[4]["said"] == ["count 3"]  # slots are carried over
    assert turns["the slots are reset"][4]["said"] == ["count 1", "which kind"]
    paused = turns["the conversation is paused"]
    assert paused[2]["paused"]
    assert paused[2]["said"] == []


def test_what_is_kept_does_not_grow(played):
    for name in (f"wandering {number}" for number in range(WANDERING)):
        turns = played["dialogues"][name]
        assert max(turn["events"] for turn in turns["ours"]) <= 25
    assert max(turn["events"] for turn in turns["rasa"]) > 50


def test_nothing_that_was_written_is_kept(played):
    rows = [state for row in played["rows"] for state in row if state is not None]
    assert len(rows) > len(DIALOGUES)
    assert [text for text in TEXTS if any(text in state for state in rows)] == ["tax"]  # a slot of the form


def test_a_turn_asked_again_is_answered_as_if_it_had_not_been_asked(played):
    assert played["repeated"]["first"] == played["repeated"]["third"] == ["count 2"]
    assert played["repeated"]["following"] == ["count 3"]


def test_an_attempt_that_ends_late_overwrites_neither_a_later_attempt_nor_a_later_turn(played):
    assert played["repeated"]["after the late attempt"] == 2
    assert played["repeated"]["after the older turn"] == 3


def test_another_rasa_goes_on_where_the_first_has_left(played):
    assert played["reopened"]["said"] == ["count 4"]


def test_a_conversation_without_turns_goes_on_from_its_latest_state(played):
    assert [turn["said"] for turn in played["shell"]] == [["count 1"], ["count 2"], ["count 3"]]


def test_a_slot_that_is_no_longer_in_the_domain_is_let_go(played):
    assert played["other domain"]["said"] == ["count 2"]
    assert "gone" not in played["other domain"]["slots"]


def test_rasa_is_silent_where_the_state_cannot_be_read_and_the_next_attempt_finds_it_untouched(played):
    assert played["unreadable"]["said"] == []
    assert played["unreadable"]["again"] == ["count 2"]


def test_a_database_of_rasas_own_store_does_not_stop_the_start(played):
    assert played["former database"] == ["dialogue_state", "events"]


def test_a_database_that_it_does_not_know_or_cannot_open_is_refused(played):
    assert len(played["refusals"]) == 3
    assert all(played["refusals"].values())
