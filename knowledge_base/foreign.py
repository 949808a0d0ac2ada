"""What people write that no service answers: examples by which the search learns what it does not know."""

from __future__ import annotations

from pathlib import Path

import yaml

__all__ = ["EXAMPLES", "INTENTS", "foreign_texts"]

EXAMPLES = Path(__file__).parent.parent / "nlu" / "training"  # the dialogue's own, so each is written once
INTENTS = ("out_of_scope", "greet", "goodbye", "thank", "affirm", "deny", "bot_challenge", "rude", "language")


def foreign_texts(folder: Path = EXAMPLES) -> list[str]:
    """The examples of `INTENTS` in both languages, from Rasa's training files below `folder`."""
    texts: list[str] = []
    for path in sorted(path for path in folder.glob("*/*.yml") if path.parent.name in ("ru", "kk")):
        for block in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)["nlu"]:
            if block["intent"] in INTENTS:
                texts += [line.removeprefix("- ") for line in block["examples"].splitlines()]
    return texts
