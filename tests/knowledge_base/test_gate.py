"""What answers worse than what is in use is refused, and the former goes on answering."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from knowledge_base import index
from knowledge_base.evaluation import gate, kept, outcomes
from knowledge_base.evaluation.dialogue import IMPORTANT, Message, marks, read
from knowledge_base.evaluation.gate import Change, Marks, Worse, compare
from knowledge_base.search import Searcher
from tests.knowledge_base.conftest import Files

SERVICES = ("dog", "boat", "well")
WORDS = ["alpha", "bravo", "delta", "foxtrot", "golf", "hotel", "india", "kilo", "lima", "oscar", "tango", "uniform"]


def of(good: int, all_: int, figure: str = "ru: right service first", first_bad: int = 0) -> Marks:
    """Marks of `all_` questions; those from `first_bad` on went badly until as many are left as are not `good`."""
    bad = range(first_bad, first_bad + all_ - good)
    return {figure: {str(number): number not in bad for number in range(all_)}}


def only(changes: list[Change]) -> Change:
    [change] = changes
    return change


def test_the_same_answers_are_no_worse() -> None:
    change = only(compare(of(90, 100), of(90, 100), "search"))
    assert not change.refused
    assert (change.lost, change.won) == (0, 0)


def test_a_few_lost_may_be_chance_and_many_are_not() -> None:
    assert not only(compare(of(200, 200), of(197, 200), "search")).refused
    assert only(compare(of(200, 200), of(190, 200), "search")).refused


def test_as_many_won_as_lost_is_no_worse() -> None:
    change = only(compare(of(80, 200), of(80, 200, first_bad=60), "search"))
    assert change.lost == change.won == 60
    assert not change.refused


def test_the_more_figures_the_more_must_be_lost_in_one() -> None:
    names = [f"ru: figure {number}" for number in range(20)]
    before = {name: of(50, 50, name)[name] for name in names}
    after = {**before, names[0]: of(44, 50, names[0])[names[0]]}
    assert only(compare({names[0]: before[names[0]]}, {names[0]: after[names[0]]}, "search")).refused
    assert not any(change.refused for change in compare(before, after, "search"))


def test_nothing_sinks_below_its_floor_in_small_steps() -> None:
    change = only(compare(of(177, 200), of(175, 200), "search"))
    assert change.lost - change.won <= change.allowed
    assert change.refused
    assert "below the floor of 88 %" in str(change)


def test_what_was_below_the_floor_already_may_stay_there() -> None:
    assert not only(compare(of(100, 200), of(99, 200), "search")).refused


def test_a_floor_needs_more_than_a_handful_of_questions() -> None:
    assert not only(compare(of(9, 10), of(8, 10), "search")).refused


def test_only_questions_of_both_are_compared() -> None:
    before = {"ru: right service first": {"a": True, "b": True}}
    after = {"ru: right service first": {"b": True, "c": False}, "kk: right service first": {"d": False}}
    assert only(compare(before, after, "search")).questions == 1


def test_a_refusal_names_each_figure_and_how_to_take_it_all_the_same() -> None:
    changes = compare(of(200, 200), of(150, 200), "search")
    said: list[str] = []
    with pytest.raises(Worse) as raised:
        gate.decide("index", changes, accept="jauap index --accept-worse", accepted=False, progress=said.append)
    assert "«jauap index --accept-worse»" in raised.value.summary
    assert "ru: right service first 100.0 % -> 75.0 % of 200: 50 lost, 0 won" in str(raised.value)
    assert gate.decide("index", changes, accept="", accepted=True, progress=said.append) == changes
    assert "taken all the same" in said[-1]


def test_what_other_code_has_measured_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "evaluation.json"
    kept.write(path, "a", {"outcomes": {}})
    assert kept.read(path, "a") == {"code": "a", "outcomes": {}}
    assert kept.read(path, "b") is None
    path.write_text("{")
    assert kept.read(path, "a") is None
    assert kept.code_of(["knowledge_base/*.py"]) != kept.code_of(["knowledge_base/*.yaml"])


# The index: small knowledge bases of three services, each told by its own words.


def questions(path: Path) -> Path:
    lines = [
        {
            "text": f"{service} {word} {language}",
            "language": language,
            "kind": "clean",
            "service": service,
            "section": None,
        }
        for service in (*SERVICES, "gone")
        for language in ("ru", "kk")
        for word in WORDS
    ]
    path.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    return path


class Base:
    """A data folder with an index over small services, and the questions that it is measured on."""

    def __init__(self, folder: Path, files: Files, encoder: str) -> None:
        self.files, self.encoder = files, encoder
        self.data = folder / "data"
        self.asked = questions(folder / "asked.jsonl")
        for name in SERVICES:
            self.tell(name, name)
        assert self.build()

    def tell(self, slug: str, word: str) -> None:
        """Write the service so that it is found by `word`."""
        self.files.add(
            slug,
            name={"ru": word, "kk": word},
            questions={"ru": [f"{word} ru", f"the {word}"], "kk": [f"{word} kk", f"a {word}"]},
        )

    def build(self, *, accept_worse: bool = False, force: bool = False) -> bool:
        self.said: list[str] = []
        judge = outcomes.judge(
            self.data, self.encoder, accept_worse=accept_worse, progress=self.said.append, path=self.asked
        )
        return index.build(
            self.data, self.encoder, force=force, folder=self.files.folder, judge=judge, progress=self.said.append
        )

    def first(self, question: str) -> str:
        return Searcher.open(self.data, self.encoder).search(question, "ru").results[0].service


@pytest.fixture
def base(tmp_path: Path, files: Files, plain_encoder: str) -> Base:
    return Base(tmp_path, files, plain_encoder)


def test_an_index_that_loses_a_service_is_refused_by_name_and_the_former_answers(base: Base) -> None:
    before = index.current(base.data)
    base.tell("boat", "zebra")
    with pytest.raises(Worse) as raised:
        base.build()
    assert "ru: right service first" in str(raised.value)
    assert "kk: right service first" in str(raised.value)
    assert "most is lost on boat (" in str(raised.value)
    assert "gone" not in str(raised.value)
    assert index.current(base.data) == before
    assert base.first("boat golf") == "boat"
    assert (index.open_index(base.data, base.encoder).services / "trial" / "boat.yaml").read_text().count("zebra") == 0


def test_a_refused_index_is_looked_at_again_without_building_and_taken_where_accepted(base: Base) -> None:
    base.tell("boat", "zebra")
    for _ in range(2):
        with pytest.raises(Worse):
            base.build()
    assert not [line for line in base.said if line.startswith(("building", "measuring"))]
    assert base.build(accept_worse=True)
    assert [line for line in base.said if line.startswith("worse, and taken all the same: ru: right service first")]
    assert base.first("zebra") == "boat"
    assert not base.build()


def test_an_index_as_good_is_taken_and_then_is_what_the_next_is_compared_with(base: Base) -> None:
    base.files.add("first", verified="2026-11-24")
    assert base.build()
    measured = json.loads((index.current(base.data) / outcomes.FILE).read_text("utf-8"))
    assert measured["figures"].keys() >= {"ru: right service first", "kk: answered rightly"}
    assert len(measured["outcomes"]) == len(WORDS) * 2 * (len(SERVICES) + 1)
    assert base.build(force=True)
    assert len([line for line in base.said if line.startswith("measuring")]) == 1, "the former was measured before"


def test_a_service_that_is_given_up_counts_apart(base: Base) -> None:
    (base.files.folder / "trial" / "well.yaml").unlink()
    assert base.build()
    assert "48 questions are about services that not both indexes know, and are not compared" in base.said


def test_an_index_that_cannot_be_opened_is_nothing_to_compare_with(base: Base) -> None:
    (index.current(base.data) / "vectors.faiss").write_bytes(b"nonsense")
    base.tell("boat", "zebra")
    assert base.build()
    assert [line for line in base.said if line.startswith("nothing to compare with: the index")]


# The dialogue's messages.


def test_a_question_is_understood_whichever_way_it_is_searched() -> None:
    messages = [
        Message("a", "ru", "ask"),
        Message("b", "ru", "operator"),
        Message("c", "ru", "complaint", of_questions=True),
    ]
    found = marks(messages, {"a": "follow_up", "b": "ask", "c": "complaint"})
    assert found["ru: understood"] == {"a": True, "b": False}
    assert found["ru: ask"] == {"a": True}
    assert found["ru: operator"] == {"b": False}
    assert found["ru: complaint"] == {"c": True}


def test_there_are_messages_of_every_important_intent_in_both_languages() -> None:
    own = [message for message in read() if not message.of_questions]
    for language in ("ru", "kk"):
        of_language = [message for message in own if message.language == language]
        assert len(of_language) >= 200
        assert all(sum(one.intent == intent for one in of_language) >= 12 for intent in IMPORTANT)
