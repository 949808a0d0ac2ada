"""Rasa's test stories (tests/stories), played by Rasa itself over the trained model: intents and actions as written."""

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml

import texts
from bot import rasa
from bot.settings import ROOT, Settings
from tests.e2e.running import borrow, lenders

STORIES = ROOT / "tests" / "stories"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """With a model of the training data as they stand: one that another test of this session trained, or a new one."""
    folder = tmp_path_factory.mktemp("stories")
    borrow(folder, lenders(tmp_path_factory))
    settings = Settings(data_dir=folder, _env_file=None)  # type: ignore[call-arg]
    if not rasa.trained(settings):
        rasa.train(settings)
    return settings


def stories(language: str) -> list[str]:
    """The names of all stories in that language."""
    return [
        story["story"]
        for path in sorted((STORIES / language).glob("test_*.yml"))
        for story in yaml.safe_load(path.read_text("utf-8"))["stories"]
    ]


@pytest.mark.slow
@pytest.mark.timeout(1800)  # the model may have to be trained first, on a busy machine
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_story_goes_as_it_is_written(settings: Settings, language: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [
            rasa.python(), "-m", "rasa", "test", "core", "--model", rasa.model_path(settings),
            "--stories", STORIES / language, "--e2e", "--out", tmp_path, "--no-plot", "--endpoints", os.devnull,
        ],
        cwd=ROOT, env=rasa.environment(settings), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    failed = (tmp_path / "failed_test_stories.yml").read_text("utf-8")
    report = json.loads((tmp_path / "story_report.json").read_text("utf-8"))["conversation_accuracy"]
    assert report["correct"] == report["total"] == len(stories(language)), failed


def test_each_story_is_told_in_both_languages() -> None:
    assert stories("ru") == stories("kk")
    assert len(set(stories("ru"))) == len(stories("ru")) > 20
