"""Rasa itself has nothing to say against the training data."""

import subprocess

import pytest

from bot import rasa
from bot.settings import ROOT, Settings


@pytest.mark.slow
def test_rasa_validates_the_training_data_without_warnings(tmp_path):
    # Warnings of Rasa's own libraries are not about our data; those of Rasa's validator come through its log.
    environment = rasa.environment(
        Settings(data_dir=tmp_path, _env_file=None), JAUAP_ACTIONS_URL="", JAUAP_ACTIONS_TOKEN=""
    )
    command = [
        rasa.python(), "-m", "rasa", "data", "validate", "--fail-on-warnings", "--config", "config.yml",
        "--data", "nlu/training", "--domain", "nlu/training/domain",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-3000:]
    assert "No story structure conflicts found" in said
    assert "WARNING" not in said
    assert "rasa/shared/utils/io.py" not in said  # where Rasa raises its warnings about data
