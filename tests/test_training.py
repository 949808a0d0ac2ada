"""A new dialogue model is used only where it understands no less; Rasa is not asked here."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot import doctor, rasa, run, training
from bot.cli import main
from bot.settings import Settings
from knowledge_base.evaluation import dialogue
from knowledge_base.evaluation.gate import Worse
from nlu.text.fold import fold
from tests.nlu.test_training import LANGUAGES, examples


class Rasa:
    """Trains by writing a file, and finds the intents that the test has set for each model."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder / "models"
        self.name = "first"
        self.trained: list[str] = []
        self.measured: list[str] = []
        self.deaf: set[str] = set()  # models that understand no call for an operator and no complaint
        self.broken: set[str] = set()
        monkeypatch.setattr(rasa, "model_path", lambda settings: self.path(self.name))
        monkeypatch.setattr(rasa, "train", self.train)
        monkeypatch.setattr(rasa, "intents", self.intents)

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.tar.gz"

    def train(self, settings: Settings) -> Path:
        self.folder.mkdir(exist_ok=True)
        self.path(self.name).write_bytes(b"model")
        self.trained.append(self.name)
        return self.path(self.name)

    def intents(self, settings: Settings, models: Sequence[Path], texts: Sequence[str]) -> list[list[str] | str]:
        names = [model.name.removesuffix(".tar.gz") for model in models]
        self.measured += names
        return [f"ValueError: {name}" if name in self.broken else self._found(name, texts) for name in names]

    def _found(self, name: str, texts: Sequence[str]) -> list[str]:
        right = {message.text: message.intent for message in dialogue.read()}
        deaf = {"operator", "complaint"} if name in self.deaf else set()
        return ["ask" if right[text] in deaf else right[text] for text in texts]


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rasa:
    monkeypatch.setenv("JAUAP_DATA_DIR", str(tmp_path))
    return Rasa(tmp_path, monkeypatch)


def in_use(settings: Settings) -> str:
    path = rasa.model_in_use(settings)
    assert path is not None
    return path.name.removesuffix(".tar.gz")


def test_the_first_model_is_compared_with_nothing(settings: Settings, model: Rasa) -> None:
    assert training.bring_up_to_date(settings)
    assert in_use(settings) == "first"
    assert model.measured == []
    assert not training.bring_up_to_date(settings)
    assert model.trained == ["first"]


def test_a_model_that_understands_as_much_is_used(settings: Settings, model: Rasa) -> None:
    training.bring_up_to_date(settings)
    model.name = "second"
    assert training.bring_up_to_date(settings)
    assert in_use(settings) == "second"
    model.name = "third"
    training.bring_up_to_date(settings)
    assert model.measured == ["first", "second", "third"], "what was measured once is kept"


def test_a_model_that_understands_less_is_refused_and_the_former_stays(settings: Settings, model: Rasa) -> None:
    training.bring_up_to_date(settings)
    model.name = "second"
    model.deaf.add("second")
    with pytest.raises(Worse) as raised:
        training.bring_up_to_date(settings)
    assert "ru: operator 100.0 % -> 0.0 % of 14" in str(raised.value)
    assert "kk: complaint 100.0 % -> 0.0 %" in str(raised.value)
    assert "ru: ask" not in str(raised.value)
    assert in_use(settings) == "first"
    assert not training.up_to_date(settings)


def test_the_command_says_in_what_it_is_worse_and_takes_it_where_accepted(
    settings: Settings, model: Rasa, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train"]) == 0
    model.name = "second"
    model.deaf.add("second")
    assert main(["train"]) == 1
    error = capsys.readouterr().err
    assert "«jauap train --accept-worse»" in error
    assert "jauap: ru: operator" in error
    assert main(["train", "--accept-worse"]) == 0
    assert in_use(settings) == "second"
    assert model.trained == ["first", "second"], "a refused model need not be trained again"


def test_the_service_starts_with_the_former_and_says_so_in_one_line(
    settings: Settings, model: Rasa, capsys: pytest.CaptureFixture[str]
) -> None:
    training.bring_up_to_date(settings)
    model.name = "second"
    model.deaf.add("second")
    run._train(settings)
    capsys.readouterr()
    run._train(settings)
    said = capsys.readouterr().out
    assert len(said.splitlines()) == 1
    assert "the former stays in use" in said
    assert "jauap train --accept-worse" in said
    assert in_use(settings) == "first"
    assert model.trained == ["first", "second"]


def test_a_former_model_that_does_not_fit_the_program_is_nothing_to_compare_with(
    settings: Settings, model: Rasa
) -> None:
    training.bring_up_to_date(settings)
    model.broken.add("first")
    model.name = "second"
    said: list[str] = []
    assert training.bring_up_to_date(settings, progress=said.append)
    assert [line for line in said if line.startswith("nothing to compare with: the dialogue model")]
    assert in_use(settings) == "second"


def test_a_new_model_that_cannot_be_used_is_not(settings: Settings, model: Rasa) -> None:
    training.bring_up_to_date(settings)
    model.name = "second"
    model.broken.add("second")
    with pytest.raises(rasa.RasaFailed, match="cannot be used"):
        training.bring_up_to_date(settings)
    assert in_use(settings) == "first"


def test_a_model_that_was_trained_but_not_compared_is_not_in_use(
    settings: Settings, model: Rasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.train(settings)  # as version 0.1.0 leaves it: nothing says which model is in use
    model.name = "second"
    assert in_use(settings) == "first"

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rasa, "intents", killed)
    with pytest.raises(KeyboardInterrupt):
        training.bring_up_to_date(settings)
    os.utime(model.path("first"), (0, 0))
    assert in_use(settings) == "first"


def test_a_refused_model_is_told_by_the_doctor(
    settings: Settings, model: Rasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rasa, "python", lambda: Path("python"))
    training.bring_up_to_date(settings)
    assert (True, "dialogue model", "run «jauap train»") in list(doctor._rasa(settings))
    model.name = "second"
    assert (False, "dialogue model", "run «jauap train»") in list(doctor._rasa(settings))


def test_no_message_is_among_the_training_examples() -> None:
    learnt = {fold(example) for language in LANGUAGES for _, example in examples(language)}
    assert not [one.text for one in dialogue.read() if not one.of_questions and fold(one.text) in learnt]
